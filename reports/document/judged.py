"""A checked document as judged claims, the form that other tools' formats are made of."""

from __future__ import annotations

from collections.abc import Iterator

from derive.document.items import Asked, Checked, Item
from reports.claims import Asked as AskedClaim
from reports.claims import Mistake, Written
from reports.console import EXITS
from reports.judged import Judged, repeat_command


def judged(checked: Checked) -> Iterator[Judged]:
    """A result for each item that claims something or could not be read, in reading order."""
    for item in checked.items:
        at = Written(item.source, item.line, item.column)
        asked = AskedClaim(at, () if item.asked is None else tuple(_setting(item.asked)))
        if item.complaint is not None:
            yield Judged(asked, mistakes=(_mistake(item),))
        elif item.verdict is not None:
            data = {**item.verdict.to_json(), "recompute": recompute_command(item)}
            found = item.verdict.counterexample
            yield Judged(asked, data, str(found or ""), exit=EXITS[item.verdict.status])


def recompute_command(item: Item) -> str | None:
    """The command line that gives both values of the item's counterexample again."""
    found = None if item.verdict is None else item.verdict.counterexample
    if found is None or item.asked is None:
        return None
    asked = AskedClaim(Written(item.asked.claim), tuple(_setting(item.asked)))
    return repeat_command(asked, found)


def _setting(asked: Asked) -> Iterator[tuple[str, Written]]:
    for kind in ("given", "declare", "assume"):
        yield from ((kind, Written(text)) for text in getattr(asked, kind))
    if asked.where.strip():
        yield "where", Written(asked.where)


def _mistake(item: Item) -> Mistake:
    """What kept the item from being read, at its place in the document."""
    complaint = item.complaint
    assert complaint is not None
    line, column = item.line, item.column
    if complaint.source == item.source:
        column = complaint.column + (column - 1 if complaint.line == 1 else 0)
        line += complaint.line - 1
    return Mistake(line, column, complaint.message, complaint.hint, complaint.excerpt)
