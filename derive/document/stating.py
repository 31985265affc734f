"""What reading a chain needs at every step: its members' meanings, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.document.differentials import settled
from derive.document.known import Known, Scope, index_letters, last_variable
from derive.document.meaning import Meaning
from derive.document.primes import with_argument
from derive.document.ranks import matrices, presumed_matrices
from derive.document.statement import Kind, Open, Statement
from derive.errors import FormulaError
from derive.read.latex import Chain
from derive.syntax import Form, Node, Span


@dataclass
class Stating:
    """Reads one chain within a scope; the scope grows with every definition."""

    chain: Chain
    scope: Scope
    before: Open | None
    claims_only: bool = False
    found: list[Statement] = field(default_factory=list)
    trees: dict[int, Node | FormulaError] = field(default_factory=dict)
    said: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        variable = last_variable(self.chain)
        first = self.chain.members[0] if self.before is None else self.before.first
        self.outer = index_letters(first)
        self.members = list(with_argument(self.chain))
        self.presumed = frozenset[str]()
        self.meaning = self.reading_by(variable)

    def reading_by(self, variable: Node | None) -> Meaning:
        """A fresh reading of the members, in the scope so far."""
        meaning = Meaning(
            self.scope, self.chain.source, variable, self.outer, self.chain.span.start
        )
        known = matrices(self.chain, self.scope)
        presumed = presumed_matrices(self.chain, self.scope)
        self.presumed = presumed - known - self.scope.trusted
        meaning.matrices = known | presumed
        return meaning

    def member(self, place: int) -> Node:
        """What a member means. Raises FormulaError where it could not be read."""
        if place not in self.trees:
            self.meaning.notes.clear()
            try:
                self.trees[place] = self.meaning.of(self.members[place])
            except FormulaError as error:
                self.trees[place] = error
            self.said[place] = tuple(self.meaning.notes)
        found = self.trees[place]
        if isinstance(found, FormulaError):
            raise found
        return found

    def add(
        self,
        kind: Kind,
        left: Node,
        right: Node,
        members: tuple[int, int],
        known: Known | None = None,
        relation: str = "=",
        jump: bool = False,
    ) -> None:
        """Find a statement that joins two members."""
        notes = [*self.chain.notes, *(n for place in members for n in self.said.get(place, ()))]
        scope = self.scope
        if kind == "claim":
            left, right, scope = settled(left, right, scope, self.members)
        notes += [f"{own} is the array of all {own.lower()}" for own in sorted(self.presumed)]
        self.found.append(
            Statement(
                kind=kind,
                left=left,
                right=right,
                span=self.span(members),
                scope=scope,
                members=members,
                known=known,
                relation=relation,
                is_jump=jump,
                conditions=self.chain.conditions,
                opaque=frozenset(self.meaning.opaque),
                notes=tuple(dict.fromkeys(notes)),
                presumed=self.presumed,
            )
        )

    def leave_unread(self, members: tuple[int, int], kind: Kind, error: FormulaError) -> None:
        """Find a statement of which it is only known why it cannot be read."""
        blank = Form("blank", ())
        self.found.append(
            Statement(
                kind=kind,
                left=blank,
                right=blank,
                span=self.span(members),
                scope=self.scope,
                members=members,
                complaint=error.complaints[0],
            )
        )

    def span(self, members: tuple[int, int]) -> Span:
        """From the first of two members to the end of the second."""
        a, b = self.members[members[0]].span, self.members[members[1]].span
        start = a.start if a is not None else self.chain.span.start
        return Span(start, b.stop if b is not None else self.chain.span.stop)
