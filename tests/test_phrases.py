"""What `derive` says, in Korean: the patterns, and how many of a corpus' sentences they know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive import check, verify
from reports.arguments_ko import ROWS as OF_INPUT
from reports.mistakes_ko import GENERAL
from reports.mistakes_ko import ROWS as OF_MISTAKES
from reports.phrases import phrase
from reports.phrases_ko import ROWS as OF_FORMULAS

ROWS = {**OF_INPUT, **OF_MISTAKES, **OF_FORMULAS, **GENERAL}
GAPS = re.compile(r"\{\w+\}")
HANGUL = re.compile("[가-힣]")
ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((ROOT / "tests" / "documents" / "derivations").glob("*.*"))


def test_both_sides_of_a_row_have_the_same_gaps_or_fewer() -> None:
    for said, translated in ROWS.items():
        assert set(GAPS.findall(translated)) <= set(GAPS.findall(said)), said
        assert HANGUL.search(translated) or said.endswith((" (declared)", " (by its use)"))


def test_every_row_is_reached_and_keeps_its_names() -> None:
    for said, translated in ROWS.items():
        names = {gap[1:-1]: f"<{gap[1:-1]}>" for gap in GAPS.findall(said)}
        assert phrase(said.format(**names), "ko") == translated.format(**names), said


@pytest.mark.parametrize(
    ("said", "translated"),
    [
        ("k: an index, 1 to n (by its use)", "k: 첨자, 1부터 n까지 (쓰임새로 보아)"),
        ("f: real[N, n] (declared)", "f: real[N, n] (선언됨)"),
        (
            "y is a label, and y[k] its one-hot vector",
            "y: 레이블로, y[k]: 그 원-핫 벡터로 읽습니다",
        ),
        ("Line 3: a == b is refuted; right is c.", "3행: a == b (틀림; 옳은 식: c)."),
        ("no row of the table says this", "no row of the table says this"),
        ("x" * 100_000, "x" * 100_000),
    ],
)
def test_a_sentence_is_found_by_its_pattern(said: str, translated: str) -> None:
    assert phrase(said, "ko") == translated
    assert phrase(said, "en") == said


def test_what_a_verdict_read_is_said_in_korean() -> None:
    found = verify(
        "d(L, f[k]) == p[k] - 1", given=["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]
    )
    for line in found.reading[1:]:
        assert phrase(line, "ko") != line


def test_nearly_all_notes_of_the_corpus_are_known() -> None:
    """A new note of the reader may be English for a while; most may not."""
    said = set()
    for document in DOCUMENTS[:: max(1, len(DOCUMENTS) // 24)]:
        found = check(document.read_text("utf-8"), name=document.name, timeout=2.0)
        for item in found.items:
            said |= set(item.notes)
            if item.verdict is not None and item.verdict.reason:
                said.add(item.verdict.reason)
    left = sorted(text for text in said if not HANGUL.search(phrase(text, "ko")))
    assert len(said) >= 8
    assert len(left) <= len(said) / 8, left


# What the source has to say of mistakes.


def told(call: ast.Call) -> Iterator[str]:
    """Messages and hints among the arguments of a call, with gaps for what is filled in."""
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        parts = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        for part in parts:
            match part:
                case ast.Constant(value=str(text)):
                    yield text
                case ast.JoinedStr(values=values):
                    gaps = iter("abcdefg")
                    yield "".join(
                        v.value
                        if isinstance(v, ast.Constant) and isinstance(v.value, str)
                        else f"<{next(gaps)}>"
                        for v in values
                    )


COMPLAINTS = {"Complaint", "complain", "_complain", "fail", "_fail", "_wrong"}
ERRORS = {"GradproofError", "OutputError", "DocumentError"}


def sentences(packages: tuple[str, ...], makers: set[str]) -> set[str]:
    """Every message and hint that is made; those that are a formula are the same everywhere."""
    found: set[str] = set()
    files = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in makers:
                    # Of what stands on lines of its own, a hint is the last; the others are lists.
                    parts = (said.split("\n") for said in told(node))
                    found.update(line.partition("  hint: ")[2] or line for p in parts for line in p)
    return {said for said in found if re.search(r"[a-z]{2,} [a-z<]", said)}


@pytest.mark.parametrize(
    ("packages", "makers", "least"),
    [(("derive",), COMPLAINTS, 100), (("derive", "reports"), ERRORS, 30)],
    ids=["formulas", "files and arguments"],
)
def test_what_is_said_of_mistakes_is_known_in_korean(
    packages: tuple[str, ...], makers: set[str], least: int
) -> None:
    said = sentences(packages, makers)
    assert len(said) > least
    unknown = sorted(s for s in said if not HANGUL.search(phrase(s, "ko")))
    assert len(unknown) <= 0.05 * len(said), unknown
