"""One equality in LaTeX, with its definitions: what `verify(latex=…)` asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.document.agreed import agreed
from derive.document.judge import answering, judge
from derive.document.known import Known, Scope
from derive.document.readings import ambiguity, chosen
from derive.document.statements import read_chain
from derive.errors import Complaint, Disagreement, FormulaError
from derive.read.facts import read_facts
from derive.read.formula import Equation, read_condition, read_equation
from derive.read.latex import Chain, read_latex
from derive.syntax import Entry, Name, Span
from derive.verdict import Verdict

# An entry in the formula language, p[k]; in LaTeX a letter before a bracket is seldom meant so.
_FORMULA_TEXT = re.compile(r"[A-Za-z0-9]\[")


def verify_latex(
    latex: str,
    *,
    given: Sequence[str] = (),
    declare: Sequence[str] = (),
    where: str = "",
    assume: Sequence[str] = (),
    timeout: float,
    reading: int | None = None,
) -> Verdict:
    """The verdict on one equality in LaTeX.

    `given` may be LaTeX or formula text. Where several readings are possible, `reading` chooses
    one, counted from 1. Raises FormulaError, with all the readings where none was chosen, and
    Disagreement where the opinions contradict each other.
    """
    claim = _one(read_latex(latex, "claim"))
    definitions: list[Chain | Equation] = [_definition(source) for source in given]
    (claim, *others), known = agreed([claim, *(d for d in definitions if isinstance(d, Chain))])
    waiting = iter(others)
    definitions = [next(waiting) if isinstance(d, Chain) else d for d in definitions]
    _one((claim,))
    scope = Scope(usage=known, assumed=tuple(assume))
    scope = scope.declaring(fact for source in declare for fact in read_facts(source))
    scope = _defined(scope, definitions)
    claim = _chosen(chosen(claim, scope) if reading is None else claim, reading)
    limits = read_condition(where) if where.strip() else ()
    limited = replace(claim, conditions=(*claim.conditions, *limits))
    statements, _, _ = read_chain(limited, scope, claims_only=True)
    if not statements:
        raise _expected_equality(claim.source)
    judgement = judge(statements[0], answering(timeout))
    if judgement.complaint is not None:
        raise FormulaError([judgement.complaint])
    if judgement.alarm:
        raise Disagreement(judgement.alarm)
    assert judgement.verdict is not None
    told = (*judgement.verdict.reading, *judgement.notes)
    return replace(judgement.verdict, reading=told)


def _one(chains: tuple[Chain, ...]) -> Chain:
    if len(chains) != 1 or len(chains[0].members) != 2:
        raise _expected_equality(chains[0].source if chains else "")
    return chains[0]


def _expected_equality(source: str) -> FormulaError:
    hint = "give one equality at a time, or check the text as a document"
    span = Span(0, max(1, len(source)))
    return FormulaError([Complaint("expected one equality", source, span, hint, "claim")])


def _chosen(chain: Chain, reading: int | None) -> Chain:
    options = (chain, *chain.alternatives)
    if len(options) == 1:
        return chain
    if reading is not None and 1 <= reading <= len(options):
        return replace(options[reading - 1], alternatives=())
    raise FormulaError([ambiguity(chain)])


def _definition(source: str) -> Chain | Equation:
    if _FORMULA_TEXT.search(source) and "\\" not in source:
        return read_equation(source, "given")
    return _chosen(_one(read_latex(source, "given")), None)


def _defined(scope: Scope, definitions: Iterable[Chain | Equation]) -> Scope:
    for line, own in enumerate(definitions, 1):
        at = replace(scope, line=line)
        if isinstance(own, Equation):
            if isinstance(own.left, Name | Entry):
                scope = at.defining(Known(own.left, own.right, line))
            continue
        _, scope, _ = read_chain(own, at)
    return scope
