"""softmax and log_softmax, compiled like the losses, and their Jacobians."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from derive.decide import pose
from numeric import memory, standard
from numeric.arguments import class_axis, whole
from numeric.function import Function
from numeric.how import How, known
from numeric.inputs import Array, as_logits, signature
from numeric.programs.lowering import program
from numeric.stable.rewriting import stabilise

Map = Literal["softmax", "log_softmax"]

_SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
_JACOBIAN = "jacobian of "
# Name, formula; each Jacobian is proved to be the derivative of its map by a test.
MAPS = {
    "softmax": "p[k]",
    "log_softmax": "log(p[k])",
    _JACOBIAN + "softmax": "p[k]*(delta(k, l) - p[l])",
    _JACOBIAN + "log_softmax": "delta(k, l) - p[l]",
}


def softmax(logits: ArrayLike, axis: int = -1, **how: Any) -> Array:
    """exp(f[k])/sum(exp(f[j]), j) along an axis; the shape and type of the logits.

    `how` to run: out, precise, threads; see `numeric.how`. Arrays of other libraries stay such.
    """
    made: Array = _along("softmax", logits, axis, how)
    return made


def log_softmax(logits: ArrayLike, axis: int = -1, **how: Any) -> Array:
    """log(softmax(f)) along an axis, with its digits kept where softmax rounds to 1."""
    made: Array = _along("log_softmax", logits, axis, how)
    return made


def jacobian(logits: ArrayLike, of: Map = "softmax", axis: int = -1, **how: Any) -> Array:
    """d(of(f)[k], f[l]), (..., C, C): for each row along the axis a block of rows k, columns l.

    Raises ValueError for another `of` than softmax and log_softmax.
    """
    if _JACOBIAN + of not in MAPS:
        raise ValueError(f"jacobian of {of!r}; expected softmax or log_softmax")
    xp = standard.namespace(logits)
    if xp is not None:
        made: Array = _elsewhere(_JACOBIAN + of, xp, logits, axis, how)
        return made
    array = as_logits(logits)
    moved = np.moveaxis(array, _classes(array.shape, axis), -1)
    shape = (*moved.shape, moved.shape[-1])
    running = How(**known(how))
    function = _map(_JACOBIAN + of, running.keeps_slips(moved))
    (made,) = function([moved], {"jacobian": shape}, running)
    return made


def _along(name: str, logits: ArrayLike, axis: int, how: dict[str, Any]) -> Any:
    xp = standard.namespace(logits)
    if xp is not None:
        return standard.moved(xp, _elsewhere(name, xp, logits, axis, how), -1, axis)
    array, running = as_logits(logits), How(**known(how))
    place = _classes(array.shape, axis)
    made = memory.empty(array.shape, array.dtype) if running.out is None else running.out
    if not isinstance(made, np.ndarray):
        raise TypeError(f"out is of type {type(made).__name__}; expected an array")
    if made.shape != array.shape:
        raise ValueError(f"out of shape {made.shape}; expected {array.shape}")
    moved = np.moveaxis(array, place, -1)
    running = replace(running, out=np.moveaxis(made, place, -1))
    _map(name, running.keeps_slips(moved))([moved], {name: moved.shape}, running)
    return made


def _elsewhere(name: str, xp: Any, logits: Any, axis: int, how: dict[str, Any]) -> Any:
    """The map of an array of another library, its axis the last."""
    standard.refuse(known(how))
    standard.require_real(xp, logits)
    moved = standard.moved(xp, logits, _classes(tuple(logits.shape), axis), -1)
    own = moved.shape[-1:] if name.startswith(_JACOBIAN) else ()
    (made,) = standard.run(_map(name, False), xp, [moved], {name: (*moved.shape, *own)})
    return made


def _classes(shape: tuple[int, ...], axis: Any) -> int:
    """The axis of the classes. Raises TypeError and ValueError for none, or one of length 0."""
    place = class_axis(shape, whole("axis", axis))
    if shape[place] == 0:
        raise ValueError("logits without classes")
    return place


@functools.cache
def _map(name: str, precise: bool) -> Function:
    """A function of the logits alone."""
    stated, result = MAPS[name], name.partition(" ")[0]
    axes = (("k", "n"), ("l", "n")) if name.startswith(_JACOBIAN) else (("k", "n"),)
    problem = pose(f"{stated} == {stated}", given=(_SOFTMAX,))
    call = signature(problem, "f", frozenset("kl"))
    stable = stabilise(problem, {result: problem.left}, frozenset(), precise=precise)
    made = program(result, stable, call, {result: axes})
    return Function(made, call, f"{name}: {stated}\n{_SOFTMAX}")
