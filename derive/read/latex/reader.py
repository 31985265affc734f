"""The LaTeX reader: source to chains, all mistakes of a formula at their places."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.read.arithmetic import MAX_NODES
from derive.read.latex.brackets import paired
from derive.read.latex.build import Builder
from derive.read.latex.chain import Chain, Macro
from derive.read.latex.chains import Cutter, Draft
from derive.read.latex.lexer import Lexer
from derive.read.latex.macros import read_macros
from derive.read.latex.parse import parsed
from derive.read.latex.sums import named_sums
from derive.read.latex.tokens import Token, place, token
from derive.read.latex.values import Choice
from derive.read.text import MAX_DEPTH
from derive.syntax import (
    Form,
    Logic,
    Node,
    Reduce,
    Rel,
    Span,
    depth,
    free_names,
    num,
    walk,
)

MAX_ALTERNATIVES = 4
_OPENS = frozenset({"LPAR", "LSQB", "COMMA", "SEMI", "MID", "BAR"})
_ENDS = frozenset({"RPAR", "RSQB", "COMMA", "SEMI", "MID", "BAR"})


def read_latex(
    source: str, origin: str = "formula", macros: Mapping[str, Macro] | None = None
) -> tuple[Chain, ...]:
    """The chains of a formula or display, in LaTeX or as plain text writes it.

    Nothing is decided that only a context can know: f(x) may be a call or a product. Where the
    formula itself has two readings, a chain carries the others as `alternatives`.
    Spans are places in `source`. Raises FormulaError.
    """
    own, text = read_macros(source)
    lexer = Lexer(source, origin, {**(macros or {}), **own})
    tokens = lexer.tokens(text)
    if not lexer.complaints:
        _check_size(lexer, tokens)
    if not lexer.complaints:
        tokens = paired(lexer, _placeholders(tokens), lexer.notes)
        tokens = named_sums(tokens, lexer.notes)
    chains: list[Chain] = []
    if not lexer.complaints:
        for draft in Cutter(lexer.columns).cut(tokens):
            chain = _Assembly(lexer, draft).chain()
            chains += [chain] if chain is not None else []
    if not chains and not lexer.complaints:
        lexer.complain("empty", Span(0, max(1, len(source))), "write a formula")
    return lexer.finish(tuple(chains))


def _check_size(lexer: Lexer, tokens: Sequence[Token]) -> None:
    counted = [tok for tok in tokens if tok.type not in ("LBRACE", "RBRACE")]
    if len(counted) > MAX_NODES:
        lexer.complain(f"more than {MAX_NODES} parts", place(counted[MAX_NODES]))


def _placeholders(tokens: Sequence[Token]) -> list[Token]:
    """A dot that stands for any argument or index: f(s, \\cdot), x_{\\cdot j}."""
    made = list(tokens)
    for k, (before, tok, after) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False), 1):
        inside = before.type == "LBRACE" or after.type == "RBRACE"
        alone = inside or (before.type in _OPENS and after.type in _ENDS)
        if tok.type == "OP" and tok == "*" and alone:
            made[k] = token("DECOR", "all", place(tok))
    return made


@dataclass
class _Assembly:
    """One draft on its way to a chain, in its first and its other readings."""

    lexer: Lexer
    draft: Draft

    def chain(self) -> Chain | None:
        first, choices = self._read(frozenset())
        if first is None:
            return None
        others = []
        for choice in list(choices)[:MAX_ALTERNATIVES]:
            other, _ = self._read(frozenset({choice}))
            if other is not None and other.members != first.members:
                others.append(replace(other, notes=(), differs=choices[choice]))
        notes = [*self.lexer.notes, *first.notes, *(n for n in choices.values())]
        self.lexer.notes.clear()
        notes += _reused(first)
        unique = tuple(dict.fromkeys(notes))
        return replace(first, notes=unique, alternatives=tuple(others))

    def _read(self, taken: frozenset[Choice]) -> tuple[Chain | None, dict[Choice, str]]:
        draft, lexer = self.draft, self.lexer
        whole = self._span()
        builders: list[Builder] = []

        def node(tokens: Sequence[Token], condition: bool = False) -> Node:
            own = _extent(tokens, whole)
            builder = Builder(lexer, own, taken)
            builders.append(builder)
            tree = parsed(lexer, tokens, own)
            if tree is None:
                return num(0)
            made = builder.condition(tree) if condition else builder.value(tree)
            return _bounded(lexer, made, own)

        members = [node(member) if member else Form("blank", ()) for member in draft.members]
        for member, tokens in zip(members, draft.members, strict=True):
            _plain_value(lexer, member, _extent(tokens, whole))
        stated = [node(tokens, condition=True) for tokens in draft.conditions]
        conditions = [part for condition in stated for part in _joined(condition)]
        conditions += self._limits(builders, members)
        ranges = [Form("in", (node(a), node(b))) for a, b in draft.ranges]
        if len(draft.relations) >= len(members) and not lexer.complaints:
            lexer.complain("this relation has no right side", place(draft.relations[-1]))
        if lexer.complaints:
            return None, {}
        choices = {choice: note for b in builders for choice, note in b.choices.items()}
        if _stands_alone(lexer.out, "Sigma"):
            choices = {c: note for c, note in choices.items() if c.kind != "Sigma"}
        notes = tuple(dict.fromkeys(note for b in builders for note in b.notes))
        return self._made(members, conditions, ranges, notes), choices

    def _limits(self, builders: Sequence[Builder], members: Sequence[Node]) -> list[Rel]:
        """The conditions below an index, which must be one that no sum binds."""
        free = frozenset[str]().union(*map(free_names, members))
        found = [limit for builder in builders for limit in builder.limits]
        for limit in found:
            if not free_names(limit.left) & free:
                message = "a condition hangs on no indicator"
                self.lexer.complain(message, limit.span or self._span())
        return list(dict.fromkeys(found))

    def _made(
        self,
        members: Sequence[Node],
        conditions: Sequence[Node],
        ranges: Sequence[Form],
        notes: tuple[str, ...],
    ) -> Chain:
        draft, whole = self.draft, self._span()
        return Chain(
            members=tuple(members),
            relations=tuple(map(str, draft.relations)),
            source=self.lexer.source[whole.start : whole.stop],
            span=whole,
            conditions=tuple(c for c in conditions if isinstance(c, Rel | Logic)),
            ranges=(*ranges, *(c for c in conditions if isinstance(c, Form))),
            notes=notes,
            label=draft.label,
            words=" ".join(draft.words),
            continued=draft.continued,
        )

    def _span(self) -> Span:
        draft = self.draft
        parts = [*draft.members, *draft.conditions, *(p for pair in draft.ranges for p in pair)]
        tokens = [tok for part in parts for tok in part]
        return _extent(tokens, Span(0, len(self.lexer.source)))


def _joined(condition: Node) -> tuple[Node, ...]:
    """The conditions that "and" joins, one by one."""
    if isinstance(condition, Logic) and condition.op == "and":
        return tuple(part for arg in condition.args for part in _joined(arg))
    return (condition,)


def _stands_alone(tokens: Sequence[Token], name: str) -> bool:
    """Whether a letter is used where it can be nothing but a name: Sigma^2, a / Sigma."""
    pairs = itertools.pairwise(tokens)
    ends = ("RBRACE", "RPAR", "SIGN", "SUP", "SUB", "REL", "OP")
    return any(a.type == "NAME" and a == name and b.type in ends for a, b in pairs)


def _extent(tokens: Sequence[Token], default: Span) -> Span:
    if not tokens:
        return default
    return Span(min(place(t).start for t in tokens), max(place(t).stop for t in tokens))


def _bounded(lexer: Lexer, node: Node, span: Span) -> Node:
    if sum(1 for _ in walk(node)) > MAX_NODES:
        lexer.complain(f"more than {MAX_NODES} parts", span)
    elif depth(node) > MAX_DEPTH:
        lexer.complain(f"nested deeper than {MAX_DEPTH} levels", span)
    return node


def _plain_value(lexer: Lexer, node: Node, span: Span) -> None:
    """A member is a number, a vector or a matrix: nothing that was left half read."""
    if isinstance(node, Rel | Logic):
        lexer.complain("a condition where a formula is expected", node.span or span)
    for part in walk(node):
        if isinstance(part, Form) and part.name == "operator":
            lexer.complain("nothing to differentiate", part.span or span)


def _reused(chain: Chain) -> Iterator[str]:
    """An index that is summed over in one place and free in another."""
    free = frozenset[str]().union(*(free_names(member) for member in chain.members))
    bound = {p.index for m in chain.members for p in walk(m) if isinstance(p, Reduce) and p.index}
    for index in sorted(bound & free):
        yield f"{index} is summed over and also free; the sum's {index} is read as its own"
