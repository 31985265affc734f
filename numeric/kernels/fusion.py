"""The lines of a pass as few elementwise sweeps: what costs time is each touch of a full value.

Plain identities of arrays, each of them exact or rounding no worse than the line that it replaces:

- a value that is used once is computed where it is used, but not a number of the row for all
  classes; so is a condition; -(-a) is a;
- where(k == y, v, a), with v a number for each row, is `a` with one entry of each row replaced;
- what is done to such an array by numbers of the row is done to the entry by itself;
- where asked for, a function of an entry of each row is the entry of what it makes of the array;
- factors of the row are multiplied together first; a moderate divisor, the total of a softmax or a
  size, becomes a factor, though not twice; the same one for the entry that is replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from derive.syntax import (
    ONE,
    Add,
    Call,
    Cases,
    Div,
    Logic,
    Mul,
    Neg,
    Node,
    Rel,
    children,
    mul,
    rebuild,
    transform,
)
from numeric.kernels.kernel import Extent, Kernel, Pass
from numeric.programs.program import (
    Arange,
    Fold,
    Line,
    Map,
    Op,
    Size,
    Take,
    View,
    reads,
    views,
)

Put = tuple[Node, Node]
"""A label of each row and the number that replaces the entry there."""


@dataclass(frozen=True)
class Spread:
    """A full value: `expr`, then the entries at these labels replaced, the last of them winning."""

    expr: Node
    puts: tuple[Put, ...] = ()


@dataclass(frozen=True)
class Total:
    """The fold over the classes of a full variable, these entries replaced meanwhile."""

    array: str
    kind: str
    puts: tuple[Put, ...] = ()


@dataclass(frozen=True)
class Step:
    """name = op, in the order in which they are computed."""

    name: str
    op: Op | Spread | Total


def fused(
    kernel: Kernel, work: Pass, *, taking: bool = False
) -> tuple[tuple[Step, ...], dict[str, Extent]]:
    """The steps of a pass, for one block of rows; the extents of all variables, theirs too.

    `taking` says that an entry of an array is sooner taken than computed once more.
    """
    fusion = _Fusion(kernel, replace(work, lines=_taken(work.lines)) if taking else work)
    return fusion.steps(), fusion.extents


class _Fusion:
    """One pass on its way to steps."""

    def __init__(self, kernel: Kernel, work: Pass) -> None:
        self.extents = dict(kernel.extents)
        self.lines = {line.name: line for line in kernel.program.lines}
        self.totals = kernel.program.totals
        self.work = work
        self.taken = set(self.extents)
        self.rows: dict[Node, Node] = {}
        self.scales: dict[Node, View] = {}

    def steps(self) -> tuple[Step, ...]:
        kept = {*self.work.sums, *self.work.outputs}
        uses = Counter(name for line in self.work.lines for name in _uses(line))
        for_all = frozenset[str]().union(
            *(reads(line) for line in self.work.lines if self.extents[line.name].full)
        )
        inlined: dict[str, Node] = {}
        found: list[Step] = []
        for line in self.work.lines:
            op = line.op
            if isinstance(op, Map | Fold):
                op = replace(op, expr=_inline(op.expr, inlined))
            once = uses[line.name] == 1 and line.name not in kept | self.totals
            if isinstance(op, Map) and self.extents[line.name].full:
                if (once or isinstance(op.expr, Rel | Logic)) and line.name not in kept:
                    inlined[line.name] = op.expr
                else:
                    found.append(Step(line.name, self.spread(op.expr)))
            elif isinstance(op, Map) and once and line.name not in for_all:
                inlined[line.name] = op.expr
            elif isinstance(op, Fold) and self.extent(op.expr).full and op.axis == -1:
                found.extend(self.total(line.name, op))
            elif isinstance(op, Fold) and self.extent(op.expr).full:
                full = View(self.fresh("summand", Extent(True, True)))
                found.append(Step(full.name, self.spread(op.expr)))
                found.append(Step(line.name, replace(op, expr=full)))
            else:
                found.append(Step(line.name, op))
                if isinstance(op, Map):
                    self.rows[View(line.name)] = op.expr
        scales = [Step(view.name, Map(scale)) for scale, view in self.scales.items()]
        return _used(_ordered((*scales, *found), self.extents), kept)

    def total(self, name: str, op: Fold) -> list[Step]:
        base, puts = self.split(op.expr)
        if isinstance(base, View):
            return [Step(name, Total(base.name, op.kind, puts))]
        full = self.fresh("summand", Extent(True, True))
        return [Step(full, self.spread(op.expr)), Step(name, Total(full, op.kind))]

    def spread(self, expr: Node) -> Spread:
        base, puts = self.split(expr)
        entries = tuple((label, self.scaled(self.entry(v))) for label, v in puts)
        return Spread(self.scaled(base), entries)

    def fresh(self, wanted: str, extent: Extent) -> str:
        number, name = 1, wanted
        while name in self.taken:
            number, name = number + 1, f"{wanted}{number + 1}"
        self.taken.add(name)
        self.extents[name] = extent
        return name

    def extent(self, expr: Node) -> Extent:
        found = Extent()
        for name in views(expr):
            found |= self.extents[name]
        return found

    def split(self, expr: Node) -> tuple[Node, tuple[Put, ...]]:
        """The expression without the entries that are replaced, and those."""
        match expr:
            case Cases(branches=branches, otherwise=otherwise):
                labels = [self.label(condition, "==") for _, condition in branches]
                if all(labels) and not any(self.extent(v).classes for v, _ in branches):
                    base, puts = self.split(otherwise)
                    own = [
                        (label, v) for label, (v, _) in zip(labels, branches, strict=True) if label
                    ]
                    return base, (*puts, *reversed(own))
                label = self.label(branches[0][1], "!=")
                if len(branches) == 1 and label and not self.extent(otherwise).classes:
                    base, puts = self.split(branches[0][0])
                    return base, (*puts, (label, otherwise))
            case Neg() | Mul() | Div() | Add():
                return self.split_arithmetic(expr)
        return expr, ()

    def split_arithmetic(self, expr: Node) -> tuple[Node, tuple[Put, ...]]:
        """Arithmetic of one full operand with numbers of the row happens to each entry alone."""
        parts = children(expr)
        at = [place for place, part in enumerate(parts) if self.extent(part).classes]
        if len(at) != 1:
            return self.product(expr), ()

        def around(inner: Node) -> Node:
            return rebuild(expr, (*parts[: at[0]], inner, *parts[at[0] + 1 :]))

        base, puts = self.split(parts[at[0]])
        return self.product(around(base)), tuple((label, around(v)) for label, v in puts)

    def label(self, condition: Node, op: str) -> Node | None:
        """The label that the class is compared with, if that is what the condition does."""
        if not isinstance(condition, Rel) or condition.op != op:
            return None
        for one, other in (children(condition), children(condition)[::-1]):
            if isinstance(one, View) and one.name in self.lines:
                is_class = isinstance(self.lines[one.name].op, Arange)
                if is_class and not self.extent(other).classes:
                    return other
        return None

    def product(self, expr: Node) -> Node:
        """A product or quotient with the numbers of the row multiplied together first."""
        if not isinstance(expr, Mul | Div | Neg):
            return expr
        negative, tops, bottoms = _factors(expr)
        core = [part for part in tops if self.extent(part).classes]
        rest = [part for part in tops if not self.extent(part).classes and part != ONE]
        safe: list[Node] = []
        other: list[Node] = []
        for part in bottoms:
            (safe if self.is_safe(part) and part not in safe else other).append(part)
        if not core:
            core, rest = rest, []
        scale: Node = mul(*rest) if rest else ONE
        for divisor in safe:
            scale = Div(scale, divisor)
        made = mul(*core)
        for divisor in other:
            made = Div(made, divisor)
        if scale != ONE:
            return Mul((made, Neg(scale) if negative else scale))
        return Neg(made) if negative else made

    def entry(self, value: Node) -> Node:
        """A product in which a share of a total, the last one, is divided as the others are."""
        negative, tops, bottoms = _factors(value)
        for at in reversed(range(len(tops))):
            match self.rows.get(tops[at]):
                case Div(den=View(name=total)) as share if total in self.totals:
                    product = mul(*tops[:at], share, *tops[at + 1 :])
                    for divisor in bottoms:
                        product = Div(product, divisor)
                    return self.product(Neg(product) if negative else product)
        return value

    def scaled(self, expr: Node) -> Node:
        """A product as `product` leaves it, its factor of the row a variable of its own."""
        match expr:
            case Mul(factors=(made, Neg(arg=scale))):
                return Mul((made, Neg(self.scale(scale))))
            case Mul(factors=(made, scale)):
                return Mul((made, self.scale(scale)))
        return expr

    def scale(self, factor: Node) -> Node:
        if not isinstance(factor, Div) or self.extent(factor).classes:
            return factor
        if factor not in self.scales:
            self.scales[factor] = View(self.fresh("scale", self.extent(factor)))
        return self.scales[factor]

    def is_safe(self, divisor: Node) -> bool:
        """A size or a total of masses: 1/divisor is a number like others (or of 0 or nan)."""
        if not isinstance(divisor, View) or divisor.name not in self.lines:
            return False
        return divisor.name in self.totals or isinstance(self.lines[divisor.name].op, Size)


def _taken(lines: Sequence[Line]) -> tuple[Line, ...]:
    """With entries taken of an array, where functions of entries would be computed again.

    They are taken as soon as there is the array, before others replace them.
    """
    arrays = {line.op.expr: line.name for line in lines if isinstance(line.op, Map)}
    entries: dict[str, tuple[Node, str]] = {}
    early: dict[str, list[Line]] = {}
    late: list[Line] = []
    for line in lines:
        if isinstance(line.op, Take) and not line.op.shared:
            entries[line.name] = View(line.op.array), line.op.label
        elif isinstance(line.op, Map) and (entry := _entry_of(line.op.expr, entries)):
            array, label = arrays.get(entry[0]), entry[1]
            if array is not None:
                entries[line.name] = View(array), label
                if isinstance(line.op.expr, Call):
                    early.setdefault(array, []).append(Line(line.name, Take(array, label, False)))
                    continue
        late.append(line)
    return tuple(each for line in late for each in (line, *early.get(line.name, ())))


def _entry_of(expr: Node, entries: Mapping[str, tuple[Node, str]]) -> tuple[Node, str] | None:
    """An expression in the arrays that its entries were taken of, and their one label."""
    labels = {entries[name][1] for name in views(expr) if name in entries}
    if len(labels) != 1:
        return None

    def change(part: Node) -> Node | None:
        return entries[part.name][0] if isinstance(part, View) and part.name in entries else None

    return transform(expr, change), labels.pop()


def _uses(line: Line) -> list[str]:
    """Every use of a variable; a use that is not in an elementwise expression counts twice."""
    if isinstance(line.op, Map | Fold):
        counted: list[str] = []
        transform(line.op.expr, lambda p: counted.append(p.name) if isinstance(p, View) else None)
        return counted
    return [name for name in reads(line) for _ in range(2)]


def _inline(expr: Node, values: Mapping[str, Node]) -> Node:
    def change(part: Node) -> Node | None:
        match part:
            case View(name=name):
                return values.get(name)
            case Neg(arg=arg):
                inner = transform(arg, change)
                return inner.arg if isinstance(inner, Neg) else Neg(inner)
        return None

    return transform(expr, change)


def _factors(expr: Node) -> tuple[bool, list[Node], list[Node]]:
    """Whether the product is negated, its factors, its divisors."""
    match expr:
        case Neg(arg=arg):
            negative, tops, bottoms = _factors(arg)
            return not negative, tops, bottoms
        case Mul(factors=factors):
            signs, tops, bottoms = False, [], []
            for factor in factors:
                negative, above, below = _factors(factor)
                signs, tops, bottoms = signs != negative, tops + above, bottoms + below
            return signs, tops, bottoms
        case Div(num=top, den=bottom):
            negative, tops, bottoms = _factors(top)
            return negative, tops, [*bottoms, bottom]
        case _:
            return False, [expr], []


def step_reads(op: Op | Spread | Total) -> frozenset[str]:
    """The variables that a step uses."""
    match op:
        case Spread(expr=expr, puts=puts):
            return views(expr).union(*(views(part) for put in puts for part in put))
        case Total(array=array, puts=puts):
            return frozenset((array,)).union(*(views(part) for put in puts for part in put))
        case _:
            return reads(Line("", op))


def _used(steps: Sequence[Step], kept: Set[str]) -> tuple[Step, ...]:
    """Without those that only took part in what was put otherwise."""
    used: set[str] = set(kept)
    made: list[Step] = []
    for step in reversed(steps):
        if step.name in used:
            used |= step_reads(step.op)
            made.insert(0, step)
    return tuple(made)


def _ordered(steps: Sequence[Step], extents: Mapping[str, Extent]) -> tuple[Step, ...]:
    """The same steps, what is small as early as it can be: full values die sooner."""
    waiting, made = list(steps), []
    names = {step.name for step in steps}
    done: set[str] = set()
    while waiting:
        ready = [s for s in waiting if not (step_reads(s.op) & names) - done]
        step = next((s for s in ready if not extents[s.name].full), ready[0])
        waiting.remove(step)
        made.append(step)
        done.add(step.name)
    return tuple(made)
