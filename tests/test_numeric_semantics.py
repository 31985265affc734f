"""PyTorch's cross entropy: against a plain loop, and against PyTorch where it is installed."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

import numeric
from numeric.proof import formula_claims
from numeric.semantics import Options, engine, formula

REDUCTIONS = ("none", "mean", "sum")
EVERY = [
    Options(reduction, shares, weighted, smoothed, masked, logged)  # type: ignore[arg-type]
    for reduction, shares, weighted, smoothed, masked, logged in itertools.product(
        REDUCTIONS, *[(False, True)] * 5
    )
    if not (shares and masked) and not (logged and (shares or smoothed))
]


@pytest.mark.parametrize("options", EVERY, ids=lambda options: formula(options).name)
def test_every_formula_is_proved(options: Options) -> None:
    gradient, *_ = formula_claims(formula(options))
    assert gradient.verdict().status == "proved"


@pytest.mark.slow
@pytest.mark.parametrize("options", EVERY, ids=lambda options: formula(options).name)
def test_every_hessian_and_program_is_proved(options: Options) -> None:
    assert engine(options).proof().status == "proved"


def plain(f: Any, target: Any, w: Any, eps: float, reduction: str, ignored: int) -> tuple[Any, Any]:
    """The documentation of PyTorch, sample by sample and class by class."""
    n, c = f.shape
    losses, gradients, divisors = np.zeros(n), np.zeros((n, c)), np.zeros(n)
    for i in range(n):
        log_p = [f[i, k] - math.log(sum(math.exp(f[i, j]) for j in range(c))) for k in range(c)]
        if target.ndim == 2:
            share = [(1 - eps) * target[i, k] + eps / c for k in range(c)]
            parts, divisors[i] = [w[k] * share[k] for k in range(c)], 1
        elif target[i] == ignored:
            continue
        else:
            y = target[i]
            parts = [(1 - eps) * w[y] * (k == y) + eps / c * w[k] for k in range(c)]
            divisors[i] = w[y]
        losses[i] = -sum(part * log for part, log in zip(parts, log_p, strict=True))
        gradients[i] = [math.exp(log_p[k]) * sum(parts) - parts[k] for k in range(c)]
    if reduction == "none":
        return losses, gradients
    divisor = divisors.sum() if reduction == "mean" else 1
    return losses.sum() / divisor, gradients / (divisor or 1)


def configuration(seed: int) -> tuple[Any, Any, dict[str, Any]]:
    """Logits, a target and options, all drawn at random."""
    rng = np.random.default_rng(seed)
    n, c = int(rng.integers(1, 6)), int(rng.integers(1, 7))
    f = rng.normal(size=(n, c)) * rng.choice([1, 5])
    target = rng.dirichlet(np.ones(c), n) if rng.random() < 0.4 else rng.integers(c, size=n)
    options: dict[str, Any] = {"reduction": str(rng.choice(REDUCTIONS))}
    if rng.random() < 0.5:
        options["weight"] = rng.uniform(0, 2, c)
    if rng.random() < 0.5:
        options["label_smoothing"] = float(rng.choice([0.1, 0.9, 1.0]))
    if target.ndim == 1:
        options["ignore_index"] = int(rng.choice([-100, 0, 2]))
        if rng.random() < 0.5:
            target[0] = options["ignore_index"]
    return f, target, options


def whole(options: dict[str, Any], classes: int) -> dict[str, Any]:
    return {
        "w": options.get("weight", np.ones(classes)),
        "eps": options.get("label_smoothing", 0.0),
        "reduction": options["reduction"],
        "ignored": options.get("ignore_index", -100),
    }


@pytest.mark.parametrize("seed", range(200))
def test_agrees_with_the_documentation(seed: int) -> None:
    f, target, options = configuration(seed)
    with np.errstate(invalid="ignore"):
        wanted, slope = plain(f, target, **whole(options, f.shape[1]))
    loss, gradient = numeric.value_and_grad(f, target, **options)
    assert loss == pytest.approx(wanted, rel=1e-13, abs=1e-15, nan_ok=True)
    assert gradient == pytest.approx(slope, rel=1e-12, abs=1e-15, nan_ok=True)
    assert numeric.cross_entropy(f, target, **options) == pytest.approx(loss, nan_ok=True)


@pytest.mark.parametrize("seed", range(200))
@pytest.mark.parametrize("single", [False, True])
def test_agrees_with_pytorch(seed: int, single: bool) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    f, target, options = configuration(seed)
    if single:
        f, target = f[0], target[0]
    logits = torch.tensor(f, requires_grad=True)
    given = dict(options)
    if "weight" in given:
        given["weight"] = torch.tensor(given["weight"])
    wanted = torch.nn.functional.cross_entropy(logits, torch.tensor(target), **given)
    wanted.sum().backward()
    loss, gradient = numeric.value_and_grad(f, target, **options)
    assert loss == pytest.approx(wanted.detach().numpy(), rel=1e-12, abs=1e-14, nan_ok=True)
    assert gradient == pytest.approx(logits.grad.numpy(), rel=1e-12, abs=1e-14, nan_ok=True)
    if np.ndim(target) == 0 or (np.ndim(target) == 1 and np.asarray(target).dtype.kind == "i"):
        given.pop("label_smoothing", None)
        log_p = numeric.log_softmax(f)
        wanted = torch.nn.functional.nll_loss(torch.tensor(log_p), torch.tensor(target), **given)
        options.pop("label_smoothing", None)
        got = numeric.nll_loss(log_p, target, **options)
        assert got == pytest.approx(wanted.numpy(), rel=1e-12, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("seed", range(30))
def test_hessian_and_hvp_are_those_of_the_gradient(seed: int) -> None:
    f, target, options = configuration(seed)
    hessian = numeric.hessian(f, target, **options)
    assert hessian.shape == (*f.shape, f.shape[1])
    vector = np.random.default_rng(seed).normal(size=f.shape)
    product = numeric.hvp(f, target, vector, **options)
    wanted = np.einsum("ikl,il->ik", hessian, vector)
    assert product == pytest.approx(wanted, rel=1e-12, abs=1e-14, nan_ok=True)
    step = 1e-6
    ahead = numeric.value_and_grad(f + step * vector, target, **options)[1]
    back = numeric.value_and_grad(f - step * vector, target, **options)[1]
    assert product == pytest.approx((ahead - back) / (2 * step), rel=1e-6, abs=1e-8, nan_ok=True)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_one_sample_is_a_batch_of_one(reduction: str) -> None:
    f, w = np.array([0.5, -1.0, 2.0]), np.array([0.5, 2.0, 1.0])
    options: Any = {"weight": w, "label_smoothing": 0.1, "reduction": reduction}
    loss, gradient = numeric.value_and_grad(f, 1, **options)
    many, slopes = numeric.value_and_grad(f[None], [1], **options)
    assert loss == many
    assert np.array_equal(gradient, slopes[0])
    assert np.array_equal(
        numeric.hessian(f, 1, **options), numeric.hessian(f[None], [1], **options)[0]
    )
    assert np.array_equal(
        numeric.hvp(f, 1, f, **options), numeric.hvp(f[None], [1], f[None], **options)[0]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_are_kept(dtype: type) -> None:
    f = np.zeros((2, 3), dtype)
    loss, gradient = numeric.value_and_grad(f, [0, 1], weight=np.ones(3), label_smoothing=0.5)
    assert loss.dtype == gradient.dtype == dtype
    assert numeric.softmax(f).dtype == numeric.log_softmax(f).dtype == dtype


def test_a_mean_over_no_sample_is_nan() -> None:
    loss, gradient = numeric.value_and_grad(np.zeros((2, 3)), [-100, -100])
    assert np.isnan(loss)
    assert not gradient.any()
    assert np.isnan(numeric.cross_entropy(np.zeros((0, 3)), np.zeros(0, int)))
    loss, gradient = numeric.value_and_grad(np.zeros((2, 3)), [-100, -100], reduction="sum")
    assert loss == 0
    assert not gradient.any()


def test_an_ignored_sample_may_hold_anything() -> None:
    f = np.array([[0.0, 1.0], [-1.7e308, 1.7e308]])
    for reduction in ("none", "sum", "mean"):
        loss, gradient = numeric.value_and_grad(f, [0, -100], reduction=reduction)  # type: ignore[arg-type]
        assert np.isfinite(loss).all()
        assert not gradient[1].any()


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (([[1.0, 2.0]], [2]), {}, "label 2"),
        (([[1.0, 2.0]], [0, 1]), {}, "expected (1,)"),
        (([[1.0, 2.0]], [[0.5]]), {}, "t of shape (1, 1)"),
        (([[1.0, 2.0]], [0]), {"reduction": "median"}, "reduction 'median'"),
        (([[1.0, 2.0]], [0]), {"label_smoothing": 1.5}, "label_smoothing 1.5"),
        (([[1.0, 2.0]], [0]), {"weight": [1.0]}, "w of shape (1,)"),
        (([[[1.0]]], [[0]]), {}, "expected (C,) or (N, C)"),
    ],
)
def test_wrong_arguments_are_named(arguments: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        numeric.value_and_grad(*arguments, **options)


def test_softmax_along_any_axis() -> None:
    f = np.random.default_rng(0).normal(size=(3, 4, 5))
    for axis in (-1, 0, 1):
        p = numeric.softmax(f, axis=axis)
        wanted = np.exp(f) / np.exp(f).sum(axis=axis, keepdims=True)
        assert p == pytest.approx(wanted, rel=1e-14)
        assert np.exp(numeric.log_softmax(f, axis=axis)) == pytest.approx(wanted, rel=1e-14)


def test_log_softmax_keeps_the_tail() -> None:
    """log(softmax) would be 0 here, and so would scipy.special.log_softmax."""
    assert numeric.log_softmax([40.0, 0.0])[0] == pytest.approx(-4.248354255291589e-18, rel=1e-15)
