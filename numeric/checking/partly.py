"""Gradients that are right at some entries, or right but for a part that is known: more mistakes.

Each function asks, as those of `confusions` do, whether A - G is what the mistake leaves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from numeric.checking.pictures import (
    ALIKE,
    Answer,
    Pictures,
    balanced,
    listed,
    named,
    slope,
    softmax,
)
from numeric.inputs import Array

# What is said of some entries needs so many more of them than numbers that it speaks of.
LEAST_EVIDENCE = 2


def unseen_entries(seen: Pictures) -> Answer:
    """G is 0 where A is not: a mask, a where or a max(0, ...) that the gradient does not know."""
    flat = seen.true == 0
    present = flat & ~seen.zero(seen.given)
    if seen.jacobian or flat.all() or not present.any():
        return None
    others = int(np.sum(seen.wrong & ~flat))
    more = f"; {others} others are wrong too" * bool(others)
    columns = np.all(flat, axis=0) & np.any(present, axis=0)
    if columns.any() and np.all(columns[np.newaxis] | ~present):
        places, what = named(np.flatnonzero(columns)), "classes" if len(flat) > 1 else "entries"
        return f"{what} that the loss does not look at ({places}) have a gradient: a mask?{more}"
    return (
        f"{int(present.sum())} entries that the loss does not look at have a gradient: a mask, a "
        f"where or a max(0, ...) that the gradient does not know?{more}"
    )


def _multiplied(seen: Pictures) -> Iterator[tuple[str, Array]]:
    """What may be there at some entries only."""
    yield "", seen.true
    yield ", one number", np.ones_like(seen.true)
    if np.all(np.isfinite(seen.logits)):
        yield " times sigmoid(f)", 1 / (1 + np.exp(-seen.logits))
        yield " times 1 - sigmoid(f)", 1 / (1 + np.exp(seen.logits))
        yield " times p = softmax(f)", softmax(seen.logits, 1)
        yield " times 1 - p, p = softmax(f),", 1 - softmax(seen.logits, 1)


def some_entries(seen: Pictures) -> Answer:
    """At some entries A - G = c*H, with one c or one of each class; at the others A = G."""
    wrong = seen.wrong
    if seen.jacobian or wrong.all():
        return None
    for words, of in _multiplied(seen):
        ratios = np.where(wrong, seen.off / np.where(of == 0, np.nan, of), 0)
        tops = [_one_number(ratios[wrong])], [_one_number(r[w]) for r, w in _columns(ratios, wrong)]
        for found in tops:
            if None in found or wrong.sum() - len(found) < LEAST_EVIDENCE:
                continue
            numbers = np.array([one for one in found if one is not None])
            of_class = " (by class)" * (len(numbers) > 1)
            if not words:
                shown = f"{listed(1 + numbers)}{of_class} times what they should be"
                return f"{_share(wrong)} are {shown}"
            return f"{_share(wrong)} are off by {listed(numbers)}{of_class}{words}"
    return None


def _share(wrong: Array) -> str:
    return f"{int(wrong.sum())} of {wrong.size} entries, and only these,"


def _columns(ratios: Array, wrong: Array) -> Iterator[tuple[Array, Array]]:
    """The classes that have an entry that is wrong."""
    return ((r, w) for r, w in zip(ratios.T, wrong.T, strict=True) if w.any())


def _one_number(ratios: Array) -> float | None:
    """The number that all of them are, if it is one and finite."""
    middle = float(np.median(ratios))
    return middle if bool(np.all(np.abs(ratios - middle) <= ALIKE * abs(middle))) else None


def power(seen: Pictures) -> Answer:
    """The signs are right; one of A and G has entries of one size, the other has not.

    Beside a label, whose entry is minus the sum of the others, of these only.
    """
    others = np.ones(seen.true.shape, bool)
    if balanced(seen.true, 1) and balanced(seen.given, 1):
        others = ~seen.at_label
    # Beside a kink a derivative is not known well enough to have a sign.
    others &= (np.abs(seen.true) > seen.bound) | (seen.given == 0)
    given, true = seen.given[others], seen.true[others]
    if seen.jacobian or given.size < 5 or np.any(np.sign(given) != np.sign(true)):
        return None
    if _one_size(true) and not _one_size(given):
        return "the signs are right, the sizes should be one: the derivative of |x| is sign(x)"
    if _one_size(given) and not _one_size(true):
        return (
            "the signs are right, the sizes are lost: of x**2/2 the derivative is x, not its sign"
        )
    return None


def _one_size(entries: Array) -> bool:
    """Whether those that are not 0 are one number, up or down."""
    sizes = np.abs(entries[entries != 0])
    return sizes.size > 0 and bool(np.ptp(sizes) <= ALIKE * sizes.max())


def clipped(seen: Pictures) -> Answer:
    """A = G, but for entries beyond a bound, which are the bound."""
    wrong, top = seen.wrong, float(np.max(np.abs(seen.given)))
    at_bound = np.abs(np.abs(seen.given[wrong]) - top) <= ALIKE * top
    same_signs = np.all(np.sign(seen.given[wrong]) == np.sign(seen.true[wrong]))
    if not at_bound.all() or not same_signs or wrong.sum() < 2 or np.any(seen.given == 0):
        return None
    if np.any(np.abs(seen.true[wrong]) < top) or len(np.unique(seen.true[wrong])) < 2:
        return None
    return f"no entry is larger than {top:.4g}, and only those that should be are wrong: clipped"


def diagonal(seen: Pictures) -> Answer:
    """A = G off the diagonal of the Jacobian, and nowhere on it."""
    if not seen.jacobian or min(seen.true.shape) < 2 or np.ptp(seen.true.shape):
        return None
    on_it = np.eye(len(seen.true)) == 1
    if not np.array_equal(seen.wrong, on_it) or not seen.true[~on_it].any():
        return None
    return "the diagonal of the Jacobian is wrong, and only that: its delta?"


def not_clipped(seen: Pictures) -> Answer:
    """A = G, but for entries beyond a bound, which are the bound in G and larger in A."""
    wrong, top = seen.wrong, float(np.max(np.abs(seen.true)))
    at_bound = np.abs(np.abs(seen.true[wrong]) - top) <= ALIKE * top
    beyond = np.abs(seen.given[wrong]) > top
    if not np.all(at_bound & beyond) or wrong.sum() < LEAST_EVIDENCE or wrong.all():
        return None
    return (
        f"the loss' own derivative is never larger than {top:.4g}, as Huber's is not, and only "
        "entries beyond that are wrong: it grows on in the gradient"
    )


def through_norm(seen: Pictures) -> Answer:
    """A - G = c*f, c*(f - mean(f)) or a + b*f, with numbers of each sample, or of each class."""
    if seen.jacobian or not np.all(np.isfinite(seen.logits)):
        return None
    for whole in (seen, seen.turned):
        turned = whole is not seen
        if whole.true.shape[1] < 3 or (turned and not np.all(whole.wrong.any(axis=1))):
            continue
        f, off = whole.logits, whole.off
        where = f"along axis {whole.axis} it is off by" if seen.point.ndim > 1 else "it is off by"
        centred = f - f.mean(axis=1, keepdims=True)
        for of, words, norm in (
            (centred, "the logits, less their mean", "standard deviation"),
            (f, "the logits", "norm"),
        ):
            if whole.multiple(of, 1) is not None:
                factors = slope(of, off, 1, whole.bound)[:, 0]
                return (
                    f"{where} multiples of {words}, {listed(factors)}: the derivative through a "
                    f"{norm} that they are divided by is missing or wrong"
                )
        level = off - off.mean(axis=1, keepdims=True)
        left = np.abs(level - slope(centred, level, 1, whole.bound) * centred)
        if f.shape[1] > 4 and np.all(left <= ALIKE * np.max(np.abs(off), axis=1, keepdims=True)):
            return (
                f"{where} numbers and multiples of the logits: the derivative through their mean "
                "and standard deviation is missing or wrong"
            )
    return None
