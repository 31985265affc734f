"""Points at which both sides are recomputed, and indices that count from 0."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path
from typing import Any

import pytest

from derive import verify
from derive.catalogue import CATALOGUE
from derive.decide import pose
from derive.errors import FormulaError
from derive.witness.recompute import point_text, recompute
from derive.zero_based import counted_from_one
from reports.arguments import parser
from reports.cli import main
from reports.shell import verify_command

ROOT = Path(__file__).parent.parent
SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
MEAN = ["p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)", "L = -sum(log(p[i, y[i]]), i)/N"]


# Recomputation.

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("d(L, f[k]) == p[k] - 1", {"given": [SOFTMAX, "L = -log(p[y])"]}),
    (
        "d(L, f[k]) == p[k] + t[k]",
        {"given": [SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"], "declare": ["t: simplex[n]"]},
    ),
    (
        "d(L, f[k]) == p[k] + t[k]",
        {
            "given": [SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"],
            "assume": ["sum(t[j], j) == 2"],
            "where": "k != l, l != m",
        },
    ),
    ("d(L, f[i, k]) == p[i, k]", {"given": MEAN}),
    (
        "d(L, f[k]) == p[k] + delta(k, y)",
        {
            "given": [SOFTMAX, "L = -(1 - p[y])**gamma*log(p[y])"],
            "declare": ["gamma: positive"],
        },
    ),
    ("-sqrt(x) == x", {"declare": ["x: positive"]}),
    ("sum(t[j]**3, j) == sqrt(2)", {"declare": ["t: simplex[n]", "n: 3"]}),
    ("1/x == 1/x + 0*log(x)", {}),
    ("exp(f[k]) == 1", {"assume": ["sum(f[j], j) == 0"]}),
    ("exp(f[k]) + sqrt(2) == 1", {"assume": ["sum(f[j], j) == 1"]}),
    *(
        (row.claim(1) + " + 1", {"given": row.given, "declare": row.declare})
        for row in CATALOGUE.values()
    ),
]


@pytest.mark.parametrize(("claim", "setting"), WRONG)
def test_every_counterexample_can_be_recomputed(claim: str, setting: dict[str, Any]) -> None:
    found = verify(claim, **setting).counterexample
    assert found is not None
    again = recompute(pose(claim, **setting), point_text(found))
    assert (again.left, again.right, again.exact) == (found.left, found.right, found.exact)
    assert again.differ


def test_the_printed_command_prints_the_same_two_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for claim, setting in [*WRONG[:3], WRONG[5]]:
        options = [(k, v) for k in ("given", "declare", "assume") for v in setting.get(k, ())]
        where = [("where", setting["where"])] if "where" in setting else []
        asked = shlex.split(verify_command(claim, [*options, *where]))
        assert main(asked[1:]) == 1
        *told, last = capsys.readouterr().out.splitlines()
        assert last.startswith("  recompute: gradproof verify ")
        assert main(shlex.split(last.removeprefix("  recompute: "))[1:]) == 1
        again = capsys.readouterr().out.splitlines()
        values = [line.strip() for line in told if line.startswith(("    left", "    right"))]
        assert [line.strip() for line in again[1:3]] == values
        assert again[3] == "  the sides differ"


def test_what_assumptions_determine_is_shown_as_it_is() -> None:
    found = verify("exp(f[k]) == 1", assume=["sum(f[j], j) == 0"]).counterexample
    assert found is not None
    assert found.exp == {"f": ["2", "1/2"]}


def test_a_sum_without_terms_is_bounded_too() -> None:
    asked = ["verify", "sum(n, j, j != j) == 0", "--at", "n=1000000000000", "--timeout", "0.2"]
    started = time.monotonic()
    assert main(asked) == 3
    assert time.monotonic() - started < 5


def test_a_point_proves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "x == x", "--at", "x=1/2"]) == 3
    assert main(["verify", "x == 1", "--at", "x=1"]) == 3
    assert main(["verify", "log(x) == log(x)", "--at", "x=-1"]) == 3
    assert main(["verify", "sqrt(2) == 2**(1/2)", "--at", "x=1"]) == 2
    assert main(["verify", "sqrt(x) == x**(1/2)", "--at", "x=2"]) == 3
    out = capsys.readouterr().out
    for told in ("equal at this point", "neither side has a value", "cannot be told apart"):
        assert told in out
    assert main(["verify", "max(f[j], j) == f[k]", "--at", "n=1, k=1, f=(1)"]) == 3
    assert main(["verify", "x == x", "--at", "x=1", "--format", "sarif"]) == 2


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("", "n has no value"),
        ("n", "expected ="),
        ("n=2,", "expected a name"),
        ("n=2; k=1", "expected ,"),
        ("n=2, n=2", "given twice"),
        ("n=1/0", "division by zero"),
        ("n=1e9", "expected ,"),
        ("n=__import__", "expected a number"),
        ("n=" + "(" * 5000, "nested deeper"),
        ("n=" + "1" * 5000, "more than 100 digits"),
        ("n=1" + " " * 30_000, "longer than"),
        ("n=2, k=3, exp(f)=(1, 2), t=(1/2, 1/2)", "k is at most 2"),
        ("n=2, k=0, exp(f)=(1, 2), t=(1/2, 1/2)", "whole number from 1"),
        ("n=2, k=1, exp(f)=(1, 2), t=(1/2, 1/3)", "do not hold"),
        ("n=2, k=1, exp(f)=(1, 2), t=(3/2, -1/2)", "declared simplex"),
        ("n=2, k=1, exp(f)=(1, 0), t=(1/2, 1/2)", "greater than 0"),
        ("n=2, k=1, exp(f)=(1, 2, 3), t=(1/2, 1/2)", "2 entries"),
        ("n=2, k=1, exp(f)=1, t=(1/2, 1/2)", "2 entries"),
        ("n=2, k=1, exp(t)=(1, 2), f=(1, 2)", "real t only"),
        ("n=2, k=1, f=(1, 2)", "t has no value"),
        ("n=2, k=1, f=(1, 2), t=(1, 0), T=1", "no T"),
    ],
)
def test_what_is_no_point_of_the_claim_is_refused(at: str, told: str) -> None:
    given = [SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"]
    problem = pose("d(L, f[k]) == p[k]", given=given, declare=["t: simplex[n]"])
    with pytest.raises(FormulaError, match=told):
        recompute(problem, at)


def test_a_point_outside_of_where_is_refused() -> None:
    problem = pose("f[k] == f[l]", where="k != l")
    with pytest.raises(FormulaError, match="condition on the indices"):
        recompute(problem, "n=2, k=1, l=1, f=(1, 2)")
    assert recompute(problem, "n=2, k=1, l=2, f=(1, 2)").differ


def test_an_open_entry_is_solved_from_the_facts() -> None:
    problem = pose("t[k] == 1/3", declare=["t: simplex[n]"])
    assert recompute(problem, "n=2, k=2, t=(2/3, ?)").differ is False
    assert recompute(problem, "n=2, k=2, t=(1/3, ?)").right == "1/3"


@pytest.mark.parametrize("claim", ["-x == 1", "k != y", '$(x) `y` "z" \\ \'!'])
def test_commands_survive_a_shell(claim: str) -> None:
    command = shlex.split(verify_command(claim, [("given", claim)]))
    assert command[:2] == ["gradproof", "verify"]
    assert claim in command[2:]
    arguments = parser().parse_args(command[1:])
    assert (arguments.claim, arguments.given) == (claim, [claim])


# Indices that count from 0.


def test_zero_based_indices(capsys: pytest.CaptureFixture[str]) -> None:
    softmax = ["--given", SOFTMAX, "--given", "L = -log(p[y])"]
    claim = "d(L, f[0]) == p[0] - delta(0, y)"
    assert main(["verify", claim, *softmax]) == 2
    assert main(["verify", claim, *softmax, "--zero-based"]) == 0
    out = capsys.readouterr().out
    assert "d(L, f[1]) == p[1] - delta(1, y)" in out
    assert "read literal indices: from 0" in out
    # With three classes, the last entry is f[2]; n, powers and bits are no indices.
    last = ["--zero-based", "--declare", "n: 3", "--declare", "f: real[n]"]
    total = "sum(f[j], j) == f[0] + f[1] + f[2]"
    assert main(["verify", total, *last]) == 0
    assert main(["verify", "f[0] + sum(f[j], j, j != 0) == f[0] + f[1] + f[2]", *last]) == 0
    assert main(["verify", "f[0]**2*ind(n == 3) == f[0]*f[0]", *last]) == 0


def test_only_indices_are_counted_from_one() -> None:
    texts = {
        "claim": ["d(L, f[9]) == p[0]**0 + 0*ind(k == 0) + ind(b == 0) + ind(n == 0)"],
        "given": ["p[k] = exp(f[k])/sum(exp(f[j]), j, j != 0)"],
        "declare": ["b: bit", "y: label"],
        "where": ["k != 0, 0 < y"],
        "assume": ["f[0", "b[y] == 0"],
    }
    assert counted_from_one(texts) == {
        "claim": ["d(L, f[10]) == p[1]**0 + 0*ind(k == 1) + ind(b == 0) + ind(n == 0)"],
        "given": ["p[k] = exp(f[k])/sum(exp(f[j]), j, j != 1)"],
        "declare": ["b: bit", "y: label"],
        "where": ["k != 1, 1 < y"],
        "assume": ["f[0", "b[y] == 0"],
    }


def test_a_text_that_begins_with_a_minus_is_no_option() -> None:
    command = shlex.split(verify_command("-a == b", [("given", "-b == a"), ("at", "a=1")]))
    assert command[2:] == ["--given=-b == a", "--at", "a=1", "--", "-a == b"]


def test_a_number_that_is_no_index_stays_what_it_is() -> None:
    texts = {"claim": ["f[k] == 1/2"], "where": ["k == 1/2"]}
    assert counted_from_one(texts) == texts


def test_zero_based_holds_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.txt"
    path.write_text("where: k == 0\nf[k] == f[0]\n---\nf[k] == f[0\n")
    assert main(["verify", "--file", str(path), "--zero-based", "--format", "json"]) == 2
    data = json.loads(capsys.readouterr().out)
    assert [v["status"] for v in data["verdicts"]] == ["proved"]
    assert [(m["line"], m["column"]) for m in data["mistakes"]] == [(4, 10)]
