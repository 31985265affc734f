"""The conditions that prose puts on the formulas beside it; a paragraph is looked at once.

Of the prose before a formula counts the last sentence, also for the formulas that follow at once;
behind it, what goes on in the same sentence; within prose, the sentence that the formula is part
of. "Case 1: i = j" counts until the cases are left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.document.known import names_in
from derive.document.limits import IN_WORDS, OF_LABEL
from derive.document.pieces import PLACEHOLDER, Piece
from derive.document.prose import MAX_SENTENCE, Said, said
from derive.document.setting import filled, inline_of
from derive.document.written import WORD_LETTERS
from derive.errors import FormulaError
from derive.read.formula import read_condition
from derive.read.latex import Chain, read_latex
from derive.syntax import Node, Rel

_NUMBERED = re.compile(r"\{(\d+)\}")
# How prose goes on behind a display that it limits, in the same sentence.
_GOES_ON = re.compile(
    r"\s*+(?:[,;(]\s*+)?(?:(?:if|for|when|whenever|where|provided|unless)\b|일|인|단)"
)
# How a text begins a case; the case goes on only over clauses that lead from line to line.
_CASE = re.compile(
    r"\W*(?:(?:the )?(?:first |second |third )?case\b|경우|케이스|情况|情形|場合)", re.IGNORECASE
)
_LEADS_ON = re.compile("[^.!?。]{0,80}[:\N{FULLWIDTH COLON}]\\s*")
# How prose gives a reason for the display above it, or says what its letters are.
_REASON = re.compile(
    r"^\W*(?:where|here|with|recall|note|in which)\b|\b(?:because|since|as|us(?:ed|ing))\b"
    r"|^\W*여기서|이므로|때문|其中|因为|ここで",
    re.IGNORECASE,
)
_TELLS = re.compile(r"\W*(?:where|with|in which)\b", re.IGNORECASE)
_STATES = re.compile(
    r"\b(?:where|with|since|because|using|as|recall|note|so that|such that|satisf\w+|let|here"
    r"|consider|define|denote|write)\b"
    r"|이므로|여기서|때문|因为|其中|ただし",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:if|were|would|suppose\w*|unless|not|no|un\w*normal\w*|without|whether|even|never)\b"
    r"|만약|가정|않|아니|如果|假设|不|もし|ない",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\n[ \t]*(?:[-*+\u2022]|\d{1,3}[.)]|\\item)[ \t]")
_OTHERWISE = re.compile(
    r"\b(?:otherwise|else|in all other cases|for the others?)\b"
    r"|그 외|그렇지 않|아니면|否则|其他|それ以外",
    re.IGNORECASE,
)
_BEGINS_OTHERWISE = re.compile(
    r"\W*(?:and |but )?(?:otherwise|else\b|in (?:all|the) other cases?)"
    r"|\W*(?:그 외|그렇지 않|否则|それ以外)",
    re.IGNORECASE,
)
_MOST_CASES = 6
_JUST_BEHIND = 12
_TURNS = re.compile(
    r".*\b(?:but|however|in general|otherwise|while|whereas|unlike)\b", re.IGNORECASE | re.DOTALL
)
_SENTENCE_END = re.compile(
    r"(?<!\bi\.e)(?<!\be\.g)(?<!\bcf)(?<!\beq)(?<!\beqs)(?<!w\.r\.t)(?<!\bresp)[.!?。](?=\s|$)",
    re.IGNORECASE,
)
_SIGNS = re.compile(rf"[{PLACEHOLDER}\W\d_]*")


@dataclass(frozen=True)
class _Prose:
    """A paragraph: where its formulas stand, where its sentences end, and what it says.

    `case` is the place of the prose that begins the case in which it stands, -1 without one.
    """

    source: str
    inline: Sequence[str]
    marks: tuple[int, ...]
    ends: tuple[int, ...]
    said: tuple[Said, ...]
    supposed: tuple[Said, ...]
    case: int

    def start(self, place: int) -> int:
        """Where the sentence begins that goes on at this place."""
        if place and self.source[place - 1] in ".!?。":
            return place
        number = bisect_right(self.ends, place)
        return self.ends[number - 1] if number else 0

    def stop(self, place: int) -> int:
        """Where the sentence ends that goes on at this place."""
        number = bisect_right(self.ends, place)
        return self.ends[number] if number < len(self.ends) else len(self.source)

    @property
    def last(self) -> int:
        """Where the last sentence begins."""
        stop = len(self.source.rstrip())
        return next((end for end in reversed(self.ends) if end < stop), 0)

    def wheres(self, start: int, stop: int) -> Iterator[Said]:
        """What a stretch of it says of conditions."""
        for one in self.said:
            if one.kind == "where" and start <= one.span[0] and one.span[1] <= stop:
                yield one

    def open_limits(self) -> Iterator[Node]:
        """The conditions that its last sentence leaves open for what follows.

        A closed sentence that goes on to a formula of its own has used its condition up. Where the
        last one states none, that of the sentence before it goes on.
        """
        closed = self.source.rstrip().endswith((".", "。"))
        found = list(self.wheres(self.last, len(self.source)))
        begin, stop = self.last, len(self.source)
        if not found and begin:
            before = bisect_right(self.ends, begin - 1)
            begin, stop = self.ends[before - 1] if before else 0, begin
            found, closed = list(self.wheres(begin, stop)), True
        for one in found:
            if closed and one.text in OF_LABEL:
                continue
            behind = [m for m in self.marks if one.span[1] <= m < stop]
            if behind and self._leads_to(one.span[1], behind[0]):
                continue
            if not closed or not any("=" in self._formula(mark) for mark in behind):
                yield from _condition(one, self.inline)

    def _leads_to(self, place: int, mark: int) -> bool:
        """Whether a condition before this place is that of the formula behind its colon."""
        is_beside = self.source[place - 1 : mark].strip().endswith((":", "\N{FULLWIDTH COLON}"))
        return is_beside and "=" in self._formula(mark)

    def _formula(self, mark: int) -> str:
        number = self.marks.index(mark)
        return self.inline[number] if number < len(self.inline) else ""

    def limits(self, start: int, stop: int) -> Iterator[Node]:
        """The conditions that a stretch of it states."""
        for one in self.wheres(start, stop):
            yield from _condition(one, self.inline)


class Beside:
    """What the prose of a document says of the formulas beside it.

    `pieces` are those of the document; all places are theirs. What is said in one item of a list
    of the `text` is not said of the formulas of the next. `subscripts` are the letters that stand
    as an index somewhere: w != o is no condition on words where w is a vector.
    """

    def __init__(
        self, pieces: Sequence[Piece], text: str = "", subscripts: frozenset[str] = frozenset()
    ) -> None:
        self._pieces = pieces
        self._values = WORD_LETTERS - subscripts
        # The prose or heading before each piece, over the formulas between; -1 where none is.
        self._before: list[int] = []
        # The same, over paragraphs that hold formulas only.
        self._words: list[int] = []
        self._prose: dict[int, _Prose] = {}
        before = words = -1
        for place, piece in enumerate(pieces):
            if place and _ITEM.search(text, pieces[place - 1].stop, max(piece.start, 0)):
                before = words = -1
            self._before.append(before)
            self._words.append(words)
            if piece.kind in ("prose", "heading"):
                before = place
                self._prose[place] = prose = self._looked_at(place)
                stated = prose.limits(0, len(piece.source))
                is_silent = _SIGNS.fullmatch(piece.source) and not any(stated)
                words = words if is_silent else place
            elif piece.kind not in ("inline", "display"):
                before = words = -1

    def _looked_at(self, place: int) -> _Prose:
        piece = self._pieces[place]
        inline = tuple(inline_of(self._pieces, place))
        return _Prose(
            source=piece.source,
            inline=inline,
            marks=tuple(m.start() for m in re.finditer(PLACEHOLDER, piece.source)),
            ends=tuple(m.end() for m in _SENTENCE_END.finditer(piece.source)),
            said=said(piece.source, inline),
            supposed=said(piece.source, inline, supposing=True),
            case=self._case(place),
        )

    def _case(self, place: int) -> int:
        """The prose that begins the case in which the prose at this place stands, else -1.

        A sentence of its own may speak of all cases again, so the case ends there.
        """
        piece = self._pieces[place]
        if piece.kind != "prose" or _CASE.match(piece.source):
            return place if piece.kind == "prose" else -1
        above = self._prose.get(self._before[place])
        return above.case if above is not None and _LEADS_ON.fullmatch(piece.source) else -1

    def said(self, place: int) -> tuple[tuple[Said, ...], Sequence[str]]:
        """What the prose at this place says, and the inline formulas in it."""
        prose = self._prose[place]
        return prose.said, prose.inline

    def all_said(self) -> Iterator[tuple[tuple[Said, ...], Sequence[str]]]:
        """What each paragraph of the document says, in its order."""
        for prose in self._prose.values():
            yield prose.said, prose.inline

    def reasons(self, place: int) -> tuple[tuple[Said, ...], Sequence[str]]:
        """The facts that the sentence behind a display gives for it: where c is the true class."""
        behind = place + 1
        while behind < len(self._pieces) and self._pieces[behind].kind == "display":
            behind += 1
        prose = self._prose.get(behind)
        if prose is None or self._pieces[behind].kind == "heading":
            return (), ()
        stop = prose.stop(0)
        if not _REASON.search(prose.source[: min(stop, MAX_SENTENCE)]):
            return (), ()
        kinds = ("declare", "assume")
        return tuple(s for s in prose.said if s.kind in kinds and s.span[1] <= stop), prose.inline

    def behind(self, place: int) -> range:
        """The inline formulas of the sentence that goes on behind a display: where, with."""
        prose = self._prose.get(place + 1)
        closed = self._pieces[place].source.rstrip().endswith((".", "。"))
        if prose is None or closed or not _TELLS.match(prose.source):
            return range(0)
        stop = prose.stop(0)
        return range(place + 2, place + 2 + sum(mark < stop for mark in prose.marks))

    def conditions(self, place: int) -> tuple[Node, ...]:
        """The conditions that the prose around the formula at this place puts on it."""
        return tuple(c for c in self._around(place) if self._values.isdisjoint(names_in(c)))

    def _around(self, place: int) -> Iterator[Node]:
        before, words = self._before[place], self._words[place]
        if before >= 0 and before == words and self._pieces[place].kind == "inline":
            yield from self._within(place)
            return
        if words < 0:
            return
        prose = self._prose[words]
        found = list(prose.open_limits()) or list(self._otherwise(words))
        if not found and prose.case >= 0:
            case = self._prose[prose.case]
            found = list(case.limits(0, len(case.source)))
        yield from dict.fromkeys([*found, *self._going_on(place)])

    def _otherwise(self, words: int) -> Iterator[Node]:
        """What "Otherwise:" leaves of the condition that was stated last."""
        prose = self._prose[words]
        if not _BEGINS_OTHERWISE.match(prose.source, prose.last):
            return
        found: list[Node] = []
        for _ in range(_MOST_CASES):
            words = self._words[words]
            if found or words < 0 or self._pieces[words].kind == "heading":
                break
            found = list(self._prose[words].open_limits())
        if len(found) == 1:
            yield from _turned(found[0])

    def _within(self, place: int) -> Iterator[Node]:
        """The conditions of the sentence in which the inline formula stands.

        The nearest one before it counts, turned round behind an "otherwise"; else those behind it.
        """
        prose = self._prose[self._before[place]]
        number = place - self._before[place] - 1
        if number >= len(prose.marks):
            return
        mark = prose.marks[number]
        start, stop = prose.start(mark), prose.stop(mark)
        before = list(prose.wheres(start, mark))
        if not before:
            yield from prose.limits(start, stop)
            return
        found = list(_condition(before[-1], prose.inline))
        if _OTHERWISE.search(prose.source, before[-1].span[1], mark):
            found = [turned for condition in found for turned in _turned(condition)]
        yield from found

    def _going_on(self, place: int) -> Iterator[Node]:
        """The conditions of the sentence that goes on right behind the formula."""
        after = self._prose.get(place + 1)
        if after is None or self._pieces[place + 1].kind == "heading":
            return
        closed = self._pieces[place].source.rstrip().endswith((".", "。"))
        # "for k != y:" leads to what follows it.
        leads = _LEADS_ON.fullmatch(after.source[: after.stop(0)])
        if not closed and leads is None and _GOES_ON.match(after.source):
            yield from after.limits(0, after.stop(0))

    def supposed(self, place: int) -> tuple[tuple[Said, ...], Sequence[str]]:
        """What the sentence before the formula supposes of it: "if y is one-hot, this is ..."."""
        prose = self._prose.get(self._before[place])
        if prose is None:
            return (), ()
        number = place - self._before[place] - 1
        start, stop = prose.last, len(prose.source)
        if self._pieces[place].kind == "inline" and number < len(prose.marks):
            stop = prose.marks[number]
            start = prose.start(stop)
        elif prose.source.rstrip().endswith((".", "。")):
            return (), ()
        facts = [one for one in prose.supposed if one.kind in ("declare", "assume")]
        # Which class it is of, the conditions say.
        facts = [one for one in facts if not one.text.endswith(": label")]
        # "... = p - t for one-hot t": right behind it, too.
        reach = min(stop + _JUST_BEHIND, prose.stop(stop)) if stop in prose.marks else stop
        if turns := _TURNS.match(prose.source, start, stop):
            start = turns.end()
        near = (f for f in facts if start <= f.span[0] < reach and not f.span[0] < stop < f.span[1])
        return tuple(near), prose.inline

    def before(self, place: int) -> str:
        """The words of the sentence before the formula: of the one that leads to a display."""
        prose = self._prose.get(self._before[place])
        if prose is None:
            return ""
        number = place - self._before[place] - 1
        if self._pieces[place].kind == "inline" and number < len(prose.marks):
            mark = prose.marks[number]
            return prose.source[max(prose.start(mark), mark - MAX_SENTENCE) : mark]
        return prose.source[prose.last :][-MAX_SENTENCE:]

    def is_stated(self, place: int) -> bool:
        """Whether the sentence around an inline formula states it: where, since; no if or not."""
        prose = self._prose.get(self._before[place])
        number = place - self._before[place] - 1
        if prose is None or number >= len(prose.marks):
            return False
        mark = prose.marks[number]
        start, stop = prose.start(mark), prose.stop(mark)
        if stop - start > MAX_SENTENCE:
            return False
        before, sentence = prose.source[start:mark], prose.source[start:stop]
        return bool(_STATES.search(before)) and not _HEDGES.search(sentence)


def _condition(one: Said, inline: Sequence[str]) -> Iterator[Node]:
    numbered = _NUMBERED.fullmatch(one.text.strip())
    if one.text in IN_WORDS:
        yield IN_WORDS[one.text]
        return
    if numbered is None:
        source = filled(one.text, inline)
        yield from () if source is None else read_condition(source)
        return
    try:
        chains = read_latex(inline[int(numbered[1])])
    except FormulaError:
        return
    for chain in chains:
        yield from chain.conditions
        yield from _relations(chain)


def _turned(condition: Node) -> Iterator[Node]:
    """k != y for k == y, and the other way round."""
    if isinstance(condition, Rel) and condition.op in ("==", "!="):
        yield Rel("!=" if condition.op == "==" else "==", condition.left, condition.right)


def _relations(chain: Chain) -> Iterator[Node]:
    for left, op, right in zip(chain.members, chain.relations, chain.members[1:], strict=False):
        if op in ("=", "!="):
            yield Rel("==" if op == "=" else "!=", left, right)
