"""Whether a need is met wherever others are: the same need, or one of each of its factors."""

from __future__ import annotations

from dataclasses import dataclass

from derive.algebra import Algebra
from derive.atoms import even
from derive.calculus import derivative_free
from derive.errors import OutOfFragment
from derive.needs import Need
from derive.normal import Normaliser
from derive.polynomial import Monomial, Poly
from derive.problem import Problem
from derive.show import text
from derive.signs import closed_cases, never_negative
from derive.syntax import Rel


def covered(problem: Problem, need: Need, others: list[Need]) -> bool:
    """Whether the others ask for at least as much: the same, or each of its factors."""
    same = {_key(problem, other) for other in others}
    if _key(problem, need) in same:
        return True
    if isinstance(need.of, Rel):
        return False
    own = _factors(problem, need)
    if own is None:
        return False
    asked = [(other, _factors(problem, other)) for other in others]
    known = [(other, factors) for other, factors in asked if factors is not None]
    if need.or_zero:
        return any(_signs_too(own, factors, other) for other, factors in known)
    nonzero = frozenset[str]().union(
        *(factors.named for other, factors in known if not other.or_zero)
    )
    if not own.named <= nonzero:
        return False
    if not need.positive or own.never_negative:
        return True
    return any(
        other.positive
        and own.signed == factors.signed
        and (not other.or_zero or factors.named <= nonzero)
        for other, factors in known
    )


def _signs_too(own: _Factors, factors: _Factors, other: Need) -> bool:
    """Whether another need's being met, > 0 or >= 0, makes this product >= 0.

    x**2*y >= 0 says nothing of y where x is 0.
    """
    surely = not other.or_zero or factors.never_zero_but_signed
    return other.positive and surely and own.signed == factors.signed


@dataclass(frozen=True)
class _Factors:
    """What must not be 0, one by one: x for x**2, and for x*z both.

    `signed` are, in each case of the indices, the constant's sign and the factors of unknown sign
    with an odd power: they alone tell the sign of the product.
    """

    named: frozenset[str]
    never_negative: bool
    signed: tuple[tuple[int, frozenset[str]], ...]
    never_zero_but_signed: bool


def _factors(problem: Problem, need: Need) -> _Factors | None:
    if isinstance(need.of, Rel):
        return None
    found: set[str] = set()
    signed: list[tuple[int, frozenset[str]]] = []
    no_minus = True
    node = derivative_free(problem, need.of)
    for case in closed_cases(problem, need):
        try:
            normaliser = Normaliser(problem, case)
            atoms, poly = normaliser.atoms, normaliser.poly(node)
            c, monomial, bases = atoms.split(poly)
        except (ZeroDivisionError, KeyError, OutOfFragment):
            return None
        no_minus = no_minus and never_negative(atoms, poly)
        powers = [(_described(atoms, n), e) for n, e in monomial if not atoms.positive_atom(n)]
        powers += [
            (_described_poly(atoms, base), e) for base, e in bases if not atoms.positive(base)
        ]
        found |= {name for name, _ in powers}
        signed.append((1 if c > 0 else -1, frozenset(name for name, e in powers if not even(e))))
    plain = frozenset[str]().union(*(odd for _, odd in signed)) == found
    return _Factors(frozenset(found), no_minus, tuple(signed), plain) if found else None


def _described_poly(atoms: Algebra, poly: Poly) -> str:
    """The polynomial without the numbers of one decision; |u| is 0 where u is."""
    if len(poly) == 1:
        ((monomial, _),) = poly.items()
        if len(monomial) == 1:
            return _described(atoms, monomial[0][0])
    return repr(sorted((_monomial(atoms, m), c) for m, c in poly.items()))


def _monomial(atoms: Algebra, monomial: Monomial) -> str:
    return repr(sorted((_described(atoms, n), str(e)) for n, e in monomial))


def _described(atoms: Algebra, number: int) -> str:
    """The atom without the numbers of one decision."""
    match atoms.keys[number]:
        case ("exp", monomial):
            return f"exp {_monomial(atoms, monomial)}"
        case ("abs" | "base", poly):
            return _described_poly(atoms, dict(poly))
        case ("log" as kind, poly):
            return f"{kind} {sorted((_monomial(atoms, m), c) for m, c in poly)}"
        case ("sum", binders, monomial):
            return f"sum {binders} {_monomial(atoms, monomial)}"
        case key:
            return repr(key)


def _key(problem: Problem, need: Need) -> tuple[object, ...]:
    """Two needs with the same key are the same; compared without their definitions."""
    if isinstance(need.of, Rel):
        return (text(need.of),)
    return (need.positive, need.or_zero, text(derivative_free(problem, need.of)))
