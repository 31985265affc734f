"""A display cut into chains of relations, with the conditions and words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from derive.read.latex.brackets import levels
from derive.read.latex.segments import (
    Segment,
    goes_on,
    index_like,
    reach,
    split_sides,
    subscripts,
    text,
    whole_bracket,
    without_sets,
)
from derive.read.latex.tokens import Token, place, token
from derive.read.latex.words import BEHIND, CONDITION_WORDS, CONNECTIVES, LETS
from derive.syntax import Span

_DENIALS = frozenset("!= < > <= >=".split())
_LIMITING = _DENIALS | {"in", "notin"}
_SUPPOSING = frozenset("if when whenever unless assuming provided suppose iff only".split())
_BETWEEN = frozenset({"COMMA", "SEMI", "QUAD", "COLON", "STOP", "BREAK", "ROW", "MID"})


@dataclass
class Draft:
    """A chain before its members are parsed."""

    members: list[list[Token]] = field(default_factory=list)
    relations: list[Token] = field(default_factory=list)
    conditions: list[list[Token]] = field(default_factory=list)
    ranges: list[tuple[list[Token], list[Token]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    label: str = ""
    continued: bool = False
    # Whether it stands behind another chain in the same row, or in a further column of the rows;
    # whether it is one more case of it.
    beside: bool = False
    column: bool = False
    case: bool = False

    def begins(self) -> int:
        """Where the first token stands in the source."""
        tokens = [*self.relations, *(member[0] for member in self.members if member)]
        return min(place(tok).start for tok in tokens)

    @property
    def awaits(self) -> bool:
        """Whether the last relation still lacks its right side."""
        return len(self.members) == len(self.relations)


class Cutter:
    """Reads the segments of one display from first to last."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.done: list[Draft] = []
        self._draft = Draft()
        self._waiting = Draft()
        self._role = "chain"

    def cut(self, tokens: Sequence[Token]) -> list[Draft]:
        """The chains of a display's tokens."""
        segments = list(self._segments(tokens))
        position = 0
        while position < len(segments):
            position += self._take(segments, position)
        self._finish()
        if self._waiting.words and self.done:
            self.done[-1].words += self._waiting.words
        if self._waiting.conditions and not self.done:
            self._lone_condition()
        return sorted(self.done, key=Draft.begins)

    def _lone_condition(self) -> None:
        """A display that is nothing but a relation states it."""
        for condition in self._waiting.conditions:
            self._draft = Draft()
            self._chain(Segment("", [], condition))
            self._finish()

    # Segments.

    def _segments(self, tokens: Sequence[Token]) -> Iterator[Segment]:
        current, level, marks = Segment("ROW"), 0, 0
        for tok, level in zip(tokens, levels(list(tokens)), strict=True):
            kind = tok.type
            if level == 0 and kind == "AMP":
                marks += 1
                if not self._column(marks):
                    continue
                kind = "QUAD"
            if level == 0 and kind == "LABEL":
                self._waiting.label = self._waiting.label or str(tok)
            elif level == 0 and kind == "WORDS":
                text = str(tok)
                if current.tokens and any(text.strip(" .,):").endswith(b) for b in BEHIND):
                    current.after.append(text)
                    yield current
                    current = Segment("WORDS")
                elif current.tokens:
                    yield current
                    current = Segment("WORDS", [text])
                else:
                    current.words.append(text)
            elif level == 0 and kind in _BETWEEN:
                marks = 0 if kind == "ROW" else marks
                if (
                    kind == "QUAD"
                    and current.tokens
                    and current.tokens[-1].type in ("REL", "OP", "SIGN")
                ):
                    continue
                if current.tokens or current.after or kind in ("COMMA", "ROW", "BREAK"):
                    yield current
                    current = Segment(kind)
                current.column = current.column or tok.type == "AMP"
            elif kind != "LABEL":
                current.tokens.append(tok)
        yield current

    def _column(self, marks: int) -> bool:
        """Whether an alignment mark begins another formula of the row."""
        width = self.columns or 2
        return marks % width == 0

    def _take(self, segments: list[Segment], position: int) -> int:
        """Read one segment (or the three of a range); how many were read."""
        segment = segments[position]
        if segment.separator == "BREAK":
            self._finish()
        if not segment.tokens:
            self._spoken(segment.words)
            return 1
        if taken := self._range(segments, position) or self._bracketed_range(segment):
            return taken
        behind = segments[position + 1].separator if position + 1 < len(segments) else ""
        if self._shares(segments, position):
            follower = segments[position + 1]
            comma = token("COMMA", ",", Span(reach(segment.tokens)[1], reach(segment.tokens)[1]))
            follower.tokens = [*segment.tokens, comma, *follower.tokens]
            follower.words, follower.separator = segment.words, segment.separator
            return 1
        role = self._role_of(segment, behind)
        self._role = role
        if role == "condition":
            self._condition(segment, behind)
        elif role == "words":
            self._spoken([*segment.words, text(segment.tokens)])
        elif role == "label":
            target = self._draft if self._draft.members else self._waiting
            target.label = str(segment.tokens[1])
        else:
            self._spoken([w for w in segment.words if w.lower() not in CONNECTIVES])
            self._chain(segment)
        return 1

    def _shares(self, segments: list[Segment], position: int) -> bool:
        """Whether a lone index shares the relation behind the comma: i, j ≠ k."""
        if position + 1 >= len(segments) or not (self._draft.members or segments[position].words):
            return False
        segment, follower = segments[position : position + 2]
        lone = not segment.signs() and index_like(segment.tokens) and segment.separator != "ROW"
        signs = set(follower.signs())
        return lone and follower.separator == "COMMA" and bool(signs) and signs <= _LIMITING

    def _spoken(self, words: Sequence[str]) -> None:
        target = self._draft if self._draft.members else self._waiting
        spoken = [w for w in words if any(map(str.isalnum, w)) and w.lower() not in CONNECTIVES]
        target.words += spoken

    # What a segment is.

    def _role_of(self, segment: Segment, behind: str) -> str:
        words = [w.lower().strip(" .,:()") for w in segment.words]
        first = words[-1].split()[0] if words and words[-1].split() else ""
        last = words[-1].split()[-1] if words and words[-1].split() else ""
        if role := self._bracket_role(segment, behind):
            return role
        signs = segment.signs()
        if segment.after:
            return "condition"
        beside = segment.separator in ("QUAD", "COMMA") and bool(self._draft.members)
        if beside and [tok.type for tok in segment.tokens] == ["WORD"]:
            return "words"
        if first in CONNECTIVES and self._role in ("condition", "chain") and signs:
            return self._role
        if {first, last} & (CONDITION_WORDS - LETS) and signs:
            return "chain" if first == "so" or _is_result(segment, first) else "condition"
        if {first, last} & LETS:
            return "condition" if self._limits(segment) else "chain" if signs else "words"
        if not signs and {first, last} & CONDITION_WORDS:
            return "words"
        if segment.separator == "COLON" and "->" in signs:
            return "words"
        if signs and set(signs) <= {"in", "notin", "subset"}:
            return "condition"
        beside = segment.separator not in ("ROW", "BREAK", "") or behind == "COLON"
        return "condition" if beside and signs and self._limits(segment, behind) else "chain"

    def _bracket_role(self, segment: Segment, behind: str) -> str:
        """(i ≠ j), (chain rule), (3): what brackets beside a formula are; "" for anything else."""
        if not whole_bracket(segment.tokens):
            return ""
        inner = segment.tokens[1:-1]
        stated = [tok for tok in inner if tok.type != "WORDS"]
        if Segment("", [], stated).signs():
            segment.tokens = stated
            return "condition"
        if not stated:
            return "words"
        numbered = inner[0].type == "NUMBER" and behind == "QUAD"
        behind_formula = segment.separator == "QUAD" and bool(self._draft.members)
        return "label" if len(inner) == 1 and (numbered or behind_formula) else ""

    def _limits(self, segment: Segment, behind: str = "") -> bool:
        """Whether a relation limits indices, rather than stating something."""
        signs = segment.signs()
        if not signs or segment.tokens[0].type == "REL" or segment.tokens[-1].type == "REL":
            return False
        stated = len(self._draft.members) > 1 or behind == "COLON"
        if not stated:
            return False
        sides = split_sides(segment.tokens)[0]
        if set(signs) <= _DENIALS:
            return True
        if signs == ["="] and any(tok.type == "DOTS" for tok in sides[1]):
            return index_like(sides[0])
        indexed = behind == "COLON" or any(
            str(side[0]) in subscripts(self._draft.members) for side in sides if side
        )
        return set(signs) <= {"=", "!="} and all(map(index_like, sides)) and indexed

    def _range(self, segments: list[Segment], position: int) -> int:
        """k = 1, …, K."""
        more = position + 3 < len(segments) and len(segments[position + 1].tokens) == 1
        second = more and segments[position + 1].tokens[0].type == "NUMBER"
        if position + 2 + second >= len(segments):
            return 0
        first = segments[position]
        dots, last = segments[position + 1 + second : position + 3 + second]
        if [t.type for t in dots.tokens] != ["DOTS"] or first.signs() != ["="] or last.signs():
            return 0
        sides, _ = split_sides(first.tokens)
        target = self._draft if self._draft.members else self._waiting
        target.ranges.append((sides[0], last.tokens))
        self._role = "condition"
        return 3 + second

    def _bracketed_range(self, segment: Segment) -> int:
        """(k = 1, …, K) behind a formula."""
        tokens = segment.tokens
        if not whole_bracket(tokens) or not any(tok.type == "DOTS" for tok in tokens):
            return 0
        return min(1, self._range(list(self._segments(tokens[1:-1])), 0))

    def _condition(self, segment: Segment, behind: str) -> None:
        leading = not self._draft.members or behind == "COLON" or self._draft.awaits
        if self._draft.conditions and segment.after:
            leading = True
        if self._draft.members and (behind == "COLON" or (segment.after and leading)):
            self._finish()
        target = self._waiting if leading else self._draft
        target.conditions.append(segment.tokens)

    # Chains.

    def _chain(self, segment: Segment) -> None:
        sides, signs = split_sides(segment.tokens)
        parts = without_sets(sides)
        if not parts[0] and (segment.column or segment.separator == "ROW"):
            self._resume(segment.column)
        draft = self._draft
        row, spaced = segment.separator == "ROW", segment.separator == "QUAD"
        if not parts[0] and draft.members:
            if draft.conditions and row:
                self._other_case()
                draft = self._draft
            draft.members += parts[1:]
            draft.relations += signs
        elif not parts[0]:
            self._begin()
            self._draft.continued = True
            self._draft.members += parts
            self._draft.relations += signs
        elif draft.members and draft.awaits:
            draft.members += parts
            draft.relations += signs
        elif (
            draft.members
            and not draft.conditions
            and goes_on(draft.members[-1], parts[0], row or (spaced and not signs))
        ):
            draft.members[-1] = [*draft.members[-1], *parts[0]]
            draft.members += parts[1:]
            draft.relations += signs
        else:
            self._begin()
            self._draft.beside = segment.separator in ("QUAD", "COMMA")
            self._draft.column = segment.column
            self._draft.members += parts
            self._draft.relations += signs
        if self._draft.members and not self._draft.members[-1]:
            self._draft.members.pop()

    def _resume(self, column: bool) -> None:
        """A row goes on with the chain of its own column, not with what stands beside it."""
        here = self._draft
        remark = here.beside and len(here.members) == 1 and not here.relations
        if here.column == column and not (remark and not column):
            return
        above = [draft for draft in self.done if draft.column == column]
        if above:
            self.done.remove(above[-1])
            if here.members:
                self.done.append(here)
            self._draft = above[-1]

    def _other_case(self) -> None:
        """A row with a condition of its own continues the left side, not the row above it."""
        first = self._draft.members[0]
        continued = self._draft.continued
        self._begin()
        self._draft.members = [first]
        self._draft.continued = continued
        self._draft.case = True

    def _begin(self) -> None:
        self._finish()
        self._draft, self._waiting = self._waiting, Draft()

    def _finish(self) -> None:
        if self._draft.members:
            if self._waiting.label:
                self._draft.label, self._waiting.label = self._waiting.label, ""
            self._trailing_condition()
            if self._draft.case and not self._draft.conditions:
                self._rejoin()
            else:
                self.done.append(self._draft)
            self._draft = Draft()

    def _rejoin(self) -> None:
        """A row without a condition of its own goes on with the row above after all."""
        above = self.done[-1]
        above.members += self._draft.members[1:]
        above.relations += self._draft.relations
        above.words += self._draft.words
        above.label = above.label or self._draft.label

    def _trailing_condition(self) -> None:
        """-p_i p_j (i ≠ j): brackets with a relation between indices at the end are a condition."""
        last = self._draft.members[-1]
        if not last or last[-1].type != "RPAR" or whole_bracket(last):
            return
        depth = levels(last)
        opened = max(k for k, tok in enumerate(last) if tok.type == "LPAR" and depth[k] == 0)
        inner = Segment("", [], last[opened + 1 : -1])
        before = last[opened - 1]
        if before.type not in ("RBRACE", "NAME", "RPAR", "PRIME") or str(before) in ("I", "chi"):
            return
        at = max(
            (k for k in range(opened) if depth[k] == 0 and last[k].type == "LBRACE"), default=0
        )
        if before.type == "RBRACE" and last[at - 1].type == "FONT":
            return
        sides, signs = split_sides(inner.tokens)
        known = subscripts(self._draft.members[:1])
        indices = all(index_like(side) and str(side[0]) in known for side in sides)
        if set(map(str, signs)) == {"!="} or (set(map(str, signs)) == {"="} and indices):
            self._draft.conditions.append(inner.tokens)
            self._draft.members[-1] = last[:opened]


def _is_result(segment: Segment, word: str) -> bool:
    """Whether an equality of derivatives is stated, and not supposed: such that dL/dz = p - t."""
    derived = any(tok.type in ("PARTIAL", "NABLA") for tok in segment.tokens)
    return derived and word not in _SUPPOSING
