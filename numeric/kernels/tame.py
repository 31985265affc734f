"""Tame rows: their exponentials need no shift.

A row is tame by itself, so its numbers do not depend on the rows that it is with. NumPy finds out
by what comes out: the label's exponential is moderate, the sum of the others' is not too large, and
neither is the whole sum so small that what is lost below the smallest normal number would count.
Compiled loops find out by the logits themselves, which are all moderate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from numeric.inputs import Array

LEAST_TOTAL = 2.0**-6
"""An exponential that lost digits to being subnormal is then that of a logit which is so far below
the largest one that their difference, were it taken, would be rounded by more."""


def reach(kind: np.dtype[Any], classes: int = 1) -> float:
    """r such that exp(-r) and C*exp(r)/exp(-r) are ordinary numbers of the type."""
    return math.log(float(np.finfo(kind).max) / classes) / 2 - 2


def wild_rows(guards: Sequence[Array], kind: np.dtype[Any]) -> Array | None:
    """Which rows are wild, by pairs of the sum besides the label and the label's exponential.

    None if none is.
    """
    most = math.exp(reach(kind))
    wild: Array | None = None
    for rest, mass in zip(guards[::2], guards[1::2], strict=True):
        moderate = rest.max() <= most and mass.max() <= most and mass.min() >= 1 / most
        if moderate and rest.min() >= LEAST_TOTAL:
            continue
        tame = (rest <= most) & (mass <= most) & (mass >= 1 / most) & (rest + mass >= LEAST_TOTAL)
        if not tame.all():
            wild = ~tame.reshape(-1) if wild is None else wild | ~tame.reshape(-1)
    return wild
