"""Tokens to the parse tree of the grammar `latex.lark`, every mistake at its place."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources

import lark

from derive.read.latex.tokens import Token, place
from derive.read.text import MAX_DEPTH, Text
from derive.syntax import Span

_NEEDS = {"OP": "an operand on both sides", "SIGN": "an operand behind it", "REL": "two sides"}
_NEEDS |= {"FUNC": "an argument", "BIG": "something to range over", "SUB": "something to hang on"}
_NEEDS |= {"SUP": "something to hang on", "PRIME": "something to hang on"}


@functools.cache
def _parser() -> lark.Lark:
    grammar = resources.files("derive.read.latex").joinpath("latex.lark").read_text("utf-8")
    return lark.Lark(
        grammar, parser="lalr", lexer="basic", propagate_positions=True, maybe_placeholders=False
    )


def parsed(reader: Text, tokens: Sequence[Token], whole: Span) -> lark.Tree[Token] | None:
    """The tree of the tokens, or None with a complaint."""
    state = _parser().parse_interactive()
    last: Token | None = None
    try:
        for tok in tokens:
            state.feed_token(tok)
            last = tok
        tree: lark.Tree[Token] = state.feed_eof()  # type: ignore[no-untyped-call]
    except lark.exceptions.UnexpectedToken as error:
        _complain(reader, error.token, last, whole)
        return None
    if _too_deep(tree):
        reader.complain(f"nested deeper than {MAX_DEPTH} levels", whole)
        return None
    return tree


def _complain(reader: Text, tok: Token, last: Token | None, whole: Span) -> None:
    if last is not None and last.type in _NEEDS and last.type not in ("SUB", "SUP"):
        reader.complain(f"{_shown(last)} needs {_NEEDS[last.type]}", place(last))
    elif tok.type == "$END":
        end = place(last).stop if last is not None else whole.stop
        reader.complain("the formula ends too early", Span(max(end - 1, whole.start), end))
    elif tok.type in _NEEDS:
        reader.complain(f"{_shown(tok)} needs {_NEEDS[tok.type]}", place(tok))
    elif tok.type == "WORDS":
        reader.complain("these words stand where a formula is expected", place(tok))
    else:
        reader.complain(f"unexpected {_shown(tok)}", place(tok))


def _shown(tok: Token) -> str:
    names = {"FUNC": f"\\{tok}", "BIG": f"\\{tok}", "SUP": "^", "SUB": "_", "OP": str(tok)}
    return repr(names.get(tok.type, str(tok)))


def _too_deep(tree: lark.Tree[Token]) -> bool:
    """Whether the tree is too deep to be walked recursively; itself iterative."""
    stack: list[tuple[lark.Tree[Token] | Token, int]] = [(tree, 0)]
    while stack:
        part, level = stack.pop()
        if level > 3 * MAX_DEPTH:
            return True
        if isinstance(part, lark.Tree):
            stack.extend((child, level + 1) for child in part.children)
    return False
