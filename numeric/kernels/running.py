"""Kernels at work: blocks of rows, one after the other or by several threads.

The blocks depend on the shape alone, each block's sums are kept apart until all are there, and a
row's numbers depend on nothing but the row: the results are the same for any number of threads.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from derive.errors import OutOfFragment
from numeric.inputs import Array
from numeric.kernels import jit
from numeric.kernels.blocked import Block, printed_block
from numeric.kernels.blocks import Buffers, Layout
from numeric.kernels.compiled import printed_rows
from numeric.kernels.jobs import ArrayJob, Job, LoopJob
from numeric.kernels.kernel import Extent, Kernel
from numeric.kernels.loops import Compiled
from numeric.programs.codegen import assignment, load_source, printed
from numeric.programs.program import Line, Size, reads


class Runner:
    """A kernel made ready: its passes as functions.

    `tame` is the same kernel for tame rows, where it has a form of its own for them.
    """

    def __init__(self, kernel: Kernel, tame: Kernel | None = None) -> None:
        self.kernel, self.tame_kernel = kernel, tame
        self.blocks = [_block(kernel, at, "of_rows") for at in range(len(kernel.passes))]
        self.tame_blocks = [_of_tame_rows(block, tame, at) for at, block in enumerate(self.blocks)]
        self.functions = [
            (block.load(), tame.load() if tame else None) for block, tame in self._both()
        ]
        self.between = [Scalars(work.first) for work in kernel.passes]
        self.last = Scalars(kernel.last)
        self.needs = [_needs(block, tame) for block, tame in self._both()]

    def _both(self) -> Iterator[tuple[Block, Block | None]]:
        """The blocks of each pass: for all rows, and for tame ones."""
        return zip(self.blocks, self.tame_blocks, strict=True)

    def _printed(self) -> Iterator[Block]:
        return (block for both in self._both() for block in both if block is not None)

    @property
    def source(self) -> str:
        """The functions of a block as they run: NumPy's, then the loops for numba if there are."""
        parts = ["# NumPy", *(block.source for block in self._printed())]
        for lanes, words in ((False, "a row at a time"), (True, "few classes, lanes of rows")):
            loops = self.loops(lanes)
            parts += [f"# numba, {words}", *(loop.source for loop in loops)] if loops else []
        return "\n\n".join(parts)

    @functools.cache  # noqa: B019 (a runner lives as long as its engine)
    def loops(self, lanes: bool) -> tuple[Compiled, ...] | None:
        """The passes as loops for numba; None where one of them has no such form."""
        try:
            return tuple(
                printed_rows(self.kernel, at, tame=self.tame_kernel if block else None, lanes=lanes)
                for at, block in enumerate(self.tame_blocks)
            )
        except OutOfFragment:
            return None

    @functools.cache  # noqa: B019
    def _compiled(self, lanes: bool, dtype: np.dtype[Any]) -> list[Callable[..., Any]]:
        return [jit.load(printed.source, dtype) for printed in self.loops(lanes) or ()]

    def run(
        self,
        arrays: Sequence[Array],
        outs: Mapping[str, Array],
        dtype: np.dtype[Any],
        threads: int,
        *,
        compiled: bool,
    ) -> dict[str, Any]:
        """The results without rows, by name; those with rows are written to `outs`.

        `arrays` are the arguments, with the rows on their leading axes, of any strides. What is
        computed has the type `dtype`, whatever the types of the arguments and of `outs`. `compiled`
        asks for loops by numba, where the program has them.
        """
        program, extents = self.kernel.program, self.kernel.extents
        logits, has_classes = arrays[0], extents[program.arguments[0]].classes
        rows = logits.shape[:-1] if has_classes else logits.shape
        classes = logits.shape[-1] if has_classes else 1
        values: dict[str, Any] = {}
        for name, array in zip(program.arguments, arrays, strict=True):
            values[name] = _leading(array, extents[name], has_classes, array is logits)
        sizes = {-1: classes, -2: math.prod(rows)}
        written = outs if rows else {name: out[None] for name, out in outs.items()}
        both = {**values, **written}
        full = [array for name, array in both.items() if extents[name].full]
        copied = sum(not _lies(array, dtype) for array in full) * classes * dtype.itemsize
        layout = Layout.of_loops(rows or (1,), classes, copied)
        compiled = compiled and self.loops(layout.axis == 0) is not None
        if not compiled:
            layout = Layout.of(rows or (1,), classes, self.needs, full, dtype)
        # Overflow of f - max(f) to -inf and 0/0 of an empty mean have their meaning.
        with np.errstate(all="ignore"):
            for at, work in enumerate(self.kernel.passes):
                values |= self.between[at](values, sizes)
                job = self._job(at, values, written, layout, dtype, compiled)
                values |= zip(work.sums, job.sums(threads), strict=True)
            values |= self.last(values, sizes)
        return {out.name: values[out.name] for out in program.outputs if out.name in values}

    def _job(
        self,
        at: int,
        values: Mapping[str, Any],
        outs: Mapping[str, Array],
        layout: Layout,
        dtype: np.dtype[Any],
        compiled: bool,
    ) -> Job:
        lanes = layout.axis == 0
        loops = self.loops(lanes) if compiled else None
        names = (self.blocks[at] if loops is None else loops[at]).arguments
        given = {name: values[name] for name in names}
        job = (self.kernel.passes[at], self.kernel.extents, given, outs, layout, dtype)
        if loops is None:
            return ArrayJob(self.functions[at], self.needs[at], *job)
        return LoopJob(loops[at], self._compiled(lanes, dtype)[at], *job)


def _block(kernel: Kernel, at: int, rows: str) -> Block:
    return printed_block(kernel, kernel.passes[at], f"{kernel.program.name}_{rows}{at or ''}")


def _needs(block: Block, tame: Block | None) -> Buffers:
    """The buffers of both forms; the places that they agree on."""
    other = tame or block
    count, writes = max(block.buffers, other.buffers), block.writes or other.writes
    places = dict(block.places.items() & other.places.items())
    held = (block.used | other.used) - {*places.values()}
    return Buffers(count, places, frozenset(range(count)) if writes else held, writes)


def _of_tame_rows(block: Block, tame: Kernel | None, at: int) -> Block | None:
    """A pass for tame rows, which returns the guards too; None if it has none."""
    if tame is None:
        return None
    guards = {name for pair in tame.program.guards for name in pair}
    if not guards or not guards <= {line.name for line in tame.passes[at].lines}:
        return None
    made = _block(tame, at, "of_tame_rows")
    return made if made.arguments == block.arguments else None


def _leading(array: Array, extent: Extent, has_classes: bool, is_logits: bool) -> Array:
    """(*rows, C) or (*rows, 1), one axis of rows at least; one number for all rows stays one."""
    if not extent.rows or not (array.ndim or is_logits):
        return array
    array = array if has_classes else array[..., None]
    return array if array.ndim > 1 else array[None]


def _lies(array: Array, dtype: np.dtype[Any]) -> bool:
    """Whether loops can work on the array itself."""
    return array.flags.c_contiguous and array.dtype == dtype


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
