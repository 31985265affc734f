"""Vector and matrix notation turned into index form, by shape.

`d(L, f) == p - onehot(y)` becomes `d(L, f[k]) == p[k] - delta(k, y)`. A vector is a column; `.T`
makes it a row; a column times a row is their outer product; everything else works entry by entry,
and a number goes with every entry. softmax, log_softmax and logsumexp go over the last axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.errors import Complaint, FormulaError
from derive.read.arithmetic import Equation
from derive.read.facts import Fact
from derive.syntax import (
    Add,
    Call,
    Deriv,
    Div,
    Entry,
    Form,
    Ind,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    Rel,
    Span,
    add,
    children,
    delta,
    fresh,
    mul,
    rebuild,
    walk,
)

# What the free indices of a claim between vectors or matrices are called.
_LETTERS = ("i", "k", "l", "m", "q", "r", "s")
_INNER = ("j", "d", "c", "a", "b", "e", "h")
# Forms whose argument is a vector, where nothing else tells.
_OF_VECTORS = frozenset({"softmax", "log_softmax", "logsumexp", "diag", "total"})
# Forms that have their argument twice once they are written by entries.
_TWICE = frozenset({"softmax", "log_softmax"})
_MOST_NESTED = 6
_Shape = tuple[str, ...]


def index_form(
    claim: Equation, given: Sequence[Equation], facts: Sequence[Fact]
) -> tuple[Equation, list[Equation]]:
    """The claim and the definitions with every vector written by its entries.

    Texts without vectors come back as they are. Raises FormulaError where shapes do not fit.
    """
    shaper = _Shaper([claim, *given], facts)
    definitions = [shaper.equation(equation, ()) for equation in given]
    return shaper.equation(claim, _LETTERS), definitions


class _Shaper:
    def __init__(self, equations: Sequence[Equation], facts: Sequence[Fact]) -> None:
        self._equations = equations
        self._labels = {f.name for f in facts if f.kind in ("label", "index")}
        self._rank = {fact.name: len(fact.sizes) for fact in facts if fact.name not in self._labels}
        self._label_rank = {f.name: len(f.sizes) for f in facts if f.name in self._labels}
        self._source = ""
        # What a sum over an inner axis is over, in print.
        self._inner = "j"
        self._learn()

    def _learn(self) -> None:
        """The rank of every name that a text gives away; a bare argument of softmax is a vector."""
        trees = [part for e in self._equations for side in (e.left, e.right) for part in walk(side)]
        for part in trees:
            if isinstance(part, Entry):
                self._rank.setdefault(part.base, len(part.indices))
        defined = {getattr(equation.left, "id", "") for equation in self._equations[1:]}
        for equation in self._equations:
            self._source = equation.source
            for part in (*walk(equation.left), *walk(equation.right)):
                if isinstance(part, Form) and part.name in _OF_VECTORS:
                    self._learn_argument(part.args[0], defined)
        # The claim tells the rank of a name only where no definition does.
        claim, *given = self._equations
        telling = given if getattr(claim.left, "id", "") in defined else self._equations
        for _ in self._equations:
            for equation in telling:
                if isinstance(equation.left, Name):
                    self._source = equation.source
                    # A definition may use one that stands behind it: the rank grows with it.
                    known = self._rank.get(equation.left.id, 0)
                    self._rank[equation.left.id] = max(known, self.rank(equation.right))

    def _learn_argument(self, argument: Node, defined: set[str]) -> None:
        """The one name in an argument such as f is a vector; of several, one must be known."""
        names = {p.id for p in walk(argument) if isinstance(p, Name)} - defined
        if any(self._rank.get(name, 0) for name in names) or not names:
            return
        if len(names) > 1:
            listed = " and ".join(sorted(names))
            hint = "declare the vector, as in  x: real[n]"
            span = argument.span or Span(0, max(1, len(self._source)))
            message = f"which of {listed} is a vector?"
            raise FormulaError([Complaint(message, self._source, span, hint)])
        self._rank[names.pop()] = 1

    def _fail(self, message: str, node: Node) -> FormulaError:
        span = node.span or Span(0, max(1, len(self._source)))
        return FormulaError([Complaint(message, self._source, span)])

    # The number of axes of a tree; a row vector is told apart where it matters.

    def rank(self, node: Node) -> int:
        match node:
            case Name(id=name):
                return self._rank.get(name, 0)
            case Form(name="matmul", args=(a, b)):
                inner = self.rank(a) + self.rank(b) - 2
                return 2 if _is_row(b) and not _is_row(a) else max(inner, 0)
            case Form(name="onehot", args=(label,)):
                return 1 + (self._label_rank.get(label.id, 0) if isinstance(label, Name) else 0)
            case Form(name="total" | "mean"):
                return 0
            case Form(name="logsumexp", args=(arg,)):
                return self.rank(arg) - 1
            case Form(name="diag" | "outer"):
                return 2
            case Form(name="at", args=(body, *indices)):
                rest = self.rank(body) - len(indices)
                if rest < 0:
                    raise self._fail("more indices than axes", node)
                return rest
            case Form(args=(arg, *_)):
                return self.rank(arg)
            case Deriv(body=body, wrt=wrt):
                return self.rank(body) + sum(map(self.rank, wrt))
            case Mul(factors=factors) if self._outer(factors):
                return 2
            case Num() | Entry() | Ind() | Rel() | Logic():
                return 0
        ranks = {self.rank(part) for part in children(node)} - {0}
        if len(ranks) > 1:
            raise self._fail("a vector and a matrix do not go together entry by entry", node)
        if isinstance(node, Add) and len({self._stands(term) for term in node.terms} - {""}) > 1:
            raise self._fail("a row and a column cannot be added", node)
        return max(ranks, default=0)

    def _outer(self, factors: Iterable[Node]) -> bool:
        return {"row", "column"} <= {self._stands(factor) for factor in factors}

    def _stands(self, node: Node) -> str:
        """How a vector stands: a row, a column, or "" where that is left open."""
        if isinstance(node, Deriv) or self.rank(node) != 1:
            return ""
        match node:
            case Form(name="transpose", args=(arg,)):
                return {"row": "column", "column": "row"}.get(self._stands(arg), "")
            case Form(name="matmul", args=(a, b)):
                return self._stands(a) if self.rank(a) == 1 else self._stands(b)
            case Name() | Form(name="at" | "onehot"):
                return "column"
        found = {self._stands(part) for part in children(node)} - {""}
        return found.pop() if len(found) == 1 else ""

    # Entries.

    def equation(self, equation: Equation, letters: Sequence[str]) -> Equation:
        """Both sides at the same free indices; a defined name gets the indices of its shape."""
        self._source = equation.source
        ranks = self.rank(equation.left), self.rank(equation.right)
        left = equation.left
        taken = {getattr(p, "id", "") for side in (left, equation.right) for p in walk(side)}
        taken |= self._rank.keys()
        self._inner = next((c for c in _INNER if c not in taken), "j")
        if isinstance(left, Entry) and not letters and ranks[1] == 0:
            return replace(equation, right=self.at(equation.right, ()))
        rank = max(ranks)
        if min(ranks) not in (0, rank):
            raise self._fail(
                f"{ranks[0]} axes on the left, {ranks[1]} on the right", equation.right
            )
        number = left if ranks[0] < rank else equation.right
        places = any(_finds_a_place(part) for part in walk(equation.right))
        if letters and min(ranks) < rank and not self._is_plain(number) and not places:
            raise self._fail("a number on one side, a vector or a matrix on the other", number)
        names = [c for c in _LETTERS if c not in taken]
        # One axis is called k, two are i and k.
        chosen = names[1 : 1 + rank] if rank == 1 and len(names) > 1 else names[:rank]
        indices = tuple(map(Name, chosen))
        return replace(
            equation, left=self.at(left, indices), right=self.at(equation.right, indices)
        )

    def _is_plain(self, number: Node) -> bool:
        """Whether a number may stand for all entries alike, as in grad == 0 or p == 1/n."""
        defined = {getattr(equation.left, "id", "") for equation in self._equations[1:]}
        return not any(
            isinstance(part, Entry | Reduce | Deriv | Form)
            or (isinstance(part, Name) and part.id in defined)
            for part in walk(number)
        )

    def at(self, node: Node, indices: tuple[Node, ...]) -> Node:
        """The entry of a tree at these indices; a number is the same at all of them."""
        own = self.rank(node)
        if own == 0:
            return self._scalar(node)
        if len(indices) > own:
            indices = indices[len(indices) - own :]
        match node:
            case Name(id=name):
                return Entry(name, indices, span=node.span)
            case Form(name=name, args=args):
                return self._form(name, args, indices, node)
            case Deriv(body=body, wrt=wrt):
                count = self.rank(body)
                rest = list(indices[count:])
                variables = []
                for variable in wrt:
                    size = self.rank(variable)
                    variables.append(self.at(variable, tuple(rest[:size])))
                    del rest[:size]
                return Deriv(self.at(body, indices[:count]), tuple(variables), span=node.span)
            case Mul(factors=factors) if self._outer(factors):
                first, last = indices
                return mul(*(self.at(f, (last,) if _is_row(f) else (first,)) for f in factors))
        return rebuild(node, tuple(self.at(part, indices) for part in children(node)))

    def _scalar(self, node: Node) -> Node:
        """A number: vectors may still stand inside, under a sum or an inner product."""
        match node:
            case Form(name=name, args=args):
                return self._form(name, args, (), node)
            case Entry() | Name() | Num() | Ind() | Rel() | Logic():
                return node
            case Deriv(body=body, wrt=wrt):
                return Deriv(self.at(body, ()), wrt, span=node.span)
        return rebuild(node, tuple(self.at(part, ()) for part in children(node)))

    def _form(self, name: str, args: tuple[Node, ...], at: tuple[Node, ...], whole: Node) -> Node:
        first = args[0]
        nested = sum(isinstance(p, Form) and p.name in _TWICE for p in walk(first))
        if name in _TWICE and nested >= _MOST_NESTED:
            raise self._fail(
                f"more than {_MOST_NESTED} of softmax and the like in each other", whole
            )
        match name:
            case "transpose":
                return self.at(first, at[::-1])
            case "at":
                return self.at(first, (*args[1:], *at))
            case "softmax":
                return Div(Call("exp", self.at(first, at)), self._sum_exp(first, at[:-1]))
            case "log_softmax":
                total = Call("log", self._sum_exp(first, at[:-1]))
                return add(self.at(first, at), Neg(total))
            case "logsumexp":
                return Call("log", self._sum_exp(first, at))
            case "onehot":
                label = Entry(first.id, at[:-1]) if isinstance(first, Name) and at[:-1] else first
                return delta(at[-1], label)
            case "diag":
                return mul(delta(at[0], at[1]), self.at(first, (at[0],)))
            case "outer":
                return mul(self.at(first, (at[0],)), self.at(args[1], (at[1],)))
            case "total" | "mean":
                return self._total(first, whole, mean=name == "mean")
            case "matmul":
                return self._matmul(first, args[1], at, whole)
        raise self._fail(f"{name} is not known", whole)

    def _sum_exp(self, node: Node, outer: tuple[Node, ...]) -> Node:
        index = fresh(self._inner)
        return Reduce("sum", Call("exp", self.at(node, (*outer, Name(index)))), index)

    def _total(self, node: Node, whole: Node, *, mean: bool) -> Node:
        rank = self.rank(node)
        if mean:
            raise self._fail("a mean is a sum over the size that is meant: sum(f)/n", whole)
        if rank == 0:
            raise self._fail("a sum over all entries of what is no vector", whole)
        letters = [fresh(self._inner) for _ in range(rank)]
        body = self.at(node, tuple(map(Name, letters)))
        for letter in reversed(letters):
            body = Reduce("sum", body, letter)
        return body

    def _matmul(self, a: Node, b: Node, at: tuple[Node, ...], whole: Node) -> Node:
        """Row by column: the sum over the last axis of a and the first axis of b."""
        if _is_row(b) and not _is_row(a) and self.rank(a) == self.rank(b) == 1:
            return mul(self.at(a, (at[0],)), self.at(b, (at[1],)))
        left, right = self.rank(a), self.rank(b)
        if left == 0 or right == 0:
            raise self._fail("@ stands between vectors or matrices", whole)
        index = Name(fresh(self._inner))
        first = self.at(a, (*at[: left - 1], index))
        second = self.at(b, (index, *at[left - 1 :]))
        return Reduce("sum", mul(first, second), index.id)


def _is_row(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "transpose"


def _finds_a_place(node: Node) -> bool:
    """argmax(f): a number, whatever the shape of f; no claim with it is decided."""
    return isinstance(node, Call) and node.function in ("argmax", "argmin")


def has_vectors(equations: Sequence[Equation], facts: Sequence[Fact]) -> bool:
    """Whether any text uses an array without an index, or a function of whole vectors."""
    sized = {fact.name for fact in facts if fact.sizes}
    parts = [p for e in equations for side in (e.left, e.right) for p in walk(side)]
    arrays = {p.base for p in parts if isinstance(p, Entry)} | sized
    labels = {fact.name for fact in facts if fact.kind in ("label", "index")}
    return any(
        isinstance(p, Form) or (isinstance(p, Name) and p.id in arrays and p.id not in labels)
        for p in parts
    )
