"""Vectors and matrices that need no definition: I, 0, the ones, the basis vectors e_k."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.syntax import ONE, ZERO, Add, Div, Entry, Form, Mul, Name, Neg, Node, delta, mul

if TYPE_CHECKING:
    from derive.document.meaning import Meaning

CONSTANTS = frozenset({"I", "zeros"})
ONES = "ones"
# The vector of ones, in the formula language.
DEFINITION_OF_ONES = f"{ONES}[k] = 1"
_BASES = frozenset({"e", ONES})


def constant(meaning: Meaning, node: Name) -> Node:
    """The identity matrix, or 0 for a vector or a matrix of noughts."""
    if node.id == "I":
        meaning.note("I is the identity matrix")
        return Form("diag", (ONE,), span=node.span)
    return ZERO


def identity(meaning: Meaning, node: Entry) -> Node:
    """I_ij as the Kronecker delta, unless the document defines I."""
    indices = tuple(map(meaning.of, node.indices))
    if meaning.scope.named("I"):
        return Entry("I", indices, span=node.span)
    meaning.note("I is the identity matrix")
    return delta(*indices)


def basis_vectors(meaning: Meaning, node: Node) -> Node:
    """p - e_y beside a vector p, and a e_y + b e_k: e_y is the one-hot vector of y."""
    if not isinstance(node, Add):
        return node
    beside = any(meaning.ranks.of(term) == 1 for term in node.terms)
    if not beside and not all(_is_multiple(meaning, term) for term in node.terms):
        return node
    return Add(tuple(basis_vector(meaning, term) for term in node.terms), span=node.span)


def _is_multiple(meaning: Meaning, term: Node) -> bool:
    """Whether a term is a number times e_y, with a letter below."""
    inner = term.arg if isinstance(term, Neg) else term
    last = inner.factors[-1] if isinstance(inner, Mul) else inner
    match last:
        case Entry(base="e", indices=(Name(),)):
            return not meaning.scope.named("e")
    return False


def beside_matrix(meaning: Meaning, factors: list[Node]) -> list[Node]:
    """J e_y behind a matrix J, e_y^T z before a vector z: e_y is the one-hot vector of y."""
    found = list(factors)
    for place, factor in enumerate(factors):
        if any(meaning.ranks.of(before) == 2 for before in factors[:place]):
            found[place] = basis_vector(meaning, factor)
        elif isinstance(factor, Form) and factor.name == "transpose" and factors[place + 1 :]:
            row = basis_vector(meaning, factor.args[0])
            if meaning.ranks.of(factors[place + 1]):
                found[place] = Form("transpose", (row,), span=factor.span)
    return found


def basis_vector(meaning: Meaning, term: Node) -> Node:
    """The term with e_y, which is defined nowhere, as the one-hot vector of y."""
    match term:
        case Neg(arg=arg):
            return Neg(basis_vector(meaning, arg), span=term.span)
        case Div(num=over, den=under):
            return Div(basis_vector(meaning, over), under, span=term.span)
        case Mul(factors=(*others, last)):
            return mul(*others, basis_vector(meaning, last))
        case Entry(base=base, indices=(index,)) | Form(name="at", args=(Name(id=base), index)):
            if base in _BASES and not meaning.scope.named(base):
                meaning.note(f"{base}_{index.id if isinstance(index, Name) else 'k'} is one-hot")
                return Form("onehot", (index,), span=term.span)
    return term
