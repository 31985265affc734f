"""What a check says of a document: one item for every equality, in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from derive.errors import Complaint
from derive.verdict import Verdict

SCHEMA_VERSION = 1
Kind = Literal["definition", "claim", "fact"]
# What a reader of the document should see first; the lowest rank leads.
_GRAVITY = ("refuted", "conditional", "unread", "undecided", "proved", "definition")
_WRONG = frozenset({"refuted", "conditional"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What `verify` is asked about an equality: `verify(claim, given=…, …)` repeats the verdict."""

    claim: str
    given: tuple[str, ...] = ()
    declare: tuple[str, ...] = ()
    where: str = ""
    assume: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Item:
    """One equality of a document: where it stands, how it was read, what is known of it.

    `source` is the author's own text, `start` and `stop` its place in the document's text, which
    for a notebook is that of its cells (-1 where it is not known). `text` is the equality in the
    formula language, empty where it could not be read; then `complaint` says why, with carets into
    its own source. `asked` holds the claim with all that it was judged by, None for definitions and
    facts. A `jump` goes from the first to the last member of a chain. `rests_on` holds the numbers
    of the wrong items that this one inherits from; `cancels` says that a chain is right from end
    to end though a step of it is not.
    """

    number: int
    line: int
    column: int
    source: str
    kind: Kind
    start: int = -1
    stop: int = -1
    section: str = ""
    text: str = ""
    asked: Asked | None = None
    verdict: Verdict | None = None
    complaint: Complaint | None = None
    notes: tuple[str, ...] = ()
    jump: bool = False
    rests_on: tuple[int, ...] = ()
    cancels: bool = False

    @property
    def status(self) -> str:
        """definition, proved, conditional, refuted, undecided or unread."""
        if self.complaint is not None:
            return "unread"
        return "definition" if self.verdict is None else self.verdict.status

    @property
    def is_wrong(self) -> bool:
        """Whether the equality fails, everywhere or outside of a condition."""
        return self.status in _WRONG

    def to_json(self, lines: Mapping[int, int]) -> Mapping[str, Any]:
        """The item as plain data; `lines` gives the line of each item's number."""
        told: Mapping[str, Any] = {} if self.verdict is None else self.verdict.to_json()
        reason = told.get("reason") if self.complaint is None else self.complaint.message
        return {
            "number": self.number,
            "line": self.line,
            "column": self.column,
            "section": self.section,
            "source": self.source,
            "kind": self.kind,
            "jump": self.jump,
            "text": self.text,
            "reading": list(told.get("reading", ())),
            "where": "" if self.asked is None else self.asked.where,
            "status": self.status,
            "condition": told.get("condition"),
            "necessary": told.get("necessary"),
            "counterexample": told.get("counterexample"),
            "repair": told.get("repair"),
            "diagnosis": told.get("diagnosis"),
            "reason": reason,
            "notes": list(self.notes),
            "rests_on": list(dict.fromkeys(lines[number] for number in self.rests_on)),
            "cancels": self.cancels,
        }


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A document and what is known of each of its equalities.

    `alarms` are contradictions between our own opinions: bugs of ours, never verdicts.
    """

    name: str
    text: str
    items: tuple[Item, ...]
    headline: str
    notes: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """The gravest status of any item: refuted, conditional, unread, undecided, proved.

        A document without a claim is a "definition".
        """
        found = {item.status for item in self.items}
        return next((status for status in _GRAVITY if status in found), "definition")

    def __str__(self) -> str:
        """What the document comes to, and below it a line for each equality."""
        lines = (f"{i.line}:{i.column}: {i.status}  {i.text or i.source}" for i in self.items)
        return "\n  ".join([f"{self.name}: {self.headline}", *lines])

    def to_json(self) -> Mapping[str, Any]:
        """The whole check as plain data, the output of `check --format json`."""
        lines = {item.number: item.line for item in self.items}
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "status": self.status,
            "headline": self.headline,
            "notes": list(self.notes),
            "items": [item.to_json(lines) for item in self.items],
        }
