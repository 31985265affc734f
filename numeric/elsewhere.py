"""One call of a loss with PyTorch's arguments on arrays of another library: see `standard`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numeric import standard
from numeric.arguments import (
    WORDS,
    Asked,
    check_target,
    class_axis,
    in_the_words_of,
    no_target,
)
from numeric.engine import Engine
from numeric.options import Options, engine


@dataclass(frozen=True)
class Elsewhere:
    """The call, made ready as `here.Here` is."""

    xp: Any
    engine: Engine
    axis: int
    logits: Any
    target: Any
    params: Mapping[str, Any]
    ignored: Any
    lifted: bool
    weightless: Any

    def loss(self) -> Any:
        return self._mean(self._run("loss"))

    def with_gradient(self) -> tuple[Any, Any]:
        """The loss, and the gradient in the shape of the logits that were given."""
        loss, made = self._run("value_and_grad")
        return self._mean(loss), standard.moved(self.xp, self._masked(made, 1), -1, self.axis)

    def vjp(self, upstream: Any) -> Any:
        """upstream times the gradient."""
        loss, gradient = self.with_gradient()
        factor = standard.beside(self.xp, upstream, gradient)
        if tuple(factor.shape) != tuple(loss.shape):
            shapes = tuple(factor.shape), tuple(loss.shape)
            raise ValueError(f"upstream of shape {shapes[0]}; expected {shapes[1]}")
        factor = self.xp.astype(factor, gradient.dtype)
        return gradient * (self.xp.expand_dims(factor, axis=self.axis) if factor.ndim else factor)

    def jvp(self, tangent: Any) -> Any:
        """The derivative of the loss along the tangent."""
        loss, gradient = self.with_gradient()
        moved = self._like_logits(tangent, "tangent", gradient)
        along = gradient * self.xp.astype(moved, gradient.dtype)
        return self.xp.sum(along, axis=self.axis) if loss.ndim else self.xp.sum(along)

    def hessian(self) -> Any:
        """A block for each sample."""
        return self._masked(self._run("hessian"), 2)

    def hvp(self, vector: Any) -> Any:
        """The Hessian times a vector, in the shape of the logits that were given."""
        own = self.logits[0, ...] if self.lifted else self.logits
        like = standard.moved(self.xp, own, -1, self.axis)
        moved = standard.moved(self.xp, self._like_logits(vector, "vector", like), self.axis, -1)
        moved = moved[None, ...] if self.lifted else moved
        return standard.moved(self.xp, self._masked(self._run("hvp", moved), 1), -1, self.axis)

    def _run(self, name: str, *extra: Any) -> Any:
        """The result of one of the engine's functions."""
        with in_the_words_of(WORDS):
            return getattr(self.engine, name)(self.logits, self.target, *extra, **self.params)

    def _mean(self, made: Any) -> Any:
        """nan for a mean over labels whose weights are all 0, as `here` has it."""
        if self.weightless is None:
            return made
        return self.xp.where(self.weightless, self.xp.full_like(made, float("nan")), made)

    def _like_logits(self, values: Any, name: str, like: Any) -> Any:
        array = standard.beside(self.xp, values, like)
        if tuple(array.shape) != tuple(like.shape):
            shapes = tuple(array.shape), tuple(like.shape)
            raise ValueError(f"{name} of shape {shapes[0]}; expected {shapes[1]}")
        return array

    def _masked(self, derivative: Any, classes: int) -> Any:
        """0 for ignored samples; `classes` axes are behind those of the samples."""
        derivative = self._mean(derivative)
        if self.ignored is not None:
            ignored = self.ignored[(..., *(None,) * classes)]
            derivative = self.xp.where(ignored, self.xp.zeros_like(derivative), derivative)
        return derivative[0, ...] if self.lifted else derivative


def elsewhere(
    xp: Any, logits: Any, target: Any, asked: Asked, *, logged: bool = False
) -> Elsewhere:
    """The same for another library. No value is looked at: every label may be the ignored one."""
    axis = class_axis(tuple(logits.shape), asked.axis)
    standard.refuse({**asked.how, "out": asked.out})
    standard.require_real(xp, logits)
    f, goal = standard.moved(xp, logits, axis, -1), standard.beside(xp, target, logits)
    known = xp.isdtype(goal.dtype, ("integral", "real floating"))
    if not known and tuple(goal.shape) != tuple(logits.shape):
        raise no_target(goal.dtype)
    shares = xp.isdtype(goal.dtype, "real floating")
    check_target(tuple(goal.shape), shares, tuple(logits.shape), asked, logged=logged)
    if shares and tuple(goal.shape) == tuple(logits.shape):
        goal = standard.moved(xp, goal, axis, -1)
    lifted = f.ndim == 1 and asked.reduction != "none"
    if lifted:
        f, goal = f[None, ...], goal[None, ...]
    params: dict[str, Any] = {} if asked.weight is None else {"w": asked.weight}
    if asked.label_smoothing:
        params["eps"] = asked.label_smoothing
    ignored = None
    if not shares:
        goal = standard.whole_numbers(xp, goal)
        limits = xp.iinfo(goal.dtype)
        some = limits.min <= asked.ignore_index <= limits.max
        ignored = goal == asked.ignore_index if some else xp.zeros_like(goal, dtype=xp.bool)
        goal = xp.where(ignored, xp.zeros_like(goal), goal)
        # Whatever the logits are that do not count: multiplied by 0, nan is nan.
        f = xp.where(ignored[..., None], xp.zeros_like(f), f)
        params["c"] = xp.astype(~ignored, f.dtype)
    words = {"weighted": "w" in params, "smoothed": "eps" in params, "masked": "c" in params}
    options = Options(reduction=asked.reduction, shares=shares, logged=logged, **words)
    # Without smoothing, such a mean is 0/0 by itself.
    asks = asked.reduction == "mean" and not shares and "w" in params and "eps" in params
    weightless = _weightless(xp, f, goal, params) if asks else None
    return Elsewhere(xp, engine(options), axis, f, goal, params, ignored, lifted, weightless)


def _weightless(xp: Any, f: Any, labels: Any, params: Mapping[str, Any]) -> Any:
    """Whether the weights of all labels that count are 0; of what does not fit, the engine says."""
    weight = standard.beside(xp, params["w"], f)
    if tuple(weight.shape) != tuple(f.shape[-1:]):
        return None
    places = xp.clip(labels, 0, f.shape[-1] - 1)
    found = xp.take(weight, xp.reshape(places, (-1,)), axis=0)
    counted = xp.reshape(params["c"], (-1,)) != 0
    return ~xp.any((found != 0) & counted)
