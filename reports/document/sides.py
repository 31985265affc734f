"""The two sides of an equality in the author's own text, found by signs and brackets alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
_OPENING, _CLOSING = frozenset({"{", "(", "[", r"\{"}), frozenset({"}", ")", "]", r"\}"})
_OPENED = re.compile(r"(?:\\left|\\[bB]igg?l?)?\s*[({\[]\s*\Z")
_CLOSED = re.compile(r"\s*+(?:(?:\\right|\\[bB]igg?r?)\s*+)?[)}\]]")
_NEAR = 20
# Signs beside which no side of an equality ends.
_OTHER_RELATIONS = frozenset(
    {r"\ne", r"\neq", r"\le", r"\leq", r"\ge", r"\geq", r"\approx", r"\sim", r"\propto", r"\to"}
    | {r"\simeq", r"\cong", r"\implies", r"\iff", r"\Rightarrow", r"\Leftrightarrow", r"\ll"}
    | {r"\gg", "<", ">", "≈", "≠", "≤", "≥", "∝", "→", "⇒", "~", "!", ":", "\N{TILDE OPERATOR}"}
)
_ROW = r"\\"
_LOOSE = " \t\r\n&,.;"


@dataclass(frozen=True)
class Side:
    """Characters start to stop of the document."""

    start: int
    stop: int


@dataclass(frozen=True)
class Sides:
    """Both sides; `left` is None where the equality goes on from an earlier display."""

    left: Side | None
    right: Side


def sides(text: str, start: int, stop: int) -> Sides | None:
    """What stands before the first and after the last `=` of text[start:stop], outside brackets.

    Without any `=` the whole is a right side. Brackets that begin or end just outside of the range
    belong to it. None where it is not plain to see what a side is: other relations, environments,
    a side that is broken over rows.
    """
    whole = grown(text, start, stop)
    if whole is None:
        return None
    start, stop = whole
    tokens = list(_outside(text, start, stop))
    names = {token for token, _ in tokens}
    equals = [at for token, at in tokens if token == "="]
    rows = [at for token, at in tokens if token == _ROW]
    if names & _OTHER_RELATIONS or {r"\begin", r"\end"} & names:
        return None
    left = _trimmed(text, start, equals[0]) if equals else None
    right = _trimmed(text, equals[-1] + 1 if equals else start, stop)
    if right is None or (equals and left is None):
        return None
    broken = any(side.start < at < side.stop for side in (left, right) if side for at in rows)
    return None if broken else Sides(left, right)


def _tokens(text: str, start: int, stop: int) -> Iterator[tuple[str, int]]:
    return ((found.group(), found.start()) for found in _TOKEN.finditer(text, start, stop))


def _outside(text: str, start: int, stop: int) -> Iterator[tuple[str, int]]:
    """The tokens that stand in no bracket."""
    depth = 0
    for token, at in _tokens(text, start, stop):
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth == 0 and token not in _CLOSING:
            yield token, at


def grown(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """The range with the brackets that its edges cut off; None if they do not stand there."""
    depth = lowest = 0
    for token, _ in _tokens(text, start, stop):
        depth += (token in _OPENING) - (token in _CLOSING)
        lowest = min(lowest, depth)
    for _ in range(-lowest):
        before = _OPENED.search(text[max(0, start - _NEAR) : start])
        if before is None:
            return None
        start -= len(before.group())
    for _ in range(depth - lowest):
        after = _CLOSED.match(text[stop : stop + _NEAR])
        if after is None:
            return None
        stop += len(after.group())
    return start, stop


def _trimmed(text: str, start: int, stop: int) -> Side | None:
    """Without blanks, & and punctuation at its ends, and without a row's end."""
    while start < stop and text[start] in _LOOSE:
        start += 1
    while stop > start and (text[stop - 1] in _LOOSE or text[start:stop].endswith(_ROW)):
        stop -= len(_ROW) if text[start:stop].endswith(_ROW) else 1
    return Side(start, stop) if start < stop else None
