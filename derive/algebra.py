"""Arithmetic on polynomials in atoms: products, powers, exp, log, renaming of indices.

exp of a sum is split into a product of exp atoms, log of a product into a sum of log atoms, and a
polynomial raised to a power that is no natural number becomes a power of its irreducible factors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from derive import terms
from derive.atoms import Atoms, Key, even
from derive.budget import current
from derive.errors import OutOfBudget, OutOfFragment
from derive.polynomial import (
    ONE,
    UNIT,
    ZERO,
    Exponent,
    Monomial,
    Poly,
    add,
    atom,
    atoms_of,
    constant,
    frozen,
    least_exponents,
    mul,
    raised,
    scale,
    shift,
    times,
)

# Irreducible polynomials, each with its multiplicity.
Bases = tuple[tuple[Poly, int], ...]

MAX_TERMS = 20_000
MAX_POWER = 64
# A polynomial of a higher degree is taken as it is; that can lose an identity, never add one.
MAX_FACTORED = 24


class Algebra(Atoms):
    """The arithmetic of one decision; every operation counts against its budget."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        super().__init__(kinds)
        self.replaced: dict[int, Poly] = {}
        self._budget = current()

    def make(self, key: Key, exponent: Exponent = 1) -> Poly:
        """The atom as a polynomial, or what an assumption says it is equal to."""
        number = self.number(key)
        replacement = self.replaced.get(number)
        if replacement is not None:
            return self.power(replacement, exponent)
        if key[0] == "entry" or key[0] == "symbol":
            return self._of_kind(number, self._kinds.get(key[1], "real"), exponent)
        return atom(number, exponent)

    def _of_kind(self, number: int, kind: str, exponent: Exponent) -> Poly:
        """Powers of a bit (b**2 = b) and of a sign (s**2 = 1) are reduced."""
        return atom(number, _reduced_exponent(kind, exponent))

    def product(self, a: Poly, b: Poly) -> Poly:
        """a * b, with the powers of bits, signs and absolute values reduced. Raises OutOfBudget."""
        if len(a) * len(b) > MAX_TERMS:
            raise OutOfBudget(f"a product of {len(a)} by {len(b)} terms")
        self._budget.spend(len(a) * len(b))
        return self._reduced(mul(a, b))

    def _reduced(self, poly: Poly) -> Poly:
        special = [n for n in atoms_of(poly) if self._reducible(n)]
        if not special:
            return poly
        return add(*(self._reduce_monomial(m, c) for m, c in poly.items()))

    def _reducible(self, number: int) -> bool:
        kind = self.keys[number][0]
        return kind in ("indicator", "abs") or self.kind_of(number) in ("bit", "sign")

    def _reduce_monomial(self, monomial: Monomial, c: Fraction) -> Poly:
        powers: list[tuple[int, Exponent]] = []
        squares: Poly = ONE
        for number, exponent in monomial:
            key = self.keys[number]
            kind = "bit" if key[0] == "indicator" else self.kind_of(number)
            reduced = _reduced_exponent(kind, exponent)
            if key[0] == "abs" and not 0 <= exponent < 2:
                # |u|**2 is u**2.
                reduced = exponent % 2
                square = self.power(dict(key[1]), exponent - reduced)
                squares = self.product(squares, square)
            if reduced:
                powers.append((number, reduced))
        plain = {tuple(powers): c}
        return plain if squares == ONE else self.product(plain, squares)

    def natural(self, a: Poly, exponent: int) -> Poly:
        """a ** exponent for a natural exponent."""
        if exponent > MAX_POWER and len(a) > 1:
            raise OutOfBudget(f"a power of {exponent}")
        if len(a) == 1:
            ((monomial, c),) = a.items()
            return self._reduced({raised(monomial, exponent): c**exponent})
        result: Poly = ONE
        for _ in range(exponent):
            result = self.product(result, a)
        return result

    # Powers, exp and log.

    def power(self, a: Poly, exponent: Exponent) -> Poly:
        """a ** exponent for any rational exponent. Raises ZeroDivisionError."""
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            exponent = int(exponent)
        if isinstance(exponent, int) and exponent >= 0:
            return self.natural(a, exponent)
        if not a:
            raise ZeroDivisionError
        if isinstance(exponent, int):
            return self._power_of_factors(*self.split(a), exponent)
        return self._root(*self.split(a), exponent)

    def _power_of_factors(
        self, c: Fraction, monomial: Monomial, bases: Bases, exponent: Exponent
    ) -> Poly:
        result = self._number_power(c, exponent)
        result = self.product(result, self._monomial_power(monomial, exponent))
        for base, count in bases:
            result = self.product(result, self._base_power(base, count * exponent))
        return result

    def _root(self, c: Fraction, monomial: Monomial, bases: Bases, exponent: Exponent) -> Poly:
        """(u**2)**(1/2) is |u|: a power is split over what is never negative.

        One factor of unknown sign to an odd power is harmless: with the rest positive it is
        positive wherever the root has a value. Raises OutOfFragment.
        """
        if c < 0 and bases and bases[0][1] % 2:
            c, bases = -c, ((scale(bases[0][0], -1), bases[0][1]), *bases[1:])
        unknown = [(atom(n), e) for n, e in monomial if self._unknown_sign(n, e)]
        unknown += [(base, count) for base, count in bases if not self.positive(base)]
        if c < 0 or sum(e % 2 for _, e in unknown) > 1:
            raise OutOfFragment("a root of a number whose sign is not known")
        known = tuple((n, e) for n, e in monomial if not self._unknown_sign(n, e))
        positive = tuple((base, count) for base, count in bases if self.positive(base))
        result = self._power_of_factors(c, known, positive, exponent)
        for factor, count in unknown:
            inner = factor if count % 2 else self.absolute(factor)
            power = self._power_of_factors(*self._as_factors(inner), count * exponent)
            result = self.product(result, power)
        return result

    def _unknown_sign(self, number: int, exponent: Exponent) -> bool:
        """Whether the power may be negative; what has a root at all is not."""
        return isinstance(exponent, int) and not self.nonnegative_atom(number)

    def _as_factors(self, a: Poly) -> tuple[Fraction, Monomial, Bases]:
        """The polynomial of one term, or one irreducible polynomial, as `split` gives it."""
        if len(a) > 1:
            return Fraction(1), UNIT, ((a, 1),)
        ((monomial, c),) = a.items()
        return c, monomial, ()

    def absolute(self, a: Poly) -> Poly:
        """|a| as a product over the factors of a."""
        if not a or self.positive(a):
            return a
        c, monomial, bases = self.split(a)
        result: Poly = constant(abs(c))
        for number, exponent in monomial:
            key = self.keys[number]
            inner = key[1] if key[0] == "base" else frozen(atom(number))
            plain = even(exponent) or not self._unknown_sign(number, exponent)
            power = atom(number, exponent) if plain else self.make(("abs", inner), exponent)
            result = self.product(result, power)
        for base, count in bases:
            plain = even(count) or self.positive(base)
            power = self.natural(base, count) if plain else self.make(("abs", frozen(base)), count)
            result = self.product(result, power)
        return result

    def _number_power(self, c: Fraction, exponent: Exponent) -> Poly:
        if isinstance(exponent, int):
            return constant(c**exponent)
        if c < 0:
            raise OutOfFragment("a root of a negative number")
        result: Poly = ONE
        for prime, count in _prime_powers(c):
            whole, part = divmod(count * exponent, 1)
            result = self.product(result, constant(Fraction(prime) ** int(whole)))
            if part:
                result = self.product(result, self.make(("prime", prime), part))
        return result

    def _monomial_power(self, monomial: Monomial, exponent: Exponent) -> Poly:
        for number, _ in monomial:
            if self.keys[number][0] == "indicator":
                raise OutOfFragment("a division by an indicator")
        return self._reduced({raised(monomial, exponent): Fraction(1)})

    def _base_power(self, base: Poly, exponent: Exponent) -> Poly:
        if isinstance(exponent, int) and exponent >= 0:
            return self.natural(base, exponent)
        return self.make(("base", frozen(base)), exponent)

    def split(self, a: Poly) -> tuple[Fraction, Monomial, Bases]:
        """a = constant * monomial * product of irreducible polynomials ** multiplicity."""
        a, below = self.together(a)
        if not a:
            raise ZeroDivisionError
        common = least_exponents(a)
        rest = shift(a, raised(common, -1))
        monomial = times(common, raised(below, -1))
        if len(rest) == 1:
            ((_, c),) = rest.items()
            return c, monomial, ()
        if _linear_somewhere(rest) or _degree(rest) > MAX_FACTORED:
            lead = rest[max(rest)]
            return lead, monomial, ((scale(rest, 1 / lead), 1),)
        content, parts = terms.factors(rest)
        bases = []
        for part, count in parts:
            lead = part[max(part)]
            content *= lead**count
            bases.append((scale(part, 1 / lead), count))
        return content, monomial, tuple(bases)

    def together(self, a: Poly) -> tuple[Poly, Monomial]:
        """a = first / second, the first free of negative powers of bases, in lowest terms."""
        below: dict[int, int] = {}
        for monomial in a:
            for number, exponent in monomial:
                if self.keys[number][0] == "base":
                    below[number] = min(below.get(number, 0), _floor(exponent))
        if not below:
            return a, UNIT
        top: Poly = ZERO
        for monomial, c in a.items():
            powers = dict(monomial)
            term: Poly = {tuple(p for p in monomial if p[0] not in below): c}
            for number, least in below.items():
                exponent = powers.get(number, 0) - least
                term = self._times_base(term, number, exponent)
            top = add(top, term)
        return self._lowest(top, {n: -e for n, e in below.items() if e})

    def _times_base(self, term: Poly, number: int, exponent: Exponent) -> Poly:
        whole = _floor(exponent)
        term = self.product(term, self.natural(dict(self.keys[number][1]), whole))
        return self.product(term, atom(number, exponent - whole)) if exponent != whole else term

    def _lowest(self, top: Poly, below: Mapping[int, int]) -> tuple[Poly, Monomial]:
        """Common factors of the numerator and the denominator's bases cancelled."""
        left: dict[int, int] = {}
        for number, most in below.items():
            base, count = dict(self.keys[number][1]), most
            while count and top:
                common = least_exponents(top)
                reduced = terms.quotient(shift(top, raised(common, -1)), base)
                if reduced is None:
                    break
                top, count = shift(reduced, common), count - 1
            if count and top:
                left[number] = count
        return top, tuple(sorted(left.items()))

    def exp(self, a: Poly) -> Poly:
        """e ** a as a product of exp atoms and, where a log stands alone, of plain powers."""
        top, below = self.together(a)
        result: Poly = ONE
        for monomial, c in shift(top, raised(below, -1)).items():
            result = self.product(result, self._exp_term(monomial, c))
        return result

    def _exp_term(self, monomial: Monomial, c: Fraction) -> Poly:
        if len(monomial) == 1 and monomial[0][1] == 1:
            key = self.keys[monomial[0][0]]
            if key[0] == "log":
                return self.power(dict(key[1]), c)
        exponent = int(c) if c.denominator == 1 else c
        return atom(self.number(("exp", monomial)), exponent)

    def log(self, a: Poly, *, formal: bool = False) -> Poly:
        """log a as a sum over the factors; factors of unknown sign stay under one log.

        With `formal` each factor gets a log of its own, whatever its sign: under a sum that an
        exponential is taken of, all that counts is that exp undoes log.
        """
        c, monomial, bases = self.split(a)
        total: Poly = ZERO
        unknown: Poly = constant(-1 if c < 0 else 1)
        for prime, count in _prime_powers(abs(c)):
            total = add(total, self._log_atom(constant(prime), count))
        for number, exponent in monomial:
            key = self.keys[number]
            inner = dict(key[1]) if key[0] == "base" else atom(number)
            if key[0] == "exp" and (formal or not self.signed_power(key[1])):
                total = add(total, {key[1]: Fraction(exponent)})
            elif formal or self.nonnegative_atom(number):
                total = add(total, self._log_atom(inner, exponent))
            elif even(exponent):
                total = add(total, self._log_atom(self.absolute(inner), exponent))
            else:
                unknown = self.product(unknown, atom(number, exponent))
        for base, count in bases:
            if formal or self.positive(base):
                total = add(total, self._log_atom(base, count))
            elif even(count):
                total = add(total, self._log_atom(self.absolute(base), count))
            else:
                unknown = self.product(unknown, self.natural(base, count))
        if unknown == ONE:
            return total
        rest = self._log_atom(unknown, 1) if formal else self._log_unknown(unknown)
        return add(total, rest)

    def _log_unknown(self, unknown: Poly) -> Poly:
        """The only factor of unknown sign must be positive where the log is defined at all."""
        if unknown == constant(-1):
            raise ZeroDivisionError
        if len(unknown) > 1:
            return self._log_atom(unknown, 1)
        # The logarithm of 1/u is -log u.
        ((monomial, c),) = unknown.items()
        sign = -1 if monomial[0][1] < 0 else 1
        inner = constant(c)
        for number, exponent in raised(monomial, sign):
            key = self.keys[number]
            base = dict(key[1]) if key[0] == "base" else atom(number)
            inner = self.product(inner, self.power(base, exponent))
        return self._log_atom(inner, sign)

    def _log_atom(self, a: Poly, count: Exponent) -> Poly:
        return scale(self.make(("log", frozen(a))), Fraction(count))


def _reduced_exponent(kind: str, exponent: Exponent) -> Exponent:
    """The least exponent that means the same for a number of this kind."""
    if kind == "sign" and isinstance(exponent, int):
        return exponent % 2
    if kind == "bit" and isinstance(exponent, int) and exponent > 0:
        return 1
    return exponent


def _floor(exponent: Exponent) -> int:
    return exponent if isinstance(exponent, int) else exponent.numerator // exponent.denominator


def _degree(a: Poly) -> Fraction:
    """The degree of the polynomial in roots of its atoms that have whole exponents."""
    exponents = [Fraction(e) for monomial in a for _, e in monomial]
    return max(exponents, default=Fraction(0)) * math.lcm(*(e.denominator for e in exponents))


def _linear_somewhere(a: Poly) -> bool:
    """Whether an atom stands in exactly one term, to the power 1; then a is irreducible.

    With no common monomial factor, x * m + r has no factor but units: a factor free of x would
    divide the monomial m and r.
    """
    counts: dict[int, int] = {}
    linear: set[int] = set()
    for monomial in a:
        for number, exponent in monomial:
            counts[number] = counts.get(number, 0) + 1
            if exponent == 1:
                linear.add(number)
    return any(counts[number] == 1 for number in linear)


def _prime_powers(value: Fraction) -> list[tuple[int, int]]:
    """The factorisation of a positive rational; a cofactor without small factors stays whole."""
    found: dict[int, int] = {}
    for whole, unit in ((value.numerator, 1), (value.denominator, -1)):
        rest, divisor = whole, 2
        while divisor * divisor <= rest and divisor < 1000:
            while rest % divisor == 0:
                found[divisor] = found.get(divisor, 0) + unit
                rest //= divisor
            divisor += 1
        if rest > 1:
            found[rest] = found.get(rest, 0) + unit
    return sorted(found.items())
