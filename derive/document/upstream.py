"""A loss of which nothing is said: ∂L/∂p_k is whatever comes from above, and L any function of p.

The chain rule sees no more of L than its first derivatives by p. An equality of first derivatives
therefore holds for every L if and only if it holds for L = sum_k c_k p_k with any numbers c_k.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.document.known import Key, Scope, base_of, key_of, names_in
from derive.syntax import Deriv, Entry, Mul, Name, Node, Reduce, walk

SLOPE = "slope"
Definition = tuple[Name | Entry, Node]


def with_any_loss(
    sides: tuple[Node, Node], definitions: Sequence[Definition], scope: Scope
) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
    """The definitions and that of a loss which has none, with a note; else them alone.

    Only where both sides depend on its derivatives: d(L, p[k]) == -y[k]/p[k] says what L is, and
    where L is not known there is nothing to hold it against.
    """
    bodies = {key_of(head)[0]: body for head, body in definitions}
    trees = [*sides, *bodies.values()]
    found = [part for tree in trees for part in walk(tree) if isinstance(part, Deriv)]
    for loss in dict.fromkeys(p.body.id for p in found if isinstance(p.body, Name)):
        by = {base_of(v) for p in found if p.body == Name(loss) for v in p.wrt}
        known = scope.named(loss) or loss in scope.unread or not _only_first(loss, trees, bodies)
        if known or not all(loss in _below(side, bodies) for side in sides):
            continue
        outer = [v for v in by if not any(v in _below(bodies.get(o), bodies) for o in by - {v})]
        if len(outer) == 1 and outer[0] in bodies:
            value = _linear(loss, outer[0], [key_of(head) for head, _ in definitions], scope)
            note = f"{loss} is any function of {outer[0]}: nothing says what it is"
            return (*definitions, (Name(loss), value)), (note,)
    return tuple(definitions), ()


def speaks_of_any_loss(repair: str, given: Sequence[str]) -> bool:
    """Whether a formula in text takes the stand-in for such a loss for its value."""
    heads = (source.partition(" = ")[0] for source in given if SLOPE in source)
    return SLOPE in repair or any(re.search(rf"(?<!d\()\b{head}\b", repair) for head in heads)


def _only_first(loss: str, trees: Sequence[Node], bodies: dict[str, Node]) -> bool:
    """Whether nothing is said of the loss but its first derivatives: no value, no second one."""
    parts = [part for tree in trees for part in walk(tree)]
    found = [part for part in parts if isinstance(part, Deriv)]
    own = [part for part in found if part.body == Name(loss)]
    others = [part for part in found if part.body != Name(loss)]
    return (
        all(len(part.wrt) == 1 for part in own)
        and len(own) == parts.count(Name(loss))
        and not any(loss in _below(part.body, bodies) for part in others)
    )


def _below(tree: Node | None, bodies: dict[str, Node]) -> set[str]:
    """The names that a tree depends on, through definitions."""
    found, waiting = set[str](), [] if tree is None else [tree]
    while waiting:
        for name in names_in(waiting.pop()) - found:
            found.add(name)
            waiting += [bodies[name]] if name in bodies else []
    return found


def _linear(loss: str, base: str, heads: Sequence[Key], scope: Scope) -> Node:
    """sum_k c_k p_k over all the axes of p."""
    axes = max(
        [count for name, count in heads if name == base]
        + [known.key[1] for known in scope.named(base)]
    )
    letters = [Name(f"{loss}{place}") for place in range(axes)]
    value: Node = Name(base)
    if letters:
        value = Entry(base, tuple(letters))
    slope: Node = Entry(f"{loss}{SLOPE}", tuple(letters)) if letters else Name(f"{loss}{SLOPE}")
    value = Mul((slope, value))
    for letter in letters:
        value = Reduce("sum", value, letter.id)
    return value
