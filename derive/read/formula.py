"""The formula reader: text to syntax tree, with every mistake of a text reported at its place.

Sizes are bounded before any work is done: text length, bracket depth, node count, the size of
numbers and of constant exponents. The reader knows the language's words and nothing of what a
name means; that is `derive.scope`.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from typing import TypeVar

import lark

from derive.errors import Complaint, FormulaError
from derive.syntax import (
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
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
    walk,
)

MAX_LENGTH = 20_000
MAX_DEPTH = 100
MAX_NODES = 5_000
MAX_EXPONENT = 64
MAX_DIGITS = 100
MAX_COMPLAINTS = 5

FUNCTIONS = {
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "sigma": "sigma",
    "sigmoid": "sigma",
    "softplus": "softplus",
    "abs": "abs",
    "argmax": "argmax",
    "argmin": "argmin",
    "round": "round",
    "floor": "floor",
    "ceil": "ceil",
    "sin": "sin",
    "cos": "cos",
    "relu": "relu",
}
DECIDED_FUNCTIONS = frozenset({"exp", "log", "sqrt", "tanh", "sigma", "softplus", "abs"})


@dataclass(frozen=True)
class Equation:
    """`left == right` (a claim) or `left = right` (a definition), as read."""

    left: Node
    right: Node
    source: str


@dataclass(frozen=True)
class Fact:
    """`name: kind[sizes]`, e.g. t: simplex[n]; a concrete size is `n: 3`."""

    name: str
    kind: str
    sizes: tuple[str, ...]
    source: str
    span: Span


def read_expression(source: str, origin: str = "formula") -> Node:
    """The tree of a number-valued formula. Raises FormulaError."""
    reader = _Reader(source, origin)
    node = reader.top()
    if node is not None and isinstance(node, Rel | Logic | Equation):
        reader.complain("expected a formula, found a relation", Span(0, len(source)))
        node = None
    return reader.finish(node)


def read_equation(source: str, origin: str = "claim") -> Equation:
    """`left == right`; a single = is read the same way. Raises FormulaError."""
    reader = _Reader(source, origin)
    node = reader.top()
    if node is not None and not isinstance(node, Equation):
        hint = "write it as  left == right"
        if isinstance(node, Logic):
            hint = "give one equality at a time"
        reader.complain("expected one equality", Span(0, len(source)), hint)
        node = None
    return reader.finish(node)


def read_condition(source: str, origin: str = "where") -> tuple[Node, ...]:
    """Conditions joined by commas or `and`, e.g. k != y, k != l. Raises FormulaError."""
    parts, start = [], 0
    for piece in source.split(","):
        reader = _Reader(source, origin, start, start + len(piece))
        node = reader.top()
        if isinstance(node, Equation):
            node = Rel("==", node.left, node.right, span=Span(start, start + len(piece)))
        if node is not None and not isinstance(node, Rel | Logic):
            reader.complain("expected a condition such as k != y", Span(start, start + len(piece)))
            node = None
        parts.append(reader.finish(node))
        start += len(piece) + 1
    return tuple(parts)


_FACT = re.compile(
    r"\s*(?P<names>[A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*)\s*:\s*(?P<kind>[A-Za-z]+|\d+)"
    r"\s*(?:\[\s*(?P<sizes>\w+(?:\s*,\s*\w+)*)\s*\])?\s*",
    re.ASCII,
)
KINDS = {
    "real": "any real number",
    "positive": "greater than 0",
    "unit": "strictly between 0 and 1",
    "bit": "0 or 1",
    "sign": "-1 or +1",
    "integer": "a positive whole number",
    "label": "a class",
    "index": "a class or sample",
    "simplex": "not negative, summing to 1 over its last axis",
    "onehot": "1 at one place of its last axis, 0 elsewhere",
}
_KIND_SPELLINGS = {"logits": "real", "one_hot": "onehot", "pos": "positive", "target": "real"}


def read_facts(source: str, origin: str = "declare") -> tuple[Fact, ...]:
    """`y: label`, `t: simplex[n]`, `W: real[n, D]`, `n: 3`. Raises FormulaError."""
    matched = _FACT.fullmatch(source) if len(source) <= MAX_LENGTH else None
    whole = Span(0, max(1, len(source)))
    if matched is None:
        hint = "a declaration looks like  y: label  or  t: simplex[n]"
        raise FormulaError([Complaint("cannot read this declaration", source, whole, hint, origin)])
    kind = matched["kind"].lower()
    kind = _KIND_SPELLINGS.get(kind, kind)
    if kind not in KINDS and not kind.isdigit():
        span = Span(*matched.span("kind"))
        hint = "kinds are " + ", ".join(KINDS)
        raise FormulaError([Complaint(f"unknown kind {kind!r}", source, span, hint, origin)])
    if kind.isdigit() and not 0 < len(kind) <= 6:
        raise FormulaError([Complaint("a size has at most 6 digits", source, whole, "", origin)])
    sizes = tuple(s.strip() for s in (matched["sizes"] or "").split(",") if s.strip())
    return tuple(
        Fact(name.strip(), kind, sizes, source, Span(*matched.span("names")))
        for name in matched["names"].split(",")
    )


@functools.cache
def _parser() -> lark.Lark:
    grammar = resources.files("derive.read").joinpath("formula.lark").read_text("utf-8")
    return lark.Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


_EXPECTED = {
    "NAME": "a name",
    "NUMBER": "a number",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "COMMA": ",",
}
_OPENING = {"(": ")", "[": "]"}
_UNICODE = "≠≤≥−·×÷"


class _Reader:
    """One text on its way to a tree; complaints gather here and are raised together."""

    def __init__(self, source: str, origin: str, start: int = 0, stop: int | None = None) -> None:
        self.source, self.origin = source, origin
        self.start, self.stop = start, len(source) if stop is None else stop
        self.complaints: list[Complaint] = []

    def complain(self, message: str, span: Span, hint: str = "") -> None:
        known = any(complaint.span == span for complaint in self.complaints)
        if not known and len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(Complaint(message, self.source, span, hint, self.origin))

    def finish(self, result: _T | None) -> _T:
        if self.complaints or result is None:
            raise FormulaError(self.complaints)
        return result

    def top(self) -> Node | Equation | None:
        """The tree of the text, or None with at least one complaint."""
        tree = self._parse()
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
        return Equation(left, right, self.source)

    def _bounded(self, node: Node) -> Node:
        if depth(node) > MAX_DEPTH:
            self.complain(f"nested deeper than {MAX_DEPTH} levels", self._span(node))
        elif sum(1 for _ in walk(node)) > MAX_NODES:
            self.complain(f"more than {MAX_NODES} parts", self._span(node))
        return node

    def _span(self, node: Node) -> Span:
        return node.span or Span(self.start, self.stop)

    # Characters, brackets and syntax, before any tree is built.

    def _parse(self) -> lark.Tree[lark.Token] | None:
        length = self.stop - self.start
        if length > MAX_LENGTH:
            place = Span(self.start + MAX_LENGTH, self.start + MAX_LENGTH + 1)
            self.complain(f"longer than {MAX_LENGTH} characters ({length})", place)
            return None
        self._check_characters()
        self._check_brackets()
        if self.complaints:
            return None
        piece = " " * self.start + self.source[self.start : self.stop]
        if not piece.strip():
            self.complain("empty", Span(self.start, self.start + 1), "write a formula")
            return None
        try:
            tree = _parser().parse(piece, on_error=self._on_error)
        except lark.exceptions.LarkError as error:
            self._on_error(error)
            return None
        if not self.complaints and _too_deep(tree):
            self.complain(f"nested deeper than {MAX_DEPTH} levels", Span(self.start, self.stop))
        return None if self.complaints else tree

    def _check_characters(self) -> None:
        for place in range(self.start, self.stop):
            char = self.source[place]
            if (char.isascii() and char.isprintable()) or char in "\n\t\r" or char in _UNICODE:
                continue
            name = unicodedata.name(char, "a control character")
            self.complain(
                f"unexpected character U+{ord(char):04X} ({name.lower()})",
                Span(place, place + 1),
                "names are made of the letters A to Z, digits and _",
            )

    def _check_brackets(self) -> None:
        opened: list[int] = []
        for place in range(self.start, self.stop):
            char = self.source[place]
            if char in _OPENING:
                opened.append(place)
                if len(opened) > MAX_DEPTH:
                    self.complain(f"more than {MAX_DEPTH} nested brackets", Span(place, place + 1))
                    return
            elif char in _OPENING.values():
                if not opened or _OPENING[self.source[opened[-1]]] != char:
                    self.complain(f"this {char} closes nothing", Span(place, place + 1))
                    return
                opened.pop()
        if opened:
            place = opened[-1]
            self.complain(f"this {self.source[place]} is never closed", Span(place, place + 1))

    def _on_error(self, error: lark.exceptions.LarkError) -> bool:
        """Record a syntax error and go on behind it, so that one run finds them all."""
        if isinstance(error, lark.exceptions.UnexpectedToken):
            ended = error.token.type == "$END"
            start = self.stop - 1 if ended else error.token.start_pos or 0
            token = str(error.token)
            expected = sorted({_EXPECTED[name] for name in error.accepts or () if name in _EXPECTED})
            what = f"unexpected {token!r}" if token else "the formula ends too early"
            hint = f"expected {', '.join(expected)}" if 0 < len(expected) <= 4 else ""
            self.complain(what, Span(start, start + max(1, len(token))), hint)
            return not ended and len(self.complaints) < MAX_COMPLAINTS
        if isinstance(error, lark.exceptions.UnexpectedCharacters):
            place = error.pos_in_stream
            self.complain(f"unexpected {self.source[place]!r}", Span(place, place + 1))
            return False
        self.complain("cannot be read", Span(self.start, self.stop))
        return False

    # Parse tree to syntax tree.

    def _node(self, tree: lark.Tree[lark.Token]) -> Node:
        span = Span(tree.meta.start_pos, tree.meta.end_pos)
        build: Callable[[Sequence[_Part], Span], Node] = getattr(self, f"_{tree.data}")
        return build(tree.children, span)

    def _value(self, part: _Part) -> Node:
        """A part that must be a number, not a condition."""
        assert isinstance(part, lark.Tree)
        node = self._node(part)
        if isinstance(node, Rel | Logic):
            self.complain(
                "a condition where a number is expected", self._span(node), "ind(k == y) is a number"
            )
        return node

    def _truth(self, part: _Part) -> Node:
        """A part that must be a condition."""
        assert isinstance(part, lark.Tree)
        node = self._node(part)
        if not isinstance(node, Rel | Logic):
            self.complain("expected a condition such as k == y", self._span(node))
        return node

    def _any_of(self, parts: Sequence[_Part], span: Span) -> Node:
        return Logic("or", tuple(map(self._truth, parts)), span=span)

    def _all_of(self, parts: Sequence[_Part], span: Span) -> Node:
        return Logic("and", tuple(map(self._truth, parts)), span=span)

    def _negate(self, parts: Sequence[_Part], span: Span) -> Node:
        return Logic("not", (self._truth(parts[0]),), span=span)

    def _compare(self, parts: Sequence[_Part], span: Span) -> Node:
        values = [self._value(part) for part in parts[::2]]
        relations = [_RELATIONS.get(str(sign), str(sign)) for sign in parts[1::2]]
        steps = tuple(
            Rel(op, a, b, span=span)  # type: ignore[arg-type]
            for a, op, b in zip(values, relations, values[1:], strict=False)
        )
        return steps[0] if len(steps) == 1 else Logic("and", steps, span=span)

    def _sum_of(self, parts: Sequence[_Part], span: Span) -> Node:
        terms = [self._value(parts[0])]
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            term = self._value(part)
            terms.append(term if sign == "+" else Neg(term, span=term.span))
        return Add(tuple(terms), span=span)

    def _sign_of(self, parts: Sequence[_Part], span: Span) -> Node:
        inner = self._value(parts[1])
        return inner if parts[0] == "+" else Neg(inner, span=span)

    def _product_of(self, parts: Sequence[_Part], span: Span) -> Node:
        """Left to right: a*b/c is (a*b)/c; runs of factors become one product."""
        result = self._value(parts[0])
        for sign, part in zip(parts[1::2], parts[2::2], strict=True):
            factor = self._value(part)
            until = Span(span.start, self._span(factor).stop)
            if sign in "/÷":
                result = Div(result, factor, span=until)
            elif isinstance(result, Mul) and not self._bracketed(result):
                result = Mul((*result.factors, factor), span=until)
            else:
                result = Mul((result, factor), span=until)
        return result

    def _bracketed(self, node: Node) -> bool:
        return node.span is not None and self.source[node.span.stop - 1 : node.span.stop] == ")" and (
            self.source[node.span.start] == "("
        )

    def _power_of(self, parts: Sequence[_Part], span: Span) -> Node:
        base, exponent = self._value(parts[0]), self._value(parts[2])
        node = Pow(base, exponent, span=span)
        value = self._constant(exponent)
        if value is not None and abs(value) > MAX_EXPONENT:
            self.complain(f"exponent larger than {MAX_EXPONENT}", self._span(exponent))
        elif (bits := _bits(node)) > MAX_DIGITS * 4:
            self.complain(f"a number of about {bits // 3} digits", span, f"at most {MAX_DIGITS}")
        return node

    def _constant(self, node: Node) -> Fraction | None:
        """The value of a written number, possibly signed or a quotient; None for the rest."""
        match node:
            case Num(value=value):
                return value
            case Neg(arg=arg):
                value_ = self._constant(arg)
                return None if value_ is None else -value_
            case Div(num=Num(value=a), den=Num(value=b)) if b:
                return a / b
            case Pow() if _bits(node):
                return Fraction(MAX_EXPONENT + 1)
            case _:
                return None

    def _number(self, parts: Sequence[_Part], span: Span) -> Node:
        literal = str(parts[0])
        mantissa, _, exponent = literal.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or (exponent and abs(int(exponent[:9])) > MAX_DIGITS):
            self.complain(f"a number of more than {MAX_DIGITS} digits", span)
            return Num(Fraction(1), span=span)
        return Num(Fraction(literal), span=span)

    def _name(self, parts: Sequence[_Part], span: Span) -> Node:
        name = str(parts[0])
        if name in FUNCTIONS or name in _FORMS:
            self.complain(f"{name} is a function and needs an argument", span, f"{name}(...)")
        return Name(name, span=span)

    def _entry(self, parts: Sequence[_Part], span: Span) -> Node:
        indices = tuple(map(self._index, parts[1:]))
        return Entry(str(parts[0]), indices, span=span)

    def _index(self, part: _Part) -> Node:
        node = self._value(part)
        if isinstance(node, Num) and (node.value.denominator != 1 or node.value < 0):
            self.complain("a literal index is a whole number", self._span(node))
        elif not isinstance(node, Name | Num | Entry):
            hint = "an index is a letter, a whole number, or a label such as y[i]"
            self.complain("cannot index by this", self._span(node), hint)
        return node

    def _group(self, parts: Sequence[_Part], span: Span) -> Node:
        if len(parts) > 1:
            self.complain("a list in brackets is no formula", span)
        assert isinstance(parts[0], lark.Tree)
        inner = self._node(parts[0])
        return _respan(inner, span)

    def _call(self, parts: Sequence[_Part], span: Span) -> Node:
        name, args = str(parts[0]), parts[1:]
        if name in FUNCTIONS:
            if len(args) != 1:
                self.complain(f"{name} takes one argument", span)
            return Call(FUNCTIONS[name], self._value(args[0]), span=span)
        if name in _FORMS:
            return _FORMS[name](self, args, span)
        head = Span(span.start, span.start + len(name))
        if len(args) == 1 and (len(name) <= 2 or "_" in name):
            entry = "[".join(name.split("_", 1)) + "]" if "_" in name else f"{name}[k]"
            hint = f"for an entry write {entry}; for a product write {name}*(...)"
        else:
            hint = "functions are " + ", ".join(sorted({*FUNCTIONS, *_FORMS} - _QUIET))
        self.complain(f"{name} is no function", head, hint)
        return Num(Fraction(1), span=span)

    # The forms: sum(e, j), d(L, f[k]), delta(k, y), ind(k == y), cases(v, c, otherwise).

    def _reduce(self, kind: str, args: Sequence[_Part], span: Span) -> Node:
        if len(args) < 2:
            self.complain(f"{kind} needs an index", span, f"{kind}(exp(f[j]), j)")
            return Num(Fraction(1), span=span)
        index, over = self._bound_index(args[1])
        conditions = tuple(map(self._truth, args[2:]))
        where = None
        if conditions:
            where = conditions[0] if len(conditions) == 1 else Logic("and", conditions)
        return Reduce(kind, self._value(args[0]), index, where, over, span=span)  # type: ignore[arg-type]

    def _bound_index(self, part: _Part) -> tuple[str, str]:
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

    def _derivative(self, args: Sequence[_Part], span: Span) -> Node:
        if len(args) < 2:
            self.complain("d needs what to differentiate by", span, "d(L, f[k])")
            return Num(Fraction(0), span=span)
        wrt = tuple(map(self._value, args[1:]))
        for variable in wrt:
            if not isinstance(variable, Name | Entry):
                hint = "differentiate by an entry f[k] or a scalar z"
                self.complain("cannot differentiate by this", self._span(variable), hint)
        if len(wrt) > 4:
            self.complain("derivatives of order at most 4", span)
        return Deriv(self._value(args[0]), wrt, span=span)

    def _kronecker(self, args: Sequence[_Part], span: Span) -> Node:
        if len(args) != 2:
            self.complain("delta takes two indices", span, "delta(k, y)")
            return Num(Fraction(1), span=span)
        return Ind(Rel("==", self._index(args[0]), self._index(args[1]), span=span), span=span)

    def _indicator(self, args: Sequence[_Part], span: Span) -> Node:
        if len(args) != 1:
            self.complain("ind takes one condition", span, "ind(k == y)")
            return Num(Fraction(1), span=span)
        return Ind(self._truth(args[0]), span=span)

    def _cases(self, args: Sequence[_Part], span: Span) -> Node:
        if len(args) < 3 or len(args) % 2 == 0:
            self.complain(
                "cases takes pairs and an otherwise", span, "cases(p[k] - 1, k == y, p[k])"
            )
            return Num(Fraction(1), span=span)
        pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
        branches = tuple((self._value(v), self._truth(c)) for v, c in pairs)
        return Cases(branches, self._value(args[-1]), span=span)

    def _maximum(self, args: Sequence[_Part], span: Span) -> Node:
        return self._reduce("max", args, span)


_Part = lark.Tree[lark.Token] | lark.Token
_T = TypeVar("_T")
_RELATIONS = {"≠": "!=", "≤": "<=", "≥": ">="}
_Form = Callable[[_Reader, Sequence[_Part], Span], Node]


def _summed(kind: str) -> _Form:
    return lambda reader, args, span: reader._reduce(kind, args, span)


_FORMS: dict[str, _Form] = {
    "sum": _summed("sum"),
    "Sum": _summed("sum"),
    "prod": _summed("prod"),
    "Product": _summed("prod"),
    "max": _summed("max"),
    "d": _Reader._derivative,
    "diff": _Reader._derivative,
    "Derivative": _Reader._derivative,
    "delta": _Reader._kronecker,
    "KroneckerDelta": _Reader._kronecker,
    "ind": _Reader._indicator,
    "cases": _Reader._cases,
}
_QUIET = {"Sum", "Product", "Derivative", "KroneckerDelta"} | (FUNCTIONS.keys() - DECIDED_FUNCTIONS)


def _too_deep(tree: lark.Tree[lark.Token]) -> bool:
    """Whether the parse tree is too deep to be walked recursively; itself iterative."""
    stack: list[tuple[_Part, int]] = [(tree, 0)]
    while stack:
        part, level = stack.pop()
        if level > 2 * MAX_DEPTH:
            return True
        if isinstance(part, lark.Tree):
            stack.extend((child, level + 1) for child in part.children)
    return False


def _respan(node: Node, span: Span) -> Node:
    """The same node, seen with the brackets around it."""
    return dataclasses.replace(node, span=span)


def _bits(node: Node) -> int:
    """About how many bits a constant formula's value has; 0 where a name occurs in it."""
    match node:
        case Num(value=value):
            return max(1, value.numerator.bit_length() + value.denominator.bit_length())
        case Neg(arg=arg):
            return _bits(arg)
        case Add(terms=parts) | Mul(factors=parts):
            sizes = [_bits(part) for part in parts]
            return sum(sizes) if all(sizes) else 0
        case Div(num=a, den=b):
            return _bits(a) + _bits(b) if _bits(a) and _bits(b) else 0
        case Pow(base=base, exponent=Num(value=value)):
            return math.ceil(_bits(base) * max(1, abs(value)))
        case Pow(base=base, exponent=exponent):
            return _bits(base) and _bits(exponent) and 1 << min(_bits(exponent), 20)
        case _:
            return 0
