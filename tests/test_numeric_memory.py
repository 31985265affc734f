"""How much memory a call takes besides its output."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import numeric
from numeric import memory
from numeric.kernels import wide

ALLOWED = 4 << 20
"""Bytes for each thread, the output not counted."""


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(262144, 10), (65536, 100), (16384, 1000), (128, 50257)])
@pytest.mark.parametrize("every", [0, 1, 2, 50])
def test_no_temporary_is_larger_than_a_block(
    shape: tuple[int, int], kind: Any, threads: int, every: int
) -> None:
    logits = np.zeros(shape, kind)
    if every:
        logits[::every] = 3e4  # far from 0, so that these rows are computed once more
    labels = np.zeros(shape[0], np.int64)
    options: Any = {"backend": "numpy", "threads": threads}
    numeric.value_and_grad(logits[:10], labels[:10], **options)
    memory.forget()
    tracemalloc.start()
    try:
        numeric.value_and_grad(logits, labels, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - logits.nbytes <= ALLOWED * threads
    assert peak >= logits.nbytes, "the output itself is counted"


@pytest.mark.parametrize("options", [{}, {"precise": True}, {"reduction": "none"}])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_hessian_needs_itself_and_a_few_blocks(kind: Any, options: Any) -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(300, 150)).astype(kind), rng.integers(150, size=300)
    numeric.hessian(logits[:3], labels[:3], **options)
    out = np.empty((*logits.shape, logits.shape[1]), kind)
    tracemalloc.start()
    try:
        numeric.hessian(logits, labels, out=out, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= wide.BLOCK * 6
    assert out.nbytes > 3 * wide.BLOCK * 6


@pytest.mark.parametrize("shape", [(7, 3), (2, 3, 4), (3,), (0, 3), (5, 1)])
def test_a_hessian_in_blocks_is_the_whole_one(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=shape)
    labels = rng.integers(
        shape[min(1, len(shape) - 1)], size=shape[:1] + shape[2:] * (len(shape) > 2)
    )
    labels = labels if len(shape) > 1 else labels[0]
    weight = rng.uniform(0.5, 2, shape[min(1, len(shape) - 1)])
    monkeypatch.setattr(wide, "BLOCK", 300)  # a few rows
    for reduction in ("mean", "sum", "none"):
        options: Any = {"reduction": reduction, "weight": weight}
        parted = numeric.hessian(logits, labels, **options)
        fortran = np.empty(parted.shape[::-1]).T
        numeric.hessian(logits, labels, out=fortran, **options)  # not in blocks: it lies otherwise
        np.testing.assert_array_equal(parted, fortran)


SHAPE = (1 << 12, 1 << 9)


def fresh() -> Any:
    return memory.empty(SHAPE, np.dtype(np.float32))


def test_memory_is_used_again_when_nobody_holds_it() -> None:
    memory.forget()
    first = fresh()
    place = first.ctypes.data
    del first
    again = fresh()
    assert again.ctypes.data == place
    assert (again.shape, again.dtype) == (SHAPE, np.float32)


@pytest.mark.parametrize("hold", [lambda a: a, lambda a: a[5:, 3].T, memoryview, np.ravel])
def test_memory_that_anyone_still_sees_is_left_alone(hold: Any) -> None:
    memory.forget()
    first = fresh()
    first[...] = 1
    held = hold(first)
    del first
    for _ in range(3):
        fresh()[...] = 2
    assert np.all(np.asarray(held) == 1)


def test_gradients_of_different_calls_do_not_share_memory() -> None:
    logits = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    labels = np.zeros(SHAPE[0], np.int64)
    kept = [numeric.value_and_grad(logits * scale, labels)[1] for scale in (1, 2, 3)]
    for scale, gradient in zip((1, 2, 3), kept, strict=True):
        alone = np.empty_like(logits)
        numeric.value_and_grad(logits * scale, labels, out=alone)
        np.testing.assert_array_equal(gradient, alone)


def test_what_is_kept_is_bounded() -> None:
    memory.forget()
    held = [memory.empty((side, 1 << 20), np.dtype(np.uint8)) for side in (4, 5, 300, 5, 5, 5)]
    kept = sum(buffer.nbytes for buffer in memory._kept)
    assert 0 < kept <= 2 * (5 << 20)
    assert len({array.ctypes.data for array in held}) == len(held)
    memory.forget()
    assert not memory._kept
