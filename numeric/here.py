"""One call of a loss with PyTorch's arguments on NumPy arrays, made ready for an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numeric import memory
from numeric.arguments import (
    WORDS,
    Asked,
    check_target,
    class_axis,
    in_the_words_of,
    no_target,
)
from numeric.inputs import Array, as_logits, in_range, real, unmasked
from numeric.options import Options, engine


@dataclass(frozen=True)
class Here:
    """The call, with the classes moved to the last axis; `lifted` if a sample was added."""

    asked: Asked
    options: Options
    shape: tuple[int, ...]
    axis: int
    logits: Array
    target: Array
    params: Mapping[str, ArrayLike]
    ignored: Array
    lifted: bool

    def loss(self) -> Any:
        """The loss alone."""
        self.asked.refuse_out()
        return self._mean(self._run("loss"))

    def with_gradient(self) -> tuple[Any, Array]:
        """The loss, and the gradient in the shape of the logits that were given."""
        whole, written = self._output()
        loss, gradient = self._run("value_and_grad", out=written)
        if not np.isfinite(loss).all() and self._weightless():
            by_label = np.arange(gradient.shape[-1]) == self.target[..., None]
            np.copyto(gradient, np.where(by_label, np.nan, 0 if self.options.logged else np.nan))
        self._masked(gradient)
        return self._mean(loss), whole

    def vjp(self, upstream: ArrayLike) -> Array:
        """upstream times the gradient."""
        loss, gradient = self.with_gradient()
        factor = real(upstream, "upstream", np.shape(loss)).astype(gradient.dtype, copy=False)
        factor = factor if factor.ndim == 0 else np.expand_dims(factor, self.axis)
        np.multiply(gradient, factor, out=gradient)
        return gradient

    def jvp(self, tangent: ArrayLike) -> Any:
        """The derivative of the loss along the tangent."""
        self.asked.refuse_out()
        moved = self._like_logits(tangent, "tangent")
        _, gradient = self.with_gradient()
        slopes = np.moveaxis(gradient, self.axis, -1).reshape(moved.shape)
        along = np.einsum("...k,...k->...", slopes, moved)
        whole = along if self.asked.reduction == "none" else np.sum(along)
        return whole.astype(gradient.dtype)[()]

    def hessian(self) -> Array:
        """A block for each sample."""
        out = self.asked.out
        lifted = out[None] if self.lifted and isinstance(out, np.ndarray) else out
        blocks: Array = self._masked(self._nan_if_weightless(self._run("hessian", out=lifted)))
        only: Array = blocks[0] if self.lifted else blocks
        return only if out is None else out

    def hvp(self, vector: ArrayLike) -> Array:
        """The Hessian times a vector, in the shape of the logits that were given."""
        moved = self._like_logits(vector, "vector")
        whole, written = self._output()
        self._masked(self._nan_if_weightless(self._run("hvp", moved, out=written)))
        return whole

    def _run(self, name: str, *extra: Array, out: Array | None = None) -> Any:
        """The result of one of the engine's functions.

        Asked again without the logits of ignored samples where these may have made the loss nan or
        infinite: the formulas only multiply them by 0.
        """
        function = getattr(engine(self.options), name)
        how = {**self.params, **self.asked.how, "out": out}
        with in_the_words_of(WORDS):
            made = function(self.logits, self.target, *extra, **how)
        loss = made[0] if isinstance(made, tuple) else made
        if "c" in self.params and not np.isfinite(loss).all():
            known = np.where(self.ignored[..., None], self.logits.dtype.type(0), self.logits)
            made = function(known, self.target, *extra, **how)
        return made

    def _weightless(self) -> bool:
        """Whether the loss is a mean over labels whose weights are all 0."""
        if self.asked.reduction != "mean" or "w" not in self.params or self.options.shares:
            return False
        weights = np.asarray(self.params["w"])[self.target]
        return not np.any(weights, where=np.asarray(self.params.get("c", True), bool))

    def _mean(self, loss: Any) -> Any:
        """nan for such a mean, as in PyTorch, where label smoothing puts more than 0 over 0."""
        return loss if np.isfinite(loss).all() or not self._weightless() else loss * np.nan

    def _nan_if_weightless(self, derivative: Array) -> Array:
        """The same of second derivatives."""
        if self._weightless():
            derivative.fill(np.nan)
        return derivative

    def _output(self) -> tuple[Array, Array]:
        """An array like the logits that were given, and the same memory as the engine sees it."""
        whole = (
            memory.empty(self.shape, self.logits.dtype)
            if self.asked.out is None
            else self.asked.out
        )
        if not isinstance(whole, np.ndarray):
            raise TypeError(f"out is of type {type(whole).__name__}; expected an array")
        if whole.shape != self.shape:
            raise ValueError(f"out of shape {whole.shape}; expected {self.shape}")
        seen = np.moveaxis(whole, self.axis, -1)
        return whole, seen[None] if self.lifted else seen

    def _like_logits(self, values: ArrayLike, name: str) -> Array:
        """An array of the logits' shape as the engine sees it."""
        moved = np.moveaxis(real(values, name, self.shape), self.axis, -1)
        return moved[None] if self.lifted else moved

    def _masked(self, derivative: Array) -> Array:
        """0 for ignored samples, even where the mean is one over no sample and nan."""
        if "c" in self.params:
            derivative[self.ignored] = 0
        return derivative


def here(logits: ArrayLike, target: ArrayLike, asked: Asked, *, logged: bool = False) -> Here:
    """The call that PyTorch's arguments ask for. Raises TypeError and ValueError."""
    whole, goal = as_logits(logits), unmasked(target, "target")
    axis = class_axis(whole.shape, asked.axis)
    f = np.moveaxis(whole, axis, -1)
    if goal.dtype.kind not in "iuf" and goal.shape != whole.shape:
        raise no_target(goal.dtype)
    shares = goal.dtype.kind == "f"
    check_target(goal.shape, shares, whole.shape, asked, logged=logged)
    if shares and goal.shape == whole.shape:
        goal = np.moveaxis(goal, axis, -1)
    lifted = f.ndim == 1 and asked.reduction != "none"
    if lifted:
        f, goal = f[None], goal[None]
    ignored = np.zeros((), bool) if shares else _ignored(goal, asked.ignore_index, f.shape[-1])
    params: dict[str, ArrayLike] = {}
    if asked.weight is not None:
        params["w"] = asked.weight
    if asked.label_smoothing:
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
    return Here(asked, options, whole.shape, axis, f, goal, params, ignored, lifted)


def _ignored(labels: Array, ignore_index: int, classes: int) -> Array:
    """Which labels are to be ignored: one bool for all if none is."""
    if not 0 <= ignore_index < classes and in_range(labels, classes):
        return np.zeros((), bool)
    return np.equal(labels, ignore_index)
