"""A derivation as data: steps that join end to end, each with its own verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from derive.show import legible_within, text
from derive.syntax import Node, Rel
from derive.typeset import latex

SCHEMA_VERSION = 1


def shown(node: Node) -> dict[str, str]:
    """A formula as data: {"text": formula text, "latex": LaTeX}."""
    return {"text": text(node), "latex": latex(node)}


@dataclass(frozen=True)
class Step:
    """before == after by one named rule; `changed` is the part that the rule rewrote."""

    rule: str
    title: str
    statement: str
    before: Node
    after: Node
    changed: tuple[Node, Node]
    needs: tuple[str, ...]
    status: str

    def to_json(self) -> dict[str, Any]:
        """{"rule", "title", "statement", "before", "after", "changed", "needs", "status"}."""
        before, after = map(shown, legible_within(self.changed, self.before))
        return {
            "rule": self.rule,
            "title": self.title,
            "statement": self.statement,
            "before": shown(self.before),
            "after": shown(self.after),
            "changed": {"before": before, "after": after},
            "needs": list(self.needs),
            "status": self.status,
        }


@dataclass(frozen=True)
class Case:
    """What the result is where the indices are so: k == y, k != y."""

    condition: Rel
    value: Node
    status: str

    def to_json(self) -> dict[str, Any]:
        """{"condition", "value", "status"}."""
        return {
            "condition": shown(self.condition),
            "value": shown(self.value),
            "status": self.status,
        }


@dataclass(frozen=True)
class Derivation:
    """claim.left == claim.right, derived: steps[i].after is steps[i + 1].before, always.

    `path` is "direct" (through log-sum-exp) or "textbook" (quotient rule and chain rule); `parts`
    are derivations of their own that a path puts together.
    """

    loss: str
    title: str
    path: str
    given: tuple[Rel, ...]
    declared: tuple[str, ...]
    claim: Rel
    steps: tuple[Step, ...]
    cases: tuple[Case, ...]
    status: str
    parts: tuple[Derivation, ...] = ()

    @property
    def result(self) -> Node:
        """The formula that the derivation ends in."""
        return self.claim.right

    def __str__(self) -> str:
        """The chain from the claim's left side to the result, each step with its rule."""
        chain = [f"  = {text(s.after)}  [{s.title}: {s.status}]" for s in self.steps]
        return "\n".join([*map(str, self.parts), text(self.claim.left), *chain])

    def to_json(self) -> Mapping[str, Any]:
        """The whole derivation as plain data; every formula as text and as LaTeX."""
        return {
            "schema_version": SCHEMA_VERSION,
            "loss": self.loss,
            "title": self.title,
            "path": self.path,
            "given": [shown(g) for g in self.given],
            "declared": list(self.declared),
            "claim": shown(self.claim),
            "parts": [part.to_json() for part in self.parts],
            "steps": [step.to_json() for step in self.steps],
            "result": shown(self.result),
            "cases": [case.to_json() for case in self.cases],
            "status": self.status,
        }
