"""What a compiled loss takes, and the checks of what it is given.

Conventions of every function here: C classes on the last axis, logits of shape (C,) or (..., C),
labels that count from 0, of the logits' shape without its last axis, losses in nats.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from derive.problem import Problem

Array = NDArray[Any]
Role = Literal["logits", "label", "array", "scalar"]


@dataclass(frozen=True)
class Input:
    """One argument: its name, role, declared kind, the size of each axis; a label's range.

    `by_rows`: an array that is another for each sample, where the formula is of one sample.
    """

    name: str
    role: Role
    kind: str
    axes: tuple[str, ...] = ()
    size: str = ""
    by_rows: bool = False


@dataclass(frozen=True)
class Signature:
    """The arguments of a loss: the logits, then a target if there is one, then parameters.

    `slots` are the sizes of the logits' axes. A formula without a sample index is `batched`: it is
    applied along the last axis of logits with any number of axes before that.
    """

    inputs: tuple[Input, ...]
    has_target: bool
    slots: tuple[str, ...]
    sizes: Mapping[str, int | None]

    @property
    def batched(self) -> bool:
        return len(self.slots) < 2

    @property
    def rows(self) -> str:
        """The size whose axis holds the samples, where a formula sums over one; else ""."""
        return self.slots[0] if len(self.slots) == 2 and self.slots[0] != self.slots[1] else ""

    @property
    def parameters(self) -> tuple[Input, ...]:
        """Those that are passed by name."""
        return self.inputs[1 + self.has_target :]

    def by_rows(self, names: frozenset[str]) -> Signature:
        """The same with these arrays given for each sample."""
        if not names:
            return self
        inputs = (replace(i, by_rows=i.name in names) for i in self.inputs)
        return replace(self, inputs=tuple(inputs))

    def given_by_rows(self, logits: Any, params: Mapping[str, Any]) -> frozenset[str]:
        """Which arrays are given for each sample: those with all axes of a batch of logits."""
        axes = np.ndim(logits)
        if not self.batched or axes < 2:
            return frozenset()
        arrays = (i.name for i in self.parameters if i.role == "array" and i.axes == self.slots)
        return frozenset(name for name in arrays if _axes(params.get(name)) == axes)


def signature(problem: Problem, logits: str, letters: frozenset[str]) -> Signature:
    """The arguments that the problem needs; `letters` are the indices that run over an axis."""
    found = {
        name: Input(name, "label", "label", (), size)
        for name, size in problem.indices.items()
        if name not in letters
    }
    for name, symbol in problem.symbols.items():
        size = problem.label_range.get(name, "") if symbol.kind == "label" else ""
        role: Role = "label" if size else "array" if symbol.axes else "scalar"
        found[name] = Input(name, role, symbol.kind, symbol.axes, size)
    first = found.pop(logits)
    first = Input(first.name, "logits", first.kind, first.axes)
    target = [i for i in found.values() if i.role == "label" or i.kind == "simplex"]
    # A positive t is a scale; signs of the logits' shape say which pairs belong together.
    target += [
        found[name] for name in ("t", "y") if name in found and found[name].kind != "positive"
    ]
    target += [i for i in found.values() if i.kind == "sign" and i.axes == first.axes]
    rest = [i for i in found.values() if i not in target[:1]]
    inputs = (first, *target[:1], *rest)
    return Signature(inputs, bool(target), first.axes, problem.sizes)


def bind(
    wanted: Signature, logits: ArrayLike, target: ArrayLike | None, params: Mapping[str, ArrayLike]
) -> list[Array]:
    """The arguments as arrays, checked, in the order of the inputs.

    Where the formula sums over samples, they may lie on any number of axes before the classes.
    A target keeps its floating type; other arrays of numbers get that of the logits.
    Raises TypeError for a wrong type or a missing or unknown argument, ValueError for a wrong shape
    or a value outside of what the formula was proved for.
    """
    names = [i.name for i in wanted.parameters]
    if unknown := sorted(set(params) - set(names)):
        raise TypeError(
            f"unknown argument {unknown[0]!r}; this loss takes {', '.join(names) or 'none'}"
        )
    given: dict[str, ArrayLike | None] = {name: params.get(name) for name in names}
    if wanted.has_target:
        given[wanted.inputs[1].name] = target
    elif target is not None:
        raise TypeError("this loss takes no target")
    if missing := [name for name, value in given.items() if value is None]:
        raise TypeError(f"missing argument {missing[0]!r}")
    first = as_logits(logits)
    shapes = Shapes(wanted, first)
    return [first, *(_checked(i, given[i.name], shapes) for i in wanted.inputs[1:])]


def as_logits(logits: ArrayLike) -> Array:
    """A floating array; whole numbers become float64. Raises TypeError for other types.

    longdouble and complex numbers pass: gradcheck asks for them.
    """
    array = unmasked(logits, "logits")
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if array.dtype.kind not in "fc":
        raise TypeError(f"logits of type {array.dtype}; convert them to float32 or float64")
    return array


def unmasked(values: Any, name: str) -> Array:
    """An array in the machine's order of bytes. Raises TypeError where some entries are masked."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise TypeError(f"{name} with masked entries; fill them, or leave them out")
    array = np.asarray(values)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def real(values: Any, name: str, shape: tuple[int, ...] | None = None) -> Array:
    """An array of real numbers, of this shape if one is given. Raises TypeError and ValueError."""
    array = unmasked(values, name)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} of type {array.dtype}; expected real numbers")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} of shape {array.shape}; expected {shape}")
    return array


class Shapes:
    """Which shape each argument has for these logits."""

    def __init__(self, call: Signature, logits: Array) -> None:
        self.call, self.logits = call, logits
        self.sizes = lengths(call, logits)
        self.before = logits.shape[: logits.ndim - min(len(call.slots), 1)]
        self.rows = self.before if call.batched else ()

    def learn(self, wanted: Input, array: Array) -> None:
        """The lengths that only this argument tells."""
        own = array.shape[max(array.ndim - len(wanted.axes), 0) :]
        for size, length in zip(wanted.axes, own, strict=False):
            self.sizes.setdefault(size, length)

    def of(self, axes: Sequence[str]) -> tuple[int, ...]:
        """The axes of samples in full, one number for every other axis."""
        found: list[int] = []
        for size in axes:
            found.extend(self.before if size == self.call.rows else (self.sizes.get(size, 0),))
        return tuple(found)

    def is_target(self, wanted: Input) -> bool:
        """Whether it is a target with a number for each class."""
        return self.call.has_target and wanted == self.call.inputs[1] and wanted.role == "array"

    def given(self, wanted: Input) -> tuple[int, ...]:
        """The shape in which a label or an array is passed."""
        by_rows = wanted.role == "label" or wanted.by_rows or self.is_target(wanted)
        return (*(self.rows if by_rows else ()), *self.of(wanted.axes))

    def aligned(self, wanted: Input) -> tuple[int, ...]:
        """The shape in which an array lines up with the logits, if all its axes are theirs."""
        places = placed(wanted.axes, self.call.slots)
        if places is None or wanted.by_rows or self.is_target(wanted):
            return self.given(wanted)
        slots = zip(self.call.slots, places, strict=True)
        axes = ((1,) if place is None else self.of((slot,)) for slot, place in slots)
        return tuple(itertools.chain.from_iterable(axes))


def lengths(wanted: Signature, logits: Array) -> dict[str, int]:
    """The length that each named size has for these logits."""
    axes = len(wanted.slots)
    if logits.ndim < axes or (axes > 1 and not wanted.rows and logits.ndim != axes):
        shape = ", ".join(wanted.slots)
        raise ValueError(f"logits of shape {logits.shape}; expected ({shape})")
    found = dict(zip(wanted.slots, logits.shape[logits.ndim - axes :], strict=True))
    if wanted.rows:
        found[wanted.rows] = math.prod(logits.shape[:-1])
    for size, length in found.items():
        if length == 0 and size == wanted.slots[-1]:
            raise ValueError("logits without classes")
        if wanted.sizes.get(size) not in (None, length):
            raise ValueError(f"{length} classes; this loss was declared for {wanted.sizes[size]}")
    return found


def _checked(wanted: Input, value: ArrayLike | None, shapes: Shapes) -> Array:
    array, call = unmasked(value, wanted.name), shapes.call
    shapes.learn(wanted, array)
    if wanted.role == "label":
        return _labels(wanted, array, shapes.given(wanted), shapes.sizes[wanted.size])[..., None]
    array = real(array, wanted.name)
    if not (shapes.is_target(wanted) and array.dtype.kind == "f"):
        array = array.astype(shapes.logits.real.dtype, copy=False)
    _check_kind(wanted, array)
    if wanted.role == "scalar":
        return _scalar(wanted, array, shapes.rows, bool(call.slots))
    return _array(wanted, array, shapes)


def _labels(wanted: Input, labels: Array, shape: tuple[int, ...], classes: int) -> Array:
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{wanted.name} of type {labels.dtype}; expected integer labels")
    if labels.shape != shape:
        raise ValueError(f"{wanted.name} of shape {labels.shape}; expected {shape}")
    if not in_range(labels, classes):
        extreme = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(f"{wanted.name} holds the label {extreme}; expected 0 to {classes - 1}")
    return labels.astype(np.intp, copy=False)


def in_range(labels: Array, classes: int) -> bool:
    """Whether all are from 0 to classes - 1."""
    # Seen as unsigned, a negative label is a large one: one look at each is enough.
    return not labels.size or bool(labels.view(f"u{labels.itemsize}").max() < classes)


def _scalar(wanted: Input, array: Array, rows: tuple[int, ...], has_classes: bool) -> Array:
    """One number for all, or one for each row."""
    if array.ndim == 0:
        return array
    if array.shape != rows:
        raise ValueError(f"{wanted.name} of shape {array.shape}; expected a number or shape {rows}")
    return array[..., None] if has_classes else array


def _array(wanted: Input, array: Array, shapes: Shapes) -> Array:
    """A target has the shape of the logits; other arrays have no axes but their own."""
    shape = shapes.given(wanted)
    if array.shape != shape:
        raise ValueError(f"{wanted.name} of shape {array.shape}; expected {shape}")
    return array.reshape(shapes.aligned(wanted))


def placed(sizes: Sequence[str], slots: Sequence[str]) -> tuple[int | None, ...] | None:
    """For each axis of the logits, which of the sizes it is, if any; None where one has no axis."""
    open_places = list(range(len(sizes)))
    places: list[int | None] = []
    for slot in slots:
        place = next((p for p in open_places if sizes[p] == slot), None)
        places.append(place)
        if place is not None:
            open_places.remove(place)
    return None if open_places else tuple(places)


def _check_kind(wanted: Input, array: Array) -> None:
    """What was declared and used in the proof holds for the numbers that are given."""
    rule = _KINDS.get(wanted.kind)
    if rule is None:
        return
    holds, words = rule
    right = holds(array)
    if not right.all():
        raise ValueError(f"{wanted.name} holds {array[~right].flat[0]!s}; expected {words}")
    if wanted.kind == "simplex":
        off = np.abs(array.sum(axis=-1) - 1)
        if off.size and off.max() > SIMPLEX_ROUNDINGS * np.finfo(array.dtype).eps:
            raise ValueError(f"{wanted.name} sums to 1 only within {off.max():.2g}")


SIMPLEX_ROUNDINGS = 1000
"""Targets count as summing to 1 within so many roundings of 1: those of a softmax over classes."""

_KINDS: dict[str, tuple[Callable[[Array], Array], str]] = {
    # A weight of 0 is the limit of the formulas, which are continuous there; T = 0 is not.
    "positive": (
        lambda a: (a > 0 if a.ndim == 0 else a >= 0) & np.isfinite(a),
        "positive numbers",
    ),
    "unit": (lambda a: (a > 0) & (a < 1), "numbers between 0 and 1"),
    "bit": (lambda a: (a == 0) | (a == 1), "0 or 1"),
    "sign": (lambda a: abs(a) == 1, "-1 or 1"),
    "simplex": (lambda a: a >= 0, "shares that sum to 1"),
}


def _axes(value: Any) -> int:
    """How many axes it has; None for something that was not given has none."""
    return np.ndim(value)
