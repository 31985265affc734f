r"""A display of which one row cannot be read: the other rows are read without it.

A row that goes on with a formula, "&= …", is passed over; one with a left side of its own takes
with it the rows that go on from it, since nothing is known of what they begin with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.errors import Complaint, FormulaError
from derive.read.latex import Chain, Macro, read_latex
from derive.syntax import Span

MAX_UNREAD = 20
_PARTS = re.compile(r"\\(?:begin|end)\s*\{(?P<name>[A-Za-z]+\*?)\}|\\\\|\\.|[{}]", re.DOTALL)
_ALIGNED = re.compile(
    r"(?:align|aligned|gather|gathered|eqnarray|split|multline|alignat|equation)\*?"
)
_RELATION = re.compile(r"[=≈∝≡]|\\(?:approx|equiv|propto|stackrel|overset|coloneqq)(?![A-Za-z])")
# A row without a relation, or with a sign before it, goes on with the row above as one formula.
_ADDS = re.compile(r"[\s&]*+(?:(?:\\q?quad|\\[,;: ])\s*+)*+(?:[-+*/]|\\(?:cdot|times))")
_LEFT_UNREAD = "this goes on from a row that could not be read"


@dataclass(frozen=True)
class Unread:
    """A row that could not be read, and why."""

    span: Span
    complaint: Complaint


def read_rows(
    source: str, macros: Mapping[str, Macro]
) -> tuple[tuple[Chain, ...], tuple[Unread, ...]]:
    """The chains of a display, and its rows that could not be read.

    Raises FormulaError where no row of it can be read, or the fault is in none of them.
    """
    left: list[Unread] = []
    text = source
    while True:
        try:
            return read_latex(text, "formula", macros), tuple(left)
        except FormulaError as error:
            found = _unread(text, error.complaints[0])
            if not found or len(left) + len(found) > MAX_UNREAD:
                raise (FormulaError([left[0].complaint]) if left else error) from None
            left += found
            for row in found:
                text = _without(text, row.span)


def _unread(text: str, complaint: Complaint) -> list[Unread]:
    """The row that a complaint is about, and those that go on from it; none if it is the only."""
    rows = _formulas(text)
    place = next((k for k, r in enumerate(rows) if r.start <= complaint.span.start < r.stop), -1)
    if place < 0 or len(rows) < 2:
        return []
    found = [Unread(rows[place], complaint)]
    if _goes_on(text, rows[place]):
        return found
    for row in rows[place + 1 :]:
        if not _goes_on(text, row):
            break
        found.append(Unread(row, Complaint(_LEFT_UNREAD, text, row)))
    return found


def _goes_on(text: str, row: Span) -> bool:
    """Whether a relation stands first."""
    shown = text[row.start : row.stop].lstrip(" \n\t&")
    return _RELATION.match(shown) is not None


def _formulas(text: str) -> list[Span]:
    """The rows, each with those that only go on with it as one formula."""
    found: list[Span] = []
    for row in _rows(text):
        shown = text[row.start : row.stop]
        if not shown.strip(" \n\t&"):
            continue
        if found and (not _RELATION.search(shown) or _ADDS.match(shown)):
            found[-1] = Span(found[-1].start, row.stop)
        else:
            found.append(row)
    return found


def _without(text: str, span: Span) -> str:
    """The text with blanks for a row, all else in its place."""
    blank = re.sub(r"[^\n]", " ", text[span.start : span.stop])
    return text[: span.start] + blank + text[span.stop :]


def _rows(text: str) -> Sequence[Span]:
    r"""The rows between \\ on the level of the formula itself, inside of align and its kind."""
    found: list[Span] = []
    start = depth = 0
    for part in _PARTS.finditer(text):
        name = part["name"]
        if name and _ALIGNED.fullmatch(name) and not depth:
            if text.startswith(r"\begin", part.start()):
                start = part.end()
            else:
                found.append(Span(start, part.start()))
                start = part.end()
        elif name or part[0] in "{}":
            depth += 1 if part[0] == "{" or text.startswith(r"\begin", part.start()) else -1
        elif part[0] == r"\\" and not depth:
            found.append(Span(start, part.start()))
            start = part.end()
    return [*found, Span(start, len(text))]
