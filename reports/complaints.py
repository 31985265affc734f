"""What is wrong with the input, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from derive.errors import Complaint, FormulaError, GradproofError
from reports.words import Words

_HINT = "\n  hint: "


def error_text(error: GradproofError, words: Words) -> str:
    """Everything that is wrong, each mistake of a formula with its place, carets and a hint."""
    if not isinstance(error, FormulaError):
        return "\n".join(_of_input(str(error), words))
    return "\n".join(line for each in error.complaints for line in _told(each, words))


def _of_input(said: str, words: Words) -> Iterator[str]:
    """A sentence, what it lists below, and a hint."""
    said, _, hint = said.partition(_HINT)
    sentence, *below = said.split("\n")
    yield from (words.phrase(sentence), *below)
    if hint:
        yield hint_line(hint, words)


def _told(complaint: Complaint, words: Words) -> Iterator[str]:
    place = words("mistake_at", line=complaint.line, column=complaint.column)
    yield f"{complaint.origin}: {place}: {words.phrase(complaint.message)}"
    yield complaint.excerpt
    if complaint.hint:
        yield hint_line(complaint.hint, words)


def hint_line(hint: str, words: Words) -> str:
    """What to do about a mistake, below its carets."""
    return f"  {words('check_hint')}: {words.phrase(hint)}"
