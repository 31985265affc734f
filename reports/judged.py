"""What became of each claim, as plain data for every format, and the command that repeats it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from derive import verify
from derive.budget import limited
from derive.decide import pose
from derive.errors import Disagreement, FormulaError, GradproofError
from derive.read.formula import read_equation
from derive.witness.counterexample import Counterexample
from derive.witness.recompute import point_text, recompute
from reports.claims import Asked, Mistake
from reports.cli import EXIT_ALARM, EXIT_USAGE
from reports.console import EXITS, alarm
from reports.shell import verify_command


@dataclass(frozen=True)
class Judged:
    """A claim and its verdict as data, or what kept it from having one.

    `asked` is None for mistakes between claims. A mistake is told once: where several claims
    suffer from one, the later ones only say which line it is in.
    """

    asked: Asked | None
    verdict: dict[str, Any] | None = None
    counterexample: str = ""
    mistakes: tuple[Mistake, ...] = ()
    exit: int = EXIT_USAGE

    @property
    def status(self) -> str:
        """The verdict's word, or `unread`."""
        return "unread" if self.verdict is None else str(self.verdict["status"])


def judge(asked: Asked, timeout: float) -> Judged:
    """The verdict on one claim. Raises FormulaError and Disagreement."""
    posed = asked.posed()
    verdict = verify(asked.claim.text, **posed, timeout=timeout)
    found = verdict.counterexample
    command = None
    if found is not None:
        with limited(timeout):
            command = repeat_command(asked, found)
    data = {**verdict.to_json(), "recompute": command}
    if asked.renumbered:
        data["reading"] = [*data["reading"], "literal indices: from 0 as written, from 1 here"]
    return Judged(asked, data, str(found or ""), exit=EXITS[verdict.status])


def judge_all(
    items: Iterable[Asked | tuple[Mistake, ...]], timeout: float, zero_based: bool = False
) -> Iterator[Judged]:
    """A result for each item, in order; a mistake or an alarm in one does not stop the others."""
    told: set[Mistake] = set()
    for item in items:
        if isinstance(item, tuple):
            result = Judged(None, mistakes=item)
        else:
            result = _judged(item.from_one() if zero_based else item, timeout)
        fresh = tuple(mistake for mistake in result.mistakes if mistake not in told)
        told.update(fresh)
        yield replace(result, mistakes=fresh)


def _judged(asked: Asked, timeout: float) -> Judged:
    try:
        if asked.broken:
            read_equation(asked.claim.text)
            return Judged(asked, mistakes=(_rests_on(asked, asked.broken[0]),))
        return judge(asked, timeout)
    except FormulaError as error:
        mistakes = tuple(asked.mistakes(error))
        if all(mistake.line != asked.claim.line for mistake in mistakes):
            mistakes = (*mistakes, _rests_on(asked, mistakes[0].line))
        return Judged(asked, mistakes=mistakes)
    except Disagreement as error:
        at = asked.claim
        return Judged(asked, mistakes=(Mistake(at.line, at.column, alarm(error)),), exit=EXIT_ALARM)


def _rests_on(asked: Asked, line: int) -> Mistake:
    place = f"in line {line}" if line else "on the command line"
    message = f"not judged, because of the mistake {place}"
    return Mistake(asked.claim.line, asked.claim.column, message)


def repeat_command(asked: Asked, found: Counterexample) -> str | None:
    """The line that recomputes the counterexample, if it really gives the same two values."""
    at = point_text(found)
    try:
        again = recompute(pose(asked.claim.text, **asked.posed()), at)
    except GradproofError:
        return None
    if (again.left, again.right) != (found.left, found.right):
        return None
    return verify_command(asked.claim.text, [*_setting(asked), ("at", at)])


def _setting(asked: Asked) -> Iterator[tuple[str, str]]:
    """The setting as options; --where is given once only."""
    for kind in ("given", "declare", "assume"):
        yield from ((kind, text) for text in asked.of(kind))
    where = asked.posed()["where"]
    if where:
        yield "where", where
