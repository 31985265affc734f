"""Programs whose result has an axis more than the logits, such as the Hessian's (..., C, C).

What fits the logits is computed once, for all rows; the lines with the further axis are run for a
few rows at a time and written to where the result is wanted. So a Hessian needs no more memory than
itself and a block; one sample's (C, C) is never parted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derive.errors import OutOfFragment
from derive.syntax import walk
from numeric.inputs import Array, Signature
from numeric.kernels.kernel import of_arguments
from numeric.programs import codegen
from numeric.programs.program import Arange, Floor, Fold, Line, Output, Program, Size, View, reads

BLOCK = 1 << 20
"""Bytes of a block of the result; its lines need a few of these."""


class Wide:
    """A program in two: the narrow lines, once, and the wide ones, in blocks of rows.

    Raises OutOfFragment for a program of which a result is not wide.
    """

    def __init__(self, program: Program, call: Signature) -> None:
        wide = _wide_lines(program, len(call.slots))
        if not call.slots or len(set(call.slots)) < len(call.slots):
            raise OutOfFragment("other axes than rows and classes")
        if not all(out.name in wide for out in program.outputs):
            raise OutOfFragment("no axis more than the logits")
        narrow = tuple(line for line in program.lines if line.name not in wide)
        rest = tuple(line for line in program.lines if line.name in wide)
        used = frozenset[str]().union(*map(reads, rest))
        made = tuple(line.name for line in narrow if line.name in used)
        self._given = tuple(name for name in program.arguments if name in used) + made
        handed = tuple(Output(name, 0) for name in made)
        self._arguments = program.arguments
        self._made = made
        self._rows = _with_rows(program, call, narrow)
        self._once = codegen.load(replace(program, lines=narrow, outputs=handed), "The narrow.")
        self._block = codegen.load(replace(program, lines=rest, arguments=self._given), "The wide.")

    def write(self, arrays: Sequence[Array], outs: Sequence[Array]) -> None:
        """The results, written to `outs` (R, ..., C): `arrays` have their R rows on one axis."""
        values = dict(zip(self._arguments, arrays, strict=True))
        values |= zip(self._made, _tuple(self._once(*arrays)), strict=bool(self._made))
        entries = max(math.prod(outs[0].shape[1:]), 1)
        step = max(1, BLOCK // (entries * arrays[0].itemsize))
        for first in range(0, len(arrays[0]), step):
            rows = slice(first, first + step)
            block = self._block(*(self._part(name, values[name], rows) for name in self._given))
            for out, result in zip(outs, _tuple(block), strict=True):
                np.copyto(out[rows], result, casting="unsafe")

    def _part(self, name: str, value: Any, rows: slice) -> Any:
        """Of what has rows, some; a number for all rows stays one."""
        return value[rows] if name in self._rows and np.ndim(value) else value


def _tuple(made: Any) -> tuple[Any, ...]:
    return made if isinstance(made, tuple) else (made,)


def _wide_lines(program: Program, axes: int) -> frozenset[str]:
    """The lines that have more axes than these, or that use one that does."""
    wide: set[str] = set()
    for line in program.lines:
        if reads(line) & wide or any(len(view.axes) > axes for view in _views(line)):
            wide.add(line.name)
    return frozenset(wide)


def _views(line: Line) -> list[View]:
    expr = getattr(line.op, "expr", None)
    return [] if expr is None else [part for part in walk(expr) if isinstance(part, View)]


def _with_rows(program: Program, call: Signature, lines: Sequence[Line]) -> frozenset[str]:
    """The arguments and lines that have an entry for each row."""
    extents = dict(zip(program.arguments, of_arguments(call), strict=False))
    rows = {name for name in program.arguments if name not in extents or extents[name].rows}
    for line in lines:
        over_rows = isinstance(line.op, Fold) and line.op.axis == -2 and not call.batched
        if isinstance(line.op, Arange | Size) or over_rows:
            continue
        like = {line.op.like} if isinstance(line.op, Floor) else set()
        if (reads(line) - like) & rows:
            rows.add(line.name)
    return frozenset(rows)
