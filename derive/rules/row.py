"""A row of the rule table, and the table that the rows enter at import, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.syntax import Node

Apply = Callable[[Node], Node | None]


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    name: str
    title: str
    statement: str
    look_alike: str
    apply: Apply
    needs: tuple[str, ...] = ()


table: dict[str, Rule] = {}


def rule(
    name: str, title: str, statement: str, look_alike: str, *needs: str
) -> Callable[[Apply], Apply]:
    """Put the function below into the table as a row."""

    def enter(apply: Apply) -> Apply:
        table[name] = Rule(name, title, statement, look_alike, apply, needs)
        return apply

    return enter
