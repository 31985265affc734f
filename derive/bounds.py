"""Which needs the conditions on numbers meet: where b > a and a > 0, b + a is not 0."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from derive.forms import form_of, possible
from derive.needs import Need
from derive.orders import SIGNS
from derive.problem import Problem
from derive.syntax import ZERO, Call, Logic, Node, Rel

# More conditions than these are looked at one by one.
_MOST_AT_ONCE = 6


def is_met(problem: Problem, need: Need) -> bool:
    """Whether the need is met wherever the bounds hold, as far as linear terms tell.

    Each bound allows its form some signs, and the need forbids its own some. If none of these go
    together there is no point within the bounds at which the need is not met.
    """
    if isinstance(need.of, Rel):
        return False
    number = need.of
    forbidden = {-1, 0, 1} - ({1} if need.positive else {1, -1}) - ({0} if need.or_zero else set())
    if isinstance(number, Call) and number.function == "abs":
        number, forbidden = number.arg, {0} & forbidden
    relations = [part for bound in problem.bounds for part in _conjuncts(bound)]
    allowed = [(part.left, part.right, SIGNS[part.op]) for part in relations]
    groups = [allowed] if len(allowed) <= _MOST_AT_ONCE else [[each] for each in allowed]
    return any(_exclude(problem, group, number, forbidden) for group in groups if group)


def _exclude(
    problem: Problem,
    allowed: list[tuple[Node, Node, frozenset[int]]],
    number: Node,
    forbidden: set[int],
) -> bool:
    """Whether the number has none of the forbidden signs where the others have the allowed ones."""
    forms = [form_of(problem, left, right) for left, right, _ in allowed]
    forms.append(form_of(problem, number, ZERO))
    choices = itertools.product(*(signs for _, _, signs in allowed), forbidden)
    return not any(
        possible(problem, [(form, s * sign) for (form, sign), s in zip(forms, signs, strict=True)])
        for signs in choices
    )


def _conjuncts(bound: Node) -> Iterator[Rel]:
    """The relations that hold wherever the condition does."""
    match bound:
        case Rel():
            yield bound
        case Logic("and", args):
            for part in args:
                yield from _conjuncts(part)
