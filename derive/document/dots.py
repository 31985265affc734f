r"""A dot between two vectors: w_k \cdot x is their inner product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.syntax import Form, Name, Node

if TYPE_CHECKING:
    from derive.document.meaning import Meaning

_DOTS = frozenset({r"\cdot", "·", "⋅", r"\bullet", r"{\cdot}"})


def dotted(meaning: Meaning, written: Sequence[Node], parts: Sequence[Node]) -> list[Node]:
    """The factors of a product, with two vectors as one where the author put a dot between them.

    `parts` is what the factors `written` mean.
    """
    found = [parts[0]]
    pairs = zip(written, written[1:], parts[1:], strict=False)
    for before, after, part in pairs:
        vectors = _is_vector(meaning, found[-1]) and _is_vector(meaning, part)
        if vectors and _has_dot(meaning, before, after):
            found[-1] = Form("matmul", (Form("transpose", (found[-1],)), part))
        else:
            found.append(part)
    return found


def _is_vector(meaning: Meaning, node: Node) -> bool:
    """Whether this is the name of a vector or a row of a matrix, and not computed from such."""
    named = isinstance(node, Name) or (isinstance(node, Form) and node.name == "at")
    return named and meaning.ranks.of(node) == 1


def _has_dot(meaning: Meaning, left: Node, right: Node) -> bool:
    if left.span is None or right.span is None:
        return False
    between = slice(left.span.stop - meaning.start, right.span.start - meaning.start)
    return meaning.source[between].replace(" ", "") in _DOTS
