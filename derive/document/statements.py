"""Chains to statements: which equality defines a name, which is a fact, which claims something."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

from derive.document.constants import CONSTANTS, ONES
from derive.document.heads import by_example, generalised, head_of, is_number, is_vector
from derive.document.known import (
    FUNCTION_WORDS,
    Key,
    Known,
    Scope,
    index_letters,
    key_of,
    keys_in,
    last_variable,
    names_in,
)
from derive.document.meaning import Meaning
from derive.document.primes import with_argument
from derive.document.ranks import matrices
from derive.document.statement import EQUALITIES, Kind, Open, Statement
from derive.document.totals import totals
from derive.errors import Complaint, FormulaError
from derive.read.latex import Chain
from derive.show import text
from derive.syntax import (
    ONE,
    ZERO,
    Entry,
    Form,
    Name,
    Node,
    Num,
    Rel,
    Span,
    children,
    same,
    substitute,
)


@dataclass
class _Reader:
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
        self.meaning = self._meaning(variable)
        self.members = list(with_argument(self.chain))
        self.meaning.matrices = matrices(self.chain, self.scope)

    def _meaning(self, variable: Node | None) -> Meaning:
        return Meaning(self.scope, self.chain.source, variable, self.outer, self.chain.span.start)

    def statements(self) -> None:
        first = 0
        if self.chain.continued and self.before is None:
            first = 1
            message = "this goes on from a formula that is not known"
            span = Span(0, max(1, len(self.chain.source)))
            complaint = Complaint(message, self.chain.source, span)
            self._unread((0, 1), "claim", FormulaError([complaint]))
        elif self.chain.continued:
            assert self.before is not None
            self.trees[0] = self.before.last
        elif self._mentions():
            return
        elif len(self.members) > 1 and not self.claims_only and self._opens():
            first = self.found[-1].members[1]
        steps = range(first, len(self.members) - 1)
        for place in steps:
            if not self._names_result(place):
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

    def _names_result(self, place: int) -> bool:
        """A name for what a chain has come to: p_k - y_k := e_k."""
        head, arguments = head_of(self.members[place + 1])
        if self.chain.relations[place] != ":=" or head is None:
            return False
        return self._define(head, arguments, self.members[place], (place, place + 1))

    def _opens(self) -> bool:
        """Whether the first equality is a definition or a fact, and not a claim."""
        if self.chain.relations[0] not in EQUALITIES:
            return False
        return self._defines() or self._abbreviates() or self._states()

    # Definitions.

    def _defines(self) -> bool:
        head, arguments = head_of(self.members[0])
        if head is None:
            return self._exemplifies()
        explicit = self.chain.relations[0] == ":="
        name = key_of(head)[0]
        known = self.scope.definitions.named(name)
        told = [k for k in known if k.key == key_of(head) or (arguments and k.arguments)]
        if not explicit and not all(_has_other_axes(k.body, self.members[1]) for k in told):
            return False
        if name.endswith("_prime"):
            return False
        if len(self.members) > 2 and self._is_new(self.members[1]):
            # a = b = c with both a and b new: c is what both of them are.
            second, others = head_of(self.members[1])
            assert second is not None
            if not self._define(head, arguments, self.members[2], (0, 2)):
                return False
            self._define(second, others, self.members[2], (1, 2))
            return True
        return self._define(head, arguments, self.members[1], (0, 1))

    def _is_new(self, member: Node) -> bool:
        """Whether a member is a name that only this chain says the value of."""
        head, _ = head_of(member)
        name = key_of(head)[0] if head is not None else ""
        if not name or name in FUNCTION_WORDS or name in self.scope.seen:
            return False
        known = self.scope.named(name)
        return all(k.line == self.scope.line for k in known)

    def _exemplifies(self) -> bool:
        """P_1 = e^{y_1}/S, an example of P_k = e^{y_k}/S where all the others are alike."""
        member, body = self.members[:2]
        if not isinstance(member, Entry) or all(not isinstance(i, Num) for i in member.indices):
            return False
        general = by_example(member, body, self.scope.examples.get(member.base, ()))
        if general is None:
            return self._differs(member)
        known = self.scope.definitions.get(key_of(member))
        if known is None:
            return self._define(general[0], (), general[1], (0, 1))
        if not same(known.body, self.meaning.of(general[1])):
            return False
        self._add("definition", member, self._member(1), (0, 1), known)
        return True

    def _differs(self, member: Entry) -> bool:
        """Definitions at numbers that are not alike: they are kept in mind, not used."""
        if self.scope.named(member.base) or not self.scope.examples.get(member.base):
            return False
        self.scope = replace(self.scope, unread=self.scope.unread | {member.base})
        try:
            self._add("definition", member, self._member(1), (0, 1))
        except FormulaError as error:
            self._unread((0, 1), "definition", error)
        return True

    def _abbreviates(self) -> bool:
        """A formula on the left and a new name on the right: sum_j e^{f_j} = Sigma."""
        head, arguments = head_of(self.members[1])
        if head is None or arguments or len(self.members) != 2 or head_of(self.members[0])[0]:
            return False
        name = key_of(head)[0]
        if name in CONSTANTS:
            return False
        if self.chain.relations[0] == ":=":
            return self._define(head, (), self.members[0], (0, 1))
        if self.scope.definitions.named(name) or name in self.scope.seen:
            return False
        return self._define(head, (), self.members[0], (0, 1))

    def _define(
        self, head: Name | Entry, arguments: tuple[Node, ...], body: Node, members: tuple[int, int]
    ) -> bool:
        closed = self.scope.usage.subscripts | {"", "zeros", ONES}
        if isinstance(head, Name) and head.id in closed:
            return False
        own = {a.id: 0 for a in arguments if is_number(a, body)}
        own |= {a.id: 1 for a in arguments if is_vector(a, body)}
        self.meaning.ranks.own = own
        try:
            meant = self.meaning.of(body)
        except FormulaError as error:
            self._unread(members, "definition", error)
            self.scope = replace(self.scope, unread=self.scope.unread | {key_of(head)[0]})
            return True
        value = isinstance(meant, Num)
        meant = self._at_condition(head, meant)
        head, arguments, meant = generalised(head, arguments, meant)
        if value or self._uses(meant, key_of(head)):
            return False
        name = key_of(head)[0]
        # A function of a vector is given for its entries or as a whole: that is not its own axis.
        rank = 0 if arguments else self.meaning.ranks.of(meant)
        known = Known(head, meant, self.scope.line, arguments, rank)
        if known.key in self.scope.definitions:
            if rank and ":=" not in self.chain.relations:
                # p = softmax(z) where p or p_k is known: that both agree is a claim.
                return False
            self.meaning.note(f"{name} gets a new definition here")
        self.said[members[1]] = tuple(self.meaning.notes)
        self.scope = self.scope.defining(known)
        self._add("definition", head, meant, members, known)
        self.meaning = self._meaning(self.meaning.variable)
        self.meaning.matrices = matrices(self.chain, self.scope)
        self.trees[0], self.trees[members[1]] = head, meant
        return True

    def _at_condition(self, head: Name | Entry, body: Node) -> Node:
        """L = -log p_k, said for k = y, is L = -log p_y."""
        loose = index_letters(body) - index_letters(head)
        for condition in self.chain.conditions:
            if isinstance(condition, Rel) and condition.op == "==":
                for letter, value in itertools.permutations(children(condition)):
                    if isinstance(letter, Name) and letter.id in loose:
                        return substitute(body, {letter.id: value})
        return body

    def _uses(self, body: Node, key: Key) -> bool:
        """Whether the body depends on the name, through definitions or directly."""
        waiting, done = list(keys_in(body)), set[Key]()
        while waiting:
            used = waiting.pop()
            if used == key:
                return True
            if used not in done:
                done.add(used)
                found = self.scope.definitions.get(used)
                waiting.extend(() if found is None else keys_in(found.body))
        return False

    # Facts.

    def _states(self) -> bool:
        """A total of what is given, or the value of a letter: sum_j t_j = 1, gamma = 2."""
        left, right = self.members[:2]
        if len(self.members) != 2 or not isinstance(right, Num):
            return self._totals()
        if isinstance(left, Name) or self._picks_label(left, right):
            self._add("fact", left, right, (0, 1))
            return True
        return self._totals()

    def _totals(self) -> bool:
        found = totals(self.chain, self.scope)
        last = len(self.members) - 1
        for place, total in enumerate(found):
            self._add("fact", total, self.members[last], (place, last))
            assumed = f"{text(total)} == {text(self.members[last])}"
            self.scope = replace(self.scope, assumed=(*self.scope.assumed, assumed))
        return bool(found)

    def _picks_label(self, left: Node, right: Node) -> bool:
        """y_k = 1 for a one-hot y says that k is the class of which y is the vector."""
        if not isinstance(left, Entry) or self.scope.named(left.base) or right not in (ZERO, ONE):
            return False
        kinds = " ".join(self.scope.declared.get(left.base, ()))
        if right == ONE and "onehot" in kinds and len(left.indices) == 1:
            picked = Rel("==", left.indices[0], Name(f"label_{left.base}"))
            self.scope = replace(self.scope, picked=(*self.scope.picked, (left.base, picked)))
        return True

    # Claims.

    def _claim(self, a: int, b: int, *, jump: bool = False) -> None:
        relation = _overall(self.chain.relations) if jump else self.chain.relations[b - 1]
        try:
            left, right = self._member(a), self._member(b)
            self._add("claim", left, right, (a, b), relation=relation, jump=jump)
        except FormulaError as error:
            if not jump:
                self._unread((a, b), "claim", error)

    def _member(self, place: int) -> Node:
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

    # What both come to.

    def _add(
        self,
        kind: Kind,
        left: Node,
        right: Node,
        members: tuple[int, int],
        known: Known | None = None,
        relation: str = "=",
        jump: bool = False,
    ) -> None:
        notes = [*self.chain.notes, *(n for place in members for n in self.said.get(place, ()))]
        self.found.append(
            Statement(
                kind=kind,
                left=left,
                right=right,
                span=self._span(members),
                scope=self.scope,
                members=members,
                known=known,
                relation=relation,
                is_jump=jump,
                conditions=self.chain.conditions,
                opaque=frozenset(self.meaning.opaque),
                notes=tuple(dict.fromkeys(notes)),
            )
        )

    def _unread(self, members: tuple[int, int], kind: Kind, error: FormulaError) -> None:
        blank = Form("blank", ())
        self.found.append(
            Statement(
                kind=kind,
                left=blank,
                right=blank,
                span=self._span(members),
                scope=self.scope,
                members=members,
                complaint=error.complaints[0],
            )
        )

    def _span(self, members: tuple[int, int]) -> Span:
        a, b = self.members[members[0]].span, self.members[members[1]].span
        start = a.start if a is not None else self.chain.span.start
        return Span(start, b.stop if b is not None else self.chain.span.stop)


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
    after = replace(reader.scope, seen=seen, variable=variable)
    if not isinstance(first, Node) or not isinstance(last, Node):
        return tuple(reader.found), after, None
    return tuple(reader.found), after, Open(first, last, chain.conditions)


def _has_other_axes(old: Node, new: Node) -> bool:
    """Whether an array has more indices in one of two bodies: a loss of one sample, of a batch."""
    counts = dict[str, set[int]]()
    for base, count in (*keys_in(old), *keys_in(new)):
        counts.setdefault(base, set()).add(count)
    return any(len(found - {0}) > 1 for found in counts.values())


def _overall(relations: tuple[str, ...]) -> str:
    """The relation of a chain's ends: an equality only where all of it are equalities."""
    rest = [relation for relation in relations if relation not in EQUALITIES]
    return rest[0] if rest else "="
