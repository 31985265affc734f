"""The words of the formula language: sum(e, j), d(L, f[k]), delta(k, y), cases, functions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import lark

from derive.read.arithmetic import MAX_NODES, Arithmetic
from derive.read.shorthand import SHORTHAND, instead_of
from derive.read.text import Part
from derive.read.words import DECIDED_FUNCTIONS, FUNCTIONS, VECTOR_FORMS
from derive.syntax import (
    Call,
    Cases,
    Deriv,
    Entry,
    Form,
    Ind,
    Logic,
    Name,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    Span,
    free_names,
    larger_than,
)


class Builder(Arithmetic):
    """A text and the tree that it stands for."""

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
            node = self._written_out(name, args, span)
            if isinstance(node, Pow):
                return self._power(node.base, node.exponent, span)
            return dataclasses.replace(node, span=span)
        head = Span(span.start, span.start + len(name))
        known = {*FUNCTIONS, *_FORMS, *VECTOR_FORMS} - _QUIET
        self.complain(f"{name} is no function", head, instead_of(name, len(args), known))
        return Num(Fraction(1), span=span)

    def _written_out(self, name: str, args: Sequence[Part], span: Span) -> Node:
        """What the word stands for. Its arguments may stand there several times over."""
        node = SHORTHAND[name, len(args)](*map(self._value, args))
        if larger_than(node, MAX_NODES):
            self.complain(f"more than {MAX_NODES} parts once {name} is written out", span)
            return Num(Fraction(1), span=span)
        return node

    # The forms: sum(e, j), d(L, f[k]), delta(k, y), ind(k == y), cases(v, c, otherwise).

    def _vector_form(self, name: str, args: Sequence[Part], span: Span) -> Node:
        form, count = VECTOR_FORMS[name]
        if form == "onehot" and len(args) == 2:
            # one_hot(y, n), as libraries have it.
            args = args[:1]
        if len(args) != count:
            hint = "write  sum(f[j], j)/n" if name == "mean" else ""
            if len(args) == 2 and form in ("softmax", "log_softmax"):
                hint = f"an entry is  {name}(f)[k]"
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

    def _variables(self, parts: Sequence[Part]) -> Iterator[Node]:
        """What is differentiated by; SymPy's d(L, x, 2) is the second derivative."""
        last: Node | None = None
        for part in parts:
            node = self._value(part)
            if last is not None and isinstance(node, Num) and node.value in (1, 2, 3, 4):
                yield from (last for _ in range(int(node.value) - 1))
                last = None
                continue
            last = node
            yield node

    def _derivative(self, args: Sequence[Part], span: Span) -> Node:
        if len(args) < 2:
            self.complain("d needs what to differentiate by", span, "d(L, f[k])")
            return Num(Fraction(0), span=span)
        wrt = tuple(self._variables(args[1:]))
        for variable in wrt:
            if not isinstance(variable, Name | Entry) and not _is_part_of_matrix(variable):
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
        if len(args) != 2 or not _is_index(args[1]):
            if len(args) == 2:
                return self._written_out("max", args, span)
            return self._reduce("max", args, span)
        node = self._reduce("max", args, span)
        if isinstance(node, Reduce) and node.index not in free_names(node.body):
            if node.over or node.index in _LIKE_INDICES:
                message = f"{node.index} does not occur in what the maximum is of"
                self.complain(message, span, _TWO_MAXIMA)
            return SHORTHAND["max", 2](node.body, Name(node.index))
        return node


_TWO_MAXIMA = "write  max(f[j], j)  for the largest entry, cases(x, x > y, y)  of two numbers"
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
# In max(f, j) such a letter is meant as an index.
_LIKE_INDICES = frozenset("ijklmncIJKN")
# Words of the language that are also common names of an index or a parameter.
_ALSO_LETTERS = frozenset({"d", "delta", "sigma"})
Builder.words = frozenset((FUNCTIONS.keys() | _FORMS.keys()) - _ALSO_LETTERS)
_QUIET = {"Sum", "Product", "Derivative", "KroneckerDelta", "Piecewise"} | (
    FUNCTIONS.keys() - DECIDED_FUNCTIONS
)


def _is_index(part: Part) -> bool:
    """Whether the part of a sum is one more index, j or (j, 1, n), and no condition."""
    if not isinstance(part, lark.Tree):
        return False
    return part.data == "name" or (part.data == "group" and len(part.children) == 3)


def _is_part_of_matrix(node: Node) -> bool:
    """(W)[k], a row, and W.T[k], a column; W[k] is an entry."""
    match node:
        case Form(name="at", args=(Name() | Form(name="transpose", args=(Name(),)), *_)):
            return True
    return False
