"""From a problem to a verdict: ask both opinions, and say only what both support."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from derive.asymptotic import Weak, leading_order, proportional, weak
from derive.budget import DEFAULT_SECONDS, limited
from derive.conditions import distinguishes, enough, index_condition, needed
from derive.domain import Domain
from derive.errors import Complaint, Disagreement, FormulaError, OutOfBudget, OutOfFragment
from derive.menu import candidates, small_sizes
from derive.problem import Problem, labels_told_apart
from derive.read.facts import read_facts
from derive.read.formula import read_condition, read_equation
from derive.repair import diagnosis_of, repair
from derive.residual import Residual, settled
from derive.roots import root_candidates
from derive.saving import (
    found_unmet,
    granted,
    is_needed,
    outside_of,
    proves,
    saved_otherwise,
    saving,
    seen_domain,
)
from derive.scope import resolve
from derive.shapes import has_vectors, index_form
from derive.show import text
from derive.syntax import ZERO, Div, Rel, Span
from derive.verdict import Conditional, Proved, Refuted, Undecided, Verdict, prove
from derive.witness.arithmetic import Undefined
from derive.witness.counterexample import (
    UNDEFINED,
    Counterexample,
    compares_numbers,
    counterexample,
)
from derive.witness.opinion import (
    NO_REAL_POINT,
    Nonzero,
    NoOpinion,
    OneSided,
    Opinion,
    Zero,
    interval_opinion,
    modular_opinion,
)
from derive.witness.points import Frame, frames

# Larger sizes are first asked about for all sizes at once.
FEW_CLASSES = 8


def verify(
    claim: str = "",
    *,
    latex: str = "",
    given: Sequence[str] = (),
    declare: Sequence[str] = (),
    where: str = "",
    assume: Sequence[str] = (),
    timeout: float = DEFAULT_SECONDS,
) -> Verdict:
    """The verdict on a claim in the formula language, or on an equality in LaTeX.

    `given` are definitions, `declare` kinds of names ("y: label"), `where` a condition on indices
    ("k != y"), `assume` equations that hold. Past `timeout` seconds the verdict is undecided.
    Raises FormulaError with every mistake in the texts.
    """
    started = time.perf_counter()
    if latex:
        # LaTeX is given its meaning where documents are; nothing below knows of it.
        from derive.document.single import verify_latex

        told: dict[str, Any] = {"given": given, "declare": declare, "where": where}
        verdict = verify_latex(latex, **told, assume=assume, timeout=timeout)
        return replace(verdict, seconds=time.perf_counter() - started)
    equality, relation = weak(claim)
    problem = pose(equality, given=given, declare=declare, where=where, assume=assume)
    if relation is None:
        verdict = decide(problem, timeout, mend=True)
    else:
        verdict = replace(_decide_weak(problem, relation, timeout), claim=claim.strip())
    return replace(verdict, seconds=time.perf_counter() - started)


def _decide_weak(problem: Problem, relation: Weak, timeout: float) -> Verdict:
    """The verdict on `A ~ B` or `A prop B`, by way of the equality that it comes to."""
    with limited(timeout):
        try:
            if relation.relation == "prop":
                if proves(problem.claiming(problem.right, ZERO)):
                    # A multiple of 0 is 0.
                    return decide(problem, timeout)
                ratio = text(Div(problem.left, problem.right))
                verdict = decide(proportional(problem, relation.names), timeout)
                return replace(verdict, reason=verdict.reason or f"the factor is {ratio}")
            order, equality = leading_order(problem, relation.names, proves)
            verdict = decide(equality, timeout)
            return replace(verdict, reason=verdict.reason or f"leading order: {order}")
        except (OutOfFragment, OutOfBudget) as error:
            return Undecided(claim="", reading=problem.reading, reason=str(error))
        except ZeroDivisionError:
            return Undecided(claim="", reading=problem.reading, reason="no expansion at infinity")


def pose(
    claim: str,
    *,
    given: Sequence[str] = (),
    declare: Sequence[str] = (),
    where: str = "",
    assume: Sequence[str] = (),
) -> Problem:
    """The problem that the texts state. Raises FormulaError with every mistake in them."""
    complaints: list[Complaint] = []

    def read(reader: Any, source: str, origin: str) -> Any:
        try:
            return reader(source, origin)
        except FormulaError as error:
            complaints.extend(error.complaints)
            return None

    equation = read(read_equation, claim, "claim")
    definitions = [read(read_equation, source, "given") for source in given]
    facts = [read(read_facts, source, "declare") for source in declare]
    conditions = read(read_condition, where, "where") if where.strip() else ()
    equations = [read(read_equation, source, "assume") for source in assume]
    if complaints:
        raise FormulaError(complaints)
    flat = [fact for group in facts for fact in group]
    for equality in equations:
        if has_vectors([equality], []):
            span = Span(0, len(equality.source))
            message = "an assumption is about entries, such as sum(t[j], j) == 1"
            raise FormulaError([Complaint(message, equality.source, span, "", "assume")])
    if has_vectors([equation, *definitions], flat):
        equation, definitions = index_form(equation, definitions, flat)
    return resolve(equation, definitions, flat, conditions, equations)


def decide(problem: Problem, timeout: float = DEFAULT_SECONDS, *, mend: bool = False) -> Verdict:
    """The verdict on a problem; Disagreement if the opinions contradict each other.

    `timeout` is in seconds; past it, or past a fixed number of steps, the verdict is undecided.
    With `mend`, a wrong claim gets the nearest right formula and a diagnosis, where one is found.
    """
    told: dict[str, Any] = {
        "claim": f"{text(problem.left)} == {text(problem.right)}",
        "reading": problem.reading,
    }
    with limited(timeout):
        try:
            verdict = _judged(problem, told)
            return _mended(problem, verdict) if mend else verdict
        except (OutOfBudget, Undefined) as error:
            return Undecided(reason=str(error), **told)
        except RecursionError:
            return Undecided(reason="out of budget: nested too deeply", **told)


def _judged(problem: Problem, told: dict[str, Any]) -> Verdict:
    try:
        return _decide(problem, told)
    except OutOfFragment as error:
        return _refuted_or(problem, told, str(error))


def _mended(problem: Problem, verdict: Verdict) -> Verdict:
    """The verdict with the nearest right formula and the code of the mistake.

    What is right wherever both sides have a value needs no mending.
    """
    if not isinstance(verdict, Conditional | Refuted):
        return verdict
    known = verdict.counterexample
    if isinstance(verdict, Conditional) and known and UNDEFINED in (known.left, known.right):
        return verdict
    code = found = None
    # The verdict stands, whatever stops the search for what would be right.
    with contextlib.suppress(OutOfBudget, OutOfFragment, Undefined, RecursionError):
        code = diagnosis_of(problem, verdict.condition)
        found = repair(problem, proves)
    if found is None:
        return replace(verdict, diagnosis=code)
    return replace(verdict, repair=found.shown, diagnosis=code or found.code)


def _decide(problem: Problem, told: dict[str, Any]) -> Verdict:
    if any(size is not None and size > FEW_CLASSES for size in problem.sizes.values()):
        general = _decide(replace(problem, sizes=dict.fromkeys(problem.sizes)), told)
        if isinstance(general, Proved):
            # What holds for every size holds for this one.
            return general
    first = settled(problem)
    if not problem.told_apart and not all(residual.is_zero for residual in first):
        apart = labels_told_apart(problem)
        if apart.told_apart:
            return _decide(apart, told)
    second = modular_opinion(problem)
    if not first:
        return Undecided(reason="the conditions exclude every case", **told)
    if all(residual.is_zero for residual in first):
        return _all_zero(problem, first, second, told)
    if isinstance(second, Zero | NoOpinion | OneSided):
        return _refuted_or(problem, told, _unsettled(second))
    # Labels are drawn at random: a smaller frame may differ for other labels than those drawn.
    where_to_look = frames(problem) if problem.label_range else second.differing
    found = counterexample(problem, where_to_look, valued=True)
    found = found or counterexample(problem, where_to_look)
    if found is None:
        return Undecided(
            reason="the sides differ modulo a prime, but no exact counterexample was found", **told
        )
    return _conditional(problem, first, second, found, told)


def _unsettled(second: Opinion) -> str:
    reason = "the difference could not be brought to zero"
    if isinstance(second, Zero):
        return f"{reason}, and it vanished at all {second.frames} patterns that were evaluated"
    return reason if not isinstance(second, NoOpinion) else f"{reason}; {second.reason}"


def _all_zero(
    problem: Problem, first: Sequence[Residual], second: Opinion, told: dict[str, Any]
) -> Verdict:
    where = seen_domain(problem)
    # What a formula needs of a size: at n = 1 there may be no loss to speak of, and an empty sum
    # has a value whatever its terms divide by.
    inside = replace(problem, where=(*problem.where, *where.sizes))
    beyond = second if where.sizes and isinstance(second, Nonzero) else None
    if beyond is not None:
        second = modular_opinion(inside)
    elif isinstance(second, OneSided) and not where.open:
        second = modular_opinion(granted(problem, where))
    third = interval_opinion(inside)
    _compare_opinions(inside, second, third, told["claim"])
    if compares_numbers(problem) and counterexample(inside, frames(inside), valued=True):
        # The second opinion draws no two numbers that are equal; small ones often are.
        return Undecided(reason="the second opinion could not confirm the proof", **told)
    for opinion in (second, third):
        if isinstance(opinion, NoOpinion):
            return Undecided(reason=f"the second opinion has none: {opinion.reason}", **told)
    if isinstance(second, Nonzero):
        return Undecided(reason="the second opinion could not confirm the proof", **told)
    if beyond is not None:
        return _beyond_sizes(problem, where, beyond, told)
    proved = prove(first, second, third, where, **told)
    return proved if proved is not None else _open_domain(problem, where, second, told)


def _compare_opinions(problem: Problem, second: Opinion, third: Opinion, claim: str) -> None:
    """Raises Disagreement if the sides surely differ although their normal forms agree."""
    if isinstance(third, Nonzero):
        raise Disagreement(f"normal form zero, but intervals are apart: {claim}")
    if isinstance(second, Nonzero):
        # Where one side alone has no value the opinions need not differ: 1/(1/x) is x but at 0.
        found = counterexample(problem, second.differing, valued=True)
        if found is not None:
            raise Disagreement(f"normal form zero, but the sides differ at {found}: {claim}")


def _beyond_sizes(
    problem: Problem, where: Domain, beyond: Nonzero, told: dict[str, Any]
) -> Verdict:
    """Right for the sizes that the formulas need; for others there is a value, another one."""
    found = counterexample(problem, beyond.differing)
    if found is None:
        return Undecided(reason="the sides may differ where something divides by 0", **told)
    others = (str(need) for need in where.open if not isinstance(need.of, Rel))
    condition = " and ".join((*map(text, where.sizes), *others))
    return Conditional(condition=condition, counterexample=found, **told)


def _open_domain(problem: Problem, where: Domain, second: Opinion, told: dict[str, Any]) -> Verdict:
    """The sides agree wherever both have a value; somewhere one of them has none."""
    needs = " and ".join(map(str, where.open))
    large = replace(problem, where=(*problem.where, *where.sizes))
    if not needs and isinstance(modular_opinion(large), Zero):
        needs = " and ".join(map(text, where.sizes))
    where_to_look = second.frames if isinstance(second, OneSided) else frames(problem)
    found = counterexample(problem, where_to_look) or found_unmet(problem, where.open)
    if found is None or not needs:
        reason = (
            f"the sides agree where both have a value, which needs {needs or 'more than is known'}"
        )
        return Undecided(reason=reason, **told)
    told |= {"premises": tuple(map(str, where.premises)), "necessary": is_needed(problem, where)}
    return Conditional(condition=needs, counterexample=found, **told)


def _conditional(
    problem: Problem,
    first: Sequence[Residual],
    second: Nonzero,
    found: Counterexample,
    told: dict[str, Any],
) -> Verdict:
    """Conditional if a relation between indices or the menu saves the claim, else refuted."""
    reason = None
    holding = [residual.case for residual in first if residual.is_zero]
    saved = index_condition(problem, holding) if holding else None
    if saved is not None and proves(saved[1]):
        condition, narrowed = saved
        if not distinguishes(problem, narrowed):
            only = not saved_otherwise(problem, first, condition, narrowed)
            return Conditional(condition=condition, necessary=only, counterexample=found, **told)
        reason = f"it is right only where {condition}, and it states the other case too"
    relations = (
        narrow for narrow in enough(problem, holding) if not distinguishes(problem, narrow[1])
    )
    roots = root_candidates(problem, first)
    other = saving(problem, candidates(problem), roots, relations, small_sizes(problem))
    if other is not None:
        condition, narrowed = other
        outside = outside_of(problem, condition, found)
        only = needed(problem, narrowed, second.agreeing)
        only = only and not saved_otherwise(problem, first, condition, narrowed)
        return Conditional(condition=condition, necessary=only, counterexample=outside, **told)
    return Refuted(counterexample=found, reason=reason, **told)


def _refuted_or(problem: Problem, told: dict[str, Any], reason: str) -> Verdict:
    """Refuted if evaluation finds an exact counterexample, else undecided for the given reason.

    Where one side has no value the claim may still be right wherever both have one, if they ever
    have.
    """
    looked_at: list[Frame] = []
    try:
        looked_at.extend(frames(problem))
        found = counterexample(problem, looked_at, valued=True)
        one_sided = None if found else counterexample(problem, looked_at)
    except (OutOfFragment, OutOfBudget) as error:
        return Undecided(reason=str(error), **told)
    different = found or one_sided
    if different is None:
        return Undecided(reason=reason, **told)
    saved = saving(problem, candidates(problem), small_sizes(problem))
    if saved is not None:
        outside = outside_of(problem, saved[0], different)
        return Conditional(condition=saved[0], necessary=False, counterexample=outside, **told)
    if found is None and interval_opinion(problem) != NO_REAL_POINT:
        return Undecided(reason=f"{reason}; one side has no value at {one_sided}", **told)
    return Refuted(counterexample=different, reason=reason, **told)
