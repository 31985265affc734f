"""What a document is cut into: formulas, prose, headings, code, declarations, and their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from derive.read.latex import Macro

PieceKind = Literal["display", "inline", "prose", "heading", "code", "declare"]
Format = Literal["markdown", "latex", "notebook", "plain"]
# Stands in prose and headings for each inline formula; the formulas follow as pieces, in order.
PLACEHOLDER = "\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Piece:
    """A stretch of a document, in reading order.

    `source` of a formula is its text without delimiters, `stop - start` characters long: what the
    document's format adds (quote marks, escapes, entities) is blanked, so that a span in `source`
    is a span in the document. `source` of prose and headings is the plain words, with one
    PLACEHOLDER for each inline formula; those follow as pieces of their own. `line` and `column`
    count from 1, in the file, or in the cell that `where` names. `start` and `stop` are offsets in
    the document's text, which for a notebook is that of its cells. `notes` say what a person must
    be told of the cutting.
    """

    kind: PieceKind
    source: str
    line: int
    column: int
    start: int = -1
    stop: int = -1
    where: str = ""
    environment: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A document, cut: its pieces in reading order, its macros by name, and what was passed by."""

    name: str
    format: Format
    text: str
    pieces: tuple[Piece, ...]
    macros: Mapping[str, Macro] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
