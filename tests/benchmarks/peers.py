"""The peers of the engine: loss and gradient of the mean cross entropy, as documented.

Each maker takes logits (N, C) and labels (N,) and returns a function of no arguments that computes
both afresh, with NumPy arrays or the peer's own as input, whichever the peer works on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

THREADS = 2
Run = Callable[[], Any]


def _torch() -> Any:
    import torch

    torch.set_num_threads(THREADS)
    return torch


def torch_eager(f: Any, y: Any) -> Run:
    torch = _torch()
    logits, labels = torch.from_numpy(f).requires_grad_(), torch.from_numpy(y)

    def run() -> Any:
        loss = torch.nn.functional.cross_entropy(logits, labels)
        (gradient,) = torch.autograd.grad(loss, logits)
        return loss.detach().numpy(), gradient.numpy()

    return run


def torch_compile(f: Any, y: Any) -> Run:
    torch = _torch()
    torch._dynamo.reset()
    logits, labels = torch.from_numpy(f).requires_grad_(), torch.from_numpy(y)
    compiled = torch.compile(torch.nn.functional.cross_entropy, dynamic=False)

    def run() -> Any:
        loss = compiled(logits, labels)
        (gradient,) = torch.autograd.grad(loss, logits)
        return loss.detach().numpy(), gradient.numpy()

    return run


def jax_jit(f: Any, y: Any) -> Run:
    """JAX makes as many threads as there are cores; it is run on no more than THREADS of them."""
    import jax

    jax.config.update("jax_enable_x64", True)

    def loss(logits: Any, labels: Any) -> Any:
        log_p = jax.nn.log_softmax(logits)
        return -jax.numpy.take_along_axis(log_p, labels[:, None], axis=-1).mean()

    both = jax.jit(jax.value_and_grad(loss))
    logits, labels = jax.numpy.asarray(f), jax.numpy.asarray(y)

    def run() -> Any:
        value, gradient = both(logits, labels)
        return np.asarray(value), np.asarray(gradient.block_until_ready())

    return run


def sklearn_loss(f: Any, y: Any) -> Run:
    """Sums and per-sample gradients, divided by N; labels in the type of the logits."""
    from sklearn._loss import HalfMultinomialLoss

    loss, labels = HalfMultinomialLoss(n_classes=f.shape[1]), y.astype(f.dtype)

    def run() -> Any:
        value, gradient = loss.loss_gradient(labels, f, n_threads=THREADS)
        gradient /= len(f)
        return value.mean(), gradient

    return run


def scipy_special(f: Any, y: Any) -> Run:
    from scipy.special import log_softmax

    rows = np.arange(len(f))

    def run() -> Any:
        log_p = log_softmax(f, axis=1)
        loss = -log_p[rows, y].mean()
        gradient = np.exp(log_p, out=log_p)
        gradient[rows, y] -= 1
        gradient /= len(f)
        return loss, gradient

    return run


def naive_numpy(f: Any, y: Any) -> Run:
    rows = np.arange(len(f))

    def run() -> Any:
        mass = np.exp(f - f.max(axis=1, keepdims=True))
        p = mass / mass.sum(axis=1, keepdims=True)
        loss = -np.log(p[rows, y]).mean()
        p[rows, y] -= 1
        return loss, p / len(f)

    return run


PEERS: Mapping[str, tuple[str, Callable[[Any, Any], Run]]] = {
    "PyTorch eager": ("torch", torch_eager),
    "torch.compile": ("torch", torch_compile),
    "JAX jit": ("jax", jax_jit),
    "scikit-learn": ("sklearn", sklearn_loss),
    "SciPy": ("scipy", scipy_special),
    "naive NumPy": ("numpy", naive_numpy),
}
"""Name, the module that it needs, the maker."""
