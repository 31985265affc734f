"""PyTorch's arguments: their names, their defaults, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypedDict, get_args

from numpy.typing import ArrayLike

from numeric.inputs import Array
from numeric.options import Reduction


class Arguments(TypedDict, total=False):
    """weight (C,): of the classes. reduction: none, mean or sum. ignore_index: the label whose
    samples do not count. axis: that of the classes; PyTorch's if not given, 0 for (C,), else 1.
    How to run: out, precise, threads, backend; see `numeric.how`.
    """

    weight: ArrayLike | None
    label_smoothing: float
    reduction: Reduction
    ignore_index: int
    axis: int | None
    out: Array | None
    precise: bool
    threads: int | None
    backend: str | None


class BinaryArguments(TypedDict, total=False):
    """weight and pos_weight: broadcast against the logits. reduction: none, mean or sum.
    How to run: out, precise, threads, backend; see `numeric.how`.
    """

    weight: ArrayLike | None
    pos_weight: ArrayLike | None
    reduction: Reduction
    out: Array | None
    precise: bool
    threads: int | None
    backend: str | None


@dataclass(frozen=True)
class Asked:
    """Arguments with their defaults. Raises ValueError for one of no sense."""

    weight: ArrayLike | None = None
    pos_weight: ArrayLike | None = None
    label_smoothing: float = 0.0
    reduction: Reduction = "mean"
    ignore_index: int = -100
    axis: int | None = None
    out: Any = None
    precise: bool = False
    threads: int | None = None
    backend: str | None = None

    def __post_init__(self) -> None:
        if self.reduction not in get_args(Reduction):
            raise ValueError(f"reduction {self.reduction!r}; expected none, mean or sum")
        if not 0 <= self.label_smoothing <= 1:
            raise ValueError(f"label_smoothing {self.label_smoothing}; expected 0 to 1")

    @property
    def how(self) -> dict[str, Any]:
        """How to run, but for `out`."""
        return {"precise": self.precise, "threads": self.threads, "backend": self.backend}


def asked(arguments: Mapping[str, Any], kind: type = Arguments) -> Asked:
    """The arguments of this kind. Raises TypeError for another one, ValueError as `Asked`."""
    known = [field.name for field in fields(Asked) if field.name in kind.__annotations__]
    if unknown := sorted(set(arguments) - set(known)):
        raise TypeError(f"unknown argument {unknown[0]!r}; expected {', '.join(known)}")
    return Asked(**arguments)


def class_axis(shape: tuple[int, ...], axis: int | None) -> int:
    """The axis of the classes. Raises ValueError where there is none."""
    if not shape:
        raise ValueError("logits of shape (); expected (C,), (N, C) or (N, C, ...)")
    if axis is None:
        return min(1, len(shape) - 1)
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"axis {axis} is out of bounds: the logits have {len(shape)} axes")
    return axis
