"""What kind of error a wrong gradient has: a table of the mistakes that people make.

Each row asks one question of the gradient as given, A, and the derivative of the loss, G, both as
rows of classes: is A the G of this well-known mistake? The first row that fits names the error.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numeric.checking import confusions, factors, partly
from numeric.checking.pictures import ALIKE, Answer, Pictures, balanced, even, named
from numeric.inputs import Array

# Of more samples or classes than this, no other order is looked for.
MOST_TO_ORDER = 64


def _not_finite(seen: Pictures) -> Answer:
    count = int(np.sum(~np.isfinite(seen.given)))
    return f"{count} of {seen.given.size} entries are nan or infinite" if count else None


def _zero(seen: Pictures) -> Answer:
    return "the gradient is 0 everywhere" if not seen.given.any() else None


def _flat(seen: Pictures) -> Answer:
    says = "the loss does not change here, where p is clipped or rounded, and the gradient is not 0"
    return says * bool(np.all(seen.zero(seen.true))) or None


def _transposed(seen: Pictures) -> Answer:
    if len(seen.true) == 1:
        return _by_columns(seen)
    if seen.true.shape[0] != seen.true.shape[1]:
        shuffled = seen.true.T.reshape(seen.true.shape)
        return "the entries stand in transposed order" * seen.alike(seen.given, shuffled) or None
    return "rows and columns are exchanged" * seen.alike(seen.given, seen.true.T) or None


def _by_columns(seen: Pictures) -> Answer:
    """Rows that lie one behind the other, as one vector, in G, and columns in A."""
    size = seen.true.size
    for rows in (rows for rows in range(2, size // 2 + 1) if size % rows == 0):
        if seen.alike(seen.given, seen.true.reshape(rows, -1).T.reshape(1, -1)):
            shape = f"({rows}, {size // rows})"
            return f"the entries of a {shape} array stand column by column: order='F' for 'C'?"
    return None


def _order(seen: Pictures) -> Answer:
    """Each row of A is a row of G, but another one; or each column."""
    for words, axis in (("samples", 0), ("classes" if len(seen.true) > 1 else "entries", 1)):
        given, true, bound = (np.moveaxis(a, axis, 0) for a in (seen.given, seen.true, seen.bound))
        if not 1 < len(true) <= MOST_TO_ORDER:
            continue
        size = np.maximum(np.abs(given[:, None]), np.abs(true[None]))
        same = np.all(np.abs(given[:, None] - true[None]) <= bound + ALIKE * size, axis=2)
        if np.all(same.sum(axis=1) == 1) and np.all(same.sum(axis=0) == 1):
            return f"the {words} stand in another order"
    return None


def _same_for_all(seen: Pictures) -> Answer:
    if seen.jacobian or len(seen.true) < 2 or not seen.alike(seen.given, seen.given[:1]):
        return None
    return "every sample has the same gradient: a mean or a sum over the samples too much"


def _ignored(seen: Pictures) -> Answer:
    left_out = np.all(seen.zero(seen.true), axis=1)
    present = left_out & ~np.all(seen.zero(seen.given), axis=1)
    if seen.jacobian or not present.any() or left_out.all():
        return None
    if np.any((seen.true == 0) & ~seen.zero(seen.given) & ~left_out[:, None]):
        return None
    factor = factors.of_samples(seen)
    if factor is not None and np.ptp(factor[~left_out]) > ALIKE * np.nanmax(np.abs(factor)):
        return None
    return (
        f"samples that the loss leaves out ({seen.samples(present)}) have a gradient: ignore_index"
        ", a mask, or a max(0, ...) that is 0 there?"
    )


def _left_out(seen: Pictures) -> Answer:
    absent = np.all(seen.given == 0, axis=1) & ~np.all(seen.zero(seen.true), axis=1)
    if seen.jacobian or not absent.any():
        return None
    return f"samples that the loss counts ({seen.samples(absent)}) have no gradient"


def _diagonal_only(seen: Pictures) -> Answer:
    missing = (seen.given == 0) & ~seen.zero(seen.true)
    right, off_it = ~seen.wrong, np.eye(*missing.shape) == 0
    if seen.jacobian and missing[off_it].any() and not seen.given[off_it].any():
        return "only the diagonal of the Jacobian is there"
    if not missing.any() or not np.all(missing | right):
        return None
    counted = ~np.all(seen.zero(seen.true), axis=1)
    if np.all((missing == seen.at_label)[counted]) and missing.shape[1] > 1:
        return "the entry at the label is missing"
    if np.all(np.sum(~missing, axis=1) == 1) and missing.shape[1] > 1:
        return "only the entry at the label is there"
    return f"{int(missing.sum())} entries that are not 0 are given as 0"


def _away_from_label(seen: Pictures) -> tuple[Array, Array]:
    """A - G at the label of each row, and at the other classes."""
    off, hot = seen.off, seen.at_label
    rows, classes = off.shape
    return off[hot], off[~hot].reshape(rows, classes - 1)


def _label_term(seen: Pictures) -> Answer:
    at_label, others = _away_from_label(seen)
    least = np.min(np.abs(at_label))
    if len(seen.true) == 1 and not balanced(seen.true, 1):
        return None
    if seen.jacobian or not others.size or least == 0 or np.any(np.abs(others) > ALIKE * least):
        return None
    return "only the entry at the label is wrong: its delta is missing or has the other sign"


def _label_everywhere(seen: Pictures) -> Answer:
    at_label, others = _away_from_label(seen)
    if seen.jacobian or others.shape[1] < 2 or not even(others):
        return None
    if np.all(np.abs(at_label) <= ALIKE * np.abs(others[:, 0])):
        return "the formula of the label, p - 1, stands for every class"
    return None


def _offset(seen: Pictures) -> Answer:
    off = seen.off
    return "the same number is added to every class" * (even(off) and off.shape[1] > 1) or None


def _smoothing(seen: Pictures) -> Answer:
    off = seen.off
    apart = np.argmax(np.abs(off), axis=1)[:, None]
    others = np.delete(off, apart) if len(off) == 1 else off[np.arange(off.shape[1]) != apart]
    others = others.reshape(len(off), -1)
    at = np.take_along_axis(off, apart, axis=1)[:, 0]
    if seen.jacobian or others.shape[1] < 2 or not even(others) or np.any(others[:, 0] == 0):
        return None
    if np.all(np.abs(at + others.sum(axis=1)) <= ALIKE * np.abs(at)):
        return "off by a constant that sums to 0: label smoothing is missing or another one"
    return None


def _another_label(seen: Pictures) -> Answer:
    off, some = seen.off, seen.wrong
    rows: Array = np.any(some, axis=1)
    if seen.jacobian or not balanced(seen.true, 1) or np.any(np.sum(some[rows], axis=1) != 2):
        return None
    top = np.max(np.abs(off[rows]), axis=1)
    if np.any(np.abs(off[rows].sum(axis=1)) > ALIKE * top):
        return None
    where = "" if rows.all() else f", in samples {seen.samples(rows)}"
    return f"another class than the label is taken for it{where}"


def _one_for_all(seen: Pictures) -> Answer:
    hot = seen.at_label
    rows, classes = hot.shape
    if seen.jacobian or classes < 3 or not seen.given.all():
        return None
    given, true = (array[~hot].reshape(rows, -1) for array in (seen.given, seen.true))
    if even(given) and not even(true):
        return "one number stands for every class but the label: p[y] where p[k] should be"
    return None


def _signs(seen: Pictures) -> Answer:
    """The off-diagonal, or some entries, with the other sign and nothing else."""
    turned = seen.wrong & (np.sign(seen.given) == -np.sign(seen.true))
    both = np.where(turned, -seen.given, seen.given)
    diagonal = np.eye(*seen.true.shape) == 1
    off_it = seen.alike(np.where(diagonal, seen.true, both), seen.true)
    if seen.jacobian and turned[~diagonal].all() and off_it:
        return "every entry off the diagonal has the other sign"
    if not turned.any() or not seen.alike(both, seen.true):
        return None
    return f"{int(turned.sum())} of {turned.size} entries have the other sign"


def _indexing(seen: Pictures) -> Answer:
    """A - G is one number, or its opposite, at some entries and 0 at the others."""
    off = np.abs(seen.off)
    step = off.max()
    some = off > step / 2
    if (
        seen.jacobian
        or some.all()
        or some.sum() < 2
        or np.any(np.where(some, step - off, off) > ALIKE * step)
    ):
        return None
    where = f"off by {step:.4g}, up or down, at {int(some.sum())} entries"
    if len(off) == 1:
        return f"{where}: a term such as the target's is missing there, or has the other sign"
    return (
        f"{where}: a term such as the label's "
        "has the other sign, or p[y] -= 1 stands where p[arange(N), y] -= 1 should"
    )


def _rounded(seen: Pictures) -> Answer:
    if np.array_equal(np.round(seen.given), seen.given) and np.all(np.abs(seen.off) < 1):
        return "whole numbers: an array of integers, or //?"
    for decimals in range(1, 10):
        if np.array_equal(np.round(seen.given, decimals), seen.given):
            close = np.abs(seen.off) <= 0.51 * 10.0**-decimals + seen.bound
            return f"rounded to {decimals} decimals" * bool(np.all(close)) or None
    return None


def _some_rows(seen: Pictures) -> Answer:
    rows: Array = np.any(seen.wrong, axis=1)
    if rows.all() or not rows.any():
        return None
    if seen.jacobian:
        return f"only these rows of the Jacobian are wrong: {named(np.flatnonzero(rows))}"
    if np.sum(seen.wrong) == 1 < seen.true.shape[1]:
        column = int(np.argmax(seen.wrong.any(axis=0)))
        return f"only one entry is wrong, of sample {seen.samples(rows)} and class {column}"
    return f"only these samples are wrong: {seen.samples(rows)}"


def _some_columns(seen: Pictures) -> Answer:
    columns: Array = np.any(seen.wrong, axis=0)
    if columns.all() or not columns.any():
        return None
    entries = "classes" if len(seen.true) > 1 else "entries"
    return f"only these {entries} are wrong: {named(np.flatnonzero(columns))}"


AT_ONCE: tuple[tuple[str, Callable[[Pictures], Answer]], ...] = (
    ("not a number", _not_finite),
    ("zero", _zero),
    ("flat loss", _flat),
    ("sign", factors.sign),
    ("normalisation", factors.mean),
    ("factor", factors.constant),
)
"""What is asked of all entries alike, and so of any of them."""

KINDS: tuple[tuple[str, Callable[[Pictures], Answer]], ...] = (
    *AT_ONCE,
    ("transposed", _transposed),
    ("order", _order),
    ("inner derivative", confusions.inner_derivative),
    ("ignored samples", _ignored),
    ("missing samples", _left_out),
    ("wrong axis", confusions.another_axis),
    ("missing off-diagonal", _diagonal_only),
    ("missing off-diagonal", confusions.own_path_only),
    ("broadcasting", confusions.broadcast),
    ("sample factor", factors.of_each_sample),
    ("class factor", factors.of_each_class),
    ("sample factor", factors.of_each_entry),
    ("label term", _label_term),
    ("label everywhere", _label_everywhere),
    ("offset", _offset),
    ("another function", confusions.another_map),
    ("another temperature", confusions.another_temperature),
    ("penalty", confusions.penalty),
    ("penalty", confusions.entropy),
    ("inner derivative", partly.through_norm),
    ("another label", _another_label),
    ("label smoothing", _smoothing),
    ("p[y] for p[k]", _one_for_all),
    ("another function", partly.power),
    ("multiple of p", confusions.multiple_of_p),
    ("inner derivative", confusions.class_term),
    ("wrong axis", confusions.another_sum),
    ("complement", confusions.complement),
    ("another function", confusions.of_p_itself),
    ("sign", _signs),
    ("same for all", _same_for_all),
    ("indexing", _indexing),
    ("rounded", _rounded),
    ("clipped", partly.clipped),
    ("clipped", partly.not_clipped),
    ("diagonal", partly.diagonal),
    ("mask", partly.unseen_entries),
    ("some entries", partly.some_entries),
    ("some samples", _some_rows),
    ("some classes", _some_columns),
)
"""Name and question, the narrower ones first."""
