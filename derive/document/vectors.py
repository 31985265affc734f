"""Letters that are vectors or matrices by where they stand: W in W x, x in w^T x."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from derive.syntax import Add, Call, Div, Entry, Form, Mul, Name, Neg, Node, children

_INPUTS = (Name("x"), Name("h"))


def vectors_in(parts: Iterable[Node]) -> Iterator[Name | Entry]:
    """The names and entries that products with a transpose or a bold letter show to be arrays."""
    for part in parts:
        if isinstance(part, Form) and part.name == "transpose":
            yield from _operand(part.args[0])
        if isinstance(part, Form) and part.name == "inner":
            yield from itertools.chain.from_iterable(map(_operand, part.args))
        if isinstance(part, Mul):
            for one, other in itertools.pairwise(part.factors):
                if _is_transposed(one):
                    yield from _operand(other)
                if _is_matrix_letter(one) and _is_bold(other):
                    yield from _operand(one)


def linear_maps(
    equalities: Sequence[tuple[Node, Node]], vectors: Iterable[str], numbers: Iterable[str]
) -> frozenset[str]:
    """Matrices and vectors by what they make of a vector: W, h and b in z = W h + b, softmax(z).

    So, too, W and Z in Z = X W, where X is known for a matrix. `vectors` are those that are
    known, `numbers` the capital letters that are none.
    """
    known, matrices, closed = set(vectors), set[str](), set(numbers)
    for head, body in equalities:
        known |= _softened(head, body)
    while True:
        before = len(known) + len(matrices)
        for head, body in equalities:
            terms = _terms(body)
            products = [found for term in terms if (found := _map(term)) is not None]
            products = [(a, b) for a, b in products if not {a, b} & closed]
            plain = {term.id for term in terms if isinstance(term, Name)}
            inner = {vector for _, vector in products}
            own = {head.id} if isinstance(head, Name) else set()
            inner |= {matrix for matrix, factor in products if factor[0].isupper()}
            if products and known & (inner | own):
                known |= inner | own | plain
                matrices |= {matrix for matrix, _ in products}
        if len(known) + len(matrices) == before:
            return frozenset(known | matrices)


def _softened(head: Node, body: Node) -> set[str]:
    """o and p in p = softmax(o)."""
    match body:
        case Form(name="apply", args=(Name(id="softmax"), Name(id=name))):
            return {name, *([head.id] if isinstance(head, Name) else [])}
    return set()


def _terms(body: Node) -> tuple[Node, ...]:
    """The terms of a sum, within a function of every entry or not."""
    match body:
        case Call(arg=arg) | Form(name="apply", args=(Name(), arg)):
            return _terms(arg)
        case Add(terms=terms):
            return terms
    return (body,)


def _map(term: Node) -> tuple[str, str] | None:
    """W and h in W h, and in h W of a row h; X and W in X W."""
    match term:
        case Mul(factors=(row, Name(id=matrix))) if row in _INPUTS and matrix[0].isupper():
            return matrix, row.id
        case Mul(factors=(Name(id=matrix), Name(id=vector))):
            if matrix[0].isupper() and (vector[0].islower() or len(matrix) == len(vector) == 1):
                return matrix, vector
    return None


def _operand(node: Node) -> Iterator[Name | Entry]:
    """What stands for a vector in x, in x_i - x_j, and in (1 - a) x."""
    match node:
        case Name() | Entry():
            yield node
        case Add():
            for term in node.terms:
                yield from _operand(term)
        case Neg() | Call() | Form(name="vec" | "transpose"):
            yield from _operand(children(node)[0])
        case Mul():
            yield from _operand(node.factors[-1])
        case Div():
            yield from _operand(node.num)


def _is_transposed(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "transpose"


def _is_bold(node: Node) -> bool:
    return isinstance(node, Form) and node.name == "vec"


def _is_matrix_letter(node: Node) -> bool:
    return isinstance(node, Name) and len(node.id) == 1 and node.id.isupper()


def are_rows(parts: Iterable[Node]) -> bool:
    """Whether vectors are rows: x stands before a matrix, or s^T s beside a diagonal matrix.

    Not by the latter where s s^T stands beside one, too: then s^T s is a slip.
    """
    parts = tuple(parts)
    if any(map(_is_row_product, parts)):
        return True
    return any(map(_is_row_square, parts)) and not any(map(_is_column_square, parts))


def _is_row_product(part: Node) -> bool:
    """x W, with a bold x; or with the letter of an input."""
    pairs = tuple(itertools.pairwise(part.factors)) if isinstance(part, Mul) else ()
    return any(_is_small(one) and _is_matrix(other) for one, other in pairs) or any(
        one in _INPUTS and _is_matrix_letter(other) for one, other in pairs[:1]
    )


def _is_row_square(part: Node) -> bool:
    """diag(s) - s^T s: a matrix, so that s^T s is no number."""
    terms = part.terms if isinstance(part, Add) else ()
    plain = [term.arg if isinstance(term, Neg) else term for term in terms]
    squares = any(_is_square(term) for term in plain)
    return squares and any(_is_matrix(term) for term in plain)


def _is_column_square(part: Node) -> bool:
    """diag(s) - s s^T."""
    terms = part.terms if isinstance(part, Add) else ()
    products = [term.arg if isinstance(term, Neg) else term for term in terms]
    pairs = [p.factors for p in products if isinstance(p, Mul) and len(p.factors) == 2]
    return any(_is_small(a) and _is_transposed(b) for a, b in pairs) and any(
        map(_is_matrix, products)
    )


def _is_square(node: Node) -> bool:
    pairs: Sequence[tuple[Node, Node]] = ()
    if isinstance(node, Mul):
        pairs = tuple(itertools.pairwise(node.factors))
    return any(
        _is_transposed(one) and _is_small(children(one)[0]) and _is_small(other)
        for one, other in pairs
    )


def _is_small(node: Node) -> bool:
    """A bold small letter, or a quotient of such letters."""
    if isinstance(node, Div):
        return _is_small(node.num) and _is_small(node.den)
    inner = children(node)[0] if _is_bold(node) else None
    return isinstance(inner, Name) and inner.id[0].islower()


def _is_matrix(node: Node) -> bool:
    if isinstance(node, Form) and node.name == "apply":
        return node.args[0] == Name("diag")
    inner = children(node)[0] if _is_transposed(node) else node
    inner = children(inner)[0] if _is_bold(inner) else inner
    return inner is not node and isinstance(inner, Name) and inner.id[0].isupper()
