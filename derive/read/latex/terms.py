"""Terms: what each function, operator and name in a row of factors takes as its argument."""

from __future__ import annotations

from collections.abc import Sequence

import lark

from derive.read.latex.calls import FUNCTION_LETTERS, SIMPLE, Calls
from derive.read.latex.derivatives import Row, bracket
from derive.read.latex.names import times
from derive.read.latex.stream import MAX_NESTING
from derive.read.latex.tokens import Token
from derive.read.latex.values import BRACKETS, Part, inside, kind, sole
from derive.syntax import (
    Add,
    Call,
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
    num,
)

_UNMEANT = frozenset({"oplus", "setminus", "cup", "cap"})

QUOTIENT_NOTE = "the quotient ends before the next factor; it may reach further"


class Terms(Calls):
    """Rows of factors."""

    def product(self, items: Sequence[Part]) -> Node:
        return self.run(Row(items))

    def run(self, row: Row) -> Node:
        """The rest of the row, from left to right; * and / bind alike."""
        if not row.more():
            return self.complain("the formula ends too early", self.whole)
        start = self.span(row.items[row.position])
        result = self.operand(row)
        while row.more():
            part = row.peek()
            if isinstance(part, Token) and part.type == "OP":
                row.take()
                if not row.more():
                    return self.complain(f"'{part}' needs an operand behind it", self.span(part))
                result = self._combined(part, result, row, start)
            else:
                result = self._beside(result, row, start)
        return result

    def _single(self, node: Node) -> Node:
        """A list is no factor."""
        if isinstance(node, Rel | Logic):
            self.complain("a condition where a number is expected", node.span or self.whole)
        if isinstance(node, Form) and node.name in ("list", "set"):
            self.complain("a list in brackets is no number", node.span or self.whole)
        return node

    def _beside(self, left: Node, row: Row, start: Span) -> Node:
        """A product by juxtaposition; a lone Sigma before a factor may be a sum sign."""
        exponential = kind(row.peek()) == "prefix" or self._exponential(row.peek())
        if left == Name("Sigma") and left.span is not None and exponential:
            note = "Sigma is read as a name times what follows; it may be a sum without limits"
            if self.chosen("Sigma", left.span, note):
                body = self.run(row)
                return Reduce("sum", body, "", span=self.across(start, body.span))
        match left:
            case Entry(base="Sigma", indices=(Name(id=index),)) if left.span is not None:
                note = f"Sigma is read as an array; it may be a sum over {index}"
                if self.chosen("Sigma entry", left.span, note):
                    body = self.run(row)
                    return Reduce("sum", body, index, span=self.across(start, body.span))
        right = self._single(self.operand(row))
        return times(self._single(left), right, self.across(start, right.span))

    def _combined(self, sign: Token, left: Node, row: Row, start: Span) -> Node:
        name = str(sign)
        if name in _UNMEANT:
            return self.complain(f"\\{name} is not read here", self.span(sign))
        if name == "/":
            return self._quotient(left, row, start)
        truth = name == "*" and _states(row.peek())
        right = self.truth(row.take()) if truth else self._single(self.operand(row))
        span = self.across(start, right.span)
        if name == "*":
            return times(self._single(left), right, span)
        return Form(name, (left, right), span=span)

    def truth(self, part: Part) -> Node:
        """p - (k == y), p*(i == j), as code has it: 1 where the relation holds."""
        if not _states(part):
            return self.number(part)
        self.note("a relation in brackets counts 1 where it holds")
        return Ind(self.condition(inside(sole(part))), span=self.span(part))

    def _quotient(self, left: Node, row: Row, start: Span) -> Node:
        """a/b c is (a/b) c, or a/(b c): a person must choose."""
        first = row.peek()
        right = self.operand(row, calls=not self._apart(row))
        following = row.peek()
        simple = kind(following) in SIMPLE or bracket(following)
        plainly = isinstance(right, Num) and (bracket(following) or kind(following) == "norm")
        doubtful = simple and not plainly and kind(first) != "prefix"
        if doubtful and self.chosen("quotient", self.across(start, right.span), QUOTIENT_NOTE):
            while kind(row.peek()) in SIMPLE or bracket(row.peek()):
                factor = self.operand(row)
                right = times(right, factor, self.across(right.span, factor.span))
        return Div(left, right, span=self.across(start, right.span))

    def _apart(self, row: Row) -> bool:
        """Whether the brackets behind the next name hold a sum: N(a+b) may be a product."""
        if row.position + 1 >= len(row.items):
            return False
        first, following = row.items[row.position], row.items[row.position + 1]
        base = first.children[0] if kind(first) == "scripted" else first  # type: ignore[union-attr]
        head = self.head(base)
        if head is None or head.name in FUNCTION_LETTERS or not bracket(following):
            return False
        group = following.children[0] if kind(following) == "scripted" else following  # type: ignore[union-attr]
        args = self.arguments(inside(group))
        return len(args) == 1 and isinstance(args[0], Add | Neg | Num | Mul)

    def _exponential(self, part: Part | None) -> bool:
        """Whether a part is e^x."""
        if not isinstance(part, lark.Tree) or part.data != "scripted":
            return False
        head = self.head(part.children[0])
        return head is not None and head.name == "e"

    def operand(self, row: Row, calls: bool = True) -> Node:
        """The next operand with its arguments; `calls` is off where brackets stand apart."""
        if self._level >= MAX_NESTING:
            span = self.span(row.take())
            return self.complain(f"nested deeper than {MAX_NESTING} levels", span)
        self._level += 1
        node = self._operand(row, calls)
        self._level -= 1
        return node

    def _operand(self, row: Row, calls: bool) -> Node:
        part = row.take()
        inner = sole(part) if kind(part) != "group" else part
        if isinstance(inner, Token) and inner.type == "SIGN":
            right = self.run(row)
            negative = Neg(right, span=self.across(self.span(inner), right.span))
            return right if str(inner) == "+" else negative
        if isinstance(inner, lark.Tree) and inner.data == "prefix":
            if kind(inner.children[0]) == "FUNC":
                return self._function(inner, row)
            return self.reduction(inner, row)
        if isinstance(inner, lark.Tree) and inner.data == "fraction":
            found = self.fraction(inner, row)
            return found if found is not None else self.value(inner)
        if (special := self._special_operand(inner, row)) is not None:
            return special
        return self._applied(inner, row) if calls else self.value(inner)

    def _special_operand(self, part: Part, row: Row) -> Node | None:
        """∂, ∇, D, d and E, where they act on what follows."""
        base = part.children[0] if kind(part) == "scripted" else part  # type: ignore[union-attr]
        if kind(base) == "NABLA":
            return self.gradient(part, row)
        for reading in (self.inline, self.derivation, self.differential):
            found = reading(part, row)
            if found is not None:
                return found
        head = self.head(base)
        if head is not None and head.name == "E":
            scripts = part.children[1:] if kind(part) == "scripted" else []  # type: ignore[union-attr]
            return self.expectation(head, scripts, row, self.span(part))
        return None

    def _function(self, prefix: lark.Tree[Token], row: Row) -> Node:
        """\\log x y + 1 is log(x y) + 1; \\log(x) y is log(x) y."""
        name, start = str(prefix.children[0]), self.span(prefix)
        hung = self.scripts(prefix.children[1:])
        if not row.more():
            return self.complain(f"\\{name} needs an argument", start)
        arg, scripts = self._argument_of(name, row, start)
        span = self.across(start, arg.span)
        if name == "lg" or (name == "log" and hung.indices):
            base = hung.indices[0] if hung.indices else num(10)
            node: Node = Form("log_base", (base, arg), span=span)
        elif hung.indices or hung.words or hung.samples or hung.transposed or hung.below:
            return self.complain(f"\\{name} takes no such subscript or superscript", start)
        elif hung.primes == 1:
            node = Form("prime", (Name(name, span=start), arg), span=span)
        else:
            node = Call(name, arg, span=span)
        for power in hung.powers:
            if isinstance(power, Neg):
                return self.complain(
                    "an inverse function or a quotient?", start, "write 1/… or artanh"
                )
            node = Pow(node, power, span=span)
        return (
            self.hung_on(node, scripts, self.across(span, self.span(scripts[-1])))
            if scripts
            else node
        )

    def _argument_of(self, name: str, row: Row, start: Span) -> tuple[Node, Sequence[Part]]:
        """The argument, and the scripts on the brackets around it."""
        part = row.peek()
        assert part is not None
        if kind(part) == "scripted" and bracket(part):
            row.take()
            assert isinstance(part, lark.Tree)
            scripts = part.children[1:]
            inner = self._inner(part.children[0])
            if name == "log" and any(kind(_sign(s)) == "SUP" for s in scripts):
                note = "the power is taken of the logarithm; it may stand inside"
                if self.chosen("power of log", self.across(start, self.span(part)), note):
                    return self.hung_on(inner, scripts, self.span(part)), []
            return inner, scripts
        if kind(part) in BRACKETS:
            return self._inner(row.take()), []
        if kind(part) == "group":
            return self.value(row.take()), []
        if kind(part) in ("prefix", "fraction") or not isinstance(part, Token | lark.Tree):
            return self.operand(row), []
        return self._juxtaposed(name, row), []

    def _inner(self, bracketed: Part) -> Node:
        return self.number(inside(bracketed))

    def _juxtaposed(self, name: str, row: Row) -> Node:
        """\\log a b: the factors side by side, up to a sign, an operator or a bracket."""
        first = self._careful(name, row)
        arg = first
        position = row.position
        # A number stands before letters, as in \log 2x, but seldom before what has an index.
        apart = not isinstance(first, Num)
        while kind(row.peek()) in SIMPLE and isinstance(arg, Name | Entry | Num | Mul | Pow):
            factor = self.operand(row)
            apart = apart or not isinstance(factor, Name | Pow)
            arg = times(arg, factor, self.across(arg.span, factor.span))
        span = self.across(first.span, arg.span)
        if arg is not first and apart:
            note = f"\\{name} is taken of the whole product; it may be of its first factor alone"
            if self.chosen("argument", span, note):
                row.position = position
                return first
        elif self._over_simple(row):
            note = f"\\{name} ends before the /; it may reach over the quotient"
            if self.chosen("argument", span, note):
                row.take()
                below = self.operand(row)
                return Div(arg, below, span=self.across(span, below.span))
        return arg

    def _over_simple(self, row: Row) -> bool:
        """Whether a / and something smaller than a sum follow."""
        after = row.items[row.position + 1] if row.position + 1 < len(row.items) else None
        return kind(row.peek()) == "OP" and str(row.peek()) == "/" and kind(after) != "prefix"

    def _careful(self, name: str, row: Row) -> Node:
        """The first factor; \\log p_k (1 - p_k) may be a product of two."""
        position = row.position
        node = self.operand(row)
        match node:
            case Form(name="apply" | "apply_pow", args=(Name(id=head) | Entry(base=head), *args)):
                sums = any(isinstance(a, Add | Neg | Num) for a in args)
                if head not in FUNCTION_LETTERS and sums:
                    note = f"\\{name} reaches over the brackets; it may end before them"
                    if self.chosen("argument", node.span or self.whole, note):
                        row.position = position
                        return self.operand(row, calls=False)
        return node


def _states(part: Part | None) -> bool:
    """Whether a part is a relation in round brackets: (i == j)."""
    inner = None if part is None else sole(part)
    return inner is not None and kind(inner) == "round" and kind(sole(inside(inner))) == "compare"


def _sign(part: Part) -> Part | None:
    return part.children[0] if isinstance(part, lark.Tree) else None
