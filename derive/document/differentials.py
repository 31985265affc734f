"""Differentials: dl = g^T dz says that dl is the sum of the derivatives by each z_k times dz_k.

In an equality the dX of what depends on another dY of it is given by those; every other one is an
array of free numbers, of the shape of its X. It holds if it does for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from derive.document.known import Known, Scope, key_of, names_in
from derive.document.letters import unused
from derive.document.ranks import Ranks
from derive.read.facts import read_facts
from derive.syntax import (
    Deriv,
    Entry,
    Form,
    Mul,
    Name,
    Node,
    Reduce,
    add,
    children,
    transform,
    walk,
)


def settled(
    left: Node, right: Node, scope: Scope, chain: Sequence[Node] = ()
) -> tuple[Node, Node, Scope]:
    """Both sides with names for their differentials, and the scope that says what these are.

    `chain` are all members of the formula: where dl and dp stand alone, both are given by its dz.
    """
    found = dict.fromkeys(base for side in (left, right) for base in _bases(side))
    if not found or "" in found:
        return left, right, scope
    free, below = _free(found, scope)
    if len(free) > 1 and any(map(scope.named, free)):
        found |= dict.fromkeys(base for member in chain for base in _bases(member))
        free, below = _free(found, scope)
    ranks = Ranks(scope)
    count = {base: ranks.of(Name(base)) for base in found}
    for base in free:
        sizes = f"[{', '.join('_' * count[base])}]" if count[base] else ""
        scope = scope.declaring(read_facts(f"d{base}: real{sizes}"))
    for base in found.keys() - set(free):
        by = [own for own in free if own in below[base]]
        scope = scope.defining(_given_by(base, by, count, scope.line))
    return _named(left), _named(right), scope


def _is_differential(part: Node) -> bool:
    return isinstance(part, Form) and part.name == "differential"


def _bases(tree: Node) -> Iterator[str]:
    for part in walk(tree):
        if isinstance(part, Form) and _is_differential(part):
            inside = part.args[0]
            vector = isinstance(inside, Form) and inside.name == "vec"
            yield key_of(children(inside)[0] if vector else inside)[0]


def _free(found: Iterable[str], scope: Scope) -> tuple[list[str], dict[str, set[str]]]:
    """The names that depend on none of the others, and what each of them depends on."""
    below = {base: _below(base, scope) for base in found}
    return [base for base in below if not below[base] & (below.keys() - {base})], below


def _below(base: str, scope: Scope) -> set[str]:
    """The names that a name depends on, through definitions."""
    found, waiting = set[str](), [base]
    while waiting:
        bodies = [known.body for known in scope.named(waiting.pop())]
        new = {name for body in bodies for name in names_in(body)} - found
        found |= new
        waiting += new
    return found


def _given_by(base: str, by: Sequence[str], count: dict[str, int], line: int) -> Known:
    """dX_i = sum over Y and its indices of d(X_i, Y_jk) dY_jk."""
    letters = unused("ijklmrsuv", ())
    own = tuple(islice(letters, count[base]))
    terms = []
    for other in by:
        bound = tuple(Name(f"{letter.id}0") for letter in islice(letters, count[other]))
        derivative = Deriv(_entry(base, own), (_entry(other, bound),))
        term: Node = Mul((derivative, _entry(f"d{other}", bound)))
        for letter in reversed(bound):
            term = Reduce("sum", term, letter.id)
        terms.append(term)
    return Known(_entry(f"d{base}", own), add(*terms), line)


def _entry(base: str, indices: tuple[Node, ...]) -> Name | Entry:
    return Entry(base, indices) if indices else Name(base)


def _named(tree: Node) -> Node:
    """dz and dz_k as the name and the entry that they are."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Form) or not _is_differential(part):
            return None
        inside = part.args[0]
        if isinstance(inside, Entry):
            return replace(inside, base=f"d{inside.base}")
        return Name(f"d{key_of(inside)[0]}", span=part.span)

    return transform(tree, change)
