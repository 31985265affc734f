"""How the error of a difference falls with its step: the sign of a right derivative.

Along a direction v, the central difference quotient is off by O(h^2), and the second Taylor
polynomial L + h g.v + h^2/2 v.Hv by O(h^3). With a wrong gradient the first stays where it is, with
a wrong Hessian the second falls only as h^2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numeric.checking.differences import (
    CLOSE_STEP,
    FIRST_STEP,
    Function,
    Method,
    central,
    difference,
    keeps_longdouble,
    largest,
    one_sided,
    value,
)
from numeric.inputs import Array

Sweep = tuple[tuple[float, float], ...]
"""(h, error relative to the terms of the derivative along the direction)."""

STEPS = tuple(2.0**-k for k in range(1, 17))
LEAST_RATE = {1: 1.5, 2: 2.5}
FITTED = 4
ABOVE = 10  # an error counts for the rate where it is so many times what rounding may add


def central_sweep(
    loss: Function, logits: Array, gradient: Array, direction: Array, eps: float, roundoff: float
) -> tuple[Sweep, float | None]:
    """The errors of central differences and their rate.

    `eps` is what an entry of the gradient may be off by absolutely, `roundoff` what a value of the
    loss may be off by relative to the largest number in it.
    """
    kind = np.longdouble if keeps_longdouble(loss, logits) else np.float64
    parts = gradient.astype(kind) * direction
    size = float(np.sum(np.abs(parts))) or 1.0
    steps, floors = [], []
    for step in STEPS:
        point, along = logits.astype(kind), direction.astype(kind)
        quotient, rounding = difference(loss, point, along, kind(step), roundoff)
        steps.append((step, float(abs(quotient - np.sum(parts)) / size)))
        floors.append((float(rounding) + eps * float(np.sum(np.abs(direction)))) / size)
    rate = _rate(steps, floors)
    slope, off = float(np.sum(parts)), eps * float(np.sum(np.abs(direction)))
    if rate is not None and rate < LEAST_RATE[1]:
        rate = None if _settled(loss, logits, direction, slope, off, roundoff) else rate
    return tuple(steps), rate


def taylor_sweep(
    loss: Function,
    logits: Array,
    slope: float,
    curvature: float,
    direction: Array,
    eps: float,
    roundoff: float,
) -> tuple[Sweep, float | None]:
    """|L(x + hv) - L(x) - h*slope - h^2/2*curvature| and its rate: 3 if the Hessian is right."""
    kind = np.longdouble if keeps_longdouble(loss, logits) else np.float64
    point, along = logits.astype(kind), direction.astype(kind)
    start = np.real(value(loss, point))
    size = (abs(slope) + abs(curvature)) or 1.0
    steps, floors = [], []
    for step in STEPS:
        end = np.real(value(loss, point + np.multiply(step, along)))
        off = end - start - kind(step) * (slope + kind(step) / 2 * curvature)
        unit = max(float(np.finfo(np.result_type(end, np.float16)).eps), roundoff)
        most = max(abs(float(end)), abs(float(start)), float(largest(point)))
        steps.append((step, float(abs(off)) / size))
        floors.append((unit * most + step * eps * float(np.sum(np.abs(direction)))) / size)
    return tuple(steps), _rate(steps, floors)


def _settled(
    loss: Function, logits: Array, direction: Array, slope: float, off: float, roundoff: float
) -> bool:
    """Whether a slow rate says nothing of the gradient: a kink, or steps that are still too large.

    The loss does not say otherwise than `slope` along the direction, give or take `off`.
    """
    method: Method = "longdouble" if keeps_longdouble(loss, logits) else "float64"
    left, right = one_sided(loss, logits, direction, method, roundoff)
    if left.contradicts(right):
        return True
    again = (
        central(loss, logits, direction, method, roundoff, h) for h in (FIRST_STEP, CLOSE_STEP)
    )
    return any(abs(found.value - slope) <= found.error + off for found in again)


def _rate(steps: Sequence[tuple[float, float]], floors: Sequence[float]) -> float | None:
    """The slope of the errors that rounding does not hide; None if there are few of them.

    None too where a smaller step shows that the error is gone: beside a kink it goes all at once.
    """
    seen = [at for at, (_, error) in enumerate(steps) if error > ABOVE * floors[at]]
    if len(seen) < FITTED:
        return None
    slope = _slope([steps[at] for at in seen[-FITTED:]])
    last = seen[-1]
    gone = any(ABOVE**2 * floor < steps[last][1] for floor in floors[last + 1 :])
    return None if gone and slope < LEAST_RATE[1] else slope


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the line through the logarithms of the points, by least squares."""
    x, y = np.log2(np.array(points)).T
    centred = x - x.mean()
    return float(np.sum(centred * y) / np.sum(centred**2))
