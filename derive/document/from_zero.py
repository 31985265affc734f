"""Documents that count classes from 0: z_0 is the first entry, as in code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from derive.document.items import Asked
from derive.read.latex import Chain
from derive.syntax import ZERO, Entry, Form, Ind, Name, Node, Num, Rel, children, walk
from derive.verdict import Verdict
from derive.zero_based import counted_from_one

NOTE = "entries are counted from 0 here, so that z[0] is the first; verify counts from 1"
# \sum_{j=1}^{d}, j = 1, ..., d and {1, ..., d}, and the same with 0.
_STARTS = (
    r"(?:=\s*{0}\s*(?:\}}?\s*\^|,\s*(?:\\[lc]?dots|\.\.|…|\d))|\{{\s*{0}\s*,\s*(?:\\[lc]?dots|\d))"
)
_FROM_ONE, _FROM_ZERO = (re.compile(_STARTS.format(first)) for first in "10")


def starts_at_one(chains: Sequence[Chain]) -> bool:
    """Whether the ranges of the document begin with 1: what they count has no entry 0."""
    return _begins(_FROM_ONE, chains) and not _begins(_FROM_ZERO, chains)


def _begins(start: re.Pattern[str], chains: Iterable[Chain]) -> bool:
    return any(start.search(chain.source) for chain in chains)


def starts_at_zero(chains: Sequence[Chain]) -> bool:
    """Whether an entry 0 shows that all are counted from 0.

    To add 1 to every number that is an index then renames the entries one to one. No more is known
    where an index is also a number, as t in gamma^t r_t, or is reckoned with, as in h_{t-1}.
    """
    parts = [part for c in chains for tree in (*c.members, *c.conditions) for part in walk(tree)]
    indices = [index for part in parts if isinstance(part, Entry) for index in part.indices]
    if ZERO not in indices or _begins(_FROM_ONE, chains):
        return False
    letters = {index.id for index in indices if isinstance(index, Name)}
    is_plain = all(isinstance(index, Name | Num | Entry) for index in indices)
    # "y = 3" only says which class is meant.
    trees = (tree for c in chains for tree in c.members if not isinstance(tree, Name))
    return is_plain and not any(letters & set(_values(tree)) for tree in trees)


def _values(tree: Node) -> Iterable[str]:
    """The names that stand as numbers: no index of an entry, not compared, no argument."""
    match tree:
        case Name(id=name):
            yield name
        case Entry() | Ind() | Rel():
            return
        case Form(name="at" | "apply", args=(head, *_)):
            yield from _values(head)
        case _:
            for part in children(tree):
                yield from _values(part)


def from_one(question: Asked) -> Asked:
    """The question with every index as `verify` counts it."""
    found = counted_from_one(_texts(question))
    return replace(
        question,
        claim=found["claim"][0],
        given=tuple(found["given"]),
        where=found["where"][0],
        assume=tuple(found["assume"]),
    )


def from_zero(verdict: Verdict, question: Asked) -> Verdict:
    """The verdict with its condition and its repair as the author counts."""
    texts = _texts(question)
    conditions = (*texts["where"], verdict.condition or "")
    repairs = (verdict.repair or "",)
    kind = "claim" if "==" in repairs[0] else "expression"
    shown = {**texts, "where": conditions, kind: (*texts.get(kind, ()), *repairs)}
    found = counted_from_one(shown, step=-1)
    return replace(
        verdict,
        condition=found["where"][1] or None,
        repair=found[kind][-1] or None,
    )


def _texts(question: Asked) -> Mapping[str, tuple[str, ...]]:
    return {
        "claim": (question.claim,),
        "given": question.given,
        "where": (question.where,),
        "assume": question.assume,
        "declare": question.declare,
    }
