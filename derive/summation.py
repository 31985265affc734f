"""Sums as atoms: renaming of indices, and one form for however sums are nested."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from derive.algebra import Algebra
from derive.atoms import Index
from derive.errors import OutOfBudget, OutOfFragment
from derive.polynomial import ZERO, Exponent, Monomial, Poly, add, atom, constant, scale

Decide = Callable[[Index, Index], Poly]
Binders = tuple[tuple[str, int], ...]
# A bound index on its way to a canonical name, with the size of its range.
Bound = tuple[str, tuple[Any, ...]]
MAX_NESTED = 4


class Summation(Algebra):
    """The arithmetic of one decision, sums over a range included."""

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
        return add(*(self.sum_atom(((size, level),), m, v) for m, v in body.items()))

    def sum_atom(self, binders: Binders, monomial: Monomial, c: Fraction) -> Poly:
        """c * the sum of a monomial over its bound indices, whichever way they are nested.

        What is bound further inside to the first power joins the same atom; the bound indices are
        then named in the order that gives the least key.
        """
        bound: list[Bound] = [(size, ("#", at)) for size, at in binders]
        if any(self.keys[n][0] == "sum" and e == 1 for n, e in monomial):
            bound, monomial, c = self._flat(bound, monomial, c)
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
        """Whether this is the sum over the last axis of a simplex, which is 1."""
        if len(binders) != 1 or len(monomial) != 1 or monomial[0][1] != 1:
            return False
        index, key = ("#", binders[0][1]), self.keys[monomial[0][0]]
        simplex = key[0] == "entry" and self._kinds.get(key[1]) == "simplex"
        return simplex and bool(key[2][-1] == index) and index not in key[2][:-1]

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


def _natural(exponent: Exponent) -> int:
    if isinstance(exponent, int) and exponent >= 0:
        return exponent
    raise OutOfFragment("a division by a logarithm inside a sum")
