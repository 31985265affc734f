"""Subscripts that are part of a name: t in p_t = (1 + y)p/2 counts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.document.from_zero import starts_at_one
from derive.document.heads import names_others
from derive.document.known import index_letters
from derive.document.statement import EQUALITIES
from derive.read.latex import Chain
from derive.show import text
from derive.syntax import (
    ZERO,
    Add,
    Call,
    Entry,
    Form,
    Ind,
    Mul,
    Name,
    Node,
    Num,
    Reduce,
    Rel,
    children,
    name_of,
    transform,
    walk,
)

Mark = tuple[str, str]
# What tells two numbers apart, and is no usual index: winner, loser, positive, teacher, student.
_SIDES = frozenset("wlhpqrst")
# What the weights of a layer are called.
_MATRICES = frozenset({"W", "U", "V", "Theta"})


def marks(chains: Iterable[Chain]) -> frozenset[Mark]:
    """(p, t) for p_t = … without a t in what it is, where t runs over nothing anywhere.

    Also (p, w) and (p, l) where the two stand in one formula, and p has no other index: the
    winner and the loser, the positive and the negative.
    """
    chains = tuple(chains)
    trees = [tree for c in chains for tree in (*c.members, *c.conditions, *c.ranges)]
    real = {letter for tree in trees for letter in _running(tree)}
    heads = [(head, body) for chain in chains for head, body in _defined(chain)]
    found = {
        (head.base, letter)
        for head, body in heads
        for letter in _letters(head) - index_letters(body) - _arguments(body)
    }
    for head, body in heads:
        # p_t = s(x_t) with x_t = y x: what is no index in x_t is none in p_t either.
        real |= _letters(head) & _used(body, frozenset(found))
        found |= {(head.base, letter) for letter in _letters(head) & index_letters(body)}
    found |= set(_pairs(chains))
    found = {(base, letter) for base, letter in found if letter not in real}
    numbers = (*_numbered(trees, heads), *_layers(trees), *_zeroth(trees, starts_at_one(chains)))
    return frozenset(found) | frozenset(numbers)


def _zeroth(trees: Iterable[Node], from_one: bool) -> Iterator[Mark]:
    """(theta, 0) where entries are counted `from_one`, or where theta has no other index.

    So the loss L_0 at the start, and the bias theta_0 beside a sum from 1 to d or w^T x.
    """
    parts = [part for tree in trees for part in walk(tree)]
    bare = {part.id for part in parts if isinstance(part, Name)}
    biases = {base for part in parts if isinstance(part, Add) for base in _biases(part)}
    indices = dict[str, set[tuple[Node, ...]]]()
    for part in parts:
        if isinstance(part, Entry):
            indices.setdefault(part.base, set()).add(part.indices)
    for base, found in indices.items():
        is_alone = len(found) == 1 and base not in bare
        if (ZERO,) in found and (from_one or is_alone or base in biases):
            yield base, "0"


def _biases(total: Add) -> Iterator[str]:
    """w in w^T x + w_0 and sum_j w_j x_j + w_0, but not z in log sum_j e^{z_j} - z_0."""
    alone = {t.base for t in total.terms if isinstance(t, Entry) and t.indices == (ZERO,)}
    for term in total.terms:
        inside = list(walk(term))
        if not isinstance(term, Entry) and not any(isinstance(part, Call) for part in inside):
            yield from alone.intersection(map(name_of, inside))


def _layers(trees: Iterable[Node]) -> Iterator[Mark]:
    """(W, 1), (b, 1) and (delta, 2) where W_1 and W_2 are matrices: the layers of a network.

    What has a letter or another number for an index anywhere is no layer's.
    """
    parts = [part for tree in trees for part in walk(tree)]
    entries = [part for part in parts if isinstance(part, Entry)]
    single = {e for e in entries if len(e.indices) == 1 and isinstance(e.indices[0], Num)}
    others = {entry.base for entry in entries if entry not in single}
    products = [part.factors for part in parts if isinstance(part, Mul)]
    before = {factor for factors in products for factor in factors[:-1]}
    before |= {p.args[0] for p in before if isinstance(p, Form) and p.name == "transpose"}
    if any(entry.base in _MATRICES and entry.base not in others for entry in single & before):
        yield from ((e.base, text(e.indices[0])) for e in single if e.base not in others)


def _numbered(trees: Iterable[Node], heads: Sequence[tuple[Entry, Node]]) -> Iterator[Mark]:
    """(p, 1) and (p, 2) where p has numbers only, and each of them a formula of its own."""
    entries = [part for tree in trees for part in walk(tree) if isinstance(part, Entry)]
    lettered = {e.base for e in entries if not all(isinstance(i, Num) for i in e.indices)}
    own = {head.base for head, body in heads if names_others(head, body)} - lettered
    for entry in entries:
        if entry.base in own and len(entry.indices) == 1:
            yield entry.base, text(entry.indices[0])


def _defined(chain: Chain) -> Iterator[tuple[Entry, Node]]:
    """p_t and its body, where a chain begins with an equality of an entry with one index."""
    if chain.continued or not chain.relations or chain.relations[0] not in EQUALITIES:
        return
    head, body = chain.members[:2]
    if isinstance(head, Entry) and len(head.indices) == 1 and not isinstance(body, Num):
        yield head, body


def _letters(head: Entry) -> set[str]:
    return {index.id for index in head.indices if isinstance(index, Name)}


def _used(body: Node, found: frozenset[Mark]) -> frozenset[str]:
    """The letters that are an index in the body, or may be, but for those of marks."""
    bare = transform(body, lambda part: _unmarked(part, found))
    return index_letters(bare) | _arguments(bare)


def _unmarked(part: Node, found: frozenset[Mark]) -> Node | None:
    """The name alone for an entry with a mark."""
    if isinstance(part, Entry) and len(part.indices) == 1:
        (index,) = part.indices
        if isinstance(index, Name) and (part.base, index.id) in found:
            return Name(part.base)
    return None


def _pairs(chains: Sequence[Chain]) -> Iterator[Mark]:
    """The subscripts of a pair of numbers, which nothing defines and no sum goes over."""
    trees = [tree for chain in chains for tree in (*chain.members, *chain.conditions)]
    entries = [part for tree in trees for part in walk(tree) if isinstance(part, Entry)]
    defined = {m.base for chain in chains for m in chain.members if isinstance(m, Entry)}
    indices = dict[str, set[Node]]()
    for entry in entries:
        if len(entry.indices) == 1:
            indices.setdefault(entry.base, set()).add(entry.indices[0])
    tall = {entry.base for entry in entries if len(entry.indices) > 1}
    for base, found in indices.items():
        letters = [index.id for index in found if isinstance(index, Name)]
        told_apart = len(letters) == len(found) == 2 and _SIDES.issuperset(letters)
        if told_apart and base not in tall | defined:
            yield from ((base, letter) for letter in letters)


def _arguments(tree: Node) -> frozenset[str]:
    """The letters in brackets behind a name, as in p_a = s(a)."""
    calls = (part for part in walk(tree) if isinstance(part, Form) and part.name == "apply")
    return frozenset(arg.id for call in calls for arg in call.args[1:] if isinstance(arg, Name))


def _running(tree: Node) -> Iterator[str]:
    """The letters that are summed over or compared, which an index is and a mark is not."""
    for part in walk(tree):
        if isinstance(part, Reduce):
            yield part.index
        elif isinstance(part, Rel | Ind):
            yield from (side.id for side in children(part) if isinstance(side, Name))


def marked(chain: Chain, known: frozenset[Mark]) -> Chain:
    """The chain with the name p_t for the entry p[t]."""
    if not known:
        return chain

    def change(part: Node) -> Node | None:
        if not isinstance(part, Entry) or len(part.indices) != 1:
            return None
        (index,) = part.indices
        if isinstance(index, Name | Num) and (part.base, text(index)) in known:
            return Name(f"{part.base}_{text(index)}", span=part.span)
        return None

    members = tuple(transform(member, change) for member in chain.members)
    if members == chain.members:
        return chain
    listed = " and ".join(sorted(f"{base}_{letter}" for base, letter in known))
    return replace(
        chain,
        members=members,
        notes=(*chain.notes, f"{listed}: the subscript runs over nothing and is part of the name"),
        alternatives=tuple(marked(other, known) for other in chain.alternatives),
    )
