"""Which condition saves a claim. A condition counts only if the claim is proved under it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.cases import Case, cases, term_name
from derive.problem import Problem, index_terms, literals, one_hot_of
from derive.show import text
from derive.syntax import Entry, Name, Rel, Relation, children, num, walk
from derive.witness.points import Frame

# Conjunctions of more relations than this are given as a list of cases.
_MAX_RELATIONS = 2


def index_condition(problem: Problem, holding: Sequence[Case]) -> tuple[str, Problem] | None:
    """The shortest relation of indices true in just these cases, and the claim under it."""
    every = list(cases(problem))
    wanted = {case.blocks for case in holding}
    for count in range(1, _MAX_RELATIONS + 1):
        for relations in itertools.combinations(list(_relations(problem)), count):
            chosen = {c.blocks for c in every if all(_true(problem, c, r) for r in relations)}
            if chosen == wanted:
                condition = " and ".join(_said(problem, r) for r in relations)
                return condition, replace(problem, where=(*problem.where, *relations))
    return None


def enough(problem: Problem, holding: Sequence[Case]) -> Iterator[tuple[str, Problem]]:
    """Relations that are true in some of these cases and in no other, the widest first."""
    every = list(cases(problem))
    wanted = {case.blocks for case in holding}
    found: list[tuple[int, Rel]] = []
    for relation in _relations(problem):
        chosen = {case.blocks for case in every if _true(problem, case, relation)}
        if chosen and chosen < wanted:
            found.append((len(chosen), relation))
    for _, relation in sorted(found, key=lambda pair: -pair[0]):
        yield _said(problem, relation), replace(problem, where=(*problem.where, relation))


def needed(problem: Problem, narrowed: Problem, agreeing: Sequence[Frame]) -> bool:
    """Whether the claim also fails where the condition is not met, as far as was looked.

    `agreeing` are the frames at which the sides agree without it; of one class, nearly all do. True
    is said of the value of one number, sum or size and of a one-hot simplex; an array of ones,
    positive numbers, one of several cases are enough, and more than is needed.
    """
    changed = [s for n, s in problem.symbols.items() if narrowed.symbols.get(n) != s]
    kept = [narrowed.symbols[s.name] for s in changed if s.name in narrowed.symbols]
    fixed = [
        s for s in changed if s.axes and s.kind != "simplex" and s.name not in narrowed.symbols
    ]
    one_entry = not narrowed.symbols.keys() <= problem.symbols.keys()
    if problem.assumptions or narrowed.where != problem.where or narrowed.unequal:
        return False
    if (fixed and not one_entry) or any(symbol.kind == "positive" for symbol in kept):
        return False
    sizes = narrowed.sizes.items() - problem.sizes.items()
    large = (frame.sizes for frame in agreeing if 1 not in frame.sizes.values())
    return all(sizes and sizes <= found.items() for found in large)


def _said(problem: Problem, relation: Rel) -> str:
    """The relation in the text's own words: the label of a one-hot t is where t[k] == 1."""
    for label, other in ((relation.left, relation.right), (relation.right, relation.left)):
        name = (
            label.base if isinstance(label, Entry) else label.id if isinstance(label, Name) else ""
        )
        array = one_hot_of(name)
        if array in problem.definitions:
            entry = Entry(array, (*children(label), other))
            return f"{text(entry)} == {1 if relation.op == '==' else 0}"
    return text(relation)


def _relations(problem: Problem) -> Iterator[Rel]:
    """Equalities, then inequalities, of two indices of one range, or of an index and a literal."""
    relations: tuple[Relation, ...] = ("==", "!=")
    terms = index_terms(problem)
    for op in relations:
        for (a, size), (b, other) in itertools.combinations(terms.items(), 2):
            if size == other:
                yield Rel(op, a, b)
        for index, literal in itertools.product(terms, literals(problem)):
            yield Rel(op, index, num(literal))


def _true(problem: Problem, case: Case, relation: Rel) -> bool:
    a, b = relation.left, relation.right
    return case.equal(term_name(problem, a, b), term_name(problem, b, a)) == (relation.op == "==")


def distinguishes(problem: Problem, condition: Problem) -> bool:
    """Whether the claim itself tells apart the cases that the condition separates.

    `p[k] - 1` knows no cases and is right in one of them: conditional. `p[k] + delta(k, y)` states
    both cases and has one of them wrong: refuted.
    """
    own = {
        frozenset((text(part.left), text(part.right)))
        for side in (problem.left, problem.right)
        for part in walk(side)
        if isinstance(part, Rel)
    }
    added = condition.where[len(problem.where) :]
    return all(
        isinstance(r, Rel) and frozenset((text(r.left), text(r.right))) in own for r in added
    )
