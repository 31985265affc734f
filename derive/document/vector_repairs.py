"""Repairs of equalities between vectors and matrices: a transpose, an order, a sign.

The core looks for repairs entry by entry. Who wrote W g wants W^T g back, and not a sum over j.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.document.items import Asked
from derive.document.known import index_letters
from derive.errors import FormulaError
from derive.read.formula import read_equation
from derive.show import text
from derive.syntax import Add, Form, Mul, Neg, Node, children, rebuild, walk
from derive.verdict import Conditional, Refuted, Verdict

MOST_TRIED = 12
_FORMS = frozenset({"matmul", "transpose", "diag", "outer"})


def in_vectors(question: Asked, verdict: Verdict, answer: Callable[[Asked], Verdict]) -> Verdict:
    """The verdict with a repair in vectors, where one edit of the right side is proved."""
    if not isinstance(verdict, Refuted | Conditional) or verdict.repair is None:
        return verdict
    claim = read_equation(question.claim)
    mended = _right_of(verdict.repair)
    by_entries = index_letters(mended) - index_letters(claim.right)
    forms = any(isinstance(part, Form) and part.name in _FORMS for part in walk(claim.right))
    if not forms and not by_entries:
        return verdict
    tried = dict.fromkeys(map(text, _edits(claim.right)))
    for repair in list(tried)[:MOST_TRIED]:
        try:
            found = answer(replace(question, claim=f"{text(claim.left)} == {repair}"))
        except FormulaError:
            continue
        if found.status == "proved":
            return replace(verdict, repair=repair)
    return verdict


def _right_of(repair: str) -> Node:
    """The right side of a repair, which is an equality or that side alone."""
    try:
        return read_equation(repair).right
    except FormulaError:
        return read_equation(f"0 == {repair}").right


def _edits(tree: Node) -> Iterator[Node]:
    """The tree with one change, the outermost first."""
    yield from _changed(tree)
    parts = children(tree)
    for place, part in enumerate(parts):
        for new in _edits(part):
            yield rebuild(tree, (*parts[:place], new, *parts[place + 1 :]))


def _changed(node: Node) -> Iterator[Node]:
    match node:
        case Form(name="matmul", args=(a, b)):
            yield from (Form("matmul", (_turned(a), b)), Form("matmul", (a, _turned(b))))
            yield Form("matmul", (b, a))
        case Mul(factors=(a, Form(name="transpose", args=(b,)))):
            yield Mul((b, Form("transpose", (a,))))
        case Form(name="outer", args=(a, b)):
            yield Form("outer", (b, a))
        case Add(terms=terms):
            opposite = tuple(map(_negated, terms))
            # p - t for t - p, and not -t + p.
            yield Add(tuple(sorted(opposite, key=lambda term: isinstance(term, Neg))))
            for place, turned in enumerate(opposite):
                yield Add((*terms[:place], turned, *terms[place + 1 :]))
        case Neg(arg=arg):
            yield arg


def _turned(node: Node) -> Node:
    if isinstance(node, Form) and node.name == "transpose":
        return node.args[0]
    return Form("transpose", (node,))


def _negated(node: Node) -> Node:
    return node.arg if isinstance(node, Neg) else Neg(node)
