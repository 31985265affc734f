"""What every part of the builder has: the parse tree's parts, notes, choices, complaints."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lark

from derive.read.latex.tokens import Token, place
from derive.read.text import Text
from derive.syntax import Form, Logic, Node, Num, Rel, Span, num

Part = lark.Tree[Token] | Token
BRACKETS = frozenset({"round", "square", "curly"})
SEPARATORS = frozenset({"COMMA", "SEMI", "COLON", "MID", "PARALLEL", "WORDS"})


# The place of a choice that is made once for a whole chain.
EVERYWHERE = Span(0, 0)


@dataclass(frozen=True)
class Choice:
    """A place that can be read in two ways, and what the second is."""

    kind: str
    span: Span


def kind(part: Part | None) -> str:
    """The rule or the terminal of a part."""
    if part is None:
        return ""
    return part.type if isinstance(part, Token) else str(part.data)


def inside(part: Part) -> lark.Tree[Token]:
    """The content between a part's brackets."""
    assert isinstance(part, lark.Tree)
    return next(c for c in part.children if isinstance(c, lark.Tree))


def sole(part: Part) -> Part:
    """The part without the braces and contents around it that hold nothing else."""
    while isinstance(part, lark.Tree):
        if part.data == "group":
            part = inside(part)
        elif part.data in ("content", "start") and len(part.children) == 1:
            part = part.children[0]
        else:
            break
    return part


def factors(part: Part) -> list[Part]:
    """The factors, operators and prefixes of a term, in a row."""
    inner = sole(part)
    return (
        list(inner.children) if isinstance(inner, lark.Tree) and inner.data == "term" else [inner]
    )


def pieces(content: Part) -> Iterator[tuple[Token | None, Part]]:
    """The clauses of a content, each with the last separator before it."""
    separator: Token | None = None
    whole = isinstance(content, lark.Tree) and content.data in ("content", "start")
    for part in content.children if whole else [content]:  # type: ignore[union-attr]
        if isinstance(part, Token) and part.type in SEPARATORS:
            separator = part
        else:
            yield separator, part
            separator = None


def has(content: Part, kinds: Sequence[str]) -> bool:
    """Whether separators or clauses of these kinds stand directly in a content."""
    children = content.children if isinstance(content, lark.Tree) else []
    return any(kind(part) in kinds for part in children)


def relational(part: Part) -> bool:
    """Whether a relation stands in the part, at most one pair of brackets down."""
    inner = sole(part)
    if isinstance(inner, lark.Tree) and inner.data in BRACKETS:
        inner = inside(inner)
    return kind(sole(inner)) == "compare" or has(inner, ["compare"])


class Values(ABC):
    """Base of the builder: one member's tree, the choices taken, what a person must be told."""

    def __init__(self, reader: Text, whole: Span, taken: frozenset[Choice]) -> None:
        self.reader, self.whole, self.taken = reader, whole, taken
        self.notes: list[str] = []
        # Conditions that hang on an index: those of z_{j != i}.
        self.limits: list[Rel] = []
        self._level = 0
        self.choices: dict[Choice, str] = {}

    @abstractmethod
    def value(self, part: Part) -> Node:
        """The tree of any part."""

    @abstractmethod
    def product(self, items: Sequence[Part]) -> Node:
        """The tree of a term, given by what stands in it from left to right."""

    @abstractmethod
    def condition(self, content: Part) -> Node:
        """The condition that a content states."""

    @abstractmethod
    def arguments(self, content: Part) -> tuple[Node, ...]:
        """What stands between the brackets of a call."""

    def number(self, part: Part) -> Node:
        """A part that must be a number, not a condition."""
        node = self.value(part)
        if isinstance(node, Rel | Logic) or (isinstance(node, Form) and node.name == "in"):
            self.complain("a condition where a number is expected", self.span(part))
        if isinstance(node, Form) and node.name in ("list", "set"):
            self.complain("a list in brackets is no number", self.span(part))
        return node

    def chosen(self, name: str, span: Span, note: str) -> bool:
        """Whether the second of two readings is taken here; the note says what they are."""
        choice = Choice(name, span)
        self.choices.setdefault(choice, note)
        return choice in self.taken

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def complain(self, message: str, span: Span, hint: str = "") -> Num:
        self.reader.complain(message, span, hint)
        return num(0)

    def span(self, part: Part) -> Span:
        if isinstance(part, Token):
            return place(part)
        if part.meta.empty:
            return self.whole
        # the index of \underset stands before its operator
        ends = (part.meta.start_pos, part.meta.end_pos)
        return Span(min(ends), max(ends))

    def across(self, first: Span | None, last: Span | None) -> Span:
        a, b = first or self.whole, last or self.whole
        return Span(min(a.start, b.start), max(a.stop, b.stop))
