r"""Superscripts that are no powers: the layer in a^L_j and W^{[2]}, the time in y^t_k.

Of a letter that runs over something they are an index, y[t, k]. Of any other letter, and of a
number in brackets, they are part of the name: a^{L-1}_k is the entry a_L_minus_1[k].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from derive.read.latex import EXPONENT_NOTE, Chain
from derive.syntax import (
    Add,
    Deriv,
    Entry,
    Form,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    children,
    mul,
    transform,
    walk,
)

LAYER = "layer"


@dataclass(frozen=True)
class Superscripts:
    """The letters that are an index or part of a name above one; the names above which a number
    in brackets counts samples; whether a t above a vector, and nowhere else, transposes it."""

    indices: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()
    sampled: frozenset[str] = frozenset()
    transposed: bool = False


def superscripts(chains: Sequence[Chain]) -> Superscripts:
    """What the superscripts of a document mean by how its letters are used elsewhere."""
    trees = [tree for chain in chains for tree in (*chain.members, *chain.conditions)]
    parts = [part for tree in trees for part in walk(tree)]
    bound = {p.index for p in parts if isinstance(p, Reduce)}
    limits = {p.over for p in parts if isinstance(p, Reduce)}
    entries = [p for p in parts if isinstance(p, Entry)]
    subscripts = {i.id for e in entries for i in e.indices if isinstance(i, Name)}
    plain = {name for tree in trees for name in _plain(tree)}
    above = {letter for node in _placed(chains) for letter in _letter(node)} - plain
    stepped = {letter for entry in entries for letter in _step(entry.indices[0])}
    marked = {letter for e in entries for letter in _letter_of_layer(e.indices[0])}
    layers = ((above | marked) - subscripts - bound) | (stepped - bound - limits - plain)
    sampled = {e.base for e in entries if isinstance(e.indices[0], Name) and len(e.indices) > 1}
    return Superscripts(
        indices=frozenset(above - layers),
        layers=frozenset(layers),
        sampled=frozenset(sampled),
        transposed="t" not in above | layers | subscripts | bound | plain,
    )


def settled(chain: Chain, known: Superscripts) -> Chain:
    """The chain with its superscripts as indices or as part of the names."""

    def change(part: Node) -> Node | None:
        return _settled(part, known)

    members = tuple(transform(member, change) for member in chain.members)
    if members == chain.members:
        return chain
    others = (settled(other, known) for other in chain.alternatives)
    plain = list(map(_as_products, members))
    kept = tuple(other for other in others if list(map(_as_products, other.members)) != plain)
    return replace(
        chain,
        members=members,
        conditions=tuple(transform(condition, change) for condition in chain.conditions),
        notes=chain.notes if kept else tuple(n for n in chain.notes if EXPONENT_NOTE not in n),
        alternatives=kept,
    )


def _settled(part: Node, known: Superscripts) -> Node | None:
    """A name or an entry for one with a superscript that is no power."""
    match part:
        case Pow(base=(Entry() | Form(name="vec")) as base, exponent=Name(id="t")) if (
            known.transposed
        ):
            return Form(
                "transpose",
                (transform(base, lambda inner: _settled(inner, known)),),
                span=part.span,
            )
        case Pow(base=Entry(base=name, indices=at), exponent=above):
            pass
        case Pow(base=Name(id=name), exponent=above):
            at = ()
        case Entry(base=name, indices=(Form(name="layer", args=(above,)), *rest)):
            at = tuple(rest)
            if isinstance(above, Num) and name in known.sampled:
                return Entry(name, (above, *at), span=part.span)
            if not set(_letter(above)) & known.layers and not isinstance(above, Num):
                return Entry(name, (above, *at), span=part.span)
            return _named(name, above, at, part)
        case Entry(base=name, indices=(above, *rest)):
            letters = set(_letter(above)) & known.layers
            return _named(name, above, tuple(rest), part) if letters else None
        case _:
            return None
    letters = set(_letter(above))
    if letters & known.layers:
        return _named(name, above, at, part)
    return Entry(name, (above, *at), span=part.span) if letters & known.indices else None


def _as_products(member: Node) -> Node:
    """Behind a power brackets are a factor, behind an entry they may be an argument."""

    def change(part: Node) -> Node | None:
        match part:
            case Form(name="apply", args=(Entry() as head, arg)):
                return mul(transform(head, change), transform(arg, change))
        return None

    return transform(member, change)


def _named(name: str, above: Node, at: tuple[Node, ...], part: Node) -> Node:
    """The name with what stands above it, or its entry."""
    whole = f"{name}_{_spelled(above)}"
    return Entry(whole, at, span=part.span) if at else Name(whole, span=part.span)


def _spelled(above: Node) -> str:
    match above:
        case Add(terms=(Name(id=letter), Neg(arg=Num(value=step)))):
            return f"{letter}_minus_{step}"
        case Add(terms=(Name(id=letter), Num(value=step))):
            return f"{letter}_plus_{step}"
        case Num(value=value):
            return str(value)
    return next(iter(_letter(above)), "")


def _letter(above: Node) -> Iterator[str]:
    """L of L and of L - 1."""
    match above:
        case Name(id=letter) if len(letter) == 1 and letter.isascii():
            yield letter
        case Add():
            yield from _step(above)


def _step(index: Node) -> Iterator[str]:
    """L of L - 1 and of L + 1."""
    match index:
        case Add(terms=(Name(id=letter), Num(value=step) | Neg(arg=Num(value=step)))):
            if len(letter) == 1 and letter.isascii() and step == 1:
                yield letter


def _letter_of_layer(index: Node) -> Iterator[str]:
    if isinstance(index, Form) and index.name == LAYER:
        yield from _letter(index.args[0])


def _placed(chains: Iterable[Chain]) -> Iterator[Node]:
    """The exponents where no power can stand: on a left side, on what is differentiated by."""
    for chain in chains:
        heads = [] if chain.continued or not chain.relations else [chain.members[0]]
        parts = [part for member in chain.members for part in walk(member)]
        varied = [v for part in parts if isinstance(part, Deriv) for v in part.wrt]
        for node in (*heads, *varied):
            if isinstance(node, Pow) and isinstance(node.base, Entry | Name):
                yield node.exponent


def _plain(tree: Node) -> Iterator[str]:
    """The names that stand for a number of their own, neither above nor below another one."""
    match tree:
        case Name(id=name):
            yield name
        case Entry():
            return
        case Pow(base=base):
            yield from _plain(base)
        case _:
            for part in children(tree):
                yield from _plain(part)
