"""The numbers of a report: the compiled engine, its gradcheck, and the error over the step h."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.catalogue import CATALOGUE
from numeric import Engine, gradcheck
from numeric import compile as compiled
from numeric.checking.points import engine_cases
from reports.example import is_worked
from reports.pictures import CLASSES, PICTURES

SEED = 0
# 1,000 classes are checked by the tests; a page need not wait for them.
CLASS_COUNTS = (1, 2, 3, 10)
STEPS = tuple(10.0**-k for k in range(1, 13))

_Array = np.ndarray[Any, np.dtype[np.float64]]
_Loss = Callable[[_Array], Any]
_Sweep = list[tuple[float, float]]


def evidence(name: str) -> dict[str, Any]:
    """What `build_record` takes as `numeric`, for a loss of the catalogue."""
    engine = compiled(name)
    found = gradcheck(engine, classes=CLASS_COUNTS, seed=SEED)
    right, wrong = _sweeps(engine, name)
    checks = [
        {
            "point": point.name,
            "n": point.n,
            "error": point.max_error,
            "bound": point.bound,
            "ok": point.ok,
            "entries": point.entries,
            "judged": point.entries - point.unresolved,
        }
        for point in found.points
    ]
    return {
        "source": engine.source,
        "ok": found.ok,
        "checks": checks,
        "sweep": right,
        "wrong": wrong,
        "rate": found.rate,
        "seed": SEED,
    }


def _sweeps(engine: Engine, name: str) -> tuple[_Sweep, _Sweep]:
    """The error of the engine's gradient at each step; and of p[k] - 1, where it is known from.

    The latter is the gradient that takes every class for the label. Both are taken at the first
    picture of the worked example; a loss that has none gets one sweep, at a random point.
    """
    if not is_worked(CATALOGUE[name].given):
        case = next(engine_cases(engine, np.random.default_rng(SEED), (3,)))
        return _sweep(case.loss, case.gradient(case.logits), case.logits), []
    picture, scores = PICTURES[0]
    label, logits = CLASSES.index(picture), np.array(scores, dtype=np.float64)

    def loss(f: _Array) -> Any:
        return engine.loss(f, label)

    gradient = engine.gradient(logits, label)
    everywhere_one = gradient - (np.arange(len(logits)) != label)
    return _sweep(loss, gradient, logits), _sweep(loss, everywhere_one, logits)


def _sweep(loss: _Loss, gradient: _Array, logits: _Array) -> _Sweep:
    """The largest error of central differences in double precision, over the entries."""
    return [(h, float(np.max(np.abs(_central(loss, logits, h) - gradient)))) for h in STEPS]


def _central(loss: _Loss, logits: _Array, h: float) -> _Array:
    result = np.zeros_like(logits)
    for index in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[index] = h
        result[index] = (loss(logits + step) - loss(logits - step)) / (2 * h)
    return result
