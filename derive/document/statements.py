"""Chains to statements: which equality defines a name, which is a fact, which claims something."""

from __future__ import annotations

from dataclasses import replace

from derive.document.defining import Defining
from derive.document.known import Scope, last_variable, names_in
from derive.document.statement import EQUALITIES, INEQUALITIES, Open, Statement
from derive.document.totals import assuming, totals
from derive.errors import Complaint, FormulaError
from derive.read.facts import read_facts
from derive.read.latex import Chain
from derive.show import text
from derive.syntax import ONE, ZERO, Entry, Name, Node, Num, Rel, Span


class _Reader(Defining):
    """Reads one chain within a scope: its definitions, its facts, and what else it claims."""

    def statements(self) -> None:
        first = 0
        if self.chain.continued and self.before is None:
            first = 1
            message = "this goes on from a formula that is not known"
            span = Span(0, max(1, len(self.chain.source)))
            complaint = Complaint(message, self.chain.source, span)
            self.leave_unread((0, 1), "claim", FormulaError([complaint]))
        elif self.chain.continued:
            assert self.before is not None
            self.trees[0] = self.before.last
        elif self._mentions():
            return
        elif len(self.members) > 1 and not self.claims_only and self._opens():
            first = self.found[-1].members[1]
        steps = range(first, len(self.members) - 1)
        for place in steps:
            named = not self.claims_only and (self.names_result(place) or self.names_summand(place))
            if not named:
                self._claim(place, place + 1)
        if self.chain.continued and self.before is not None and self.before.first != self.trees[0]:
            self.trees[0] = self.before.first
            self._claim(0, len(self.members) - 1, jump=True)
        elif len(steps) > 1:
            self._claim(0 if 0 in self.trees else first, len(self.members) - 1, jump=True)

    def _mentions(self) -> bool:
        """Whether it only says which index is meant: i = j, k = y_i."""
        usage = self.scope.usage
        names = [m.id for m in self.members if isinstance(m, Name) and not self.scope.named(m.id)]
        if len(names) == len(self.members) > 1 and not usage.subscripts.issuperset(names):
            return not self._is_letter_of_a_vector()
        return not all(isinstance(member, Num) for member in self.members) and all(
            (isinstance(member, Name) and member.id in usage.subscripts)
            or (isinstance(member, Num) or member in usage.labels)
            for member in self.members
        )

    def _is_letter_of_a_vector(self) -> bool:
        """Whether an array gets another name: y = p, where p_k is used somewhere."""
        return any(isinstance(m, Name) and self.scope.usage.is_array(m.id) for m in self.members)

    def _opens(self) -> bool:
        """Whether the first equality is a definition or a fact, and not a claim."""
        if self.chain.relations[0] == "prop":
            return self.normalises()
        if self.chain.relations[0] not in EQUALITIES:
            return False
        return self.defines() or self.abbreviates() or self._states()

    # Facts.

    def _states(self) -> bool:
        """A total of what is given, or the value of a letter: sum_j t_j = 1, gamma = 2."""
        left, right = self.members[:2]
        if len(self.members) != 2 or not isinstance(right, Num):
            return self._totals()
        if isinstance(left, Name) and left.id.endswith("_prime") and self.scope.seen:
            # f'' = 2 is said of a derivative.
            return False
        if isinstance(left, Name) or self._picks_label(left, right):
            self.add("fact", left, right, (0, 1))
            return True
        return self._totals()

    def _totals(self) -> bool:
        found = totals(self.chain, self.scope)
        last = len(self.members) - 1
        for place, total in enumerate(found):
            self.add("fact", total, self.members[last], (place, last))
            self.scope = assuming(self.scope, f"{text(total)} == {text(self.members[last])}")
        return bool(found)

    def _picks_label(self, left: Node, right: Node) -> bool:
        """y_k = 1 for a one-hot y says that k is the class of which y is the vector."""
        if not isinstance(left, Entry) or self.scope.named(left.base) or right not in (ZERO, ONE):
            return False
        kinds = " ".join(self.scope.declared.get(left.base, ()))
        if right == ONE and not kinds and self._is_label(left.indices[0]):
            self.scope = self.scope.declaring(read_facts(f"{left.base}: onehot"))
            return True
        if right == ONE and "onehot" in kinds and len(left.indices) == 1:
            picked = Rel("==", left.indices[0], Name(f"label_{left.base}"))
            self.scope = replace(self.scope, picked=(*self.scope.picked, (left.base, picked)))
        return True

    def _is_label(self, index: Node) -> bool:
        """Whether the text says of a letter that it is the true class."""
        name = index.id if isinstance(index, Name) else ""
        return f"{name}: label" in self.scope.declared.get(name, ())

    # Claims.

    def _claim(self, a: int, b: int, *, jump: bool = False) -> None:
        relation = _overall(self.chain.relations) if jump else self.chain.relations[b - 1]
        if relation in INEQUALITIES:
            return
        try:
            left, right = self.member(a), self.member(b)
            self.add("claim", left, right, (a, b), relation=relation, jump=jump)
        except FormulaError as error:
            if not jump:
                self.leave_unread((a, b), "claim", error)


def read_chain(
    chain: Chain, scope: Scope, before: Open | None = None, *, claims_only: bool = False
) -> tuple[tuple[Statement, ...], Scope, Open | None]:
    """The statements of a chain, the scope after it, and the chain so far.

    `before` is the chain that this one continues, if it continues one. With `claims_only` no
    equality defines anything.
    """
    goes_on = before if chain.continued else None
    if goes_on is not None and not chain.conditions:
        chain = replace(chain, conditions=goes_on.conditions)
    elif goes_on is not None and chain.conditions != goes_on.conditions:
        # Another case begins: it starts from where the cases part.
        goes_on = replace(goes_on, last=goes_on.first)
    reader = _Reader(chain, scope, goes_on, claims_only)
    reader.statements()
    first = goes_on.first if goes_on is not None else reader.trees.get(0)
    last = reader.trees.get(len(chain.members) - 1)
    seen = scope.seen | {name for member in chain.members for name in names_in(member)}
    variable = last_variable(chain) or scope.variable
    introduced = reader.scope.introduced.union(*map(_introduced, reader.found))
    after = replace(reader.scope, seen=seen, variable=variable, introduced=introduced)
    if not isinstance(first, Node) or not isinstance(last, Node):
        return tuple(reader.found), after, None
    return tuple(reader.found), after, Open(first, last, chain.conditions)


def _introduced(statement: Statement) -> set[str]:
    """The names that a statement makes known: J in J v = u says nothing of J."""
    left, right = names_in(statement.left), names_in(statement.right)
    return left & right if statement.kind == "claim" else left | right


def _overall(relations: tuple[str, ...]) -> str:
    """The relation of a chain's ends: an equality only where all of it are equalities."""
    rest = [relation for relation in relations if relation not in EQUALITIES]
    return min(rest, key=lambda relation: relation not in INEQUALITIES) if rest else "="
