"""Printed loops compiled by numba, where it is installed (the extra `fast`)."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from numeric.kernels import elementary, machine
from numeric.programs.codegen import load_source

CHUNK = 128
"""So many entries are looked at or added up at a time, in an order that vectorises.

Each chunk is a slice: an index that might be negative would keep a loop from being vectorised.
"""
LINE_BYTES = 64
LONGEST_AHEAD = 1 << 16
"""More bytes than this are not asked for ahead: they would push out what is being worked on."""
EVEN = 64
"""A loop of a multiple of so many entries is vectorised without a rest."""
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
    by_machine = _by_machine(kind, compiled(inline="always"))
    made = load_source("pass_over", source, **_prefixed(_known(kind.type, compiled) | by_machine))
    loop: Callable[..., None] = compiled(fastmath={"contract"})(made)
    return loop


def interpreted(source: str, kind: np.dtype[Any]) -> Callable[..., None]:
    """The same function as Python runs it, to look at what it does without numba."""

    def plain(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return lambda function: function

    def nothing(*_: Any) -> None:
        return None

    def turned(source: Any, target: Any, rows: int, columns: int) -> None:
        target[:columns, :rows] = source[:rows, :columns].T

    by_machine = dict.fromkeys(("wide", "read_ahead", "write_ahead"), nothing) | {"turned": turned}
    return load_source("pass_over", source, **_prefixed(_known(kind.type, plain) | by_machine))


def _prefixed(known: dict[str, Any]) -> dict[str, Any]:
    """Under the names that printed loops call them by, with what they need of Python."""
    return {
        "range": range,
        "min": min,
        "max": max,
        **{f"_{name}": value for name, value in known.items()},
    }


def _known(real: Any, compiled: Decorator) -> dict[str, Any]:
    """What printed loops may call, for one type of numbers."""
    is_single = real is np.float32
    inlined = compiled(inline="always")
    single, double = elementary.exponentials_float32, elementary.exponentials_float64
    exp = single(inlined) if is_single else double(inlined)
    log1p = inlined(elementary.log1p_float32 if is_single else elementary.log1p_float64)

    @inlined
    def larger(x: Any, y: Any) -> Any:
        if x < y:
            return y
        return x

    below = exp.below

    @inlined
    def softplus(x: Any) -> Any:
        return larger(x, real(0)) + log1p(below(-abs(x)))

    return {
        "exp": exp.anywhere,
        "exp_below": below,
        "exp_near": exp.near,
        "softplus": softplus,
        "abs": abs,
        "max": larger,
        "real": real,
        "log1p": log1p,
        **{name: getattr(math, name) for name in ("expm1", "log", "tanh", "sqrt")},
        "natural": np.uint64,
        "int": np.int32 if is_single else np.int64,
        "empty": np.empty,
        "tiny": np.finfo(real).tiny,
        "size": inlined(elementary.size_float32 if is_single else elementary.size_float64),
        "most_of": _most_of(is_single, compiled),
        **_sums(real, compiled),
        **_largest(is_single, compiled),
    }


def _sums(real: Any, compiled: Decorator) -> dict[str, Any]:
    """The sum of a row, and what it is put together by.

    Many equal exponentials would all round alike on a large one: what is 1 or more is added up
    apart, and so is what the sums of chunks are rounded by.
    """

    @compiled(inline="always")
    def added_to(whole: Any, lost: Any, part: Any) -> Any:
        """whole + part, and what all sums so far were rounded by (Knuth's TwoSum)."""
        total = whole + part
        back = total - whole
        return total, lost + ((whole - (total - back)) + (part - back))

    @compiled(fastmath={"reassoc"})
    def added(chunk: Any) -> Any:
        large, small = real(0), real(0)
        for k in range(chunk.size):
            x = chunk[k]
            is_large = x >= real(1)
            large += x if is_large else real(0)
            small += real(0) if is_large else x
        return large, small

    @compiled()
    def class_sum(row: Any) -> Any:
        if row.size <= CHUNK:
            large, small = added(row)
            return large + small
        large, large_lost, small, small_lost = real(0), real(0), real(0), real(0)
        for first in range(0, row.size, CHUNK):
            large_part, small_part = added(row[first : first + CHUNK])
            large, large_lost = added_to(large, large_lost, large_part)
            small, small_lost = added_to(small, small_lost, small_part)
        return large + (small + (large_lost + small_lost))

    return {"added_to": added_to, "sum": class_sum}


def _most_of(is_single: bool, compiled: Decorator) -> Any:
    """The size of the entry that is farthest from 0."""
    size = compiled(inline="always")(
        elementary.size_float32 if is_single else elementary.size_float64
    )

    @compiled()
    def most_of(values: Any) -> Any:
        most = size(values[0])
        for k in range(values.size):
            most = max(most, size(values[k]))
        return most

    return most_of


def _largest(is_single: bool, compiled: Decorator) -> dict[str, Any]:
    """The largest entry and its place, by way of whole numbers, whose maximum vectorises."""
    inlined = compiled(inline="always")
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
        if row.size < EVEN:
            return ordered(top_of(row))
        # The last ones once more, so many that none is left for a loop that is not vectorised.
        whole = row[: row.size - row.size % EVEN]
        return ordered(max(top_of(whole), top_of(row[row.size - EVEN :])))

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

    return {"largest": largest, "largest_at": largest_at}


def _by_machine(kind: np.dtype[Any], inlined: Decorator) -> dict[str, Any]:
    """What is said to the machine in its own words.

    Ahead of need, what lies in one piece from a place on; a matrix turned round.
    """
    line = LINE_BYTES // kind.itemsize
    longest = LONGEST_AHEAD // kind.itemsize
    read, write = machine.prefetch(write=False), machine.prefetch(write=True)

    @inlined
    def read_ahead(array: Any, start: Any, length: Any) -> None:
        if length <= longest:
            for place in range(start, start + length, line):
                read(array, place)

    @inlined
    def write_ahead(array: Any, start: Any, length: Any) -> None:
        if length <= longest:
            for place in range(start, start + length, line):
                write(array, place)

    return {
        "wide": machine.wide(),
        "read_ahead": read_ahead,
        "write_ahead": write_ahead,
        "turned": _turned(inlined),
    }


def _turned(inlined: Decorator) -> Any:
    """target[k, r] = source[r, k], of matrices whose rows lie in one piece."""
    square, side = machine.square(), machine.SIDE

    @inlined
    def turned(source: Any, target: Any, rows: Any, columns: Any) -> None:
        if min(rows, columns) < side:
            for r in range(rows):
                for k in range(columns):
                    target[k, r] = source[r, k]
            return
        of_source = source.strides[0] // source.itemsize
        of_target = target.strides[0] // target.itemsize
        # The last squares lie over the ones before them, so that none is cut.
        for row in range(0, rows, side):
            r = min(row, rows - side)
            for column in range(0, columns, side):
                k = min(column, columns - side)
                square(source, r * of_source + k, of_source, target, k * of_target + r, of_target)

    return turned
