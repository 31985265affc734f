"""Where a wrong gradient is wrong, and what kind of error it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from numeric.inputs import Array
from numeric.kinds import KINDS, Pictures
from numeric.observed import Point, Ruler, Seen, allowed, observe, unit
from numeric.points import weighed_case

# Of more entries than this only a part is differentiated, and the kind is not asked for.
MOST = 4096


@dataclass(frozen=True)
class Finding:
    """The kind of an error, in words, with the entries of the point where it was recognised."""

    kind: str
    says: str
    point: str
    wrong: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        where = ", ".join(f"[{', '.join(map(str, index))}]" for index in self.wrong[:4])
        more = f" and {len(self.wrong) - 4} more" if len(self.wrong) > 4 else ""
        return f"{self.kind}: {self.says} (at {self.point}, entries {where}{more})"


UNKNOWN = "unrecognised", "the entries are wrong in no way that is known here"
EXTREME = "extreme logits", "right at ordinary logits: clipped, rounded or overflown at these"


def diagnose(observed: Sequence[Seen], points: Sequence[Point], by: Ruler) -> Finding | None:
    """The kind of the error, at the failed point that shows most of it; None if no point failed."""
    failed = [seen for seen, point in zip(observed, points, strict=True) if not point.ok]
    if not failed:
        return None
    seen = max(failed, key=_telling)
    wrong = next(p.wrong for s, p in zip(observed, points, strict=True) if s is seen)
    if seen.gradient.size > MOST:
        return Finding(*UNKNOWN, seen.case.name, wrong)
    kind, says = _recognised(seen, by)
    fine = any(p.ok and p.judged and _telling(s) > 0 for s, p in zip(observed, points, strict=True))
    if fine and _telling(seen) == 0 and kind != "not a number":
        kind, says = EXTREME
    return Finding(kind, says, f"{seen.case.name}, n = {seen.case.n}", wrong)


def _telling(seen: Seen) -> float:
    """How much a point tells: many classes of ordinary size, all different."""
    logits = seen.case.logits
    some = logits[np.isfinite(logits)]
    if some.size < 2 or seen.case.n < 3 or np.ptp(some) > 12 or logits.size > MOST:
        return 0.0
    return len(np.unique(some)) / some.size


def _recognised(seen: Seen, by: Ruler) -> tuple[str, str]:
    """The first row of the table that fits, for the whole gradient or for the Jacobian."""
    for picture in (_picture(seen, by), _jacobian(seen, by)):
        if picture is None:
            continue
        with np.errstate(all="ignore"):
            answers = ((kind, ask(picture)) for kind, ask in KINDS)
            found = next(((kind, says) for kind, says in answers if says), None)
        if found is not None:
            return found
    return UNKNOWN


def _picture(seen: Seen, by: Ruler) -> Pictures:
    """Every entry of both gradients, as rows of classes."""
    whole = observe(seen.case, np.random.default_rng(0), seen.gradient.dtype, seen.roundoff, MOST)
    shape, upstream = whole.gradient.shape, seen.case.upstream
    true = np.array([entry.value for entry in whole.numeric]).reshape(shape)
    bound = allowed(whole, by)[0].reshape(shape)
    of_rows = upstream is not None and upstream.size * seen.case.n == whole.gradient.size
    given, true, bound = (_rows(a) for a in (whole.gradient.astype(np.float64), true, bound))
    weights = upstream.ravel() if upstream is not None and of_rows else None
    return Pictures(given, true, bound, _rows(seen.case.logits), weights)


def _rows(array: Array) -> Array:
    """The class axis last, all others as one."""
    if array.ndim < 2:
        return array.reshape(1, -1)
    return np.moveaxis(array, 1, -1).reshape(-1, array.shape[1])


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
