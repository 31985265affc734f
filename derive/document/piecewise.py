"""Definitions by pieces: q_y = a, and q_j = b for j != y."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derive.document.known import Known
from derive.errors import Complaint, FormulaError
from derive.show import text
from derive.syntax import (
    Cases,
    Entry,
    Logic,
    Name,
    Node,
    Reduce,
    Rel,
    Span,
    children,
    name_of,
    same,
    substitute,
)


def limit_of(head: Name | Entry, conditions: Iterable[Node]) -> Rel | None:
    """j != y, where a definition of q_j is limited so."""
    letters = head.indices[-1:] if isinstance(head, Entry) else ()
    for condition in conditions:
        if isinstance(condition, Rel) and condition.op == "!=" and condition.left in letters:
            return condition
        if isinstance(condition, Rel) and condition.op == "!=" and condition.right in letters:
            return Rel("!=", condition.right, condition.left)
    return None


def joined(old: Known, head: Node, body: Node, limit: Rel | None) -> tuple[Entry, Node] | None:
    """The head and the body of both pieces together; None where they are no two pieces."""
    if not isinstance(head, Entry) or not isinstance(old.head, Entry):
        return None
    if len(head.indices) != 1 or len(old.head.indices) != 1:
        return None
    (own,), (before,) = head.indices, old.head.indices
    if limit is not None and old.limit is None and same(limit.right, before):
        return head, Cases(((old.body, Rel("==", own, before)),), body)
    if limit is None and old.limit is not None and same(old.limit.right, own):
        return old.head, Cases(((body, Rel("==", before, own)),), old.body)
    return None


def check_limits(sides: Sequence[Node], known: Sequence[Known]) -> None:
    """Raises FormulaError where q_y is used, and q_j is told for j != y only.

    By the sides or by what they depend on, as q_y or in a sum over every j.
    """
    for one in known:
        if one.limit is not None:
            for tree in (*sides, *(other.body for other in known)):
                for part in _untold(tree, one.head, one.limit):
                    source = text(part)
                    message = f"{source} is used, and told only for {text(one.limit)}"
                    raise FormulaError([Complaint(message, source, Span(0, len(source)))])


def _untold(
    tree: Node, head: Node, limit: Rel, running: frozenset[Node] = frozenset()
) -> Iterator[Entry]:
    """The entries that the limit shuts out, or that a sum over every index has among its terms.

    `running` are the indices of the sums around, but of those that keep to the limit.
    """
    if isinstance(tree, Reduce):
        index, where = Name(tree.index), tree.where
        told = where.args if isinstance(where, Logic) and where.op == "and" else (where,)
        sides = (index, limit.right)
        apart = Rel("!=", *sides) in told or Rel("!=", *sides[::-1]) in told
        running = running - {index} if apart else running | {index}
    if isinstance(tree, Entry) and tree.base == name_of(head):
        letters = (index.id for index in children(head) if isinstance(index, Name))
        values = dict(zip(letters, tree.indices, strict=False))
        left, right = (substitute(side, values) for side in children(limit))
        if same(left, right) or left in running:
            yield tree
    for part in children(tree):
        yield from _untold(part, head, limit, running)
