"""Declarations in a document: a comment `gradproof: y: label; t: simplex[n]`, or front matter."""

from __future__ import annotations

import re

from derive.document.cut.page import Page, trimmed
from derive.errors import Complaint, FormulaError
from derive.syntax import Span

_COMMENT = re.compile(r"\s*gradproof\s*:", re.IGNORECASE)
_KEY = re.compile(r"gradproof\s*[:=](?P<value>.*)", re.IGNORECASE)
_ITEM = re.compile(r"\s*-\s+(?P<value>.*)")
_VALUE = re.compile(
    r"""\s*+(?:"(?P<double>[^"\\]*)"|'(?P<single>[^']*)'"""
    r"""|(?P<plain>[^\s"'\[{&*!|>%@`#](?:[^"\s]++|\s++(?!\#|\Z))*+))(?:\s++(?:\#.*)?)?""",
)
_LIST = re.compile(r"""\s*\[\s*(?P<items>(?:"[^"]*"|'[^']*'|,|\s)*)\]\s*(?:\#.*)?""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_HINT = 'write a list of strings, as in  gradproof: ["y: label", "t: simplex[n]"]'
_ONE = re.compile(r"[^;\n]+")
_FENCES = ("---", "+++")


def declare_from_comment(page: Page, text: str, start: int, stop: int, offset: int = 0) -> bool:
    """Cut the declarations of the comment text[start:stop]; False where it holds none.

    `offset` is the place of `text` in the page.
    """
    match = _COMMENT.match(text, start, stop)
    if match is None:
        return False
    _declare_each(page, text, match.end(), stop, offset)
    return True


def _declare_each(page: Page, text: str, start: int, stop: int, offset: int = 0) -> None:
    for match in _ONE.finditer(text, start, stop):
        first, last = trimmed(text, *match.span())
        if first < last:
            page.add("declare", text[first:last], (offset + first, offset + last))


def front_matter(page: Page) -> int:
    """Cut the declarations of the front matter; how many lines it takes.

    Raises FormulaError where the value of `gradproof:` is neither a string nor a list of strings.
    """
    opening = page.line(0).lstrip("\ufeff").rstrip()
    if opening not in _FENCES:
        return 0
    last = min(len(page.starts), 2_000)
    closing = (opening, "...") if opening == "---" else (opening,)
    stop = next((n for n in range(1, last) if page.line(n).rstrip() in closing), 0)
    within = False
    for number in range(1, stop):
        within = _front_line(page, number, within)
    return stop + 1 if stop else 0


def _front_line(page: Page, number: int, within: bool) -> bool:
    """Read one line; whether the list of `gradproof:` goes on behind it."""
    line, start = page.line(number), page.starts[number]
    if (key := _KEY.fullmatch(line)) is not None:
        value = key["value"].strip()
        if not value or value.startswith("#"):
            return True
        _values(page, start + key.start("value"), start + key.end("value"))
        return False
    if not within or not line.strip() or line.lstrip().startswith("#"):
        return within
    item = _ITEM.fullmatch(line)
    if item is None and not line[0].isspace():
        return False
    if item is None:
        raise _unread(page, *trimmed(page.text, start, start + len(line)))
    _values(page, start + item.start("value"), start + item.end("value"))
    return True


def _values(page: Page, start: int, stop: int) -> None:
    """The one string, or the list of strings, that stands at text[start:stop]."""
    listed = _LIST.fullmatch(page.text, start, stop)
    if listed is not None:
        for quoted in _QUOTED.finditer(page.text, *listed.span("items")):
            _declare_each(page, page.text, quoted.start() + 1, quoted.end() - 1)
        return
    value = _VALUE.fullmatch(page.text, start, stop)
    if value is None or value.lastgroup is None:
        raise _unread(page, *trimmed(page.text, start, stop))
    _declare_each(page, page.text, *value.span(value.lastgroup))


def _unread(page: Page, start: int, stop: int) -> FormulaError:
    span = Span(start, max(start + 1, stop))
    return FormulaError(
        [Complaint("cannot read this value", page.text, span, _HINT, "front matter")]
    )
