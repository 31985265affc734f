"""Losses over a square of logits whose diagonal is right, such as InfoNCE: rewritten with labels.

p[i, i] says that sample i belongs to column i. Written p[i, own[i]], with a label for each sample,
the loss is like others with rows and classes, and is true of any labels: there may be more columns
than samples, and the engine takes the diagonal where no label is given. The formulas with labels
are proved like those of any loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from derive.catalogue import Loss
from derive.decide import pose
from derive.problem import Problem
from derive.syntax import Deriv, Entry, Name, Node, Rel, children, transform, walk
from numeric.names import Names, all_names, head
from numeric.stable.proof import line, shown

ROW, COLUMN = 0, 1
Places = Mapping[str, tuple[int | None, ...]]
"""Of each array and definition, which of its indices are rows and which are columns."""


def with_labels(loss: Loss) -> tuple[Loss, str]:
    """The loss with a label where its diagonal was, and the label's name.

    As it is, and "", where it is not over a square or says nothing of the diagonal.
    """
    problem = pose(loss.claim(1), given=loss.given, declare=loss.declare)
    assert isinstance(problem.left, Deriv)
    (entry,) = problem.left.wrt
    square = problem.symbols[head(entry)]
    if len(square.axes) != 2 or len(set(square.axes)) > 1:
        return loss, ""
    names = Names(all_names(problem))
    own, size = names.fresh("own"), names.fresh("n")
    rows = _Rows(problem, square.name, own)
    given = [line(replace(d, body=rows.labelled(d.body))) for d in problem.definitions.values()]
    if not rows.used:
        return loss, ""
    rest = (fact for fact in loss.declare if fact.partition(":")[0].strip() != square.name)
    declare = (
        f"{square.name}: {square.kind}[{square.axes[0]}, {size}]",
        f"{own}: label[{square.axes[0]}]",
        *rest,
    )
    second = ""
    if loss.hessian:
        stated = pose(loss.claim(2), given=loss.given, declare=loss.declare)
        second = shown(rows.labelled(stated.right))
    first = shown(rows.labelled(problem.right))
    return replace(loss, given=tuple(given), declare=declare, gradient=first, hessian=second), own


class _Rows:
    """Which index runs over the rows: each that stands in a row's place anywhere."""

    def __init__(self, problem: Problem, square: str, own: str) -> None:
        self.own, self.used = own, False
        places: dict[str, tuple[int | None, ...]] = {square: (ROW, COLUMN)}
        for _ in problem.definitions:
            for name, definition in problem.definitions.items():
                kinds = _kinds(definition.body, places)
                places[name] = tuple(map(kinds.get, definition.params))
        self.places: Places = places

    def labelled(self, node: Node) -> Node:
        """The tree with own[i] wherever a row's index i stands for a column."""
        kinds = _kinds(node, self.places)

        def change(part: Node) -> Node | None:
            match part:
                case Entry(base=base, indices=indices) if base in self.places:
                    places = zip(indices, self.places[base], strict=True)
                    return Entry(base, tuple(self._column(i, at, kinds) for i, at in places))
                case Rel(left=left, right=right) if {
                    kinds.get(head(left)),
                    kinds.get(head(right)),
                } == {ROW, COLUMN}:
                    left, right = (self._column(side, COLUMN, kinds) for side in (left, right))
                    return Rel(part.op, left, right)
            return None

        return transform(node, change)

    def _column(self, index: Node, place: int | None, kinds: Mapping[str, int]) -> Node:
        if place != COLUMN or kinds.get(head(index)) != ROW:
            return index
        self.used = True
        return Entry(self.own, (index,))


def _kinds(node: Node, places: Places) -> dict[str, int]:
    """Of each index in the tree, whether it is a row's; one that is both is a row's."""
    found: dict[str, int] = {}
    for name, place in _occurrences(node, places):
        found[name] = min(place, found.get(name, COLUMN))
    return found


def _occurrences(node: Node, places: Places) -> Iterator[tuple[str, int]]:
    for part in walk(node):
        if isinstance(part, Entry) and part.base in places:
            for index, place in zip(children(part), places[part.base], strict=True):
                if isinstance(index, Name) and place is not None:
                    yield index.id, place
