"""What stands between the separators of a display, and what its tokens look like."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.read.latex.brackets import levels
from derive.read.latex.tokens import Token, place
from derive.read.latex.words import INDEX_LETTERS

CHAINED = frozenset("= := ≈ ~ prop <= >= < > -> <- !=".split())
_SETS = frozenset({"in", "subset"})


@dataclass
class Segment:
    """What stands between two separators of a display: the words before it, and its tokens."""

    separator: str
    words: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    # Words behind it that make it a condition: "i = j 일 때".
    after: list[str] = field(default_factory=list)
    # Whether it opens a further column of aligned formulas.
    column: bool = False

    def signs(self) -> list[str]:
        """The relations on the top level."""
        found = zip(self.tokens, levels(self.tokens), strict=True)
        return [str(tok) for tok, level in found if tok.type == "REL" and level == 0]


def split_sides(tokens: Sequence[Token]) -> tuple[list[list[Token]], list[Token]]:
    """The members of a segment and the relations between them."""
    parts: list[list[Token]] = [[]]
    signs: list[Token] = []
    for tok, level in zip(tokens, levels(list(tokens)), strict=True):
        if tok.type == "REL" and level == 0 and str(tok) in CHAINED:
            if str(tok) == "=" and signs and not parts[-1]:
                continue
            signs.append(tok)
            parts.append([])
        else:
            parts[-1].append(tok)
    return parts, signs


def without_sets(sides: Sequence[list[Token]]) -> list[list[Token]]:
    """The sides of a relation without the sets that they lie in: p = softmax(z) in R^K."""
    first, *rest = sides
    return [first, *map(_before_set, rest)]


def _before_set(tokens: list[Token]) -> list[Token]:
    depths = levels(tokens)
    signs = (k for k, t in enumerate(tokens) if t.type == "REL" and str(t) in _SETS)
    stop = next((k for k in signs if depths[k] == 0), 0)
    return tokens[:stop] or tokens


def subscripts(members: Sequence[Sequence[Token]]) -> set[str]:
    """The letters that stand in subscripts and superscripts."""
    found: set[str] = set()
    for tokens in members:
        level = 0
        for before, tok in itertools.pairwise(tokens):
            opens = tok.type == "LBRACE" and (level > 0 or before.type in ("SUB", "SUP"))
            level += opens - (tok.type == "RBRACE" and level > 0)
            if level and tok.type == "NAME":
                found.add(str(tok))
    return found


def reach(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where the tokens begin and end in the source."""
    return min(place(tok).start for tok in tokens), max(place(tok).stop for tok in tokens)


def whole_bracket(tokens: Sequence[Token]) -> bool:
    """Whether the tokens are one pair of round brackets and what it holds."""
    if len(tokens) < 3 or tokens[0].type not in ("LPAR", "LSQB"):
        return False
    depth = levels(list(tokens))
    return tokens[-1].type in ("RPAR", "RSQB") and 0 not in depth[1:-1]


def index_like(tokens: Sequence[Token]) -> bool:
    """i, y_i, 1, y^{(i)}: what an index may be equal to."""
    if not tokens:
        return False
    first = tokens[0]
    if first.type == "NUMBER" and len(tokens) == 1:
        return True
    letter = first.type == "NAME" and str(first) in INDEX_LETTERS
    plain = {"NAME", "SUB", "SUP", "LBRACE", "RBRACE", "LPAR", "RPAR", "PRIME", "NUMBER", "DECOR"}
    single = len(tokens) == 1 or tokens[1].type in ("SUB", "SUP", "PRIME")
    return letter and single and all(tok.type in plain for tok in tokens)


def goes_on(before: Sequence[Token], row: Sequence[Token], apart: bool) -> bool:
    """Whether a row goes on with the formula of the row before it."""
    if not apart:
        return False
    ended = not before or before[-1].type not in ("SIGN", "OP", "FUNC", "BIG")
    return row[0].type in ("SIGN", "OP") or not ended


def text(tokens: Sequence[Token]) -> str:
    return " ".join(map(str, tokens))
