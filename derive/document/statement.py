"""What a document's equality is: its sides in the formula language, and what is known there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derive.document.known import Known, Scope
from derive.errors import Complaint
from derive.show import text
from derive.syntax import Node, Span

Kind = Literal["definition", "claim", "fact"]
EQUALITIES = ("=", ":=")
# What says that something is not equal, or comes after: no item of a check.
INEQUALITIES = ("<", "<=", ">", ">=", "!=", "->", "<-")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One equality in the formula language, and what must be known to judge it.

    `span` is its place in the chain's source. `complaint` says why it could not be read; then the
    sides mean nothing. `opaque` are functions of a letter of which only that is known. `members`
    are the places in the chain that it joins; a jump joins the first and the last of a longer one,
    which may have begun in an earlier display. `supposed` says why a counterexample to it would
    be none: it is said of one point, or under an equality that is no condition on indices.
    `presumed` are capital letters taken for the arrays of their small letters.
    """

    kind: Kind
    left: Node
    right: Node
    span: Span
    scope: Scope
    members: tuple[int, int]
    known: Known | None = None
    relation: str = "="
    conditions: tuple[Node, ...] = ()
    opaque: frozenset[tuple[str, str]] = frozenset()
    notes: tuple[str, ...] = ()
    complaint: Complaint | None = None
    is_jump: bool = False
    supposed: str = ""
    presumed: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The equality in the formula language, as it was understood."""
        sign = "=" if self.kind == "definition" else "=="
        sign = sign if self.relation in EQUALITIES else self.relation
        return f"{text(self.left)} {sign} {text(self.right)}"


@dataclass(frozen=True)
class Open:
    """A chain so far, for the display that continues it: its first and last member."""

    first: Node
    last: Node
    conditions: tuple[Node, ...] = ()
