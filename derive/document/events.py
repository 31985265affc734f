"""Probabilities of an event as entries: P(y = k | x_n) is P[n, k], p(y_k = 1 | x) is p[k]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeGuard

from derive.read.latex import Chain
from derive.syntax import ONE, Entry, Form, Name, Node, Rel, name_of, transform, walk


def with_entries(chain: Chain) -> Chain:
    """The chain with the probability that a variable is k as the entry k of a vector."""
    return _changed(chain, _entry)


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


def with_one_condition(chains: Sequence[Chain]) -> list[Chain]:
    """The chains with P(x | c) and P(c) taken out where P(c | x) is what P is.

    A bar is left out where a name has one condition throughout. Bayes' rule has several functions
    of one name: only that one is read which an equality begins with.
    """
    parts = [part for chain in chains for member in chain.members for part in walk(member)]
    found = [told for part in parts if (told := _conditional(part)) is not None]
    turned = {
        name
        for name, about, _ in found
        if any(name == other and about & given for other, _, given in found)
    }
    kept = dict[str, frozenset[str]]()
    for head in (chain.members[0] for chain in chains):
        told = _conditional(head)
        if told is not None and told[0] in turned:
            kept.setdefault(told[0], told[2])

    def change(part: Node) -> Node | None:
        if not isinstance(part, Form) or part.name != "apply" or part.args[0] not in names:
            return None
        told = _conditional(part)
        if told is not None and kept.get(told[0]) == told[2]:
            return None
        return Form("another condition", part.args[:1], span=part.span)

    names = set(map(Name, turned))
    return [_changed(chain, change) for chain in chains] if turned else list(chains)


def _conditional(part: Node) -> tuple[str, frozenset[str], frozenset[str]] | None:
    """P, {c} and {x} for P(c | x)."""
    match part:
        case Form(name="apply", args=(Name(id=name), Form(name="given", args=(about, *given)), *_)):
            about = about.left if isinstance(about, Rel) else about
            return name, frozenset({_letter(about)}), frozenset(map(_letter, given))
    return None


def _letter(node: Node) -> str:
    return name_of(node.args[0] if _is_vector(node) else node)


def _changed(chain: Chain, change: Callable[[Node], Node | None]) -> Chain:
    members = tuple(transform(member, change) for member in chain.members)
    others = tuple(_changed(other, change) for other in chain.alternatives)
    return replace(chain, members=members, alternatives=others)
