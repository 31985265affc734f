"""What is called a gradient: each form of it, reduced to the gradient of one number.

A loss that returns one number has a gradient of the logits' shape. One that returns several, such
as a loss for each sample (reduction "none"), is weighed with an *upstream* u, one number for each
value, and the gradient of sum(u*loss) is looked at. u is never uniform: sum(loss) would hide a
gradient that forgets u, or that mixes samples up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.checking.differences import Function
from numeric.checking.returned import called
from numeric.inputs import Array

Backward = Callable[[Array, Array], Any]
"""Of logits and an upstream of the loss' shape, the gradient of sum(upstream*loss)."""


@dataclass(frozen=True)
class Pair:
    """A loss and what was given as its derivative: a gradient or Jacobian, or a backward pass."""

    loss: Function
    gradient: Function | None = None
    vjp: Backward | None = None

    def shape(self, logits: Array) -> tuple[int, ...]:
        """The shape of the loss at these logits."""
        return np.shape(self.loss(logits.copy()))

    def slope(self, f: Array) -> Any:
        """The gradient, right after the loss at the same logits: a layer keeps what it computed."""
        assert self.gradient is not None
        self.loss(f.copy())
        return self.gradient(f)

    def weighed(self, upstream: Array) -> tuple[Function, Function]:
        """sum(upstream*loss) and its gradient."""

        def total(f: Array) -> Any:
            return np.sum(np.reshape(self.loss(f), upstream.shape) * upstream)

        def slope(f: Array) -> Array:
            if self.vjp is not None:
                self.loss(f.copy())
                return np.asarray(self.vjp(f, upstream.astype(np.result_type(f, np.float16))))
            return contracted(upstream, self.slope(f), np.shape(f))

        return total, slope


_HINTS: Mapping[type, str] = {
    dict: ": take the two out of it, as in lambda f: (made(f)['loss'], made(f)['gradient'])",
    tuple: ": take the two out of them, as in lambda f: made(f)[:2]",
}
"""What to do with a function that returns more than the two."""


def parted(both: Function) -> tuple[Function, Function]:
    """The two functions in one that returns (loss, gradient), a tuple or a list.

    They raise TypeError where it returns something else.
    """

    def part(place: int) -> Function:
        def one(f: Array) -> Any:
            made = both(f)
            if not isinstance(made, tuple | list) or len(made) != 2:
                hint = _HINTS.get(type(made), "")
                raise TypeError(
                    "a loss that is a function needs its gradient: a second function, or a loss "
                    f"that returns (loss, gradient); this one returned {called(made)}{hint}"
                )
            return made[place]

        one.__name__ = getattr(both, "__name__", "loss")
        return one

    return part(0), part(1)


def wrong_shape(given: tuple[int, ...], *wanted: tuple[int, ...]) -> ValueError:
    """What to say of a gradient of another shape than one of those wanted, and how it may come."""
    first, length = wanted[0], len(given)
    expected = " or ".join(map(str, dict.fromkeys(wanted)))
    hint = ""
    if not given:
        hint = ": one number; are loss and gradient in this order?"
    elif given == first[::-1]:
        hint = ": transposed?"
    elif length > len(first) and set(given) == set(first):
        hint = ": (N, 1) and (N,) make (N, N)"
    elif sorted(given) == sorted(first) or (length == len(first) and np.prod(given) == 1):
        hint = ": the axes are others"
    elif 0 < length < len(first) and all(size in first for size in given):
        hint = ": an axis is summed away"
    elif length == len(first) and 1 in given:
        hint = ": an axis is summed, and kept with length 1"
    return ValueError(f"a gradient of shape {given}; expected {expected}{hint}")


def drawn_upstream(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Weights of both signs, all different, none small."""
    signs = rng.choice([-1.0, 1.0], size=shape)
    return signs * rng.uniform(0.5, 2.0, size=shape)


def contracted(upstream: Array, given: Any, logits: tuple[int, ...]) -> Array:
    """sum(upstream*derivative) over the values of the loss. Raises ValueError.

    The derivative is the whole Jacobian, of shape (*upstream, *logits); or, of a gradient, a block
    (C, C) for each sample; or, where each value depends on its own logits only, has the logits'
    shape: upstream is lined up with all of the logits' axes, or with all but one, the class axis
    (the second, the last or the first).
    """
    derivative, shape = np.asarray(given), upstream.shape
    if derivative.shape == (*shape, *logits):
        whole: Array = np.tensordot(upstream, derivative, axes=upstream.ndim)
        return whole.astype(derivative.dtype)
    if shape == logits and derivative.shape == (*shape, *shape[-1:]):
        blocks: Array = np.einsum("...k,...kl->...l", upstream, derivative)
        return blocks.astype(derivative.dtype)
    pairs = zip(shape, logits, strict=False)
    lined_up = len(shape) == len(logits) and all(one in (1, other) for one, other in pairs)
    if derivative.shape == logits and lined_up:
        return np.asarray(upstream * derivative, derivative.dtype)
    if derivative.shape == logits:
        for axis in dict.fromkeys((1, len(logits) - 1, 0)):
            if axis < len(logits) and shape == logits[:axis] + logits[axis + 1 :]:
                weights = np.expand_dims(upstream, axis)
                return np.asarray(weights * derivative, derivative.dtype)
    raise wrong_shape(derivative.shape, logits, (*shape, *logits))
