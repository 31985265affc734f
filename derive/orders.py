"""Claims that compare numbers: one problem for each order that the numbers may have.

In ind(x > y) and abs(x - y) the sign of x - y matters. Where x > y, where x < y and where x == y
the claim is one without a comparison. It is right if it is right in all three: with each sign the
conditions become true or false, |u| becomes u, -u or 0, and x == y is an assumption.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.errors import OutOfFragment
from derive.problem import Problem, mapped, unfold
from derive.show import text
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Ind,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    Rel,
    Relation,
    add,
    free_names,
    mul,
    name_of,
    rational,
    transform,
    walk,
)

# Numbers whose signs are told apart at once: each brings three cases.
MAX_ORDERS = 2
_ORDERS = frozenset({"<", "<=", ">", ">="})
_TRUE: Mapping[Relation, frozenset[int]] = {
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
    "==": frozenset({0}),
    "!=": frozenset({-1, 1}),
}

# A number up to a positive factor: its terms with their coefficients.
_Form = frozenset[tuple[Node, Fraction]]


class Corner(OutOfFragment):
    """The claim is right but perhaps where two numbers are equal and something has a corner."""


def by_order(problem: Problem) -> Iterator[Problem]:
    """The problem in each order of the numbers that it compares; nothing if it compares none.

    Raises OutOfFragment where numbers hang on a bound index or are too many; Corner in place of
    the orders with equal numbers, where something is differentiated that may have a corner there.
    """
    trees = _trees(problem)
    sides = [(part.left, part.right) for part in _comparisons(problem)]
    sides += [(part.arg, ZERO) for part in _absolutes(problem)]
    forms = dict.fromkeys(_form(left, right)[0] for left, right in sides)
    if len(forms) > MAX_ORDERS:
        raise OutOfFragment("too many numbers whose order is not known")
    turning = any(_turns(problem, part) for part in _parts(trees))
    if forms:
        for signs in itertools.product((1, -1), repeat=len(forms)):
            yield _resolved(problem, dict(zip(forms, signs, strict=True)))
        if turning:
            equal = " or ".join(" == ".join(map(text, _sides(form))) for form in forms)
            raise Corner(f"the sides agree but perhaps where {equal}: a slope there is not known")
        for signs in itertools.product((1, -1, 0), repeat=len(forms)):
            if 0 in signs:
                yield _resolved(problem, dict(zip(forms, signs, strict=True)))


def _trees(problem: Problem) -> tuple[Node, ...]:
    bodies = (definition.body for definition in problem.definitions.values())
    return (problem.left, problem.right, *bodies)


def _parts(trees: tuple[Node, ...]) -> Iterator[Node]:
    return (part for tree in trees for part in walk(tree))


def _is_abs(part: Node) -> bool:
    return isinstance(part, Call) and part.function == "abs"


def _comparisons(problem: Problem) -> Iterator[Rel]:
    """The conditions on the order of numbers. Raises OutOfFragment for one on a bound index."""
    bound = _bound(problem)
    whole = problem.indices.keys() | problem.sizes.keys() | problem.label_range.keys()
    for part in _parts(_trees(problem)):
        if isinstance(part, Rel) and part.op in _ORDERS:
            if free_names(part) & bound or free_names(_without_indices(part)) & whole:
                raise OutOfFragment("a condition on numbers whose order is not known")
            yield part


def _absolutes(problem: Problem) -> Iterator[Call]:
    """The absolute values of single numbers: |f[j]| in a sum over j has a sign for each j."""
    bound = _bound(problem)
    for part in _parts(_trees(problem)):
        if isinstance(part, Call) and _is_abs(part) and not free_names(part) & bound:
            yield part


def _bound(problem: Problem) -> set[str]:
    """The indices of sums and of definitions."""
    bound = {part.index for part in _parts(_trees(problem)) if isinstance(part, Reduce)}
    return bound | {name for d in problem.definitions.values() for name in d.params}


def _without_indices(node: Node) -> Node:
    return transform(node, lambda p: Name(p.base) if isinstance(p, Entry) else None)


def _turns(problem: Problem, part: Node) -> bool:
    """Whether a derivative is taken by what an order of numbers, or an absolute value, hangs on."""
    if not isinstance(part, Deriv):
        return False
    by = frozenset(map(name_of, part.wrt))
    inner = walk(unfold(problem, part.body, keep=by))
    ordered = (p for p in inner if (isinstance(p, Rel) and p.op in _ORDERS) or _is_abs(p))
    return any(name_of(name) in by for p in ordered for name in walk(p))


def _resolved(problem: Problem, signs: Mapping[_Form, int]) -> Problem:
    """The problem where the numbers have these signs."""

    def sign(left: Node, right: Node) -> int | None:
        form, turned = _form(left, right)
        return signs[form] * turned if form in signs else None

    def truth(condition: Node) -> Node:
        match condition:
            case Logic(op=op, args=args):
                return Logic(op, tuple(map(truth, args)))
            case Rel(op=op, left=left, right=right) if (known := sign(left, right)) is not None:
                return Rel("==", ZERO, ZERO if known in _TRUE[op] else ONE)
        return condition

    def change(part: Node) -> Node | None:
        match part:
            case Ind(condition=condition):
                return Ind(truth(condition))
            case Cases(branches=branches, otherwise=otherwise):
                pairs = tuple((put(value), truth(condition)) for value, condition in branches)
                return Cases(pairs, put(otherwise))
            case Call(function="abs", arg=arg) if (known := sign(arg, ZERO)) is not None:
                return mul(Num(Fraction(known)), put(arg))
        return None

    def put(node: Node) -> Node:
        return transform(node, change)

    # A bare f[k] == 0 would be said of every entry of f.
    pairs = (_sides(form) for form, known in signs.items() if not known)
    equal = tuple((Add((left, Neg(right))), ZERO) for left, right in pairs)
    return replace(mapped(problem, put), assumptions=(*problem.assumptions, *equal))


def _form(left: Node, right: Node) -> tuple[_Form, int]:
    """left - right up to a positive factor, and the sign that was taken out."""
    terms = _linear(add(left, Neg(right)))
    if not terms:
        return frozenset(), 1
    lead = terms[min(terms, key=text)]
    return frozenset(
        (node, c / abs(lead) * (1 if lead > 0 else -1)) for node, c in terms.items()
    ), (1 if lead > 0 else -1)


def _sides(form: _Form) -> tuple[Node, Node]:
    """The two numbers that are equal where the form is 0: what is added, what is taken away."""
    terms = sorted(form, key=lambda pair: text(pair[0]))

    def part(sign: int) -> Node:
        scaled = ((node, c * sign) for node, c in terms if c * sign > 0)
        found = [node if c == 1 else mul(Num(c), node) for node, c in scaled]
        return add(*found) if found else ZERO

    return part(1), part(-1)


def _linear(node: Node) -> dict[Node, Fraction]:
    """The terms of a sum with their numbers; what is no sum is a term of its own."""
    found: dict[Node, Fraction] = {}

    def collect(part: Node, c: Fraction) -> None:
        value = rational(part)
        match part:
            case _ if value is not None:
                found[ONE] = found.get(ONE, Fraction(0)) + c * value
            case Neg(arg=arg):
                collect(arg, -c)
            case Add(terms=terms):
                for term in terms:
                    collect(term, c)
            case Mul(factors=(first, *rest)) if (number := rational(first)) is not None:
                collect(mul(*rest), c * number)
            case Div(num=top, den=bottom) if number := rational(bottom):
                collect(top, c / number)
            case _:
                found[part] = found.get(part, Fraction(0)) + c

    collect(node, Fraction(1))
    return {part: c for part, c in found.items() if c}
