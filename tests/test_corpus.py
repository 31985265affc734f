"""The corpus: claims from books, papers, documentation, issues and posts, with their verdicts.

`corpus/right.toml` and `corpus/wrong.toml` hold them. An expected verdict is a matter of
mathematics: it is checked here by numbers (`corpus/by_numbers.py`), and only then asked of verify.
"""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from corpus.by_numbers import APART, EQUAL, differences, off

from derive import verify
from derive.errors import Disagreement, FormulaError
from derive.read.formula import read_expression
from derive.verdict import Verdict

_CORPUS = Path(__file__).parent / "corpus"
_TEXTS = ("given", "declare", "where", "assume")

Row = Mapping[str, Any]


def _read(name: str) -> list[Row]:
    rows = tomllib.loads((_CORPUS / f"{name}.toml").read_text("utf-8"))["claim"]
    assert isinstance(rows, list)
    return rows


RIGHT, WRONG = _read("right"), _read("wrong")
ALL = {row["id"]: row for row in (*RIGHT, *WRONG)}


@functools.cache
def verdict(name: str) -> Verdict:
    row = ALL[name]
    return verify(row["claim"], **{key: row[key] for key in _TEXTS if key in row})


def status(name: str) -> str:
    """The status, or `alarm` where the two opinions contradict each other."""
    try:
        return verdict(name).status
    except Disagreement:
        return "alarm"


def _each(rows: list[Row], honest: bool = True) -> list[Any]:
    """A parameter for each row; what verify does not manage yet is expected to fail."""
    return [
        pytest.param(
            row,
            id=row["id"],
            marks=[pytest.mark.xfail(reason=row["open"], strict=True)]
            if honest and "open" in row
            else [],
        )
        for row in rows
    ]


def test_the_corpus_is_large_enough_and_every_row_is_its_own() -> None:
    assert len(RIGHT) >= 80
    assert len(WRONG) >= 80
    assert len(ALL) == len(RIGHT) + len(WRONG)
    stated = [(r["claim"], *map(tuple, (r.get(k, ()) for k in _TEXTS))) for r in (*RIGHT, *WRONG)]
    assert [claim for claim, count in Counter(stated).items() if count > 1] == []
    assert all(row["source"] for row in ALL.values())
    assert all(row["mistake"] for row in WRONG)


@pytest.mark.parametrize("row", _each(RIGHT, honest=False))
def test_a_right_claim_holds_by_numbers(row: Row) -> None:
    apart = [off(left, right) for _, left, right in differences(row)]
    assert apart
    assert max(apart) < EQUAL


@pytest.mark.parametrize("row", _each(WRONG, honest=False))
def test_a_wrong_claim_fails_by_numbers_and_holds_under_its_condition(row: Row) -> None:
    assert max(off(left, right) for _, left, right in differences(row)) > APART
    texts = row.get("condition", ())
    assert bool(texts) == ("conditional" in row["status"])
    for condition in {part for text in texts for part in text.split(" or ")}:
        points = [(holds, off(a, b)) for holds, a, b in differences(row, condition)]
        inside = [apart for holds, apart in points if holds]
        assert inside, condition
        assert max(inside) < EQUAL, condition
        assert max(apart for holds, apart in points if not holds) > APART, condition


def _repaired(row: Row) -> Row:
    repair = row["repair"]
    try:
        read_expression(repair)
    except FormulaError:
        return {**row, "claim": repair}
    return {**row, "claim": f"{row['claim'].partition('==')[0]}== {repair}"}


@pytest.mark.parametrize(
    "row", [row for row in WRONG if "repair" in row], ids=lambda row: row["id"]
)
def test_a_repair_holds_by_numbers(row: Row) -> None:
    apart = [off(left, right) for _, left, right in differences(_repaired(row))]
    assert apart
    assert max(apart) < EQUAL


@pytest.mark.parametrize("row", _each(RIGHT))
def test_a_right_claim_is_proved(row: Row) -> None:
    found = verdict(row["id"])
    assert (found.status, found.condition) == ("proved", None), found.reason


@pytest.mark.parametrize("row", _each(WRONG, honest=False))
def test_a_wrong_claim_is_never_proved(row: Row) -> None:
    assert status(row["id"]) != "proved"


@pytest.mark.parametrize("row", _each(WRONG))
def test_a_wrong_claim_gets_its_verdict(row: Row) -> None:
    found = verdict(row["id"])
    assert found.status in row["status"].split("|"), found.reason
    assert found.counterexample is not None
    if found.status == "conditional":
        assert found.condition in row["condition"]
    # A repair that takes nearly all of the time may be missing on a busy machine.
    assert found.repair in (row.get("repair"), row.get("late repair"))


def test_most_wrong_claims_have_a_repair() -> None:
    assert sum("repair" in row for row in WRONG) >= 0.8 * len(WRONG)


def test_few_claims_are_undecided() -> None:
    undecided = [name for name in ALL if status(name) in ("undecided", "alarm")]
    assert len(undecided) <= 0.03 * len(ALL), undecided
