"""Running text, in Markdown or scraped from a page: prose with formulas in it, cut in pieces."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from derive.document.cut.closers import Ahead
from derive.document.cut.declarations import declare_from_comment
from derive.document.cut.escapes import unescaped
from derive.document.cut.marks import ALT_TEXT, DISPLAY_ENVIRONMENTS, PLAIN, Mark, Scan, option_end
from derive.document.cut.page import Page, trimmed
from derive.document.cut.programs import formula_in_code
from derive.document.pieces import PLACEHOLDER

_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}(?:\s[^()]{0,200})?\)")
_EMPHASIS = re.compile(r"\*\*|~~|(?<![\w\\])[*_]{1,3}(?=\w)|(?<=[\w.,;:!?)])[*_]{1,3}(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ITEM = re.compile(r"^[ ]{0,3}(?:[-*+]|\d{1,9}[.)])[ ]+", re.MULTILINE)
_SPACE = re.compile(r"\s+")
_RELATION = re.compile(r"[=<>≈∝≤≥≠:]|\\(?:approx|propto|le|ge|ne|sim|to|rightarrow|equiv)\b")
_WORD = re.compile(r"\w")
_BREAK = re.compile(r"\n")
_CASE = re.compile(
    r"(?:[cijklmnrsty]|\\ell)\s*(?:=|≠|!=|\\neq?(?![a-z])|\\not\s*=)\s*(?:[cijklmnrsty]|\\ell)(?:_\w)?"
)
# The number of an equation, as `(3)`.
_NUMBER = re.compile(r"\s*\(\d{1,3}(?:\.\d{1,3})*[a-z]?\)\s*")
# Delimiters that serve displays and inline formulas alike.
_BY_PLACE = frozenset({"$$", PLAIN, ALT_TEXT})


def plain_words(text: str) -> str:
    """The text without marks of emphasis, links and escapes, on one line."""
    text = _EMPHASIS.sub("", _LINK.sub(r"\1", _ITEM.sub("", text)))
    return _SPACE.sub(" ", _ESCAPE.sub(r"\1", text)).strip()


def _own_words(text: str) -> str:
    """The text without entities, and without signs that would pass for a formula's place."""
    return html.unescape(text).replace(PLACEHOLDER, " ")


class Running:
    """One stretch of a page: `text` stands at `offset`, what contains it blanked."""

    def __init__(self, page: Page, text: str, offset: int) -> None:
        self._page, self._text, self._offset = page, text, offset
        self._words: list[str] = []
        self._inline: list[Mark] = []
        self._first = self._last = -1
        self._line = self._looked = 0
        self._break = Ahead(_BREAK, text)
        self._word_in_line, self._word_behind = Ahead(_WORD, text), Ahead(_WORD, text)

    def cut(self, marks: Iterable[Mark] | None = None, start: int = 0, stop: int = -1) -> None:
        """Add its prose, each piece followed by its inline formulas, and its displays.

        `marks` says what stands in text[start:stop], as `Scan` finds it by itself in all of it.
        """
        done, stop = start, len(self._text) if stop < 0 else stop
        for mark in Scan(self._text).marks() if marks is None else marks:
            self._say(done, mark.start)
            self._take(mark)
            done = mark.stop
        self._say(done, stop)
        self._flush("prose")

    def cut_heading(self, level: int) -> None:
        """Add it as a heading, which opens a section."""
        done = 0
        for mark in Scan(self._text).marks():
            self._say(done, mark.start)
            if mark.kind in ("formula", "code"):
                self._put(mark)
            done = mark.stop
        self._say(done, len(self._text))
        title = plain_words("".join(self._words))
        for mark in self._inline:
            formula = self._text[mark.inner_start : mark.inner_stop].strip()
            title = title.replace(PLACEHOLDER, formula, 1)
        self._page.enter(level, title)
        self._flush("heading")

    def _take(self, mark: Mark) -> None:
        match mark.kind:
            case "formula" if self._is_display(mark):
                self._flush("prose")
                self._formula(mark, "display")
            case "code" if formula_in_code(self._text[mark.inner_start : mark.inner_stop]):
                self._take(replace(mark, kind="formula", environment=PLAIN))
            case "formula" | "code":
                self._put(mark)
            case "comment":
                self._flush("prose")
                inner = mark.inner_start, mark.inner_stop
                declare_from_comment(self._page, self._text, *inner, self._offset)

    def _is_display(self, mark: Mark) -> bool:
        """Whether the formula stands by itself, not amid the words of a line."""
        if mark.environment not in _BY_PLACE:
            return mark.environment == "\\[" or mark.environment in DISPLAY_ENVIRONMENTS
        inner = self._text[mark.inner_start : mark.inner_stop]
        before, after = self._beside(mark)
        amid = (before and after) or ((before or after) and not _RELATION.search(inner))
        if mark.environment != "$$":
            return not (before or after) and bool(_RELATION.search(inner))
        stripped = inner.strip(" \t\r")
        return stripped.startswith("\n") or stripped.endswith("\n") or not amid

    def _beside(self, mark: Mark) -> tuple[bool, bool]:
        """Whether words stand before the mark in its line, and behind it.

        A line may hold a million marks: nothing is searched twice.
        """
        broken = self._text.rfind("\n", self._looked, mark.start)
        self._line = broken + 1 or self._line
        self._looked = mark.start
        before = self._word_in_line.find(self._line) < mark.start
        stop = self._break.find(mark.stop)
        after = self._word_behind.find(mark.stop) < stop
        return before, after and not _NUMBER.fullmatch(self._text, mark.stop, stop)

    def _say(self, start: int, stop: int) -> None:
        words = self._text[start:stop]
        if words.strip():
            self._stretch(*trimmed(self._text, start, stop))
        self._words.append(_own_words(words))

    def _put(self, mark: Mark) -> None:
        self._stretch(mark.start, mark.stop)
        if mark.kind == "formula":
            self._inline.append(mark)
            self._words.append(PLACEHOLDER)
        else:
            self._words.append(_own_words(self._text[mark.inner_start : mark.inner_stop]))

    def _stretch(self, start: int, stop: int) -> None:
        self._first = start if self._first < 0 else self._first
        self._last = stop

    def _formula(self, mark: Mark, kind: Literal["display", "inline"]) -> None:
        start, stop = mark.inner_start, mark.inner_stop
        start = option_end(self._text, start, stop, mark.environment)
        meant, notes = unescaped(self._text[start:stop])
        first, last = trimmed(meant, 0, len(meant))
        if first < last or kind == "inline":
            span = self._offset + start + first, self._offset + start + last
            self._page.add(kind, meant[first:last], span, mark.environment, notes)

    def _is_case(self, mark: Mark) -> bool:
        """Whether the formula compares two indices: alone in a line it leads to what follows."""
        return bool(_CASE.fullmatch(self._text[mark.inner_start : mark.inner_stop].strip()))

    def _flush(self, kind: Literal["prose", "heading"]) -> None:
        """Add the words gathered so far, and the formulas among them; one alone is a display."""
        source = plain_words("".join(self._words))
        alone = kind == "prose" and source.rstrip(".,;: ") == PLACEHOLDER
        if alone and not self._is_case(self._inline[0]):
            self._formula(self._inline[0], "display")
        elif source:
            self._page.add(kind, source, (self._offset + self._first, self._offset + self._last))
            for mark in self._inline:
                self._formula(mark, "inline")
        self._words, self._inline, self._first, self._last = [], [], -1, -1
