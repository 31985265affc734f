"""Everything known of an equality, one labelled line after the other; every format prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.diagnoses import DIAGNOSES
from derive.document.items import Item
from derive.verdict import Verdict
from reports.document.judged import recompute_command
from reports.explain import titled
from reports.formulas import Formula, equality, expression, from_text
from reports.lettering import functions_in
from reports.steps import Link
from reports.words import Words

_ANY_FUNCTION = " is any function of "


@dataclass(frozen=True)
class Told:
    """A label and what is said under it: words, a formula, links to other items, or a command."""

    label: str
    words: str = ""
    formula: Formula | None = None
    links: tuple[Link, ...] = ()
    command: str = ""

    @property
    def text(self) -> str:
        """The same without any markup."""
        said = self.words or self.command or (self.formula.text if self.formula else "")
        return said or ", ".join(link.title for link in self.links)


def told(item: Item, rests_on: Sequence[Link], words: Words) -> tuple[Told, ...]:
    """What a person should know of the item, the weightiest first."""
    return tuple(_told(item, rests_on, words))


def _told(item: Item, rests_on: Sequence[Link], words: Words) -> Iterator[Told]:
    if item.complaint and item.complaint.hint:
        yield Told(words("check_hint"), words.phrase(item.complaint.hint))
    if item.asked and item.asked.where.strip():
        yield Told(words("check_where"), formula=from_text(item.asked.where))
    if item.verdict is not None:
        yield from _of_verdict(item.verdict, spelling(item), words)
    if rests_on:
        key = "check_rests" if item.status == "proved" else "check_rests_too"
        yield Told(words(key), links=tuple(rests_on))
    if item.cancels:
        yield Told(words("check_note"), words("check_cancels"))
    yield from (Told(words("check_note"), words.phrase(note)) for note in item.notes)
    command = recompute_command(item)
    if command:
        yield Told(words("check_recompute"), command=command)


def spelling(item: Item) -> dict[str, str]:
    """How the author writes what is read as one name: f(x), of which a note tells, for fx."""
    return functions_in("; ".join(note for note in item.notes if _ANY_FUNCTION in note))


def _of_verdict(verdict: Verdict, spelled: Mapping[str, str], words: Words) -> Iterator[Told]:
    if verdict.condition:
        key = "check_only_if" if verdict.necessary else "check_if"
        yield Told(words(key), formula=from_text(verdict.condition))
    if verdict.counterexample is not None:
        at, _, _ = str(verdict.counterexample).rpartition(": left = ")
        yield Told(words("check_counterexample"), at or words("check_every_point"))
        yield Told(words("check_left"), formula=expression(verdict.counterexample.left))
        yield Told(words("check_right"), formula=expression(verdict.counterexample.right))
    if verdict.repair:
        whole = equality(verdict.repair, spelled)
        repair = whole if whole.latex else expression(verdict.repair, spelled)
        yield Told(words("check_repair"), formula=repair)
    row = DIAGNOSES.get(verdict.diagnosis or "")
    if row is not None:
        name, _ = titled(row, words.lang)
        explain = words("check_explain", code=row.code)
        yield Told(words("check_diagnosis"), f"{row.code} {name} ({explain})")
    if verdict.reason:
        yield Told(words("check_because"), words.phrase(verdict.reason))
    for premise in verdict.premises:
        yield Told(words("check_premise"), formula=from_text(premise))
