"""Kernels at work: blocks of rows, one after the other or by several threads.

The blocks depend on the shape alone, each block's sums are kept apart until all are there, and a
row's numbers depend on nothing but the row: the results are the same for any number of threads.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.blocked import printed_block
from numeric.codegen import assignment, load_source, printed
from numeric.inputs import Array
from numeric.kernel import Extent, Kernel, Pass, reads
from numeric.program import Line, Size

BLOCK_BYTES = 1 << 20
"""What the buffers of one thread may hold, input included: half of a common second-level cache."""
FEW_CLASSES = 48
"""Up to so many classes, a block has its classes first: loops over the rows are the longer ones."""
SHARED_ELEMENTS = 1 << 16
"""More entries than this are worth at least four blocks, so that threads can share them."""
UFUNC_BUFFER = 512
"""Rows of at least so many entries are worked on in place; NumPy would copy them to its buffer."""

Index = tuple[int | slice, ...]


@dataclass(frozen=True)
class Layout:
    """How an array of rows is cut and how a block lies: classes first if they are few."""

    rows: tuple[int, ...]
    classes: int
    length: int

    @classmethod
    def of(cls, rows: tuple[int, ...], classes: int, bytes_of_row: int) -> Layout:
        """Blocks of so many rows as BLOCK_BYTES has room for, one at least."""
        count, length = math.prod(rows), max(1, BLOCK_BYTES // max(1, bytes_of_row))
        if count * classes > SHARED_ELEMENTS:
            length = min(length, max(-(-count // 4), SHARED_ELEMENTS // (4 * classes), 1))
        return cls(rows, classes, length)

    @property
    def axis(self) -> int:
        """Where a block has its classes."""
        return 0 if self.classes <= FEW_CLASSES else -1

    def blocks(self) -> Iterator[Index]:
        """The index of each block among the rows: whole numbers, then a slice of one axis."""
        split, inner = 0, self.rows[1:]
        while math.prod(inner) > self.length:
            split, inner = split + 1, inner[1:]
        step = max(1, self.length // max(1, math.prod(inner)))
        for leading in itertools.product(*map(range, self.rows[:split])):
            for start in range(0, self.rows[split], step):
                yield (*leading, slice(start, start + step))

    def lying(self, values: Array) -> Array:
        """(B, 1), (1, C) or (B, C) as a block lies."""
        return values.T if self.axis == 0 else values

    def standing(self, block: Array, shape: tuple[int, ...]) -> Array:
        """A block (of any extent) seen with the axes (*shape, its classes)."""
        if self.axis == 0:
            return np.moveaxis(block.reshape(-1, *shape), 0, -1)
        return block.reshape(*shape, -1)


class Runner:
    """A kernel made ready: its passes as functions."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        name = kernel.program.name
        self.blocks = [
            printed_block(kernel, work, f"{name}_of_rows{at or ''}")
            for at, work in enumerate(kernel.passes)
        ]
        self.functions = [block.load() for block in self.blocks]
        self.between = [Scalars(work.first) for work in kernel.passes]
        self.last = Scalars(kernel.last)
        self.buffers = max(
            sum(kernel.extents[n].full for n in block.arguments) + block.scratch
            for block in self.blocks
        )

    @property
    def source(self) -> str:
        """The functions of a block, as they run."""
        return "\n\n".join(block.source for block in self.blocks)

    def run(
        self, arrays: Sequence[Array], outs: Mapping[str, Array], dtype: np.dtype[Any], threads: int
    ) -> dict[str, Any]:
        """The results without rows, by name; those with rows are written to `outs`.

        `arrays` are the arguments, with the rows on their leading axes, of any strides. What is
        computed has the type `dtype`, whatever the types of the arguments and of `outs`.
        """
        program, extents = self.kernel.program, self.kernel.extents
        logits, has_classes = arrays[0], extents[program.arguments[0]].classes
        rows = logits.shape[:-1] if has_classes else logits.shape
        classes = logits.shape[-1] if has_classes else 1
        layout = Layout.of(rows or (1,), classes, self.buffers * classes * dtype.itemsize)
        values: dict[str, Any] = {}
        for name, array in zip(program.arguments, arrays, strict=True):
            values[name] = _leading(array, extents[name], has_classes, array is logits)
        sizes = {-1: classes, -2: math.prod(rows)}
        written = outs if rows else {name: out[None] for name, out in outs.items()}
        # Overflow of f - max(f) to -inf and 0/0 of an empty mean have their meaning.
        with np.errstate(all="ignore"):
            for at, work in enumerate(self.kernel.passes):
                values |= self.between[at](values, sizes)
                job = _Job(self, at, values, written, layout, dtype)
                values |= zip(work.sums, job.sums(threads), strict=True)
            values |= self.last(values, sizes)
        return {out.name: values[out.name] for out in program.outputs if out.name in values}


def _leading(array: Array, extent: Extent, has_classes: bool, is_logits: bool) -> Array:
    """(*rows, C) or (*rows, 1), one axis of rows at least; one number for all rows stays one."""
    if not extent.rows or not (array.ndim or is_logits):
        return array
    array = array if has_classes else array[..., None]
    return array if array.ndim > 1 else array[None]


class Scalars:
    """Lines without rows, as one function; sizes are looked up."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.sizes = {line.name: line.op.axis for line in lines if isinstance(line.op, Size)}
        made = [line for line in lines if line.name not in self.sizes]
        names = [line.name for line in made]
        used = frozenset[str]().union(*map(reads, made)) - set(names)
        self.names, self.arguments = names, sorted(used)
        body = [assignment(line.name, printed(line.op)) for line in made]
        shown = "\n".join((*body, f"return ({''.join(f'{name}, ' for name in names)})"))
        head = f"def scalars({', '.join(self.arguments)}):\n"
        self.source = head + "".join(f"    {line}\n" for line in shown.split("\n"))
        self.function = load_source("scalars", self.source)

    def __call__(self, values: Mapping[str, Any], sizes: Mapping[int, int]) -> dict[str, Any]:
        known = {**values, **{name: sizes[axis] for name, axis in self.sizes.items()}}
        made = self.function(*(known[name] for name in self.arguments))
        return {**{n: known[n] for n in self.sizes}, **dict(zip(self.names, made, strict=True))}


class _Job:
    """One pass over one set of arrays."""

    def __init__(
        self,
        runner: Runner,
        at: int,
        values: Mapping[str, Any],
        outs: Mapping[str, Array],
        layout: Layout,
        dtype: np.dtype[Any],
    ) -> None:
        self.block, self.function = runner.blocks[at], runner.functions[at]
        self.work: Pass = runner.kernel.passes[at]
        self.extents = runner.kernel.extents
        self.layout, self.dtype, self.outs = layout, dtype, outs
        self.values = {name: self._shared(name, values[name]) for name in self.block.arguments}
        self.wide = [name for name in self.block.arguments if self.extents[name].full]

    def _shared(self, name: str, value: Any) -> Any:
        """What every block gets as it is: numbers and arrays over the classes, of one type."""
        extent = self.extents[name]
        if extent.rows or isinstance(value, int):
            return value
        if value.dtype.kind == "f":
            value = value.astype(self.dtype, copy=False)
        return self.layout.lying(value.reshape(1, -1)) if extent.classes else value

    def sums(self, threads: int) -> list[Array]:
        """All blocks done; the sums over the rows that the pass finishes."""
        if not self.work.lines:
            return []
        blocks = list(enumerate(self.layout.blocks()))
        parts: list[tuple[Array, ...]] = [()] * len(blocks)
        queue = iter(blocks)

        def work() -> None:
            buffers = self._buffers()
            with np.errstate(all="ignore"):
                before = np.setbufsize(UFUNC_BUFFER)
                try:
                    for number, index in queue:
                        parts[number] = self._one(index, buffers)
                finally:
                    np.setbufsize(before)

        workers = min(threads, len(blocks))
        helpers = [_pool(threads).submit(work) for _ in range(1, workers)]
        work()
        for helper in helpers:
            helper.result()
        return [self._summed(name, parts, at) for at, name in enumerate(self.work.sums)]

    def _summed(self, name: str, parts: Sequence[tuple[Array, ...]], at: int) -> Array:
        extent = self.extents[name]
        shape = (1, self.layout.classes) if extent.classes else (1, 1)
        if not parts:
            return np.zeros(shape, self.dtype)
        whole = np.sum([part[at] for part in parts], axis=0)
        return self.layout.lying(whole).reshape(shape).astype(self.dtype)

    def _buffers(self) -> list[Array]:
        size = self.layout.length * self.layout.classes
        return [np.empty(size, self.dtype) for _ in range(len(self.wide) + self.block.scratch)]

    def _one(self, index: Index, buffers: Sequence[Array]) -> tuple[Array, ...]:
        """One block: its outputs are written, its sums returned."""
        layout, few = self.layout, self.layout.axis == 0
        shape = self.values[self.wide[0]][index].shape[:-1] if self.wide else None
        if shape is None:
            shape = next(v for n, v in self.values.items() if self._by_rows(n))[index].shape[:-1]
        count, classes = math.prod(shape), layout.classes
        flat = (classes, count) if few else (count, classes)
        buffered = [buffer[: count * classes].reshape(flat) for buffer in buffers]
        given = []
        for name, value in self.values.items():
            if name in self.wide:
                block = buffered[self.wide.index(name)]
                np.copyto(layout.standing(block, shape), value[index])
            elif self._by_rows(name):
                block = layout.lying(value[index].reshape(-1, 1))
                block = block.astype(self.dtype, copy=False) if block.dtype.kind == "f" else block
            else:
                block = value
            given.append(block)
        places = _row_places(count, 1 if few else classes, few)
        step = count if few else 1
        made = self.function(
            *given, layout.axis, -1 - layout.axis, places, step, buffered[len(self.wide) :]
        )
        sums = len(self.work.sums)
        for name, result in zip(self.work.outputs, made[sums:], strict=True):
            seen = layout.standing(result, shape)
            seen = seen if self.extents[name].classes else seen[..., 0]
            np.copyto(self.outs[name][index], seen, casting="same_kind")
        return made[:sums]

    def _by_rows(self, name: str) -> bool:
        return self.extents[name].rows and bool(self.values[name].ndim)


@functools.lru_cache(maxsize=16)
def _row_places(count: int, step: int, few: bool) -> Array:
    """Where each row of a block starts: row-first blocks in steps of the classes."""
    places = np.arange(count) * step
    return places[None] if few else places[:, None]


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="gradproof")
