"""Partial fractions under a sum: a unique form for x/(a + b*x), so that equal sums look equal."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derive.atoms import Index
from derive.polynomial import ZERO, Exponent, Monomial, Poly, add, atoms_of, mul, scale
from derive.summation import Summation


def partial_fractions(atoms: Summation, generic: Poly, token: Index) -> Poly:
    """Each term over a denominator a + b*x has no x beside it: x/(1 + x) is 1 - 1/(1 + x)."""
    work, done = dict(generic), ZERO
    for _ in range(1000):
        if not work:
            return done
        monomial, c = work.popitem()
        rewritten = _reduce_once(atoms, monomial, c, token)
        if rewritten is None:
            done = add(done, {monomial: c})
        else:
            work = dict(add(work, rewritten))
    return add(done, work)


def _reduce_once(atoms: Summation, monomial: Monomial, c: Fraction, token: Index) -> Poly | None:
    powers = dict(monomial)
    for number, exponent in monomial:
        key = atoms.keys[number]
        if key[0] != "base" or not isinstance(exponent, int) or exponent >= 0:
            continue
        if token not in atoms.free(number):
            continue
        base = dict(key[1])
        linear = _linear_atom(atoms, base, powers, token)
        if linear is not None:
            atom_number, slope, rest = linear
            return _replace_atom(atoms, monomial, c, number, atom_number, slope, rest)
    return None


def _linear_atom(
    atoms: Summation, base: Poly, powers: Mapping[int, Exponent], token: Index
) -> tuple[int, Poly, Poly] | None:
    """The first atom x with base = slope * x + rest, slope one term, if it stands beside the base.

    Always the same one: with x and z in turn, x/(x + z) and z/(x + z) would become each other.
    """
    for number in sorted(atoms_of(base), key=lambda n: (atoms.looks(n), n)):
        with_x = {m: v for m, v in base.items() if any(n == number for n, _ in m)}
        if token not in atoms.free(number) or len(with_x) != 1 or atoms.keys[number][0] == "base":
            continue
        ((m, v),) = with_x.items()
        if dict(m)[number] != 1:
            continue
        rest = {k: w for k, w in base.items() if k != m}
        exponent = powers.get(number, 0)
        if not isinstance(exponent, int) or not exponent or (exponent < 0 and len(rest) > 1):
            return None
        return number, {tuple(p for p in m if p[0] != number): v}, rest
    return None


def _replace_atom(
    atoms: Summation,
    monomial: Monomial,
    c: Fraction,
    base: int,
    x: int,
    slope: Poly,
    rest: Poly,
) -> Poly:
    """x = (base - rest)/slope for positive powers of x, 1 = (base - slope*x)/rest for negative."""
    whole: Poly = {monomial: c}
    one_base: Poly = {((base, 1),): Fraction(1)}
    one_x: Poly = {((x, 1),): Fraction(1)}
    if dict(monomial)[x] > 0:
        without = mul(whole, {((x, -1),): Fraction(1)})
        over = atoms.power(slope, -1)
        return mul(mul(without, over), add(one_base, scale(rest, -1)))
    over = atoms.power(rest, -1)
    return mul(mul(whole, over), add(one_base, scale(mul(slope, one_x), -1)))
