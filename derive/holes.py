"""Holes: the values that a part must have for the whole to be right, and what has them.

Sums, products, quotients and signs can be solved for each of their parts. At a handful of points,
modulo large primes, the values that a part must have are compared with those of the quantities that
the problem speaks of and of their products: what agrees may take the part's place, or stand beside
it as a term or as a factor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from derive.rules import RULES
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Call,
    Div,
    Entry,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    add,
    canonical,
    children,
    mul,
    num,
    rebuild,
)

# The value of a formula at each point, modulo a product of primes; None where it has none.
Values = tuple[int, ...]
Valuation = Callable[[Node], Values | None]

_HALF = Fraction(1, 2)
_NUMBERS = (Fraction(1), Fraction(-1), Fraction(2), Fraction(-2), _HALF, -_HALF)
_MOST_ITEMS = 160
# Plain quantities are written before these.
_LATER = (Reduce, Add, Div, Neg)


class Field:
    """Arithmetic on values, point by point."""

    def __init__(self, modulus: int) -> None:
        self._modulus = modulus

    def minus(self, a: Values, b: Values) -> Values:
        """a - b."""
        return tuple((x - y) % self._modulus for x, y in zip(a, b, strict=True))

    def times(self, a: Values, b: Values) -> Values:
        """a*b."""
        return tuple(x * y % self._modulus for x, y in zip(a, b, strict=True))

    def inverse(self, a: Values) -> Values | None:
        """1/a, or None where a is 0 at some point."""
        return tuple(pow(x, -1, self._modulus) for x in a) if all(a) else None

    def scaled(self, a: Values, factor: Fraction) -> Values:
        """A number times a."""
        residue = factor.numerator * pow(factor.denominator, -1, self._modulus)
        return tuple(x * residue % self._modulus for x in a)


@dataclass(frozen=True)
class Term:
    """A number times some quantities, over others."""

    number: Fraction
    over: tuple[Node, ...]
    under: tuple[Node, ...]

    def node(self, *beside: Node) -> Node:
        """The term, times what stands beside it, a sign in front."""
        top = sorted((*self.over, *beside), key=lambda f: isinstance(f, _LATER))
        return tidy(Div(mul(num(self.number), *top), mul(ONE, *self.under)))


@dataclass(frozen=True)
class Hole:
    """A part, the values it must have, and the whole formula with another part in its place."""

    part: Node
    wanted: Values
    put: Callable[[Node], Node]


class Quantities:
    """Terms by their values: quantities, and products of two or three of them."""

    def __init__(self, nodes: Iterable[Node], value: Valuation, field: Field) -> None:
        self._field = field
        self._items: dict[Values, Term] = {}
        self._pairs: dict[Values, Term] = {}
        self._known: list[tuple[Values, Term]] = []
        for node in nodes:
            values = value(node)
            if values is None or not any(values):
                continue
            over = () if node == ONE else (node,)
            self._items.setdefault(values, Term(Fraction(1), over, ()))
            inverse = field.inverse(values)
            if inverse is not None and over:
                self._items.setdefault(inverse, Term(Fraction(1), (), (node,)))

    def matching(self, wanted: Values, factors: int) -> Iterator[Term]:
        """Numbers times products of so many quantities that have the wanted values."""
        for number in _NUMBERS:
            target = self._field.scaled(wanted, 1 / number)
            for term in self._found(target, factors):
                yield Term(number, term.over, term.under)

    def _found(self, target: Values, factors: int) -> Iterator[Term]:
        if factors < 3:
            table = self._items if factors == 1 else self._products()
            if target in table:
                yield table[target]
            return
        for inverse, item in self._inverses():
            rest = self._products().get(self._field.times(target, inverse))
            if rest is not None:
                yield _joined(item, rest)

    def _inverses(self) -> list[tuple[Values, Term]]:
        """The inverse of the values of each quantity, with the quantity."""
        if not self._known:
            for values, item in list(self._items.items())[:_MOST_ITEMS]:
                inverse = self._field.inverse(values)
                if inverse is not None:
                    self._known.append((inverse, item))
        return self._known

    def _products(self) -> Mapping[Values, Term]:
        if not self._pairs:
            # Products with the inverse of an entry would only take out what stands elsewhere.
            items = [
                (values, item)
                for values, item in self._items.items()
                if not any(isinstance(node, Entry) for node in item.under)
            ][:_MOST_ITEMS]
            for place, (a, first) in enumerate(items):
                for b, second in items[place:]:
                    self._pairs.setdefault(self._field.times(a, b), _joined(first, second))
        return self._pairs


def _joined(a: Term, b: Term) -> Term:
    return Term(a.number * b.number, (*a.over, *b.over), (*a.under, *b.under))


def holes(
    node: Node,
    wanted: Values,
    value: Valuation,
    field: Field,
    put: Callable[[Node], Node] = lambda new: new,
) -> Iterator[Hole]:
    """Every part that the formula can be solved for, the whole formula first."""
    yield Hole(node, wanted, put)
    parts = children(node)
    if not isinstance(node, Neg | Add | Mul | Div):
        return
    for place, part in enumerate(parts):
        needed = _needed(node, place, wanted, value, field)
        if needed is not None:

            def into(new: Node, place: int = place) -> Node:
                return put(_with(node, place, new))

            yield from holes(part, needed, value, field, into)


def _needed(
    node: Node, place: int, wanted: Values, value: Valuation, field: Field
) -> Values | None:
    """What the part at a place must be: the node's wanted values, solved for it."""
    zeros = (0,) * len(wanted)
    if isinstance(node, Neg):
        return field.minus(zeros, wanted)
    rest = value(rebuild(node, tuple(_neutral(node, place))))
    if rest is None:
        return None
    if isinstance(node, Add):
        return field.minus(wanted, rest)
    if isinstance(node, Div) and place == 1:
        inverse = field.inverse(wanted)
        return None if inverse is None else field.times(rest, inverse)
    inverse = field.inverse(rest)
    return None if inverse is None else field.times(wanted, inverse)


def _neutral(node: Node, place: int) -> Iterator[Node]:
    """The node's parts with 0 (in a sum) or 1 at one place."""
    for position, part in enumerate(children(node)):
        here = num(0) if isinstance(node, Add) else ONE
        yield here if position == place else part


def _with(node: Node, place: int, new: Node) -> Node:
    parts = children(node)
    changed = (*parts[:place], new, *parts[place + 1 :])
    if isinstance(node, Add):
        return tidy(add(*changed))
    return tidy(mul(*changed) if isinstance(node, Mul) else rebuild(node, changed))


def tidy(node: Node) -> Node:
    """The node as one would write it: one fraction, powers of each factor, one sign in front."""
    if isinstance(node, Add):
        return _tidy_sum(node)
    if not isinstance(node, Mul | Div | Neg):
        return node
    factors = list(_powers(node, Fraction(1)))
    if any(factor == ZERO and exponent < 0 for factor, exponent in factors):
        return node
    seen = {canonical(factor) for factor, _ in factors}
    number, powers = Fraction(1), dict[Node, tuple[Node, Fraction]]()
    for factor, exponent in (_turned(factor, e, seen) for factor, e in factors):
        if isinstance(factor, Num):
            number *= factor.value**exponent.numerator
        else:
            known = powers.get(canonical(factor), (factor, Fraction(0)))
            powers[canonical(factor)] = (known[0], known[1] + exponent)
    top = _product(abs(number.numerator), ((f, e) for f, e in powers.values() if e > 0))
    bottom = _product(number.denominator, ((f, -e) for f, e in powers.values() if e < 0))
    whole = top if bottom == ONE else Div(top, bottom)
    if number >= 0:
        return ZERO if number == 0 else whole
    return opposite(whole)


def opposite(node: Node) -> Node:
    """-node without a double sign, spread over a sum or over a sum in the numerator."""
    if isinstance(node, Div) and isinstance(node.num, Add):
        return Div(opposite(node.num), node.den)
    plain = RULES["double-minus"].apply(node) or node
    turned = plain.arg if isinstance(plain, Neg) else Neg(plain)
    return RULES["spread-minus"].apply(turned) or turned


def _turned(factor: Node, exponent: Fraction, seen: set[Node]) -> tuple[Node, Fraction]:
    """exp(-u) as 1/exp(u), where that stands beside it."""
    match factor:
        case Call(function="exp", arg=Neg(arg=arg)) if canonical(Call("exp", arg)) in seen:
            return Call("exp", arg), -exponent
    return factor, exponent


def _tidy_sum(node: Add) -> Node:
    flat = RULES["flatten"].apply(node) or node
    numbers = [value for t in children(flat) if (value := _number(t)) is not None]
    terms = [t for t in children(flat) if _number(t) is None]
    if len(numbers) == 1 and numbers[0]:
        terms = list(children(flat))
    elif total := sum(numbers, Fraction(0)):
        terms.append(num(total) if total > 0 else Neg(num(-total)))
    # A sum does not begin with a minus where it can be helped.
    if terms and isinstance(terms[0], Neg):
        terms.sort(key=lambda t: isinstance(t, Neg))
    return add(*terms)


def _number(term: Node) -> Fraction | None:
    match term:
        case Num(value=value):
            return value
        case Neg(arg=Num(value=value)):
            return -value
    return None


def _powers(node: Node, exponent: Fraction) -> Iterator[tuple[Node, Fraction]]:
    """The factors of a product or quotient, each with its whole exponent."""
    match node:
        case Mul(factors=factors):
            for factor in factors:
                yield from _powers(factor, exponent)
        case Div(num=top, den=bottom):
            yield from _powers(top, exponent)
            yield from _powers(bottom, -exponent)
        case Neg(arg=arg):
            yield num(-1), exponent
            yield from _powers(arg, exponent)
        case Pow(base=base, exponent=Num(value=power)) if power.denominator == 1:
            yield base, power * exponent
        case _:
            yield node, exponent


def _product(number: int, powers: Iterable[tuple[Node, Fraction]]) -> Node:
    factors = [base if e == 1 else Pow(base, num(e)) for base, e in powers]
    return mul(*([num(number)] if number != 1 else []), *factors)


@dataclass(frozen=True)
class Filling:
    """A right formula: in place of `part`, or as a factor or a term beside it, stands `term`."""

    kind: Literal["instead", "factor", "term"]
    part: Node
    term: Term
    formula: Node


def fillings(
    hole: Hole, known: Quantities, value: Valuation, field: Field, quantities: int
) -> Iterator[Filling]:
    """Products of so many quantities that mend the formula at a hole."""
    for term in known.matching(hole.wanted, quantities):
        yield Filling("instead", hole.part, term, hole.put(term.node()))
    own = value(hole.part)
    if own is None:
        return
    inverse = field.inverse(own)
    if inverse is not None:
        for term in known.matching(field.times(hole.wanted, inverse), quantities):
            yield Filling("factor", hole.part, term, hole.put(term.node(hole.part)))
    for term in known.matching(field.minus(hole.wanted, own), quantities):
        yield Filling("term", hole.part, term, hole.put(tidy(add(hole.part, term.node()))))
