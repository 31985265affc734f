"""One name, one thing: the names of a claim and of its definitions brought into agreement.

People write y for the label in p_y and for its one-hot vector in p_k - y_k, L for the loss of a
sample and for the mean over the batch. The formula language has one meaning a name; what is
changed to that end is said in a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from derive.document.known import Key, key_of, names_in
from derive.read.words import FUNCTIONS, VECTOR_FORMS
from derive.show import text
from derive.syntax import (
    Deriv,
    Entry,
    Form,
    Name,
    Node,
    Reduce,
    Rel,
    children,
    delta,
    rebuild,
    substitute,
    transform,
    walk,
)

_WORDS = (FUNCTIONS.keys() | VECTOR_FORMS.keys() | {"prod", "max", "min", "ind", "cases"}) - {
    "sigma"
}
_DECORATIONS = ("hat", "bar", "tilde", "star", "prime")


@dataclass(frozen=True)
class Posed:
    """A claim, its definitions (head, body) and conditions, before they become texts."""

    left: Node
    right: Node
    definitions: tuple[tuple[Name | Entry, Node], ...]
    conditions: tuple[Node, ...] = ()
    notes: tuple[str, ...] = ()

    def trees(self) -> Iterator[Node]:
        """Every tree of it."""
        yield from (self.left, self.right, *self.conditions)
        for head, body in self.definitions:
            yield from (head, body)

    def mapped(self, change: Callable[[Node], Node], note: str = "") -> Posed:
        """The same with every tree changed, and why."""
        heads = tuple((change(head), change(body)) for head, body in self.definitions)
        notes = self.notes if not note or note in self.notes else (*self.notes, note)
        return Posed(
            change(self.left),
            change(self.right),
            tuple((head, body) for head, body in heads if isinstance(head, Name | Entry)),
            tuple(map(change, self.conditions)),
            notes,
        )


@dataclass(frozen=True)
class _Roles:
    """How the names of a claim are used: as values, as indices, as labels at an index."""

    values: frozenset[Key]
    indices: frozenset[str]
    labels: frozenset[Entry]


def _roles(trees: Sequence[Node]) -> _Roles:
    values: set[Key] = set()
    indices: set[str] = set()
    labels: set[Entry] = set()

    def visit(node: Node, as_index: bool) -> None:
        inside = children(node)
        if isinstance(node, Name):
            if as_index:
                indices.add(node.id)
            else:
                values.add(key_of(node))
        elif isinstance(node, Entry):
            if as_index:
                labels.add(node)
            else:
                values.add(key_of(node))
            as_index = True
        elif isinstance(node, Rel):
            as_index = True
        elif isinstance(node, Reduce):
            indices.add(node.index)
        for part in inside:
            visit(part, as_index)

    for tree in trees:
        visit(tree, isinstance(tree, Rel))
    return _Roles(frozenset(values), frozenset(indices), frozenset(labels))


def harmonised(posed: Posed) -> Posed:
    """The claim with every name meaning one thing."""
    for rule in (
        _one_hot_twins,
        _sample_losses,
        _totals,
        _arities,
        _label_of_one,
        _own_letters,
        _legal_names,
    ):
        posed = rule(posed)
    return posed


def _one_hot_twins(posed: Posed) -> Posed:
    """y is a label in p_y or p_{y_i}; then y_k is one-hot: 1 where k is that label."""
    roles = _roles(tuple(posed.trees()))
    for base, count in sorted(roles.values):
        if count and base in roles.indices:
            note = f"{base} is a label, and {base}[k] its one-hot vector"
            posed = posed.mapped(lambda t, b=base: _spelled_out(t, b, Name(b)), note)  # type: ignore[misc]
    for label in sorted(roles.labels, key=text):
        taller = (label.base, len(label.indices) + 1)
        if taller in roles.values and len(label.indices) == 1:
            note = f"{label.base} holds labels, and its entries with one index more are one-hot"
            posed = posed.mapped(lambda t, b=label.base: _spelled_out(t, b, None), note)  # type: ignore[misc]
    return posed


def _spelled_out(tree: Node, base: str, label: Node | None) -> Node:
    """Entries of a one-hot array as deltas; a subscript stays the label that it is."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Form) and part.name == "at":
            return Form("at", (transform(part.args[0], change), *part.args[1:]), span=part.span)
        if not isinstance(part, Entry):
            return part if isinstance(part, Rel) else None
        if part.base != base:
            return part
        *outer, last = part.indices
        return delta(last, label if label is not None else Entry(base, tuple(outer)))

    return transform(tree, change)


def _sample_losses(posed: Posed) -> Posed:
    """d(L, …) where only L_i is defined: the loss of that sample. The Jacobian of a p_i is none."""
    told = {head.base: (head, body) for head, body in posed.definitions if isinstance(head, Entry)}
    plain = {head.id for head, _ in posed.definitions if isinstance(head, Name)}
    found: dict[str, Entry] = {}

    def change(tree: Node) -> Node:
        return transform(tree, per_sample)

    def per_sample(part: Node) -> Node | None:
        body = part.body if isinstance(part, Deriv) else None
        if not isinstance(body, Name) or body.id in plain or body.id not in told:
            return None
        head, meant = told[body.id]
        if not isinstance(part, Deriv) or _runs_along(head, meant, part.wrt):
            return None
        found[body.id] = head
        return Deriv(head, tuple(map(change, part.wrt)), span=part.span)

    changed = posed.mapped(change)
    if changed.left == posed.left and changed.right == posed.right:
        return posed
    said = " and ".join(f"{name} is {text(found[name])}" for name in sorted(found))
    return replace(changed, notes=(*changed.notes, said))


def _runs_along(head: Entry, body: Node, wrt: Iterable[Node]) -> bool:
    """Whether p_i comes from z_i with the same i, and p is differentiated by the whole of z."""
    whole = {variable.id for variable in wrt if isinstance(variable, Name)}
    return any(
        isinstance(part, Entry) and part.base in whole and set(head.indices) & set(part.indices)
        for part in walk(body)
    )


def _totals(posed: Posed) -> Posed:
    """L beside L_i: the one without an index gets a name of its own."""
    keys = {key_of(head) for head, _ in posed.definitions}
    for base, count in sorted(keys):
        if count == 0 and any(other == base and more for other, more in keys):
            own = f"{base}total"
            posed = posed.mapped(
                lambda tree, b=base, o=own: _renamed_number(tree, b, o),  # type: ignore[misc]
                f"{base} without an index is called {own}",
            )
    return posed


def _renamed_number(tree: Node, old: str, new: str) -> Node:
    return transform(
        tree, lambda part: Name(new) if isinstance(part, Name) and part.id == old else None
    )


def _arities(posed: Posed) -> Posed:
    """p_k beside p_nk: the array of a single sample gets a name of its own.

    Where the claim itself has both, a person must say which is meant.
    """
    said = _counts((posed.left, posed.right, *posed.conditions))
    for base, counts in sorted(_counts(posed.trees()).items()):
        if len(counts) > 1 and len(said.get(base, ())) < 2:
            for count in sorted(counts)[:-1]:
                own = f"{base}{count}"
                posed = posed.mapped(
                    lambda tree, b=base, c=count, o=own: _renamed_array(tree, b, c, o),  # type: ignore[misc]
                    f"{base} with {count} of its indices is called {own}",
                )
    return posed


def _counts(trees: Iterable[Node]) -> dict[str, set[int]]:
    """The numbers of indices with which each array occurs."""
    found: dict[str, set[int]] = {}
    for tree in trees:
        for part in walk(tree):
            if isinstance(part, Entry):
                found.setdefault(part.base, set()).add(len(part.indices))
    return found


def _renamed_array(tree: Node, old: str, count: int, new: str) -> Node:
    def change(part: Node) -> Node | None:
        if isinstance(part, Entry) and (part.base, len(part.indices)) == (old, count):
            at = tuple(transform(index, change) for index in part.indices)
            return Entry(new, at, span=part.span)
        return None

    return transform(tree, change)


def _label_of_one(posed: Posed) -> Posed:
    """y for the label of one sample beside y_n: it gets a name of its own."""
    roles = _roles(tuple(posed.trees()))
    for base in sorted({label.base for label in roles.labels} & roles.indices):
        posed = posed.mapped(
            lambda tree, b=base: _renamed_number(tree, b, f"{b}0"),  # type: ignore[misc]
            f"{base} without an index is called {base}0",
        )
    return posed


def _own_letters(posed: Posed) -> Posed:
    """The b of a sum beside the vector b: the sum gets a letter that stands for nothing else."""
    trees = tuple(posed.trees())
    values = {name for tree in trees for name in _standing(tree)}
    bound = {part.index for tree in trees for part in walk(tree) if isinstance(part, Reduce)}
    taken = {name for tree in trees for name in names_in(tree)} | bound
    for letter in sorted(bound & values):
        own = next(f"{letter}{n}" for n in range(len(taken) + 1) if f"{letter}{n}" not in taken)
        posed = posed.mapped(lambda tree, a=letter, b=own: _bound_anew(tree, a, b))  # type: ignore[misc]
    return posed


def _standing(tree: Node) -> Iterator[str]:
    """The names that stand for values, as arrays or numbers, and not below one."""
    if isinstance(tree, Entry | Name):
        yield key_of(tree)[0]
    elif isinstance(tree, Form) and tree.name == "at":
        yield from _standing(tree.args[0])
    elif not isinstance(tree, Rel):
        for part in children(tree):
            yield from _standing(part)


def _bound_anew(tree: Node, old: str, new: str) -> Node:
    """The tree with another letter in the sums over the old one."""
    parts = tuple(_bound_anew(part, old, new) for part in children(tree))
    tree = rebuild(tree, parts) if parts else tree
    if not isinstance(tree, Reduce) or tree.index != old:
        return tree
    where = None if tree.where is None else substitute(tree.where, {old: Name(new)})
    return replace(tree, body=substitute(tree.body, {old: Name(new)}), index=new, where=where)


def _legal_names(posed: Posed) -> Posed:
    """Names that the formula language has taken, or would take for an entry, under another name."""
    names = {name for tree in posed.trees() for name in names_in(tree)}
    renamed = {name: _legal(name, names) for name in names if _legal(name, names) != name}

    def change(tree: Node) -> Node:
        if isinstance(tree, Reduce):
            parts = tuple(map(change, children(tree)))
            return replace(rebuild(tree, parts), index=renamed.get(tree.index, tree.index))  # type: ignore[call-arg]
        if isinstance(tree, Name):
            return Name(renamed.get(tree.id, tree.id), span=tree.span)
        parts = tuple(map(change, children(tree)))
        if isinstance(tree, Entry):
            return Entry(renamed.get(tree.base, tree.base), parts, span=tree.span)
        return rebuild(tree, parts) if parts else tree

    return posed.mapped(change) if renamed else posed


def _legal(name: str, names: set[str]) -> str:
    head, _, tail = name.partition("_")
    if tail in _DECORATIONS or (tail and head in names):
        return f"{head}{tail.replace('_', '')}"
    return f"{name}0" if name in _WORDS else name
