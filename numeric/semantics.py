"""PyTorch's cross entropy as formulas: which loss its arguments ask for.

The arguments of torch.nn.CrossEntropyLoss (documentation of PyTorch 2 [1]) choose a formula, which
is compiled like every other and can be read, verified and reported: see `formula`.

    l[i] = -(1 - eps)*w[y[i]]*log(p[i, y[i]]) - eps/n*sum(w[j]*log(p[i, j]), j)    labels y
    l[i] = -sum(w[j]*((1 - eps)*t[i, j] + eps/n)*log(p[i, j]), j)                  shares t

"sum" is sum(l[i], i). "mean" divides it by sum(w[y[i]], i) for labels and by N for shares. "none"
is l itself, with the gradient of l[i] in row i. A sample whose label is `ignore_index` counts 0 in
both sums; its gradient is 0 even where the mean is one over no sample and nan, as in PyTorch.

[1] https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from derive.catalogue import Loss
from derive.decide import pose
from numeric import codegen
from numeric.engine import Engine
from numeric.inputs import Array, as_logits, signature
from numeric.lowering import program
from numeric.rewriting import stabilise

Reduction = Literal["none", "mean", "sum"]
_SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"


@dataclass(frozen=True)
class Options:
    """What tells one formula from another.

    `shares`: the target is t, a number for each class, not a label. `masked`: c is 0 for ignored
    samples and 1 for the others. `logged`: the input is log p itself, as for torch.nn.NLLLoss.
    """

    reduction: Reduction = "mean"
    shares: bool = False
    weighted: bool = False
    smoothed: bool = False
    masked: bool = False
    logged: bool = False


def formula(options: Options) -> Loss:
    """The loss that these options ask for, with its gradient and Hessian as claims."""
    return _Text(options).loss()


class _Text:
    """A loss put together from pieces of formula text; every combination is proved by a test."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.batch = options.reduction != "none"
        self.label = "y[i]" if self.batch else "y"
        self.counted = ("c[i]*" if self.batch else "c*") if options.masked else ""

    def loss(self) -> Loss:
        o, p = self.options, self._p
        words = [name for name in ("weighted", "smoothed", "masked", "logged") if getattr(o, name)]
        words = ["shares" if o.shares else "labels", o.reduction, *words]
        softmax = f"{p('k')} = exp({self._f('k')})/sum(exp({self._f('j')}), j)"
        value = f"sum({self._value()}, i)" if self.batch else self._value()
        apart = "delta(i, s)*" if self.batch else ""
        curvature = f"{apart}{self._curvature()}{p('k')}*(delta(k, l) - {p('l')})"
        return Loss(
            name=f"cross-entropy-{'-'.join(words)}",
            title=f"cross entropy ({', '.join(words)})",
            given=(*(() if o.logged else (softmax,)), f"L = {value}{self._divided('i')}"),
            declare=self._facts(),
            first=self._f("k"),
            gradient=f"{self._gradient()}{self._divided('m')}",
            second="f[s, l]" if self.batch else "f[l]",
            hessian="" if o.logged else f"{curvature}{self._divided('m')}",
            source="PyTorch 2 documentation, torch.nn.CrossEntropyLoss",
        )

    def _facts(self) -> tuple[str, ...]:
        o, rows = self.options, "N, " if self.batch else ""
        of_rows = "[N]" if self.batch else ""
        facts = [f"f: real[{rows}n]", f"t: real[{rows}n]" if o.shares else f"y: label{of_rows}"]
        facts += ["w: positive[n]"] * o.weighted + ["eps: real"] * o.smoothed
        # c = 0 is the limit of the formulas, like a weight of 0; the mean needs one that is not 0.
        return (*facts, *["c: positive[N]" if self.batch else "c: real"] * o.masked)

    # Entries: of the logits, of the softmax, the weight of a class, the share of a class.

    def _f(self, k: str) -> str:
        return f"f[i, {k}]" if self.batch else f"f[{k}]"

    def _p(self, k: str) -> str:
        return f"p[i, {k}]" if self.batch else f"p[{k}]"

    def _log(self, k: str) -> str:
        return self._f(k) if self.options.logged else f"log({self._p(k)})"

    def _weight(self, k: str) -> str:
        return f"w[{k}]*" if self.options.weighted else ""

    def _share(self, k: str) -> str:
        t = f"t[i, {k}]" if self.batch else f"t[{k}]"
        return self._weight(k) + (f"((1 - eps)*{t} + eps/n)" if self.options.smoothed else t)

    # The loss of a sample, its derivatives, and what the sum over samples is divided by.

    def _value(self) -> str:
        if self.options.shares:
            return f"-sum({self._share('j')}*{self._log('j')}, j)"
        hit = f"{self._weight(self.label)}{self._log(self.label)}"
        if not self.options.smoothed:
            return f"-{self.counted}{hit}"
        every = f"sum({self._weight('j')}{self._log('j')}, j)"
        return f"{self.counted}(-(1 - eps)*{hit} - eps/n*{every})"

    def _gradient(self) -> str:
        p, y, weight = self._p("k"), self.label, self._weight(self.label)
        if self.options.shares:
            return f"({p}*sum({self._share('j')}, j) - {self._share('k')})"
        if self.options.logged:
            return f"-{self.counted}{weight}delta(k, {y})"
        if not self.options.smoothed:
            return f"{self.counted}{weight}({p} - delta(k, {y}))"
        if not self.options.weighted:
            return f"{self.counted}({p} - (1 - eps)*delta(k, {y}) - eps/n)"
        every = f"eps/n*({p}*sum(w[j], j) - w[k])"
        return f"{self.counted}((1 - eps)*{weight}({p} - delta(k, {y})) + {every})"

    def _curvature(self) -> str:
        """The factor before p[k]*(delta(k, l) - p[l])."""
        if self.options.shares:
            return f"sum({self._share('j')}, j)*"
        if self.options.smoothed and self.options.weighted:
            return f"{self.counted}((1 - eps)*w[{self.label}] + eps/n*sum(w[j], j))*"
        return f"{self.counted}{self._weight(self.label)}"

    def _divided(self, i: str) -> str:
        o = self.options
        if o.reduction != "mean":
            return ""
        if o.shares or not (o.weighted or o.masked):
            return "/N"
        parts = [f"c[{i}]"] * o.masked + [f"w[y[{i}]]"] * o.weighted
        return f"/sum({'*'.join(parts)}, {i})"


@functools.cache
def engine(options: Options) -> Engine:
    """The compiled formula of these options."""
    return Engine(formula(options), proved_before=True)


def value_and_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> tuple[Any, Array]:
    """Cross entropy of softmax(logits) against the target, and its gradient.

    logits (C,) or (N, C); target: integer labels, () or (N,), from 0, or shares of the logits'
    shape; weight (C,). The loss, in nats, is a number, or (N,) with reduction "none"; the gradient
    has the shape and type of the logits. Semantics of torch.nn.CrossEntropyLoss.
    Raises TypeError and ValueError for arguments that do not fit.
    """
    call = _ready(logits, target, weight, label_smoothing, reduction, ignore_index)
    loss, gradient = call.run("value_and_grad")
    return loss, call.of_samples(gradient)


def cross_entropy(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> Any:
    """The loss of `value_and_grad` alone."""
    return _ready(logits, target, weight, label_smoothing, reduction, ignore_index).run("loss")


def nll_loss(
    log_probabilities: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> Any:
    """-log p at the label, from log p: semantics of torch.nn.NLLLoss, shapes as above."""
    call = _ready(log_probabilities, target, weight, 0.0, reduction, ignore_index, logged=True)
    return call.run("loss")


def hessian(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> Array:
    """The second derivatives of the loss: (C, C), or (N, C, C), a block for each sample.

    Samples do not interact: between two of them every second derivative is 0.
    """
    call = _ready(logits, target, weight, label_smoothing, reduction, ignore_index)
    return call.derivative("hessian")


def hvp(
    logits: ArrayLike,
    target: ArrayLike,
    vector: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> Array:
    """The Hessian times a vector of the logits' shape, without forming the Hessian."""
    call = _ready(logits, target, weight, label_smoothing, reduction, ignore_index)
    shape = np.shape(logits)
    if np.shape(vector) != shape:
        raise ValueError(f"vector of shape {np.shape(vector)}; expected {shape}")
    return call.derivative("hvp", np.asarray(vector).reshape(call.logits.shape))


@dataclass(frozen=True)
class _Call:
    """One call, made ready; `lifted` if an axis for a single sample was added."""

    engine: Engine
    logits: Array
    target: Array
    params: dict[str, ArrayLike]
    ignored: Array
    lifted: bool

    def run(self, name: str, *extra: Array) -> Any:
        """The result of one of the engine's functions."""
        return getattr(self.engine, name)(self.logits, self.target, *extra, **self.params)

    def derivative(self, name: str, *extra: Array) -> Array:
        """The same of a function that returns a derivative."""
        return self.of_samples(self.run(name, *extra))

    def of_samples(self, derivative: Array) -> Array:
        """0 for ignored samples, and without the axis that was added."""
        if "c" in self.params:
            derivative[self.ignored] = 0
        only: Array = derivative[0] if self.lifted else derivative
        return only


def _ready(
    logits: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    label_smoothing: float,
    reduction: Reduction,
    ignore_index: int,
    logged: bool = False,
) -> _Call:
    """The engine that PyTorch's arguments ask for, and its arguments."""
    if reduction not in get_args(Reduction):
        raise ValueError(f"reduction {reduction!r}; expected none, mean or sum")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing {label_smoothing}; expected 0 to 1")
    f, goal = as_logits(logits), np.asarray(target)
    if f.ndim not in (1, 2):
        raise ValueError(f"logits of shape {f.shape}; expected (C,) or (N, C)")
    shares = goal.dtype.kind == "f"
    lifted = f.ndim == 1 and reduction != "none"
    if lifted:
        f, goal = f[None], goal[None]
    ignored = np.equal(goal, ignore_index) & (not shares)
    params: dict[str, ArrayLike] = {}
    if weight is not None:
        params["w"] = weight
    if label_smoothing:
        params["eps"] = label_smoothing
    if ignored.any():
        goal = np.where(ignored, 0, goal)
        params["c"] = ~ignored
    options = Options(
        reduction=reduction,
        shares=shares,
        weighted="w" in params,
        smoothed="eps" in params,
        masked="c" in params,
        logged=logged,
    )
    return _Call(engine(options), f, goal, params, ignored, lifted)


def softmax(logits: ArrayLike, axis: int = -1) -> Array:
    """exp(f[k])/sum(exp(f[j]), j) along an axis; the shape and type of the logits."""
    return _along("softmax", logits, axis)


def log_softmax(logits: ArrayLike, axis: int = -1) -> Array:
    """log(softmax(f)) along an axis, with its digits kept where softmax rounds to 1."""
    return _along("log_softmax", logits, axis)


_MAPS = {"softmax": "p[k]", "log_softmax": "log(p[k])"}


def _along(name: str, logits: ArrayLike, axis: int) -> Array:
    array = np.moveaxis(as_logits(logits), axis, -1)
    if array.shape[-1] == 0:
        raise ValueError("logits without classes")
    with np.errstate(all="ignore"):
        made: Array = _map(name)(array)
    return np.moveaxis(made, -1, axis)


@functools.cache
def _map(name: str) -> Callable[..., Any]:
    """A function of the logits alone, compiled like the losses."""
    stated = _MAPS[name]
    problem = pose(f"{stated} == {stated}", given=(_SOFTMAX,))
    call = signature(problem, "f", frozenset("k"))
    stable = stabilise(problem, {name: problem.left}, frozenset())
    made = program(name, stable, call, {name: (("k", "n"),)})
    return codegen.load(made, f"{name}: {stated}\n{_SOFTMAX}")
