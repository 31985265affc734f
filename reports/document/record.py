"""What is shown of a checked document, as plain data; every format walks over it.

Formulas are typeset from our own trees alone; the author's text stays text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath

from derive.document.items import Checked, Item
from reports.document.mended import mended
from reports.document.places import Marked, marked_lines, plain_lines
from reports.document.rests import Definitions
from reports.document.sides import grown
from reports.document.told import Told, spelling, told
from reports.formulas import Formula, equality
from reports.signs import SIGNS
from reports.steps import Badge, Link
from reports.words import Words

SCHEMA_VERSION = 1
# In the order of the counts; a claim is one of the first five.
ALL_SIGNS = {
    "refuted": SIGNS["refuted"],
    "conditional": SIGNS["conditional"],
    "unread": "!",
    "undecided": SIGNS["undecided"],
    "proved": SIGNS["proved"],
    "definition": "·",
    "fact": "·",
}
# Between the headings that an item stands under, the outermost first.
_DEEPER = " > "
_GIVEN = frozenset({"definition", "fact"})


@dataclass(frozen=True)
class ShownItem:
    """One equality of the document with all that is said of it.

    `excerpt` are the author's lines, `formula` is our reading, `corrected` the equality with its
    repair put in. `mistake` is what kept it from being read: a message, a line, carets. `uses` are
    the definitions that it was judged by, `rests_on` the wrong steps that it inherits from.
    """

    number: int
    anchor: str
    place: str
    line: int
    column: int
    section: str
    kind: str
    jump: bool
    badge: Badge
    source: str
    excerpt: tuple[Marked, ...]
    formula: Formula | None
    corrected: Formula | None
    mistake: tuple[str, ...]
    told: tuple[Told, ...]
    reading: tuple[str, ...]
    uses: tuple[Link, ...]
    rests_on: tuple[Link, ...]

    @property
    def is_given(self) -> bool:
        """Whether the document states it without a claim: a definition or a fact."""
        return self.badge.status in _GIVEN

    @property
    def is_wrong(self) -> bool:
        """Whether it fails, everywhere or outside of a condition."""
        return self.badge.status in {"refuted", "conditional"}


@dataclass(frozen=True)
class Section:
    """Items that follow each other under one heading of the document; the name may be empty."""

    name: str
    items: tuple[ShownItem, ...]


@dataclass(frozen=True)
class DocumentRecord:
    """A checked document, whole. What `derive` says in a way of its own stays English."""

    schema_version: int
    lang: str
    name: str
    badge: Badge
    sentence: str
    headline: str
    notes: tuple[str, ...]
    counts: tuple[tuple[Badge, int], ...]
    items: tuple[ShownItem, ...]

    @property
    def title(self) -> str:
        """The file's name without its folders: a page is shown to people of other machines."""
        return PurePath(self.name).name or self.name

    @property
    def claims(self) -> tuple[ShownItem, ...]:
        """The items that claim something."""
        return tuple(item for item in self.items if not item.is_given)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The items under the headings of the document."""
        runs = groupby(self.items, key=lambda item: item.section)
        return tuple(Section(path.rpartition(_DEEPER)[2], tuple(items)) for path, items in runs)


def build_document(checked: Checked, lang: str = "en") -> DocumentRecord:
    """The record of a checked document in a language."""
    words = Words(lang)
    links = {item.number: _link(item) for item in checked.items}
    known = Definitions(checked.items)
    shown = tuple(_shown(item, checked, links, known, words) for item in checked.items)
    status = checked.status
    return DocumentRecord(
        schema_version=SCHEMA_VERSION,
        lang=lang,
        name=checked.name,
        badge=_badge(status, words),
        sentence=_sentence(status, shown, words),
        headline=words.phrase(checked.headline),
        notes=tuple(map(words.phrase, checked.notes)),
        counts=_counts(shown, words),
        items=shown,
    )


def _badge(status: str, words: Words, count: int = 1) -> Badge:
    """The sign and the word of a status; only what is given is a noun, and has a plural."""
    number = "several" if count > 1 and status in _GIVEN else "status"
    return Badge(status, ALL_SIGNS[status], words(f"{number}_{status}"))


def _link(item: Item) -> Link:
    return Link(f"item-{item.number}", f"{item.line}:{item.column}")


def _counts(shown: Iterable[ShownItem], words: Words) -> tuple[tuple[Badge, int], ...]:
    counted = Counter(item.badge.status for item in shown)
    found = ((each, counted[each]) for each in ALL_SIGNS if counted[each])
    return tuple((_badge(each, words, count), count) for each, count in found)


def _sentence(status: str, shown: tuple[ShownItem, ...], words: Words) -> str:
    claims = [item for item in shown if not item.is_given]
    if not claims:
        return words("check_none")
    wrong = sum(item.is_wrong for item in claims)
    return words(f"check_{status}", claims=len(claims), wrong=wrong)


def _shown(
    item: Item,
    checked: Checked,
    links: Mapping[int, Link],
    known: Definitions,
    words: Words,
) -> ShownItem:
    link = links[item.number]
    place = _place(item, checked.text)
    status = "fact" if (item.status, item.kind) == ("definition", "fact") else item.status
    rests_on = tuple(links[number] for number in item.rests_on if number in links)
    return ShownItem(
        number=item.number,
        anchor=link.anchor,
        place=link.title,
        line=item.line,
        column=item.column,
        section=item.section,
        kind=item.kind,
        jump=item.jump,
        badge=_badge(status, words),
        source=checked.text[slice(*place)] if place else item.source,
        excerpt=marked_lines(checked.text, *place) if place else plain_lines(item.source),
        formula=equality(item.text, spelling(item)) if item.text else None,
        corrected=_corrected(item),
        mistake=_mistake(item, words),
        told=told(item, rests_on, words),
        reading=_reading(item, words),
        uses=tuple(links[number] for number in known.used_by(item)),
        rests_on=rests_on,
    )


def _place(item: Item, text: str) -> tuple[int, int] | None:
    """Where the item stands, with the brackets around its ends."""
    if item.start < 0:
        return None
    return grown(text, item.start, item.stop) or (item.start, item.stop)


def _corrected(item: Item) -> Formula | None:
    right = mended(item)
    return None if right is None else equality(right.claim, spelling(item))


def _reading(item: Item, words: Words) -> tuple[str, ...]:
    lines = item.verdict.reading[1:] if item.verdict is not None else ()
    return tuple(map(words.phrase, lines))


def _mistake(item: Item, words: Words) -> tuple[str, ...]:
    """What kept the item from being read, with carets into the author's text."""
    if item.complaint is None:
        return ()
    line, carets = item.complaint.excerpt.split("\n")
    return words.phrase(item.complaint.message), line, carets
