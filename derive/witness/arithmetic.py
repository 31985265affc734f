"""What an arithmetic must offer so that the evaluator can compute in it."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol, TypeVar

V = TypeVar("V")


class Undefined(Exception):
    """The formula has no value at this point: a division by zero, a logarithm of a negative."""


class OutsidePremises(Undefined):
    """A definition itself has no value at this point, so that the claim says nothing of it."""


class ByConvention(Undefined):
    """A power of 0 with a real exponent: 0 to some, without a value to others."""


class Unsupported(Exception):
    """This arithmetic cannot follow the formula here; another one may."""


class Arithmetic(Protocol[V]):
    """A number system with exp and log. Every method may raise Undefined or Unsupported."""

    def const(self, value: Fraction) -> V: ...

    def add(self, a: V, b: V) -> V: ...

    def mul(self, a: V, b: V) -> V: ...

    def inv(self, a: V) -> V: ...

    def exp(self, a: V) -> V: ...

    def log(self, a: V) -> V: ...

    def power(self, a: V, exponent: Fraction) -> V:
        """a ** exponent for a constant exponent that is not a natural number."""

    def sign(self, a: V) -> int:
        """-1, 0 or 1."""

    def is_zero(self, a: V) -> bool:
        """Whether the number is certainly 0."""

    def may_be_zero(self, a: V) -> bool:
        """Whether 0 is not excluded: the same as is_zero in an exact arithmetic."""
