"""From one sample to all: L_n out of L = -sum_k y_k log p_k, once z_nk stands beside z_k."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from derive.document.known import Key, key_of, keys_in, names_in
from derive.document.letters import unused
from derive.document.roles import Posed
from derive.syntax import Entry, Form, Name, Node, children, rebuild, transform

Definition = tuple[Name | Entry, Node]


def of_each_sample(posed: Posed, vectors: Container[str]) -> Posed:
    """The claim with definitions of its samples, where only those of a single one are given.

    A document derives what holds of one sample and ends with J = 1/N sum_n L_n: L_n is what L
    is, with an index more on all that has one more somewhere in the claim or in its definitions.
    `vectors` are the names that stand for a vector where they have no index.
    """
    told = {key_of(head): (head, body) for head, body in posed.definitions}
    used = {key for tree in posed.trees() for key in keys_in(tree)}
    wanted = {(b, c) for b, c in used - told.keys() if c and (b, c - 1) in told}
    wanted = {(b, c) for b, c in wanted if c > 1 or b not in vectors}
    sides = keys_in(posed.left) | keys_in(posed.right)
    single = {(base, count - 1) for base, count in wanted}
    if not wanted or single & sides:
        return posed
    needed = _reached(single, told)
    bodies = {key for one in needed for key in keys_in(told[one][1])} - told.keys()
    given = {(b, c) for b, c in bodies if (b, c + 1) in used - bodies}
    arrays = {b for b, c in bodies if not c and (b, 2) in used - bodies}
    rows = {b for b, c in given if not c and b in vectors} - arrays
    arrays |= rows
    given |= {(b, 0) for b in arrays}
    taller = _depending(told, given)
    if not given or not single <= taller:
        return posed
    letter = next(unused("nmrsuv", {name for tree in posed.trees() for name in names_in(tree)}))
    lift = _Lift(letter, taller | given, arrays)
    added = tuple(
        (lift.head(h), lift.of(b)) for key, (h, b) in told.items() if key in needed & taller
    )
    kept = _reached([*sides, *(key for _, body in added for key in keys_in(body))], told)
    kept |= {key for key in told if key not in taller}
    definitions = (*((h, b) for h, b in posed.definitions if key_of(h) in kept), *added)
    names = " and ".join(sorted({base for base, _ in single}))
    note = f"{names} of sample {letter.id} is {names} with that index"
    lifted = replace(posed, definitions=definitions, notes=(*posed.notes, note))
    return lifted.mapped(lambda tree: _with_rows(tree, rows))


def _with_rows(tree: Node, rows: Container[str]) -> Node:
    """x_n as the row of a matrix, for a vector x."""

    def row(part: Node) -> Node | None:
        if isinstance(part, Entry) and part.base in rows and len(part.indices) == 1:
            return Form("at", (Name(part.base), *part.indices), span=part.span)
        return None

    return transform(tree, row)


def _depending(told: dict[Key, Definition], given: set[Key]) -> set[Key]:
    """The definitions that come from what is given for every sample."""
    found = set[Key]()
    while more := {k for k in told.keys() - found if keys_in(told[k][1]) & (given | found)}:
        found |= more
    return found


def _reached(keys: Iterable[Key], told: dict[Key, Definition]) -> set[Key]:
    """The definitions that these names need."""
    found, waiting = set[Key](), [key for key in keys if key in told]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += [other for other in keys_in(told[key][1]) if other in told]
    return found


class _Lift:
    """Trees of one sample as trees of the sample `letter`: the names `taller` get that index."""

    def __init__(self, letter: Name, taller: set[Key], arrays: set[str]) -> None:
        self._letter, self._taller, self._arrays = letter, taller, arrays

    def head(self, head: Name | Entry) -> Entry:
        """p_k as p_nk, L as L_n."""
        base, _ = key_of(head)
        return Entry(base, (self._letter, *children(head)), span=head.span)

    def of(self, tree: Node) -> Node:
        """A body with its sample; a vector z as the row z_n."""
        parts = tuple(map(self.of, children(tree)))
        match tree:
            case Entry(base=base, indices=indices) if (base, len(indices)) in self._taller:
                return Entry(base, (self._letter, *parts), span=tree.span)
            case Name(id=name) if name in self._arrays:
                return Form("at", (tree, self._letter), span=tree.span)
            case Name(id=name) if (name, 0) in self._taller:
                return Entry(name, (self._letter,), span=tree.span)
        return rebuild(tree, parts) if parts else tree
