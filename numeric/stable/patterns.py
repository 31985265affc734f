"""Matching syntax trees against the left side of an identity, up to the order of terms and factors.

In a pattern every name stands for something: a scalar for any tree, an index for any index, and an
array such as `u[k]` for any tree in which an index occurs (a second-order variable: `u` becomes
that tree with a hole where the index was). A class sum in a pattern binds its arrays first, so
that `exp(u[k])/sum(exp(u[j]), j)` finds u in the denominator and k by comparing the numerator.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from derive.syntax import (
    Add,
    Call,
    Cases,
    Entry,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    Rel,
    add,
    children,
    fresh,
    mul,
    rebuild,
    same,
    substitute,
    transform,
    walk,
)


@dataclass(frozen=True)
class Hole:
    """A tree with a hole: what an array of a pattern stands for."""

    index: str
    body: Node

    def at(self, index: Node) -> Node:
        """The tree with its hole filled."""
        return substitute(self.body, {self.index: index})


Binding = Mapping[str, Node | Hole]
Known = Callable[[Entry, Node, Binding], Iterator[Binding] | None]
"""Reads the entries of a pattern that are no variables: p[k] is a softmax found before. None: a
variable."""


def range_of(index: str) -> str:
    """The key under which a binding keeps the size of a sum's range."""
    return f"range of {index}"


def matches(pattern: Node, node: Node, found: Binding, known: Known) -> Iterator[Binding]:
    """Every way to read `node` as `pattern`, given what was found so far."""
    match pattern:
        case Name(id=name):
            yield from _bound(name, node, found)
        case Entry():
            read = known(pattern, node, found)
            yield from _array(pattern, node, found) if read is None else read
        case Reduce(body=body, kind=kind):
            if isinstance(node, Reduce) and node.kind == kind and node.where is None:
                inner = {
                    **found,
                    pattern.index: Name(node.index),
                    range_of(pattern.index): Name(node.over),
                }
                yield from matches(body, node.body, inner, known)
        case Add() | Mul():
            if type(node) is type(pattern) and len(children(node)) == len(children(pattern)):
                for binding, _ in _some(children(pattern), children(node), found, known):
                    yield binding
        case Ind(condition=Rel(op="==") as equal):
            if (
                isinstance(node, Ind)
                and isinstance(node.condition, Rel)
                and node.condition.op == "=="
            ):
                for sides in itertools.permutations(children(node.condition)):
                    yield from _all(children(equal), sides, found, known)
        case _:
            if _head(pattern) == _head(node):
                yield from _all(children(pattern), children(node), found, known)


def _head(node: Node) -> tuple[object, ...]:
    """What two nodes must share besides their subtrees."""
    match node:
        case Num(value=value):
            return (Num, value)
        case Call(function=function):
            return (Call, function)
        case _:
            return (type(node), len(children(node)))


def _bound(name: str, node: Node, found: Binding) -> Iterator[Binding]:
    before = found.get(name)
    if before is None:
        yield {**found, name: node}
    elif isinstance(before, Node) and same(before, node):
        yield found


def _array(pattern: Entry, node: Node, found: Binding) -> Iterator[Binding]:
    """An entry such as u[k]: u known or not, k known or not."""
    (index,) = pattern.indices
    assert isinstance(index, Name)
    array, place = found.get(pattern.base), found.get(index.id)
    if isinstance(array, Hole):
        tried = [place] if isinstance(place, Node) else list(dict.fromkeys(subscripts(node)))
        for subscript in tried:
            if same(array.at(subscript), node):
                yield {**found, index.id: subscript}
                return
    elif array is None and isinstance(place, Node):
        hole = fresh("k")
        body = transform(node, lambda part: Name(hole) if part == place else None)
        if body is not node:
            yield {**found, pattern.base: Hole(hole, body)}


def subscripts(node: Node) -> Iterator[Node]:
    """Everything that stands where an index stands, in reading order."""
    for part in walk(node):
        if isinstance(part, Entry | Rel):
            yield from children(part)


def _no_sum(part: Node) -> bool:
    return not any(isinstance(inner, Reduce) for inner in walk(part))


def _all(
    patterns: tuple[Node, ...], nodes: tuple[Node, ...], found: Binding, known: Known
) -> Iterator[Binding]:
    """Each pattern against its node; those with a class sum first, since they bind the arrays."""
    pairs = sorted(zip(patterns, nodes, strict=True), key=lambda pair: _no_sum(pair[0]))

    def rest(at: int, so_far: Binding) -> Iterator[Binding]:
        if at == len(pairs):
            yield so_far
            return
        for binding in matches(*pairs[at], so_far, known):
            yield from rest(at + 1, binding)

    return rest(0, found)


def _some(
    patterns: tuple[Node, ...], nodes: tuple[Node, ...], found: Binding, known: Known
) -> Iterator[tuple[Binding, frozenset[int]]]:
    """Each pattern against a node of its own, in any order; with the places of those nodes."""
    ordered = sorted(patterns, key=_no_sum)

    def rest(
        at: int, so_far: Binding, used: frozenset[int]
    ) -> Iterator[tuple[Binding, frozenset[int]]]:
        if at == len(ordered):
            yield so_far, used
            return
        for place, node in enumerate(nodes):
            if place not in used:
                for binding in matches(ordered[at], node, so_far, known):
                    yield from rest(at + 1, binding, used | {place})

    return rest(0, found, frozenset())


def replace(left: Node, right: Callable[[Binding], Node], node: Node, known: Known) -> Node | None:
    """The node with `left`, found at its root, turned into `right`; None where it is not found.

    In a longer sum or product, left may be any of its terms or factors; the others stay.
    """
    if isinstance(left, Add | Mul) and type(node) is type(left):
        join = add if isinstance(left, Add) else mul
        parts = children(node)
        for found, used in _some(children(left), parts, {}, known):
            kept = [part for place, part in enumerate(parts) if place not in used]
            kept.insert(min(used), right(found))
            return join(*kept)
        return None
    for found in matches(left, node, {}, known):
        return right(found)
    return None


def negate(node: Node) -> Node:
    """-node, with the sign pushed into sums and cases."""
    match node:
        case Neg(arg=arg):
            return arg
        case Add(terms=terms):
            return Add(tuple(map(negate, terms)))
        case Cases(branches=branches, otherwise=otherwise):
            return Cases(tuple((negate(v), c) for v, c in branches), negate(otherwise))
        case _:
            return Neg(node)


def tidy(node: Node) -> Node:
    """The same number with fewer signs: x*(-y) is -(x*y), -(-x - y) is x + y."""
    node = rebuild(node, tuple(map(tidy, children(node)))) if children(node) else node
    match node:
        case Neg(arg=Neg(arg=arg)):
            return arg
        case Neg(arg=Add(terms=terms)) if all(isinstance(term, Neg) for term in terms):
            return negate(Add(terms))
        case Mul(factors=factors) if any(isinstance(factor, Neg) for factor in factors):
            positive = mul(*(f.arg if isinstance(f, Neg) else f for f in factors))
            odd = sum(isinstance(factor, Neg) for factor in factors) % 2
            return Neg(positive) if odd else positive
        case _:
            return node
