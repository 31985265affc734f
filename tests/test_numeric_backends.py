"""The backends compute one program: NumPy's blocks, printed loops as Python runs them, numba."""

from __future__ import annotations

import warnings
from typing import Any

import mpmath
import numpy as np
import pytest
from test_numeric_engine import arguments, logits_of

import numeric
from derive.catalogue import CATALOGUE, ENGINES
from numeric import compile as compiled
from numeric import how
from numeric.engine import Engine
from numeric.how import How
from numeric.inputs import bind
from numeric.kernels import jit
from numeric.kernels.elementary import (
    exponentials_float32,
    exponentials_float64,
    log1p_float32,
    log1p_float64,
    order_float32,
    order_float64,
    ordered_float32,
    ordered_float64,
)
from numeric.options import Options, engine

SINGLE, DOUBLE = exponentials_float32(lambda made: made), exponentials_float64(lambda made: made)
REAL = {np.float32: SINGLE.anywhere, np.float64: DOUBLE.anywhere}
BELOW = {np.float32: SINGLE.below, np.float64: DOUBLE.below}
NEAR = {np.float32: SINGLE.near, np.float64: DOUBLE.near}
LOG1P = {np.float32: log1p_float32, np.float64: log1p_float64}


@pytest.mark.parametrize("kind", list(REAL))
def test_exp_is_within_a_unit_in_the_last_place(kind: Any) -> None:
    rng = np.random.default_rng(0)
    least = -103 if kind is np.float32 else -745
    drawn = np.concatenate([rng.uniform(least, 88, 2000), rng.uniform(-1, 1, 1000)]).astype(kind)
    worst = 0.0
    with mpmath.workdps(50):
        for x in drawn:
            wanted = mpmath.exp(mpmath.mpf(float(x)))
            got = REAL[kind](x)
            assert got.dtype == kind
            unit = mpmath.mpf(float(np.spacing(kind(wanted))))
            worst = max(worst, float(abs(mpmath.mpf(float(got)) - wanted) / unit))
    assert worst <= 1.0


@pytest.mark.parametrize("kind", list(REAL))
def test_exp_of_special_values(kind: Any) -> None:
    exp, values = REAL[kind], [0.0, -0.0, np.inf, -np.inf, np.nan, 1e30, -1e30, 1e-30]
    with np.errstate(over="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = [float(exp(kind(value))) for value in values]
    assert got[:4] == [1, 1, np.inf, 0]
    assert np.isnan(got[4])
    assert got[5:] == [np.inf, 0, 1]


@pytest.mark.parametrize("kind", list(BELOW))
def test_exp_of_a_gap_is_exp(kind: Any) -> None:
    """Bit for bit, subnormal results too, up to where it is said to be good."""
    rng = np.random.default_rng(0)
    least, most = (-106, 43) if kind is np.float32 else (-750, 665)
    drawn = np.concatenate([rng.uniform(least, most, 3000), [0.0, -0.0, -1e30, -np.inf, 1e-30]])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in drawn.astype(kind):
            assert BELOW[kind](x) == REAL[kind](x), x
        assert np.isnan(BELOW[kind](kind(np.nan)))


@pytest.mark.parametrize("kind", list(NEAR))
def test_exp_near_0_is_exp(kind: Any) -> None:
    rng = np.random.default_rng(0)
    most = 43 if kind is np.float32 else 665
    for x in np.concatenate([rng.uniform(-most, most, 3000), [0.0, -0.0, 1e-30]]).astype(kind):
        assert NEAR[kind](x) == REAL[kind](x), x


@pytest.mark.parametrize("kind", list(LOG1P))
def test_log1p_is_within_a_unit_in_the_last_place(kind: Any) -> None:
    rng = np.random.default_rng(0)
    parts = (10 ** rng.uniform(-30, 8, 1500), rng.uniform(0, 3, 1500), -rng.uniform(0, 1, 500))
    drawn = np.concatenate([*parts, rng.uniform(0.41, 0.42, 300)]).astype(kind)
    worst = 0.0
    with mpmath.workdps(50):
        for x in drawn[drawn > -1]:
            wanted = mpmath.log1p(mpmath.mpf(float(x)))
            got = LOG1P[kind](x)
            assert got.dtype == kind
            unit = mpmath.mpf(float(np.spacing(np.abs(kind(wanted)))))
            worst = max(worst, float(abs(mpmath.mpf(float(got)) - wanted) / unit))
    assert worst <= 1.0


@pytest.mark.parametrize("kind", list(LOG1P))
def test_log1p_of_special_values(kind: Any) -> None:
    log1p, values = LOG1P[kind], [0.0, np.inf, -1.0, np.nan, -2.0, 1e-40]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = [float(log1p(kind(value))) for value in values]
    assert got[:3] == [0, np.inf, -np.inf]
    assert np.isnan(got[3:5]).all()
    assert got[5] == kind(1e-40)


@pytest.mark.parametrize(
    ("kind", "order", "ordered"),
    [("f4", order_float32, ordered_float32), ("f8", order_float64, ordered_float64)],
)
def test_order_is_that_of_the_numbers(kind: str, order: Any, ordered: Any) -> None:
    values = np.array([-np.inf, -1e30, -1.5, -1e-45, 0.0, 1e-45, 1.5, 1e30, np.inf, np.nan], kind)
    values = np.unique(values)
    made = [int(order(value)) for value in values]
    assert made == sorted(set(made))
    np.testing.assert_array_equal([ordered(order(value)) for value in values], values)


def both(
    name: str, function: str, values: Any, logits: Any, lanes: bool, precise: bool = False
) -> tuple[Any, Any]:
    """The results of NumPy's blocks and of the printed loops, run by Python."""
    made = compiled(name) if isinstance(name, str) else name
    call, given = made.signature, dict(values)
    target = given.pop(call.inputs[1].name) if call.has_target else None
    arrays = bind(call, logits, target, given)
    if function == "hvp":
        arrays.append(np.cos(logits))
    shapes = made._shapes(function, logits)
    wanted = made.function(function, precise)(arrays, shapes, How(backend="numpy"))
    runner = made.function(function, precise).runner
    assert runner is not None
    loops = runner.loops(lanes)
    assert loops is not None, "no loops for this program"
    outs = How().outputs(shapes, arrays)
    for out in outs.values():
        out.fill(np.nan)
    with pytest.MonkeyPatch.context() as patched, np.errstate(all="ignore"):
        made_by_python = [jit.interpreted(printed.source, logits.dtype) for printed in loops]
        patched.setattr(runner, "loops", lambda _: loops)
        patched.setattr(runner, "_compiled", lambda *_: made_by_python)
        patched.setattr("numeric.kernels.blocks.FEW_CLASSES", 10**9 if lanes else 0)
        small = runner.run(arrays, outs, logits.dtype, 1, compiled=True)
    for key, value in small.items():
        outs[key][...] = np.reshape(value, outs[key].shape)
    return wanted, tuple(outs.values())


@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_only_a_gap_to_the_largest_gets_the_exponential_of_gaps(kind: Any, lanes: bool) -> None:
    """What is up to 43, or 665, is not good enough for an entry minus any other."""
    gradient = "exp(f[k] - f[1]) - delta(k, 1)*sum(exp(f[j] - f[1]), j)"
    engine = compiled(given=["L = sum(exp(f[j] - f[1]), j)"], gradient=gradient)
    high = 80.0 if kind is np.float32 else 700.0
    logits = np.array([[0.0, high, -1.0], [1.0, 2.0, high]], kind)
    wanted, made = both(engine, "gradient", {}, logits, lanes)
    assert np.isfinite(wanted[0]).all()
    np.testing.assert_allclose(made[0], wanted[0], rtol=1e-4 if kind is np.float32 else 1e-12)


def has_rows(name: str) -> bool:
    """Whether the row has samples and classes, each on axes of their own."""
    slots = compiled(name).signature.slots
    return bool(slots) and len(set(slots)) == len(slots)


def assert_same(wanted: Any, got: Any, roundings: float = 64) -> None:
    for a, b in zip(wanted, got, strict=True):
        scale = max(np.abs(a).max(initial=0), 0.1)  # what cancels is of about this size
        assert np.max(np.abs(a - b), initial=0) <= roundings * np.finfo(b.dtype).eps * scale


@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("function", ["value_and_grad", "hvp"])
@pytest.mark.parametrize("name", [name for name in ENGINES if has_rows(name)])
def test_printed_loops_are_the_program(name: str, function: str, kind: Any, lanes: bool) -> None:
    logits = logits_of(name).astype(kind)
    values = arguments(compiled(name).signature, logits)
    assert_same(*both(name, function, values, logits, lanes))


@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("function", ["value_and_grad", "hvp"])
@pytest.mark.parametrize("name", ["softmax-nll", "soft-targets"])
def test_precise_loops_are_the_program(name: str, function: str, lanes: bool) -> None:
    logits = 30 * logits_of(name)
    values = arguments(compiled(name).signature, logits)
    assert_same(*both(name, function, values, logits, lanes, precise=True), roundings=4)


@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("scale", [1, 300], ids=["tame", "wild"])
@pytest.mark.parametrize("classes", [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 33, 129])
def test_loops_go_over_every_class(classes: int, scale: float, lanes: bool) -> None:
    rng = np.random.default_rng(classes)
    logits = scale * rng.normal(size=(3, classes))
    values = {"y": np.array([0, classes // 2, classes - 1])}
    assert_same(*both("softmax-nll-mean", "value_and_grad", values, logits, lanes))


EVERY = [Options("mean", True, True, True), Options("none", False, True, True, True)]
EVERY += [Options("mean", False, True, True, True), Options("sum", False, False, True)]


@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("options", EVERY, ids=str)
def test_printed_loops_of_pytorchs_options(options: Options, lanes: bool) -> None:
    logits = np.random.default_rng(1).normal(size=(5, 4))
    values = arguments(engine(options).signature, logits)
    if "c" in values:
        values["c"] = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    if "y" in values:
        values["y"] = np.random.default_rng(2).integers(4, size=5)
    assert_same(*both(engine(options), "value_and_grad", values, logits, lanes))  # type: ignore[arg-type]


SHAPES = [(70, 3), (5, 64), (3, 1000), (130, 20), (2, 7, 33)]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_numba_agrees(kind: Any) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    rng = np.random.default_rng(3)
    for shape in SHAPES:
        logits = (5 * rng.normal(size=shape)).astype(kind)
        target = rng.integers(shape[1], size=(shape[0], *shape[2:]))
        for at in (None, np.nan, np.inf, -np.inf):
            if at is not None:
                logits[(0,) * len(shape)] = at
            one = numeric.value_and_grad(logits, target, backend="numpy", reduction="none")
            two = numeric.value_and_grad(logits, target, backend="numba", reduction="none")
            for a, b in zip(one, two, strict=True):
                assert np.array_equal(np.isnan(a), np.isnan(b))
                same = np.isclose(a, b, rtol=64 * np.finfo(kind).eps, atol=0, equal_nan=True)
                assert same.all()
        few = numeric.value_and_grad(logits, target, backend="numba", threads=1)
        many = numeric.value_and_grad(logits, target, backend="numba", threads=3)
        assert few[0] == many[0] or np.isnan(few[0])
        assert np.array_equal(few[1], many[1], equal_nan=True)


def test_the_backend_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="backend 'fortran'; expected numpy or numba"):
        numeric.cross_entropy([[1.0, 2.0]], [0], backend="fortran")
    monkeypatch.setattr("numeric.how.installed", lambda: False)
    with pytest.raises(ValueError, match="numba is not installed"):
        numeric.cross_entropy([[1.0, 2.0]], [0], backend="numba")


def test_the_kernels_can_be_read() -> None:
    shown = compiled("softmax-nll-mean").kernels
    assert "scale = (1/total)/N" in shown
    assert "gradient = np.multiply(mass, scale, out=mass)" in shown
    assert "_s0[_k] = _exp_below((f[_i, _k] + (-f_top)))" in shown
    assert "_s1[_k, _r] = _exp_below((_s0[_k, _r] + (-f_top[_r])))" in shown


def test_row_sums_that_are_needed_come_in_a_pass_before() -> None:
    """A mean by weights needs their sum for the gradient; the sum of the losses has time."""
    made = engine(Options("mean", False, True, False, True)).function("value_and_grad").runner
    assert made is not None
    first, second = made.kernel.passes
    assert (len(first.sums), first.outputs) == (1, ())
    assert (len(second.sums), second.outputs) == (1, ("gradient",))


# Arrays over the classes that may be one for all samples, or one for each.
OF_CLASSES = [("distillation", "v"), ("distillation-scaled", "v"), ("focal-balanced", "alpha")]


@pytest.mark.parametrize("options", [{}, {"precise": True}, {"backend": "numba"}], ids=str)
@pytest.mark.parametrize(("name", "array"), OF_CLASSES)
@pytest.mark.parametrize("shape", [(4, 3), (3, 3), (2, 3, 5)])
def test_an_array_for_each_sample(name: str, array: str, shape: Any, options: Any) -> None:
    """Such as a teacher's logits: each sample as if it were alone."""
    if "backend" in options:
        pytest.importorskip("numba", reason="numba is not installed")
    engine, rng = compiled(name), np.random.default_rng(0)
    logits, each = rng.normal(size=shape), rng.uniform(0.5, 2, shape)
    label = rng.integers(shape[-1], size=shape[:-1]) if engine.signature.has_target else None
    rest = {i.name: 1.7 for i in engine.signature.parameters if i.role == "scalar"}
    loss, gradient = engine.value_and_grad(logits, label, **rest, **{array: each}, **options)
    hessian = engine.hessian(logits, label, **rest, **{array: each})
    for at in np.ndindex(shape[:-1]):
        own = None if label is None else label[at]
        given = {**rest, array: each[at]}
        assert_same((loss[at], gradient[at]), engine.value_and_grad(logits[at], own, **given))
        assert_same((hessian[at],), (engine.hessian(logits[at], own, **given),))
    with pytest.raises(ValueError, match=f"{array} of shape"):
        engine.loss(logits, label, **rest, **{array: each[..., :-1]})


@pytest.mark.parametrize("backend", [None, "numba"])
def test_numpy_runs_where_numba_fails(
    backend: Any, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """A loop that numba cannot type: its error becomes a warning, once, and the numbers come."""
    pytest.importorskip("numba", reason="numba is not installed")
    load = jit.load

    def broken(source: str, kind: Any) -> Any:
        return load(source.replace("_real(", "_no_such_name("), kind)

    monkeypatch.setattr(jit, "load", broken)
    monkeypatch.setattr(how, "MANY", 1)
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(70, 5)), rng.integers(5, size=70)
    fresh = Engine(CATALOGUE["softmax-nll-mean"], proved_before=True)
    wanted = fresh.value_and_grad(logits, labels, backend="numpy")
    for _ in range(2):
        assert_same(wanted, fresh.value_and_grad(logits, labels, backend=backend), 0)
    (warning,) = recwarn
    assert issubclass(warning.category, RuntimeWarning)
    assert "numba fails here, and NumPy runs instead: TypingError: " in str(warning.message)


def test_numpy_runs_where_numba_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(source: str, kind: Any) -> Any:
        raise ImportError("Numba needs NumPy 2.2 or less")

    monkeypatch.setattr(jit, "load", missing)
    monkeypatch.setattr(jit, "installed", lambda: True)
    monkeypatch.setattr(how, "installed", lambda: True)
    fresh = Engine(CATALOGUE["softmax-nll"], proved_before=True)
    with pytest.warns(RuntimeWarning, match="ImportError: Numba needs NumPy 2.2 or less"):
        loss = fresh.loss(np.zeros((3, 2)), np.zeros(3, int), backend="numba")
    assert loss == pytest.approx(np.log(2))


def test_an_error_that_is_not_numbas_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: str, kind: Any) -> Any:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(jit, "load", broken)
    monkeypatch.setattr(how, "installed", lambda: True)
    fresh = Engine(CATALOGUE["softmax-nll"], proved_before=True)
    with pytest.raises(ZeroDivisionError, match="ours"):
        fresh.loss(np.zeros((3, 2)), np.zeros(3, int), backend="numba")
