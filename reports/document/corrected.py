"""The derivation of a document with every proved repair put in."""

from __future__ import annotations

from dataclasses import dataclass

from reports.document.record import DocumentRecord, ShownItem
from reports.formulas import Formula


@dataclass(frozen=True)
class Corrected:
    """One line of it. `state` is given, kept, repaired, inherits or open."""

    item: ShownItem
    formula: Formula | None
    state: str

    @property
    def text(self) -> str:
        """What stands there where there is no formula."""
        return self.item.source


def corrected(record: DocumentRecord) -> tuple[Corrected, ...]:
    """Every equality in reading order, the wrong ones as they should be."""
    return tuple(Corrected(item, *_corrected(item)) for item in record.items)


def _corrected(item: ShownItem) -> tuple[Formula | None, str]:
    if item.corrected is not None:
        return item.corrected, "repaired"
    if item.is_given:
        return item.formula, "given"
    if item.badge.status != "proved":
        return item.formula, "open"
    return item.formula, "inherits" if item.rests_on else "kept"
