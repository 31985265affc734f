"""Claims that compare numbers: one problem for each order that the numbers may have.

In ind(x > y) and abs(x - y) the sign of x - y matters. Where x > y, where x < y and where x == y
the claim is one without a comparison. It is right if it is right in all three: with each sign the
conditions become true or false, |u| becomes u, -u or 0, and x == y is an assumption. A derivative
exists where x == y if the three pieces of what is differentiated meet there with equal slopes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from derive.errors import OutOfFragment
from derive.forms import Form, form_of, possible, sides_of
from derive.problem import Problem, mapped, reachable, unfold
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Deriv,
    Entry,
    Ind,
    Logic,
    Name,
    Neg,
    Node,
    Reduce,
    Rel,
    Relation,
    children,
    free_names,
    mul,
    name_of,
    num,
    transform,
    walk,
)

# Numbers whose signs are told apart one after the other: each brings three cases.
MAX_ORDERS = 4
ORDERS = frozenset({"<", "<=", ">", ">="})
# The signs of left - right for which a relation holds.
SIGNS: Mapping[Relation, frozenset[int]] = {
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
    "==": frozenset({0}),
    "!=": frozenset({-1, 1}),
}

_Signs = tuple[tuple[Form, int], ...]


def by_order(problem: Problem, holds: Callable[[Problem], bool]) -> Iterator[Problem]:
    """The problem in each order of the numbers that it compares; nothing if it compares none.

    Where numbers are equal and a derivative has a corner there, that order is left out: the domain
    says so. `holds` decides a claim without comparisons. Raises OutOfFragment where numbers hang on
    a bound index or are too many.
    """
    if any(map(compares, _trees(problem))):
        yield from _Splitter(holds).split(opened(problem), ())


def is_smooth(
    problem: Problem, holds: Callable[[Problem], bool], defined: Callable[[Problem], bool]
) -> bool:
    """Whether every derivative of the claim exists where numbers that it compares are equal.

    `defined` says whether the sides of a claim without comparisons surely have a value.
    """
    splitter = _Splitter(lambda claim: defined(claim) and holds(claim))
    try:
        for _ in splitter.split(opened(problem), ()):
            if splitter.met_corner:
                return False
    except (OutOfFragment, ZeroDivisionError):
        return False
    return not splitter.met_corner


def compares(tree: Node) -> bool:
    """Whether the order of two numbers, or an absolute value, is asked for in the tree."""
    return any(is_order(part) for part in walk(tree))


def is_order(part: Node) -> bool:
    """Whether the node asks for the order of two numbers."""
    ordered = isinstance(part, Rel) and part.op in ORDERS
    return ordered or (isinstance(part, Call) and part.function == "abs")


def compared(part: Node) -> tuple[Node, Node]:
    """The two numbers whose order the node asks for."""
    if isinstance(part, Rel):
        return part.left, part.right
    assert isinstance(part, Call)
    return part.arg, ZERO


def _trees(problem: Problem) -> tuple[Node, ...]:
    """The sides, and the definitions that they reach."""
    reached = reachable((problem.left, problem.right), problem.definitions)
    bodies = (d.body for name, d in problem.definitions.items() if name in reached)
    return (problem.left, problem.right, *bodies)


def opened(problem: Problem) -> Problem:
    """The claim with its definitions put in, inside of derivatives too but for their variables."""

    def put(node: Node) -> Node:
        return transform(unfold(problem, node), inside)

    def inside(part: Node) -> Node | None:
        if not isinstance(part, Deriv):
            return None
        by = frozenset(map(name_of, part.wrt))
        return replace(part, body=unfold(problem, part.body, keep=by))

    bounds = tuple(map(put, problem.bounds))
    return replace(problem.claiming(put(problem.left), put(problem.right)), bounds=bounds)


class _Splitter:
    """Splits a claim by one sign after the other; says whether a corner was met."""

    def __init__(self, holds: Callable[[Problem], bool]) -> None:
        self._holds = holds
        self.met_corner = False

    def split(self, problem: Problem, known: _Signs) -> Iterator[Problem]:
        """The claim in every order that is possible with the known signs."""
        part = next(_innermost(problem), None)
        if part is None:
            yield problem
            return
        if len(known) == MAX_ORDERS + len(problem.bounds):
            raise OutOfFragment("too many numbers whose order is not known")
        form = form_of(problem, *compared(part))[0]
        for sign in (1, -1) if problem.unequal else (1, -1, 0):
            signs = (*known, (form, sign))
            if _beyond(problem, form, sign) or not possible(problem, signs):
                continue
            narrowed = self._at_equality(problem, form, known) if not sign else problem
            if narrowed is not None:
                yield from self.split(_resolved(narrowed, form, sign), signs)

    def _at_equality(self, problem: Problem, form: Form, known: _Signs) -> Problem | None:
        """The claim where the form is 0, its derivatives those of a piece; None at a corner.

        If the pieces for > 0, < 0 and == 0 agree in a point, and so do their slopes, then the
        whole has that slope: from the point to any other the whole is one of the pieces. A piece
        that is met in the point alone has no slope to agree with.
        """
        pieces: dict[Node, Node] = {}
        # x <= x turns nowhere.
        for part in _derivatives(problem) if form else ():
            if not _turns(problem, part, form):
                continue
            if not self._is_smooth(problem, part, form, known):
                self.met_corner = True
                return None
            pieces[part] = _put_sign(problem, part, form, 1)
        return mapped(problem, lambda tree: transform(tree, pieces.get))

    def _is_smooth(self, problem: Problem, part: Deriv, form: Form, known: _Signs) -> bool:
        """Whether the pieces of what is differentiated agree, and all slopes up to the order."""
        nested = any(isinstance(inner, Deriv) for inner in walk(part.body))
        if nested or len(set(part.wrt)) > 1:
            return False
        equal = _resolved(problem, form, 0)
        plus, minus, zero = (_put_sign(problem, part.body, form, s) for s in (1, -1, 0))
        signs = (*known, (form, 0))
        alone = _crosses(form, part.wrt[0])
        for order in range(len(part.wrt) + 1):
            wrt = part.wrt[:order]
            slopes = [Deriv(piece, wrt) if wrt else piece for piece in (plus, minus, zero)]
            for other in slopes[1:2] if alone and order else slopes[1:]:
                claims = self.split(equal.claiming(slopes[0], other), signs)
                if not all(map(self._holds, claims)):
                    return False
        return True


def _crosses(form: Form, variable: Node) -> bool:
    """Whether the form changes its sign where it is 0: the variable is a term of its own."""
    moving = {name_of(variable)}
    if isinstance(variable, Entry | Name):
        moving |= variable.moves
    varying = [node for node, _ in form if any(name_of(p) in moving for p in walk(node))]
    return varying == [variable]


def _innermost(problem: Problem) -> Iterator[Node]:
    """What asks for the order of numbers that ask for none themselves.

    Raises OutOfFragment for one on a bound index.
    """
    trees = _trees(problem)
    yield from _of_bounds(problem)
    bound = {part.index for tree in trees for part in walk(tree) if isinstance(part, Reduce)}
    bound |= {name for d in problem.definitions.values() for name in d.params}
    for part in (part for tree in trees for part in walk(tree) if is_order(part)):
        sides = compared(part)
        if isinstance(part, Rel) and any(names_index(problem, side) for side in sides):
            raise OutOfFragment("a condition on numbers whose order is not known")
        if any(map(compares, sides)):
            continue
        if free_names(part) & bound:
            raise OutOfFragment("a condition on numbers whose order is not known")
        yield part


def _of_bounds(problem: Problem) -> Iterator[Node]:
    """As `_innermost`, of the bounds; those that are about every entry of a range tell no order."""
    for bound in problem.bounds:
        parts = list(walk(bound))
        if any(isinstance(p, Ind) for p in parts):
            continue
        for part in parts:
            asked = is_order(part) or (isinstance(part, Rel) and part not in _KNOWN)
            if asked and not any(map(compares, compared(part))):
                if any(names_index(problem, side) for side in compared(part)):
                    raise OutOfFragment("a condition on numbers whose order is not known")
                yield part


def _beyond(problem: Problem, form: Form, sign: int) -> bool:
    """Whether no point within the bounds has this sign of the form."""
    return any(_told(_put_sign(problem, bound, form, sign)) is False for bound in problem.bounds)


def _told(condition: Node) -> bool | None:
    """Whether a condition holds, where the signs that were put in tell."""
    match condition:
        case Rel():
            return _KNOWN.get(condition)
        case Logic("not", (arg,)):
            told = _told(arg)
            return None if told is None else not told
        case Logic(op, args):
            told_of = set(map(_told, args))
            decisive = op == "or"
            if decisive in told_of:
                return decisive
            return None if None in told_of else not decisive
    return None


def names_index(problem: Problem, node: Node) -> bool:
    """Whether an index, a size or a label stands in the tree as a number."""
    names = free_names(_without_indices(node))
    real = (problem.symbols.keys() | problem.definitions.keys()) - problem.label_range.keys()
    return not names <= real


def _without_indices(node: Node) -> Node:
    return transform(node, lambda p: Name(p.base) if isinstance(p, Entry) else None)


def _derivatives(problem: Problem) -> Iterator[Deriv]:
    """The outermost derivatives of all trees."""

    def outermost(tree: Node) -> Iterator[Deriv]:
        if isinstance(tree, Deriv):
            yield tree
            return
        for part in children(tree):
            yield from outermost(part)

    for tree in _trees(problem):
        yield from outermost(tree)


def _turns(problem: Problem, part: Deriv, form: Form) -> bool:
    """Whether what is differentiated asks for the form's sign, and moves with the variable."""
    by = frozenset(map(name_of, part.wrt))
    for inner in walk(unfold(problem, part.body, keep=by)):
        if is_order(inner) and form_of(problem, *compared(inner))[0] == form:
            moving = by.union(*(v.moves for v in part.wrt if isinstance(v, Entry | Name)))
            if any(name_of(name) in moving for name in walk(inner)):
                return True
    return any(_turns(problem, p, form) for p in walk(part.body) if isinstance(p, Deriv))


def _resolved(problem: Problem, form: Form, sign: int) -> Problem:
    """The problem where the form has this sign."""
    narrowed = mapped(problem, lambda tree: _put_sign(problem, tree, form, sign))
    left, right = sides_of(form)
    if sign or left == right:
        return narrowed
    # A bare f[k] == 0 would be said of every entry of f.
    equal = (Add((left, Neg(right))), ZERO)
    return replace(narrowed, assumptions=(*problem.assumptions, equal))


def _put_sign(problem: Problem, tree: Node, form: Form, sign: int) -> Node:
    """The tree, or the condition, where the form has this sign."""

    def known(left: Node, right: Node) -> int | None:
        found, turned = form_of(problem, left, right)
        return sign * turned if found == form else None

    def truth(condition: Node) -> Node:
        match condition:
            case Logic(op=op, args=args):
                return Logic(op, tuple(map(truth, args)))
            case Rel(op=op, left=left, right=right):
                told = None if compares(left) or compares(right) else known(left, right)
                if told is None:
                    return Rel(op, put(left), put(right))
                return Rel("==", ZERO, ZERO if told in SIGNS[op] else ONE)
        return condition

    def change(part: Node) -> Node | None:
        match part:
            case Ind(condition=condition):
                return Ind(truth(condition))
            case Cases(branches=branches, otherwise=otherwise):
                pairs = tuple((put(value), truth(condition)) for value, condition in branches)
                return _chosen(Cases(pairs, put(otherwise)))
            case Call(function="abs", arg=arg) if not compares(arg):
                told = known(arg, ZERO)
                return None if told is None else mul(num(told), put(arg))
        return None

    def put(node: Node) -> Node:
        return transform(node, change)

    return truth(tree) if isinstance(tree, Rel | Logic) else put(tree)


_KNOWN: Mapping[Node, bool] = {Rel("==", ZERO, ZERO): True, Rel("==", ZERO, ONE): False}


def _chosen(node: Cases) -> Node:
    """Cases without the branches of which it is known that they do not hold."""
    kept: list[tuple[Node, Node]] = []
    for value, condition in node.branches:
        told = _KNOWN.get(condition)
        if told and not kept:
            return value
        if told:
            return Cases(tuple(kept), value)
        if told is None:
            kept.append((value, condition))
    return Cases(tuple(kept), node.otherwise) if kept else node.otherwise
