"""An array program as a function: in blocks of rows where it works row by row, else as a whole."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from derive.errors import OutOfFragment
from numeric import codegen
from numeric.how import COMPILED, How
from numeric.inputs import Array, Signature
from numeric.kernel import kernel
from numeric.program import Program
from numeric.running import Runner
from numeric.wide import Wide


class Function:
    """A program, ready to be called. `source` is the program itself, for whole arrays."""

    def __init__(self, program: Program, call: Signature, about: str) -> None:
        self.program, self.call, self._about = program, call, about

    @functools.cached_property
    def source(self) -> str:
        """The array program in NumPy source."""
        return codegen.source(self.program, self._about)

    @functools.cached_property
    def plain(self) -> Callable[..., Any]:
        """The same as a function of whole arrays."""
        return codegen.load_source(self.program.name, self.source)

    @functools.cached_property
    def runner(self) -> Runner | None:
        """The program in blocks of rows; None where it does not work row by row."""
        try:
            return Runner(kernel(self.program, self.call))
        except OutOfFragment:
            return None

    @functools.cached_property
    def wide(self) -> Wide | None:
        """The program in blocks of rows of a result with an axis more; None for another."""
        try:
            return Wide(self.program, self.call)
        except OutOfFragment:
            return None

    def __call__(
        self, arrays: Sequence[Array], shapes: Mapping[str, tuple[int, ...]], how: How
    ) -> tuple[Any, ...]:
        """The results, each of its shape and of the type of the logits; numbers where it is ().

        `arrays` as `numeric.inputs.bind` makes them.
        """
        outs = how.outputs(shapes, arrays)
        kind = how.computed(arrays[0].dtype)
        if kind.type in COMPILED and self.runner is not None:
            compiled = how.compiled(arrays[0])
            made = self.runner.run(arrays, outs, kind, how.workers, compiled=compiled)
        elif self.wide is not None and all(out.flags.c_contiguous for out in outs.values()):
            made = {}
            self._in_blocks(self.wide, arrays, kind, list(outs.values()))
        else:
            made = self._whole(arrays, kind)
        for name, result in made.items():
            out, array = outs[name], np.asarray(result)
            array = array.reshape(out.shape) if array.size == out.size else array
            with np.errstate(all="ignore"):
                np.copyto(out, array, casting="unsafe")
        return tuple(out if out.ndim else out[()] for out in outs.values())

    def _in_blocks(
        self, wide: Wide, arrays: Sequence[Array], kind: np.dtype[Any], outs: Sequence[Array]
    ) -> None:
        """The program in blocks of rows, samples on one axis, everything of one type."""
        before = arrays[0].shape[:-1]
        flat = [
            array.reshape(-1, array.shape[-1])
            if array.ndim == arrays[0].ndim and array.shape[:-1] == before
            else array
            for array in arrays
        ]
        rows = len(flat[0])
        with np.errstate(all="ignore"):
            wide.write(
                _cast(flat, kind), [out.reshape(rows, *out.shape[len(before) :]) for out in outs]
            )

    def _whole(self, arrays: Sequence[Array], kind: np.dtype[Any]) -> dict[str, Any]:
        """The program on whole arrays, samples on one axis, everything of one type."""
        flat = [
            array.reshape(-1, array.shape[-1]) if self.call.rows and array.ndim > 2 else array
            for array in arrays
        ]
        # Overflow of f - max(f) to -inf and 0/0 of an empty mean have their meaning.
        with np.errstate(all="ignore"):
            made = self.plain(*_cast(flat, kind))
        names = [out.name for out in self.program.outputs]
        return dict(zip(names, made if isinstance(made, tuple) else (made,), strict=True))


def _cast(arrays: Sequence[Array], kind: np.dtype[Any]) -> list[Array]:
    """The arrays in the type that is computed in; the logits may be complex, nothing else is."""
    real = np.zeros((), kind).real.dtype
    return [
        array.astype(real if at else kind, copy=False) if array.dtype.kind in "fc" else array
        for at, array in enumerate(arrays)
    ]
