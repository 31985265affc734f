"""What a right formula may be made of: the quantities that a problem speaks of, small first."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from derive.edits import deltas, index_nodes, size_of
from derive.problem import Problem, instantiate
from derive.syntax import (
    ONE,
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    add,
    canonical,
    children,
    free_names,
    fresh,
    mul,
    substitute,
    walk,
)

_MOST_ENTRIES = 60
_MOST_VECTORS = 8
_MOST_NODES = 30
_MOST_QUANTITIES = 180
_VALUES = (Entry, Name, Add, Mul, Div, Pow, Call, Reduce)


def quantities(problem: Problem, wrong: Node, true: Node) -> list[Node]:
    """1, sizes, parameters, entries, deltas; parts of what was written; complements; class sums."""
    entries = list(_entries(problem))
    written = list(_parts(problem, wrong, true))
    kronecker = list(deltas(problem, dict(problem.indices)))
    scalars = list(_scalars(problem, wrong, true))
    simple = [ONE, *scalars, *entries, *kronecker]
    derived = itertools.chain(
        (add(ONE, Neg(part)) for part in (*scalars, *entries, *kronecker)),
        _reflected(written),
        _logarithms(problem, (*entries, *written)),
        _class_sums(problem, written),
    )
    excluded = _the_true_side(problem, true)
    found: dict[Node, Node] = {}
    for node in (*simple, *sorted(written, key=_nodes), *sorted(derived, key=_nodes)):
        if canonical(node) not in excluded:
            found.setdefault(canonical(node), node)
    return list(found.values())[:_MOST_QUANTITIES]


def _the_true_side(problem: Problem, true: Node) -> set[Node]:
    """The true side and what it is defined as: to say them again would mend nothing."""
    same = {canonical(true)}
    if isinstance(true, Name | Entry):
        definition = problem.definitions.get(true.id if isinstance(true, Name) else true.base)
        if definition is not None:
            same.add(canonical(instantiate(definition, children(true))))
    return same


def _nodes(node: Node) -> int:
    return sum(1 for _ in walk(node))


def _scalars(problem: Problem, wrong: Node, true: Node) -> Iterator[Node]:
    """Sizes, parameters and defined numbers.

    What is differentiated counts only where the wrong formula names it: a gradient that holds its
    own loss is better told by the loss' parts.
    """
    yield from (Name(size) for size, value in problem.sizes.items() if value is None)
    for symbol in problem.symbols.values():
        if not symbol.axes and symbol.kind not in ("label", "index"):
            yield Name(symbol.name)
    taken = {part.body for part in walk(true) if isinstance(part, Deriv)}
    for definition in problem.definitions.values():
        name = Name(definition.name)
        if not definition.params and (name not in taken or name in walk(wrong)):
            yield name


def _arrays(problem: Problem) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every array that holds numbers, with the size of each of its axes."""
    for symbol in problem.symbols.values():
        if symbol.axes and symbol.name not in problem.label_range:
            yield symbol.name, symbol.axes
    for name, definition in problem.definitions.items():
        if definition.params:
            yield name, tuple(size_of(problem, name, i) for i in range(len(definition.params)))


def _entries(problem: Problem) -> Iterator[Node]:
    """Every entry at indices that are free in the claim, labels included."""
    found = (
        Entry(name, at)
        for name, axes in _arrays(problem)
        for at in itertools.product(
            *(index_nodes(problem, dict(problem.indices), size) for size in axes)
        )
    )
    return itertools.islice(found, _MOST_ENTRIES)


def _parts(problem: Problem, wrong: Node, true: Node) -> Iterator[Node]:
    """Parts of the claim and of the definitions that stand for a number by themselves.

    The true side lends only what it differentiates: put together again it would mend nothing.
    """
    taken = (part.body for part in walk(true) if isinstance(part, Deriv))
    bodies = [wrong, *(body for body in taken if not isinstance(body, Name))]
    for definition in problem.definitions.values():
        sizes = [size_of(problem, definition.name, i) for i in range(len(definition.params))]
        choices = (index_nodes(problem, dict(problem.indices), size)[:2] for size in sizes)
        bodies += [instantiate(definition, at) for at in itertools.product(*choices)]
        # What is free of its indices counts by itself, such as a scale.
        bodies.append(definition.body)
    known = problem.indices.keys() | problem.sizes.keys() | problem.symbols.keys()
    known |= problem.definitions.keys()
    for part in itertools.chain.from_iterable(map(walk, bodies)):
        if isinstance(part, _VALUES) and free_names(part) <= known and _plain(part, problem):
            yield part


def _plain(node: Node, problem: Problem) -> bool:
    """Neither a derivative nor something long, nor a bare index or label."""
    if isinstance(node, Name | Entry):
        name = node.id if isinstance(node, Name) else node.base
        return name not in problem.indices and name not in problem.label_range
    parts = list(walk(node))
    return len(parts) <= _MOST_NODES and not any(isinstance(p, Deriv | Cases) for p in parts)


def _reflected(parts: Iterable[Node]) -> Iterator[Node]:
    """f(-u) and 1 - f(u) beside a sigma(u), f(u)**2 and its complement beside a tanh(u)."""
    for part in parts:
        if isinstance(part, Call) and part.function in ("sigma", "tanh", "exp"):
            arg = part.arg.arg if isinstance(part.arg, Neg) else Neg(part.arg)
            yield Call(part.function, arg)
            yield add(ONE, Neg(part))
            if part.function == "tanh":
                yield add(ONE, Neg(Pow(part, Num(ONE.value * 2))))


def _logarithms(problem: Problem, parts: Iterable[Node]) -> Iterator[Node]:
    """The logarithm of every sum, and of what was defined as a fraction."""
    for part in parts:
        defined = isinstance(part, Entry) and isinstance(_body(problem, part.base), Div)
        if isinstance(part, Reduce) or defined:
            yield Call("log", part)


def _body(problem: Problem, name: str) -> Node | None:
    definition = problem.definitions.get(name)
    return None if definition is None else definition.body


def _class_sums(problem: Problem, written: list[Node]) -> Iterator[Node]:
    """Sums of a vector, and of the products of two, over each size."""
    for size in problem.sizes:
        own = fresh("j")
        vectors = list(_vectors(problem, size, own, written))[:_MOST_VECTORS]
        for vector in vectors:
            yield Reduce("sum", vector, own, None, size)
        for a, b in itertools.combinations_with_replacement(vectors, 2):
            body = Pow(a, Num(ONE.value * 2)) if a == b else mul(a, b)
            yield Reduce("sum", body, own, None, size)


def _vectors(problem: Problem, size: str, own: str, written: list[Node]) -> Iterator[Node]:
    """What takes a value for each place of a range: arrays, and differences that are written."""
    for name, axes in _arrays(problem):
        for place, axis in enumerate(axes):
            if axis == size:
                slots = [
                    [Name(own)]
                    if i == place
                    else index_nodes(problem, dict(problem.indices), other)
                    for i, other in enumerate(axes)
                ]
                yield from (Entry(name, at) for at in itertools.product(*slots))
    for index, over in problem.indices.items():
        if over == size:
            for part in written:
                if isinstance(part, Add) and index in free_names(part) and not _has_delta(part):
                    yield substitute(part, {index: Name(own)})


def _has_delta(node: Node) -> bool:
    return any(isinstance(part, Ind) for part in walk(node))
