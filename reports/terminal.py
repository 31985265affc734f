"""Derivations as text for a terminal: formula text, rule names, statuses as sign and word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.columns import columns, printable
from reports.record import Record
from reports.signs import BOLD, COLOURS, FAINT, painted
from reports.steps import Badge, Case, Derivation, Shown, Step
from reports.words import Words


def render_text(source: Record | Mapping[str, Any], color: bool = False, lang: str = "en") -> str:
    """A record, or one derivation's JSON, as lines of text; `lang` is for the latter."""
    if isinstance(source, Record):
        painter = _Painter(Words(source.lang), color)
        lines = list(painter.record(source))
    else:
        words = Words(lang)
        painter = _Painter(words, color)
        lines = [
            painter.paint(words.title(source["loss"], source["title"]), BOLD),
            *(f"  {printable(given['text'])}" for given in source["given"]),
            *painter.derivation(Shown(words).derivation(source, "d")),
        ]
    return "\n".join(lines) + "\n"


class _Painter:
    def __init__(self, words: Words, color: bool) -> None:
        self._words = words
        self._color = color

    def paint(self, text: str, code: str) -> str:
        return painted(text, code if self._color else "")

    def badge(self, badge: Badge, note: str = "") -> str:
        return self.paint(f"{badge.sign} {note}{badge.word}", COLOURS[badge.status])

    def record(self, record: Record) -> Iterator[str]:
        yield self.paint(record.title, BOLD)
        code = COLOURS["refuted" if record.banner.alarm else record.banner.badge.status]
        yield self.paint(record.banner.sentence, code)
        yield "  ".join(self.badge(each, f"{count} ") for each, count in record.banner.counts)
        yield ""
        for given in record.given.formulas:
            yield f"  {printable(given.text)}"
        for one in record.derivations:
            yield from self.derivation(one)
        if record.numeric is not None:
            yield from self._checks(record)

    def derivation(self, one: Derivation, depth: int = 0) -> Iterator[str]:
        pad = "  " * depth
        yield ""
        yield f"{pad}{self.paint(one.title, BOLD)}"
        yield f"{pad}{printable(one.claim.text)}  {self.badge(one.badge)}"
        if one.above is not None:
            note = f"{self._words('above')}: {one.above.title}"
            yield f"{pad}{self.paint(note, FAINT)}"
        for part in one.parts:
            yield from self.derivation(part, depth + 1)
        if one.steps:
            yield ""
            yield f"{pad}     {printable(one.start.text)}"
        for number, step in enumerate(one.steps, 1):
            yield from self._step(number, step, pad)
        for case in one.cases:
            yield f"{pad}{self._case(case)}"

    def _step(self, number: int, step: Step, pad: str) -> Iterator[str]:
        title = self.paint(f"{step.title}  [{step.rule}]", FAINT)
        yield f"{pad}{number:3}  {title}  {self.badge(step.badge)}"
        yield f"{pad}   = {printable(step.after.text)}"
        if step.needs:
            needs = self._words("needs") + ": " + "; ".join(need.text for need in step.needs)
            yield f"{pad}     {self.paint(needs, FAINT)}"

    def _case(self, case: Case) -> str:
        label = f" ({case.label})" if case.label else ""
        line = printable(f"{case.condition.text}{label}: {case.value.text}")
        return f"  {line}  {self.badge(case.badge)}"

    def _checks(self, record: Record) -> Iterator[str]:
        """The table of numeric checks with its columns in line."""
        assert record.numeric is not None
        table = record.numeric.checks
        rows = [[cell.text for cell in row] for row in (table.head, *table.rows)]
        widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
        yield ""
        yield self.paint(table.caption, BOLD)
        for row in rows:
            cells = (text + " " * (w - columns(text)) for text, w in zip(row, widths, strict=True))
            yield printable("  ".join(cells).rstrip())
