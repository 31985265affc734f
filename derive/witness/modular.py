"""Arithmetic modulo a product of large primes, with exp and log as formal homomorphisms.

A number remembers how it was made. exp of a linear combination of bases is a product of powers of
random residues, one for each base, so exp(a + b) = exp(a) exp(b) holds by construction; log of a
product is the sum of the logs of its factors, each factor that is no product getting a random
residue as its log. Bases are known by their residue: two ways to write the same sum are one base.
A formal identity in independent bases is a true identity of the real functions, and a formal
polynomial that is not 0 is 0 at random residues with probability below degree / p for each prime
factor p (Schwartz 1980).
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.witness.arithmetic import Undefined, Unsupported

# exp(c * base) is defined for every c whose denominator divides this.
_ROOTS = 5040
_MAX_TERMS = 200


class NoRoot(Exception):
    """A residue that is no square: other random residues may do."""


class Residue:
    """A residue and how it was made: const, atom, positive, add, mul, inv, exp or log."""

    __slots__ = ("args", "constant", "op", "value")

    def __init__(
        self,
        value: int,
        op: str,
        args: tuple[Residue, ...] = (),
        constant: Fraction | None = None,
    ) -> None:
        self.value, self.op, self.args, self.constant = value, op, args, constant


class Modular:
    """Arithmetic modulo a product of primes; `seed` fixes every random residue.

    A residue is 0 only if it is 0 modulo each of the primes, so that one evaluation asks them all.
    """

    def __init__(self, primes: Sequence[int], seed: int) -> None:
        self.primes, self.modulus = primes, math.prod(primes)
        self._key = f"{self.modulus}:{seed}:".encode()
        self._logarithm_of: dict[int, int] = {}
        self._root_of: dict[int, int] = {}
        self._exponential_of: dict[int, Residue] = {}
        self._constants: dict[Fraction, Residue] = {}
        self._zero = Residue(0, "const", (), Fraction(0))

    def random(self, label: str, *, positive: bool = False) -> Residue:
        """A random residue that belongs to the label; it may stand for a positive number."""
        for attempt in itertools.count():
            root = self._draw(f"{label} {attempt}")
            # A power with a known root, so that roots of it can be taken too; in the lower half, so
            # that it and not its negative is the base of exponentials.
            value = pow(root, _ROOTS, self.modulus)
            if 2 * value < self.modulus:
                break
        self._root_of[value] = root
        return Residue(value, "positive" if positive else "atom")

    def _draw(self, label: str) -> int:
        digest = hashlib.blake2b(label.encode(), digest_size=16, key=self._key[:64]).digest()
        return 1 + int.from_bytes(digest, "big") % (self.modulus - 1)

    def const(self, value: Fraction) -> Residue:
        known = self._constants.get(value)
        if known is None:
            known = self._constants[value] = self._new_const(value)
        return known

    def _new_const(self, value: Fraction) -> Residue:
        bottom = value.denominator % self.modulus
        residue = value.numerator * pow(bottom, -1, self.modulus) % self.modulus
        return Residue(residue, "const", (), value)

    def add(self, a: Residue, b: Residue) -> Residue:
        if a.constant is not None:
            if not a.constant:
                return b
            if b.constant is not None:
                return self.const(a.constant + b.constant)
        if b.constant is not None and not b.constant:
            return a
        value = (a.value + b.value) % self.modulus
        return Residue(value, "add", (a, b)) if value else self._zero

    def mul(self, a: Residue, b: Residue) -> Residue:
        if a.constant is not None:
            if b.constant is not None:
                return self.const(a.constant * b.constant)
            if a.constant == 1:
                return b
        if b.constant is not None and b.constant == 1:
            return a
        value = a.value * b.value % self.modulus
        return Residue(value, "mul", (a, b)) if value else self._zero

    def inv(self, a: Residue) -> Residue:
        if a.value == 0:
            raise Undefined("division by zero")
        if a.constant is not None:
            return self.const(1 / a.constant)
        return Residue(pow(a.value, -1, self.modulus), "inv", (a,))

    def is_zero(self, a: Residue) -> bool:
        return a.value == 0

    def may_be_zero(self, a: Residue) -> bool:
        return a.value == 0

    def sign(self, a: Residue) -> int:
        """The sign of the real number that the residue stands for, where its making tells."""
        if a.constant is not None:
            return (a.constant > 0) - (a.constant < 0)
        if a.op in ("exp", "positive"):
            return 1
        signs = [self.sign(part) for part in a.args]
        if a.op in ("mul", "inv") or (a.op == "add" and signs[0] == signs[1]):
            return math.prod(signs) if a.op == "mul" else signs[0]
        raise Unsupported("a residue whose sign is not known")

    def exp(self, a: Residue) -> Residue:
        known = self._exponential_of.get(a.value)
        if known is None:
            known = self._exponential_of[a.value] = self._new_exp(a)
        return known

    def _new_exp(self, a: Residue) -> Residue:
        if a.value == 0:
            return self.const(Fraction(1))
        value = 1
        for base, coefficient in self._linear(a).items():
            value = value * self._exponential(base, coefficient) % self.modulus
        return Residue(value, "exp", (a,))

    def _exponential(self, base: int, coefficient: Fraction) -> int:
        argument = self._logarithm_of.get(base)
        if argument is not None and coefficient.denominator == 1:
            return pow(argument, coefficient.numerator, self.modulus)
        power = coefficient * _ROOTS
        if power.denominator != 1:
            raise Unsupported(f"exp with coefficient {coefficient}")
        if argument is not None:
            if argument not in self._root_of:
                return self._square_root(argument, coefficient)
            return pow(self._root_of[argument], power.numerator, self.modulus)
        return pow(self._draw(f"exp {base}"), power.numerator, self.modulus)

    def _square_root(self, argument: int, coefficient: Fraction) -> int:
        """argument ** coefficient for halves: the root that is itself a square modulo each prime.

        The primes are 3 modulo 4, where squares have exactly one such root; it is multiplicative.
        """
        if coefficient.denominator != 2:
            raise Unsupported("a root of a sum")
        root = 0
        for prime in self.primes:
            part = pow(argument, (prime + 1) // 4, prime)
            if part * part % prime != argument % prime:
                raise NoRoot
            others = self.modulus // prime
            root += part * others * pow(others, -1, prime)
        return pow(root % self.modulus, coefficient.numerator, self.modulus)

    def _linear(self, a: Residue) -> dict[int, Fraction]:
        """The number as a rational combination of bases, each base named by its residue."""
        total: dict[int, Fraction] = {}
        for base, coefficient in self._terms(a, Fraction(1)):
            # A base and its negative are one base.
            flipped = 2 * base > self.modulus and base not in self._logarithm_of
            key = self.modulus - base if flipped else base
            signed = -coefficient if flipped else coefficient
            total[key] = total.get(key, Fraction(0)) + signed
            if len(total) > _MAX_TERMS:
                raise Unsupported("too many terms in an exponent")
        return {base: c for base, c in total.items() if c}

    def _terms(self, a: Residue, scale: Fraction) -> Iterator[tuple[int, Fraction]]:
        if a.constant is not None:
            yield 1, scale * a.constant
        elif a.op == "add":
            for part in a.args:
                yield from self._terms(part, scale)
        elif a.op == "mul":
            left, right = a.args
            for base, c in self._terms(left, scale):
                for other, d in self._terms(right, Fraction(1)):
                    yield base * other % self.modulus, c * d
        else:
            yield a.value, scale

    def log(self, a: Residue) -> Residue:
        if a.value == 0:
            raise Undefined("logarithm of zero")
        total = self._zero
        constant = Fraction(1)
        for factor, count in self._factors(a, 1):
            if factor.constant is not None:
                constant *= factor.constant**count
            elif factor.op == "exp":
                total = self.add(total, self.mul(self.const(Fraction(count)), factor.args[0]))
            else:
                total = self._add_log(total, factor.value, count)
        if constant < 0:
            raise Undefined("logarithm of a negative number")
        for prime, count in _prime_powers(constant):
            total = self._add_log(total, prime, count)
        return total

    def _add_log(self, total: Residue, base: int, count: int) -> Residue:
        """total + count * log(base); a base and its inverse are one base."""
        inverse = pow(base, -1, self.modulus)
        if inverse < base:
            base, count = inverse, -count
        value = self._draw(f"log {base}")
        self._logarithm_of[value] = base
        term = Residue(value, "log")
        return self.add(total, self.mul(self.const(Fraction(count)), term))

    def _factors(self, a: Residue, count: int) -> Iterator[tuple[Residue, int]]:
        if a.op == "mul":
            for part in a.args:
                yield from self._factors(part, count)
        elif a.op == "inv":
            yield from self._factors(a.args[0], -count)
        elif a.op == "add":
            yield from self._sum_factors(a, count)
        else:
            yield a, count

    def _sum_factors(self, a: Residue, count: int) -> Iterator[tuple[Residue, int]]:
        """e^c S for a sum whose terms share e^c: the least power of each base over the terms."""
        exponents = [self._exponents(term) for term in _addends(a)]
        common = {
            base: min(powers.get(base, Fraction(0)) for powers in exponents)
            for base in frozenset().union(*exponents)
        }
        value = a.value
        for base, least in common.items():
            if least:
                value = value * self._exponential(base, -least) % self.modulus
                argument = self.mul(self.const(least), Residue(base, "atom"))
                yield Residue(self._exponential(base, least), "exp", (argument,)), count
        yield Residue(value, "sum"), count

    def _exponents(self, term: Residue) -> dict[int, Fraction]:
        """The powers of the exponential bases in a product."""
        powers: dict[int, Fraction] = {}
        for factor, count in self._factors(term, 1) if term.op != "add" else ():
            if factor.op == "exp":
                for base, c in self._linear(factor.args[0]).items():
                    powers[base] = powers.get(base, Fraction(0)) + c * count
        return powers

    def power(self, a: Residue, exponent: Fraction) -> Residue:
        if exponent.denominator == 1:
            base = self.inv(a) if exponent < 0 else a
            result = self.const(Fraction(1))
            for _ in range(abs(exponent.numerator)):
                result = self.mul(result, base)
            return result
        if a.value == 0 and exponent > 0:
            return self._zero
        return self.exp(self.mul(self.const(exponent), self.log(a)))


def _addends(a: Residue) -> Iterator[Residue]:
    """The terms of a sum of sums."""
    if a.op == "add":
        for part in a.args:
            yield from _addends(part)
    else:
        yield a


def _prime_powers(value: Fraction) -> list[tuple[int, int]]:
    """The prime factorisation of a positive rational; large cofactors stay whole."""
    powers: dict[int, int] = {}
    for whole, unit in ((value.numerator, 1), (value.denominator, -1)):
        rest, divisor = whole, 2
        while divisor * divisor <= rest and divisor < 1000:
            while rest % divisor == 0:
                powers[divisor] = powers.get(divisor, 0) + unit
                rest //= divisor
            divisor += 1
        if rest > 1:
            powers[rest] = powers.get(rest, 0) + unit
    return sorted(powers.items())
