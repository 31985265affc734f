"""What derive says of a mutant against what the oracle finds.

`python tests/judging.py --count 1000 --seed 1` prints the counts by mutation and verdict.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from identities import Identity
from mutants import MUTATIONS, Mutant, mutants
from oracle import Point, Undefined, close
from oracle_points import confirms, from_json, outcome, points, under, with_letters

from derive.decide import decide, pose
from derive.errors import Disagreement, FormulaError
from derive.read.formula import read_expression
from derive.syntax import Entry, Name, free_names

MOST_POINTS = 100
# A condition such as t == onehot(c).
ONE_HOT_AT = re.compile(r"(\w+) == onehot\((\w+)\)")


@cache
def known_points(identity: Identity) -> tuple[tuple[Point, Any], ...]:
    """Points at which the left side, the truth, has a value, with that value."""
    has_label_array = bool(identity.setting.axes.get("y"))
    left, right = identity.equation.left, identity.equation.right
    found = []
    for seed in range(4 if has_label_array else 1):
        every = list(points(identity.setting, [left, right], seed))
        few = every if len(every) <= MOST_POINTS else random.Random(seed).sample(every, MOST_POINTS)
        for point in few:
            try:
                found.append((point, point.value(left)))
            except Undefined:
                continue
    return tuple(found)


def differing(mutant: Mutant) -> Iterator[tuple[Point, bool]]:
    """Every point of the oracle, and whether the mutant's two sides differ there."""
    extra = _new_letters(mutant)
    for base, wanted in known_points(mutant.of):
        for point in with_letters(base, extra) if extra else [base]:
            try:
                yield point, not close(wanted, point.value(mutant.right))
            except Undefined:
                yield point, True


def _new_letters(mutant: Mutant) -> list[str]:
    """Letters that are free in the mutant and that the identity does not have."""
    at = mutant.of.setting
    return sorted((free_names(mutant.right) & at.ranges.keys()) - {*at.indices})


@cache
def is_wrong(mutant: Mutant) -> bool:
    """Whether the mutant's sides differ at some point."""
    return any(differs for _, differs in differing(mutant))


def judge(mutant: Mutant) -> tuple[str, str]:
    """derive's status, and why it is wrong; empty if it is not."""
    try:
        # as verify, but without the search for a repair
        verdict = decide(pose(mutant.claim, **mutant.of.arguments()))
    except FormulaError:
        return "error", ""
    except Disagreement as alarm:
        return "alarm", str(alarm)
    return verdict.status, complaint(mutant, verdict.to_json())


def complaint(mutant: Mutant, verdict: Mapping[str, Any]) -> str:
    """Why a verdict, given as JSON, is wrong; empty if the oracle has nothing against it."""
    status = verdict["status"]
    if status == "proved":
        return "a wrong claim is proved" if is_wrong(mutant) else ""
    if status == "undecided":
        return ""
    left, right, at = mutant.of.equation.left, mutant.right, mutant.of.setting
    against = confirms(verdict["counterexample"], at, left, right)
    if against or status == "refuted":
        return against
    if not verdict["condition"]:
        return "conditional, and no condition is given"
    if " is " not in verdict["condition"] and not ONE_HOT_AT.fullmatch(verdict["condition"]):
        met = read_expression(f"ind({verdict['condition']})").condition
        if from_json(at, verdict["counterexample"]).holds(met):
            return "the counterexample meets the condition"
    return wrong_condition(mutant, verdict["condition"])


def wrong_condition(mutant: Mutant, condition: str) -> str:
    """A condition must be enough, and where it is not met the claim must fail somewhere."""
    at = ONE_HOT_AT.fullmatch(condition)
    where = under(mutant.of.setting, f"{at[1]} is one-hot" if at else condition)
    if where is not None:
        sides = mutant.of.equation.left, mutant.right
        extra = _new_letters(mutant)
        each = (p for base in points(where, sides) for p in with_letters(base, extra))
        if at:
            each = (p for p in each if p.value(Entry(at[1], (Name(at[2]),))) == 1)
        found = [(point, outcome(point, *sides)) for point in each]
        wrong = [point for point, agrees in found if agrees is False]
        if wrong:
            return f"the sides differ at {wrong[0].sizes} {wrong[0].indices} though {condition}"
        return "" if is_wrong(mutant) else f"the claim holds where {condition} does not"
    relations = read_expression(f"ind({condition})").condition
    outside = []
    for point, differs in differing(mutant):
        if not point.holds(relations):
            outside.append(differs)
        elif differs:
            return f"the sides differ at {point.sizes} {point.indices} though {condition}"
    return f"the claim holds where {condition} does not" if outside and not any(outside) else ""


def table(chosen: Iterable[Mutant]) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Counts by kind of mutation and verdict, and everything that the oracle objects to."""
    counts: Counter[tuple[str, str]] = Counter()
    objections = []
    for mutant in chosen:
        status, objection = judge(mutant)
        right = "" if is_wrong(mutant) else ", right"
        counts[mutant.kind, status + right] += 1
        if objection:
            what = f"{mutant.of.name}, {mutant.kind}: {mutant.claim}"
            objections.append(f"{what}\n    {status}: {objection}")
        if right and status == "refuted" and not objection:
            objections.append(f"the oracle found no difference: {mutant.of.name}: {mutant.claim}")
    return counts, objections


def shown(counts: Counter[tuple[str, str]]) -> str:
    """The counts as a table: a row a mutation, a column a verdict."""
    columns = sorted({status for _, status in counts})
    rows = [f"{'':18}" + "".join(f"{column:>20}" for column in columns)]
    for kind in [*MUTATIONS, "all"]:
        found = [
            sum(v for (k, s), v in counts.items() if s == column and kind in (k, "all"))
            for column in columns
        ]
        rows.append(f"{kind:18}" + "".join(f"{number:20}" for number in found))
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    counts, objections = table(mutants(options.count, options.seed))
    print(shown(counts))
    print(f"{options.count} mutants, {time.perf_counter() - started:.0f} s")
    print(*objections, sep="\n")
    return bool(objections)


if __name__ == "__main__":
    sys.exit(main())
