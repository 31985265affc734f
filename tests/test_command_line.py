"""The command as a shell runs it: streams, locales, mistakes, help, completion, a user's loss."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reports.cli import main
from reports.columns import columns
from reports.output import write_text

ROOT = Path(__file__).parent.parent
PROVED = ["verify", "a == a"]
UNDECIDED = ["verify", "max(f[j], j) == max(f[k], k)"]
NARROW = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "reports.cli", *words]


def environment(**more: str) -> dict[str, str]:
    # Output that is not held back would be written at once, and not as users' is.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**kept, "PYTHONPATH": str(ROOT), "GRADPROOF_CACHE": "off", **more}


def run(words: list[str], text: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*words), input=text, capture_output=True, env=environment(**more), check=False
    )


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """The line in bash, where `gradproof` is the command."""
    called = f'gradproof() {{ "{sys.executable}" -m reports.cli "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", called],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        check=False,
    )


def test_the_package_runs_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reports", *UNDECIDED],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 3
    assert done.stdout == run(UNDECIDED).stdout


def test_undecided_may_be_allowed() -> None:
    assert main([*UNDECIDED, "--allow-undecided"]) == 0
    assert main(["verify", "a == 2*a", "--allow-undecided"]) == 1
    assert main(["verify", "a == 2*a", "--at", "a=0", "--allow-undecided"]) == 0
    assert main(["verify", "a == 2*a", "--at", "a=1", "--allow-undecided"]) == 1


def command_status(words: list[str]) -> int:
    try:
        return main(words)
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["verify", "-log(a)==-log(a)"], 0, "proved  -log(a) == -log(a)"),
        (["verify", "b == -a*-1", "--given", "b = -(-a)"], 0, "proved"),
        (["report", "-z*z", "--wrt", "z", "--lang=en"], 0, "-z*z"),
        (["verify", "-log(a"], 2, "claim: line 1, column 5"),
        (["verify", "-log"], 2, "one of the arguments claim --file is required"),
        (["verify", "a == a", "-O=3"], 2, "unrecognized arguments: -O=3"),
    ],
)
def test_a_formula_may_begin_with_a_minus_sign(
    words: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_status(words) == status
    captured = capsys.readouterr()
    assert told in captured.out + captured.err


def test_mistakes_are_told_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["verify", "a == sum(b, j", "--declare", "b: colour"]
    assert main(wrong) == main([*wrong, "--lang", "ko"]) == 2
    lines = capsys.readouterr().err.splitlines()
    english, korean = lines[: len(lines) // 2], lines[len(lines) // 2 :]
    assert english[0] == "claim: line 1, column 9: this ( is never closed"
    assert korean[0] == "claim: 1행 9열: 닫는 짝이 없음: ("
    assert korean[1:3] == english[1:3] == ["  a == sum(b, j", "          ^"]
    assert english[6].startswith("  hint: kinds are real, positive")
    assert korean[6].startswith("  도움말: 쓸 수 있는 종류: real, positive")


# Streams.


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("gradproof verify 'a == a' >&-", 0),
        ("gradproof verify 'a == a' 2>&-", 0),
        ("gradproof verify 'a == ' 2>&-", 2),
        ("gradproof verify --file - <&-", 2),
        ("gradproof check - <&-", 2),
    ],
)
def test_a_closed_stream_is_no_failure_of_ours(line: str, status: int) -> None:
    done = shell(line)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("words", ["verify 'a == a'", "losses", "losses --format json"])
def test_a_full_disk_is_told_in_a_line(words: str) -> None:
    done = shell(f"gradproof {words} >/dev/full")
    assert done.returncode == 2
    assert done.stderr == "standard output: No space left on device\n"


@pytest.mark.parametrize("words", ["losses", "completion bash", "explain"])
def test_a_reader_that_goes_away_hears_no_complaint(words: str) -> None:
    done = shell(f"gradproof {words} | true; echo ${{PIPESTATUS[0]}}")
    assert done.stderr == ""
    assert done.stdout.strip() in {"141", "0"}
    unread = shell(f"(sleep 1; gradproof {words}; echo $? >&2) | true")
    assert unread.stderr == "141\n"


def test_signs_stay_apart_where_the_locale_has_none() -> None:
    proved, undecided = run(PROVED, **NARROW), run(UNDECIDED, **NARROW)
    assert proved.stdout.startswith(b"+ proved")
    assert undecided.stdout.startswith(b"? undecided")


def test_a_letter_that_the_locale_lacks_is_shown_by_its_escape() -> None:
    done = run(["explain", "GP201", "--lang", "ko"], **NARROW)
    assert done.returncode == 0
    assert rb"\ub300" in done.stdout or re.search(rb"\\u[0-9a-f]{4}", done.stdout)
    assert b"??" not in done.stdout


def test_tools_get_utf_8_whatever_the_locale() -> None:
    text = "Now $é = 1$ and $p = 한$".encode()
    done = run(["check", "-", "--format", "json"], text, **NARROW)
    sources = [item["source"] for item in json.loads(done.stdout.decode("utf-8"))["items"]]
    assert any("한" in source for source in sources)


def test_standard_input_is_utf_8_whatever_the_locale() -> None:
    text = "é $a = b$, then $a = b + 1 - 1$\r\n".encode()
    done = run(["check", "-", "--format", "json"], text, **NARROW)
    data = json.loads(done.stdout)
    assert [item["column"] for item in data["items"]] == [4, 18]
    assert run(["check", "-"], b"\xff $a = b$", **NARROW).returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")
def test_an_interrupt_is_one_word(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    process = subprocess.Popen(
        command("report", "focal", "-o", str(target)),
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environment(),
    )
    time.sleep(0.6)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    # Interrupted while it makes a class, CPython ends by the signal: for a shell that is 130 too.
    assert process.returncode in (130, -signal.SIGINT)
    assert said == b"interrupted\n"
    assert not list(tmp_path.iterdir())


# Mistakes on the command line.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "required: COMMAND"),
        (["verfy"], "did you mean 'verify'?"),
        (["verify"], "one of the arguments claim --file is required"),
        (["verify", "a == a", "--formt", "json"], "unrecognized arguments: --formt json"),
        (["verify", "a == a", "--format", "jsn"], "did you mean 'json'?"),
        (["verify", "a == a", "--timeout", "0"], "'0' is no positive number of seconds"),
        (["verify", "a == a", "--timeout", "-1"], "'-1' is no positive number"),
        (["verify", "a == a", "--timeout", "nan"], "'nan' is no positive number"),
        (["check", "a.md", "--total", "inf"], "'inf' is no positive number"),
        (["derive", "sigmoid", "--order", "3"], "there is no '3'"),
        (["report"], "required: loss"),
    ],
)
def test_a_mistake_is_a_line_and_a_hint(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    told, hint = capsys.readouterr().err.splitlines()
    assert said in told
    assert hint.startswith("  hint: gradproof ")
    assert hint.endswith("--help shows what it takes")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "softmax-nl"], "did you mean 'softmax-nll'?"),
        (["derive", "sigmoide"], "did you mean 'sigmoid'?"),
        (["derive", "xyzzy"], "gradproof losses lists them"),
        (["derive", "log(sum(exp(f[j]), j))"], "a formula needs --wrt"),
        (["report", "exp(f[k]) +", "--wrt", "f[k]"], "the formula ends too early"),
        (["explain", "GP999"], "gradproof explain lists them"),
        (["check", "absent.md"], "No such file"),
        (["check", "."], "not a regular file"),
    ],
)
def test_a_name_that_is_not_there_is_told(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize("words", [["report", "sigmoid"], ["check", "a.md"]])
def test_a_place_that_cannot_be_written_is_refused_before_any_work(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("worked before it looked where the report goes")

    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("$a = b$")
    monkeypatch.setattr("reports.commands._record", work)
    monkeypatch.setattr("derive.check", work)
    assert main([*words, "-o", "no such/a.html"]) == 2
    assert "there is no folder no such" in (said := capsys.readouterr().err)
    assert "mkdir -p 'no such'" in said
    Path("b.html").mkdir()
    assert main([*words, "-o", "b.html"]) == 2
    assert "not a regular file" in capsys.readouterr().err
    # Whoever runs the tests as root may write everywhere.
    monkeypatch.setattr("reports.output.os.access", lambda *_: False)
    assert main([*words, "-o", "c.html"]) == 2
    assert "c.html: Permission denied" in capsys.readouterr().err
    if words[0] == "check":
        assert main([*words, "--fix"]) == 2
        assert "a.fixed.md: Permission denied" in capsys.readouterr().err


def test_a_report_has_the_mode_of_any_new_file_or_of_the_one_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    before = os.umask(0o027)
    try:
        write_text(path, "new")
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o604)
        write_text(path, "replaced")
    finally:
        os.umask(before)
    assert path.read_text("utf-8") == "replaced"
    assert path.stat().st_mode & 0o777 == 0o604


def test_columns_are_counted_as_a_terminal_sets_them() -> None:
    assert columns("abc") == 3
    assert columns("증명") == 4
    assert columns("e\N{COMBINING ACUTE ACCENT}") == 1


# Help and completion.


@pytest.mark.parametrize("columns", ["40", "80", "200"])
@pytest.mark.parametrize(
    "words", [[], ["verify"], ["check"], ["derive"], ["report"], ["losses"], ["completion"]]
)
def test_help_fits(words: list[str], columns: str) -> None:
    done = run([*words, "--help"], COLUMNS=columns)
    assert done.returncode == 0
    widest = max(map(len, done.stdout.decode().splitlines()))
    assert widest <= max(int(columns), 80)


def test_help_says_what_the_exit_status_means_and_gives_examples_that_run() -> None:
    told = run(["--help"]).stdout.decode()
    assert re.findall(r"^  (\d)  ", told, re.MULTILINE) == ["0", "1", "2", "3", "4"]
    example = re.search(r"  (gradproof verify (?:.*\\\n)*.*)\n", told)
    assert example is not None
    done = shell(example[1])
    assert done.returncode == 1
    assert "holds only if k == y" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_commands_and_losses() -> None:
    script = run(["completion", "bash"]).stdout.decode()
    asked = """
complete_at() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  $(complete -p gradproof | sed -E 's/.*-F ([^ ]+).*/\\1/') gradproof; echo "${COMPREPLY[@]}"; }
complete_at gradproof ver
complete_at gradproof report softmax-nll-m
"""
    done = subprocess.run(
        ["bash", "-c", script + asked], capture_output=True, text=True, check=False
    )
    commands, losses = done.stdout.splitlines()
    assert commands.split() == ["verify"]
    assert losses.split() == ["softmax-nll-mean"]


# A loss that the catalogue lacks.


def test_a_formula_of_ones_own_gets_a_report(tmp_path: Path) -> None:
    target = tmp_path / "own.json"
    own = ["report", "log(sum(exp(f[j]/T), j))", "--wrt", "f[k]", "--declare", "T: positive"]
    assert main([*own, "-o", str(target), "-o", str(tmp_path / "own.html")]) == 0
    record = json.loads(target.read_text("utf-8"))
    assert record["title"] == "log(sum(exp(f[j]/T), j))"
    first, second = record["derivations"]
    assert first["claim"]["text"].startswith("d(L, f[k]) == ")
    # The Hessian is a matrix: its second index is another one.
    assert second["claim"]["text"].startswith("d(L, f[k], f[l]) == ")
    command = record["reproduction"]["command"]
    again = tmp_path / "again"
    again.mkdir()
    done = shell(f"cd '{again}' && {command}")
    assert done.returncode == 0, done.stderr
    assert (again / "report.html").read_text() == (tmp_path / "own.html").read_text()


def test_a_report_of_what_is_not_proved_does_not_exit_with_0(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import reports.commands
    from reports.record import build_record

    def contradicted(derivations: object, numeric: dict[str, object], *more: object, **rest: str):
        return build_record(derivations, {**numeric, "ok": False}, *more, **rest)

    monkeypatch.setattr("reports.record.build_record", contradicted)
    assert main(["report", "sigmoid", "-o", str(tmp_path / "a.txt")]) == 4
    assert reports.commands.EXIT_ALARM == 4


# PDF.


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on this machine")
def test_a_pdf_is_written_whole_and_the_same_twice(tmp_path: Path) -> None:
    first, second, article = tmp_path / "a.pdf", tmp_path / "b.pdf", tmp_path / "c.md"
    assert main(["report", "sigmoid", "-o", str(first), "-o", str(second)]) == 0
    assert first.read_bytes().startswith(b"%PDF-")
    assert first.read_bytes() == second.read_bytes()
    article.write_text("$a = b$, then $a = \\write18{touch pwned} b$", "utf-8")
    assert main(["check", str(article), "-o", str(tmp_path / "c.pdf")]) in {0, 1, 3}
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "c.md", "c.pdf"]


def test_a_pdf_needs_a_tex_and_says_so_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("reports.commands._record", lambda *_: 1 / 0)
    assert main(["report", "sigmoid", "-o", str(tmp_path / "a.pdf")]) == 2
    assert "a PDF needs pdflatex, which is not installed" in capsys.readouterr().err


def test_a_tex_that_fails_is_told_with_its_complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "pdflatex"
    fake.write_text("#!/bin/sh\necho '! Undefined control sequence.'\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert main(["report", "sigmoid", "-o", str(tmp_path / "a.pdf")]) == 2
    assert "pdflatex failed: Undefined control sequence." in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["pdflatex"]


# Korean.

KOREAN_VERDICTS = [
    ["d(L, f[k]) == p[k] - 1", "--given", "p[k] = exp(f[k])/sum(exp(f[j]), j)",
     "--given", "L = -log(p[y])"],
    ["sigma(-z) == 1 - sigma(z)"],
    ["abs(a) == a"],
    ["max(f[j], j) == max(f[k], k)"],
    ["a == b", "--at", "a=1, b=2"],
    ["a == a", "--at", "a=1"],
    ["1/a == 1/a", "--at", "a=0"],
    ["abs(a) == sqrt(a)**2", "--at", "a=2"],
    ["delta(i, k) == 0", "--where", "i != k"],
    ["a + b == 1", "--assume", "a + b == 1"],
]  # fmt: skip


def test_verdicts_speak_korean_and_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reports import words_verdict_en
    from reports.words import Words

    said: set[str] = set()
    spoken = Words.__call__

    def listening(self: Words, key: str, **fields: object) -> str:
        said.add(key)
        return spoken(self, key, **fields)

    monkeypatch.setattr(Words, "__call__", listening)
    for words in KOREAN_VERDICTS:
        status = main(["verify", *words])
        english = capsys.readouterr().out
        assert main(["verify", *words, "--lang", "ko"]) == status
        korean = capsys.readouterr().out
        assert len(korean.splitlines()) == len(english.splitlines())
        assert re.search("[가-힣]", korean)
        assert not re.search("[가-힣]", english)
    main(["verify", "(", "--lang", "ko"])
    claims = tmp_path / "claims.txt"
    for text in ("a == a\n", "a == a\na == b\n("):
        claims.write_text(text)
        main(["verify", "--file", str(claims), "--lang", "ko"])
    assert capsys.readouterr().out.splitlines()[-1] == "주장 3개: 1 증명됨, 1 반증됨, 1 읽지 못함"
    assert set(words_verdict_en.SAYINGS) - said <= {"verdict_open"}


def test_the_catalogue_is_listed_in_korean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["losses", "--lang", "ko"]) == 0
    titles = capsys.readouterr().out.splitlines()[::2]
    assert titles[0] == f"{'softmax-nll':<22}  소프트맥스와 음의 로그 가능도"


def test_a_proof_says_what_it_ranges_over(capsys: pytest.CaptureFixture[str]) -> None:
    question = ["verify", "delta(i, k)*(a + b) == 0*a", "--where", "i != k"]
    assert main([*question, "--assume", "a + b == 1"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == (
        "  for every size and every index where i != k, assuming a + b == 1"
    )
