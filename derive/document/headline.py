"""The one sentence that a document's check comes to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.document.items import Item

_CELL = re.compile(r"cell \d+")


def headline(items: Sequence[Item]) -> str:
    """What the last wrong result should be, and the first step that lost it."""
    if not items:
        return "No equality was found."
    claims = [item for item in items if item.kind == "claim"]
    if not claims:
        return "No equality of this document claims anything: all are definitions and facts."
    wrong = [item for item in claims if item.is_wrong]
    if not wrong:
        return _nothing_wrong(claims)
    first = next((item for item in wrong if not item.rests_on and not item.jump), wrong[0])
    results = [item for item in wrong if item.jump or not item.rests_on] or wrong
    result = results[-1]
    lost = f"The first step that goes wrong is in line {_line(first)}: {_shown(first)}."
    cancelled = [item for item in claims if item.cancels]
    if cancelled:
        lines = ", ".join(_line(item) for item in cancelled)
        return f"{lost} Slips cancel: the chain from end to end is right in line {lines}."
    if result is first:
        return f"Line {_line(first)}: {_shown(first)}."
    return f"The result in line {_line(result)}: {_shown(result)}. {lost}"


def _nothing_wrong(claims: Sequence[Item]) -> str:
    proved = sum(item.status == "proved" for item in claims)
    if proved == len(claims):
        if proved == 1:
            return "The one claim of this document is proved."
        return f"All {proved} claims of this document are proved."
    open_ = [item for item in claims if item.status != "proved"]
    words = ", ".join(f"line {_line(item)} {item.status}" for item in open_[:5])
    return f"Nothing was refuted; {proved} of {len(claims)} claims are proved. Open: {words}."


def _line(item: Item) -> str:
    """The number of the line, and the cell in which a notebook counts it."""
    cell = _CELL.match(item.section)
    return f"{item.line} of {cell[0]}" if cell else str(item.line)


def _shown(item: Item) -> str:
    verdict = item.verdict
    assert verdict is not None
    said = f"{item.text} is refuted"
    if verdict.condition is not None:
        only = "only " if verdict.necessary else ""
        said = f"{item.text} holds {only}if {verdict.condition}"
    return f"{said}; right is {verdict.repair}" if verdict.repair is not None else said
