"""Jets: polynomials in infinitesimals e_1, e_2, ... with e_i**2 = 0, and functions of them.

A jet is held as {mask: number}: bit i of the mask says whether e_i is a factor; zero coefficients
are left out. A function of a + r with r nilpotent is its Taylor series at a, which ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Generic

from derive.witness.arithmetic import Arithmetic, Undefined, V

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
        return {mask: v for mask, v in total.items() if not self._arithmetic.is_zero(v)}

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
        return {mask: v for mask, v in total.items() if not self._arithmetic.is_zero(v)}

    def scaled(self, a: Jet[V], factor: Fraction) -> Jet[V]:
        scale = self._arithmetic.const(factor)
        return {mask: self._arithmetic.mul(scale, v) for mask, v in a.items()}

    def _series(self, nilpotent: Jet[V], coefficients: Iterator[V]) -> Jet[V]:
        """sum of c_m * nilpotent**m / m!, which ends because the jet is nilpotent."""
        total: Jet[V] = {}
        power = self.constant(1)
        factorial = 1
        for m in itertools.count():
            factorial *= max(m, 1)
            if m:
                power = self.product(power, nilpotent)
            if not power:
                break
            # A coefficient is asked for only where it counts: sqrt has a value at 0, no slope.
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

        def coefficients() -> Iterator[V]:
            factor, power = Fraction(1), exponent
            while True:
                value = self._arithmetic.power(constant, power)
                yield self._arithmetic.mul(value, self._arithmetic.const(factor))
                factor, power = factor * power, power - 1

        return self._series(rest, coefficients())

    def abs(self, jet: Jet[V]) -> Jet[V]:
        constant, rest = self._split(jet)
        sign = self._arithmetic.sign(constant)
        if sign == 0 and rest:
            raise Undefined("abs has no derivative at 0")
        return self.scaled(jet, Fraction(sign))

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
