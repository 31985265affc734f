"""The record: everything that a report says, as plain data. Every decision is made here.

A template only walks over a record. Two calls with the same input give equal records: there is no
time stamp, no machine name, no order that a hash decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

from derive.catalogue import CATALOGUE
from reports.checks import Numeric, numeric_of
from reports.example import Example, example, is_worked
from reports.figures import Cell, Table
from reports.formulas import Formula, formula
from reports.printed import AllPrinted, printed
from reports.signs import SIGNS
from reports.steps import Badge, Derivation, Link, Shown, badge, worst
from reports.symbols import problem_of, scope, symbols
from reports.words import Words

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Banner:
    """The verdict in one sentence; `alarm` when a numeric check contradicts it.

    `meaning` is what the gradient says, "" for a loss that the catalogue lacks.
    """

    badge: Badge
    sentence: str
    meaning: str
    alarm: bool
    counts: tuple[tuple[Badge, int], ...]

    @property
    def dress(self) -> str:
        """The name of its colour."""
        return "alarm" if self.alarm else self.badge.status


@dataclass(frozen=True)
class Given:
    """The definitions, where they come from, and what their letters mean."""

    formulas: tuple[Formula, ...]
    source: str
    symbols: Table


@dataclass(frozen=True)
class Reproduction:
    """How to make the same report again."""

    command: str
    versions: Table
    seed: str


@dataclass(frozen=True)
class Record:
    """A report, whole. `example`, `printed` and `numeric` are None where they have nothing."""

    schema_version: int
    lang: str
    name: str
    title: str
    banner: Banner
    sections: tuple[Link, ...]
    given: Given
    derivations: tuple[Derivation, ...]
    example: Example | None
    printed: AllPrinted | None
    numeric: Numeric | None
    checked: Table
    unchecked: tuple[str, ...]
    reproduction: Reproduction

    @property
    def first(self) -> Derivation:
        """The derivation that the banner speaks of."""
        return self.derivations[0]

    def to_json(self) -> dict[str, Any]:
        """The record as data that `json.dumps` takes; equal records give equal data."""
        return asdict(self)


def build_record(
    derivations: Sequence[Mapping[str, Any]],
    numeric: Mapping[str, Any] | None = None,
    lang: str = "en",
    *,
    formulas: Sequence[Mapping[str, Any]] = (),
    command: str = "",
    versions: Mapping[str, str] | None = None,
) -> Record:
    """The record of these derivations of one loss; the first is the one that the banner is about.

    `derivations` are what `Derivation.to_json()` gives. `numeric` is what `reports.evidence` finds:
    {"source", "ok", "checks": [{"point", "n", "error", "bound", "ok", "entries", "judged"}],
    "sweep": [(h, error)], "wrong", "rate", "seed"}, where "wrong" is the sweep of a formula that
    lost its delta, or empty. `formulas` are what `reports.printed.judged` finds. `command` and
    `versions` default to the line that reports a loss of the catalogue and to what is installed.
    """
    if not derivations:
        raise ValueError("a report needs at least one derivation")
    words, first = Words(lang), derivations[0]
    page = Shown(words)
    shown = tuple(page.derivation(data, f"d{i}") for i, data in enumerate(derivations, 1))
    name = str(first["loss"])
    evidence = None if numeric is None else numeric_of(numeric, words)
    worked, others = _worked(first, words), printed(formulas, words)
    return Record(
        schema_version=SCHEMA_VERSION,
        lang=lang,
        name=name,
        title=_title(first, words),
        banner=_banner(shown, first, evidence, words),
        sections=_sections(shown, worked, others, evidence, words),
        given=_given(first, words),
        derivations=shown,
        example=worked,
        printed=others,
        numeric=evidence,
        checked=_checked(shown, evidence, words),
        unchecked=_unchecked(shown, evidence, words),
        reproduction=_reproduction(name, evidence, words, command, versions),
    )


def _title(first: Mapping[str, Any], words: Words) -> str:
    """The loss' title with a capital; one that is a formula keeps its letters."""
    name, title = first["loss"], str(first["title"])
    if name not in CATALOGUE:
        return title
    told = words.title(name, title)
    return told[:1].upper() + told[1:]


def _worked(first: Mapping[str, Any], words: Words) -> Example | None:
    given = [item["text"].replace(" == ", " = ") for item in first["given"]]
    return example(words) if is_worked(given) else None


def _banner(
    shown: tuple[Derivation, ...],
    first: Mapping[str, Any],
    numeric: Numeric | None,
    words: Words,
) -> Banner:
    ranging = scope(problem_of(first))
    statuses = [each.status for one in shown for each in one.badges()]
    status = worst(iter(statuses))
    alarm = numeric is not None and not numeric.within
    steps = sum(len(part.steps) for one in shown for part in one.every())
    key = f"banner_{status}_{ranging}" if status == "proved" and ranging else f"banner_{status}"
    counted = ((badge(s, words), statuses.count(s)) for s in reversed(SIGNS))
    return Banner(
        badge=badge(status, words),
        sentence=words("banner_alarm" if alarm else key, steps=steps),
        meaning=words.meaning(first["loss"]) if _is_own_gradient(first) else "",
        alarm=alarm,
        counts=tuple((each, count) for each, count in counted if count),
    )


def _is_own_gradient(first: Mapping[str, Any]) -> bool:
    """Whether the claim is the catalogue's gradient of the loss, and no other derivative."""
    row = CATALOGUE.get(first["loss"])
    return row is not None and first["claim"]["text"].startswith(f"d({row.value}, {row.first}) ")


def _sections(
    shown: tuple[Derivation, ...],
    worked: Example | None,
    others: AllPrinted | None,
    numeric: Numeric | None,
    words: Words,
) -> tuple[Link, ...]:
    def section(anchor: str, wanted: bool = True) -> list[Link]:
        return [Link(anchor, words(f"{anchor}_title"))] if wanted else []

    return (
        *section("given"),
        *section("example", worked is not None),
        *(Link(one.anchor, one.title) for one in shown),
        *section("printed", others is not None),
        *section("numeric", numeric is not None),
        *section("engine", numeric is not None),
        *section("checked"),
        *section("reproduce"),
    )


def _given(first: Mapping[str, Any], words: Words) -> Given:
    row = CATALOGUE.get(first["loss"])
    return Given(
        formulas=tuple(formula(item) for item in first["given"]),
        source=words("given_source", source=row.source) if row and row.source else "",
        symbols=symbols(first, words, catalogued=row is not None),
    )


def _checked(shown: tuple[Derivation, ...], numeric: Numeric | None, words: Words) -> Table:
    every = [part for one in shown for part in one.every()]
    groups = {
        "steps": [step.badge for part in every for step in part.steps],
        "claims": [part.badge for part in every],
        "cases": [case.badge for part in every for case in part.cases],
    }
    rows = [
        (words(f"checked_{name}"), _count(badges, words))
        for name, badges in groups.items()
        if badges
    ]
    rows += numeric.outcomes if numeric is not None else ()
    head = tuple(Cell(words(f"checked_{key}")) for key in ("what", "outcome"))
    cells = tuple((Cell(what), Cell(outcome)) for what, outcome in rows)
    return Table(words("checked_caption"), head, cells, kind="words")


def _count(badges: Sequence[Badge], words: Words) -> str:
    good = sum(each.status == "proved" for each in badges)
    return words("checked_count", good=good, all=len(badges))


def _unchecked(
    shown: tuple[Derivation, ...], numeric: Numeric | None, words: Words
) -> tuple[str, ...]:
    every = [part for one in shown for part in one.every()]
    undecided = any(each.status == "undecided" for one in shown for each in one.badges())
    said = {
        "definitions": True,
        "needs": any(step.needs for part in every for step in part.steps),
        "open": undecided,
        "special": True,
        "small": numeric is not None and numeric.unjudged,
        "rounding": numeric is not None,
        "numeric": numeric is None,
    }
    return tuple(words(f"unchecked_{key}") for key, wanted in said.items() if wanted)


def _reproduction(
    name: str,
    numeric: Numeric | None,
    words: Words,
    command: str,
    versions: Mapping[str, str] | None,
) -> Reproduction:
    if not command and name in CATALOGUE:
        language = "" if words.lang == "en" else f" --lang {words.lang}"
        command = f"gradproof report {name}{language} -o report.html"
    programs = versions if versions is not None else installed()
    head = (Cell(words("reproduce_program")), Cell(words("reproduce_version")))
    rows = tuple((Cell(program), Cell(version)) for program, version in programs.items())
    return Reproduction(
        command=command,
        versions=Table(words("reproduce_versions"), head, rows, kind="words"),
        seed="" if numeric is None else numeric.seed,
    )


def installed() -> dict[str, str]:
    """The versions of what a report's content depends on, as installed."""
    versions = {}
    for program in ("gradproof", "sympy", "numpy"):
        try:
            versions[program] = metadata.version(program)
        except metadata.PackageNotFoundError:
            versions[program] = "–"
    return versions
