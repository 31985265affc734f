"""`gradproof verify --latex`: one claim in LaTeX, with definitions in LaTeX or formula text."""

from __future__ import annotations

import argparse

from derive.budget import limited
from derive.errors import GradproofError
from derive.verdict import Verdict
from reports.claims import Asked, Written
from reports.console import EXITS
from reports.judged import Judged, repeat_command

_DEFINITION = "definition: "
_OTHER_INPUT = ("file", "at", "zero_based")


def latex_claim(arguments: argparse.Namespace, claim: str) -> Judged:
    """The verdict on a claim in LaTeX.

    Raises FormulaError, and GradproofError with all the readings where `--read` must choose one.
    """
    from derive.document.single import verify_latex

    for option in _OTHER_INPUT:
        if getattr(arguments, option):
            raise GradproofError(f"--latex and --{option.replace('_', '-')} do not go together")
    if arguments.read is None:
        _one_reading(claim)
    verdict = verify_latex(
        claim,
        given=arguments.given,
        declare=arguments.declare,
        where=arguments.where,
        assume=arguments.assume,
        timeout=arguments.timeout,
        reading=arguments.read,
    )
    asked = _asked(verdict, arguments)
    found = verdict.counterexample
    command = None
    if found is not None:
        with limited(arguments.timeout):
            command = repeat_command(asked, found)
    data = {**verdict.to_json(), "recompute": command}
    shown = Asked(Written(verdict.claim))
    return Judged(shown, data, str(found or ""), exit=EXITS[verdict.status])


def _one_reading(claim: str) -> None:
    from derive.document.readings import readings
    from derive.read.latex import read_latex

    for chain in read_latex(claim, "claim"):
        ways = readings(chain)
        if len(ways) > 1:
            shown = "\n".join(f"  {place}: {way}" for place, way in enumerate(ways, start=1))
            raise GradproofError(f"{len(ways)} readings are possible\n{shown}\n  hint: --read N")


def _asked(verdict: Verdict, arguments: argparse.Namespace) -> Asked:
    """The same question in the formula language, with the definitions as they were read."""
    given = [
        line.removeprefix(_DEFINITION) for line in verdict.reading if line.startswith(_DEFINITION)
    ]
    setting = [("given", Written(text)) for text in given]
    setting += [("declare", Written(text)) for text in arguments.declare]
    setting += [("assume", Written(text)) for text in arguments.assume]
    if arguments.where.strip():
        setting.append(("where", Written(arguments.where)))
    return Asked(Written(verdict.claim), tuple(setting))
