"""Source text to raw tokens, each with its place: commands, letters, numbers, words, signs.

Kinds: CMD (a command, its backslash left off), RUN (letters), NUM, TEXT (words inside \\text),
CHAR (any other sign), ACC (a letter with an accent: its letter, then its mark).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import lark

from derive.read.latex.words import (
    BEHIND,
    CHARACTERS,
    CONDITION_WORDS,
    SIGNS,
    TEXT_COMMANDS,
)
from derive.syntax import Span

Token = lark.Token

_PIECE = re.compile(
    r"(?P<skip>[ \t\r\n]+|(?<!\\)%[^\n]*)"
    r"|\\(?P<CMD>[A-Za-z@]+\*?|.)"
    r"|(?P<NUM>\d{1,3}(?:(?:\\,|\{,\})\d{3})+(?:\.\d+)?|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\d.]))?)"
    r"|(?P<RUN>[A-Za-z]+)"
    r"|(?P<PAIR>:=|==|!=|<=|>=|->|=:|<-|=>|\|\||\*\*|~=|\.\.\.?)"
    r"|(?P<CHAR>.)",
    re.DOTALL | re.ASCII,
)
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0305": "bar"}
_RELATION = re.compile(r"[=≠<>≤≥∈]|\\(?:neq?|leq?|geq?|in)\b|!=")


def token(kind: str, value: str, span: Span) -> Token:
    """A token at its place."""
    return Token(kind, value, start_pos=span.start, end_pos=span.stop)


def place(tok: Token) -> Span:
    """Where a token stands."""
    return Span(tok.start_pos or 0, tok.end_pos or 0)


def scan(text: str, start: int = 0, at: Span | None = None) -> Iterator[Token]:
    """The tokens of text[start:]; with `at`, all of them stand there (a macro's expansion)."""
    place = start
    while place < len(text):
        matched = _PIECE.match(text, place)
        assert matched is not None
        kind, value = str(matched.lastgroup), matched[matched.lastgroup or 0]
        stop = matched.end()
        span = at or Span(place, stop)
        if kind == "CMD" and value in TEXT_COMMANDS and text[stop : stop + 1] == "{":
            stop = _closing(text, stop)
            inner = Span(matched.end() + 1, min(stop - 1, len(text)))
            yield token("TEXT", text[inner.start : inner.stop], at or inner)
        elif kind == "PAIR":
            yield token("CHAR", value[:2], span)
        elif kind == "CHAR":
            yield from _sign(text, place, span)
            stop = place + 1 + _marks(text, place + 1)
        elif kind != "skip":
            yield token(kind, value, span)
        if kind == "RUN" and (marks := _marks(text, stop)):
            yield token("ACC", _ACCENTS.get(text[stop], "?"), at or Span(stop - 1, stop + 1))
            stop += marks
        place = stop


def _marks(text: str, place: int) -> int:
    """How many combining marks stand at a place."""
    count = 0
    while place + count < len(text) and text[place + count] in _ACCENTS:
        count += 1
    return count


def _closing(text: str, opened: int) -> int:
    """The place behind the brace that closes the one at `opened`, or the end of the text."""
    level = 0
    for matched in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, opened):
        level += {"{": 1, "}": -1}.get(matched[0], 0)
        if level == 0:
            return matched.end()
    return len(text) + 1


def _sign(text: str, place: int, span: Span) -> Iterator[Token]:
    """One character outside of ASCII, or a sign: by what it stands for."""
    char = text[place]
    if char in SIGNS or char in '{}_^&#$"!?`@~' or char in CHARACTERS:
        yield token("CHAR", char, span)
        return
    whole = unicodedata.normalize("NFKC", char)
    broken = unicodedata.normalize("NFD", char)
    name = unicodedata.name(char, "")
    if unicodedata.category(char) == "Zs":
        return
    if "SUBSCRIPT" in name or "SUPERSCRIPT" in name or name.startswith("MODIFIER LETTER SMALL"):
        low = "SUBSCRIPT" in name
        yield token("CHAR", "low" if low else "high", span)
        yield token("NUM" if whole.isdigit() else "RUN" if whole.isalpha() else "CHAR", whole, span)
    elif "MATHEMATICAL" in name and whole.isascii() and whole.isalnum():
        if "BOLD" in name or "DOUBLE-STRUCK DIGIT" in name:
            yield token("CMD", "mathbf", span)
        yield token("NUM" if whole.isdigit() else "RUN", whole, span)
    elif len(broken) == 2 and broken[1] in _ACCENTS and broken[0].isascii():
        yield token("RUN", broken[0], span)
        yield token("ACC", _ACCENTS[broken[1]], span)
    elif name.startswith("GREEK") and (letter := _greek(name)):
        yield token("CMD", letter, span)
    elif len(whole) == 1 and whole.isascii() and whole.isprintable():
        yield token("RUN" if whole.isalpha() else "CHAR", whole, span)
    elif "HANGUL" in name or "CJK" in name or "HIRAGANA" in name or "KATAKANA" in name:
        yield token("TEXT", char, span)
    else:
        yield token("BAD", char, span)


def _greek(name: str) -> str:
    """The command of a Greek letter, by its Unicode name."""
    matched = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)", name)
    if matched is None:
        return ""
    letter = matched[2].lower().replace("lamda", "lambda")
    return letter if matched[1] == "SMALL" else letter.capitalize()


_MATHS = re.compile(r"\$([^$]*)\$|\\\((.*?)\\\)")


def words(tok: Token) -> list[Token]:
    """The words of \\text{…}: mathematics between dollars, or behind "if", is read as such."""
    text, offset = str(tok), place(tok).start
    at = None if place(tok).stop - offset == len(text) else place(tok)
    done, found = 0, list[Token]()
    for matched in _MATHS.finditer(text):
        found += _phrase(text, Span(done, matched.start()))
        group = 1 if matched[1] is not None else 2
        found += scan(text[: matched.end(group)], matched.start(group))
        done = matched.end()
    found += _phrase(text, Span(done, len(text)))
    return [
        token(t.type, str(t), at or Span(place(t).start + offset, place(t).stop + offset))
        for t in found
    ]


def _phrase(text: str, span: Span) -> Iterator[Token]:
    """Words; a condition written among them ("if i = j") is split into words and mathematics."""
    piece = text[span.start : span.stop]
    words = re.match(r"[\s(]*((?:[^\W\d_]{2,}[\s,:]+)*)", piece)
    begins = words is not None and (words[1].lower().split() or [""])[0].strip(",:")
    ends = next((word for word in BEHIND if piece.rstrip(" )").endswith(word)), "")
    if _RELATION.search(piece) and words and (begins in CONDITION_WORDS or ends or not begins):
        stop = span.start + (
            len(piece.rstrip(" )")) - len(ends) if ends else len(piece.rstrip(" )"))
        )
        if words[1]:
            yield token("TEXT", words[1].strip(), Span(span.start, span.start + words.end()))
        yield from scan(text[:stop], span.start + words.end())
        if ends:
            yield token("TEXT", ends, Span(stop, stop + len(ends)))
    elif piece.strip():
        yield token("TEXT", piece.strip(), span)
