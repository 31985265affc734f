"""`check`: a whole document, read in order and judged equality by equality."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from derive.budget import DEFAULT_SECONDS, DOCUMENT_SECONDS, Allowance
from derive.document.abbreviations import with_bare_sum
from derive.document.agreed import agreed
from derive.document.ahead import first_scope
from derive.document.beside import Beside
from derive.document.cut import cut, read_document
from derive.document.headline import headline
from derive.document.inherit import Judged, inherited
from derive.document.items import Checked, Item
from derive.document.judge import Answer, answering, judge, within
from derive.document.known import Key, Scope
from derive.document.limits import limited
from derive.document.pieces import Document, Format, Piece
from derive.document.readings import ambiguity, chosen, disputed, has_usual_reading
from derive.document.renewing import Renewing
from derive.document.rows import Unread, read_rows
from derive.document.setting import announced, declared, heard
from derive.document.statement import Open, Statement
from derive.document.statements import read_chain
from derive.document.supposed import is_of_a_point, is_supposed
from derive.document.totals import with_totals
from derive.errors import Complaint, FormulaError
from derive.read.latex import Chain, Macro
from derive.syntax import Node, Span

SUPPOSED = "it is only supposed"
Progress = Callable[[int, int], None]
_Read = tuple[tuple[Statement, ...], Scope, Open | None]
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
    """A formula of the document: its chains, its unread rows, or why it could not be read."""

    place: int
    piece: Piece
    chains: tuple[Chain, ...] = ()
    complaint: Complaint | None = None
    unread: tuple[Unread, ...] = ()


def check(
    source: str | Path,
    *,
    name: str = "-",
    kind: Format | None = None,
    timeout: float = DEFAULT_SECONDS,
    total: float = DOCUMENT_SECONDS,
    answer: Answer | None = None,
    progress: Progress | None = None,
) -> Checked:
    """A verdict for every equality of a document: Markdown, LaTeX, a notebook, or plain text.

    `source` is a path, or the text itself. `timeout` is in seconds for each claim, `total` for all
    of them; what comes behind is not judged, and says so. `answer` takes the place of `verify`,
    for a cache. `progress` is told how many of how many formulas are done.
    Raises FormulaError where the document as a whole cannot be taken: too large, no text.
    """
    document = read_document(source) if isinstance(source, Path) else cut(source, name, kind)
    allowance = Allowance(total)
    sheets = _agreed(_read(document, allowance))
    scope = _first_scope(document, sheets, allowance)
    reading = _Reading(document, sheets, scope, within(allowance, answer or answering(timeout)))
    by_place = {sheet.place: sheet for sheet in sheets}
    for place in range(len(document.pieces)):
        reading.hear(place)
        sheet = by_place.pop(place, None)
        if sheet is None:
            continue
        is_late = allowance.is_spent and bool(sheet.chains)
        reading.judge(_too_late(sheet, allowance) if is_late else sheet)
        if progress is not None:
            progress(len(sheets) - len(by_place), len(sheets))
    return _checked(document, reading.found)


def _checked(document: Document, judged: Sequence[Judged]) -> Checked:
    items = inherited(judged)
    return Checked(
        name=document.name,
        text=document.text,
        items=items,
        headline=headline(items),
        notes=document.notes,
        alarms=tuple(dict.fromkeys(own.alarm for own in judged if own.alarm)),
    )


def _read(document: Document, allowance: Allowance) -> tuple[_Sheet, ...]:
    """Every formula with an equality in it, read without meaning."""
    return tuple(
        _sheet(place, piece, document.macros, allowance)
        for place, piece in enumerate(document.pieces)
        if piece.kind in ("display", "inline")
    )


def _agreed(sheets: Sequence[_Sheet]) -> tuple[_Sheet, ...]:
    """The sheets with all their formulas in agreement."""
    chains = iter(agreed([chain for sheet in sheets for chain in sheet.chains])[0])
    return tuple(
        replace(sheet, chains=tuple(islice(chains, len(sheet.chains)))) for sheet in sheets
    )


def _sheet(place: int, piece: Piece, macros: Mapping[str, Macro], allowance: Allowance) -> _Sheet:
    says = any(sign in piece.source for sign in _SIGNS)
    if piece.kind == "inline" and not says:
        return _Sheet(place, piece)
    if allowance.is_spent:
        return _too_late(_Sheet(place, piece), allowance)
    try:
        chains, unread = read_rows(piece.source, macros)
        return _Sheet(place, piece, chains, unread=unread)
    except FormulaError as error:
        return _Sheet(place, piece, complaint=error.complaints[0])


def _too_late(sheet: _Sheet, allowance: Allowance) -> _Sheet:
    source = sheet.piece.source
    complaint = Complaint(allowance.reason, source, Span(0, max(1, len(source))))
    return replace(sheet, chains=(), complaint=complaint)


def _first_scope(document: Document, sheets: Sequence[_Sheet], allowance: Allowance) -> Scope:
    """What is known before the first line."""
    chains = [(sheet.piece.line, chain) for sheet in sheets for chain in sheet.chains]
    unread = [sheet.piece.source for sheet in sheets if sheet.complaint]
    rows = ((sheet.piece.source, row.span) for sheet in sheets for row in sheet.unread)
    unread += [source[span.start : span.stop] for source, span in rows]
    return first_scope(document.pieces, chains, unread, allowance)


class _Reading:
    """A document read from its first line to its last; `found` are its equalities so far."""

    def __init__(
        self, document: Document, sheets: Sequence[_Sheet], scope: Scope, answer: Answer
    ) -> None:
        self.found: list[Judged] = []
        self._pieces = document.pieces
        self._beside = Beside(document.pieces, document.text, scope.usage.subscripts)
        self._scope, self._answer = announced(scope, self._beside.all_said()), answer
        self._before: Open | None = None
        self._chains = 0
        # The line of an equality that is supposed in this paragraph or leads to this display.
        self._supposition = 0
        self._heading = 0
        self._sheets = {sheet.place: sheet for sheet in sheets}
        # The names that a formula further on renews for the display before it, too.
        self._renewed: dict[int, Key] = {}

    def hear(self, place: int) -> None:
        """Take in what the piece at this place declares or says."""
        piece = self._pieces[place]
        if piece.kind in ("prose", "heading"):
            self._supposition = 0
        if piece.kind == "heading":
            self._heading = piece.line
        self._scope = replace(self._scope, line=piece.line)
        if piece.kind == "declare":
            self._scope = declared(self._scope, piece)
        elif piece.kind in ("prose", "heading"):
            self._scope = heard(self._scope, *self._beside.said(place))

    def judge(self, sheet: _Sheet) -> None:
        """Judge the equalities of a formula."""
        if sheet.complaint is not None:
            self._leave_unread(sheet, sheet.complaint)
        limits = self._beside.conditions(sheet.place)
        if sheet.piece.kind == "display":
            self._scope = heard(self._scope, *self._beside.reasons(sheet.place))
            self._scope = with_totals(self._meanings_behind(sheet.place), sheet.chains)
        waiting = list(sheet.unread)
        for written in sheet.chains:
            while waiting and waiting[0].span.start < written.span.start:
                self._leave_row(sheet, waiting.pop(0))
            self._judge_chain(sheet, chosen(written, self._scope), limits)
        for row in waiting:
            self._leave_row(sheet, row)

    def _taken_up(self, place: int, statements: Sequence[Statement]) -> Key | None:
        """The name that is given a new meaning here, though it has one."""
        renewing = Renewing(self._scope, self._beside, self._heading, self._answer)
        is_inline = self._pieces[place].kind == "inline"
        return renewing.taken_up(place, statements, is_inline=is_inline)

    def _meanings_behind(self, place: int) -> Scope:
        """The scope with the new meanings that the sentence behind a display gives for it."""
        scope = self._scope
        for behind in self._beside.behind(place):
            for chain in self._sheets[behind].chains if behind in self._sheets else ():
                if (old := self._taken_up(behind, read_chain(chain, scope)[0])) is not None:
                    fresh = replace(scope, definitions=scope.definitions.without(old))
                    scope = read_chain(chain, fresh)[1]
                    self._renewed[behind] = old
        return scope

    def _supposed(self, place: int) -> str:
        """Why a counterexample to the formula at this place would be none, "" if it would be."""
        before = self._beside.before(place)
        if self._pieces[place].kind == "inline" and is_supposed(before):
            return SUPPOSED
        if is_of_a_point(before):
            return "it is said of one point, where something is 0 or least"
        if self._supposition:
            return f"it is said of what line {self._supposition} supposes"
        return ""

    def _leave_unread(self, sheet: _Sheet, complaint: Complaint) -> None:
        self.found.append(_unread(sheet.piece, complaint, len(self.found) + 1))

    def _leave_row(self, sheet: _Sheet, row: Unread) -> None:
        piece, span = sheet.piece, row.span
        line, column = _place(piece, span.start)
        start, stop = (piece.start + span.start, piece.start + span.stop)
        at = (start, stop) if piece.start >= 0 else (-1, -1)
        source = piece.source[span.start : span.stop]
        own = replace(piece, source=source, line=line, column=column, start=at[0], stop=at[1])
        self.found.append(_unread(own, row.complaint, len(self.found) + 1))

    def _judge_chain(self, sheet: _Sheet, chain: Chain, limits: tuple[Node, ...]) -> None:
        open_at = disputed(chain)
        at_once = open_at & ({0} if chain.continued else {0, 1})
        if at_once and not (has_usual_reading(chain) and self._only_claims(chain)):
            self._leave_unread(sheet, ambiguity(chain))
            self._before = None
            return
        self._chains += not chain.continued
        is_inline = sheet.piece.kind == "inline"
        conditioned = replace(chain, conditions=tuple(limited(chain, limits)))
        before = self._scope
        suppositions = self._beside.supposed(sheet.place)
        self._scope = heard(self._scope, *suppositions)
        conditioned, self._scope = with_bare_sum(conditioned, self._scope)
        read = read_chain(conditioned, self._scope, self._before)
        renewed = self._renewed.pop(sheet.place, None)
        if (old := renewed or self._taken_up(sheet.place, read[0])) is not None:
            fresh = replace(self._scope, definitions=self._scope.definitions.without(old))
            read = _told_anew(old, read_chain(conditioned, fresh, self._before))
        statements, self._scope, so_far = read
        if statements or not is_inline:
            # An i = j in running prose does not part a chain that goes on behind it.
            self._before = so_far
        if is_inline and not self._beside.is_stated(sheet.place):
            # In running prose a total or a label may be supposed or denied.
            self._scope = replace(self._scope, assumed=before.assumed, picked=before.picked)
        if suppositions[0]:
            # "If y is one-hot, this is ...": so here, and nowhere else.
            self._scope = replace(self._scope, declared=before.declared, assumed=before.assumed)
        for statement in statements:
            if not (is_inline and statement.kind == "fact"):
                self._judge_statement(sheet, self._undisputed(statement, chain, open_at))
        if len(chain.members) - 1 in open_at and not self._ends_proved():
            self._before = None

    def _judge_statement(self, sheet: _Sheet, statement: Statement) -> None:
        supposed = self._supposed(sheet.place)
        numbers = len(self.found) + 1, self._chains
        judged = _item(sheet.piece, replace(statement, supposed=supposed), numbers, self._answer)
        if supposed == SUPPOSED and judged.item.status != "proved":
            # The equality that is supposed is no claim; what follows from it is one.
            self._supposition = sheet.piece.line
            return
        if judged.item.status == "proved":
            # What led to a proof is meant so in what follows, too.
            trusted = self._scope.trusted | statement.presumed
            self._scope = replace(self._scope, trusted=trusted)
        self.found.append(judged)

    def _ends_proved(self) -> bool:
        return bool(self.found) and self.found[-1].item.status == "proved"

    def _only_claims(self, chain: Chain) -> bool:
        """Whether no reading of the chain would define anything by what is disputed."""
        options = (replace(chain, alternatives=()), *chain.alternatives)
        read = [read_chain(option, self._scope, self._before)[0] for option in options]
        return all(statement.kind == "claim" for found in read for statement in found)

    def _undisputed(
        self, statement: Statement, chain: Chain, disputed_at: frozenset[int]
    ) -> Statement:
        """The statement, left unread where the readings of its chain differ.

        Where the customary one, which comes first, is proved, it is what the author meant.
        """
        if disputed_at.isdisjoint(statement.members):
            return statement
        verdict = judge(statement, self._answer).verdict if has_usual_reading(chain) else None
        if verdict is None or verdict.status != "proved":
            return replace(statement, complaint=ambiguity(chain))
        note = "other readings are possible; the one that is usual holds"
        return replace(statement, notes=(*statement.notes, note))


def _told_anew(name: Key, read: _Read) -> _Read:
    """What was read of a chain, with the note that its first statement gives a new meaning."""
    (first, *rest), scope, so_far = read
    notes = (*first.notes, f"{name[0]} gets a new definition here")
    return (replace(first, notes=notes), *rest), scope, so_far


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


def _unread(piece: Piece, complaint: Complaint, number: int) -> Judged:
    item = Item(
        number=number,
        line=piece.line,
        column=piece.column,
        source=piece.source.strip(),
        kind="claim",
        start=piece.start,
        stop=piece.stop,
        section=piece.where,
        complaint=complaint,
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
