"""Conditions that are told in words, and which conditions hold for a formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from derive.document.known import names_in
from derive.read.latex import Chain
from derive.syntax import Deriv, Entry, Name, Node, Rel, walk

# The indices of a derivative, of which prose says that they are equal, or that they are not.
FIRST, SECOND = Name("first index"), Name("second index")
LABEL = Name("the label")
TWO_INDICES = {"indices ==": Rel("==", FIRST, SECOND), "indices !=": Rel("!=", FIRST, SECOND)}
# What prose says of the class that a derivative is by: the true one, or another.
OF_LABEL = {"label ==": Rel("==", FIRST, LABEL), "label !=": Rel("!=", FIRST, LABEL)}
IN_WORDS = {**TWO_INDICES, **OF_LABEL}


def limited(chain: Chain, limits: Sequence[Node]) -> Iterator[Node]:
    """The chain's own conditions, and those of the prose beside it that speak of other letters."""
    yield from chain.conditions
    own = [names_in(condition) for condition in chain.conditions]
    for limit in limits:
        meant = of_derivative(limit, chain)
        if meant is not None and names_in(meant) not in own:
            yield meant


def of_derivative(condition: Node, chain: Chain) -> Node | None:
    """The condition on the two indices of a derivative as one on those of the chain's first."""
    if condition not in IN_WORDS.values():
        return condition
    parts = [part for member in chain.members for part in walk(member)]
    if condition in OF_LABEL.values():
        return _of_label(condition, parts)
    for part in parts:
        match part:
            case Deriv(
                body=Entry(indices=(*_, Name() as a)), wrt=(Entry(indices=(*_, Name() as b)),)
            ):
                same = condition == TWO_INDICES["indices =="]
                return None if a == b else Rel("==" if same else "!=", a, b)
    return None


def _of_label(condition: Node, parts: Sequence[Node]) -> Node | None:
    """The condition on the class that the first derivative is by."""
    by = (part.wrt[-1] for part in parts if isinstance(part, Deriv))
    found = next((v.indices[-1] for v in by if isinstance(v, Entry)), None)
    op: Literal["==", "!="] = "==" if condition == OF_LABEL["label =="] else "!="
    return Rel(op, found, LABEL) if isinstance(found, Name) else None
