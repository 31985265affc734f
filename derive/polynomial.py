"""Laurent polynomials with rational coefficients in numbered atoms; exponents may be fractions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

Exponent = int | Fraction
Monomial = tuple[tuple[int, Exponent], ...]
Poly = Mapping[Monomial, Fraction]

ZERO: Poly = {}
UNIT: Monomial = ()
ONE: Poly = {UNIT: Fraction(1)}


def constant(value: Fraction | int) -> Poly:
    """The polynomial of one number."""
    return {UNIT: Fraction(value)} if value else ZERO


def atom(number: int, exponent: Exponent = 1) -> Poly:
    """The polynomial of one atom to a power."""
    return {((number, exponent),): Fraction(1)} if exponent else ONE


def times(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials; atoms stay sorted by number."""
    if not a or not b:
        return a or b
    powers = dict(a)
    for number, exponent in b:
        powers[number] = powers.get(number, 0) + exponent
    return tuple(sorted((n, _tidy(e)) for n, e in powers.items() if e))


def _tidy(exponent: Exponent) -> Exponent:
    whole = isinstance(exponent, Fraction) and exponent.denominator == 1
    return int(exponent) if whole else exponent


def raised(a: Monomial, exponent: Exponent) -> Monomial:
    """The monomial to a power."""
    return tuple((n, _tidy(e * exponent)) for n, e in a) if exponent else UNIT


def add(*parts: Poly) -> Poly:
    """The sum."""
    total: dict[Monomial, Fraction] = {}
    for part in parts:
        for monomial, c in part.items():
            total[monomial] = total.get(monomial, 0) + c
    return {m: c for m, c in total.items() if c}


def scale(a: Poly, factor: Fraction | int) -> Poly:
    """The product with a number."""
    return {m: c * factor for m, c in a.items()} if factor else ZERO


def mul(a: Poly, b: Poly) -> Poly:
    """The product."""
    if len(a) > len(b):
        a, b = b, a
    total: dict[Monomial, Fraction] = {}
    for m, c in a.items():
        for other, d in b.items():
            product = times(m, other)
            total[product] = total.get(product, 0) + c * d
    return {m: c for m, c in total.items() if c}


def shift(a: Poly, monomial: Monomial) -> Poly:
    """The product with a monomial."""
    return {times(m, monomial): c for m, c in a.items()} if monomial else a


def atoms_of(a: Poly) -> frozenset[int]:
    """The numbers of the atoms that occur."""
    return frozenset(number for monomial in a for number, _ in monomial)


def least_exponents(a: Iterable[Monomial]) -> Monomial:
    """The greatest monomial that divides all of them, an absent atom counting as exponent 0."""
    least: dict[int, Exponent] = {}
    for position, monomial in enumerate(a):
        powers = dict(monomial)
        if position == 0:
            least = powers
            continue
        for number in least.keys() | powers.keys():
            least[number] = min(least.get(number, 0), powers.get(number, 0))
    return tuple(sorted((n, e) for n, e in least.items() if e))


def frozen(a: Poly) -> tuple[tuple[Monomial, Fraction], ...]:
    """The polynomial as a hashable value; equal polynomials give equal values."""
    return tuple(sorted(a.items()))
