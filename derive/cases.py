"""Cases: which index terms are equal. In each case every delta between free indices is 0 or 1."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derive.atoms import Index
from derive.errors import OutOfBudget, OutOfFragment
from derive.problem import Problem, index_terms, literals
from derive.show import text
from derive.syntax import Logic, Name, Node, Num, Rel, Relation

MAX_CASES = 5_000


@dataclass(frozen=True)
class Case:
    """Which index terms are equal: each block of equal terms is known by its first member."""

    blocks: tuple[tuple[str, ...], ...]
    index_of: Mapping[str, Index]
    sizes: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, tuple[Index, ...]] = field(default_factory=dict)

    def equal(self, a: str, b: str) -> bool:
        """Whether two index terms are equal in this case."""
        return self.index_of[a] == self.index_of[b]


def terms_of(problem: Problem) -> dict[str, str]:
    """The index terms by their text, literals as "1:n", each with the size of its range."""
    terms = {text(term): size for term, size in index_terms(problem).items()}
    for literal, size in itertools.product(literals(problem), problem.sizes):
        terms[f"{literal}:{size}"] = size
    return terms


def cases(problem: Problem, sizes: Mapping[str, int] | None = None) -> Iterator[Case]:
    """Every set partition of the index terms that `where` admits; at given sizes, that fits."""
    terms = terms_of(problem)
    by_size: dict[str, list[str]] = {}
    for term, size in terms.items():
        by_size.setdefault(size, []).append(term)
    if math.prod(_bell(len(group)) for group in by_size.values()) > MAX_CASES:
        raise OutOfBudget(f"more than {MAX_CASES:,} cases of which indices are equal")
    for choice in itertools.product(*(_partitions(group) for group in by_size.values())):
        blocks = tuple(tuple(block) for partition in choice for block in partition)
        index_of: dict[str, Index] = {term: ("free", b[0]) for b in blocks for term in b}
        case = Case(blocks, index_of)
        if _consistent(problem, case) and all(_holds(problem, case, c) for c in problem.where):
            sized = case if not sizes else _at_sizes(case, terms, sizes)
            if sized is not None:
                yield sized


def _bell(count: int) -> int:
    """The number of set partitions."""
    row = [1]
    for _ in range(count):
        row = list(itertools.accumulate([row[-1], *row]))
    return row[0]


def _partitions(terms: Sequence[str]) -> Iterator[list[list[str]]]:
    """The set partitions in which no two literals are equal."""
    if not terms:
        yield []
        return
    *front, last = terms
    for partition in _partitions(front):
        for place, block in enumerate(partition):
            if not (last[0].isdigit() and any(member[0].isdigit() for member in block)):
                yield [*partition[:place], [*block, last], *partition[place + 1 :]]
        yield [*partition, [last]]


def _consistent(problem: Problem, case: Case) -> bool:
    """y[i] and y[s] are one label where i == s."""
    labels = [t for t in case.index_of if "[" in t]
    for a, b in itertools.combinations(labels, 2):
        base_a, _, inner_a = a.partition("[")
        base_b, _, inner_b = b.partition("[")
        if base_a == base_b:
            pairs = zip(inner_a[:-1].split(", "), inner_b[:-1].split(", "), strict=True)
            if all(p == q or _are_equal(case, p, q) for p, q in pairs) and not case.equal(a, b):
                return False
    return True


def _are_equal(case: Case, a: str, b: str) -> bool:
    return a in case.index_of and b in case.index_of and case.equal(a, b)


def _at_sizes(case: Case, terms: Mapping[str, str], sizes: Mapping[str, int]) -> Case | None:
    """The case at concrete sizes, with a name for every class; None if it does not fit."""
    classes: dict[str, tuple[Index, ...]] = {}
    for size, count in sizes.items():
        named = [case.index_of[b[0]] for b in case.blocks if terms[b[0]] == size]
        if len(named) > count:
            return None
        others = [("other", size, place) for place in range(count - len(named))]
        classes[size] = (*named, *others)
    return Case(case.blocks, case.index_of, dict(sizes), classes)


def _holds(problem: Problem, case: Case, condition: Node) -> bool:
    """Whether a `where` condition on indices holds; conditions on sizes are left to the reader."""
    match condition:
        case Logic(op="not", args=args):
            return not _holds(problem, case, args[0])
        case Logic(op="and", args=args):
            return all(_holds(problem, case, a) for a in args)
        case Logic(op="or", args=args):
            return any(_holds(problem, case, a) for a in args)
        case Rel(op=op, left=a, right=b) if op in ("==", "!="):
            names = [term_name(problem, node, other) for node, other in ((a, b), (b, a))]
            if all(name in case.index_of for name in names):
                return case.equal(*names) == (op == "==")
    if isinstance(condition, Rel) and _about_sizes(problem, condition):
        # A case of indices is for every size; the second opinion keeps to the sizes that are meant.
        return True
    raise OutOfFragment(f"the condition {text(condition)} is outside of what can be decided")


def _about_sizes(problem: Problem, condition: Rel) -> bool:
    sides = (condition.left, condition.right)
    return all(isinstance(s, Num) or (isinstance(s, Name) and s.id in problem.sizes) for s in sides)


def term_name(problem: Problem, node: Node, other: Node) -> str:
    """How the case knows an index term; a literal by the range of what it is compared with."""
    if isinstance(node, Num):
        return f"{node.value}:{index_terms(problem).get(other, '')}"
    return text(node)


def size_at_least(problem: Problem, case: Case, size: str) -> int:
    """What the size is at least: its value, as conditions say, as many as are unequal indices."""
    ranges = terms_of(problem)
    unequal = sum(1 for block in case.blocks if ranges[block[0]] == size)
    said = [bound for condition in problem.where for bound in _lower_bounds(condition, size)]
    return max(unequal, problem.sizes.get(size) or 1, *said, 1)


def _lower_bounds(condition: Node, size: str) -> Iterator[int]:
    """2 for n >= 2, n > 1 and n != 1."""
    match condition:
        case Logic("and", args):
            for part in args:
                yield from _lower_bounds(part, size)
        case Rel(op, Name(id=name), Num(value=value)) if name == size:
            if op in (">=", ">") or (op == "!=" and value == 1):
                yield math.ceil(value) if op == ">=" else math.floor(value) + 1
        case Rel(op, Num() as number, Name() as name) if op in _TURNED:
            yield from _lower_bounds(Rel(_TURNED[op], name, number), size)


_TURNED: Mapping[Relation, Relation] = {"<=": ">=", "<": ">", "!=": "!="}
