"""A derivation's JSON as what is shown of it: numbered steps, cases, badges, anchors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from derive.read.formula import read_equation
from derive.syntax import Deriv
from reports.formulas import Formula, formula, from_text
from reports.marking import mark
from reports.signs import SIGNS
from reports.taught import STATEMENTS
from reports.words import Words

# About as much LaTeX as fits on half of a line.
_HALF_LINE = 60
# A chain of so many steps, none of them longer in LaTeX than this, is read at one glance.
_FEW, _MANY, _GLANCED = 4, 16, 200
# In more LaTeX than this a changed part is looked for, and so it is also shown on its own.
_LONG = 150


@dataclass(frozen=True)
class Badge:
    """A status as a sign and a word; `status` is the word that Python and JSON use."""

    status: str
    sign: str
    word: str


@dataclass(frozen=True)
class Step:
    """before == after by one named rule, with the part that the rule rewrote.

    `reason` is said where the rule comes for the first time, and "" after that.
    """

    anchor: str
    name: str
    rule: str
    title: str
    reason: str
    statement: Formula
    before: Formula
    after: Formula
    changed: tuple[Formula, Formula]
    needs: tuple[Formula, ...]
    badge: Badge

    @property
    def here(self) -> Formula | None:
        """What the rule makes of what in this step, where the whole formula is a long one."""
        own = _replacement(self.changed)
        if len(self.before.latex) <= _LONG or len(own.latex) > _LONG or own == self.statement:
            return None
        return own


@dataclass(frozen=True)
class Case:
    """What the result is where the indices are so, with the field's names for that case."""

    label: str
    condition: Formula
    value: Formula
    badge: Badge


@dataclass(frozen=True)
class Link:
    """A place on the page: its anchor and its title."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Derivation:
    """A claim, the steps to it, and its cases; `parts` are derivations that it puts together.

    A part that the page has shown before is a claim and a link to its steps, `above`.
    """

    anchor: str
    title: str
    intro: str
    claim: Formula
    start: Formula
    result: Formula
    steps: tuple[Step, ...]
    cases: tuple[Case, ...]
    parts: tuple[Derivation, ...]
    badge: Badge
    above: Link | None = None

    @property
    def glance(self) -> tuple[Formula, ...]:
        """All its formulas from the first to the last, where they can be taken in at once."""
        shown = (self.start, *(replace(step.after, marked="") for step in self.steps))
        short = all(len(each.latex) <= _GLANCED for each in shown)
        return shown if short and _FEW <= len(self.steps) <= _MANY else ()

    @property
    def stacked(self) -> bool:
        """Whether the cases are too wide to stand beside each other."""
        return any(len(case.value.latex) > _HALF_LINE for case in self.cases)

    def every(self) -> Iterator[Derivation]:
        """The derivation's parts, each with its own parts first, and then itself."""
        for part in self.parts:
            yield from part.every()
        yield self

    def badges(self) -> Iterator[Badge]:
        """The badge of every result, step and case, parts included."""
        for each in self.every():
            yield each.badge
            yield from (step.badge for step in each.steps)
            yield from (case.badge for case in each.cases)


def badge(status: str, words: Words) -> Badge:
    """The badge of a status. Raises KeyError for a status that the design does not know."""
    return Badge(status=status, sign=SIGNS[status], word=words(f"status_{status}"))


def worst(statuses: Iterator[str]) -> str:
    """The status of what rests on all of these; nothing at all is undecided."""
    order = list(SIGNS)
    return min(statuses, key=order.index, default="undecided")


def order_of(data: Mapping[str, Any]) -> int:
    """How often the claim's left side differentiates; 0 where it is no derivative."""
    left = read_equation(data["claim"]["text"]).left
    return len(left.wrt) if isinstance(left, Deriv) else 0


class Shown:
    """Derivations as they are shown on one page, where nothing is shown twice."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._above: dict[tuple[str, str], Link] = {}
        self._explained: set[str] = set()

    def derivation(self, data: Mapping[str, Any], anchor: str) -> Derivation:
        """What is shown of a derivation's JSON; its anchors begin with `anchor`."""
        order, words = order_of(data), self._words
        return self._whole(data, anchor, _title(data["path"], order, words), _intro(data, words))

    def _part(self, data: Mapping[str, Any], anchor: str, position: int, whole: str) -> Derivation:
        """A part of the derivation titled `whole`."""
        title = _part_title(data, position, self._words)
        above = self._above.get(_key(data))
        if above is None:
            self._above[_key(data)] = Link(anchor, f"{whole}, {title}")
            return self._whole(data, anchor, title, "")
        again = {**data, "steps": (), "cases": (), "parts": ()}
        return replace(self._whole(again, anchor, title, ""), above=above)

    def _whole(self, data: Mapping[str, Any], anchor: str, title: str, intro: str) -> Derivation:
        words, claim = self._words, formula(data["claim"])
        # The parts come first: they are read before what is made of them.
        parts = tuple(
            self._part(part, f"{anchor}-p{position}", position, title)
            for position, part in enumerate(data["parts"], 1)
        )
        self._above.setdefault(_key(data), Link(anchor, title))
        return Derivation(
            anchor=anchor,
            title=title,
            intro=intro,
            claim=claim,
            start=formula(data["steps"][0]["before"]) if data["steps"] else claim,
            result=formula(data["result"]),
            steps=tuple(
                self._step(step, f"{anchor}-s{position}", position)
                for position, step in enumerate(data["steps"], 1)
            ),
            cases=tuple(_case(case, data["declared"], words) for case in data["cases"]),
            parts=parts,
            badge=badge(data["status"], words),
        )

    def _step(self, data: Mapping[str, Any], anchor: str, position: int) -> Step:
        words, rule = self._words, data["rule"]
        before, after = formula(data["before"]), formula(data["after"])
        changed = formula(data["changed"]["before"]), formula(data["changed"]["after"])
        marked, remarked = mark(before.latex, after.latex, changed[0].latex, changed[1].latex)
        return Step(
            anchor=anchor,
            name=words("step", number=position),
            rule=rule,
            title=words.title(rule, data["title"]),
            reason=self._reason(rule),
            statement=_statement(STATEMENTS.get(rule, data["statement"]), changed, marked, words),
            before=replace(before, marked=marked),
            after=replace(after, marked=remarked),
            changed=changed,
            needs=tuple(_said(need, words) for need in data["needs"]),
            badge=badge(data["status"], words),
        )

    def _reason(self, rule: str) -> str:
        reason = "" if rule in self._explained else self._words.reason(rule)
        self._explained.add(rule)
        return reason


def _key(data: Mapping[str, Any]) -> tuple[str, str]:
    return data["path"], data["claim"]["text"]


def _intro(data: Mapping[str, Any], words: Words) -> str:
    """What is worth knowing before the steps; "" where there is nothing to say."""
    order, path = order_of(data), data["path"]
    if path == "direct" and order == 1:
        # Said only where it is so: not every loss is a logarithm of an exponential.
        return words("intro_direct") if _uses(data, "log-exp") else ""
    key = f"intro_{path}" if order < 2 else f"intro_order_{order}"
    return words(key) if key in words else ""


def _uses(data: Mapping[str, Any], rule: str) -> bool:
    return any(step["rule"] == rule for step in data["steps"])


def _title(path: str, order: int, words: Words) -> str:
    known = f"order_{order}" in words
    name = words(f"order_{order}") if known else words("order_more", order=order)
    return words(f"path_{path}", order=name) if order == 1 and f"path_{path}" in words else name


def _part_title(part: Mapping[str, Any], position: int, words: Words) -> str:
    """Its place among the parts, and what it is or by which way it is found."""
    order, path = order_of(part), str(part["path"])
    plain = f"path_{path}" in words and f"order_{order}" in words
    name = words(f"order_{order}") if plain else words.title(path, path)
    return f"{words('part', number=position)}: {name[:1].upper()}{name[1:]}"


def _statement(text: str, changed: tuple[Formula, Formula], marked: str, words: Words) -> Formula:
    """The rule; where it is no formula, the very replacement that it made inside the formula."""
    said = _said(text, words)
    if said.latex or not marked:
        return said
    return _replacement(changed)


def _replacement(changed: tuple[Formula, Formula]) -> Formula:
    before, after = changed
    return Formula(f"{before.text} == {after.text}", f"{before.latex} = {after.latex}")


def _said(text: str, words: Words) -> Formula:
    """A rule or a side condition as a formula, or in words where it is none."""
    shown = from_text(text)
    return shown if shown.latex else Formula(words.title(text, text), "")


def _case(data: Mapping[str, Any], declared: list[str], words: Words) -> Case:
    condition = formula(data["condition"])
    sign = "same" if " == " in condition.text else "other" if " != " in condition.text else ""
    names = [words(f"case_{sign}")] if sign else []
    label = next((d.split(":")[0].strip() for d in declared if d.endswith(": label")), "")
    if sign and label and label in condition.text.split():
        names.append(words("case_label" if sign == "same" else "case_not_label"))
    return Case(
        label=": ".join(names),
        condition=condition,
        value=formula(data["value"]),
        badge=badge(data["status"], words),
    )
