"""Losses with PyTorch's arguments: cross entropy, NLL, binary cross entropy with logits.

Semantics of torch.nn.functional of PyTorch 2, on NumPy arrays: which formula the arguments ask for
is said, and proved, in `numeric.options`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypedDict, Unpack, get_args

import numpy as np
from numpy.typing import ArrayLike

from numeric import memory, standard
from numeric.engine import Engine, compile  # noqa: A004
from numeric.inputs import Array, as_logits
from numeric.options import Options, Reduction, engine


class Arguments(TypedDict, total=False):
    """weight (C,): of the classes. reduction: none, mean or sum. ignore_index: the label whose
    samples do not count. axis: that of the classes; PyTorch's if not given, 0 for (C,), else 1.
    How to run: out, precise, threads, backend; see `numeric.how`.
    """

    weight: ArrayLike | None
    label_smoothing: float
    reduction: Reduction
    ignore_index: int
    axis: int | None
    out: Array | None
    precise: bool
    threads: int | None
    backend: str | None


@dataclass(frozen=True)
class _Asked:
    """The same with their defaults."""

    weight: ArrayLike | None = None
    label_smoothing: float = 0.0
    reduction: Reduction = "mean"
    ignore_index: int = -100
    axis: int | None = None
    out: Any = None
    precise: bool = False
    threads: int | None = None
    backend: str | None = None

    def __post_init__(self) -> None:
        if self.reduction not in get_args(Reduction):
            raise ValueError(f"reduction {self.reduction!r}; expected none, mean or sum")
        if not 0 <= self.label_smoothing <= 1:
            raise ValueError(f"label_smoothing {self.label_smoothing}; expected 0 to 1")

    @property
    def how(self) -> dict[str, Any]:
        return {"precise": self.precise, "threads": self.threads, "backend": self.backend}


def _asked(arguments: Mapping[str, Any]) -> _Asked:
    known = [field.name for field in fields(_Asked)]
    if unknown := sorted(set(arguments) - set(known)):
        raise TypeError(f"unknown argument {unknown[0]!r}; expected {', '.join(known)}")
    return _Asked(**arguments)


def value_and_grad(
    logits: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]
) -> tuple[Any, Array]:
    """Cross entropy of softmax(logits) against the target, and its gradient.

    logits (C,), (N, C) or (N, C, d1, ...); target: integer labels from 0, of the logits' shape
    without the classes, or shares of the logits' shape. The loss, in nats, is a number, or with
    reduction "none" one for each label; the gradient has the shape and type of the logits, and is
    written to `out` if that is given. Semantics of torch.nn.CrossEntropyLoss.
    Raises TypeError and ValueError for arguments that do not fit.
    """
    asked, xp = _asked(arguments), standard.namespace(logits)
    if xp is not None:
        return _elsewhere(xp, logits, target, asked).with_gradient()
    return _ready(logits, target, asked).with_gradient()


def cross_entropy(logits: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]) -> Any:
    """The loss of `value_and_grad` alone."""
    asked, xp = _asked(arguments), standard.namespace(logits)
    if xp is not None:
        return _elsewhere(xp, logits, target, asked).loss()
    return _ready(logits, target, asked).loss()


def nll_loss(
    log_probabilities: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]
) -> Any:
    """-log p at the label, from log p: semantics of torch.nn.NLLLoss, shapes as above."""
    return _ready(log_probabilities, target, _asked(arguments), logged=True).loss()


def nll_loss_value_and_grad(
    log_probabilities: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]
) -> tuple[Any, Array]:
    """`nll_loss` and its gradient by log p."""
    asked = _asked(arguments)
    return _ready(log_probabilities, target, asked, logged=True).with_gradient()


def hessian(logits: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]) -> Array:
    """The second derivatives of the loss: (..., C, C), a block for each sample.

    Samples do not interact: between two of them every second derivative is 0.
    """
    asked, xp = _asked(arguments), standard.namespace(logits)
    if xp is not None:
        blocks: Array = _elsewhere(xp, logits, target, asked).hessian()
        return blocks
    call = _ready(logits, target, asked)
    out = asked.out
    lifted = out[None] if call.lifted and isinstance(out, np.ndarray) else out
    blocks = call.masked(call.run("hessian", out=lifted))
    only: Array = blocks[0] if call.lifted else blocks
    return only if out is None else out


def hvp(
    logits: ArrayLike, target: ArrayLike, vector: ArrayLike, **arguments: Unpack[Arguments]
) -> Array:
    """The Hessian times a vector of the logits' shape, without forming the Hessian."""
    asked, xp = _asked(arguments), standard.namespace(logits)
    if xp is not None:
        product: Array = _elsewhere(xp, logits, target, asked).hvp(vector)
        return product
    call = _ready(logits, target, asked)
    moved = call.like_logits(vector, "vector")
    whole, written = call.output()
    call.masked(call.run("hvp", moved, out=written))
    return whole


def vjp(
    logits: ArrayLike, target: ArrayLike, upstream: ArrayLike, **arguments: Unpack[Arguments]
) -> Array:
    """upstream times the gradient: what a backward pass hands on. upstream has the loss' shape."""
    call = _ready(logits, target, _asked(arguments))
    loss, gradient = call.with_gradient()
    factor = np.asarray(upstream, dtype=gradient.dtype)
    if factor.shape != np.shape(loss):
        raise ValueError(f"upstream of shape {factor.shape}; expected {np.shape(loss)}")
    factor = factor if factor.ndim == 0 else np.expand_dims(factor, call.axis)
    np.multiply(gradient, factor, out=gradient)
    return gradient


def jvp(
    logits: ArrayLike, target: ArrayLike, tangent: ArrayLike, **arguments: Unpack[Arguments]
) -> Any:
    """The derivative of the loss along a tangent of the logits' shape; the loss' shape and type."""
    call = _ready(logits, target, _asked(arguments))
    moved = call.like_logits(tangent, "tangent")
    _, gradient = call.with_gradient()
    slopes = np.moveaxis(gradient, call.axis, -1).reshape(moved.shape)
    along = np.einsum("...k,...k->...", slopes, moved)
    whole = along if call.asked.reduction == "none" else np.sum(along)
    return whole.astype(gradient.dtype)[()]


@dataclass(frozen=True)
class _Call:
    """One call, made ready: the classes moved to the last axis; `lifted` if a sample was added."""

    asked: _Asked
    options: Options
    shape: tuple[int, ...]
    axis: int
    logits: Array
    target: Array
    params: Mapping[str, ArrayLike]
    ignored: Array
    lifted: bool

    def run(self, name: str, *extra: Array, out: Array | None = None) -> Any:
        """The result of one of the engine's functions."""
        function = getattr(engine(self.options), name)
        return function(self.logits, self.target, *extra, **self.params, **self.asked.how, out=out)

    def with_gradient(self) -> tuple[Any, Array]:
        """The loss, and the gradient in the shape of the logits that were given."""
        whole, written = self.output()
        loss, gradient = self.run("value_and_grad", out=written)
        if self.weightless(loss):
            by_label = np.arange(gradient.shape[-1]) == self.target[..., None]
            np.copyto(gradient, np.where(by_label, np.nan, 0 if self.options.logged else np.nan))
        self.masked(gradient)
        return self.mean(loss), whole

    def loss(self) -> Any:
        """The loss alone."""
        return self.mean(self.run("loss"))

    def weightless(self, loss: Any) -> bool:
        """Whether the loss is a mean over labels whose weights are all 0."""
        if self.asked.reduction != "mean" or "w" not in self.params or np.isfinite(loss):
            return False
        if self.target.dtype.kind == "f":
            return False
        weights = np.asarray(self.params["w"])[self.target]
        return not np.any(weights * self.params.get("c", True))

    def mean(self, loss: Any) -> Any:
        """nan for such a mean, as in PyTorch, where label smoothing puts more than 0 over 0."""
        return loss * np.nan if self.weightless(loss) else loss

    def output(self) -> tuple[Array, Array]:
        """An array like the logits that were given, and the same memory as the engine sees it."""
        whole = (
            memory.empty(self.shape, self.logits.dtype)
            if self.asked.out is None
            else self.asked.out
        )
        if not isinstance(whole, np.ndarray) or whole.shape != self.shape:
            raise ValueError(f"out of shape {np.shape(whole)}; expected {self.shape}")
        seen = np.moveaxis(whole, self.axis, -1)
        return whole, seen[None] if self.lifted else seen

    def like_logits(self, values: ArrayLike, name: str) -> Array:
        """An array of the logits' shape as the engine sees it."""
        array = np.asarray(values)
        if array.shape != self.shape:
            raise ValueError(f"{name} of shape {array.shape}; expected {self.shape}")
        moved = np.moveaxis(array, self.axis, -1)
        return moved[None] if self.lifted else moved

    def masked(self, derivative: Array) -> Array:
        """0 for ignored samples, even where the mean is one over no sample and nan."""
        if "c" in self.params:
            derivative[self.ignored] = 0
        return derivative


def _ready(logits: ArrayLike, target: ArrayLike, asked: _Asked, *, logged: bool = False) -> _Call:
    """The engine that PyTorch's arguments ask for, and its arguments."""
    whole, goal = as_logits(logits), np.asarray(target)
    if whole.ndim == 0:
        raise ValueError("logits of shape (); expected (C,), (N, C) or (N, C, ...)")
    axis = min(1, whole.ndim - 1) if asked.axis is None else asked.axis
    f = np.moveaxis(whole, axis, -1)
    shares = goal.dtype.kind == "f"
    if shares and goal.shape == whole.shape:
        goal = np.moveaxis(goal, axis, -1)
    lifted = f.ndim == 1 and asked.reduction != "none"
    if lifted:
        f, goal = f[None], goal[None]
    ignored = np.equal(goal, asked.ignore_index) if not shares else np.zeros((), bool)
    params: dict[str, ArrayLike] = {}
    if asked.weight is not None:
        params["w"] = asked.weight
    if asked.label_smoothing and not logged:
        params["eps"] = asked.label_smoothing
    if ignored.any():
        goal = np.where(ignored, 0, goal)
        params["c"] = ~ignored
    options = Options(
        reduction=asked.reduction,
        shares=shares,
        weighted="w" in params,
        smoothed="eps" in params,
        masked="c" in params,
        logged=logged,
    )
    return _Call(asked, options, whole.shape, axis, f, goal, params, ignored, lifted)


@dataclass(frozen=True)
class _Elsewhere:
    """One call on arrays of another library, made ready as `_Call` is."""

    xp: Any
    engine: Engine
    axis: int
    logits: Any
    target: Any
    params: Mapping[str, Any]
    ignored: Any
    lifted: bool

    def loss(self) -> Any:
        return self.engine.loss(self.logits, self.target, **self.params)

    def with_gradient(self) -> tuple[Any, Any]:
        """The loss, and the gradient in the shape of the logits that were given."""
        loss, made = self.engine.value_and_grad(self.logits, self.target, **self.params)
        return loss, self.xp.moveaxis(self.masked(made, 1), -1, self.axis)

    def hessian(self) -> Any:
        """A block for each sample."""
        return self.masked(self.engine.hessian(self.logits, self.target, **self.params), 2)

    def hvp(self, vector: Any) -> Any:
        """The Hessian times a vector, in the shape of the logits that were given."""
        moved = self.xp.moveaxis(standard.beside(self.xp, vector, self.logits), self.axis, -1)
        moved = moved[None, ...] if self.lifted else moved
        made = self.engine.hvp(self.logits, self.target, moved, **self.params)
        return self.xp.moveaxis(self.masked(made, 1), -1, self.axis)

    def masked(self, derivative: Any, classes: int) -> Any:
        """0 for ignored samples; `classes` axes are behind those of the samples."""
        if self.ignored is not None:
            ignored = self.ignored[(..., *(None,) * classes)]
            derivative = self.xp.where(ignored, self.xp.zeros_like(derivative), derivative)
        return derivative[0, ...] if self.lifted else derivative


def _elsewhere(xp: Any, logits: Any, target: Any, asked: _Asked) -> _Elsewhere:
    """The same for another library. No value is looked at: every label may be the ignored one."""
    if logits.ndim == 0:
        raise ValueError("logits of shape (); expected (C,), (N, C) or (N, C, ...)")
    axis = min(1, logits.ndim - 1) if asked.axis is None else asked.axis
    standard.refuse({**asked.how, "out": asked.out})
    f, goal = xp.moveaxis(logits, axis, -1), standard.beside(xp, target, logits)
    shares = xp.isdtype(goal.dtype, "real floating")
    if shares and tuple(goal.shape) == tuple(logits.shape):
        goal = xp.moveaxis(goal, axis, -1)
    lifted = f.ndim == 1 and asked.reduction != "none"
    if lifted:
        f, goal = f[None, ...], goal[None, ...]
    params: dict[str, Any] = {} if asked.weight is None else {"w": asked.weight}
    if asked.label_smoothing:
        params["eps"] = asked.label_smoothing
    ignored = None if shares else goal == asked.ignore_index
    if ignored is not None:
        goal = xp.where(ignored, xp.zeros_like(goal), goal)
        params["c"] = xp.astype(~ignored, f.dtype)
    words = {"weighted": "w" in params, "smoothed": "eps" in params, "masked": "c" in params}
    made = engine(Options(reduction=asked.reduction, shares=shares, **words))
    return _Elsewhere(xp, made, axis, f, goal, params, ignored, lifted)


class BinaryArguments(TypedDict, total=False):
    """weight and pos_weight: broadcast against the logits. reduction: none, mean or sum.
    How to run: out, precise, threads, backend; see `numeric.how`.
    """

    weight: ArrayLike | None
    pos_weight: ArrayLike | None
    reduction: Reduction
    out: Array | None
    precise: bool
    threads: int | None
    backend: str | None


def binary_cross_entropy_with_logits(
    logits: ArrayLike, target: ArrayLike, **arguments: Unpack[BinaryArguments]
) -> Any:
    """-w*(pos_weight*t*log(sigma(z)) + (1 - t)*log(1 - sigma(z))), reduced.

    logits and target of one shape. Semantics of torch.nn.BCEWithLogitsLoss. Raises TypeError and
    ValueError for arguments that do not fit.
    """
    return _binary(logits, target, arguments)[0]


def binary_cross_entropy_with_logits_value_and_grad(
    logits: ArrayLike, target: ArrayLike, **arguments: Unpack[BinaryArguments]
) -> tuple[Any, Array]:
    """The same and its gradient, of the shape and type of the logits."""
    return _binary(logits, target, arguments)


def _binary(logits: ArrayLike, target: ArrayLike, arguments: BinaryArguments) -> tuple[Any, Array]:
    given = dict(arguments)
    weight, positive = given.pop("weight", None), given.pop("pos_weight", None)
    asked = _asked(given)
    z = as_logits(logits)
    if np.shape(target) != z.shape:
        raise ValueError(f"target of shape {np.shape(target)}; expected {z.shape}")
    params = {} if positive is None else {"w": np.broadcast_to(np.asarray(positive), z.shape)}
    loss_of = compile("bce-with-logits" if positive is None else "bce-pos-weight")
    gradient = memory.empty(z.shape, z.dtype) if asked.out is None else asked.out
    loss, _ = loss_of.value_and_grad(z, target, **params, **asked.how, out=gradient)
    if weight is not None:
        factor = np.broadcast_to(np.asarray(weight, z.dtype), z.shape)
        loss = loss * factor
        np.multiply(gradient, factor, out=gradient)
    if asked.reduction == "none":
        return loss, gradient[()]
    total = np.sum(loss, dtype=np.result_type(z.dtype, np.float64))
    if asked.reduction == "mean":
        with np.errstate(invalid="ignore"):
            total = np.divide(total, z.size)
        np.divide(gradient, z.size, out=gradient)
    return total.astype(z.dtype), gradient[()]
