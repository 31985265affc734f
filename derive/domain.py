"""Where a formula is defined: denominators that may vanish, logarithms of what may not be positive.

A condition that is always met is discharged; the rest is the side condition of a verdict. What the
definitions themselves need is a premise. What only one side of a claim needs is open: there the
other side has a value and this one has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.bounds import is_met
from derive.covering import covered
from derive.needs import Need, every_need, needs, slope_needs, without_cases
from derive.orders import is_smooth
from derive.plain import plainly_nonnegative, plainly_positive
from derive.problem import Problem
from derive.residual import agrees
from derive.signs import closed_cases, least_needed
from derive.syntax import Name, Node, Rel, name_of, num, walk


@dataclass(frozen=True)
class Domain:
    """The needs that are not always met.

    `premises` are those of the definitions that the claim reaches, `open` those of one side of the
    claim only, `granted` those of every definition: what a step of a derivation may rely on.
    `sizes` are all that are about sizes, those that both sides have among them. `corners` are
    where a slope of a side need not exist, but may.
    """

    premises: tuple[Need, ...]
    open: tuple[Need, ...]
    granted: tuple[Need, ...]
    sizes: tuple[Rel, ...]
    corners: tuple[Need, ...]


def domain(problem: Problem) -> Domain:
    """The undischarged needs of a claim. Raises OutOfFragment, OutOfBudget."""
    bodies = [problem.definitions[name].body for name in _used(problem)]
    premises = _premises(problem, bodies)
    left, right = _side_needs(problem, problem.left), _side_needs(problem, problem.right)
    # A step of a derivation may not reach the loss itself, whose needs it still may rely on.
    all_bodies = [definition.body for definition in problem.definitions.values()]
    asked = premises if len(bodies) == len(all_bodies) else _premises(problem, all_bodies)
    lone = [
        need
        for mine, other in ((left, right), (right, left))
        for need in (*mine.certain, *mine.possible)
        for known in [other.sure if need in mine.corners else other.certain]
        if not covered(problem, need, [*known, *asked])
    ]
    every = (*asked, *left.certain, *left.possible, *right.certain, *right.possible)
    sizes = dict.fromkeys(need.of for need in every if isinstance(need.of, Rel))
    corners = tuple(left.corners | right.corners)
    return Domain(tuple(premises), tuple(lone), tuple(asked), tuple(sizes), corners)


@dataclass(frozen=True)
class _Needs:
    """The unmet needs of one side: those that it surely has, and those that it may have.

    At `corners` one case may have a value and another none: only what is `sure` counts, for all.
    """

    certain: tuple[Need, ...]
    possible: tuple[Need, ...]
    corners: frozenset[Need]
    sure: tuple[Need, ...]


def _side_needs(problem: Problem, side: Node) -> _Needs:
    """A derivative may need more than what it is taken of: sqrt(u) has no slope where u is 0."""
    slopes = list(slope_needs(problem, side))
    corners = any(not need.positive for need, _ in slopes)
    if corners and (problem.unequal or is_smooth(problem, agrees, _has_values)):
        slopes = [(need, surely) for need, surely in slopes if need.positive]
    of_slopes = [need for need, surely in slopes if surely]
    certain = _unmet(problem, [*needs(problem, side), *of_slopes])
    possible = _unmet(problem, [need for need, surely in slopes if not surely])
    met = frozenset(need for need, _ in slopes if not need.positive)
    sure = _unmet(problem, [*needs(problem, without_cases(side)), *of_slopes])
    return _Needs(tuple(certain), tuple(possible), met, tuple(sure))


def _has_values(problem: Problem) -> bool:
    """Whether both sides of a claim without comparisons have a value, and their slopes."""
    return not _unmet(problem, list(every_need(problem, problem.left, problem.right)))


def _premises(problem: Problem, bodies: list[Node]) -> list[Need]:
    return _unmet(problem, [need for body in bodies for need in needs(problem, body)])


def _used(problem: Problem) -> Iterator[str]:
    """The definitions that the claim reaches."""
    seen: set[str] = set()
    stack = [problem.left, problem.right]
    while stack:
        for part in walk(stack.pop()):
            name = name_of(part)
            if name in problem.definitions and name not in seen:
                seen.add(name)
                stack.append(problem.definitions[name].body)
                yield name


def _unmet(problem: Problem, found: list[Need]) -> list[Need]:
    """The needs that are not always met; one met for large sizes becomes a need of the size."""
    unmet: dict[Need, None] = {}
    for need in dict.fromkeys(found):
        plainly = plainly_nonnegative if need.or_zero else plainly_positive
        if plainly(problem, need.of) or is_met(problem, need):
            continue
        least = [least_needed(problem, case, need) for case in closed_cases(problem, need)]
        if None in least:
            unmet[need] = None
            continue
        sizes = [entry for entry in least if entry and entry[0]]
        for size in dict.fromkeys(name for name, _ in sizes):
            count = max(count for name, count in sizes if name == size)
            unmet[Need(Rel(">=", Name(size), num(count)), positive=False)] = None
    return list(unmet)
