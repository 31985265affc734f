"""Formulas with several readings: what the document itself decides, and what it cannot."""

from __future__ import annotations

from dataclasses import replace

from derive.document.known import Scope, index_letters, names_in
from derive.errors import Complaint
from derive.read.latex import FIRST_FACTOR, QUOTIENT_NOTE, Chain
from derive.show import text
from derive.syntax import Span


def chosen(chain: Chain, scope: Scope) -> Chain:
    """The one reading with the same free indices everywhere, whose names the document knows.

    A capital sigma that the document defines is that name, one that it never mentions elsewhere
    is a sum. What this does not decide stays open: `alternatives` is then not empty.
    """
    options = (replace(chain, alternatives=()), *chain.alternatives)
    if len(options) == 1:
        return chain
    defined = {name for name, _ in (*scope.definitions, *scope.later)}

    def strangeness(option: Chain) -> tuple[int, int, int]:
        names = _names(option)
        letters = [index_letters(member) for member in option.members]
        lost = sum(len(own ^ letters[0]) for own in letters)
        return lost, len(names - defined - scope.seen), -len(names & defined)

    ranked = sorted(options, key=strangeness)
    if strangeness(ranked[0]) == strangeness(ranked[1]):
        return chain
    note = f"of {len(options)} readings the one that agrees with the rest of the document is taken"
    return replace(ranked[0], notes=(*ranked[0].notes, note))


def disputed(chain: Chain) -> frozenset[int]:
    """The members of which the readings differ; all, where the readings have no common shape."""
    everything = frozenset(range(len(chain.members)))
    if any(other.relations != chain.relations for other in chain.alternatives):
        return everything
    return frozenset(
        place
        for place in everything
        if any(other.members[place] != chain.members[place] for other in chain.alternatives)
    )


def has_usual_reading(chain: Chain) -> bool:
    """Whether the other readings are possible, but the first is what nearly everyone means."""
    return all(other.differs in (FIRST_FACTOR, QUOTIENT_NOTE) for other in chain.alternatives)


def readings(chain: Chain) -> tuple[str, ...]:
    """Every reading, as text, in the order in which a person may choose."""
    return tuple(
        " = ".join(text(member) for member in one.members) for one in (chain, *chain.alternatives)
    )


def ambiguity(chain: Chain) -> Complaint:
    """Says every reading and asks for a choice."""
    ways = readings(chain)
    shown = "; ".join(f"{place}: {way}" for place, way in enumerate(ways, 1))
    message = f"{len(ways)} readings are possible: {shown}"
    return Complaint(message, chain.source, Span(0, len(chain.source)), "put brackets")


def _names(chain: Chain) -> set[str]:
    return {name for member in chain.members for name in names_in(member)}
