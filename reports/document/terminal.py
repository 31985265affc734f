"""A checked document as text: the author's lines with carets, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import printable
from reports.document.record import DocumentRecord, ShownItem
from reports.signs import BOLD, COLOURS, FAINT, painted
from reports.words import Words

_COLOURS = {**COLOURS, "unread": COLOURS["undecided"], "definition": FAINT, "fact": FAINT}

# A check of fewer lines than this is seen from its first to its last.
_SCREEN = 30


def render_text(record: DocumentRecord, color: bool = False, quiet: bool = False) -> str:
    """The check as lines of text; `quiet` leaves out what is given and what is proved."""
    return "\n".join(_Painter(record, color).lines(quiet)) + "\n"


class _Painter:
    def __init__(self, record: DocumentRecord, color: bool) -> None:
        self._record, self._words, self._color = record, Words(record.lang), color

    def lines(self, quiet: bool) -> Iterator[str]:
        """What a check comes to stands first; last too, where the first line is out of sight."""
        head, shown = list(self._head()), list(self._items(quiet))
        if not quiet:
            yield from head
            yield from (printable(f"{self._words('check_note')}: {n}") for n in self._record.notes)
            yield ""
        yield from shown
        if self._record.items:
            if not quiet:
                yield ""
            yield self._counts()
        if quiet or len(shown) > _SCREEN:
            yield from head

    def _items(self, quiet: bool) -> Iterator[str]:
        for item in self._record.items:
            if item.is_given and not quiet:
                yield self._given(item)
            elif not item.is_given and not (quiet and item.badge.status == "proved"):
                yield from self._claim(item)

    def _counts(self) -> str:
        return "  ".join(
            self._paint(f"{badge.sign} {count} {badge.word}", _COLOURS[badge.status])
            for badge, count in self._record.counts
        )

    def _paint(self, text: str, code: str) -> str:
        return painted(text, code if self._color else "")

    def _head(self) -> Iterator[str]:
        record = self._record
        yield self._paint(f"{record.name}: {record.sentence}", BOLD)
        if record.headline and record.headline != record.sentence:
            yield self._paint(record.headline, _COLOURS[record.badge.status])

    def _given(self, item: ShownItem) -> str:
        said = item.formula.text if item.formula else " ".join(item.source.split())
        return self._paint(f"{self._place(item)} {item.badge.word}  {said}", FAINT)

    def _place(self, item: ShownItem) -> str:
        return printable(f"{self._record.name}:{item.place}:")

    def _claim(self, item: ShownItem) -> Iterator[str]:
        words = self._words
        head = self._paint(f"{item.badge.sign} {item.badge.word}", _COLOURS[item.badge.status])
        tail = f"  ({words('check_jump')})" if item.jump else ""
        yield f"{self._place(item)} {head}{tail}"
        for marked in () if item.mistake else item.excerpt:
            yield f"  | {marked.line}"
            if marked.carets:
                yield f"  | {self._paint(marked.carets, _COLOURS[item.badge.status])}"
        if item.mistake:
            message, line, carets = item.mistake
            yield from (f"  {printable(each)}" for each in (message, line, carets))
        elif item.formula:
            yield printable(f"  {words('check_read')}: {item.formula.text}")
        for each in item.told:
            yield printable(f"  {each.label}: {each.text}")
