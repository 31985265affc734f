"""Parse trees to syntax trees: sums, products, powers, conditions, entries."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import lark

from derive.read.constants import bits_of
from derive.read.text import MAX_DEPTH, Part, Text
from derive.show import MAX_LITERAL
from derive.syntax import (
    Add,
    Div,
    Entry,
    Form,
    Ind,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Rel,
    Span,
    depth,
    rational,
    walk,
)

MAX_NODES = 5_000
MAX_EXPONENT = 64

MAX_AXES = 6
MAX_DIGITS = 100


@dataclass(frozen=True)
class Equation:
    """`left == right` (a claim) or `left = right` (a definition), as read."""

    left: Node
    right: Node
    source: str
    origin: str = "claim"


class Arithmetic(Text):
    """A text and the tree that it stands for, but for the words of the language."""

    # Words that need an argument.
    words: frozenset[str] = frozenset()

    def top(self) -> Node | Equation | None:
        """The tree of the text, or None with at least one complaint."""
        tree = self.parsed()
        if tree is None:
            return None
        sides = [self._node(part) for part in tree.children if isinstance(part, lark.Tree)]
        if len(sides) == 2:
            return self._equation(sides[0], sides[1])
        if isinstance(sides[0], Rel) and sides[0].op == "==":
            return self._equation(sides[0].left, sides[0].right)
        return self._bounded(sides[0])

    def _equation(self, left: Node, right: Node) -> Equation:
        for side in (left, right):
            self._bounded(side)
            if isinstance(side, Rel | Logic):
                self.complain("one side of the equality is itself a relation", self._span(side))
        return Equation(left, right, self.source, self.origin)

    def _bounded(self, node: Node) -> Node:
        if depth(node) > MAX_DEPTH:
            self.complain(f"nested deeper than {MAX_DEPTH} levels", self._span(node))
        elif sum(1 for _ in walk(node)) > MAX_NODES:
            self.complain(f"more than {MAX_NODES} parts", self._span(node))
        return node

    def _span(self, node: Node) -> Span:
        return node.span or Span(self.start, self.stop)

    def _node(self, tree: lark.Tree[lark.Token]) -> Node:
        span = Span(tree.meta.start_pos, tree.meta.end_pos)
        build: Callable[[Sequence[Part], Span], Node] = getattr(self, f"_{tree.data}")
        return build(tree.children, span)

    def _value(self, part: Part) -> Node:
        """A part that must be a number, not a condition."""
        assert isinstance(part, lark.Tree)
        node = self._node(part)
        if isinstance(node, Rel | Logic) and part.data == "group":
            # p[k] - (k == y), as in NumPy.
            return Ind(node, span=node.span)
        if isinstance(node, Rel | Logic):
            self.complain(
                "a condition where a number is expected",
                self._span(node),
                "ind(k == y) is a number",
            )
        return node

    def _truth(self, part: Part) -> Node:
        """A part that must be a condition."""
        assert isinstance(part, lark.Tree)
        node = self._node(part)
        if not isinstance(node, Rel | Logic):
            self.complain("expected a condition such as k == y", self._span(node))
        return node

    def _any_of(self, parts: Sequence[Part], span: Span) -> Node:
        return Logic("or", tuple(map(self._truth, parts)), span=span)

    def _all_of(self, parts: Sequence[Part], span: Span) -> Node:
        return Logic("and", tuple(map(self._truth, parts)), span=span)

    def _negate(self, parts: Sequence[Part], span: Span) -> Node:
        return Logic("not", (self._truth(parts[0]),), span=span)

    def _compare(self, parts: Sequence[Part], span: Span) -> Node:
        values = [self._value(part) for part in parts[::2]]
        relations = [_RELATIONS.get(str(sign), str(sign)) for sign in parts[1::2]]
        steps = tuple(
            Rel(op, a, b, span=span)  # type: ignore[arg-type]
            for a, op, b in zip(values, relations, values[1:], strict=False)
        )
        return steps[0] if len(steps) == 1 else Logic("and", steps, span=span)

    def _sum_of(self, parts: Sequence[Part], span: Span) -> Node:
        terms = [self._value(parts[0])]
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            term = self._value(part)
            terms.append(term if sign == "+" else Neg(term, span=term.span))
        return Add(tuple(terms), span=span)

    def _sign_of(self, parts: Sequence[Part], span: Span) -> Node:
        inner = self._value(parts[1])
        return inner if parts[0] == "+" else Neg(inner, span=span)

    def _product_of(self, parts: Sequence[Part], span: Span) -> Node:
        """Left to right: a*b/c is (a*b)/c; runs of factors become one product."""
        result = self._value(parts[0])
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            factor = self._value(part)
            until = Span(span.start, self._span(factor).stop)
            if str(sign) in "/÷":
                result = Div(result, factor, span=until)
            elif str(sign) == "@":
                result = Form("matmul", (result, factor), span=until)
            elif isinstance(result, Mul) and not self._bracketed(result):
                result = Mul((*result.factors, factor), span=until)
            else:
                result = Mul((result, factor), span=until)
        return result

    def _bracketed(self, node: Node) -> bool:
        return node.span in self.groups

    def _power_of(self, parts: Sequence[Part], span: Span) -> Node:
        return self._power(self._value(parts[0]), self._value(parts[2]), span)

    def _power(self, base: Node, exponent: Node, span: Span) -> Node:
        """The power, if neither its exponent nor its value is too large a number."""
        node = Pow(base, exponent, span=span)
        value = rational(exponent)
        if (value is None and bits_of(exponent)) or (value and abs(value) > MAX_EXPONENT):
            self.complain(f"exponent larger than {MAX_EXPONENT}", self._span(exponent))
        elif (bits := bits_of(node)) > MAX_DIGITS * 4:
            self.complain(f"a number of about {bits // 3} digits", span, f"at most {MAX_DIGITS}")
        return node

    def _number(self, parts: Sequence[Part], span: Span) -> Node:
        literal = str(parts[0])
        mantissa, _, exponent = literal.lower().partition("e")
        digits = exponent.lstrip("+-").lstrip("0")
        if len(mantissa) > MAX_DIGITS or len(digits) > 3 or int(digits or 0) > MAX_DIGITS:
            self.complain(f"a number of more than {MAX_DIGITS} digits", span)
            return Num(Fraction(1), span=span)
        return Num(Fraction(literal), span=span)

    def _name(self, parts: Sequence[Part], span: Span) -> Node:
        name = str(parts[0])
        if name in self.words:
            self.complain(f"{name} is a function and needs an argument", span, f"{name}(...)")
        return Name(name, span=span)

    def _bracket(self, parts: Sequence[Part], span: Span) -> Node:
        """[k == y] and 1[k == y]: 1 where the condition holds, else 0 (Iverson)."""
        return Ind(self._truth(parts[0]), span=span)

    def _subscript(self, parts: Sequence[Part], span: Span) -> Node:
        if _is_one(parts[0]):
            return self._bracket(parts[1:], span)
        if len(parts) - 1 > MAX_AXES:
            self.complain(f"more than {MAX_AXES} indices", span)
        indices = tuple(map(self._index, parts[1 : MAX_AXES + 1]))
        base = parts[0]
        if isinstance(base, lark.Tree) and base.data == "name":
            return Entry(str(base.children[0]), indices, span=span)
        value = self._value(base)
        if isinstance(value, Entry) and len(value.indices) + len(indices) <= MAX_AXES:
            # W[i][j], as lists of lists are written.
            return Entry(value.base, (*value.indices, *indices), span=span)
        return Form("at", (value, *indices), span=span)

    def _transpose(self, parts: Sequence[Part], span: Span) -> Node:
        return Form("transpose", (self._value(parts[0]),), span=span)

    def _index(self, part: Part) -> Node:
        node = self._value(part)
        if isinstance(node, Num) and (node.value.denominator != 1 or node.value < 0):
            self.complain("a literal index is a whole number", self._span(node))
        elif isinstance(node, Num) and node.value > MAX_LITERAL:
            hint = "write a letter for an index; each letter stands for every class"
            self.complain(f"a literal index goes up to {MAX_LITERAL}", self._span(node), hint)
        elif not isinstance(node, Name | Num | Entry):
            hint = "an index is a letter, a whole number, or a label such as y[i]"
            self.complain("cannot index by this", self._span(node), hint)
        return node

    def _group(self, parts: Sequence[Part], span: Span) -> Node:
        if len(parts) > 1:
            self.complain("a list in brackets is no formula", span)
        assert isinstance(parts[0], lark.Tree)
        inner = self._node(parts[0])
        self.groups.add(span)
        return _respan(inner, span)


_RELATIONS = {"≠": "!=", "≤": "<=", "≥": ">="}


def _is_one(part: Part) -> bool:
    return isinstance(part, lark.Tree) and part.data == "number" and part.children == ["1"]


def _respan(node: Node, span: Span) -> Node:
    """The same node, seen with the brackets around it."""
    return dataclasses.replace(node, span=span)
