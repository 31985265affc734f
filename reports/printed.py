"""What books, posts and code print of a loss, right and wrong, each judged for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derive import verify
from derive.catalogue import textbook
from derive.diagnoses import DIAGNOSES
from reports import printed_ko
from reports.explain import titled
from reports.formulas import Formula, equality, expression, from_text
from reports.shell import verify_command
from reports.steps import Badge, badge
from reports.words import Words


@dataclass(frozen=True)
class Printed:
    """A formula that is printed of the loss, and what is known of it.

    `says` is what is right or wrong about it, `told` what kind of mistake it is. `point` is where
    the sides are `left` and `right`; `holds` says whether the condition is needed or only enough.
    What there is not is empty or None.
    """

    claim: Formula
    setting: tuple[Formula, ...]
    badge: Badge
    says: str
    seen: str
    told: str
    holds: str
    condition: Formula | None
    point: str
    left: Formula | None
    right: Formula | None
    repair: Formula | None
    command: str


@dataclass(frozen=True)
class AllPrinted:
    """The wrong formulas, which come with what is wrong, and the right ones."""

    wrong: tuple[Printed, ...]
    right: tuple[Printed, ...]


def judged(name: str) -> list[dict[str, Any]]:
    """What `printed` takes: every formula that is printed of a loss of the catalogue, judged."""
    found = []
    for row in textbook():
        if row.loss != name:
            continue
        setting = row.arguments()
        verdict = verify(row.claim, **setting)
        found.append(
            {
                "claim": row.claim,
                "says": row.says,
                "seen": row.seen,
                "given": list(setting["given"]),
                "declare": list(setting["declare"]),
                "where": row.where,
                "assume": list(row.assume),
                "verdict": verdict.to_json(),
                "counterexample": str(verdict.counterexample or ""),
            }
        )
    return found


def printed(rows: Sequence[Mapping[str, Any]], words: Words) -> AllPrinted | None:
    """The judged formulas as they are shown; None where there are none."""
    if not rows:
        return None
    shown = [_printed(row, words) for row in rows]
    wrong = tuple(each for each in shown if each.badge.status != "proved")
    return AllPrinted(wrong, tuple(each for each in shown if each.badge.status == "proved"))


def _printed(row: Mapping[str, Any], words: Words) -> Printed:
    verdict = row["verdict"]
    point, _, values = row["counterexample"].rpartition(": left = ")
    left, _, right = values.partition(", right = ")
    conditions = [row["where"]] if row["where"] else []
    return Printed(
        claim=equality(row["claim"]),
        setting=tuple(from_text(text) for text in (*conditions, *row["assume"])),
        badge=badge(verdict["status"], words),
        says=printed_ko.SAYS.get(row["says"], row["says"]) if words.lang == "ko" else row["says"],
        # Where a formula was seen is told in English only.
        seen=row["seen"] if words.lang == "en" else "",
        told=_told(verdict["diagnosis"], words),
        holds=words("printed_only_if" if verdict["necessary"] else "printed_if"),
        condition=from_text(verdict["condition"]) if verdict["condition"] else None,
        point=point,
        left=expression(left) if left else None,
        right=expression(right) if right else None,
        repair=_repair(verdict["repair"]),
        command=_command(row),
    )


def _repair(text: str | None) -> Formula | None:
    if not text:
        return None
    whole = equality(text)
    return whole if whole.latex else expression(text)


def _told(code: str | None, words: Words) -> str:
    """The kind of mistake, where it is one with a meaning of its own."""
    row = DIAGNOSES.get(code or "")
    if row is None or row.code.startswith("GP0"):
        return ""
    name, meaning = titled(row, words.lang)
    return f"{row.code} {name}. {meaning}"


def _command(row: Mapping[str, Any]) -> str:
    options = [(kind, text) for kind in ("given", "declare", "assume") for text in row[kind]]
    options += [("where", row["where"])] if row["where"] else []
    return verify_command(row["claim"], options)
