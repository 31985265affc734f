"""Equalities that give totals: sum_j t_j = 1, sum_j z_j = sum_j v_j = 0, 1^T y = 1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from derive.document.constants import ONES
from derive.document.known import Scope
from derive.errors import FormulaError
from derive.read.formula import read_equation
from derive.read.latex import Chain
from derive.show import text
from derive.syntax import Entry, Form, Mul, Name, Node, Num, Reduce

_LETTER = "j"
_NAME = re.compile(r"[A-Za-z]\w*")


def totals(chain: Chain, scope: Scope) -> tuple[Reduce, ...]:
    """The totals of what is given that a chain says the value of; none where it says more."""
    *left, right = chain.members
    if not isinstance(right, Num):
        return ()
    found = [_total(member) for member in left]
    given = [r for r in found if r is not None and isinstance(r.body, Entry)]
    if len(given) != len(found) or any(map(scope.named, map(_base, given))):
        return ()
    return tuple(given)


def with_totals(scope: Scope, chains: Iterable[Chain]) -> Scope:
    """The scope with the totals that the chains of one display give: "(since sum_k t_k = 1)"."""
    for chain in chains:
        for total in totals(chain, scope):
            scope = assuming(scope, f"{text(total)} == {text(chain.members[-1])}")
    return scope


def assuming(scope: Scope, total: str) -> Scope:
    """The scope in which the total holds.

    One that the formula language cannot say leaves its names open: sum_j t_{j+1} = 1.
    """
    try:
        read_equation(total)
    except FormulaError:
        return replace(scope, unread=scope.unread.union(_NAME.findall(total)))
    return replace(scope, assumed=(*scope.assumed, total))


def _total(member: Node) -> Reduce | None:
    """The sum that a member is."""
    match member:
        case Reduce():
            return member
        case Mul(factors=(Form(name="transpose", args=(one,)), other)):
            names = [_vector(one), _vector(other)]
        case Form(name="inner", args=(one, other)):
            names = [_vector(one), _vector(other)]
        case _:
            return None
    others = [name for name in names if name != ONES]
    if len(others) != 1 or not others[0]:
        return None
    return Reduce("sum", Entry(others[0], (Name(_LETTER),)), _LETTER, span=member.span)


def _vector(node: Node) -> str:
    if isinstance(node, Form) and node.name == "vec":
        node = node.args[0]
    return node.id if isinstance(node, Name) else ""


def _base(total: Reduce) -> str:
    return total.body.base if isinstance(total.body, Entry) else ""
