"""Verdicts, mistakes and evaluations as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from derive.diagnoses import DIAGNOSES
from derive.witness.recompute import Evaluation
from reports.columns import columns
from reports.complaints import hint_line
from reports.explain import titled
from reports.judged import Judged
from reports.signs import COLOURS, SIGNS, painted
from reports.words import Words


def verdict_lines(
    result: Judged, words: Words, colour: bool, reading: bool = True
) -> Iterator[str]:
    """Sign and word, condition, counterexample, what to do, reading, how to check it again."""
    data = result.verdict
    if data is None:
        return
    status = str(data["status"])
    head = f"{SIGNS[status]} {words(f'status_{status}')}"
    yield f"{painted(head, COLOURS[status] if colour else '')}  {data['claim']}"
    if status == "proved":
        yield f"  {_for_all(result, words)}"
    if data["condition"]:
        key = "verdict_only_if" if data["necessary"] else "verdict_if"
        yield f"  {words(key, condition=data['condition'])}"
    if result.counterexample:
        point, _, values = result.counterexample.rpartition(": left = ")
        left, _, right = values.partition(", right = ")
        yield f"  {words('check_counterexample')}: {point or words('check_every_point')}"
        yield from _both_sides(left, right, "    ", words)
    if data["diagnosis"] in DIAGNOSES:
        row = DIAGNOSES[data["diagnosis"]]
        name, _ = titled(row, words.lang)
        explain = words("check_explain", code=row.code)
        yield f"  {words('check_diagnosis')}: {row.code} {name} ({explain})"
    if data["repair"]:
        yield f"  {words('check_repair')}: {data['repair']}"
    if data["reason"]:
        yield f"  {words('check_because')}: {words.phrase(data['reason'])}"
    for premise in data["premises"]:
        yield f"  {words('check_premise')}: {premise}"
    for line in data["reading"][1:] if reading else ():
        yield f"  {words('verdict_read', line=words.phrase(line))}"
    if data["recompute"]:
        yield f"  {words('check_recompute')}: {data['recompute']}"


def _for_all(result: Judged, words: Words) -> str:
    """What a proof ranges over: every index, but for what the question itself leaves out."""
    posed = result.asked.posed() if result.asked is not None else {"where": "", "assume": []}
    where, assumed = posed["where"], "; ".join(posed["assume"])
    told = words("verdict_where", condition=where) if where else words("verdict_always")
    return f"{told}, {words('verdict_assuming', equations=assumed)}" if assumed else told


def _both_sides(left: str, right: str, indent: str, words: Words) -> Iterator[str]:
    names = words("check_left"), words("check_right")
    width = max(map(columns, names))
    for name, value in zip(names, (left, right), strict=True):
        yield f"{indent}{name}{' ' * (width - columns(name))} = {value}"


def listed(result: Judged, origin: str, words: Words, colour: bool) -> Iterator[str]:
    """A verdict of a file, after its place; how a proved claim was read is left out."""
    if result.asked is not None and result.verdict is not None:
        told = verdict_lines(result, words, colour, reading=result.status != "proved")
        head, *rest = told
        at = result.asked.claim
        yield f"{origin}:{at.line}:{at.column}: {head}"
        yield from rest


def mistake_lines(result: Judged, origin: str, words: Words) -> Iterator[str]:
    """Each mistake after its place, with carets under it."""
    for mistake in result.mistakes:
        place = f"{origin}:{mistake.line}" if mistake.line else "command line"
        yield f"{place}:{mistake.column}: {words.phrase(mistake.message)}"
        if mistake.excerpt:
            yield mistake.excerpt
        if mistake.hint:
            yield hint_line(mistake.hint, words)


def summary(results: Iterable[Judged], words: Words) -> str:
    """How many claims there were, and what became of them."""
    counts = Counter(result.status for result in results if result.asked is not None)
    order = ("proved", "conditional", "refuted", "undecided", "unread")
    told = ", ".join(f"{counts[each]} {words(f'status_{each}')}" for each in order if counts[each])
    total = counts.total()
    claims = words("verdict_one") if total == 1 else words("verdict_many", total=total)
    return f"{claims}{': ' * bool(told)}{told}"


def evaluation_lines(found: Evaluation, words: Words) -> Iterator[str]:
    """Both sides at a point."""
    yield words("verdict_at", point=found.point)
    yield from _both_sides(found.left, found.right, "  ", words)
    if found.differ:
        said = "verdict_differ"
    elif found.differ is None:
        said = "verdict_open"
    else:
        said = "verdict_neither" if found.left == "undefined" else "verdict_equal"
    yield f"  {words(said)}"
