"""What a user's function returned, as an array of numbers.

Arrays of any library, lists, and numbers of other kinds (mpf, Fraction, Decimal) are taken; a
tensor that remembers how it was computed is cut off from that. Everything else is said by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numeric.checking.differences import Function
from numeric.inputs import Array

ARRAY = "an array of real numbers"


def of_loss(function: Function, kind: np.dtype[Any]) -> Function:
    """The same function, its value an array. Raises TypeError for what is none.

    It is asked with more digits than those of `kind`, the type that the gradient is given; a loss
    that refuses them gets that type.
    """

    def loss(f: Array) -> Any:
        try:
            made = function(f)
        except Exception:
            if f.dtype.kind == "c" or f.dtype.itemsize <= kind.itemsize or kind == np.float64:
                raise
            made = function(f.astype(kind))
        if isinstance(made, tuple):
            raise TypeError(
                f"the loss returned {len(made)} things; leave `gradient` out if they are the loss "
                "and its gradient"
            )
        return _numbers(made, "loss", "one number")

    return loss


def of_gradient(function: Callable[..., Any]) -> Callable[..., Array]:
    """The same function, its value an array. Raises TypeError for what is none.

    A tuple of one array and of None otherwise, as backward passes return it, is that array.
    """

    def gradient(*arguments: Array) -> Array:
        made = function(*arguments)
        if isinstance(made, tuple):
            parts = [part for part in made if part is not None]
            only = _numbers(parts[0], "gradient", ARRAY) if len(parts) == 1 else np.zeros(())
            if only.ndim:
                return only
        return _numbers(made, "gradient", ARRAY)

    return gradient


def alone(array: Any) -> Any:
    """The same; a tensor without the memory of how it was computed."""
    return array.detach() if hasattr(array, "detach") else array


def _numbers(made: Any, what: str, expected: str) -> Array:
    """A new array of booleans, whole, real or complex numbers."""
    try:
        array = np.array(alone(made))
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"the {what} returned {called(made)}; expected {expected}") from error
    if array.dtype == object and all(hasattr(entry, "__float__") for entry in array.flat):
        array = array.astype(np.float64)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"the {what} returned {called(made)}; expected {expected}")
    return array.astype(np.float64) if array.dtype.kind == "b" else array


def called(made: Any) -> str:
    """What it is, in words."""
    if isinstance(made, tuple | list):
        return f"a {type(made).__name__} of {len(made)} things"
    if isinstance(made, np.ndarray):
        return f"an array of {made.dtype}"
    return type(made).__name__
