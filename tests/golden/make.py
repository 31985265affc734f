"""Writes pytorch.npz: what PyTorch gives for every call in configurations.py.

    python tests/golden/make.py

Needs PyTorch; run it where that is installed, and commit the file. Values and gradients lie end to
end, one array a type; the gradient is that of sum(upstream*result), upstream as below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from configurations import COUNT, Call, call

FILE = Path(__file__).parent / "pytorch.npz"


def upstream(shape: tuple[int, ...], dtype: Any) -> Any:
    """Weights of the entries of a result, all different: 1, -1.125, 1.25, ..."""
    at = np.arange(int(np.prod(shape)))
    weights = (1 + (at % 16) / 8) * np.where(at % 2, -1, 1)
    return weights.reshape(shape).astype(dtype)


def from_pytorch(made: Call) -> tuple[Any, Any]:
    """The result and the gradient by the logits."""
    import torch

    logits = torch.tensor(made.logits, requires_grad=True)
    options = {
        name: torch.tensor(value) if isinstance(value, np.ndarray) else value
        for name, value in made.options.items()
    }
    if made.function == "log_softmax":
        result = torch.log_softmax(logits, options["axis"])
    else:
        target = made.target.astype(np.int64) if made.integer else made.target
        function = getattr(torch.nn.functional, made.function)
        result = function(logits, torch.tensor(target), **options)
    result.backward(torch.tensor(upstream(tuple(result.shape), made.logits.dtype)))
    return result.detach().numpy(), logits.grad.numpy()


def main() -> None:
    """All calls, packed."""
    import torch

    packed: dict[str, list[Any]] = {}
    for seed in range(COUNT):
        made = call(seed)
        for part in from_pytorch(made):
            packed.setdefault(made.logits.dtype.name, []).append(np.ravel(part))
    arrays = {name: np.concatenate(parts) for name, parts in packed.items()}
    version = np.array(torch.__version__)
    np.savez_compressed(FILE, version=version, count=np.array(COUNT), **arrays)
    print(f"{FILE.name}: {COUNT} calls of PyTorch {version}, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
