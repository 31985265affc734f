"""Conditions on sizes, parameters and targets that may save a claim, each as a narrower problem."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.forms import Form, form_of
from derive.orders import compared, is_order, names_index
from derive.problem import Definition, Problem, Symbol, literals, one_hot, with_value
from derive.ranges import divisors
from derive.show import text
from derive.syntax import (
    ONE,
    ZERO,
    Call,
    Cases,
    Deriv,
    Entry,
    Logic,
    Name,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    children,
    delta,
    free_names,
    fresh,
    name_of,
    num,
    transform,
    walk,
)

Candidate = tuple[str, Problem]

# The values that are worth a try, by kind; one that the kind excludes is none.
_OF_ENTRIES = {"real": (1,), "positive": (1,), "bit": (1, 0), "sign": (1, -1)}
_TWO_VALUED = frozenset({"bit", "sign"})
# Of other numbers, such as x and mu, a difference that is 0 hides every mistake in its sign.
_EQUATED = frozenset({"positive", "unit"})
MOST_EQUATED = 5
_VALUES = {"real": (1, 0), "positive": (1,), "integer": (1, 2), "bit": (1, 0), "sign": (1, -1)}


def candidates(problem: Problem) -> Iterator[Candidate]:
    """Conditions in words, the likeliest first, each with the problem that it leaves."""
    yield from _unequal(problem)
    yield from _targets(problem)
    yield from _positive(problem)
    yield from _parameters(problem)
    yield from _equal_parameters(problem)
    yield from _entries(problem)
    yield from _weights(problem)
    yield from _one_hot_at(problem)


def _unequal(problem: Problem) -> Iterator[Candidate]:
    """No two numbers that are compared are equal."""
    asked = (part for tree in _trees(problem) for part in walk(tree))
    sides = [compared(part) for part in asked if is_order(part)]
    if any(names_index(problem, side) for pair in sides for side in pair):
        return
    shown = {form_of(problem, *pair)[0]: _apart(*pair) for pair in sides}
    # What is said of every w[j] is said of w[k].
    letters = problem.indices.keys()
    ordered = sorted(shown, key=lambda form: _index_names(form) <= letters)
    said = {_without_letters(form): shown[form] for form in reversed(ordered)}
    if said:
        yield " and ".join(said.values()), replace(problem, unequal=True)


def _apart(left: Node, right: Node) -> str:
    sides = (right, left) if left == ZERO else (left, right)
    return " != ".join(map(text, sides))


def _index_names(form: Form) -> frozenset[str]:
    entries = (p for node, _ in form for p in walk(node) if isinstance(p, Entry))
    return frozenset(name for entry in entries for i in entry.indices for name in free_names(i))


def _without_letters(form: Form) -> frozenset[tuple[Node, Fraction]]:
    def change(part: Node) -> Node | None:
        return Entry(part.base, (ONE,) * len(part.indices)) if isinstance(part, Entry) else None

    return frozenset((transform(node, change), c) for node, c in form)


def _trees(problem: Problem) -> tuple[Node, ...]:
    bodies = (definition.body for definition in problem.definitions.values())
    return (problem.left, problem.right, *bodies)


def varied(problem: Problem) -> set[str]:
    """What the claim differentiates by."""
    parts = [part for tree in _trees(problem) for part in walk(tree)]
    return {name_of(v) for part in parts if isinstance(part, Deriv) for v in part.wrt}


def _exponents(problem: Problem) -> set[str]:
    """The arrays under an exponential: logits, which are no targets."""
    parts = [part for tree in _trees(problem) for part in walk(tree)]
    under = [p.arg for p in parts if isinstance(p, Call) and p.function != "log"]
    return {name_of(part) for tree in under for part in walk(tree)}


def _arrays(problem: Problem) -> Iterator[Symbol]:
    excluded = varied(problem) | _exponents(problem)
    for symbol in problem.symbols.values():
        if symbol.axes and symbol.name not in excluded and symbol.kind != "label":
            yield symbol


def _letters(problem: Problem, symbol: Symbol) -> tuple[str, ...]:
    """Index letters for the axes of an array that the claim does not use."""
    free = [letter for letter in "jimabcegh" if letter not in problem.indices]
    return tuple(reversed(free[: len(symbol.axes)]))


def _targets(problem: Problem) -> Iterator[Candidate]:
    compared = _compared(problem)
    for symbol in _arrays(problem):
        if symbol.name in compared:
            continue
        if symbol.kind == "positive" and len(symbol.axes) == 1:
            yield _of_total_one(problem, symbol)
        if symbol.kind not in ("real", "simplex"):
            continue
        *outer, last = _letters(problem, symbol)
        if symbol.kind == "real":
            inner = ", ".join((*outer, last))
            changed = replace(symbol, kind="simplex")
            symbols = {**problem.symbols, symbol.name: changed}
            yield f"sum({symbol.name}[{inner}], {last}) == 1", replace(problem, symbols=symbols)
        yield f"{symbol.name} is one-hot", _one_hot(problem, symbol)


def _compared(problem: Problem) -> set[str]:
    """The names whose sign or order a formula asks for: no targets."""
    parts = [part for tree in _trees(problem) for part in walk(tree)]
    asking = [
        part
        for part in parts
        if (isinstance(part, Rel) and part.op in ("<", "<=", ">", ">="))
        or (isinstance(part, Call) and part.function == "abs")
    ]
    return {name_of(part) for tree in asking for part in walk(tree)}


def _of_total_one(problem: Problem, symbol: Symbol) -> Candidate:
    """A vector of positive entries stays one: a simplex may have entries of 0."""
    (letter,) = _letters(problem, symbol)
    index = fresh(letter)
    total = Reduce("sum", Entry(symbol.name, (Name(index),)), index, over=symbol.axes[0])
    assumptions = (*problem.assumptions, (total, ONE))
    shown = f"sum({symbol.name}[{letter}], {letter}) == 1"
    return shown, replace(problem, assumptions=assumptions)


def _one_hot_at(problem: Problem) -> Iterator[Candidate]:
    """A vector is 1 at a label of the claim: at an index that nothing is differentiated by."""
    parts = [part for tree in _trees(problem) for part in walk(tree) if isinstance(part, Deriv)]
    by = {name_of(index) for part in parts for v in part.wrt for index in children(v)}
    free = [(label, size) for label, size in problem.indices.items() if label not in by]
    vectors = [s for s in _arrays(problem) if s.kind in ("real", "simplex") and len(s.axes) == 1]
    for symbol, (label, size) in itertools.product(vectors, free):
        if symbol.axes == (size,) and symbol.name not in _compared(problem):
            place = fresh("j")
            definition = Definition(symbol.name, (place,), delta(Name(place), Name(label)))
            symbols = {name: s for name, s in problem.symbols.items() if name != symbol.name}
            definitions = {**problem.definitions, symbol.name: definition}
            narrowed = replace(problem, symbols=symbols, definitions=definitions)
            yield f"{symbol.name} == onehot({label})", narrowed


def _one_hot(problem: Problem, symbol: Symbol) -> Problem:
    """The array as delta(k, label) with a label of its own."""
    label, definition = one_hot(symbol.name, len(symbol.axes))
    *outer, size = symbol.axes
    symbols = {name: s for name, s in problem.symbols.items() if name != symbol.name}
    indices, label_range = dict(problem.indices), dict(problem.label_range)
    if outer:
        symbols[label] = Symbol(label, "label", tuple(outer))
        label_range[label] = size
    else:
        indices[label] = size
    return replace(
        problem,
        symbols=symbols,
        indices=indices,
        label_range=label_range,
        definitions={**problem.definitions, symbol.name: definition},
    )


def _parameters(problem: Problem) -> Iterator[Candidate]:
    own, below = varied(problem), divisors(_trees(problem))
    for symbol in problem.symbols.values():
        if symbol.axes:
            continue
        if symbol.name in own:
            if symbol.kind == "positive" or symbol.name in below:
                yield _at_one(problem, symbol.name)
            continue
        for value in _VALUES.get(symbol.kind, ()):
            yield f"{symbol.name} == {value}", with_value(problem, symbol.name, num(value))


def _equal_parameters(problem: Problem) -> Iterator[Candidate]:
    """Two numbers that are nothing else are one: both temperatures of a distillation."""
    own = varied(problem)
    free = [
        symbol
        for symbol in problem.symbols.values()
        if not symbol.axes and symbol.name not in own and symbol.kind in _EQUATED
    ]
    pairs = itertools.combinations(free, 2) if len(free) <= MOST_EQUATED else ()
    for first, other in pairs:
        if first.kind == other.kind:
            same = with_value(problem, other.name, Name(first.name))
            yield f"{first.name} == {other.name}", same


def _at_one(problem: Problem, name: str) -> Candidate:
    """A temperature that the claim differentiates by is 1 where the derivative is taken."""
    assumptions = (*problem.assumptions, (Name(name), ONE))
    return f"{name} == 1", replace(problem, assumptions=assumptions)


def _weights(problem: Problem) -> Iterator[Candidate]:
    """Every entry is 1, where no assumption says anything else of the array."""
    assumed = {name_of(p) for pair in problem.assumptions for side in pair for p in walk(side)}
    for symbol in _arrays(problem):
        if symbol.kind in ("real", "positive") and symbol.name not in assumed:
            params = tuple(map(fresh, _letters(problem, symbol)))
            ones = Definition(symbol.name, params, ONE)
            symbols = {n: s for n, s in problem.symbols.items() if n != symbol.name}
            entry = f"{symbol.name}[{', '.join(_letters(problem, symbol))}]"
            yield (
                f"{entry} == 1",
                replace(
                    problem,
                    symbols=symbols,
                    definitions={**problem.definitions, symbol.name: ones},
                ),
            )


def _entries(problem: Problem) -> Iterator[Candidate]:
    """w[k] == w[y] and w[y] == 1, for entries at free indices: the others stay what they are."""
    for symbol in _arrays(problem):
        values = _OF_ENTRIES.get(symbol.kind, ())
        if not values:
            continue
        parts = (part for tree in _trees(problem) for part in walk(tree))
        at = {p.indices: p for p in parts if isinstance(p, Entry) and p.base == symbol.name}
        free = {i: e for i, e in at.items() if all(_is_free(index, problem) for index in i)}
        for (i, one), (_, other) in itertools.combinations(free.items(), 2):
            if len(symbol.axes) == 1 and symbol.kind not in _TWO_VALUED:
                value = Entry(_others(symbol), other.indices)
                yield f"{text(one)} == {text(other)}", _with_entry(problem, symbol, i, value)
        for i, entry in free.items():
            for number in values:
                narrowed = _with_entry(problem, symbol, i, num(number))
                yield f"{text(entry)} == {number}", narrowed


def _is_free(index: Node, problem: Problem) -> bool:
    return isinstance(index, Name) and index.id in problem.indices


def _others(symbol: Symbol) -> str:
    return f"others_of_{symbol.name}"


def _with_entry(
    problem: Problem, symbol: Symbol, indices: tuple[Node, ...], value: Node
) -> Problem:
    """The problem with a value for one entry of an array; the others are an array of their own."""
    params = tuple(fresh("j") for _ in indices)
    others = replace(symbol, name=_others(symbol))
    rest = Entry(others.name, tuple(map(Name, params)))
    here = [Rel("==", Name(p), index) for p, index in zip(params, indices, strict=True)]
    body = Cases(((value, here[0] if len(here) == 1 else Logic("and", tuple(here))),), rest)
    symbols = {n: s for n, s in problem.symbols.items() if n != symbol.name}
    own = Definition(symbol.name, params, body)
    return replace(
        problem,
        symbols={**symbols, others.name: others},
        definitions={**problem.definitions, symbol.name: own},
    )


def small_sizes(problem: Problem) -> Iterator[Candidate]:
    """Sizes of 1 and 2, and of the literal indices: the narrowest conditions."""
    open_sizes = [size for size, known in problem.sizes.items() if known is None]
    counts = sorted({1, 2, *literals(problem)})
    for count, size in itertools.product(counts, open_sizes):
        yield f"{size} == {count}", replace(problem, sizes={**problem.sizes, size: count})


def _positive(problem: Problem) -> Iterator[Candidate]:
    """Every number under a logarithm, a root, an absolute value or an order is greater than 0."""
    parts = [part for tree in _trees(problem) for part in walk(tree)]
    under = [inner for part in parts for inner in _needs_sign(part)]
    names = {name_of(part) for tree in under for part in walk(tree)}
    real = [n for n, s in problem.symbols.items() if n in names and s.kind == "real"]
    if real:
        changed = {n: replace(problem.symbols[n], kind="positive") for n in real}
        positive = " and ".join(f"{n} > 0" for n in real)
        yield positive, replace(problem, symbols={**problem.symbols, **changed})


def _needs_sign(part: Node) -> Iterator[Node]:
    match part:
        case Call(function="log" | "sqrt" | "abs", arg=arg):
            yield arg
        case Pow(base=base, exponent=exponent):
            if not (isinstance(exponent, Num) and exponent.value.denominator == 1):
                yield base
        case Rel(op="<" | "<=" | ">" | ">=", left=left, right=right):
            yield from (left, right)
