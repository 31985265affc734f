"""What compiled loops tell the machine besides what to compute; it changes no result.

`wide` asks for the widest vectors that the processor has: LLVM prefers half of them on processors
with AVX-512, which the exponentials of a softmax are slower with. `read_ahead` and `write_ahead`
ask for a line of memory that is needed soon: the processor foresees a stream by itself, but not
across the arithmetic of a whole row. Numba has no words for either, LLVM has (the function
attribute "prefer-vector-width", the intrinsic llvm.prefetch).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Generated = tuple[Any, Callable[..., Any]]
_PREFETCH = "llvm.prefetch.p0i8"
_KEEP, _DATA = 3, 1
"""In all levels of the cache; data, not instructions."""


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
