"""Verdicts, mistakes and evaluations as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from derive.diagnoses import DIAGNOSES
from derive.witness.recompute import Evaluation
from reports.judged import Judged

_SIGNS = {"proved": "✓", "conditional": "◐", "refuted": "✗", "undecided": "?"}
_COLOURS = {"proved": "32", "conditional": "33", "refuted": "31", "undecided": "35"}


def verdict_lines(result: Judged, colour: bool, reading: bool = True) -> Iterator[str]:
    """Sign and word, condition, counterexample, what to do, reading, how to check it again."""
    data = result.verdict
    if data is None:
        return
    status = str(data["status"])
    head = f"{_SIGNS[status]} {status}"
    yield (f"\033[{_COLOURS[status]}m{head}\033[0m" if colour else head) + f"  {data['claim']}"
    if status == "proved":
        yield "  for every size and every index"
    if data["condition"]:
        yield f"  holds only if {data['condition']}"
    if result.counterexample:
        point, _, values = result.counterexample.rpartition(": left = ")
        left, _, right = values.partition(", right = ")
        yield f"  counterexample: {point or 'at every point'}"
        yield f"    left  = {left}"
        yield f"    right = {right}"
    if data["diagnosis"] in DIAGNOSES:
        code = data["diagnosis"]
        yield f"  diagnosis: {code} {DIAGNOSES[code].name} (gradproof explain {code})"
    for key, label in (("repair", "nearest right formula"), ("reason", "because")):
        if data[key]:
            yield f"  {label}: {data[key]}"
    for premise in data["premises"]:
        yield f"  where its definitions have a value: {premise}"
    if reading:
        yield from (f"  read {line}" for line in data["reading"][1:])
    if data["recompute"]:
        yield f"  recompute: {data['recompute']}"


def listed(result: Judged, origin: str, colour: bool) -> Iterator[str]:
    """A verdict of a file, after its place; how a proved claim was read is left out."""
    if result.asked is not None and result.verdict is not None:
        head, *rest = verdict_lines(result, colour, reading=result.status != "proved")
        at = result.asked.claim
        yield f"{origin}:{at.line}:{at.column}: {head}"
        yield from rest


def mistake_lines(result: Judged, origin: str) -> Iterator[str]:
    """Each mistake after its place, with carets under it."""
    for mistake in result.mistakes:
        place = f"{origin}:{mistake.line}" if mistake.line else "command line"
        yield f"{place}:{mistake.column}: {mistake.message}"
        if mistake.excerpt:
            yield mistake.excerpt


def summary(results: Iterable[Judged]) -> str:
    """How many claims there were, and what became of them."""
    counts = Counter(result.status for result in results if result.asked is not None)
    order = ("proved", "conditional", "refuted", "undecided", "unread")
    told = ", ".join(f"{counts[status]} {status}" for status in order if counts[status])
    total = counts.total()
    return f"{total} claim{'' if total == 1 else 's'}{': ' * bool(told)}{told}"


def evaluation_lines(found: Evaluation) -> Iterator[str]:
    """Both sides at a point."""
    yield f"at {found.point}"
    yield f"  left  = {found.left}"
    yield f"  right = {found.right}"
    if found.differ:
        yield "  the sides differ"
    elif found.differ is None:
        yield "  the sides cannot be told apart"
    elif found.left == "undefined":
        yield "  neither side has a value"
    else:
        yield "  the sides are equal at this point"
