"""Blocks of rows: where an array is cut and how a block lies in its buffer."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from numeric.inputs import Array

BLOCK_BYTES = 7 << 19
"""What one thread may hold: more than a second-level cache, so that threads spend little of their
time waiting for each other between two operations of NumPy's."""
ROW_VALUES = 16
"""About how many numbers a row takes besides its logits: its label, its sums, their places."""
FEW_CLASSES = 48
"""Up to so many classes, a block has its classes first: loops over the rows are the longer ones."""
SHARED_ELEMENTS = 1 << 16
"""More entries than this are worth at least four blocks, so that threads can share them."""
SHARES = 16
"""So many blocks are enough for threads to share, where a block needs no buffers."""
LONGEST_BLOCK = 1 << 17
"""Rows of a block that needs no buffers: it has a number for each of them."""

Index = tuple[int | slice, ...]


@dataclass(frozen=True)
class Layout:
    """How an array of rows is cut and how a block lies: classes first if they are few."""

    rows: tuple[int, ...]
    classes: int
    length: int

    @classmethod
    def of(cls, rows: tuple[int, ...], classes: int, buffers: int, itemsize: int) -> Layout:
        """Blocks of so many rows as BLOCK_BYTES has room for, one at least; an even number of them.

        Two threads, or four, then have the same number each.
        """
        count = math.prod(rows)
        length = max(1, BLOCK_BYTES // ((buffers * classes + ROW_VALUES) * itemsize))
        if count * classes > SHARED_ELEMENTS:
            blocks = max(4, -(-count // (2 * length)) * 2)
            least = max(SHARED_ELEMENTS // (4 * classes), 1)
            length = min(length, max(-(-count // blocks), least))
        return cls(rows, classes, length)

    @classmethod
    def without_buffers(cls, rows: tuple[int, ...], classes: int) -> Layout:
        """SHARES blocks, or more with LONGEST_BLOCK rows, or fewer if they would be small."""
        least = SHARED_ELEMENTS // (4 * max(1, classes))
        length = max(1, least, -(-math.prod(rows) // SHARES))
        return cls(rows, classes, min(length, LONGEST_BLOCK))

    @functools.cached_property
    def axis(self) -> int:
        """Where a block has its classes."""
        return 0 if self.classes <= FEW_CLASSES else -1

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
