"""Terms: what each function, operator and name in a row of factors takes as its argument."""

from __future__ import annotations

from collections.abc import Sequence

import lark

from derive.read.latex.derivatives import Row, bracket
from derive.read.latex.names import INDICATORS, Head, times
from derive.read.latex.reductions import Reductions
from derive.read.latex.stream import MAX_NESTING
from derive.read.latex.tokens import Token
from derive.read.latex.values import BRACKETS, Part, inside, kind, relational, sole
from derive.read.latex.words import HEADS
from derive.syntax import (
    Add,
    Call,
    Div,
    Entry,
    Form,
    Ind,
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

WORD_HEADS = frozenset(HEADS.values())
FUNCTION_LETTERS = WORD_HEADS | frozenset("sigma f g h phi psi Phi pi P Q S".split())
_SIMPLE = frozenset({"NAME", "NUMBER", "WORD", "scripted", "font", "accent", "group", "norm"})
_UNMEANT = frozenset({"oplus", "setminus", "cup", "cap"})


class Terms(Reductions):
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
        right = self._single(self.operand(row))
        return times(self._single(left), right, self.across(start, right.span))

    def _combined(self, sign: Token, left: Node, row: Row, start: Span) -> Node:
        name = str(sign)
        if name in _UNMEANT:
            return self.complain(f"\\{name} is not read here", self.span(sign))
        if name == "/":
            return self._quotient(left, row, start)
        right = self._single(self.operand(row))
        span = self.across(start, right.span)
        if name == "*":
            return times(self._single(left), right, span)
        return Form(name, (left, right), span=span)

    def _quotient(self, left: Node, row: Row, start: Span) -> Node:
        """a/b c is (a/b) c, or a/(b c): a person must choose."""
        first = row.peek()
        right = self.operand(row, calls=not self._apart(row))
        following = row.peek()
        simple = kind(following) in _SIMPLE or bracket(following)
        if simple and kind(first) != "prefix":
            note = "the quotient ends before the next factor; it may reach further"
            if self.chosen("quotient", self.across(start, right.span), note):
                while kind(row.peek()) in _SIMPLE or bracket(row.peek()):
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

    # Operands.

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

    def _applied(self, part: Part, row: Row) -> Node:
        """A name before brackets may be called; which it is, the context says later."""
        following = row.peek()
        base = part.children[0] if kind(part) == "scripted" else part  # type: ignore[union-attr]
        head = self.head(base)
        if kind(part) in BRACKETS or not bracket(following):
            return self._word_operand(part, head, row)
        assert following is not None
        scripted = kind(following) == "scripted"
        group = following.children[0] if scripted else following  # type: ignore[union-attr]
        one = kind(sole(part)) == "NUMBER" and str(sole(part)) == "1"
        indicator = one or (head is not None and head.name in {*INDICATORS, "ones"})
        if indicator and (relational(inside(group)) or self._kronecker(head, group)):
            row.take()
            return self._indicator(head, group, following, self.span(part))
        iverson = kind(group) == "square" and relational(inside(group))
        node = self._primed(part, group) if head is not None else None
        node = node or self.value(part)
        if head is None or iverson or kind(group) == "curly" or isinstance(node, Pow):
            return self._powered(node, head, row, part, group)
        if not isinstance(node, Name | Entry | Form) or getattr(node, "name", "") == "transpose":
            return node
        row.take()
        scripts = following.children[1:] if scripted else []  # type: ignore[union-attr]
        span = self.across(self.span(part), self.span(following))
        if kind(group) == "square" and isinstance(node, Name) and head.name.islower():
            indices = self._indices_only(group)
            if indices:
                return self.hung_on(Entry(node.id, indices, span=span), scripts, span)
        return self._indexed(self._call(node, group, scripts, span), row)

    def _indices_only(self, group: Part) -> tuple[Node, ...]:
        """What stands in [...] if it can be nothing but indices: x[j], x[y_i], x[0]."""
        if kind(group) != "square" or relational(inside(group)):
            return ()
        found = self.arguments(inside(group))
        return found if all(isinstance(node, Name | Num | Entry) for node in found) else ()

    def _indexed(self, call: Node, row: Row) -> Node:
        """softmax(x)[k] is an entry of the call."""
        following = row.peek()
        indices = self._indices_only(following) if following is not None else ()
        if not indices:
            return call
        row.take()
        span = self.across(call.span, indices[-1].span)
        return Form("at", (call, *indices), span=span)

    def _word_operand(self, part: Part, head: Head | None, row: Row) -> Node:
        """softmax z without brackets."""
        node = self.value(part)
        words = head is not None and head.name in WORD_HEADS and kind(row.peek()) in _SIMPLE
        if words and isinstance(node, Name | Entry):
            arg = self.operand(row)
            span = self.across(node.span, arg.span)
            return self._at_index(node, (arg,), span)
        return node

    def _at_index(self, node: Node, args: tuple[Node, ...], span: Span) -> Node:
        """softmax_i(z) is softmax(z)_i."""
        if isinstance(node, Entry) and node.base in WORD_HEADS:
            call = Form("apply", (Name(node.base, span=node.span), *args), span=span)
            return Form("at", (call, *node.indices), span=span)
        return Form("apply", (node, *args), span=span)

    def _powered(self, node: Node, head: Head | None, row: Row, part: Part, group: Part) -> Node:
        """sigma^2(z) is sigma(z)^2; p^2 (1 - p) is a product."""
        if not isinstance(node, Pow) or head is None or head.name not in FUNCTION_LETTERS:
            return node
        if kind(group) == "curly" or not isinstance(node.base, Name | Entry):
            return node
        row.take()
        args = self.arguments(inside(group))
        span = self.across(self.span(part), self.span(group))
        return Pow(self._at_index(node.base, args, span), node.exponent, span=span)

    def _primed(self, part: Part, group: Part) -> Node | None:
        """f'(x)."""
        if not isinstance(part, lark.Tree) or part.data != "scripted":
            return None
        if [kind(s.children[0]) for s in part.children[1:] if isinstance(s, lark.Tree)] != [
            "PRIME"
        ]:
            return None
        head = self.head(part.children[0])
        args = self.arguments(inside(group))
        product = len(args) != 1 or isinstance(args[0], Add | Neg | Num)
        if head is None or (product and head.name not in FUNCTION_LETTERS):
            return None
        return Form("prime", (Name(head.name, span=head.span),), span=self.span(part))

    def _call(self, node: Node, group: Part, scripts: Sequence[Part], span: Span) -> Node:
        """f(x) with what hangs on the brackets: f(x)_i, f(x)^2, p(1-p)^2."""
        args = self.arguments(inside(group))
        if isinstance(node, Form) and node.name == "prime":
            return self.hung_on(Form("prime", (*node.args, *args), span=span), scripts, span)
        name = node.id if isinstance(node, Name) else getattr(node, "base", "")
        if name in ("KL", "D_KL") and len(args) == 2:
            return self.hung_on(Form("kl", args, span=span), scripts, span)
        hung = self.scripts(scripts)
        call = self._at_index(node, args, span)
        axes = (*hung.samples, *hung.indices)
        if axes:
            call = Form("at", (call, *axes), span=span)
        if not hung.powers and not hung.transposed:
            return call
        if name in FUNCTION_LETTERS or axes:
            return self._raised(call, hung, span)
        for power in hung.powers:
            return Form("apply_pow", (node, power, *args), span=span)
        return Form("apply_transpose", (node, *args), span=span)

    def _kronecker(self, head: Head | None, group: Part) -> bool:
        return head is not None and head.name == "delta" and len(self.arguments(inside(group))) == 2

    def _indicator(self, head: Head | None, group: Part, following: Part, start: Span) -> Node:
        """1{k = y}, I[k = y], delta(k, y)."""
        span = self.across(start, self.span(following))
        if self._kronecker(head, group) and not relational(inside(group)):
            a, b = self.arguments(inside(group))
            node: Node = Ind(Rel("==", a, b, span=span), span=span)
        else:
            node = Ind(self.condition(inside(group)), span=span)
        if kind(following) == "scripted":
            assert isinstance(following, lark.Tree)
            return self.hung_on(node, following.children[1:], span)
        return node

    # Functions written without brackets.

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
        elif hung.indices or hung.words:
            return self.complain(f"\\{name} takes no subscript", start)
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
        while kind(row.peek()) in _SIMPLE and isinstance(arg, Name | Entry | Num | Mul | Pow):
            factor = self.operand(row)
            arg = times(arg, factor, self.across(arg.span, factor.span))
        span = self.across(first.span, arg.span)
        if arg is not first and not isinstance(first, Num):
            note = f"\\{name} is taken of the whole product; it may be of its first factor alone"
            if self.chosen("argument", span, note):
                row.position = position
                return first
        elif kind(row.peek()) == "OP" and str(row.peek()) == "/":
            note = f"\\{name} ends before the /; it may reach over the quotient"
            if self.chosen("argument", span, note):
                row.take()
                below = self.operand(row)
                return Div(arg, below, span=self.across(span, below.span))
        return arg

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


def _sign(part: Part) -> Part | None:
    return part.children[0] if isinstance(part, lark.Tree) else None
