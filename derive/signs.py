"""Whether what a formula needs is always met: the sign of a polynomial, from some size on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.algebra import Algebra, Bases
from derive.atoms import Index, even
from derive.calculus import derivative_free
from derive.cases import Case, cases, size_at_least
from derive.errors import OutOfFragment
from derive.needs import Need
from derive.normal import Normaliser
from derive.polynomial import ZERO, Monomial, Poly, add, atoms_of, constant, mul, scale
from derive.problem import Problem
from derive.syntax import free_names


def closed_cases(problem: Problem, need: Need) -> Iterator[Case]:
    """The claim's cases; a bound index in the need is one more index, unlike the others."""
    for case in cases(problem):
        extra = {name: ("free", name) for name in free_names(need.of) - case.index_of.keys()}
        yield Case(case.blocks, {**case.index_of, **extra})


_ALWAYS = ("", 0)


def least_needed(problem: Problem, case: Case, need: Need) -> tuple[str, int] | None:
    """As `_least_size`, and _ALWAYS where the size is known to be so large."""
    least = _least_size(problem, case, need)
    if least is None or not least[0] or least[1] > size_at_least(problem, case, least[0]):
        return least
    return _ALWAYS


def _least_size(problem: Problem, case: Case, need: Need) -> tuple[str, int] | None:
    """The size from which on the need is met; _ALWAYS if everywhere, None if that is not known."""
    node = derivative_free(problem, need.of)
    try:
        normaliser = Normaliser(problem, case)
        return _least_by_values(normaliser, need, normaliser.poly(node))
    except (ZeroDivisionError, KeyError, OutOfFragment):
        return None


def _least_by_values(normaliser: Normaliser, need: Need, poly: Poly) -> tuple[str, int] | None:
    """As `_least_size`; where nothing else tells, at each value of a sign or a bit."""
    least, atoms = _least_of(normaliser, need, poly), normaliser.atoms
    numbers = atoms.two_valued(poly)
    if least is not None or not numbers:
        return least
    both = [_least_by_values(normaliser, need, p) for p in atoms.at_values(numbers[0], poly)]
    known = [least for least in both if least is not None]
    return max(known, key=lambda size: size[1]) if len(known) == len(both) else None


def _least_of(normaliser: Normaliser, need: Need, poly: Poly) -> tuple[str, int] | None:
    if need.or_zero and never_negative(normaliser.atoms, poly):
        return _ALWAYS
    constant_part, monomial, bases = normaliser.atoms.split(poly)
    atoms = normaliser.atoms
    monomial, bases = _bases_apart(atoms, monomial, bases)
    if need.or_zero and constant_part > 0 and _of_squares(atoms, monomial, bases):
        return _ALWAYS
    signs = [n for n, _ in monomial if atoms.kind_of(n) == "sign"]
    if not all(atoms.positive_atom(number) or number in signs for number, _ in monomial):
        return None
    if signs and need.positive:
        return None
    negative, least = constant_part < 0, _ALWAYS
    for base, count in bases:
        signed = _sign(normaliser, base)
        if signed is None:
            return None
        negative ^= signed[0] < 0 and count % 2 == 1
        least = max(least, signed[1], key=lambda size: size[1])
    return None if need.positive and negative else least


def _bases_apart(atoms: Algebra, monomial: Monomial, bases: Bases) -> tuple[Monomial, Bases]:
    """The product with the sums that it is divided by among its factors: S - e^f in e^f/(S - e^f).

    A factor and its inverse are of one sign.
    """
    below = [(n, e) for n, e in monomial if atoms.keys[n][0] == "base" and isinstance(e, int)]
    rest = tuple(power for power in monomial if power not in below)
    return rest, (*bases, *((dict(atoms.keys[n][1]), e) for n, e in below))


def never_negative(atoms: Algebra, poly: Poly) -> bool:
    """Whether every term is at least 0."""
    return all(
        c > 0 and all(atoms.nonnegative_atom(n) or even(e) for n, e in monomial)
        for monomial, c in poly.items()
    )


def _of_squares(atoms: Algebra, monomial: Monomial, bases: Bases) -> bool:
    """Whether every factor of a product is at least 0."""
    powers = all(atoms.nonnegative_atom(n) or even(e) for n, e in monomial)
    return powers and all(even(count) or atoms.positive(base) for base, count in bases)


def _sign(normaliser: Normaliser, base: Poly) -> tuple[int, tuple[str, int]] | None:
    """The polynomial's sign, with the size from which on it is not 0; None if not known.

    Tried after substitutions that make hidden positivity visible: a number in (0, 1) is 1/(1 + v)
    with v > 0, a class sum is its named terms plus a rest that is >= 0, a size is 1 plus a rest.
    """
    named = _named(normaliser.atoms, base)
    opened = _opened(normaliser, base, named)
    for sign in (1, -1):
        rests = _rests(normaliser.atoms, scale(opened, sign))
        if rests is None:
            continue
        if not rests:
            return sign, _ALWAYS
        whole = normaliser.atoms.keys[normaliser.atoms.keys[rests[0]][1]]
        if whole[0] == "size":
            return sign, (whole[1], 2)
        return sign, (whole[1][0][0], len(named) + 1)
    return None


def _named(atoms: Algebra, base: Poly) -> list[Index]:
    """The free indices that occur in the polynomial."""
    found = frozenset().union(*map(atoms.free, atoms_of(base)))
    return sorted((i for i in found if isinstance(i, tuple) and i[0] == "free"), key=repr)


def _opened(normaliser: Normaliser, base: Poly, named: list[Index]) -> Poly:
    atoms = normaliser.atoms
    total: Poly = ZERO
    top = {n: max(dict(m).get(n, 0) for m in base) for n in _units(atoms, base)}
    for monomial, c in base.items():
        term = constant(c)
        powers = dict(monomial)
        for number, exponent in monomial:
            if atoms.keys[number][0] == "size" and isinstance(exponent, int):
                one_and_rest: Poly = {
                    (): Fraction(1),
                    ((atoms.number(("rest", number)), 1),): Fraction(1),
                }
                term = mul(term, atoms.natural(one_and_rest, exponent))
            elif number not in top:
                term = mul(term, normaliser.class_sum_opened(number, exponent, named))
        for number, highest in top.items():
            # u**e = 1/(1 + v)**e; everything is multiplied by (1 + v)**highest, which is positive.
            rest = int(highest - powers.get(number, 0))
            one_more: Poly = {
                (): Fraction(1),
                ((atoms.number(("excess", number)), 1),): Fraction(1),
            }
            term = mul(term, atoms.natural(one_more, rest))
        total = add(total, term)
    return total


def _units(atoms: Algebra, base: Poly) -> set[int]:
    return {
        n
        for monomial in base
        for n, e in monomial
        if isinstance(e, int) and e > 0 and atoms.kind_of(n) == "unit"
    }


def _rests(atoms: Algebra, base: Poly) -> list[int] | None:
    """None unless every term is >= 0; the rests that are needed, none if a term is surely > 0."""
    found: list[int] = []
    sure = False
    for monomial, c in base.items():
        rests = [n for n, _ in monomial if atoms.keys[n][0] == "rest"]
        others = [(n, e) for n, e in monomial if n not in rests]
        strict = all(atoms.positive_atom(n) or atoms.keys[n][0] == "excess" for n, _ in others)
        if c < 0 or not all(
            atoms.positive_atom(n) or atoms.keys[n][0] == "excess" or even(e) for n, e in others
        ):
            return None
        sure = sure or (strict and not rests)
        if strict:
            found += rests
    if sure:
        return []
    return found or None
