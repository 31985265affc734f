"""What the LaTeX reader hands on: chains of equalities, as written and without meaning."""

from __future__ import annotations

from dataclasses import dataclass

from derive.syntax import Form, Node, Span


@dataclass(frozen=True)
class Macro:
    """A macro of the author's: \\name with `parameters` arguments stands for `body`."""

    name: str
    parameters: int
    body: str


@dataclass(frozen=True)
class Chain:
    """members[0] relations[0] members[1] relations[1] …, as one display or a part of it says.

    `relations` has one entry less than `members`; each is one of = := ≈ ~ prop <= >= < > -> <- !=.
    `conditions` (Rel, Logic) limit the chain: "if i = j". `ranges` are Form("in", (index, size)):
    "k = 1, …, K", "c in C"; and "notin", "drawn": whatever limits the chain and is no comparison.
    `notes` are the charitable readings that a person must be told.
    `alternatives` are the other readings where a person must choose; none of them is preferred.
    `differs` says of one of them what it takes otherwise.
    `words` are those that stand in the display and limit nothing. A chain is `continued` where
    its first member was left empty ("&= …"); members[0] is then Form("blank", ()).
    """

    members: tuple[Node, ...]
    relations: tuple[str, ...]
    source: str
    span: Span
    conditions: tuple[Node, ...] = ()
    ranges: tuple[Form, ...] = ()
    notes: tuple[str, ...] = ()
    label: str = ""
    words: str = ""
    continued: bool = False
    alternatives: tuple[Chain, ...] = ()
    differs: str = ""
