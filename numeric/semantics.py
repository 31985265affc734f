"""Cross entropy and negative log-likelihood with PyTorch's arguments.

Semantics of torch.nn.functional of PyTorch 2, on NumPy arrays and on those of other libraries:
which formula the arguments ask for is said, and proved, in `numeric.options`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from numpy.typing import ArrayLike

from numeric import standard
from numeric.arguments import Arguments, LikelihoodArguments, asked
from numeric.elsewhere import Elsewhere, elsewhere
from numeric.here import Here, here
from numeric.inputs import Array


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
    return _call(logits, target, arguments).with_gradient()


def cross_entropy(logits: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]) -> Any:
    """The loss of `value_and_grad` alone."""
    return _call(logits, target, arguments).loss()


def nll_loss(
    log_probabilities: ArrayLike, target: ArrayLike, **arguments: Unpack[LikelihoodArguments]
) -> Any:
    """-log p at the label, from log p: semantics of torch.nn.NLLLoss.

    The shapes are as above; the target holds labels. Raises TypeError for shares.
    """
    return _call(log_probabilities, target, arguments, logged=True).loss()


def nll_loss_value_and_grad(
    log_probabilities: ArrayLike, target: ArrayLike, **arguments: Unpack[LikelihoodArguments]
) -> tuple[Any, Array]:
    """`nll_loss` and its gradient by log p."""
    return _call(log_probabilities, target, arguments, logged=True).with_gradient()


def hessian(logits: ArrayLike, target: ArrayLike, **arguments: Unpack[Arguments]) -> Array:
    """The second derivatives of the loss: (..., C, C), a block for each sample.

    Samples do not interact: between two of them every second derivative is 0.
    """
    blocks: Array = _call(logits, target, arguments).hessian()
    return blocks


def hvp(
    logits: ArrayLike, target: ArrayLike, vector: ArrayLike, **arguments: Unpack[Arguments]
) -> Array:
    """The Hessian times a vector of the logits' shape, without forming the Hessian."""
    product: Array = _call(logits, target, arguments).hvp(vector)
    return product


def vjp(
    logits: ArrayLike, target: ArrayLike, upstream: ArrayLike, **arguments: Unpack[Arguments]
) -> Array:
    """upstream times the gradient: what a backward pass hands on. upstream has the loss' shape."""
    product: Array = _call(logits, target, arguments).vjp(upstream)
    return product


def jvp(
    logits: ArrayLike, target: ArrayLike, tangent: ArrayLike, **arguments: Unpack[Arguments]
) -> Any:
    """The derivative of the loss along a tangent of the logits' shape; the loss' shape and type."""
    return _call(logits, target, arguments).jvp(tangent)


def _call(
    logits: Any, target: Any, arguments: Mapping[str, Any], *, logged: bool = False
) -> Here | Elsewhere:
    """The call, made ready where the logits are."""
    xp = standard.namespace(logits)
    given = asked(arguments, LikelihoodArguments if logged else Arguments)
    if xp is not None:
        return elsewhere(xp, logits, target, given, logged=logged)
    return here(logits, target, given, logged=logged)
