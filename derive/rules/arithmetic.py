"""Arithmetic that everybody does without naming it; still steps, each one checked."""

from __future__ import annotations

from fractions import Fraction

from derive.rules.row import rule
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Div,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    add,
    mul,
    num,
    same,
)


@rule("zero-term", "Adding 0 changes nothing", "u + 0 == u", "u + 1")
def _(node: Node) -> Node | None:
    match node:
        case Add(terms=terms):
            kept = [t for t in terms if not _is_zero(t)]
            if len(kept) < len(terms):
                return add(*kept)
    return None


def _is_zero(node: Node) -> bool:
    return node == ZERO or node == Neg(ZERO)


@rule("zero-factor", "A product with 0 is 0", "u*0 == 0", "u*1", "the other factors are defined")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors) if any(map(_is_zero, factors)):
            return ZERO
        case Div(num=top) if _is_zero(top):
            return ZERO
        case Neg(arg=arg) if _is_zero(arg):
            return ZERO
        case Reduce(kind="sum", body=body) if _is_zero(body):
            return ZERO
    return None


@rule("one-factor", "A factor 1 changes nothing", "u*1 == u", "u*2")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors) if ONE in factors:
            return mul(*(f for f in factors if f != ONE))
        case Div(num=top, den=bottom) if bottom == ONE:
            return top
        case Pow(base=base, exponent=exponent) if exponent == ONE:
            return base
    return None


@rule("double-minus", "Two minus signs cancel", "-(-u) == u", "-u")
def _(node: Node) -> Node | None:
    match node:
        case Neg(arg=Neg(arg=arg)):
            return arg
        case Add(terms=terms) if any(isinstance(t, Neg) and isinstance(t.arg, Neg) for t in terms):
            return add(*(_plain(t) for t in terms))
        case Mul(factors=factors) if any(isinstance(f, Neg) for f in factors):
            rest = mul(*(f.arg if isinstance(f, Neg) else f for f in factors))
            odd = sum(isinstance(f, Neg) for f in factors) % 2
            return Neg(rest) if odd else rest
        case Div(num=Neg(arg=top), den=bottom):
            return Neg(Div(top, bottom))
    return None


def _plain(term: Node) -> Node:
    match term:
        case Neg(arg=Neg(arg=arg)):
            return arg
    return term


@rule("spread-minus", "A minus sign goes to every term", "-(u - v) == v - u", "-(u*v)")
def _(node: Node) -> Node | None:
    match node:
        case Neg(arg=Add(terms=terms)):
            flipped = [t.arg if isinstance(t, Neg) else Neg(t) for t in terms]
            # A positive term goes first: v - u reads better than -u + v.
            flipped.sort(key=lambda t: isinstance(t, Neg))
            return add(*flipped)
    return None


@rule("flatten", "Brackets around a sum inside a sum", "u + (v + w) == u + v + w", "u*(v + w)")
def _(node: Node) -> Node | None:
    match node:
        case Add(terms=terms) if any(_nested_sum(t) for t in terms):
            return add(*(part for t in terms for part in _spread(t)))
    return None


def _nested_sum(term: Node) -> bool:
    return isinstance(term, Add) or (isinstance(term, Neg) and isinstance(term.arg, Add))


def _spread(term: Node) -> tuple[Node, ...]:
    match term:
        case Add(terms=terms):
            return terms
        case Neg(arg=Add(terms=terms)):
            return tuple(t.arg if isinstance(t, Neg) else Neg(t) for t in terms)
    return (term,)


@rule("numbers", "Numbers are worked out", "2*3*u == 6*u", "2*u")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=parts) | Add(terms=parts):
            values = [p.value for p in parts if isinstance(p, Num)]
            if len(values) > 1:
                rest = [p for p in parts if not isinstance(p, Num)]
                if isinstance(node, Mul):
                    total = Fraction(1)
                    for value in values:
                        total *= value
                    return mul(num(total), *rest)
                return add(*rest, num(sum(values, Fraction(0))))
    return None


@rule(
    "cancel",
    "A common factor of numerator and denominator cancels",
    "u*v/u == v",
    "u*v/w",
    "u != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Div(num=top, den=bottom):
            above = list(top.factors if isinstance(top, Mul) else (top,))
            below = list(bottom.factors if isinstance(bottom, Mul) else (bottom,))
            cancelled = False
            for factor in list(above):
                twin = next((b for b in below if same(factor, b)), None)
                if twin is not None:
                    cancelled = True
                    above.remove(factor)
                    below.remove(twin)
            if cancelled:
                return mul(*above) if not below else Div(mul(*above), mul(*below))
    return None


@rule(
    "write-square",
    "A square is a product",
    "u/v**2 == u/(v*v)",
    "u/v**3",
    "v != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Div(num=top, den=Pow(base=base, exponent=Num(value=value))) if value == 2:
            return Div(top, mul(base, base))
    return None


@rule(
    "split-fraction",
    "A fraction of a sum is a sum of fractions",
    "(u - v)/w == u/w - v/w",
    "(u*v)/w",
    "w != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Div(num=Add(terms=terms), den=bottom):
            return add(
                *(Neg(Div(t.arg, bottom)) if isinstance(t, Neg) else Div(t, bottom) for t in terms)
            )
    return None


@rule(
    "one-fraction",
    "Factors beside a fraction join its numerator",
    "u*(v/w) == u*v/w",
    "u*v",
    "w != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors) if any(isinstance(f, Div) for f in factors):
            tops = [f.num if isinstance(f, Div) else f for f in factors]
            bottoms = [f.den for f in factors if isinstance(f, Div)]
            return Div(mul(*tops), mul(*bottoms))
        case Div(num=Div(num=top, den=inner), den=bottom):
            return Div(top, mul(inner, bottom))
    return None


@rule("distribute", "A factor goes to every term of a sum", "u*(v - w) == u*v - u*w", "u*(v*w)")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors):
            for place, factor in enumerate(factors):
                if isinstance(factor, Add):
                    before, after = factors[:place], factors[place + 1 :]
                    return add(
                        *(
                            Neg(mul(*before, t.arg, *after))
                            if isinstance(t, Neg)
                            else mul(*before, t, *after)
                            for t in factor.terms
                        )
                    )
    return None
