"""Files of claims, formats for other tools, JSON Schemas, diagnosis pages, recomputation."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from derive import verify
from derive.diagnoses import DIAGNOSES, Diagnosis
from derive.errors import Disagreement
from reports import diagnoses_ko
from reports.claims import Asked, Written, read_claims
from reports.cli import main
from reports.judged import Judged
from reports.verifying import _with_progress

ROOT = Path(__file__).parent.parent
SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
CLAIMS = f"""\
# softmax and its loss

given: {SOFTMAX}
given: L = -log(p[y])
d(L, f[k]) == p[k] - delta(k, y)
  d(L, f[k]) == p[k] - 1   # of one class
d(L, f[k]) == p[k] + )
max(f[j], j) == max(f[k], k)
where: k != y
d(L, f[k]) == p[k]
d(L, f[k]) == -p[k]
---
declare: z: nonsense
sigma(-z) == 1 - sigma(z)
---
q == d(Q, f[k])
"""
STATUS = {5: "proved", 6: "conditional", 8: "undecided", 10: "proved", 11: "refuted"}


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("my claims.txt")
    path.write_text(CLAIMS, "utf-8")
    return path


def shown(path: object, form: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What `--file` prints; the file has unreadable lines, so that the exit status is 2."""
    assert main(["verify", "--file", str(path), "--format", form]) == 2
    return capsys.readouterr().out


def schema(name: str) -> Draft202012Validator:
    data = json.loads((ROOT / "docs" / "schema" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(data)
    return Draft202012Validator(data)


# Files of claims.


def test_every_claim_of_a_file_has_a_verdict_or_a_mistake(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(shown(claims, "json", capsys))
    assert {v["line"]: v["status"] for v in data["verdicts"]} == STATUS
    assert {v["file"] for v in data["verdicts"]} == {"my claims.txt"}
    places = [(m["line"], m["column"]) for m in data["mistakes"]]
    assert places == [(7, 22), (13, 13), (14, 1), (16, 8)]
    assert "line 13" in data["mistakes"][2]["message"]


def test_text_names_file_line_and_column(claims: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--file", str(claims)]) == 2
    captured = capsys.readouterr()
    assert "my claims.txt:6:3: ◐ conditional  d(L, f[k]) == p[k] - 1" in captured.out
    assert captured.out.endswith(
        "8 claims: 2 proved, 1 conditional, 1 refuted, 1 undecided, 3 unread\n"
    )
    assert "my claims.txt:7:22: this ) closes nothing" in captured.err
    assert "\r" not in captured.err


def test_a_mistaken_setting_spoils_the_claims_below_it_until_the_reset() -> None:
    source = "given: q = (\nq == 1\n---\n1 == 1\n"
    first, second, third = read_claims(source)
    assert isinstance(first, tuple)
    assert isinstance(second, Asked)
    assert second.broken == (1,)
    assert third == Asked(Written("1 == 1", 4))


def test_a_mistake_that_shows_late_is_placed_where_it_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.txt"
    path.write_text(f"given: {SOFTMAX}\n  given:  q[i, i] = 1\nq[k, l] == 1\np[k] == p[k]\n")
    data = json.loads(shown(path, "json", capsys))
    places = [(m["line"], m["column"]) for m in data["mistakes"]]
    assert places == [(2, 11), (3, 1), (4, 1)]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["1 == 1"], 0),
        (["max(f[j], j) == f[k]", "1 == 1"], 3),
        (["max(f[j], j) == max(f[k], k)", "1 == 2", "1 == 1"], 1),
        (["1 == 2", "1 ==", "1 == 1"], 2),
        (["given: q = 1"], 2),
        (["# nothing", ""], 2),
    ],
)
def test_the_exit_status_is_the_worst(
    lines: list[str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for form in ("text", "json", "github", "sarif", "junit"):
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
        assert main(["verify", "--file", "-", "--format", form]) == status


def test_settings_of_the_command_line_hold_for_the_whole_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.txt"
    path.write_bytes(b"\xef\xbb\xbfsum(p[j], j) == 1\r\n---\r\nsum(p[j], j) == 1\r\n")
    assert main(["verify", "--file", str(path), "--given", SOFTMAX]) == 0
    assert main(["verify", "--file", str(path), "--given", "p[k] = ("]) == 2
    assert "given: line 1, column 8" in capsys.readouterr().err


def test_files_that_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "latin1").write_bytes(b"1 == 1\n\xe9 == 1\n")
    with (tmp_path / "long").open("wb") as file:
        file.truncate(10_000_001)
    for name in ("pipe", "latin1", "long", "absent", "."):
        assert main(["verify", "--file", str(tmp_path / name)]) == 2
    err = capsys.readouterr().err
    for told in ("not a regular file", "line 2 is not UTF-8", "longer than", "No such file"):
        assert told in err


def test_one_alarm_does_not_stop_the_others(
    claims: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def judge(claim: str, **setting: Any) -> Any:
        if claim.endswith("- 1"):
            raise Disagreement("two opinions")
        return verify(claim, **setting)

    monkeypatch.setattr("reports.judged.verify", judge)
    assert main(["verify", "--file", str(claims), "--format", "json"]) == 4
    data = json.loads(capsys.readouterr().out)
    assert {v["line"] for v in data["verdicts"]} == STATUS.keys() - {6}
    (alarm,) = [m for m in data["mistakes"] if m["line"] == 6]
    Path(alarm["message"].rsplit(maxsplit=1)[-1]).unlink()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_a_terminal_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = [Judged(None), Judged(None), Judged(None)]
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(_with_progress(results, "c.txt", 3)) == results
    lines = sys.stderr.getvalue().split("\r")  # type: ignore[attr-defined]
    assert "c.txt: 1 of 3, 0 s" in lines
    assert lines[-1] == ""


# Formats.


def test_sarif_has_the_defects_and_only_them(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = json.loads(shown(claims, "sarif", capsys))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    found = [(r["ruleId"], r["level"]) for r in run["results"]]
    assert found == [("GP201", "warning"), ("GP101", "error")]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == ["GP201", "GP101"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20claims.txt"
    assert place["region"] == {"startLine": 6, "startColumn": 3, "endColumn": 25}
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["exitCode"] == 2
    levels = [n["level"] for n in invocation["toolExecutionNotifications"]]
    assert levels.count("note") == 1
    assert levels.count("error") == 4


def test_fingerprints_move_with_the_claim_and_tell_equal_claims_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.txt"

    def prints(text: str) -> list[str]:
        path.write_text(text)
        assert main(["verify", "--file", str(path), "--format", "sarif"]) == 1
        results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
        return [r["partialFingerprints"]["primaryLocationLineHash"] for r in results]

    first = prints("x + x == x\n1 == 2\n")
    assert prints("# moved\n\n1 == 2\nx  + x == x") == first[::-1]
    twice = prints("1 == 2\n1 == 2\n")
    assert len(set(twice)) == 2
    assert twice[0] == first[1]


def test_junit_counts_what_it_shows(claims: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = ElementTree.fromstring(shown(claims, "junit", capsys))
    suite = root.find("testsuite")
    assert suite is not None
    kinds = ["failure", "error", "skipped"]
    cases = suite.findall("testcase")
    counts = {kind: len(suite.findall(f"testcase/{kind}")) for kind in kinds}
    assert counts == {"failure": 2, "error": 4, "skipped": 1}
    assert suite.attrib["tests"] == str(len(cases)) == "9"
    assert [suite.attrib[k] for k in ("failures", "errors", "skipped")] == ["2", "4", "1"]
    passed = [case.attrib["line"] for case in cases if len(case) == 0]
    assert passed == ["5", "10"]


def test_junit_of_characters_that_xml_cannot_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.txt"
    path.write_bytes(b'f\0[k] == 1 <&\x1b"\n')
    root = ElementTree.fromstring(shown(path, "junit", capsys))
    case = root.find("testsuite/testcase")
    assert case is not None
    assert case.attrib["name"] == 'f\ufffd[k] == 1 <&\ufffd"'


def test_github_annotates_and_prints_the_text(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(claims, "github", capsys).splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    pause = lines.index(f"::{token}::")
    assert any("◐ conditional" in line for line in lines[:pause])
    after = lines[pause + 1 :]
    assert [line.partition(" ")[0] for line in after] == ["::error"] * 5 + ["::warning"] * 2
    (found,) = [line for line in after if "GP201" in line]
    head = "::warning file=my claims.txt,line=6,col=3,endColumn=25,title=gradproof GP201::"
    assert found.startswith(head)


def test_github_is_given_no_more_than_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.txt"
    path.write_text("1 == 2\n" * 10)
    main(["verify", "--file", str(path), "--format", "github"])
    assert capsys.readouterr().out.count("\n::error ") == 10
    path.write_text("1 == 2\n" * 23)
    main(["verify", "--file", str(path), "--format", "github"])
    *_, last = lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert last == "::error title=gradproof::14 more, see the log of this step"


def test_no_text_gives_github_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.txt"
    path.write_text("::error::no\n::add-mask::x%0A::y, z\n")
    lines = shown(path, "github", capsys).splitlines()
    end = lines.index(f"::{lines[0].removeprefix('::stop-commands::')}::")
    assert any(line.strip().startswith("::add-mask") for line in lines[1:end])
    assert all(line.startswith("::error file=") for line in lines[end + 1 :])


def test_github_is_given_signs_of_its_own_escaped(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = claims.rename("100%, or: so.txt")
    lines = shown(odd, "github", capsys).splitlines()
    places = [line.split(",line=")[0] for line in lines if " file=" in line and "::" in line[:2]]
    assert set(places) == {
        *("::error file=100%25%2C or%3A so.txt", "::warning file=100%25%2C or%3A so.txt"),
    }


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "json"])
def test_one_claim_in_every_format(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "x + x == x", "--format", form]) == 1
    assert "x + x == x" in capsys.readouterr().out


# JSON Schemas.


def test_verdicts_keep_their_schema(claims: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(shown(claims, "json", capsys))
    schema("verify").validate(data)
    main(["verify", "d(L, f[i, k]) == 0", *MEAN, "--format", "json"])
    schema("verify").validate(json.loads(capsys.readouterr().out))
    main(["verify", "x == 1", "--at", "x=1/2", "--format", "json"])
    schema("verify").validate(json.loads(capsys.readouterr().out))


MEAN = [
    "--given",
    "p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)",
    "--given",
    "L = -sum(log(p[i, y[i]]), i)/N",
]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("status", "true"),
        ("counterexample", None),
        ("condition", None),
        ("line", 0),
        ("diagnosis", "sign"),
        ("unheard_of", 1),
    ],
)
def test_the_schema_refuses_what_no_verdict_says(
    key: str, value: object, claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(shown(claims, "json", capsys))
    assert schema("verify").is_valid(data)
    data["verdicts"][1][key] = value
    assert not schema("verify").is_valid(data)


def test_losses_and_derivations_keep_their_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    main(["losses", "--format", "json"])
    schema("losses").validate(json.loads(capsys.readouterr().out))
    for options in ([], ["--order", "2"], ["--path", "textbook"]):
        main(["derive", "softmax-nll", *options, "--format", "json"])
        data = json.loads(capsys.readouterr().out)
        schema("derive").validate(data)
        data["steps"][0].pop("before")
        assert not schema("derive").is_valid(data)


# Diagnosis pages.


@pytest.mark.parametrize("row", DIAGNOSES.values(), ids=lambda row: row.code)
def test_the_right_formula_is_proved_and_the_wrong_one_is_not(row: Diagnosis) -> None:
    setting: dict[str, Any] = {"given": row.given, "declare": row.declare, "where": row.where}
    assert verify(row.right, **setting).status == "proved"
    wrong = verify(row.wrong, **setting)
    assert wrong.status == ("conditional" if row.holds else "refuted")
    assert (wrong.condition or "") == row.holds
    assert wrong.counterexample is not None


def test_every_code_that_is_given_has_a_page_in_both_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "derive").rglob("*.py")]
    given = {code for source in sources for code in re.findall(r'"(GP\d{3})"', source)}
    assert given == DIAGNOSES.keys() == diagnoses_ko.ROWS.keys()
    for row in DIAGNOSES.values():
        for lang, name in (("en", row.name), ("ko", diagnoses_ko.ROWS[row.code][0])):
            assert main(["explain", row.code.lower(), "--lang", lang]) == 0
            page = capsys.readouterr().out
            assert page.startswith(f"{row.code}  {name}\n")
            assert row.wrong in page
            assert row.right in page


def test_explain_lists_all_codes_and_refuses_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == list(DIAGNOSES)
    assert main(["explain", "GP999"]) == 2
    assert "no code 'GP999'" in capsys.readouterr().err
