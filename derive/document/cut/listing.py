"""Listings that are text: their formulas stand without delimiters, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.document.cut.bare import bare_formulas, parted_rows, with_signs_for_braces
from derive.document.cut.marks import PLAIN, Mark
from derive.document.cut.page import Page
from derive.document.cut.programs import NUMBERS
from derive.document.cut.running import Running

_LINE = re.compile(r"[^\n]+")


def cut_listing(page: Page, text: str, offset: int) -> None:
    """Cut the text of a listing, which stands at `offset` of the page; each line is a sentence."""
    text = with_signs_for_braces(text)
    running = Running(page, parted_rows(text), offset)
    done, waiting = 0, list(_formulas(text))
    for line in _LINE.finditer(text):
        if line.start() < done:
            continue
        spans = [span for span in waiting if line.start() <= span[0] < line.end()]
        done = max(line.end(), *(stop for _, stop in spans)) if spans else line.end()
        marks = (Mark("formula", *span, *span, PLAIN) for span in spans)
        running.cut(marks, line.start(), done)


def _formulas(text: str) -> Iterator[tuple[int, int]]:
    lines = [line.span() for line in _LINE.finditer(text)]
    for start, stop in bare_formulas(text, lines):
        if not NUMBERS.search(text, start, stop):
            yield start, stop
