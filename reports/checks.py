"""Numeric evidence as what is shown of it: one row for each kind of point, the error over h."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.curves import error_curve
from reports.figures import Cell, Chart, Table, scientific
from reports.words import Words


@dataclass(frozen=True)
class Numeric:
    """The numeric evidence and the engine that it is about; `within` is its verdict."""

    checks: Table
    chart: Chart | None
    note: str
    source: str
    within: bool
    outcomes: tuple[tuple[str, str], ...]
    unjudged: bool
    seed: str


def numeric_of(data: Mapping[str, Any], words: Words) -> Numeric:
    """What a page shows of the evidence that `build_record` describes."""
    sweep, wrong = _sweep(data["sweep"]), _sweep(data["wrong"])
    rate = "" if data["rate"] is None else f"{data['rate']:.2f}"
    note = "error_note_wrong" if wrong else "error_note"
    return Numeric(
        checks=_table(data["checks"], words),
        chart=error_curve(sweep, wrong, words) if sweep else None,
        note=words(note),
        source=str(data["source"]),
        within=bool(data["ok"]) and all(check["ok"] for check in data["checks"]),
        outcomes=tuple(_outcomes(data["checks"], rate, words)),
        unjudged=any(check["judged"] < check["entries"] for check in data["checks"]),
        seed=words("reproduce_seed", seed=data["seed"]),
    )


def _sweep(pairs: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    return [(float(h), float(error)) for h, error in pairs]


def _outcomes(
    checks: Sequence[Mapping[str, Any]], rate: str, words: Words
) -> Iterable[tuple[str, str]]:
    """What was checked numerically, and what came of it."""
    good = sum(bool(check["ok"]) for check in checks)
    yield words("checked_numeric"), words("checked_within", good=good, all=len(checks))
    if rate:
        yield words("checked_rate"), words("checked_slope", rate=rate)


def _table(checks: Sequence[Mapping[str, Any]], words: Words) -> Table:
    """A row for each name of a point; it shows the size at which the bound comes nearest."""
    named: dict[str, list[Mapping[str, Any]]] = {}
    for check in checks:
        named.setdefault(str(check["point"]), []).append(check)
    keys = ("point", "outcome", "n", "judged", "error", "bound")
    return Table(
        caption=words("numeric_caption"),
        head=tuple(Cell(words(f"numeric_{key}")) for key in keys),
        rows=tuple(_row(name, group, words) for name, group in named.items()),
        kind="numbers checks",
    )


def _row(name: str, group: Sequence[Mapping[str, Any]], words: Words) -> tuple[Cell, ...]:
    nearest = max(group, key=_nearness)
    good = all(check["ok"] for check in group)
    judged, entries = (sum(check[key] for check in group) for key in ("judged", "entries"))
    sizes = dict.fromkeys(str(check["n"]) for check in group)
    # The parts of a name are words or, for a point of one's own, numbers.
    shown = ", ".join(words.title(part, part) for part in name.split(", ")).replace("+-", "±")
    return (
        Cell(shown),
        Cell(words("numeric_ok" if good else "numeric_failed"), strong=not good),
        Cell(", ".join(sizes)),
        Cell(words("numeric_count", judged=judged, entries=entries)),
        Cell(scientific(nearest["error"])),
        Cell(scientific(nearest["bound"])),
    )


def _nearness(check: Mapping[str, Any]) -> float:
    """How much of its bound the error takes up; a failed point comes first in any case.

    A point where nothing could be judged comes last: its error is no number.
    """
    if not check["ok"]:
        return math.inf
    if not check["judged"]:
        return -1.0
    return float(check["error"] / check["bound"]) if check["bound"] else 0.0
