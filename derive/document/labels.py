"""Which letter is the true class: one that is said to be, that of -log p_y, or a one-hot's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derive.document.known import Known, Scope, index_letters, keys_in, names_in
from derive.document.limits import LABEL
from derive.document.statement import Statement
from derive.syntax import Name, Node, Rel


def picked(statement: Statement, known: Iterable[Known]) -> Iterator[Node]:
    """k == label_y, where the text said y_k = 1, and both occur."""
    trees = (statement.left, statement.right, *(one.body for one in known))
    names = {name for tree in trees for name in names_in(tree)}
    for base, condition in statement.scope.picked:
        if base in names and names_in(condition) & names:
            yield condition


def same_class(trees: Sequence[Node], scope: Scope) -> Iterator[Node]:
    """c == label_y, where c is said to be the correct class and y to be one-hot."""
    labels, vectors = _labels(trees, scope), _vectors(trees, scope)
    if len(labels) == len(vectors) == 1 and not labels & vectors:
        (label,), (vector,) = labels, vectors
        if not scope.named(vector) and not scope.named(label):
            yield Rel("==", Name(label), Name(f"label_{vector}"))


def of_label(
    conditions: Iterable[Node], trees: Sequence[Node], known: Sequence[Known], scope: Scope
) -> Iterator[Node]:
    """The conditions, with its letter for the true class; without those that find none."""
    for condition in conditions:
        if not isinstance(condition, Rel) or condition.right != LABEL:
            yield condition
            continue
        label = _letter(trees, known, scope)
        if label is not None and label != condition.left:
            yield Rel(condition.op, condition.left, label)


def _letter(trees: Sequence[Node], known: Sequence[Known], scope: Scope) -> Name | None:
    """c said to be the class, y of L = -log p_y, the label of a one-hot y; None if in doubt."""
    loose = {
        letter for one in known if isinstance(one.head, Name) for letter in index_letters(one.body)
    }
    vectors = {f"label_{vector}" for vector in _vectors(trees, scope)}
    for found in (_labels(trees, scope), loose, vectors):
        if found:
            return Name(found.pop()) if len(found) == 1 else None
    return None


def _labels(trees: Sequence[Node], scope: Scope) -> set[str]:
    keys = {key for tree in trees for key in keys_in(tree)}
    return {name for name in _said_to_be("label", scope) if (name, 0) in keys}


def _vectors(trees: Sequence[Node], scope: Scope) -> set[str]:
    keys = {key for tree in trees for key in keys_in(tree)}
    return {name for name in _said_to_be("onehot", scope) if (name, 1) in keys}


def _said_to_be(kind: str, scope: Scope) -> Iterator[str]:
    """The names without sizes that are declared to be of a kind."""
    for name, sources in scope.declared.items():
        if f"{name}: {kind}" in sources:
            yield name
