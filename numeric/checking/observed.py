"""One point of a gradcheck: the gradient as given, the derivatives of the loss, and the judgement.

An entry that seems wrong is looked at again before it is called so: in real arithmetic, if the loss
was differentiated through complex numbers, in case it is not analytic; close by, in case there is a
kink not far away; and from either side, in case there is a kink right here, where every slope
between the one-sided ones is a derivative.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from numeric.checking.differences import (
    CLOSE_STEP,
    FIRST_STEP,
    Estimate,
    Function,
    Method,
    best_method,
    central,
    derivative,
    keeps_longdouble,
    largest,
    noise,
    one_sided,
    value,
)
from numeric.checking.forms import wrong_shape
from numeric.checking.points import Case, beside
from numeric.inputs import Array

# A right gradient may be off by so many roundings of its largest entry: p - 1 rounds 1 and p.
ROUNDINGS = 8

# A right entry may be off by this many of its roundings, and by so many of the largest logit's.
TEN_BITS, LOGIT_ROUNDINGS = 1024, 4

# An entry that is off by no more than this share of it is no mistake in a formula: log(p + eps) for
# log(p), a gradient by differences, rounding. It is said, and not called wrong.
SLIGHT = 2.0**-16

# Two values of the loss at one point are the same within this share of the largest number in it;
# sums that run in parallel may round differently.
REPEATED = 1e-5

# A function that keeps what it was given may keep a trace of a complex step.
TRACE = 1e-12

# An entry is unresolved where not even an error of this share of it would be seen.
VISIBLE = 0.1

# At most so many entries of one point are differentiated; the largest ones are always among them.
MAX_ENTRIES = 64

# A loss so slow that these, at so many values of it each, take more seconds is asked for fewer.
PATIENCE, CALLS, LEAST_ENTRIES = 10.0, 16, 4

# Noise is measured along so many directions.
NOISE_SAMPLES = 3

# Of what noise may be, the part that is one rounding.
NOISE_OF_EPS = 1 / 2

# So far are values off by rounding at most, relative to the largest; float16 rounds to this.
MOST_NOISE = 2.0**-10


@dataclass(frozen=True)
class Seen:
    """Both gradients at a point, at the entries that were looked at.

    `repeats` says whether the loss is the same when it is asked again: a random one shows nothing.
    `roundoff` is what rounding adds to a value of the loss, relative to the largest number in it;
    `rough` is how far the entries of the gradient jump about, and `eps` one rounding of what they
    were computed from and are returned in. `seconds` is what one value of the loss takes.
    """

    case: Case
    method: Method
    indices: tuple[tuple[int, ...], ...]
    numeric: tuple[Estimate, ...]
    analytic: Array
    gradient: Array
    finite: bool
    repeats: bool
    roundoff: float
    rough: float
    eps: float
    seconds: float


@dataclass(frozen=True)
class Ruler:
    """What a right gradient is measured with: its largest entry anywhere, and one rounding of 1."""

    largest: float
    eps: float


@dataclass(frozen=True)
class Point:
    """What was found at one point: the entry that comes nearest to its bound, or passes it.

    `max_error` is |numeric - analytic| there and `bound` what is allowed; `unresolved` of `entries`
    entries are too small to be judged at this point by `method`. `wrong` are the entries that are
    not what the loss says, `slight` those that are a little off, by no more than SLIGHT of their
    size, `kinks` how many lie on a kink, where there is more than one slope.
    A point where the loss itself is not finite is not judged.
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
    wrong: tuple[tuple[int, ...], ...] = ()
    slight: tuple[tuple[int, ...], ...] = ()
    kinks: int = 0
    judged: bool = True


def loss_roundoff(cases: Sequence[Case], rng: np.random.Generator) -> float:
    """What rounding adds to a value of the loss, relative: the middle one of all points.

    Measured, and so found also where a function computes in float32 and returns float64.
    """
    found = []
    with np.errstate(all="ignore"):
        for case in cases:
            kind = np.longdouble if keeps_longdouble(case.loss, case.logits) else np.float64
            at = max(abs(float(np.real(value(case.loss, case.logits)))), largest(case.logits))
            found.append(_rough(case.loss, case.logits.astype(kind), rng) / (at or 1.0))
    return _middle(found)


def _rough(function: Function, point: Array, rng: np.random.Generator) -> float:
    directions = rng.uniform(-1, 1, size=(NOISE_SAMPLES, *point.shape)).astype(point.dtype)
    return noise(function, point, directions)


def ruler(seen: Sequence[Seen]) -> Ruler:
    """The largest entry of all these points, and what the gradient rounds to, beside it."""
    values = (abs(entry.value) for one in seen for entry in one.numeric)
    most = max((value for value in values if math.isfinite(value)), default=0.0)
    eps = max((one.eps for one in seen), default=0.0)
    return Ruler(most, max(eps, NOISE_OF_EPS * _middle(one.rough / (most or 1.0) for one in seen)))


def _middle(found: Iterable[float]) -> float:
    """The median, the lower of two, where it can be noise at all."""
    finite = sorted(one for one in found if one <= MOST_NOISE)
    return finite[(len(finite) - 1) // 2] if finite else 0.0


def _given(case: Case, logits: Array) -> Array:
    """The gradient as given, nan where it could not be computed. Raises TypeError, ValueError."""
    try:
        gradient = np.array(case.gradient(logits.copy()))
    except ArithmeticError:
        return np.full(logits.shape, np.nan)
    if np.any(np.abs(gradient.imag) > TRACE * np.max(np.abs(gradient), initial=0)):
        raise TypeError("the gradient returned complex numbers; expected an array of real numbers")
    gradient = gradient.real
    if gradient.shape != logits.shape:
        raise wrong_shape(gradient.shape, logits.shape)
    return gradient if gradient.dtype.kind == "f" else gradient.astype(np.float64)


def observe(
    case: Case,
    rng: np.random.Generator,
    dtype: np.dtype[Any],
    roundoff: float,
    most: int | None = None,
) -> Seen:
    """The case at the logits rounded to `dtype`, with at most so many entries differentiated.

    If not given, MAX_ENTRIES, and of a slow loss no more than PATIENCE allows.
    """
    logits = case.logits.astype(dtype)
    point = logits.astype(np.float64)
    case = replace(case, logits=point)
    with np.errstate(all="ignore"):
        # Asked twice, since a gradient may be added up in memory: the second is judged.
        gradient = [_given(case, logits) for _ in range(2)][1]
        along = rng.normal(size=point.shape)
        finite, repeats, seconds = _asked(case, along)
        # A loss that keeps what it was given is not given complex numbers.
        method = best_method(case.loss, point, along, roundoff) if repeats else "float64"
        some = int(np.clip(PATIENCE / (CALLS * seconds), LEAST_ENTRIES, MAX_ENTRIES))
        indices = _entries(point, gradient, rng, most or some) if finite else ()
        # Two derivatives for each time that all entries can be halved.
        patient = CALLS * seconds * math.log2(max(point.size, 1)) <= PATIENCE
        if len(indices) < point.size and finite and patient:
            indices = (*indices, _suspect(case, gradient, method, roundoff, rng))
        numeric = tuple(
            derivative(case.loss, point, unit(point, i), method, roundoff) for i in indices
        )
        as_float64 = dtype == gradient.dtype == np.float64
        near = beside(lambda f: _given(case, f), point.shape)
        rough = _rough(near, point, rng) if as_float64 else 0.0
    analytic = np.array([gradient[index] for index in indices], dtype=gradient.dtype)
    eps = max(float(np.finfo(kind).eps) for kind in (dtype, gradient.dtype))
    parts = (case, method, indices, numeric, analytic, gradient, finite, repeats)
    return Seen(*parts, roundoff, rough, eps, seconds)


def _asked(case: Case, along: Array) -> tuple[bool, bool, float]:
    """Whether the loss is finite, and the same when it is asked again; the seconds it takes.

    Between the two it is asked beside the point: what it keeps of a call shows.
    """
    point = case.logits
    first, _ = (value(case.loss, one) for one in (point, point + FIRST_STEP * along))
    started = time.perf_counter()
    again = value(case.loss, point)
    seconds = time.perf_counter() - started
    finite = bool(np.isfinite(first) and np.isfinite(again))
    close = REPEATED * (abs(first) + largest(point))
    return finite, not finite or bool(abs(first - again) <= close), seconds


def unit(point: Array, index: tuple[int, ...]) -> Array:
    """The direction of one entry."""
    direction = np.zeros_like(point)
    direction[index] = 1
    return direction


def _entries(
    point: Array, gradient: Array, rng: np.random.Generator, most: int
) -> tuple[tuple[int, ...], ...]:
    """All entries, or of many the largest, by logit and by gradient, and some at random."""
    if point.size <= most:
        return tuple(np.ndindex(point.shape))
    half = most // 4
    largest_ones = np.argsort(-np.abs(gradient), axis=None)[:half]
    highest = np.argsort(-point, axis=None)[:half]
    some = rng.choice(point.size, most // 2, replace=False)
    flat = np.unique([*largest_ones, *highest, *some])
    places = zip(*np.unravel_index(flat, point.shape), strict=True)
    return tuple(tuple(map(int, place)) for place in places)


def _suspect(
    case: Case, gradient: Array, method: Method, roundoff: float, rng: np.random.Generator
) -> tuple[int, ...]:
    """The entry that looks worst: of all entries, the half that does, and so on.

    A half is seen through the derivative along random signs of its entries.
    """
    point, suspects = case.logits, rng.permutation(case.logits.size)
    while len(suspects) > 1:
        halves, worst = np.array_split(suspects, 2), []
        for half in halves:
            direction = np.zeros(point.size)
            direction[half] = rng.choice([-1.0, 1.0], size=len(half))
            along = direction.reshape(point.shape)
            found = derivative(case.loss, point, along, method, roundoff)
            given = float(np.sum(gradient.astype(np.float64) * along))
            worst.append(abs(found.value - given) / (found.error + np.finfo(np.float64).tiny))
        suspects = halves[int(np.argmax(worst))]
    return tuple(map(int, np.unravel_index(suspects[0], point.shape)))


def allowed(seen: Seen, by: Ruler) -> tuple[Array, Array]:
    """What is below sight at each entry, and how far it may be off."""
    numeric = np.array([entry.value for entry in seen.numeric])
    unsure = np.array([entry.error for entry in seen.numeric])
    size = np.maximum(np.abs(numeric), np.abs(seen.analytic.astype(np.float64)))
    unseen = unsure + ROUNDINGS * by.eps * by.largest + np.finfo(np.float64).tiny
    return unseen, unseen + _share(by.eps, float(largest(seen.case.logits))) * size


def _share(eps: float, logit: float) -> float:
    """Half the digits of an entry, ten bits of a short type, and what rounding the logits costs."""
    half = math.sqrt(np.finfo(np.float64).eps)
    return min(math.sqrt(eps), max(half, TEN_BITS * eps)) + LOGIT_ROUNDINGS * eps * logit


def judge(seen: Seen, by: Ruler) -> Point:
    """The entry that comes nearest to its bound, or passes it by most."""
    if not seen.indices:
        return _unjudged(seen)
    numeric = np.array([entry.value for entry in seen.numeric])
    analytic = seen.analytic.astype(np.float64)
    unseen, bound = allowed(seen, by)
    error = np.abs(numeric - analytic)
    ratio = np.where(np.isfinite(error), error / bound, np.inf)
    ratio, kinks = _looked_again(seen, ratio, bound)
    worst = int(np.argmax(ratio))
    size = np.maximum(np.abs(numeric), np.abs(analytic))
    close = np.isfinite(ratio) & (ratio <= 1 + SLIGHT * size / bound)
    wrong, slight = ~close, close & (ratio > 1)
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
        ok=seen.repeats and not wrong.any(),
        wrong=tuple(seen.indices[place] for place in np.flatnonzero(wrong)),
        slight=tuple(seen.indices[place] for place in np.flatnonzero(slight)),
        kinks=kinks,
    )


def _unjudged(seen: Seen) -> Point:
    """A point where the loss has no value to differentiate."""
    nothing, size = float("nan"), seen.gradient.size
    none = (*((0,) * seen.gradient.ndim),)
    return Point(
        *(seen.case.name, seen.case.n, nothing, nothing, none, nothing, nothing, seen.method),
        *(size, size, True),
        judged=False,
    )


def _looked_again(seen: Seen, ratio: Array, bound: Array) -> tuple[Array, int]:
    """The ratios with those of right entries below 1, worst entry first; how many are on a kink.

    One entry that stays wrong is enough: the others are then left as they are.
    """
    ratio, kinks = ratio.copy(), 0
    for place in np.argsort(-ratio):
        if ratio[place] <= 1 or not np.isfinite(seen.analytic[place]):
            break
        error, on_kink = _second_look(seen, int(place))
        kinks += on_kink
        if error > bound[place]:
            break
        ratio[place] = error / bound[place]
    return ratio, kinks


def _second_look(seen: Seen, place: int) -> tuple[float, bool]:
    """How far the entry is off after all, and whether it lies on a kink."""
    case, point = seen.case, seen.case.logits
    direction, roundoff = unit(point, seen.indices[place]), seen.roundoff
    with np.errstate(all="ignore"):
        plain: Method = "longdouble" if keeps_longdouble(case.loss, point) else "float64"
        found = seen.numeric[place]
        for first_step in (FIRST_STEP, CLOSE_STEP):
            again = central(case.loss, point, direction, plain, roundoff, first_step)
            if math.isfinite(again.error) and again.contradicts(found):
                found = again
        left, right = one_sided(case.loss, point, direction, plain, roundoff)
        # Roundings add up, entry by entry; small steps may show none of what they hide.
        added_up = max(roundoff, point.size * float(np.finfo(_KINDS[plain]).eps))
        sure = central(case.loss, point, direction, plain, added_up)
    analytic = float(seen.analytic[place])
    if math.isfinite(left.error + right.error) and left.contradicts(right):
        low, high = sorted((left.value, right.value))
        return max(low - analytic, analytic - high, 0.0), True
    off = abs(found.value - analytic)
    if seen.method == "complex step" or not math.isfinite(sure.error):
        return off, False
    return min(off, max(abs(sure.value - analytic) - sure.error, 0.0)), False


_KINDS: dict[str, Any] = {"longdouble": np.longdouble, "float64": np.float64}
