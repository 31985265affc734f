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

_OF_ENGINE = {"Engine", "NotProved", "compile"}
_OF_CHECK = {"gradcheck"}

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
    if name not in __all__:
        raise AttributeError(f"module 'numeric' has no attribute {name!r}")
    from numeric import check, engine, semantics

    home = engine if name in _OF_ENGINE else check if name in _OF_CHECK else semantics
    return getattr(home, name)
