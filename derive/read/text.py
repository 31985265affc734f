"""A text before it has a meaning: characters, brackets, size and syntax, all mistakes collected."""

from __future__ import annotations

import functools
import unicodedata
from importlib import resources
from typing import TypeVar

import lark

from derive.errors import Complaint, FormulaError
from derive.syntax import Span

MAX_LENGTH = 20_000
MAX_DEPTH = 100
MAX_COMPLAINTS = 5

Part = lark.Tree[lark.Token] | lark.Token
_T = TypeVar("_T")


@functools.cache
def _parser() -> lark.Lark:
    grammar = resources.files("derive.read").joinpath("formula.lark").read_text("utf-8")
    return lark.Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


_EXPECTED = {
    "NAME": "a name",
    "NUMBER": "a number",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "COMMA": ",",
}
_OPENING = {"(": ")", "[": "]"}
_UNICODE = "≠≤≥−·×÷"
# Signs that no word of the language has.
_FOREIGN = frozenset("\"#$%':;?\\`{}")
# How the language writes what other signs mean.
_WRITTEN = {
    "∂": "d(L, f[k])",
    "∑": "sum(exp(f[j]), j)",
    "Σ": "sum(exp(f[j]), j)",
    "∏": "prod(p[j], j)",
    "Π": "prod(p[j], j)",
    "√": "sqrt(x)",
    "²": "**2",
    "³": "**3",
    "ᵀ": ".T",
    "\u22a4": ".T",
    "→": "==, or ~ for an equality at leading order",
    "≡": "==",
    "∧": "and",
    "\u2228": "or",
    "¬": "not",
}
# Words of other languages that stand where a sign is missing, and what to write.
_FOREIGN_WORDS = {
    "if": "cases by a condition are  cases(p[k] - 1, k == y, p[k])",
    "else": "cases by a condition are  cases(p[k] - 1, k == y, p[k])",
    "for": "a sum is  sum(exp(f[j]), j);  a condition stands in  where: k != y",
    "when": "a condition stands in  where: k != y",
    "where": "a condition stands in  where: k != y",
}
# What begins a factor: after a complete factor, a sign between the two is missing.
_BEGINS_FACTOR = frozenset({"LPAR", "NAME", "NUMBER"})


class Text:
    """One text, or the piece start to stop of it; complaints gather and are raised together."""

    def __init__(self, source: str, origin: str, start: int = 0, stop: int | None = None) -> None:
        self.source, self.origin = source, origin
        self.start, self.stop = start, len(source) if stop is None else stop
        self.complaints: list[Complaint] = []
        self.groups: set[Span] = set()

    def complain(self, message: str, span: Span, hint: str = "") -> None:
        known = any(complaint.span == span for complaint in self.complaints)
        if not known and len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(Complaint(message, self.source, span, hint, self.origin))

    def finish(self, result: _T | None) -> _T:
        if self.complaints or result is None:
            raise FormulaError(self.complaints)
        return result

    def parsed(self) -> lark.Tree[lark.Token] | None:
        """The parse tree, or None with a complaint; sizes are checked before any work."""
        length = len(self.source)
        if length > MAX_LENGTH:
            place = Span(MAX_LENGTH, MAX_LENGTH + 1)
            self.complain(f"longer than {MAX_LENGTH} characters ({length})", place)
            return None
        self._check_characters()
        self._check_brackets()
        if self.complaints:
            return None
        piece = " " * self.start + self.source[self.start : self.stop]
        if not piece.strip():
            self.complain("empty", Span(self.start, self.start + 1), "write a formula")
            return None
        try:
            tree = _parser().parse(piece, on_error=self._on_error)
        except lark.exceptions.LarkError as error:
            self._on_error(error)
            return None
        if not self.complaints and _too_deep(tree):
            self.complain(f"nested deeper than {MAX_DEPTH} levels", Span(self.start, self.stop))
        return None if self.complaints else tree

    def _check_characters(self) -> None:
        for place in range(self.start, self.stop):
            char = self.source[place]
            if (char.isascii() and char.isprintable()) or char in "\n\t\r" or char in _UNICODE:
                continue
            name = unicodedata.name(char, "a control character").lower()
            hint = "names are made of the letters A to Z, digits and _"
            letter = name.removeprefix("greek small letter ")
            if char in _WRITTEN or (letter != name and letter.isalpha()):
                hint = f"write {_WRITTEN.get(char, letter)}"
            what = f"unexpected character U+{ord(char):04X} ({name})"
            self.complain(what, Span(place, place + 1), hint)

    def _check_brackets(self) -> None:
        opened: list[int] = []
        for place in range(self.start, self.stop):
            char = self.source[place]
            if char in _OPENING:
                opened.append(place)
                if len(opened) > MAX_DEPTH:
                    self.complain(f"more than {MAX_DEPTH} nested brackets", Span(place, place + 1))
                    return
            elif char in _OPENING.values():
                if not opened or _OPENING[self.source[opened[-1]]] != char:
                    self.complain(f"this {char} closes nothing", Span(place, place + 1))
                    return
                opened.pop()
        if opened:
            place = opened[-1]
            self.complain(f"this {self.source[place]} is never closed", Span(place, place + 1))

    def _on_error(self, error: lark.exceptions.LarkError) -> bool:
        """Record a syntax error and go on behind it, so that one run finds them all."""
        if isinstance(error, lark.exceptions.UnexpectedToken):
            ended = error.token.type == "$END"
            start = self.stop - 1 if ended else error.token.start_pos or 0
            token = str(error.token)
            expected = sorted(
                {_EXPECTED[name] for name in error.accepts or () if name in _EXPECTED}
            )
            what = f"unexpected {token!r}" if token else "the formula ends too early"
            hint = f"expected {', '.join(expected)}" if 0 < len(expected) <= 4 else ""
            if error.token.type == "EQUALS":
                hint = "within a formula equality is written =="
            if error.token.type in _BEGINS_FACTOR and "TIMES" in (error.accepts or ()):
                what = f"a sign is missing before {token!r}"
                hint = _FOREIGN_WORDS.get(token, "a product is written with *")
                error.interactive_parser.feed_token(lark.Token("TIMES", "*"))
                error.interactive_parser.feed_token(error.token)
            self.complain(what, Span(start, start + max(1, len(token))), hint)
            return not ended and len(self.complaints) < MAX_COMPLAINTS
        if isinstance(error, lark.exceptions.UnexpectedCharacters):
            place = int(str(error.pos_in_stream))
            for sign in (place, *range(place + 1, self.stop)):
                if sign == place or self.source[sign] in _FOREIGN:
                    self.complain(f"unexpected {self.source[sign]!r}", Span(sign, sign + 1))
            return False
        self.complain("cannot be read", Span(self.start, self.stop))
        return False


def _too_deep(tree: lark.Tree[lark.Token]) -> bool:
    """Whether the parse tree is too deep to be walked recursively; itself iterative."""
    stack: list[tuple[Part, int]] = [(tree, 0)]
    while stack:
        part, level = stack.pop()
        if level > 2 * MAX_DEPTH:
            return True
        if isinstance(part, lark.Tree):
            stack.extend((child, level + 1) for child in part.children)
    return False
