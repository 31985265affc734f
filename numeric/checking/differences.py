"""Derivatives from values alone, each with the error that it may have.

Complex step [1]: Im f(x + ih)/h has no cancellation, so that even an entry of 1e-13 beside entries
of 1 is seen with many digits, wherever the function computes with complex numbers and is analytic.
Else: differences with Richardson's extrapolation as Ridders arranges it [2], in the longest
floating type that the function keeps. How far a value is off by rounding is not taken from its type
alone, since a function may compute in float32 and return float64: it is measured from high
differences [3], which a smooth function does not have.

[1] W. Squire, G. Trapp, SIAM Review 40 (1998) 110. [2] C. J. F. Ridders, Advances in Engineering
Software 4 (1982) 75. [3] J. J. Moré, S. M. Wild, SIAM J. Sci. Comput. 33 (2011) 1292.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from numeric.inputs import Array

Method = Literal["complex step", "longdouble", "float64"]
Function = Callable[[Array], Any]
Side = Literal[-1, 0, 1]

# Truncation is (step)^2 relative to the value: far below rounding. Three steps that are no powers
# of two round differently, and so their spread shows what rounding does to the result.
COMPLEX_STEPS = (1.0e-20, 1.37e-20, 2.71e-20)

# Ridders' table starts at a quarter (of a logit) and halves the step. A closer look, beneath kinks
# that are near but not here, starts at the second step.
FIRST_STEP, CLOSE_STEP, LEVELS = 0.25, 2.0**-9, 8

# Values that are this rough, as those of float32 are, want steps that are longer.
ROUGH, LONG_STEP = 1e-9, 1.0

# The spread of a few roundings is a sample of their size, not a bound.
SAFETY = 4

# Two ways to the same directional derivative agree if no closer than this they can be trusted to.
AGREEMENT = 1e-6

# Sixth differences: h^6 of a smooth function is below every rounding. Those over the fine step are
# free of kinks nearby; a function that is a staircase needs a coarse one to move at all.
NOISE_STEPS = (1.37 * 2.0**-18, 1.37 * 2.0**-12, 1.37 * 2.0**-5)
NOISE_WEIGHTS = np.array([1.0, -6.0, 15.0, -20.0, 15.0, -6.0, 1.0]) / math.sqrt(924)

# Aside of the point: about it, the roundings of a line are odd, and even differences lose them.
NOISE_PLACES = 0.37 + np.arange(7)

# From the middle size of a few roundings to about the largest.
NOISE_SAFETY = 6


@dataclass(frozen=True)
class Estimate:
    """A derivative and how far it may be off."""

    value: float
    error: float

    def contradicts(self, other: Estimate) -> bool:
        """Whether the two cannot be the same number."""
        close = self.error + other.error + AGREEMENT * abs(self.value)
        return bool(abs(self.value - other.value) > close)


def value(function: Function, point: Array) -> Any:
    """The function's one number, in the floating type that it has. Raises TypeError."""
    made = np.asarray(function(np.array(point)))
    if made.size != 1:
        raise TypeError(f"the loss returned shape {made.shape}; expected one number")
    return made.reshape(())[()]


def best_method(
    function: Function, point: Array, direction: Array, roundoff: float = 0.0
) -> Method:
    """The way with the finest resolution that the function admits at this point."""
    plain: Method = "longdouble" if keeps_longdouble(function, point) else "float64"
    reference = central(function, point, direction, plain, roundoff)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if not np.iscomplexobj(value(function, point.astype(np.complex128))):
                return plain
            stepped = complex_step(function, point, direction)
    except Exception:  # noqa: BLE001 what a user's function says of a type it does not take
        return plain
    return plain if reference.contradicts(stepped) else "complex step"


def derivative(
    function: Function, point: Array, direction: Array, method: Method, roundoff: float = 0.0
) -> Estimate:
    """The derivative at a point along a direction."""
    if method == "complex step":
        return complex_step(function, point, direction)
    first_step = LONG_STEP if roundoff > ROUGH else FIRST_STEP
    return central(function, point, direction, method, roundoff, first_step)


def complex_step(function: Function, point: Array, direction: Array) -> Estimate:
    """Im f(x + ihv)/h, at a few h."""
    tried, unit = [], 0.0
    for step in COMPLEX_STEPS:
        made = value(function, point + 1j * (step * direction))
        unit = float(np.finfo(np.result_type(made, np.float16)).eps)
        tried.append(float(np.imag(made) / step))
    middle = sorted(tried)[len(tried) // 2]
    rounding = unit * abs(middle)
    return Estimate(middle, SAFETY * (max(tried) - min(tried) + rounding))


def central(
    function: Function,
    point: Array,
    direction: Array,
    method: Method,
    roundoff: float = 0.0,
    first_step: float = FIRST_STEP,
    side: Side = 0,
) -> Estimate:
    """(f(x + hv) - f(x - hv))/2h, extrapolated to h = 0; of one side only, (f(x + hv) - f(x))/h.

    `roundoff` is what a value may be off by, relative to the largest number in it, if that is more
    than its type says.
    """
    kind = np.longdouble if method == "longdouble" else np.float64
    best = Estimate(float("nan"), float("inf"))
    ratio = 2 if side else 4
    above: list[Any] = []
    for level in range(LEVELS):
        step = kind(first_step) / 2**level
        slope, rounding = difference(
            function, point.astype(kind), direction.astype(kind), step, roundoff, side
        )
        row = [slope]
        for order, previous in enumerate(above, start=1):
            row.append((ratio**order * row[-1] - previous) / (ratio**order - 1))
            off = max(abs(row[-1] - row[-2]), abs(row[-1] - previous)) + rounding
            if off < best.error:
                best = Estimate(float(row[-1]), float(off))
        above = row
    rounding = float(np.finfo(np.float64).eps) * abs(best.value)
    return Estimate(best.value, SAFETY * (best.error + rounding))


def one_sided(
    function: Function, point: Array, direction: Array, method: Method, roundoff: float = 0.0
) -> tuple[Estimate, Estimate]:
    """The derivatives to the left and to the right of the point, both along the direction."""
    plain: Method = "longdouble" if method == "longdouble" else "float64"
    left, right = (
        central(function, point, direction, plain, roundoff, CLOSE_STEP, side) for side in _SIDES
    )
    return left, right


_SIDES: tuple[Side, Side] = (-1, 1)


def difference(
    function: Function,
    point: Array,
    direction: Array,
    step: Any,
    roundoff: float = 0.0,
    side: Side = 0,
) -> tuple[Any, Any]:
    """One difference quotient, and what rounding of the two values may add to it."""
    move = step * direction
    ends = (point + move if side >= 0 else point, point - move if side <= 0 else point)
    right, left = (np.real(value(function, end)) for end in ends)
    # What the function works with is of the size of the logits at least: log-sum-exp minus a logit.
    size = max(abs(right), abs(left), largest(point))
    unit = max(np.finfo(np.result_type(right, np.float16)).eps, roundoff)
    span = step if side else 2 * step
    return (right - left) / span, unit * size / step


def largest(point: Array) -> Any:
    return np.max(np.abs(point), initial=0, where=np.isfinite(point))


def noise(function: Function, point: Array, directions: Iterable[Array]) -> float:
    """How far the function's values jump about near a point, as rounding makes them.

    Of an array of values, the largest. A kink right here looks like noise, but far larger.
    """
    found = []
    for direction in directions:
        for step in NOISE_STEPS:
            made = np.stack(
                [
                    np.asarray(np.real(function(point + place * step * direction)), np.longdouble)
                    for place in NOISE_PLACES
                ]
            )
            if np.any(made != made[0]):
                break
        sixth = np.tensordot(NOISE_WEIGHTS.astype(np.longdouble), made, axes=1)
        found.append(float(np.max(np.abs(sixth), initial=0)))
    return NOISE_SAFETY * sorted(found)[len(found) // 2]


def keeps_longdouble(function: Function, point: Array) -> bool:
    """Whether the type is longer than float64 on this machine, and the function computes in it."""
    if np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps:
        return False
    try:
        made = value(function, point.astype(np.longdouble))
    except Exception:  # noqa: BLE001 what a user's function says of a type it does not take
        return False
    return np.asarray(made).dtype == np.longdouble
