"""Claims and their settings, from the command line or from a file of claims.

A file has one claim a line. Blank lines and what follows a # are nothing. `given: ...`,
`declare: ...`, `where: ...` and `assume: ...` hold for all claims below, until a line `---`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from derive.errors import Complaint, FormulaError
from derive.read.facts import read_facts
from derive.read.formula import read_condition, read_equation
from derive.zero_based import counted_from_one

KINDS = ("given", "declare", "where", "assume")
_DIRECTIVE = re.compile(rf"\s*({'|'.join(KINDS)})\s*:")
_READ: Mapping[str, Callable[[str, str], Any]] = {
    "given": read_equation,
    "declare": read_facts,
    "where": read_condition,
    "assume": read_equation,
}


@dataclass(frozen=True)
class Written:
    """A text and where it begins; line 0 is the command line."""

    text: str
    line: int = 0
    column: int = 1

    @property
    def end(self) -> tuple[int, int]:
        """Line and column after the last character."""
        before, newline, last = self.text.rpartition("\n")
        if not newline:
            return self.line, self.column + len(last)
        return self.line + before.count("\n") + 1, len(last) + 1


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place of the input; `excerpt` shows the line with carets beneath."""

    line: int
    column: int
    message: str
    hint: str = ""
    excerpt: str = ""

    def to_json(self) -> dict[str, Any]:
        """The mistake as plain data."""
        return {
            "line": self.line or None,
            "column": self.column,
            "message": self.message,
            "hint": self.hint or None,
        }


@dataclass(frozen=True)
class Asked:
    """A claim and its setting; `broken` are the lines of its setting that cannot be read.

    `renumbered` says that literal indices counted from 0 where this was written.
    """

    claim: Written
    setting: tuple[tuple[str, Written], ...] = ()
    broken: tuple[int, ...] = ()
    renumbered: bool = False

    def of(self, kind: str) -> list[str]:
        """The texts of one kind."""
        return [written.text for own, written in self.setting if own == kind]

    def posed(self) -> dict[str, Any]:
        """The setting as `derive.verify` takes it."""
        return {
            "given": self.of("given"),
            "declare": self.of("declare"),
            "where": ", ".join(self.of("where")),
            "assume": self.of("assume"),
        }

    def from_one(self) -> Asked:
        """The same with literal indices that count from 0 made to count from 1."""
        texts = counted_from_one({"claim": [self.claim.text], **{k: self.of(k) for k in KINDS}})
        setting = tuple(
            (kind, replace(written, text=texts[kind].pop(0))) for kind, written in self.setting
        )
        claim = replace(self.claim, text=texts["claim"][0])
        changed = claim != self.claim or setting != self.setting
        return replace(self, claim=claim, setting=setting, renumbered=changed)

    def mistakes(self, error: FormulaError) -> Iterator[Mistake]:
        """The error's complaints, at their places in the input."""
        places = [self.claim, *(written for _, written in self.setting)]
        for complaint in error.complaints:
            home = next((p for p in places if p.text == complaint.source), self.claim)
            yield _placed(complaint, home)


def _placed(complaint: Complaint, home: Written) -> Mistake:
    within = complaint.source == home.text
    column = home.column + complaint.column - 1 if within else home.column
    line = home.line + complaint.line - 1 if within else home.line
    return Mistake(line, column, complaint.message, complaint.hint, complaint.excerpt)


def read_claims(
    source: str, always: Iterable[tuple[str, str]] = ()
) -> Iterator[Asked | tuple[Mistake, ...]]:
    """The file's claims in order, and between them the mistakes of its directives.

    `always` is a setting that holds for every claim. Raises FormulaError if that is mistaken.
    """
    base = tuple((kind, Written(text)) for kind, text in always)
    for kind, written in base:
        _READ[kind](written.text, kind)
    setting = base
    broken: tuple[int, ...] = ()
    for number, line in enumerate(source.split("\n"), start=1):
        body = line.partition("#")[0].rstrip()
        directive = _DIRECTIVE.match(body)
        if body.strip() == "---":
            setting, broken = base, ()
        elif directive:
            kind = directive.group(1)
            written = _trimmed(body, directive.end(), number)
            mistakes = _unreadable(kind, written)
            if mistakes:
                broken = (*broken, number)
                yield mistakes
            else:
                setting = (*setting, (kind, written))
        elif body.strip():
            yield Asked(_trimmed(body, 0, number), setting, broken)


def _trimmed(body: str, start: int, line: int) -> Written:
    text = body[start:].lstrip()
    return Written(text, line, len(body) - len(text) + 1)


def _unreadable(kind: str, written: Written) -> tuple[Mistake, ...]:
    try:
        _READ[kind](written.text, kind)
    except FormulaError as error:
        return tuple(_placed(complaint, written) for complaint in error.complaints)
    return ()
