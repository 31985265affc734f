"""The Hessian as people want it: its blocks, and its product with a vector without forming it."""

from __future__ import annotations

from derive.syntax import (
    ONE,
    Add,
    Div,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Reduce,
    Rel,
    add,
    children,
    free_names,
    fresh,
    mul,
    substitute,
)


def own_block(hessian: Node, index: str, other: str) -> Node | None:
    """B, where the Hessian is delta(index, other)*B: what is left where both are one sample.

    None where it is not a product with that delta.
    """
    match hessian:
        case Neg(arg=arg):
            inner = own_block(arg, index, other)
            return None if inner is None else Neg(inner)
        case Div(num=top, den=bottom):
            inner = own_block(top, index, other)
            return None if inner is None else Div(inner, bottom)
        case Mul(factors=factors):
            rest = tuple(f for f in factors if _other(f, other) != Name(index))
            return mul(*rest) if len(rest) < len(factors) else None
        case _:
            return None


def summed(node: Node, index: str, size: str) -> Node:
    """sum(node, index) with every delta of that index used up and constants pulled out.

    sum(p[k]*(delta(k, l) - p[l])*v[l], l) becomes p[k]*(v[k] - sum(p[l]*v[l], l)).
    """
    if index not in free_names(node):
        return mul(Name(size), node)
    match node:
        case Neg(arg=arg):
            return Neg(summed(arg, index, size))
        case Add(terms=terms):
            return add(*(summed(term, index, size) for term in terms))
        case Div(num=top, den=bottom) if index not in free_names(bottom):
            return Div(summed(top, index, size), bottom)
        case Ind() if _other(node, index) is not None:
            return ONE
        case Mul(factors=factors):
            return _summed_product(factors, index, size)
        case _:
            return _sum(node, index, size)


def _sum(node: Node, index: str, size: str) -> Node:
    bound = fresh(index)
    return Reduce("sum", substitute(node, {index: Name(bound)}), bound, over=size)


def _summed_product(factors: tuple[Node, ...], index: str, size: str) -> Node:
    free = [f for f in factors if index not in free_names(f)]
    rest = [f for f in factors if index in free_names(f)]
    if len(rest) == 1:
        return mul(*free, summed(rest[0], index, size))
    for place, factor in enumerate(rest):
        others = rest[:place] + rest[place + 1 :]
        match factor:
            case Ind() if (other := _other(factor, index)) is not None:
                return mul(*free, substitute(mul(*others), {index: other}))
            case Neg(arg=arg):
                return Neg(_summed_product((*free, arg, *others), index, size))
            case Mul(factors=inner):
                return _summed_product((*free, *inner, *others), index, size)
            case Div(num=top, den=bottom) if index not in free_names(bottom):
                return Div(_summed_product((*free, top, *others), index, size), bottom)
            case Add(terms=terms):
                parts = (_summed_product((term, *others), index, size) for term in terms)
                return mul(*free, add(*parts))
    return mul(*free, _sum(mul(*rest), index, size))


def _other(node: Node, index: str) -> Node | None:
    """What a delta sets the index to, if the node is such a delta."""
    if isinstance(node, Ind) and isinstance(node.condition, Rel) and node.condition.op == "==":
        left, right = children(node.condition)
        for one, other in ((left, right), (right, left)):
            if one == Name(index) and index not in free_names(other):
                return other
    return None
