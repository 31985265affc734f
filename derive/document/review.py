"""`check`: a whole document, read in order and judged equality by equality."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from derive.budget import DEFAULT_SECONDS
from derive.document.beside import Beside
from derive.document.cut import cut, read_document
from derive.document.headline import headline
from derive.document.heads import examples
from derive.document.inherit import Judged, inherited
from derive.document.items import Checked, Item
from derive.document.judge import Answer, answering, judge
from derive.document.known import Scope, indexed, usage
from derive.document.pieces import Document, Format, Piece
from derive.document.readings import ambiguity, chosen, disputed
from derive.document.setting import declared, heard
from derive.document.statement import Open, Statement
from derive.document.statements import definitions, read_chain
from derive.errors import Complaint, FormulaError
from derive.read.latex import Chain, Macro, read_latex
from derive.syntax import Span

# A document with more formulas than this is to be split; each may have many equalities.
MAX_FORMULAS = 5_000
Progress = Callable[[int, int], None]
_SIGNS = (
    "=",
    r"\approx",
    r"\propto",
    r"\equiv",
    r"\sim",
    "≈",
    "∝",
    "≡",
    r"\coloneqq",
    r"\triangleq",
)


@dataclass(frozen=True)
class _Sheet:
    """A formula of the document: its chains, or why it could not be read."""

    place: int
    piece: Piece
    chains: tuple[Chain, ...] = ()
    complaint: Complaint | None = None


def check(
    source: str | Path,
    *,
    name: str = "-",
    kind: Format | None = None,
    timeout: float = DEFAULT_SECONDS,
    answer: Answer | None = None,
    progress: Progress | None = None,
) -> Checked:
    """A verdict for every equality of a document: Markdown, LaTeX, a notebook, or plain text.

    `source` is a path, or the text itself. `timeout` is in seconds for each claim; `answer` takes
    the place of `verify`, for a cache. `progress` is told how many of how many formulas are done.
    Raises FormulaError where the document as a whole cannot be taken: too large, no text.
    """
    document = read_document(source) if isinstance(source, Path) else cut(source, name, kind)
    sheets = _indexed(_read(document))
    scope = _first_scope(document, sheets)
    judged = _judged(document, sheets, scope, answer or answering(timeout), progress)
    items = inherited(judged)
    alarms = tuple(dict.fromkeys(own.alarm for own in judged if own.alarm))
    return Checked(
        name=document.name,
        text=document.text,
        items=items,
        headline=headline(items),
        notes=document.notes,
        alarms=alarms,
    )


def _read(document: Document) -> tuple[_Sheet, ...]:
    """Every formula with an equality in it, read without meaning."""
    formulas = [
        (place, piece)
        for place, piece in enumerate(document.pieces)
        if piece.kind in ("display", "inline")
    ]
    if len(formulas) > MAX_FORMULAS:
        message = f"{len(formulas):,} formulas, more than {MAX_FORMULAS:,}: split the document"
        raise FormulaError([Complaint(message, document.text[:100], Span(0, 1), "", "document")])
    macros = {m.name: Macro(m.name, m.arity, m.body) for m in document.macros.values()}
    return tuple(_sheet(place, piece, macros) for place, piece in formulas)


def _indexed(sheets: Sequence[_Sheet]) -> tuple[_Sheet, ...]:
    """The sheets with arguments that are indices written as indices."""
    known = usage(chain for sheet in sheets for chain in sheet.chains)
    return tuple(replace(s, chains=tuple(indexed(c, known) for c in s.chains)) for s in sheets)


def _sheet(place: int, piece: Piece, macros: dict[str, Macro]) -> _Sheet:
    says = any(sign in piece.source for sign in _SIGNS)
    if piece.kind == "inline" and not says:
        return _Sheet(place, piece)
    try:
        return _Sheet(place, piece, read_latex(piece.source, "formula", macros))
    except FormulaError as error:
        return _Sheet(place, piece, complaint=error.complaints[0])


def _first_scope(document: Document, sheets: Sequence[_Sheet]) -> Scope:
    """What is known before the first line: how names are used, and what is defined further on."""
    chains = [(sheet.piece.line, chain) for sheet in sheets for chain in sheet.chains]
    prose = " ".join(p.source for p in document.pieces if p.kind in ("prose", "heading"))
    words = frozenset(
        word for word, spellings in _WORDS.items() if any(s in prose.casefold() for s in spellings)
    )
    written = [chain for _, chain in chains]
    unread = (name for sheet in sheets if sheet.complaint for name in _left_of(sheet.piece.source))
    scope = Scope(
        usage=usage(written),
        words=words,
        examples=examples(written),
        unread=frozenset(unread),
    )
    # Twice, since a definition may use one that comes behind it.
    return definitions(chains, definitions(chains, scope))


_NAME_LEFT = re.compile(r"(?:^|[\\&,;\s}])\\?([A-Za-z]+)(?:[_^(\[][^=\n]{0,40})?\s*&?\s*:?=")


def _left_of(source: str) -> list[str]:
    """The names right before an equals sign of a formula that could not be read."""
    return _NAME_LEFT.findall(source)


_WORDS = {
    "softmax": ("softmax", "소프트맥스"),
    "sigmoid": ("sigmoid", "logistic function", "시그모이드"),
}


def _judged(
    document: Document,
    sheets: Sequence[_Sheet],
    scope: Scope,
    answer: Answer,
    progress: Progress | None,
) -> list[Judged]:
    found: list[Judged] = []
    by_place = {sheet.place: sheet for sheet in sheets}
    beside = Beside(document.pieces)
    before: Open | None = None
    chain_number = done = 0
    for place, piece in enumerate(document.pieces):
        scope = replace(scope, line=piece.line)
        if piece.kind == "declare":
            scope = declared(scope, piece)
        elif piece.kind in ("prose", "heading"):
            scope = heard(scope, *beside.said(place))
        sheet = by_place.get(place)
        if sheet is None:
            continue
        if sheet.complaint is not None:
            found.append(_unread(sheet, len(found) + 1))
        limits = beside.conditions(place)
        for written in sheet.chains:
            chain = chosen(written, scope)
            open_at = disputed(chain)
            if open_at & ({0} if chain.continued else {0, 1}):
                found.append(_unread(replace(sheet, complaint=ambiguity(chain)), len(found) + 1))
                before = None
                continue
            if not chain.continued:
                chain_number += 1
            conditioned = replace(chain, conditions=(*chain.conditions, *limits))
            assumed = scope.assumed
            statements, scope, so_far = read_chain(conditioned, scope, before)
            if statements or piece.kind != "inline":
                # An i = j in running prose does not part a chain that goes on behind it.
                before = so_far
            if piece.kind == "inline" and not beside.is_stated(place):
                # In running prose a total may be supposed or denied: only prose rows state it.
                scope = replace(scope, assumed=assumed)
            for statement in statements:
                if piece.kind == "inline" and statement.kind == "fact":
                    continue
                numbers = len(found) + 1, chain_number
                found.append(_item(piece, _undisputed(statement, chain, open_at), numbers, answer))
            if len(chain.members) - 1 in open_at:
                before = None
        done += 1
        if progress is not None:
            progress(done, len(sheets))
    return found


def _undisputed(statement: Statement, chain: Chain, disputed_at: frozenset[int]) -> Statement:
    """The statement, left unread where the readings of its chain differ."""
    if disputed_at.isdisjoint(statement.members):
        return statement
    return replace(statement, complaint=ambiguity(chain))


def _item(piece: Piece, statement: Statement, numbers: tuple[int, int], answer: Answer) -> Judged:
    judgement = judge(statement, answer)
    span = statement.span
    line, column = _place(piece, span.start)
    known = statement.complaint is None
    item = Item(
        number=numbers[0],
        line=line,
        column=column,
        source=piece.source[span.start : span.stop].strip(),
        kind=statement.kind,
        start=piece.start + span.start if piece.start >= 0 else -1,
        stop=piece.start + span.stop if piece.start >= 0 else -1,
        section=piece.where,
        text=statement.text if known else "",
        asked=judgement.asked,
        verdict=judgement.verdict,
        complaint=judgement.complaint,
        notes=tuple(dict.fromkeys((*piece.notes, *judgement.notes))),
        jump=statement.is_jump,
    )
    # Its scope would be kept alive with it, and thousands of definitions have as many scopes.
    return Judged(item, replace(statement, scope=Scope()), numbers[1], judgement.alarm)


def _unread(sheet: _Sheet, number: int) -> Judged:
    piece = sheet.piece
    item = Item(
        number=number,
        line=piece.line,
        column=piece.column,
        source=piece.source.strip(),
        kind="claim",
        start=piece.start,
        stop=piece.stop,
        section=piece.where,
        complaint=sheet.complaint,
        notes=piece.notes,
    )
    return Judged(item, None, -number)


def _place(piece: Piece, offset: int) -> tuple[int, int]:
    """Line and column in the document of a place in the piece."""
    head = piece.source[:offset]
    lines = head.count("\n")
    if not lines:
        return piece.line, piece.column + offset
    return piece.line + lines, offset - head.rfind("\n")
