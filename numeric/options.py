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
from dataclasses import dataclass
from typing import Literal

from derive.catalogue import Loss
from numeric.engine import Engine

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
