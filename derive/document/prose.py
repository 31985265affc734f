"""What prose says of the names in the formulas beside it: kinds, conditions, facts, definitions.

A sentence says something only where it matches a row of `derive.document.sayings`, and where it is
a plain statement: what is denied, doubted or supposed ("if y were one-hot", "unless", "not") is no
fact. What no row knows is passed by.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.document.pieces import PLACEHOLDER
from derive.document.sayings import SAYINGS, Saying
from derive.document.sayings.row import SaidKind
from derive.document.written import (
    condition_text,
    definition_in,
    entry_of_one,
    index_of_one,
    is_entry_of_number,
    is_entry_of_zero,
    member_kind,
    name_of_value,
    name_text,
    sum_in,
)

MAX_SENTENCE = 2_000
_END = re.compile(r"(?<=[.!?;。])\s+(?!\d)|(?<=다\.)")
_SHORT = re.compile(
    r"\b(?:e\.g|i\.e|w\.r\.t|resp|cf|eq|eqs|fig|sec|vs|al|approx|case \d)\.\s*$", re.IGNORECASE
)
# Neither a nor I: they are words.
_LETTER = r"(?-i:[B-HJ-Zb-zα-ωΓΔΘΛΣΦΨΩ])"
# A letter of a word; Korean sets its particles right behind a name.
_NO_PARTICLE = r"[^\W가-힣]"
_NAME = (
    rf"{PLACEHOLDER}|(?<![\w\\.'-]){_LETTER}(?:_{_NO_PARTICLE}{{1,8}}|\[\w{{1,8}}\]|[₀-₉ᵢⱼₖ])?"
    rf"(?!{_NO_PARTICLE}|['(-])"
)
_PLAIN_SIDE = rf"{_LETTER}(?:_\w{{1,4}})?"
_PLAIN_CONDITION = (
    rf"(?<![\w\\]){_PLAIN_SIDE} ?(?:≠|!=|==|=|<|>) ?(?:{_PLAIN_SIDE}|\d+)(?![\w(^*/+-])"
)
_HOLES = {
    "n": _NAME,
    "m": _NAME,
    "a": PLACEHOLDER,
    "b": PLACEHOLDER,
    "k": rf"{PLACEHOLDER}|{_PLAIN_CONDITION}",
    "e": PLACEHOLDER,
    "h": PLACEHOLDER,
    "o": PLACEHOLDER,
    "u": PLACEHOLDER,
    "s": PLACEHOLDER,
    "c": rf"{PLACEHOLDER}|{_PLAIN_CONDITION}",
    "q": PLACEHOLDER,
    "r": PLACEHOLDER,
    "z": PLACEHOLDER,
    "x": rf"{PLACEHOLDER}|(?:eq(?:uation|\.)? ?)?\([\w.:-]{{1,30}}\)|식 ?\(?\d+\)?",
    "w": rf"{PLACEHOLDER}|(?:eq(?:uation|\.)? ?)?\([\w.:-]{{1,30}}\)|식 ?\(?\d+\)?",
}
_HOLE = re.compile(r"@([a-z])")
_SLOT = re.compile(r"<([a-z])>")
_CLAUSE_END = re.compile(r"[,;:]")
_DENIED = re.compile(
    r"\b(?:not|never|no longer|neither|nor|cannot|without|instead of|rather than|unlike|hardly"
    r"|wrong|wrongly|false)\b|n't\b|않|아니|아닌|없",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|suppose|supposing|imagine|were|would|could|might|may|whether|when|whenever"
    r"|as long as|except|had|perhaps|maybe|usually|often|sometimes|typically|e\.g\.)\b"
    r"|(?:^|[,;])\W*should\b|만약|만일|[이으하라]면|면,|경우|때",
    re.IGNORECASE,
)
_IF = re.compile(r"\b(?:if|when(?:ever)?|provided|as long as)\b|[이으]?면", re.IGNORECASE)
_IS_ONE = re.compile(r"\b(?:is|are|equals?|be|has an?|takes)\s+(?:1|one)\b", re.IGNORECASE)
_NAMING = re.compile(r"\b(?:suppose|supposing|assume|assuming)\b", re.IGNORECASE)
_NEVER = re.compile(
    r"\b(?:unless|whether|regardless|also|including|even (?:if|when|for))\b", re.IGNORECASE
)
# What sets other vectors beside those that are one-hot.
_COMPARED = re.compile(
    r"\b(?:soft(?:ened)?|smooth(?:ed|er)?|generali[sz]\w*|extend\w*|beyond)\b", re.IGNORECASE
)
# What takes a condition back behind it.
_HEDGED = re.compile(
    r"\b(?:possible|allowed|permitted|or not|as well|too|alike|not (?:necessarily|required)"
    r"|(?:may|might|can|could|need) (?:be|not|also|well|hold|occur|happen))\b",
    re.IGNORECASE,
)
# Of values, unlike "the true class or label", words behind may take the fact back: "positive or
# zero", "one-hot only for hard labels".
_OF_VALUES = ("positive", "onehot", "simplex", "== 1")
_NARROWED = re.compile(
    r"(?:\s+(?:vector|label|target|encoding|distribution|number|constant|parameter|weight)s?)?"
    r"(?:,?\s+or\b(?!,? (?:equivalently|in other words))|\s*(?:또는|혹은|이거나|或|または)"
    r"|\s+(?:only|(?:almost )?everywhere but"
    r"|in (?:most|some|many|certain|(?:the|this|that)(?: \w+)?) cases?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """What a sentence says, in the formula language; `{0}`, `{1}` … are inline formulas.

    declare: "y: label". where: "{0}" or "k != y". assume: "{0}", "sum(t) == 1", or
    "sum(target) == 1" where the targets have no name in the sentence. define: "{0}", "{0} = {1}",
    "sigma = softmax", "log = ln", "log = log_2", "D = d/d{1}". substitute: "3 -> 5". given: the
    name of a rule. `span` is its place in the prose; `row` names the pattern that matched.
    """

    kind: SaidKind
    text: str
    span: tuple[int, int]
    quote: str
    row: str


@functools.cache
def _compiled() -> tuple[tuple[Saying, re.Pattern[str]], ...]:
    return tuple((row, re.compile(_expanded(row.pattern), re.IGNORECASE)) for row in SAYINGS)


def _expanded(pattern: str) -> str:
    """The pattern with a group of its own for each hole: n0, n1 …"""
    count = iter(range(100))
    return _HOLE.sub(lambda hole: f"(?P<{hole[1]}{next(count)}>{_HOLES[hole[1]]})", pattern)


def said(prose: str, inline: Sequence[str], *, supposing: bool = False) -> tuple[Said, ...]:
    """All that `prose` says, in its order; `inline` are the sources of its PLACEHOLDERs.

    `supposing` takes "if y is one-hot" for what it supposes: no fact, but so in its sentence.
    """
    found: list[Said] = []
    before = 0
    for start, stop in _sentences(prose):
        text = prose[start:stop]
        if len(text) <= MAX_SENTENCE:
            found += _said_in(_Sentence(text, start, before, inline, supposing))
        before += text.count(PLACEHOLDER)
    return tuple(_once(sorted(found, key=lambda one: one.span)))


def _once(found: Sequence[Said]) -> Iterator[Said]:
    """Without what an overlapping stretch has said; a one-hot label is a vector, not an index."""
    latest: dict[tuple[str, str], int] = {}
    texts = {one.text for one in found}
    for one in found:
        name, _, kind = one.text.partition(": ")
        if kind == "label" and f"{name}: onehot" in texts:
            continue
        key = one.kind, one.text
        if one.span[0] >= latest.get(key, 0):
            yield one
        latest[key] = max(one.span[1], latest.get(key, 0))


def _sentences(prose: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(prose):
        if not _SHORT.search(prose, max(start, end.start() - 10), end.start()):
            yield start, end.start()
            start = end.end()
    yield start, len(prose)


@dataclass(frozen=True)
class _Sentence:
    """A sentence at `start` of the prose, `before` inline formulas before it."""

    text: str
    start: int
    before: int
    inline: Sequence[str]
    supposing: bool = False

    def number(self, place: int) -> int:
        """The number of the inline formula at `place` of the sentence."""
        return self.before + self.text.count(PLACEHOLDER, 0, place)

    def quote(self, start: int, stop: int) -> str:
        """The words from start to stop, with their formulas."""
        quoted = self.text[start:stop]
        first = self.number(start)
        for number in range(first, min(first + quoted.count(PLACEHOLDER), len(self.inline))):
            quoted = quoted.replace(PLACEHOLDER, f"${self.inline[number]}$", 1)
        return quoted.strip()

    def gives_one(self, stop: int) -> bool:
        """Whether the words before a place say of something that it is 1."""
        first, behind = self.number(0), self.number(stop)
        return bool(_IS_ONE.search(self.text, 0, stop)) or any(
            map(entry_of_one, self.inline[first:behind])
        )

    def clause(self, start: int, stop: int) -> str:
        """The clause around start to stop, up to the commas around it."""
        text = self.text
        begin = max((m.end() for m in _CLAUSE_END.finditer(text, 0, start)), default=0)
        end = _CLAUSE_END.search(text, stop)
        return text[begin : end.start() if end else len(text)]


def _said_in(sentence: _Sentence) -> Iterator[Said]:
    lowered = sentence.text.casefold()
    for row, pattern in _compiled():
        if any(cue in lowered for cue in row.cues):
            for match in pattern.finditer(sentence.text):
                text = _filled(row.says, match, sentence)
                if text is not None and _is_stated(row, match, sentence):
                    yield _one(sentence, row.kind, text, match.span(), row.name)
    yield from _memberships(sentence)


def _one(sentence: _Sentence, kind: SaidKind, text: str, span: tuple[int, int], row: str) -> Said:
    place = sentence.start + span[0], sentence.start + span[1]
    return Said(kind, text, place, sentence.quote(*span), row)


def _is_stated(row: Saying, match: re.Match[str], sentence: _Sentence) -> bool:
    """Whether the match stands in a plain statement."""
    clause = sentence.clause(*match.span())
    before = sentence.text[: match.end()]
    if row.says.startswith("label ") and sentence.gives_one(match.start()):
        # "where t_k is 1 if k is the true class" says what t is.
        return False
    if row.conditional:
        led, _, rest = clause.partition(match[0])
        return not (_NEVER.search(led) or _DENIED.search(led) or _HEDGED.search(rest))
    if row.says.endswith("onehot") and _COMPARED.search(clause):
        return False
    if row.supposes and not sentence.supposing:
        return False
    if row.says.endswith(_OF_VALUES) and _NARROWED.match(sentence.text, match.end()):
        return False
    if sentence.supposing and not (_DENIED.search(clause) or _NEVER.search(clause)):
        return row.supposes or bool(_IF.search(before))
    if row.says.endswith(": label"):
        # "Suppose the true class is c" only names it.
        clause, before = (_NAMING.sub("", part) for part in (clause, before))
    return not (_DENIED.search(clause) or _SUPPOSED.search(clause) or _SUPPOSED.search(before))


def _filled(says: str, match: re.Match[str], sentence: _Sentence) -> str | None:
    """`says` with its slots filled from the match; None where one is not what it must be."""
    values: dict[str, str] = {}
    for group, found in match.groupdict().items():
        if found is None:
            continue
        value = _value(group[0], found, match.start(group), sentence)
        if value is None:
            return None
        values[group[0]] = value
    if any(slot not in values for slot in _SLOT.findall(says)):
        return None
    return _SLOT.sub(lambda slot: values[slot[1]], says)


def _value(hole: str, found: str, place: int, sentence: _Sentence) -> str | None:
    """What stands in a hole of a pattern, in the formula language."""
    if found != PLACEHOLDER:
        return _plain_value(hole, found)
    number = sentence.number(place)
    if number >= len(sentence.inline):
        return None
    source, shown = sentence.inline[number], f"{{{number}}}"
    match hole:
        case "n" | "a":
            return name_text(source)
        case "q":
            return entry_of_one(source)
        case "h":
            return index_of_one(source)
        case "r":
            return name_of_value(source)
        case "m":
            return shown if name_text(source) else None
        case "c":
            return shown if condition_text(source) else None
        case "k":
            return shown if condition_text(source) and not is_entry_of_number(source) else None
        case "e":
            return shown if definition_in(source) else None
        case "s":
            return shown if sum_in(source) else None
        case "o" | "u":
            return shown if is_entry_of_zero(source, beside=hole == "u") else None
    return shown


def _plain_value(hole: str, found: str) -> str | None:
    match hole:
        case "n" | "m":
            return name_text(found)
        case "c" | "k":
            return condition_text(found)
        case "x" | "w":
            number = re.search(r"[\w.:-]+(?=\)?$)", found)
            return number[0] if number else None
        case "d":
            return {"two": "2", "ten": "10"}.get(found.lower(), found)
    return found.lower()


def _memberships(sentence: _Sentence) -> Iterator[Said]:
    """What the inline formulas say of their own: `y \\in \\{0, 1\\}`, `T > 0`."""
    for place, sign in enumerate(sentence.text):
        if sign == PLACEHOLDER and (number := sentence.number(place)) < len(sentence.inline):
            declared = member_kind(sentence.inline[number])
            span = place, place + 1
            clause = sentence.clause(*span)
            if declared and not _DENIED.search(clause) and not _SUPPOSED.search(clause):
                yield _one(sentence, "declare", declared, span, "set")
