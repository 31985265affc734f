"""dz for ∂L/∂z, as backpropagation is written: a d before a name that no fraction holds.

Where p depends on z, dz in terms of dp goes backwards: both are derivatives of the loss. What goes
forwards, dp in terms of dz, or has dL itself, is about differentials and is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from derive.document.heads import head_of
from derive.document.known import key_of, names_in
from derive.read.latex import DIFFERENTIAL_NOTE, Chain
from derive.syntax import Deriv, Entry, Form, Name, Node, children, transform, walk

_MOST_DEFINITIONS, _DEEPEST = 500, 20
_LOSSES = frozenset("L J C E ell loss Loss cost Cost l NLL CE H".split())


@dataclass(frozen=True)
class Backprop:
    """The loss that a d before a name differentiates, "" where it makes a differential.

    `is_sign` says whether d is no name of its own anywhere.
    """

    loss: str = ""
    is_sign: bool = True


def backprop(chains: Sequence[Chain]) -> Backprop:
    """What the d of dz, dW differentiates, by all formulas of a document."""
    trees = [tree for chain in chains for tree in chain.members]
    parts = [part for tree in trees for part in walk(tree)]
    varied = {_base(part) for part in parts if _is_differential(part)}
    if not varied or any(_stands("d", tree) for tree in trees):
        return Backprop(is_sign=False)
    losses = {p.body.id for p in parts if isinstance(p, Deriv) and isinstance(p.body, Name)}
    heads = list(islice(_definitions(chains), _MOST_DEFINITIONS))
    losses |= {name for name, _ in heads if name.partition("_")[0] in _LOSSES}
    losses -= {part.base for part in parts if isinstance(part, Entry)}
    if losses & varied or len(losses) > 1:
        return Backprop()
    below = _dependencies(heads)
    steps = list(_steps(chains))
    if any(b in below.get(a, ()) for a, b in steps):
        return Backprop()
    if losses:
        return Backprop(losses.pop())
    if not any(a in below.get(b, ()) for a, b in steps):
        return Backprop()
    names = {name for tree in trees for name in names_in(tree)}
    return Backprop(next((name for name in ("L", "J", "loss") if name not in names), ""))


def _stands(name: str, tree: Node) -> bool:
    """Whether the name is used for a value, and not only as an index."""
    if isinstance(tree, Entry):
        return tree.base == name
    return tree == Name(name) or any(_stands(name, part) for part in children(tree))


def _is_differential(part: Node) -> bool:
    return isinstance(part, Form) and part.name == "differential"


def _base(differential: Node) -> str:
    (inside,) = differential.args if isinstance(differential, Form) else ()
    while isinstance(inside, Form) and inside.name in ("vec", "at"):
        inside = inside.args[0]
    return key_of(inside)[0]


def _definitions(chains: Sequence[Chain]) -> Iterator[tuple[str, frozenset[str]]]:
    """The names left of an equality, with those that stand right of it."""
    for chain in chains:
        head = head_of(chain.members[0])[0] if len(chain.members) > 1 else None
        if head is not None:
            yield key_of(head)[0], frozenset(names_in(chain.members[1]))


def _dependencies(heads: Sequence[tuple[str, frozenset[str]]]) -> dict[str, set[str]]:
    """The names that each name depends on, through what stands right of it."""
    below = dict[str, set[str]]()
    for name, names in heads:
        below.setdefault(name, set()).update(names - {name})
    for _ in range(_DEEPEST):
        grown = {n: names.union(*(below.get(o, ()) for o in names)) for n, names in below.items()}
        if grown == below:
            break
        below = grown
    return below


def _steps(chains: Sequence[Chain]) -> Iterator[tuple[str, str]]:
    """(z, p) for dz in terms of dp."""
    for chain in chains:
        first, *rest = chain.members
        if not _is_differential(first) or _base(first) == "":
            continue
        inside = [part for member in rest for part in walk(member) if _is_differential(part)]
        yield from ((_base(first), _base(part)) for part in inside)


def with_gradients(chain: Chain, known: Backprop) -> Chain:
    """The chain with ∂L/∂z for dz; without the reading of d as a factor where it is a sign."""
    if not known.is_sign:
        return chain

    def change(part: Node) -> Node | None:
        if known.loss and isinstance(part, Form) and _is_differential(part) and _base(part):
            return Deriv(Name(known.loss), part.args, span=part.span)
        return None

    members = tuple(transform(member, change) for member in chain.members)
    notes = tuple(note for note in chain.notes if note != DIFFERENTIAL_NOTE)
    if members != chain.members:
        notes = (*notes, f"a d before a name is the derivative of {known.loss} by it")
    others = (other for other in chain.alternatives if other.differs != DIFFERENTIAL_NOTE)
    alternatives = tuple(with_gradients(other, known) for other in others)
    return replace(chain, members=members, notes=notes, alternatives=alternatives)
