"""From a statement to what `verify` is asked: texts in the formula language, complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derive.document.batch import of_each_sample
from derive.document.calls import any_function, derivative_orders
from derive.document.constants import DEFINITION_OF_ONES, ONES
from derive.document.from_zero import NOTE, from_one
from derive.document.inverted import by_new_variables
from derive.document.items import Asked
from derive.document.kinds import (
    bold_arrays,
    declarations,
    differentiated_by,
    in_logarithms,
    letters_below,
    with_logarithms,
)
from derive.document.known import Known, Scope, base_of, index_letters, key_of, keys_in, names_in
from derive.document.labels import of_label, picked, same_class
from derive.document.negatives import with_negatives
from derive.document.piecewise import check_limits
from derive.document.roles import Posed, harmonised
from derive.document.samples import of_samples
from derive.document.statement import Statement
from derive.document.upstream import with_any_loss
from derive.errors import Complaint, FormulaError
from derive.read.formula import read_equation
from derive.show import legible, text
from derive.syntax import (
    Deriv,
    Form,
    Name,
    Node,
    Num,
    Reduce,
    Rel,
    Span,
    children,
    num,
    rebuild,
    substitute,
    walk,
    written,
)


def asked(statement: Statement, *, ranges: bool = True) -> tuple[Asked, tuple[str, ...]]:
    """The question, and notes on how names were brought into agreement.

    Without `ranges` every sum goes over what its index subscripts, whatever its limits say.
    """
    scope = statement.scope
    trees = (statement.left, statement.right, *statement.conditions)
    known = _needed(trees, statement)
    if any(k.key not in scope.definitions for k in known):
        # What is announced before its definitions is meant as they, and all else, will say.
        scope = scope.foreseeing()
    check_limits((statement.left, statement.right), known)
    bodies = [k.body for k in known]
    stated = of_label(statement.conditions, (*trees, *bodies), known, scope)
    told = picked(statement, _reachable((statement.left, statement.right), statement.scope))
    conditions = (*stated, *told, *same_class((*trees, *bodies), scope))
    sides = statement.left, statement.right
    definitions, above = with_any_loss(sides, [(k.head, k.body) for k in known], scope)
    posed = Posed(statement.left, statement.right, definitions, conditions)
    posed = with_negatives(posed) if scope.has_negatives else posed
    posed = harmonised(of_each_sample(of_samples(by_new_variables(posed)), _vectors(known, scope)))
    notes = [*above, *_foresight(known, scope), *_fixed(posed)]
    _check_variables(posed, statement)
    where, assumed = _conditions(posed)
    declared = tuple(declarations(posed, scope))
    values = [f"{name}{letter}" for name, letter in statement.opaque]
    positive = tuple(in_logarithms(posed, (*declared, *values)))
    declared, totals = with_logarithms(posed, declared)
    notes += [f"{fact}, since its logarithm is taken" for fact in positive]
    functions = _functions(posed, declared, statement)
    shown = ranged if ranges and _has_sizes(posed) else text
    question = Asked(
        claim=f"{shown(posed.left)} == {shown(posed.right)}",
        given=(
            *(f"{text(h)} = {shown(b)}" for h, b in posed.definitions),
            *functions,
            *_ones(posed, scope),
        ),
        declare=(*declared, *positive, *bold_arrays(posed, scope, (*declared, *positive))),
        where=", ".join(where),
        assume=tuple(dict.fromkeys((*assumed, *_assumed(posed, scope), *totals))),
    )
    counted = from_one(question) if scope.usage.from_zero else question
    return counted, (*posed.notes, *notes, *([NOTE] if counted != question else ()))


def _vectors(known: Iterable[Known], scope: Scope) -> frozenset[str]:
    """The names that stand for a vector, as a bold letter or a product of matrices shows.

    What is built of numbers entry by entry is the same for a sample as for an entry.
    """
    found = scope.usage.bold
    ranked = [one for one in known if one.rank]
    while more := {k.key[0] for k in ranked if _is_of_vectors(k.body, found)} - found:
        found |= more
    return found


def _is_of_vectors(body: Node, vectors: frozenset[str]) -> bool:
    return any(isinstance(part, Form) for part in walk(body)) or not vectors.isdisjoint(
        names_in(body)
    )


def _functions(posed: Posed, declared: Iterable[str], statement: Statement) -> tuple[str, ...]:
    """The definitions of the functions of which only that is known."""
    orders = derivative_orders((posed.left, posed.right))
    in_logs = {fact.partition(":")[0] for fact in in_logarithms(posed, declared)}
    return tuple(
        any_function(*which, orders, positive="".join(which) in in_logs)
        for which in sorted(statement.opaque)
        if orders
    )


def limits(statement: Statement) -> set[str]:
    """What the sums go up to, in the statement and in what it depends on; "" is not said."""
    trees = (statement.left, statement.right, *statement.conditions)
    bodies = (known.body for known in _needed(trees, statement))
    parts = (part for tree in (*trees, *bodies) for part in walk(tree))
    return {part.over for part in parts if isinstance(part, Reduce)}


def _needed(trees: Sequence[Node], statement: Statement) -> tuple[Known, ...]:
    """The definitions that the trees depend on; later ones too, if nothing depends without them."""
    known = tuple(_reachable(trees, statement.scope))
    if _independent(trees, [(k.head, k.body) for k in known], statement) is None:
        return known
    return tuple(_reachable(trees, statement.scope, foreseen=True))


def _ones(posed: Posed, scope: Scope) -> Iterator[str]:
    """The definition of the vector of ones, where it occurs."""
    if any(ONES in names_in(tree) for tree in posed.trees()) and not scope.named(ONES):
        yield DEFINITION_OF_ONES


def _foresight(known: Iterable[Known], scope: Scope) -> Iterator[str]:
    for one in known:
        if one.key not in scope.definitions and one.line > scope.line:
            yield f"{one.key[0]} is defined only further on, in line {one.line}"


def _fixed(posed: Posed) -> Iterator[str]:
    """A note for d(L, z[k]) with L = -log(p[k]): the k of the definition is that of the claim."""
    loose = {
        head.id: index_letters(body) for head, body in posed.definitions if isinstance(head, Name)
    }
    parts = [part for side in (posed.left, posed.right) for part in walk(side)]
    found = {
        (letter, part.body.id)
        for part in parts
        if isinstance(part, Deriv) and isinstance(part.body, Name)
        for variable in part.wrt
        for letter in index_letters(variable) & loose.get(part.body.id, frozenset())
    }
    yield from (
        f"{letter} is one fixed index in {name}, here too" for letter, name in sorted(found)
    )


def _check_variables(posed: Posed, statement: Statement) -> None:
    """Raises FormulaError where something is differentiated by what it does not depend on.

    A derivative that is 0 for that reason is seldom what a person meant: a letter was changed
    on the way, or a definition is missing.
    """
    found = _independent((posed.left, posed.right), posed.definitions, statement)
    if found is not None:
        part, name = found
        message = f"{text(part.body)} does not depend on {name}, as far as the document says"
        source = text(part)
        hint = "a letter may have changed on the way, or a definition may be missing"
        raise FormulaError([Complaint(message, source, Span(0, len(source)), hint)])


def _independent(
    sides: Iterable[Node], definitions: Iterable[tuple[Node, Node]], statement: Statement
) -> tuple[Deriv, str] | None:
    """A derivative by what its body does not depend on, and the name of that."""
    bodies = {key_of(head)[0]: body for head, body in definitions}
    letters = {letter for _, letter in statement.opaque}
    for part in (part for side in sides for part in walk(side)):
        if isinstance(part, Deriv) and names_in(part.body):
            found, waiting = set[str](), [part.body]
            while waiting:
                for name in names_in(waiting.pop()) - found:
                    found.add(name)
                    waiting += [bodies[name]] if name in bodies else []
            for name in set(map(base_of, part.wrt)) - found - letters:
                return part, name
    return None


def _reachable(trees: Iterable[Node], scope: Scope, *, foreseen: bool = False) -> Iterator[Known]:
    """The definitions that the trees depend on, in the order of the document.

    What is differentiated by is free until it is defined, unless its definition is `foreseen`.
    """
    found: dict[tuple[str, int], Known] = {}
    waiting = list(trees)
    varied = set() if foreseen else differentiated_by(waiting)
    while waiting:
        for key in keys_in(waiting.pop()):
            for known in scope.meant(key):
                late = known.key not in scope.definitions
                if known.key not in found and not (late and known.key[0] in varied):
                    found[known.key] = known
                    waiting.append(known.body)
    return iter(sorted(found.values(), key=lambda known: known.line))


def ranged(node: Node) -> str:
    """The tree in the formula language, with the range of every sum that was written with one."""
    return text(_with_ranges(legible(node)))


def _has_sizes(posed: Posed) -> bool:
    """Whether the names that end the ranges of sums are sizes only, and have no definition."""
    ends = {p.over for tree in posed.trees() for p in walk(tree) if isinstance(p, Reduce)}
    return ends.isdisjoint(key_of(head)[0] for head, _ in posed.definitions)


def _with_ranges(node: Node) -> Node:
    parts = tuple(map(_with_ranges, children(node)))
    if isinstance(node, Reduce) and node.over:
        index = Form("", (Name(written(node.index)), num(1), Name(node.over)))
        return Form(node.kind, (parts[0], index, *parts[1:]))
    return rebuild(node, parts) if parts else node


def _conditions(posed: Posed) -> tuple[list[str], list[str]]:
    """Conditions on indices, and equations between numbers. Raises FormulaError for others."""
    where, assumed = [], []
    for form in (p for c in posed.conditions for p in walk(c) if isinstance(p, Form)):
        if form.name != "at":
            message = "it is said under a condition that is not read"
            raise FormulaError([Complaint(message, text(form), Span(0, len(text(form))))])
    indices = {i for t in posed.trees() for i in letters_below(t)}
    bodies = (body for _, body in posed.definitions)
    loose = {n for tree in (posed.left, posed.right, *bodies) for n in _outside_sums(tree)}
    for condition in posed.conditions:
        sides = children(condition)
        if any(isinstance(s, Name) and s.id in indices - loose for s in sides):
            # It limits an index that only sums go over: terms with j != c.
            continue
        numbers = any(isinstance(s, Num) for s in sides) and not any(
            isinstance(s, Name) and s.id in indices for s in sides
        )
        if isinstance(condition, Rel) and condition.op == "==" and numbers:
            assumed.append(text(condition))
        else:
            where.append(text(condition))
    return where, assumed


def _outside_sums(tree: Node) -> set[str]:
    """The names that the tree mentions, but for those that its sums bind."""
    found = set[str]().union({key_of(tree)[0]}, *map(_outside_sums, children(tree)))
    return found - {tree.index} if isinstance(tree, Reduce) else found


def _assumed(posed: Posed, scope: Scope) -> Iterator[str]:
    """The stated facts about names that occur here.

    A fact about every row holds for the row that a claim between matrices is about: its letter is
    the one that the rows of such a claim get.
    """
    names = {name for tree in posed.trees() for name in names_in(tree)}
    whole = not index_letters(posed.left) | index_letters(posed.right)
    for source in scope.assumed:
        equation = read_equation(source)
        letters = index_letters(equation.left)
        if names_in(equation.left) - letters - _bound(equation.left) <= names:
            row: dict[str, Node] = {letter: Name("i") for letter in letters}
            left = substitute(equation.left, row) if whole and len(letters) == 1 else equation.left
            yield f"{text(left)} == {text(equation.right)}"


def _bound(tree: Node) -> set[str]:
    return {part.index for part in walk(tree) if isinstance(part, Reduce)}
