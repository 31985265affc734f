"""Repairs put into the author's text, and kept only where the text, read again, is proved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from derive.document.items import Checked, Item
from reports.document.mended import mended
from reports.document.sides import sides
from reports.lettering import written

# A mended step may leave the next one wrong: so many times the text is gone through.
_ROUNDS = 6
_MOST_TRIED = 40
# What a text has that is to be set by TeX.
_SET = re.compile(r"\$|\\[(\[]|\\begin\b|\.\. math::|:math:|stem:")
Again = Callable[[str], Checked]


@dataclass(frozen=True)
class Edit:
    """New text in place of the document's characters start to stop, for one item."""

    item: int
    start: int
    stop: int
    new: str


@dataclass(frozen=True)
class Left:
    """A wrong or unread item that stays as it is, and why (the key of a saying)."""

    item: Item
    why: str


@dataclass(frozen=True)
class Fixed:
    """The document with repairs put in, what a check of it finds, and what is left."""

    checked: Checked
    changed: bool
    left: tuple[Left, ...]


def fix(checked: Checked, again: Again) -> Fixed:
    """The best text that repairs lead to; `again` checks a text under the document's name.

    An edit stays only if its equality is proved in the new text. Raises nothing of its own.
    """
    found = best = checked
    refused: set[tuple[str, str]] = set()
    for _ in range(_ROUNDS):
        edits = [each for each in _edits(found) if _key(found, each) not in refused]
        kept, after = _put_in(found, edits, again)
        refused |= {_key(found, each) for each in edits if each not in kept}
        if not kept:
            break
        found = after
        if _open(found) < _open(best):
            best = found
    return Fixed(best, best is not checked, tuple(_left(best)))


def _open(checked: Checked) -> int:
    return sum(item.status not in {"proved", "definition"} for item in checked.items)


def _key(checked: Checked, edit: Edit) -> tuple[str, str]:
    return checked.text[edit.start : edit.stop], edit.new


def _edits(checked: Checked) -> list[Edit]:
    """An edit for each place where a repair belongs; in a chain the jump decides of its end."""
    claims = [item for item in checked.items if item.start >= 0 and item.kind == "claim"]
    found: list[Edit] = []
    ends: set[int] = set()
    for item in sorted(claims, key=lambda item: not item.jump):
        edit = _edit(item, checked.text)
        if item.jump:
            both = sides(checked.text, item.start, item.stop)
            ends |= {both.right.start} if both else set()
        elif edit is not None and edit.start in ends:
            continue
        if edit is not None and not any(_overlap(edit, other) for other in found):
            found.append(edit)
    return found


def _overlap(a: Edit, b: Edit) -> bool:
    return a.start < b.stop and b.start < a.stop


def _edit(item: Item, text: str) -> Edit | None:
    right = mended(item) if item.is_wrong else None
    found = sides(text, item.start, item.stop)
    if right is None or found is None:
        return None
    side = found.left if right.left_changed else found.right
    if side is None:
        return None
    plain = not _SET.search(text)
    new = written(right.changed, item.source, plain_text=plain)
    return Edit(item.number, side.start, side.stop, new)


def _put_in(checked: Checked, edits: Sequence[Edit], again: Again) -> tuple[list[Edit], Checked]:
    """The edits after which their own items are proved: all at once, else one by one."""
    if not edits:
        return [], checked
    after = again(_edited(checked.text, edits))
    if all(_is_proved(after, checked, edit) for edit in edits):
        return list(edits), after
    kept: list[Edit] = []
    best = checked
    for edit in edits[:_MOST_TRIED]:
        after = again(_edited(checked.text, [*kept, edit]))
        if _is_proved(after, checked, edit):
            kept, best = [*kept, edit], after
    return kept, best


def _is_proved(after: Checked, before: Checked, edit: Edit) -> bool:
    """Whether the item is proved in the new text, which has as many equalities as the old one."""
    if len(after.items) != len(before.items):
        return False
    return any(item.number == edit.item and item.status == "proved" for item in after.items)


def _edited(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.stop :]
    return text


def _left(checked: Checked) -> Iterator[Left]:
    for item in checked.items:
        if item.status == "unread":
            yield Left(item, "fix_unread")
        elif item.is_wrong:
            yield Left(item, _why(item, checked.text))


def _why(item: Item, text: str) -> str:
    if mended(item) is None:
        return "fix_no_repair"
    if item.start < 0:
        return "fix_escaped"
    return "fix_no_side" if sides(text, item.start, item.stop) is None else "fix_not_proved"
