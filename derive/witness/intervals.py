"""Interval arithmetic with rigorous bounds, on mpmath's interval functions."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction
from typing import Any

from mpmath import libmp

from derive.witness.arithmetic import Undefined, Unsupported

# A pair (low, high) of mpmath's raw numbers.
Interval = tuple[Any, Any]

# How many digits of an end are shown, where that many are enough.
_DIGITS = 12

_ZERO: Interval = (libmp.fzero, libmp.fzero)


class Intervals:
    """Every result contains the true value; `bits` is the working precision."""

    def __init__(self, bits: int = 256) -> None:
        self.bits = bits
        self._exponential_of: dict[Interval, Interval] = {}

    def const(self, value: Fraction) -> Interval:
        low = libmp.from_rational(value.numerator, value.denominator, self.bits, "f")
        high = libmp.from_rational(value.numerator, value.denominator, self.bits, "c")
        return (low, high)

    def add(self, a: Interval, b: Interval) -> Interval:
        return libmp.mpi_add(a, b, self.bits)  # type: ignore[no-any-return]

    def mul(self, a: Interval, b: Interval) -> Interval:
        return libmp.mpi_mul(a, b, self.bits)  # type: ignore[no-any-return]

    def inv(self, a: Interval) -> Interval:
        if self.is_zero(a):
            raise Undefined("division by zero")
        if self.may_be_zero(a):
            raise Unsupported("division by an interval around zero")
        return libmp.mpi_div((libmp.fone, libmp.fone), a, self.bits)  # type: ignore[no-any-return]

    def may_be_zero(self, a: Interval) -> bool:
        return not (libmp.mpf_gt(a[0], libmp.fzero) or libmp.mpf_lt(a[1], libmp.fzero))

    def is_zero(self, a: Interval) -> bool:
        return bool(a == _ZERO)

    def sign(self, a: Interval) -> int:
        if a == _ZERO:
            return 0
        if self.may_be_zero(a):
            raise Unsupported("an interval around zero has no sign")
        return 1 if libmp.mpf_gt(a[0], libmp.fzero) else -1

    def exp(self, a: Interval) -> Interval:
        if libmp.mpf_gt(libmp.mpf_abs(a[1]), libmp.from_int(10_000)):
            raise Unsupported("a very large exponent")
        if a not in self._exponential_of:
            self._exponential_of[a] = libmp.mpi_exp(a, self.bits)
        return self._exponential_of[a]

    def log(self, a: Interval) -> Interval:
        if not libmp.mpf_gt(a[1], libmp.fzero):
            raise Undefined("logarithm of a number that is not positive")
        if not libmp.mpf_gt(a[0], libmp.fzero):
            raise Unsupported("logarithm of an interval around zero")
        return libmp.mpi_log(a, self.bits)  # type: ignore[no-any-return]

    def power(self, a: Interval, exponent: Fraction) -> Interval:
        if exponent.denominator == 1:
            base = self.inv(a) if exponent < 0 else a
            result = self.const(Fraction(1))
            for _ in range(abs(exponent.numerator)):
                result = self.mul(result, base)
            return result
        if self.is_zero(a) and exponent > 0:
            return a
        return self.exp(self.mul(self.const(exponent), self.log(a)))

    def width_exponent(self, a: Interval) -> int:
        """The binary exponent e with high - low < 2**e; very negative for a point."""
        width = libmp.mpf_sub(a[1], a[0], 53, "c")
        return -(10**6) if width == libmp.fzero else int(width[2] + width[3])

    def disjoint(self, a: Interval, b: Interval) -> bool:
        return bool(libmp.mpf_lt(a[1], b[0]) or libmp.mpf_lt(b[1], a[0]))

    def show(self, a: Interval, digits: int = _DIGITS) -> str:
        """The interval as text, rounded outwards: what is shown contains what is meant."""
        low, high = _decimal(a[0], digits, ROUND_FLOOR), _decimal(a[1], digits, ROUND_CEILING)
        return low if low == high else f"[{low}, {high}]"

    def show_apart(self, a: Interval, b: Interval) -> tuple[str, str]:
        """Two disjoint intervals as texts with digits enough that these are disjoint too."""
        low, high = (a, b) if libmp.mpf_lt(a[1], b[0]) else (b, a)
        digits = _DIGITS
        while not _below(low[1], high[0], digits):
            digits += digits // 2
        return self.show(a, digits), self.show(b, digits)


def _below(a: Any, b: Any, digits: int) -> bool:
    """Whether a, shown rounded up, is less than b, shown rounded down; true for enough digits."""
    return Decimal(_decimal(a, digits, ROUND_CEILING)) < Decimal(_decimal(b, digits, ROUND_FLOOR))


def _decimal(number: Any, digits: int, rounding: str) -> str:
    """A raw mpmath number to so many significant digits, rounded one way."""
    sign, man, exponent, _ = number
    with localcontext(prec=digits, rounding=rounding):
        man_and_sign, scale = Decimal(-man if sign else man), Decimal(1 << abs(exponent))
        value = man_and_sign * scale if exponent >= 0 else man_and_sign / scale
    return f"{value:f}" if -8 < value.adjusted() < digits else str(value)
