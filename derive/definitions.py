"""The texts of a problem: its equations, definitions and facts, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.errors import Complaint, FormulaError
from derive.problem import Definition, one_hot
from derive.ranges import Ranges
from derive.read.facts import ANY_SIZE, Fact
from derive.read.formula import Equation
from derive.read.shorthand import SHORTHAND
from derive.show import text
from derive.syntax import (
    Call,
    Entry,
    Name,
    Node,
    Span,
    children,
    fresh,
    larger_than,
    substitute,
    transform,
    walk,
)

# relu of something larger stays what it is: its argument would stand there twice.
_MOST_PARTS = 1_000


def _apart(node: Node) -> Node:
    """The tree with bound names of its own, relu(u) as the larger of u and 0."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Call) and part.function == "relu":
            inner = transform(part.arg, change)
            if larger_than(inner, _MOST_PARTS):
                return Call("relu", inner, span=part.span)
            return SHORTHAND["relu", 1](inner)
        return None

    return substitute(transform(node, change), {})


class Definitions:
    """The equations sorted into definitions and assumptions; complaints gather as they are found.

    A given equation whose left side is a name or an entry is a definition, any other an assumption.
    """

    def __init__(
        self,
        claim: Equation,
        given: Sequence[Equation],
        facts: Sequence[Fact],
        where: Sequence[Node],
        assume: Sequence[Equation],
    ) -> None:
        self.complaints: list[Complaint] = []
        self.ranges = Ranges()
        self.facts = {fact.name: fact for fact in facts}
        self.definitions: dict[str, Definition] = {}
        self.sources: dict[str, str] = {}
        self.origins = {fact.source: "declare" for fact in facts}
        self.origins |= {equation.source: equation.origin for equation in (*assume, *given, claim)}
        equations = list(assume)
        for equation in given:
            if isinstance(equation.left, Name | Entry):
                self._define(equation)
            else:
                equations.append(equation)
        self.claim = claim
        self.left, self.right = _apart(claim.left), _apart(claim.right)
        self.where = tuple(map(_apart, where))
        self.assumptions = tuple((_apart(e.left), _apart(e.right)) for e in equations)
        told = zip(equations, self.assumptions, strict=True)
        self.texts = [(claim, (self.left, self.right)), *told]
        self._check_facts(facts)

    def _complain(
        self, message: str, node: Node | Fact | None, source: str, hint: str = ""
    ) -> None:
        span = (node.span if node is not None else None) or Span(0, max(1, len(source)))
        complaint = Complaint(message, source, span, hint, self.origins.get(source, "where"))
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def _check_facts(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            known = self.facts[fact.name]
            if (known.kind, known.sizes) != (fact.kind, fact.sizes):
                self._complain(f"{fact.name} is declared twice", known, fact.source)
            if fact.name in self.definitions and fact.kind != "real":
                hint = "declare what the definition is made of"
                self._complain(f"{fact.name} is defined and declared", fact, fact.source, hint)

    def _define(self, equation: Equation) -> None:
        head = equation.left
        name = head.base if isinstance(head, Entry) else head.id if isinstance(head, Name) else ""
        indices = children(head)
        letters = [index.id for index in indices if isinstance(index, Name)]
        if len(set(letters)) != len(indices):
            hint = "write  p[k] = ..."
            self._complain(
                "the indices of a definition are distinct letters", head, equation.source, hint
            )
            return
        if name in self.definitions:
            self._complain(f"{name} is defined twice", head, equation.source)
            return
        params = tuple(fresh(letter) for letter in letters)
        renamed: dict[str, Node] = {a: Name(b) for a, b in zip(letters, params, strict=True)}
        body = substitute(_apart(equation.right), renamed)
        self.definitions[name] = Definition(name, params, body)
        self.sources[name] = equation.source

    def _uses(self, node: Node) -> Iterator[str]:
        for part in walk(node):
            name = (
                part.base if isinstance(part, Entry) else part.id if isinstance(part, Name) else ""
            )
            if name in self.definitions:
                yield name

    def _check_cycles(self) -> None:
        state: dict[str, int] = {}

        def visit(name: str) -> None:
            state[name] = 1
            for used in self._uses(self.definitions[name].body):
                if state.get(used) == 1:
                    self._complain(f"{used} is defined through itself", None, self.sources[used])
                elif used not in state:
                    visit(used)
            state[name] = 2

        for name in self.definitions:
            if name not in state:
                visit(name)
        if self.complaints:
            raise FormulaError(self.complaints)

    def _one_hot(self) -> None:
        """A one-hot array is a label in another spelling: t[k] = delta(k, label)."""
        for fact in list(self.facts.values()):
            if fact.kind != "onehot" or fact.name in self.definitions:
                continue
            label, definition = one_hot(fact.name, len(fact.sizes))
            self.definitions[fact.name] = definition
            self.sources[fact.name] = fact.source
            self.facts[label] = Fact(label, "label", fact.sizes[:-1], fact.source, fact.span)
            for place, size in enumerate(fact.sizes):
                if size != ANY_SIZE:
                    self.ranges.join(("size", size), ("index", definition.params[place]))

    def _trees(self) -> Iterator[tuple[str, Node]]:
        for name, definition in self.definitions.items():
            yield self.sources[name], definition.body
        for equation, sides in self.texts:
            for side in sides:
                yield equation.source, side
        for condition in self.where:
            yield text(condition), condition
