"""Array programs as passes over the rows: what is computed once, per block of rows, and afterwards.

A value's *extent* says whether it has an entry for each row, for each class, both or neither. Both
is `full`: only such values are large, so only they are worth a buffer. A sum over the rows is known
when all blocks are done; what needs it belongs to a later pass. A pass computes the sums and the
outputs that are due in it, and whatever they need, again if need be. Sums are taken as late as
possible, so that the loss of a mean costs no pass of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from derive.errors import OutOfFragment
from derive.syntax import walk
from numeric.inputs import Signature
from numeric.programs.program import (
    Arange,
    Argmax,
    Floor,
    Fold,
    Line,
    Pick,
    Program,
    Size,
    Take,
    View,
    reads,
    views,
)


@dataclass(frozen=True)
class Extent:
    """Whether a value has an entry for each row and for each class."""

    rows: bool = False
    classes: bool = False

    @property
    def full(self) -> bool:
        return self.rows and self.classes

    def __or__(self, other: Extent) -> Extent:
        return Extent(self.rows or other.rows, self.classes or other.classes)


@dataclass(frozen=True)
class Pass:
    """One run over the blocks.

    `first` lines are computed before it, once; `lines` for each block of rows. `sums` are the folds
    over rows that it finishes, `outputs` the results with rows that it writes.
    """

    first: tuple[Line, ...]
    lines: tuple[Line, ...]
    sums: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Kernel:
    """A function in passes; `last` lines come after them. `extents` are those of all variables."""

    program: Program
    passes: tuple[Pass, ...]
    last: tuple[Line, ...]
    extents: Mapping[str, Extent]


def kernel(program: Program, call: Signature) -> Kernel:
    """The program in passes. Raises OutOfFragment for one that does not work row by row."""
    return _Schedule(program, call).kernel()


def of_arguments(call: Signature) -> Iterator[Extent]:
    """The extent of each argument. Raises OutOfFragment for axes besides rows and classes."""
    for given in call.inputs:
        if given.role == "logits":
            yield Extent(True, bool(call.slots))
        elif given.role == "array":
            own = set(given.axes)
            target = call.has_target and given == call.inputs[1]
            rows = (
                given.by_rows
                or (target and call.batched)
                or (len(call.slots) > 1 and call.slots[0] in own)
            )
            if own - set(call.slots):
                raise OutOfFragment(f"{given.name} has axes that the logits lack")
            yield Extent(rows, bool(call.slots) and call.slots[-1] in own)
        else:
            yield Extent(call.batched or bool(given.axes), False)


class _Schedule:
    """One program on its way to passes."""

    def __init__(self, program: Program, call: Signature) -> None:
        if len(call.slots) > 2 or len(set(call.slots)) < len(call.slots):
            raise OutOfFragment("other axes than rows and classes")
        self.program = program
        self.batched = call.batched
        self.extents = dict(zip(program.arguments, of_arguments(call), strict=False))
        for name in program.arguments[len(call.inputs) :]:
            self.extents[name] = self.extents[program.arguments[0]]
        self.lines = {line.name: line for line in program.lines}
        for line in program.lines:
            self.extents[line.name] = self._extent(line)
        self.row_sums = {line.name for line in program.lines if self._is_row_sum(line)}
        self.level = self._levels()

    def _extent(self, line: Line) -> Extent:
        op = line.op
        if isinstance(op, Arange):
            return Extent(False, True)
        if isinstance(op, Size):
            return Extent()
        expr = getattr(op, "expr", None)
        if expr is not None and any(isinstance(p, View) and p.axes for p in walk(expr)):
            raise OutOfFragment("axes besides rows and classes")
        if isinstance(op, Take):
            return self.extents[op.label]
        found = Extent()
        for name in reads(line):
            if not (isinstance(op, Floor) and name == op.like):
                found |= self.extents[name]
        match op:
            case Fold(axis=-1):
                return Extent(found.rows, False)
            case Fold(axis=-2) if not self.batched:
                return Extent(False, found.classes)
            case Argmax(axis=-1) | Pick():
                return Extent(found.rows, False)
            case Fold() | Argmax():
                raise OutOfFragment("a choice among rows")
            case _:
                return found

    def _is_row_sum(self, line: Line) -> bool:
        """A sum over rows that data of the rows goes into."""
        return (
            isinstance(line.op, Fold)
            and line.op.axis == -2
            and not self.batched
            and any(self.extents[name].rows for name in views(line.op.expr))
        )

    def _levels(self) -> dict[str, int]:
        """How many passes have to be over before a line can be computed."""
        level = dict.fromkeys(self.program.arguments, 0)
        for line in self.program.lines:
            needed = (level[name] + (name in self.row_sums) for name in reads(line))
            level[line.name] = max(needed, default=0)
            if line.name in self.row_sums and isinstance(line.op, Fold) and line.op.kind != "sum":
                raise OutOfFragment(f"a {line.op.kind} over the rows")
        return level

    def kernel(self) -> Kernel:
        outputs = [out.name for out in self.program.outputs]
        with_rows = [name for name in outputs if self.extents[name].rows]
        count = 1 + max((self.level[n] for n in (*with_rows, *self.row_sums)), default=0)
        due = self._due(count)
        passes = []
        known = set(self.program.arguments)
        for number in range(count):
            sums = tuple(n for n in self.lines if n in self.row_sums and due[n] == number)
            made = tuple(n for n in with_rows if self.level[n] == number)
            lines = self._needed((*sums, *made), stop=self.row_sums - set(sums))
            first = [line for line in lines if not self._in_rows(line.name)]
            once = tuple(line for line in first if line.name not in known)
            known |= {line.name for line in once} | set(sums)
            inner = tuple(line for line in lines if self._in_rows(line.name))
            passes.append(Pass(once, inner, sums, made))
        last = self._needed([n for n in outputs if n not in with_rows], stop=known)
        return Kernel(self.program, tuple(passes), last, self.extents)

    def _due(self, count: int) -> dict[str, int]:
        """The last pass that can finish a sum, the one before its first user."""
        needed: dict[str, int] = {}
        due = {}
        for line in reversed(self.program.lines):
            users = [needed[u.name] for u in self.program.lines if line.name in reads(u)]
            first = min(users, default=count)
            if line.name in self.row_sums:
                due[line.name] = first - 1
            needed[line.name] = self.level[line.name] if self._in_rows(line.name) else first
        return due

    def _in_rows(self, name: str) -> bool:
        """Whether it is computed for each block: it has rows, or sums over them."""
        return self.extents[name].rows or name in self.row_sums

    def _needed(self, names: Iterable[str], stop: Iterable[str]) -> tuple[Line, ...]:
        """The lines that lead to these names, in order; `stop` are known by other means."""
        wanted, stopped = set(names), set(stop)
        found = []
        for line in reversed(self.program.lines):
            if line.name in wanted and line.name not in stopped:
                found.append(line)
                wanted |= reads(line)
        return tuple(reversed(found))
