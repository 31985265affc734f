"""Names with their fonts, accents, subscripts and superscripts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import lark

from derive.read.latex.tokens import Token
from derive.read.latex.values import (
    BRACKETS,
    EVERYWHERE,
    Part,
    Values,
    factors,
    inside,
    kind,
    pieces,
    relational,
    sole,
)
from derive.show import text
from derive.syntax import (
    Add,
    Call,
    Entry,
    Form,
    Ind,
    Mul,
    Name,
    Node,
    Num,
    Pow,
    Rel,
    Span,
    children,
    free_names,
)

EXPONENT_NOTE = "is read as a power; it may be an index"
_PARAMETERS = frozenset({"theta", "phi", "psi", "omega", "lambda", "Theta", "Phi"})
_LETTER_EXPONENTS = frozenset("ijklL")
# On an entry these too: P^r_{ij} may be a power, or the array of rows.
_LABEL_EXPONENTS = frozenset("abcdefghopqrsuvwxyz")
INDICATORS = frozenset({"I", "chi", "delta"})


@dataclass(frozen=True)
class Head:
    """A letter or word as it is written: its name, and how its font sets it apart."""

    name: str
    span: Span
    vector: bool = False
    font: str = ""


@dataclass
class Scripts:
    """What hangs on a name: its subscripts and superscripts by what they mean."""

    words: list[str] = field(default_factory=list)
    indices: list[Node] = field(default_factory=list)
    samples: list[Node] = field(default_factory=list)
    powers: list[Node] = field(default_factory=list)
    below: list[Part] = field(default_factory=list)
    transposed: bool = False
    primes: int = 0


class Names(Values):
    """Names and whatever hangs on them."""

    def head(self, part: Part) -> Head | None:
        """The letter or word that a part is, if it is no more than that."""
        inner = sole(part)
        if isinstance(inner, Token):
            if inner.type in ("NAME", "WORD"):
                return Head(str(inner), self.span(inner))
            return None
        if inner.data not in ("font", "accent"):
            return None
        mark, under = str(inner.children[0]), sole(inner.children[1])
        if inner.data == "font" and kind(under) == "NUMBER" and str(under) in "01":
            name = "ones" if str(under) == "1" else "zeros"
            return Head(name, self.span(inner), mark != "upright", mark)
        below = self.head(under)
        if below is None:
            return None
        if inner.data == "accent":
            return replace(below, name=f"{below.name}_{mark}", span=self.span(inner))
        vector = below.vector or mark == "bold"
        return replace(below, vector=vector, font=mark, span=self.span(inner))

    def named(self, head: Head, scripts: Sequence[Part], span: Span) -> Node:
        """The tree of a name with its scripts."""
        hung = self.scripts(scripts)
        special = self._special(head, hung, scripts, span)
        if special is not None:
            return special
        self._hung_limits(hung, span)
        if len(hung.indices) == 1 and not hung.samples and isinstance(hung.indices[0], Name):
            parameter = hung.indices[0].id
            if parameter in _PARAMETERS:
                hung.words.append(parameter)
                hung.indices = []
        name = "_".join([head.name, *hung.words, *["prime"] * hung.primes])
        self._letter_exponent(hung, name)
        axes = (*hung.samples, *hung.indices)
        node: Node = Entry(name, axes, span=span) if axes else Name(name, span=span)
        if head.vector and not axes:
            node = Form("vec", (Name(name, span=span),), span=span)
        return self._raised(node, hung, span)

    def _hung_limits(self, hung: Scripts, span: Span, named: bool = True) -> None:
        """The conditions below: z_{j != i} is z_j for j != i; below a bracket there is no index."""
        for part in hung.below:
            if not relational(part):
                continue
            condition = self.condition(part)
            sides = children(condition)
            plain = isinstance(condition, Rel) and condition.op in ("==", "!=")
            if not plain or not all(isinstance(side, Name | Entry) for side in sides):
                no_index = "a condition hangs on no indicator"
                self.complain(no_index if named else "this is no condition on an index", span)
                return
            assert isinstance(condition, Rel)
            self.limits.append(condition)
            if named and isinstance(condition.left, Name):
                hung.indices.append(condition.left)

    def _letter_exponent(self, hung: Scripts, name: str) -> None:
        """x^i_j may be a power, or the sample's index: a person must say which."""
        match hung.powers:
            case [exponent] if not hung.samples:
                letters = free_names(exponent)
                if hung.indices and isinstance(exponent, Name) and len(exponent.id) == 1:
                    letters -= _LABEL_EXPONENTS
                    letters = letters or frozenset("i")
                arithmetic = isinstance(exponent, Name | Add)
                if not letters or not letters <= _LETTER_EXPONENTS or not arithmetic:
                    return
                other = f"{name}^{text(exponent)} {EXPONENT_NOTE}"
                if self.chosen("exponent", EVERYWHERE, other):
                    hung.samples, hung.powers = hung.powers, []

    def _special(
        self, head: Head, hung: Scripts, scripts: Sequence[Part], span: Span
    ) -> Node | None:
        """Names that mean something of their own once scripts hang on them."""
        plain = not hung.below and not hung.primes
        if head.name == "e" and plain and not head.vector and self._exponents(scripts):
            exponents = self._exponents(scripts)
            power = self.number(exponents[0])
            if is_number(power, 2) and self.chosen("e", EVERYWHERE, "e^2 may be the square of e"):
                return None
            node: Node = Call("exp", power, span=span)
            for further in exponents[1:]:
                node = Pow(node, self.number(further), span=span)
            return node
        indicator = head.name in INDICATORS or head.name == "ones"
        if indicator and any(relational(part) for part in hung.below):
            found = Ind(self.condition(hung.below[0]), span=span)
            return self._raised(found, hung, span)
        if head.name == "delta" and len(hung.indices) == 2 and not hung.samples:
            rel = Rel("==", hung.indices[0], hung.indices[1], span=span)
            return self._raised(Ind(rel, span=span), hung, span)
        return None

    def _exponents(self, scripts: Sequence[Part]) -> list[Part]:
        """The superscripts of e, none of which is a mark or a prime."""
        upper = [inside(s) for s in scripts if isinstance(s, lark.Tree) and _upper(s)]
        marks = ("DECOR", "WORD")
        return [] if any(kind(sole(part)) in marks for part in upper) else list(upper)

    def scripts(self, scripts: Sequence[Part]) -> Scripts:
        """The scripts of a name, sorted by what they mean."""
        hung = Scripts()
        for script in scripts:
            assert isinstance(script, lark.Tree)
            if kind(script.children[0]) == "PRIME":
                hung.primes += 1
            elif _upper(script):
                self._superscript(inside(script), hung)
            else:
                self._subscript(inside(script), hung)
        return hung

    def _subscript(self, group: Part, hung: Scripts) -> None:
        content = inside(group) if kind(group) == "group" else group
        inner = sole(content)
        if kind(inner) == "DECOR":
            self._mark(str(inner), hung)
            return
        hung.below.append(content)
        arrow = self._arrow(content)
        if arrow:
            hung.words.append(arrow)
            hung.below.pop()
        elif not relational(content):
            words, indices = self.indices(content)
            hung.words += words
            hung.indices += indices

    def _labels(self, term: lark.Tree[Token]) -> bool:
        """Whether a superscript is a sample and a transpose side by side: x^{(i)T}."""
        first, *rest = [kind(sole(part)) for part in term.children]
        heads = [self.head(part) for part in term.children[1:]]
        turned = [
            k == "TRANSPOSE" or (h and h.name == "T") for k, h in zip(rest, heads, strict=True)
        ]
        return first in ("round", "square") and all(turned)

    def _arrow(self, content: Part) -> str:
        """L_{I \\to T}: a word of the name."""
        inner = sole(content)
        if not isinstance(inner, lark.Tree) or inner.data != "compare":
            return ""
        heads = [self.head(part) for part in inner.children[::2]]
        names = [head.name for head in heads if head is not None]
        arrows = all(str(sign) == "->" for sign in inner.children[1::2])
        return "_to_".join(names) if arrows and len(names) == len(heads) else ""

    def _mark(self, mark: str, hung: Scripts) -> None:
        if mark == "all":
            hung.indices.append(Form("all", ()))
        else:
            hung.words.append(mark)

    def _superscript(self, group: Part, hung: Scripts) -> None:
        inner = sole(group)
        head = self.head(inner)
        if kind(inner) == "DECOR":
            self._mark(str(inner), hung)
        elif kind(inner) == "TRANSPOSE" or (head is not None and head.name == "T"):
            hung.transposed = True
        elif kind(inner) == "WORD":
            hung.words.append(str(inner))
        elif isinstance(inner, lark.Tree) and inner.data == "term" and self._labels(inner):
            for part in inner.children:
                self._superscript(part, hung)
        elif isinstance(inner, lark.Tree) and inner.data in ("round", "square"):
            hung.samples += map(_layer(inner), self.indices(inside(inner))[1])
        elif kind(inner) == "content":
            self.complain("expected one exponent", self.span(inner))
        else:
            hung.powers.append(self.number(inner))

    def _raised(self, node: Node, hung: Scripts, span: Span) -> Node:
        """Powers and the transpose, on the outside."""
        for power in hung.powers:
            node = Pow(node, power, span=span)
        return Form("transpose", (node,), span=span) if hung.transposed else node

    def hung_on(self, node: Node, scripts: Sequence[Part], span: Span) -> Node:
        """Scripts on something that is no name: (a + b)_k, [z]^2."""
        hung = self.scripts(scripts)
        if hung.words:
            return self.complain("this mark hangs on no name", span)
        if hung.primes:
            node = Form("prime", (node,), span=span)
        if hung.primes > 1:
            return self.complain("one prime at a time", span)
        self._hung_limits(hung, span, named=False)
        axes = (*hung.samples, *hung.indices)
        if axes:
            node = Form("at", (node, *axes), span=span)
        return self._raised(node, hung, span)

    # Indices.

    def indices(self, content: Part) -> tuple[list[str], list[Node]]:
        """Words that belong to the name, and the indices: ij and i,j are two, n-1 is one."""
        words: list[str] = []
        found: list[Node] = []
        children = content.children if isinstance(content, lark.Tree) else [content]
        if kind(content) != "content":
            children = [content]
        for part in children:
            if isinstance(part, Token) and part.type in ("COMMA", "SEMI", "MID"):
                continue
            if isinstance(part, Token) and part.type == "COLON":
                found.append(Form("all", (), span=self.span(part)))
                continue
            for item in self._separate(part):
                self._index(item, words, found)
        return words, found

    def _index(self, item: Part, words: list[str], found: list[Node]) -> None:
        inner = sole(item)
        if kind(inner) in ("WORD", "WORDS"):
            words.append("_".join(str(inner).split()))
        elif kind(inner) == "DECOR" and str(inner) == "all":
            found.append(Form("all", (), span=self.span(inner)))
        elif kind(inner) == "DECOR":
            words.append(str(inner))
        elif isinstance(inner, lark.Tree) and inner.data in BRACKETS:
            found.extend(self.indices(inside(inner))[1])
        elif self._roman(inner):
            words.append(self._roman(inner))
        else:
            found.append(self.number(inner))

    def _roman(self, part: Part) -> str:
        """A single upright letter in a subscript is part of the name."""
        head = self.head(part)
        return head.name if head is not None and head.font == "upright" else ""

    def _separate(self, part: Part) -> list[Part]:
        """The indices that stand side by side; arithmetic and calls stay together."""
        items = factors(part)
        kinds = [kind(item) for item in items]
        loose = not {"OP", "SIGN", "prefix"} & set(kinds)
        called = any(
            b in BRACKETS and a in ("NAME", "scripted") for a, b in itertools.pairwise(kinds)
        )
        multiple = len(items) == 2 and kinds[0] == "NUMBER"
        return items if loose and not called and not multiple else [part]


def _layer(brackets: lark.Tree[Token]) -> Callable[[Node], Node]:
    """W^{[l]} and W^{(2)} may name a layer; x^{(i)} is the sample i."""

    def index(node: Node) -> Node:
        may_be = brackets.data == "square" or isinstance(node, Num)
        return Form("layer", (node,), span=node.span) if may_be else node

    return index


def _upper(script: lark.Tree[Token]) -> bool:
    return kind(script.children[0]) == "SUP"


def is_number(node: Node, value: int) -> bool:
    """Whether a node is this whole number."""
    return isinstance(node, Num) and node.value == value


def single_clause(content: Part) -> Part | None:
    """The only clause of a content, or None."""
    found = [part for _, part in pieces(content)]
    return found[0] if len(found) == 1 else None


def times(left: Node, right: Node, span: Span) -> Mul:
    """A product, as written; what stood in brackets stays a factor of its own."""
    bracketed = left.span is None or left.span.start != span.start
    if isinstance(left, Mul) and not bracketed:
        return Mul((*left.factors, right), span=span)
    return Mul((left, right), span=span)
