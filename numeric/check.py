"""Gradcheck: is this the gradient of that loss? Asked of the loss' values alone.

Every entry of the gradient is compared with a derivative that is taken numerically, at points where
wrong gradients are caught and right ones are hard: ties, confident predictions, logits of +-1000,
1, 2, 3 and 1000 classes. How near the two have to be is no constant: it is what the numerical
derivative itself may be off, plus half the digits of the entry, plus a few roundings of the largest
entry that the gradient has anywhere, since a right gradient may round 1 - p. An entry that is
smaller than what can be seen is counted as unresolved.

Independently, the error of plain central differences is followed over a sweep of steps h: for the
right gradient it falls as h^2; for a wrong one it stays where the gradient's own error is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from derive.catalogue import Loss
from numeric.differences import (
    Estimate,
    Function,
    Method,
    best_method,
    derivative,
    difference,
    keeps_longdouble,
)
from numeric.engine import Engine, compile  # noqa: A004
from numeric.inputs import Array
from numeric.points import Case, engine_cases, function_cases, given_cases, ties

# A right gradient may be off by so many roundings of its largest entry: p - 1 rounds 1 and p.
ROUNDINGS = 8

# An entry is unresolved where not even an error of this share of it would be seen.
VISIBLE = 0.1

# At most so many entries of one point are differentiated; the largest ones are always among them.
MAX_ENTRIES = 64

# Sweep: steps 1/2, 1/4, ... along one direction; a right gradient has rate 2, a wrong one 0.
STEPS = tuple(2.0**-k for k in range(1, 17))
LEAST_RATE = 1.5
FITTED = 4
ABOVE = 10  # an error counts for the rate where it is so many times what rounding may add


@dataclass(frozen=True)
class Point:
    """What was found at one point: the entry that comes nearest to its bound, or passes it.

    `max_error` is |numeric - analytic| there and `bound` what is allowed; `unresolved` of `entries`
    entries are too small to be judged at this point by `method`.
    """

    name: str
    n: int
    max_error: float
    bound: float
    worst_index: tuple[int, ...]
    numeric: float
    analytic: float
    method: Method
    entries: int
    unresolved: int
    ok: bool


@dataclass(frozen=True)
class Report:
    """The result of a gradcheck; true exactly if the gradient passed.

    `sweep` holds (h, relative error of the central difference) along one direction, `rate` its
    slope in logarithms where rounding does not hide it: 2 for a right gradient, None where the
    difference is exact at every h.
    """

    name: str
    points: tuple[Point, ...]
    sweep: tuple[tuple[float, float], ...]
    rate: float | None
    seed: int

    @property
    def ok(self) -> bool:
        """Every point within its bound, and the sweep falling as it must."""
        falling = self.rate is None or self.rate >= LEAST_RATE
        return falling and all(point.ok for point in self.points)

    def __bool__(self) -> bool:
        return self.ok

    def to_json(self) -> dict[str, Any]:
        """The report as plain data; a number that is not finite becomes None."""
        return {"ok": self.ok, **{name: _plain(part) for name, part in asdict(self).items()}}

    def __str__(self) -> str:
        """A verdict, the rate, and a line for each point that failed, or for the nearest to it."""
        rate = "exact" if self.rate is None else f"{self.rate:.2f}"
        head = f"{self.name}: {'passed' if self.ok else 'FAILED'}, rate {rate}, seed {self.seed}"
        failed = [point for point in self.points if not point.ok]
        shown = failed or [max(self.points, key=lambda point: point.max_error / point.bound)]
        return "\n".join((head, *map(_line, shown)))


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _plain(inner) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(inner) for inner in part]
    return None if isinstance(part, float) and not math.isfinite(part) else part


def _line(point: Point) -> str:
    where = ", ".join(map(str, point.worst_index))
    return (
        f"  {'ok' if point.ok else 'WRONG':<6}{point.name}, n = {point.n}: entry [{where}] is "
        f"{point.analytic:.10g}, the loss says {point.numeric:.10g} (off by {point.max_error:.2g}, "
        f"allowed {point.bound:.2g}, {point.method}; {point.unresolved} of {point.entries} unseen)"
    )


def gradcheck(
    loss: str | Loss | Engine | Function,
    gradient: Function | None = None,
    *,
    points: Mapping[str, ArrayLike] | Sequence[ArrayLike] | None = None,
    classes: Sequence[int] = (1, 2, 3, 1000),
    samples: int = 0,
    seed: int = 0,
    dtype: DTypeLike = np.float64,
) -> Report:
    """Whether `gradient` is the gradient of `loss`; asserts nothing, reports everything.

        gradcheck("softmax-nll")
        gradcheck(lambda f: my_loss(f, label=0), lambda f: my_gradient(f, label=0))

    A catalogue row or an engine brings its own gradient; else both are functions of logits, of
    shape (C,) or, with `samples`, (samples, C), and `loss` returns one number. `points` are logits
    to check at in place of the built-in ones; `dtype` is what the gradient is given: float32 or
    float64. The loss may be asked with longdouble and complex logits; where it does not follow,
    float64 is used. Raises TypeError and ValueError for functions that return something else.
    """
    rng = np.random.default_rng(seed)
    if isinstance(loss, str | Loss):
        loss = compile(loss)
    if isinstance(loss, Engine):
        name, cases = loss.statement.name, [*engine_cases(loss, rng, classes)]
    elif gradient is None:
        raise TypeError("a loss that is a function needs its gradient, a second function")
    elif points is not None:
        name, cases = _name(loss), [*given_cases(loss, gradient, points)]
    else:
        name, cases = _name(loss), [*function_cases(loss, gradient, rng, classes, samples)]
    if not cases:
        raise ValueError("no points to check at")
    return _report(name, cases, ties(cases) if points is not None else (), rng, seed, dtype)


def _name(loss: Function) -> str:
    return getattr(loss, "__name__", "loss")


def _report(
    name: str,
    cases: Sequence[Case],
    others: Iterable[Case],
    rng: np.random.Generator,
    seed: int,
    dtype: DTypeLike,
) -> Report:
    """The cases, judged; `others` only tell how large the gradient is elsewhere."""
    observed = [_observe(case, rng, np.dtype(dtype)) for case in cases]
    anywhere = [*observed, *(_observe(case, rng, np.dtype(dtype)) for case in others)]
    scale = _largest(entry.value for seen in anywhere for entry in seen.numeric)
    judged = tuple(_judge(seen, scale) for seen in observed)
    sweep, rate = _sweep(observed, rng, scale)
    return Report(name, judged, sweep, rate, seed)


@dataclass(frozen=True)
class _Seen:
    """Both gradients at a point, at the entries that were looked at."""

    case: Case
    method: Method
    indices: tuple[tuple[int, ...], ...]
    numeric: tuple[Estimate, ...]
    analytic: Array
    gradient: Array


def _observe(case: Case, rng: np.random.Generator, dtype: np.dtype[Any]) -> _Seen:
    logits = case.logits.astype(dtype)
    gradient = np.asarray(case.gradient(logits.copy()))
    if gradient.shape != logits.shape:
        raise ValueError(f"a gradient of shape {gradient.shape}; expected {logits.shape}")
    point = logits.astype(np.float64)
    with np.errstate(all="ignore"):
        method = best_method(case.loss, point, rng.normal(size=point.shape))
        indices = _entries(point, gradient, rng)
        numeric = tuple(derivative(case.loss, point, _unit(point, i), method) for i in indices)
    analytic = np.array([gradient[index] for index in indices], dtype=gradient.dtype)
    return _Seen(case, method, indices, numeric, analytic, gradient)


def _largest(values: Iterable[float]) -> float:
    return max((abs(value) for value in values if math.isfinite(value)), default=0.0)


def _unit(point: Array, index: tuple[int, ...]) -> Array:
    direction = np.zeros_like(point)
    direction[index] = 1
    return direction


def _entries(
    point: Array, gradient: Array, rng: np.random.Generator
) -> tuple[tuple[int, ...], ...]:
    """All entries, or of many the largest, by logit and by gradient, and some at random."""
    flat = np.arange(point.size)
    if point.size > MAX_ENTRIES:
        half = MAX_ENTRIES // 4
        largest = np.argsort(-np.abs(gradient), axis=None)[:half]
        highest = np.argsort(-point, axis=None)[:half]
        flat = np.unique([*largest, *highest, *rng.choice(flat, MAX_ENTRIES // 2, replace=False)])
    places = zip(*np.unravel_index(flat, point.shape), strict=True)
    return tuple(tuple(map(int, place)) for place in places)


def _judge(seen: _Seen, scale: float) -> Point:
    """The entry that comes nearest to its bound, or passes it by most."""
    numeric = np.array([entry.value for entry in seen.numeric])
    unsure = np.array([entry.error for entry in seen.numeric])
    analytic = seen.analytic.astype(np.float64)
    eps = float(np.finfo(seen.analytic.dtype).eps)
    size = np.maximum(np.abs(numeric), np.abs(analytic))
    unseen = unsure + ROUNDINGS * eps * scale + np.finfo(np.float64).tiny
    bound = unseen + np.sqrt(eps) * size
    error = np.abs(numeric - analytic)
    ratio = np.where(np.isfinite(error), error / bound, np.inf)
    worst = int(np.argmax(ratio))
    return Point(
        name=seen.case.name,
        n=seen.case.n,
        max_error=float(error[worst]),
        bound=float(bound[worst]),
        worst_index=seen.indices[worst],
        numeric=float(numeric[worst]),
        analytic=float(analytic[worst]),
        method=seen.method,
        entries=len(numeric),
        unresolved=int(np.sum(unseen > VISIBLE * size)),
        ok=bool(np.all(ratio <= 1)),
    )


def _sweep(
    observed: Sequence[_Seen], rng: np.random.Generator, scale: float
) -> tuple[tuple[tuple[float, float], ...], float | None]:
    """The error of central differences at each step, at the first point with n = 3 or more."""
    seen = next((seen for seen in observed if seen.case.n > 2), observed[0])
    kind = np.longdouble if keeps_longdouble(seen.case.loss, seen.case.logits) else np.float64
    direction = rng.normal(size=seen.gradient.shape)
    parts = seen.gradient * direction
    size = float(np.sum(np.abs(parts))) or 1.0
    unseen = ROUNDINGS * float(np.finfo(seen.gradient.dtype).eps) * scale
    steps, fitted = [], []
    for step in STEPS:
        point, along = seen.case.logits.astype(kind), direction.astype(kind)
        slope, rounding = difference(seen.case.loss, point, along, kind(step))
        error = float(abs(slope - np.sum(parts)) / size)
        steps.append((step, error))
        if error > ABOVE * (float(rounding) + unseen) / size:
            fitted.append((math.log2(step), math.log2(error)))
    return tuple(steps), _slope(fitted[-FITTED:])


def _slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The slope of the line through the points, by least squares; None for fewer than FITTED."""
    if len(points) < FITTED:
        return None
    x, y = np.array(points).T
    centred = x - x.mean()
    return float(np.sum(centred * y) / np.sum(centred**2))
