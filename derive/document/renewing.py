"""Names that get a new meaning though they have one: "now let L = ...", "with p = softmax(z/T)"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.document.beside import Beside
from derive.document.judge import Answer, judge
from derive.document.known import Key, Known, Scope, key_of, names_in
from derive.document.statement import Statement
from derive.document.supposed import gives_meaning, is_beside
from derive.syntax import Name, Node


@dataclass(frozen=True)
class Renewing:
    """What decides at one place: what is known there, its words, the line of its heading."""

    scope: Scope
    beside: Beside
    heading: int
    answer: Answer

    def taken_up(
        self, place: int, statements: Sequence[Statement], *, is_inline: bool
    ) -> Key | None:
        """The name that is given a new meaning here, though it has one.

        By its words, "now let L = ...", "with p = softmax(z/T)", or under a new heading, where q
        is defined below it and J above it in J = -log q_y; and only where the two meanings differ.
        """
        if not statements or statements[0].kind != "claim" or statements[0].members != (0, 1):
            return None
        claim = statements[0]
        old = self._meaning_of(claim.left)
        if old is None:
            return None
        told = is_inline and self._is_told(place, claim, old)
        if not told and not self._is_below_heading(claim, old):
            return None
        verdict = judge(claim, self.answer).verdict
        return None if verdict is not None and verdict.status == "proved" else old.key

    def _meaning_of(self, head: Node) -> Known | None:
        """The definition so far of a name or of an entry at letters."""
        name, count = key_of(head)
        definitions = self.scope.definitions
        exact = definitions.get((name, count))
        whole = definitions.named(name) if isinstance(head, Name) else ()
        return exact or (whole[0] if len(whole) == 1 else None)

    def _is_below_heading(self, claim: Statement, old: Known) -> bool:
        definitions = self.scope.definitions
        own = (known for name in names_in(claim.right) for known in definitions.named(name))
        new = any(known.line >= self.heading for known in own)
        return isinstance(claim.left, Name) and old.line < self.heading and new

    def _is_told(self, place: int, claim: Statement, old: Known) -> bool:
        """Whether the words say so; "where p = ..." with no new letter only says p again."""
        before = self.beside.before(place)
        below = self.scope.usage.subscripts
        is_new = bool(names_in(claim.right) - names_in(old.body) - names_in(old.head) - below)
        plain = is_new or not is_beside(before) or old.line < self.heading
        return plain and gives_meaning(before)
