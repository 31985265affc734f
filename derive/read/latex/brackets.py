"""Brackets paired by shape, bars told apart, missing closing brackets supplied with a note."""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.read.latex.stream import MAX_NESTING
from derive.read.latex.tokens import Token, place, token
from derive.read.text import Text
from derive.syntax import Span

CLOSING = {
    "LPAR": "RPAR",
    "LSQB": "RSQB",
    "LSET": "RSET",
    "LBRACE": "RBRACE",
    "LBAR": "RBAR",
    "LNORM": "RNORM",
    "LANGLE": "RANGLE",
    "LROUND": "RROUND",
    "CASES": "END",
    "MATRIX": "END",
}
_CLOSERS = frozenset(CLOSING.values())
_FIRM = frozenset({"RBRACE", "END"})
_CUTS = frozenset({"QUAD", "AMP", "ROW", "BREAK", "STOP", "LABEL"})
_OPERANDS = _CLOSERS | {"NAME", "NUMBER", "WORD", "PRIME", "DECOR", "TRANSPOSE", "DOTS"}
_BARS = {"BAR": ("LBAR", "RBAR", "MID"), "DBAR": ("LNORM", "RNORM", "PARALLEL")}
_LONGEST_LIMIT = 12
_SHOWN = {
    "RPAR": ")",
    "RSQB": "]",
    "RSET": "\\}",
    "RBAR": "|",
    "RNORM": "\\|",
    "RANGLE": "\\rangle",
}
_SHOWN |= {"RROUND": "\\rfloor", "RBRACE": "}", "END": "\\end"}


@dataclass
class _Pairing:
    reader: Text
    source: list[Token]
    notes: list[str]
    out: list[Token] = field(default_factory=list)
    # (kind of the opening bracket, its place in out)
    opened: list[tuple[str, int]] = field(default_factory=list)


def paired(reader: Text, tokens: list[Token], notes: list[str]) -> list[Token]:
    """The tokens with every bracket paired; what cuts a display stays at the top level only."""
    state = _Pairing(reader, tokens, notes)
    for position, tok in enumerate(tokens):
        if _evaluates(state, position):
            continue
        if tok.type in _BARS:
            _bar(state, position, tok)
        elif tok.type in CLOSING:
            _open(state, tok, tok.type)
        elif tok.type in _CLOSERS:
            _close(state, tok)
        elif tok.type == "ROW" and _stacked(state):
            state.out.append(token("COMMA", ",", place(tok)))
        elif tok.type not in _CUTS or _cuts_here(state, tok):
            state.out.append(tok)
        if reader.complaints:
            return []
    _supply(state)
    return state.out


def _stacked(state: _Pairing) -> bool:
    """Whether the innermost bracket is that of \\substack, whose rows are a list."""
    if not state.opened or state.opened[-1][0] != "LBRACE":
        return False
    before = state.opened[-1][1] - 1
    return before >= 0 and state.out[before].type == "SUBSTACK"


def _cuts_here(state: _Pairing, tok: Token) -> bool:
    """Cells belong to the innermost cases or matrix; all other cuts to the top level."""
    if not state.opened or tok.type == "LABEL":
        return True
    inside = state.opened[-1][0]
    if inside in ("CASES", "MATRIX"):
        return tok.type in ("AMP", "ROW")
    loose = all(kind in ("LPAR", "LSQB", "LSET", "LANGLE") for kind, _ in state.opened)
    return loose and tok.type in ("ROW", "BREAK", "AMP", "QUAD")


def _open(state: _Pairing, tok: Token, kind: str) -> None:
    if len(state.opened) >= MAX_NESTING:
        state.reader.complain(f"more than {MAX_NESTING} nested brackets", place(tok))
    state.opened.append((kind, len(state.out)))
    state.out.append(token(kind, str(tok), place(tok)))


def _close(state: _Pairing, tok: Token) -> None:
    while state.opened and CLOSING[state.opened[-1][0]] != tok.type and tok.type in _FIRM:
        _close_at(state, state.opened.pop(), len(state.out), place(tok).start)
    if not state.opened or CLOSING[state.opened[-1][0]] != tok.type:
        shown = _SHOWN[tok.type]
        hint = ""
        if state.opened and state.opened[-1][0] != "LBRACE":
            opener = state.out[state.opened[-1][1]]
            hint = f"the last open bracket is {opener}"
        state.reader.complain(f"this {shown} closes nothing", place(tok), hint)
        return
    kind, where = state.opened.pop()
    # rows, alignment marks and space inside of a bracket that is closed cut nothing
    if kind not in ("CASES", "MATRIX"):
        inner = state.out[where + 1 :]
        if any(t.type in _CUTS for t in inner):
            state.out[where + 1 :] = _without_cuts(inner)
    state.out.append(tok)


def _without_cuts(tokens: list[Token]) -> list[Token]:
    """The tokens without cuts, except those of a cases or matrix inside."""
    kept, tables = [], 0
    for tok in tokens:
        tables += {"CASES": 1, "MATRIX": 1, "END": -1}.get(tok.type, 0)
        if tables or tok.type not in _CUTS:
            kept.append(tok)
    return kept


def _close_at(state: _Pairing, opened: tuple[str, int], where: int, at: int) -> None:
    """Supply the closing bracket that is missing."""
    kind, begin = opened
    shown = _SHOWN[CLOSING[kind]]
    state.notes.append(f"a closing {shown} is missing; read as standing behind the last sign")
    start = place(state.out[begin]).start
    state.out.insert(where, token(CLOSING[kind], shown, Span(max(start, at), max(start, at))))


def _supply(state: _Pairing) -> None:
    """Close what is still open: before the next row or wide space, else at the end."""
    while state.opened:
        kind, begin = state.opened.pop()
        if kind in ("LBRACE", "CASES", "MATRIX", "LBAR", "LNORM"):
            state.reader.complain("this bracket is never closed", place(state.out[begin]))
            return
        where = _boundary(state.out, begin)
        _close_at(state, (kind, begin), where, place(state.out[where - 1]).stop)


def _boundary(tokens: list[Token], begin: int) -> int:
    level = 0
    for position in range(begin + 1, len(tokens)):
        kind = tokens[position].type
        level += (kind in CLOSING) - (kind in _CLOSERS)
        if level < 0 or (level == 0 and kind in _CUTS):
            return position
    last = len(tokens)
    while tokens[last - 1].type in ("COMMA", "SEMI", "WORDS"):
        last -= 1
    return last


def _bar(state: _Pairing, position: int, tok: Token) -> None:
    """|x|, or the bar of p(y|x): by what stands before it and whether another bar follows."""
    left, right, alone = _BARS[tok.type]
    before = state.out[-1].type if state.out else ""
    if tok.type == "DBAR" and state.opened and state.opened[-1][0] == "LBAR":
        # |a||b|: one bar closes, the next opens
        middle = Span(place(tok).start + 1, place(tok).start + 1)
        _bar(state, position, token("BAR", "|", Span(place(tok).start, middle.start)))
        _open(state, token("LBAR", "|", Span(middle.start, place(tok).stop)), "LBAR")
    elif state.opened and state.opened[-1][0] == left:
        if before in _OPERANDS:
            state.opened.pop()
            state.out.append(token(right, str(tok), place(tok)))
        else:
            _open(state, tok, left)
    elif before not in _OPERANDS or _another(state.source, position):
        _open(state, tok, left)
    else:
        state.out.append(token(alone, str(tok), place(tok)))


def _evaluates(state: _Pairing, position: int) -> bool:
    """Whether a bar opens and closes nothing: that of dp/dz|_{i != j}, whose script says enough."""
    tok = state.source[position]
    opened = state.opened[-1][0] if state.opened else ""
    if tok.type not in ("BAR", "RBAR") or opened == "LBAR" or not state.out:
        return False
    below = state.source[position + 1 : position + 1 + _LONGEST_LIMIT]
    stop = next((k for k, t in enumerate(below) if t.type == "RBRACE"), 0)
    kinds = [t.type for t in below[:stop]]
    return kinds[:2] == ["SUB", "LBRACE"] and kinds.count("REL") == 1


def _another(tokens: list[Token], position: int) -> bool:
    """Whether another bar of this kind stands on the same level before the level ends."""
    level = 0
    for tok in tokens[position + 1 :]:
        level += (tok.type in CLOSING) - (tok.type in _CLOSERS)
        if level < 0 or (level == 0 and tok.type == "ROW"):
            return False
        if level == 0 and tok.type == tokens[position].type:
            return True
    return False


def levels(tokens: list[Token]) -> list[int]:
    """How many brackets each token stands in; a bracket itself stands outside of its pair."""
    found, level = [], 0
    for tok in tokens:
        level -= tok.type in _CLOSERS
        found.append(level)
        level += tok.type in CLOSING
    return found
