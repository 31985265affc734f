"""One statement to one item's verdict: asked, answered, and mended where an edit is proved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from derive.budget import Allowance
from derive.decide import verify
from derive.document.asking import asked, limits
from derive.document.from_zero import from_zero
from derive.document.items import Asked
from derive.document.known import Scope, base_of, names_in
from derive.document.maxima import of_any_number
from derive.document.proportional import as_proportion
from derive.document.statement import EQUALITIES, Statement
from derive.document.upstream import speaks_of_any_loss
from derive.document.vector_repairs import in_vectors
from derive.errors import Complaint, Disagreement, FormulaError
from derive.read.facts import read_facts
from derive.read.formula import Equation, read_equation
from derive.show import text
from derive.syntax import Deriv, Reduce, Span, walk
from derive.verdict import Conditional, Refuted, Undecided, Verdict

_MAXIMUM = re.compile(r"\b(?:arg)?(?:max|min)\(")
Answer = Callable[[Asked], Verdict]


@dataclass(frozen=True)
class Judgement:
    """What became of a statement: a verdict or a complaint, never both."""

    asked: Asked | None = None
    verdict: Verdict | None = None
    complaint: Complaint | None = None
    notes: tuple[str, ...] = ()
    alarm: str = ""


def answering(timeout: float) -> Answer:
    """`verify` as a function of the question alone."""

    def answer(question: Asked) -> Verdict:
        return verify(
            question.claim,
            given=question.given,
            declare=question.declare,
            where=question.where,
            assume=question.assume,
            timeout=timeout,
        )

    return answer


def within(allowance: Allowance, answer: Answer) -> Answer:
    """The same answers, until the time for the document is over."""

    def ask(question: Asked) -> Verdict:
        if allowance.is_spent:
            return Undecided(claim=question.claim, reason=allowance.reason)
        return answer(question)

    return ask


def judge(statement: Statement, answer: Answer) -> Judgement:
    """The verdict on a claim; definitions and facts have none."""
    if statement.complaint is not None:
        return Judgement(complaint=statement.complaint, notes=statement.notes)
    if statement.kind != "claim":
        return Judgement(notes=statement.notes)
    try:
        question, notes = asked(statement)
    except FormulaError as error:
        return Judgement(complaint=error.complaints[0], notes=statement.notes)
    notes = (*statement.notes, *notes)
    if (proportion := as_proportion(statement, question)) is not None:
        return _of_proportion(statement, question, proportion, answer, notes)
    if statement.relation not in EQUALITIES:
        reason = f"only equalities are judged, and this says {statement.relation}"
        return Judgement(question, Undecided(claim=question.claim, reason=reason), notes=notes)
    try:
        question, verdict, said = _answered(statement, question, answer)
    except FormulaError as error:
        first = error.complaints[0]
        return Judgement(question, complaint=first, notes=(*notes, "the reading is shown"))
    except Disagreement as error:
        return _alarmed(question, error, notes)
    doubt = _doubt(statement, question, verdict)
    if doubt:
        verdict = Undecided(claim=verdict.claim, reading=verdict.reading, reason=doubt)
    return Judgement(question, verdict, notes=(*notes, *said))


def _of_proportion(
    statement: Statement,
    equality: Asked,
    proportion: Asked,
    answer: Answer,
    notes: tuple[str, ...],
) -> Judgement:
    """The verdict on a proportion, whose names are those of the equality of its sides."""
    try:
        verdict = answer(proportion)
    except FormulaError as error:
        return Judgement(proportion, complaint=error.complaints[0], notes=notes)
    except Disagreement as error:
        return _alarmed(proportion, error, notes)
    if doubt := _doubt(statement, equality, verdict):
        verdict = Undecided(claim=verdict.claim, reading=verdict.reading, reason=doubt)
    return Judgement(proportion, verdict, notes=notes)


def _alarmed(question: Asked, error: Disagreement, notes: tuple[str, ...]) -> Judgement:
    reason = "the opinions contradict each other, which is a bug of ours"
    undecided = Undecided(claim=question.claim, reason=reason)
    return Judgement(question, undecided, notes=notes, alarm=str(error))


def _doubt(statement: Statement, question: Asked, verdict: Verdict) -> str:
    """Why a counterexample would not count: a name of it may mean something that we do not know."""
    if not isinstance(verdict, Refuted | Conditional):
        return ""
    if statement.supposed:
        return statement.supposed
    if statement.presumed:
        taken = " and ".join(f"{own} for all {own.lower()}" for own in sorted(statement.presumed))
        return f"it takes {taken}, which nothing before says"
    found = verdict.counterexample
    if (
        isinstance(verdict, Refuted)
        and found is not None
        and "undefined" in (found.left, found.right)
    ):
        return "one side has no value at the point where the sides were seen to differ"
    missing = _perhaps_defined(statement, question)
    if missing:
        return f"{missing} may be defined in a formula that could not be read"
    stranger = _stranger(question, statement.scope, verdict.condition)
    return f"{stranger} is defined nowhere before" if stranger else ""


def _stranger(question: Asked, scope: Scope, condition: str | None) -> str:
    """A name of one side that no formula before and no definition knows of."""
    claim = read_equation(question.claim)
    told = {name for source in question.given for name in _names_of(read_equation(source))}
    told |= {size for source in question.declare for f in read_facts(source) for size in f.sizes}
    told |= scope.introduced
    told |= scope.usage.subscripts | scope.usage.ranges
    parts = (part for side in (claim.left, claim.right) for part in walk(side))
    told |= {part.index for part in parts if isinstance(part, Reduce)}
    for own, other in ((claim.left, claim.right), (claim.right, claim.left)):
        for name in sorted(names_in(own) - names_in(other) - told):
            if not re.search(rf"\b{name}\b", condition or ""):
                return name
    return ""


def _names_of(equation: Equation) -> set[str]:
    return names_in(equation.left) | names_in(equation.right)


def _perhaps_defined(statement: Statement, question: Asked) -> str:
    """A name without a definition that stands left of an equals sign in an unread formula."""
    sides = names_in(statement.left) | names_in(statement.right)
    defined = set(map(_head_of, question.given))
    return next(iter(sorted((sides - defined) & statement.scope.unread)), "")


def _check_limits(statement: Statement, question: Asked) -> None:
    """Raises FormulaError for sums up to 2 and up to K: the sums over all would be others."""
    found = limits(statement)
    number = next((limit for limit in sorted(found) if limit.isdecimal()), "")
    if number and len(found) > 1:
        other = max(found - {number})
        beside = f"one up to {other}" if other else "one over all"
        message = f"a sum up to {number} beside {beside} may be a part of it"
        hint = "write such a sum term by term, as p[1] + p[2]"
        raise FormulaError([Complaint(message, question.claim, Span(0, 1), hint)])


def _answered(
    statement: Statement, question: Asked, answer: Answer
) -> tuple[Asked, Verdict, tuple[str, ...]]:
    said: tuple[str, ...] = ()
    try:
        verdict = answer(question)
    except FormulaError:
        plain, _ = asked(statement, ranges=False)
        if plain == question:
            raise
        _check_limits(statement, plain)
        verdict = answer(plain)
        question, said = plain, ("the ranges of the sums are taken from what they go over",)
    if isinstance(verdict, Undecided):
        verdict = _by_free_variable(question, verdict, answer)
    if isinstance(verdict, Refuted) and verdict.repair is None:
        verdict = _with_left_derivative(question, verdict, answer)
    if verdict.repair is not None and speaks_of_any_loss(verdict.repair, question.given):
        verdict = replace(verdict, repair=None)
    verdict = in_vectors(question, verdict, answer)
    if statement.scope.usage.from_zero:
        verdict = from_zero(verdict, question)
    return question, verdict, said


def _by_free_variable(question: Asked, verdict: Undecided, answer: Answer) -> Verdict:
    """The verdict on dL/dp for every p, whatever the definition of p, where that is a proof.

    So too for m = max_j z_j, where what is said of m holds of every m. Not where anything else is
    differentiated by, which p or m may depend on.
    """
    given = tuple(g for g in question.given if _head_of(g) not in _free(question))
    for free in (replace(question, given=given), of_any_number(question)):
        if free == question:
            continue
        try:
            freed = answer(free)
        except FormulaError:
            continue
        if freed.status == "proved":
            return freed
    return verdict


def _free(question: Asked) -> set[str]:
    """The names whose definitions a proof may do without."""
    equations = [read_equation(source) for source in (question.claim, *question.given)]
    derivatives = [
        part
        for equation in equations
        for side in (equation.left, equation.right)
        for part in walk(side)
        if isinstance(part, Deriv)
    ]
    varied = {base_of(variable) for part in derivatives for variable in part.wrt}
    if not varied:
        return {_head_of(source) for source in question.given if _MAXIMUM.search(source)}
    return varied if len(varied) == 1 else set()


def _head_of(definition: str) -> str:
    return re.split(r"[\[ =]", definition, maxsplit=1)[0]


def _with_left_derivative(
    question: Asked, verdict: Refuted | Conditional, answer: Answer
) -> Verdict:
    """The repair of a rule whose left side lacks the derivative: (f/g)' for f/g."""
    equation = read_equation(question.claim)
    slopes = (p.wrt[0] for p in walk(equation.right) if isinstance(p, Deriv) and len(p.wrt) == 1)
    variable = next(slopes, None)
    if variable is None or any(isinstance(p, Deriv) for p in walk(equation.left)):
        return verdict
    mended = f"d({text(equation.left)}, {text(variable)}) == {text(equation.right)}"
    if answer(replace(question, claim=mended)).status != "proved":
        return verdict
    return replace(verdict, repair=mended)
