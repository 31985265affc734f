"""Derivatives from values alone, each with the error that it may have.

Complex step [1]: Im f(x + ih)/h has no cancellation, so that even an entry of 1e-13 beside entries
of 1 is seen with many digits, wherever the function computes with complex numbers and is analytic.
Else: central differences with Richardson's extrapolation as Ridders arranges it [2], in the longest
floating type that the function keeps.

[1] W. Squire, G. Trapp, SIAM Review 40 (1998) 110. [2] C. J. F. Ridders, Advances in Engineering
Software 4 (1982) 75.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from numeric.inputs import Array

Method = Literal["complex step", "longdouble", "float64"]
Function = Callable[[Array], Any]

# Truncation is (step)^2 relative to the value: far below rounding. Three steps that are no powers
# of two round differently, and so their spread shows what rounding does to the result.
COMPLEX_STEPS = (1.0e-20, 1.37e-20, 2.71e-20)

# Ridders' table starts at a quarter (of a logit) and halves the step.
FIRST_STEP, LEVELS = 0.25, 8

# The spread of a few roundings is a sample of their size, not a bound.
SAFETY = 4

# Two ways to the same directional derivative agree if no closer than this they can be trusted to.
AGREEMENT = 1e-6


@dataclass(frozen=True)
class Estimate:
    """A derivative and how far it may be off."""

    value: float
    error: float


def value(function: Function, point: Array) -> Any:
    """The function's one number, in the floating type that it has. Raises TypeError."""
    made = np.asarray(function(point))
    if made.size != 1:
        raise TypeError(f"the loss returned shape {made.shape}; expected one number")
    return made.reshape(())[()]


def best_method(function: Function, point: Array, direction: Array) -> Method:
    """The way with the finest resolution that the function admits at this point."""
    plain: Method = "longdouble" if keeps_longdouble(function, point) else "float64"
    reference = central(function, point, direction, plain)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if not np.iscomplexobj(value(function, point.astype(np.complex128))):
                return plain
            stepped = complex_step(function, point, direction)
    except (TypeError, ValueError, ArithmeticError, AttributeError, Warning):
        return plain
    close = reference.error + stepped.error + AGREEMENT * abs(reference.value)
    return "complex step" if abs(reference.value - stepped.value) <= close else plain


def derivative(function: Function, point: Array, direction: Array, method: Method) -> Estimate:
    """The derivative at a point along a direction."""
    if method == "complex step":
        return complex_step(function, point, direction)
    return central(function, point, direction, method)


def complex_step(function: Function, point: Array, direction: Array) -> Estimate:
    """Im f(x + ihv)/h, at a few h."""
    tried = []
    for step in COMPLEX_STEPS:
        made = value(function, point + 1j * (step * direction))
        tried.append(float(made.imag / step))
    middle = sorted(tried)[len(tried) // 2]
    rounding = float(np.finfo(np.float64).eps) * abs(middle)
    return Estimate(middle, SAFETY * (max(tried) - min(tried) + rounding))


def central(function: Function, point: Array, direction: Array, method: Method) -> Estimate:
    """(f(x + hv) - f(x - hv))/2h, extrapolated to h = 0."""
    kind = np.longdouble if method == "longdouble" else np.float64
    best = Estimate(float("nan"), float("inf"))
    above: list[Any] = []
    for level in range(LEVELS):
        step = kind(FIRST_STEP) / 2**level
        slope, rounding = difference(function, point.astype(kind), direction.astype(kind), step)
        row = [slope]
        for order, previous in enumerate(above, start=1):
            row.append((4**order * row[-1] - previous) / (4**order - 1))
            off = max(abs(row[-1] - row[-2]), abs(row[-1] - previous)) + rounding
            if off < best.error:
                best = Estimate(float(row[-1]), float(off))
        above = row
    rounding = float(np.finfo(np.float64).eps) * abs(best.value)
    return Estimate(best.value, SAFETY * (best.error + rounding))


def difference(function: Function, point: Array, direction: Array, step: Any) -> tuple[Any, Any]:
    """One central difference quotient, and what rounding of the two values may add to it."""
    move = step * direction
    right, left = np.real(value(function, point + move)), np.real(value(function, point - move))
    # What the function works with is of the size of the logits at least: log-sum-exp minus a logit.
    largest = max(abs(right), abs(left), np.max(np.abs(point), initial=0))
    rounding = np.finfo(np.asarray(right).dtype).eps * largest / step
    return (right - left) / (2 * step), rounding


def keeps_longdouble(function: Function, point: Array) -> bool:
    """Whether the type is longer than float64 on this machine, and the function computes in it."""
    if np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps:
        return False
    try:
        made = value(function, point.astype(np.longdouble))
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False
    return np.asarray(made).dtype == np.longdouble
