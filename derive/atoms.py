"""Atoms: the independent pieces that a formula is a rational function of.

An atom is a tuple that starts with its kind:
  ("symbol", name)              a scalar
  ("size", name)                a class count, n
  ("entry", name, indices)      f[k]
  ("indicator", a, b)           a delta that nothing decides
  ("exp", monomial)             e to a monomial
  ("log", poly)                 the logarithm of a polynomial
  ("prime", q)                  a prime under a root
  ("base", poly)                an irreducible polynomial under a power
  ("abs", poly)                 the absolute value of an atom or an irreducible polynomial
  ("sum", binders, monomial)    the sum of a monomial over bound indices ("#", level), one for
                                each binder (size, level); nested sums are one atom
Every atom has a number; polynomials are written in the numbers. Taking atoms as independent can
lose an identity; it can never add one.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from derive.polynomial import Monomial, Poly

Index = Hashable
Key = tuple[Any, ...]
_POSITIVE_KINDS = frozenset({"positive", "unit", "integer", "size"})


class Atoms:
    """The atoms of one decision, numbered as they appear."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.keys: list[Key] = []
        self._numbers: dict[Key, int] = {}
        self._free: list[frozenset[Index]] = []
        self._kinds = kinds

    def number(self, key: Key) -> int:
        """The atom's number; a new atom gets the next one."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.keys)
            self.keys.append(key)
            self._free.append(self._free_of(key))
        return known

    def free(self, number: int) -> frozenset[Index]:
        """The indices that occur free in the atom."""
        return self._free[number]

    def depends(self, monomial: Monomial, index: Index) -> bool:
        """Whether an index occurs free in the monomial."""
        return any(index in self._free[number] for number, _ in monomial)

    def _free_of(self, key: Key) -> frozenset[Index]:
        match key:
            case ("entry", _, indices):
                return frozenset().union(*map(index_parts, indices))
            case ("indicator", a, b):
                return index_parts(a) | index_parts(b)
            case ("exp", monomial):
                return self._free_in(monomial)
            case ("log" | "base" | "abs", frozen_poly):
                return frozenset().union(*(self._free_in(m) for m, _ in frozen_poly))
            case ("sum", binders, monomial):
                return self._free_in(monomial) - {("#", level) for _, level in binders}
            case _:
                return frozenset()

    def _free_in(self, monomial: Monomial) -> frozenset[Index]:
        return frozenset().union(*(self._free[number] for number, _ in monomial))

    def level(self, monomial: Monomial) -> int:
        """One more than the level of every sum inside, so that bound names cannot collide."""
        return 1 + max((self._level_of(number) for number, _ in monomial), default=0)

    def levels_around(self, monomial: Monomial) -> frozenset[int]:
        """The levels of the bound indices that occur free in the monomial."""
        found = self._free_in(monomial)
        return frozenset(i[1] for i in found if isinstance(i, tuple) and i[0] == "#")

    def _level_of(self, number: int) -> int:
        match self.keys[number]:
            case ("sum", binders, _):
                return max(int(level) for _, level in binders)
            case ("exp", monomial):
                return max((self._level_of(n) for n, _ in monomial), default=0)
            case ("log" | "base" | "abs", frozen_poly):
                return max((self._level_of(n) for m, _ in frozen_poly for n, _ in m), default=0)
            case _:
                return 0

    def looks(self, number: int) -> str:
        """What kind of atom it is and of which names, the same whatever its indices are called."""
        match self.keys[number]:
            case ("exp" as kind, monomial):
                return f"{kind} {sorted(self.looks(n) for n, _ in monomial)}"
            case ("log" | "base" | "abs" as kind, frozen_poly):
                return f"{kind} {sorted(self.looks(n) for m, _ in frozen_poly for n, _ in m)}"
            case ("sum", binders, monomial):
                return f"sum {len(binders)} {sorted(self.looks(n) for n, _ in monomial)}"
            case (kind, name, *_):
                return f"{kind} {name if kind in ('entry', 'symbol', 'size') else ''}"
        return ""

    # Signs.

    def positive_atom(self, number: int) -> bool:
        """Whether the atom is greater than 0 wherever it is defined."""
        match self.keys[number]:
            case ("exp", monomial):
                return not self._formal(monomial)
            case ("prime" | "size", *_):
                return True
            case ("symbol" | "entry", name, *_):
                return self._kinds.get(name) in _POSITIVE_KINDS
            case ("sum", _, monomial):
                return all(self.positive_atom(n) for n, _ in monomial)
            case ("base", frozen_poly):
                return self.positive(dict(frozen_poly))
            case ("log", ((monomial, c),)):
                return not monomial and bool(c > 1)
            case _:
                return False

    def _formal(self, monomial: Monomial) -> bool:
        """Whether the exponential of the monomial stands for a product of numbers of any sign."""
        for number, _ in monomial:
            match self.keys[number]:
                case ("log", frozen_poly):
                    if not self.positive(dict(frozen_poly)):
                        return True
                case ("sum", _, inner):
                    if self._formal(inner):
                        return True
        return False

    def signed_power(self, monomial: Monomial) -> bool:
        """Whether the exponential stands for a product, or a whole power, of numbers of any sign.

        x**m with a whole m has a value where x < 0, unlike x**a with a real a.
        """
        others = [n for n, _ in monomial if not self._formal(((n, 1),))]
        return len(others) < len(monomial) and all(map(self._whole_atom, others))

    def _whole_atom(self, number: int) -> bool:
        whole = ("integer", "bit", "sign")
        return self.keys[number][0] == "size" or self.kind_of(number) in whole

    def nonnegative_atom(self, number: int) -> bool:
        """Whether the atom is at least 0 wherever it is defined."""
        match self.keys[number]:
            case ("symbol" | "entry", name, *_):
                return self._kinds.get(name) in (*_POSITIVE_KINDS, "bit", "simplex")
            case ("sum", _, monomial):
                return all(self.nonnegative_atom(n) or even(e) for n, e in monomial)
            case ("indicator" | "abs", *_):
                return True
        return self.positive_atom(number)

    def kind_of(self, number: int) -> str:
        """The declared kind of a scalar or an array's entry; empty for other atoms."""
        key = self.keys[number]
        return self._kinds.get(key[1], "real") if key[0] in ("symbol", "entry") else ""

    def positive(self, a: Poly) -> bool:
        """Whether every term is at least 0 and one is greater."""
        return all(
            c > 0 and all(self.nonnegative_atom(n) or even(e) for n, e in m) for m, c in a.items()
        ) and any(all(self.positive_atom(n) for n, _ in m) for m in a)


def even(exponent: object) -> bool:
    """Whether a power with this exponent is never negative."""
    return isinstance(exponent, int) and exponent % 2 == 0


def index_parts(index: Index) -> frozenset[Index]:
    """The index and, of a label y[i], what it stands at."""
    if isinstance(index, tuple) and index and index[0] == "label":
        return frozenset((index,)).union(*map(index_parts, index[2]))
    return frozenset((index,))
