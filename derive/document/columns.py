"""Weights whose vectors are columns: w_jz is the entry j of w_z, where x_j goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.read.latex import Chain
from derive.syntax import Entry, Form, Mul, Name, Node, Reduce, transform, walk


def columns(chains: Iterable[Chain]) -> frozenset[str]:
    """The arrays w of which w_k, multiplied with x, has the entries w_jk.

    So the sums of w_jk x_j over j show it; where there are none, that j is the letter of the
    entries x_j, and k is not.
    """
    trees = [tree for chain in chains for tree in chain.members]
    parts = [part for tree in trees for part in walk(tree)]
    entries = [part for part in parts if isinstance(part, Entry)]
    letters = dict[str, set[Node]]()
    for entry in entries:
        letters.setdefault(entry.base, set()).add(entry.indices[-1])
    found = set[str]()
    for weights, other in {pair for part in parts for pair in _products(part)}:
        own = [e.indices for e in entries if e.base == weights and len(e.indices) == 2]
        features = letters.get(other, set())
        by_letters = {a in features and b not in features for a, b in own}
        if (set(_contracted(parts, weights, other)) or by_letters) == {True}:
            found.add(weights)
    return frozenset(found)


def _contracted(parts: Iterable[Node], weights: str, other: str) -> Iterator[bool]:
    """Whether the sums of w_jk x_j go over the first of the two indices, sum by sum."""
    for total in (part for part in parts if isinstance(part, Reduce)):
        letter = Name(total.index)
        entries = [part for part in walk(total.body) if isinstance(part, Entry)]
        if any(entry.base == other and entry.indices[-1] == letter for entry in entries):
            own = (e.indices for e in entries if e.base == weights and len(e.indices) == 2)
            yield from (at[0] == letter for at in own if letter in at)


def _products(part: Node) -> Iterator[tuple[str, str]]:
    """(w, x) for w_k^T x and w_k^T x_i."""
    match part:
        case Mul(factors=(*_, Form(name="transpose", args=(Entry(base=base, indices=(_,)),)), x)):
            pass
        case _:
            return
    x = x.args[0] if isinstance(x, Form) and x.name == "vec" else x
    if isinstance(x, Entry | Name):
        yield base, x.base if isinstance(x, Entry) else x.id


def by_columns(chain: Chain, known: frozenset[str]) -> Chain:
    """The chain with the column k of such an array for w_k: the row k of its transpose."""
    if not known:
        return chain

    def change(part: Node) -> Node | None:
        match part:
            case Entry(base=base, indices=(index,)) if base in known:
                turned = Form("transpose", (Name(base),))
                return Form("at", (turned, index), span=part.span)
        return None

    members = tuple(transform(member, change) for member in chain.members)
    if members == chain.members:
        return chain
    notes = (f"{base}_jk is the entry j of {base}_k" for base in sorted(known))
    return replace(
        chain,
        members=members,
        notes=(*chain.notes, *notes),
        alternatives=tuple(by_columns(other, known) for other in chain.alternatives),
    )
