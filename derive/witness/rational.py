"""Exact arithmetic: rationals plus rational combinations of logarithms of primes.

With logits f_i = log u_i and whole u_i, e^{f_i} is whole and softmax is a fraction. A number
r + sum c_q log q is 0 only if r and every c_q are 0: the logarithm of an algebraic number other
than 0 and 1 is transcendental (Lindemann 1882) and factorisation into primes is unique.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.witness.arithmetic import Undefined, Unsupported

_MAX_BITS = 4000


@dataclass(frozen=True, slots=True)
class Exact:
    """rational + sum of c * log(q) over the primes q."""

    rational: Fraction
    logs: Mapping[int, Fraction] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [str(self.rational)] if self.rational or not self.logs else []
        for prime, c in self.logs.items():
            sign = "-" if c < 0 else "+"
            size = "" if abs(c) == 1 else f"{abs(c)}*"
            parts.append(f"{sign} {size}log({prime})")
        return " ".join(parts).removeprefix("+ ").replace("- ", "-", not self.rational)


class Rational:
    """Exact arithmetic; Unsupported where a result leaves the set."""

    def const(self, value: Fraction) -> Exact:
        return Exact(value)

    def add(self, a: Exact, b: Exact) -> Exact:
        if not a.logs and not b.logs:
            return Exact(a.rational + b.rational)
        logs = dict(a.logs)
        for prime, c in b.logs.items():
            logs[prime] = logs.get(prime, Fraction(0)) + c
        return Exact(a.rational + b.rational, {q: logs[q] for q in sorted(logs) if logs[q]})

    def mul(self, a: Exact, b: Exact) -> Exact:
        if not b.logs:
            a, b = b, a
        if a.logs:
            raise Unsupported("a product of logarithms")
        if not a.rational:
            return Exact(Fraction(0))
        logs = {prime: a.rational * c for prime, c in b.logs.items()}
        return Exact(self._bounded(a.rational * b.rational), logs)

    def _bounded(self, value: Fraction) -> Fraction:
        if value.numerator.bit_length() + value.denominator.bit_length() > _MAX_BITS:
            raise Unsupported("a number of too many digits")
        return value

    def inv(self, a: Exact) -> Exact:
        if a.logs:
            raise Unsupported("a quotient by a logarithm")
        if not a.rational:
            raise Undefined("division by zero")
        return Exact(1 / a.rational)

    def is_zero(self, a: Exact) -> bool:
        return not a.rational and not a.logs

    def may_be_zero(self, a: Exact) -> bool:
        return self.is_zero(a)

    def sign(self, a: Exact) -> int:
        if not a.logs:
            return (a.rational > 0) - (a.rational < 0)
        if a.rational:
            raise Unsupported("the sign of a sum with a logarithm")
        whole = math.lcm(*(c.denominator for c in a.logs.values()))
        power = self.exp(Exact(Fraction(0), {q: c * whole for q, c in a.logs.items()}))
        return 1 if power.rational > 1 else -1

    def exp(self, a: Exact) -> Exact:
        if a.rational:
            raise Unsupported("exp of a rational number")
        value = Fraction(1)
        for prime, c in a.logs.items():
            if c.denominator != 1 or abs(c) > 64:
                raise Unsupported("a root")
            value *= Fraction(prime) ** c.numerator
        return Exact(self._bounded(value))

    def log(self, a: Exact) -> Exact:
        if a.logs:
            raise Unsupported("logarithm of a logarithm")
        if a.rational <= 0:
            raise Undefined("logarithm of a number that is not positive")
        logs: dict[int, Fraction] = {}
        for whole, unit in ((a.rational.numerator, 1), (a.rational.denominator, -1)):
            for prime, count in _factor(whole):
                logs[prime] = logs.get(prime, Fraction(0)) + unit * count
        return Exact(Fraction(0), {q: logs[q] for q in sorted(logs)})

    def power(self, a: Exact, exponent: Fraction) -> Exact:
        if exponent.denominator == 1 and not a.logs:
            if not a.rational and exponent < 0:
                raise Undefined("division by zero")
            return Exact(self._bounded(a.rational**exponent.numerator))
        if self.is_zero(a) and exponent > 0:
            return a
        return self.exp(self.mul(Exact(exponent), self.log(a)))


def _factor(whole: int) -> list[tuple[int, int]]:
    """The prime factorisation of a small natural number."""
    factors, divisor = [], 2
    while divisor * divisor <= whole:
        if divisor > 10_000:
            raise Unsupported("a large number to factor")
        count = 0
        while whole % divisor == 0:
            whole, count = whole // divisor, count + 1
        if count:
            factors.append((divisor, count))
        divisor += 1
    return [*factors, (whole, 1)] if whole > 1 else factors
