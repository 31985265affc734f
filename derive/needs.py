"""What a formula needs in order to have a value: of denominators, logarithms, roots, slopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.forms import form_of
from derive.plain import plainly_nonnegative, plainly_positive
from derive.problem import Problem, is_whole, unfold
from derive.rules.differentiation import varies
from derive.show import text
from derive.syntax import (
    ZERO,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Mul,
    Name,
    Neg,
    Node,
    Pow,
    Reduce,
    Rel,
    add,
    children,
    free_names,
    name_of,
    rational,
    substitute,
    transform,
    walk,
)


@dataclass(frozen=True)
class Need:
    """What a formula needs in order to have a value: `of` nonzero, positive, >= 0, or true."""

    of: Node
    positive: bool
    or_zero: bool = False

    def __str__(self) -> str:
        if isinstance(self.of, Rel):
            return text(self.of)
        sign = ">= 0" if self.or_zero else "> 0" if self.positive else "!= 0"
        return f"{text(self.of)} {sign}"


def needs(problem: Problem, node: Node) -> Iterator[Need]:
    """Every denominator, logarithm and root of a tree, before anything is discharged."""
    for part in walk(node):
        match part:
            case Div(den=Pow(base=base, exponent=exponent)) if _counts(problem, exponent):
                yield Need(base, positive=False)
            case Div(den=bottom):
                yield from (Need(factor, positive=False) for factor in _factors(bottom))
            case Call(function="log", arg=arg):
                yield Need(arg, positive=True)
            case Call(function="sqrt", arg=arg):
                yield Need(arg, positive=True, or_zero=True)
            case Pow(base=base, exponent=exponent):
                yield from _power_needs(problem, base, exponent)


def every_need(problem: Problem, *trees: Node) -> Iterator[Need]:
    """The needs of the trees, and of the slopes in them."""
    for tree in trees:
        yield from needs(problem, tree)
        yield from (need for need, _ in slope_needs(problem, tree))


def without_cases(tree: Node) -> Node:
    """The tree with 0 for what tells cases apart: what it needs is needed in all of them."""
    return transform(tree, lambda part: ZERO if isinstance(part, Cases) else None)


def _factors(product: Node) -> Iterator[Node]:
    """The factors of a product, each of which must not be 0 for the product not to be."""
    match product:
        case Mul(factors=factors):
            for factor in factors:
                yield from _factors(factor)
        case Neg(arg=arg):
            yield from _factors(arg)
        case _:
            yield product


def _counts(problem: Problem, exponent: Node) -> bool:
    """Whether the exponent is 1, 2, 3, ... at every point."""
    return is_whole(problem, exponent) and plainly_positive(problem, exponent)


def _power_needs(problem: Problem, base: Node, exponent: Node) -> Iterator[Need]:
    power = rational(exponent)
    if is_whole(problem, exponent):
        if not plainly_nonnegative(problem, exponent):
            yield Need(base, positive=False)
    elif power is None or power.denominator != 1:
        yield Need(base, positive=True, or_zero=power is not None and power > 0)
    elif power < 0:
        yield Need(base, positive=False)


def slope_needs(problem: Problem, node: Node) -> Iterator[tuple[Need, bool]]:
    """What derivatives in the tree need of roots and absolute values, and whether they surely do.

    An entry f[l] may be another one than the f[k] that is differentiated by.
    """
    derivatives = [part for part in walk(node) if isinstance(part, Deriv)]
    for part in derivatives:
        for variable in part.wrt:
            body = unfold(problem, part.body, keep=frozenset({name_of(variable)}))
            order = sum(len(inner.wrt) for inner in derivatives)
            for need in _of_slopes(body, order):
                # |x - x| has a corner nowhere.
                turns = need.positive or form_of(problem, need.of, ZERO)[0]
                if turns and varies(need.of, variable):
                    met = replace(need, of=_where_they_meet(need.of, variable, free_names(body)))
                    within = list(walk(met.of))
                    summed = any(isinstance(inner, Reduce) for inner in within)
                    yield met, summed or variable in within


def _without_corner(node: Node) -> Node:
    """u for |u|, max(u, 0) and the like, which are 0 where they have a corner."""
    match node:
        case Call(function="abs", arg=arg):
            return arg
        case Cases(branches=((value, Rel(op=op, left=left, right=right)),), otherwise=otherwise):
            pieces = {value, otherwise}
            if op in ("<", "<=", ">", ">=") and ZERO in pieces and {left, right} == pieces:
                return add(left, right)
    return node


def _where_they_meet(node: Node, variable: Node, free: frozenset[str]) -> Node:
    """abs(f[j]) in a sum over j varies with f[k] at j = k only."""
    entries = {part for part in walk(node) if isinstance(part, Entry)}
    own = [e for e in entries if isinstance(variable, Entry) and e.base == variable.base]
    if len(own) != 1:
        return node
    pairs = zip(own[0].indices, children(variable), strict=True)
    return substitute(node, {a.id: b for a, b in pairs if isinstance(a, Name) and a.id not in free})


def _of_slopes(node: Node, order: int) -> Iterator[Need]:
    """What the first `order` derivatives of a tree need that it does not need itself."""
    match node:
        case Call(function="sqrt", arg=arg):
            yield Need(arg, positive=True)
        case Call(function="abs", arg=arg):
            yield Need(arg, positive=False)
        case Rel(op="<" | "<=" | ">" | ">=", left=left, right=right):
            sides = [left, *([] if right == ZERO else [Neg(right)])]
            yield Need(right if left == ZERO else add(*sides), positive=False)
        case Pow(base=base, exponent=exponent):
            power = rational(exponent)
            if power is not None and power > order:
                # |u|**3 has the slope 0 where u is 0, and so has max(u, 0)**3.
                yield from _of_slopes(_without_corner(base), order)
                return
            if power is not None and power.denominator != 1:
                yield Need(base, positive=True)
    for part in children(node):
        yield from _of_slopes(part, order)
