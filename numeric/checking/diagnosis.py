"""Where a wrong gradient is wrong, and what kind of error it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from numeric.checking import unknown
from numeric.checking.differences import value
from numeric.checking.kinds import AT_ONCE, KINDS
from numeric.checking.observed import CALLS, Point, Ruler, Seen, allowed, observe, unit
from numeric.checking.pictures import ALIKE, Pictures, as_rows, class_axis
from numeric.checking.points import REFUSALS, Case, weighed_case
from numeric.inputs import Array

# Of more entries than this only some samples are differentiated; so too where all entries, at so
# many values of the loss each, took more than seconds.
MOST, PATIENCE = 4096, 4.0


@dataclass(frozen=True)
class Finding:
    """The kind of an error, in words, with the entries of the point where it was recognised."""

    kind: str
    says: str
    point: str
    wrong: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        if not self.wrong:
            return f"{self.kind}: {self.says} (at {self.point})"
        where = ", ".join(f"[{', '.join(map(str, index))}]" for index in self.wrong[:4])
        more = f" and {len(self.wrong) - 4} more" if len(self.wrong) > 4 else ""
        return f"{self.kind}: {self.says} (at {self.point}, entries {where}{more})"


UNKNOWN = "unrecognised", "the entries are wrong in no way that is known here"
ONE_STEP = "to find the place, check one step of the computation at a time, by its own input"


def diagnose(observed: Sequence[Seen], points: Sequence[Point], by: Ruler) -> Finding | None:
    """The kind of the error, at the failed point that shows most of it.

    If no point failed, what is said of entries that are a little off; None if none is.
    """
    failed = [seen for seen, point in zip(observed, points, strict=True) if not point.ok]
    if not any(point.judged for point in points):
        return _unjudged(points)
    if not failed:
        return _slight(points)
    seen = max(failed, key=_telling)
    wrong = next(p.wrong for s, p in zip(observed, points, strict=True) if s is seen)
    fine = any(p.ok and p.judged and _telling(s) > 0 for s, p in zip(observed, points, strict=True))
    kind, says = (
        _of_calls(seen, observed)
        or (_extreme(seen) if fine and _telling(seen) == 0 else None)
        or _recognised(seen, by)
    )
    return Finding(kind, says, f"{seen.case.name}, n = {seen.case.n}", wrong)


def _unjudged(points: Sequence[Point]) -> Finding:
    says = "the loss is nan or infinite wherever it was asked: exp overflows, or log(0)?"
    return Finding("not judged", says, f"{points[0].name}, n = {points[0].n}", ())


def _slight(points: Sequence[Point]) -> Finding | None:
    some = [point for point in points if point.slight]
    if not some:
        return None
    shares = [point.max_error / max(abs(point.numeric), abs(point.analytic)) for point in some]
    share, most = max(zip(shares, some, strict=True), key=lambda pair: pair[0])
    says = (
        f"right but for {share:.1g} of an entry, as where the loss "
        "has log(p + eps) and the gradient is that of log(p)"
    )
    return Finding("slight", says, f"{most.name}, n = {most.n}", most.slight)


def _telling(seen: Seen) -> float:
    """How much a point tells: many classes of ordinary size, all different."""
    logits = seen.case.logits
    some = logits[np.isfinite(logits)]
    if some.size < 2 or seen.case.n < 3 or np.ptp(some) > 12 or logits.size > MOST:
        return 0.0
    return len(np.unique(some)) / some.size


def _of_calls(seen: Seen, observed: Sequence[Seen]) -> tuple[str, str] | None:
    """What other calls show: a gradient that is another when asked again, or never another."""
    case, kind = seen.case, seen.gradient.dtype
    with np.errstate(all="ignore"):
        again = [np.asarray(case.gradient(case.logits.astype(kind))) for _ in range(2)]
        losses: list[Any] = [case.loss(case.logits.copy()) for _ in range(2)]
    if not _same(*again) or not _same(again[0], seen.gradient):
        words = "the gradient is another when it is asked for again: random, or added up in memory"
        return "not repeatable", words
    if not seen.repeats or not _same(*losses):
        return "not repeatable", "the loss is another when it is asked for again"
    for other in observed:
        elsewhere = other.case.logits.shape == case.logits.shape
        if other is seen or not elsewhere or np.array_equal(other.case.logits, case.logits):
            continue
        if seen.gradient.any() and np.array_equal(other.gradient, seen.gradient):
            return "stale", f"the gradient at {other.case.name} is given: kept from another call?"
    return None


def _same(one: Any, other: Any) -> bool:
    """Whether two calls gave the same; more than rounding apart, they did not."""
    return bool(np.allclose(one, other, rtol=ALIKE, atol=0, equal_nan=True))


def _extreme(seen: Seen) -> tuple[str, str]:
    """What becomes of a formula that is right at ordinary logits."""
    true = np.array([entry.value for entry in seen.numeric])
    top = np.max(np.abs(seen.analytic), initial=0)
    if not np.all(np.isfinite(seen.analytic)):
        return "not a number", (
            "nan or infinite at these logits, right at ordinary ones: exp overflows unless the "
            "largest logit is subtracted first"
        )
    given = np.abs(seen.analytic)
    if np.all(np.abs(true) <= (1 + ALIKE) * given + ALIKE * top) and np.max(np.abs(true)) < top:
        return "extreme logits", (
            "right at ordinary logits, but here the loss is flatter than that: it clips p, or "
            "adds an epsilon to it, and the gradient does not know"
        )
    if not seen.analytic.any():
        return "extreme logits", "right at ordinary logits, but here every digit is rounded away"
    return "extreme logits", "right at ordinary logits: clipped, rounded or overflown at these"


def _recognised(seen: Seen, by: Ruler) -> tuple[str, str]:
    """The first row of the table that fits, for the whole gradient or for the Jacobian.

    Where differentiating every entry would take seconds, what the entries at hand tell, or else
    some samples.
    """
    most = int(min(MOST, PATIENCE / (CALLS * seen.seconds)))
    if seen.gradient.size <= most:
        pictures = [_picture(seen, by), _jacobian(seen, by)]
        whole = pictures[1]
        by_entry = whole is None or not whole.true[np.eye(*whole.true.shape) == 0].any()
        tried = pictures if by_entry or not _is_map(seen) else reversed(pictures)
        answers = (_asked(KINDS, picture) for picture in tried if picture is not None)
        return next(filter(None, answers), None) or _unknown(seen, by, pictures[0])
    found = _asked(AT_ONCE, _part(seen, by)) or _of_some_samples(seen, by, most)
    return found or (UNKNOWN[0], f"{UNKNOWN[1]}: {_aside(seen)}")


def _unknown(seen: Seen, by: Ruler, picture: Pictures | None) -> tuple[str, str]:
    """What can be said of every entry where no row of the table fits."""
    assert picture is not None
    with np.errstate(all="ignore"):
        if (moved := _moved(seen, by)) is not None:
            for kind, ask in unknown.AT_BOTH:
                if says := ask(picture, moved):
                    return kind, says
        true = np.array([entry.value for entry in seen.numeric])
        whole = len(true) == seen.gradient.size
        true = true.reshape(seen.gradient.shape) if whole else seen.gradient
        facts = unknown.facts(seen.case, seen.gradient, true, seen.roundoff)
        words = "; ".join((_aside(seen), *unknown.branch(picture), *facts, ONE_STEP))
    return UNKNOWN[0], f"{UNKNOWN[1]}: {words}"


def _moved(seen: Seen, by: Ruler) -> Pictures | None:
    """Every entry at other logits, not far away; None where the loss has no value at those."""
    try:
        case = unknown.aside(seen.case)
        return None if case is None else _picture(replace(seen, case=case), by)
    except REFUSALS:
        return None


def _of_some_samples(seen: Seen, by: Ruler, most: int) -> tuple[str, str] | None:
    """The first row that fits as many samples as have no more than `most` entries together.

    Half of them are wrong, if there are so many of either kind; the others are kept as they are.
    """
    shape, classes = seen.gradient.shape, class_axis(seen.gradient.astype(np.float64))
    axis = int(classes == 0)
    if len(shape) < 2:
        return None
    each = seen.gradient.size // shape[axis]
    # Two samples tell far more than one.
    count = min(max(most // each, 2 * (2 * each <= min(MOST, 10 * most))), shape[axis])
    bad = np.unique(
        [at[axis] for at, off in zip(seen.indices, _wrong(seen, by), strict=True) if off]
    )
    good = np.setdiff1d(np.arange(shape[axis]), bad)
    few = max(count - len(good), (count + 1) // 2)
    kept = np.sort(np.concatenate((bad[:few], good[: count - min(few, len(bad))])))
    if not kept.size:
        return None
    between = each // shape[classes]
    rows = (kept[:, None] * between + np.arange(between)).ravel()
    picture = _picture(replace(seen, case=_with_samples(seen.case, kept, axis)), by)
    return _asked(KINDS[len(AT_ONCE) :], replace(picture, rows=rows))


def _wrong(seen: Seen, by: Ruler) -> Array:
    """Which of the entries at hand are wrong."""
    true = np.array([entry.value for entry in seen.numeric])
    wrong: Array = np.abs(seen.analytic.astype(np.float64) - true) > allowed(seen, by)[0]
    return wrong


def _with_samples(case: Case, kept: Array, axis: int) -> Case:
    """The same of these samples only, the others as they are."""
    where: Any = (*(slice(None),) * axis, kept)

    def whole(part: Array) -> Array:
        logits = case.logits.astype(part.dtype)
        logits[where] = part
        return logits

    upstream = case.upstream
    if upstream is not None:
        upstream = (
            upstream[kept] if upstream.shape[:1] == case.logits.shape[axis : axis + 1] else None
        )
    return replace(
        case,
        logits=case.logits[where],
        loss=lambda part: case.loss(whole(part)),
        gradient=lambda part: case.gradient(whole(part))[where],
        upstream=upstream,
        pair=None,
    )


def _asked(
    kinds: Iterable[tuple[str, Callable[[Pictures], str | None]]], picture: Pictures
) -> tuple[str, str] | None:
    with np.errstate(all="ignore"):
        answers = ((kind, ask(picture)) for kind, ask in kinds)
        return next(((kind, says) for kind, says in answers if says), None)


def _part(seen: Seen, by: Ruler) -> Pictures:
    """The entries that were looked at, as one row."""
    true = np.array([entry.value for entry in seen.numeric])
    parts = (seen.analytic.astype(np.float64), true, allowed(seen, by)[0])
    given, true, bound = (part[None, :] for part in parts)
    case = seen.case
    axis = min(1, max(case.logits.ndim - 1, 0))
    return Pictures(given, true, bound, case.logits, axis, value=_value(case))


def _value(case: Case) -> float | None:
    """What the loss is at the point, if it is one number by itself."""
    return float(np.real(value(case.loss, case.logits))) if case.upstream is None else None


def _aside(seen: Seen) -> str:
    """How far apart the two gradients are, as arrows."""
    true = np.array([entry.value for entry in seen.numeric])
    given = seen.analytic.astype(np.float64)
    lengths = float(np.linalg.norm(given)), float(np.linalg.norm(true))
    cosine = float(given @ true) / (lengths[0] * lengths[1] or 1.0)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return f"{lengths[0] / (lengths[1] or 1.0):.3g} times as long, {degrees:.2g} degrees aside"


def _is_map(seen: Seen) -> bool:
    """Whether the function takes logits to as many numbers, and a Jacobian is given."""
    case = seen.case
    if case.pair is None or case.pair.vjp is not None or case.upstream is None:
        return False
    return case.upstream.shape == case.logits.shape


def _picture(seen: Seen, by: Ruler) -> Pictures:
    """Every entry of both gradients, as rows of classes."""
    whole = observe(seen.case, np.random.default_rng(0), seen.gradient.dtype, seen.roundoff, MOST)
    shape, upstream = whole.gradient.shape, seen.case.upstream
    true = np.array([entry.value for entry in whole.numeric]).reshape(shape)
    bound = allowed(whole, by)[0].reshape(shape)
    of_rows = upstream is not None and upstream.size * seen.case.n == whole.gradient.size
    axis = class_axis(true)
    parts = (whole.gradient.astype(np.float64), true, bound)
    given, true, bound = (as_rows(part, axis) for part in parts)
    known = upstream is not None and (of_rows or upstream.size == 1)
    weights = upstream.ravel() if upstream is not None and known else None
    return Pictures(given, true, bound, seen.case.logits, axis, weights, value=_value(seen.case))


def _jacobian(seen: Seen, by: Ruler) -> Pictures | None:
    """The Jacobian of a loss of several values, one row for each; None of one number."""
    case = seen.case
    if case.pair is None or case.upstream is None or case.upstream.size * case.logits.size > MOST:
        return None
    pictures = []
    for index in np.ndindex(case.upstream.shape):
        one = weighed_case(case.name, case.n, case.logits, case.pair, unit(case.upstream, index))
        row = _picture(replace(seen, case=one), by)
        pictures.append((row.given.ravel(), row.true.ravel(), row.bound.ravel()))
    given, true, bound = (np.stack(part) for part in zip(*pictures, strict=True))
    return Pictures(given, true, bound, case.logits, jacobian=True)
