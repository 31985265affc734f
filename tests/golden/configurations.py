"""Seeded calls of PyTorch's losses: inputs that are the same everywhere, made from whole numbers.

Every number is a small whole number over a power of two, drawn by NumPy's frozen legacy generator,
so that it is exact in every type, and no input need be stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

COUNT = 5000

FUNCTIONS = ("cross_entropy", "nll_loss", "binary_cross_entropy_with_logits", "log_softmax")
SHARES_OF_CALLS = (0.72, 0.14, 0.09, 0.05)
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REDUCTIONS = ("none", "mean", "sum")


@dataclass(frozen=True)
class Call:
    """One call: the function's name, its arrays, its options; `upstream` of the result's shape."""

    function: str
    logits: Any
    target: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)
    integer: str = ""

    @property
    def words(self) -> str:
        """What the call is, for a message."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        kind = "" if self.target is None else f", {self.target.dtype} target"
        return f"{self.function}({self.logits.dtype} {self.logits.shape}{kind}, {shown})"


def call(seed: int) -> Call:
    """The call of this number."""
    draw = np.random.RandomState(seed)
    function = str(draw.choice(FUNCTIONS, p=SHARES_OF_CALLS))
    dtype = str(draw.choice(("float64", "float32", "float16"), p=(0.45, 0.4, 0.15)))
    shape = _shape(draw, function)
    logits = _dyadic(draw, shape, draw.choice((1, 4, 16)))
    if function == "nll_loss":
        logits = -np.abs(logits)
    logits = logits.astype(dtype)
    if function == "log_softmax":
        return Call(function, logits, None, {"axis": int(draw.randint(-len(shape), len(shape)))})
    if function == "binary_cross_entropy_with_logits":
        return _binary(draw, logits)
    return _classes(draw, function, logits)


def _shape(draw: Any, function: str) -> tuple[int, ...]:
    axes = int(draw.choice((1, 2, 3, 4), p=(0.12, 0.58, 0.2, 0.1)))
    sizes = [int(n) for n in draw.randint(1, 4, size=axes)]
    classes = int(draw.choice((1, 2, 3, 4, 6), p=(0.06, 0.2, 0.3, 0.3, 0.14)))
    if axes == 1:
        return (classes,)
    if draw.rand() < 0.04 and function != "log_softmax":
        sizes[0] = 0
    return (sizes[0], classes, *sizes[2:])


def _dyadic(draw: Any, shape: tuple[int, ...], scale: int) -> Any:
    """Whole numbers over 32, up to `scale` in size; often ties."""
    made = draw.randint(-32, 33, size=shape) / 32.0 * scale
    return np.round(made) if draw.rand() < 0.15 else made


def _binary(draw: Any, logits: Any) -> Call:
    target = draw.randint(0, 17, size=logits.shape) / 16.0
    if draw.rand() < 0.5:
        target = np.round(target)
    options: dict[str, Any] = {"reduction": str(draw.choice(REDUCTIONS))}
    last = logits.shape[-1:]
    if draw.rand() < 0.5:
        options["weight"] = (draw.randint(0, 17, size=last) / 8.0).astype(logits.dtype)
    if draw.rand() < 0.5:
        options["pos_weight"] = (draw.randint(1, 33, size=last) / 8.0).astype(logits.dtype)
    return Call("binary_cross_entropy_with_logits", logits, target.astype(logits.dtype), options)


def _classes(draw: Any, function: str, logits: Any) -> Call:
    shape = logits.shape
    classes = shape[min(1, len(shape) - 1)]
    of_samples = shape[:1] + shape[2:] if len(shape) > 1 else ()
    options: dict[str, Any] = {"reduction": str(draw.choice(REDUCTIONS))}
    if draw.rand() < 0.5:
        weight = draw.randint(1, 17, size=classes) / 8.0
        weight[draw.rand(classes) < 0.15] = 0
        options["weight"] = weight.astype(logits.dtype)
    if function == "cross_entropy" and draw.rand() < 0.5:
        options["label_smoothing"] = float(draw.choice((0.125, 0.5, 0.875, 1.0)))
    if function == "cross_entropy" and draw.rand() < 0.35:
        target = draw.randint(0, 17, size=shape) / 16.0
        return Call(function, logits, target.astype(logits.dtype), options)
    integer = str(draw.choice(INTEGERS))
    target = draw.randint(0, classes, size=of_samples)
    if draw.rand() < 0.4:
        ignored = int(draw.choice((-100, 0, classes - 1, 255)))
        ignored = max(ignored, 0) if integer.startswith("u") else min(ignored, 127)
        options["ignore_index"] = ignored
        share = float(draw.choice((0.3, 1.0), p=(0.8, 0.2)))
        target = np.where(draw.rand(*of_samples) < share, ignored, target)
    return Call(function, logits, np.asarray(target).astype(integer), options, integer)
