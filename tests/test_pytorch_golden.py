"""PyTorch's losses, call by call: against what PyTorch gave, and against PyTorch where it is.

What PyTorch gave is stored in golden/pytorch.npz; golden/make.py writes it.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numeric
from numeric.kernels import jit
from numeric.kernels.running import Runner

GOLDEN = Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
from configurations import COUNT, FUNCTIONS, INTEGERS, REDUCTIONS, Call, call  # noqa: E402
from make import FILE, from_pytorch, upstream  # noqa: E402

ROUNDINGS = 16
PIECES = 25
OPTIONS = ("weight", "pos_weight", "label_smoothing", "ignore_index")


def ours(made: Call, backend: str) -> tuple[Any, Any]:
    """The result and the gradient of sum(upstream*result) by the logits."""
    options: Any = {**made.options, "backend": backend}
    if made.function == "log_softmax":
        result = numeric.log_softmax(made.logits, **options)
        weights = upstream(result.shape, np.float64)
        total = weights.sum(axis=options["axis"], keepdims=True)
        return result, weights - numeric.softmax(made.logits, **options) * total
    name = "" if made.function == "cross_entropy" else f"{made.function}_"
    function = getattr(numeric, f"{name}value_and_grad")
    result, gradient = function(made.logits, made.target, **options)
    weights = upstream(np.shape(result), np.float64)
    if np.ndim(result) and np.ndim(result) < np.ndim(gradient):
        weights = np.expand_dims(weights, min(1, np.ndim(gradient) - 1))
    return result, weights * gradient


def allowed(made: Call) -> tuple[float, float]:
    """What rounding may do to the result and to the gradient: PyTorch's as well as ours."""
    eps = float(np.finfo(made.logits.dtype).eps)
    heaviest = 1.0
    for name in ("weight", "pos_weight"):
        heaviest *= max(1.0, float(np.max(made.options.get(name, 1), initial=0)))
    classes = made.logits.shape[min(1, made.logits.ndim - 1)]
    terms = made.logits.size if made.options.get("reduction") == "sum" else classes
    size = float(np.max(np.abs(made.logits), initial=0)) + np.log(max(classes, 1)) + 1
    return ROUNDINGS * eps * heaviest * size * terms, ROUNDINGS * eps * heaviest * classes


def off(made: Call, wanted: tuple[Any, Any], backend: str = "numpy") -> str:
    """What is not as wanted, in words; empty if nothing."""
    got = ours(made, backend)
    for name, one, other, most in zip(
        ("result", "gradient"), got, wanted, allowed(made), strict=True
    ):
        if np.shape(one) != np.shape(other):
            return f"{made.words}: {name} of shape {np.shape(one)}, PyTorch {np.shape(other)}"
        a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            return f"{made.words}: {name} {one}, PyTorch {other}"
        with np.errstate(invalid="ignore"):
            close = (a == b) | (np.abs(a - b) <= most) | np.isnan(a)
        if not close.all():
            worst = float(np.max(np.abs(a - b)[~close]))
            return f"{made.words}: {name} off by {worst:.3g}, allowed {most:.3g}"
    if np.asarray(got[0]).dtype != made.logits.dtype:
        return f"{made.words}: result of type {np.asarray(got[0]).dtype}"
    return ""


@pytest.fixture(scope="module")
def golden() -> list[tuple[Any, Any]]:
    """The results and gradients in the file, cut to the shapes of the calls."""
    stored = np.load(FILE)
    assert int(stored["count"]) == COUNT
    streams = {name: stored[name] for name in ("float64", "float32", "float16")}
    at, cut = Counter[str](), []

    def take(dtype: str, shape: tuple[int, ...]) -> Any:
        size = int(np.prod(shape))
        part = streams[dtype][at[dtype] : at[dtype] + size]
        at[dtype] += size
        return part.reshape(shape)

    for seed in range(COUNT):
        made = call(seed)
        dtype = made.logits.dtype.name
        cut.append((take(dtype, result_shape(made)), take(dtype, made.logits.shape)))
    assert all(at[name] == len(stream) for name, stream in streams.items())
    return cut


def result_shape(made: Call) -> tuple[int, ...]:
    shape = made.logits.shape
    if made.function == "log_softmax":
        return shape
    if made.options["reduction"] != "none":
        return ()
    if made.function == "binary_cross_entropy_with_logits":
        return shape
    return shape[:1] + shape[2:] if len(shape) > 1 else ()


@pytest.mark.parametrize("piece", range(PIECES))
def test_agrees_with_what_pytorch_gave(piece: int, golden: list[tuple[Any, Any]]) -> None:
    found = [off(call(seed), golden[seed]) for seed in range(piece, COUNT, PIECES)]
    assert [words for words in found if words] == []


@contextlib.contextmanager
def loops(lanes: bool, *, by_python: bool) -> Iterator[list[str]]:
    """All calls go by loops of one form, which are listed; by Python, numba need not be there."""
    ran: list[str] = []
    compiled = Runner._compiled

    def made(runner: Runner, lanes: bool, dtype: Any) -> list[Any]:
        ran.extend(sources := [printed.source for printed in runner.loops(lanes) or ()])
        if not by_python:
            return compiled(runner, lanes, dtype)
        return [jit.interpreted(source, dtype) for source in sources]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Runner, "_compiled", made)
        patched.setattr("numeric.kernels.blocks.FEW_CLASSES", 10**9 if lanes else 0)
        if by_python:
            patched.setattr("numeric.how.installed", lambda: True)
        yield ran


@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("piece", range(PIECES))
def test_printed_loops_agree_with_what_pytorch_gave(
    piece: int, lanes: bool, golden: list[tuple[Any, Any]]
) -> None:
    numbers = range(piece + lanes * PIECES, COUNT, 2 * PIECES)
    with loops(lanes, by_python=True) as ran:
        found = [off(call(seed), golden[seed], backend="numba") for seed in numbers]
    assert [words for words in found if words] == []
    assert len(ran) > len(numbers) / 2


def traits(made: Call) -> dict[str, object]:
    """What decides which program a call runs."""
    axes, dtype = min(made.logits.ndim, 3), made.logits.dtype.name
    by_use = {name: name in made.options for name in OPTIONS}
    chosen = {"reduction": made.options.get("reduction"), "integer": bool(made.integer)}
    return {"function": made.function, "axes": axes, "dtype": dtype, **by_use, **chosen}


@functools.cache
def few() -> list[tuple[int, bool]]:
    """Calls, by number and form, in which every two traits meet that meet anywhere."""
    pairs = {
        (seed, lanes): set(
            itertools.combinations({**traits(call(seed)), "lanes": lanes}.items(), 2)
        )
        for seed in range(0, COUNT, 5)
        for lanes in (False, True)
    }
    left, chosen = set().union(*pairs.values()), []
    while left:
        chosen.append(max(pairs, key=lambda one: len(pairs[one] & left)))
        left -= pairs[chosen[-1]]
    return chosen


@pytest.mark.parametrize("piece", range(5))
def test_compiled_loops_agree_with_what_pytorch_gave(
    piece: int, golden: list[tuple[Any, Any]]
) -> None:
    """Compiling takes seconds: a few calls; all others are run by Python, above."""
    pytest.importorskip("numba", reason="numba is not installed")
    for seed, lanes in few()[piece::5]:
        with loops(lanes, by_python=False) as ran:
            assert off(call(seed), golden[seed], backend="numba") == ""
        assert ran


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [False, True])
@pytest.mark.parametrize("piece", range(PIECES))
def test_all_compiled_loops_agree_with_what_pytorch_gave(
    piece: int, lanes: bool, golden: list[tuple[Any, Any]]
) -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    numbers = range(piece, COUNT, 5 * PIECES)
    with loops(lanes, by_python=False):
        found = [off(call(seed), golden[seed], backend="numba") for seed in numbers]
    assert [words for words in found if words] == []


@pytest.mark.parametrize("piece", range(5))
def test_agrees_with_pytorch_itself(piece: int) -> None:
    """Calls that are not in the file."""
    pytest.importorskip("torch", reason="PyTorch is not installed")
    start = COUNT + 100 * piece
    found = [off(made, from_pytorch(made)) for made in map(call, range(start, start + 100))]
    assert [words for words in found if words] == []


def test_the_file_is_of_these_calls() -> None:
    """PyTorch gives the same again, where it is installed."""
    pytest.importorskip("torch", reason="PyTorch is not installed")
    stored = np.load(FILE)
    made = next(one for one in map(call, range(COUNT)) if one.logits.dtype == np.float64)
    result, gradient = from_pytorch(made)
    again = np.concatenate([result.ravel(), gradient.ravel()])
    assert stored["float64"][: again.size] == pytest.approx(again, rel=1e-12, nan_ok=True)


def test_the_calls_are_of_all_kinds() -> None:
    calls = [call(seed) for seed in range(COUNT)]
    functions = Counter(made.function for made in calls)
    assert set(functions) == set(FUNCTIONS)
    assert min(functions.values()) > 100
    assert {made.integer for made in calls} == {"", *INTEGERS}
    assert {made.options.get("reduction") for made in calls} >= set(REDUCTIONS)
    assert {made.logits.ndim for made in calls} == {1, 2, 3, 4}
    assert {made.logits.dtype.name for made in calls} == {"float64", "float32", "float16"}
    cross = [made for made in calls if made.function == "cross_entropy"]
    for wanted in (
        lambda made: made.logits.size == 0,
        lambda made: made.logits.shape[min(1, made.logits.ndim - 1)] == 1,
        lambda made: np.any(np.asarray(made.options.get("weight", 1)) == 0),
        lambda made: (
            "ignore_index" in made.options and np.all(made.target == made.options["ignore_index"])
        ),
        lambda made: "label_smoothing" in made.options and "ignore_index" in made.options,
        lambda made: "label_smoothing" in made.options and "weight" in made.options,
        lambda made: not made.integer and "weight" in made.options,
    ):
        assert sum(map(bool, map(wanted, cross))) >= 10
