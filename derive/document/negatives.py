"""Negative samples: the rows u_k of a sum of logarithms are others than the row u_o beside it.

log s(u_o v) + sum_k log s(-u_k v) has one array for both; by what the document says of negative
samples, the k of the sum are never o, and none of them comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.document.roles import Posed
from derive.syntax import Call, Div, Entry, Form, Name, Node, Reduce, children, rebuild, walk

NEGATIVES = "neg"
Row = tuple[str, str]


def with_negatives(posed: Posed) -> Posed:
    """The claim with an array of its own for the rows of negative samples."""
    bodies = [body for _, body in posed.definitions]
    sums = [one for body in (*bodies, posed.left, posed.right) for one in _outer_sums(body)]
    rows = {row for one in sums for row in _rows_of(one)}
    outside = {name for body in bodies for name in _outside(body)}
    found = {(name, letter) for name, letter in rows if name in outside}
    if not found:
        return posed
    arrays = sorted({name for name, _ in found})
    note = "the negative samples are taken for all different, and other than the one beside them: "
    listed = " and ".join(f"{name}{NEGATIVES} are their rows of {name}" for name in arrays)
    changed = posed.mapped(lambda tree: _renamed(tree, found))
    return replace(changed, notes=(*changed.notes, note + listed))


def _outer_sums(tree: Node) -> Iterator[Reduce]:
    """The sums of logarithms that stand in no logarithm and no quotient."""
    if isinstance(tree, Call | Div):
        return
    if isinstance(tree, Reduce) and tree.kind == "sum":
        if any(isinstance(p, Call) and p.function in ("log", "softplus") for p in walk(tree.body)):
            yield tree
        return
    for part in children(tree):
        yield from _outer_sums(part)


def _rows_of(one: Reduce) -> Iterator[Row]:
    """(u, k) for the row u_k of the sum over k, (u, w) for the rows u_{w_k}."""
    for part in walk(one.body):
        row = _row(part)
        if row is not None and row[1] == Name(one.index):
            yield row[0], one.index
        if row is not None and isinstance(row[1], Entry) and Name(one.index) in row[1].indices:
            yield row[0], row[1].base


def _row(part: Node) -> tuple[str, Node] | None:
    match part:
        case Form(name="at", args=(Name(id=name), index)):
            return name, index
        case Entry(base=name, indices=(index,)):
            return name, index
    return None


def _outside(tree: Node) -> Iterator[str]:
    """The arrays that stand in the tree outside of every sum."""
    if isinstance(tree, Reduce):
        return
    row = _row(tree)
    if row is not None:
        yield row[0]
    for part in children(tree):
        yield from _outside(part)


def _renamed(tree: Node, found: set[Row]) -> Node:
    """The tree with the rows of negative samples in arrays of their own."""
    row = _row(tree)
    if row is not None:
        name, index = row
        if isinstance(index, Name) and (name, index.id) in found:
            return _own_row(tree, name, index)
        if isinstance(index, Entry) and (name, index.base) in found:
            return _own_row(tree, name, index.indices[0])
    if isinstance(tree, Call) and tree.function == "log":
        # The sum within a logarithm goes over all of them.
        inner = [p for p in walk(tree.arg) if isinstance(p, Reduce)]
        own = {p.index for p in inner}
        found = {(name, letter) for name, letter in found if letter not in own}
    parts = tuple(_renamed(part, found) for part in children(tree))
    return rebuild(tree, parts) if parts else tree


def _own_row(row: Node, name: str, index: Node) -> Node:
    if isinstance(row, Entry):
        return Entry(f"{name}{NEGATIVES}", (index,), span=row.span)
    return Form("at", (Name(f"{name}{NEGATIVES}"), index), span=row.span)
