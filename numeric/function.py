"""An array program as a function: in blocks of rows where it works row by row, else as a whole."""

from __future__ import annotations

import functools
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derive.errors import OutOfFragment
from numeric.how import COMPILED, How
from numeric.inputs import Array, Signature
from numeric.kernels.kernel import kernel
from numeric.kernels.running import Runner
from numeric.kernels.wide import Wide
from numeric.programs import codegen
from numeric.programs.program import Program

_TAME = "\n\nFor tame rows: all logits so near 0 that their exponentials need no shift."


class Function:
    """A program, ready to be called. `tame` is the same for tame rows, if it differs."""

    def __init__(
        self, program: Program, call: Signature, about: str, tame: Program | None = None
    ) -> None:
        self.program, self.call, self._about = program, call, about
        self.tame = tame if tame is not None and tame.unshifted else None
        self._numba_failed = False

    @functools.cached_property
    def source(self) -> str:
        """The array programs in NumPy source."""
        made = codegen.source(self.program, self._about)
        if self.tame is None:
            return made
        tame = replace(self.tame, name=f"{self.tame.name}_of_tame")
        return f"{made}\n\n{codegen.source(tame, self._about + _TAME)}"

    @functools.cached_property
    def plain(self) -> Callable[..., Any]:
        """The program as a function of whole arrays."""
        return codegen.load_source(self.program.name, codegen.source(self.program, self._about))

    @functools.cached_property
    def runner(self) -> Runner | None:
        """The program in blocks of rows; None where it does not work row by row."""
        try:
            tame = None if self.tame is None else kernel(self.tame, self.call)
            return Runner(kernel(self.program, self.call), tame)
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
            made = self._by_rows(self.runner, arrays, outs, kind, how)
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

    def _by_rows(
        self,
        runner: Runner,
        arrays: Sequence[Array],
        outs: Mapping[str, Array],
        kind: np.dtype[Any],
        how: How,
    ) -> dict[str, Any]:
        """By numba's loops, where they are asked for; by NumPy if numba fails, with a warning."""
        if how.compiled(arrays[0]) and not self._numba_failed:
            try:
                return runner.run(arrays, outs, kind, how.workers, compiled=True)
            except Exception as error:
                if not _of_numba(error):
                    raise
                self._numba_failed = True
                why = str(error).strip().partition("\n")[0]
                words = f"numba fails here, and NumPy runs instead: {type(error).__name__}: {why}"
                warnings.warn(words, RuntimeWarning, stacklevel=2)
        return runner.run(arrays, outs, kind, how.workers, compiled=False)

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


def _of_numba(error: Exception) -> bool:
    """Whether the error comes out of numba, or of importing it."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    names = (str(frame.f_globals.get("__name__", "")) for frame in frames)
    found = any(name.partition(".")[0] in ("numba", "llvmlite") for name in names)
    return found or isinstance(error, ImportError)
