"""Sums: over what a bare one goes, and that one over i != j may go over both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.document.known import index_letters
from derive.syntax import Form, Name, Node, Reduce, Rel

if TYPE_CHECKING:
    from derive.document.meaning import Meaning


def bare_sum(meaning: Meaning, node: Reduce) -> Node:
    """A sum without limits goes over the one index that is not free outside of it."""
    body = meaning.of(node.body)
    letters = index_letters(body) - meaning.outer
    if not letters and meaning.ranks.of(body) == 1:
        # sum(exp(z)), as code has it: over all the entries.
        return Form("sum", (body,), span=node.span)
    if len(letters) != 1:
        raise meaning.fail("a sum, but over which index is not said", node, r"write \sum_j")
    (letter,) = letters
    meaning.note(f"the sum without limits goes over {letter}")
    return Reduce(node.kind, body, letter, node.where, node.over, span=node.span)


def sum_over(meaning: Meaning, node: Reduce) -> Node:
    """A sum over i != j goes over both where j stands for nothing else."""
    meaning.bound.append(node.index)
    inside = meaning.inside(node)
    meaning.bound.pop()
    where = node.where
    if not isinstance(where, Rel) or not isinstance(where.right, Name):
        return inside
    other = where.right.id
    if other == node.index or other in meaning.outer or other in meaning.bound:
        return inside
    if other not in meaning.scope.usage.subscripts:
        return inside
    if other not in index_letters(node.body):
        return inside
    meaning.note(f"the sum goes over {node.index} and {other}")
    return Reduce(node.kind, inside, other, span=node.span)
