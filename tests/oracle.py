"""A third opinion, for the tests: sums by loops, derivatives by differences, 120 digits, no rules.

It shares the reader and the syntax tree with derive and nothing else: ranges of indices, kinds of
names, differentiation and equality are worked out here once more, in the most pedestrian way.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpmath import MPContext

from derive.read.formula import Equation, read_condition, read_equation
from derive.syntax import (
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
    children,
    free_names,
    walk,
)

mp = MPContext()
mp.dps = 120
# A difference over STEP leaves an error of about STEP**2 and a rounding error of 1e-120 / STEP**3.
_STEP = mp.mpf(10) ** -25
_SAME = mp.mpf(10) ** -32
_NOUGHT = mp.mpf(10) ** -36

Place = tuple[str, tuple[int, ...]]
Definition = tuple[tuple[str, ...], Node]


class Undefined(Exception):
    """The formula has no value at this point."""


def close(a: Any, b: Any, within: Any = _SAME) -> bool:
    return bool(abs(a - b) <= within * (1 + abs(a) + abs(b)))


@dataclass(frozen=True)
class Setting:
    """What the names of a claim mean: kinds and axes of arrays, ranges of letters, definitions."""

    definitions: Mapping[str, Definition]
    kinds: Mapping[str, str]
    axes: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, str]
    sizes: Mapping[str, int | None]
    indices: tuple[str, ...]
    where: tuple[Node, ...] = ()
    fixed: Mapping[str, int] = field(default_factory=dict)
    _sums: dict[int, tuple[Node, str]] = field(default_factory=dict, compare=False)

    def range_of_sum(self, node: Reduce) -> str:
        """The range of a sum's letter: the axis that it subscripts, else that of such letters."""
        if id(node) not in self._sums:
            letter = Name(node.index)
            entries = [part for part in walk(node.body) if isinstance(part, Entry)]
            axes = [
                self.axes[entry.base][place]
                for entry in entries
                if entry.base in self.axes
                for place, index in enumerate(entry.indices)
                if index == letter
            ]
            self._sums[id(node)] = node, axes[0] if axes else self.range_of(letter)
        return self._sums[id(node)][1]

    def range_of(self, index: Node) -> str:
        """The name of the size of an index' range."""
        if isinstance(index, Entry):
            return "n"
        return self.ranges.get(index.id, "n") if isinstance(index, Name) else "n"


def setting(
    equations: Sequence[Equation],
    given: Sequence[str] = (),
    declare: Sequence[str] = (),
    where: str = "",
) -> Setting:
    """The setting of claims. Undeclared arrays run over n; a label's value is a class, 1 to n."""
    kinds, axes, sizes = _declared(declare)
    definitions: dict[str, Definition] = {}
    for text in given:
        head, body = (e := read_equation(text)).left, e.right
        name = head.base if isinstance(head, Entry) else head.id
        definitions[name] = (tuple(i.id for i in children(head)), body)
    conditions = read_condition(where) if where else ()
    stated = [*(side for e in equations for side in (e.left, e.right)), *conditions]
    trees = [*stated, *(body for _, body in definitions.values())]
    letters = {n for n, kind in kinds.items() if kind in ("label", "index") and not axes[n]}
    ranges: dict[str, str] = {}
    for part in itertools.chain.from_iterable(map(walk, trees)):
        if isinstance(part, Reduce):
            letters.add(part.index)
        for index, size in _subscripts(part, axes, kinds):
            letters.add(index.id)
            if size:
                ranges[index.id] = size
    for name, (params, _) in definitions.items():
        axes.setdefault(name, tuple(ranges.get(p, "n") for p in params))
        letters |= {*params}
    free = frozenset().union(*map(free_names, stated))
    free = free.union(*(free_names(body) - {*params} for params, body in definitions.values()))
    indices = tuple(sorted(free & letters))
    return Setting(definitions, kinds, axes, ranges, sizes, indices, conditions)


def _declared(
    declare: Sequence[str],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, int | None]]:
    """The kinds, the axes and the sizes that declarations state."""
    kinds: dict[str, str] = {}
    axes: dict[str, tuple[str, ...]] = {}
    sizes: dict[str, int | None] = {"n": None}
    for text in declare:
        names, kind, over = re.fullmatch(r"([\w, ]+): *(\w+)(?:\[(.*)\])?", text).groups()
        for name in re.split(r", *", names):
            if kind.isdigit():
                sizes[name] = int(kind)
            else:
                kinds[name], axes[name] = kind, tuple(re.split(r", *", over)) if over else ()
    for size in itertools.chain.from_iterable(axes.values()):
        sizes.setdefault(size, None)
    return kinds, axes, sizes


def _subscripts(
    part: Node, axes: Mapping[str, tuple[str, ...]], kinds: Mapping[str, str]
) -> Iterator[tuple[Name, str]]:
    """The letters used as an index by this node, each with its range where the node tells it."""
    if isinstance(part, Entry):
        over = axes.get(part.base, ("n",) if len(part.indices) == 1 else ("",) * 9)
        yield from ((i, s) for i, s in zip(part.indices, over, strict=False) if isinstance(i, Name))
    elif isinstance(part, Ind) and isinstance(part.condition, Rel):
        compared = (part.condition.left, part.condition.right)
        yield from ((i, "") for i in compared if isinstance(i, Name) and i.id not in kinds)


@dataclass
class Point:
    """Sizes, free indices, labels and numbers: one place at which a claim has two values."""

    setting: Setting
    sizes: Mapping[str, int]
    indices: Mapping[str, int]
    rng: random.Random = field(default_factory=random.Random)
    labels: dict[Place, int] = field(default_factory=dict)
    numbers: dict[Place, Any] = field(default_factory=dict)
    _known: dict[object, Any] = field(default_factory=dict)

    def value(self, node: Node) -> Any:
        """The number that a tree stands for. Raises Undefined."""
        return _Value(self, {}).of(node, dict(self.indices))

    def holds(self, condition: Node) -> bool:
        """Whether a condition is true, for every class that a letter without a value may be."""
        at = self.setting
        entries = [part for part in walk(condition) if isinstance(part, Entry)]
        letters = {i.id for e in entries for i in e.indices if isinstance(i, Name)}
        letters |= free_names(condition) & at.ranges.keys()
        unknown = sorted(
            letters - self.indices.keys() - {n for n, k in at.kinds.items() if k == "label"}
        )
        reach = [range(1, self.sizes[self._range_in(condition, a)] + 1) for a in unknown]
        return all(
            _Value(self, {}).truth(
                condition, {**self.indices, **dict(zip(unknown, c, strict=True))}
            )
            for c in itertools.product(*reach)
        )

    def _range_in(self, condition: Node, letter: str) -> str:
        """The size of the axis that a letter subscripts here, whatever it does elsewhere."""
        at = self.setting
        for part in walk(condition):
            if isinstance(part, Entry) and Name(letter) in part.indices and part.base in at.axes:
                return at.axes[part.base][part.indices.index(Name(letter))]
        return at.range_of(Name(letter))

    def number(self, place: Place) -> Any:
        """The number of a place; drawn when it is first asked for, to fit the declared kind."""
        if place not in self.numbers:
            self._draw(place)
        return self.numbers[place]

    def _draw(self, place: Place) -> None:
        name, at = place
        if name in self.setting.fixed:
            self.numbers[place] = mp.mpf(self.setting.fixed[name])
            return
        small = mp.mpf(self.rng.randint(100, 9900)) / 10007
        match self.setting.kinds.get(name, "real"):
            case "positive":
                value = 3 * small
            case "unit":
                value = small
            case "bit":
                value = mp.mpf(self.rng.randint(0, 1))
            case "sign":
                value = mp.mpf(self.rng.choice((-1, 1)))
            case "integer":
                value = mp.mpf(self.rng.randint(1, 5))
            case "simplex" | "onehot" as kind:
                self._draw_row(name, at[:-1], kind)
                return
            case _:
                value = 4 * small - 2
        self.numbers[place] = value

    def _draw_row(self, name: str, row: tuple[int, ...], kind: str) -> None:
        size = self.sizes[self.setting.axes.get(name, ("n",))[-1]]
        weights = [mp.mpf(self.rng.randint(1, 99)) for _ in range(size)]
        if kind == "onehot":
            chosen = self.rng.randrange(size)
            weights = [mp.mpf(int(k == chosen)) for k in range(size)]
        for k, weight in enumerate(weights):
            self.numbers[name, (*row, k + 1)] = weight / sum(weights)

    def label(self, place: Place) -> int:
        return self.labels.setdefault(place, self.rng.randint(1, self.sizes["n"]))


@dataclass
class _Value:
    """Evaluation at a point with some entries shifted a little."""

    point: Point
    shifts: Mapping[Place, Any]

    def of(self, node: Node, env: dict[str, int]) -> Any:
        match node:
            case Num(value=value):
                return mp.mpf(value.numerator) / value.denominator
            case Name(id=name):
                return self._name(name, env)
            case Entry(base=base, indices=indices):
                return self._place((base, tuple(self.index(i, env) for i in indices)))
            case Add(terms=parts):
                return mp.fsum(self.of(p, env) for p in parts)
            case Mul(factors=parts):
                return mp.fprod([self.of(p, env) for p in parts])
            case Neg(arg=arg):
                return -self.of(arg, env)
            case Div(num=top, den=bottom):
                above, below = self.of(top, env), self.of(bottom, env)
                return above / _not_zero(below)
            case Pow(base=base, exponent=exponent):
                names = {part.id for part in walk(exponent) if isinstance(part, Name)}
                setting = self.point.setting
                whole = {n for n in names if setting.kinds.get(n) in ("integer", "bit", "sign")}
                counts = setting.fixed.keys() | setting.sizes.keys() | env.keys() | whole
                varies = bool(names - counts)
                return _power(self.of(base, env), self.of(exponent, env), varies)
            case Call(function=function, arg=arg):
                return _FUNCTIONS[function](self.of(arg, env))
            case Reduce(kind=kind):
                values = list(self._terms(node, env))
                return {"sum": mp.fsum, "prod": mp.fprod, "max": max}[kind](values)
            case Deriv(body=body, wrt=wrt):
                return self._derivative(body, [self._target(v, env) for v in wrt], env)
            case Ind(condition=condition):
                return mp.mpf(int(self.truth(condition, env)))
            case Cases(branches=branches, otherwise=otherwise):
                chosen = (v for v, condition in branches if self.truth(condition, env))
                return self.of(next(chosen, otherwise), env)
        raise AssertionError(f"no value of {node}")

    def _name(self, name: str, env: dict[str, int]) -> Any:
        if name in env:
            return mp.mpf(env[name])
        if self.point.setting.kinds.get(hot := name.removeprefix("label_")) == "onehot":
            row = range(1, self.point.sizes[self.point.setting.axes[hot][-1]] + 1)
            return mp.mpf(next(k for k in row if self.point.number((hot, (k,)))))
        if name in self.point.sizes and name not in self.point.setting.kinds:
            return mp.mpf(self.point.sizes[name])
        return self._place((name, ()))

    def _place(self, place: Place) -> Any:
        definition = self.point.setting.definitions.get(place[0])
        shift = self.shifts.get(place, 0)
        if definition is None:
            sizes = [self.point.sizes[a] for a in self.point.setting.axes.get(place[0], ["n"])]
            if any(at > size for at, size in zip(place[1], sizes, strict=False)):
                raise Undefined(f"{place} does not exist")
            return self.point.number(place) + shift
        key = (place, frozenset(self.shifts.items()))
        if key not in self.point._known:
            params, body = definition
            env = dict(self.point.indices) | dict(zip(params, place[1], strict=True))
            self.point._known[key] = self.of(body, env)
        return self.point._known[key] + shift

    def index(self, node: Node, env: dict[str, int]) -> int:
        match node:
            case Num(value=value):
                return int(value)
            case Name(id=name):
                return env[name] if name in env else self.point.label((name, ()))
            case Entry(base=base, indices=indices):
                return self.point.label((base, tuple(self.index(i, env) for i in indices)))
        raise AssertionError(f"no index: {node}")

    def _terms(self, node: Reduce, env: dict[str, int]) -> Iterator[Any]:
        size = node.over or self.point.setting.range_of_sum(node)
        for place in range(1, self.point.sizes[size] + 1):
            inner = {**env, node.index: place}
            if node.where is None or self.truth(node.where, inner):
                yield self.of(node.body, inner)

    def _target(self, node: Node, env: dict[str, int]) -> Place:
        return (node.id, ()) if isinstance(node, Name) else self._entry_place(node, env)

    def _entry_place(self, node: Node, env: dict[str, int]) -> Place:
        assert isinstance(node, Entry)
        return node.base, tuple(self.index(i, env) for i in node.indices)

    def _derivative(self, body: Node, targets: list[Place], env: dict[str, int]) -> Any:
        total = mp.mpf(0)
        for signs in itertools.product((1, -1), repeat=len(targets)):
            shifts = dict(self.shifts)
            for sign, place in zip(signs, targets, strict=True):
                shifts[place] = shifts.get(place, 0) + sign * _STEP
            value = _Value(self.point, shifts).of(body, env)
            total += value if signs.count(-1) % 2 == 0 else -value
        return total / (2 * _STEP) ** len(targets)

    def truth(self, node: Node, env: dict[str, int]) -> bool:
        match node:
            case Logic(op="not", args=args):
                return not self.truth(args[0], env)
            case Logic(op=op, args=args):
                return (all if op == "and" else any)(self.truth(a, env) for a in args)
            case Rel(op=op, left=left, right=right):
                a, b = self._compared(left, env), self._compared(right, env)
                equal, less = abs(a - b) < _NOUGHT, a < b - _NOUGHT
                return {"==": equal, "<": less, "<=": less or equal}.get(
                    op, {"!=": not equal, ">=": not less, ">": not less and not equal}.get(op)
                )
        raise AssertionError(f"no condition: {node}")

    def _compared(self, node: Node, env: dict[str, int]) -> Any:
        is_label = isinstance(node, Entry) and self.point.setting.kinds.get(node.base) == "label"
        return mp.mpf(self.index(node, env)) if is_label else self.of(node, env)


def _not_zero(x: Any) -> Any:
    if abs(x) < _NOUGHT:
        raise Undefined("division by zero")
    return x


def _log(x: Any) -> Any:
    if x < _NOUGHT:
        raise Undefined("logarithm of a number that is not positive")
    return mp.log(x)


def _power(base: Any, exponent: Any, varies: bool) -> Any:
    """x**T with a name in the exponent needs x > 0, whatever number T is."""
    if exponent == int(exponent) and not varies:
        return (base if exponent >= 0 else _not_zero(base)) ** int(exponent)
    if base == 0 and exponent > 0 and not varies:
        return base
    return mp.exp(exponent * _log(base))


def _sqrt(x: Any) -> Any:
    if x < 0:
        raise Undefined("root of a negative number")
    return mp.sqrt(x)


_FUNCTIONS = {
    "exp": mp.exp,
    "log": _log,
    "sqrt": _sqrt,
    "tanh": mp.tanh,
    "sigma": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "abs": abs,
}
