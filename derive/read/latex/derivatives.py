"""Derivatives: ∂L/∂z in all its spellings, ∇, the operator D.

A derivative whose numerator is only ∂ is an operator: it takes what follows it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import lark

from derive.read.latex.names import Names, times
from derive.read.latex.tokens import Token
from derive.read.latex.values import BRACKETS, EVERYWHERE, Part, factors, inside, kind, sole
from derive.syntax import Call, Deriv, Entry, Form, Mul, Name, Neg, Node, Num, Pow, Span, num

MAX_ORDER = 4
# The usual reading is that of the whole product.
FIRST_FACTOR = "the derivative may be of its first factor alone"

DIFFERENTIAL_NOTE = "d is read as a differential; it may be a factor"


@dataclass
class Row:
    """The factors of a term, and how far they are read."""

    items: Sequence[Part]
    position: int = 0

    def more(self) -> bool:
        return self.position < len(self.items)

    def peek(self) -> Part | None:
        return self.items[self.position] if self.more() else None

    def take(self) -> Part:
        self.position += 1
        return self.items[self.position - 1]


class Derivatives(Names):
    """What differentiates."""

    @abstractmethod
    def operand(self, row: Row, calls: bool = True) -> Node:
        """The next operand of a term, with its arguments."""

    @abstractmethod
    def run(self, row: Row) -> Node:
        """The rest of a term."""

    # ∂ and d.

    def mark(self, part: Part | None) -> tuple[str, int] | None:
        """The sign of a derivative (∂, d or δ) and its order, if the part is one."""
        if part is None:
            return None
        inner = sole(part)
        if isinstance(inner, lark.Tree) and inner.data == "scripted":
            found = self.mark(inner.children[0])
            hung = inner.children[1:]
            if found is None or len(hung) != 1 or kind(_first(hung[0])) != "SUP":
                return None
            order = sole(inside(hung[0]))
            digits = str(order) if kind(order) == "NUMBER" else ""
            return (found[0], int(digits)) if digits in ("1", "2", "3", "4") else None
        if kind(inner) == "PARTIAL":
            return ("∂", 1)
        head = self.head(inner)
        signs = {"d": "d", "delta": "δ"}
        if head is not None and head.name in signs and head.font in ("", "upright"):
            return (signs[head.name], 1)
        return None

    def fraction(self, tree: lark.Tree[Token], row: Row) -> Node | None:
        """\\frac{∂L}{∂z} or \\frac{∂}{∂z} before what it differentiates; None: no derivative."""
        top, bottom = (sole(part) for part in tree.children[1:])
        below = factors(bottom)
        sign = self.mark(below[0])
        if sign is None or len(below) < 2:
            return None
        span = self.span(tree)
        found = self._numerator(top, sign[0])
        if found is None:
            if sign[0] == "∂":
                return self.complain("∂ below the bar, but not above it", self.span(bottom))
            return None
        order, negative, body = found
        if body is None and sign[0] == "δ":
            return None
        wrt = self._denominator(Row(below), sign[0], order, self.span(bottom))
        if sign[0] == "δ":
            self.note("δ is read as ∂ here")
        if body is not None:
            node: Node = Deriv(body, wrt, span=span)
        else:
            node = self.applied(wrt, row, span)
        return Neg(node, span=span) if negative else node

    def _numerator(self, top: Part, sign: str) -> tuple[int, bool, Node | None] | None:
        """The order, the sign in front and the body (None for an operator) of a numerator."""
        if isinstance(top, lark.Tree) and top.data == "signed":
            return self._signed_numerator(top, sign)
        items = factors(top)
        found = self.mark(items[0])
        if found is None or found[0] != sign:
            return None
        return found[1], False, self.product(items[1:]) if len(items) > 1 else None

    def _signed_numerator(
        self, top: lark.Tree[Token], sign: str
    ) -> tuple[int, bool, Node | None] | None:
        """∂(…) with signs: -∂L, or ∂ over a sum that stands without brackets."""
        children = list(top.children)
        if kind(children[0]) == "SIGN" and len(children) == 2:
            found = self._numerator(children[1], sign)
            return found and (found[0], (str(children[0]) == "-") != found[1], found[2])
        if kind(children[0]) == "SIGN":
            return None
        items = factors(children[0])
        found_mark = self.mark(items[0])
        if found_mark is None or found_mark[0] != sign:
            return None
        rest: list[Part] = children[1:]
        if len(items) > 1:
            term = lark.Tree("term", items[1:], top.meta) if len(items) > 2 else items[1]
            rest = [term, *rest]
        return found_mark[1], False, self.value(lark.Tree("signed", rest, top.meta))

    def _denominator(self, row: Row, sign: str, order: int, span: Span) -> tuple[Node, ...]:
        """∂x ∂y, ∂x^2: what is differentiated by, in the order of writing."""
        wrt: list[Node] = []
        while row.more() and len(wrt) < order:
            found = self.mark(row.peek())
            if found is not None and found[0] == sign and row.position + 1 < len(row.items):
                row.take()
            elif found is None and wrt:
                self.note(f"{sign} is missing before the next variable of a derivative")
            else:
                break
            variable = self._variable(row)
            match variable:
                case Pow(base=base, exponent=Num(value=count)) if 1 < count <= order - len(wrt):
                    wrt += [base] * int(count)
                case _:
                    wrt.append(variable)
        if len(wrt) != order or order > MAX_ORDER:
            self.complain(f"a derivative of order {order} by {len(wrt)} variables", span)
        elif row.more():
            at = self.across(self.span(row.items[row.position]), self.span(row.items[-1]))
            self.complain("unexpected behind the variable of a derivative", at)
        return tuple(wrt)

    def _variable(self, row: Row, inline: bool = False) -> Node:
        """What stands behind the ∂ below: z_i, or a call such as H_t(a).

        Behind a slash only names make a call: ∂L/∂z (1 - p) is a product.
        """
        following = row.items[row.position + 1] if row.position + 1 < len(row.items) else None
        called = bracket(following)
        if inline and following is not None and called:
            args = self.arguments(inside(following))
            called = all(isinstance(arg, Name | Entry) for arg in args)
        return self.operand(row) if called else self.value(row.take())

    def applied(self, wrt: tuple[Node, ...], row: Row, span: Span) -> Node:
        """The operator ∂/∂x on what follows it: brackets, or the rest of the term."""
        if kind(row.peek()) == "OP" and str(row.peek()) == "*":
            row.take()
        following = row.peek()
        if following is None:
            return Form("operator", wrt, span=span)
        if bracket(following):
            body = self.operand(row)
            if row.more():
                other = "the derivative is taken of the brackets alone; it may reach further"
                if self.chosen("operator", span, other):
                    body = Mul((body, self.run(row)), span=body.span)
        else:
            body = self._under_operator(row, span)
        return Deriv(body, wrt, span=self.across(span, body.span))

    def _under_operator(self, row: Row, span: Span) -> Node:
        """The product behind ∂/∂x; where it may be shorter or longer, a person must choose."""
        start = row.position
        first = body = self.operand(row)
        apart = isinstance(first, Call) and row.more() and kind(row.peek()) != "OP"
        if apart and self.chosen("operator", span, FIRST_FACTOR):
            return first
        while row.more() and kind(row.peek()) != "OP":
            factor = self.operand(row)
            body = times(body, factor, self.across(body.span, factor.span))
        other = "the derivative is taken up to the next operator sign; it may reach further"
        if row.more() and self.chosen("operator", span, other):
            row.position = start
            return self.run(row)
        return body

    def inline(self, first: Part, row: Row) -> Node | None:
        """∂L/∂z_i, d/dx (…) and ∂_z L, the first sign taken off the row already."""
        sign = self.mark(first)
        if sign is None or sign[0] == "δ":
            return self._subscripted(first, row)
        slash = next(
            (
                place
                for place in range(row.position, len(row.items) - 1)
                if kind(row.items[place]) == "OP" and str(row.items[place]) == "/"
            ),
            None,
        )
        if slash is not None and any(map(self._parts, row.items[row.position : slash])):
            slash = None
        below = [] if slash is None else self._below(row.items[slash + 1 :])
        found = self.mark(below[0]) if len(below) > 1 else None
        if slash is None or found is None or found[0] != sign[0]:
            if sign[0] == "∂":
                return self.complain("∂ outside of a derivative", self.span(first))
            return None
        sign = self._counted(sign, row, below)
        body = self.product(row.items[row.position : slash]) if slash > row.position else None
        row.position = slash + 1
        if kind(row.peek()) == "round":
            at = self.span(row.take())
            wrt = self._denominator(Row(below), *sign, at)
        else:
            wrt = self._by_all(row, sign, self.span(first))
        span = self.across(self.span(first), wrt[-1].span if wrt else None)
        if body is None:
            return self.applied(wrt, row, span)
        return Deriv(body, wrt, span=span)

    def _parts(self, item: Part) -> bool:
        """Whether a d before a slash does not reach over this: dy_j in dy_j * dy_j/dx_i."""
        return kind(item) == "OP" or (self.mark(item) or ("", 0))[0] in ("d", "∂")

    def _below(self, items: Sequence[Part]) -> Sequence[Part]:
        """What stands below a slash, with or without brackets around it."""
        return factors(inside(items[0])) if kind(items[0]) == "round" else items

    def _counted(self, sign: tuple[str, int], row: Row, below: Sequence[Part]) -> tuple[str, int]:
        """d2L/dz_k dz_l: a number behind the first d counts the others."""
        number = row.peek()
        digits = str(number) if kind(number) == "NUMBER" else ""
        if digits not in ("2", "3", "4") or sum(self.mark(p) == sign for p in below) < int(digits):
            return sign
        row.take()
        return sign[0], int(digits)

    def _by_all(self, row: Row, sign: tuple[str, int], first: Span) -> tuple[Node, ...]:
        """The variables behind a slash, as many as the order says."""
        wrt: list[Node] = []
        for _ in range(sign[1]):
            self._by(row, sign, wrt)
            if len(wrt) >= sign[1]:
                break
        if len(wrt) != sign[1]:
            span = self.across(first, wrt[-1].span if wrt else None)
            self.complain(f"a derivative of order {sign[1]} by {len(wrt)} variables", span)
        return tuple(wrt)

    def _by(self, row: Row, sign: tuple[str, int], wrt: list[Node]) -> None:
        found = self.mark(row.peek())
        if found is None or found[0] != sign[0] or row.position + 1 >= len(row.items):
            return
        row.take()
        variable = self._variable(row, inline=True)
        match variable:
            case Pow(base=base, exponent=Num(value=count)) if count == sign[1] > 1:
                wrt += [base] * int(count)
            case _:
                wrt.append(variable)

    def _subscripted(self, first: Part, row: Row) -> Node | None:
        """∂_{z_i} L: by an entry; ∂_i L: by the i-th argument, as D_i."""
        if not (isinstance(first, lark.Tree) and first.data == "scripted"):
            return None
        if kind(first.children[0]) != "PARTIAL":
            return None
        hung = self.scripts(first.children[1:])
        order = next((int(p.value) for p in hung.powers if isinstance(p, Num)), 1)
        if not hung.indices or not row.more():
            return self.complain("∂ outside of a derivative", self.span(first))
        body = self.operand(row)
        span = self.across(self.span(first), body.span)
        if all(isinstance(i, Name) and i.id in "abcijklmn" for i in hung.indices):
            return Form("D", (body, *hung.indices), span=span)
        wrt = tuple(hung.indices)
        return Deriv(body, wrt * order if len(wrt) == 1 else wrt, span=span)

    # ∇ and D.

    def gradient(self, first: Part, row: Row) -> Node:
        """∇L, ∇_z L, ∇²_z L."""
        scripts = first.children[1:] if isinstance(first, lark.Tree) else []
        hung = self.scripts(scripts)
        second = hung.powers == [num(2)]
        if hung.samples or hung.primes or hung.transposed or (hung.powers and not second):
            return self.complain("∇ takes no such superscript", self.span(first))
        if not row.more() or kind(row.peek()) == "OP":
            return self.complain("∇ needs what it differentiates", self.span(first))
        apart = not bracket(row.peek())
        body = self._under_nabla(row)
        span = self.across(self.span(first), body.span)
        by = [Name(word, span=span) for word in hung.words]
        turned, inner = False, body
        match body:
            case Form(name="transpose", args=(arg,)) if apart:
                turned, inner = True, arg
            case Form(name="apply_transpose", args=args):
                turned, inner = True, Form("apply", args, span=body.span)
        node = Form("hess" if second else "grad", (inner, *hung.indices, *by), span=span)
        return Form("transpose", (node,), span=span) if turned else node

    def _under_nabla(self, row: Row) -> Node:
        """L(θ), or L before a factor in brackets: ∇L (J)^T is a product."""
        following = row.items[row.position + 1] if row.position + 1 < len(row.items) else None
        name = self.head(row.items[row.position])
        if name is None or not isinstance(following, lark.Tree) or following.data != "scripted":
            return self.operand(row)
        args = self.arguments(inside(following.children[0])) if bracket(following) else ()
        simple = all(isinstance(arg, Name | Entry) or _vector(arg) for arg in args)
        return self.operand(row, calls=simple)

    def derivation(self, first: Part, row: Row) -> Node | None:
        """D f, D_k f_i: an operator where D is upright or bold, else only perhaps."""
        inner = sole(first)
        scripted = isinstance(inner, lark.Tree) and inner.data == "scripted"
        head = self.head(inner.children[0] if scripted else inner)  # type: ignore[union-attr]
        if head is None or head.name != "D" or not row.more() or kind(row.peek()) == "OP":
            return None
        hung = self.scripts(inner.children[1:] if scripted else [])  # type: ignore[union-attr]
        if hung.words or hung.powers or hung.samples or (bracket(row.peek()) and not head.font):
            return None
        span = self.span(first)
        if head.font not in ("bold", "upright"):
            other = "D is read as the operator of differentiation; it may be a factor"
            if self.chosen("operator D", EVERYWHERE, other):
                return None
        body = self.operand(row)
        return Form("D", (body, *hung.indices), span=self.across(span, body.span))

    def differential(self, first: Part, row: Row) -> Node | None:
        """dL outside of a fraction: the differential, or a factor d."""
        following = row.peek()
        head = self.head(first)
        if head is None or head.name != "d" or head.vector or following is None:
            return None
        if kind(following) not in ("NAME", "scripted", "WORD", "font", "accent"):
            return None
        span = self.span(first)
        if not head.font and self.chosen("differential", EVERYWHERE, DIFFERENTIAL_NOTE):
            return None
        body = self.operand(row)
        return Form("differential", (body,), span=self.across(span, body.span))


def _vector(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "vec"


def _first(part: Part) -> Part | None:
    return part.children[0] if isinstance(part, lark.Tree) and part.children else None


def bracket(part: Part | None) -> bool:
    """Whether a part is something in brackets, with or without scripts."""
    if isinstance(part, lark.Tree) and part.data == "scripted":
        part = part.children[0]
    return kind(part) in BRACKETS
