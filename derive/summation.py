"""Sums as atoms: renaming of indices, and one form for however sums are nested."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from derive.algebra import Algebra
from derive.atoms import Index, index_parts
from derive.errors import OutOfBudget, OutOfFragment
from derive.polynomial import (
    ONE,
    ZERO,
    Exponent,
    Monomial,
    Poly,
    add,
    atom,
    atoms_of,
    constant,
    scale,
)

Decide = Callable[[Index, Index], Poly]
Binders = tuple[tuple[str, int], ...]
# A bound index on its way to a canonical name, with the size of its range.
Bound = tuple[str, tuple[Any, ...]]
MAX_NESTED = 4
# Entries of two values that are given each of them.
MAX_TWO_VALUED = 3


class Summation(Algebra):
    """The arithmetic of one decision, sums over a range included.

    `sizes` are those known, `unit_rows` the arrays whose sum over the last axis is assumed to be 1.
    """

    def __init__(self, kinds: Mapping[str, str], sizes: Mapping[str, int | None]) -> None:
        super().__init__(kinds)
        self._sizes = sizes
        self.unit_rows: set[str] = set()

    def size(self, name: str) -> Poly:
        """The number of classes: a constant where it is known."""
        known = self._sizes.get(name)
        return constant(known) if known is not None else self.make(("size", name))

    def reindex(self, a: Poly, change: Callable[[Index], Index], decide: Decide) -> Poly:
        """The polynomial with its free indices renamed; deltas that become decided are resolved."""
        total: Poly = ZERO
        for monomial, c in a.items():
            term: Poly = constant(c)
            for number, exponent in monomial:
                term = self.product(term, self._reindexed(number, exponent, change, decide))
            total = add(total, term)
        return total

    def _reindexed(
        self, number: int, exponent: Exponent, change: Callable[[Index], Index], decide: Decide
    ) -> Poly:
        def inner(poly: Poly) -> Poly:
            return self.reindex(poly, change, decide)

        match self.keys[number]:
            case ("entry", name, indices):
                return self.make(("entry", name, tuple(map(change, indices))), exponent)
            case ("symbol", _) as key:
                return self.make(key, exponent)
            case ("indicator", a, b):
                return decide(change(a), change(b))
            case ("exp", monomial):
                return self.exp(scale(inner({monomial: Fraction(1)}), Fraction(exponent)))
            case ("log", poly):
                return self.natural(self.log(inner(dict(poly))), _natural(exponent))
            case ("base", poly):
                return self.power(inner(dict(poly)), exponent)
            case ("abs", poly):
                return self.power(self.absolute(inner(dict(poly))), exponent)
            case ("sum", binders, monomial):
                body = inner({monomial: Fraction(1)})
                total = add(*(self.sum_atom(binders, m, c) for m, c in body.items()))
                return self.power(total, exponent)
            case _:
                return atom(number, exponent)

    def sum_over(self, size: str, index: Index, monomial: Monomial, c: Fraction) -> Poly:
        """c * the sum of a monomial over one index."""
        level = self.level(monomial)
        body = self.reindex({monomial: c}, _renaming({index: ("#", level)}), self.undecided)
        # A base that is written out has terms that are free of the index.
        return self._summed_parts([(size, ("#", level))], body)

    def sum_atom(self, binders: Binders, monomial: Monomial, c: Fraction) -> Poly:
        """c * the sum of a monomial over its bound indices, whichever way they are nested.

        What is bound further inside to the first power joins the same atom; the bound indices are
        then named in the order that gives the least key.
        """
        return self._summed([(size, ("#", at)) for size, at in binders], monomial, c)

    def _summed(self, bound: list[Bound], monomial: Monomial, c: Fraction) -> Poly:
        if any(self.keys[n][0] == "sum" and e == 1 for n, e in monomial):
            bound, monomial, c = self._flat(bound, monomial, c)
        for number, exponent in monomial:
            for _, index in bound if exponent == 1 else ():
                other = self._met(number, index)
                if other is not None:
                    # The sum of delta(j, a) g(j) over j is g(a).
                    rest = tuple(power for power in monomial if power[0] != number)
                    body = self.reindex({rest: c}, _renaming({index: other}), self.decided)
                    return self._summed_parts([b for b in bound if b[1] != index], body)
        for size, index in bound if len(bound) > 1 else ():
            cancelled = self._cancelled(size, index, monomial)
            if cancelled is not None:
                return self._summed_parts([b for b in bound if b[1] != index], scale(cancelled, c))
        if len(bound) > MAX_NESTED:
            raise OutOfBudget(f"more than {MAX_NESTED} nested sums")
        level = self.level(monomial)
        around = self.levels_around(monomial) - {i[1] for _, i in bound if i[0] == "#"}
        if around & set(range(level, level + len(bound))):
            raise OutOfBudget("nested sums whose indices cannot be told apart")
        forms = [self._named(order, level, monomial) for order in itertools.permutations(bound)]
        key, factor = min(forms, key=lambda form: form[0])
        if self._row_sum(*key):
            return constant(c)
        return scale(self.make(("sum", *key)), c * factor)

    def _met(self, number: int, index: Index) -> Index | None:
        """The only value of the index for which the atom, a delta, is not 0."""
        match self.keys[number]:
            case ("indicator", a, b) if index in (a, b):
                other = b if a == index else a
                return None if index in index_parts(other) else other
        return None

    def _cancelled(self, size: str, index: Index, monomial: Monomial) -> Poly | None:
        """The sum over k of e^f[m, k] / S[m] with S[m], the sum of e^f[m, k], put in: 1."""
        sums = {n for n, _ in monomial if self.keys[n][0] == "sum"}
        inside = tuple(power for power in monomial if index in self.free(power[0]))
        level, own = self.level(inside), {index[1]} if index[0] == "#" else set()  # type: ignore[index]
        if not sums - {n for n, _ in inside} or level in self.levels_around(inside) - own:
            return None
        inner = self._summed([(size, index)], inside, Fraction(1))  # type: ignore[list-item]
        if not atoms_of(inner) <= sums:
            return None
        outside = tuple(power for power in monomial if power not in inside)
        return self.product(inner, {outside: Fraction(1)})

    def _summed_parts(self, bound: list[Bound], body: Poly) -> Poly:
        """The sum of a polynomial over some indices; a term may be free of some of them."""
        total: Poly = ZERO
        for monomial, c in body.items():
            inside, outside = [], constant(1)
            for power in monomial:
                if any(index in self.free(power[0]) for _, index in bound):
                    inside.append(power)
                else:
                    outside = self.product(outside, atom(*power))
            within = [b for b in bound if any(b[1] in self.free(n) for n, _ in inside)]
            for size, _ in (b for b in bound if b not in within):
                outside = self.product(outside, self.size(size))
            summed = self._summed(within, tuple(inside), c) if within else constant(c)
            total = add(total, self.product(outside, summed))
        return total

    def at_deltas(self, a: Poly, done: frozenset[int] = frozenset()) -> Poly:
        """One form for delta(k, y[i]) g(y[i]) and delta(k, y[i]) g(k): the second."""
        total: Poly = ZERO
        for monomial, c in a.items():
            deltas = (n for n, e in monomial if e == 1 and n not in done)
            number = next((n for n in deltas if self.keys[n][0] == "indicator"), None)
            if number is None:
                total = add(total, {monomial: c})
                continue
            _, kept, label = sorted(self.keys[number], key=_label_last)
            rest = tuple(power for power in monomial if power[0] != number)
            met = self.reindex({rest: c}, _renaming({label: kept}), self.decided)
            total = add(total, self.at_deltas(self.product(met, atom(number)), done | {number}))
        return total

    def by_values(self, a: Poly) -> Poly:
        """f(s) = (1 + s)/2 f(1) + (1 - s)/2 f(-1) for a sign, b f(1) + (1 - b) f(0) for a bit.

        For few signs and bits below exponentials, logarithms and denominators. A value of f that
        does not exist is multiplied by 0, and what is left of it in a zero test is 0 or it fails.
        """
        below = {inner for n in atoms_of(a) for inner in self._two_valued_below(n)}
        for number in sorted(below) if len(below) <= MAX_TWO_VALUED else ():
            with contextlib.suppress(ZeroDivisionError, OutOfFragment):
                a = self.by_value(number, a, lambda poly: poly)
        return a

    def by_value(self, number: int, a: Poly, function: Callable[[Poly], Poly]) -> Poly:
        """A function of a polynomial, by the two values of a sign or a bit in it."""
        s = atom(number)
        up = scale(add(ONE, s), Fraction(1, 2)) if self.kind_of(number) == "sign" else s
        down = add(ONE, scale(up, -1))
        first, second = map(function, self.at_values(number, a))
        return add(self.product(up, first), self.product(down, second))

    def at_values(self, number: int, a: Poly) -> tuple[Poly, Poly]:
        """The polynomial where a sign or a bit is 1, and where it is -1 or 0."""
        low = -1 if self.kind_of(number) == "sign" else 0
        return self._with_value(a, number, 1), self._with_value(a, number, low)

    def two_valued(self, a: Poly) -> list[int]:
        """The signs and bits of which the polynomial is made, those under a sum left out."""
        own = {n for n in atoms_of(a) if self.kind_of(n) in ("bit", "sign")}
        return sorted(own | {inner for n in atoms_of(a) for inner in self._two_valued_below(n)})

    def truth(self, op: str, difference: Poly) -> Poly:
        """1 or 0, as the difference is ==, <, ... 0; of signs and bits, by each of their values.

        Raises OutOfFragment where its sign is not known.
        """
        if not difference:
            return ONE if op in ("==", "<=", ">=") else ZERO
        if self.positive(difference):
            return ONE if op in ("!=", ">", ">=") else ZERO
        if self.positive(scale(difference, -1)):
            return ONE if op in ("!=", "<", "<=") else ZERO
        for number in self.two_valued(difference):
            return self.by_value(number, difference, lambda poly: self.truth(op, poly))
        raise OutOfFragment("a condition on numbers whose order is not known")

    def _two_valued_below(self, number: int) -> Iterator[int]:
        """The signs and bits that stand inside of an atom, and under no sum."""
        match self.keys[number]:
            case ("exp", monomial):
                inside = [n for n, _ in monomial]
            case ("log" | "base" | "abs", poly):
                inside = [n for m, _ in poly for n, _ in m]
            case _:
                return
        for inner in inside:
            if self.kind_of(inner) in ("bit", "sign"):
                yield inner
            yield from self._two_valued_below(inner)

    def _with_value(self, a: Poly, number: int, value: int) -> Poly:
        """The polynomial at a value of one scalar or entry."""
        self.replaced[number] = constant(value)
        try:
            return self.reindex(a, lambda index: index, self.decided)
        finally:
            del self.replaced[number]

    def decided(self, a: Index, b: Index) -> Poly:
        """1 for one index and itself, 0 for two free ones of a case, else an open delta."""
        if a == b:
            return ONE
        if all(isinstance(i, tuple) and i[0] in ("free", "other") for i in (a, b)):
            return ZERO
        return self.undecided(a, b)

    def _named(
        self, order: tuple[Bound, ...], level: int, monomial: Monomial
    ) -> tuple[tuple[Binders, Monomial], Fraction]:
        """The sum's key with the bound indices named in this order."""
        names = {index: ("#", level + place) for place, (_, index) in enumerate(order)}
        binders = tuple((size, level + place) for place, (size, _) in enumerate(order))
        if all(old == new for old, new in names.items()):
            return (binders, monomial), Fraction(1)
        # By way of names that nothing has, so that two indices can change places.
        apart: dict[Index, Index] = {index: ("bound", index) for index in names}
        back: dict[Index, Index] = {("bound", index): new for index, new in names.items()}
        renamed = self.reindex({monomial: Fraction(1)}, _renaming(apart), self.undecided)
        renamed = self.reindex(renamed, _renaming(back), self.undecided)
        ((result, factor),) = renamed.items()
        return (binders, result), factor

    def _flat(
        self, bound: list[Bound], monomial: Monomial, c: Fraction
    ) -> tuple[list[Bound], Monomial, Fraction]:
        """Inner sums opened: their bound indices join the outer ones under fresh names."""
        product: Poly = {tuple(p for p in monomial if not self._opens(p)): c}
        for number, _ in filter(self._opens, monomial):
            _, binders, body = self.keys[number]
            fresh: dict[Index, tuple[Any, ...]] = {
                ("#", level): ("inner", number, level) for _, level in binders
            }
            renamed = self.reindex({body: Fraction(1)}, _renaming(fresh), self.undecided)
            product = self.product(product, renamed)
            bound = [*bound, *((size, fresh["#", level]) for size, level in binders)]
        ((flat, factor),) = product.items()
        return bound, flat, factor

    def _opens(self, power: tuple[int, Exponent]) -> bool:
        return self.keys[power[0]][0] == "sum" and power[1] == 1

    def _row_sum(self, binders: Binders, monomial: Monomial) -> bool:
        """Whether this is the sum over the last axis of a simplex, or of such rows, which is 1."""
        if len(binders) != 1 or len(monomial) != 1 or monomial[0][1] != 1:
            return False
        index, key = ("#", binders[0][1]), self.keys[monomial[0][0]]
        unit = key[0] == "entry" and (
            self._kinds.get(key[1]) == "simplex" or key[1] in self.unit_rows
        )
        return unit and bool(key[2][-1] == index) and index not in key[2][:-1]

    def undecided(self, a: Index, b: Index) -> Poly:
        """A delta that nothing decides, as an atom."""
        return self.make(("indicator", *sorted((a, b), key=repr)))


def _renaming(names: Mapping[Index, Index]) -> Callable[[Index], Index]:
    """The change of index, also inside a label y[i]."""

    def change(index: Index) -> Index:
        if index in names:
            return names[index]
        if isinstance(index, tuple) and index and index[0] == "label":
            return ("label", index[1], tuple(map(change, index[2])))
        return index

    return change


def _label_last(part: Any) -> tuple[bool, bool, str]:
    """The kind of the atom, then an index that is no label."""
    return part != "indicator", isinstance(part, tuple) and part[0] == "label", repr(part)


def _natural(exponent: Exponent) -> int:
    if isinstance(exponent, int) and exponent >= 0:
        return exponent
    raise OutOfFragment("a division by a logarithm inside a sum")
