"""Arithmetic modulo a product of large primes, with exp and log as formal homomorphisms.

A number remembers how it was made. exp of a linear combination of bases is a product of powers of
random residues, one for each base, so exp(a + b) = exp(a) exp(b) holds by construction; log of a
product is the sum of the logs of its factors, each factor that is no product getting a random
residue as its log. Bases are known by their residue: two ways to write the same sum are one base.
What stands for a positive number is a square modulo each prime, so that signs are quadratic
characters: they multiply like signs, and the root that is itself a square is the positive root.
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

_MAX_TERMS = 200
_ONE = Fraction(1)
# Terms of the fractions that a sum may come to.
_BOTTOMS = range(1, 13)
_LARGEST_TOP = 1 << 20


class NoRoot(Exception):
    """A positive number whose residue is no square: other primes and random residues may do."""


class Residue:
    """A residue and how it was made: const, atom, positive, add, mul, inv, exp, log or sum."""

    __slots__ = ("args", "constant", "known_sign", "op", "value")

    def __init__(
        self,
        value: int,
        op: str,
        args: tuple[Residue, ...] = (),
        constant: Fraction | None = None,
    ) -> None:
        self.value, self.op, self.args, self.constant = value, op, args, constant
        self.known_sign: int | None = None


class Modular:
    """Arithmetic modulo a product of primes that are 3 modulo 4; `seed` fixes every random residue.

    A residue is 0 only if it is 0 modulo each of the primes, so that one evaluation asks them all.
    With `signs`, for which there must be one prime, a number of either sign is drawn as a residue
    of either character, and so is the sign of a sum whose making does not tell it. `chose_branch`
    says whether a root was taken of a sum: the root of (1 + e^x)^2, written out, is 1 + e^x or its
    negative, as the residues fall.
    """

    def __init__(self, primes: Sequence[int], seed: int, *, signs: bool = False) -> None:
        assert not signs or len(primes) == 1
        self.primes, self.modulus = primes, math.prod(primes)
        self.signs, self.chose_branch = signs, False
        self._key = f"{self.modulus}:{seed}:".encode()
        self._logarithm_of: dict[int, int] = {}
        self._sums: set[int] = set()
        self._exponential_of: dict[int, Residue] = {}
        self._linear_of: dict[int, dict[int, Fraction]] = {}
        self._constants: dict[tuple[int, int], Residue] = {}
        self._zero = Residue(0, "const", (), Fraction(0))

    def random(self, label: str, *, positive: bool = False) -> Residue:
        """A random residue that belongs to the label; it may stand for a positive number."""
        negative = self.signs and not positive and self._draw(f"{label} sign") % 2
        for attempt in itertools.count():
            value = pow(self._draw(f"{label} {attempt}"), 2, self.modulus)
            if negative:
                value = self.modulus - value
            # In the lower half, so that it and not its negative is the base of exponentials.
            if 2 * value < self.modulus:
                break
        return Residue(value, "positive" if positive else "atom")

    def _draw(self, label: str) -> int:
        digest = hashlib.blake2b(label.encode(), digest_size=16, key=self._key[:64]).digest()
        return 1 + int.from_bytes(digest, "big") % (self.modulus - 1)

    def const(self, value: Fraction) -> Residue:
        # A pair of whole numbers is hashed faster than a fraction.
        pair = value.as_integer_ratio()
        known = self._constants.get(pair)
        if known is None:
            known = self._constants[pair] = self._new_const(value)
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
            if a.value == 1:
                return b
        if b.value == 1 and b.constant is not None:
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
        """The sign of the real number that the residue stands for, as its making tells.

        Of a sum of both signs it is the character of the residue; Unsupported without `signs`.
        """
        if a.known_sign is None:
            a.known_sign = self._sign(a)
        if a.known_sign or not a.value:
            return a.known_sign
        if not self.signs:
            raise Unsupported("a residue whose sign is not known")
        return self._character(a.value)

    def _sign(self, a: Residue) -> int:
        """The sign where the making tells it; 0 where it does not."""
        if a.constant is not None:
            return (a.constant > 0) - (a.constant < 0)
        if a.op in ("exp", "positive"):
            return 1
        if a.op == "atom" and self.signs:
            return self._character(a.value)
        signs = [self._made_sign(part) for part in a.args]
        if a.op in ("mul", "inv", "sum"):
            return math.prod(signs)
        if a.op == "add" and signs[0] == signs[1]:
            return signs[0]
        return 0

    def _made_sign(self, a: Residue) -> int:
        if a.known_sign is None:
            a.known_sign = self._sign(a)
        return a.known_sign

    def _character(self, value: int) -> int:
        """1 for a square modulo the prime, -1 for any other residue but 0."""
        return 1 if pow(value, (self.modulus - 1) // 2, self.modulus) == 1 else -1

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
        if argument is None:
            # A square: e to any power is positive.
            argument = pow(self._draw(f"exp {base}"), 2, self.modulus)
        if coefficient.denominator == 1:
            return pow(argument, coefficient.numerator, self.modulus)
        return self._root(argument, coefficient)

    def _root(self, argument: int, coefficient: Fraction) -> int:
        """argument ** coefficient for a fraction: the one root that is itself a square.

        The squares modulo a prime that is 3 modulo 4 are a group of odd order (p - 1)/2; a fraction
        is a power in it, if its denominator has no factor in common with the order.
        """
        order = math.prod((prime - 1) // 2 for prime in self.primes)
        if math.gcd(coefficient.denominator, order) != 1:
            raise NoRoot
        if any(pow(argument, (prime - 1) // 2, prime) != 1 for prime in self.primes):
            raise NoRoot
        self.chose_branch = self.chose_branch or argument in self._sums
        power = coefficient.numerator * pow(coefficient.denominator, -1, order)
        return pow(argument, power, self.modulus)

    def _linear(self, a: Residue) -> dict[int, Fraction]:
        """The number as a rational combination of bases, each base named by its residue."""
        known = self._linear_of.get(a.value)
        if known is None:
            known = self._linear_of[a.value] = self._new_linear(a)
        return known

    def _new_linear(self, a: Residue) -> dict[int, Fraction]:
        total: dict[int, Fraction] = {}
        for base, coefficient in self._terms(a, _ONE):
            # A base and its negative are one base.
            flipped = 2 * base > self.modulus and base not in self._logarithm_of
            key = self.modulus - base if flipped else base
            signed = -coefficient if flipped else coefficient
            old = total.get(key)
            total[key] = signed if old is None else old + signed
            if len(total) > _MAX_TERMS:
                raise Unsupported("too many terms in an exponent")
        return {base: c for base, c in total.items() if c}

    def _terms(self, a: Residue, scale: Fraction) -> Iterator[tuple[int, Fraction]]:
        if a.constant is not None:
            yield 1, a.constant if scale is _ONE else scale * a.constant
        elif a.op == "add":
            for part in a.args:
                yield from self._terms(part, scale)
        elif a.op == "mul":
            left, right = a.args
            for base, c in self._terms(left, scale):
                for other, d in self._terms(right, c):
                    yield base * other % self.modulus, d
        else:
            yield a.value, scale

    def log(self, a: Residue) -> Residue:
        if a.value == 0:
            raise Undefined("logarithm of zero")
        total = self._zero
        constant = Fraction(1)
        others: list[tuple[Residue, int]] = []
        for factor, count in self._factors(a, 1):
            if factor.constant is not None:
                constant *= factor.constant**count
            elif factor.op == "exp":
                total = self.add(total, self.mul(self.const(Fraction(count)), factor.args[0]))
            else:
                others.append((factor, count))
        for factor, count in others:
            odd = -1 if count % 2 else 1
            # log of u**2 is 2 log |u|. Where nothing tells the sign of a sum, -u may be positive.
            negative = self.sign(factor) < 0 if self.signs else constant < 0 and odd < 0
            unknown = factor.op == "sum" and not self._made_sign(factor)
            flipped = negative and (self.signs or unknown)
            value = self.modulus - factor.value if flipped else factor.value
            constant *= odd if flipped else 1
            if factor.op == "sum":
                self._sums.add(value)
            total = self._add_log(total, value, count)
        if constant < 0:
            raise Undefined("logarithm of a negative number")
        for prime, count in _prime_powers(constant):
            total = self._add_log(total, prime, count)
        return total

    def _add_log(self, total: Residue, base: int, count: int) -> Residue:
        """total + count * log(base); a base and its inverse are one base."""
        inverse = pow(base, -1, self.modulus)
        if inverse < base:
            if base in self._sums:
                self._sums.add(inverse)
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
        """e^c S for a sum whose terms share e^c: the least power of each base over the terms.

        A whole power of e^(log u) is one of the number u, and shared as little as any number is.
        """
        exponents = [self._exponents(term) for term in _addends(a)]
        common = {
            base: min(powers.get(base, Fraction(0)) for powers in exponents)
            for base in frozenset().union(*exponents)
            if base not in self._logarithm_of
            or any(powers.get(base, _ONE).denominator != 1 for powers in exponents)
        }
        value = a.value
        for base, least in common.items():
            if least:
                value = value * self._exponential(base, -least) % self.modulus
                argument = self.mul(self.const(least), Residue(base, "atom"))
                yield Residue(self._exponential(base, least), "exp", (argument,)), count
        known = self._small_fraction(value)
        yield Residue(value, "sum", (a,)) if known is None else self.const(known), count

    def _small_fraction(self, value: int) -> Fraction | None:
        """The fraction of small terms that the residue is: 2 e^x + e^x is 3 e^x.

        Another number is taken for one with a probability below 2**-30.
        """
        for bottom in _BOTTOMS:
            top = value * bottom % self.modulus
            signed = top if 2 * top < self.modulus else top - self.modulus
            if abs(signed) <= _LARGEST_TOP:
                return Fraction(signed, bottom)
        return None

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
