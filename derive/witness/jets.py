"""Jets: polynomials in infinitesimals e_1, e_2, ... with e_i**2 = 0, and functions of them.

A jet is held as {mask: number}: bit i of the mask says whether e_i is a factor; a constant 0 is
left out. A coefficient 0 of an infinitesimal stays, for it tells a number that moves, such as x**2
at 0, from one that does not.
A function of a + r with r nilpotent is its Taylor series at a, which ends.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from fractions import Fraction
from typing import Generic

from derive.witness.arithmetic import Arithmetic, Unsupported, V

Jet = dict[int, V]


class Jets(Generic[V]):
    """Jet algebra over an arithmetic. Every method may raise Undefined or Unsupported."""

    def __init__(self, arithmetic: Arithmetic[V]) -> None:
        self._arithmetic = arithmetic

    def constant(self, value: Fraction | int) -> Jet[V]:
        return {0: self._arithmetic.const(Fraction(value))} if value else {}

    def sum(self, a: Jet[V], b: Jet[V]) -> Jet[V]:
        if not a or not b:
            return a or b
        total = dict(a)
        for mask, v in b.items():
            old = total.get(mask)
            total[mask] = v if old is None else self._arithmetic.add(old, v)
        return self._tidy(total)

    def _tidy(self, jet: Jet[V]) -> Jet[V]:
        return {mask: v for mask, v in jet.items() if mask or not self._arithmetic.is_zero(v)}

    def product(self, a: Jet[V], b: Jet[V]) -> Jet[V]:
        if not a or not b:
            return {}
        total: Jet[V] = {}
        for mask, v in a.items():
            for other, w in b.items():
                if mask & other:
                    continue
                term = self._arithmetic.mul(v, w)
                old = total.get(mask | other)
                total[mask | other] = term if old is None else self._arithmetic.add(old, term)
        for mask in (*a, *b):
            if mask and mask not in total:
                total[mask] = self._arithmetic.const(Fraction(0))
        return self._tidy(total)

    def scaled(self, a: Jet[V], factor: Fraction) -> Jet[V]:
        scale = self._arithmetic.const(factor)
        return {mask: self._arithmetic.mul(scale, v) for mask, v in a.items()}

    def derivative(self, jet: Jet[V], wanted: int) -> Jet[V]:
        """The coefficient of the infinitesimals in `wanted`, a jet in the others."""
        found = {mask ^ wanted: v for mask, v in jet.items() if mask & wanted == wanted}
        return self._tidy(found)

    def _series(self, nilpotent: Jet[V], coefficients: Iterator[V]) -> Jet[V]:
        """sum of c_m * nilpotent**m / m!, up to the number of infinitesimals that occur.

        A coefficient is asked for only where it counts: sqrt has a value at 0, and no slope.
        """
        total: Jet[V] = {}
        power = self.constant(1)
        factorial = 1
        infinitesimals = functools.reduce(operator.or_, nilpotent, 0).bit_count()
        for m in range(infinitesimals + 1):
            factorial *= max(m, 1)
            if m:
                power = self.product(power, nilpotent)
            coefficient = next(coefficients)
            scaled = self.scaled(power, Fraction(1, factorial)) if m > 1 else power
            total = self.sum(total, self.product(scaled, {0: coefficient}))
        return total

    def _split(self, jet: Jet[V]) -> tuple[V, Jet[V]]:
        constant = jet.get(0)
        if constant is None:
            constant = self._arithmetic.const(Fraction(0))
        return constant, {mask: v for mask, v in jet.items() if mask}

    def exp(self, jet: Jet[V]) -> Jet[V]:
        constant, rest = self._split(jet)
        value = self._arithmetic.exp(constant)

        def coefficients() -> Iterator[V]:
            while True:
                yield value

        return self._series(rest, coefficients())

    def log(self, jet: Jet[V]) -> Jet[V]:
        constant, rest = self._split(jet)

        def coefficients() -> Iterator[V]:
            yield self._arithmetic.log(constant)
            derivative = inverse = self._arithmetic.inv(constant)
            order = 1
            while True:
                yield derivative
                step = self._arithmetic.mul(inverse, self._arithmetic.const(Fraction(-order)))
                derivative = self._arithmetic.mul(derivative, step)
                order += 1

        return self._series(rest, coefficients())

    def integer_power(self, jet: Jet[V], exponent: int) -> Jet[V]:
        if exponent < 0:
            return self.integer_power(self._inverse(jet), -exponent)
        result, square = self.constant(1), jet
        while exponent:
            if exponent & 1:
                result = self.product(result, square)
            exponent >>= 1
            square = self.product(square, square) if exponent else square
        return result

    def _inverse(self, jet: Jet[V]) -> Jet[V]:
        constant, rest = self._split(jet)

        def coefficients() -> Iterator[V]:
            value = inverse = self._arithmetic.inv(constant)
            order = 1
            while True:
                yield value
                step = self._arithmetic.mul(inverse, self._arithmetic.const(Fraction(-order)))
                value = self._arithmetic.mul(value, step)
                order += 1

        return self._series(rest, coefficients())

    def real_power(self, jet: Jet[V], exponent: Fraction) -> Jet[V]:
        constant, rest = self._split(jet)
        if rest and self._arithmetic.is_zero(constant):
            self._check_root_at_zero(rest, exponent)

        def coefficients() -> Iterator[V]:
            factor, power = Fraction(1), exponent
            while True:
                value = self._arithmetic.power(constant, power)
                yield self._arithmetic.mul(value, self._arithmetic.const(factor))
                factor, power = factor * power, power - 1

        return self._series(rest, coefficients())

    def _check_root_at_zero(self, rest: Jet[V], exponent: Fraction) -> None:
        """What the first order does not tell: the root of x**2 is |x|, and of x**4 it is x**2."""
        if exponent < len(rest) and all(map(self._arithmetic.may_be_zero, rest.values())):
            raise Unsupported("a root of what vanishes to first order")

    def differ(self, a: Jet[V], b: Jet[V]) -> bool:
        """Whether a coefficient of the one is surely not that of the other."""
        apart = self.sum(a, self.scaled(b, Fraction(-1)))
        if any(not self._arithmetic.may_be_zero(v) for v in apart.values()):
            return True
        if not all(map(self._arithmetic.is_zero, apart.values())):
            raise Unsupported("coefficients that may be equal")
        return False

    def sigma(self, jet: Jet[V]) -> Jet[V]:
        below = self.sum(self.constant(1), self.exp(self.scaled(jet, Fraction(-1))))
        return self._inverse(below)

    def tanh(self, jet: Jet[V]) -> Jet[V]:
        """tanh x = 1 - 2 / (1 + e^{2x})."""
        below = self.sum(self.constant(1), self.exp(self.scaled(jet, Fraction(2))))
        return self.sum(self.constant(1), self.scaled(self._inverse(below), Fraction(-2)))

    def softplus(self, jet: Jet[V]) -> Jet[V]:
        return self.log(self.sum(self.constant(1), self.exp(jet)))

    def sqrt(self, jet: Jet[V]) -> Jet[V]:
        return self.real_power(jet, Fraction(1, 2))
