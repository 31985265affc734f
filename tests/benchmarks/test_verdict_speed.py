"""How long verdicts and commands take, side by side with importing SymPy.

Only the verdicts of the catalogue have a limit; `python tests/benchmarks/verdict_times.py` prints
them as a table.

python -m pytest tests/benchmarks -m slow -s -n 0
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from verdict_times import LIMITS, median_seconds, verdict_seconds

from derive import losses, verify
from derive.catalogue import Loss

ROOT = Path(__file__).parent.parent.parent
SOFTMAX = ["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]
GRADIENT = "d(L, f[k]) == p[k] - delta(k, y)"
HESSIAN = "d(L, f[k], f[l]) == p[k]*(delta(k, l) - p[l])"
THIRD = (
    "d(L, f[k], f[l], f[m]) == "
    "p[k]*((delta(k, l) - p[l])*(delta(k, m) - p[m]) - p[l]*(delta(l, m) - p[m]))"
)

pytestmark = pytest.mark.slow


def command(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True
    )


def test_commands_against_importing_sympy(tmp_path: Path) -> None:
    given = [word for text in SOFTMAX for word in ("--given", text)]
    report = str(tmp_path / "report.html")
    sympy = median_seconds(command("-c", "import sympy"))
    rows = {
        "import sympy": ("-c", "import sympy"),
        "gradproof --help": ("-m", "reports.cli", "--help"),
        "gradproof verify (gradient)": ("-m", "reports.cli", "verify", GRADIENT, *given),
        "gradproof report softmax-nll": (
            "-m",
            "reports.cli",
            "report",
            "softmax-nll",
            "-o",
            report,
        ),
    }
    print(f"\n{'command':32} {'seconds':>8} {'ratio':>6}")
    for name, arguments in rows.items():
        seconds = median_seconds(command(*arguments))
        print(f"{name:32} {seconds:8.3f} {seconds / sympy:6.2f}")


def test_warm_verdicts() -> None:
    print(f"\n{'softmax-nll, warm':32} {'ms':>8}")
    for name, claim in (("gradient", GRADIENT), ("Hessian", HESSIAN), ("third", THIRD)):
        seconds = median_seconds(lambda claim=claim: verify(claim, given=SOFTMAX))
        print(f"{name:32} {seconds * 1e3:8.1f}")


@pytest.mark.parametrize("row", losses(), ids=lambda row: row.name)
def test_verdicts_of_the_catalogue_take_no_longer_than_promised(row: Loss) -> None:
    for order, limit in LIMITS.items():
        assert verdict_seconds(row, order, repeats=3) < limit
