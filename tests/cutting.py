"""What the tests of cutting share: pieces in short, and what must hold of every cut document."""

from __future__ import annotations

from derive.document.cut import cut
from derive.document.pieces import PLACEHOLDER, Document

FORMULAS = ("display", "inline")


def formulas(text: str, format_name: str) -> list[tuple[str, str]]:
    """(kind, source) of every formula."""
    document = cut(text, "-", format_name)
    check(document)
    return [(p.kind, p.source) for p in document.pieces if p.kind in FORMULAS]


def sources(text: str, format_name: str, kind: str) -> list[str]:
    """The sources of the pieces of one kind."""
    document = cut(text, "-", format_name)
    check(document)
    return [piece.source for piece in document.pieces if piece.kind == kind]


def check(document: Document) -> None:
    """Places, order, and the agreement of placeholders with the formulas that follow them."""
    text = document.text
    awaited, latest = 0, -1
    for piece in document.pieces:
        assert 0 <= piece.start <= piece.stop <= len(text)
        if document.format != "notebook":
            before = text[: piece.start].replace("\r\n", "\n").replace("\r", "\n")
            assert piece.line == before.count("\n") + 1
            assert piece.column == len(before) - (before.rfind("\n") + 1) + 1
        if piece.kind in FORMULAS:
            assert piece.stop - piece.start == len(piece.source)
            _check_letters(piece.source, text[piece.start : piece.stop])
        if piece.kind == "inline":
            assert awaited > 0
            awaited -= 1
            continue
        assert awaited == 0
        if piece.kind in ("prose", "heading"):
            awaited = piece.source.count(PLACEHOLDER)
            assert piece.source.strip()
        if piece.start >= 0:
            assert piece.start >= latest
            latest = piece.start
    assert awaited == 0


def _check_letters(source: str, original: str) -> None:
    """Every letter of a formula stands in the document where the formula says."""
    for ours, theirs in zip(source, original, strict=True):
        assert ours == theirs or ours.isspace() or not ours.isalnum()
