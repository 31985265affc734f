"""A checked document as Markdown: the author's text in fences that it cannot close."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.columns import printable
from reports.document.corrected import corrected
from reports.document.record import DocumentRecord, ShownItem
from reports.words import Words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&])")


def render_markdown(record: DocumentRecord) -> str:
    """The record as Markdown (CommonMark); equal records give equal bytes."""
    return "\n".join(_Writer(record).lines()) + "\n"


class _Writer:
    def __init__(self, record: DocumentRecord) -> None:
        self._record, self._words = record, Words(record.lang)

    def lines(self) -> Iterator[str]:
        record, words = self._record, self._words
        yield f"# {_plain(record.title)}"
        yield from ("", f"**{_plain(record.sentence)}**")
        if record.headline:
            yield from ("", _plain(record.headline))
        yield ""
        yield from (f"- {badge.sign} {count} {badge.word}" for badge, count in record.counts)
        yield from (f"- {_plain(note)}" for note in record.notes)
        yield from ("", f"## {words('check_items_title')}")
        for section in record.sections:
            if section.name:
                yield from ("", f"### {_plain(section.name)}")
            for item in section.items:
                yield from self._item(item)
        yield from ("", f"## {words('check_corrected_title')}", "")
        yield words("check_corrected_intro")
        yield ""
        for line in corrected(record):
            said = line.formula.text if line.formula else " ".join(line.text.split())
            yield f"- {line.item.place} {_code(said)} {words(f'check_state_{line.state}')}"

    def _item(self, item: ShownItem) -> Iterator[str]:
        jump = f" ({self._words('check_jump')})" if item.jump else ""
        yield from ("", f"**{item.place}** {item.badge.sign} {item.badge.word}{jump}", "")
        yield from _fenced(item.source)
        yield ""
        if item.mistake:
            yield f"- {self._words('check_unread_as_text')}: {_plain(item.mistake[0])}"
        elif item.formula:
            yield f"- {self._words('check_read')}: {_code(item.formula.text)}"
        for each in item.told:
            said = _plain(each.text) if each.words or each.links else _code(each.text)
            yield f"- {each.label}: {said}"


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return _SPECIAL.sub(r"\\\1", printable(" ".join(text.split())))


def _code(text: str) -> str:
    """Inline code behind more backticks than the text has in a row."""
    shown = printable(" ".join(text.split()))
    ticks = "`" * (_longest(shown) + 1)
    return f"{ticks} {shown} {ticks}" if "`" in shown else f"`{shown}`"


def _fenced(source: str) -> Iterator[str]:
    ticks = "`" * max(3, _longest(source) + 1)
    lines = source.strip("\n").splitlines()
    yield from (f"{ticks}tex", *(printable(line.expandtabs(4)) for line in lines), ticks)


def _longest(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
