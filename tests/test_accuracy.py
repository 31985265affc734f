"""The promises of accuracy, on a few hundred adversarial rows: a part of benchmarks/accuracy.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from adversarial import KINDS, Exact, Rows, truth

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from accuracy import ENGINES, QUANTITIES, Results, measure, ours

SHARE = 0.02
BOUNDS = {"default": 4.0, np.float32: 1.0, np.float64: 4.0}
# A product of two probabilities, each within its bound.
HESSIAN = 2


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [1, 2])
def test_no_more_is_lost_than_the_rounding_of_logits_costs(dtype: Any, seed: int) -> None:
    found = measure(dtype, seed, SHARE, ["gradproof"])["gradproof"]
    for quantity in QUANTITIES:
        times = HESSIAN if quantity == "Hessian" else 1
        assert found[f"{quantity} above"] <= times * BOUNDS["default"], quantity
    assert found["lost"] == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_compiled_loops_lose_no_more(dtype: Any) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    found = measure(dtype, 1, SHARE, ["gradproof, numba"])["gradproof, numba"]
    assert found["loss above"] <= BOUNDS["default"]
    assert found["gradient above"] <= BOUNDS["default"]
    assert found["lost"] == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", [1, 2])
def test_precise_loses_next_to_nothing(dtype: Any, seed: int) -> None:
    found = measure(dtype, seed, SHARE, ["gradproof, precise"])["gradproof, precise"]
    for quantity in QUANTITIES:
        times = HESSIAN if quantity == "Hessian" else 1
        assert found[quantity] <= times * BOUNDS[dtype], quantity


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["gradproof", "gradproof, precise"])
def test_the_gradient_sums_to_nothing(dtype: Any, name: str) -> None:
    """Within roundings of its largest entry: one if precise; over the 10,000 rows up to 2.7."""
    most = 1 if name.endswith("precise") and dtype == np.float32 else 3
    assert measure(dtype, 1, SHARE, [name])[name]["sum"] <= most


# The measure, measured.


def test_the_measure_finds_an_error_of_one_unit() -> None:
    exact = Exact(np.array([1.0, 1.5, 0.75, 1e-320]), np.zeros(4))
    got = np.nextafter(exact.hi, 2)
    assert exact.ulps(got, np.float64)[:3] == pytest.approx([1, 1, 1])
    assert np.isnan(exact.ulps(got, np.float64)[3])
    assert exact.ulps(exact.hi * (1 + 2.0**-23), np.float32)[0] == pytest.approx(1)
    assert np.all(exact.ulps(np.full(4, np.nan), np.float64)[:3] == np.inf)


def test_the_reference_is_the_definition() -> None:
    """By 800 digits and the textbook's formulas, where nothing is arranged against cancelling."""
    rng = np.random.default_rng(0)
    for kind in KINDS:
        f = kind(rng, 3)
        exact = truth(Rows(f[None], np.array([1])))
        with mpmath.workdps(9000 if np.ptp(f) > 800 else 800):
            e = [mpmath.exp(mpmath.mpf(float(v))) for v in f]
            p = [one / mpmath.fsum(e) for one in e]
            wanted = [-mpmath.log(p[1]), *(p[k] - (k == 1) for k in range(3))]
            wanted += [p[k] * ((k == m) - p[m]) for k in range(3) for m in range(3)]
            wanted += [mpmath.log(one) for one in p]
            parts = (exact.loss, exact.gradient, exact.hessian, exact.log_softmax)
            got = np.concatenate([np.ravel(part.hi) for part in parts if part is not None])
            low = np.concatenate([np.ravel(part.lo) for part in parts if part is not None])
            for hi, lo, true in zip(got, low, wanted, strict=True):
                off = abs(mpmath.mpf(hi) + mpmath.mpf(lo) - true)
                assert off <= abs(true) * mpmath.mpf(2) ** -100 + mpmath.mpf(2) ** -1074


def test_a_textbook_engine_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def textbook(given: Rows) -> Results:
        loss, _, logs, hessian = ours(given)
        p = np.exp(logs)
        p[np.arange(len(p)), given.labels] -= 1
        return loss, p, logs, hessian

    monkeypatch.setitem(ENGINES, "textbook", textbook)
    found = measure(np.float64, 1, SHARE, ["textbook"])["textbook"]
    assert found["lost"] > 0
    assert found["gradient above"] > BOUNDS["default"]
