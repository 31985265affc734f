"""How much memory a call takes besides its output."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import numeric

ALLOWED = 4 << 20
"""Bytes for each thread, the output not counted."""


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(262144, 10), (65536, 100), (16384, 1000), (128, 50257)])
def test_no_temporary_is_larger_than_a_block(
    shape: tuple[int, int], kind: Any, threads: int
) -> None:
    logits = np.zeros(shape, kind)
    labels = np.zeros(shape[0], np.int64)
    options: Any = {"backend": "numpy", "threads": threads}
    numeric.value_and_grad(logits[:10], labels[:10], **options)
    tracemalloc.start()
    try:
        numeric.value_and_grad(logits, labels, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - logits.nbytes <= ALLOWED * threads
    assert peak >= logits.nbytes, "the output itself is counted"
