"""A vector beside a product of matrices: b in Z = X W + b is added to every row."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from derive.document.letters import unused
from derive.syntax import Add, Entry, Form, Name, Node

if TYPE_CHECKING:
    from derive.document.meaning import Meaning

# What stands first in W X + b, where the samples are columns.
_WEIGHTS = frozenset({"W", "Theta", "theta", "w"})


def by_rows(head: Name | Entry, body: Node, meaning: Meaning) -> tuple[Name | Entry, Node]:
    """Z = X W + b by its entries, where b is a vector; anything else as it is.

    b is added to every row, or to every column behind weights: Z = W X + b.
    """
    terms = body.terms if isinstance(body, Add) and isinstance(head, Name) else ()
    ranks = [meaning.ranks.of(term) for term in terms]
    products = [term for term in terms if isinstance(term, Form) and term.name == "matmul"]
    vectors = [term for term, rank in zip(terms, ranks, strict=True) if rank == 1]
    if not vectors or not all(isinstance(term, Name) for term in vectors):
        return head, body
    if set(ranks) != {1, 2} or len(products) != 1 or ranks.count(2) != 1:
        return head, body
    first = products[0].args[0]
    columns = isinstance(first, Name) and first.id.partition("_")[0] in _WEIGHTS
    taken = meaning.scope.usage.ranges
    row, column = islice(unused("ijklmn", taken), 2)
    meaning.note(f"the vector is added to every {'column' if columns else 'row'}")
    along = (row,) if columns else (column,)
    entries = [
        Form("at", (term, *((row, column) if rank == 2 else along)))
        for term, rank in zip(terms, ranks, strict=True)
    ]
    assert isinstance(head, Name)
    return Entry(head.id, (row, column), span=head.span), Add(tuple(entries), span=body.span)
