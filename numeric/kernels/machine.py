"""What compiled loops tell the machine besides what to compute; it changes no result.

`wide` asks for the widest vectors that the processor has: LLVM prefers half of them on processors
with AVX-512, which the exponentials of a softmax are slower with. `read_ahead` and `write_ahead`
ask for a line of memory that is needed soon: the processor foresees a stream by itself, but not
across the arithmetic of a whole row. `square` copies a square of a matrix to its transpose in the
registers of vectors: by loops, entry for entry, that takes twice as long. Numba has no words for
any of them, LLVM has (the function attribute "prefer-vector-width", the intrinsic llvm.prefetch,
the instruction shufflevector).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Generated = tuple[Any, Callable[..., Any]]
_PREFETCH = "llvm.prefetch.p0i8"
_KEEP, _DATA = 3, 1
"""In all levels of the cache; data, not instructions."""
SIDE = 4
"""The rows and columns of a square that is transposed at once."""


@functools.cache
def wide() -> Any:
    """A function of nothing for compiled code: wide vectors, in the function that calls it."""
    from numba import types
    from numba.extending import intrinsic

    def compiled(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # llvmlite admits by name the attributes that it knows; this one is written as LLVM reads it
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    def ask(typing: Any) -> Generated:
        return types.void(), compiled

    return intrinsic(ask)


@functools.cache
def prefetch(*, write: bool) -> Any:
    """A function for compiled code of an array in one piece and the flat place of an entry."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    number, byte = ir.IntType(32), ir.IntType(8).as_pointer()

    def compiled(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        entry = builder.bitcast(builder.gep(array.data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.globals.get(_PREFETCH)
        function = function or ir.Function(builder.module, kind, _PREFETCH)
        builder.call(function, [entry, number(int(write)), number(_KEEP), number(_DATA)])
        return context.get_dummy_value()

    def ask(typing: Any, array: Any, place: Any) -> Generated:
        return types.void(array, types.intp), compiled

    return intrinsic(ask)


@functools.cache
def square() -> Any:
    """target[k, r] = source[r, k] for r, k < SIDE, of two arrays in one piece.

    A function for compiled code: of each array, the flat place of the square's first entry and the
    number of entries from a row to the next. The square must lie inside both.
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def compiled(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def rows(of: int) -> list[Any]:
            array = context.make_array(signature.args[of])(context, builder, arguments[of])
            vector = ir.VectorType(array.data.type.pointee, SIDE).as_pointer()
            place, found = arguments[of + 1], []
            for _ in range(SIDE):
                found.append(builder.bitcast(builder.gep(array.data, [place]), vector))
                place = builder.add(place, arguments[of + 2])
            return found

        entry = signature.args[0].dtype.bitwidth // 8
        turned = _transposed(builder, [builder.load(row, align=entry) for row in rows(of=0)])
        for row, place in zip(turned, rows(of=3), strict=True):
            builder.store(row, place, align=entry)
        return context.get_dummy_value()

    def ask(
        typing: Any, source: Any, at: Any, step: Any, target: Any, to: Any, by: Any
    ) -> Generated:
        size = types.intp
        return types.void(source, size, size, target, size, size), compiled

    return intrinsic(ask)


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """The columns of a square of vectors: blocks of 1, then of 2, are swapped off the diagonal."""
    from llvmlite import ir

    def chosen(first: Any, second: Any, places: list[int]) -> Any:
        kind = ir.VectorType(ir.IntType(32), SIDE)
        return builder.shuffle_vector(first, second, ir.Constant(kind, places))

    step = 1
    while step < SIDE:
        made = list(rows)
        for at in (at for at in range(SIDE) if not at & step):
            pair = rows[at], rows[at | step]
            above = [k ^ step | SIDE if k & step else k for k in range(SIDE)]
            below = [k | SIDE if k & step else k | step for k in range(SIDE)]
            made[at], made[at | step] = chosen(*pair, above), chosen(*pair, below)
        rows, step = made, 2 * step
    return rows
