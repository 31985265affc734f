"""Losses and gradients on NumPy arrays, printed from formulas that `derive` proves.

    from numeric import value_and_grad
    loss, gradient = value_and_grad(logits, labels, label_smoothing=0.1)

`compile` makes functions of any loss in the catalogue, or of your own; `gradcheck` compares a
gradient with what the loss itself says. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numeric.binary import (
        binary_cross_entropy_with_logits,
        binary_cross_entropy_with_logits_value_and_grad,
    )
    from numeric.checking.check import gradcheck
    from numeric.engine import Engine, NotProved, compile  # noqa: A004
    from numeric.maps import jacobian, log_softmax, softmax
    from numeric.semantics import (
        cross_entropy,
        hessian,
        hvp,
        jvp,
        nll_loss,
        nll_loss_value_and_grad,
        value_and_grad,
        vjp,
    )

_HOMES = {
    "binary": (
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy_with_logits_value_and_grad",
    ),
    "engine": ("Engine", "NotProved", "compile"),
    "check": ("gradcheck",),
    "maps": ("jacobian", "log_softmax", "softmax"),
}

__all__ = [
    "Engine",
    "NotProved",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_value_and_grad",
    "compile",
    "cross_entropy",
    "gradcheck",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "log_softmax",
    "nll_loss",
    "nll_loss_value_and_grad",
    "softmax",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """One of `__all__`, from the module that has it, which is loaded when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'numeric' has no attribute {name!r}")
    home: Any
    if name in _HOMES["binary"]:
        from numeric import binary as home
    elif name in _HOMES["check"]:
        from numeric.checking import check as home
    elif name in _HOMES["engine"]:
        from numeric import engine as home
    elif name in _HOMES["maps"]:
        from numeric import maps as home
    else:
        from numeric import semantics as home
    found = globals()[name] = getattr(home, name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
