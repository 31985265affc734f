"""Loss and gradient of the mean cross entropy: ours and the peers', in turn, two threads each.

python -m pytest tests/benchmarks/test_engine_speed.py -m slow -s -n 0

Prints a Markdown table: medians in milliseconds over ROUNDS, in each of which everybody runs once,
in an order drawn anew, so that nobody always finds the caches as the same other one left them;
the ratio of the fastest peer's median to ours; beside it a plain copy of the logits. Nothing is
asserted of times. Peers that are not installed are left out, and said so.
"""

from __future__ import annotations

import itertools
import random
import statistics
import time
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from peers import PEERS, THREADS, Run

import numeric
from numeric.kernels import jit

SHAPES = [(262144, 10), (65536, 100), (16384, 1000), (512, 50257)]
ROUNDS = 15
OURS = ("NumPy", "numba", "NumPy, precise", "numba, precise")

pytestmark = pytest.mark.slow


def two_thread_copy(logits: Any) -> Run:
    """A new array with the same numbers: what reading and writing alone costs."""
    pool = ThreadPoolExecutor(THREADS)
    bounds = [len(logits) * at // THREADS for at in range(THREADS + 1)]

    def run() -> Any:
        made = np.empty_like(logits)
        parts = [slice(*pair) for pair in itertools.pairwise(bounds)]
        list(pool.map(lambda part: np.copyto(made[part], logits[part]), parts))
        return made

    return run


def ours(logits: Any, labels: Any, name: str) -> Run:
    backend, _, level = name.partition(", ")
    options: Any = {"backend": backend.lower(), "precise": level == "precise", "threads": THREADS}
    return lambda: numeric.value_and_grad(logits, labels, **options)


def contestants(logits: Any, labels: Any) -> dict[str, Run]:
    """Everybody who is installed, each run once so that what is compiled is compiled."""
    runs: dict[str, Run] = {"copy": two_thread_copy(logits)}
    runs |= {n: ours(logits, labels, n) for n in OURS if "numba" not in n or jit.installed()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, (module, make) in PEERS.items():
            if find_spec(module):
                runs[name] = make(logits, labels)
        for run in runs.values():
            run()
    return runs


def medians(runs: Mapping[str, Run]) -> dict[str, float]:
    """Milliseconds, everybody once a round."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    drawn = random.Random(0)
    for _ in range(ROUNDS):
        for name in drawn.sample(list(runs), len(runs)):
            started = time.perf_counter()
            runs[name]()
            taken[name].append(1e3 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in taken.items()}


def test_loss_and_gradient(capsys: pytest.CaptureFixture[str]) -> None:
    missing = [name for name, (module, _) in PEERS.items() if not find_spec(module)]
    columns = ["copy", *OURS, *(name for name in PEERS if name not in missing)]
    rows = []
    for kind in (np.float32, np.float64):
        for shape in SHAPES:
            rng = np.random.default_rng(0)
            logits = rng.normal(size=shape).astype(kind)
            labels = rng.integers(shape[1], size=shape[0])
            runs = contestants(logits, labels)
            wanted = runs["NumPy"]()
            for name in (name for name in runs if name != "copy"):
                loss, gradient = runs[name]()
                assert loss == pytest.approx(wanted[0], rel=1e-4), name
                assert np.abs(gradient - wanted[1]).max() <= 1e-4 / shape[0], name
            took = medians(runs)
            fastest = min(took[name] for name in PEERS if name in took)
            cells = [f"{took[n]:.1f}" if n in took else "" for n in columns]
            ratios = [f"{fastest / took[n]:.2f}" if n in took else "" for n in OURS]
            rows.append([f"{np.dtype(kind).name} {shape}", *cells, *ratios])
    heads = ["", *columns, *(f"× {name}" for name in OURS)]
    table = [heads, ["---"] * len(heads), *rows]
    with capsys.disabled():
        print()
        print("\n".join(f"| {' | '.join(row)} |" for row in table))
        print(f"not installed: {', '.join(missing) or 'none'}")
