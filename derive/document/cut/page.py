"""The page under the knife: where each character stands, and the pieces cut so far."""

from __future__ import annotations

import bisect
import re

from derive.document.cut.intertext import parted
from derive.document.pieces import Piece, PieceKind
from derive.errors import DocumentError
from derive.read.latex import Macro

# A document with more formulas than this is to be split; each may have many equalities.
MAX_FORMULAS = 5_000
# What takes memory is the lines, about 200 bytes each.
MAX_LINES = 1_000_000

_BREAK = re.compile(r"\r\n?|\n")


class Page:
    """One text and its pieces; every cutter adds to it, in reading order.

    A cutter may blank parts of `text` that are settled; what is left keeps its place. `document`
    is the text that the pieces' places are in: a notebook's is the text of its cells. Raises
    DocumentError where there are too many lines.
    """

    def __init__(
        self, text: str, cell: str = "", headings: list[tuple[int, str]] | None = None
    ) -> None:
        self.text = self.document = text
        self.pieces: list[Piece] = []
        self.macros: dict[str, Macro] = {}
        self.notes: list[str] = []
        self.formulas = 0
        self._cell = cell
        self._headings = [] if headings is None else headings
        self.starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        if len(self.starts) > MAX_LINES:
            raise DocumentError(f"more than {MAX_LINES:,} lines: split the document")

    @property
    def where(self) -> str:
        """The cell and the headings above, from the outermost."""
        path = " > ".join(title for _, title in self._headings)
        return ", ".join(part for part in (self._cell, path) if part)

    def line(self, number: int) -> str:
        """The text of a line, counted from 0, without its line break."""
        last = number + 1 >= len(self.starts)
        stop = len(self.text) if last else self.starts[number + 1]
        return self.text[self.starts[number] : stop].rstrip("\r\n")

    def enter(self, level: int, title: str) -> None:
        """Begin a section; sections of the same level or deeper end."""
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        self._headings.append((level, title))

    def leave(self, level: int) -> None:
        """End all sections of this level or deeper."""
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()

    def piece(
        self,
        kind: PieceKind,
        source: str,
        span: tuple[int, int],
        environment: str = "",
        notes: tuple[str, ...] = (),
    ) -> Piece:
        """A piece of this page; `span` is its place in the text."""
        line = bisect.bisect_right(self.starts, span[0])
        column = span[0] - self.starts[line - 1] + 1
        return Piece(kind, source, line, column, *span, self.where, environment, notes)

    def add(
        self,
        kind: PieceKind,
        source: str,
        span: tuple[int, int],
        environment: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        """Append a piece; a display that text parts is several.

        Raises DocumentError where the page has too many formulas.
        """
        if kind == "display" and "intertext" in source:
            for part in parted(source):
                start, stop = trimmed(source, part.start, part.stop)
                if start < stop:
                    at = span[0] + start, span[0] + stop
                    own = part.words or source[start:stop]
                    self._append(self.piece(part.kind, own, at, environment, notes))
            return
        self._append(self.piece(kind, source, span, environment, notes))

    def _append(self, piece: Piece) -> None:
        self.formulas += piece.kind in ("display", "inline")
        if self.formulas > MAX_FORMULAS:
            place = f"{self._cell}, line {piece.line}" if self._cell else f"line {piece.line}"
            message = f"more than {MAX_FORMULAS:,} formulas up to {place}: split the document there"
            raise DocumentError(message)
        self.pieces.append(piece)


def trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    """The span start to stop of `text` without the white space at its ends; empty if all is."""
    piece = text[start:stop]
    first = start + len(piece) - len(piece.lstrip())
    return first, max(first, start + len(piece.rstrip()))
