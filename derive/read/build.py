"""Parse trees to syntax trees: what the words of the formula language stand for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import lark

from derive.read.constants import bits_of
from derive.read.shorthand import SHORTHAND, instead_of
from derive.read.text import MAX_DEPTH, Part, Text
from derive.read.words import DECIDED_FUNCTIONS, FUNCTIONS, VECTOR_FORMS
from derive.show import MAX_LITERAL
from derive.syntax import (
    Add,
    Call,
    Cases,
    Deriv,
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
    Reduce,
    Rel,
    Span,
    depth,
    free_names,
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


class Builder(Text):
    """A text and the tree that it stands for."""

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
        base, exponent = self._value(parts[0]), self._value(parts[2])
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
        if (name in FUNCTIONS or name in _FORMS) and name not in _ALSO_LETTERS:
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
        return Form("at", (self._value(base), *indices), span=span)

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

    def _call(self, parts: Sequence[Part], span: Span) -> Node:
        name, args = str(parts[0]), parts[1:]
        if name in FUNCTIONS:
            if len(args) != 1:
                self.complain(f"{name} takes one argument", span)
            return Call(FUNCTIONS[name], self._value(args[0]), span=span)
        if name in VECTOR_FORMS and (name not in _FORMS or len(args) == 1):
            return self._vector_form(name, args, span)
        if name in _FORMS:
            return _FORMS[name](self, args, span)
        if (name, len(args)) in SHORTHAND:
            node = SHORTHAND[name, len(args)](*map(self._value, args))
            return dataclasses.replace(node, span=span)
        head = Span(span.start, span.start + len(name))
        known = {*FUNCTIONS, *_FORMS, *VECTOR_FORMS} - _QUIET
        self.complain(f"{name} is no function", head, instead_of(name, len(args), known))
        return Num(Fraction(1), span=span)

    # The forms: sum(e, j), d(L, f[k]), delta(k, y), ind(k == y), cases(v, c, otherwise).

    def _vector_form(self, name: str, args: Sequence[Part], span: Span) -> Node:
        form, count = VECTOR_FORMS[name]
        if len(args) != count:
            hint = "write  sum(f[j], j)/n" if name == "mean" else ""
            self.complain(f"{name} takes {count} argument{'s' * (count > 1)}", span, hint)
            return Num(Fraction(1), span=span)
        return Form(form, tuple(map(self._value, args)), span=span)

    def _reduce(self, kind: str, args: Sequence[Part], span: Span) -> Node:
        if len(args) < 2:
            self.complain(f"{kind} needs an index", span, f"{kind}(exp(f[j]), j)")
            return Num(Fraction(1), span=span)
        parts = args[1:]
        count = next((i for i, part in enumerate(parts) if i and not _is_index(part)), len(parts))
        bound = [self._bound_index(part) for part in parts[:count]]
        conditions = tuple(map(self._truth, parts[count:]))
        where = None
        if conditions:
            where = conditions[0] if len(conditions) == 1 else Logic("and", conditions)
        node = self._value(args[0])
        for index, over in reversed(bound):
            node = Reduce(kind, node, index, where, over, span=span)  # type: ignore[arg-type]
            where = None
        return node

    def _bound_index(self, part: Part) -> tuple[str, str]:
        """The index and, from SymPy's spelling (j, 1, n), the name of its range."""
        assert isinstance(part, lark.Tree)
        if part.data == "group" and len(part.children) == 3:
            nodes = [self._value(child) for child in part.children]
            match nodes:
                case [Name(id=index), Num(value=low), Name(id=high)] if low == 1:
                    return index, high
        elif part.data == "name":
            return str(part.children[0]), ""
        span = Span(part.meta.start_pos, part.meta.end_pos)
        self.complain("expected the index of the sum", span, "write  sum(exp(f[j]), j)")
        return "j", ""

    def _derivative(self, args: Sequence[Part], span: Span) -> Node:
        if len(args) < 2:
            self.complain("d needs what to differentiate by", span, "d(L, f[k])")
            return Num(Fraction(0), span=span)
        wrt = tuple(map(self._value, args[1:]))
        for variable in wrt:
            if not isinstance(variable, Name | Entry) and not _is_row_of_matrix(variable):
                hint = "differentiate by an entry f[k] or a scalar z"
                self.complain("cannot differentiate by this", self._span(variable), hint)
        if len(wrt) > 4:
            self.complain("derivatives of order at most 4", span)
        return Deriv(self._value(args[0]), wrt, span=span)

    def _kronecker(self, args: Sequence[Part], span: Span) -> Node:
        if len(args) != 2:
            self.complain("delta takes two indices", span, "delta(k, y)")
            return Num(Fraction(1), span=span)
        return Ind(Rel("==", self._index(args[0]), self._index(args[1]), span=span), span=span)

    def _indicator(self, args: Sequence[Part], span: Span) -> Node:
        if len(args) != 1:
            self.complain("ind takes one condition", span, "ind(k == y)")
            return Num(Fraction(1), span=span)
        return Ind(self._truth(args[0]), span=span)

    def _cases(self, args: Sequence[Part], span: Span) -> Node:
        if len(args) < 3 or len(args) % 2 == 0:
            self.complain(
                "cases takes pairs and an otherwise", span, "cases(p[k] - 1, k == y, p[k])"
            )
            return Num(Fraction(1), span=span)
        pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
        branches = tuple((self._value(v), self._truth(c)) for v, c in pairs)
        return Cases(branches, self._value(args[-1]), span=span)

    def _piecewise(self, args: Sequence[Part], span: Span) -> Node:
        """SymPy's ((value, condition), ..., (value, True))."""
        pairs = [arg.children for arg in args if isinstance(arg, lark.Tree) and arg.data == "group"]
        if len(pairs) < len(args) or any(len(pair) != 2 for pair in pairs) or len(pairs) < 2:
            hint = "Piecewise((p[k] - 1, k == y), (p[k], True))"
            self.complain("Piecewise takes pairs of a value and a condition", span, hint)
            return Num(Fraction(1), span=span)
        *front, (otherwise, last) = pairs
        always = self._node(last)  # type: ignore[arg-type]
        if always != Name("True"):
            self.complain("the condition of the last piece is True", self._span(always))
        branches = tuple((self._value(v), self._truth(c)) for v, c in front)
        return Cases(branches, self._value(otherwise), span=span)

    def _maximum(self, args: Sequence[Part], span: Span) -> Node:
        """The largest entry, max(f[j], j), or the larger of two numbers, max(0, 1 - m)."""
        if len(args) == 2 and not (_is_index(args[1]) and args[0].data != "number"):  # type: ignore[union-attr]
            return SHORTHAND["max", 2](*map(self._value, args))
        node = self._reduce("max", args, span)
        if isinstance(node, Reduce) and node.index not in free_names(node.body):
            hint = "write  max(f[j], j)  for the largest entry, cases(x, x > y, y)  of two numbers"
            self.complain(f"{node.index} does not occur in what the maximum is of", span, hint)
        return node


_RELATIONS = {"≠": "!=", "≤": "<=", "≥": ">="}
_Form = Callable[[Builder, Sequence[Part], Span], Node]


def _summed(kind: str) -> _Form:
    return lambda reader, args, span: reader._reduce(kind, args, span)


_FORMS: dict[str, _Form] = {
    "sum": _summed("sum"),
    "Sum": _summed("sum"),
    "prod": _summed("prod"),
    "Product": _summed("prod"),
    "max": Builder._maximum,
    "d": Builder._derivative,
    "diff": Builder._derivative,
    "Derivative": Builder._derivative,
    "delta": Builder._kronecker,
    "KroneckerDelta": Builder._kronecker,
    "ind": Builder._indicator,
    "cases": Builder._cases,
    "Piecewise": Builder._piecewise,
}
# Words of the language that are also common names of an index or a parameter.
_ALSO_LETTERS = frozenset({"d", "delta", "sigma"})
_QUIET = {"Sum", "Product", "Derivative", "KroneckerDelta", "Piecewise"} | (
    FUNCTIONS.keys() - DECIDED_FUNCTIONS
)


def _is_index(part: Part) -> bool:
    """Whether the part of a sum is one more index, j or (j, 1, n), and no condition."""
    if not isinstance(part, lark.Tree):
        return False
    return part.data == "name" or (part.data == "group" and len(part.children) == 3)


def _is_one(part: Part) -> bool:
    return isinstance(part, lark.Tree) and part.data == "number" and part.children == ["1"]


def _is_row_of_matrix(node: Node) -> bool:
    """(W)[k], a vector; W[k] is an entry."""
    return isinstance(node, Form) and node.name == "at" and isinstance(node.args[0], Name)


def _respan(node: Node, span: Span) -> Node:
    """The same node, seen with the brackets around it."""
    return dataclasses.replace(node, span=span)
