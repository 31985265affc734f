"""From formulas to array programs: an index becomes an axis, a label a gather, a delta a mask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from derive.errors import OutOfFragment
from derive.problem import instantiate
from derive.read.words import DECIDED_FUNCTIONS
from derive.show import text
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Ind,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    add,
    children,
    mul,
    num,
    rebuild,
    same,
    substitute,
    walk,
    written,
)
from numeric.inputs import Signature
from numeric.names import head
from numeric.programs.arguments import Arguments, at_label
from numeric.programs.layout import Frame, Made
from numeric.programs.program import (
    Argmax,
    Floor,
    Fold,
    Line,
    Map,
    NegativePart,
    Op,
    Output,
    PositivePart,
    Program,
    Take,
    View,
    maxima,
    shared,
    title,
)
from numeric.stable.rewritten import Stable


def program(
    name: str,
    stable: Stable,
    call: Signature,
    results: Mapping[str, Sequence[tuple[str, str]]],
    extra: tuple[str, ...] = (),
) -> Program:
    """The function that returns these results, each over its (index, size) pairs.

    `extra` are arrays like the logits that it takes besides the inputs. Raises OutOfFragment for a
    formula that has no array program.
    """
    lowering = _Lowering(stable, call, extra)
    for axes in results.values():
        lowering.sizes.update(axes)
    outputs = [lowering.result(result, axes) for result, axes in results.items()]
    lines = maxima(shared(tuple(lowering.lines), lowering.names))
    arguments, totals = tuple(lowering.variables.values()), frozenset(lowering.totals)
    unshifted = frozenset(lowering.variables[array] for array in stable.unshifted)
    guards = tuple(lowering.guards())
    return Program(name, arguments, lines, tuple(outputs), totals, unshifted, guards)


# What is computed over its own axes before it is repeated along more of them.
_COMPOUND = (Add, Mul, Div, Pow, Call, Cases)


class _Lowering(Arguments):
    """One function on its way to lines."""

    def __init__(self, stable: Stable, call: Signature, extra: tuple[str, ...]) -> None:
        tops = {choice.name for choice in stable.choices.values() if choice.kind == "argmax"}
        super().__init__(call, extra, tops)
        self.stable = stable
        self.totals: set[str] = set()
        self.sums: dict[str, str] = {}

    def result(self, name: str, axes: Sequence[tuple[str, str]]) -> Output:
        """The lines of a result, the last of them under its name."""
        frame = self.embed([index for index, _ in axes])
        expr = self._lower(self.stable.results[name], frame)
        self.lines.append(Line(name, Map(expr)))
        return Output(name, 0 if axes else len(frame))

    def guards(self) -> Iterator[tuple[str, str]]:
        """For each array that is not shifted: the sum besides a label, the label's exponential."""
        for array, rest in self.stable.unshifted.items():
            taken = (line.name for line in self.lines if _takes(line, self.variables[array]))
            masses = [Map(Call("exp", View(name))) for name in taken]
            for line in self.lines:
                if line.op in masses:
                    yield self.sums[rest], line.name

    def _lower(self, node: Node, frame: Frame) -> Node:
        if isinstance(node, _COMPOUND) and len(self.embed(self.axes_of(node))) < len(frame):
            return self.view(self.variable(node, title(node), self._map(node)), frame)
        match node:
            case Num():
                return node
            case Name() | Entry():
                return self.view(self._leaf(node), frame)
            case Ind(condition=condition):
                return self._cases(Cases(((ONE, condition),), ZERO), frame)
            case Cases():
                return self._cases(node, frame)
            case Mul():
                return self._product(node, frame)
            case Div(num=top, den=Entry(base=base) as bottom) if base in self.stable.small:
                divisor = self.variable(Call("floor", bottom), "divisor", self._floor(bottom))
                return Div(self._lower(top, frame), self.view(divisor, frame))
            case Reduce():
                return self._reduce(node, frame)
            case Rel():
                return self._relation(node, frame)
            case Call(function="log", arg=Add(terms=(first, rest))) if first == ONE:
                return Call("log1p", self._lower(rest, frame))
            case Add(terms=(Call(function="exp", arg=arg), Neg(arg=last))) if last == ONE:
                return Call("expm1", self._lower(arg, frame))
            case Add(terms=(*rest, Neg(arg=Name() | Entry() as shift))) if self._shifts(
                shift, rest
            ):
                part = add(*rest)
                return self.view(self.variable(node, "low", self._map(part, NegativePart)), frame)
            case Call(function=function) if function not in DECIDED_FUNCTIONS:
                raise OutOfFragment(f"{function} has no array program")
            case Deriv():
                raise OutOfFragment(f"write {text(node)} out: a derivative has no array program")
            case _:
                return rebuild(node, tuple(self._lower(part, frame) for part in children(node)))

    def _leaf(self, node: Name | Entry) -> Made:
        """The variable of a definition, a choice, an input or a size."""
        name = head(node)
        if name in self.stable.definitions:
            return self._defined(node, name)
        if name in self.stable.choices:
            return self._chosen(node, name)
        if name in self.inputs:
            return self.argument(node, self._leaf)
        if isinstance(node, Name) and name not in self.sizes:
            return self.size(name)
        raise OutOfFragment(f"the index {text(node)} used as a number: no array program for that")

    def _defined(self, node: Name | Entry, name: str) -> Made:
        body = instantiate(self.stable.definitions[name], children(node))
        if isinstance(body, Reduce) and self._depends(_summand(body), body.index):
            folded = self._folded(body, name)
            self.sums[name] = folded[0]
            return folded

        if name in self.stable.slips:
            body = self._lost(body)
        labels = [at_label(index) for index in children(node) if not self.runs(index)]
        made = self.variable(node, "_".join((name, *labels)), self._map(body))
        if name in self.stable.totals:
            self.totals.add(made[0])
        return made

    def _lost(self, body: Node) -> Node:
        """What gap = a - b was rounded by, exactly (Knuth's TwoSum); 0 where gap is not finite."""
        assert isinstance(body, Add)
        a, minus_b, minus_gap = body.terms
        assert isinstance(minus_gap, Neg)
        gap = minus_gap.arg
        back = Add((gap, Neg(a)))
        lost = Add((Add((a, Neg(Add((gap, Neg(back)))))), Add((minus_b, Neg(back)))))
        return Cases(((lost, Rel("==", lost, lost)),), ZERO)

    def _map(
        self, body: Node, op: Callable[[Node], Op] = Map
    ) -> Callable[[list[str]], tuple[Op, Frame]]:
        def build(free: list[str]) -> tuple[Op, Frame]:
            frame = self.embed(free)
            return op(self._lower(body, frame)), frame

        return build

    def _chosen(self, node: Name | Entry, name: str) -> Made:
        choice = self.stable.choices[name]
        arguments = dict(zip(choice.params, children(node), strict=True))
        body = substitute(choice.body, arguments)
        if choice.kind == "argmax":
            self.sizes[choice.index] = choice.size

        def build(free: list[str]) -> tuple[Op, Frame]:
            if choice.kind != "argmax":
                frame = self.embed(free)
                made = self._lower(body, frame)
                return (Map(made) if choice.kind == "rounded" else PositivePart(made)), frame
            frame = self.embed([*free, choice.index])
            axis = frame.index(choice.index)
            home = (*frame[:axis], None, *frame[axis + 1 :])
            return Argmax(self._lower(body, frame), axis - len(frame)), home

        return self.variable(node, name, build)

    def _shifts(self, shift: Name | Entry, terms: Sequence[Node]) -> bool:
        """Whether it is the positive part of this sum, which less it is the negative part."""
        choice = self.stable.choices.get(head(shift))
        if choice is None or choice.kind != "positive part":
            return False
        arguments = dict(zip(choice.params, children(shift), strict=True))
        return same(substitute(choice.body, arguments), add(*terms))

    def _floor(self, bottom: Node) -> Callable[[list[str]], tuple[Op, Frame]]:
        def build(free: list[str]) -> tuple[Op, Frame]:
            frame, logits = self.embed(free), self.variables[self.call.inputs[0].name]
            return Floor(self._lower(bottom, frame), logits), frame

        return build

    def _cases(self, node: Cases, frame: Frame) -> Node:
        branches = [
            (_within(condition, value, self.runs), condition) for value, condition in node.branches
        ]
        lowered = tuple((self._lower(v, frame), self._lower(c, frame)) for v, c in branches)
        return Cases(lowered, self._lower(node.otherwise, frame))

    def _product(self, node: Mul, frame: Frame) -> Node:
        """Deltas become masks; 0 * log 0 is 0."""
        deltas = [f.condition for f in node.factors if isinstance(f, Ind)]
        rest = tuple(f for f in node.factors if not isinstance(f, Ind))
        if deltas:
            condition = deltas[0] if len(deltas) == 1 else Logic("and", tuple(deltas))
            return self._cases(Cases(((mul(*rest), condition),), ZERO), frame)
        logs = [f for f in rest if self._may_be_infinite(f)]
        weights = mul(*(f for f in rest if f not in logs))
        if logs and self._may_be_zero(weights):
            weight = self._lower(weights, frame)
            product = Mul((weight, *(self._lower(factor, frame) for factor in logs)))
            return Cases(((ZERO, Rel("==", weight, ZERO)),), product)
        if len(frame) > len(self.call.slots):
            # What has most axes first: p[k]*p[l] is exactly symmetric, w*p[k]*p[l] is not.
            rest = tuple(sorted(rest, key=lambda factor: -len(self.axes_of(factor))))
        return Mul(tuple(self._lower(factor, frame) for factor in rest))

    def _may_be_infinite(self, node: Node) -> bool:
        """A log of a probability, or a difference of such."""
        if isinstance(node, Add):
            return all(map(self._may_be_infinite, node.terms))
        node = node.arg if isinstance(node, Neg) else node
        return isinstance(node, Entry) and node.base in self.stable.logs

    def _may_be_zero(self, node: Node) -> bool:
        """Whether a weight of log p may be 0 while p underflows: targets, weights, p itself."""
        entries = {part.base for part in walk(node) if isinstance(part, Entry)}
        scalars = {part.id for part in walk(node) if isinstance(part, Name)}
        free = {name for name, given in self.inputs.items() if given.kind in ("real", "bit")}
        return bool(entries - self.stable.small - self.stable.logs) or bool(scalars & free)

    def _relation(self, node: Rel, frame: Frame) -> Node:
        """Of two indices: classes, counted from 0, against labels. Of two numbers: as it stands."""
        sides = children(node)
        if not any(self.runs(side) or self.is_label(side) for side in sides):
            return rebuild(node, tuple(self._lower(side, frame) for side in sides))
        return rebuild(node, tuple(self._place(side, frame) for side in sides))

    def _place(self, index: Node, frame: Frame) -> Node:
        if isinstance(index, Num):
            return num(index.value - 1)
        if isinstance(index, Name) and self.runs(index):
            return self.view(self.positions(index), frame)
        return self._lower(index, frame)

    def _reduce(self, node: Reduce, frame: Frame) -> Node:
        """A class sum is a reduction; of what does not depend on the class, a product."""
        self.sizes[node.index] = node.over
        body = _summand(node)
        if self._depends(body, node.index):
            return self.view(self._folded(node, f"{node.kind}_over_{written(node.index)}"), frame)
        times = {"sum": Mul((Name(node.over), body)), "prod": Pow(body, Name(node.over))}
        return self._lower(times.get(node.kind, body), frame)

    def _folded(self, node: Reduce, hint: str) -> Made:
        self.sizes[node.index] = node.over
        body = _summand(node)

        def build(free: list[str]) -> tuple[Op, Frame]:
            inner = self.embed(self.axes_of(body))
            axis = inner.index(node.index)
            keep = len(inner) == len(self.call.slots)
            home = (*inner[:axis], *((None,) if keep else ()), *inner[axis + 1 :])
            return Fold(self._lower(body, inner), node.kind, axis - len(inner), keep), home

        return self.variable(node, hint, build)

    def _depends(self, node: Node, index: str) -> bool:
        """Whether the value depends on the index, definitions looked through."""
        if isinstance(node, Entry) and node.base in self.stable.definitions:
            body = instantiate(self.stable.definitions[node.base], node.indices)
            return self._depends(body, index)
        return node == Name(index) or any(self._depends(part, index) for part in children(node))


def _summand(node: Reduce) -> Node:
    """What is added up (or multiplied) over the whole range, a condition turned into cases."""
    if node.where is None:
        return node.body
    if node.kind == "max":
        raise OutOfFragment("a maximum under a condition has no array program")
    return Cases(((node.body, node.where),), ZERO if node.kind == "sum" else ONE)


def _within(condition: Node, value: Node, runs: Callable[[Node], bool]) -> Node:
    """The value where the condition holds: under k == y, k is y, and a gather is enough."""
    if isinstance(condition, Rel) and condition.op == "==":
        for index, label in (children(condition), children(condition)[::-1]):
            if isinstance(index, Name) and runs(index) and not runs(label):
                return substitute(value, {index.id: label})
    return value


def _takes(line: Line, array: str) -> bool:
    return isinstance(line.op, Take) and line.op.array == array
