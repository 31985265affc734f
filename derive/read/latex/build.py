"""Parse trees to surface trees: what each kind of part stands for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction

import lark

from derive.read.arithmetic import MAX_DIGITS
from derive.read.latex.derivatives import Row
from derive.read.latex.tables import Tables
from derive.read.latex.tokens import Token
from derive.read.latex.values import Part, inside, kind, pieces, sole
from derive.read.latex.words import EITHER
from derive.syntax import (
    Add,
    Call,
    Deriv,
    Div,
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
    Relation,
    Span,
    num,
)

_RELATIONS: dict[str, Relation] = {
    "=": "==",
    ":=": "==",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_OTHER_RELATIONS = {
    "in": "in",
    "notin": "notin",
    "~": "drawn",
    "->": "to",
    "≈": "approx",
    "succ": "succ",
}


class Builder(Tables):
    """One member's tree."""

    def value(self, part: Part) -> Node:
        if isinstance(part, Token):
            return self._leaf(part)
        build: Callable[[lark.Tree[Token]], Node] = getattr(self, f"_{part.data}")
        return build(part)

    def _leaf(self, tok: Token) -> Node:
        span = self.span(tok)
        match tok.type:
            case "NUMBER":
                digits = str(tok).replace("\\,", "").replace("{,}", "")
                if len(digits) > MAX_DIGITS:
                    return self.complain(f"a number of more than {MAX_DIGITS} digits", span)
                return Num(Fraction(digits), span=span)
            case "NAME" | "WORD":
                return Name(str(tok), span=span)
            case "DOTS":
                return Form("dots", (), span=span)
            case "DECOR" if str(tok) == "all":
                return Form("all", (), span=span)
            case "PARTIAL":
                return self.complain("∂ outside of a derivative", span)
            case "NABLA":
                return self.complain("∇ needs what it differentiates", span)
            case _:
                return self.complain(f"unexpected {str(tok)!r}", span)

    # Contents.

    def _start(self, tree: lark.Tree[Token]) -> Node:
        return self.value(tree.children[0])

    def _content(self, tree: lark.Tree[Token]) -> Node:
        """One clause; a list of several is no formula."""
        found = list(pieces(tree))
        if len(found) == 1 and found[0][0] is None and len(tree.children) == 1:
            return self.value(found[0][1])
        span = self.span(tree)
        if not found:
            return self.complain("nothing stands here", span)
        words = [c for c in tree.children if kind(c) == "WORDS"]
        if words and len(found) == 1:
            return self.complain(
                "these words stand where a formula is expected", self.span(words[0])
            )
        return Form("list", tuple(self.value(part) for _, part in found), span=span)

    def arguments(self, content: Part) -> tuple[Node, ...]:
        """Arguments by commas; what stands behind a bar is given."""
        groups: list[list[Node]] = [[]]
        for separator, part in pieces(content):
            if separator is not None and separator.type in ("MID", "PARALLEL"):
                groups.append([])
            groups[-1].append(self.value(part))
        if len(groups) == 1:
            return tuple(groups[0])
        if has_parallel(content) and all(len(group) == 1 for group in groups):
            return tuple(group[0] for group in groups)
        if len(groups) > 2 or not all(groups):
            self.complain("expected one bar", self.span(content))
            return tuple(groups[0])
        left = groups[0][0] if len(groups[0]) == 1 else Form("list", tuple(groups[0]))
        return (Form("given", (left, *groups[1]), span=self.span(content)),)

    def condition(self, content: Part) -> Node:
        """Relations joined by commas, "and", "or"; names before one share it: i, j ≠ k."""
        inner = sole(content)
        if isinstance(inner, lark.Tree) and inner.data in ("curly", "square", "round"):
            return self.condition(inside(inner))
        return self.conditions([(sep, part) for sep, part in pieces(inner)], self.span(content))

    def conditions(self, parts: Sequence[tuple[Token | None, Part]], span: Span) -> Node:
        found: list[Node] = []
        waiting: list[Node] = []
        either = any(sep is not None and str(sep) in EITHER for sep, _ in parts)
        for _, part in parts:
            bracketed = kind(sole(part)) == "round"
            node = self.condition(part) if bracketed else self.value(part)
            if isinstance(node, Rel):
                found += [Rel(node.op, w, node.right, span=w.span) for w in waiting]
                waiting = []
                found.append(node)
            elif isinstance(node, Logic) or (isinstance(node, Form) and node.name in _FORMS):
                if isinstance(node, Form):
                    found += [Form(node.name, (w, node.args[1]), span=w.span) for w in waiting]
                    waiting = []
                found.append(node)
            else:
                waiting.append(node)
        if waiting or not found:
            self.complain("expected a condition such as i = j", span)
            return Rel("==", num(0), num(0), span=span)
        if len(found) == 1:
            return found[0]
        return Logic("or" if either else "and", tuple(found), span=span)

    def _compare(self, tree: lark.Tree[Token]) -> Node:
        values = [self.value(part) for part in tree.children[::2]]
        signs = [str(sign) for sign in tree.children[1::2]]
        span = self.span(tree)
        steps = tuple(
            self._related(a, sign, b, span)
            for a, sign, b in zip(values, signs, values[1:], strict=False)
        )
        return steps[0] if len(steps) == 1 else Logic("and", steps, span=span)

    def _related(self, left: Node, sign: str, right: Node, span: Span) -> Node:
        counted = _counted(right)
        if sign == "in" or (sign == "=" and counted is not right):
            return Form("in", (left, counted), span=span)
        if sign in _RELATIONS:
            return Rel(_RELATIONS[sign], left, right, span=span)
        if sign in _OTHER_RELATIONS:
            return Form(_OTHER_RELATIONS[sign], (left, right), span=span)
        return self.complain(f"cannot read the relation {sign}", span)

    def _signed(self, tree: lark.Tree[Token]) -> Node:
        """Terms with their signs; an operator that ends a term takes the next one."""
        terms: list[Node] = []
        signs: list[str] = []
        pending: Form | None = None
        span, signed = self.span(tree), kind(tree.children[0]) == "SIGN"
        for part in tree.children:
            if kind(part) == "SIGN":
                signs.append(str(part))
                continue
            node = self._with_signs(self.truth(part) if signs else self.number(part), signs)
            if pending is not None:
                node = Deriv(node, pending.args, span=self.across(pending.span, node.span))
                self.note("the derivative is taken of the signed term behind it")
                pending = None
            if isinstance(node, Form) and node.name == "operator":
                pending = node
            else:
                terms.append(node)
            signs = []
        if pending is not None:
            self.complain("nothing to differentiate", pending.span or span)
        terms = self.reaches(terms, span)
        if len(terms) > 1:
            return Add(tuple(terms), span=span)
        # The sign in front of a single term belongs to it.
        return dataclasses.replace(terms[0], span=span) if signed else terms[0]

    def _with_signs(self, node: Node, signs: Sequence[str]) -> Node:
        if "pm" in signs:
            return Form("pm", (node,), span=node.span)
        return Neg(node, span=node.span) if signs.count("-") % 2 else node

    def _term(self, tree: lark.Tree[Token]) -> Node:
        return self.product(tree.children)

    def _prefix(self, tree: lark.Tree[Token]) -> Node:
        return self.product([tree])

    # Brackets.

    def _group(self, tree: lark.Tree[Token]) -> Node:
        return self.value(inside(tree))

    def _round(self, tree: lark.Tree[Token]) -> Node:
        return self._respanned(self.value(inside(tree)), tree)

    def _square(self, tree: lark.Tree[Token]) -> Node:
        """[x], or Iverson's [k = y]."""
        content = inside(tree)
        if any(kind(sole(part)) == "compare" for _, part in pieces(content)):
            return Ind(self.condition(content), span=self.span(tree))
        return self._respanned(self.value(content), tree)

    def _curly(self, tree: lark.Tree[Token]) -> Node:
        content = inside(tree)
        found = list(pieces(content))
        if len(found) == 1:
            return self._respanned(self.value(found[0][1]), tree)
        return Form("set", tuple(self.value(part) for _, part in found), span=self.span(tree))

    def _respanned(self, node: Node, tree: lark.Tree[Token]) -> Node:
        return dataclasses.replace(node, span=self.span(tree))

    def _bars(self, tree: lark.Tree[Token]) -> Node:
        return Call("abs", self.number(inside(tree)), span=self.span(tree))

    def _norm(self, tree: lark.Tree[Token]) -> Node:
        return Form("norm", (self.number(inside(tree)),), span=self.span(tree))

    def _angle(self, tree: lark.Tree[Token]) -> Node:
        args = self.arguments(inside(tree))
        if len(args) == 1:
            return Form("expect", args, span=self.span(tree))
        if len(args) != 2:
            return self.complain("an inner product has two arguments", self.span(tree))
        return Form("inner", args, span=self.span(tree))

    def _rounded(self, tree: lark.Tree[Token]) -> Node:
        return Call(str(tree.children[0]), self.number(inside(tree)), span=self.span(tree))

    # Atoms.

    def _fraction(self, tree: lark.Tree[Token]) -> Node:
        """A derivative, or the quotient of two numbers."""
        found = self.fraction(tree, Row([]))
        if found is not None:
            return found
        top, bottom = tree.children[1:]
        return Div(self.number(top), self.number(bottom), span=self.span(tree))

    def _root(self, tree: lark.Tree[Token]) -> Node:
        return Call("sqrt", self.number(inside(tree)), span=self.span(tree))

    def _nth_root(self, tree: lark.Tree[Token]) -> Node:
        degree, arg = (self.number(part) for part in tree.children[1:])
        return Pow(arg, Div(num(1), degree), span=self.span(tree))

    def _font(self, tree: lark.Tree[Token]) -> Node:
        head = self.head(tree)
        if head is not None:
            return self.named(head, [], self.span(tree))
        inner = sole(tree.children[1])
        if isinstance(inner, lark.Tree) and inner.data == "scripted":
            return self.value(inner)
        node = self.value(inner)
        return _vectors(node) if str(tree.children[0]) == "bold" else node

    def _accent(self, tree: lark.Tree[Token]) -> Node:
        head = self.head(tree)
        if head is not None:
            return self.named(head, [], self.span(tree))
        inner = sole(tree.children[1])
        if isinstance(inner, lark.Tree) and inner.data == "scripted":
            under = lark.Tree("accent", [tree.children[0], inner.children[0]], inner.meta)
            if (head := self.head(under)) is not None:
                return self.named(head, inner.children[1:], self.span(tree))
        return self.complain("an accent stands on one name", self.span(tree))

    def _substack(self, tree: lark.Tree[Token]) -> Node:
        return self.complain("stacked lines belong under a sum", self.span(tree))

    def _scripted(self, tree: lark.Tree[Token]) -> Node:
        atom, scripts, span = tree.children[0], tree.children[1:], self.span(tree)
        inner = sole(atom)
        if kind(inner) == "NUMBER" and str(inner) == "1":
            one = self._one(scripts, span)
            if one is not None:
                return one
        if kind(inner) == "NUMBER" and all(map(_one_sided, scripts)):
            self.note("a number with a sign above it, as in 0^+, is read as the number")
            return self.value(inner)
        head = self.head(atom)
        if head is not None:
            return self.named(head, scripts, span)
        if kind(inner) == "norm":
            return self._norms(inner, scripts, span)
        return self.hung_on(self.value(atom), scripts, span)

    def _one(self, scripts: Sequence[Part], span: Span) -> Node | None:
        """1_{k = y}; 1^T is a row of ones."""
        hung = self.scripts(scripts)
        if hung.transposed and not hung.below:
            ones = Form("vec", (Name("ones", span=span),), span=span)
            return Form("transpose", (ones,), span=span)
        if not hung.below:
            return None
        return self._raised(Ind(self.condition(hung.below[0]), span=span), hung, span)

    def _norms(self, inner: Part, scripts: Sequence[Part], span: Span) -> Node:
        """‖x‖² is the sum of squares, ‖x‖_1 that of absolute values; ‖W‖_F is that of a matrix."""
        hung = self.scripts(scripts)
        node = self.value(inner)
        assert isinstance(node, Form)
        which = hung.indices[0] if hung.indices else num(2)
        which = Name(hung.words[0]) if hung.words else which
        if hung.samples or hung.primes or hung.transposed or len(hung.powers) > 1:
            return self.complain("a norm that is not read", span)
        squared = [p for p in hung.powers if isinstance(p, Num) and p.value == 2]
        euclidean = which == num(2) or which == Name("F")
        if euclidean and squared:
            return Form("norm2" if which == num(2) else "frobenius2", node.args, span=span)
        if euclidean and not hung.powers:
            return Form("norm", node.args, span=span)
        if which == num(1) and not hung.powers:
            return Form("norm1", node.args, span=span)
        return self.complain("a norm that is not read", span)


_FORMS = frozenset({"in", "notin", "drawn"})


def has_parallel(content: Part) -> bool:
    """Whether ‖ stands between the arguments, as in KL(p ‖ q)."""
    children = content.children if isinstance(content, lark.Tree) else []
    return any(kind(part) == "PARALLEL" for part in children)


def _one_sided(script: Part) -> bool:
    """Whether a script is the sign of a one-sided limit."""
    mark = sole(inside(script)) if kind(script.children[0]) == "SUP" else None  # type: ignore[union-attr]
    return mark is not None and kind(mark) == "DECOR" and str(mark) in ("plus", "minus")


def _counted(node: Node) -> Node:
    """{1, …, K} and 1..K by their size K; any other set as it stands."""
    match node:
        case Form(name="set", args=(first, *_, Form(name="dots"), last)) if first == num(1):
            return last
        case Mul(factors=(first, Form(name="dots"), last)) if first == num(1):
            return last
        case _:
            return node


def _vectors(node: Node) -> Node:
    """Bold letters side by side: each is a vector."""
    match node:
        case Name():
            return Form("vec", (node,), span=node.span)
        case Mul(factors=parts):
            return Mul(tuple(_vectors(part) for part in parts), span=node.span)
        case Add(terms=parts):
            return Add(tuple(_vectors(part) for part in parts), span=node.span)
        case Neg(arg=arg):
            return Neg(_vectors(arg), span=node.span)
        case _:
            return node
