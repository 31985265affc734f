"""Numbers that are compared, as linear forms: which comparisons are one, and which exclude others.

2*x > 2*z and z - x < 0 ask for the sign of one form. That x < 0 and x > 1 cannot both be is seen by
eliminating one term after the other (Fourier and Motzkin), the terms taken for independent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from derive.budget import current
from derive.plain import plainly_nonnegative, plainly_positive
from derive.problem import Problem
from derive.show import text
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Div,
    Entry,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    add,
    canonical,
    mul,
    num,
)

# A number up to a positive factor: its terms with their coefficients.
Form = frozenset[tuple[Node, Fraction]]
# A product as the powers of its factors.
_Product = frozenset[tuple[Node, int]]
# Terms whose sum is at least 0, or, if strict, greater.
_Row = tuple[Mapping[Node, Fraction], bool]

MOST_ROWS = 60
# Products of sums are written out up to so many terms.
_MOST_TERMS = 16


def form_of(problem: Problem, left: Node, right: Node) -> tuple[Form, int]:
    """left - right up to a positive factor, and the sign that was taken out."""
    products: dict[_Product, Fraction] = {}
    for factors, c in _terms(add(left, Neg(right)), {}, Fraction(1)):
        key = frozenset(factors.items())
        products[key] = products.get(key, Fraction(0)) + c
    terms = _without_common(problem, {key: c for key, c in products.items() if c})
    if not terms:
        return frozenset(), 1
    lead = terms[min(terms, key=text)]
    sign = 1 if lead > 0 else -1
    return frozenset((node, c / abs(lead) * sign) for node, c in terms.items()), sign


def _terms(
    node: Node, factors: Mapping[Node, int], c: Fraction
) -> Iterator[tuple[Mapping[Node, int], Fraction]]:
    """The terms of a sum, products of small sums written out."""
    current().spend()
    match node:
        case Num(value=value):
            yield factors, c * value
        case Neg(arg=arg):
            yield from _terms(arg, factors, -c)
        case Add(terms=terms):
            for term in terms:
                yield from _terms(term, factors, c)
        case Mul(factors=(first, *rest)) if _is_small(node.factors):
            for inner, value in _terms(first, factors, c):
                yield from _terms(mul(*rest), inner, value)
        case Div(num=top, den=Num(value=value)) if value:
            yield from _terms(top, factors, c / value)
        case Div(num=top, den=bottom):
            yield from _terms(top, _times(factors, canonical(bottom), -1), c)
        case Pow(base=base, exponent=Num(value=value)) if value.denominator == 1 and value > 0:
            yield _times(factors, canonical(base), int(value)), c
        case _:
            yield _times(factors, canonical(node), 1), c


def _is_small(factors: Sequence[Node]) -> bool:
    return math.prod(len(f.terms) for f in factors if isinstance(f, Add)) <= _MOST_TERMS


def _times(factors: Mapping[Node, int], factor: Node, count: int) -> Mapping[Node, int]:
    powers = {**factors, factor: factors.get(factor, 0) + count}
    return {node: power for node, power in powers.items() if power}


def _without_common(
    problem: Problem, products: Mapping[_Product, Fraction]
) -> dict[Node, Fraction]:
    """The terms less the positive factors that all of them have."""
    bases = {base for product in products for base, _ in product}
    common = {
        base: min(dict(product).get(base, 0) for product in products)
        for base in bases
        if plainly_positive(problem, base)
    }
    found: dict[Node, Fraction] = {}
    for product, c in products.items():
        powers = {base: power - common.get(base, 0) for base, power in product}
        rest = {base: -power for base, power in common.items() if base not in powers and power}
        found[_node({**powers, **rest})] = c
    return found


def _node(powers: Mapping[Node, int]) -> Node:
    ordered = sorted((pair for pair in powers.items() if pair[1]), key=lambda pair: text(pair[0]))
    over = [base if power == 1 else Pow(base, num(power)) for base, power in ordered if power > 0]
    under = [
        base if power == -1 else Pow(base, num(-power)) for base, power in ordered if power < 0
    ]
    return Div(mul(*over), mul(*under)) if under else mul(*over)


def sides_of(form: Form) -> tuple[Node, Node]:
    """The two numbers that are equal where the form is 0: what is added, what is taken away."""
    terms = sorted(form, key=lambda pair: text(pair[0]))

    def part(sign: int) -> Node:
        scaled = ((node, c * sign) for node, c in terms if c * sign > 0)
        found = [node if c == 1 else mul(Num(c), node) for node, c in scaled]
        return add(*found) if found else ZERO

    return part(1), part(-1)


def possible(problem: Problem, signs: Sequence[tuple[Form, int]]) -> bool:
    """Whether the forms may have these signs at once, as far as linear terms tell."""
    rows: list[_Row] = []
    for form, sign in signs:
        terms = dict(form)
        for way in (sign,) if sign else (1, -1):
            row = {node: c * way for node, c in terms.items()}
            rows.append((row, bool(sign)))
    for node in {node for form, _ in signs for node, _ in form} - {ONE}:
        rows.extend(_bounds(problem, node))
    for node in sorted({node for row, _ in rows for node in row} - {ONE}, key=text):
        rows = _eliminated(rows, node)
        if len(rows) > MOST_ROWS:
            return True
    rests = ((row.get(ONE, Fraction(0)), strict) for row, strict in rows)
    return not any(rest < 0 or (strict and not rest) for rest, strict in rests)


def _bounds(problem: Problem, node: Node) -> Iterator[_Row]:
    """What is known of the sign of a term."""
    if plainly_positive(problem, node):
        yield {node: Fraction(1)}, True
    elif plainly_nonnegative(problem, node):
        yield {node: Fraction(1)}, False
    name = node.base if isinstance(node, Entry) else node.id if isinstance(node, Name) else ""
    if name in problem.symbols and problem.symbols[name].kind == "unit":
        yield {ONE: Fraction(1), node: Fraction(-1)}, True


def _eliminated(rows: Sequence[_Row], node: Node) -> list[_Row]:
    """What the rows say of the other terms: each bound below against each bound above."""
    found = [(row, strict) for row, strict in rows if not row.get(node)]
    above = [(row, strict) for row, strict in rows if row.get(node, 0) > 0]
    below = [(row, strict) for row, strict in rows if row.get(node, 0) < 0]
    for low, low_strict in above:
        for high, high_strict in below:
            a, b = -high[node], low[node]
            names = (low.keys() | high.keys()) - {node}
            zero = Fraction(0)
            total = {n: a * low.get(n, zero) + b * high.get(n, zero) for n in names}
            found.append((total, low_strict or high_strict))
    return found
