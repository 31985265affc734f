"""Array programs: lines that each make one array, printed by `numeric.programs.codegen`.

An array has its own axes; where it is used next to others it is a `View`, which says for every
axis of that place whether the array has it or is repeated along it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.syntax import (
    Add,
    Call,
    Cases,
    Div,
    Mul,
    Neg,
    Node,
    Pow,
    ReduceKind,
    Rel,
    children,
    transform,
    walk,
)
from numeric.names import Names


@dataclass(frozen=True, slots=True)
class View(Node):
    """An array variable; `axes` are those of its place that it has, () if it fits as it is."""

    name: str
    axes: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Map:
    """Elementwise: `expr` over views."""

    expr: Node


@dataclass(frozen=True)
class Fold:
    """The sum, product or maximum of `expr` over one axis."""

    expr: Node
    kind: ReduceKind
    axis: int
    keepdims: bool


@dataclass(frozen=True)
class Argmax:
    """The place of the largest entry along an axis, which is kept with size 1."""

    expr: Node
    axis: int


@dataclass(frozen=True)
class PositivePart:
    """max(expr, 0)."""

    expr: Node


@dataclass(frozen=True)
class NegativePart:
    """min(expr, 0)."""

    expr: Node


@dataclass(frozen=True)
class Floor:
    """max(expr, the smallest normal number): a divisor that may have underflowed to 0."""

    expr: Node
    like: str


@dataclass(frozen=True)
class Take:
    """array[label], by label along the last axis; a `shared` array has no axis but that one."""

    array: str
    label: str
    shared: bool


@dataclass(frozen=True)
class Pick:
    """array[place], the same place of the last axis everywhere; the axis is kept with size 1."""

    array: str
    place: int


@dataclass(frozen=True)
class Arange:
    """0, 1, ..., size - 1: the classes, to be compared with labels."""

    size: str


@dataclass(frozen=True)
class Size:
    """The length of an axis."""

    array: str
    axis: int


Op = Map | Fold | Argmax | PositivePart | NegativePart | Floor | Take | Pick | Arange | Size
Computed = Map | Fold | Argmax | PositivePart | NegativePart | Floor


@dataclass(frozen=True)
class Line:
    """name = op."""

    name: str
    op: Op


@dataclass(frozen=True)
class Output:
    """A returned variable; `squeezed` axes at its end have size 1 and are dropped."""

    name: str
    squeezed: int


@dataclass(frozen=True)
class Program:
    """A function: its arguments, its lines, what it returns.

    `totals` are variables that are at least 1, or nan. If arguments are `unshifted`, the program is
    good for entries of them near 0, and so are the reciprocals of `totals`. Of each of these
    arrays, `guards` has what tells: the sum of the exponentials besides a label's, and the label's.
    """

    name: str
    arguments: tuple[str, ...]
    lines: tuple[Line, ...]
    outputs: tuple[Output, ...]
    totals: frozenset[str]
    unshifted: frozenset[str] = frozenset()
    guards: tuple[tuple[str, str], ...] = ()


def shared(lines: tuple[Line, ...], names: Names) -> tuple[Line, ...]:
    """The same lines with every repeated subterm computed once, the largest first."""
    while True:
        counts = Counter(part for line in lines for part in _composite(line))
        repeated = [part for part, count in counts.items() if count > 1]
        if not repeated:
            return lines
        part = max(repeated, key=lambda node: sum(1 for _ in walk(node)))
        first = next(at for at, line in enumerate(lines) if part in set(_composite(line)))
        line, rest = lines[first], lines[first:]
        if line.op == Map(part):
            rest = rest[1:]
        else:
            line = Line(names.fresh(title(part)), Map(part))
        view = View(line.name)
        lines = (*lines[:first], line, *(_replaced(later, part, view) for later in rest))


def maxima(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same lines, each place that is wanted only for the entry there turned into a maximum."""
    made = list(lines)
    for line in lines:
        if not isinstance(line.op, Argmax) or not isinstance(line.op.expr, View):
            continue
        place, array, axis = line.name, line.op.expr, line.op.axis
        users = [other for other in made if place in reads(other)]
        if all(other.op == Take(array.name, place, False) for other in users):
            made.remove(line)
            for user in users:
                largest = Line(user.name, Fold(array, "max", axis, True))
                made[made.index(user)] = largest
    return tuple(made)


def reads(line: Line) -> frozenset[str]:
    """The variables that a line uses."""
    match line.op:
        case Floor(expr=expr, like=like):
            return views(expr) | {like}
        case Take(array=array, label=label):
            return frozenset((array, label))
        case Pick(array=array) | Size(array=array):
            return frozenset((array,))
        case Arange(size=size):
            return frozenset((size,))
        case _:
            return views(line.op.expr)


def views(expr: Node) -> frozenset[str]:
    """The variables of an expression."""
    return frozenset(part.name for part in walk(expr) if isinstance(part, View))


def _composite(line: Line) -> Iterator[Node]:
    if isinstance(line.op, Computed):
        parts = walk(line.op.expr)
        yield from (part for part in parts if children(part) and not isinstance(part, Neg))


def _replaced(line: Line, part: Node, view: View) -> Line:
    if not isinstance(line.op, Computed):
        return line
    expr = transform(line.op.expr, lambda node: view if node == part else None)
    return replace(line, op=replace(line.op, expr=expr))


_TITLES: dict[type[Node], str] = {
    Add: "total",
    Mul: "product",
    Div: "ratio",
    Pow: "power",
    Cases: "case",
    Rel: "mask",
}


def title(part: Node) -> str:
    """A name for a term without one: a mask after what it marks, a call after its function."""
    if isinstance(part, Rel) and isinstance(part.right, View):
        return f"at_{part.right.name}" if part.op == "==" else f"not_at_{part.right.name}"
    return part.function if isinstance(part, Call) else _TITLES.get(type(part), "part")
