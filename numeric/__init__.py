"""Losses and gradients on NumPy arrays, printed from formulas that `derive` proves.

    from numeric import value_and_grad
    loss, gradient = value_and_grad(logits, labels, label_smoothing=0.1)

`compile` makes functions of any loss in the catalogue, or of your own; `gradcheck` compares a
gradient with what the loss itself says. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numeric.check import gradcheck
    from numeric.engine import Engine, NotProved, compile  # noqa: A004
    from numeric.semantics import (
        cross_entropy,
        hessian,
        hvp,
        log_softmax,
        nll_loss,
        softmax,
        value_and_grad,
    )

_HOMES = {
    "Engine": "numeric.engine",
    "NotProved": "numeric.engine",
    "compile": "numeric.engine",
    "cross_entropy": "numeric.semantics",
    "gradcheck": "numeric.check",
    "hessian": "numeric.semantics",
    "hvp": "numeric.semantics",
    "log_softmax": "numeric.semantics",
    "nll_loss": "numeric.semantics",
    "softmax": "numeric.semantics",
    "value_and_grad": "numeric.semantics",
}

__all__ = [
    "Engine",
    "NotProved",
    "compile",
    "cross_entropy",
    "gradcheck",
    "hessian",
    "hvp",
    "log_softmax",
    "nll_loss",
    "softmax",
    "value_and_grad",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'numeric' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
