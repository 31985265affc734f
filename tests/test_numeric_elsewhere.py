"""Arrays of other libraries: the same programs, the same numbers, arrays of that library."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from test_numeric_engine import arguments, logits_of

import numeric
from derive.catalogue import ENGINES
from numeric import compile as compiled

pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")


@pytest.fixture(params=["array_api_strict", "torch", "jax"])
def array_of(request: pytest.FixtureRequest) -> Any:
    """What makes an array of the library."""
    library = pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    if request.param == "jax":
        library.config.update("jax_enable_x64", True)
        return library.numpy.asarray
    return library.asarray


def assert_near(got: Any, wanted: Any) -> None:
    assert tuple(got.shape) == np.shape(wanted)
    assert np.asarray(got) == pytest.approx(np.asarray(wanted), rel=1e-12, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("name", ENGINES)
def test_every_row_runs_elsewhere(name: str, array_of: Any) -> None:
    engine, logits = compiled(name), logits_of(name)
    values = arguments(engine.signature, logits)
    target = values.pop(engine.signature.inputs[1].name) if engine.signature.has_target else None
    there = {key: array_of(value) for key, value in values.items()}
    f, t = array_of(logits), None if target is None else array_of(target)
    loss, gradient = engine.value_and_grad(f, t, **there)
    assert type(gradient) is type(f)
    wanted, slope = engine.value_and_grad(logits, target, **values)
    assert_near(loss, wanted)
    assert_near(gradient, slope)
    assert_near(engine.hessian(f, t, **there), engine.hessian(logits, target, **values))
    assert_near(engine.hvp(f, t, f, **there), engine.hvp(logits, target, logits, **values))
    upstream = np.full(np.shape(wanted), 0.25)
    assert_near(
        engine.vjp(f, t, array_of(upstream), **there),
        engine.vjp(logits, target, upstream, **values),
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (4, 5, 2)])
@pytest.mark.parametrize("shares", [False, True])
def test_cross_entropy_elsewhere(shape: Any, reduction: Any, shares: bool, array_of: Any) -> None:
    rng = np.random.default_rng(0)
    f, weight = rng.normal(size=shape), rng.uniform(0.5, 2, 5)
    axis = min(1, len(shape) - 1)
    labels = np.asarray(rng.integers(5, size=shape[:axis] + shape[axis + 1 :]))
    if labels.ndim:
        labels.flat[0] = 3
    target = np.moveaxis(np.eye(5)[labels], -1, axis) if shares else labels
    options: Any = {"reduction": reduction, "label_smoothing": 0.1}
    options |= {} if shares else {"ignore_index": 3}
    wanted, slope = numeric.value_and_grad(f, target, weight=weight, **options)
    there = array_of(f), array_of(target)
    loss, gradient = numeric.value_and_grad(*there, weight=array_of(weight), **options)
    assert type(gradient) is type(there[0])
    assert_near(loss, wanted)
    assert_near(gradient, slope)
    assert_near(numeric.cross_entropy(*there, weight=array_of(weight), **options), wanted)


def test_wrong_shapes_are_named(array_of: Any) -> None:
    engine, f = compiled("softmax-nll"), array_of(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=re.escape("y of shape (3,); expected (2,)")):
        engine.loss(f, array_of(np.zeros(3, int)))
    with pytest.raises(TypeError, match="missing argument 'y'"):
        engine.loss(f)
    with pytest.raises(TypeError, match="unknown argument 'T'"):
        engine.loss(f, array_of(np.zeros(2, int)), T=1.0)


@pytest.mark.parametrize("anything", [np.nan, -np.inf, np.inf])
def test_an_ignored_sample_may_hold_anything_elsewhere(anything: float, array_of: Any) -> None:
    """With label smoothing too, and beside log p, where the formulas multiply its loss by 0."""
    f, y = np.log([[0.2, 0.5, 0.3], [0.1, 0.8, 0.1]]), np.array([1, -100])
    odd = np.where((y == -100)[:, None], [0.0, anything, -np.inf], f)
    for reduction in ("none", "sum", "mean"):
        for call, smoothed in (
            (numeric.value_and_grad, {}),
            (numeric.value_and_grad, {"label_smoothing": 0.1}),
            (numeric.nll_loss_value_and_grad, {}),
        ):
            options: Any = {"reduction": reduction, **smoothed}
            wanted, slope = call(f, y, **options)
            loss, gradient = call(array_of(odd), array_of(y), **options)
            assert np.isfinite(wanted).all()
            assert_near(loss, wanted)
            assert_near(gradient, slope)


def test_targets_of_neither_kind_are_refused_elsewhere(array_of: Any) -> None:
    f = array_of(np.zeros((2, 3)))
    with pytest.raises(TypeError, match="bool; expected integer labels, or shares of floating"):
        numeric.cross_entropy(f, array_of(np.array([True, False])))
    with pytest.raises(ValueError, match="such as one-hot rows, are of floating type"):
        numeric.cross_entropy(f, array_of(np.ones((2, 3), bool)))
    with pytest.raises(TypeError, match="target of floating type; expected integer labels"):
        numeric.nll_loss(f, f)


def test_short_labels_and_an_ignored_one_that_no_label_can_be(array_of: Any) -> None:
    f, y = np.random.default_rng(3).normal(size=(3, 4)), np.array([0, 200, 3], np.uint8)
    wanted = numeric.cross_entropy(f, y, ignore_index=200)
    assert_near(numeric.cross_entropy(array_of(f), array_of(y), ignore_index=200), wanted)
    for never in (-100, 2**80, -(2**80)):
        loss = numeric.cross_entropy(array_of(f), array_of(y % 4), ignore_index=never)
        assert_near(loss, numeric.cross_entropy(f, y % 4))


def test_arrays_of_two_libraries_are_refused(array_of: Any) -> None:
    other = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
    f = array_of(np.zeros((2, 3)))
    if isinstance(f, type(other.asarray(0))):
        other = pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(TypeError, match=f"and of {other.__name__} in one call; convert the one"):
        numeric.cross_entropy(f, other.asarray([0, 1]))


def test_torch_maps_the_program() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    f, y = np.random.default_rng(1).normal(size=(2, 3, 4, 2)), np.array([[[0, 3]], [[1, 2]]] * 1)
    labels = np.repeat(y, 3, axis=1)
    made = torch.func.vmap(numeric.cross_entropy)(torch.asarray(f), torch.asarray(labels))
    assert_near(made, [numeric.cross_entropy(*one) for one in zip(f, labels, strict=True)])


def test_jax_as_it_is_by_itself_is_not_warned_of() -> None:
    """Without its 64 bits, which the fixture switches on."""
    pytest.importorskip("jax", reason="JAX is not installed")
    lines = (
        "import jax.numpy as np, numeric",
        "loss, slope = numeric.value_and_grad(np.ones((2, 3)), np.array([0, -100]))",
        "assert loss.dtype == slope.dtype == np.float32",
        "numeric.compile('focal').loss(np.ones((2, 3)), np.array([0, 1]), gamma=2.0)",
    )
    subprocess.run([sys.executable, "-W", "error", "-c", "\n".join(lines)], check=True)


def test_jax_traces_and_differentiates_the_program() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    f, y = np.random.default_rng(1).normal(size=(3, 4)), np.array([0, 1, 3])
    there = jax.numpy.asarray(f), jax.numpy.asarray(y)
    traced = jax.jit(numeric.value_and_grad)(*there)
    wanted, slope = numeric.value_and_grad(f, y)
    assert_near(traced[0], wanted)
    assert_near(traced[1], slope)
    assert_near(jax.grad(lambda a: numeric.cross_entropy(a, there[1]))(there[0]), slope)


def test_a_teacher_for_each_sample_elsewhere(array_of: Any) -> None:
    rng = np.random.default_rng(0)
    f, teachers = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    made = compiled("distillation").gradient(array_of(f), v=array_of(teachers), T=2.0)
    assert_near(made, compiled("distillation").gradient(f, v=teachers, T=2.0))


@pytest.mark.parametrize("label", [4, -1, -7])
def test_labels_out_of_range_are_refused_elsewhere(label: int, array_of: Any) -> None:
    f, labels = array_of(np.zeros((3, 4))), array_of(np.array([0, label, 1]))
    for call in (numeric.value_and_grad, numeric.hessian, compiled("softmax-nll").gradient):
        with pytest.raises(ValueError, match="holds a label that is not one of 0 to 3"):
            call(f, labels)


def test_labels_out_of_range_are_nan_where_they_cannot_be_refused() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    f = jax.numpy.zeros((3, 4))
    traced = jax.jit(lambda y: numeric.value_and_grad(f, y, reduction="none"))
    for label in (4, -1):
        loss, gradient = traced(jax.numpy.asarray([0, label, -100]))
        assert list(np.isnan(np.asarray(loss))) == [False, True, False]
        assert list(np.isnan(np.asarray(gradient)).any(axis=1)) == [False, True, False]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_maps_elsewhere(axis: int, array_of: Any) -> None:
    f = np.random.default_rng(0).normal(size=(2, 3, 4)) * 3
    there = array_of(f)
    for call in (numeric.softmax, numeric.log_softmax, numeric.jacobian):
        got = call(there, axis=axis)
        assert type(got) is type(there)
        assert_near(got, call(f, axis=axis))
    got = numeric.jacobian(there, "log_softmax", axis=axis)
    assert_near(got, numeric.jacobian(f, "log_softmax", axis=axis))
    assert float(numeric.log_softmax(array_of([40.0, 0.0]))[0]) == pytest.approx(
        -4.2483542552915e-18
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (4, 5, 2)])
def test_products_and_nll_elsewhere(shape: Any, reduction: Any, array_of: Any) -> None:
    rng = np.random.default_rng(1)
    f, tangent, weight = rng.normal(size=shape), rng.normal(size=shape), rng.uniform(0.5, 2, 5)
    labels = np.asarray(rng.integers(5, size=shape[:1] * (len(shape) > 1) + shape[2:]))
    if labels.ndim:
        labels.flat[0] = -100
    options: Any = {"weight": weight, "reduction": reduction}
    there, y = array_of(f), array_of(labels)
    upstream = rng.normal(size=labels.shape if reduction == "none" else ())
    for got, wanted in (
        (numeric.vjp(there, y, upstream, **options), numeric.vjp(f, labels, upstream, **options)),
        (
            numeric.vjp(there, y, array_of(upstream), **options),
            numeric.vjp(f, labels, upstream, **options),
        ),
        (numeric.jvp(there, y, tangent, **options), numeric.jvp(f, labels, tangent, **options)),
        (numeric.nll_loss(there, y, **options), numeric.nll_loss(f, labels, **options)),
        *zip(
            numeric.nll_loss_value_and_grad(there, y, **options),
            numeric.nll_loss_value_and_grad(f, labels, **options),
            strict=True,
        ),
    ):
        assert type(got) is type(there)
        assert_near(got, wanted)
    for call in (numeric.vjp, numeric.jvp, numeric.hvp):
        with pytest.raises(ValueError, match=re.escape("of shape (7,); expected")):
            call(there, y, np.zeros(7), **options)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("weights", [{}, {"pos_weight": [0.5, 2.0, 1.0]}, {"weight": 3.0}])
def test_binary_cross_entropy_elsewhere(reduction: Any, weights: Any, array_of: Any) -> None:
    rng = np.random.default_rng(2)
    z, t = rng.normal(size=(4, 3)) * 20, rng.uniform(size=(4, 3))
    there = array_of(z)
    call = numeric.binary_cross_entropy_with_logits_value_and_grad
    for target in (t, array_of(t)):
        made = call(there, target, reduction=reduction, **weights)
        for got, wanted in zip(made, call(z, t, reduction=reduction, **weights), strict=True):
            assert type(got) is type(there)
            assert_near(got, wanted)
    with pytest.raises(ValueError, match=re.escape("target of shape (3,); expected (4, 3)")):
        call(there, t[0])
    loss, gradient = call(array_of(np.zeros((0, 3))), np.zeros((0, 3)))
    assert np.isnan(float(loss))
    assert tuple(gradient.shape) == (0, 3)


def test_a_mean_without_weight_is_nan_elsewhere(array_of: Any) -> None:
    f, y = array_of(np.eye(3)[:2]), array_of(np.array([0, -100]))
    for weight, wanted in ((np.array([0.0, 1, 1]), True), (np.array([1.0, 0, 0]), False)):
        options: Any = {"weight": array_of(weight), "label_smoothing": 0.1}
        loss, gradient = numeric.value_and_grad(f, y, **options)
        assert np.isnan(float(loss)) == wanted
        second = numeric.hessian(f, y, **options), numeric.hvp(f, y, f, **options)
        for made in map(np.asarray, (gradient, *second)):
            assert np.isnan(made[0]).all() == wanted
            assert not made[1].any()
    with pytest.raises(ValueError, match="weight of shape"):
        numeric.cross_entropy(f, y, weight=array_of(np.ones(2)), label_smoothing=0.1)


def test_logits_that_are_no_real_numbers_are_refused_elsewhere(array_of: Any) -> None:
    whole = array_of(np.zeros((2, 3), int))
    for call in (numeric.softmax, numeric.jacobian):
        with pytest.raises(TypeError, match="convert them to float32 or float64"):
            call(whole)
    for call in (numeric.cross_entropy, numeric.nll_loss):
        with pytest.raises(TypeError, match="convert them to float32 or float64"):
            call(whole, array_of(np.zeros(2, int)))
    with pytest.raises(TypeError, match="convert them to float32 or float64"):
        numeric.binary_cross_entropy_with_logits(whole, whole)


def test_torch_differentiates_the_program() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    f, y = np.random.default_rng(3).normal(size=(3, 4)), np.array([0, 1, 3])
    logits = torch.tensor(f, requires_grad=True)
    numeric.cross_entropy(logits, torch.tensor(y), label_smoothing=0.1).backward()
    assert_near(logits.grad, numeric.value_and_grad(f, y, label_smoothing=0.1)[1])


@pytest.mark.parametrize("option", [{"precise": True}, {"threads": 2}, {"backend": "numpy"}])
def test_how_to_run_is_refused_elsewhere(option: dict[str, Any], array_of: Any) -> None:
    f, y = array_of(np.zeros((3, 4))), array_of(np.array([0, 1, 2]))
    for call in (numeric.value_and_grad, numeric.hessian, compiled("softmax-nll").gradient):
        with pytest.raises(TypeError, match=f"{next(iter(option))} is for NumPy arrays only"):
            call(f, y, **option)
    with pytest.raises(TypeError, match="out is for NumPy arrays only"):
        numeric.value_and_grad(f, y, out=f)
    numeric.value_and_grad(f, y, precise=False, threads=None)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (4, 5, 2)])
def test_second_derivatives_elsewhere(shape: Any, reduction: Any, array_of: Any) -> None:
    rng = np.random.default_rng(0)
    f, v = rng.normal(size=shape), rng.normal(size=shape)
    labels = np.asarray(rng.integers(5, size=shape[:1] * (len(shape) > 1) + shape[2:]))
    if labels.ndim:
        labels.flat[0] = -100
    y = array_of(labels) if labels.ndim else int(labels)
    for got, wanted in (
        (
            numeric.hessian(array_of(f), y, reduction=reduction),
            numeric.hessian(f, labels, reduction=reduction),
        ),
        (
            numeric.hvp(array_of(f), y, v, reduction=reduction),  # v is taken over
            numeric.hvp(f, labels, v, reduction=reduction),
        ),
    ):
        assert type(got) is type(array_of(f))
        assert_near(got, wanted)
