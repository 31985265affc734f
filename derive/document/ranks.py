"""Which letters of a document are vectors and matrices, and the products that they stand in."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from derive.document.known import Scope, names_in
from derive.document.vectors import vectors_in
from derive.read.latex import Chain
from derive.syntax import (
    Add,
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
    transform,
    walk,
)


class Ranks:
    """The number of axes of trees in a scope.

    `own` are names that have another rank here than elsewhere: a function's arguments.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.own: dict[str, int] = {}

    def of(self, node: Node) -> int:
        """The number of axes of what the tree stands for."""
        match node:
            case Entry() if self._is_number(node):
                return 0
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
            case Form(name="logsumexp" | "sum"):
                return 0
            case Form(name="matmul", args=(a, b)):
                return max(self.of(a) + self.of(b) - 2, 0)
            case Deriv(body=body, wrt=wrt):
                return self.of(body) + sum(map(self.of, wrt))
            case Mul(factors=factors):
                # Each is asked once: products nest, and each level would double the work.
                sizes = tuple(map(self.of, factors))
                return 2 if _is_outer(factors, sizes) else max(sizes)
            case Neg() | Call() | Div() | Pow():
                return max(map(self.of, children(node)))
        return max(map(self.of, children(node)), default=0)

    def _is_number(self, entry: Entry) -> bool:
        """Whether an entry with so many indices is a number, though others have more."""
        if len(entry.indices) == 1 and entry.base in self.scope.usage.flat:
            return (entry.base, entry.indices[0]) not in self.scope.usage.heads
        count = len(entry.indices)
        return any(
            isinstance(known.head, Entry) and known.key[1] == count
            for known in self.scope.named(entry.base)
        )

    def is_row(self, entry: Entry) -> bool:
        """Whether a vector z_n is a row of z_nk, and not one that is named so itself."""
        known = self.scope.named(entry.base)
        count = len(entry.indices)
        heads = [one.head for one in known if isinstance(one.head, Entry)]
        longer = [head for head in heads if len(head.indices) > count]
        return self.of(entry) > 0 and len(known) == len(longer)

    def _of_name(self, name: str) -> int:
        usage = self.scope.usage
        if name in self.own:
            return self.own[name]
        if name in usage.subscripts:
            return 0
        if name in usage.flat and name.islower() and not self.scope.named(name):
            # z beside z_k and z_nk is the vector of one sample; the matrix of all would be Z.
            return 1
        if usage.is_array(name):
            return self._of_array(name)
        for known in self.scope.named(name):
            return known.key[1]
        said = max(map(_axes, self.scope.declared.get(name, ())), default=0)
        if said:
            return said
        if name in usage.bold:
            return 2 if name[0].isupper() else 1
        return 1 if self._is_added_to_vector(name) else 0

    def _is_added_to_vector(self, name: str) -> bool:
        """Whether the name stands beside a product of matrices in a definition: b in W x + b."""
        if not any(name in these.added for these in (self.scope.definitions, self.scope.later)):
            return False
        known = (*self.scope.definitions.values(), *self.scope.later.values())
        sums = (one.body.terms for one in known if isinstance(one.body, Add))
        return any(
            Name(name) in terms and any(_is_matmul(t) and self.of(t) == 1 for t in terms)
            for terms in sums
        )

    def _of_array(self, name: str) -> int:
        if self.scope.named(name):
            return max(known.key[1] for known in self.scope.named(name))
        return max((count for base, count in self.scope.usage.arrays if base == name), default=0)


def _is_matmul(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "matmul"


def _axes(fact: str) -> int:
    """The number of sizes in a declaration: 2 in W: real[n, D]."""
    sizes = fact.partition("[")[2]
    return sizes.count(",") + 1 if sizes else 0


def matrices(chain: Chain, scope: Scope) -> frozenset[str]:
    """X for the array of all x_ij, where the chain differentiates by X, which has no role."""
    parts = [part for member in chain.members for part in walk(member)]
    bare = [p.args[0] if isinstance(p, Form) and p.name == "vec" else p for p in parts]
    wrt = [v for p in parts if isinstance(p, Deriv) for v in p.wrt]
    by = {v.args[0] if isinstance(v, Form) and v.name == "vec" else v for v in wrt}
    if not any(_stands_for_entries(node, scope) for node in by):
        return frozenset()
    known = (*scope.definitions.values(), *scope.later.values())
    # A temperature T in softmax(z/T) is a number, whatever t is.
    numbers = {name for one in known for name in names_in(one.body)}
    named = {p for p in bare if isinstance(p, Name) and _stands_for_entries(p, scope)}
    found = {p for p in named if p.id not in numbers}
    if not by & found:
        return frozenset()
    return frozenset(name.id for name in found if name in by or name.id not in scope.seen)


def presumed_matrices(chain: Chain, scope: Scope) -> frozenset[str]:
    """X for the array of all x_ij, where the chain has X^T and nothing says what X is."""
    parts = [part for member in chain.members for part in walk(member)]
    turned = (v for v in vectors_in(parts) if isinstance(v, Name))
    tall = {base for base, count in scope.usage.arrays if count == 2}
    return frozenset(
        name.id for name in turned if _stands_for_entries(name, scope) and name.id.lower() in tall
    )


def _stands_for_entries(node: Node, scope: Scope) -> bool:
    """Whether a capital letter without a role has entries under its small letter."""
    usage = scope.usage
    if not isinstance(node, Name) or not node.id.isupper() or len(node.id) != 1:
        return False
    taken = scope.named(node.id) or usage.is_array(node.id) or node.id in usage.ranges
    small = node.id.lower()
    return not taken and (usage.is_array(small) or bool(scope.named(small)))


def matrix_products(factors: list[Node], ranks: Ranks) -> list[Node]:
    """Side by side, a matrix or a row and what follows are multiplied as matrices.

    Where vectors are rows, x W is such a product, x y^T is a number and x^T y a matrix.
    """
    if ranks.scope.usage.rows:
        factors = [_turned(factor) if ranks.of(factor) == 1 else factor for factor in factors]
    sizes = [ranks.of(factor) for factor in factors]
    rows = [_is_row(factor) for factor in factors]
    place = 0
    while place + 1 < len(factors):
        a, b = factors[place], factors[place + 1]
        if (sizes[place] == 2 or rows[place]) and sizes[place + 1] in (1, 2):
            factors[place : place + 2] = [Form("matmul", (a, b))]
            left = 0 if rows[place] and sizes[place] == 1 else 1
            right = 0 if sizes[place + 1] == 1 and not rows[place + 1] else 1
            sizes[place : place + 2] = [left + right]
            # A row before a matrix is a row again.
            rows[place : place + 2] = [right > left]
        elif sizes[place : place + 2] == [1, 2] and isinstance(a, Name | Entry) and place == 0:
            # x W of a vector and a matrix: x is a row.
            factors[place : place + 2] = [Form("matmul", (_transposed(b), a))]
            sizes[place : place + 2], rows[place : place + 2] = [1], [False]
        elif isinstance(a, Deriv) and sizes[place : place + 2] == [1, 1] and rows[place + 1]:
            # A gradient beside a row stands as a column.
            factors[place : place + 2] = [Form("outer", (a, children(b)[0]))]
            sizes[place : place + 2], rows[place : place + 2] = [2], [False]
        else:
            place += 1
    if ranks.scope.usage.rows and sum(ranks.of(factor) == 1 for factor in factors) == 1:
        factors = [_turned(factor) if ranks.of(factor) == 1 else factor for factor in factors]
    return factors


def _turned(vector: Node) -> Node:
    """A row as a column, and the other way round; log(s^T) is turned inside, x^T W by factors."""
    if isinstance(vector, Form) and vector.name == "matmul":
        a, b = vector.args
        return Form("matmul", (_transposed(b), _transposed(a)))
    upright = transform(vector, lambda p: p.args[0] if isinstance(p, Form) and _is_row(p) else None)
    return upright if upright != vector else Form("transpose", (vector,))


def upright(node: Node) -> Node:
    """z for z^T."""
    return children(node)[0] if _is_row(node) else node


def _transposed(node: Node) -> Node:
    return node.args[0] if isinstance(node, Form) and _is_row(node) else Form("transpose", (node,))


def _is_outer(factors: Sequence[Node], sizes: Sequence[int]) -> bool:
    """A column before a row."""
    kinds = [_is_row(f) for f, size in zip(factors, sizes, strict=True) if size == 1]
    return (False, True) in itertools.pairwise(kinds)


def _is_row(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "transpose"
