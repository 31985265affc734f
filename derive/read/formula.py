"""The formula reader: text to syntax tree, with every mistake of a text reported at its place.

Sizes are bounded before any work is done: text length, bracket depth, node count, the size of
numbers and of constant exponents. The reader knows the language's words and nothing of what a
name means; that is `derive.scope`.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.read.arithmetic import Equation
from derive.read.build import Builder
from derive.syntax import Logic, Node, Rel, Span

__all__ = ["Equation", "read_condition", "read_equation", "read_expression"]


def read_expression(source: str, origin: str = "formula") -> Node:
    """The tree of a number-valued formula. Raises FormulaError."""
    reader = Builder(source, origin)
    node = reader.top()
    if node is not None and isinstance(node, Rel | Logic | Equation):
        reader.complain("expected a formula, found a relation", Span(0, len(source)))
        node = None
    return reader.finish(node)


def read_equation(source: str, origin: str = "claim") -> Equation:
    """`left == right`; a single = is read the same way. Raises FormulaError."""
    reader = Builder(source, origin)
    node = reader.top()
    if node is not None and not isinstance(node, Equation):
        hint = "write it as  left == right"
        if isinstance(node, Logic):
            hint = "give one equality at a time"
        reader.complain("expected one equality", Span(0, len(source)), hint)
        node = None
    return reader.finish(node)


def read_condition(source: str, origin: str = "where") -> tuple[Node, ...]:
    """Conditions joined by commas or `and`, e.g. k != y, k != l. Raises FormulaError."""
    parts = []
    for start, stop in _between_commas(source):
        reader = Builder(source, origin, start, stop)
        node = reader.top()
        if isinstance(node, Equation):
            node = Rel("==", node.left, node.right, span=Span(start, stop))
        if node is not None and not isinstance(node, Rel | Logic):
            reader.complain("expected a condition such as k != y", Span(start, stop))
            node = None
        parts.append(reader.finish(node))
    return tuple(parts)


def _between_commas(source: str) -> Iterator[tuple[int, int]]:
    """The pieces of a list; a comma inside brackets ends none."""
    start = level = 0
    for place, char in enumerate(source):
        level += (char in "([") - (char in ")]")
        if char == "," and level <= 0:
            yield start, place
            start = place + 1
    yield start, len(source)
