"""A sum sign on its own, as in e^a/\\sum^2: short for a sum that the text gave before."""

from __future__ import annotations

from collections.abc import Sequence

from derive.read.latex.tokens import Token, place, token

BARE_SUM = "Sigma"
BARE_SUM_NOTE = f"a sum sign on its own is read as the name {BARE_SUM}"
# What may not follow a sum that has something to add up.
_ENDS = frozenset({"RBRACE", "RPAR", "RSQB", "RSET", "REL", "OP", "END", "AMP", "ROW", "COMMA"})
_OPENS, _CLOSES = "LBRACE", "RBRACE"


def named_sums(tokens: Sequence[Token], notes: list[str]) -> list[Token]:
    """The tokens with bare sum signs as a name, where one of them has nothing to go over.

    Then those before a sign are the name, too: one formula does not use the sign in two senses.
    """
    bare = [at for at, tok in enumerate(tokens) if _is_bare(tokens, at, tok)]
    if not any(_ends(tokens, _behind(tokens, at)) for at in bare):
        return list(tokens)
    changed = list(tokens)
    for at in bare:
        behind = _behind(tokens, at)
        if _ends(tokens, behind) or tokens[behind].type == "SIGN":
            changed[at] = token("NAME", BARE_SUM, place(tokens[at]))
    notes.append(BARE_SUM_NOTE)
    return changed


def _is_bare(tokens: Sequence[Token], at: int, tok: Token) -> bool:
    return (
        tok.type == "BIG"
        and str(tok) == "sum"
        and (at + 1 == len(tokens) or tokens[at + 1].type != "SUB")
    )


def _behind(tokens: Sequence[Token], at: int) -> int:
    """The place behind a sum sign and its exponent, if it has one."""
    at += 1
    if at < len(tokens) and tokens[at].type == "SUP":
        level = 0
        for place_ in range(at + 1, len(tokens)):
            level += (tokens[place_].type == _OPENS) - (tokens[place_].type == _CLOSES)
            if level == 0:
                return place_ + 1
    return at


def _ends(tokens: Sequence[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].type in _ENDS
