"""How long `gradproof check` takes for 200 different formulas of published derivations: cold, warm.

One document cannot hold them all, since each derivation has a notation of its own: they are checked
one after another in one process, as the parts of a long one would be. Cold is with an empty cache,
warm a new process with the cache that the first one left. Imports count apart.

python tests/benchmarks/check_speed.py [--formulas 200] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from derive.document.cut import read_document

CORPUS = Path(__file__).resolve().parents[1] / "documents" / "derivations"
# What is promised of 200 formulas, in seconds after imports.
COLD, WARM = 60.0, 2.0
FORMULAS = 200


def derivations(formulas: int = FORMULAS) -> list[Path]:
    """So many of the documents that they hold at least this many different formulas."""
    seen: set[str] = set()
    found: list[Path] = []
    for path in sorted(CORPUS.iterdir()):
        if path.suffix != ".toml" and len(seen) < formulas:
            found.append(path)
            seen |= {piece.source for piece in read_document(path).pieces if "=" in piece.source}
    if len(seen) < formulas:
        raise ValueError(f"there are {len(seen)} different formulas, not {formulas}")
    return found


def measure(formulas: int, *, profile: bool = False) -> str:
    """Check the documents in this process; what that took, in words."""
    paths = derivations(formulas)
    started = time.perf_counter()
    from derive import check
    from derive.cache import remembering, users_cache
    from derive.document.judge import answering

    imported = time.perf_counter()
    kept = users_cache()
    assert kept is not None
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    answer = remembering(answering(10.0), kept)
    items = [item for path in paths for item in check(path, answer=answer).items]
    profiler.disable()
    done = time.perf_counter()
    if profile:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumtime").print_stats(45)
    claims = sum(item.asked is not None for item in items)
    return (
        f"{done - imported:.2f} s for {claims} claims, after imports in {imported - started:.2f} s"
    )


def times(formulas: int = FORMULAS, *, profile: bool = False) -> Iterator[str]:
    """A line each for a cold and a warm check, as soon as it is measured."""
    asked = [sys.executable, __file__, "--formulas", str(formulas), "--here"]
    with tempfile.TemporaryDirectory() as folder:
        for state, limit in (("cold", COLD), ("warm", WARM)):
            run = subprocess.run(
                [*asked, "--profile"] if profile and state == "warm" else asked,
                env={**os.environ, "GRADPROOF_CACHE": folder},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            yield f"{state}: {run.stdout.strip()} (promised: {limit:g} s for {FORMULAS} formulas)"


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formulas", type=int, default=FORMULAS)
    parser.add_argument("--profile", action="store_true", help="where the warm time goes")
    parser.add_argument("--here", action="store_true", help="once, in this process")
    arguments = parser.parse_args()
    if arguments.here:
        print(measure(arguments.formulas, profile=arguments.profile))
        return
    for line in times(arguments.formulas, profile=arguments.profile):
        print(line, flush=True)


if __name__ == "__main__":
    main()
