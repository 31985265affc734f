"""Gradcheck: is this the gradient of that loss? Asked of the loss' values alone.

Every entry of the gradient is compared with a derivative that is taken numerically, at points where
wrong gradients are caught and right ones are hard: ties, confident predictions, logits of +-1000,
1, 2, 3 and 1000 classes. How near the two have to be is no constant: it is what the numerical
derivative itself may be off, plus half the digits of the entry (all but ten bits of a short type),
plus a few roundings of the largest entry that the gradient has anywhere, since a right gradient may
round 1 - p. How large a rounding is, is measured: a function may compute in float32 whatever it
returns. An entry that is smaller than what can be seen is counted as unresolved; a wrong one that
lies on a kink is judged by the slopes on both sides of it.

Independently, the error of plain central differences is followed over a sweep of steps h: for the
right gradient it falls as h^2; for a wrong one it stays where the gradient's own error is. For a
Hessian the same is done with the error of the second Taylor polynomial, which falls as h^3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from derive.catalogue import Loss
from numeric.checking.diagnosis import Finding, diagnose
from numeric.checking.differences import Function
from numeric.checking.forms import Backward, Pair, contracted, parted
from numeric.checking.observed import ROUNDINGS, SLIGHT, Point, judge, loss_roundoff, observe, ruler
from numeric.checking.points import (
    Case,
    Points,
    Skipped,
    engine_cases,
    function_cases,
    given_cases,
    hessian_cases,
    ties,
)
from numeric.checking.returned import of_gradient, of_loss
from numeric.checking.sweep import LEAST_RATE, Sweep, central_sweep, taylor_sweep
from numeric.engine import Engine, compile  # noqa: A004
from numeric.inputs import Array


@dataclass(frozen=True)
class Report:
    """The result of a gradcheck; true exactly if the gradient passed.

    `sweep` holds (h, relative error of the central difference) along one direction, `rate` its
    slope in logarithms where rounding does not hide it: 2 for a right gradient, None where the
    difference is exact, or lies on a kink. `finding` says where and of what kind the error is.
    A report that passed may have a finding of the kind "slight": entries that are a little off.
    `hessian` is the report on the Hessian, where one was given; its rate is 3. `skipped` are
    built-in points that the loss does not take.
    """

    name: str
    points: tuple[Point, ...]
    sweep: Sweep
    rate: float | None
    seed: int
    order: int = 1
    finding: Finding | None = None
    hessian: Report | None = None
    skipped: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Every judged point within its bound, one at least, and the sweep falling as it must."""
        falling = self.rate is None or self.rate >= LEAST_RATE[self.order]
        right = falling and all(point.ok for point in self.points)
        judged = any(point.judged for point in self.points)
        return right and judged and (self.hessian is None or self.hessian.ok)

    def __bool__(self) -> bool:
        return self.ok

    def to_json(self) -> dict[str, Any]:
        """The report as plain data; a number that is not finite becomes None."""
        parts = {name: _plain(part) for name, part in asdict(self).items()}
        second = None if self.hessian is None else self.hessian.to_json()
        return {"ok": self.ok, **parts, "hessian": second}

    def __str__(self) -> str:
        """A verdict, the rate, the kind of error, and a line for each point that failed.

        Where none failed, the point that came nearest to it.
        """
        rate = "exact" if self.rate is None else f"{self.rate:.2f}"
        head = f"{self.name}: {'passed' if self.ok else 'FAILED'}, rate {rate}, seed {self.seed}"
        found = [f"  {self.finding}"] if self.finding else []
        failed = [point for point in self.points if not point.ok]
        judged = [point for point in self.points if point.judged]
        shown = failed or [max(judged, key=lambda point: point.max_error / point.bound)] * any(
            judged
        )
        below = [] if self.hessian is None else [str(self.hessian)]
        return "\n".join((head, *found, *map(_line, shown), *below))


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _plain(inner) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(inner) for inner in part]
    return None if isinstance(part, float) and not math.isfinite(part) else part


def _line(point: Point) -> str:
    where = ", ".join(map(str, point.worst_index))
    kinks = f"; {point.kinks} on a kink" if point.kinks else ""
    return (
        f"  {'ok' if point.ok else 'WRONG':<6}{point.name}, n = {point.n}: entry [{where}] is "
        f"{point.analytic:.10g}, the loss says {point.numeric:.10g} (off by {point.max_error:.2g}, "
        f"allowed {point.bound:.2g}, {point.method}; {point.unresolved} of {point.entries} "
        f"unseen{kinks})"
    )


def gradcheck(
    loss: str | Loss | Engine | Function,
    gradient: Function | None = None,
    *,
    vjp: Backward | None = None,
    hessian: Function | bool = False,
    points: Points | None = None,
    classes: Sequence[int] = (1, 2, 3, 1000),
    samples: int = 0,
    seed: int = 0,
    dtype: DTypeLike = np.float64,
) -> Report:
    """Whether `gradient` is the gradient of `loss`; asserts nothing, reports everything.

        gradcheck("softmax-nll")
        gradcheck(lambda f: my_loss(f, label=0), lambda f: my_gradient(f, label=0))
        gradcheck(lambda f: my_loss_and_gradient(f, y), points=[logits])
        gradcheck(lambda f: my_loss(f, y), vjp=lambda f, u: my_backward(f, y, u), points=[logits])

    A function without a `gradient` returns both, the loss and its gradient. A catalogue row or an
    engine brings its own gradient, and with `hessian=True` its own Hessian;
    else all are functions of logits: of the built-in ones, (C,) or with `samples` (samples, C), or
    of those in `points`, of any shape (one array is one point). The gradient has the logits' shape.
    `loss` returns one number, or several: then the gradient is that of each value by its own
    logits, or the Jacobian of shape (*loss, *logits), or `vjp`, of logits and an upstream of the
    loss' shape. `hessian` returns (*logits, *logits), or a block (C, C) for each sample. `dtype` is
    what the gradient is given: float16, float32 or float64. The loss may be asked with longdouble
    and complex logits; where it does not follow, float64 is used. Raises TypeError and ValueError
    for functions that return something else.
    """
    rng, kind = np.random.default_rng(seed), np.dtype(dtype)
    if isinstance(loss, str | Loss):
        loss = compile(loss)
    made: Iterable[Case | Skipped]
    if isinstance(loss, Engine):
        name, made = loss.statement.name, engine_cases(loss, rng, classes)
    else:
        name = getattr(loss, "__name__", "loss")
        if gradient is None and vjp is None:
            loss, gradient = parted(loss)
        pair = Pair(of_loss(loss, kind), *(read and of_gradient(read) for read in (gradient, vjp)))
        if points is not None:
            made = given_cases(pair, points, rng)
        else:
            made = function_cases(pair, rng, classes, samples)
    cases, skipped = _sorted(made)
    report = _report(name, cases, ties(cases) if points is not None else (), rng, seed, kind)
    second = _second(name, cases, hessian, rng, seed, kind)
    return replace(report, skipped=skipped, hessian=second)


def _sorted(made: Iterable[Case | Skipped]) -> tuple[list[Case], tuple[str, ...]]:
    """What can be checked, and what cannot in words. Raises ValueError if nothing can."""
    cases, skipped = [], []
    for one in made:
        if isinstance(one, Skipped):
            skipped.append(one)
        else:
            cases.append(one)
    if not cases and skipped:
        raise skipped[-1].error
    if not cases:
        raise ValueError("no points to check at")
    words = (f"{one.name}, n = {one.n}: {type(one.error).__name__}: {one.error}" for one in skipped)
    return cases, tuple(words)


def _report(
    name: str,
    cases: Sequence[Case],
    others: Iterable[Case],
    rng: np.random.Generator,
    seed: int,
    dtype: np.dtype[Any],
) -> Report:
    """The cases, judged; `others` only tell how large the gradient is elsewhere."""
    roundoff = loss_roundoff(cases, rng)
    observed = [observe(case, rng, dtype, roundoff) for case in cases]
    by = ruler([*observed, *(observe(case, rng, dtype, roundoff) for case in others)])
    judged = tuple(judge(seen, by) for seen in observed)
    seen = next((seen for seen in observed if seen.case.n > 2 and seen.finite), observed[0])
    direction = rng.normal(size=seen.gradient.shape)
    unsure = ROUNDINGS * by.eps + SLIGHT * any(point.slight for point in judged)
    with np.errstate(all="ignore"):
        sweep, rate = central_sweep(
            *(seen.case.loss, seen.case.logits, seen.gradient, direction),
            *(unsure * by.largest, roundoff),
        )
    report = Report(name, judged, sweep, rate, seed)
    return replace(report, finding=diagnose(observed, judged, by))


def _second(
    name: str,
    cases: Sequence[Case],
    hessian: Function | bool,
    rng: np.random.Generator,
    seed: int,
    dtype: np.dtype[Any],
) -> Report | None:
    """The report on the Hessian, if one is asked for. Raises ValueError if there is none."""
    if hessian is False:
        return None
    if callable(hessian):
        cases = [replace(case, hessian=of_gradient(hessian)) for case in cases]
    seconds = list(hessian_cases(cases, rng))
    if not seconds:
        raise ValueError(f"{name} has no Hessian to check")
    report = _report(f"{name}, Hessian", seconds, (), rng, seed, dtype)
    case = next((case for case in cases if case.n > 2), cases[0])
    direction = rng.normal(size=case.logits.shape)
    sweep, rate = _taylor(case, direction, dtype, loss_roundoff([case], rng))
    return replace(report, sweep=sweep, rate=rate, order=2)


def _taylor(
    case: Case, direction: Array, dtype: np.dtype[Any], roundoff: float
) -> tuple[Sweep, float | None]:
    """The second Taylor polynomial along a direction, from the functions as given."""
    assert case.hessian is not None
    logits = case.logits.astype(dtype)
    with np.errstate(all="ignore"):
        gradient = np.asarray(case.gradient(logits.copy()))
        product = contracted(direction, case.hessian(logits.copy()), logits.shape)
        slope = float(np.sum(gradient * direction))
        curvature = float(np.sum(product * direction))
        eps = ROUNDINGS * float(np.finfo(gradient.dtype).eps) * (abs(slope) + abs(curvature))
        return taylor_sweep(
            *(case.loss, logits.astype(np.float64), slope, curvature, direction, eps, roundoff)
        )
