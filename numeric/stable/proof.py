"""What is proved of a compiled loss, as claims that `derive` decides.

Formulas: d(L, f[k]) is the gradient that was stated, and so on. Identities: each rewrite that the
program uses, for every choice that the engine is free in. Programs: what is printed, put together
again, is the stated formula; that follows from the identities, and checks their use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.catalogue import Loss
from derive.problem import Definition
from derive.show import text
from derive.syntax import (
    Div,
    Entry,
    Name,
    Node,
    Reduce,
    free_names,
    substitute,
    transform,
    walk,
    written,
)
from numeric.formulas import Formula
from numeric.names import Names
from numeric.stable.rewritten import Stable
from numeric.stable.stabilise import CHOSEN, LABELLED, REWRITES, WITHOUT_SHIFT

if TYPE_CHECKING:
    from derive import Verdict


@dataclass(frozen=True)
class Claim:
    """A statement in the formula language, with all that it takes to decide it."""

    name: str
    statement: str
    given: tuple[str, ...] = ()
    declare: tuple[str, ...] = ()
    where: str = ""

    def verdict(self) -> Verdict:
        """What `derive` says of it."""
        from derive import verify

        return verify(self.statement, given=self.given, declare=self.declare, where=self.where)


Decided = tuple[Claim, "Verdict"]


@dataclass(frozen=True)
class Proof:
    """The verdicts on all claims behind an engine, each with its claim."""

    formulas: tuple[Decided, ...]
    identities: tuple[Decided, ...]
    programs: tuple[Decided, ...]

    @property
    def status(self) -> str:
        """ "proved" if every formula and identity is, and no program is refuted."""
        needed = [verdict.status for _, verdict in (*self.formulas, *self.identities)]
        wrong = [v.status for _, v in self.programs if v.status not in ("proved", "undecided")]
        return next((status for status in (*wrong, *needed) if status != "proved"), "proved")

    def __str__(self) -> str:
        """A line for each claim: its status, what it is about, the statement."""
        return "\n".join(
            f"{verdict.status:<11} {claim.name}: {claim.statement}"
            + (f"\n{'':<11} {verdict.reason}" if verdict.reason else "")
            for claim, verdict in (*self.formulas, *self.identities, *self.programs)
        )


def formula_claims(loss: Loss) -> Iterator[Claim]:
    """That the stated gradient and Hessian are the derivatives of the stated loss."""
    yield Claim("gradient", loss.claim(1), loss.given, loss.declare)
    if loss.hessian:
        yield Claim("hessian", loss.claim(2), loss.given, loss.declare)


def identity_claims(used: Iterable[str]) -> Iterator[Claim]:
    """The rewrites of these names."""
    wanted = set(used)
    for row in (*REWRITES, *CHOSEN, *LABELLED, *WITHOUT_SHIFT):
        if row.name in wanted:
            yield Claim(row.name, row.statement, row.given, row.declare, row.where)


def program_claim(formula: Formula, stable: Stable, declare: Iterable[str]) -> Claim:
    """That the lines of a result are the formula that was stated.

    p, 1 - p and log p stand for what they mean; that they are computed right is what the identities
    say. Where the program divides by 1 - p, there has to be another class (`where`).
    """
    result = stable.results[formula.name]
    statement = f"{shown(formula.stated)} == {shown(result)}"
    given = _needed(stable, {*_names(formula.stated), *_names(result)})
    used = set(re.findall(r"\w+", " ".join((statement, *given))))
    facts = tuple(
        fact for fact in declare if used & set(re.findall(r"\w+", fact.partition(":")[0]))
    )
    other = Names(used).fresh("other")
    where = ", ".join(dict.fromkeys(f"{other} != {text(i)}" for i in _divisors(result, stable)))
    return Claim(f"program of {formula.name}", statement, given, facts, where)


def _needed(stable: Stable, names: set[str]) -> tuple[str, ...]:
    """The definitions that these names lead to, as text."""
    lines: list[str] = []
    for name, definition in reversed(list(stable.definitions.items())):
        if name in names:
            meant = stable.meanings.get(name, definition)
            names |= _names(meant.body)
            lines.insert(0, line(meant))
    return tuple(lines)


def line(definition: Definition) -> str:
    indices = ", ".join(map(written, definition.params))
    head = f"{definition.name}[{indices}]" if indices else definition.name
    return f"{head} = {shown(definition.body)}"


def _names(node: Node) -> set[str]:
    found = {part.base for part in walk(node) if isinstance(part, Entry)}
    return found | {part.id for part in walk(node) if isinstance(part, Name)}


def _divisors(node: Node, stable: Stable) -> Iterator[Node]:
    for part in walk(node):
        if isinstance(part, Div) and isinstance(part.den, Entry) and part.den.base in stable.small:
            yield part.den.indices[-1]


def shown(node: Node) -> str:
    """The node as text, every bound index by a letter that nothing else in it has."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce):
            return None
        letter, number = written(part.index), 2
        while letter in seen:
            letter, number = f"{written(part.index)}{number}", number + 1
        seen.add(letter)
        renamed = {part.index: Name(letter)}
        where = None if part.where is None else transform(substitute(part.where, renamed), change)
        body = transform(substitute(part.body, renamed), change)
        return Reduce(part.kind, body, letter, where, part.over)

    seen = set(free_names(node))
    return text(transform(node, change))
