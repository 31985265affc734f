"""The cache of verdicts: it never changes an answer, and never answers another question."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from identities import NLL, SOFTMAX

from derive import cache as caches
from derive import verify
from derive.cache import Cache, key, made_by, remembering, users_cache
from derive.catalogue import textbook
from derive.document.items import Asked
from derive.verdict import Proved, Undecided, Verdict, recalled
from reports.cli import main

ROOT = Path(__file__).parent.parent

RIGHT = Asked(claim="d(L, f[k]) == p[k] - delta(k, y)", given=NLL)
WRONG = Asked(claim="d(L, f[k]) == p[k] - 1", given=NLL)
REFUTED = Asked(claim="d(L, f[k]) == p[k] + delta(k, y)", given=NLL, declare=("y: label",))
UNDECIDED = Asked(claim="max(f[j], j) == f[1]")
QUESTIONS = (RIGHT, WRONG, REFUTED, UNDECIDED)


class Counting:
    """`verify`, and how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, question: Asked) -> Verdict:
        self.times += 1
        return verify(
            question.claim,
            given=question.given,
            declare=question.declare,
            where=question.where,
            assume=question.assume,
        )


def told(verdict: Verdict) -> dict[str, Any]:
    """All that a verdict says, but for the time that it took."""
    return {**verdict.to_json(), "seconds": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "verdicts"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.claim)
def test_the_answer_is_the_same_without_with_and_from_a_warm_cache(
    question: Asked, folder: Path
) -> None:
    plain = Counting()(question)
    first, again = Counting(), Counting()
    fresh = remembering(first, Cache(folder))(question)
    warm = remembering(again, Cache(folder))(question)
    assert (first.times, again.times) == (1, 0)
    assert plain == fresh == warm
    assert told(plain) == told(fresh) == told(warm)
    assert str(plain.counterexample) == str(warm.counterexample)
    assert type(warm) is type(plain)


def test_within_one_run_nothing_is_read_again(folder: Path) -> None:
    answer = Counting()
    ask = remembering(answer, Cache(folder))
    first = ask(RIGHT)
    for path in entries(folder):
        path.unlink()
    assert ask(RIGHT) == first
    assert answer.times == 1
    assert Cache().get(RIGHT) is None


@pytest.mark.parametrize("claim", textbook()[::9], ids=lambda c: c.claim)
def test_every_kind_of_verdict_comes_back_as_it_was(claim: Any) -> None:
    verdict = verify(claim.claim, **claim.arguments())
    back = recalled(json.loads(json.dumps(verdict.to_json())))
    assert back == verdict
    assert told(back) == told(verdict)


def test_every_part_of_the_question_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [
        Asked(claim="1 == 2"),
        Asked(claim="1 == 1", given=("a = 1",)),
        Asked(claim="1 == 1", declare=("a = 1",)),
        Asked(claim="1 == 1", where="a = 1"),
        Asked(claim="1 == 1", assume=("a = 1",)),
        Asked(claim="1 == 1", given=("a = 1", "b = 1")),
        Asked(claim="1 == 1"),
    ]
    keys = [key(question) for question in others]
    assert len(set(keys)) == len(others)
    monkeypatch.setattr(caches, "made_by", lambda: "another make")
    assert key(others[-1]) not in keys


def test_the_sources_that_decide_are_in_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    source = tmp_path / "rules" / "row.py"
    source.write_text("a = 1\n")
    monkeypatch.setattr(caches.resources, "files", lambda _: tmp_path)
    before = made_by.__wrapped__()
    assert made_by.__wrapped__() == before
    source.write_text("a = 2\n")
    assert made_by.__wrapped__() != before
    assert made_by.__wrapped__() != made_by()


def corrupted(text: str, change: str) -> str:
    """The text of an entry, damaged in one of many ways."""
    entry = json.loads(text)
    record = json.loads(entry["verdict"])
    match change:
        case "says proved":
            entry["verdict"] = json.dumps(
                {**record, "status": "proved", "condition": None, "counterexample": None}
            )
        case "for another question":
            entry["key"] = key(RIGHT)
        case "of another make":
            entry["key"] = entry["key"].replace(made_by(), "0" * 64)
        case "no record":
            entry["verdict"] = "[]"
        case "one key too many":
            entry["more"] = 1
        case "cut short":
            return text[: len(text) // 2]
        case "empty":
            return ""
        case "no JSON":
            return "\0\xff"
        case "deep":
            return "[" * 60_000
        case "too large":
            return text + " " * 70_000
        case "not an object":
            return "7"
    return json.dumps(entry)


CHANGES = (
    *("says proved", "for another question", "of another make", "no record", "one key too many"),
    *("cut short", "empty", "no JSON", "deep", "too large", "not an object"),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_damaged_entry_is_passed_over_and_replaced(change: str, folder: Path) -> None:
    wanted = remembering(Counting(), Cache(folder))(WRONG)
    (path,) = entries(folder)
    whole = path.read_text("ascii")
    path.write_text(corrupted(whole, change), "latin-1")
    assert path.read_text("latin-1") != whole
    answer = Counting()
    assert remembering(answer, Cache(folder))(WRONG) == wanted
    assert answer.times == 1
    assert json.loads(path.read_text("ascii"))["key"] == key(WRONG)


def test_an_entry_put_in_the_place_of_another_does_not_answer(folder: Path) -> None:
    """The proof of one claim, laid under the name of another, proves nothing."""
    remembering(Counting(), Cache(folder))(RIGHT)
    (proof,) = entries(folder)
    remembering(Counting(), Cache(folder))(WRONG)
    (other,) = set(entries(folder)) - {proof}
    other.write_bytes(proof.read_bytes())
    answer = Counting()
    assert remembering(answer, Cache(folder))(WRONG).status == "conditional"
    assert answer.times == 1


BAD_RECORDS: list[Callable[[dict[str, Any]], object]] = [
    lambda r: r.update(status="true"),
    lambda r: r.update(status="verdict"),
    lambda r: r.update(claim=None),
    lambda r: r.update(seconds="1"),
    lambda r: r.update(reading="claim"),
    lambda r: r.update(premises=[1]),
    lambda r: r.update(repair=1),
    lambda r: r.update(condition=None),
    lambda r: r.update(counterexample=None),
    lambda r: r.update(status="proved"),
    lambda r: r.update(status="proved", condition=None),
    lambda r: r.update(status="undecided"),
    lambda r: r.update(counterexample={}),
    lambda r: r["counterexample"].update(more=1),
    lambda r: r["counterexample"].update(sizes=[]),
    lambda r: r["counterexample"].update(left=1),
    lambda r: r["counterexample"].update(exact="yes"),
    dict.clear,
]


@pytest.mark.parametrize("spoil", BAD_RECORDS)
def test_what_is_no_record_of_a_verdict_is_refused(
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    record = json.loads(json.dumps(verify(WRONG.claim, given=NLL).to_json()))
    assert recalled(record).status == "conditional"
    spoil(record)
    with pytest.raises(ValueError, match=r"."):
        recalled(record)


def test_what_was_broken_off_is_not_remembered(folder: Path) -> None:
    slow = Asked(
        claim="d(L, f[k], f[l], f[m]) == p[k]*p[l]*p[m]*(1 - p[k])",
        given=(SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"),
    )

    def hurried(question: Asked) -> Verdict:
        return verify(question.claim, given=question.given, timeout=0.0)

    store = Cache(folder)
    found = remembering(hurried, store, timeout=0.0)(slow)
    assert isinstance(found, Undecided)
    assert "out of budget" in str(found.reason)
    assert store.get(slow) is None
    assert entries(folder) == []


def test_the_seal_stays_where_it_was() -> None:
    with pytest.raises(TypeError):
        Proved(claim="1 == 2", seal=object())


def test_only_the_cache_recalls_verdicts() -> None:
    callers = {
        path.relative_to(ROOT).as_posix()
        for package in ("derive", "numeric", "reports")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"\brecalled\b", path.read_text("utf-8"))
    }
    assert callers == {"derive/verdict.py", "derive/cache.py"}


DOCUMENT = """\
$p_k = \\frac{e^{f_k}}{\\sum_j e^{f_j}}$ and $L = -\\log p_y$. Then
$$\\frac{\\partial L}{\\partial f_k} = p_k - \\delta_{ky}$$
and
$$\\frac{\\partial L}{\\partial f_k} = p_k - 1$$
"""


def test_a_document_is_judged_the_same_with_and_without(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = tmp_path / "post.md"
    document.write_text(DOCUMENT, "utf-8")

    def run(*options: str) -> tuple[int, object]:
        status = main(["check", str(document), "--format", "json", *options])
        shown = json.loads(capsys.readouterr().out)
        for item in shown["items"]:
            item.pop("seconds", None)
        return status, shown

    without = run()
    monkeypatch.setenv("GRADPROOF_CACHE", str(folder))
    assert run("--no-cache") == without
    assert not folder.exists()
    assert run() == without
    kept = entries(folder)
    assert kept
    asked: list[str] = []
    monkeypatch.setattr("derive.document.judge.verify", lambda claim, **_: asked.append(claim))
    assert run() == without
    assert asked == []
    assert entries(folder) == kept


def test_the_folder_stays_small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "MOST_ENTRIES", 20)
    monkeypatch.setattr(caches, "_PRUNE_EVERY", 5)
    store = Cache(folder)
    (folder / "gradproof-x1_y.part").write_text("")
    (folder / "mine.json").write_text("{}")
    verdict = verify("1 == 1")
    for number in range(60):
        store.put(Asked(claim=f"{number} == {number}"), verdict)
    assert len(entries(folder)) <= 20 + 1
    assert (folder / "mine.json").read_text() == "{}"
    assert Cache(folder).get(Asked(claim="59 == 59")) == verdict
    assert Cache(folder).get(Asked(claim="0 == 0")) is None
    assert not list(folder.glob("*.part"))


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    remembering(Counting(), Cache(folder))(RIGHT)
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    assert Cache(folder).get(RIGHT) is None
    folder.chmod(0o700)
    assert Cache(folder).get(RIGHT) is not None


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
def test_only_regular_files_are_read(folder: Path, tmp_path: Path) -> None:
    remembering(Counting(), Cache(folder))(RIGHT)
    (path,) = entries(folder)
    elsewhere = tmp_path / "elsewhere.json"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert Cache(folder).get(RIGHT) is None
    path.unlink()
    os.mkfifo(path)
    assert Cache(folder).get(RIGHT) is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = Counting()
    ask = remembering(answer, Cache(tmp_path / "file" / "folder"))
    assert ask(RIGHT).status == ask(RIGHT).status == "proved"
    assert answer.times == 1


def test_where_it_is_and_how_it_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("off", "OFF", "0"):
        monkeypatch.setenv("GRADPROOF_CACHE", word)
        assert users_cache() is None
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path / "mine"))
    store = users_cache()
    assert store is not None
    store.put(RIGHT, verify("1 == 1"))
    assert len(entries(tmp_path / "mine")) == 1
    monkeypatch.setenv("GRADPROOF_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(caches.sys, "platform", "linux")
    store = users_cache()
    assert store is not None
    store.put(RIGHT, verify("1 == 1"))
    assert len(entries(tmp_path / "cache" / "gradproof")) == 1
