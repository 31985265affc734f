"""Whole derivations from notes, papers, posts and notebooks, judged line by line.

`documents/derivations` holds the documents, formulas only and cited, and beside each a table with a
row for every equality in reading order. What a row expects was worked out by mathematics, not
taken from `check`. A row that is not reached yet says why in `open`, and a line that fails but is
proved in `alarm`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from derive.document.items import Checked, Item
from derive.document.review import check

_FOLDER = Path(__file__).parent / "documents" / "derivations"
_SUFFIXES = {".md": 8, ".tex": 4, ".ipynb": 2, ".txt": 2, ".adoc": 1, ".py": 1}
_MOST_UNREAD = 0.05
# The end of an item may have closing marks that the quote lacks, and the other way round.
_CLOSERS = ")]}.,;&"
_SLACK = 40

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A document and what must come out of it."""

    document: Path
    flawed: bool
    spare: str
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.document.stem


def _table(document: Path) -> Table:
    told = tomllib.loads(document.with_suffix(".toml").read_text("utf-8"))
    return Table(document, told["flawed"], told.get("spare", ""), tuple(told["row"]))


TABLES = {path.stem: _table(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _SUFFIXES}
ROWS = [(name, number) for name, table in TABLES.items() for number in range(len(table.rows))]


@functools.cache
def checked(name: str) -> Checked:
    return check(TABLES[name].document)


@functools.cache
def matched(name: str) -> tuple[tuple[Item | None, ...], tuple[Item, ...]]:
    """The item of each row, None where there is none, and the items that no row expects."""
    result = checked(name)
    left = list(result.items)
    found = []
    for row in TABLES[name].rows:
        item = next((item for item in left if _is_about(item, row, result.text)), None)
        if item is not None and not _is_whole(item):
            left.remove(item)
        found.append(item)
    rest = tuple(item for item in left if all(item is not other for other in found))
    return tuple(found), rest


def _is_whole(item: Item) -> bool:
    """Whether a whole formula is unread, so that its equalities were never told apart."""
    return item.complaint is not None and not item.text


def _is_about(item: Item, row: Row, text: str) -> bool:
    if row.get("cell", "") not in item.section:
        return False
    quote = _bare(row["quote"])
    last = _last_line(item, text)
    if _is_whole(item) and item.line <= row["line"] <= last:
        return quote in _bare(item.source)
    end = _bare(item.source)[-len(quote) - _SLACK :]
    return (row["line"], row.get("jump", False)) == (last, item.jump) and quote in end


def _last_line(item: Item, text: str) -> int:
    if item.stop >= 0:
        return item.line + text.count("\n", item.start, item.stop)
    return item.line + item.source.count("\n")


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text).rstrip(_CLOSERS)


def _each(why: str) -> list[Any]:
    """A parameter for each row; a row that says why it is not reached yet is expected to fail."""
    return [
        pytest.param(
            name,
            number,
            id=f"{name}-{number}",
            marks=[pytest.mark.xfail(reason=row[why], strict=True)] if why in row else [],
        )
        for name, number in ROWS
        for row in [TABLES[name].rows[number]]
    ]


def test_the_documents_are_of_every_kind_and_many_are_flawed() -> None:
    kinds = Counter(table.document.suffix for table in TABLES.values())
    assert all(kinds[suffix] >= least for suffix, least in _SUFFIXES.items())
    assert len(TABLES) >= 16
    assert sum(table.flawed for table in TABLES.values()) >= 8


@pytest.mark.parametrize("name", TABLES)
def test_a_flawed_document_has_a_line_that_fails_and_a_right_one_has_none(name: str) -> None:
    statuses = [row["status"].split("|") for row in TABLES[name].rows]
    assert (
        any("refuted" in known for known in statuses)
        or not TABLES[name].flawed
        or any("conditional" in known for known in statuses)
    )
    assert TABLES[name].flawed or all("refuted" not in known for known in statuses)


@pytest.mark.parametrize(("name", "number"), _each("open"))
def test_a_line_gets_its_verdict(name: str, number: int) -> None:
    line_is_right(TABLES[name].rows[number], matched(name)[0][number])


def line_is_right(row: Row, item: Item | None) -> None:
    """Assert that the item says what the row expects."""
    if item is None:
        assert row.get("optional"), "nothing is said of this line"
        return
    assert item.status in row["status"].split("|"), item.complaint or item.verdict
    if not _is_whole(item):
        assert item.kind in row["kind"].split("|")
    if item.status == "conditional":
        assert item.verdict is not None
        assert item.verdict.condition in row["condition"]
    if "inherits" in row and item.status != "unread":
        assert bool(item.rests_on) == row["inherits"], item.rests_on
    if "reading" in row:
        assert item.text == row["reading"]


@pytest.mark.parametrize(("name", "number"), _each("alarm"))
def test_a_line_that_fails_is_never_proved(name: str, number: int) -> None:
    row, item = TABLES[name].rows[number], matched(name)[0][number]
    if not {"proved", "definition"} & set(row["status"].split("|")):
        assert item is None or item.status != "proved"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[pytest.mark.xfail(reason=table.spare, strict=True)] if table.spare else [],
        )
        for name, table in TABLES.items()
    ],
)
def test_nothing_else_is_taken_for_an_equality(name: str) -> None:
    assert [item.source for item in matched(name)[1]] == []


@pytest.mark.parametrize("name", TABLES)
def test_no_opinions_contradict_each_other(name: str) -> None:
    assert checked(name).alarms == ()


def test_nearly_every_line_is_read() -> None:
    lines = [
        item
        for name, table in TABLES.items()
        for row, item in zip(table.rows, matched(name)[0], strict=True)
        if not row.get("optional")
    ]
    unread = [item for item in lines if item is None or item.complaint is not None]
    assert len(unread) <= _MOST_UNREAD * len(lines), f"{len(unread)} of {len(lines)}"
