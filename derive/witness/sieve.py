"""A quick test of many formulas against one: equal at a handful of random points, or surely not."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

from derive.errors import OutOfBudget, OutOfFragment
from derive.problem import Problem
from derive.syntax import Node
from derive.witness.arithmetic import Undefined, Unsupported
from derive.witness.evaluate import Evaluator
from derive.witness.modular import Modular, NoRoot, Residue
from derive.witness.opinion import draw_primes, residues
from derive.witness.points import Frame, fill, frames

_POINTS = 12
# Values are compared at this many points; what agrees there is then asked at all of them.
_SPREAD = 4
_MOST_FRAMES = 400
# A claim without indices has one pattern: its numbers are drawn so many times.
_FEW = 6
_TRIES = 3 * _POINTS
_SEED = 1
# Ratios of two sides are looked for among fractions with terms up to this.
_LARGEST_TERM = 12


class Sieve:
    """Points with the wanted value at each; `passes` asks whether a formula has these values."""

    def __init__(self, problem: Problem, wanted: Node) -> None:
        self._problem = problem
        self._known: list[tuple[Evaluator[Residue], Residue]] = []
        primes = draw_primes()
        self.modulus = math.prod(primes)
        various = _various(problem)
        for place, frame in enumerate(itertools.islice(itertools.cycle(various), _TRIES)):
            arithmetic = Modular(primes, _SEED + place)
            rng = random.Random(f"{_SEED} {place}")
            try:
                point = fill(problem, frame, arithmetic, residues(arithmetic, rng), rng)
                evaluator = Evaluator(problem, arithmetic, point)
                self._known.append((evaluator, evaluator.value(wanted)))
            except (Undefined, Unsupported, NoRoot):
                continue
            enough = _POINTS if len(various) >= _POINTS else max(_FEW, len(various))
            if len(self._known) == enough:
                break

    def passes(self, formula: Node) -> bool:
        """Whether the formula agrees with the wanted one at every point that was kept."""
        try:
            return bool(self._known) and all(
                evaluator.value(formula).value == value.value for evaluator, value in self._known
            )
        except (Undefined, Unsupported, NoRoot, OutOfFragment, OutOfBudget, KeyError):
            return False

    def values(self, formula: Node) -> tuple[int, ...] | None:
        """The formula's values, modulo `modulus`, at a few points of different patterns."""
        try:
            return tuple(evaluator.value(formula).value for evaluator, _ in self._spread())
        except (Undefined, Unsupported, NoRoot, OutOfFragment, OutOfBudget, KeyError):
            return None

    @property
    def wanted(self) -> tuple[int, ...]:
        """The values that are wanted at the same points."""
        return tuple(value.value for _, value in self._spread())

    def _spread(self) -> list[tuple[Evaluator[Residue], Residue]]:
        """The first point of each pattern of indices, then others."""
        patterns: dict[object, tuple[Evaluator[Residue], Residue]] = {}
        for known in self._known:
            point = known[0].point
            pattern = (*point.indices.items(), *point.labels.items())
            patterns.setdefault(frozenset(pattern), known)
        first = list(patterns.values())
        return [*first, *(known for known in self._known if known not in first)][:_SPREAD]

    def ratio(self, formula: Node) -> Fraction | None:
        """The small constant r with wanted == r * formula at every point, if there is one."""
        for evaluator, value in self._known:
            try:
                other = evaluator.value(formula)
            except (Undefined, Unsupported, NoRoot, OutOfFragment, OutOfBudget, KeyError):
                return None
            if other.value and value.value:
                inverse = pow(other.value, -1, self.modulus)
                return _small_fraction(value.value * inverse, self.modulus)
        return None


def _various(problem: Problem) -> list[Frame]:
    """Frames of the larger sizes, of as many different patterns as can be had."""
    chosen = list(itertools.islice(frames(problem), _MOST_FRAMES))
    chosen.sort(key=lambda frame: -sum(frame.sizes.values()))
    large = chosen[: max(2 * _POINTS, len(chosen) // 2)]
    return large[:: max(1, len(large) // (2 * _POINTS))]


def _small_fraction(residue: int, modulus: int) -> Fraction | None:
    for bottom in range(1, _LARGEST_TERM + 1):
        top = residue * bottom % modulus
        signed = top if top <= modulus // 2 else top - modulus
        if abs(signed) <= _LARGEST_TERM:
            return Fraction(signed, bottom)
    return None
