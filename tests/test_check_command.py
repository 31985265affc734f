"""`gradproof check`: exit status, formats, files, progress, interruption, mended copies."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from checked import ARTICLE, article
from test_check_fix import again as check_lines
from test_formats import schema
from test_reports_pages import page_faults

from derive.document.items import Asked, Checked
from reports.cli import main

Check = Callable[..., Checked]


def known(items: tuple[int, ...]) -> Check:
    """A check that finds some items of the article, whatever it is given."""

    def check(text: str, *, name: str, **_: Any) -> Checked:
        chosen = tuple(item for item in article().items if item.number in items)
        return replace(article(), name=name, text=text, items=chosen)

    return check


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADPROOF_CACHE", "off")
    monkeypatch.setattr("derive.check", known(tuple(range(1, 10))), raising=False)
    path = Path("my article.md")
    path.write_text(ARTICLE, "utf-8")
    return path


def finds(monkeypatch: pytest.MonkeyPatch, *items: int) -> None:
    monkeypatch.setattr("derive.check", known(items), raising=False)


# Exit status.


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ((1, 2, 4), 0),
        ((1, 4, 7), 1),
        ((3, 9), 1),
        ((4, 8), 3),
        ((4, 9), 3),
        ((1, 2), 3),
        ((), 3),
    ],
)
def test_the_exit_status_is_the_gravest(
    items: tuple[int, ...], status: int, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, *items)
    for form in ("text", "json", "github", "sarif", "junit"):
        assert main(["check", str(document), "--format", form]) == status


@pytest.mark.parametrize(("items", "status"), [((4, 8), 0), ((), 0), ((4, 7, 8), 1), ((4,), 0)])
def test_a_build_may_go_on_where_nothing_is_wrong(
    items: tuple[int, ...],
    status: int,
    document: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    finds(monkeypatch, *items)
    allowed = ["check", str(document), "--allow-undecided"]
    assert main(allowed) == status
    assert main(["check", "absent.md", *allowed[1:]]) == 2
    capsys.readouterr()
    main([*allowed, "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["invocations"][0]["exitCode"] == status


def test_documents_that_are_refused(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("binary.md").write_bytes(b"\x89PNG\r\n\x1a\n")
    Path("nul.md").write_bytes(b"a\0b")
    with Path("long.md").open("wb") as file:
        file.truncate(10_000_001)
    Path("folder").mkdir()
    for name in ("binary.md", "nul.md", "long.md", "folder", "absent.md"):
        assert main(["check", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    for told in ("UTF-8", "binary file", "larger than", "folder/*.md", "No such file"):
        assert told in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_files_in_other_encodings(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.md"
    path.write_text("Übung: let $p_k = e^{f_k}/\\sum_j e^{f_j}$. Then $p_k = 2p_k$.\n", encoding)
    assert main(["check", str(path), "--no-cache"]) == 1
    captured = capsys.readouterr()
    assert "refuted" in captured.out
    assert ("Latin-1" in captured.err) == (encoding == "latin-1")


def test_stdin(document: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(ARTICLE))
    assert main(["check", "-"]) == 1
    assert "stdin:8:8: ◐ conditional" in capsys.readouterr().out


def test_an_alarm_has_an_exit_status_of_its_own(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def alarmed(text: str, **setting: Any) -> Checked:
        return replace(known((4,))(text, **setting), alarms=("two opinions",))

    monkeypatch.setattr("derive.check", alarmed, raising=False)
    assert main(["check", str(document)]) == 4
    message = capsys.readouterr().err
    file = Path(message.rsplit(maxsplit=1)[-1])
    assert "two opinions" in file.read_text("utf-8")
    file.unlink()


# Formats and files.


def test_json_keeps_its_schema(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(document), "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    schema("check").validate(data)
    assert [item["status"] for item in data["items"]] == [
        "definition", "definition", "conditional", "proved", "proved", "conditional", "refuted",
        "undecided", "unread",
    ]  # fmt: skip
    assert data["items"][4]["rests_on"] == [8]


def test_sarif_places_a_claim_of_several_lines(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(document), "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in run["results"]]
    assert regions[1] == {"startLine": 13, "startColumn": 1, "endLine": 14, "endColumn": 6}
    assert [r["ruleId"] for r in run["results"]] == ["GP301", "GP201", "GP102"]
    levels = [n["level"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert levels == ["note", "error"]


def test_junit_has_a_case_for_each_claim(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(document), "--format", "junit"])
    suite = ElementTree.fromstring(capsys.readouterr().out).find("testsuite")
    assert suite is not None
    assert [suite.attrib[k] for k in ("tests", "failures", "errors", "skipped")] == list("7311")
    names = [case.attrib["name"] for case in suite.findall("testcase")]
    assert r"\frac{\partial L}{\partial f_k} &= p_k - 1" in names


def test_github_points_at_the_lines(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(document), "--format", "github"])
    out = capsys.readouterr().out
    assert "::warning file=my article.md,line=8,endLine=9,title=gradproof GP301::" in out
    assert "::error file=my article.md,line=16,col=50,title=gradproof::unknown command" in out
    assert "◐ conditional" in out


def test_output_files(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endings = ("html", "tex", "md", "txt", "json")
    options = [part for ending in endings for part in ("-o", f"out.{ending}")]
    assert main(["check", str(document), *options]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("my article.md: Wrong as stated: ")
    assert out.count("wrote out.") == 5
    assert Path("out.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert Path("out.tex").read_text("utf-8").startswith("\\documentclass")
    assert Path("out.txt").read_text("utf-8").startswith("my article.md: Wrong as stated: ")
    assert Path("out.md").read_text("utf-8").startswith("# my article\\.md")
    schema("check").validate(json.loads(Path("out.json").read_text("utf-8")))


def test_data_on_standard_output_stays_data_beside_a_file(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(document), "--format", "json", "-o", "out.html"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == "refuted"
    assert "wrote out.html" in captured.err


def test_an_unknown_ending_is_refused_before_the_work(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("derive.check", None, raising=False)
    assert main(["check", str(document), "-o", "out.docx"]) == 2


# Several documents.


@pytest.fixture
def two(document: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A document in which all is proved; one with a wrong claim, an undecided one, a mistake."""

    def by_name(text: str, *, name: str, **_: Any) -> Checked:
        return known((1, 4) if name == "right.md" else (1, 7, 8, 9))(text, name=name)

    monkeypatch.setattr("derive.check", by_name, raising=False)
    Path("right.md").write_text(ARTICLE, "utf-8")
    return ["right.md", str(document)]


def test_of_several_documents_each_is_shown_and_the_worst_tells_the_exit_status(
    two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *two]) == main(["check", *reversed(two)]) == 1
    assert main(["check", "right.md", "right.md"]) == 0
    shown = re.findall(r"^(.*\.md): ", capsys.readouterr().out, re.MULTILINE)
    assert shown == ["right.md", "my article.md", "my article.md", "right.md", "right.md"]


def test_a_file_that_is_no_document_does_not_stop_the_others(
    two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "absent.md", "right.md"]) == 2
    captured = capsys.readouterr()
    assert "absent.md: cannot be opened" in captured.err
    assert "right.md:" in captured.out
    assert main(["check", "absent.md", "right.md", "--format", "sarif"]) == 2
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert not run["invocations"][0]["executionSuccessful"]


def test_every_tool_is_told_the_document_of_a_claim(
    two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", *two, "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (defect,) = run["results"]
    place = defect["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20article.md"
    main(["check", *two, "--format", "junit"])
    suites = ElementTree.fromstring(capsys.readouterr().out)
    assert [(s.attrib["name"], s.attrib["failures"]) for s in suites] == [
        *(("right.md", "0"), ("my article.md", "1")),
    ]
    assert suites.attrib["tests"] == "4"
    main(["check", *two, "--format", "github"])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("::stop-commands::")] == [lines[0]]
    told = [line for line in lines if " file=" in line]
    assert len(told) == 3
    assert all("file=my article.md" in line for line in told)


@pytest.mark.parametrize("option", [["-o", "out.html"], ["--format", "json"]])
def test_a_report_is_of_one_document(
    option: list[str], two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *two, *option]) == 2
    assert "one document at a time" in capsys.readouterr().err
    assert not Path("out.html").exists()


def test_a_report_never_takes_the_place_of_its_document(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other name.md").symlink_to(document)
    for path in (
        str(document),
        f"../{document.absolute().parent.name}/{document}",
        "other name.md",
    ):
        assert main(["check", str(document), "-o", path]) == 2
        assert "the document itself" in capsys.readouterr().err
    assert document.read_text("utf-8") == ARTICLE
    assert Path("other name.md").is_symlink()


def test_korean(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(document), "--lang", "ko", "-o", "out.html"])
    assert 'lang="ko"' in Path("out.html").read_text("utf-8")
    main(["check", str(document), "--lang", "ko", "--quiet"])
    assert "◐ 조건부" in capsys.readouterr().out


# Time.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_a_terminal_and_leaves_nothing_behind(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(text: str, *, progress: Callable[[int, int], None], **setting: Any) -> Checked:
        for done in (1, 2, 3):
            progress(done, 3)
        return known((4,))(text, **setting)

    monkeypatch.setattr("derive.check", slow, raising=False)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert main(["check", str(document)]) == 0
    lines = sys.stderr.getvalue().split("\r")  # type: ignore[attr-defined]
    assert "my article.md: 2 of 3, 0 s" in lines
    assert lines[-1] == ""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    main(["check", str(document)])
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_interruption_is_clean(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> Checked:
        raise KeyboardInterrupt

    monkeypatch.setattr("derive.check", interrupted, raising=False)
    assert main(["check", str(document), "-o", "out.html", "--fix"]) == 130
    captured = capsys.readouterr()
    assert captured.err == "interrupted\n"
    assert [path.name for path in Path.cwd().iterdir()] == ["my article.md"]


def test_the_timeout_is_that_of_a_claim(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def answering(timeout: float) -> Callable[..., None]:
        asked.append(timeout)
        return lambda question: None

    monkeypatch.setattr("derive.document.judge.answering", answering)
    main(["check", str(document), "--timeout", "2.5"])
    assert asked == [2.5]


@pytest.mark.parametrize(("options", "times"), [([], 1), (["--no-cache"], 3)])
def test_equal_claims_are_judged_once_unless_told_otherwise(
    options: list[str], times: int, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Asked] = []

    def repeating(text: str, *, answer: Callable[[Asked], Any], **setting: Any) -> Checked:
        for _ in range(3):
            answer(Asked(claim="1 == 1"))
        return known((4,))(text, **setting)

    monkeypatch.setattr("derive.check", repeating, raising=False)
    monkeypatch.setattr("derive.document.judge.answering", lambda timeout: asked.append)
    assert main(["check", str(document), *options]) == 0
    assert len(asked) == times


# Mended copies.


@pytest.fixture
def wrong(document: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def check(text: str, *, name: str, **_: Any) -> Checked:
        return replace(check_lines(text), name=name)

    monkeypatch.setattr("derive.check", check, raising=False)
    path = Path("wrong.md")
    path.write_text("# title\n\n$d(L, f_k) = p_k - 1$\n\n$f_k = p_k$\n", "utf-8")
    return path


def test_fix_writes_a_copy_and_a_diff(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = wrong.read_text("utf-8")
    assert main(["check", str(wrong), "--fix"]) == 1
    out = capsys.readouterr().out
    assert wrong.read_text("utf-8") == before
    fixed = Path("wrong.fixed.md").read_text("utf-8")
    assert fixed == before.replace("= p_k - 1", r"= p_{k} - \delta_{k y}")
    assert "--- wrong.md\n+++ wrong.fixed.md\n" in out
    assert "-$d(L, f_k) = p_k - 1$\n+$d(L, f_k) = p_{k} - \\delta_{k y}$\n" in out
    assert "wrote wrong.fixed.md" in out
    assert "wrong.md:5:1: left as it is: no repair was proved" in out
    assert out.partition("checked again:")[2].strip().startswith("Wrong as stated: 1 of 2 claims.")


def test_fix_writes_over_nothing_unless_told_to(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path("wrong.fixed.md")
    copy.write_text("mine")
    assert main(["check", str(wrong), "--fix"]) == 2
    assert copy.read_text() == "mine"
    assert "exists already" in capsys.readouterr().err
    assert main(["check", str(wrong), "--fix", "--force"]) == 1
    assert "delta" in copy.read_text("utf-8")


def test_fix_of_what_cannot_be_mended_writes_nothing(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong.write_text("$f_k = p_k$\n", "utf-8")
    assert main(["check", str(wrong), "--fix"]) == 1
    assert not Path("wrong.fixed.md").exists()
    assert "nothing was written" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["-", "--fix"], ["wrong.md", "--fix", "--format", "json"]])
def test_fix_is_for_files_and_for_people(wrong: Path, options: list[str]) -> None:
    assert main(["check", *options]) == 2


# The whole way, with nothing stood in for.

POST = r"""# Softmax

Let $p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}$ and $L = -\log p_y$. Then
\begin{align}
\frac{\partial L}{\partial f_k}
  &= \frac{\partial L}{\partial p_k} \frac{\partial p_k}{\partial f_k} \\
  &= -\frac{1}{p_k} \, p_k (1 - p_k) \\
  &= p_k - 1.
\end{align}
"""


def test_a_post_is_judged_reported_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADPROOF_CACHE", "off")
    Path("post.md").write_text(POST, "utf-8")
    assert main(["check", "post.md", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    schema("check").validate(data)
    claims = [item for item in data["items"] if item["kind"] == "claim"]
    assert [item["status"] for item in claims] == ["conditional"] * 2 + ["proved", "conditional"]
    assert claims[2]["rests_on"]
    assert (claims[3]["jump"], claims[3]["repair"]) == (True, "p[k] - delta(k, y)")
    assert main(["check", "post.md", "--fix", "-o", "post.html"]) == 1
    assert Path("post.md").read_text("utf-8") == POST
    fixed = Path("post.fixed.md").read_text("utf-8")
    assert "  &= p_{k} - \\delta_{k y}.\n\\end{align}" in fixed
    assert main(["check", "post.fixed.md", "--quiet"]) == 0
    assert page_faults(Path("post.html").read_text("utf-8")) == []
