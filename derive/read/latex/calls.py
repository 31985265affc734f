"""Names before brackets: calls, entries of calls, indicators."""

from __future__ import annotations

from collections.abc import Sequence

import lark

from derive.read.latex.derivatives import Row, bracket
from derive.read.latex.names import INDICATORS, Head
from derive.read.latex.reductions import Reductions
from derive.read.latex.values import BRACKETS, Part, inside, kind, relational, sole
from derive.read.latex.words import COMMANDS, HEADS
from derive.syntax import Add, Entry, Form, Ind, Name, Neg, Node, Num, Pow, Rel, Span

WORD_HEADS = frozenset(HEADS.values())
FUNCTION_LETTERS = WORD_HEADS | frozenset("sigma f g h phi psi Phi pi P Q S".split())
SIMPLE = frozenset({"NAME", "NUMBER", "WORD", "scripted", "font", "accent", "group", "norm"})


class Calls(Reductions):
    """A name and the brackets behind it; whether it is called, the context says later."""

    def _derived(self, part: Part, row: Row) -> Node | None:
        """(f/g)'(x)."""
        if not isinstance(part, lark.Tree) or part.data != "scripted" or not bracket(row.peek()):
            return None
        marks = [kind(s.children[0]) for s in part.children[1:] if isinstance(s, lark.Tree)]
        if kind(part.children[0]) not in BRACKETS or "PRIME" not in marks:
            return None
        following = row.take()
        if marks != ["PRIME"] or kind(following) not in BRACKETS:
            return self.complain("cannot read this derivative", self.span(part))
        args = self.arguments(inside(following))
        span = self.across(self.span(part), self.span(following))
        return Form("prime", (self.value(part.children[0]), *args), span=span)

    def _applied(self, part: Part, row: Row) -> Node:
        """A name before brackets may be called; which it is, the context says later."""
        if (derived := self._derived(part, row)) is not None:
            return derived
        following = row.peek()
        base = part.children[0] if kind(part) == "scripted" else part  # type: ignore[union-attr]
        head = self.head(base)
        stated = kind(following) == "group" and following is not None and relational(following)
        if kind(part) in BRACKETS or not (bracket(following) or stated):
            return self._word_operand(part, head, row)
        assert following is not None
        scripted = kind(following) == "scripted"
        group = following.children[0] if scripted else following  # type: ignore[union-attr]
        one = kind(sole(part)) == "NUMBER" and str(sole(part)) == "1"
        indicator = one or (head is not None and head.name in {*INDICATORS, "ones"})
        indicator = indicator and kind(part) != "scripted"
        if indicator and (relational(inside(group)) or self._kronecker(head, group)):
            row.take()
            return self._indicator(head, group, following, self.span(part))
        if stated:
            return self.value(part)
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
        greek = COMMANDS.get(head.name, ("", ""))[1] == f"NAME {head.name}"
        if kind(group) == "square" and isinstance(node, Name) and head.name.islower() and not greek:
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
        words = head is not None and head.name in WORD_HEADS and kind(row.peek()) in SIMPLE
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
        if hung.primes:
            return self.hung_on(call, scripts, span)
        if not hung.powers and not hung.transposed:
            return call
        factor = isinstance(node, Entry) and any(isinstance(a, Add | Neg | Num) for a in args)
        if (name in FUNCTION_LETTERS and not factor) or axes:
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
