"""A gradient as given, A, beside the derivative of the loss, G: what the table of mistakes sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.inputs import Array

# Two numbers are one here within this share of the larger, beside what the check allows.
ALIKE = 1e-3

# Each search for a number is twenty times as fine as the one before.
SEARCHES = 4

Answer = str | None
"""What a row of a table of mistakes says: the mistake in words, if it is that one."""


@dataclass(frozen=True)
class Pictures:
    """A and G as rows of classes, what they may differ by, the logits, an upstream of each row.

    `point` is where they were taken, in the shape that the functions take, with its classes along
    `axis`, and `value` what a loss of one number is there. A `jacobian` has a row for each value of
    the loss. `rows` are the samples' numbers where not all of them are there.
    """

    given: Array
    true: Array
    bound: Array
    point: Array
    axis: int = 0
    upstream: Array | None = None
    jacobian: bool = False
    rows: Array | None = None
    value: float | None = None

    @property
    def logits(self) -> Array:
        """The point as rows of classes."""
        return as_rows(self.point, self.axis)

    @property
    def turned(self) -> Pictures:
        """The same with samples for classes, if there is one axis of each."""
        if self.point.ndim != 2:
            return self
        given, true, bound = self.given.T, self.true.T, self.bound.T
        return Pictures(given, true, bound, self.point, 1 - self.axis)

    @property
    def off(self) -> Array:
        """A - G."""
        return self.given - self.true

    @property
    def numbers(self) -> Array:
        """The number of each sample."""
        return np.arange(len(self.true)) if self.rows is None else self.rows

    def samples(self, some: Array) -> str:
        """The numbers of these samples, in words."""
        return named(self.numbers[some])

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
        off: Array = np.abs(self.off) > self.bound + ALIKE / 10 * size
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
        factor = slope(self.true, self.given, axis, self.bound)
        return factor if self.alike(self.given, factor * self.true) else None

    def multiple(self, of: Array, axis: int | None = None) -> Array | None:
        """c with A - G = c*of, one for all or one along an axis; None if there is none.

        What the two have in common is lost from A - G, so that it is known by what A is only.
        """
        factor = slope(of, self.off, axis, self.bound)
        close = self.bound + ALIKE * np.max(np.abs(self.off), axis=1, keepdims=True)
        fits = np.all(np.abs(self.off - factor * of) <= close)
        return factor if bool(fits) else None


def slope(one: Array, other: Array, axis: int | None, bound: Array) -> Array:
    """The c that brings c*one nearest to the other; 1 where there is nothing to compare."""
    top = np.sum(one * other, axis=axis, keepdims=True)
    bottom = np.sum(one**2, axis=axis, keepdims=True)
    some = bottom > np.sum(bound**2, axis=axis, keepdims=True)
    factor: Array = np.where(some, top / np.where(some, bottom, 1), 1.0)
    return factor


def as_rows(array: Array, axis: int) -> Array:
    """The class axis last, all others as one."""
    if array.ndim < 2:
        return array.reshape(1, -1)
    return np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis])


def class_axis(gradient: Array) -> int:
    """The axis along which a gradient through softmax sums to 0; the second where none does."""
    second = min(1, gradient.ndim - 1)
    tried = dict.fromkeys((second, gradient.ndim - 1, 0)) if gradient.ndim else ()
    return next((axis for axis in tried if balanced(gradient, axis)), second)


def balanced(array: Array, axis: int) -> bool:
    """Whether the entries sum to 0 along the axis."""
    most = np.sum(np.abs(array), axis=axis)
    return bool(np.all(np.abs(array.sum(axis=axis)) <= ALIKE * most))


def softmax(logits: Array, axis: int | tuple[int, ...]) -> Array:
    """exp(f)/sum(exp(f)) over the axes."""
    shares = np.exp(logits - logits.max(axis=axis, keepdims=True))
    made: Array = shares / shares.sum(axis=axis, keepdims=True)
    return made


def lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of a number from low to high is least, as far as a grid of it shows."""
    for _ in range(SEARCHES):
        tried = np.linspace(low, high, 41)
        best = int(np.argmin([function(number) for number in tried]))
        low, high = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]
    return float(tried[best])


def even(array: Array) -> bool:
    """Whether each row holds one number, over and over."""
    return bool(np.all(np.ptp(array, axis=1) <= ALIKE * np.max(np.abs(array), axis=1)))


def named(numbers: Array) -> str:
    """The first few of some ascending numbers, runs of three and more by their ends."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    words = [f"{r[0]} to {r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs]
    return ", ".join((*words[:4], *["…"] * (len(words) > 4)))


def listed(factors: Array) -> str:
    """The first few numbers, with a word if there are more."""
    shown = ", ".join(f"{factor:.4g}" for factor in np.round(factors[:4], 12) + 0.0)
    return f"{shown}, …" if len(factors) > 4 else shown
