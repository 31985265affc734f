"""One pass over one set of arrays: its blocks shared by threads, its sums kept apart."""

from __future__ import annotations

import functools
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from numeric.inputs import Array
from numeric.kernels.blocks import Buffers, Index, Layout, row_places
from numeric.kernels.jit import EVEN
from numeric.kernels.kernel import Extent, Pass
from numeric.kernels.loops import LANES, Compiled
from numeric.kernels.tame import reach, wild_rows

UFUNC_BUFFER = 512
"""Rows of at least so many entries are worked on in place; NumPy would copy them to its buffer."""


class Job(ABC):
    """What both kinds of a pass share. `values` are its arguments by name.

    Those with rows are (*rows, C) or (*rows, 1), or one number for all rows.
    """

    def __init__(
        self,
        work: Pass,
        extents: Mapping[str, Extent],
        values: Mapping[str, Any],
        outs: Mapping[str, Array],
        layout: Layout,
        dtype: np.dtype[Any],
    ) -> None:
        self.work, self.extents, self.outs = work, extents, outs
        self.layout, self.dtype = layout, dtype
        self.values = {name: self.shared(name, value) for name, value in values.items()}

    @abstractmethod
    def shared(self, name: str, value: Any) -> Any:
        """A value in the form in which every block gets it, or as it is if it is cut in blocks."""

    @abstractmethod
    def buffers(self) -> list[Array]:
        """What a thread has for itself."""

    @abstractmethod
    def one(self, index: Index, buffers: Sequence[Array]) -> tuple[Array, ...]:
        """One block: its outputs are written, its sums returned, (1, 1), (1, C) or as it lies."""

    def by_rows(self, name: str) -> bool:
        return self.extents[name].rows and bool(self.values[name].ndim)

    def sums(self, threads: int) -> list[Array]:
        """All blocks done; the sums over the rows that the pass finishes."""
        if not self.work.lines:
            return []
        blocks = list(enumerate(self.layout.blocks()))
        parts: list[tuple[Array, ...]] = [()] * len(blocks)
        queue = iter(blocks)

        def work() -> None:
            buffers = self.buffers()
            with np.errstate(all="ignore"):
                before = np.setbufsize(UFUNC_BUFFER)
                try:
                    for number, index in queue:
                        parts[number] = self.one(index, buffers)
                finally:
                    np.setbufsize(before)

        helpers = [_pool(threads).submit(work) for _ in range(1, min(threads, len(blocks)))]
        work()
        for helper in helpers:
            helper.result()
        return [self._summed(name, parts, at) for at, name in enumerate(self.work.sums)]

    def _summed(self, name: str, parts: Sequence[tuple[Array, ...]], at: int) -> Array:
        shape = (1, self.layout.classes if self.extents[name].classes else 1)
        if not parts:
            return np.zeros(shape, self.dtype)
        whole: Array = np.sum([part[at] for part in parts], axis=0)
        return whole.reshape(shape).astype(self.dtype)


class ArrayJob(Job):
    """With NumPy: a block is worked on in buffers, and stored.

    Full arguments are loaded into buffers of their own, but for those that can be read as they lie;
    the buffer that a result ends in is its own memory, where that lies as the block does.
    Where there is a function for tame rows, all rows go through it first, and those that turn out
    to be wild through the other one; the tame ones keep what they got, whatever the others are.
    """

    def __init__(
        self,
        functions: tuple[Callable[..., Any], Callable[..., Any] | None],
        needs: Buffers,
        *job: Any,
    ) -> None:
        self.function, self.tame = functions
        self.needs = needs
        super().__init__(*job)
        self.cut = [self.by_rows(name) for name in self.values]

    def shared(self, name: str, value: Any) -> Any:
        extent = self.extents[name]
        if extent.rows or isinstance(value, int):
            return value
        if value.dtype.kind == "f":
            value = value.astype(self.dtype, copy=False)
        return self.layout.lying(value.reshape(1, -1)) if extent.classes else value

    def buffers(self) -> list[Array]:
        size = self.layout.length * self.layout.classes
        held = self.needs.held if self.layout.in_place else range(self.needs.count)
        return [np.empty(size if at in held else 0, self.dtype) for at in range(self.needs.count)]

    def one(self, index: Index, buffers: Sequence[Array]) -> tuple[Array, ...]:
        layout, shape = self.layout, self.layout.shape(index)
        buffers = [*buffers]
        for name, at in self.needs.places.items():
            out = self.outs[name][index]
            if self.lies(out):
                buffers[at] = out.reshape(-1)
        made = self.made(index, shape, buffers)
        sums = len(self.work.sums)
        for name, result in zip(self.work.outputs, made[sums:], strict=True):
            out, seen = self.outs[name][index], layout.standing(result, shape)
            seen = seen if self.extents[name].classes else seen[..., 0]
            if not np.may_share_memory(out, seen):
                np.copyto(out, seen, casting="same_kind")
        rows = -1 - layout.axis
        return tuple(
            np.add.reduce(summand, axis=rows, dtype=np.float64, keepdims=True)
            for summand in made[:sums]
        )

    def given(
        self, index: Index, shape: tuple[int, ...], buffers: Sequence[Array]
    ) -> Sequence[Any]:
        """The arguments of a block."""
        found, own = [], iter(buffers)
        for (name, value), cut in zip(self.values.items(), self.cut, strict=True):
            block = value
            if self.extents[name].full:
                block = self.loaded(value[index], shape, next(own))
            elif cut:
                block = self.layout.lying(value[index].reshape(-1, 1))
                block = block.astype(self.dtype, copy=False) if block.dtype.kind == "f" else block
            found.append(block)
        return found

    def loaded(self, values: Array, shape: tuple[int, ...], buffer: Array) -> Array:
        """A block of a full argument: as it lies, or in a buffer."""
        count = math.prod(shape)
        if self.lies(values) and not self.needs.writes:
            return values.reshape(count, -1)
        block = self.layout.block(buffer, count)
        np.copyto(self.layout.standing(block, shape), values)
        return block

    def lies(self, values: Array) -> bool:
        """Whether it lies as a block does, rows first."""
        by_rows = self.layout.axis != 0 and values.flags.c_contiguous
        return by_rows and values.dtype == self.dtype

    def made(
        self, index: Index, shape: tuple[int, ...], buffers: Sequence[Array]
    ) -> Sequence[Array]:
        """The summands and the outputs of a block."""
        count, results = math.prod(shape), len(self.work.sums) + len(self.work.outputs)
        if self.tame is None:
            given = self.given(index, shape, buffers)
            return self.called(self.function, given, count, buffers)
        made = self.called(self.tame, self.given(index, shape, buffers), count, buffers)
        wild = wild_rows(made[results:], self.dtype)
        if wild is not None and wild.all():
            given = self.given(index, shape, buffers)
            return self.called(self.function, given, count, buffers)
        if wild is None:
            return made[:results]
        # What is one number for each row may be an argument itself, which is never written to.
        merged = [whole if whole.size > count else whole.copy() for whole in made[:results]]
        places, size = np.flatnonzero(wild), self.layout.rows_aside(self.needs, self.dtype)
        for chosen in (places[at : at + size] for at in range(0, len(places), size)):
            again = self.of_rows(index, shape, chosen)
            for whole, part in zip(merged, again, strict=True):
                self.layout.lying(whole)[chosen] = self.layout.lying(part)
        return merged

    def of_rows(self, index: Index, shape: tuple[int, ...], chosen: Array) -> Sequence[Array]:
        """What the function for all rows makes of some rows of a block, by their places in it."""
        count, given, places = len(chosen), [], np.unravel_index(chosen, shape)
        for value, cut in zip(self.values.values(), self.cut, strict=True):
            block = value
            if cut:
                kind = self.dtype if value.dtype.kind == "f" else value.dtype
                rows = value[index][places].reshape(count, -1)
                block = np.ascontiguousarray(self.layout.lying(rows), kind)
            given.append(block)
        size = count * self.layout.classes
        buffers = [np.empty(size, self.dtype) for _ in range(self.needs.count)]
        return self.called(self.function, given, count, buffers)

    def called(
        self,
        function: Callable[..., Any],
        given: Sequence[Any],
        count: int,
        buffers: Sequence[Array],
    ) -> Sequence[Array]:
        """What a function makes of so many rows."""
        axis, classes = self.layout.axis, self.layout.classes
        places = row_places(count, 1 if axis == 0 else classes, axis)
        scratch = [
            self.layout.block(buffer, count) if buffer.size else buffer for buffer in buffers
        ]
        step = count if axis == 0 else 1
        made: Sequence[Array] = function(*given, axis, -1 - axis, places, step, scratch)
        return made


class LoopJob(Job):
    """With compiled loops: they read and write the arrays themselves where those are contiguous."""

    def __init__(self, printed: Compiled, function: Callable[..., Any], *job: Any) -> None:
        self.printed, self.function = printed, function
        super().__init__(*job)
        limit = self.dtype.type(reach(self.dtype, self.layout.classes))
        self.limit = int(limit.view(f"i{limit.itemsize}"))

    def shared(self, name: str, value: Any) -> Any:
        extent = self.extents[name]
        if extent.rows:
            return value
        if extent.classes:
            return np.ascontiguousarray(value, self.dtype).reshape(-1)
        number = np.asarray(value).reshape(())
        # A label that all rows share stays whole; a size is a number like others.
        is_label = number.dtype.kind == "i" and not isinstance(value, int)
        return int(number) if is_label else self.dtype.type(number)

    def buffers(self) -> list[Array]:
        classes = self.layout.classes
        # Rows are filled up with zeros, which a sum may run over.
        shape = (classes, LANES) if self.layout.axis == 0 else (-(-classes // EVEN) * EVEN,)
        return [np.zeros(shape, self.dtype) for _ in range(self.printed.scratch)]

    def one(self, index: Index, buffers: Sequence[Array]) -> tuple[Array, ...]:
        shape = self.layout.shape(index)
        count = math.prod(shape)
        given = [self._given(name, index, count) for name in self.printed.arguments]
        summands = [np.empty(count, np.float64) for _ in self.work.sums]
        results, copied = [], []
        for name in self.work.outputs:
            out = result = self.outs[name][index]
            if not out.flags.c_contiguous or out.dtype != self.dtype:
                result = np.empty(out.shape, self.dtype)
                copied.append((out, result))
            results.append(result.reshape((count, -1) if self.extents[name].classes else count))
        limit = [self.limit] if self.printed.guarded else []
        self.function(count, self.layout.classes, *limit, *given, *buffers, *summands, *results)
        for out, result in copied:
            np.copyto(out, result, casting="same_kind")
        return tuple(summand.sum(keepdims=True)[None] for summand in summands)

    def _given(self, name: str, index: Index, count: int) -> Any:
        value = self.values[name]
        if not self.extents[name].rows:
            return value
        kind = self.dtype if value.dtype.kind == "f" else np.intp
        if not value.ndim:
            return np.full(count, value, kind)
        block = np.ascontiguousarray(value[index], kind)
        return block.reshape((count, -1) if self.extents[name].classes else count)


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="gradproof")


if hasattr(os, "register_at_fork"):
    # A forked process has its parent's pools, but not their threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)
