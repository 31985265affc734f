"""Probabilities of an event as entries: P(y = k | x) is P[k], p(y_k = 1 | x) is p[k]."""

from __future__ import annotations

from dataclasses import replace

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
        case Form(name="apply", args=(Name(id=name), Form(name="given", args=(event, *_)), *_)):
            pass
        case Form(name="apply", args=(Name(id=name), event, *_)):
            pass
        case _:
            return None
    index = _value(event)
    return None if index is None else Entry(name, (index,), span=part.span)


def _value(event: Node) -> Node | None:
    """k of y = k and of y_k = 1."""
    match event:
        case Rel(op="==", left=Entry(indices=(index,)), right=right) if right == ONE:
            return index
        case Rel(op="==", right=(Name() | Entry()) as value):
            return value
    return None
