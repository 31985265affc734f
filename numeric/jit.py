"""Printed loops compiled by numba, where it is installed (the extra `fast`)."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from numeric import elementary
from numeric.codegen import load_source

CHUNK = 256
"""So many entries are looked at or added up at a time, in an order that vectorises.

Each chunk is a slice: an index that might be negative would keep a loop from being vectorised.
"""
Decorator = Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]]


@functools.cache
def installed() -> bool:
    """Whether numba is there; it is not imported."""
    return find_spec("numba") is not None


def load(source: str, kind: np.dtype[Any]) -> Callable[..., None]:
    """The printed function `pass_over`, compiled when it is first called, for numbers of a type.

    "contract" lets a product be fused into a sum, "reassoc" lets a sum be taken in another order:
    neither changes what nan, inf and signed zeros do.
    """
    import numba

    compiled = functools.partial(numba.njit, nogil=True, error_model="numpy")
    made = load_source("pass_over", source, **_known(kind.type, compiled))
    loop: Callable[..., None] = compiled(fastmath={"contract"})(made)
    return loop


def interpreted(source: str, kind: np.dtype[Any]) -> Callable[..., None]:
    """The same function as Python runs it, to look at what it does without numba."""

    def plain(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return lambda function: function

    return load_source("pass_over", source, **_known(kind.type, plain))


def _known(real: Any, compiled: Decorator) -> dict[str, Any]:
    """What printed loops may call, for one type of numbers."""
    inlined = compiled(inline="always")
    is_single = real is np.float32
    exp = inlined(elementary.exp_float32 if is_single else elementary.exp_float64)
    order = inlined(elementary.order_float32 if is_single else elementary.order_float64)
    ordered = inlined(elementary.ordered_float32 if is_single else elementary.ordered_float64)

    @compiled()
    def top_of(chunk: Any) -> Any:
        top = order(chunk[0])
        for k in range(chunk.size):
            top = max(top, order(chunk[k]))
        return top

    @compiled()
    def largest(row: Any) -> Any:
        best = order(row[0])
        for first in range(0, row.size, CHUNK):
            best = max(best, top_of(row[first : first + CHUNK]))
        return ordered(best)

    @compiled()
    def largest_at(row: Any) -> Any:
        best, start = order(row[0]), 0
        for first in range(0, row.size, CHUNK):
            top = top_of(row[first : first + CHUNK])
            if top > best:
                best, start = top, first
        while order(row[start]) != best:
            start += 1
        return start

    @compiled(fastmath={"reassoc"})
    def added(chunk: Any) -> Any:
        part = real(0)
        for k in range(chunk.size):
            part += chunk[k]
        return part

    @compiled()
    def class_sum(row: Any) -> Any:
        whole = real(0)
        for first in range(0, row.size, CHUNK):
            whole += added(row[first : first + CHUNK])
        return whole

    @inlined
    def larger(x: Any, y: Any) -> Any:
        if x < y:
            return y
        return x

    @inlined
    def softplus(x: Any) -> Any:
        return larger(x, real(0)) + real(math.log1p(exp(-abs(x))))

    names = {"exp": exp, "softplus": softplus, "abs": abs, "max": larger, "real": real}
    names |= {
        "log1p": math.log1p,
        "expm1": math.expm1,
        "log": math.log,
        "tanh": math.tanh,
        "sqrt": math.sqrt,
    }
    names |= {
        "int": np.int32 if is_single else np.int64,
        "empty": np.empty,
        "tiny": np.finfo(real).tiny,
    }
    names |= {"largest": largest, "largest_at": largest_at, "sum": class_sum}
    return {"range": range, "min": min, **{f"_{name}": known for name, known in names.items()}}
