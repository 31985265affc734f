"""The syntax tree that every reader builds and every opinion starts from.

A tree is data: frozen nodes, tuples, no behaviour. A node's span says where it was written and
takes no part in equality. Binding: `Reduce` binds its index in `body` and `where`. After
`derive.scope` has resolved a text, every bound index carries a name that occurs nowhere else, so
that index capture cannot be written down; `fresh` is the only maker of such names.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

ReduceKind = Literal["sum", "prod", "max"]
Relation = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start (inclusive) to stop (exclusive) of the text that was read."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Node:
    """Base of the tree's node kinds."""

    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Num(Node):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A scalar, a size or an index: T, n, k. `moves` as for an entry."""

    id: str
    moves: frozenset[str] = field(default=frozenset(), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """An entry of an array: f[k], p[i, k], y[i].

    Where a derivative is taken by the entry, `moves` are the defined names that move with it.
    """

    base: str
    indices: tuple[Node, ...]
    moves: frozenset[str] = field(default=frozenset(), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Add(Node):
    """A sum of at least two written terms; a - b is Add((a, Neg(b)))."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mul(Node):
    """A product of at least two written factors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Neg(Node):
    """-arg."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Div(Node):
    """num / den."""

    num: Node
    den: Node


@dataclass(frozen=True, slots=True)
class Pow(Node):
    """base ** exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of one number: exp, log (natural), sqrt, tanh, sigma, softplus, abs."""

    function: str
    arg: Node


@dataclass(frozen=True, slots=True)
class Reduce(Node):
    """sum, prod or max of body over an index; `over` names the size of the index' range."""

    kind: ReduceKind
    body: Node
    index: str
    where: Node | None = None
    over: str = ""


@dataclass(frozen=True, slots=True)
class Deriv(Node):
    """The partial derivative of body with respect to each of `wrt`, in that order."""

    body: Node
    wrt: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Ind(Node):
    """1 where the condition holds, else 0; delta(k, y) is Ind(Rel("==", k, y))."""

    condition: Node


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """The value of the first branch whose condition holds, else `otherwise`."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Rel(Node):
    """A comparison of two indices, sizes or numbers."""

    op: Relation
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """and, or, not over conditions."""

    op: Literal["and", "or", "not"]
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Form(Node):
    """Vector and matrix notation as read: softmax(f), diag(p), p.T, A @ B. See `derive.shapes`."""

    name: str
    args: tuple[Node, ...]


ZERO, ONE = Num(Fraction(0)), Num(Fraction(1))


def num(value: int | Fraction) -> Num:
    """The number as a node."""
    return Num(Fraction(value))


_MAX_POWER, _MAX_BITS = 64, 4_000


def rational(node: Node) -> Fraction | None:
    """The value of a formula of numbers only, such as 3*2 or 6/2; None for any other."""
    match node:
        case Num(value=value):
            return value
        case Neg() | Add() | Mul() | Div() | Pow():
            values = [rational(part) for part in children(node)]
            known = [value for value in values if value is not None]
            return _combined(node, known) if len(known) == len(values) else None
    return None


def _combined(node: Node, values: Sequence[Fraction]) -> Fraction | None:
    match node:
        case Neg():
            return -values[0]
        case Add():
            return sum(values, Fraction(0))
        case Mul():
            return math.prod(values, start=Fraction(1))
        case Div() if values[1]:
            return values[0] / values[1]
        case Pow() if values[1].denominator == 1 and 0 <= values[1] <= _MAX_POWER:
            bits = max(map(int.bit_length, values[0].as_integer_ratio()))
            small = bits * values[1] <= _MAX_BITS
            return values[0] ** values[1].numerator if small else None
    return None


def delta(a: Node, b: Node) -> Ind:
    """Kronecker's delta of two indices: 1 if they are equal, else 0."""
    return Ind(Rel("==", a, b))


def add(*terms: Node) -> Node:
    """The sum, flattened; no term is evaluated or reordered."""
    flat = tuple(t for term in terms for t in (term.terms if isinstance(term, Add) else (term,)))
    return flat[0] if len(flat) == 1 else (Add(flat) if flat else ZERO)


def mul(*factors: Node) -> Node:
    """The product, flattened; no factor is evaluated or reordered."""
    flat = tuple(f for fac in factors for f in (fac.factors if isinstance(fac, Mul) else (fac,)))
    return flat[0] if len(flat) == 1 else (Mul(flat) if flat else ONE)


def children(node: Node) -> tuple[Node, ...]:
    """The node's direct subtrees, in reading order; `rebuild` takes them back."""
    match node:
        case Entry():
            return node.indices
        case Add():
            return node.terms
        case Mul():
            return node.factors
        case Neg() | Call():
            return (node.arg,)
        case Div():
            return (node.num, node.den)
        case Pow():
            return (node.base, node.exponent)
        case Reduce():
            return (node.body,) if node.where is None else (node.body, node.where)
        case Deriv():
            return (node.body, *node.wrt)
        case Ind():
            return (node.condition,)
        case Cases():
            return (*itertools.chain.from_iterable(node.branches), node.otherwise)
        case Rel():
            return (node.left, node.right)
        case Logic() | Form():
            return node.args
        case _:
            return ()


def rebuild(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same node over other subtrees: rebuild(x, children(x)) == x."""
    match node:
        case Entry():
            return Entry(node.base, parts, span=node.span, moves=node.moves)
        case Add():
            return Add(parts, span=node.span)
        case Mul():
            return Mul(parts, span=node.span)
        case Neg():
            return Neg(parts[0], span=node.span)
        case Call():
            return Call(node.function, parts[0], span=node.span)
        case Div():
            return Div(parts[0], parts[1], span=node.span)
        case Pow():
            return Pow(parts[0], parts[1], span=node.span)
        case Reduce():
            where = parts[1] if len(parts) > 1 else None
            return Reduce(node.kind, parts[0], node.index, where, node.over, span=node.span)
        case Deriv():
            return Deriv(parts[0], parts[1:], span=node.span)
        case Ind():
            return Ind(parts[0], span=node.span)
        case Cases():
            pairs = tuple(zip(parts[:-1:2], parts[1:-1:2], strict=True))
            return Cases(pairs, parts[-1], span=node.span)
        case Rel():
            return Rel(node.op, parts[0], parts[1], span=node.span)
        case Logic():
            return Logic(node.op, parts, span=node.span)
        case Form():
            return Form(node.name, parts, span=node.span)
        case _:
            return node


def transform(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with `change` tried on every node from the top; None means: look inside."""
    changed = change(node)
    if changed is not None:
        return changed
    parts = children(node)
    if not parts:
        return node
    mapped = tuple(transform(part, change) for part in parts)
    if all(a is b for a, b in zip(mapped, parts, strict=True)):
        return node
    return rebuild(node, mapped)


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, each before its subtrees; iterative, so depth is no danger."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


def larger_than(node: Node, count: int) -> bool:
    """Whether the tree has more than so many nodes; looks at no more of them."""
    return next(itertools.islice(walk(node), count, None), None) is not None


def depth(node: Node) -> int:
    """The number of nodes on the longest path from the root; iterative."""
    deepest, stack = 0, [(node, 1)]
    while stack:
        top, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((part, level + 1) for part in children(top))
    return deepest


_MARK = "\N{MIDDLE DOT}"
_counter = itertools.count(1)


def fresh(hint: str) -> str:
    """A bound index' name that no text can contain and no other index has."""
    return f"{written(hint)}{_MARK}{next(_counter)}"


def written(name: str) -> str:
    """The letter that a person wrote for an index: the inverse of `fresh`."""
    return name.partition(_MARK)[0]


def free_names(node: Node) -> frozenset[str]:
    """The names of scalars, sizes and free indices (not of arrays) that occur in the tree."""
    if isinstance(node, Name):
        return frozenset((node.id,))
    found = frozenset[str]().union(*map(free_names, children(node)))
    return found - {node.index} if isinstance(node, Reduce) else found


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Each free Name replaced by its value; every bound index on the way gets a fresh name."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Name):
            return values.get(part.id, part)
        if isinstance(part, Reduce):
            index = fresh(part.index)
            inner = {**values, part.index: Name(index)}
            where = None if part.where is None else substitute(part.where, inner)
            body = substitute(part.body, inner)
            return Reduce(part.kind, body, index, where, part.over, span=part.span)
        return None

    return transform(node, change)


def same(a: Node, b: Node) -> bool:
    """Equality of two trees up to the names of bound indices."""
    return canonical(a) == canonical(b)


def name_of(node: Node) -> str:
    """f for f and for f[k]; empty for what is neither."""
    return node.base if isinstance(node, Entry) else node.id if isinstance(node, Name) else ""


def canonical(node: Node, level: int = 0) -> Node:
    """The tree with each bound index named by its nesting depth."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce):
            return None
        index = f"{_MARK}{level}"
        rename: dict[str, Node] = {part.index: Name(index)}
        body = canonical(_rename(part.body, rename), level + 1)
        where = None if part.where is None else canonical(_rename(part.where, rename), level + 1)
        return Reduce(part.kind, body, index, where, part.over)

    return transform(node, change)


def _rename(node: Node, values: Mapping[str, Node]) -> Node:
    """Names replaced as they stand; right only where no bound index can collide."""
    return transform(node, lambda p: values.get(p.id, p) if isinstance(p, Name) else None)
