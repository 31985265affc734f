"""Every compiled function against its formula in 50 digits, evaluated by plain loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import numeric
from derive.catalogue import ENGINES
from derive.problem import Problem, instantiate
from derive.syntax import (
    Add,
    Call,
    Deriv,
    Div,
    Entry,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
)
from numeric import compile as compiled
from numeric.formulas import Formulas

FUNCTIONS = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sigma": lambda z: 1 / (1 + mpmath.exp(-z)),
}


class Reference:
    """A problem's formulas over exact values of its arrays; labels and indices count from 0."""

    def __init__(
        self, problem: Problem, values: Mapping[str, Any], sizes: Mapping[str, int]
    ) -> None:
        self.problem, self.values, self.sizes = problem, values, sizes

    def __call__(self, node: Node, at: Mapping[str, int]) -> Any:
        match node:
            case Num(value=value):
                return mpf(value.numerator) / value.denominator
            case Name(id=name) if name in at:
                return at[name]
            case Name(id=name) if name in self.sizes:
                return mpf(self.sizes[name])
            case Name() | Entry():
                return self.named(node, at)
            case Add(terms=terms):
                return mpmath.fsum(self(term, at) for term in terms)
            case Mul(factors=factors):
                return mpmath.fprod(self(factor, at) for factor in factors)
            case Neg(arg=arg):
                return -self(arg, at)
            case Div(num=top, den=bottom):
                return self(top, at) / self(bottom, at)
            case Pow(base=base, exponent=exponent):
                return self(base, at) ** self(exponent, at)
            case Call(function=function, arg=arg):
                return FUNCTIONS[function](self(arg, at))
            case Reduce(kind="sum", body=body, index=index, where=where, over=size):
                places = ({**at, index: j} for j in range(self.sizes[size]))
                return mpmath.fsum(self(body, p) for p in places if where is None or self(where, p))
            case Ind(condition=condition):
                return mpf(int(self(condition, at)))
            case Rel(op=op, left=left, right=right):
                return (self(left, at) == self(right, at)) == (op == "==")
        raise AssertionError(f"no reference for {node}")

    def named(self, node: Name | Entry, at: Mapping[str, int]) -> Any:
        name = node.base if isinstance(node, Entry) else node.id
        indices = node.indices if isinstance(node, Entry) else ()
        if name in self.problem.definitions:
            body = instantiate(self.problem.definitions[name], indices)
            return self(body, at)
        value = self.values[name]
        for index in indices:
            value = value[self(index, at)]
        return int(value) if isinstance(value, np.integer) else value

    def everywhere(self, node: Node, axes: tuple[tuple[str, str], ...]) -> Any:
        """The node's value at every place of these axes, as an object array."""
        shape = tuple(self.sizes[size] for _, size in axes)
        made = np.empty(shape, dtype=object)
        for place in np.ndindex(shape):
            made[place] = self(node, dict(zip((index for index, _ in axes), place, strict=True)))
        return made


def drawn(name: str, logits: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Random values for everything but the logits, of the kinds that the row declares."""
    call = compiled(name).signature
    lengths = dict(zip(call.slots, logits.shape, strict=True))
    values = {}
    for wanted in call.inputs[1:]:
        shape = tuple(lengths[size] for size in wanted.axes) if call.slots else logits.shape
        if wanted.role == "label":
            values[wanted.name] = rng.integers(lengths[wanted.size], size=shape)
        elif wanted.kind == "simplex":
            values[wanted.name] = np.array([0.5, 0.25] + [0.25 / (shape[0] - 2)] * (shape[0] - 2))
        elif wanted.kind in ("bit", "sign"):
            values[wanted.name] = rng.choice([0.0 if wanted.kind == "bit" else -1.0, 1.0], shape)
        else:
            values[wanted.name] = rng.uniform(0.1, 0.9, shape).astype(np.float32)
    return values


def exact(value: Any) -> Any:
    """Floating values as mpf, labels as they are."""
    array = np.asarray(value)
    if array.dtype.kind in "iu":
        return array if array.ndim else int(array)
    made = np.vectorize(lambda x: mpf(float(x)), otypes=[object])(array)
    return made if array.ndim else made.item()


def reference(name: str, logits: Any, values: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Loss, gradient and Hessian (a block for each sample) in 50 digits."""
    formulas, call = Formulas(compiled(name).statement), compiled(name).signature
    sizes = dict(zip(call.slots, logits.shape, strict=True))
    given = {call.inputs[0].name: exact(logits), **{n: exact(v) for n, v in values.items()}}
    loss, gradient = formulas.loss, formulas.gradient
    first = Reference(formulas.first, given, sizes)
    stated = formulas.second.left
    assert isinstance(stated, Deriv)
    row, column = (
        ([i.id for i in entry.indices] for entry in stated.wrt) if call.slots else ([], [])
    )
    second = Reference(formulas.second, given, sizes)
    blocks = (
        np.empty((*logits.shape, *logits.shape[-1:]), dtype=object) if row else np.empty((), object)
    )
    for place in np.ndindex(blocks.shape):
        at = {**dict(zip(row, place, strict=False)), **dict(zip(column, place, strict=False))}
        at |= {column[-1]: place[-1]} if column else {}
        blocks[place] = second(formulas.second.right, at)
    return first(loss.node, {}), first.everywhere(gradient.node, gradient.axes), blocks


def roundings(got: Any, wanted: Any, least: float = 0.0) -> float:
    """The largest error, in units of the last place of the wanted entry (or of `least`)."""
    dtype = np.asarray(got).dtype.type
    worst = 0.0
    for g, w in zip(np.ravel(got), np.ravel(np.asarray(wanted, dtype=object)), strict=True):
        unit = float(np.spacing(dtype(max(abs(float(w)), least))))
        worst = max(worst, float(abs(mpf(float(g)) - w)) / unit)
    return worst


def ordinary(name: str, seed: int, dtype: type) -> tuple[Any, dict[str, Any]]:
    """Logits of a few classes, exact in float32, and everything else that the row takes."""
    rng = np.random.default_rng(seed)
    lengths = {"N": 3, "n": int(rng.integers(3, 6))}
    shape = tuple(lengths[size] for size in compiled(name).signature.slots)
    logits = (rng.normal(size=shape) * (1 + seed % 3)).astype(np.float32).astype(dtype)
    return logits, drawn(name, logits, rng)


def call(name: str, function: str, logits: Any, values: Mapping[str, Any]) -> Any:
    """The engine's function of these values, the target taken out of them."""
    engine, params = compiled(name), dict(values)
    target = params.pop(engine.signature.inputs[1].name) if engine.signature.has_target else None
    return getattr(engine, function)(logits, target, **params)


# Measured over 200 seeds: float64 1.9 and 2.8, float32 2.2 and 8.7 roundings.
LOSS_ROUNDINGS = 4
LABEL_ROUNDINGS = {np.float64: 8, np.float32: 16}

# Rows whose gradient is a product at every entry, never a difference of two sizeable numbers.
LABELS = ("softmax-nll", "softmax-nll-mean", "class-weights", "focal")


@pytest.fixture(autouse=True)
def fifty_digits() -> Any:
    with mpmath.workdps(50):
        yield


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_fifty_digits(name: str, dtype: type, seed: int) -> None:
    logits, values = ordinary(name, seed, dtype)
    loss, gradient, hessian = reference(name, logits, values)
    value, slope = call(name, "value_and_grad", logits, values)
    assert roundings(value, loss) <= LOSS_ROUNDINGS
    # Where p - t cancels, an entry is right to a few roundings of p and t, which are below 1.
    least = 0.0 if name in LABELS else 1.0
    assert roundings(slope, gradient, least) <= LABEL_ROUNDINGS[dtype]
    assert roundings(call(name, "hessian", logits, values), hessian, 1.0) <= LABEL_ROUNDINGS[dtype]


@pytest.mark.parametrize("name", ENGINES)
def test_gradient_is_the_derivative_of_the_loss(name: str) -> None:
    """By differences in 50 digits of the loss alone: no formula of a gradient is used."""
    logits, values = ordinary(name, 1, np.float64)
    slope, step = call(name, "gradient", logits, values), mpf(10) ** -20
    formula, names = Formulas(compiled(name).statement), compiled(name).signature
    sizes = dict(zip(names.slots, logits.shape, strict=True))
    given = {n: exact(v) for n, v in values.items()}
    for place in np.ndindex(logits.shape):
        sides = []
        for move in (step, -step):
            moved = np.asarray(exact(logits), dtype=object).copy()
            moved[place] += move
            given[names.inputs[0].name] = moved if moved.ndim else moved.item()
            sides.append(Reference(formula.first, given, sizes)(formula.loss.node, {}))
        wanted = (sides[0] - sides[1]) / (2 * step)
        assert roundings(slope[place], wanted, 1.0) <= LABEL_ROUNDINGS[np.float64]


TAILS = [
    [40.0, 0.0, 0.0],
    [0.0, 40.0, 0.0],
    [30.0, 0.0, 0.0],
    [700.0, 0.0, -1.0],
    [0.0, 0.0, 0.0],
    [1e4, -1e4, 9999.5],
    [-1e4, 1e4, -1e4],
    [1e4 + 0.25, 1e4, 1e4 - 0.5],
    [1e300, -1e300, 0.0],
    [-1.7e308, -1.7e308, -1.7e308],
    [36.0, 1.0, 0.0, 35.0],
    [5.0],
]


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("logits", TAILS, ids=str)
def test_tails_keep_their_digits(logits: list[float], label: int) -> None:
    """No entry is off by more than rounding f - max(f) costs, and a few roundings."""
    f, y = np.array(logits), label % len(logits)
    with mpmath.workdps(700):  # log(1 - 1e-304) takes more than 50 digits
        loss, gradient, _ = reference("softmax-nll", f, {"y": np.int64(y)})
    value, slope = compiled("softmax-nll").value_and_grad(f, y)
    hessian = compiled("softmax-nll").hessian(f, y)
    assert roundings(value, loss) <= LOSS_ROUNDINGS
    subnormal = float(np.finfo(np.float64).tiny)
    for k, wanted in enumerate(gradient):
        allowed = min(abs(f[k] - f.max()), 745.0) + LABEL_ROUNDINGS[np.float64]
        assert roundings(slope[k], wanted, subnormal) <= allowed
    assert np.isfinite(hessian).all()


def test_the_worked_tail() -> None:
    """[40, 0, 0] at class 0, where textbook forms give 0 for all three."""
    engine = compiled("softmax-nll")
    value, slope = engine.value_and_grad([40.0, 0.0, 0.0], 0)
    assert value == pytest.approx(8.496708510583178e-18, rel=1e-15)
    assert slope[0] == pytest.approx(-8.496708510583178e-18, rel=1e-15)
    assert engine.hessian([40.0, 0.0, 0.0], 0)[0, 0] == pytest.approx(
        8.496708510583178e-18, rel=1e-15
    )
    assert slope.sum() == 0


@pytest.mark.parametrize("score", [-800.0, -40.0, -3.0, 0.0, 1e-3, 3.0, 40.0, 300.0])
@pytest.mark.parametrize(("gamma", "right"), [(0.5, True), (2.0, True), (2.0, False)])
def test_binary_focal_losses_keep_the_tail(score: float, gamma: float, right: bool) -> None:
    """1 - q and log q of q = sigma(z) written once and used twice; the other label counts 0."""
    label = 1.0 if right else -1.0
    z = np.float64(score)
    values: dict[str, dict[str, Any]] = {
        "focal-binary": {"t": np.float64(label), "gamma": np.float64(gamma)},
        "focal-binary-balanced": {
            "t": np.float64(right),
            "gamma": np.float64(gamma),
            "alpha": np.float64(0.25),
        },
    }
    for name, given in values.items():
        with mpmath.workdps(900):
            loss, gradient, _ = reference(name, z, given)
        value, slope = call(name, "value_and_grad", z, given)
        allowed = LABEL_ROUNDINGS[np.float64] + min(abs(score), 745.0) * (1 + gamma)
        subnormal = float(np.finfo(np.float64).tiny)
        assert roundings(value, loss, subnormal) <= allowed
        assert roundings(slope, gradient, subnormal) <= allowed


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("classes", [10, 100, 256, 1000])
@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_small_equal_masses_do_not_round_alike_on_a_one(
    classes: int, kind: Any, backend: str
) -> None:
    """One large logit, the label elsewhere: 5 units in the last place beyond |f - max f|."""
    if backend == "numba":
        pytest.importorskip("numba", reason="numba is not installed")
    rng = np.random.default_rng(classes)
    below = rng.uniform(1, 40 if kind is np.float64 else 17, 60).astype(kind)
    logits = -np.repeat(below[:, None], classes, axis=1)
    logits[:, classes // 2] = 0
    labels = np.zeros(60, int)
    _, gradient = numeric.value_and_grad(logits, labels, reduction="none", backend=backend)
    with mpmath.workdps(50):
        for row, gap in zip(gradient, below, strict=True):
            small = mpmath.exp(-mpf(float(gap)))
            total = 1 + (classes - 1) * small
            wanted = {0: -(1 + (classes - 2) * small) / total, 1: small / total}
            wanted[classes // 2] = 1 / total
            for place, exact in wanted.items():
                unit = mpf(float(np.spacing(np.abs(kind(float(exact))))))
                off = abs(mpf(float(row[place])) - exact) / unit
                assert off <= 5 + (float(gap) if place == 1 else 0), (gap, place)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("precise", [False, True])
def test_a_gradient_sums_to_no_more_than_the_docs_promise(dtype: Any, precise: bool) -> None:
    """Ordinary rows, ties, ties beside a large logit: where sums of equal numbers round worst."""
    rng = np.random.default_rng(9)
    for n in (2, 3, 7, 20, 36, 45, 300, 2000):
        ties = rng.integers(-3, 4, size=(400, n)).astype(float)
        tall = ties + rng.uniform(0, 12, size=(400, 1)) * (np.arange(n) == 0)
        logits = np.concatenate([rng.normal(size=(400, n)) * 10, ties, tall]).astype(dtype)
        labels = rng.integers(n, size=len(logits))
        options: Any = {"reduction": "none", "precise": precise}
        gradient = numeric.value_and_grad(logits, labels, **options)[1]
        largest = np.abs(gradient).max(axis=1).astype(np.longdouble)
        total = np.abs(gradient.astype(np.longdouble).sum(axis=1))
        assert np.all(total <= 4 * np.finfo(dtype).eps * largest)
        assert n == 2 or total.max() > 0
