"""What prose and declarations add to a scope: kinds, facts and meanings of names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.document.constants import ONES
from derive.document.known import Known, Scope
from derive.document.pieces import Piece
from derive.document.prose import Said
from derive.document.statements import read_chain
from derive.document.totals import assuming
from derive.errors import FormulaError
from derive.read.facts import read_facts
from derive.read.formula import read_equation
from derive.read.latex import read_latex
from derive.show import text
from derive.syntax import ONE, Entry, Form, Mul, Name, Node, Num, Reduce

_TOTAL = re.compile(r"sum\((?P<name>[A-Za-z]\w*)\) == 1")
_DERIVATIVE = re.compile(r"D = d/d\{(\d+)\}")
_NUMBERED = re.compile(r"\{(\d+)\}")


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


def heard(scope: Scope, said: Sequence[Said], inline: Sequence[str]) -> Scope:
    """The scope after prose that says this: kinds, totals and meanings of names."""
    cases = [one.span for one in said if one.kind == "where" and one.text.startswith("label ")]
    for one in said:
        if one.kind == "declare":
            name, _, kind = one.text.partition(": ")
            if kind == "label" and name in scope.usage.bound and _is_within(one.span, cases):
                # "For the correct class k" sets a case of the k that runs.
                continue
            source = filled(one.text, inline)
            scope = scope if source is None else scope.declaring(read_facts(source))
        elif one.kind == "assume":
            source = _total(one.text, inline, scope)
            if source is not None and source not in scope.assumed:
                scope = assuming(scope, source)
        elif one.kind == "define":
            scope = _meaning_of_word(scope, one.text, inline)
    return scope


def _is_within(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < stop for start, stop in others)


def announced(scope: Scope, paragraphs: Iterable[tuple[Sequence[Said], Sequence[str]]]) -> Scope:
    """The scope with the kinds and totals that the document states only further on."""
    late = Scope(usage=scope.usage, definitions=scope.definitions, later=scope.later)
    for said, inline in paragraphs:
        facts = [one for one in said if one.kind in ("declare", "assume")]
        late = heard(late, facts, inline)
    return replace(scope, later_declared=late.declared, later_assumed=late.assumed)


def _total(text_: str, inline: Sequence[str], scope: Scope) -> str | None:
    """The assumption as an equation between entries: sum_j t_j = 1, or the targets sum to 1."""
    numbered = _NUMBERED.fullmatch(text_.strip())
    if numbered is not None:
        return next(_equations(inline[int(numbered[1])]), None)
    found = _TOTAL.fullmatch(filled(text_, inline) or "")
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
            elif isinstance(right, Num) and (name := _added_up(left)):
                yield f"sum({name}[j], j) == {text(right)}"


def _added_up(node: Node) -> str:
    """y in 1^T y, which is the sum of its entries; else empty."""
    match node:
        case Mul(factors=(Form(name="transpose", args=(ones,)), vector)):
            is_ones = ones in (Form("vec", (Name(ONES),)), Name(ONES), ONE)
            inner = vector.args[0] if isinstance(vector, Form) and vector.args else vector
            return inner.id if is_ones and isinstance(inner, Name) else ""
    return ""


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


def inline_of(pieces: Sequence[Piece], place: int) -> list[str]:
    """The inline formulas of a piece of prose, which follow it."""
    stop = place + 1
    while stop < len(pieces) and pieces[stop].kind == "inline":
        stop += 1
    return [piece.source for piece in pieces[place + 1 : stop]]


def filled(text_: str, inline: Sequence[str]) -> str | None:
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
