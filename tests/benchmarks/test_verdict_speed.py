"""How long verdicts and commands take, side by side with importing SymPy. Nothing is asserted.

python -m pytest tests/benchmarks -m slow -s
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from derive import losses, verify

ROOT = Path(__file__).parent.parent.parent
SOFTMAX = ["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]
GRADIENT = "d(L, f[k]) == p[k] - delta(k, y)"
HESSIAN = "d(L, f[k], f[l]) == p[k]*(delta(k, l) - p[l])"
THIRD = (
    "d(L, f[k], f[l], f[m]) == "
    "p[k]*((delta(k, l) - p[l])*(delta(k, m) - p[m]) - p[l]*(delta(l, m) - p[m]))"
)
REPEATS = 7

pytestmark = pytest.mark.slow


def median_seconds(run: Callable[[], object]) -> float:
    """The median over REPEATS, after one run that is not counted."""
    run()
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


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


def test_catalogue_verdicts() -> None:
    print(f"\n{'loss':24} {'gradient ms':>12} {'Hessian ms':>12}")
    for row in losses():
        taken = [
            median_seconds(
                lambda order=order, row=row: verify(
                    row.claim(order), given=row.given, declare=row.declare
                )
            )
            for order in (1, 2)
        ]
        print(f"{row.name:24} {taken[0] * 1e3:12.1f} {taken[1] * 1e3:12.1f}")
