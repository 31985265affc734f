"""The command line: exit status, formats, files, hostile input."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from derive.errors import Disagreement
from reports.cli import main
from reports.output import OutputError, write_text

SOFTMAX = [
    "--given",
    "p[k] = exp(f[k])/sum(exp(f[j]), j)",
    "--given",
    "L = -log(p[y])",
]


@pytest.mark.parametrize(
    ("claim", "status", "code"),
    [
        ("d(L, f[k]) == p[k] - delta(k, y)", "proved", 0),
        ("d(L, f[k]) == p[k] - 1", "conditional", 1),
        ("d(L, f[k]) == p[k] + delta(k, y)", "refuted", 1),
        ("max(f[j], j) == max(f[k], k)", "undecided", 3),
        ("d(L, f[k]) == argmax(f)", "undecided", 3),
    ],
)
def test_exit_status_and_json(
    claim: str, status: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", claim, *SOFTMAX, "--format", "json"]) == code
    data = json.loads(capsys.readouterr().out)
    assert data["schema_version"] == 1
    (verdict,) = data["verdicts"]
    assert verdict["status"] == status
    assert (verdict["counterexample"] is not None) == (code == 1)


def test_conditional_shows_condition_and_both_fractions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["verify", "d(L, f[k]) == p[k] - 1", *SOFTMAX])
    out = capsys.readouterr().out
    for piece in ("◐ conditional", "k == y", "n = 2", "e^f = (1, 2)", "1/3", "-2/3"):
        assert piece in out


@pytest.mark.parametrize(
    "claim",
    [
        "__import__('os')",
        "9**9**9**9 == 1",
        "(" * 10_000 + ")" * 10_000,
        "x" * 1_000_000,
        "f\0[k] == 1",
        "ф[k] == 1",
        "",
    ],
)
def test_bad_input_is_a_message_and_exit_2(claim: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", claim, *SOFTMAX]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "line 1, column" in captured.err
    assert "^" in captured.err
    assert "Traceback" not in captured.err


def test_all_mistakes_of_all_texts_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "p[k] = )", "--given", "L = -(", "--declare", "y: nonsense"]) == 2
    err = capsys.readouterr().err
    assert all(origin in err for origin in ("claim:", "given:", "declare:"))


def test_claim_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("sigma(-z) == 1 - sigma(z)\n"))
    assert main(["verify", "-"]) == 0


def test_a_disagreement_is_an_alarm_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def disagree(*_: object, **__: object) -> None:
        raise Disagreement("two opinions")

    monkeypatch.setattr("derive.decide.decide", disagree)
    assert main(["verify", "1 == 1"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    alarm = Path(captured.err.rsplit(maxsplit=1)[-1])
    assert "two opinions" in alarm.read_text("utf-8")
    alarm.unlink()


def test_derive_prints_steps_for_a_loss_and_for_a_formula(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["derive", "softmax-nll", "--path", "textbook"]) == 0
    assert "Quotient rule" in capsys.readouterr().out
    assert main(["derive", "L = -log(p[y])", "--wrt", "f[k]", *SOFTMAX[:2]]) == 0
    assert "p[k] - delta(y, k)" in capsys.readouterr().out
    assert main(["derive", "ind(k == y)*f[k]", "--wrt", "f[k]"]) == 0
    assert "delta(k, y)" in capsys.readouterr().out.splitlines()[-3]
    assert main(["derive", "L == l*m*r*s*l2*z", "--wrt", "f[k]", "--order", "2"]) == 0
    assert "d(L, f[k], f[l3])" in capsys.readouterr().out
    assert main(["derive", "nope"]) == 2
    assert main(["derive", "exp(f[k]) +", "--wrt", "f[k]"]) == 2


def test_losses_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["losses", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["losses"]
    assert {"softmax-nll", "focal", "bce-with-logits"} <= {row["name"] for row in rows}


def test_report_writes_what_was_asked_for_and_the_same_bytes_twice(tmp_path: Path) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    tex, data = tmp_path / "a.tex", tmp_path / "a.json"
    assert main(["report", "softmax-nll", "-o", str(first), "-o", str(tex), "-o", str(data)]) == 0
    assert main(["report", "softmax-nll", "-o", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert tex.read_text("utf-8").startswith("\\documentclass")
    assert json.loads(data.read_text("utf-8"))["name"] == "softmax-nll"
    assert {p.name for p in tmp_path.iterdir()} == {"a.html", "b.html", "a.tex", "a.json"}


def test_report_refuses_before_it_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "softmax-nll", "-o", str(tmp_path / "a.docx")]) == 2
    assert main(["report", "nope", "-o", str(tmp_path / "a.html")]) == 2
    assert main(["report", "softmax-nll", "-o", str(tmp_path / "no" / "a.html")]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_exists_survives_a_failed_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kept.html"
    target.write_text("before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        write_text(target, "after")
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.html"]


def test_only_regular_files_are_written() -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        write_text(Path("/dev/null"), "text")


def test_another_numeric_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "numeric.py").write_text("")
    root = Path(__file__).parent.parent
    code = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "from reports.cli import main; raise SystemExit(main(['losses']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "another package named 'numeric'" in run.stderr


def test_completion_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    assert "gradproof" in capsys.readouterr().out
