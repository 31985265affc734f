"""Where gradients are checked: logits, targets and parameters at which wrong gradients show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numeric.checking.differences import Function
from numeric.checking.forms import Pair, drawn_upstream
from numeric.checking.returned import alone
from numeric.engine import Engine
from numeric.inputs import Array, Input, Signature

Generator = np.random.Generator
Points = Mapping[str, ArrayLike] | Sequence[ArrayLike] | Array


def _peak(height: float) -> Callable[[Generator, int], Array]:
    def logits(rng: Generator, n: int) -> Array:
        return np.where(np.arange(n) == 0, height, 0.0)

    return logits


LOGITS: Mapping[str, Callable[[Generator, int], Array]] = {
    "random": lambda rng, n: rng.normal(size=n),
    "wide": lambda rng, n: 10 * rng.normal(size=n),
    "ties": lambda rng, n: np.zeros(n),
    "confident 30": _peak(30.0),
    "confident 40": _peak(40.0),
    "+-1000": lambda rng, n: np.where(np.arange(n) % 2, -1000.0, 1000.0),
}
"""Logits of n classes; in all but the random ones class 0 is the largest."""

SAMPLES = 4
"""Rows of a batch, for a loss with a sample index: the first as above, the others random."""


MOST_OF_HESSIAN = 256
"""Hessians of more logits are not looked at."""

MOST_OF_SQUARE = 50
"""Square logits of more classes, with as many samples, are not looked at."""


@dataclass(frozen=True)
class Case:
    """A loss of one number as a function of the logits, its gradient, and logits to check it at.

    Where the loss that is checked has several values, `pair` is that loss, and `upstream` is what
    its values are weighed with. `hessian` is the second derivative of a loss of one number.
    """

    name: str
    n: int
    logits: Array
    loss: Function
    gradient: Function
    upstream: Array | None = None
    pair: Pair | None = None
    hessian: Function | None = None


@dataclass(frozen=True)
class Skipped:
    """Logits that the loss does not take, and what it says of them."""

    name: str
    n: int
    error: Exception


REFUSALS = (ArithmeticError, ValueError, IndexError)
"""What a loss may raise of built-in logits that it is not made for, such as fewer classes."""


def function_cases(
    pair: Pair, rng: Generator, classes: Sequence[int], samples: int
) -> Iterator[Case | Skipped]:
    """A user's functions of logits (C,), or (samples, C) if there are samples."""
    for n in classes:
        for name in LOGITS:
            try:
                yield _case(name, n, _logits(name, rng, n, samples), pair, rng)
            except REFUSALS as error:
                yield Skipped(name, n, error)


def given_cases(pair: Pair, points: Points, rng: Generator) -> Iterator[Case]:
    """A user's functions at the user's points; one array is one point. Raises TypeError, ValueError
    for points that hold no real numbers.
    """
    if isinstance(points, np.ndarray):
        points = [points]
    named = points if isinstance(points, Mapping) else {str(i): p for i, p in enumerate(points)}
    for name, given in named.items():
        point = alone(given)
        if np.iscomplexobj(point):
            raise TypeError("points of complex numbers; expected real logits")
        logits = np.asarray(point, dtype=np.float64)
        if not logits.size:
            raise ValueError(f"a point of shape {logits.shape} has no entry to check")
        yield _case(name, _classes(logits.shape), logits, pair, rng)


def _classes(shape: tuple[int, ...]) -> int:
    """The length of the class axis, as PyTorch has it: the second, or the only one."""
    return shape[min(1, len(shape) - 1)] if shape else 1


def _case(name: str, n: int, logits: Array, pair: Pair, rng: Generator) -> Case:
    with np.errstate(all="ignore"):
        shape = pair.shape(logits)
    pair = replace(pair, loss=beside(pair.loss, shape))
    if int(np.prod(shape)) == 1 and pair.gradient is not None:
        return Case(name, n, logits, pair.loss, pair.slope)
    return weighed_case(name, n, logits, pair, drawn_upstream(shape, rng))


def beside(function: Function, shape: tuple[int, ...]) -> Function:
    """The function, nan of this shape where it raises: for logits that the user did not choose.

    Steps may lead out of its domain: math.log raises where np.log is nan, np.linalg.inv at ties.
    """

    def bounded(f: Array) -> Any:
        try:
            return function(f)
        except REFUSALS:
            return np.full(shape, np.nan)

    return bounded


def weighed_case(name: str, n: int, logits: Array, pair: Pair, upstream: Array) -> Case:
    """The case of one weighed sum of the loss' values."""
    return Case(name, n, logits, *pair.weighed(upstream), upstream, pair)


def hessian_cases(cases: Iterable[Case], rng: Generator) -> Iterator[Case]:
    """The gradients as losses of several values, with the Hessian as their Jacobian.

    Raises ValueError for a loss that has several values itself.
    """
    for case in cases:
        if case.pair is not None:
            raise ValueError("a loss of several values has no Hessian; give it one by one")
        if case.hessian is not None and case.logits.size <= MOST_OF_HESSIAN:
            upstream = drawn_upstream(case.logits.shape, rng)
            pair = Pair(case.gradient, case.hessian)
            yield weighed_case(case.name, case.n, case.logits, pair, upstream)


def ties(cases: Iterable[Case]) -> Iterator[Case]:
    """The same losses with all logits 0, where no gradient is small because of a confident p."""
    distinct = {(id(case.loss), case.logits.shape): case for case in cases}
    for case in distinct.values():
        gradient = beside(case.gradient, case.logits.shape)
        yield replace(case, name="ties", logits=np.zeros_like(case.logits), gradient=gradient)


def engine_cases(engine: Engine, rng: Generator, classes: Sequence[int]) -> Iterator[Case]:
    """A compiled loss, with a target at the largest logit, and with one drawn at random."""
    slots = engine.signature.slots
    square = len(slots) > 1 and slots[0] == slots[1]
    for n in classes:
        if square and n > MOST_OF_SQUARE:
            continue
        samples = n if square else SAMPLES if len(slots) > 1 else 0
        for name in LOGITS:
            for at_top in (True, False):
                logits = _logits(name, rng, n, samples)
                yield _engine_case(engine, rng, name, logits, at_top)


def _engine_case(engine: Engine, rng: Generator, name: str, logits: Array, at_top: bool) -> Case:
    call = engine.signature
    drawn = {i.name: _drawn(i, rng, call, logits, at_top) for i in call.inputs[1:]}
    target = drawn.pop(call.inputs[1].name) if call.has_target else None

    def loss(f: Array) -> Any:
        return np.sum(engine.loss(f, target, **drawn))

    def gradient(f: Array) -> Array:
        return engine.gradient(f, target, **drawn)

    def hessian(f: Array) -> Array:
        return engine.hessian(f, target, **drawn)

    title = f"{name}, target at class 0" if at_top else name
    second = hessian if "hessian" in engine.functions else None
    return Case(title, logits.shape[-1], logits, loss, gradient, hessian=second)


def _logits(name: str, rng: Generator, n: int, samples: int) -> Array:
    row = LOGITS[name](rng, n)
    if not samples:
        return row
    return np.stack([row, *(rng.normal(size=n) for _ in range(samples - 1))])


def _drawn(wanted: Input, rng: Generator, call: Signature, logits: Array, at_top: bool) -> Array:
    """A random value of the kind that was declared; a target at class 0 where that is asked for."""
    lengths = dict(zip(call.slots, logits.shape, strict=False))
    shape = tuple(lengths.get(size, 1) for size in wanted.axes) if call.slots else logits.shape
    is_target = call.has_target and wanted == call.inputs[1]
    if wanted.role == "label":
        labels: Array = rng.integers(lengths[wanted.size], size=shape)
        return 0 * labels if at_top else labels
    if is_target and at_top and shape:
        hot = np.broadcast_to(np.arange(shape[-1]) == 0, shape).astype(np.float64)
        return 2 * hot - 1 if wanted.kind == "sign" else hot
    return _KINDS.get(wanted.kind, _KINDS["real"])(rng, shape)


_KINDS: Mapping[str, Callable[[Generator, tuple[int, ...]], Array]] = {
    "real": lambda rng, shape: rng.uniform(-1, 1, shape),
    "positive": lambda rng, shape: rng.uniform(0.5, 2, shape),
    "unit": lambda rng, shape: rng.uniform(0.05, 0.5, shape),
    "bit": lambda rng, shape: rng.integers(2, size=shape).astype(np.float64),
    "sign": lambda rng, shape: 2.0 * rng.integers(2, size=shape) - 1,
    "simplex": lambda rng, shape: rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
}
