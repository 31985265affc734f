"""Equalities that define: a name, an entry, an abbreviation, an example at numbers."""

from __future__ import annotations

import itertools
from dataclasses import replace

from derive.document.biases import by_rows
from derive.document.constants import CONSTANTS, ONES, basis_vector
from derive.document.heads import (
    by_example,
    generalised,
    head_of,
    is_number,
    is_vector,
    named_summand,
)
from derive.document.known import (
    FUNCTION_WORDS,
    Key,
    Known,
    index_letters,
    key_of,
    keys_in,
    names_in,
)
from derive.document.letters import unused
from derive.document.piecewise import joined, limit_of
from derive.document.proportional import NOTE as NORMALISED
from derive.document.proportional import normalised
from derive.document.stating import Stating
from derive.errors import FormulaError
from derive.syntax import Call, Entry, Form, Name, Node, Num, Rel, children, same, substitute, walk


class Defining(Stating):
    """Reads the definitions of a chain."""

    def defines(self) -> bool:
        """Whether the first equality defines its left side; then it is found."""
        head, arguments = head_of(self.members[0])
        if head is None:
            return self._exemplifies() or self._through_logarithm()
        if self._gives_numbers():
            return True
        explicit = self.chain.relations[0] == ":="
        name = key_of(head)[0]
        known = self.scope.definitions.named(name)
        told = [k for k in known if k.key == key_of(head) or (arguments and k.arguments)]
        is_new = explicit or self._has_new_argument(arguments)
        if told and self._adds_piece(head, told[0]):
            return True
        if not is_new and not all(_has_other_axes(k.body, self.members[1]) for k in told):
            return False
        if name.endswith("_prime") and not self._tells_more(name):
            return False
        if len(self.members) > 2 and self._is_new(self.members[1]):
            # a = b = c with both a and b new: c is what both of them are.
            second, others = head_of(self.members[1])
            assert second is not None
            if not self.define(head, arguments, self.members[2], (0, 2)):
                return False
            self.define(second, others, self.members[2], (1, 2))
            return True
        return self.define(head, arguments, self.members[1], (0, 1))

    def normalises(self) -> bool:
        r"""p_k \propto e^{z_k} says what p is where nothing else does.

        Not for k != y, or under another condition: it may leave out some that the sum has.
        """
        if self.chain.conditions:
            return False
        head, arguments = head_of(self.members[0])
        body = normalised(head, self.members[1])
        if head is None or body is None or self.scope.named(key_of(head)[0]):
            return False
        self.meaning.note(NORMALISED)
        return self.define(head, arguments, body, (0, 1))

    def _tells_more(self, primed: str) -> bool:
        """Whether L' speaks of what no formula has had yet: another loss, and no derivative."""
        usage = self.scope.usage
        known = self.scope.seen | usage.subscripts | usage.bound | usage.letters | {primed}
        return bool(self.scope.seen) and bool(names_in(self.members[1]) - known - FUNCTION_WORDS)

    def _adds_piece(self, head: Name | Entry, old: Known) -> bool:
        """q_j = b for j != y behind q_y = a: both say what q is."""
        limit = limit_of(head, self.chain.conditions)
        try:
            body = self.member(1)
        except FormulaError:
            return False
        found = joined(old, head, body, limit)
        if found is None:
            return False
        known = Known(found[0], found[1], self.scope.line)
        self.scope = self.scope.defining(known)
        self.add("definition", head, body, (0, 1), known)
        return True

    def _has_new_argument(self, arguments: tuple[Node, ...]) -> bool:
        """Whether it says how a thing depends on a number that is new: p_k(T) = softmax(z/T)_k."""
        names = {argument.id for argument in arguments if isinstance(argument, Name)}
        return bool(names & names_in(self.members[1]) - self.scope.seen)

    def _gives_numbers(self) -> bool:
        """z = (2, 1, 0): an example, which is no meaning of z everywhere."""
        members = self.members
        is_list = len(members) == 2 and isinstance(members[1], Form) and members[1].name == "list"
        if is_list and not any(isinstance(part, Name | Entry) for part in walk(members[1])):
            self.add("fact", members[0], members[1], (0, 1))
            return True
        return False

    def _through_logarithm(self) -> bool:
        """log Z = log sum_j e^{z_j} says what Z is, log p_k = z_k - log Z what p_k is."""
        match self.members[:2]:
            case [Call(function="log", arg=Name() | Entry() as arg), body]:
                head, _ = head_of(arg)
                if head is None or not self._is_new(head):
                    return False
                value = body.arg if isinstance(body, Call) and body.function == "log" else None
                return self.define(head, (), value or Call("exp", body), (0, 1))
        return False

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
            return self.define(general[0], (), general[1], (0, 1))
        if not same(known.body, self.meaning.of(general[1])):
            return False
        self.add("definition", member, self.member(1), (0, 1), known)
        return True

    def _differs(self, member: Entry) -> bool:
        """Definitions at numbers that are not alike: they are kept in mind, not used."""
        if self.scope.named(member.base) or not self.scope.examples.get(member.base):
            return False
        self.scope = replace(self.scope, unread=self.scope.unread | {member.base})
        try:
            self.add("definition", member, self.member(1), (0, 1))
        except FormulaError as error:
            self.leave_unread((0, 1), "definition", error)
        return True

    def abbreviates(self) -> bool:
        """A formula on the left and a new name on the right: sum_j e^{f_j} = Sigma."""
        head, arguments = head_of(self.members[1])
        if head is None or arguments or len(self.members) != 2 or head_of(self.members[0])[0]:
            return False
        name = key_of(head)[0]
        if name in CONSTANTS:
            return False
        if self.chain.relations[0] == ":=":
            return self.define(head, (), self.members[0], (0, 1))
        if self.scope.definitions.named(name) or name in self.scope.seen:
            return False
        return self.define(head, (), self.members[0], (0, 1))

    def define(
        self, head: Name | Entry, arguments: tuple[Node, ...], body: Node, members: tuple[int, int]
    ) -> bool:
        """Define the head by the body; False where it can be no definition."""
        closed = self.scope.usage.subscripts | {"", "zeros", ONES}
        if isinstance(head, Name) and head.id in closed:
            return False
        own = {a.id: 0 for a in arguments if is_number(a, body)}
        own |= {a.id: 1 for a in arguments if is_vector(a, body)}
        self.meaning.ranks.own = own
        try:
            meant = self.meaning.of(body)
            if isinstance(head, Name) and self.scope.usage.is_array(head.id):
                meant = basis_vector(self.meaning, meant)
        except FormulaError as error:
            self.leave_unread(members, "definition", error)
            self.scope = replace(self.scope, unread=self.scope.unread | {key_of(head)[0]})
            return True
        value = isinstance(meant, Num)
        meant = self._at_condition(head, meant)
        head, meant = by_rows(head, meant, self.meaning)
        head, arguments, meant = generalised(head, arguments, meant)
        if value or self._uses(meant, key_of(head)):
            return False
        name = key_of(head)[0]
        # A function of a vector is given for its entries or as a whole: that is not its own axis.
        rank = 0 if arguments else self.meaning.ranks.of(meant)
        head, meant, rank = self._by_entries(head, meant, rank)
        limit = limit_of(head, self.chain.conditions)
        known = Known(head, meant, self.scope.line, arguments, rank, limit)
        if known.key in self.scope.definitions:
            if rank and ":=" not in self.chain.relations:
                # p = softmax(z) where p or p_k is known: that both agree is a claim.
                return False
            self.meaning.note(f"{name} gets a new definition here")
        self.said[members[1]] = tuple(self.meaning.notes)
        self.scope = self.scope.defining(known)
        self.add("definition", head, meant, members, known)
        self.meaning = self.reading_by(self.meaning.variable)
        self.trees[0], self.trees[members[1]] = head, meant
        return True

    def _by_entries(
        self, head: Name | Entry, body: Node, rank: int
    ) -> tuple[Name | Entry, Node, int]:
        """z_n = W x_n + b for every n: by the entries of the vector."""
        if not rank or not isinstance(head, Entry):
            return head, body, rank
        taken = names_in(body) | names_in(head) | self.scope.usage.ranges
        letters = tuple(itertools.islice(unused("jklmrs", taken), rank))
        whole = Entry(head.base, (*head.indices, *letters), span=head.span)
        return whole, Form("at", (body, *letters), span=body.span), 0

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

    def names_result(self, place: int) -> bool:
        """A name for what a chain has come to: p_k - y_k := e_k, or = e_k where e is new."""
        head, arguments = head_of(self.members[place + 1])
        if head is None:
            return False
        ends = place > 0 and place + 2 == len(self.members) and not arguments
        if self.chain.relations[place] != ":=" and not (ends and self._is_new(head)):
            return False
        return self.define(head, arguments, self.members[place], (place, place + 1))

    def names_summand(self, place: int) -> bool:
        """A new name for the terms of a sum: -sum_j y_j log p_j = -sum_j l_j."""
        found = named_summand(*self.members[place : place + 2])
        if found is None or self.scope.named(found[0].base) or found[0].base in self.scope.seen:
            return False
        members = dict(self.trees)
        defined = self.define(found[0], (), found[1], (place, place + 1))
        self.trees = members
        return defined


def _has_other_axes(old: Node, new: Node) -> bool:
    """Whether an array has more indices in one of two bodies: a loss of one sample, of a batch."""
    counts = dict[str, set[int]]()
    for base, count in (*keys_in(old), *keys_in(new)):
        counts.setdefault(base, set()).add(count)
    return any(len(found - {0}) > 1 for found in counts.values())
