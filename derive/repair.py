"""Repairs: the smallest edit of a wrong formula that makes it provable, and what the edit says.

Edits are rows: a diagnosis code and a function from a subtree to what could stand in its place. The
nearest come first; each is tried against the true side at random points, and shown only if it is
then proved.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.problem import Problem, index_terms
from derive.rules import RULES
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
    walk,
)
from derive.witness.sieve import Sieve

MAX_CANDIDATES = 4_000
MAX_PROOFS = 4


@dataclass(frozen=True)
class Repair:
    """A right formula near the wrong one, and the code of the mistake."""

    code: str
    formula: Node


# The range of every index in sight, by its name.
_Ranges = Mapping[str, str]
_Edit = Callable[[Problem, Node, _Ranges], Iterator[Node]]


def repair(problem: Problem, proves: Callable[[Problem], bool]) -> Repair | None:
    """The nearest edit of the right side (of the left one, if only that is no derivative)."""
    flipped = _derived(problem.right) and not _derived(problem.left)
    wrong, right = (problem.left, problem.right) if flipped else (problem.right, problem.left)
    sieve = Sieve(problem, right)
    proofs = 0
    for code, candidate in itertools.islice(_candidates(problem, wrong, sieve), MAX_CANDIDATES):
        if not sieve.passes(candidate):
            continue
        proofs += 1
        if proves(problem.claiming(right, candidate)):
            return Repair(code, candidate)
        if proofs == MAX_PROOFS:
            return None
    return None


def _derived(node: Node) -> bool:
    return any(isinstance(part, Deriv) for part in walk(node))


def _candidates(problem: Problem, wrong: Node, sieve: Sieve) -> Iterator[tuple[str, Node]]:
    """One edit, the likely ones first; then two edits of the likely kinds."""
    yield from _whole(problem, wrong, sieve)
    singles: list[tuple[str, Node]] = []
    for code, edit in _EDITS:
        for candidate in _variants(problem, wrong, edit, dict(problem.indices)):
            singles.append((code, candidate))
            yield code, candidate
    for code, once in singles:
        yield from ((code, both) for _, both in _whole(problem, once, sieve))
    for code, once in singles:
        for _, edit in _EDITS[:_LIKELY]:
            for candidate in _variants(problem, once, edit, dict(problem.indices)):
                yield code, candidate


def _whole(problem: Problem, wrong: Node, sieve: Sieve) -> Iterator[tuple[str, Node]]:
    """A factor on the whole formula: a sign, a number, a size, a parameter."""
    ratio = sieve.ratio(wrong)
    if ratio is not None and ratio != 1:
        yield ("GP101" if ratio == -1 else "GP102"), _scaled(wrong, ratio)
    if isinstance(wrong, Div):
        names = {part.id for part in walk(wrong.den) if isinstance(part, Name)}
        code = "GP103" if names & problem.sizes.keys() else "GP104" if names else "GP102"
        yield code, wrong.num
        if isinstance(wrong.den, Pow):
            yield code, Div(wrong.num, wrong.den.base)
    for size in problem.sizes:
        yield "GP103", Div(wrong, Name(size))
        yield "GP103", mul(Name(size), wrong)
    for symbol in problem.symbols.values():
        if not symbol.axes and symbol.kind in ("positive", "real", "unit"):
            name = Name(symbol.name)
            yield "GP104", Div(wrong, name)
            yield "GP104", mul(name, wrong)
            yield "GP104", Div(wrong, Pow(name, num(2)))
            yield "GP104", mul(Pow(name, num(2)), wrong)


def _scaled(node: Node, ratio: Fraction) -> Node:
    """ratio * node, a number in front worked in and a sign spread over a sum."""
    if isinstance(node, Mul) and isinstance(node.factors[0], Num):
        return _scaled(mul(*node.factors[1:]), ratio * node.factors[0].value)
    if ratio < 0:
        inner = _scaled(node, -ratio)
        return RULES["spread-minus"].apply(Neg(inner)) or Neg(inner)
    top = node if ratio.numerator == 1 else mul(num(ratio.numerator), node)
    return top if ratio.denominator == 1 else Div(top, num(ratio.denominator))


def _variants(problem: Problem, node: Node, edit: _Edit, ranges: _Ranges) -> Iterator[Node]:
    """The tree with the edit made at one place, at every place in turn."""
    yield from edit(problem, node, ranges)
    inner = ranges
    if isinstance(node, Reduce):
        inner = {**ranges, node.index: node.over}
    parts = children(node)
    # The variable of a derivative and the condition of an indicator are edited as wholes.
    stop = 1 if isinstance(node, Deriv) else 0 if isinstance(node, Ind | Entry) else len(parts)
    for place, part in enumerate(parts[:stop]):
        for changed in _variants(problem, part, edit, inner):
            yield rebuild(node, (*parts[:place], changed, *parts[place + 1 :]))


def _index_nodes(problem: Problem, ranges: _Ranges, size: str) -> list[Node]:
    """Every index of a range that may be written here."""
    terms = [term for term, own in index_terms(problem).items() if own == size]
    bound = [Name(n) for n, own in ranges.items() if own == size and Name(n) not in terms]
    labels: list[Node] = [
        Entry(name, (Name(i),))
        for name, own in problem.label_range.items()
        for i, axis in ranges.items()
        if own == size and problem.symbols[name].axes == (axis,)
    ]
    return [*terms, *bound, *(label for label in labels if label not in terms)]


def _pairs(problem: Problem, ranges: _Ranges) -> Iterator[Node]:
    """Every delta of two indices in sight; those that move with the claim's derivative first."""
    for size in problem.sizes:
        for a, b in itertools.combinations(_index_nodes(problem, ranges, size), 2):
            yield delta(a, b)


def _one_for_delta(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """1 that should be a delta: p[k] - 1 for p[k] - delta(k, y)."""
    if node == ONE:
        yield from _pairs(problem, ranges)


def _flip_sign(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    if isinstance(node, Add):
        for place, term in enumerate(node.terms):
            turned = term.arg if isinstance(term, Neg) else Neg(term)
            yield Add((*node.terms[:place], turned, *node.terms[place + 1 :]))
    elif isinstance(node, Neg):
        yield node.arg


def _swap_index(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """Another index of the same range at one place."""
    if isinstance(node, Entry):
        for place, index in enumerate(node.indices):
            for other in _index_nodes(problem, ranges, _size_of(problem, node.base, place)):
                if other != index:
                    yield Entry(
                        node.base, (*node.indices[:place], other, *node.indices[place + 1 :])
                    )
    elif isinstance(node, Ind) and isinstance(node.condition, Rel):
        yield from (d for d in _pairs(problem, ranges) if d != node)


def _size_of(problem: Problem, base: str, place: int) -> str:
    symbol = problem.symbols.get(base)
    if symbol is not None:
        return symbol.axes[place]
    params = problem.definitions[base].params
    body = problem.definitions[base].body
    for part in walk(body):
        if isinstance(part, Entry):
            for position, index in enumerate(part.indices):
                if index == Name(params[place]):
                    return _size_of(problem, part.base, position)
    return next(iter(problem.sizes), "")


def _transpose(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    if isinstance(node, Entry) and len(node.indices) == 2:
        yield Entry(node.base, node.indices[::-1])


def _delta_edits(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """A delta left out, put beside a term, or put on a term."""
    if isinstance(node, Ind):
        yield ONE
        yield num(0)
    elif not isinstance(node, Num | Neg | Name):
        for pair in _pairs(problem, ranges):
            yield add(node, Neg(pair))
            yield add(node, pair)
            yield mul(pair, node)


def _chain_rule(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
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
                    yield Reduce("sum", body, own, None, _size_of(problem, entry.base, place))


def _replaced(node: Node, old: Entry, new: Entry) -> Node:
    """A derivative by or of the old entry, taken by or of the new one."""
    if isinstance(node, Deriv):
        body = new if node.body == old else node.body
        return Deriv(body, tuple(new if v == old else v for v in node.wrt))
    return node


def _whole_jacobian(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """s[i]*(1 - s[i]) as the whole Jacobian, for s[i]*(delta(i, k) - s[k])."""
    match node:
        case Mul(factors=(Entry() as s, Add(terms=(Num(value=one), Neg(arg=Entry() as other))))):
            if one == 1 and s.base == other.base:
                place = len(s.indices) - 1
                for k in _index_nodes(problem, ranges, _size_of(problem, s.base, place)):
                    moved = Entry(s.base, (*s.indices[:-1], k))
                    yield mul(s, add(delta(s.indices[-1], k), Neg(moved)))


def _square_of_sum(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    match node:
        case Pow(base=Reduce(kind="sum") as total, exponent=exponent):
            body = Pow(total.body, exponent)
            yield Reduce("sum", body, total.index, total.where, total.over)
        case Reduce(kind="sum", body=Pow(base=base, exponent=exponent)):
            inner = Reduce("sum", base, node.index, node.where, node.over)
            yield Pow(inner, exponent)


def _softmax_or_sigmoid(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    if isinstance(node, Call) and node.function == "sigma" and isinstance(node.arg, Entry):
        entry, own = node.arg, fresh("j")
        moved = Entry(entry.base, (*entry.indices[:-1], Name(own)))
        size = _size_of(problem, entry.base, len(entry.indices) - 1)
        yield Div(Call("exp", entry), Reduce("sum", Call("exp", moved), own, None, size))
    elif isinstance(node, Entry) and node.base in problem.definitions:
        for symbol in problem.symbols.values():
            if len(symbol.axes) == len(node.indices) and symbol.kind == "real":
                yield Call("sigma", Entry(symbol.name, node.indices))


def _logarithm(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    if isinstance(node, Call) and node.function == "log":
        yield node.arg
    elif isinstance(node, Entry | Reduce) and not (
        isinstance(node, Entry) and node.base in problem.label_range
    ):
        yield Call("log", node)


def _power_and_parts(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """A power one higher or lower; a term or a factor too many."""
    match node:
        case Pow(base=base, exponent=Num(value=value)):
            yield Pow(base, num(value + 1))
            yield base if value == 2 else Pow(base, num(value - 1))
        case Add(terms=terms) if len(terms) > 1:
            yield from (add(*terms[:i], *terms[i + 1 :]) for i in range(len(terms)))
        case Mul(factors=factors):
            yield from (mul(*factors[:i], *factors[i + 1 :]) for i in range(len(factors)))
        case Div(num=top):
            yield top


def _times_row_sum(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """A term times the sum of the targets, which need not be 1."""
    if not isinstance(node, Entry) or node.base in problem.label_range:
        return
    for symbol in problem.symbols.values():
        if symbol.kind == "real" and len(symbol.axes) == len(node.indices):
            own = fresh("j")
            entry = Entry(symbol.name, (*node.indices[:-1], Name(own)))
            yield mul(node, Reduce("sum", entry, own, None, symbol.axes[-1]))


def _rename_bound(problem: Problem, node: Node, ranges: _Ranges) -> Iterator[Node]:
    """A sum where one term was meant: its index was taken for the free one."""
    if isinstance(node, Reduce):
        for other in _index_nodes(problem, ranges, node.over):
            yield substitute(node.body, {node.index: other})


_EDITS: tuple[tuple[str, _Edit], ...] = (
    ("GP201", _one_for_delta),
    ("GP302", _whole_jacobian),
    ("GP101", _flip_sign),
    ("GP202", _swap_index),
    ("GP301", _chain_rule),
    ("GP205", _transpose),
    ("GP201", _delta_edits),
    ("GP303", _square_of_sum),
    ("GP305", _logarithm),
    ("GP304", _softmax_or_sigmoid),
    ("GP102", _power_and_parts),
    ("GP203", _rename_bound),
    ("GP402", _times_row_sum),
)
# So many of the edits are also tried as a second one.
_LIKELY = 5


def diagnosis_of(problem: Problem, condition: str | None) -> str | None:
    """The code of a mistake that the condition or the indices give away, before any repair."""
    if condition and condition.endswith("is one-hot"):
        return "GP401"
    if condition and condition.startswith("sum(") and condition.endswith("== 1"):
        return "GP402"
    left, right = (
        free_names(side) & problem.indices.keys() for side in (problem.left, problem.right)
    )
    return "GP204" if right - left - _defined_indices(problem) else None


def _defined_indices(problem: Problem) -> set[str]:
    """Indices that the definitions bring in by themselves, such as a label."""
    return {
        name
        for definition in problem.definitions.values()
        for name in free_names(definition.body) - set(definition.params)
    }
