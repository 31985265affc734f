"""The first opinion: a claim's residual, exactly, in every case of which indices are equal.

left - right is brought to its normal form in each case; the claim holds in the case, for every n at
once, if that is the zero polynomial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derive.calculus import derivative_free
from derive.cases import Case, cases
from derive.normal import Normaliser
from derive.polynomial import Poly, add, scale
from derive.problem import Problem
from derive.summation import Summation

# Sums over at most this many classes are written out where the symbolic sum does not decide.
MAX_WRITTEN_OUT = 8


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
    """The residuals; sums over small concrete sizes are written out where that is needed."""
    found = list(residuals(problem))
    small = {s: count for s, count in problem.sizes.items() if count and count <= MAX_WRITTEN_OUT}
    if small and not all(residual.is_zero for residual in found):
        found = list(residuals(problem, small))
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
        except ZeroDivisionError:
            yield Residual(case, None, normaliser.atoms)
            continue
        yield Residual(case, numerator, normaliser.atoms)
