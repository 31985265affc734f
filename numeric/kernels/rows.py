"""A pass printed for numba, a row at a time, vectorised over the classes."""

from __future__ import annotations

from collections.abc import Mapping

from derive.errors import OutOfFragment
from derive.syntax import Add, Call, Neg, Node, add, walk
from numeric.kernels.fusion import Spread, Step, Total
from numeric.kernels.loops import LANES, Printer
from numeric.programs.program import Argmax, Fold, View

SHORT, STRIP = 8, 16
"""What is left beside a multiple of SHORT classes would not be vectorised: the last STRIP are gone
over once more instead."""
_FOLDS = {"sum": "_sum", "max": "_largest"}


def _less_log(expr: Node) -> tuple[Node, Node] | None:
    """a and b of a - log(1 + b)."""
    terms = expr.terms if isinstance(expr, Add) else (expr,)
    for at, term in enumerate(terms):
        match term:
            case Neg(arg=Call(function="log1p", arg=arg)):
                return add(*terms[:at], *terms[at + 1 :]), arg
    return None


class Rows(Printer):
    """One row at a time. Whether it is tame is known after the first loop over its classes.

    Logarithms that only a sum over the rows waits for are taken of LANES rows at once.
    """

    late: Mapping[str, tuple[Node, Node]] = {}

    def body(self) -> None:
        self.write(f"_is_cut = _n > {STRIP} and _n % {SHORT} != 0")
        self.write(f"_whole = _n - _n % {SHORT} if _is_cut else _n")
        self.write(f"_last = _natural(_n - {STRIP} if _is_cut else 0)")
        self.late = self.logs()
        if not self.late:
            self.write("for _i in range(_count):")
            self.each()
            return
        for name in self.late:
            self.write(f"_late_{name} = _empty({LANES}, _real)")
        self.write(f"for _first in range(0, _count, {LANES}):")
        self.depth += 1
        rows = f"for _i in range(_first, min(_first + {LANES}, _count)):"
        self.write(rows)
        self.each()
        self.write(rows)
        for name in self.late:
            self.write(f"    _to_{name}[_i] -= _log1p(_late_{name}[_i - _first])")

    def each(self) -> None:
        """What is done with a row."""
        before, self.depth = self.depth, self.depth + 1
        self.ahead("(_i + 1)*_n", "_n")
        if self.tame is not None:
            self.tame.beside(self)
            self.tame.every()
            self.write("else:")
            self.depth += 1
        self.every()
        self.depth = before

    def logs(self) -> dict[str, tuple[Node, Node]]:
        """The sums over rows whose summands are a number less log(1 + another): both of them."""
        folds = {s.name: s.op.expr for s in self.steps if isinstance(s.op, Fold)}
        found = {name: parts for name, expr in folds.items() if (parts := _less_log(expr))}
        if isinstance(self.tame, Rows):
            self.tame.late = {name: at for name, at in self.tame.logs().items() if name in found}
            return {name: parts for name, parts in found.items() if name in self.tame.late}
        return found

    def step(self, step: Step) -> None:
        name = step.name
        match step.op:
            case Spread(expr=expr, puts=puts) if name in self.work.outputs:
                self.loop(expr, f"_to_{name}[_i, _k]")
                self.puts(f"_to_{name}[_i, %s]", puts)
                self.inline[name] = View(name)
                self.stored[name] = f"_to_{name}"
            case Spread(expr=expr, puts=puts):
                if not self.keeps(step, step.op):
                    self.inline[name] = expr
                    return
                self.stored[name] = f"_s{len(self.stored)}"
                if puts:
                    self.loop(expr, f"{self.stored[name]}[_k]")
                    self.puts(f"{self.stored[name]}[%s]", puts)
                else:
                    self.pending[name] = expr
            case Total():
                self.total(name, step.op)
            case Argmax(expr=View(name=array)) if array in self.given:
                self.write(f"{name} = _largest_at({array}[_i])")
            case Fold(expr=expr, kind="sum", axis=-2):
                if name in self.late:
                    expr, log = self.late[name]
                    self.write(f"_late_{name}[_i - _first] = {self.shown(log)}")
                self.write(f"_to_{name}[_i] = {self.shown(expr)}")
            case _:
                self.write(f"{name} = {self.small(step)}")
        if name in self.work.outputs and not self.extents[name].classes:
            self.write(f"_to_{name}[_i] = {name}")

    def puts(self, target: str, puts: tuple[tuple[Node, Node], ...]) -> None:
        for label, value in puts:
            self.write(f"{target % self.shown(label)} = {self.shown(value)}")

    def variable(self, name: str) -> str:
        if self.is_class(name):
            return "_int(_k)"
        if name in self.pending:
            return f"_at_{name}"
        if name in self.stored:
            stored = self.stored[name]
            return f"{stored}[_i, _k]" if stored.startswith("_to_") else f"{stored}[_k]"
        if name in self.inline:
            return self.shown(self.inline[name])
        if name not in self.given:
            return name
        extent = self.extents[name]
        axes = ["_i"] * extent.rows + ["_k"] * extent.classes
        return f"{name}[{', '.join(axes)}]" if axes else name

    def first_use(self, expr: Node) -> list[str]:
        """What is computed and kept on the way, for the classes of this loop."""
        found: list[str] = []
        for part in walk(expr):
            if isinstance(part, View):
                inner = self.inline.get(part.name, self.pending.get(part.name))
                if inner is not None and inner != part:
                    found.extend(n for n in self.first_use(inner) if n not in found)
                if part.name in self.pending and part.name not in found:
                    found.append(part.name)
        return found

    def inner(self, expr: Node, target: str, kept: list[str], guards: list[str]) -> list[str]:
        """The body of a loop: what is kept, then the target, then how far the entries reach."""
        lines = []
        for name in kept:
            lines.append(f"_at_{name} = {self.shown(self.pending[name])}")
            lines.append(f"{self.stored[name]}[_k] = _at_{name}")
        lines.append(f"{target} = {self.shown(expr)}")
        return lines + [f"_most = max(_most, _size({entry}))" for entry in guards]

    def over_classes(self, lines: list[str]) -> None:
        """A loop over the classes. Wild rows are few: theirs is not worth a second one."""
        count = "_n" if self.tame is not None else "_whole"
        self.write(f"for _k in range(_natural(0), _natural({count})):")
        for line in lines:
            self.write(f"    {line}")
        if self.tame is None:
            self.write("if _is_cut:")
            self.write(f"    for _k in range(_last, _last + _natural({STRIP})):")
            for line in lines:
                self.write(f"        {line}")

    def loop(self, expr: Node, target: str) -> None:
        kept, guards = self.first_use(expr), [] if self.is_known else self.guards(expr)
        if guards:
            self.write("_most = _size(_real(0))")
        self.over_classes(self.inner(expr, target, kept, guards))
        for name in kept:
            del self.pending[name]
        if guards:
            self.is_known = True
            self.write("if _most <= _limit:")
            self.depth += 1

    def total(self, name: str, op: Total) -> None:
        """The sum of a row that is kept, an entry replaced meanwhile."""
        if len(op.puts) > 1 or op.kind not in _FOLDS:
            raise OutOfFragment("a fold that has no loop")
        if op.array in self.given:
            kept = f"{op.array}[_i]"
            if op.puts:
                raise OutOfFragment("an argument with an entry replaced")
        else:
            kept = self.kept(op.array)
        for label, value in op.puts:
            self.write(f"_left = {kept}[{self.shown(label)}]")
            self.write(f"{kept}[{self.shown(label)}] = {self.shown(value)}")
        kept = f"{kept}[:_n]" if op.kind == "max" else kept
        self.write(f"{name} = {_FOLDS[op.kind]}({kept})")
        for label, _ in op.puts:
            self.write(f"{kept}[{self.shown(label)}] = _left")

    def kept(self, name: str) -> str:
        """The buffer of a full value, filled now if it is not yet."""
        if name in self.pending:
            self.loop(self.pending.pop(name), f"{self.stored[name]}[_k]")
        elif name in self.inline:
            expr = self.inline.pop(name)
            self.stored[name] = f"_s{len(self.stored)}"
            self.loop(expr, f"{self.stored[name]}[_k]")
        return self.stored[name]
