"""How long the verdicts on each loss' gradient and Hessian take: a Markdown table.

A verdict is one thread of pure computation, so its processor time is what a clock shows on a
machine with nothing else to do; other programs cannot spoil it.

python tests/benchmarks/verdict_times.py [--repeats 7]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

from derive import losses, verify
from derive.catalogue import Loss

# What is promised of a warm verdict, in seconds, by order of the derivative.
LIMITS = {1: 0.5, 2: 3.0}
REPEATS = 7


def median_seconds(
    run: Callable[[], object],
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """The median of so many runs, after one that is not counted."""
    run()
    taken = []
    for _ in range(repeats):
        started = clock()
        run()
        taken.append(clock() - started)
    return statistics.median(taken)


def verdict_seconds(row: Loss, order: int, repeats: int = REPEATS) -> float:
    """The median time for the verdict on a gradient or Hessian, which must be proved."""

    def run() -> None:
        status = verify(row.claim(order), given=row.given, declare=row.declare).status
        assert status == "proved", f"{row.name}: {status}"

    return median_seconds(run, repeats, time.process_time)


def table(repeats: int = REPEATS) -> Iterator[str]:
    """The lines of the table, each as soon as it is measured."""
    yield "| loss | gradient, ms | Hessian, ms |"
    yield "|---|---:|---:|"
    slowest = dict.fromkeys(LIMITS, 0.0)
    for row in losses():
        taken = {order: verdict_seconds(row, order, repeats) for order in LIMITS}
        slowest = {order: max(slowest[order], taken[order]) for order in LIMITS}
        yield f"| {row.name} | {taken[1] * 1e3:.1f} | {taken[2] * 1e3:.1f} |"
    yield f"| slowest | {slowest[1] * 1e3:.1f} | {slowest[2] * 1e3:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    for line in table(parser.parse_args().repeats):
        print(line, flush=True)


if __name__ == "__main__":
    main()
