"""Plain text, often scraped from a page: formulas with or without delimiters, and alt texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from derive.document.cut.bare import (
    HEADED,
    bare_formulas,
    parted_rows,
    with_signs_for_braces,
)
from derive.document.cut.closers import closing_brace
from derive.document.cut.marks import ALT_TEXT, PLAIN, Mark, Scan, options_end
from derive.document.cut.page import MAX_FORMULAS, Page
from derive.document.cut.running import Running
from derive.read.latex import read_macros

MAX_UNCLOSED = 1_000
_ALT = re.compile(r"\{\\(?:display|text)style\b")
# reStructuredText: what is indented below `.. math::`.
_DIRECTIVE = re.compile(
    r"^([ \t]*)\.\.[ ]math::[ \t]*(?P<inner>.*(?:\n[ \t]*(?=\n|\Z)|\n\1[ \t]+\S.*)*)", re.MULTILINE
)
# AsciiDoc: stem:[...] in a line, [stem] before a block between lines of plus signs.
_STEM = re.compile(r"\b(?:stem|latexmath):\[")
_STEM_INNER = re.compile(r"(?P<inner>(?:[^\]\\\n]|\\.){0,2000}+)\]")
_STEM_BLOCK = re.compile(
    r"^\[(?:stem|latexmath)\][ \t]*\n\+{4}[ \t]*\n(?P<inner>.{0,5000}?)\n\+{4}[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_DECLARATION = re.compile(r"[ \t]*+(?:(?:[#%]|//)[ \t]*+)?(?=gradproof[ \t]*+:)", re.IGNORECASE)
# Where a paragraph ends: at a blank line, before an item of a list, before a line with a head.
_BREAK = re.compile(
    r"\n[ \t\r]*\n|\n(?=[ \t]*(?:[-*•][ \t]|\(?\d{1,2}[.)][ \t]|(?:[Cc]ase[ \t]*)?"
    rf"{HEADED.pattern}))"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)|\\.|[{}_^&\s]")
_SPOKEN = {
    "partial": "∂",
    "sum": "∑",
    "prod": "∏",
    "nabla": "∇",
    "cdot": "⋅",
    "times": "×",
    "neq": "≠",
    "ne": "≠",
    "leq": "≤",
    "geq": "≥",
    "infty": "∞",
    "ell": "ℓ",
    "epsilon": "ϵ",
    "varepsilon": "ε",
    "phi": "ϕ",
    "varphi": "φ",
    **{name: name for name in ("log", "ln", "exp", "max", "min", "tanh", "sin", "cos", "arg")},
}
_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
_GREEK_LATER = "sigma tau upsilon phi chi psi omega"


def _letters() -> dict[str, str]:
    """How Greek letters are shown."""
    early = zip(_GREEK.split(), range(0x3B1, 0x3C2), strict=True)
    late = zip(_GREEK_LATER.split(), range(0x3C3, 0x3CA), strict=True)
    return {name: chr(code) for name, code in (*early, *late)}


_SHOWN = _letters() | _SPOKEN


def _as_shown(source: str) -> str:
    """The signs of a formula in TeX as a page shows them, without places and brackets of TeX."""
    return _COMMAND.sub(lambda match: _SHOWN.get(match[1] or "", ""), source).replace("-", "−")


def _alt_texts(text: str) -> Iterator[Mark]:
    r"""`{\displaystyle …}`, the text behind a picture, with the picture's own letters before it."""
    position = done = failures = 0
    while failures < MAX_UNCLOSED and (match := _ALT.search(text, position)):
        closed = closing_brace(text, match.start())
        stop = closed + 1
        position = match.end() if closed < 0 else stop
        if closed < 0:
            failures += 1
            continue
        inner = match.end(), closed
        start = _start_of_double(text, done, match.start(), _as_shown(text[slice(*inner)]))
        if start < match.start():
            yield Mark("hidden", start, match.start(), start, match.start())
        yield Mark("formula", match.start(), stop, *inner, ALT_TEXT)
        done = stop


def _start_of_double(text: str, first: int, stop: int, shown: str) -> int:
    """Where the letters `shown` begin that stand right before `stop`, whatever the white space."""
    place, left = stop, len(shown)
    while left and place > first:
        sign = text[place - 1].replace("-", "−")
        if not sign.isspace() and sign not in "\u2061\u2062\u2063\u200b":
            if sign != shown[left - 1]:
                break
            left -= 1
        place -= 1
    return stop if left else place


def cut_plain(page: Page) -> None:
    """Cut a page of plain text."""
    page.macros, text = read_macros(page.text)
    text = with_signs_for_braces(text)
    page.text = text
    written = sorted(
        [*_directives(text), *_stems(text), *_alt_texts(text)], key=lambda mark: mark.start
    )
    marks = sorted(_outside(written, Scan(text).marks()), key=lambda mark: mark.start)
    marks = sorted([*marks, *_bare(page, marks)], key=lambda mark: mark.start)
    running = Running(page, parted_rows(text), 0)
    next_mark = 0
    for start, stop in _paragraphs(text, marks):
        mine = []
        while next_mark < len(marks) and marks[next_mark].start < stop:
            mine.append(marks[next_mark])
            next_mark += 1
        running.cut(mine, start, stop)


def _directives(text: str) -> Iterator[Mark]:
    """The displays of reStructuredText."""
    for match in _DIRECTIVE.finditer(text):
        start = options_end(text, *match.span("inner"))
        yield Mark("formula", *match.span(), start, match.end("inner"), "\\[")


def _stems(text: str) -> Iterator[Mark]:
    """The formulas of AsciiDoc."""
    done = failures = 0
    for match in _STEM.finditer(text):
        if match.start() < done or failures >= MAX_UNCLOSED:
            continue
        found = _STEM_INNER.match(text, match.end())
        failures += found is None
        if found is not None:
            done = found.end()
            yield Mark("formula", match.start(), done, *found.span("inner"), "\\(")
    for match in _STEM_BLOCK.finditer(text):
        yield Mark("formula", *match.span(), *match.span("inner"), "\\[")


def _outside(taken: list[Mark], second: Iterator[Mark]) -> Iterator[Mark]:
    """All marks of `taken`, and those of `second` that do not overlap them."""
    yield from taken
    place = 0
    for mark in second:
        while place < len(taken) and taken[place].stop <= mark.start:
            place += 1
        if place == len(taken) or taken[place].start >= mark.stop:
            yield mark


def _bare(page: Page, marks: list[Mark]) -> Iterator[Mark]:
    """Formulas without delimiters, and declarations, in lines without marks."""
    lines = []
    place = 0
    for number, start in enumerate(page.starts):
        stop = start + len(page.line(number))
        while place < len(marks) and marks[place].stop <= start:
            place += 1
        if place < len(marks) and marks[place].start < stop:
            continue
        if declared := _DECLARATION.match(page.text, start, stop):
            yield Mark("comment", start, stop, declared.end(), stop)
        else:
            lines.append((start, stop))
    # One more than may be, which the page then refuses.
    for span in islice(bare_formulas(page.text, lines), MAX_FORMULAS + 1):
        yield Mark("formula", *span, *span, PLAIN)


def _paragraphs(text: str, marks: list[Mark]) -> Iterator[tuple[int, int]]:
    """The text between breaks; a formula may hold breaks of its own."""
    start = place = 0
    for blank in _BREAK.finditer(text):
        while place < len(marks) and marks[place].stop <= blank.start():
            place += 1
        if place == len(marks) or marks[place].start >= blank.end() - 1:
            yield start, blank.start()
            start = blank.end() - 1
    yield start, len(text)
