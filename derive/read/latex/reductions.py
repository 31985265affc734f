"""Sums, products, maxima, limits and expectations: what they range over and how far they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import lark

from derive.read.latex.derivatives import Derivatives, Row, bracket
from derive.read.latex.names import Head, is_number
from derive.read.latex.tokens import Token
from derive.read.latex.values import Part, factors, inside, kind, pieces, sole
from derive.show import text
from derive.syntax import (
    Add,
    Entry,
    Form,
    Ind,
    Logic,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    ReduceKind,
    Rel,
    Span,
    children,
    free_names,
    transform,
)

_REDUCTIONS: dict[str, ReduceKind] = {"sum": "sum", "prod": "prod", "max": "max"}
_UNREAD = {"int": "integrals", "sup": "suprema", "infimum": "infima"}
# A sum of more numbers than that is one that nobody counts.
_MOST_DIGITS = 7


@dataclass
class Bound:
    """The indices of a sum, the conditions on them, and the size of their range as text."""

    indices: list[str]
    where: list[Node]
    over: str = ""


class Reductions(Derivatives):
    """Operators over an index."""

    def reduction(self, prefix: lark.Tree[Token], row: Row) -> Node:
        """\\sum_{j=1}^{K} and its kin, over the rest of the term."""
        name, span = str(prefix.children[0]), self.span(prefix)
        scripts = [s for s in prefix.children[1:] if isinstance(s, lark.Tree)]
        if name in _UNREAD:
            return self.complain(f"{_UNREAD[name]} are not read", span)
        if not scripts and name in ("max", "min") and bracket(row.peek()):
            following = row.take()
            whole = self.across(span, self.span(following))
            scripted = isinstance(following, lark.Tree) and following.data == "scripted"
            group = following.children[0] if scripted else following  # type: ignore[union-attr]
            outside = following.children[1:] if scripted else []  # type: ignore[union-attr]
            call = Form(
                "apply", (Name(name, span=span), *self.arguments(inside(group))), span=whole
            )
            return self.hung_on(call, outside, whole) if outside else call
        if any(kind(s.children[0]) == "PRIME" for s in scripts):
            return self.complain("a prime hangs on no name", span)
        lower = [inside(s) for s in scripts if kind(s.children[0]) == "SUB"]
        upper = [inside(s) for s in scripts if kind(s.children[0]) == "SUP"]
        if name == "limit":
            return self._limit(lower, row, span)
        bound = self._bound(lower, upper, span)
        body = self.run(row)
        self._from_zero(bound, body)
        whole = self.across(span, body.span)
        if name not in _REDUCTIONS:
            letters = tuple(Name(i, span=span) for i in bound.indices)
            return Form(name, (body, *letters, *bound.where), span=whole)
        return self._nested(_REDUCTIONS[name], body, bound, whole)

    def _nested(self, name: ReduceKind, body: Node, bound: Bound, span: Span) -> Node:
        """One reduction per index; the conditions stand with the innermost."""
        where: Node | None = None
        if bound.where:
            where = bound.where[0] if len(bound.where) == 1 else Logic("and", tuple(bound.where))
        for index in reversed(bound.indices or [""]):
            body = Reduce(name, body, index, where, bound.over, span=span)
            where = None
        return body

    def _limit(self, lower: Sequence[Part], row: Row, span: Span) -> Node:
        clause = sole(lower[0]) if lower else None
        if kind(clause) == "content" or kind(clause) != "compare":
            return self.complain("a limit needs what goes where: \\lim_{T \\to \\infty}", span)
        assert isinstance(clause, lark.Tree)
        variable, goal = self.value(clause.children[0]), self.value(clause.children[2])
        body = self.run(row)
        return Form("limit", (body, variable, goal), span=self.across(span, body.span))

    # What a sum ranges over.

    def _bound(self, lower: Sequence[Part], upper: Sequence[Part], span: Span) -> Bound:
        if upper and not lower and self._starts(upper[0]):
            lower, upper = upper, lower
        elif lower and upper and self._starts(upper[0]) and not self._starts(lower[0]):
            lower, upper = upper, lower
            self.note("the limits of the sum are reversed; read the other way round")
        bound = Bound([], [])
        top = self._limit_value(upper[0]) if upper else None
        start: Node | None = None
        for part in lower:
            start = self._from(inside(part) if kind(part) == "group" else part, bound) or start
        self._size(bound, start, top)
        if len(set(bound.indices)) != len(bound.indices):
            self.complain("the same index twice", span)
        return bound

    def _starts(self, part: Part) -> bool:
        """Whether a limit says j = 1."""
        return any(kind(sole(c)) == "compare" for _, c in pieces(inside(part)))

    def _limit_value(self, group: Part) -> Node | None:
        """The upper limit; None where its braces are empty."""
        inner = sole(group)
        empty = isinstance(inner, lark.Tree) and inner.data == "content" and not inner.children
        if isinstance(inner, lark.Tree) and inner.data == "compare":
            inner = inner.children[-1]
            self.note("a limit such as C = 2 is read as 2")
        return None if empty else self.number(inner)

    def _from(self, content: Part, bound: Bound) -> Node | None:
        """The lower limit: indices and conditions are collected; the value that it starts from."""
        start: Node | None = None
        for _, clause in pieces(content):
            inner = sole(clause)
            if isinstance(inner, lark.Tree) and inner.data == "substack":
                start = self._from(inside(inside(inner)), bound) or start
            elif isinstance(inner, lark.Tree) and inner.data == "compare":
                start = self._compared(inner, bound) or start
            else:
                self._letters(inner, bound)
        return start

    def _letters(self, part: Part, bound: Bound) -> None:
        """Indices that are only named: i, (i,j), ij."""
        if kind(part) == "NUMBER" or kind(part) == "DECOR":
            return
        _, found = self.indices(part)
        for node in found:
            if isinstance(node, Name):
                bound.indices.append(node.id)
            elif isinstance(node, Entry):
                self.complain("the index of a sum is a letter", self.span(part))
            else:
                self.complain("cannot sum over this", self.span(part))

    def _compared(self, tree: lark.Tree[Token], bound: Bound) -> Node | None:
        """j = 1, j ≠ i, j ∈ C, i < j."""
        left, sign, right = tree.children[0], str(tree.children[1]), tree.children[2]
        named = bool(bound.indices)
        items = factors(left)
        letters = [str(item) for item in items if kind(item) == "NAME"]
        primed = self.value(left) if len(letters) != len(items) else None
        names = [primed.id] if isinstance(primed, Name) else letters
        fresh = [name for name in names if name not in bound.indices]
        if len(tree.children) > 3:
            bound.indices += [] if named else fresh
            bound.where.append(self.value(tree))
        elif sign == "=" and fresh and isinstance(primed or Name(""), Name):
            bound.indices += fresh
            return self.value(right)
        elif sign == "in":
            if isinstance(primed, Entry) and isinstance(primed.indices[-1], Name):
                names = fresh = [primed.indices[-1].id]
            if not names:
                self.complain("the index of a sum is a letter", self.span(left))
            bound.indices += fresh
            self._in(names, right, bound)
        elif sign in ("!=", "<", ">", "<=", ">=", "="):
            bound.indices += [] if named else fresh
            rel = self.value(tree)
            bound.where.append(rel)
            if sign in ("<", ">") and not named:
                self._pair(rel, bound, tree)
        elif sign == "~":
            bound.indices += fresh
            bound.over = text(self.value(right))
        else:
            self.complain("cannot read what the sum ranges over", self.span(tree))
        return None

    def _pair(self, rel: Node, bound: Bound, tree: lark.Tree[Token]) -> None:
        """\\sum_{i<j}: over both, or over i alone."""
        match rel:
            case Rel(right=Name(id=other)):
                note = f"the sum runs over both indices; {other} may be fixed"
                if not self.chosen("pair", self.span(tree), note):
                    bound.indices.append(other)

    def _in(self, names: list[str], part: Part, bound: Bound) -> None:
        """j ∈ C, j ∈ {1, …, K}, j ∈ {a, b}, j ∈ [K]."""
        inner = sole(part)
        if isinstance(inner, lark.Tree) and inner.data in ("curly", "square"):
            members = [self.value(c) for _, c in pieces(inside(inner))]
            if any(isinstance(m, Form) and m.name == "dots" for m in members):
                self._size(bound, members[0], members[-1])
            elif inner.data == "square" and len(members) == 1:
                bound.over = text(members[0])
            else:
                options = tuple(Rel("==", Name(n), m) for n in names for m in members)
                bound.where.append(options[0] if len(options) == 1 else Logic("or", options))
        else:
            bound.over = text(self.value(part))

    def _size(self, bound: Bound, start: Node | None, top: Node | None) -> None:
        """The size of the range, from where it starts and its upper limit."""
        index = Name(bound.indices[-1] if bound.indices else "")
        if start is not None and top is None:
            bound.where.append(Rel("==", index, start, span=start.span))
        elif start is not None and not is_number(start, 1):
            bound.where.append(Rel(">=", index, start, span=start.span))
        bound.over = bound.over if top is None else text(top)

    def _from_zero(self, bound: Bound, body: Node) -> None:
        """j = 0, …, K - 1 counts K classes, unless j is more than a subscript; j = 0, …, K all.

        So does j = 0, …, 9 count ten.
        """
        first = Rel(">=", Name(bound.indices[-1] if bound.indices else ""), Num(Fraction(0)))
        counted = bound.over.removesuffix(" - 1")
        if first not in bound.where or _computed(body, bound.indices[-1]):
            return
        if counted != bound.over:
            bound.where.remove(first)
            bound.over = counted
            self.note("an index that starts at 0 is read as starting at 1")
        elif bound.over.isdecimal() and len(bound.over) < _MOST_DIGITS:
            bound.where.remove(first)
            bound.over = str(int(bound.over) + 1)
            self.note("an index that starts at 0 is read as starting at 1")
        elif bound.over.isalpha():
            bound.where.remove(first)
            self.note(f"the sum from 0 to {bound.over} goes over all that there is")
            bound.over = ""

    def reaches(self, terms: list[Node], span: Span) -> list[Node]:
        """\\sum_j a_j + b_j: the sum may reach over the +. Both readings, where j shows it."""
        for position, term in enumerate(terms[:-1]):
            innermost = _last_reduction(term)
            if innermost is None or not innermost.index:
                continue
            later = terms[position + 1 :]
            if not any(innermost.index in free_names(t) for t in later):
                continue
            note = (
                f"the sum over {innermost.index} ends before the next + or -; it may reach further"
            )
            if self.chosen("reach", innermost.span or span, note):
                longer = Add((innermost.body, *later), span=span)
                return [*terms[:position], _with_body(term, innermost, longer)]
        return terms

    # Expectations.

    def expectation(self, head: Head, scripts: Sequence[Part], row: Row, span: Span) -> Node | None:
        """E_{x ~ p}[f(x)] as Form("expect", (body, p, x)); None where E is a letter."""
        strict = head.font == "double"
        following = row.peek()
        square = kind(following) in ("square", "curly")
        if head.name != "E" or not row.more() or not (strict or (scripts and square)):
            return None
        if head.font == "upright" and not bracket(following):
            return None
        hung = [s for s in scripts if isinstance(s, lark.Tree) and kind(s.children[0]) == "SUB"]
        if len(hung) != len(scripts):
            return self.complain("an expectation takes no superscript", span)
        outside: Sequence[Part] = []
        if isinstance(following, lark.Tree) and following.data == "scripted" and bracket(following):
            body, outside = self.value(row.take() and following.children[0]), following.children[1:]
        else:
            body = self.operand(row) if bracket(following) else self.run(row)
        whole = self.across(span, body.span)
        drawn: list[tuple[Node, ...]] = []
        for script in hung:
            drawn += self._drawn(inside(inside(script)))
        for law in reversed(drawn or [()]):
            body = Form("expect", (body, *law), span=whole)
        return self.hung_on(body, outside, whole) if outside else body

    def _drawn(self, content: Part) -> list[tuple[Node, ...]]:
        """x ~ p as (p, x); p alone as (p,)."""
        laws: list[tuple[Node, ...]] = []
        waiting: list[Node] = []
        for _, clause in pieces(content):
            inner = sole(clause)
            if isinstance(inner, lark.Tree) and inner.data == "compare":
                variables = self._variables(inner.children[0])
                laws.append((self.value(inner.children[2]), *waiting, *variables))
                waiting = []
            else:
                waiting += self._variables(inner)
        return [*laws, *((w,) for w in waiting)]

    def _variables(self, part: Part) -> list[Node]:
        inner = sole(part)
        if isinstance(inner, lark.Tree) and inner.data == "round":
            return list(self.arguments(inside(inner)))
        return [self.value(inner)]


def _last_reduction(node: Node) -> Reduce | None:
    """The innermost reduction that a term ends in."""
    found = None
    while True:
        match node:
            case Neg(arg=arg):
                node = arg
            case Reduce(body=body):
                found, node = node, body
            case Form(name="dots") | Num():
                return found
            case _ if getattr(node, "factors", ()):
                node = node.factors[-1]  # type: ignore[attr-defined]
            case _:
                return found


def _computed(node: Node, index: str) -> bool:
    """Whether an index stands outside of subscripts, as a number: the t of gamma^t."""
    if isinstance(node, Entry | Ind | Rel):
        return False
    if isinstance(node, Name):
        return node.id == index
    parts = children(node)
    if isinstance(node, Form) and node.name in ("at", "apply"):
        # softmax(z)_j and pi(j): what is an index, or may be one, is no number.
        parts = (parts[0], *(part for part in parts[1:] if not isinstance(part, Name)))
    return any(_computed(part, index) for part in parts)


def _with_body(node: Node, target: Reduce, body: Node) -> Node:
    """The term with the body of one of its reductions replaced."""

    def change(part: Node) -> Node | None:
        if part is target:
            return Reduce(target.kind, body, target.index, target.where, target.over)
        return None

    return transform(node, change)
