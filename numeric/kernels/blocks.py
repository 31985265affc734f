"""Blocks of rows: where an array is cut and how a block lies in its buffer."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.inputs import Array

BLOCK_BYTES = 7 << 19
"""What one thread may hold besides what is given to it."""
REACHED_BYTES = 1 << 23
"""What one thread may work on at a time, what is given to it included: more than a second-level
cache, so that threads spend little of their time waiting for each other between two operations."""
ROW_VALUES = 16
"""About how many numbers a row takes besides its logits: its label, its sums, their places."""
FEW_CLASSES = 48
"""Up to so many classes, a block has its classes first: loops over the rows are the longer ones."""
FEW_IN_ROWS = 8
"""Up to so many if the arrays have their rows in one piece: to turn them round costs more."""
SHARED_ELEMENTS = 1 << 16
"""More entries than this are worth at least four blocks, so that threads can share them."""
SHARES = 16
"""So many blocks are enough for threads to share, where a block needs no buffers."""
LONGEST_BLOCK = 1 << 17
"""Rows of a block that needs no buffers: it has a number for each of them."""

Index = tuple[int | slice, ...]


@dataclass(frozen=True)
class Buffers:
    """How many buffers the functions of a pass need, and the `places` that full results end in.

    `held` are those that are still needed where full arguments and results are used as they lie.
    `writes` says whether entries of an argument are replaced meanwhile, so that it is to be loaded.
    """

    count: int
    places: Mapping[str, int]
    held: frozenset[int]
    writes: bool


@dataclass(frozen=True)
class Layout:
    """How an array of rows is cut and how a block lies: its classes on the first `axis`, or last.

    `in_place` says that blocks are worked on where their rows lie.
    """

    rows: tuple[int, ...]
    classes: int
    length: int
    axis: int
    in_place: bool = False

    @classmethod
    def of(
        cls,
        rows: tuple[int, ...],
        classes: int,
        needs: Sequence[Buffers],
        arrays: Sequence[Array],
        kind: np.dtype[Any],
    ) -> Layout:
        """Blocks of so many rows as there is room for, one at least; an even number of them.

        Two threads, or four, then have the same number each. `arrays` are the full arguments and
        results.
        """
        in_rows = all(array.flags.c_contiguous for array in arrays)
        axis = 0 if classes <= (FEW_IN_ROWS if in_rows else FEW_CLASSES) else -1
        in_place = axis < 0 and in_rows and all(array.dtype == kind for array in arrays)
        most = max(need.count for need in needs)
        held = max(len(need.held) for need in needs) if in_place else most
        length = min(
            room // ((buffers * classes + ROW_VALUES) * kind.itemsize)
            for room, buffers in ((BLOCK_BYTES, held), (REACHED_BYTES, most))
        )
        count, length = math.prod(rows), max(1, length)
        if count * classes > SHARED_ELEMENTS:
            blocks = max(4, -(-count // (2 * length)) * 2)
            least = max(SHARED_ELEMENTS // (4 * classes), 1)
            length = min(length, max(-(-count // blocks), least))
        return cls(rows, classes, length, axis, in_place)

    @classmethod
    def of_loops(cls, rows: tuple[int, ...], classes: int, copied: int) -> Layout:
        """For compiled loops: SHARES blocks, or more if they would be long, or fewer if small.

        `copied` is how much of a row, in bytes, has to be copied because it lies in no such way.
        """
        least = SHARED_ELEMENTS // (4 * max(1, classes))
        longest = max(1, min(LONGEST_BLOCK, BLOCK_BYTES // copied)) if copied else LONGEST_BLOCK
        length = max(1, least, -(-math.prod(rows) // SHARES))
        return cls(rows, classes, min(length, longest), 0 if classes <= FEW_CLASSES else -1)

    def rows_aside(self, needs: Buffers, kind: np.dtype[Any]) -> int:
        """How many rows may be computed once more besides a block: an eighth of its memory."""
        row = 2 * needs.count * self.classes + ROW_VALUES
        return max(1, BLOCK_BYTES // (8 * row * kind.itemsize))

    def blocks(self) -> Iterator[Index]:
        """The index of each block among the rows: whole numbers, then a slice of one axis."""
        if not math.prod(self.rows):
            return
        split, inner = 0, self.rows[1:]
        while math.prod(inner) > self.length:
            split, inner = split + 1, inner[1:]
        step = max(1, self.length // max(1, math.prod(inner)))
        for leading in itertools.product(*map(range, self.rows[:split])):
            for start in range(0, self.rows[split], step):
                yield (*leading, slice(start, start + step))

    def shape(self, index: Index) -> tuple[int, ...]:
        """The rows of a block."""
        cut = index[-1]
        assert isinstance(cut, slice)
        split = len(index) - 1
        return (len(range(self.rows[split])[cut]), *self.rows[split + 1 :])

    def block(self, buffer: Array, count: int) -> Array:
        """So many rows in a flat buffer."""
        values = buffer[: count * self.classes]
        return values.reshape((self.classes, count) if self.axis == 0 else (count, self.classes))

    def lying(self, values: Array) -> Array:
        """(B, 1), (1, C) or (B, C) as a block lies."""
        return values.T if self.axis == 0 else values

    def standing(self, block: Array, shape: tuple[int, ...]) -> Array:
        """A block (of any extent) seen with the axes (*shape, its classes)."""
        if len(shape) == 1:
            return self.lying(block)
        if self.axis == 0:
            return np.moveaxis(block.reshape(-1, *shape), 0, -1)
        return block.reshape(*shape, -1)


@functools.lru_cache(maxsize=16)
def row_places(count: int, step: int, axis: int) -> Array:
    """Where each row of a block starts, in a flat block: every `step` entries."""
    places = np.arange(count) * step
    return places[None] if axis == 0 else places[:, None]
