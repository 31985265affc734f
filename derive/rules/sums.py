"""Rules for sums over a range, and for deltas."""

from __future__ import annotations

from collections.abc import Mapping

from derive.rules.row import rule
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
    free_names,
    fresh,
    mul,
    substitute,
)


@rule(
    "sum-delta",
    "A sum against a delta keeps one term",
    "sum(a[j]*delta(j, k), j) == a[k]",
    "sum(a[j]*delta(i, k), j)",
    "k is in the range of j",
)
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=body, index=index, where=None):
            factors = body.factors if isinstance(body, Mul) else (body,)
            for place, factor in enumerate(factors):
                other = _other_index(factor, index)
                if other is not None:
                    rest = mul(*factors[:place], *factors[place + 1 :])
                    return substitute(rest, {index: other})
    return None


def _other_index(node: Node, index: str) -> Node | None:
    """k, if the node is delta(index, k) or delta(k, index)."""
    match node:
        case Ind(condition=Rel(op="==", left=a, right=b)):
            for one, other in ((a, b), (b, a)):
                if one == Name(index) and index not in free_names(other):
                    return other
    return None


@rule(
    "sum-add",
    "A sum of sums",
    "sum(a[j] + b[j], j) == sum(a[j], j) + sum(b[j], j)",
    "sum(a[j]*b[j], j)",
)
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Add(terms=terms), index=index, where=where, over=over):
            return add(*(_sum_of_term(t, index, where, over) for t in terms))
    return None


def _sum_of_term(term: Node, index: str, where: Node | None, over: str) -> Node:
    """Each part gets an index of its own; a minus sign stays outside."""
    negative, inner = isinstance(term, Neg), term.arg if isinstance(term, Neg) else term
    own = fresh(index)
    renamed: Mapping[str, Node] = {index: Name(own)}
    condition = None if where is None else substitute(where, renamed)
    total = Reduce("sum", substitute(inner, renamed), own, condition, over)
    return Neg(total) if negative else total


@rule(
    "sum-minus",
    "A minus sign stays outside the sum",
    "sum(-a[j], j) == -sum(a[j], j)",
    "-sum(a[j], j)",
)
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Neg(arg=arg)):
            return Neg(Reduce("sum", arg, node.index, node.where, node.over))
    return None


@rule(
    "sum-factor",
    "What does not depend on the index stays outside",
    "sum(c*a[j], j) == c*sum(a[j], j)",
    "sum(b[j]*a[j], j)",
)
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Mul(factors=factors), index=index):
            fixed = [f for f in factors if index not in free_names(f)]
            moving = [f for f in factors if index in free_names(f)]
            if fixed and moving:
                inner = Reduce("sum", mul(*moving), index, node.where, node.over)
                return mul(*fixed, inner)
    return None


@rule(
    "sum-over",
    "A denominator that does not depend on the index stays outside",
    "sum(a[j]/c, j) == sum(a[j], j)/c",
    "sum(a[j]/b[j], j)",
    "c != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Div(num=top, den=bottom), index=index):
            if index not in free_names(bottom):
                return Div(Reduce("sum", top, index, node.where, node.over), bottom)
    return None


@rule("sum-constant", "A sum of equal terms", "sum(c, j) == c*n", "sum(a[j], j)")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=body, index=index, where=None, over=over):
            if over and index not in free_names(body):
                return mul(body, Name(over)) if body != ONE else Name(over)
    return None


@rule(
    "delta-rename",
    "Under a delta one index may stand for the other",
    "delta(k, y)*a[y] == delta(k, y)*a[k]",
    "delta(k, y)*a[k]",
)
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors):
            for place, factor in enumerate(factors):
                match factor:
                    case Ind(condition=Rel(op="==", left=Name() as k, right=Name(id=y))):
                        others = mul(*factors[:place], *factors[place + 1 :])
                        if y in free_names(others) and k.id != y:
                            return mul(factor, substitute(others, {y: k}))
    return None
