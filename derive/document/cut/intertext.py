r"""A display that text parts: `\intertext{so that}` between the rows of an align."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from derive.document.cut.closers import closing_brace
from derive.document.pieces import PLACEHOLDER

_TEXT = re.compile(r"\\(?:short)?intertext\s*\{")
_FORMULA = re.compile(
    r"\$(?P<dollars>[^$]{1,2000}+)\$|\\\((?P<round>(?:[^\\]|\\[^()]){1,2000}+)\\\)"
)
_BEGIN = re.compile(r"\s*\\begin\s*\{(?P<name>[a-z]+\*?)\}")
_END = re.compile(r"\\end\s*\{(?P<name>[a-z]+\*?)\}\s*\Z")


@dataclass(frozen=True)
class Part:
    """A stretch of a display: rows, words with a PLACEHOLDER for each formula, such a formula."""

    kind: Literal["display", "prose", "inline"]
    start: int
    stop: int
    words: str = ""


def parted(source: str) -> Iterator[Part]:
    """The rows of a display and the text between them, in their order; all of it without text."""
    begin, stop = _inside(source)
    done = 0
    for match in _TEXT.finditer(source):
        closed = closing_brace(source, match.end() - 1)
        if closed < 0:
            break
        if match.start() < done:
            continue
        yield Part("display", max(done, begin), match.start())
        yield from _said(source, match.end(), closed)
        done = closed + 1
    yield Part("display", max(done, begin), stop) if done else Part("display", 0, len(source))


def _said(source: str, start: int, stop: int) -> Iterator[Part]:
    formulas = list(_FORMULA.finditer(source, start, stop))
    words = _FORMULA.sub(PLACEHOLDER, source[start:stop])
    yield Part("prose", start, stop, words.strip())
    for formula in formulas:
        yield Part("inline", *formula.span("dollars" if formula["dollars"] else "round"))


def _inside(source: str) -> tuple[int, int]:
    """Where the inside of the environment lies that is all of the display."""
    begin, end = _BEGIN.match(source), _END.search(source)
    if begin is None or end is None or begin["name"] != end["name"]:
        return 0, len(source)
    return begin.end(), end.start()
