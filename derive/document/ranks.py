"""Which letters of a document are vectors and matrices, and the products that they stand in."""

from __future__ import annotations

from derive.document.known import Scope
from derive.syntax import (
    Call,
    Deriv,
    Div,
    Entry,
    Form,
    Mul,
    Name,
    Neg,
    Node,
    Pow,
    children,
)


class Ranks:
    """The number of axes of trees in a scope.

    `numbers` are names that are numbers here, whatever they are elsewhere: a function's arguments.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.numbers: set[str] = set()

    def of(self, node: Node) -> int:
        """The number of axes of what the tree stands for."""
        match node:
            case Entry(base=base, indices=indices):
                return max(self._of_array(base) - len(indices), 0)
            case Name(id=name):
                return self._of_name(name)
            case Form(name="transpose" | "hadamard" | "softmax" | "log_softmax", args=(arg, *_)):
                return self.of(arg)
            case Form(name="at", args=(arg, *indices)):
                return max(self.of(arg) - len(indices), 0)
            case Form(name="diag" | "outer"):
                return 2
            case Form(name="onehot"):
                return 1
            case Form(name="logsumexp"):
                return 0
            case Form(name="matmul", args=(a, b)):
                return max(self.of(a) + self.of(b) - 2, 0)
            case Deriv(body=body, wrt=wrt):
                return self.of(body) + sum(map(self.of, wrt))
            case Neg() | Call() | Div() | Pow() | Mul():
                return max(map(self.of, children(node)))
        return max(map(self.of, children(node)), default=0)

    def _of_name(self, name: str) -> int:
        usage = self.scope.usage
        if name in usage.subscripts or name in self.numbers:
            return 0
        if usage.is_array(name):
            return self._of_array(name)
        for known in self.scope.named(name):
            return known.key[1]
        if name in usage.bold:
            return 2 if name[0].isupper() else 1
        return 0

    def _of_array(self, name: str) -> int:
        if self.scope.named(name):
            return max(known.key[1] for known in self.scope.named(name))
        return max((count for base, count in self.scope.usage.arrays if base == name), default=0)


def matrix_products(factors: list[Node], ranks: Ranks) -> list[Node]:
    """Side by side, a matrix or a row and what follows are multiplied as matrices."""
    sizes = [ranks.of(factor) for factor in factors]
    place = 0
    while place + 1 < len(factors):
        a, b = factors[place], factors[place + 1]
        if (sizes[place] == 2 or _is_row(a)) and sizes[place + 1] in (1, 2):
            factors[place : place + 2] = [Form("matmul", (a, b))]
            left = 0 if _is_row(a) and sizes[place] == 1 else 1
            right = 0 if sizes[place + 1] == 1 and not _is_row(b) else 1
            sizes[place : place + 2] = [left + right]
        else:
            place += 1
    return factors


def _is_row(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "transpose"
