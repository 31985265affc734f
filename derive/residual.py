"""The first opinion: a claim's residual, exactly, in every case of which indices are equal.

left - right is brought to its normal form in each case; the claim holds in the case, for every n at
once, if that is the zero polynomial.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derive.bits import with_bits
from derive.calculus import derivative_free
from derive.cases import Case, cases
from derive.errors import OutOfFragment
from derive.normal import Normaliser
from derive.orders import by_order, is_smooth
from derive.polynomial import Poly, add, scale
from derive.problem import Problem, with_value
from derive.summation import Summation
from derive.syntax import Cases, Deriv, Name, Node, num, walk

# Sums over at most this many classes are written out where the symbolic sum does not decide.
MAX_WRITTEN_OUT = 8


# Scalars of two values are given each of them, up to so many scalars.
_TWO_VALUES = {"bit": (0, 1), "sign": (1, -1)}
MAX_TWO_VALUED = 3


@dataclass(frozen=True)
class Residual:
    """left - right in one case; None where a side is undefined (a division by zero)."""

    case: Case
    numerator: Poly | None
    atoms: Summation

    @property
    def is_zero(self) -> bool:
        return self.numerator is not None and not self.numerator


def settled(problem: Problem) -> list[Residual]:
    """The residuals; where numbers are compared, those in each order where all are then 0."""
    try:
        found = _settled(problem)
    except OutOfFragment:
        ordered = _ordered(problem) or _with_bits(problem)
        if not ordered:
            raise
        return ordered
    if all(residual.is_zero for residual in found):
        return found
    return _ordered(problem) or found


def _with_bits(problem: Problem) -> list[Residual]:
    """The residuals with bits for comparisons; none if one is not 0 then.

    Bits are constants to a derivative, which says nothing of it where a comparison turns: only
    where the domain leaves such points out.
    """
    has_slopes = any(isinstance(part, Deriv) for part in _parts(problem))
    if has_slopes and is_smooth(problem, agrees, lambda _: True):
        return []
    for turned in (False, True):
        try:
            claim = with_bits(problem, turned=turned)
            found = [] if claim is None else _settled(claim)
        except OutOfFragment:
            return []
        if found and all(residual.is_zero for residual in found):
            return found
    return []


def _ordered(problem: Problem) -> list[Residual]:
    """The residuals in each order of the numbers that are compared; none if one is not 0."""
    found: list[Residual] = []
    try:
        for narrowed in by_order(problem, agrees):
            residuals_there = _settled(narrowed)
            if narrowed.assumptions != problem.assumptions and not _has_cases(problem):
                # x/abs(x) has no value where x == 0: a matter of the domain. Of cases one branch
                # has a value where another has none.
                residuals_there = [r for r in residuals_there if r.numerator is not None]
            if not all(residual.is_zero for residual in residuals_there):
                return []
            found += residuals_there
    except OutOfFragment:
        return []
    return found


def agrees(problem: Problem) -> bool:
    """Whether the sides of a claim without comparisons agree in every case."""
    try:
        return all(residual.is_zero for residual in _settled(problem))
    except OutOfFragment:
        return False


def _has_cases(problem: Problem) -> bool:
    return any(isinstance(part, Cases) for part in _parts(problem))


def _parts(problem: Problem) -> Iterator[Node]:
    """Every part of the claim and of its definitions."""
    bodies = (definition.body for definition in problem.definitions.values())
    return (part for tree in (problem.left, problem.right, *bodies) for part in walk(tree))


def _settled(problem: Problem) -> list[Residual]:
    """The residuals; sums over small concrete sizes are written out where that is needed."""
    found = list(residuals(problem))
    small = {s: count for s, count in problem.sizes.items() if count and count <= MAX_WRITTEN_OUT}
    if small and not all(residual.is_zero for residual in found):
        found = list(residuals(problem, small))
    if not all(residual.is_zero for residual in found):
        by_value = _by_value(problem, small)
        if by_value and all(residual.is_zero for residual in by_value):
            return by_value
    return found


def _by_value(problem: Problem, small: Mapping[str, int]) -> list[Residual]:
    """The residuals at every value of the scalars that have two; none if there are no such."""
    derivatives = (part for part in _parts(problem) if isinstance(part, Deriv))
    varied = {v.id for p in derivatives for v in p.wrt if isinstance(v, Name)}
    scalars = (s for s in problem.symbols.values() if not s.axes and s.name not in varied)
    two = [symbol for symbol in scalars if symbol.kind in _TWO_VALUES]
    if not 0 < len(two) <= MAX_TWO_VALUED:
        return []
    found: list[Residual] = []
    for values in itertools.product(*(_TWO_VALUES[symbol.kind] for symbol in two)):
        narrowed = problem
        for symbol, value in zip(two, values, strict=True):
            narrowed = with_value(narrowed, symbol.name, num(value))
        try:
            found += residuals(narrowed, small or None)
        except OutOfFragment:
            return []
    return found


def residuals(problem: Problem, sizes: Mapping[str, int] | None = None) -> Iterator[Residual]:
    """left - right in every case; with `sizes`, at these concrete sizes with sums written out.

    Raises OutOfFragment, OutOfBudget.
    """
    left = derivative_free(problem, problem.left)
    right = derivative_free(problem, problem.right)
    for case in cases(problem, sizes):
        normaliser = Normaliser(problem, case)
        try:
            difference = add(normaliser.poly(left), scale(normaliser.poly(right), -1))
            numerator, _ = normaliser.atoms.together(difference)
            if numerator:
                split = normaliser.atoms.by_values(normaliser.atoms.at_deltas(numerator))
                numerator, _ = normaliser.atoms.together(split)
        except ZeroDivisionError:
            yield Residual(case, None, normaliser.atoms)
            continue
        yield Residual(case, numerator, normaliser.atoms)
