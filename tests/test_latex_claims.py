"""Claims in LaTeX, in many notations: how each is judged, and that numbers agree.

`corpus/latex_claims.toml` holds them. What a person takes a claim for stands beside it in the
formula language and is checked by numbers alone, so that a wrong reading is a wrong verdict here.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from corpus.by_numbers import APART, EQUAL, differences, off

from derive import verify
from derive.errors import FormulaError
from derive.verdict import Verdict

Row = Mapping[str, Any]
_SOURCE = Path(__file__).parent / "corpus" / "latex_claims.toml"
TOPICS = tomllib.loads(_SOURCE.read_text("utf-8"))["topic"]
CLAIMS: dict[str, tuple[Row, Row]] = {
    f"{topic['id']}-{number}": (topic, claim)
    for topic in TOPICS
    for number, claim in enumerate(topic["claim"])
}
# What cannot be read is said so; each is a loss.
_MOST_OPEN = 0.03


def _both(topic: Row, claim: Row, key: str) -> list[str]:
    return [*topic.get(key, ()), *claim.get(key, ())]


@functools.cache
def judged(name: str) -> Verdict | None:
    """The verdict on the LaTeX, None where it is unread."""
    topic, claim = CLAIMS[name]
    where = "" if claim.get("said") else topic.get("where", "")
    try:
        return verify(
            latex=claim["latex"],
            given=_both(topic, claim, "given"),
            declare=_both(topic, claim, "declare"),
            where=where,
            assume=claim.get("assume", ()),
        )
    except FormulaError:
        return None


def _each() -> list[Any]:
    return [
        pytest.param(
            name,
            marks=[pytest.mark.xfail(reason=claim["open"], strict=True)] if "open" in claim else [],
        )
        for name, (_, claim) in CLAIMS.items()
    ]


def test_the_corpus_is_large_and_much_of_it_is_wrong() -> None:
    wrong = [c for _, c in CLAIMS.values() if "proved" not in c["status"]]
    assert len(CLAIMS) >= 120
    assert len(wrong) >= 50


@pytest.mark.parametrize("name", CLAIMS)
def test_a_meaning_holds_or_fails_by_numbers(name: str) -> None:
    topic, claim = CLAIMS[name]
    meant = {
        "claim": claim["means"],
        "given": [*topic["means"], *claim.get("also", ())],
        "declare": _both(topic, claim, "declare"),
        "where": claim.get("where", topic.get("where", "")),
        "assume": claim.get("assume", ()),
    }
    apart = [off(left, right) for _, left, right in differences(meant)]
    assert apart
    assert max(apart) < EQUAL if claim["status"] == "proved" else max(apart) > APART


@pytest.mark.parametrize("name", _each())
def test_a_claim_gets_its_verdict(name: str) -> None:
    _, claim = CLAIMS[name]
    found = judged(name)
    assert found is not None, "unread"
    assert found.status in claim["status"].split("|"), found.reason or found.reading
    if found.status == "conditional":
        assert found.condition in claim["condition"]


@pytest.mark.parametrize("name", CLAIMS)
def test_no_verdict_is_wrong(name: str) -> None:
    found, status = judged(name), CLAIMS[name][1]["status"]
    if found is not None and found.status != "undecided":
        assert (found.status == "proved") == (status == "proved")


def test_few_claims_stay_open() -> None:
    verdicts = {name: judged(name) for name in CLAIMS}
    open_ = [name for name, v in verdicts.items() if v is None or v.status == "undecided"]
    assert len(open_) <= _MOST_OPEN * len(CLAIMS), open_
