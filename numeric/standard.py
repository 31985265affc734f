"""The printed array programs on arrays of other libraries, through the array API standard [1].

The source is the same; `np` in it is that library's namespace, which `array-api-compat` (the extra
`arrays`) puts in the standard's form. Where the arrays are, what they are spread over and whether
the call is traced or differentiated is the library's affair. No value is looked at but whether the
labels are in range; in a traced call, where that cannot be asked, another label makes nan where the
library makes nan of a place that is not there (JAX does). Parameters outside of what was proved are
not noticed.

[1] https://data-apis.org/array-api/2024.12/
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric.how import HOW
from numeric.inputs import Input, Shapes, lengths
from numeric.programs.codegen import load_source

if TYPE_CHECKING:
    from numeric.function import Function

_COMPAT = "array_api_compat."
_NUMPY = (np.ndarray, np.generic, list, tuple, int, float, complex)


def namespace(array: Any) -> Any:
    """The library of an array that is not NumPy's; None for NumPy's and for what NumPy reads."""
    if isinstance(array, _NUMPY):
        return None
    if find_spec("array_api_compat"):
        import array_api_compat

        known = array_api_compat.is_array_api_obj(array)
        return array_api_compat.array_namespace(array) if known else None
    return array.__array_namespace__() if hasattr(array, "__array_namespace__") else None


class Namespace:
    """The standard's functions under the names and with the arguments that the source uses.

    What NumPy takes beyond the standard is put in its terms: plain numbers beside arrays, labels of
    any shape, new arrays where the others are.
    """

    def __init__(self, xp: Any, like: Any) -> None:
        self._xp, self._like = xp, like

    def __getattr__(self, name: str) -> Any:
        return getattr(self._xp, name)

    def arange(self, size: int) -> Any:
        """0, 1, ..., size - 1 beside the logits; a traced array does not say where it is."""
        try:
            return self._xp.arange(size, device=self._like.device)
        except (AttributeError, TypeError, ValueError):
            return self._xp.arange(size)

    def where(self, condition: Any, value: Any, otherwise: Any) -> Any:
        """The standard's, and of two plain numbers too."""
        if isinstance(value, int | float) and isinstance(otherwise, int | float):
            value = self._xp.astype(condition, self._like.dtype) * 0 + value
        return self._xp.where(condition, value, otherwise)

    def take(self, array: Any, places: Any, axis: int | None = None) -> Any:
        """array[..., place] with its axis kept, or the entries of (C,) or (1, C) at labels."""
        if axis is not None:
            (place,) = places
            return array[..., place : place + 1]
        flat = self._xp.reshape(array, (-1,))
        taken = self._xp.take(flat, self._xp.reshape(places, (-1,)), axis=0)
        return self._xp.reshape(taken, places.shape)

    def finfo(self, kind: Any) -> Any:
        return _Limits(self._xp.finfo(kind))


class _Limits:
    """`tiny` by the standard's name for it."""

    def __init__(self, info: Any) -> None:
        self.tiny = float(info.smallest_normal)


def run(
    function: Function,
    xp: Any,
    arrays: Sequence[Any],
    shapes: Mapping[str, tuple[int, ...]],
) -> tuple[Any, ...]:
    """The results of the array program on these arrays, each an array, of its shape."""
    call = function.call
    flat = [
        xp.reshape(a, (-1, a.shape[-1])) if call.rows and getattr(a, "ndim", 0) > 2 else a
        for a in arrays
    ]
    name = function.program.name
    plain = load_source(name, function.source, np=Namespace(xp, arrays[0]))
    # Libraries that compute with NumPy warn as it does: 0/0 of an empty mean has its meaning.
    with np.errstate(all="ignore"):
        made = plain(*flat)
    results = made if isinstance(made, tuple) else (made,)
    return tuple(
        _shaped(xp, result, shape) for result, shape in zip(results, shapes.values(), strict=True)
    )


def _shaped(xp: Any, result: Any, shape: tuple[int, ...]) -> Any:
    if math.prod(result.shape) == math.prod(shape):
        return xp.reshape(result, shape)
    return xp.broadcast_to(result, shape)


def bind(
    function: Function, xp: Any, logits: Any, target: Any, params: Mapping[str, Any]
) -> list[Any]:
    """The arguments in the order of the inputs, of the shapes and the type that the program takes.

    Raises TypeError for a missing or unknown argument, ValueError for a wrong shape.
    """
    call = function.call
    names = [given.name for given in call.inputs[1:]]
    values = dict(params)
    if call.has_target:
        values[names[0]] = target
    refuse(params)
    if unknown := sorted(set(values) - set(names)):
        raise TypeError(f"unknown argument {unknown[0]!r}")
    if missing := [name for name in names if values.get(name) is None]:
        raise TypeError(f"missing argument {missing[0]!r}")
    lengths(call, logits)
    shapes = Shapes(call, logits)
    return [logits, *(_argument(i, values[i.name], xp, shapes) for i in call.inputs[1:])]


def refuse(how: Mapping[str, Any]) -> None:
    """Raises TypeError for what only NumPy's arrays take: how to run is the library's affair."""
    asked = [n for n in sorted(HOW & how.keys()) if how[n] is not None and how[n] is not False]
    if asked:
        raise TypeError(
            f"{asked[0]} is for NumPy arrays only; on arrays of another library the program runs "
            "as that library runs it, in the type of the logits"
        )


def require_real(xp: Any, logits: Any) -> None:
    """Raises TypeError for logits that are no real floating numbers."""
    if not xp.isdtype(logits.dtype, "real floating"):
        raise TypeError(f"logits of type {logits.dtype}; convert them to float32 or float64")


def moved(xp: Any, array: Any, axis: int, to: int) -> Any:
    """The array with an axis elsewhere, by what every library traces and maps."""
    order = list(range(array.ndim))
    axis, to = axis % len(order), to % len(order)
    order.insert(to, order.pop(axis))
    return array if axis == to else xp.permute_dims(array, tuple(order))


def whole_numbers(xp: Any, array: Any) -> Any:
    """Labels in the library's own type of whole numbers: JAX may have none of 64 bits."""
    return xp.astype(array, xp.arange(0).dtype)


def beside(xp: Any, array: Any, like: Any) -> Any:
    """NumPy's arrays, lists and numbers as an array of the library, where the logits are.

    What is no whole number gets the type of the logits. Raises TypeError for a third library's.
    """
    other = namespace(array)
    if other is xp:
        return array
    if other is not None:
        names = " and of ".join(one.__name__.removeprefix(_COMPAT) for one in (xp, other))
        raise TypeError(f"arrays of {names} in one call; convert the one to the other")
    kind = like.dtype if np.asarray(array).dtype.kind == "f" else None
    try:
        return xp.asarray(array, dtype=kind, device=like.device)
    except (AttributeError, TypeError, ValueError):
        return xp.asarray(array, dtype=kind)


def _in_range(name: str, labels: Any, classes: int, xp: Any) -> Any:
    """The labels, if they are 0 to classes - 1. Raises ValueError where that can be asked.

    In a traced call, those that are not become `classes`, which no class has.
    """
    outside = (labels < 0) | (labels >= classes)
    try:
        wrong = bool(xp.any(outside))
    except (TypeError, RuntimeError):
        return xp.where(outside, xp.full_like(labels, classes), labels)
    if wrong:
        raise ValueError(f"{name} holds a label that is not one of 0 to {classes - 1}")
    return labels


def _argument(wanted: Input, value: Any, xp: Any, shapes: Shapes) -> Any:
    array = beside(xp, value, shapes.logits)
    shapes.learn(wanted, array)
    is_scalar = wanted.role == "scalar"
    expected = (shapes.rows if array.shape else ()) if is_scalar else shapes.given(wanted)
    if tuple(array.shape) != expected:
        raise ValueError(f"{wanted.name} of shape {tuple(array.shape)}; expected {expected}")
    if wanted.role == "label":
        labels = whole_numbers(xp, array)
        return _in_range(wanted.name, labels, shapes.sizes[wanted.size], xp)[..., None]
    array = xp.astype(array, shapes.logits.dtype)
    if is_scalar:
        return array[..., None] if shapes.call.slots and array.shape else array
    return xp.reshape(array, shapes.aligned(wanted))
