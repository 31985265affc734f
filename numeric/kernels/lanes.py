"""A pass printed for numba, LANES rows at a time: classes first, vectorised over the rows."""

from __future__ import annotations

from dataclasses import replace

from derive.errors import OutOfFragment
from derive.syntax import Logic, Neg, Node, Rel, children, rebuild, walk
from numeric.kernels.fusion import Spread, Step, Total
from numeric.kernels.kernel import Kernel, Pass
from numeric.kernels.loops import LANES, Compiled, Printer
from numeric.programs.program import Argmax, Fold, View

GROUP = 2
"""So many entries are added up without a look at what is lost."""


class Lanes(Printer):
    """LANES rows at a time, the classes first: each step is a loop over the lanes.

    If not all of them are tame, they are computed once more, and the wild ones are written.
    """

    row = "_[_r"

    def __init__(self, kernel: Kernel, work: Pass, tame: Printer | None = None) -> None:
        super().__init__(kernel, work, tame)
        self.labels = {s.name for s in self.steps if isinstance(s.op, Argmax)}
        self.of_rows = ["_best", "_part", "_lost"]
        self.only = "" if tame is None else "if _most[_r] > _limit: "

    def body(self) -> None:
        printers = [self] if self.tame is None else [self, self.tame]
        small = [s.name for p in printers for s in p.steps if not isinstance(s.op, Spread)]
        for name in dict.fromkeys(small):
            kind = "_int" if name in self.labels else "_real"
            self.write(f"{name} = _empty({LANES}, {kind})")
        self.write(f"for _i in range(0, _count, {LANES}):")
        self.depth += 1
        self.write(f"_r_n = min({LANES}, _count - _i)")
        self.ahead(f"(_i + {LANES})*_n", f"{LANES}*_n")
        for name in (*self.arguments, *(f"_to_{made}" for made in self.written)):
            if name.startswith("_to_") or self.extents[name].rows:
                self.write(f"{name}_ = {name}[_i : _i + _r_n]")
        for name in self.arguments:
            if self.extents[name].full:
                self.keep(name)
                self.write(f"_turned({name}_, {self.stored[name]}, _r_n, _n)")
        if self.tame is not None:
            self.tame.beside(self)
            self.tame.stored, self.tame.is_known = dict(self.stored), True
            self.tame.every()
            self.recompute(sorted(self.tame.unshifted))
        self.every()

    def recompute(self, guarded: list[str]) -> None:
        """What follows is done if a row is wild; it is written for the rows that are."""
        rows = "_i*_n : (_i + _r_n)*_n"
        wild = " or ".join(f"_most_of({name}.reshape(-1)[{rows}]) > _limit" for name in guarded)
        self.write(f"if {wild}:")
        self.depth += 1
        self.lane("_most[_r] = _size(_real(0))")
        for name in guarded:
            self.nested(f"_most[_r] = max(_most[_r], _size({self.stored[name]}[_k, _r]))")

    def keep(self, name: str) -> None:
        self.stored[name] = f"_s{len(self.stored)}"

    def nested(self, line: str, outer: str = "_k", inner: str = "_r") -> None:
        ranges = {"_k": "range(_n)", "_r": "range(_r_n)"}
        self.write(f"for {outer} in {ranges[outer]}:")
        self.write(f"    for {inner} in {ranges[inner]}:")
        self.write(f"        {line}")

    def lane(self, *lines: str) -> None:
        self.write("for _r in range(_r_n):")
        for line in lines:
            self.write(f"    {line}")

    def hoisted(self, expr: Node) -> Node:
        """The expression with its numbers of a row computed before, once for all classes."""
        if not children(expr) or isinstance(expr, Rel | Logic):
            return expr
        if self.is_full(expr) or any(
            isinstance(p, View) and self.is_class(p.name) for p in walk(expr)
        ):
            return rebuild(expr, tuple(map(self.hoisted, children(expr))))
        if isinstance(expr, Neg) and not children(expr.arg):
            return expr
        made = f"_h{len(self.of_rows)}"
        self.of_rows.append(made)
        self.lane(f"{made}[_r] = {self.shown(expr)}")
        return View(made)

    def variable(self, name: str) -> str:
        if self.is_class(name):
            return "_int(_k)"
        if name in self.of_rows:
            return f"{name}[_r]"
        if name in self.stored:
            return f"{self.stored[name]}[_k, _r]"
        extent = self.extents[name]
        if name not in self.given:
            return f"{name}[_r]"
        if extent.classes:
            return f"{name}[_k]"
        return f"{name}_[_r]" if extent.rows else name

    def step(self, step: Step) -> None:
        name = step.name
        match step.op:
            case Spread(expr=expr, puts=puts):
                self.keep(name)
                self.nested(f"{self.stored[name]}[_k, _r] = {self.shown(self.hoisted(expr))}")
                for label, value in puts:
                    target = f"{self.stored[name]}[{self.shown(label)}, _r]"
                    self.lane(f"{target} = {self.shown(value)}")
                if name in self.work.outputs and self.only:
                    store = f"{self.only}_to_{name}_[_r, _k] = {self.stored[name]}[_k, _r]"
                    self.nested(store, outer="_r", inner="_k")
                elif name in self.work.outputs:
                    self.write(f"_turned({self.stored[name]}, _to_{name}_, _n, _r_n)")
            case Total(array=array, kind="sum", puts=puts) if len(puts) < 2:
                summand = f"{self.stored[array]}[_k, _r]"
                if puts:
                    ((label, instead),) = puts
                    self.lane(f"{name}[_r] = {self.shown(instead)}")
                    summand = f"(_real(0) if _k == {self.shown(label)} else {summand})"
                else:
                    self.lane(f"{name}[_r] = _real(0)")
                self.grouped_sum(name, summand)
            case Total(array=array, kind="max", puts=()):
                self.maximum(name, array)
            case Argmax(expr=View(name=array)) if array in self.given:
                self.argmax(name, array)
            case Fold(expr=expr, kind="sum", axis=-2):
                self.lane(f"{self.only}_to_{name}_[_r] = {self.shown(expr)}")
            case Total():
                raise OutOfFragment("a fold that has no loop")
            case _:
                self.lane(f"{name}[_r] = {self.small(step)}")
        if name in self.work.outputs and not self.extents[name].classes:
            self.lane(f"{self.only}_to_{name}_[_r] = {name}[_r]")

    def grouped_sum(self, name: str, summand: str) -> None:
        """GROUP classes at a time, then the partial sums; what these are rounded by is kept."""
        self.lane("_lost[_r] = _real(0)")
        self.write(f"for _group in range(0, _n, {GROUP}):")
        self.depth += 1
        self.lane("_part[_r] = _real(0)")
        self.write(f"for _k in range(_group, min(_group + {GROUP}, _n)):")
        self.write("    for _r in range(_r_n):")
        self.write(f"        _part[_r] += {summand}")
        self.lane(f"{name}[_r], _lost[_r] = _added_to({name}[_r], _lost[_r], _part[_r])")
        self.depth -= 1
        self.lane(f"{name}[_r] += _lost[_r]")

    def maximum(self, name: str, array: str) -> None:
        """The largest entry of each lane, or nan."""
        stored = self.stored[array]
        self.lane(f"{name}[_r] = {stored}[0, _r]")
        self.write("for _k in range(1, _n):")
        self.write("    for _r in range(_r_n):")
        self.write(f"        _x = {stored}[_k, _r]")
        self.write(f"        {name}[_r] = _x if _x > {name}[_r] or _x != _x else {name}[_r]")

    def argmax(self, name: str, array: str) -> None:
        """The first largest entry of each lane; a nan counts as the largest."""
        stored = self.stored[array]
        self.lane(f"_best[_r] = {stored}[0, _r]", f"{name}[_r] = 0")
        self.write("for _k in range(1, _n):")
        self.write("    for _r in range(_r_n):")
        self.write(f"        _x = {stored}[_k, _r]")
        self.write("        _more = _x > _best[_r] or _x != _x")
        self.write("        _best[_r] = _x if _more else _best[_r]")
        self.write(f"        {name}[_r] = _int(_k) if _more else {name}[_r]")

    def compiled(self) -> Compiled:
        made = super().compiled()
        head, rest = made.source.split("\n", 1)
        also = self.tame.of_rows if isinstance(self.tame, Lanes) else []
        names = dict.fromkeys((*self.of_rows, *also))
        own = "".join(f"    {name} = _empty({LANES}, _real)\n" for name in names)
        own += f"    _most = _empty({LANES}, _int)\n" if self.tame else ""
        return replace(made, source=f"{head}\n{own}{rest}")
