"""Literal indices that count from 0, rewritten to count from 1 before anything is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from derive.errors import FormulaError
from derive.read.facts import read_facts
from derive.read.formula import Equation, read_condition, read_equation, read_expression
from derive.syntax import Entry, Name, Node, Num, Reduce, Rel, walk

Texts = Mapping[str, Sequence[str]]

_READ: Mapping[str, Callable[[str], Any]] = {
    "claim": read_equation,
    "expression": read_expression,
    "given": read_equation,
    "assume": read_equation,
    "where": read_condition,
}


def counted_from_one(texts: Texts, step: int = 1) -> dict[str, list[str]]:
    """The texts with 1 added to each literal index: f[0] becomes f[1], k == 0 becomes k == 1.

    With `step` = -1 the other way round.

    A number is an index where it is a subscript, or is compared with what is used as an index
    somewhere in the texts. Texts that cannot be read stay as they are.
    """
    trees = {
        (kind, place): _trees(kind, text)
        for kind, group in texts.items()
        for place, text in enumerate(group)
    }
    names = _indices([tree for group in trees.values() for tree in group], texts)
    return {
        kind: [_shifted(text, trees[kind, place], names, step) for place, text in enumerate(group)]
        for kind, group in texts.items()
    }


def _trees(kind: str, text: str) -> tuple[Node, ...]:
    if kind not in _READ or not text.strip():
        return ()
    try:
        read = _READ[kind](text)
    except FormulaError:
        return ()
    if isinstance(read, Equation):
        return read.left, read.right
    return (read,) if isinstance(read, Node) else tuple(read)


def _indices(trees: Sequence[Node], texts: Texts) -> set[str]:
    """Names that are used or declared as an index, arrays of labels among them."""
    found: set[str] = set()
    numbers: set[str] = set()
    for tree in trees:
        for part in walk(tree):
            if isinstance(part, Reduce):
                found.add(part.index)
            elif isinstance(part, Entry):
                found |= {_name(index) for index in part.indices}
    for text in texts.get("declare", ()):
        try:
            for fact in read_facts(text):
                (found if fact.kind in ("label", "index") else numbers).add(fact.name)
        except FormulaError:
            continue
    return found - numbers - {""}


def _name(node: Node) -> str:
    match node:
        case Name(id=name) | Entry(base=name):
            return name
        case _:
            return ""


def _literals(tree: Node, names: set[str]) -> Iterator[Num]:
    """The numbers in the tree that are an index."""
    for part in walk(tree):
        if isinstance(part, Entry):
            yield from (index for index in part.indices if isinstance(index, Num))
        elif isinstance(part, Rel):
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(one, Num) and _name(other) in names:
                    yield one


def _shifted(text: str, trees: Sequence[Node], names: set[str], step: int) -> str:
    found = {
        (literal.span.start, literal.span.stop): int(literal.value) + step
        for tree in trees
        for literal in _literals(tree, names)
        if literal.span is not None and literal.value.denominator == 1
    }
    for (start, stop), value in sorted(found.items(), reverse=True):
        text = f"{text[:start]}{value}{text[stop:]}"
    return text
