"""What prose and declarations add to a scope: kinds, facts, and conditions beside a display."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.document.known import Known, Scope
from derive.document.pieces import PLACEHOLDER, Piece
from derive.document.prose import Said, said
from derive.document.statements import read_chain
from derive.errors import FormulaError
from derive.read.facts import read_facts
from derive.read.formula import read_condition, read_equation
from derive.read.latex import Chain, read_latex
from derive.show import text
from derive.syntax import Entry, Form, Name, Node, Num, Reduce, Rel

_TOTAL = re.compile(r"sum\((?P<name>[A-Za-z]\w*)\) == 1")
_DERIVATIVE = re.compile(r"D = d/d\{(\d+)\}")
_NUMBERED = re.compile(r"\{(\d+)\}")
# How prose goes on behind a display that it limits, in the same sentence.
_GOES_ON = re.compile(r"\s*[,;(]?\s*(?:(?:if|for|when|whenever|where|provided|unless)\b|일|인|단)")
# How a text begins a case; the case goes on only over clauses that lead from line to line.
_CASE = re.compile(
    r"\W*(?:(?:the )?(?:first |second |third )?case\b|경우|케이스|情况|情形|場合)", re.IGNORECASE
)
_LEADS_ON = re.compile("[^.!?。]{0,80}[:\N{FULLWIDTH COLON}]\\s*")
_STATES = re.compile(
    r"\b(?:where|with|since|because|using|as|recall|note|so that|such that|satisf\w+)\b"
    r"|이므로|여기서|때문|因为|其中|ただし",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:if|were|would|suppose\w*|unless|not|no|un\w*normal\w*|without|whether|even|never)\b"
    r"|만약|가정|않|아니|如果|假设|不|もし|ない",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)")


def declared(scope: Scope, piece: Piece) -> Scope:
    """The scope after a declaration: `y: label`, `given: p[k] = …`, `assume: …`.

    Raises FormulaError where it cannot be read.
    """
    key, _, value = piece.source.partition(":")
    origin = f"declaration in line {piece.line}"
    match key.strip():
        case "given":
            equation = read_equation(value.strip(), origin)
            if isinstance(equation.left, Name | Entry):
                return scope.defining(Known(equation.left, equation.right, piece.line))
            return replace(scope, assumed=(*scope.assumed, value.strip()))
        case "assume":
            read_equation(value.strip(), origin)
            return replace(scope, assumed=(*scope.assumed, value.strip()))
    return scope.declaring(read_facts(piece.source, origin))


def heard(scope: Scope, pieces: Sequence[Piece], place: int) -> Scope:
    """The scope after a piece of prose: the kinds, totals and meanings that it states of names."""
    inline = _inline_of(pieces, place)
    for one in said(pieces[place].source, inline):
        if one.kind == "declare":
            source = _filled(one.text, inline)
            scope = scope if source is None else scope.declaring(read_facts(source))
        elif one.kind == "assume":
            source = _total(one.text, inline, scope)
            if source is not None and source not in scope.assumed:
                scope = replace(scope, assumed=(*scope.assumed, source))
        elif one.kind == "define":
            scope = _meaning_of_word(scope, one.text, inline)
    return scope


def _total(text_: str, inline: Sequence[str], scope: Scope) -> str | None:
    """The assumption as an equation between entries: sum_j t_j = 1, or the targets sum to 1."""
    numbered = _NUMBERED.fullmatch(text_.strip())
    if numbered is not None:
        return next(_equations(inline[int(numbered[1])]), None)
    filled = _filled(text_, inline)
    found = _TOTAL.fullmatch(filled or "")
    if found is None:
        return None
    name = found["name"]
    counts = {count for base, count in scope.usage.arrays if base == name}
    if name == "target" and not counts:
        free = [(b, c) for b, c in scope.usage.arrays if b in ("t", "y") and not scope.named(b)]
        if len(free) != 1:
            return None
        name, counts = free[0][0], {free[0][1]}
    axes = {1: "j", 2: "i, j"}.get(max(counts, default=0))
    return None if axes is None else f"sum({name}[{axes}], j) == 1"


def _equations(source: str) -> Iterator[str]:
    """An inline formula that gives a total of what is given."""
    try:
        chains = read_latex(source)
    except FormulaError:
        return
    for chain in chains:
        if len(chain.members) == 2 and chain.relations == ("=",):
            left, right = chain.members
            if isinstance(left, Reduce) and isinstance(left.body, Entry) and isinstance(right, Num):
                yield f"{text(left)} == {text(right)}"


def _meaning_of_word(scope: Scope, text_: str, inline: Sequence[str]) -> Scope:
    """sigma is the softmax; D is the derivative by f_k."""
    if text_ in ("sigma = softmax", "sigma = sigmoid"):
        return replace(scope, words=frozenset({text_.rpartition(" ")[2]}))
    found = _DERIVATIVE.fullmatch(text_)
    if found is not None and int(found[1]) < len(inline):
        try:
            (chain, *_) = read_latex(inline[int(found[1])])
        except FormulaError:
            return scope
        return replace(scope, variable=chain.members[0])
    return _stands_for(scope, text_, inline)


def _stands_for(scope: Scope, text_: str, inline: Sequence[str]) -> Scope:
    """S stands for {1}: a definition in two formulas."""
    sides = [_NUMBERED.fullmatch(side.strip()) for side in text_.split(" = ")]
    written = text_.split(" = ")
    if len(sides) != 2 or sides[1] is None:
        return scope
    try:
        (body,) = read_latex(inline[int(sides[1][1])])
        if sides[0] is None:
            head: Node = Name(written[0].strip())
        else:
            (left,) = read_latex(inline[int(sides[0][1])])
            head = left.members[0]
    except (FormulaError, ValueError, IndexError):
        return scope
    if len(body.members) != 1 or not isinstance(head, Name | Entry):
        return scope
    chain = replace(body, members=(head, body.members[0]), relations=(":=",))
    return read_chain(chain, scope)[1]


def conditions_beside(pieces: Sequence[Piece], place: int) -> tuple[Node, ...]:
    """The conditions that the prose around a formula puts on it.

    Of the prose before it counts the last sentence, also for the formulas that follow at once;
    behind it, what goes on in the same sentence; within prose, the sentence that the formula is
    part of. "Case 1: i = j" counts until the cases are left.
    """
    at = _before(pieces, place)
    if at is None:
        return ()
    prose = pieces[at].source
    if pieces[place].kind == "inline" and not _is_bare(prose):
        return tuple(_within(pieces, at, place - at - 1))
    while at is not None and _is_bare(prose):
        at = _before(pieces, at)
        prose = "" if at is None else pieces[at].source
    if at is None:
        return ()
    start = _last_sentence(prose)
    found = list(_limits(pieces, at, start, len(prose))) or list(_case(pieces, at))
    after = _after(pieces, place)
    closed = pieces[place].source.rstrip().endswith((".", "。"))
    if after is not None and not closed and _GOES_ON.match(pieces[after].source):
        found += _limits(pieces, after, 0, _first_sentence(pieces[after].source))
    return tuple(dict.fromkeys(found))


def _before(pieces: Sequence[Piece], place: int) -> int | None:
    """The prose or heading before a piece, over the formulas between."""
    at = place - 1
    while at >= 0 and pieces[at].kind in ("inline", "display"):
        at -= 1
    return at if at >= 0 and pieces[at].kind in ("prose", "heading") else None


def _after(pieces: Sequence[Piece], place: int) -> int | None:
    at = place + 1
    return at if at < len(pieces) and pieces[at].kind == "prose" else None


def _is_bare(prose: str) -> bool:
    """Whether a paragraph holds formulas only."""
    return not re.sub(rf"[{PLACEHOLDER}\W\d_]", "", prose)


def _last_sentence(prose: str) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(prose.rstrip())]
    return next((end for end in reversed(ends) if end < len(prose.rstrip())), 0)


def _first_sentence(prose: str) -> int:
    match = _SENTENCE_END.search(prose)
    return match.end() if match else len(prose)


def is_stated(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the sentence around an inline formula states it: where, since, and no if or not."""
    at = _before(pieces, place)
    if at is None:
        return False
    prose = pieces[at].source
    marks = [match.start() for match in re.finditer(PLACEHOLDER, prose)]
    number = place - at - 1
    if number >= len(marks):
        return False
    start = max((m.end() for m in _SENTENCE_END.finditer(prose, 0, marks[number])), default=0)
    sentence = prose[start : marks[number] + _first_sentence(prose[marks[number] :])]
    before = prose[start : marks[number]]
    return bool(_STATES.search(before)) and not _HEDGES.search(sentence)


def _within(pieces: Sequence[Piece], at: int, number: int) -> Iterator[Node]:
    """The conditions of the sentence in which the inline formula of this number stands."""
    prose = pieces[at].source
    marks = [match.start() for match in re.finditer(PLACEHOLDER, prose)]
    if number < len(marks):
        start = max((m.end() for m in _SENTENCE_END.finditer(prose, 0, marks[number])), default=0)
        stop = marks[number] + _first_sentence(prose[marks[number] :])
        yield from _limits(pieces, at, start, stop)


def _case(pieces: Sequence[Piece], at: int | None) -> Iterator[Node]:
    """The conditions of the case that the text is in.

    A sentence of its own may speak of all cases again, so the case ends there.
    """
    while at is not None and pieces[at].kind == "prose":
        prose = pieces[at].source
        if _CASE.match(prose):
            yield from _limits(pieces, at, 0, len(prose))
            return
        if not _LEADS_ON.fullmatch(prose):
            return
        at = _before(pieces, at)


def _limits(pieces: Sequence[Piece], at: int, start: int, stop: int) -> Iterator[Node]:
    """The conditions that a stretch of prose states."""
    inline = _inline_of(pieces, at)
    for one in said(pieces[at].source, inline):
        if one.kind == "where" and start <= one.span[0] and one.span[1] <= stop:
            yield from _condition(one, inline)


def _condition(one: Said, inline: Sequence[str]) -> Iterator[Node]:
    numbered = _NUMBERED.fullmatch(one.text.strip())
    if numbered is None:
        source = _filled(one.text, inline)
        yield from () if source is None else read_condition(source)
        return
    try:
        chains = read_latex(inline[int(numbered[1])])
    except FormulaError:
        return
    for chain in chains:
        yield from chain.conditions
        yield from _relations(chain)


def _relations(chain: Chain) -> Iterator[Node]:
    for left, op, right in zip(chain.members, chain.relations, chain.members[1:], strict=False):
        if op in ("=", "!="):
            yield Rel("==" if op == "=" else "!=", left, right)


def _inline_of(pieces: Sequence[Piece], place: int) -> list[str]:
    """The inline formulas of a piece of prose, which follow it."""
    found = []
    for piece in pieces[place + 1 :]:
        if piece.kind != "inline":
            break
        found.append(piece.source)
    return found


def _filled(text_: str, inline: Sequence[str]) -> str | None:
    """The text with {0}, {1} … replaced by the names of those formulas; None if they have none."""
    for numbered in _NUMBERED.findall(text_):
        name = _name(inline[int(numbered)]) if int(numbered) < len(inline) else None
        if name is None:
            return None
        text_ = text_.replace(f"{{{numbered}}}", name)
    return text_


def _name(source: str) -> str | None:
    """The name that an inline formula is: y, y_i, bold y."""
    try:
        chains = read_latex(source)
    except FormulaError:
        return None
    if len(chains) != 1 or len(chains[0].members) != 1:
        return None
    member = chains[0].members[0]
    if isinstance(member, Form) and member.name == "vec":
        member = member.args[0]
    if isinstance(member, Entry):
        return member.base
    return member.id if isinstance(member, Name) else None
