"""Where a formula is defined: denominators that may vanish, logarithms of what may not be positive.

A condition that is always met is discharged; the rest is the side condition of a verdict. What the
definitions themselves need is a premise. What only one side of a claim needs is open: there the
other side has a value and this one has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.algebra import Algebra, Bases
from derive.atoms import Index, even
from derive.calculus import derivative_free
from derive.cases import Case, cases, size_at_least
from derive.errors import OutOfFragment
from derive.needs import Need, every_need, needs, slope_needs, without_cases
from derive.normal import Normaliser
from derive.orders import is_smooth
from derive.plain import plainly_nonnegative, plainly_positive
from derive.polynomial import ZERO, Monomial, Poly, add, atoms_of, constant, mul, scale
from derive.problem import Problem
from derive.residual import agrees
from derive.show import text
from derive.syntax import Name, Node, Rel, free_names, name_of, num, walk


@dataclass(frozen=True)
class Domain:
    """The needs that are not always met.

    `premises` are those of the definitions that the claim reaches, `open` those of one side of the
    claim only, `granted` those of every definition: what a step of a derivation may rely on.
    `sizes` are all that are about sizes, those that both sides have among them.
    """

    premises: tuple[Need, ...]
    open: tuple[Need, ...]
    granted: tuple[Need, ...]
    sizes: tuple[Rel, ...]


def domain(problem: Problem) -> Domain:
    """The undischarged needs of a claim. Raises OutOfFragment, OutOfBudget."""
    bodies = [problem.definitions[name].body for name in _used(problem)]
    premises = _premises(problem, bodies)
    left, right = _side_needs(problem, problem.left), _side_needs(problem, problem.right)
    # A step of a derivation may not reach the loss itself, whose needs it still may rely on.
    all_bodies = [definition.body for definition in problem.definitions.values()]
    asked = premises if len(bodies) == len(all_bodies) else _premises(problem, all_bodies)
    lone = [
        need
        for mine, other in ((left, right), (right, left))
        for need in (*mine.certain, *mine.possible)
        for known in [other.sure if need in mine.corners else other.certain]
        if not _covered(problem, need, [*known, *asked])
    ]
    every = (*asked, *left.certain, *left.possible, *right.certain, *right.possible)
    sizes = dict.fromkeys(need.of for need in every if isinstance(need.of, Rel))
    return Domain(tuple(premises), tuple(lone), tuple(asked), tuple(sizes))


@dataclass(frozen=True)
class _Needs:
    """The unmet needs of one side: those that it surely has, and those that it may have.

    At `corners` one case may have a value and another none: only what is `sure` counts, for all.
    """

    certain: tuple[Need, ...]
    possible: tuple[Need, ...]
    corners: frozenset[Need]
    sure: tuple[Need, ...]


def _side_needs(problem: Problem, side: Node) -> _Needs:
    """A derivative may need more than what it is taken of: sqrt(u) has no slope where u is 0."""
    slopes = list(slope_needs(problem, side))
    corners = any(not need.positive for need, _ in slopes)
    if corners and (problem.unequal or is_smooth(problem, agrees, _has_values)):
        slopes = [(need, surely) for need, surely in slopes if need.positive]
    of_slopes = [need for need, surely in slopes if surely]
    certain = _unmet(problem, [*needs(problem, side), *of_slopes])
    possible = _unmet(problem, [need for need, surely in slopes if not surely])
    met = frozenset(need for need, _ in slopes if not need.positive)
    sure = _unmet(problem, [*needs(problem, without_cases(side)), *of_slopes])
    return _Needs(tuple(certain), tuple(possible), met, tuple(sure))


def _has_values(problem: Problem) -> bool:
    """Whether both sides of a claim without comparisons have a value, and their slopes."""
    return not _unmet(problem, list(every_need(problem, problem.left, problem.right)))


def _premises(problem: Problem, bodies: list[Node]) -> list[Need]:
    return _unmet(problem, [need for body in bodies for need in needs(problem, body)])


def _used(problem: Problem) -> Iterator[str]:
    """The definitions that the claim reaches."""
    seen: set[str] = set()
    stack = [problem.left, problem.right]
    while stack:
        for part in walk(stack.pop()):
            name = name_of(part)
            if name in problem.definitions and name not in seen:
                seen.add(name)
                stack.append(problem.definitions[name].body)
                yield name


def _unmet(problem: Problem, found: list[Need]) -> list[Need]:
    """The needs that are not always met; one met for large sizes becomes a need of the size."""
    unmet: dict[Need, None] = {}
    for need in dict.fromkeys(found):
        plainly = plainly_nonnegative if need.or_zero else plainly_positive
        if plainly(problem, need.of):
            continue
        least = [_least_needed(problem, case, need) for case in _closed_cases(problem, need)]
        if None in least:
            unmet[need] = None
            continue
        sizes = [entry for entry in least if entry and entry[0]]
        for size in dict.fromkeys(name for name, _ in sizes):
            count = max(count for name, count in sizes if name == size)
            unmet[Need(Rel(">=", Name(size), num(count)), positive=False)] = None
    return list(unmet)


def _closed_cases(problem: Problem, need: Need) -> Iterator[Case]:
    """The claim's cases; a bound index in the need is one more index, unlike the others."""
    for case in cases(problem):
        extra = {name: ("free", name) for name in free_names(need.of) - case.index_of.keys()}
        yield Case(case.blocks, {**case.index_of, **extra})


_ALWAYS = ("", 0)


def _least_needed(problem: Problem, case: Case, need: Need) -> tuple[str, int] | None:
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
    if need.or_zero and _never_negative(normaliser.atoms, poly):
        return _ALWAYS
    constant_part, monomial, bases = normaliser.atoms.split(poly)
    atoms = normaliser.atoms
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


def _never_negative(atoms: Algebra, poly: Poly) -> bool:
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


def _covered(problem: Problem, need: Need, others: list[Need]) -> bool:
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
    never_negative = True
    node = derivative_free(problem, need.of)
    for case in _closed_cases(problem, need):
        try:
            normaliser = Normaliser(problem, case)
            atoms, poly = normaliser.atoms, normaliser.poly(node)
            c, monomial, bases = atoms.split(poly)
        except (ZeroDivisionError, KeyError, OutOfFragment):
            return None
        never_negative = never_negative and _never_negative(atoms, poly)
        powers = [(_described(atoms, n), e) for n, e in monomial if not atoms.positive_atom(n)]
        powers += [
            (_described_poly(atoms, base), e) for base, e in bases if not atoms.positive(base)
        ]
        found |= {name for name, _ in powers}
        signed.append((1 if c > 0 else -1, frozenset(name for name, e in powers if not even(e))))
    plain = frozenset[str]().union(*(odd for _, odd in signed)) == found
    return _Factors(frozenset(found), never_negative, tuple(signed), plain) if found else None


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
