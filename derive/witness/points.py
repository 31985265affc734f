"""Which points are looked at: sizes, patterns of equal indices, numbers that respect the facts."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.errors import OutOfBudget, OutOfFragment
from derive.problem import Problem, Symbol, index_terms, literals
from derive.syntax import (
    Add,
    Deriv,
    Div,
    Entry,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    children,
    free_names,
    walk,
)
from derive.witness.arithmetic import Arithmetic, Undefined, Unsupported, V
from derive.witness.evaluate import Evaluator, Point
from derive.witness.rational import Rational

Place = tuple[str, tuple[int, ...]]

# Sizes other than the class count are tried up to this; the class count up to `size_bound`.
_OTHER_SIZE_BOUND = 3
_FEW_SIZES = 3
_SIZE_CAP = 6
_MAX_SIZES = 5
_MAX_SIZE = 200
_REDRAWS = 40


@dataclass(frozen=True)
class Frame:
    """A point without its numbers: sizes, indices, labels."""

    sizes: Mapping[str, int]
    indices: Mapping[str, int]
    labels: Mapping[Place, int]


def trees(problem: Problem) -> tuple[Node, ...]:
    """Every tree that belongs to the problem."""
    pairs = tuple(itertools.chain.from_iterable(problem.assumptions))
    bodies = tuple(d.body for d in problem.definitions.values())
    return (problem.left, problem.right, *bodies, *problem.where, *problem.bounds, *pairs)


def size_bound(problem: Problem) -> int:
    """The largest class count that is looked at: free indices + sums multiplied + degree in n.

    A difference with q free indices, at most K sums multiplied in a term and coefficients of
    degree at most D in n is 0 for every n if it is 0 at D + 1 different n >= q + K.
    """
    wanted = len(problem.indices) + len(literals(problem)) + _degree(problem) + 1
    return max(max(literals(problem), default=0), min(_SIZE_CAP, wanted))


def _degree(problem: Problem) -> int:
    """Sums multiplied in a term, plus the degree in a size, once denominators are cleared.

    Counted from the written formula: each differentiation raises a denominator's power by one.
    """
    sizes = set(problem.sizes)

    def count(node: Node, seen: frozenset[str] = frozenset()) -> int:
        match node:
            case Name(id=name) if name in sizes:
                return 1
            case Entry(base=name) | Name(id=name) if (
                name in problem.definitions and name not in seen
            ):
                return count(problem.definitions[name].body, seen | {name})
            case Reduce(body=body):
                return 1 + count(body, seen)
            case Mul(factors=factors):
                return max(sum(count(f, seen) for f in factors), 0)
            case Pow(base=base, exponent=Num(value=value)):
                return min(count(base, seen) * max(1, abs(int(value))), _SIZE_CAP)
            case Div(num=top, den=bottom):
                return max(count(top, seen), count(bottom, seen))
            case Deriv(body=body, wrt=wrt):
                return count(body, seen) + len(wrt)
            case Add() | Neg():
                return max(count(part, seen) for part in children(node))
            case _:
                return max((count(part, seen) for part in children(node)), default=0)

    return max(count(problem.left), count(problem.right))


def frames(problem: Problem) -> Iterator[Frame]:
    """Every choice of small sizes and every pattern of equal indices that `where` admits."""
    for sizes in _sizes(problem):
        for indices, labels in _patterns(problem, sizes):
            frame = Frame(sizes, indices, labels)
            if _admitted(problem, frame):
                yield frame


def _sizes(problem: Problem) -> list[dict[str, int]]:
    """Size assignments, small first; the class count reaches further than the others."""
    names = list(problem.sizes)
    if len(names) > _MAX_SIZES:
        raise OutOfBudget(f"more than {_MAX_SIZES} sizes")
    large = [name for name, size in problem.sizes.items() if size is not None and size > _MAX_SIZE]
    if large:
        raise OutOfBudget(f"{large[0]} is too large to be looked at point by point")
    bound = size_bound(problem)
    class_size = _class_size(problem)
    # Many dimensions at once would make too many choices.
    others = _OTHER_SIZE_BOUND if len(names) <= _FEW_SIZES else _OTHER_SIZE_BOUND - 1
    ranges = []
    for name in names:
        fixed = problem.sizes[name]
        # A literal index says that there are so many classes.
        least = max(literals(problem), default=1)
        top = bound if name == class_size else max(others, least)
        ranges.append([fixed] if fixed is not None else range(least, top + 1))
    choices = [dict(zip(names, choice, strict=True)) for choice in itertools.product(*ranges)]
    return sorted(choices, key=lambda c: (sum(c.values()), tuple(c.values())))


def _class_size(problem: Problem) -> str:
    """The size with the most indices, labels counted: the one that needs the most room."""
    counts = Counter(index_terms(problem).values())
    counts.update(problem.label_range.values())
    found = counts.most_common(1)
    return found[0][0] if found else next(iter(problem.sizes), "")


def _patterns(
    problem: Problem, sizes: Mapping[str, int]
) -> Iterator[tuple[dict[str, int], dict[Place, int]]]:
    """Assignments up to renaming: each index is an old value of its range or the next new one.

    Where a condition asks which index is smaller, every assignment.
    """
    ordered = any(_is_order(part, sizes) for tree in trees(problem) for part in walk(tree))
    terms = list(index_terms(problem).items())
    fixed = {size: [v for v in literals(problem) if v <= sizes[size]] for size in sizes}

    def extend(
        place: int, chosen: dict[Node, int], used: dict[str, list[int]]
    ) -> Iterator[dict[Node, int]]:
        if place == len(terms):
            yield dict(chosen)
            return
        term, size = terms[place]
        taken = [v for v in used[size] if v <= sizes[size]]
        new = [v for v in range(1, sizes[size] + 1) if v not in taken]
        for value in [*taken, *(new if ordered else new[:1])]:
            chosen[term] = value
            yield from extend(place + 1, chosen, {**used, size: sorted({*taken, value})})

    for chosen in extend(0, {}, fixed):
        indices = {term.id: value for term, value in chosen.items() if isinstance(term, Name)}
        labels = _labels(chosen, indices)
        if labels is not None:
            yield indices, labels


def _is_order(part: Node, sizes: Collection[str]) -> bool:
    """Whether the part asks for the order of two indices; that of sizes is no matter of names."""
    if not isinstance(part, Rel) or part.op in ("==", "!="):
        return False
    return not any(isinstance(s, Name) and s.id in sizes for s in (part.left, part.right))


def _labels(chosen: Mapping[Node, int], indices: Mapping[str, int]) -> dict[Place, int] | None:
    """The labels that the pattern fixes; None if it asks one label to have two values."""
    labels: dict[Place, int] = {}
    for term, value in chosen.items():
        if isinstance(term, Entry):
            at = tuple(indices[i.id] for i in term.indices if isinstance(i, Name))
            if labels.setdefault((term.base, at), value) != value:
                return None
    return labels


def _admitted(problem: Problem, frame: Frame) -> bool:
    if not problem.where:
        return True
    evaluator = Evaluator(problem, Rational(), Point(frame.sizes, frame.indices, frame.labels, {}))
    try:
        return all(evaluator.holds(condition) for condition in problem.where)
    except (Undefined, Unsupported):
        raise OutOfFragment("a condition on numbers is outside of what can be decided") from None


Draw = Callable[[Symbol, tuple[int, ...]], V]


def fill(
    problem: Problem, frame: Frame, arithmetic: Arithmetic[V], draw: Draw[V], rng: random.Random
) -> Point[V]:
    """The frame with numbers for every symbol; simplex rows and assumptions are made to hold.

    Numbers are drawn anew until they meet the bounds. Raises Undefined where none are found.
    """
    for _ in range(_REDRAWS if problem.bounds else 1):
        point = _filled(problem, frame, arithmetic, draw, rng)
        if _within_bounds(problem, arithmetic, point):
            return point
    raise Undefined("no point was found that meets all conditions")


def _within_bounds(problem: Problem, arithmetic: Arithmetic[V], point: Point[V]) -> bool:
    evaluator = Evaluator(problem, arithmetic, point)
    try:
        return all(evaluator.holds(bound) for bound in problem.bounds)
    except Undefined:
        return False


def _filled(
    problem: Problem, frame: Frame, arithmetic: Arithmetic[V], draw: Draw[V], rng: random.Random
) -> Point[V]:
    labels = dict(frame.labels)
    numbers: dict[Place, V] = {}
    for symbol in problem.symbols.values():
        for at in itertools.product(*(range(1, frame.sizes[a] + 1) for a in symbol.axes)):
            if symbol.kind in ("label", "index"):
                top = frame.sizes[problem.label_range.get(symbol.name, symbol.axes[0])]
                labels.setdefault((symbol.name, at), rng.randint(1, top))
            else:
                numbers[symbol.name, at] = draw(symbol, at)
    for symbol in problem.symbols.values():
        if symbol.kind == "simplex":
            _close_simplex(symbol, frame, arithmetic, numbers)
    point = Point(frame.sizes, frame.indices, labels, numbers)
    for left, right in problem.assumptions:
        point = _impose(problem, arithmetic, point, left, right)
    if not all(_holds_at(problem, arithmetic, point, *pair) for pair in problem.assumptions):
        raise Undefined("no point was found that satisfies all assumptions")
    return point


def _close_simplex(
    symbol: Symbol, frame: Frame, arithmetic: Arithmetic[V], numbers: dict[Place, V]
) -> None:
    """The last entry of every row becomes 1 minus the others."""
    *outer, last = (frame.sizes[a] for a in symbol.axes)
    minus = arithmetic.const(Fraction(-1))
    for row in itertools.product(*(range(1, size + 1) for size in outer)):
        rest = arithmetic.const(Fraction(1))
        for k in range(1, last):
            rest = arithmetic.add(rest, arithmetic.mul(minus, numbers[symbol.name, (*row, k)]))
        numbers[symbol.name, (*row, last)] = rest


# Kinds of few values, or whole ones: never the unknown that an assumption is solved for.
_NOT_SOLVED_FOR = frozenset({"bit", "sign", "integer"})


def respects_facts(problem: Problem, arithmetic: Arithmetic[V], point: Point[V]) -> bool:
    """Whether numbers that assumptions were solved for are still of their kind."""
    minus, one = arithmetic.const(Fraction(-1)), arithmetic.const(Fraction(1))
    try:
        for (name, _), value in point.numbers.items():
            kind = problem.symbols[name].kind
            if kind in ("positive", "unit", "integer") and arithmetic.sign(value) <= 0:
                return False
            if (
                kind == "unit"
                and arithmetic.sign(arithmetic.add(one, arithmetic.mul(minus, value))) <= 0
            ):
                return False
            if kind == "simplex" and arithmetic.sign(value) < 0:
                return False
        return all(map(arithmetic.may_be_zero, _row_rests(problem, arithmetic, point)))
    except Unsupported:
        return False


def _row_rests(problem: Problem, arithmetic: Arithmetic[V], point: Point[V]) -> Iterator[V]:
    """The sum of each row of a simplex, less 1."""
    for symbol in problem.symbols.values():
        if symbol.kind != "simplex":
            continue
        *outer, last = (point.sizes[a] for a in symbol.axes)
        for row in itertools.product(*(range(1, size + 1) for size in outer)):
            rest = arithmetic.const(Fraction(-1))
            for k in range(1, last + 1):
                rest = arithmetic.add(rest, point.numbers[symbol.name, (*row, k)])
            yield rest


def _holds_at(
    problem: Problem, arithmetic: Arithmetic[V], point: Point[V], left: Node, right: Node
) -> bool:
    """Whether an assumed equation holds at the point, for every value of its free indices."""
    for at in _everywhere(problem, point, left, right):
        evaluator = Evaluator(problem, arithmetic, at)
        minus = arithmetic.mul(arithmetic.const(Fraction(-1)), evaluator.value(right))
        if not arithmetic.may_be_zero(arithmetic.add(evaluator.value(left), minus)):
            return False
    return True


def _everywhere(problem: Problem, point: Point[V], left: Node, right: Node) -> Iterator[Point[V]]:
    """The point with every choice of the free indices of an equation that `where` admits."""
    names = free_names(left) | free_names(right)
    free = sorted(i for i in problem.indices if i in names)
    ranges = [range(1, point.sizes[problem.indices[i]] + 1) for i in free]
    for values in itertools.product(*ranges):
        indices = {**point.indices, **dict(zip(free, values, strict=True))}
        if _admitted(problem, Frame(point.sizes, indices, point.labels)):
            yield replace(point, indices=indices)


def _impose(
    problem: Problem, arithmetic: Arithmetic[V], point: Point[V], left: Node, right: Node
) -> Point[V]:
    """An assumed equation made true by solving it for one entry in which it is affine."""
    for at in _everywhere(problem, point, left, right):
        numbers = _solve(
            problem, arithmetic, replace(at, numbers=point.numbers), left, right
        ).numbers
        point = replace(point, numbers=numbers)
    return point


def _solve(
    problem: Problem, arithmetic: Arithmetic[V], point: Point[V], left: Node, right: Node
) -> Point[V]:
    minus = arithmetic.const(Fraction(-1))

    def residual(numbers: Mapping[Place, V]) -> V:
        evaluator = Evaluator(problem, arithmetic, replace(point, numbers=numbers))
        return arithmetic.add(evaluator.value(left), arithmetic.mul(minus, evaluator.value(right)))

    if arithmetic.may_be_zero(residual(point.numbers)):
        return point
    for place in sorted(point.numbers, reverse=True):
        if problem.symbols[place[0]].kind in _NOT_SOLVED_FOR:
            continue
        known = [
            residual({**point.numbers, place: arithmetic.const(Fraction(v))}) for v in range(4)
        ]
        value = _root(arithmetic, known)
        if value is not None:
            return replace(point, numbers={**point.numbers, place: value})
    raise Undefined("no point satisfies the assumptions")


def _root(arithmetic: Arithmetic[V], known: Sequence[V]) -> V | None:
    """Where a polynomial of degree 1 or 2 with these values at 0, 1, 2, 3 is 0; None for others.

    With differences a, b, 0 it is c + (a - b/2) v + b/2 v**2. Raises Undefined where the root of
    its discriminant has no value.
    """

    def scaled(factor: Fraction, v: V) -> V:
        return arithmetic.mul(arithmetic.const(factor), v)

    def differences(values: Sequence[V]) -> list[V]:
        pairs = itertools.pairwise(values)
        return [arithmetic.add(later, scaled(Fraction(-1), v)) for v, later in pairs]

    first = differences(known)
    second = differences(first)
    third = differences(second)[0]
    half = scaled(Fraction(1, 2), second[0])
    slope = arithmetic.add(first[0], scaled(Fraction(-1), half))
    if not arithmetic.may_be_zero(third):
        return None
    if arithmetic.may_be_zero(second[0]):
        if arithmetic.may_be_zero(first[0]):
            return None
        return arithmetic.mul(scaled(Fraction(-1), known[0]), arithmetic.inv(first[0]))
    product = arithmetic.mul(half, known[0])
    discriminant = arithmetic.add(arithmetic.mul(slope, slope), scaled(Fraction(-4), product))
    root = arithmetic.power(discriminant, Fraction(1, 2))
    return arithmetic.mul(
        arithmetic.add(root, scaled(Fraction(-1), slope)), arithmetic.inv(second[0])
    )
