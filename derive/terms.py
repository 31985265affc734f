"""The one door to SymPy: polynomials go in, exact factors come out.

SymPy sees generators with names of our own making, never a word of the input, and no string is
ever handed to it.
"""

from __future__ import annotations

import functools
import math
import os
from fractions import Fraction
from typing import Any

from derive.polynomial import Exponent, Monomial, Poly, atoms_of, frozen

for _variable in [name for name in os.environ if name.startswith("SYMPY_")]:
    # SymPy evaluates the values of its variables as Python at import.
    del os.environ[_variable]


class _Ring:
    """A SymPy polynomial ring over Q in the atoms of some polynomials, or in roots of them."""

    def __init__(self, *polys: Poly) -> None:
        from sympy import QQ, Symbol, ring

        self._domain = QQ
        self._atoms = sorted(frozenset().union(*map(atoms_of, polys)))
        self._roots = [self._root(number, polys) for number in self._atoms]
        self._place = {number: place for place, number in enumerate(self._atoms)}
        # SymPy wants at least one generator, even for a constant.
        symbols = [Symbol(f"a{place}") for place in range(max(1, len(self._atoms)))]
        self._ring = ring(symbols, QQ)[0]

    def _root(self, number: int, polys: tuple[Poly, ...]) -> int:
        exponents = (Fraction(e) for poly in polys for m in poly for n, e in m if n == number)
        return math.lcm(*(e.denominator for e in exponents))

    def element(self, poly: Poly) -> Any:
        terms = {}
        for monomial, c in poly.items():
            exponents = [0] * self._ring.ngens
            for number, exponent in monomial:
                place = self._place[number]
                exponents[place] = int(exponent * self._roots[place])
            terms[tuple(exponents)] = self._domain(c.numerator, c.denominator)
        return self._ring.from_dict(terms)

    def poly(self, element: Any) -> Poly:
        result: dict[Monomial, Fraction] = {}
        for exponents, c in element.terms():
            powers = zip(self._atoms, self._roots, exponents, strict=False)
            monomial = tuple((n, _whole(Fraction(e, root))) for n, root, e in powers if e)
            result[monomial] = _fraction(c)
        return result


def factors(poly: Poly) -> tuple[Fraction, tuple[tuple[Poly, int], ...]]:
    """A polynomial with exponents >= 0 as constant * product of irreducible ** multiplicity."""
    return _factors(frozen(poly))


@functools.lru_cache(maxsize=1024)
def _factors(
    key: tuple[tuple[Monomial, Fraction], ...],
) -> tuple[Fraction, tuple[tuple[Poly, int], ...]]:
    poly = dict(key)
    ring = _Ring(poly)
    content, parts = ring.element(poly).factor_list()
    return _fraction(content), tuple((ring.poly(part), int(times)) for part, times in parts)


def quotient(poly: Poly, divisor: Poly) -> Poly | None:
    """poly / divisor if the division leaves nothing, else None; exponents >= 0 in both."""
    ring = _Ring(poly, divisor)
    result, rest = divmod(ring.element(poly), ring.element(divisor))
    return None if rest else ring.poly(result)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.numerator), int(value.denominator))


def _whole(value: Fraction) -> Exponent:
    return int(value) if value.denominator == 1 else value
