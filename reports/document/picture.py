"""What rests on what: arcs between the equalities of a document, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.columns import columns
from reports.document.record import DocumentRecord, ShownItem
from reports.steps import Badge, Link
from reports.words import Words

_WIDTH, _TOP, _ROW = 420, 14, 26
# Arcs swing out to the left of this; signs and texts stand to the right of it.
_AXIS = 72
_MOST_ROWS = 80
_LETTERS = 34


@dataclass(frozen=True)
class Row:
    """An equality in the picture: its height there, its place in the document and its text."""

    y: int
    place: str
    text: str
    badge: Badge


@dataclass(frozen=True)
class Arc:
    """A line from one equality up to another; `dress` is "use" or "inherits"."""

    path: str
    x: int
    y: int
    dress: str


@dataclass(frozen=True)
class Picture:
    """Rows and arcs, with a description that says what they show."""

    desc: str
    width: int
    height: int
    axis: int
    rows: tuple[Row, ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True)
class Resting:
    """A row of the table: an equality, the definitions it uses, the wrong steps it rests on."""

    item: Link
    badge: Badge
    uses: tuple[Link, ...]
    rests_on: tuple[Link, ...]


def resting(record: DocumentRecord) -> tuple[Resting, ...]:
    """Every claim that uses a definition of the document or rests on a wrong step."""
    return tuple(
        Resting(Link(item.anchor, item.place), item.badge, item.uses, item.rests_on)
        for item in record.claims
        if item.uses or item.rests_on
    )


def picture(record: DocumentRecord) -> Picture | None:
    """The picture, or None where there is nothing to draw or too much of it."""
    shown = _connected(record)
    if not shown or len(shown) > _MOST_ROWS:
        return None
    heights = {item.anchor: _TOP + _ROW * place for place, item in enumerate(shown)}
    arcs = tuple(arc for item in shown for arc in _arcs(item, heights))
    inherited = sum(arc.dress == "inherits" for arc in arcs)
    return Picture(
        desc=Words(record.lang)(
            "check_rests_desc", rows=len(shown), uses=len(arcs) - inherited, wrong=inherited
        ),
        width=_WIDTH,
        height=_TOP + _ROW * len(shown),
        axis=_AXIS,
        rows=tuple(
            Row(heights[item.anchor], item.place, _short(item), item.badge) for item in shown
        ),
        arcs=arcs,
    )


def _connected(record: DocumentRecord) -> list[ShownItem]:
    """The items at either end of an arc, in reading order."""
    ends = {
        anchor
        for item in record.claims
        if item.uses or item.rests_on
        for anchor in (item.anchor, *(link.anchor for link in (*item.uses, *item.rests_on)))
    }
    return [item for item in record.items if item.anchor in ends]


def _arcs(item: ShownItem, heights: dict[str, int]) -> Iterator[Arc]:
    for dress, links in (("use", item.uses), ("inherits", item.rests_on)):
        for link in links:
            yield _arc(heights[item.anchor], heights[link.anchor], dress)


def _arc(start: int, stop: int, dress: str) -> Arc:
    """A half of an ellipse, the wider the farther it goes; it ends in a dot."""
    out = min(_AXIS - 8, 10 + abs(start - stop) // 4)
    path = f"M{_AXIS} {start} C{_AXIS - out} {start} {_AXIS - out} {stop} {_AXIS} {stop}"
    return Arc(path, _AXIS, stop, dress)


def _short(item: ShownItem) -> str:
    """The reading, or what stands there, cut to the width of the picture."""
    whole = item.formula.text if item.formula else " ".join(item.source.split())
    shown, room = "", _LETTERS
    for letter in whole:
        room -= columns(letter)
        if room < 0:
            return shown.rstrip() + "…"
        shown += letter
    return shown
