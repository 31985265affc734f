"""What kind of error a wrong gradient has: a table of the mistakes that people make.

Each row asks one question of the gradient as given, A, and the derivative of the loss, G, both as
rows of classes: is A the G of this well-known mistake? The first row that fits names the error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.inputs import Array

# Two numbers are one here within this share of the larger, beside what the check allows.
ALIKE = 1e-3


@dataclass(frozen=True)
class Pictures:
    """A and G as rows of classes, what they may differ by, the logits, an upstream of each row.

    A `jacobian` has a row for each value of the loss.
    """

    given: Array
    true: Array
    bound: Array
    logits: Array
    upstream: Array | None = None
    jacobian: bool = False

    def alike(self, one: Array, other: Array) -> bool:
        """Whether two arrays are the same but for rounding."""
        size = np.maximum(np.abs(one), np.abs(other))
        return bool(np.all(np.abs(one - other) <= self.bound + ALIKE * size))

    def zero(self, one: Array) -> Array:
        """Which entries are no more than rounding."""
        close: Array = np.abs(one) <= self.bound
        return close

    @property
    def wrong(self) -> Array:
        """Which entries are not what the loss says."""
        size = np.maximum(np.abs(self.given), np.abs(self.true))
        off: Array = np.abs(self.given - self.true) > self.bound + ALIKE / 10 * size
        return off

    @property
    def label(self) -> Array:
        """The class of each row whose true entry has a sign of its own: p[y] - 1 among p[k]."""
        signs = np.sign(self.true)
        lone = np.where(np.sum(signs < 0, axis=1) == 1, -1, 1)
        found: Array = np.argmax(self.true * lone[:, None], axis=1)
        return found

    @property
    def at_label(self) -> Array:
        """One-hot rows of the labels."""
        hot: Array = np.arange(self.true.shape[1]) == self.label[:, None]
        return hot

    def ratio(self, axis: int | None) -> Array | None:
        """c with A = c*G, one for all or one along an axis; None if there is none."""
        top = np.sum(self.given * self.true, axis=axis, keepdims=True)
        bottom = np.sum(self.true**2, axis=axis, keepdims=True)
        some = bottom > np.sum(self.bound**2, axis=axis, keepdims=True)
        factor: Array = np.where(some, top / np.where(some, bottom, 1), 1.0)
        return factor if self.alike(self.given, factor * self.true) else None


Answer = str | None


def _not_finite(seen: Pictures) -> Answer:
    count = int(np.sum(~np.isfinite(seen.given)))
    return f"{count} of {seen.given.size} entries are nan or infinite" if count else None


def _zero(seen: Pictures) -> Answer:
    return "the gradient is 0 everywhere" if not seen.given.any() else None


def _factor(seen: Pictures) -> float | None:
    found = seen.ratio(None)
    return None if found is None else float(found.item())


def _near(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) <= ALIKE * abs(other)


def _sign(seen: Pictures) -> Answer:
    return "every entry has the other sign" if _near(_factor(seen), -1) else None


def _counted(seen: Pictures) -> tuple[int, int]:
    """Rows in all, and rows that count: those of ignored samples are 0."""
    rows = len(seen.true)
    return rows, int(np.sum(~np.all(seen.zero(seen.true), axis=1)))


def _mean(seen: Pictures) -> Answer:
    factor, (rows, counted) = _factor(seen), _counted(seen)
    if seen.jacobian or rows < 2 or factor is None:
        return None
    for count in dict.fromkeys((counted, rows)):
        if count > 1 and _near(factor, count):
            return f"1/N is missing: every entry is {count} times too large"
        if count > 1 and _near(factor, 1 / count):
            return f"divided by N = {count}, which the loss is not, or not twice"
    if counted < rows and _near(factor, counted / rows):
        return f"the mean counts all {rows} samples, the loss only {counted}"
    return None


def _constant(seen: Pictures) -> Answer:
    factor = _factor(seen)
    return None if factor is None else f"every entry is {factor:.6g} times what it should be"


def _transposed(seen: Pictures) -> Answer:
    if seen.true.shape[0] != seen.true.shape[1]:
        shuffled = seen.true.T.reshape(seen.true.shape)
        return "the entries stand in transposed order" * seen.alike(seen.given, shuffled) or None
    return "rows and columns are exchanged" * seen.alike(seen.given, seen.true.T) or None


def _ignored(seen: Pictures) -> Answer:
    left_out = np.all(seen.zero(seen.true), axis=1)
    present = left_out & ~np.all(seen.zero(seen.given), axis=1)
    if seen.jacobian or not present.any() or left_out.all():
        return None
    rows = ", ".join(map(str, np.flatnonzero(present)[:4]))
    return f"samples that the loss leaves out ({rows}) have a gradient: ignore_index?"


def _left_out(seen: Pictures) -> Answer:
    absent = np.all(seen.given == 0, axis=1) & ~np.all(seen.zero(seen.true), axis=1)
    if seen.jacobian or not absent.any():
        return None
    rows = ", ".join(map(str, np.flatnonzero(absent)[:4]))
    return f"samples that the loss counts ({rows}) have no gradient"


def _row_factor(seen: Pictures) -> Answer:
    found = seen.ratio(1)
    if seen.jacobian or found is None or len(seen.true) < 2:
        return None
    factor = found[:, 0]
    if seen.upstream is not None and np.ptp(factor * seen.upstream) <= ALIKE * np.max(
        np.abs(factor)
    ):
        return "the upstream gradient is not applied"
    by_label = {int(label): c for label, c in zip(seen.label, factor, strict=True)}
    wanted = np.array([by_label[int(label)] for label in seen.label])
    if len(by_label) < len(factor) and np.allclose(factor, wanted, rtol=ALIKE):
        return "a factor of the label's class is missing or wrong: its weight?"
    return "a factor of each sample is missing or wrong: its weight?"


def _class_factor(seen: Pictures) -> Answer:
    """A/G is a number of the class times one of the sample, such as w[k]/w[y]."""
    if seen.jacobian or len(seen.true) < 2 or np.any(seen.zero(seen.true)):
        return None
    ratio = seen.given / seen.true
    if not seen.alike(ratio * ratio[0, 0], ratio[:, :1] * ratio[:1]):
        return None
    return "a factor of each class is there, such as its weight where the label's should be"


def _wrong_axis(seen: Pictures) -> Answer:
    """A - G is softmax over the samples less softmax over the classes, or only their sums tell."""
    logits, off = seen.logits, seen.given - seen.true
    if seen.jacobian or len(seen.true) < 2:
        return None
    changed = _softmax(logits, 0) - _softmax(logits, 1)
    factor = np.sum(off * changed) / np.sum(changed**2)
    if seen.alike(off, factor * changed):
        return "softmax is taken over the samples, not over the classes"
    if not _balanced(seen.true, 1) or _balanced(seen.given, 1):
        return None
    return "it sums to 0 over the samples, not over the classes" * _balanced(seen.given, 0) or None


def _softmax(logits: Array, axis: int) -> Array:
    shares = np.exp(logits - logits.max(axis=axis, keepdims=True))
    made: Array = shares / shares.sum(axis=axis, keepdims=True)
    return made


def _balanced(array: Array, axis: int) -> bool:
    """Whether the entries sum to 0 along the axis."""
    most = np.sum(np.abs(array), axis=axis)
    return bool(np.all(np.abs(array.sum(axis=axis)) <= ALIKE * most))


def _diagonal_only(seen: Pictures) -> Answer:
    missing = (seen.given == 0) & ~seen.zero(seen.true)
    right = ~seen.wrong
    if not missing.any() or not np.all(missing | right):
        return None
    if seen.jacobian and np.all(missing == (np.eye(*missing.shape) == 0)):
        return "only the diagonal of the Jacobian is there"
    if np.all(np.sum(~missing, axis=1) == 1) and missing.shape[1] > 1:
        return "only the entry at the label is there"
    return f"{int(missing.sum())} entries that are not 0 are given as 0"


def _away_from_label(seen: Pictures) -> tuple[Array, Array]:
    """A - G at the label of each row, and at the other classes."""
    off, hot = seen.given - seen.true, seen.at_label
    rows, classes = off.shape
    return off[hot], off[~hot].reshape(rows, classes - 1)


def _even(array: Array) -> bool:
    """Whether each row holds one number, over and over."""
    return bool(np.all(np.ptp(array, axis=1) <= ALIKE * np.max(np.abs(array), axis=1)))


def _label_term(seen: Pictures) -> Answer:
    at_label, others = _away_from_label(seen)
    least = np.min(np.abs(at_label))
    if seen.jacobian or least == 0 or np.any(np.abs(others) > ALIKE * least):
        return None
    return "only the entry at the label is wrong: its delta is missing or has the other sign"


def _label_everywhere(seen: Pictures) -> Answer:
    at_label, others = _away_from_label(seen)
    if seen.jacobian or others.shape[1] < 2 or not _even(others):
        return None
    if np.all(np.abs(at_label) <= ALIKE * np.abs(others[:, 0])):
        return "the formula of the label, p - 1, stands for every class"
    return None


def _offset(seen: Pictures) -> Answer:
    off = seen.given - seen.true
    return "the same number is added to every class" * _even(off) or None


def _smoothing(seen: Pictures) -> Answer:
    off = seen.given - seen.true
    apart = np.argmax(np.abs(off), axis=1)[:, None]
    others = np.delete(off, apart) if len(off) == 1 else off[np.arange(off.shape[1]) != apart]
    others = others.reshape(len(off), -1)
    at = np.take_along_axis(off, apart, axis=1)[:, 0]
    if seen.jacobian or others.shape[1] < 2 or not _even(others) or np.any(others[:, 0] == 0):
        return None
    if np.all(np.abs(at + others.sum(axis=1)) <= ALIKE * np.abs(at)):
        return "off by a constant that sums to 0: label smoothing is missing or another one"
    return None


def _another_label(seen: Pictures) -> Answer:
    off = seen.given - seen.true
    top = np.max(np.abs(off), axis=1, keepdims=True)
    some = np.abs(off) > ALIKE * top
    if seen.jacobian or not np.all(np.sum(some[some.any(axis=1)], axis=1) == 2):
        return None
    balanced = np.abs(off.sum(axis=1)) <= ALIKE * top[:, 0]
    return "another class than the label is taken for it" * bool(balanced.all()) or None


def _one_for_all(seen: Pictures) -> Answer:
    hot = seen.at_label
    rows, classes = hot.shape
    if seen.jacobian or classes < 3 or not seen.given.all():
        return None
    given, true = (array[~hot].reshape(rows, -1) for array in (seen.given, seen.true))
    if _even(given) and not _even(true):
        return "one number stands for every class but the label: p[y] where p[k] should be"
    return None


def _some_rows(seen: Pictures) -> Answer:
    rows = seen.wrong.any(axis=1)
    if seen.jacobian or rows.all() or not rows.any():
        return None
    named = ", ".join(map(str, np.flatnonzero(rows)[:4]))
    return f"only these samples are wrong: {named}"


def _some_columns(seen: Pictures) -> Answer:
    columns = seen.wrong.any(axis=0)
    if columns.all() or not columns.any():
        return None
    named = ", ".join(map(str, np.flatnonzero(columns)[:4]))
    return f"only these classes are wrong: {named}"


KINDS: tuple[tuple[str, Callable[[Pictures], Answer]], ...] = (
    ("not a number", _not_finite),
    ("zero", _zero),
    ("sign", _sign),
    ("normalisation", _mean),
    ("factor", _constant),
    ("transposed", _transposed),
    ("ignored samples", _ignored),
    ("missing samples", _left_out),
    ("wrong axis", _wrong_axis),
    ("missing off-diagonal", _diagonal_only),
    ("sample factor", _row_factor),
    ("class factor", _class_factor),
    ("label term", _label_term),
    ("label everywhere", _label_everywhere),
    ("offset", _offset),
    ("another label", _another_label),
    ("label smoothing", _smoothing),
    ("p[y] for p[k]", _one_for_all),
    ("some samples", _some_rows),
    ("some classes", _some_columns),
)
"""Name and question, the narrower ones first."""
