"""`gradproof verify --latex`: claims in LaTeX, several readings, the same verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_formats import schema

from derive.residual import settled
from derive.syntax import ZERO
from derive.witness.opinion import Zero
from reports.cli import main

SOFTMAX = ["--given", r"p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}", "--given", r"L = -\log p_y"]
WRONG = r"\frac{\partial L}{\partial f_k} = p_k - 1"
Output = pytest.CaptureFixture[str]


def test_a_claim_in_latex_has_a_verdict_that_can_be_recomputed(capsys: Output) -> None:
    assert main(["verify", "--latex", WRONG, *SOFTMAX]) == 1
    out = capsys.readouterr().out
    assert out.startswith("◐ conditional  d(L, f[k]) == p[k] - 1\n  holds only if k == y\n")
    assert "nearest right formula: p[k] - delta(k, y)" in out
    assert '--given "L = -log(p[y])" --at "n=2, k=1, y=2, exp(f)=(1, 2)"' in out


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github"])
def test_every_format(form: str, capsys: Output) -> None:
    assert main(["verify", "--latex", WRONG, *SOFTMAX, "--format", form]) == 1
    out = capsys.readouterr().out
    assert "GP201" in out
    if form == "json":
        schema("verify").validate(json.loads(out))


def test_several_readings_are_all_shown_and_one_is_chosen(capsys: Output) -> None:
    claim = ["verify", "--latex", "x = 1/2y"]
    assert main(claim) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "1: x = 1/2*y\n  2: x = 1/(2*y)\n  hint: --read N" in captured.err
    for number, reading in (("1", "x == 1/2*y"), ("2", "x == 1/(2*y)")):
        assert main([*claim, "--read", number]) in (1, 3)
        first, _, _ = capsys.readouterr().out.partition("\n")
        assert first.endswith(f"  {reading}")
    for number in ("0", "3", "-1"):
        assert main([*claim, "--read", number]) == 2


def test_nothing_is_defined_by_the_claim_itself(capsys: Output) -> None:
    assert main(["verify", "--latex", "p_k - y_k := e_k"]) == 3
    assert "p[k] - y[k] == e[k]" in capsys.readouterr().out


@pytest.mark.parametrize("folder", [".", "gone"])
def test_opinions_that_contradict_each_other_raise_an_alarm(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / folder))
    monkeypatch.setattr("derive.decide.modular_opinion", lambda problem: Zero(1))
    monkeypatch.setattr(
        "derive.decide.settled", lambda problem: settled(problem.claiming(ZERO, ZERO))
    )
    assert main(["verify", "--latex", "e^z = 2 e^z"]) == 4
    assert "contradicts itself" in capsys.readouterr().err


def test_definitions_may_be_formula_text(capsys: Output) -> None:
    given = ["--given", "p[k] = exp(f[k])/sum(exp(f[j]), j)"]
    assert main(["verify", "--latex", r"\sum_k p_k = 1", *given]) == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--latex", r"\foo = 1"], "unknown command"),
        (["--latex", "a_k"], "expected one equality"),
        (["--latex", "i = j"], "expected one equality"),
        (["--latex", "p_k < 1"], "expected one equality"),
        (["--latex", r"x \to y"], "expected one equality"),
        (["--latex", "a = b", "--at", "a=1, b=2"], "--at do not go together"),
        (["--latex", "a = b", "--zero-based"], "--zero-based do not go together"),
        (["--latex", "--file", "x.txt"], "--file do not go together"),
        (["a == b", "--read", "1"], "add --latex"),
    ],
)
def test_what_is_refused(options: list[str], told: str, capsys: Output) -> None:
    assert main(["verify", *options]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""
