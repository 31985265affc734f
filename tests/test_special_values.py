"""Special values: what the docs' table says of the engine is what it gives; and it makes sense."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numeric

sys.path.insert(0, str(Path(__file__).parent / "golden"))
from special_values import CASES, END, FILE, LIBRARIES, PAGE, START, Special, table, words

STORED = json.loads(FILE.read_text(encoding="utf-8"))

MODULES = {"PyTorch": "torch", "SciPy": "scipy", "JAX": "jax"}


def named(cases: Any) -> list[Any]:
    return [pytest.param(case, id=case.words) for case in cases]


def asked(case: Special, library: str = "gradproof") -> str:
    with np.errstate(all="ignore"):
        return words(LIBRARIES[library](case))


@pytest.mark.parametrize("case", named(CASES))
def test_the_engine_gives_what_the_table_says(case: Special) -> None:
    assert asked(case) == STORED[case.words]["gradproof"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", MODULES)
def test_the_others_give_what_the_table_says(library: str) -> None:
    pytest.importorskip(MODULES[library], reason=f"{library} is not installed")
    for case in CASES:
        assert asked(case, library) == STORED[case.words][library], case.words


def test_the_docs_show_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(START)[1].split(END)[0].strip() == table(STORED)
    assert list(STORED) == [case.words for case in CASES]


@pytest.mark.parametrize("case", named(CASES))
def test_a_nan_loss_has_no_finite_gradient(case: Special) -> None:
    """0 beside nan would hide the fault; but a sample that does not count has no gradient."""
    loss, gradient = numeric.value_and_grad(*case.arrays, **case.options)
    if np.isnan(loss) and "ignored" not in case.words:
        assert np.isnan(gradient).all()


@pytest.mark.parametrize("case", named(CASES))
@pytest.mark.parametrize("precise", [False, True])
def test_every_way_gives_the_same(case: Special, precise: bool) -> None:
    """Beside an ordinary row, alone, by the loss only, without a warning, the input untouched."""
    logits, target = case.arrays
    if not len(logits):
        return
    kept = logits.copy()
    options = {**case.options, "reduction": "none", "precise": precise}
    loss, gradient = numeric.value_and_grad(logits, target, **options)
    ordinary = np.linspace(0, 1, logits.shape[1]).astype(logits.dtype)
    both = np.concatenate([logits, ordinary[None]])
    goals = np.concatenate([target, target])
    losses, gradients = numeric.value_and_grad(both, goals, **options)
    assert np.array_equal(logits, kept, equal_nan=True)
    eps = 4 * float(np.finfo(logits.dtype).eps)
    assert np.allclose(losses[:1], loss, eps, 0, equal_nan=True)
    assert np.allclose(gradients[:1], gradient, eps, 0, equal_nan=True)
    assert np.isfinite(gradients[1]).all()
    alone = numeric.cross_entropy(logits, target, **options)
    assert np.allclose(alone, loss, eps, 0, equal_nan=True)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_mask_takes_classes_away(axis: int) -> None:
    """-inf at some classes is the loss of the others alone, bit by bit."""
    rng = np.random.default_rng(0)
    f = rng.normal(size=(5, 4))
    y = rng.integers(4, size=5)
    masked = np.insert(f, [2, 4], -np.inf, axis=1)
    moved = np.array([0, 1, 3, 4])[y]
    loss, gradient = numeric.value_and_grad(f, y, reduction="none")
    f2 = np.moveaxis(masked, 1, axis)
    loss2, gradient2 = numeric.value_and_grad(f2, moved, reduction="none", axis=axis)
    gradient2 = np.moveaxis(gradient2, axis, 1)
    assert loss2 == pytest.approx(loss, rel=4e-16)
    assert gradient2[:, [0, 1, 3, 4]] == pytest.approx(gradient, rel=4e-16)
    assert not gradient2[:, [2, 5]].any()


@pytest.mark.parametrize("n", [2**11 + 1, 2**16, 2**17])
def test_float16_sums_of_many_classes(n: int) -> None:
    """A running sum in float16 stalls at 2^11 and overflows at 2^16."""
    loss, gradient = numeric.value_and_grad(np.zeros((1, n), np.float16), [0])
    assert loss == np.float16(np.log(n))
    assert gradient[0, 1] == np.float16(1 / n)
    p = numeric.softmax(np.zeros(n, np.float16))
    assert p.astype(np.float64).sum() == pytest.approx(1, rel=1e-3)
    logs = numeric.log_softmax(np.zeros(n, np.float16))
    assert logs[0] == np.float16(-np.log(n))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_hundred_thousand_classes_at_both_ends(dtype: Any) -> None:
    """The largest logit first, last or in the middle of 2^17."""
    n = 2**17
    for at in (0, n // 2, n - 1):
        f = np.zeros((1, n), dtype)
        f[0, at] = 30
        loss, gradient = numeric.value_and_grad(f, [at])
        wanted = np.log1p((n - 1) * np.exp(-30.0))
        assert loss == pytest.approx(wanted, rel=64 * float(np.finfo(dtype).eps))
        rest = np.delete(gradient[0].astype(np.float64), at)
        assert gradient[0, at] == pytest.approx(-rest.sum(), rel=64 * float(np.finfo(dtype).eps))


@pytest.mark.slow
def test_the_compiled_loops_give_the_same() -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    for case in CASES:
        made = numeric.value_and_grad(*case.arrays, **case.options, backend="numba")
        assert words(made) == STORED[case.words]["gradproof"], case.words


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_a_binary_logit_without_bound_has_the_slope_of_its_limit(
    target: float, dtype: Any, backend: Any
) -> None:
    """sigma(z) - t, which is 1 - t and -t; nan stays nan, and no other logit is touched."""
    if backend == "numba":
        pytest.importorskip("numba", reason="numba is not installed")
    logits = np.array([np.inf, -np.inf, np.nan, 0.0, 2.0], dtype)
    targets = np.full_like(logits, target)
    options: Any = {"reduction": "none", "backend": backend}
    loss, gradient = numeric.binary_cross_entropy_with_logits_value_and_grad(
        logits, targets, **options
    )
    wanted = np.array([1, 0, np.nan, 0.5, 1 / (1 + np.exp(-2.0))]) - target
    assert np.allclose(gradient, wanted, 1e-6, 0, equal_nan=True)
    assert not np.isfinite(loss[:3]).any()
