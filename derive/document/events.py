"""Probabilities of an event as entries: P(y = k | x_n) is P[n, k], p(y_k = 1 | x) is p[k]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from derive.read.latex import Chain
from derive.syntax import ONE, Entry, Form, Name, Node, Rel, transform


def with_entries(chain: Chain) -> Chain:
    """The chain with the probability that a variable is k as the entry k of a vector."""
    return replace(
        chain,
        members=tuple(transform(member, _entry) for member in chain.members),
        alternatives=tuple(map(with_entries, chain.alternatives)),
    )


def _entry(part: Node) -> Node | None:
    match part:
        case Form(name="apply", args=(Name(id=name), Form(name="given", args=(event, *given)), *_)):
            pass
        case Form(name="apply", args=(Name(id=name), event, *given)):
            pass
        case _:
            return None
    index = _value(event)
    if index is None:
        return None
    return Entry(name, (*_sample(event, given), index), span=part.span)


def _sample(event: Node, given: Sequence[Node]) -> tuple[Node, ...]:
    """n of y_n = k, and of y = k given x_n."""
    match event:
        case Rel(left=Entry(indices=(*outer, index)), right=right):
            return tuple(outer) if right == ONE else (*outer, index)
    told = (one.args[0] if _is_vector(one) else one for one in given)
    return next((one.indices for one in told if isinstance(one, Entry)), ())


def _is_vector(node: Node) -> TypeGuard[Form]:
    return isinstance(node, Form) and node.name == "vec"


def _value(event: Node) -> Node | None:
    """k of y = k and of y_k = 1."""
    match event:
        case Rel(op="==", left=Entry(indices=(index,)), right=right) if right == ONE:
            return index
        case Rel(op="==", right=(Name() | Entry()) as value):
            return value
    return None
