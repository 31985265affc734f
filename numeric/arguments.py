"""PyTorch's arguments: their names, their defaults, and what is wrong with them."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, get_args

import numpy as np
from numpy.typing import ArrayLike

from numeric.inputs import Array
from numeric.options import Reduction

REDUCTIONS = get_args(Reduction)


class LikelihoodArguments(TypedDict, total=False):
    """weight (C,): of the classes. reduction: none, mean or sum. ignore_index: the label whose
    samples do not count. axis: that of the classes; PyTorch's if not given, 0 for (C,), else 1.
    How to run: out, precise, threads, backend; see `numeric.how`.
    """

    weight: ArrayLike | None
    reduction: Reduction
    ignore_index: int
    axis: int | None
    out: Array | None
    precise: bool
    threads: int | None
    backend: str | None


class Arguments(LikelihoodArguments, total=False):
    """The same, and label_smoothing: how much of each target is spread over all classes."""

    label_smoothing: float


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
        if self.reduction not in REDUCTIONS:
            raise ValueError(f"reduction {self.reduction!r}; expected none, mean or sum")
        smoothing: Any = self.label_smoothing
        if not isinstance(smoothing, float) and not _is_number(smoothing):
            raise TypeError(f"label_smoothing {smoothing!r}; expected a number from 0 to 1")
        if not 0 <= smoothing <= 1:
            raise ValueError(f"label_smoothing {smoothing}; expected 0 to 1")
        whole("ignore_index", self.ignore_index)

    def refuse_out(self) -> None:
        """Raises TypeError for an `out` where no derivative is asked for."""
        if self.out is not None:
            raise TypeError("out is where a derivative is written to; there is none here")

    @property
    def how(self) -> dict[str, Any]:
        """How to run, but for `out`."""
        return {"precise": self.precise, "threads": self.threads, "backend": self.backend}


def _is_number(value: Any) -> bool:
    return not np.ndim(value) and np.asarray(value).dtype.kind in "fiub"


def asked(arguments: Mapping[str, Any], kind: type = Arguments) -> Asked:
    """The arguments of this kind. Raises TypeError for another one, ValueError as `Asked`."""
    known = kind.__annotations__
    if unknown := sorted(arguments.keys() - known.keys()):
        raise TypeError(f"unknown argument {unknown[0]!r}; expected {', '.join(known)}")
    return Asked(**arguments)


def class_axis(shape: tuple[int, ...], axis: Any) -> int:
    """The axis of the classes. Raises ValueError where there is none, TypeError for no number."""
    if not shape:
        raise ValueError("logits of shape (); expected (C,), (N, C) or (N, C, ...)")
    if axis is None:
        return min(1, len(shape) - 1)
    place = whole("axis", axis)
    if not -len(shape) <= place < len(shape):
        raise ValueError(f"axis {place} is out of bounds: the logits have {len(shape)} axes")
    return place


def whole(name: str, value: Any) -> int:
    """The whole number that it is. Raises TypeError for another thing."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} {value!r}; expected a whole number") from None


def check_target(
    shape: tuple[int, ...],
    shares: bool,
    logits: tuple[int, ...],
    asked: Asked,
    *,
    logged: bool = False,
) -> None:
    """Raises ValueError for a wrong shape, such as that of a target of the other kind.

    TypeError for shares where log p was given, `logged`: as PyTorch's, that loss has labels only.
    """
    if shares and logged:
        raise TypeError(
            "target of floating type; expected integer labels: cross_entropy takes shares, and log "
            "p in place of logits, since it normalises what it is given"
        )
    if shares and asked.ignore_index >= 0:
        raise ValueError("ignore_index is for labels; the target holds shares")
    place = class_axis(logits, asked.axis) % len(logits)
    samples = logits[:place] + logits[place + 1 :]
    if shares and len(shape) == len(logits) - 1:
        raise ValueError(
            f"target of floating type and of shape {shape}: labels are integers, and shares have "
            f"the shape of the logits, {logits}"
        )
    if not shares and shape == logits:
        raise ValueError(
            f"target of the logits' shape, {shape}, and not of floating type: labels have no axis "
            "of classes, and shares, such as one-hot rows, are of floating type"
        )
    expected = logits if shares else samples
    if shape != expected:
        raise ValueError(f"target of shape {shape}; expected {expected}")


def no_target(kind: Any) -> TypeError:
    """What to say of a target of this type."""
    return TypeError(f"target of type {kind}; expected integer labels, or shares of floating type")


@contextlib.contextmanager
def in_the_words_of(names: Mapping[str, str]) -> Iterator[None]:
    """Errors name an argument as it was passed, and not by the letter that the formula has for it.

    They begin with that name, see `numeric.inputs.bind`.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        name, space, rest = str(error).partition(" ")
        if name not in names:
            raise
        raise type(error)(names[name] + space + rest) from error


WORDS = {"w": "weight", "y": "target", "t": "target"}
"""Of the formulas in `numeric.options`, PyTorch's."""
