"""What printed loops for numba have in common: the text of expressions, what is kept of a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from derive.errors import OutOfFragment
from derive.syntax import (
    Add,
    Call,
    Cases,
    Div,
    Logic,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Rel,
    children,
    walk,
)
from numeric.kernels.fusion import Spread, Step, fused, step_reads
from numeric.kernels.kernel import Kernel, Pass
from numeric.programs.program import (
    Arange,
    Floor,
    Fold,
    Map,
    NegativePart,
    Pick,
    PositivePart,
    Take,
    View,
)

LANES = 64
"""So many rows are taken at a time, or their logarithms."""


@dataclass(frozen=True)
class Compiled:
    """A printed function: its arguments, the full values it keeps (`scratch`), what it writes.

    A `guarded` one takes `_limit` too: as a whole number, the largest logit of a tame row.
    """

    source: str
    arguments: tuple[str, ...]
    scratch: int
    written: tuple[str, ...]
    guarded: bool


class Printer(ABC):
    """Steps to loops: what both forms share, the text of expressions.

    `tame` prints the same pass for tame rows, into the same function.
    """

    def __init__(self, kernel: Kernel, work: Pass, tame: Printer | None = None) -> None:
        self.work, self.tame = work, tame
        self.unshifted = kernel.program.unshifted
        self.lines_of = {line.name: line for line in kernel.program.lines}
        self.steps, self.extents = fused(kernel, work)
        made = {step.name for step in self.steps}
        used = frozenset[str]().union(*(step_reads(step.op) for step in self.steps))
        self.arguments = tuple(
            n for n in kernel.extents if n in used and n not in made and not self.is_class(n)
        )
        self.given = frozenset(self.arguments)
        self.written = (*work.sums, *work.outputs)
        self.inline: dict[str, Node] = {}
        self.stored: dict[str, str] = {}
        self.pending: dict[str, Node] = {}
        self.text: list[str] = []
        self.depth = 1
        self.is_known = False
        for step in self.steps:
            if isinstance(step.op, Fold) and step.op.axis == -2 and self.extents[step.name].classes:
                raise OutOfFragment("a sum over rows for each class")

    def is_class(self, name: str) -> bool:
        return name in self.lines_of and isinstance(self.lines_of[name].op, Arange)

    def compiled(self) -> Compiled:
        """The function, its parameters: arguments, then scratch, then what is written."""
        self.body()
        kept = [*self.stored.values(), *(self.tame.stored.values() if self.tame else ())]
        scratch = tuple(name for name in dict.fromkeys(kept) if not name.startswith("_to_"))
        given = (
            "_count",
            "_n",
            *(("_limit",) if self.tame else ()),
            *self.arguments,
            *scratch,
            *(f"_to_{name}" for name in self.written),
        )
        lines = ("    _wide()", *self.text)
        source = f"def pass_over({', '.join(given)}):\n" + "".join(f"{line}\n" for line in lines)
        return Compiled(source, self.arguments, len(scratch), self.written, self.tame is not None)

    @abstractmethod
    def body(self) -> None:
        """The lines of the function."""

    def beside(self, other: Printer) -> None:
        """Go on where another one is."""
        self.text, self.depth = other.text, other.depth

    def guards(self, expr: Node) -> list[str]:
        """The entries in an expression that have to be near 0."""
        found: dict[str, None] = {}
        for part in walk(expr):
            if isinstance(part, View):
                inner = self.inline.get(part.name, self.pending.get(part.name, part))
                if inner != part:
                    found.update(dict.fromkeys(self.guards(inner)))
                elif part.name in self.unshifted:
                    found[self.shown(part)] = None
        return list(found)

    def every(self) -> None:
        """All steps. Raises OutOfFragment if a row's tameness has not come to be known."""
        for step in self.steps:
            self.step(step)
        if self.unshifted and not self.is_known:
            raise OutOfFragment("no loop over the logits themselves")

    @abstractmethod
    def step(self, step: Step) -> None:
        """The lines of a step."""

    def ahead(self, start: str, length: str) -> None:
        """Ask for the memory of the rows that come next."""
        for name in (n for n in self.arguments if self.extents[n].full):
            self.write(f"_read_ahead({name}, {start}, {length})")
        for name in (n for n in self.work.outputs if self.extents[n].full):
            self.write(f"_write_ahead(_to_{name}, {start}, {length})")

    def write(self, line: str) -> None:
        self.text.append("    " * self.depth + line)

    def is_full(self, expr: Node) -> bool:
        return any(self.of_classes(p.name) for p in walk(expr) if isinstance(p, View))

    def of_classes(self, name: str) -> bool:
        return name in self.inline or name in self.stored or self.extents[name].classes

    @abstractmethod
    def variable(self, name: str) -> str:
        """A variable at class `_k` of one row."""

    def shown(self, node: Node) -> str:
        """An expression at class `_k` of one row."""
        parts = [self.shown(part) for part in children(node)]
        match node:
            case View(name=name):
                return self.variable(name)
            case Num(value=value):
                return f"_real({value.numerator / value.denominator!r})"
            case Add():
                return f"({' + '.join(parts)})"
            case Mul():
                return f"({'*'.join(parts)})"
            case Neg():
                return f"(-{parts[0]})"
            case Div():
                return f"({parts[0]}/{parts[1]})"
            case Pow(exponent=Num(value=value)) if value == 2:
                return f"({parts[0]}*{parts[0]})"
            case Pow():
                return f"({parts[0]}**{parts[1]})"
            case Call(function="exp", arg=arg):
                return f"{self.exponential(arg)}({parts[0]})"
            case Call(function=function):
                return f"_{function}({parts[0]})"
            case Rel(op=op):
                return f"({self.place(node.left)} {op} {self.place(node.right)})"
            case Logic(op="not"):
                return f"(not {parts[0]})"
            case Logic(op=op):
                return f"({f' {op} '.join(parts)})"
            case Cases(branches=branches):
                shown = parts[-1]
                for at in reversed(range(0, 2 * len(branches), 2)):
                    shown = f"({parts[at]} if {parts[at + 1]} else {shown})"
                return shown
        raise OutOfFragment(f"no loop for {type(node).__name__}")

    def exponential(self, node: Node) -> str:
        """The function for an entry of a tame row, for a gap to the largest entry, or for any."""
        if isinstance(node, View) and node.name in self.lines_of:
            op = self.lines_of[node.name].op
            node = op.expr if isinstance(op, Map) else node
        match node:
            case View(name=entry):
                return "_exp_near" if self.entry_of(entry) in self.unshifted else "_exp"
            case Add(terms=(View(name=entry), Neg(arg=View(name=top)))):
                largest = self.lines_of.get(top)
                of_row = Fold(View(self.entry_of(entry)), "max", -1, True)
                return "_exp_below" if largest is not None and largest.op == of_row else "_exp"
        return "_exp"

    def entry_of(self, name: str) -> str:
        """The array that a number of the row is taken from, or the name itself."""
        line = self.lines_of.get(name)
        return line.op.array if line is not None and isinstance(line.op, Take) else name

    def place(self, node: Node) -> str:
        """A side of a comparison: whole numbers stay whole."""
        if isinstance(node, Num) and node.value.denominator == 1:
            return str(node.value)
        return self.shown(node)

    def small(self, step: Step) -> str:
        """The right side of a step that is one number for each row."""
        match step.op:
            case Map(expr=expr):
                return self.shown(expr)
            case PositivePart(expr=expr):
                return f"_max({self.shown(expr)}, _real(0))"
            case NegativePart(expr=expr):
                return f"(-_max(-{self.shown(expr)}, _real(0)))"
            case Floor(expr=expr):
                return f"_max({self.shown(expr)}, _tiny)"
            case Take(array=array, label=label, shared=True):
                return f"{array}[{self.variable(label)}]"
            case Take(array=array, label=label):
                return f"{array}{self.row}, {self.variable(label)}]"
            case Pick(array=array, place=place):
                return f"{array}{self.row}, {place}]"
        raise OutOfFragment(f"no loop for {type(step.op).__name__}")

    row = "[_i"

    def keeps(self, step: Step, spread: Spread) -> bool:
        """Whether a full value is worth keeping: it took a function, or entries were replaced."""
        return bool(spread.puts) or any(isinstance(p, Call | Pow) for p in walk(spread.expr))
