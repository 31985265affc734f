"""Binary cross entropy with logits, with PyTorch's arguments."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from numeric import memory, standard
from numeric.arguments import Asked, BinaryArguments, asked, in_the_words_of
from numeric.engine import Engine, compile  # noqa: A004
from numeric.inputs import Array, as_logits, real

WORDS = {"w": "pos_weight", "t": "target"}
"""Of the formula in the catalogue, PyTorch's."""


def binary_cross_entropy_with_logits(
    logits: ArrayLike, target: ArrayLike, **arguments: Unpack[BinaryArguments]
) -> Any:
    """-w*(pos_weight*t*log(sigma(z)) + (1 - t)*log(1 - sigma(z))), reduced.

    logits and target of one shape. Semantics of torch.nn.BCEWithLogitsLoss. Raises TypeError and
    ValueError for arguments that do not fit.
    """
    asked(arguments, BinaryArguments).refuse_out()
    return binary_cross_entropy_with_logits_value_and_grad(logits, target, **arguments)[0]


def binary_cross_entropy_with_logits_value_and_grad(
    logits: ArrayLike, target: ArrayLike, **arguments: Unpack[BinaryArguments]
) -> tuple[Any, Array]:
    """`binary_cross_entropy_with_logits` and its gradient, of the shape and type of the logits."""
    wanted, xp = asked(arguments, BinaryArguments), standard.namespace(logits)
    if xp is not None:
        return _elsewhere(xp, logits, target, wanted)
    return _here(as_logits(logits), target, wanted)


def _engine(wanted: Asked) -> Engine:
    return compile("bce-with-logits" if wanted.pos_weight is None else "bce-pos-weight")


def _check(target: tuple[int, ...], logits: tuple[int, ...]) -> None:
    if target != logits:
        raise ValueError(f"target of shape {target}; expected {logits}")


def _here(z: Array, target: ArrayLike, wanted: Asked) -> tuple[Any, Array]:
    _check(np.shape(target), z.shape)
    params = {}
    if wanted.pos_weight is not None:
        params["w"] = _spread(wanted.pos_weight, "pos_weight", z)
    gradient = memory.empty(z.shape, z.dtype) if wanted.out is None else wanted.out
    with in_the_words_of(WORDS):
        loss, _ = _engine(wanted).value_and_grad(z, target, **params, **wanted.how, out=gradient)
    if wanted.weight is not None:
        factor = _spread(wanted.weight, "weight", z)
        loss = loss * factor
        np.multiply(gradient, factor, out=gradient)
    if wanted.reduction == "none":
        return loss, gradient[()]
    total = np.sum(loss, dtype=np.result_type(z.dtype, np.float64))
    if wanted.reduction == "mean":
        with np.errstate(invalid="ignore"):
            total = np.divide(total, z.size)
        np.divide(gradient, z.size, out=gradient)
    return total.astype(z.dtype), gradient[()]


def _spread(weight: ArrayLike, name: str, z: Array) -> Array:
    """The weights of the shape and type of the logits. Raises TypeError and ValueError."""
    array = real(weight, name)
    try:
        return np.broadcast_to(array.astype(z.dtype, copy=False), z.shape)
    except ValueError:
        raise ValueError(
            f"{name} of shape {array.shape}; it has to fit logits of shape {z.shape} from the last "
            "axis on"
        ) from None


def _elsewhere(xp: Any, z: Any, target: Any, wanted: Asked) -> tuple[Any, Any]:
    """The same on arrays of another library."""
    standard.refuse({**wanted.how, "out": wanted.out})
    standard.require_real(xp, z)

    def beside(array: Any) -> Any:
        return xp.astype(standard.beside(xp, array, z), z.dtype)

    t = beside(target)
    _check(tuple(t.shape), tuple(z.shape))
    params = {}
    if wanted.pos_weight is not None:
        params["w"] = xp.broadcast_to(beside(wanted.pos_weight), z.shape)
    loss, gradient = _engine(wanted).value_and_grad(z, t, **params)
    if wanted.weight is not None:
        factor = xp.broadcast_to(beside(wanted.weight), z.shape)
        loss, gradient = loss * factor, gradient * factor
    if wanted.reduction == "none":
        return loss, gradient
    total = xp.sum(loss)
    if wanted.reduction == "sum":
        return total, gradient
    count = z.size if isinstance(z.size, int) else z.numel()
    return (total / count if count else total * float("nan")), gradient / max(count, 1)
