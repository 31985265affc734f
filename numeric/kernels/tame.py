"""Tame rows: all their logits so near 0 that exponentials need no shift.

exp of a tame logit neither overflows nor is subnormal, and no more does a quotient of two sums of
them. A row is tame or wild by itself, so its numbers do not depend on the rows that it is with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from numeric.inputs import Array


def reach(kind: np.dtype[Any], classes: int) -> float:
    """r such that a row within ±r is tame: exp(2*r)*C is below the largest number of the type."""
    return math.log(float(np.finfo(kind).max) / classes) / 2 - 2


def wild_rows(blocks: Sequence[Array], axis: int, limit: float) -> Array | None:
    """Which rows have an entry beyond ±limit, or nan, in any of the blocks; None if none has."""
    beyond = [block for block in blocks if not _within(block.min(), block.max(), limit)]
    if not beyond:
        return None
    wild: Array = ~np.logical_and.reduce(
        [_within(block.min(axis), block.max(axis), limit) for block in beyond]
    )
    return wild


def _within(least: Any, most: Any, limit: float) -> Any:
    return (least >= -limit) & (most <= limit)


def parted(
    wild: Array, rows: int, sums: int, made: Callable[[bool, Array], Sequence[Array]]
) -> list[Array]:
    """What is `made` of the tame rows (False) and of the wild ones (True), put together.

    `made` is told which rows to take. It returns `sums` over rows, then results with the axis
    `rows`.
    """
    both = list(zip(made(False, ~wild), made(True, wild), strict=True))
    back = np.argsort(np.argsort(wild, kind="stable"))
    added = [tame + other for tame, other in both[:sums]]
    return added + [np.concatenate(pair, axis=rows).take(back, axis=rows) for pair in both[sums:]]
