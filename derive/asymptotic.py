"""Claims that are weaker than an equality: equal at leading order, or equal up to a factor.

Both are brought back to equalities, which go through the same decision as any other claim.
`A ~ B as T -> inf`: with T = 1/e both sides are Taylor series in e; the first coefficients that
are not 0 must stand at the same power and be equal. `A prop B over k`: A(k) B(m) == A(m) B(k) for
all k and m; where B is 0 throughout, A == 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.calculus import derivative_free
from derive.errors import Complaint, FormulaError, OutOfFragment
from derive.problem import Problem, mapped
from derive.rules import RULES
from derive.syntax import (
    ONE,
    ZERO,
    Deriv,
    Div,
    Logic,
    Mul,
    Name,
    Node,
    Num,
    Pow,
    Rel,
    Span,
    children,
    free_names,
    mul,
    num,
    rebuild,
    substitute,
)

MAX_ORDER = 4
# Poles up to this order are cleared by multiplying both sides.
MAX_POLE = 2
_LIMIT = re.compile(r"(?<=\s)as\s+(?P<name>[A-Za-z]\w*)\s*->\s*(?:inf|infinity|oo)\s*$")
_OVER = re.compile(r"(?<=\s)over\s+(?P<names>[A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*)\s*$")
_WEAK = re.compile(r"(?<![=!<>~])~(?![=~])|\bprop\b")


@dataclass(frozen=True)
class Weak:
    """A weaker relation than ==, and what it is taken over: a limit's parameter, or indices."""

    relation: str
    names: tuple[str, ...]


def weak(claim: str) -> tuple[str, Weak | None]:
    """The claim as an equality text of the same length in front, and its weaker relation if any."""
    limit, over = _LIMIT.search(claim), _OVER.search(claim)
    tail = limit or over
    body = claim[: tail.start()] if tail else claim
    found = _WEAK.search(body)
    if found is None:
        return claim, None
    relation = "~" if found[0] == "~" else "prop"
    names: tuple[str, ...] = (str(limit["name"]),) if limit else ()
    if over:
        names = tuple(str(name).strip() for name in over["names"].split(","))
    if (relation == "~" and over) or (relation == "prop" and limit):
        hint = "write  A ~ B as T -> inf  or  A prop B over k"
        span = Span(tail.start() if tail else 0, len(claim))
        raise FormulaError(
            [Complaint("this goes with another relation", claim, span, hint, "claim")]
        )
    equality = body[: found.start()] + "=".ljust(len(found[0])) + body[found.end() :]
    return equality, Weak(relation, names)


def proportional(problem: Problem, names: Sequence[str]) -> Problem:
    """The equality A(k) B(m) == A(m) B(k) over the named indices (all free ones by default)."""
    both = free_names(problem.left) | free_names(problem.right)
    over = [name for name in names or problem.indices if name in both & problem.indices.keys()]
    if not over:
        raise OutOfFragment("proportional over which index? write  A prop B over k")
    moved: dict[str, Node] = {}
    indices = dict(problem.indices)
    for name in over:
        other = next(f"{name}{place}" for place in range(2, 100) if f"{name}{place}" not in both)
        indices[other] = problem.indices[name]
        moved[name] = Name(other)
    left = mul(problem.left, substitute(problem.right, moved))
    right = mul(substitute(problem.left, moved), problem.right)
    # Equal where the indices are: that says nothing of the ratio.
    apart = tuple(Rel("!=", Name(name), other) for name, other in moved.items())
    differ = apart[0] if len(apart) == 1 else Logic("or", apart)
    # What is said of k is said of m, too.
    said = (substitute(condition, moved) for condition in problem.where)
    where = tuple(dict.fromkeys((*problem.where, *said, differ)))
    return replace(problem, left=left, right=right, indices=indices, where=where)


def leading_order(
    problem: Problem, names: Sequence[str], equal: Callable[[Problem], bool]
) -> tuple[str, Problem]:
    """The first order in 1/T that does not vanish on both sides, and its coefficients' equality.

    Raises OutOfFragment where there is none up to MAX_ORDER, or no parameter to take a limit in.
    """
    scalars = [name for name, symbol in problem.symbols.items() if not symbol.axes]
    name = next(iter(names or scalars if len(names or scalars) == 1 else ()), "")
    if name not in problem.symbols:
        raise OutOfFragment("a limit in what? write  A ~ B as T -> inf")
    small = f"epsilon_of_{name}"
    put: dict[str, Node] = {name: Div(ONE, Name(small))}
    symbols = {n: s for n, s in problem.symbols.items() if n != name}
    turned = replace(
        mapped(problem, lambda node: substitute(node, put)),
        symbols={**symbols, small: replace(problem.symbols[name], name=small)},
    )
    at_zero = replace(turned, symbols=symbols)
    both = [derivative_free(turned, side) for side in (turned.left, turned.right)]
    for pole in range(MAX_POLE + 1):
        nodes = [_cleared(mul(*[Name(small)] * pole, side)) for side in both]
        try:
            order, sides = _first_coefficients(turned, at_zero, nodes, Name(small), equal)
        except ZeroDivisionError:
            continue
        power = order - pole
        return f"1/{name}**{power}" if power else "the constant term", at_zero.claiming(*sides)
    raise OutOfFragment(f"a pole of an order above {MAX_POLE} in 1/{name}")


def _first_coefficients(
    turned: Problem,
    at_zero: Problem,
    nodes: list[Node],
    small: Name,
    equal: Callable[[Problem], bool],
) -> tuple[int, list[Node]]:
    """The first Taylor coefficients at 0 that do not both vanish. Raises ZeroDivisionError."""
    for order in range(MAX_ORDER + 1):
        values = [_at_zero(node, small) for node in nodes]
        if not all(equal(at_zero.claiming(value, value)) for value in values):
            raise ZeroDivisionError
        if not all(equal(at_zero.claiming(value, ZERO)) for value in values):
            return order, [_over_factorial(value, order) for value in values]
        nodes = [_cleared(derivative_free(turned, Deriv(node, (small,)))) for node in nodes]
    raise OutOfFragment(f"both sides vanish up to order {MAX_ORDER}")


def _at_zero(node: Node, small: Name) -> Node:
    """The tree with 0 for the small parameter. Raises ZeroDivisionError, never hides a 0/0."""
    if node == small:
        return ZERO
    parts = tuple(_at_zero(part, small) for part in children(node))
    node = rebuild(node, parts) if parts else node
    match node:
        case Div(den=bottom) if bottom == ZERO:
            raise ZeroDivisionError
        case Pow(base=base, exponent=exponent) if base == ZERO:
            if not (isinstance(exponent, Num) and exponent.value > 0):
                raise ZeroDivisionError
            return ZERO
    for name in ("zero-factor", "zero-term", "one-factor"):
        node = RULES[name].apply(node) or node
    return node


def _over_factorial(value: Node, order: int) -> Node:
    return Mul((num(Fraction(1, math.factorial(order))), value)) if order > 1 else value


_CLEARING = ("one-fraction", "cancel", "zero-term", "one-factor")


def _cleared(node: Node) -> Node:
    """Quotients of quotients made plain and common factors cancelled, so that no 0/0 is left."""
    parts = tuple(map(_cleared, children(node)))
    node = rebuild(node, parts) if parts else node
    for _ in range(MAX_ORDER * MAX_ORDER):
        found = _cleared_once(node)
        if found is None or found == node:
            return node
        node = found
    return node


def _cleared_once(node: Node) -> Node | None:
    match node:
        case Div(num=top, den=Div(num=over, den=under)):
            return Div(mul(top, under), over)
        case Div(num=top, den=Mul(factors=factors)) if any(isinstance(f, Div) for f in factors):
            over = mul(*(f.num if isinstance(f, Div) else f for f in factors))
            return Div(mul(top, *(f.den for f in factors if isinstance(f, Div))), over)
        case Pow(base=Div(num=over, den=under), exponent=Num(value=value)):
            whole = value.denominator == 1 and 0 < value <= MAX_ORDER
            count = int(value) if whole else 0
            return Div(mul(*[over] * count), mul(*[under] * count)) if whole else None
    for name in _CLEARING:
        found = RULES[name].apply(node)
        if found is not None:
            return found
    return None
