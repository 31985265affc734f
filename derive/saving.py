"""Which condition saves a wrong claim: the claim is proved under it, and it says something."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.domain import Domain, domain
from derive.errors import OutOfFragment
from derive.forms import form_of
from derive.menu import Candidate, candidates
from derive.needs import Need
from derive.problem import Problem
from derive.residual import Residual, settled
from derive.roots import root_candidates
from derive.show import text
from derive.syntax import ONE, ZERO, Entry, Name, Rel, add, name_of, walk
from derive.verdict import agree
from derive.witness.arithmetic import Undefined
from derive.witness.counterexample import Counterexample, counterexample, is_seen
from derive.witness.opinion import interval_opinion, modular_opinion, surely_differ
from derive.witness.points import frames


def saving(problem: Problem, *menus: Iterable[Candidate]) -> Candidate | None:
    """The first condition of the menus under which the claim is proved and says something."""
    sides = (text(problem.left), text(problem.right))
    claim = {" == ".join(sides), " == ".join(reversed(sides))}
    for condition, narrowed in itertools.chain.from_iterable(menus):
        if condition in claim:
            continue
        try:
            if proves(narrowed) and not _vanishes(narrowed):
                return condition, narrowed
        except (OutOfFragment, ZeroDivisionError):
            continue
    return None


def _vanishes(problem: Problem) -> bool:
    """Whether both sides are 0 everywhere, so that they agree for no good reason."""
    try:
        return all(residual.is_zero for residual in settled(problem.claiming(problem.left, ZERO)))
    except OutOfFragment:
        return False


def proves(problem: Problem) -> bool:
    """Whether the claim would be `Proved`: all opinions agree and no side condition is open."""
    if surely_differ(problem):
        return False
    first = settled(problem)
    if not first or not all(residual.is_zero for residual in first):
        return False
    where = seen_domain(problem)
    inside = granted(problem, where)
    return not where.open and agree(first, modular_opinion(inside), interval_opinion(inside))


def seen_domain(problem: Problem) -> Domain:
    """The domain; a corner is open where a point of it is seen at which one side has a value.

    It is open, too, where no point of it can be looked at.
    """
    where = domain(problem)
    shared = (need for need in where.corners if need not in where.open)
    lone = (need for need in shared if found_unmet(problem, [need]) or not _is_seen(problem, need))
    return replace(where, open=(*where.open, *lone))


def _is_seen(problem: Problem, need: Need) -> bool:
    """Whether points can be looked at where what must not be 0 is 0."""
    there = _where_zero(problem, need)
    try:
        return is_seen(there, frames(there))
    except OutOfFragment:
        return False


def _where_zero(problem: Problem, need: Need) -> Problem:
    # A bare f[k] == 0 would be said of every entry of f.
    return replace(problem, assumptions=(*problem.assumptions, (add(need.of, ZERO), ZERO)))


def is_needed(problem: Problem, where: Domain) -> bool:
    """Whether nothing else than the open needs would do.

    Divided by 0, a side has no value. A slope at a corner may have one: min(x, y)**2 where both
    are 0. Of a corner at one number of one name the counterexample tells.
    """
    if not set(where.open) & set(where.corners):
        return True
    terms = [node for node, _ in form_of(problem, where.open[0].of, ZERO)[0] if node != ONE]
    return len(where.open) == len(terms) == 1 and isinstance(terms[0], Name | Entry)


def found_unmet(problem: Problem, needs: Iterable[Need]) -> Counterexample | None:
    """A point at which something is 0 that must not be, and one side has no value."""
    for need in needs:
        if not (need.positive or isinstance(need.of, Rel)):
            there = _where_zero(problem, need)
            with contextlib.suppress(OutOfFragment, Undefined):
                found = counterexample(there, frames(there))
                if found is not None:
                    return found
    return None


def granted(problem: Problem, where: Domain) -> Problem:
    """The problem for the sizes that its definitions need."""
    sizes = (need.of for need in where.granted if isinstance(need.of, Rel))
    return replace(problem, where=(*problem.where, *sizes))


def outside_of(problem: Problem, condition: str, found: Counterexample) -> Counterexample:
    """The counterexample, or another one where a parameter has just the value that saves the claim.

    With a name in an exponent x**T needs x > 0, whatever T is; with its value in there, it may not.
    """
    name, _, value = condition.partition(" == ")
    if found.values.get(name) != value:
        return found
    return counterexample(problem, frames(problem), {name: value}) or found


def saved_otherwise(
    problem: Problem, first: Sequence[Residual], condition: str, saved: Problem
) -> bool:
    """Whether another value of the number, or a condition on another name, saves the claim, too.

    x**2 == x is right for 0 and for 1, and (w - 1)*(t - 1) == 0 for w == 1 and for t == 1.
    """
    name, names = condition.partition(" == ")[0], _changed(problem, saved)
    for other, narrowed in (*candidates(problem), *root_candidates(problem, first)):
        same = other.startswith(f"{name} == ") and other != condition
        if same or not names & _changed(problem, narrowed):
            with contextlib.suppress(OutOfFragment, ZeroDivisionError):
                if proves(narrowed) and (same or not _vanishes(narrowed)):
                    return True
    return False


def _changed(problem: Problem, narrowed: Problem) -> frozenset[str]:
    """The names that the narrower problem says more of."""
    symbols = {name for name, s in problem.symbols.items() if narrowed.symbols.get(name) != s}
    sizes = {name for name, count in problem.sizes.items() if narrowed.sizes.get(name) != count}
    new = narrowed.assumptions[len(problem.assumptions) :]
    assumed = {name_of(part) for pair in new for side in pair for part in walk(side)}
    return frozenset(symbols | sizes | assumed) - {""}
