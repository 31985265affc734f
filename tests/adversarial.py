"""Rows of logits on which losses lose their digits, and what they are exactly.

The reference is mpmath at 50 digits. One exponential an entry is all that is costly: with
e[j] = exp(f[j] - max f) everything else is sums and quotients of the e[j]. Nothing cancels: where
1 - p[k] is small it is the sum of the others over the sum of all, and the loss at the largest logit
is log1p of the sum of the others. An exact number is kept as two floats, hi + lo, which together
hold it to 2^-106, far below what is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

DIGITS = 50

# Rows of each class count among 10,000.
ROWS = {2: 2000, 3: 2500, 4: 1500, 8: 1500, 16: 1000, 64: 900, 256: 400, 1000: 150, 10_000: 50}
ALL_OF_HESSIAN = 16
"""Hessians of more classes are not looked at."""


def _random(rng: Any, n: int) -> Any:
    return rng.normal(size=n) * rng.choice([0.1, 1, 5, 20])


def _tail(rng: Any, n: int) -> Any:
    f = rng.normal(size=n)
    f[rng.integers(n)] += rng.uniform(5, 80)
    return f


def _far_tail(rng: Any, n: int) -> Any:
    f = rng.normal(size=n)
    f[rng.integers(n)] += rng.uniform(80, 700)
    return f


def _ties(rng: Any, n: int) -> Any:
    return rng.choice([-1.0, 0.0, 2.5], size=n) * rng.choice([0.0, 1.0, 30.0])


def _near_ties(rng: Any, n: int) -> Any:
    """A few units in the last place apart."""
    f = np.full(n, rng.normal() * rng.choice([1, 100]))
    return f * (1 + np.finfo(np.float32).eps * rng.integers(-3, 4, size=n))


def _far(rng: Any, n: int) -> Any:
    return rng.choice([-1e4, 1e4], size=n) + rng.normal(size=n) * rng.choice([0.01, 1, 10])


def _wide(rng: Any, n: int) -> Any:
    return rng.uniform(-1e4, 1e4, size=n)


def _high(rng: Any, n: int) -> Any:
    """Ordinary differences beside a large common part."""
    return 1e4 + rng.normal(size=n)


def _one_hot(rng: Any, n: int) -> Any:
    """1 - p of about one rounding of 1."""
    f = np.zeros(n)
    f[rng.integers(n)] = np.log(max(n - 1, 1)) + rng.uniform(10, 45)
    return f


def _two_peaks(rng: Any, n: int) -> Any:
    f = rng.normal(size=n) - rng.uniform(0, 100)
    f[rng.integers(n, size=2)] = rng.normal() * 10
    return f


KINDS: tuple[Callable[[Any, int], Any], ...] = (
    *(_random, _tail, _far_tail, _ties, _near_ties, _far, _wide, _high, _one_hot, _two_peaks),
)


@dataclass(frozen=True)
class Rows:
    """Logits (R, n) and labels (R,): half of them at the largest logit."""

    logits: Any
    labels: Any


def rows(seed: int, dtype: Any, share: float = 1.0) -> Iterator[Rows]:
    """Adversarial rows for each class count; `share` of the whole 10,000."""
    for n, count in ROWS.items():
        rng = np.random.default_rng((seed, n))
        some = max(2, int(count * share)) if n <= 1000 or share == 1 else 0
        if not some:
            continue
        logits = np.stack([KINDS[i % len(KINDS)](rng, n) for i in range(some)]).astype(dtype)
        labels = np.where(rng.random(some) < 0.5, logits.argmax(axis=1), rng.integers(n, size=some))
        yield Rows(logits, labels)


@dataclass(frozen=True)
class Exact:
    """An array of exact numbers as hi + lo."""

    hi: Any
    lo: Any

    def ulps(self, got: Any, dtype: Any) -> Any:
        """|got - exact| in units of the last place of `dtype`; nan where exact is not normal."""
        info = np.finfo(dtype)
        size = np.abs(self.hi)
        normal = (size >= info.tiny) & (size <= info.max)
        unit = np.ldexp(1.0, np.frexp(np.where(normal, size, 1))[1] - 1 - info.nmant)
        error = np.abs((np.asarray(got, np.float64) - self.hi) - self.lo) / unit
        return np.where(normal, np.where(np.isfinite(error), error, np.inf), np.nan)


@dataclass(frozen=True)
class Truth:
    """The exact loss (R,), gradient, log softmax (R, n), and Hessian (R, n, n) of few classes."""

    loss: Exact
    gradient: Exact
    log_softmax: Exact
    hessian: Exact | None


def truth(given: Rows) -> Truth:
    """Everything of these rows, to 50 digits."""
    with mpmath.workdps(DIGITS):
        made = [_row(f, int(y)) for f, y in zip(given.logits, given.labels, strict=True)]
    losses, gradients, logs, hessians = zip(*made, strict=True)
    whole = None if hessians[0] is None else _exact(hessians)
    return Truth(_exact(losses), _exact(gradients), _exact(logs), whole)


def _exact(numbers: Any) -> Exact:
    values = np.array(numbers, dtype=object)
    hi = values.astype(np.float64)
    lo = np.frompyfunc(lambda exact, high: float(exact - high), 2, 1)(values, hi)
    return Exact(hi, lo.astype(np.float64))


def _row(f: Any, y: int) -> tuple[Any, list[Any], list[Any], Any]:
    """Loss, gradient, log softmax and Hessian (None of many classes)."""
    values = [mpf(float(v)) for v in f]
    top = max(range(len(values)), key=values.__getitem__)
    e = [mpmath.exp(v - values[top]) for v in values]
    below = mpmath.fsum(e[:top] + e[top + 1 :])  # the total is 1 + below
    total, above = 1 + below, mpmath.log1p(below)
    rest = [total - one for one in e]  # exact enough but for the largest
    rest[top] = below
    logs = [v - values[top] - above for v in values]
    p = [one / total for one in e]
    gradient = [-rest[y] / total if k == y else share for k, share in enumerate(p)]
    hessian = None
    if len(p) <= ALL_OF_HESSIAN:
        hessian = [
            [p[k] * rest[k] / total if k == l else -p[k] * p[l] for l in range(len(p))]  # noqa: E741
            for k in range(len(p))
        ]
    return -logs[y], gradient, logs, hessian


def costs(given: Rows) -> tuple[Any, Any, Any, Any]:
    """|f - m| in the loss (R,), gradient, log softmax (R, n) and Hessian (R, n, n; of few classes).

    What the rounding of f - m costs an exponential, in units of the last place. A quantity that is
    a sum of the others' (each at the largest logit) pays for the largest of those; a loss or a log
    softmax elsewhere is of the size of f - m, and pays nothing. A Hessian entry is a product.
    """
    f = given.logits.astype(np.float64)
    order = np.sort(f, axis=1)
    below = order[:, -1:] - order[:, -2:-1]  # from the largest to the next
    apart = np.abs(f - order[:, -1:])
    is_top = np.arange(f.shape[1]) == f.argmax(axis=1)[:, None]
    at_label = np.arange(f.shape[1]) == given.labels[:, None]
    gradient = np.where(at_label & is_top, below, np.where(at_label, 0, apart))
    loss = np.where((at_label & is_top).any(axis=1), below[:, 0], 0)
    logs = np.where(is_top, below, 0)
    if f.shape[1] > ALL_OF_HESSIAN:
        return loss, gradient, logs, None
    entry = apart[:, :, None] + apart[:, None, :]
    diagonal = np.where(is_top, below, apart)
    same = np.eye(f.shape[1]) == 1
    return loss, gradient, logs, np.where(same, diagonal[:, :, None], entry)
