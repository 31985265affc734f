"""Edits: what a person gets wrong in one place of a formula, a row for each kind of mistake.

A row is a diagnosis code and a function from a subtree to what could stand in its place.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from derive.problem import Problem, index_terms
from derive.syntax import (
    ONE,
    Add,
    Call,
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
    Rel,
    add,
    children,
    delta,
    free_names,
    fresh,
    mul,
    num,
    rebuild,
    substitute,
    transform,
    walk,
    written,
)

# The most parts of which some are tried left out.
_MOST_PARTS = 6

# The range of every index in sight, by its name.
Ranges = Mapping[str, str]
Edit = Callable[[Problem, Node, Ranges], Iterator[Node]]


def variants(problem: Problem, node: Node, edit: Edit, ranges: Ranges) -> Iterator[Node]:
    """The tree with the edit made at one place, at every place in turn."""
    yield from edit(problem, node, ranges)
    inner = ranges
    if isinstance(node, Reduce):
        inner = {**ranges, node.index: node.over}
    parts = children(node)
    # The variable of a derivative and the condition of an indicator are edited as wholes.
    stop = 1 if isinstance(node, Deriv) else 0 if isinstance(node, Ind | Entry) else len(parts)
    for place, part in enumerate(parts[:stop]):
        for changed in variants(problem, part, edit, inner):
            yield rebuild(node, (*parts[:place], changed, *parts[place + 1 :]))


def index_nodes(problem: Problem, ranges: Ranges, size: str) -> list[Node]:
    """Every index of a range that may be written here."""
    terms = [term for term, own in index_terms(problem).items() if own == size]
    bound = [Name(n) for n, own in ranges.items() if own == size and Name(n) not in terms]
    labels: list[Node] = [
        Entry(name, tuple(map(Name, at)))
        for name, own in problem.label_range.items()
        # A label may be defined by a formula, and is then no symbol.
        if own == size and name in problem.symbols
        for at in itertools.product(
            *(
                [i for i, axis in ranges.items() if axis == wanted]
                for wanted in _axes(problem, name)
            )
        )
    ]
    return [*terms, *bound, *(label for label in labels if label not in terms)]


def _axes(problem: Problem, label: str) -> tuple[str, ...]:
    return problem.symbols[label].axes


def deltas(problem: Problem, ranges: Ranges) -> Iterator[Node]:
    """Every delta of two indices in sight; those that move with the claim's derivative first."""
    for size in problem.sizes:
        for a, b in itertools.combinations(index_nodes(problem, ranges, size), 2):
            yield delta(a, b)


def _one_for_delta(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """1 that should be a delta: p[k] - 1 for p[k] - delta(k, y)."""
    if node == ONE:
        yield from deltas(problem, ranges)


def _flip_sign(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """The sign of a term, or of all that a function is taken of."""
    match node:
        case Add(terms=terms):
            for place, term in enumerate(terms):
                turned = term.arg if isinstance(term, Neg) else Neg(term)
                yield Add((*terms[:place], turned, *terms[place + 1 :]))
        case Neg(arg=arg):
            yield arg
        case Call(function=function, arg=arg) if function != "log":
            yield Call(function, arg.arg if isinstance(arg, Neg) else Neg(arg))


def _scale_argument(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """A function of twice or half of what it should be taken of."""
    if isinstance(node, Call) and node.function != "log":
        yield Call(node.function, mul(num(2), node.arg))
        yield Call(node.function, Div(node.arg, num(2)))


def _swap_index(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """Another index of the same range at one place."""
    if isinstance(node, Entry):
        for place, index in enumerate(node.indices):
            for other in index_nodes(problem, ranges, size_of(problem, node.base, place)):
                if other != index:
                    yield Entry(
                        node.base, (*node.indices[:place], other, *node.indices[place + 1 :])
                    )
    elif isinstance(node, Ind) and isinstance(node.condition, Rel):
        yield from (d for d in deltas(problem, ranges) if d != node)


def size_of(problem: Problem, base: str, place: int) -> str:
    symbol = problem.symbols.get(base)
    if symbol is not None:
        return symbol.axes[place]
    params = problem.definitions[base].params
    body = problem.definitions[base].body
    for part in walk(body):
        if isinstance(part, Entry):
            for position, index in enumerate(part.indices):
                if index == Name(params[place]):
                    return size_of(problem, part.base, position)
    return next(iter(problem.sizes), "")


def _transpose(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """The two indices of an entry, or two free indices of a formula, exchanged."""
    if isinstance(node, Entry) and len(node.indices) == 2:
        yield Entry(node.base, node.indices[::-1])
    elif isinstance(node, Add | Mul | Div | Reduce):
        for a, b in itertools.combinations(problem.indices, 2):
            if {a, b} <= free_names(node):
                yield substitute(node, {a: Name(b), b: Name(a)})


def _delta_edits(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """A delta left out, put beside a term, or put on a term."""
    if isinstance(node, Ind):
        yield ONE
        yield num(0)
    elif not isinstance(node, Num | Neg | Name):
        for pair in deltas(problem, ranges):
            yield add(node, Neg(pair))
            yield add(node, pair)
            yield mul(pair, node)


def _chain_rule(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """d(L, p[k])*d(p[k], x) summed over every path."""
    if not isinstance(node, Mul):
        return
    for factor in node.factors:
        if isinstance(factor, Deriv) and isinstance(factor.body, Entry):
            entry = factor.body
            for place, index in enumerate(entry.indices):
                if isinstance(index, Name):
                    own = fresh("j")
                    moved = Entry(
                        entry.base,
                        (*entry.indices[:place], Name(own), *entry.indices[place + 1 :]),
                    )
                    body = mul(*(_replaced(f, entry, moved) for f in node.factors))
                    yield Reduce("sum", body, own, None, size_of(problem, entry.base, place))


def _replaced(node: Node, old: Entry, new: Entry) -> Node:
    """A derivative by or of the old entry, taken by or of the new one."""
    if isinstance(node, Deriv):
        body = new if node.body == old else node.body
        return Deriv(body, tuple(new if v == old else v for v in node.wrt))
    return node


def _whole_jacobian(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """s[i]*(1 - s[i]) as the whole Jacobian, for s[i]*(delta(i, k) - s[k])."""
    match node:
        case Mul(factors=(Entry() as s, Add(terms=(Num(value=one), Neg(arg=Entry() as other))))):
            if one == 1 and s.base == other.base:
                place = len(s.indices) - 1
                for k in index_nodes(problem, ranges, size_of(problem, s.base, place)):
                    moved = Entry(s.base, (*s.indices[:-1], k))
                    yield mul(s, add(delta(s.indices[-1], k), Neg(moved)))


def _square_of_sum(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    match node:
        case Pow(base=Reduce(kind="sum") as total, exponent=exponent):
            body = Pow(total.body, exponent)
            yield Reduce("sum", body, total.index, total.where, total.over)
        case Reduce(kind="sum", body=Pow(base=base, exponent=exponent)):
            inner = Reduce("sum", base, node.index, node.where, node.over)
            yield Pow(inner, exponent)


def _softmax_or_sigmoid(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    if isinstance(node, Call) and node.function == "sigma" and isinstance(node.arg, Entry):
        entry, own = node.arg, fresh("j")
        moved = Entry(entry.base, (*entry.indices[:-1], Name(own)))
        size = size_of(problem, entry.base, len(entry.indices) - 1)
        yield Div(Call("exp", entry), Reduce("sum", Call("exp", moved), own, None, size))
    elif isinstance(node, Entry) and node.base in problem.definitions:
        for symbol in problem.symbols.values():
            if len(symbol.axes) == len(node.indices) and symbol.kind == "real":
                yield Call("sigma", Entry(symbol.name, node.indices))


def _logarithm(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    if isinstance(node, Call) and node.function == "log":
        yield node.arg
    elif isinstance(node, Entry | Reduce) and not (
        isinstance(node, Entry) and node.base in problem.label_range
    ):
        yield Call("log", node)


def _power(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """A power one higher or lower; a denominator that is to be squared."""
    match node:
        case Pow(base=base, exponent=Num(value=value)):
            yield Pow(base, num(value + 1))
            yield base if value == 2 else Pow(base, num(value - 1))
        case Pow(base=base, exponent=exponent):
            yield Pow(base, add(exponent, ONE))
            yield Pow(base, add(exponent, Neg(ONE)))
            if isinstance(exponent, Add):
                yield from (Pow(base, part) for part in _without_some(exponent.terms, add))
        case Div(num=top, den=bottom) if not isinstance(bottom, Pow):
            yield Div(top, Pow(bottom, num(2)))


def _without_some(parts: tuple[Node, ...], joined: Callable[..., Node]) -> Iterator[Node]:
    """The sum or product without some of its parts; as few as possible left out."""
    if len(parts) <= _MOST_PARTS:
        for count in range(len(parts) - 1, 0, -1):
            yield from (joined(*kept) for kept in itertools.combinations(parts, count))


def _term_too_many(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    if isinstance(node, Add):
        yield from _without_some(node.terms, add)


def _factor_too_many(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    match node:
        case Mul(factors=factors):
            yield from _without_some(factors, mul)
        case Div(num=Mul(factors=factors), den=bottom):
            yield from (Div(top, bottom) for top in _without_some(factors, mul))
            yield node.num
        case Div(num=top):
            yield top


def _times_row_sum(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """A term times the sum of the targets, which need not be 1."""
    if not isinstance(node, Entry) or node.base in problem.label_range:
        return
    for symbol in problem.symbols.values():
        if symbol.kind == "real" and len(symbol.axes) == len(node.indices):
            own = fresh("j")
            entry = Entry(symbol.name, (*node.indices[:-1], Name(own)))
            yield mul(node, Reduce("sum", entry, own, None, symbol.axes[-1]))


def _captured(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """A sum over the letter that is free outside of it: some of its entries mean the free one."""
    if not isinstance(node, Reduce) or written(node.index) not in problem.indices:
        return
    own, free = fresh("j"), Name(written(node.index))
    places = [part for part in walk(node.body) if part == Name(node.index)]
    if len(places) > _MOST_PARTS:
        return
    for captured in itertools.product((False, True), repeat=len(places)):
        if any(captured):
            turn = iter(captured)
            body = transform(
                node.body,
                lambda part, turn=turn: (  # type: ignore[misc]
                    (free if next(turn) else Name(own)) if part == Name(node.index) else None
                ),
            )
            yield Reduce(node.kind, body, own, node.where, node.over)


def _rename_bound(problem: Problem, node: Node, ranges: Ranges) -> Iterator[Node]:
    """A sum where one term was meant: its index was taken for the free one."""
    if isinstance(node, Reduce):
        for other in index_nodes(problem, ranges, node.over):
            yield substitute(node.body, {node.index: other})


EDITS: tuple[tuple[str, Edit], ...] = (
    ("GP201", _one_for_delta),
    ("GP302", _whole_jacobian),
    ("GP101", _flip_sign),
    ("GP203", _captured),
    ("GP202", _swap_index),
    ("GP301", _chain_rule),
    ("GP205", _transpose),
    ("GP201", _delta_edits),
    ("GP303", _square_of_sum),
    ("GP305", _logarithm),
    ("GP304", _softmax_or_sigmoid),
    ("GP102", _scale_argument),
    ("GP105", _power),
    ("GP106", _term_too_many),
    ("GP105", _factor_too_many),
    ("GP203", _rename_bound),
    ("GP402", _times_row_sum),
)
# So many of the edits are also tried as a second one.
LIKELY = 5
