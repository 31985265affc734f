r"""Words below a name that tell of a class: target in z_{target} beside z_i is an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.read.latex import Chain
from derive.syntax import Entry, Form, Name, Node, transform, walk

CLASS_WORDS = frozenset("target true correct label gt truth actual gold answer".split())
# What is marked so beside y_true is the prediction: both words are then part of a name.
_PREDICTED = frozenset("pred predicted model hat est estimated output".split())


def named_classes(chains: Sequence[Chain]) -> frozenset[str]:
    """The names such as z_target that are entries of an array which has a letter elsewhere.

    y_true beside y_pred, a bold y_true and the array y_true[i] are names of their own.
    """
    parts = [part for chain in chains for tree in _trees(chain) for part in walk(tree)]
    entries = [part for part in parts if isinstance(part, Entry)]
    lettered = {e.base for e in entries if len(e.indices) == 1 and isinstance(e.indices[0], Name)}
    vectors = {p.args[0] for p in parts if isinstance(p, Form) and p.name == "vec"}
    own = {e.base for e in entries} | {v.id for v in vectors if isinstance(v, Name)}
    names = {part.id for part in parts if isinstance(part, Name)}
    predicted = {base for base, word in map(_split, names | own) if word in _PREDICTED}
    return frozenset(
        name
        for name in names - own
        for base, word in [_split(name)]
        if word in CLASS_WORDS and base in lettered - predicted
    )


def _trees(chain: Chain) -> Iterable[Node]:
    return (*chain.members, *chain.conditions, *chain.ranges)


def _split(name: str) -> tuple[str, str]:
    base, _, word = name.rpartition("_")
    return base, word


def with_classes(chain: Chain, known: frozenset[str]) -> Chain:
    """The chain with the entry z[target] for the name z_target."""
    if not known:
        return chain

    def change(part: Node) -> Node | None:
        if not isinstance(part, Name) or part.id not in known:
            return None
        base, word = _split(part.id)
        return Entry(base, (Name(word),), span=part.span)

    members = tuple(transform(member, change) for member in chain.members)
    if members == chain.members:
        return chain
    others = tuple(with_classes(other, known) for other in chain.alternatives)
    words = " and ".join(sorted({_split(name)[1] for name in known}))
    note = f"{words} below a name is read as the index of a class"
    return replace(chain, members=members, alternatives=others, notes=(*chain.notes, note))
