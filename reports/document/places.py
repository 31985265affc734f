"""Where an equality stands in its document: the author's lines with carets beneath."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from reports.columns import columns, printable

_MOST_LINES = 6
_WIDTH = 96
_AROUND = 4


@dataclass(frozen=True)
class Marked:
    """A line of the document and the carets beneath what is meant of it."""

    line: str
    carets: str = ""


def marked_lines(text: str, start: int, stop: int) -> tuple[Marked, ...]:
    """The lines that hold text[start:stop], long ones cut, the first few of many."""
    found = tuple(islice(_touched(text, start, stop), _MOST_LINES + 1))
    if len(found) <= _MOST_LINES:
        return found
    return (*found[: _MOST_LINES - 1], Marked("..."))


def plain_lines(source: str) -> tuple[Marked, ...]:
    """The lines of a text that has no place of its own, as a notebook's."""
    lines = [Marked(_set(line)[:_WIDTH]) for line in source.strip().splitlines()]
    return tuple(lines) if len(lines) <= _MOST_LINES else (*lines[:_MOST_LINES], Marked("..."))


def _touched(text: str, start: int, stop: int) -> Iterator[Marked]:
    begin = text.rfind("\n", 0, start) + 1
    while begin <= max(start, stop - 1):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        first, last = max(begin, start), min(end, stop)
        if text[first:last].strip() or start == stop:
            yield from _marked(text[begin:end], first - begin, last - begin)
        begin = end + 1


def _marked(line: str, start: int, stop: int) -> Iterator[Marked]:
    """What is meant of a line, with a little of what stands around it, in parts that fit."""
    inside = line[start:stop]
    start += len(inside) - len(inside.lstrip())
    stop -= len(inside) - len(inside.rstrip())
    left = 0 if stop <= _WIDTH else max(0, start - _AROUND)
    end = min(len(line), max(stop, left + _WIDTH))
    before = "..." if left else ""
    while left < end:
        right = _break(line, left, end)
        shown = _set(line[left:right])
        first, last = max(start, left), min(stop, right)
        pad = columns(before + shown[: first - left])
        carets = "^" * max(1, columns(shown[first - left : last - left].rstrip()))
        after = "..." if right == end < len(line) else ""
        yield Marked(f"{before}{shown}{after}".rstrip(), " " * pad + carets)
        left, before = right, ""


def _break(line: str, left: int, end: int) -> int:
    """Where a part that begins at `left` ends: after a space where there is one late enough."""
    if end - left <= _WIDTH:
        return end
    space = line.rfind(" ", left + _WIDTH // 2, left + _WIDTH)
    return left + _WIDTH if space < 0 else space + 1


def _set(line: str) -> str:
    return printable(line.replace("\t", " ").replace("\r", " "))
