r"""Vectors and matrices written out with dots, by their general entry.

(x_1, ..., x_n) lists the entries of x. In a Jacobian with p_1(1 - p_1), -p_1 p_2, ... the corners
show what stands on the diagonal and beside it; the chain is then one between entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.document.known import names_in
from derive.read.latex import Chain
from derive.syntax import (
    ONE,
    Cases,
    Deriv,
    Entry,
    Form,
    Name,
    Node,
    Rel,
    children,
    num,
    rebuild,
    walk,
)

_DOTS = Form("dots", ())
Cells = tuple[tuple[Node, ...], ...]


def by_entries(chain: Chain) -> Chain:
    """The chain without lists of a vector's own entries, and between entries where it has tables.

    As it stands where the corners of a table do not show one pattern.
    """
    members = [m for m in chain.members if not _lists_own(m, chain.members)]
    if len(members) < len(chain.members):
        relations = chain.relations[: max(len(members) - 1, 0)]
        return by_entries(replace(chain, members=tuple(members), relations=relations))
    tables = {k: cells for k, m in enumerate(members) if (cells := _cells(m))}
    if not tables:
        return chain
    taken = {name for member in members for name in names_in(member)}
    letters = [Name(c) for c in "ijklmrs" if c not in taken]
    ranks = {len(cells[0]) > 1 for cells in tables.values()}
    if len(ranks) != 1 or len(letters) < 2:
        return chain
    at = tuple(letters[: 2 if ranks == {True} else 1])
    general = {k: _general(cells, at) for k, cells in tables.items()}
    if any(entry is None for entry in general.values()):
        return chain
    shown = [entry for entry in general.values() if entry is not None]
    entries = (general.get(k) or _entry(m, at, shown) for k, m in enumerate(members))
    spanned = (replace(e, span=m.span) for e, m in zip(entries, members, strict=True))
    listed = ", ".join(letter.id for letter in at)
    note = f"what is written with dots is read by its entry at {listed}, as its corners show it"
    return replace(chain, members=tuple(spanned), notes=(*chain.notes, note))


def _lists_own(member: Node, members: Sequence[Node]) -> bool:
    """Whether a member is (z_1, ..., z_C), and another one z."""
    inner = _untransposed(member)
    if not isinstance(inner, Form) or inner.name not in ("list", "matrix", "set"):
        return False
    cells = [cell for row in inner.args for cell in (_row(row) or (row,)) if cell != _DOTS]
    bases = {cell.base if isinstance(cell, Entry) else "" for cell in cells}
    names = {m.id for m in map(_plain, members) if isinstance(m, Name)}
    return len(bases) == 1 and bases <= names


def _plain(node: Node) -> Node:
    return node.args[0] if isinstance(node, Form) and node.name == "vec" else node


def _untransposed(node: Node) -> Node:
    return node.args[0] if isinstance(node, Form) and node.name == "transpose" else node


def _row(node: Node) -> tuple[Node, ...] | None:
    return node.args if isinstance(node, Form) and node.name == "row" else None


def _cells(member: Node) -> Cells | None:
    """The cells of a table with dots, without those; a vector as rows of one cell."""
    inner = _untransposed(member)
    if not isinstance(inner, Form) or _DOTS not in walk(inner):
        return None
    rows = [_row(row) or (row,) for row in inner.args]
    if inner.name not in ("list", "matrix"):
        return None
    if len(rows) == 1 and inner.name == "matrix":
        rows = [(cell,) for cell in rows[0]]
    kept = tuple(tuple(c for c in row if c != _DOTS) for row in rows)
    kept = tuple(row for row in kept if row)
    if len({len(row) for row in kept}) != 1:
        return None
    if inner is not member and len(kept[0]) > 1:
        kept = tuple(zip(*kept, strict=True))
    return kept if len(kept) > 1 else None


def _general(cells: Cells, at: tuple[Name, ...]) -> Node | None:
    """The entry at these letters, as the corners show it and no other cell denies."""
    first, last = cells[0], cells[-1]
    if len(at) == 1:
        found = _common(first[0], last[0], at[0])
        return found if found is not None and _fits(found, cells, at) else None
    beside = _common(first[-1], last[0], *at)
    if beside is None:
        return None
    if _fits(beside, cells, at):
        return beside
    along = _common(first[0], last[-1], at[0])
    if along is None:
        return None
    entry = Cases(((along, Rel("==", *at)),), beside)
    return entry if _fits(entry, cells, at) else None


def _common(a: Node, b: Node, before: Name, behind: Name | None = None) -> Node | None:
    """What two cells share: `before` for an index 1 that grows, `behind` for one that falls."""
    if isinstance(a, Entry):
        if not isinstance(b, Entry) or (a.base, len(a.indices)) != (b.base, len(b.indices)):
            return None
        parts = [_index(x, y, before, behind) for x, y in zip(a.indices, b.indices, strict=True)]
    elif type(a) is not type(b) or len(children(a)) != len(children(b)) or not children(a):
        return a if a == b else None
    else:
        pairs = zip(children(a), children(b), strict=True)
        parts = [_common(x, y, before, behind) for x, y in pairs]
    found = tuple(part for part in parts if part is not None)
    return rebuild(a, found) if len(found) == len(parts) else None


def _index(a: Node, b: Node, before: Name, behind: Name | None) -> Node | None:
    if a == b:
        return a
    if a == ONE:
        return before
    return behind if b == ONE else None


def _fits(entry: Node, cells: Cells, at: tuple[Name, ...]) -> bool:
    """Whether the first two rows and columns are the entry at 1 and 2."""
    for row, line in enumerate(cells[:-1][:2], 1):
        columns = line if len(at) == 1 else line[:-1][:2]
        for column, cell in enumerate(columns, 1):
            places = (num(row), num(column))[: len(at)]
            if _at(entry, dict(zip(at, places, strict=True))) != cell:
                return False
    return True


def _at(entry: Node, places: dict[Name, Node]) -> Node:
    match entry:
        case Cases(branches=((value, Rel(left=a, right=b)),), otherwise=other):
            along = _at(a, places) == _at(b, places)
            return _at(value if along else other, places)
        case Name():
            return places.get(entry, entry)
    return _mapped(entry, lambda part: _at(part, places))


def _mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    parts = tuple(map(change, children(node)))
    return rebuild(node, parts) if parts else node


def _entry(member: Node, at: tuple[Name, ...], shown: Sequence[Node]) -> Node:
    """The entry at these letters of a member that is no table itself."""
    match member:
        case Form(name="grad", args=(body, variable)) if len(at) == 1:
            return Deriv(body, (_place(variable, at),))
        case Deriv(body=body, wrt=(variable,)) if len(at) == 1:
            return Deriv(body, (_place(variable, at),))
        case Deriv(body=body, wrt=(variable,)):
            above, below = _layout(body, at, shown)
            return Deriv(_place(body, above), (_place(variable, below),))
    return _place(member, at)


def _layout(
    body: Node, at: tuple[Name, ...], shown: Sequence[Node]
) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """Which letter goes with the numerator: as the table has it, else the one of the rows."""
    first, second = at[:1], at[1:]
    name = _plain(body)
    for entry in shown:
        match entry:
            case Deriv(body=Entry(base=base, indices=(Name() as letter,))) if Name(base) == name:
                return ((letter,), second if (letter,) == first else first)
    return first, second


def _place(node: Node, at: tuple[Name, ...]) -> Node:
    plain = _plain(node)
    if isinstance(plain, Name):
        return Entry(plain.id, at)
    return Form("at", (node, *at))
