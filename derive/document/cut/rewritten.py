"""A notebook with new text in its cells, and every other byte as it was."""

from __future__ import annotations

import json
import json.decoder
import json.scanner
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from derive.document.cut.notebook import BETWEEN, cell_sources
from derive.errors import DocumentError

# Both are described in the library's sources alone, and have no types.
_DECODER: Any = json.decoder
_SCANNER: Any = json.scanner
_LETTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
# Between the first and the last change of a cell, letter is held against letter up to this length.
_COMPARED = 20_000


class _Placed(str):
    """A string of the file that knows where it stands there, without its quotation marks."""

    start: int
    stop: int


@dataclass(frozen=True)
class _Change:
    """Characters start to stop of the file, and what stands there instead."""

    start: int
    stop: int
    new: str


def rewritten(text: str, joined: str) -> str:
    """The notebook `text` with the cells that `joined` has, put together by BETWEEN.

    Raises DocumentError where these are not as many as the notebook has.
    """
    cells = [_parts(source) for source in cell_sources(_placed(text))]
    sources = joined.split(BETWEEN)
    if len(sources) != len(cells):
        raise DocumentError("the cells of this notebook cannot be told apart")
    changes = [
        change
        for parts, new in zip(cells, sources, strict=True)
        for change in _changes(text, parts, new)
    ]
    for change in sorted(changes, key=lambda each: each.start, reverse=True):
        text = text[: change.start] + change.new + text[change.stop :]
    return text


def _placed(text: str) -> Any:
    """The file as data, with strings that know their places."""

    def string(source: str, begin: int, strict: bool) -> tuple[_Placed, int]:
        value, end = _DECODER.scanstring(source, begin, strict)
        placed = _Placed(value)
        placed.start, placed.stop = begin, end - 1
        return placed, end

    # The scanner in C has a reader of strings of its own; the one in Python takes the decoder's.
    decoder: Any = json.JSONDecoder()
    decoder.parse_string = string
    decoder.scan_once = _SCANNER.py_make_scanner(decoder)
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"this notebook is no valid JSON: {error}") from None


def _parts(source: Any) -> Sequence[_Placed]:
    return source if isinstance(source, list) else [source]


def _changes(text: str, parts: Sequence[_Placed], new: str) -> Iterator[_Change]:
    old = "".join(parts)
    for start, stop, put in _differences(old, new):
        base, left = 0, json.dumps(put, ensure_ascii=text.isascii())[1:-1]
        for part in parts:
            first, last = max(start - base, 0), min(stop - base, len(part))
            if first <= last and (first < last or (left and start == stop)):
                places = [found.start() for found in _LETTER.finditer(text, part.start, part.stop)]
                places.append(part.stop)
                yield _Change(places[first], places[last], left)
                left = ""
            base += len(part)


def _differences(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """What of the old text is replaced by what, as little as can be."""
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    a, b = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(a), len(b)) > _COMPARED:
        yield first, first + len(a), b
        return
    for kind, start, stop, begin, end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            yield first + start, first + stop, b[begin:end]


def _common(a: str, b: str) -> int:
    """How many characters both begin with."""
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
