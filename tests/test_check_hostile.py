"""Documents that mean harm, through the command line: bounded, clear, nothing let through."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from derive import check
from derive.budget import Allowance
from derive.document.items import Asked, Checked
from derive.verdict import Undecided, Verdict
from reports.cli import main

DEFINED = "$$p_k = \\frac{e^{f_k}}{\\sum_j e^{f_j}}$$\n\n$$L = -\\log p_y$$\n\n"
CLAIM = "$$\\frac{\\partial L}{\\partial f_k} = p_k - 1$$\n\n"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SCRIPT = "<script>alert(1)</script>"
HARM = (
    SCRIPT,
    "{{7*7}} {% raw %} ${x}",
    "\\end{document}",
    "\\immediate\\write18{touch pwned}",
    "\\input{secret}",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "]]> <!-- --> </body> &amp;",
    "\x1b[31m \x1b]0;title\x07 \x9b31m \x08",
    "\u202ereversed\u2066",
)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADPROOF_CACHE", "off")
    (tmp_path / "secret.tex").write_text("SECRET", encoding="utf-8")


def unasked(question: Asked) -> Verdict:
    """No verdict, so that what is measured is the reading."""
    return Undecided(claim=question.claim, reason="not asked")


def judged(text: str, kind: Any = "markdown", **options: Any) -> Checked:
    return check(text, kind=kind, answer=unasked, **options)


# Bounded work: each of these took minutes where a step looked at all that stands before it.

LONG: Mapping[str, str] = {
    "one paragraph": "".join(f"Here $q_{{{n}}} = 3$ are words. " for n in range(2_400)),
    "paragraphs": "Here $p_k$ and $q_1 = 3$ are words.\n\n" * 2_400,
    "examples": "".join(f"$$L_{{{n}}} = -\\log p_y$$\n\n" for n in range(2_000)),
    "new names": "".join(
        f"$$Q_{{\\text{{{''.join(chr(65 + int(d)) for d in str(n))}}}}} = a + b$$\n\n"
        for n in range(2_000)
    ),
    "claims": "".join(
        f"$$\\frac{{\\partial L}}{{\\partial f_k}} = p_k - {n}$$\n\n" for n in range(1_500)
    ),
    "leads": "a:\n\n" * 20_000 + "$$p_k = q_k$$\n\n" * 1_000,
    "bare paragraphs": "$a = b$ $c$\n\n" * 2_400,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_document_takes_time_in_proportion(text: str) -> None:
    begun = time.process_time()
    judged(DEFINED + text)
    assert time.process_time() - begun < 15


@pytest.mark.parametrize("kind", ["markdown", "latex", "plain"])
def test_a_hundred_thousand_displays_are_refused_soon(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ending = {"markdown": "md", "latex": "tex", "plain": "txt"}[kind]
    path = Path(f"long.{ending}")
    path.write_text("$$\na = b\n$$\n\n" * 100_000, encoding="utf-8")
    begun = time.process_time()
    assert main(["check", str(path)]) == 2
    assert time.process_time() - begun < 10
    assert "more than 5,000 formulas up to line 20002: split" in capsys.readouterr().err


def test_five_thousand_formulas_in_cells_are_counted_together() -> None:
    cell = {"cell_type": "markdown", "source": "$a = b$\n\n" * 100}
    path = Path("long.ipynb")
    path.write_text(json.dumps({"cells": [cell] * 51, "nbformat": 4}), encoding="utf-8")
    assert main(["check", str(path)]) == 2


def test_ten_megabytes_of_lines_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("lines.md").write_text("\n" * 9_000_000, encoding="utf-8")
    assert main(["check", "lines.md"]) == 2
    assert "more than 1,000,000 lines" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["md", "tex", "txt"])
def test_a_formula_of_a_megabyte_is_seen_and_left_unread(ending: str) -> None:
    path = Path(f"long.{ending}")
    path.write_text("$$\nL = " + "a + " * 250_000 + "b\n$$\n", encoding="utf-8")
    (item,) = check(path).items
    assert item.status == "unread"
    assert item.complaint is not None
    assert "longer than" in item.complaint.message


def test_more_numbers_than_letters_in_an_example() -> None:
    many = "$$P_{1,2,3,4,5,6,7,8} = 3 + a$$\n\n$$P_{8,7,6,5,4,3,2,1} = 4 + a$$\n\n"
    named = "$$S_{y_i} = k + l + m + q + r + s$$\n\n"
    assert len(judged(DEFINED + many + named).items) >= 4


# The time of a whole document.


def test_what_comes_behind_the_time_is_not_judged_and_says_so() -> None:
    found = check(DEFINED + CLAIM * 3, kind="markdown", total=0.0)
    assert {item.status for item in found.items} == {"unread"}
    reasons = [item.complaint.message for item in found.items if item.complaint is not None]
    assert len(reasons) == 5
    assert all(reason.startswith("out of budget: more than 0 s") for reason in reasons)


def test_a_verdict_that_comes_too_late_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Asked] = []

    def answer(question: Asked) -> Verdict:
        asked.append(question)
        monkeypatch.setattr(Allowance, "is_spent", property(lambda _: True))
        return unasked(question)

    chain = "$$\\frac{\\partial L}{\\partial f_k} = p_k - 1 = p_k - 2$$\n\n"
    found = check(DEFINED + chain + CLAIM, kind="markdown", answer=answer)
    assert len(asked) == 1
    assert [item.status for item in found.items][-1] == "unread"
    assert all("out of budget" in str(item.to_json({})["reason"]) for item in found.items[3:])


def test_the_command_line_sets_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.md").write_text(DEFINED + CLAIM, encoding="utf-8")
    assert main(["check", "a.md", "--total", "1e-9"]) == 3
    assert "out of budget" in capsys.readouterr().out


# Nothing of the document is run, and nothing of it reaches a page or a terminal as it stands.


def harmful(harm: str) -> str:
    return (
        f"# Title {harm}\n\nProse {harm} with $y$.\n\n{DEFINED}{CLAIM}"
        f"$$p_k = \\text{{{harm}}}$$\n\n$$\\frac{{\\partial L}}{{\\partial f_k}} = {harm} + 1$$\n\n"
        f"{harm} $q_k = {harm}$ {harm}\n"
    )


class Tags(HTMLParser):
    """The elements of a page, and the attributes that could run something."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            if name.startswith("on") or "javascript:" in (value or "").lower():
                self.active.append(f"{tag} {name}={value}")


def written(harm: str, endings: str = "html tex md txt json") -> dict[str, str]:
    """What the outputs of a check of a harmful document hold, by their ending."""
    Path("a.md").write_text(harmful(harm), encoding="utf-8")
    outputs = [part for end in endings.split() for part in ("-o", f"out.{end}")]
    assert main(["check", "a.md", "--timeout", "1", *outputs]) in (0, 1, 3)
    return {end: Path(f"out.{end}").read_text(encoding="utf-8") for end in endings.split()}


def html_faults(page: str, clean: str) -> list[str]:
    own, usual = Tags(), Tags()
    own.feed(page)
    usual.feed(clean)
    extra = [] if own.scripts == usual.scripts else ["a script of the document's"]
    return [*own.active, *extra]


@pytest.mark.parametrize("harm", HARM, ids=range(len(HARM)))
def test_no_output_lets_harm_through(harm: str, capsys: pytest.CaptureFixture[str]) -> None:
    clean = written("words", "html")["html"]
    capsys.readouterr()
    out = written(harm)
    shown = capsys.readouterr()
    assert html_faults(out["html"], clean) == []
    assert out["tex"].count("\\end{document}") == 1
    assert not re.search(r"\\(?:write18|immediate|input)\b", out["tex"])
    assert json.loads(out["json"])["name"] == "a.md"
    for text in (shown.out, shown.err, *out.values()):
        assert CONTROL.search(text) is None
        assert "SECRET" not in text
    assert {path.name for path in Path().iterdir()} == {
        *("a.md", "secret.tex"),
        *(f"out.{ending}" for ending in out),
    }


def test_the_page_faults_are_seen() -> None:
    assert html_faults(f"<p>{SCRIPT}</p>", "<p></p>") != []
    assert html_faults('<a href="javascript:alert(1)">', "") != []


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
@pytest.mark.parametrize("harm", HARM, ids=range(len(HARM)))
def test_no_format_lets_harm_through(
    harm: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.md").write_text(harmful(harm), encoding="utf-8")
    assert main(["check", "a.md", "--timeout", "1", "--format", form]) in (0, 1, 3)
    shown = capsys.readouterr().out
    assert CONTROL.search(shown) is None
    if form in ("json", "sarif"):
        assert json.loads(shown)
    if form == "junit":
        assert ElementTree.fromstring(shown) is not None


@pytest.mark.parametrize(
    "name", ["<b>.md", "{{7*7}}.md", "a\x1b[31m.md", "$(x) `x`.md", "\u202e.md"]
)
def test_no_file_name_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text(DEFINED + CLAIM, encoding="utf-8")
    main(["check", name, "-o", "out.html", "-o", "out.tex"])
    shown = capsys.readouterr()
    main(["check", name, "--format", "github"])
    again = capsys.readouterr()
    page, tex = Path("out.html").read_text("utf-8"), Path("out.tex").read_text("utf-8")
    for text in (shown.out, shown.err, again.out, page, tex):
        assert CONTROL.search(text) is None
    assert "<b>.md" not in page


# What is no document, and what is no place for a report.


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices under names there")
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "loop", "missing", "link"])
def test_only_regular_files_are_read(kind: str) -> None:
    match kind:
        case "pipe":
            os.mkfifo("a.md")
        case "folder":
            Path("a.md").mkdir()
        case "device":
            Path("a.md").symlink_to("/dev/zero")
        case "loop":
            Path("a.md").symlink_to("a.md")
        case "link":
            Path("b.md").write_text(DEFINED, encoding="utf-8")
            Path("a.md").symlink_to("b.md")
    assert main(["check", "a.md"]) == (3 if kind == "link" else 2)


BYTES = {
    "nul": b"$$a\0 = b$$",
    "random": bytes(range(256)) * 40,
    "half of utf-16": "$$p_k = 1$$".encode("utf-16") + b"a",
    "control signs": b"Caf\xe9 $$p_k = 1\x1b$$",
    "cells": b'{"cells":[' + b"{}," * 100_000 + b'{}],"nbformat":4}',
    "deep": b'{"cells":' + b"[" * 100_000,
    "aliases": b"---\na: &a [1]\ngradproof: *a\n---\n$$a = b$$",
}


@pytest.mark.parametrize("content", BYTES.values(), ids=BYTES)
def test_what_is_no_text_is_refused(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("a.ipynb" if content.startswith(b"{") else "a.md")
    path.write_bytes(content)
    assert main(["check", str(path)]) == 2
    assert capsys.readouterr().err.strip()


def test_an_output_that_cannot_be_written_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.md").write_text(DEFINED + CLAIM, encoding="utf-8")
    assert main(["check", "a.md", "-o", "nowhere/out.html"]) == 2
    Path("folder.html").mkdir()
    assert main(["check", "a.md", "-o", "folder.html"]) == 2
    Path("out.html").write_text("before", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert main(["check", "a.md", "-o", "out.html"]) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert Path("out.html").read_text(encoding="utf-8") == "before"


# The cache says what a verdict without it says.


def test_with_and_without_a_cache_and_with_a_damaged_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.md").write_text(DEFINED + CLAIM + CLAIM.replace("1", "2"), encoding="utf-8")

    def said() -> list[Any]:
        status = main(["check", "a.md", "--format", "json"])
        return [status, json.loads(capsys.readouterr().out)]

    without = said()
    monkeypatch.setenv("GRADPROOF_CACHE", str(Path("cache").absolute()))
    cold, warm = said(), said()
    entries = list(Path("cache").glob("*.json"))
    assert entries
    for entry in entries:
        entry.write_text(entry.read_text("utf-8").replace("conditional", "proved"), "utf-8")
    assert without == cold == warm == said()
    for entry in Path("cache").glob("*.json"):
        entry.write_bytes(b"\0{[")
    assert said() == without
