"""Exact counterexamples: the smallest sizes and numbers at which the two sides differ.

Logits are logarithms of small whole numbers, so that softmax is a fraction and both sides are
exact. Where that cannot be followed the sides are enclosed in intervals, which must be disjoint.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

from derive.errors import OutOfBudget, OutOfFragment
from derive.problem import Problem, Symbol
from derive.syntax import Call, Entry, Mul, Name, Node, Pow, Rel, children, walk
from derive.witness.arithmetic import (
    Arithmetic,
    ByConvention,
    OutsidePremises,
    Undefined,
    Unsupported,
    V,
)
from derive.witness.corners import Unclear
from derive.witness.evaluate import Evaluator, Point
from derive.witness.intervals import Intervals
from derive.witness.points import Frame, Place, fill, respects_facts, trees
from derive.witness.rational import Exact, Rational

# How often each arithmetic draws numbers for a frame.
_ATTEMPTS = {Rational: 16, Intervals: 8}
_MAX_FRAMES = 60
# What stands for a side without a value.
UNDEFINED = "undefined"
_EXPONENTIAL = frozenset({"exp", "sigma", "softplus", "tanh"})


@dataclass(frozen=True)
class Counterexample:
    """A point at which left and right differ, with both values.

    `exp` holds e^f for the arrays that stand under an exponential, `values` every other number.
    `exact` says whether left and right are exact or rigorous intervals that do not meet.
    """

    sizes: Mapping[str, int]
    indices: Mapping[str, int]
    labels: Mapping[str, Any]
    exp: Mapping[str, Any]
    values: Mapping[str, Any]
    left: str
    right: str
    exact: bool = field(default=True)

    def to_json(self) -> dict[str, Any]:
        """The point as plain data; fractions are text."""
        return {
            "sizes": dict(self.sizes),
            "indices": dict(self.indices),
            "labels": dict(self.labels),
            "exp": dict(self.exp),
            "values": dict(self.values),
            "left": self.left,
            "right": self.right,
            "exact": self.exact,
        }

    @classmethod
    def from_json(cls, data: Any) -> Counterexample:
        """The counterexample whose `to_json` this is; raises ValueError if it is that of none."""
        if not isinstance(data, dict) or data.keys() != {each.name for each in fields(cls)}:
            raise ValueError("not the parts of a counterexample")
        nested = [data[name] for name in ("sizes", "indices", "labels", "exp", "values")]
        if not all(isinstance(part, dict) for part in nested):
            raise ValueError("a part of the counterexample is no mapping")
        if not isinstance(data["left"], str) or not isinstance(data["right"], str):
            raise ValueError("the values of the counterexample are no text")
        if not isinstance(data["exact"], bool):
            raise ValueError("the counterexample does not say whether it is exact")
        return cls(**data)

    def __str__(self) -> str:
        parts = [f"{name} = {value}" for name, value in self.sizes.items()]
        parts += [f"{name} = {value}" for name, value in self.indices.items()]
        parts += [f"{name} = {_tuple(value)}" for name, value in self.labels.items()]
        parts += [f"e^{name} = {_tuple(value)}" for name, value in self.exp.items()]
        parts += [f"{name} = {_tuple(value)}" for name, value in self.values.items()]
        return f"{', '.join(parts)}: left = {self.left}, right = {self.right}"


def _tuple(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(_tuple, value))})"
    return str(value)


def counterexample(
    problem: Problem,
    frames: Iterable[Frame],
    avoid: Mapping[str, str] | None = None,
    *,
    valued: bool = False,
) -> Counterexample | None:
    """The first difference found over the frames, smallest first; None if there is none.

    Every definition has a value at the point: what a definition needs is a premise of the claim.
    `avoid` are values that scalars must not have. With `valued` both sides have a value.
    """
    chosen = list(itertools.islice(frames, _MAX_FRAMES))
    drawn = _Kinds(_under_exponential(problem), compares_numbers(problem))
    # Where both sides are known exactly, no interval tells more.
    exactly: set[tuple[int, int]] = set()
    for arithmetic in (Rational(), Intervals(), Intervals(1024)):
        for place, frame in enumerate(chosen):
            for attempt in range(_ATTEMPTS[type(arithmetic)]):
                if (place, attempt) in exactly:
                    continue
                try:
                    found = _try(problem, frame, arithmetic, drawn, attempt)
                except (Undefined, Unsupported):
                    continue
                except OutOfFragment:
                    break
                except OutOfBudget:
                    return None
                if isinstance(arithmetic, Rational):
                    exactly.add((place, attempt))
                if found is None or (valued and UNDEFINED in (found.left, found.right)):
                    continue
                if not any(found.values.get(n) == value for n, value in (avoid or {}).items()):
                    return found
    return None


def is_seen(problem: Problem, frames: Iterable[Frame]) -> bool:
    """Whether there is a point at which both sides can be looked at, with values or without.

    And none at which it is unclear whether they have a slope: one side alone may have one there.
    """
    chosen = list(itertools.islice(frames, _MAX_FRAMES))
    drawn = _Kinds(_under_exponential(problem), compares_numbers(problem))
    seen = False
    for arithmetic in (Rational(), Intervals()):
        tried = itertools.product(chosen, range(_ATTEMPTS[type(arithmetic)]))
        for frame, attempt in tried:
            try:
                _try(problem, frame, arithmetic, drawn, attempt)
                seen = True
            except Unclear:
                return False
            except (Undefined, Unsupported, OutOfFragment):
                continue
    return seen


def _try(
    problem: Problem,
    frame: Frame,
    arithmetic: Rational | Intervals,
    kinds: _Kinds,
    attempt: int,
) -> Counterexample | None:
    if isinstance(arithmetic, Rational):
        return _try_in(problem, frame, arithmetic, kinds, attempt, _differ_exactly)
    return _try_in(problem, frame, arithmetic, kinds, attempt, _differ_apart)


def _try_in(
    problem: Problem,
    frame: Frame,
    arithmetic: Arithmetic[V],
    kinds: _Kinds,
    attempt: int,
    differ: Callable[[Arithmetic[V], V, V], tuple[str, str] | None],
) -> Counterexample | None:
    rng = random.Random(attempt)
    chosen = _Numbers(kinds, attempt, rng)

    def draw(symbol: Symbol, at: tuple[int, ...]) -> V:
        return chosen.meant(arithmetic, (symbol.name, at), chosen.value(symbol, at))

    point = fill(problem, frame, arithmetic, draw, rng)
    if not respects_facts(problem, arithmetic, point):
        raise OutsidePremises("a number that is not of its kind")
    evaluator = Evaluator(problem, arithmetic, point)
    left, right = _side(evaluator, problem.left), _side(evaluator, problem.right)
    if left is None and right is None:
        return None
    if left is None or right is None:
        shown = [
            _shown(arithmetic, side) if side is not None else UNDEFINED for side in (left, right)
        ]
    else:
        apart = differ(arithmetic, left, right)
        if apart is None:
            return None
        shown = list(apart)
    return _report(problem, frame, arithmetic, point, chosen, shown)


def _side(evaluator: Evaluator[V], node: Node) -> V | None:
    try:
        return evaluator.value(node)
    except (OutsidePremises, ByConvention):
        raise
    except Undefined:
        return None


def _differ_exactly(
    arithmetic: Arithmetic[Exact], left: Exact, right: Exact
) -> tuple[str, str] | None:
    return None if left == right else (str(left), str(right))


def _differ_apart(arithmetic: Any, left: Any, right: Any) -> tuple[str, str] | None:
    if not arithmetic.disjoint(left, right):
        return None
    return arithmetic.show_apart(left, right)  # type: ignore[no-any-return]


def _shown(arithmetic: Any, value: Any) -> str:
    return str(value) if isinstance(value, Exact) else arithmetic.show(value)


@dataclass(frozen=True)
class _Kinds:
    """How numbers are drawn: which are logarithms, and whether any are compared."""

    exponential: frozenset[str]
    compared: bool


def compares_numbers(problem: Problem) -> bool:
    """Whether the order of two numbers is asked for."""
    parts = (part for tree in trees(problem) for part in walk(tree))
    return any(isinstance(p, Rel) and p.op not in ("==", "!=") for p in parts)


class _Numbers:
    """Small numbers for every symbol: first 1, 2, 3, ..., then zeros and 2, 3, ..., then random."""

    def __init__(self, kinds: _Kinds, attempt: int, rng: random.Random) -> None:
        self.exponential, self._compared = kinds.exponential, kinds.compared
        self._attempt, self._rng = attempt, rng
        self.used: dict[Place, Fraction] = {}
        self._count: dict[str, int] = {}

    def value(self, symbol: Symbol, at: tuple[int, ...]) -> Fraction:
        if (symbol.name, at) not in self.used:
            self._count[symbol.name] = self._count.get(symbol.name, 0) + 1
        drawn = self.used[symbol.name, at] = self._draw(symbol, self._count[symbol.name])
        return drawn

    def meant(self, arithmetic: Arithmetic[V], place: Place, drawn: Fraction) -> V:
        """The number of an entry for which `drawn` was drawn: perhaps as its exponential."""
        value = arithmetic.const(drawn)
        return arithmetic.log(value) if place[0] in self.exponential else value

    def shown(self, arithmetic: Arithmetic[V], place: Place, number: V) -> str:
        """The entry, or its exponential, as it was drawn; one that was solved for as it is."""
        drawn = self.used[place]
        if self.meant(arithmetic, place, drawn) == number:
            return str(drawn)
        inside = place[0] in self.exponential
        return _shown(arithmetic, arithmetic.exp(number) if inside else number)

    def _draw(self, symbol: Symbol, place: int) -> Fraction:
        top = 2 + self._attempt // 3
        first = self._attempt == 0
        second = self._attempt == 1
        random_whole = self._rng.randint(1, top)
        match symbol.kind:
            case "bit":
                return Fraction(self._rng.randint(0, 1))
            case "sign":
                return Fraction(self._rng.choice((-1, 1)))
            case "integer":
                return Fraction(random_whole)
            case "unit":
                return (
                    Fraction(1, 2)
                    if first
                    else Fraction(random_whole, random_whole + self._rng.randint(1, top))
                )
            case "simplex":
                return Fraction(1, 4 * (place + 1)) if first else Fraction(random_whole, 8 * top)
            case "positive" if not symbol.axes:
                return Fraction(1, 2) if first else Fraction(random_whole, self._rng.randint(1, 2))
        if first:
            return Fraction(place)
        later = self._attempt % 4 == 3
        if symbol.name in self.exponential or symbol.kind == "positive":
            if later and symbol.name in self.exponential:
                # Logits of both signs, for what asks for their sign.
                return Fraction(1 + random_whole) ** (1 if place % 2 else -1)
            return Fraction(place + 1 if second else random_whole)
        if second:
            return Fraction(0)
        whole = Fraction(self._rng.randint(-top, top))
        if later and self._compared:
            # Of cases, the one between 0 and 1 too.
            return whole / 4
        # A real exponent tells most of itself where it is no whole number.
        return whole + Fraction(1, 2) if later and not symbol.axes else whole


def _under_exponential(problem: Problem) -> frozenset[str]:
    """The real symbols that some exponential is taken of: they get logarithms as values."""
    found: set[str] = set()

    def names(node: Node, seen: frozenset[str]) -> Iterator[str]:
        name = getattr(node, "base", getattr(node, "id", ""))
        if name in problem.definitions and name not in seen:
            yield from names(problem.definitions[name].body, seen | {name})
        elif name in problem.symbols and problem.symbols[name].kind == "real":
            yield name
        elif isinstance(node, Mul):
            # One factor is a logarithm and the others whole: W[k, d]*x[d] then has an exact exp.
            found = (list(names(factor, seen)) for factor in node.factors)
            yield from next((some for some in found if some), [])
        elif not isinstance(node, Entry):
            for part in children(node):
                yield from names(part, seen)

    for tree in trees(problem):
        for part in walk(tree):
            if isinstance(part, Call) and part.function in _EXPONENTIAL:
                found.update(names(part.arg, frozenset()))
            elif isinstance(part, Pow) and isinstance(part.base, Name) and part.base.id == "e":
                found.update(names(part.exponent, frozenset()))
    return frozenset(found)


def _report(
    problem: Problem,
    frame: Frame,
    arithmetic: Arithmetic[V],
    point: Point[V],
    chosen: _Numbers,
    shown: list[str],
) -> Counterexample:
    exp: dict[str, Any] = {}
    values: dict[str, Any] = {}
    labels: dict[str, Any] = {}
    for symbol in problem.symbols.values():
        name = symbol.name
        if symbol.kind in ("label", "index"):
            known = {at: place for (base, at), place in point.labels.items() if base == name}
            labels[name] = _nested(symbol, frame, known)
        else:
            final = {
                place[1]: chosen.shown(arithmetic, place, number)
                for place, number in point.numbers.items()
                if place[0] == name
            }
            numbers = exp if name in chosen.exponential else values
            numbers[name] = _nested(symbol, frame, final)
    exact = isinstance(arithmetic, Rational)
    return Counterexample(
        dict(frame.sizes), dict(frame.indices), labels, exp, values, shown[0], shown[1], exact
    )


def _nested(symbol: Symbol, frame: Frame, value: Mapping[tuple[int, ...], Any]) -> Any:
    """The entries of an array as nested lists; a scalar as itself."""

    def at(prefix: tuple[int, ...]) -> Any:
        if len(prefix) == len(symbol.axes):
            return value[prefix]
        size = frame.sizes[symbol.axes[len(prefix)]]
        return [at((*prefix, place)) for place in range(1, size + 1)]

    return at(())
