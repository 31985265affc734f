"""Comparisons on a bound index as bits: sum(max(f[j], 0), j) as sum(f[j]*b[j], j).

Where numbers hang on a bound index each class has an order of its own. What holds whatever bits
stand for ind(f[j] > 0) holds for those that do; |u| is (2*b - 1)*u, and max(u, v) is v + b*(u - v).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.forms import form_of
from derive.orders import ORDERS, compares, opened
from derive.problem import Problem, Symbol, reachable
from derive.syntax import (
    ONE,
    ZERO,
    Call,
    Cases,
    Entry,
    Ind,
    Logic,
    Name,
    Neg,
    Node,
    Reduce,
    Rel,
    add,
    canonical,
    free_names,
    fresh,
    mul,
    num,
    substitute,
    transform,
    walk,
)

# Letters of a form that are matched with those of another, in each order.
_MOST_LETTERS = 4
_Terms = Mapping[Node, Fraction]


def with_bits(problem: Problem, *, turned: bool) -> Problem | None:
    """The claim with a bit for each comparison; None where definitions still compare numbers.

    f[j] < f[k] may be read as one more entry of what stands for f[k] > f[j], or, `turned`, as one
    less what stands for f[j] > f[k].
    """
    claim = opened(problem)
    reached = reachable((claim.left, claim.right), claim.definitions)
    if any(compares(claim.definitions[n].body) for n in reached & claim.definitions.keys()):
        return None
    sides = (claim.left, claim.right)
    bound = {p.index: p.over for side in sides for p in walk(side) if isinstance(p, Reduce)}
    bits = _Bits(claim, {**claim.indices, **bound}, turned)
    left, right = bits.put(claim.left), bits.put(claim.right)
    return replace(claim.claiming(left, right), symbols={**claim.symbols, **bits.symbols})


@dataclass(frozen=True)
class _Known:
    """A form with letters, and its bits: [form > 0] and [form == 0] at these letters."""

    letters: tuple[str, ...]
    terms: _Terms
    above: str
    equal: str

    def is_at(self, letters: tuple[str, ...], terms: _Terms, sign: int) -> bool:
        """Whether the form at these letters, with this sign, is the sum of the terms."""
        if len(letters) != len(self.letters):
            return False
        placed = dict(zip(self.letters, map(Name, letters), strict=True))
        return terms == {canonical(substitute(n, placed)): sign * c for n, c in self.terms.items()}


@dataclass
class _Bits:
    """The bits of a claim, one array for each form up to its letters and its sign."""

    problem: Problem
    ranges: Mapping[str, str]
    turned: bool
    symbols: dict[str, Symbol] = field(default_factory=dict)
    _known: list[_Known] = field(default_factory=list)

    def put(self, node: Node) -> Node:
        """The tree without comparisons of numbers."""
        return transform(node, self._change)

    def _change(self, part: Node) -> Node | None:
        match part:
            case Ind(condition=condition) if compares(condition):
                return self._truth(condition)
            case Cases(branches=branches, otherwise=otherwise) if any(
                compares(condition) for _, condition in branches
            ):
                return self._chosen(branches, otherwise)
            case Reduce(kind="sum", body=body, where=where) if where and compares(where):
                plain, ordered = _parted(where)
                factors = (*map(self._truth, ordered), self.put(body))
                return replace(part, body=mul(*factors), where=plain)
            case Call(function="abs", arg=arg):
                above = self._above(arg, ZERO, or_equal=None)
                return mul(add(mul(num(2), above), Neg(ONE)), self.put(arg))
        return None

    def _chosen(self, branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> Node:
        terms: list[Node] = []
        rest: Node = ONE
        for at, (value, condition) in enumerate(branches, 1):
            truth = self._truth(condition)
            if at == len(branches) and isinstance(condition, Rel) and condition.op in ORDERS:
                sides = (condition.left, condition.right)
                if {value, otherwise} == set(sides):
                    # Where the two are equal either will do.
                    greater = sides if condition.op in (">", ">=") else sides[::-1]
                    truth = self._above(*greater, or_equal=None)
            terms.append(mul(rest, truth, self.put(value)))
            rest = mul(rest, add(ONE, Neg(truth)))
        return add(*terms, mul(rest, self.put(otherwise)))

    def _truth(self, condition: Node) -> Node:
        """The condition as a number."""
        match condition:
            case Logic(op="not", args=(arg,)):
                return add(ONE, Neg(self._truth(arg)))
            case Logic(op="and", args=args):
                return mul(*map(self._truth, args))
            case Logic(op="or", args=args):
                return add(ONE, Neg(mul(*(add(ONE, Neg(self._truth(arg))) for arg in args))))
            case Rel(op=">" | ">=" as op, left=left, right=right):
                return self._above(left, right, or_equal=op == ">=")
            case Rel(op="<" | "<=" as op, left=left, right=right):
                return self._above(right, left, or_equal=op == "<=")
        return Ind(condition)

    def _above(self, left: Node, right: Node, *, or_equal: bool | None) -> Node:
        """[left > right], or [left >= right]; with None either, the simpler one."""
        form, turned = form_of(self.problem, left, right)
        largest = max((abs(c) for _, c in form), default=Fraction(1))
        terms = {canonical(self.put(node)): turned * c / largest for node, c in form}
        names = frozenset[str]().union(*map(free_names, terms)) & self.ranges.keys()
        known, letters, sign = self._found(tuple(sorted(names)), terms)
        above, equal = (_at(name, letters) for name in (known.above, known.equal))
        if all(map(self._is_index, terms)) and sorted(terms.values()) == [-1, 1]:
            # Of indices it is known when they are equal.
            equal = Ind(Rel("==", *terms))
            above = mul(above, add(ONE, Neg(equal)))
        if or_equal is None or self.problem.unequal:
            or_equal = sign < 0
        if sign > 0:
            return add(above, equal) if or_equal else above
        return add(ONE, Neg(above)) if or_equal else add(ONE, Neg(above), Neg(equal))

    def _is_index(self, node: Node) -> bool:
        entry = isinstance(node, Entry) and node.base in self.problem.label_range
        return entry or (isinstance(node, Name) and node.id in self.ranges)

    def _found(
        self, letters: tuple[str, ...], terms: _Terms
    ) -> tuple[_Known, tuple[str, ...], int]:
        """The bits of a form that is this one or its negative, at which letters, and its sign."""
        if len(letters) <= _MOST_LETTERS:
            orders = list(itertools.permutations(letters))
            ways = [(order, 1) for order in orders] + [(order, -1) for order in orders]
            if self.turned:
                ways.sort(key=lambda way: orders.index(way[0]))
            for (order, sign), known in itertools.product(ways, self._known):
                if known.is_at(order, terms, sign):
                    return known, order, sign
        axes = tuple(self.ranges[letter] for letter in letters)
        above, equal = fresh("above"), fresh("equal")
        for name in (above, equal):
            self.symbols[name] = Symbol(name, "bit", axes)
        known = _Known(letters, terms, above, equal)
        self._known.append(known)
        return known, letters, 1


def _parted(where: Node) -> tuple[Node | None, list[Node]]:
    """The conditions of a sum that ask for no order, as one, and those that do."""
    parts = where.args if isinstance(where, Logic) and where.op == "and" else (where,)
    plain = tuple(part for part in parts if not compares(part))
    ordered = [part for part in parts if compares(part)]
    if len(plain) < 2:
        return (plain[0] if plain else None), ordered
    return Logic("and", plain), ordered


def _at(name: str, letters: tuple[str, ...]) -> Node:
    return Entry(name, tuple(map(Name, letters))) if letters else Name(name)
