"""Values of parameters and sizes at which a residual vanishes: eps == 1/2, n == 10."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.menu import Candidate, varied
from derive.polynomial import Monomial, Poly, atoms_of
from derive.problem import Problem, with_value
from derive.residual import Residual
from derive.show import text
from derive.syntax import Num

# Whole numbers and denominators that a root is made of.
_MOST = 1000
_DEGREE = 4
# Kinds of numbers of more than two values.
_KINDS = ("real", "positive", "unit", "integer")


def root_candidates(problem: Problem, residuals: Sequence[Residual]) -> Iterator[Candidate]:
    """`name == value` for each rational value at which all residuals vanish, with the problem then.

    A residual that is no polynomial in the name is not looked at; the condition is only proposed.
    """
    left = [residual for residual in residuals if not residual.is_zero]
    if any(residual.numerator is None for residual in left):
        return
    for name in _unknowns(problem):
        known = [_coefficients(residual, name) for residual in left]
        columns = [column for columns in known for column in columns]
        shared = (
            [r for r in _rational_roots(columns[0]) if _all_zero(columns, r)] if columns else []
        )
        for value in shared:
            narrowed = _at(problem, name, value)
            if narrowed is not None:
                yield f"{name} == {text(Num(value))}", narrowed


def _unknowns(problem: Problem) -> Iterator[str]:
    numbers = (s for s in problem.symbols.values() if not s.axes and s.kind in _KINDS)
    yield from (symbol.name for symbol in numbers if symbol.name not in varied(problem))
    yield from (size for size, known in problem.sizes.items() if known is None)


def _at(problem: Problem, name: str, value: Fraction) -> Problem | None:
    """The problem at that value; None where the name cannot have it."""
    symbol = problem.symbols.get(name)
    if symbol is None:
        count = int(value)
        return (
            replace(problem, sizes={**problem.sizes, name: count}) if value == count > 0 else None
        )
    excluded = {
        "positive": value <= 0,
        "unit": not 0 < value < 1,
        "integer": value <= 0 or value.denominator != 1,
    }
    if excluded.get(symbol.kind, False):
        return None
    return with_value(problem, name, Num(value))


_Column = Mapping[int, Fraction]


def _coefficients(residual: Residual, name: str) -> list[_Column]:
    """The residual as polynomials in the name, one for each monomial in what else there is."""
    poly: Poly = residual.numerator or {}
    keys = residual.atoms.keys
    numbers = {n for n in atoms_of(poly) if keys[n] in (("symbol", name), ("size", name))}
    columns: dict[Monomial, dict[int, Fraction]] = {}
    for monomial, c in poly.items():
        exponent = sum((e for n, e in monomial if n in numbers), Fraction(0))
        if exponent.denominator != 1:
            return [{0: Fraction(1)}]
        rest = tuple(power for power in monomial if power[0] not in numbers)
        columns.setdefault(rest, {})[int(exponent)] = c
    return list(columns.values())


def _all_zero(columns: Sequence[_Column], value: Fraction) -> bool:
    return all(sum(c * value**e for e, c in column.items()) == 0 for column in columns)


def _rational_roots(column: _Column) -> list[Fraction]:
    """The rational roots other than 0 of a polynomial of low degree and small coefficients."""
    least, most = min(column), max(column)
    if not 0 < most - least <= _DEGREE:
        return []
    ends = [column[least], column[most]]
    common = ends[0].denominator * ends[1].denominator
    tops, bottoms = (_divisors(int(abs(end) * common)) for end in ends)
    found = {sign * Fraction(p, q) for p in tops for q in bottoms for sign in (1, -1)}
    return sorted(value for value in found if _all_zero([column], value))


def _divisors(whole: int) -> list[int]:
    return [d for d in range(1, min(whole, _MOST) + 1) if whole % d == 0]
