"""What is known before the first line: how names are used, what is defined further on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from derive.budget import Allowance
from derive.document.from_zero import starts_at_zero
from derive.document.heads import examples
from derive.document.known import Definitions, Scope, usage
from derive.document.pieces import Piece
from derive.document.statements import read_chain
from derive.read.latex import Chain

_NAME_LEFT = re.compile(r"(?:^|[\\&,;\s}])\\?([A-Za-z]+)(?:[_^(\[][^=\n]{0,40})?\s*+(?:&\s*+)?:?=")
_NEGATIVES = re.compile(
    r"negative (?:sampl|word|example)|noise (?:word|sampl)|负采样|네거티브 샘플"
)
_ROWS = re.compile(r"\brow vectors? (?:throughout|everywhere|here|convention)|\buse row vectors?")
_ONE_ROW = re.compile(r"\\in\s*\\mathbb\s*\{?R\}?\s*\^\s*\{\s*1\s*\\times")
_WORDS = {
    "softmax": ("softmax", "소프트맥스"),
    "sigmoid": ("sigmoid", "logistic function", "시그모이드"),
}


def first_scope(
    pieces: Sequence[Piece],
    chains: Sequence[tuple[int, Chain]],
    unread: Iterable[str],
    allowance: Allowance,
) -> Scope:
    """The scope at the beginning of a document, of which `chains` are the formulas by line.

    `unread` are the sources of those that could not be read; what they would define is unknown.
    """
    prose = " ".join(p.source for p in pieces if p.kind in ("prose", "heading"))
    words = frozenset(
        word for word, spellings in _WORDS.items() if any(s in prose.casefold() for s in spellings)
    )
    written = [chain for _, chain in chains]
    known = usage(written)
    inline = (piece.source for piece in pieces if piece.kind == "inline")
    rows = known.rows or bool(_ROWS.search(prose)) or any(map(_ONE_ROW.search, inline))
    scope = Scope(
        usage=replace(known, rows=rows, from_zero=starts_at_zero(written)),
        words=words,
        has_negatives=bool(_NEGATIVES.search(prose.casefold())),
        examples=examples(written),
        unread=frozenset(name for source in unread for name in _NAME_LEFT.findall(source)),
    )

    def in_time() -> Iterator[tuple[int, Chain]]:
        return takewhile(lambda _: not allowance.is_spent, chains)

    # Twice, since a definition may use one that comes behind it.
    return _with_later(in_time(), _with_later(in_time(), scope))


def _with_later(chains: Iterable[tuple[int, Chain]], scope: Scope) -> Scope:
    """The scope with the first definition of every name in `later`, wherever it stands."""
    later = Definitions()
    at = scope
    for line, chain in chains:
        statements, at, _ = read_chain(chain, replace(at, line=line))
        for statement in statements:
            if statement.known is not None and statement.known.key not in later:
                later = later.defining(statement.known)
    return replace(scope, later=later)
