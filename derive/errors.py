"""Errors for people: what is wrong, where it stands, what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.syntax import Span


@dataclass(frozen=True)
class Complaint:
    """One mistake in one text: a message, the guilty span of `source`, and a hint."""

    message: str
    source: str
    span: Span
    hint: str = ""
    origin: str = "formula"

    @property
    def line(self) -> int:
        return self.source.count("\n", 0, self.span.start) + 1

    @property
    def column(self) -> int:
        return self.span.start - (self.source.rfind("\n", 0, self.span.start) + 1) + 1

    @property
    def excerpt(self) -> str:
        """The guilty line, and carets under the guilty characters."""
        return "\n".join(_excerpt(self.source, self.span))

    def __str__(self) -> str:
        """The place, the message, the excerpt and the hint."""
        head = f"{self.origin}: line {self.line}, column {self.column}: {self.message}"
        hint = [f"  hint: {self.hint}"] if self.hint else []
        return "\n".join([head, self.excerpt, *hint])


class GradproofError(Exception):
    """Base of every error that is the input's fault; its text is meant for people."""


class FormulaError(GradproofError):
    """Everything that is wrong with the given texts, each complaint with its position."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


class DocumentError(GradproofError):
    """A document cannot be read at all; the text says why."""


class OutOfFragment(GradproofError):
    """The claim is understood, but lies outside of what can be decided; the text says why."""


class OutOfBudget(GradproofError):
    """A bound on time or size was passed; the text says which."""


class Disagreement(GradproofError):
    """The two opinions contradict each other: an internal alarm, never a verdict."""


_WIDTH = 76


def _excerpt(source: str, span: Span) -> list[str]:
    """The line of `source` that holds the span, cut to a readable width, with carets beneath."""
    begin = source.rfind("\n", 0, span.start) + 1
    end = source.find("\n", span.start)
    end = len(source) if end < 0 else end
    left = max(begin, span.start - _WIDTH // 2)
    right = min(end, left + _WIDTH)
    text = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in source[left:right]
    )
    before = "..." if left > begin else ""
    after = "..." if right < end else ""
    carets = "^" * max(1, min(span.stop, right) - span.start)
    pad = " " * (len(before) + span.start - left)
    return [f"  {before}{text}{after}", f"  {pad}{carets}"]
