"""Formulas brought into agreement before they are read: what one shows of a letter holds in all."""

from __future__ import annotations

from collections.abc import Sequence

from derive.document.backprop import backprop, with_gradients
from derive.document.classes import named_classes, with_classes
from derive.document.columns import by_columns, columns
from derive.document.events import with_entries, with_one_condition
from derive.document.known import Usage, indexed, usage
from derive.document.marks import marked, marks
from derive.document.superscripts import settled, superscripts
from derive.document.tables import by_entries
from derive.document.transposes import primes_transpose, with_transposes
from derive.read.latex import Chain


def agreed(chains: Sequence[Chain]) -> tuple[tuple[Chain, ...], Usage]:
    """The chains, in their order, and how their names stand.

    With primes as transposes where they are that, superscripts, arguments, events, classes and
    marks as the indices or names that they are, and written-out tables by their entries.
    """
    if primes_transpose(chains):
        chains = list(map(with_transposes, chains))
    chains = with_one_condition(chains)
    above = superscripts(chains)
    chains = [by_entries(with_entries(settled(chain, above))) for chain in chains]
    back = backprop(chains)
    chains = [with_gradients(chain, back) for chain in chains]
    classes = named_classes(chains)
    chains = [with_classes(chain, classes) for chain in chains]
    own = marks(chains)
    chains = [marked(chain, own) for chain in chains]
    turned = columns(chains)
    chains = [by_columns(chain, turned) for chain in chains]
    known = usage(chains)
    return tuple(indexed(chain, known) for chain in chains), known
