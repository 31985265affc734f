"""What rests on what: which later equality uses an earlier wrong one, and where slips cancel."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from derive.document.items import Item
from derive.document.statement import Statement
from derive.syntax import Deriv, Entry, Form, Name, Node, Reduce, Rel, children, walk

# An item is held against so many wrong ones before it, the nearest.
MAX_WRONG = 100


@dataclass(frozen=True)
class Judged:
    """An item, the statement that it is about, and the number of the chain that it stands in."""

    item: Item
    statement: Statement | None
    chain: int
    alarm: str = ""


def inherited(judged: Sequence[Judged]) -> tuple[Item, ...]:
    """The items, each with the wrong ones before it that it rests on."""
    found = []
    before: deque[Judged] = deque(maxlen=MAX_WRONG)
    for own in judged:
        wrong = tuple(dict.fromkeys(_sources(own, before)))
        cancels = own.item.jump and own.item.status == "proved" and bool(wrong)
        found.append(replace(own.item, rests_on=wrong, cancels=cancels))
        if own.item.is_wrong:
            before.append(own)
    return tuple(found)


def _sources(own: Judged, wrong: Iterable[Judged]) -> Iterator[int]:
    if own.statement is None or own.item.complaint is not None or own.item.asked is None:
        return
    for other in wrong:
        if other.statement is None:
            continue
        if other.chain == own.chain:
            if _before_in_chain(other.statement, own.statement):
                yield other.item.number
        elif _uses(own.statement, own.item.is_wrong, other.statement):
            yield other.item.number


def _before_in_chain(other: Statement, own: Statement) -> bool:
    """A step rests on the steps before it, a jump on all steps that it passes over."""
    if other.is_jump:
        return False
    end = own.members[1] if own.is_jump else own.members[0]
    return other.members[1] <= end


def _uses(own: Statement, is_wrong: bool, wrong: Statement) -> bool:
    """Whether the left side of the wrong equality is put in as its right side, at any index."""
    if not any(isinstance(part, Deriv) for part in walk(wrong.left)):
        return False
    if wrong.conditions and own.conditions and wrong.conditions != own.conditions:
        return False
    letters = frozenset(_letters(wrong.left)).union(_letters(wrong.right))
    for part in walk(own.left):
        found = _match(wrong.left, part, letters, {})
        if found is None:
            continue
        if is_wrong and part == own.left:
            return True
        rights = walk(own.right)
        if any(_match(wrong.right, other, letters, dict(found)) is not None for other in rights):
            return True
    return False


def _letters(tree: Node) -> Iterator[str]:
    """The letters of indices: below an array, of a sum, compared in a delta."""
    for part in walk(tree):
        match part:
            case Entry(indices=places) | Form(name="at", args=(_, *places)):
                yield from (place.id for place in places if isinstance(place, Name))
            case Reduce(index=letter):
                yield letter
            case Rel(left=left, right=right):
                yield from (side.id for side in (left, right) if isinstance(side, Name))


def _match(
    pattern: Node, node: Node, letters: frozenset[str], found: dict[str, Node]
) -> dict[str, Node] | None:
    """The indices for which the pattern with these letters is the node; names must be the same."""
    if isinstance(pattern, Name) and pattern.id in letters and isinstance(node, Name | Entry):
        return found if found.setdefault(pattern.id, node) == node else None
    if type(pattern) is not type(node) or _head(pattern) != _head(node):
        return None
    inner, outer = children(pattern), children(node)
    if len(inner) != len(outer):
        return None
    if not inner and pattern != node:
        return None
    for a, b in zip(inner, outer, strict=True):
        if _match(a, b, letters, found) is None:
            return None
    return found


def _head(node: Node) -> object:
    if isinstance(node, Reduce):
        return node.kind
    return getattr(node, "base", getattr(node, "function", getattr(node, "name", None)))
