"""Rows whose logits are all near 0 go without a shift; what a row gets depends on the row alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeric
from numeric.engine import compile as compiled
from numeric.kernels import jit
from numeric.kernels.tame import reach, wild_rows

KINDS = [np.float32, np.float64]
BACKENDS = [
    "numpy",
    pytest.param("numba", marks=pytest.mark.skipif(not jit.installed(), reason="")),
]
CLASSES = [1, 2, 10, 48, 49, 100, 1000]


def beside(classes: int, kind: Any) -> np.ndarray:
    """Rows at both sides of the border, and beyond all: their largest logit, or their least."""
    limit = reach(np.dtype(kind), classes)
    ends = [0.5, 0.99 * limit, 1.01 * limit, 3 * limit, np.inf, np.nan]
    rng = np.random.default_rng(classes)
    rows = rng.normal(size=(2 * len(ends), classes))
    rows[np.arange(len(rows)), rng.integers(classes, size=len(rows))] = [*ends, *np.negative(ends)]
    return rows.astype(kind)


def test_the_border_keeps_quotients_of_sums_of_exponentials_inside_the_type() -> None:
    for kind in map(np.dtype, KINDS):
        for classes in (1, 2, 1000, 2**20):
            limit = np.asarray(reach(kind, classes), kind)
            most, least = np.exp(limit) * kind.type(classes), np.exp(-limit)
            assert np.isfinite(most / least)
            assert least >= np.finfo(kind).tiny


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", CLASSES)
def test_a_row_gets_the_same_numbers_in_any_company(classes: int, kind: Any, backend: str) -> None:
    logits = beside(classes, kind)
    labels = np.arange(len(logits)) % classes
    options: Any = {"reduction": "none", "backend": backend}
    together = numeric.value_and_grad(logits, labels, **options)
    for at in range(len(logits)):
        loss, gradient = numeric.value_and_grad(logits[[at]], labels[[at]], **options)
        assert np.array_equal(loss[0], together[0][at], equal_nan=True)
        assert np.array_equal(gradient[0], together[1][at], equal_nan=True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", CLASSES)
def test_both_forms_say_the_same(classes: int, kind: Any, backend: str) -> None:
    """The whole-array program shifts every row."""
    logits = beside(classes, kind)
    labels = np.arange(len(logits)) % classes
    engine = compiled("softmax-nll")
    plain = engine.function("value_and_grad").plain
    with np.errstate(all="ignore"):
        wanted = plain(logits, labels[:, None])
    made = engine.value_and_grad(logits, labels, backend=backend)
    for row in np.flatnonzero(np.isfinite(logits).all(axis=1)):
        close = float((8 + np.ptp(logits[row])) * np.finfo(kind).eps)
        assert made[0][row] == pytest.approx(wanted[0][row], rel=close, abs=0)
        np.testing.assert_allclose(
            made[1][row], wanted[1][row], rtol=close, atol=np.finfo(kind).tiny
        )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", [48, 1000, 10_000])
@pytest.mark.parametrize("middle", [0.118, 3.0])
def test_equal_exponentials_do_not_round_alike(
    middle: float, classes: int, kind: Any, backend: str
) -> None:
    """A long row of near ties: 5 units in the last place."""
    few = np.random.default_rng(classes).uniform(-4, 4, size=(20, classes))
    logits = (middle * (1 + few * np.finfo(kind).eps)).astype(kind)
    labels = np.zeros(20, int)
    _, gradient = numeric.value_and_grad(logits, labels, reduction="none", backend=backend)
    exact = np.exp(logits.astype(np.longdouble) - middle)
    wanted = exact / exact.sum(axis=1, keepdims=True)
    off = np.abs(gradient[:, 1:] - wanted[:, 1:]) / np.spacing(wanted[:, 1:].astype(kind))
    assert off.max() <= 5


@pytest.mark.parametrize("classes", [10, 100])
def test_the_sum_of_a_mixed_block_counts_every_row_once(classes: int) -> None:
    logits = np.random.default_rng(0).normal(size=(400, classes))
    logits[::7] += 500
    labels = np.arange(400) % classes
    mean, gradient = numeric.value_and_grad(logits, labels, backend="numpy")
    each, slopes = numeric.value_and_grad(logits, labels, reduction="none", backend="numpy")
    assert mean == pytest.approx(each.mean(), rel=1e-14)
    np.testing.assert_allclose(gradient * 400, slopes, rtol=1e-14)


def test_logits_are_read_where_they_lie_and_never_written_to() -> None:
    logits = np.random.default_rng(0).normal(size=(300, 100))
    logits.setflags(write=False)
    before = logits.copy()
    numeric.value_and_grad(logits, np.zeros(300, int), backend="numpy")
    numeric.hvp(logits, np.zeros(300, int), logits, backend="numpy")
    assert np.array_equal(logits, before)


def test_weights_beside_wild_rows_are_not_written_to() -> None:
    """The weights themselves are what is summed."""
    engine = compiled(
        given=[
            "p[i,k] = exp(f[i,k])/sum(exp(f[i,j]), j)",
            "L = -sum(w[i]*log(p[i,y[i]]), i)/sum(w[i], i)",
        ],
        declare=["y: label[N]", "w: positive[N]"],
        gradient="w[i]*(p[i,k] - delta(k,y[i]))/sum(w[i], i)",
        first="f[i,k]",
    )
    rng = np.random.default_rng(0)
    logits, weights = rng.normal(size=(50, 100)), rng.uniform(1, 2, 50)
    logits[3] += 1000
    weights.setflags(write=False)
    labels = np.zeros(50, int)
    each = numeric.cross_entropy(logits, labels, reduction="none")
    loss = engine.loss(logits, labels, w=weights, backend="numpy")
    assert loss == pytest.approx((weights * each).sum() / weights.sum(), rel=1e-13)


def test_logits_whose_entries_are_replaced_meanwhile_are_loaded() -> None:
    engine = compiled(
        given=["L = sum(f[j], j, j != y)"], declare=["y: label"], gradient="1 - delta(k,y)"
    )
    logits = np.random.default_rng(0).normal(size=(50, 100))
    logits.setflags(write=False)
    loss = engine.loss(logits, np.zeros(50, int), backend="numpy")
    np.testing.assert_allclose(loss, logits[:, 1:].sum(axis=1), atol=1e-13)


def test_tame_rows_have_a_function_of_their_own() -> None:
    source = compiled("softmax-nll").function("value_and_grad").source
    shifted, tame = source.split("def value_and_grad_of_tame(")
    assert "np.max(" in shifted
    assert "np.max(" not in tame
    assert "For tame rows" in tame


@pytest.mark.parametrize("name", ["softmax-nll", "focal"])
def test_the_proof_covers_the_form_for_tame_rows(name: str) -> None:
    claims = {claim.name: verdict.status for claim, verdict in compiled(name).proof().identities}
    unshifted = {claim: status for claim, status in claims.items() if claim.endswith("-unshifted")}
    assert len(unshifted) == 3
    assert set(unshifted.values()) == {"proved"}


def test_rows_are_wild_by_their_sums() -> None:
    kind = np.dtype(np.float32)
    most = reach(kind)
    rest = np.array([1.0, 1e-9, 0.0, 1e-9, 2 * np.exp(most), np.inf, np.nan, 1.0, 1.0, 1.0])
    entry = np.array([0.0, 0.0, -3.0, -9.0, 0.0, 0.0, 0.0, most + 1, -most - 1, np.nan])
    wanted = [False] * 3 + [True] * 7
    for shape in ((-1, 1), (1, -1)):
        pair = [rest.reshape(shape), np.exp(entry).reshape(shape)]
        found = wild_rows(pair, kind)
        assert found is not None
        assert found.tolist() == wanted
        assert wild_rows([values.ravel()[:3].reshape(shape) for values in pair], kind) is None


def test_masked_classes_are_tame() -> None:
    """-inf is no reason for a shift: its exponential is 0 either way."""
    logits = np.random.default_rng(0).normal(size=(60, 100))
    logits[:, ::3] = -np.inf
    labels = np.full(60, 1)
    engine = compiled("softmax-nll")
    runner = engine.function("value_and_grad").runner
    assert runner is not None
    shifted, tame = runner.functions[0]
    runner.functions[0] = (None, tame)
    try:
        loss, gradient = engine.value_and_grad(logits, labels, backend="numpy")
    finally:
        runner.functions[0] = (shifted, tame)
    kept = np.exp(logits)
    np.testing.assert_allclose(loss, np.log(kept.sum(axis=1)) - logits[:, 1], rtol=1e-14)
    assert not gradient[:, ::3].any()
