"""Loss and gradient on a GPU: our array program on the arrays of PyTorch and JAX, beside theirs.

python -m pytest tests/benchmarks/test_engine_gpu.py -m slow -s

Prints medians in milliseconds over ROUNDS. Skipped where PyTorch sees no GPU; JAX's columns are left
out where it is not installed. Nothing is asserted of times.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from peers import jax_jit

import numeric

SHAPES = [(262144, 10), (65536, 100), (16384, 1000), (4096, 50257)]
ROUNDS = 20

pytestmark = pytest.mark.slow


def median(run: Callable[[], Any], wait: Callable[[], Any]) -> float:
    """Milliseconds, from a device at rest to a device at rest; three runs are not counted."""
    taken = []
    for _ in range(ROUNDS + 3):
        wait()
        started = time.perf_counter()
        run()
        wait()
        taken.append(1e3 * (time.perf_counter() - started))
    return statistics.median(taken[3:])


def with_torch(logits: Any, labels: Any) -> dict[str, Callable[[], Any]]:
    """PyTorch's own, eager and compiled, and ours on its arrays, likewise."""
    import torch

    f, y = torch.from_numpy(logits).cuda(), torch.from_numpy(labels).cuda()
    leaf = f.clone().requires_grad_()
    torch._dynamo.reset()

    def theirs(loss: Any) -> Callable[[], Any]:
        def run() -> Any:
            value = loss(leaf, y)
            return value, torch.autograd.grad(value, leaf)[0]

        return run

    cross_entropy = torch.nn.functional.cross_entropy
    return {
        "PyTorch eager": theirs(cross_entropy),
        "torch.compile": theirs(torch.compile(cross_entropy, dynamic=False)),
        "ours on torch": lambda: numeric.value_and_grad(f, y),
    }


def with_jax(logits: Any, labels: Any) -> dict[str, Callable[[], Any]]:
    """JAX's own, and ours traced by it."""
    import jax

    f, y = jax.numpy.asarray(logits), jax.numpy.asarray(labels)
    traced = jax.jit(numeric.value_and_grad)

    def ours() -> Any:
        loss, gradient = traced(f, y)
        return loss, gradient.block_until_ready()

    return {"JAX jit": jax_jit(logits, labels), "ours under JAX jit": ours}


def test_loss_and_gradient_on_a_gpu(capsys: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no GPU")
    rows = []
    for shape in SHAPES:
        rng = np.random.default_rng(0)
        logits = rng.normal(size=shape).astype(np.float32)
        labels = rng.integers(shape[1], size=shape[0])
        runs = with_torch(logits, labels)
        if find_spec("jax"):
            runs |= with_jax(logits, labels)
        _, wanted = numeric.value_and_grad(logits, labels)
        took = {}
        for name, run in runs.items():
            _, gradient = run()
            there = gradient.cpu().numpy() if hasattr(gradient, "cpu") else np.asarray(gradient)
            assert np.abs(there - wanted).max() <= 1e-4 / shape[0], name
            took[name] = median(run, torch.cuda.synchronize)
        rows.append([f"float32 {shape}", *(f"{ms:.3f}" for ms in took.values())])
    heads = ["", *took]
    table = [heads, ["---"] * len(heads), *rows]
    with capsys.disabled():
        print(f"\n{torch.cuda.get_device_name()}, milliseconds")
        print("\n".join(f"| {' | '.join(row)} |" for row in table))
