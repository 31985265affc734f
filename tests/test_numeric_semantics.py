"""PyTorch's cross entropy: against a plain loop, and against PyTorch where it is installed."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

import numeric
from numeric.options import Options, engine, formula
from numeric.stable.proof import formula_claims

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


def test_a_mean_without_weight_is_nan_with_its_derivatives() -> None:
    f, weight = np.eye(3)[:2], np.array([0.0, 1.0, 1.0])
    for y, one in ((np.array([0, -100]), True), (np.array([1, -100]), False)):
        options: Any = {"weight": weight, "label_smoothing": 0.1}
        loss, gradient = numeric.value_and_grad(f, y, **options)
        assert np.isnan(loss) == one
        second = numeric.hessian(f, y, **options), numeric.hvp(f, y, f, **options)
        for made in (gradient, *second):
            assert np.isnan(made[0]).all() == one
            assert not made[1].any()


@pytest.mark.parametrize("shape", [(0, 3), (2, 3, 0), (0, 3, 2), (2, 3, 0, 4)])
def test_no_sample_at_all(shape: tuple[int, ...]) -> None:
    f, y = np.zeros(shape), np.zeros((shape[0], *shape[2:]), int)
    assert numeric.cross_entropy(f, y, reduction="sum") == 0
    loss, gradient = numeric.value_and_grad(f, y, reduction="none")
    assert (loss.shape, gradient.shape) == (y.shape, shape)


@pytest.mark.parametrize("anything", [1.7e308, np.nan, -np.inf, np.inf])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize(
    ("call", "options"),
    [
        (numeric.value_and_grad, {}),
        (numeric.value_and_grad, {"label_smoothing": 0.1}),
        (numeric.value_and_grad, {"label_smoothing": 0.1, "weight": [1.0, 2.0, 0.5]}),
        (numeric.value_and_grad, {"precise": True, "label_smoothing": 0.1}),
        (numeric.nll_loss_value_and_grad, {}),
    ],
    ids=["plain", "smoothed", "weighted", "precise", "log p"],
)
def test_an_ignored_sample_may_hold_anything(
    call: Any, options: Any, reduction: str, anything: float
) -> None:
    f, y = np.log([[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.4, 0.3, 0.3]]), np.array([1, -100, 0])
    odd = np.where((y == -100)[:, None], [-anything, anything, -np.inf], f)
    wanted, slope = call(f, y, reduction=reduction, **options)
    loss, gradient = call(odd, y, reduction=reduction, **options)
    assert np.isfinite(wanted).all()
    assert loss == pytest.approx(wanted, rel=1e-15)
    assert gradient == pytest.approx(slope, rel=1e-15)
    second = numeric.hessian(odd, y, reduction=reduction, **options)  # type: ignore[arg-type]
    assert second[::2] == pytest.approx(
        numeric.hessian(f, y, reduction=reduction, **options)[::2]  # type: ignore[arg-type]
    )
    assert not second[1].any()


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (([[1.0, 2.0]], [2]), {}, "label 2"),
        (([[1.0, 2.0]], [0, 1]), {}, "expected (1,)"),
        (([[1.0, 2.0]], [[0.5]]), {}, "target of shape (1, 1)"),
        (([[1.0, 2.0]], [0]), {"reduction": "median"}, "reduction 'median'"),
        (([[1.0, 2.0]], [0]), {"label_smoothing": 1.5}, "label_smoothing 1.5"),
        (([[1.0, 2.0]], [0]), {"weight": [1.0]}, "weight of shape (1,)"),
        ((1.0, 0), {}, "logits of shape (); expected (C,), (N, C)"),
        (([[[1.0]]], [[0, 0]]), {}, "target of shape (1, 2); expected (1, 1)"),
        (([[1.0, 2.0]], [0]), {"axis": 2}, "axis 2 is out of bounds"),
        (([[1.0, 2.0]], [0]), {"out": np.zeros(2)}, "out of shape (2,)"),
        (([[1.0, 2.0]], [0]), {"threads": 0}, "0 threads; expected a positive whole number"),
    ],
)
def test_wrong_arguments_are_named(arguments: Any, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        numeric.value_and_grad(*arguments, **options)


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(TypeError, match="unknown argument 'weights'; expected weight"):
        numeric.value_and_grad([[1.0, 2.0]], [0], weights=[1.0, 1.0])  # type: ignore[call-arg]


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


# Axes, places to write to, threads, types.

REDUCED: list[dict[str, Any]] = [{"reduction": reduction} for reduction in REDUCTIONS]


@pytest.mark.parametrize("options", REDUCED, ids=str)
@pytest.mark.parametrize("shares", [False, True])
@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1, None])
def test_the_classes_may_lie_on_any_axis(axis: int | None, shares: bool, options: Any) -> None:
    rng = np.random.default_rng(0)
    rows, classes = (2, 3, 4), 5
    f = rng.normal(size=(*rows, classes))
    target = rng.dirichlet(np.ones(classes), rows) if shares else rng.integers(classes, size=rows)
    flat = target.reshape(-1, classes) if shares else target.reshape(-1)
    wanted, slope = numeric.value_and_grad(f.reshape(-1, classes), flat, **options)
    place = 1 if axis is None else axis
    moved = np.moveaxis(f, -1, place)
    loss, gradient = numeric.value_and_grad(
        moved, np.moveaxis(target, -1, place) if shares else target, axis=axis, **options
    )
    assert loss == pytest.approx(wanted.reshape(loss.shape), rel=1e-14)
    assert gradient.shape == moved.shape
    assert np.moveaxis(gradient, place, -1).reshape(-1, classes) == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("classes", [1, 3, 70])
def test_results_do_not_depend_on_the_number_of_threads(classes: int) -> None:
    rng = np.random.default_rng(1)
    f = rng.normal(size=(200_000 // classes, classes)).astype(np.float32)
    target = rng.integers(classes, size=len(f))
    one = numeric.value_and_grad(f, target, threads=1, weight=np.ones(classes))
    for threads in (2, 3, 7):
        many = numeric.value_and_grad(f, target, threads=threads, weight=np.ones(classes))
        assert one[0] == many[0]
        assert np.array_equal(one[1], many[1])


def test_the_environment_says_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADPROOF_THREADS", "many")
    with pytest.raises(ValueError, match="'many' threads"):
        numeric.cross_entropy([[1.0, 2.0]], [0])
    monkeypatch.setenv("GRADPROOF_THREADS", "2")
    assert numeric.cross_entropy([[0.0, 0.0]], [0]) == pytest.approx(math.log(2))


@pytest.mark.parametrize("order", ["C", "F"])
def test_out_is_written_and_returned(order: Any) -> None:
    f, y = np.random.default_rng(2).normal(size=(5, 4, 3)), np.zeros((5, 3), int)
    out = np.empty(f.shape, order=order)
    _, gradient = numeric.value_and_grad(f, y, out=out)
    assert gradient is out
    assert np.array_equal(gradient, numeric.value_and_grad(f, y)[1])
    assert numeric.hvp(f, y, f, out=out) is out
    assert numeric.softmax(f, axis=1, out=out) is out
    assert out.sum(axis=1) == pytest.approx(np.ones((5, 3)))
    with pytest.raises(ValueError, match="where an argument is"):
        numeric.value_and_grad(f, y, out=f)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16, np.uint32, np.int64, np.uint64])
def test_labels_of_any_width(kind: type) -> None:
    f = np.random.default_rng(3).normal(size=(4, 3))
    wanted = numeric.value_and_grad(f, np.array([0, 2, 1, 0]))
    got = numeric.value_and_grad(f, np.array([0, 2, 1, 0], kind))
    assert got[0] == wanted[0]
    assert np.array_equal(got[1], wanted[1])


def test_float16_is_computed_in_float32() -> None:
    f = np.random.default_rng(4).normal(size=(6, 1 << 16)).astype(np.float16)
    y = np.arange(6)
    loss, gradient = numeric.value_and_grad(f, y)
    wanted, slope = numeric.value_and_grad(f.astype(np.float32), y)
    assert loss.dtype == gradient.dtype == np.float16
    assert loss == wanted.astype(np.float16)
    assert np.array_equal(gradient, slope.astype(np.float16))


def test_vjp_and_jvp_are_products_with_the_gradient() -> None:
    rng = np.random.default_rng(5)
    f, y, v = rng.normal(size=(4, 3, 2)), rng.integers(3, size=(4, 2)), rng.normal(size=(4, 3, 2))
    _, gradient = numeric.value_and_grad(f, y, reduction="none")
    upstream = rng.normal(size=(4, 2))
    product = numeric.vjp(f, y, upstream, reduction="none")
    assert product == pytest.approx(gradient * upstream[:, None])
    along = numeric.jvp(f, y, v, reduction="none")
    assert along == pytest.approx((gradient * v).sum(axis=1))
    assert numeric.vjp(f, y, 2.0) == pytest.approx(2 * numeric.value_and_grad(f, y)[1])
    assert numeric.jvp(f, y, v) == pytest.approx((numeric.value_and_grad(f, y)[1] * v).sum())
    with pytest.raises(ValueError, match="upstream of shape"):
        numeric.vjp(f, y, upstream)


def test_jacobians() -> None:
    f = np.random.default_rng(6).normal(size=(2, 4))
    p = numeric.softmax(f)
    wanted = p[:, :, None] * (np.eye(4) - p[:, None, :])
    assert numeric.jacobian(f) == pytest.approx(wanted, abs=1e-16)
    assert numeric.jacobian(f, "log_softmax") == pytest.approx(np.eye(4) - p[:, None, :], abs=1e-15)
    with pytest.raises(ValueError, match="expected softmax or log_softmax"):
        numeric.jacobian(f, "sigmoid")  # type: ignore[arg-type]


def test_jacobians_are_proved() -> None:
    from derive import verify
    from numeric.maps import MAPS

    given = ["p[k] = exp(f[k])/sum(exp(f[j]), j)"]
    for name in ("softmax", "log_softmax"):
        claim = f"d({MAPS[name]}, f[l]) == {MAPS['jacobian of ' + name]}"
        assert verify(claim, given=given).status == "proved"


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [{}, {"pos_weight": [0.5, 2.0, 1.0]}, {"weight": 3.0}])
def test_binary_cross_entropy(reduction: Any, weights: Any) -> None:
    rng = np.random.default_rng(7)
    z, t = rng.normal(size=(4, 3)), rng.uniform(size=(4, 3))
    positive, weight = np.asarray(weights.get("pos_weight", 1.0)), weights.get("weight", 1.0)
    sigma = 1 / (1 + np.exp(-z))
    wanted = -weight * (positive * t * np.log(sigma) + (1 - t) * np.log(1 - sigma))
    slope = weight * ((1 - t) * sigma - positive * t * (1 - sigma))
    whole = {"none": lambda x: x, "sum": np.sum, "mean": np.mean}[reduction]
    loss, gradient = numeric.binary_cross_entropy_with_logits_value_and_grad(
        z, t, reduction=reduction, **weights
    )
    assert loss == pytest.approx(whole(wanted))
    assert gradient == pytest.approx(slope / (z.size if reduction == "mean" else 1))
    alone = numeric.binary_cross_entropy_with_logits(z, t, reduction=reduction, **weights)
    assert np.array_equal(alone, loss)


def test_binary_cross_entropy_keeps_large_logits() -> None:
    loss, gradient = numeric.binary_cross_entropy_with_logits_value_and_grad(
        [1e4, -1e4, 40.0], [1.0, 0.0, 1.0], reduction="none"
    )
    assert loss.tolist() == pytest.approx([0, 0, 4.248354255291589e-18], rel=1e-15)
    assert gradient.tolist() == pytest.approx([0, 0, -4.248354255291589e-18], rel=1e-15)
