"""Definitions by pieces: q_y = a, and q_j = b for j != y."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.document.known import Known
from derive.errors import Complaint, FormulaError
from derive.show import text
from derive.syntax import Cases, Entry, Name, Node, Rel, Span, children, same, substitute, walk


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


def check_limits(sides: Sequence[Node], known: Iterable[Known]) -> None:
    """Raises FormulaError where q_y is used, and q_j is told for j != y only."""
    for one in known:
        if one.limit is None or not isinstance(one.head, Entry):
            continue
        letters = [index.id for index in one.head.indices if isinstance(index, Name)]
        for part in (part for side in sides for part in walk(side)):
            if not isinstance(part, Entry) or part.base != one.head.base:
                continue
            values = dict(zip(letters, part.indices, strict=False))
            left, right = (substitute(side, values) for side in children(one.limit))
            if same(left, right):
                source = text(part)
                message = f"{source} is used, and told only for {text(one.limit)}"
                raise FormulaError([Complaint(message, source, Span(0, len(source)))])
