"""What can be said of a wrong gradient that fits no known mistake.

Four questions need no table. Does A - G depend on the logits at all? If not, a linear term is
another one, such as that of the targets. Does A/G? If not, it is a weight. Is A the gradient of
anything? Its own derivatives are symmetric then (Clairaut). Do the entries sum to 0 along an axis,
as they do wherever adding one number to all logits along it changes nothing?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from numeric.checking.differences import Function, central, value
from numeric.checking.pictures import ALIKE, Pictures, balanced, listed
from numeric.checking.points import Case, beside
from numeric.inputs import Array

# How far from the point A - G is looked at again, in logits: nearer where the loss has no value.
ASIDE = (2.0**-1, 2.0**-4, 2.0**-7)

# What is said of each entry needs so many of them.
LEAST_ENTRIES = 3


def aside(case: Case) -> Case | None:
    """The same case at other logits, not far away; None if the loss is finite at none of these."""
    direction = np.random.default_rng(0).normal(size=case.logits.shape)
    for step in ASIDE:
        moved = case.logits + step * direction
        if np.isfinite(value(case.loss, moved)):
            return replace(case, name=f"{case.name}, moved", logits=moved)
    return None


def linear(one: Pictures, other: Pictures) -> str | None:
    """A - G is the same at both points."""
    if one.jacobian or one.off.shape != other.off.shape or not np.all(np.isfinite(other.off)):
        return None
    top = np.max(np.abs(one.off))
    if np.any(np.abs(one.off - other.off) > one.bound + other.bound + ALIKE * top):
        return None
    return (
        "what is wrong does not depend on the checked array: a term that is linear in it, such as "
        "that of the targets, is another one or is missing"
    )


def constant(one: Pictures, other: Pictures) -> str | None:
    """A is the same at both points."""
    if one.jacobian or not one.given.any() or not np.array_equal(one.given, other.given):
        return None
    return (
        "the gradient as given is the same at other logits, that of the loss is not: kept from "
        "another call, or of a linear term only"
    )


def weights(one: Pictures, other: Pictures) -> str | None:
    """A/G is the same at both points, entry by entry."""
    if one.off.shape != other.off.shape or one.axis != other.axis:
        return None
    ratios = [
        seen.given / np.where(seen.zero(seen.true), np.nan, seen.true) for seen in (one, other)
    ]
    some = np.isfinite(ratios[0]) & np.isfinite(ratios[1])
    if one.jacobian or some.sum() < LEAST_ENTRIES or np.any(~some & one.wrong):
        return None
    first, second = (ratio[some] for ratio in ratios)
    if np.any(np.abs(first - second) > ALIKE * np.maximum(np.abs(first), np.abs(second))):
        return None
    return (
        f"each entry has a factor of its own, {listed(first)}, at other numbers too: a weight that "
        "is missing or wrong?"
    )


AT_BOTH: tuple[tuple[str, Callable[[Pictures, Pictures], str | None]], ...] = (
    ("another target", linear),
    ("stale", constant),
    ("sample factor", weights),
)
"""Kind and question, asked at two points."""


def branch(seen: Pictures) -> Iterator[str]:
    """How many entries are wrong if not all are, and whether these have the same sign."""
    if seen.wrong.all():
        return
    for sign, where in (("above", seen.true > 0), ("below", seen.true < 0)):
        if where.sum() > 1 and np.array_equal(seen.wrong, where):
            yield f"wrong are those entries only that should be {sign} 0: one of two branches?"
            return
    yield f"{int(np.sum(~seen.wrong))} of {seen.wrong.size} entries are right"


def facts(case: Case, given: Array, true: Array, roundoff: float) -> Iterator[str]:
    """In words: whether A is a gradient at all, and along which axes only one of A and G sums to 0.

    Both of the logits' shape.
    """
    whole = _is_gradient(case, roundoff)
    if whole is False:
        yield (
            "it is the gradient of no function at all, since its own derivatives are not "
            "symmetric: a step of the chain rule is missing or out of place"
        )
    if whole is True:
        yield "it is the gradient of another function: a term or a number is another there"
    for axis in range(true.ndim):
        should, does = balanced(true, axis), balanced(given, axis)
        if true.shape[axis] > 1 and should != does:
            words = "should sum to 0 and do not" if should else "sum to 0 and should not"
            yield f"along axis {axis} its entries {words}"


def _is_gradient(case: Case, roundoff: float) -> bool | None:
    """Whether u.A'v and v.A'u are one number, for random u and v; None where that is not seen."""
    u, v = np.random.default_rng(1).normal(size=(2, *case.logits.shape))
    near = beside(case.gradient, case.logits.shape)

    def part(weights: Array) -> Function:
        return lambda f: np.sum(np.asarray(near(f), dtype=np.float64) * weights)

    one = central(part(u), case.logits, v, "float64", roundoff)
    other = central(part(v), case.logits, u, "float64", roundoff)
    close = ALIKE * max(abs(one.value), abs(other.value))
    unsure = one.error + other.error
    return None if not unsure <= close else bool(abs(one.value - other.value) <= close + unsure)
