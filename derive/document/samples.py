"""One sample of a batch: mu_c for mu_nc, the loss L_n of one sample out of L = 1/N sum_n l_n."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from derive.document.known import index_letters
from derive.document.roles import Posed
from derive.syntax import (
    Div,
    Entry,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    children,
    rebuild,
    walk,
)


def of_samples(posed: Posed) -> Posed:
    """The claim with the sample that its entries and losses leave unsaid."""
    return _summands(_implicit(posed))


def _implicit(posed: Posed) -> Posed:
    """mu_c where only mu_nc is defined: that of the sample n."""
    heads = [head for head, _ in posed.definitions if isinstance(head, Entry)]
    single = {head.base for head in heads if len(head.indices) == 1}
    rows = {h.base: h.indices[0] for h in heads if len(h.indices) == 2 and h.base not in single}
    said = [part for side in (posed.left, posed.right) for part in walk(side)]
    short = {p.base for p in said if isinstance(p, Entry) and len(p.indices) == 1}
    sample = next((rows[base] for base in sorted(short & rows.keys())), None)
    if not isinstance(sample, Name) or any(
        isinstance(p, Entry) and p.base in rows and len(p.indices) > 1 for p in said
    ):
        return posed
    tall = {p.base for _, body in posed.definitions for p in walk(body) if _is_of_pair(p)}
    tall |= rows.keys()

    def filled(tree: Node) -> Node:
        parts = tuple(map(filled, children(tree)))
        if isinstance(tree, Entry) and tree.base in tall and len(tree.indices) == 1:
            return Entry(tree.base, (sample, *parts), span=tree.span)
        return rebuild(tree, parts) if parts else tree

    note = f"what has no {sample.id} here is that of the sample {sample.id}"
    return replace(
        posed, left=filled(posed.left), right=filled(posed.right), notes=(*posed.notes, note)
    )


def _is_of_pair(part: Node) -> TypeGuard[Entry]:
    return isinstance(part, Entry) and len(part.indices) == 2


def _summands(posed: Posed) -> Posed:
    """L_n, where L is a mean over n of what has no name of its own."""
    named = {head.base for head, _ in posed.definitions if isinstance(head, Entry)}
    said = [part for side in (posed.left, posed.right) for part in walk(side)]
    wanted = {p.base: p for p in said if isinstance(p, Entry) and len(p.indices) == 1}
    found: list[tuple[Name | Entry, Node]] = []
    for head, body in posed.definitions:
        entry = wanted.get(head.id) if isinstance(head, Name) else None
        summand = _summand(body) if entry is not None and entry.base not in named else None
        if entry is not None and summand is not None and not index_letters(body):
            found.append((Entry(entry.base, (Name(summand[0]),)), summand[1]))
    if not found:
        return posed
    notes = [f"{h.base}_n is what {h.base} sums" for h, _ in found if isinstance(h, Entry)]
    definitions = (*posed.definitions, *found)
    return replace(posed, definitions=definitions, notes=(*posed.notes, *notes))


def _summand(body: Node) -> tuple[str, Node] | None:
    """n and -log p_n out of -1/N sum_n log p_n: the sum without what only scales it."""
    match body:
        case Reduce(kind="sum", index=letter, where=None):
            return letter, body.body
        case Neg(arg=arg):
            inner = _summand(arg)
            return None if inner is None else (inner[0], Neg(inner[1]))
        case Div(num=above, den=Name() | Num()):
            return _summand(above)
        case Mul(factors=factors):
            sums = [f for f in factors if _summand(f) is not None]
            others = [f for f in factors if f not in sums]
            scaled = all(_is_scale(other) for other in others)
            inner = _summand(sums[0]) if len(sums) == 1 and scaled else None
            negative = sum(isinstance(other, Neg) for other in others) % 2
            return inner and (inner[0], Neg(inner[1]) if negative else inner[1])
    return None


def _is_scale(node: Node) -> bool:
    """1/N, -1/N, a number of samples."""
    parts: Iterator[Node] = walk(node)
    return all(isinstance(part, Div | Neg | Num | Name) for part in parts)
