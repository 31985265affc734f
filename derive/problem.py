"""A problem: a claim and everything that its names mean. Both opinions start here."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from derive.errors import OutOfBudget
from derive.syntax import (
    Add,
    Deriv,
    Entry,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Rel,
    children,
    delta,
    free_names,
    fresh,
    name_of,
    substitute,
    transform,
    walk,
)

MAX_UNFOLDED = 50_000
_LABEL_OF = "label_"


@dataclass(frozen=True)
class Definition:
    """name[params] = body; the params are bound names, so that two definitions share none."""

    name: str
    params: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Symbol:
    """An array or scalar that is given and not defined: its kind and the size of each axis."""

    name: str
    kind: str
    axes: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """A claim `left == right` and everything that its names mean.

    `indices` maps each free index to the size of its range, `sizes` each size to its value or to
    None while it is symbolic; `label_range` maps an array of labels to the size that they index.
    `bounds` are conditions on numbers, x > 0 or b != a, that every point meets.
    `told_apart` are labels at free indices, y[i], whose equality with other indices matters. With
    `unequal` no two numbers that are compared are equal.
    """

    left: Node
    right: Node
    definitions: Mapping[str, Definition]
    symbols: Mapping[str, Symbol]
    indices: Mapping[str, str]
    sizes: Mapping[str, int | None]
    label_range: Mapping[str, str]
    where: tuple[Node, ...] = ()
    assumptions: tuple[tuple[Node, Node], ...] = ()
    reading: tuple[str, ...] = ()
    told_apart: tuple[Entry, ...] = ()
    unequal: bool = False
    bounds: tuple[Node, ...] = ()

    def claiming(self, left: Node, right: Node) -> Problem:
        """Another claim in the same setting."""
        return replace(self, left=left, right=right)


def one_hot(name: str, axes: int) -> tuple[str, Definition]:
    """A one-hot array as delta(k, label), and the name of the label that it is about."""
    label = f"{_LABEL_OF}{name}"
    params = (*map(fresh, "iabc"[: axes - 1]), fresh("k"))
    at: Node = Entry(label, tuple(map(Name, params[:-1]))) if axes > 1 else Name(label)
    return label, Definition(name, params, delta(Name(params[-1]), at))


def one_hot_of(label: str) -> str:
    """The one-hot array that the label is made for; empty for a label of the text."""
    return label.removeprefix(_LABEL_OF) if label.startswith(_LABEL_OF) else ""


def with_one_hot_entries(node: Node) -> Node:
    """The tree in the text's own words: t[k] for delta(k, label_t)."""

    def change(part: Node) -> Node | None:
        match part:
            case Ind(condition=Rel(op="==", left=left, right=right)):
                for label, other in ((left, right), (right, left)):
                    array = one_hot_of(name_of(label))
                    if array:
                        return Entry(array, (*children(label), other))
        return None

    return transform(node, change)


def index_terms(problem: Problem) -> dict[Node, str]:
    """What equality is asked of, with the size of its range.

    Free indices, labels y[i] at free indices, and literal indices of every range.
    """
    terms: dict[Node, str] = {Name(i): size for i, size in problem.indices.items()}
    stated = (problem.left, problem.right, *problem.where, *problem.bounds)
    visible = (*problem.told_apart, *_label_entries(stated))
    for entry in visible:
        if entry.base in problem.label_range and free_names(entry) <= problem.indices.keys():
            terms.setdefault(entry, problem.label_range[entry.base])
    return terms


def _label_entries(trees: tuple[Node, ...]) -> Iterator[Entry]:
    return (part for tree in trees for part in walk(tree) if isinstance(part, Entry))


def labels_told_apart(problem: Problem) -> Problem:
    """The same problem with every label at every free index told apart from the other indices."""
    found = []
    for name in problem.label_range:
        axes = problem.symbols[name].axes
        ranges = [[i for i, size in problem.indices.items() if size == axis] for axis in axes]
        found += [Entry(name, tuple(map(Name, at))) for at in itertools.product(*ranges)]
    return replace(problem, told_apart=tuple(found))


def literals(problem: Problem) -> tuple[int, ...]:
    """The whole numbers that are used as an index anywhere in the problem."""
    bodies = (definition.body for definition in problem.definitions.values())
    pairs = itertools.chain.from_iterable(problem.assumptions)
    trees = (problem.left, problem.right, *bodies, *problem.where, *problem.bounds, *pairs)
    return tuple(sorted(set().union(*(_literals_in(problem, tree) for tree in trees))))


_WHOLE_KINDS = frozenset({"integer", "bit", "sign", "label", "index"})


def is_whole(problem: Problem, node: Node) -> bool:
    """Whether the tree is a whole number at every point, as its form shows; False is no answer."""
    match node:
        case Num(value=value):
            return value.denominator == 1
        case Ind():
            return True
        case Entry(base=name) | Name(id=name) if name in problem.definitions:
            return is_whole(problem, problem.definitions[name].body)
        case Entry(base=name) | Name(id=name) if name in problem.symbols:
            return problem.symbols[name].kind in _WHOLE_KINDS
        case Name():
            # An index, free or bound, or a size.
            return True
        case Add() | Mul() | Neg():
            return all(is_whole(problem, part) for part in children(node))
    return False


def _literals_in(problem: Problem, tree: Node) -> set[int]:
    found: set[int] = set()
    for part in walk(tree):
        indices: tuple[Node, ...] = part.indices if isinstance(part, Entry) else ()
        if isinstance(part, Rel) and any(_is_index(problem, s) for s in (part.left, part.right)):
            # x > 5 and n == 5 speak of no fifth entry.
            indices = (part.left, part.right)
        found |= {int(i.value) for i in indices if isinstance(i, Num) and is_place(i)}
    return found


def _is_index(problem: Problem, node: Node) -> bool:
    match node:
        case Name(id=name):
            return not any(
                name in known for known in (problem.sizes, problem.symbols, problem.definitions)
            )
        case Entry(base=base):
            return base in problem.label_range
    return False


def is_place(number: Num) -> bool:
    """Whether the number is a whole one from 1, as an index and a size are."""
    return number.value.denominator == 1 and number.value >= 1


def unfold(problem: Problem, node: Node, keep: frozenset[str] = frozenset()) -> Node:
    """The tree with every defined name (but those kept) replaced by what it stands for.

    Derivatives stay as they are: what they hold for a variable is decided where they are taken.
    Raises OutOfBudget where the definitions make a tree of more than MAX_UNFOLDED nodes.
    """
    return _unfold(problem, node, keep, itertools.count())


def _unfold(problem: Problem, node: Node, keep: frozenset[str], nodes: Iterator[int]) -> Node:
    def change(part: Node) -> Node | None:
        if next(nodes) > MAX_UNFOLDED:
            raise OutOfBudget(f"more than {MAX_UNFOLDED:,} parts once definitions are put in")
        if isinstance(part, Deriv):
            return part
        name = part.base if isinstance(part, Entry) else part.id if isinstance(part, Name) else ""
        definition = problem.definitions.get(name)
        if definition is None or name in keep:
            return None
        return _unfold(problem, instantiate(definition, children(part)), keep, nodes)

    return transform(node, change)


def instantiate(definition: Definition, indices: tuple[Node, ...]) -> Node:
    """The definition's body at these indices."""
    return substitute(definition.body, dict(zip(definition.params, indices, strict=True)))


def reachable(trees: Iterable[Node], definitions: Mapping[str, Definition]) -> frozenset[str]:
    """The names that the trees depend on, directly or through definitions."""
    names: set[str] = set()
    stack = list(trees)
    while stack:
        for part in walk(stack.pop()):
            name = getattr(part, "base", getattr(part, "id", ""))
            if name not in names:
                names.add(name)
                if name in definitions:
                    stack.append(definitions[name].body)
    return frozenset(names)


def with_value(problem: Problem, name: str, value: Node) -> Problem:
    """The problem with a number in the place of a parameter."""

    def put(node: Node) -> Node:
        return substitute(node, {name: value})

    return replace(
        mapped(problem, put), symbols={n: s for n, s in problem.symbols.items() if n != name}
    )


def mapped(problem: Problem, change: Callable[[Node], Node]) -> Problem:
    """The problem with every tree of it changed."""
    return replace(
        problem,
        left=change(problem.left),
        right=change(problem.right),
        definitions={
            name: replace(definition, body=change(definition.body))
            for name, definition in problem.definitions.items()
        },
        assumptions=tuple((change(a), change(b)) for a, b in problem.assumptions),
        bounds=tuple(map(change, problem.bounds)),
    )
