"""How blocks of rows lie, how many rows they have, and what is taken instead of computed twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeric
from numeric.engine import compile as compiled
from numeric.kernels import blocks
from numeric.kernels.blocks import Buffers, Layout

NEEDS = [Buffers(2, {"gradient": 0}, frozenset(), writes=False)]
FLOAT = np.dtype(np.float32)


def layout(array: Any, kind: np.dtype[Any] = FLOAT) -> Layout:
    return Layout.of(array.shape[:-1], array.shape[-1], NEEDS, [array, array], kind)


def test_rows_in_one_piece_are_worked_on_where_they_lie() -> None:
    for classes, axis in ((8, 0), (9, -1), (48, -1), (1000, -1)):
        made = layout(np.empty((50, classes), FLOAT))
        assert (made.axis, made.in_place) == (axis, axis < 0)


def test_other_rows_are_loaded_classes_first_if_these_are_few() -> None:
    for classes, axis in ((9, 0), (48, 0), (49, -1)):
        made = layout(np.empty((classes, 50), FLOAT).T)
        assert (made.axis, made.in_place) == (axis, False)


def test_rows_of_another_type_are_loaded_as_they_lie() -> None:
    made = layout(np.empty((50, 20), np.float64))
    assert (made.axis, made.in_place) == (-1, False)


def test_what_lies_there_takes_no_memory_of_the_thread() -> None:
    values = np.empty((1 << 18, 100), FLOAT)
    in_place, loaded = layout(values), layout(values[:, ::-1])
    assert in_place.length > 2 * loaded.length
    row = (2 * 100 + blocks.ROW_VALUES) * FLOAT.itemsize
    assert in_place.length * row <= blocks.REACHED_BYTES
    assert loaded.length * row <= blocks.BLOCK_BYTES


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("classes", [3, 8, 9, 20, 48, 49, 130])
@pytest.mark.parametrize("spread", [1, 500])
def test_any_way_of_lying_gives_the_same_up_to_rounding(
    classes: int, kind: Any, spread: float
) -> None:
    rng = np.random.default_rng(classes)
    logits = (spread * rng.normal(size=(700, classes))).astype(kind)
    labels = rng.integers(classes, size=700)
    options: Any = {"backend": "numpy", "reduction": "none"}
    loss, gradient = numeric.value_and_grad(logits, labels, **options)
    wide = np.empty((700, 2 * classes), kind)
    wide[:, ::2] = logits
    for other in (np.asfortranarray(logits), wide[:, ::2], logits[::-1].copy()[::-1]):
        out = np.empty((classes, 700), kind).T
        found = numeric.value_and_grad(other, labels, **options, out=out)
        np.testing.assert_allclose(found[0], loss, rtol=8 * np.finfo(kind).eps)
        np.testing.assert_allclose(out, gradient, rtol=16 * np.finfo(kind).eps, atol=1e-37)


def test_the_exponential_at_the_label_is_taken_and_not_computed_again() -> None:
    runner = compiled("softmax-nll-mean").function("value_and_grad").runner
    assert runner is not None
    functions = runner.source.split("# numba")[0].split("def ")[1:]
    assert len(functions) == 2
    for function in functions:
        assert function.count("np.exp(") == 1
        assert "mass_y = mass.take(" in function


def test_wild_rows_of_a_large_block_are_computed_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(999, 30)).astype(np.float32)
    logits[::3] *= 400
    labels = rng.integers(30, size=999)
    whole = numeric.value_and_grad(logits, labels, backend="numpy")
    monkeypatch.setattr(Layout, "rows_aside", lambda *_: 7)
    parted = numeric.value_and_grad(logits, labels, backend="numpy")
    assert whole[0] == parted[0]
    np.testing.assert_array_equal(whole[1], parted[1])
