"""From a statement to what `verify` is asked: texts in the formula language, complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derive.document.calls import any_function, derivative_orders
from derive.document.constants import DEFINITION_OF_ONES, ONES
from derive.document.items import Asked
from derive.document.known import Known, Scope, base_of, index_letters, key_of, keys_in, names_in
from derive.document.negatives import NEGATIVES, with_negatives
from derive.document.ranks import Ranks
from derive.document.roles import Posed, harmonised
from derive.document.statement import Statement
from derive.errors import Complaint, FormulaError
from derive.read.facts import Fact, read_facts
from derive.read.formula import read_equation
from derive.show import legible, text
from derive.syntax import (
    ONE,
    Add,
    Call,
    Deriv,
    Div,
    Entry,
    Form,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
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
    shown = ranged if ranges else text
    scope = statement.scope
    conditions = (*statement.conditions, *_picked(statement))
    trees = (statement.left, statement.right, *conditions)
    known = tuple(_reachable(trees, scope))
    if any(k.key not in scope.definitions for k in known):
        # What is announced before its definitions is meant as they, and all else, will say.
        scope = scope.foreseeing()
    conditions = (*conditions, *_same_class((*trees, *(k.body for k in known)), scope))
    definitions = tuple((k.head, k.body) for k in known)
    posed = Posed(statement.left, statement.right, definitions, conditions)
    posed = harmonised(with_negatives(posed) if scope.has_negatives else posed)
    notes = [
        f"{k.key[0]} is defined only further on, in line {k.line}"
        for k in known
        if k.key not in scope.definitions and k.line > scope.line
    ]
    notes += [f"{letter} is one fixed index in {name}, here too" for letter, name in _fixed(posed)]
    _check_variables(posed, statement)
    where, assumed = _conditions(posed)
    declared = tuple(_declared(posed, scope))
    positive = tuple(_in_logarithms(posed, declared))
    declared, totals = _with_logarithms(posed, declared)
    notes += [f"{fact}, since its logarithm is taken" for fact in positive]
    orders = derivative_orders((posed.left, posed.right))
    functions = tuple(any_function(*which, orders) for which in sorted(statement.opaque) if orders)
    question = Asked(
        claim=f"{shown(posed.left)} == {shown(posed.right)}",
        given=(
            *(f"{text(h)} = {shown(b)}" for h, b in posed.definitions),
            *functions,
            *_ones(posed, scope),
        ),
        declare=(*declared, *positive, *_bold(posed, scope, (*declared, *positive))),
        where=", ".join(where),
        assume=tuple(dict.fromkeys((*assumed, *_assumed(posed, scope), *totals))),
    )
    return question, (*posed.notes, *notes)


def _ones(posed: Posed, scope: Scope) -> Iterator[str]:
    """The definition of the vector of ones, where it occurs."""
    if any(ONES in names_in(tree) for tree in posed.trees()) and not scope.named(ONES):
        yield DEFINITION_OF_ONES


def _fixed(posed: Posed) -> Iterator[tuple[str, str]]:
    """(k, L) for d(L, z[k]) with L = -log(p[k]): the k of the definition is that of the claim."""
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
    yield from sorted(found)


def _picked(statement: Statement) -> Iterator[Node]:
    """k == label_y, where the text said y_k = 1, and both occur."""
    sides = (statement.left, statement.right)
    names = {name for side in sides for name in names_in(side)}
    names |= {name for k in _reachable(sides, statement.scope) for name in names_in(k.body)}
    for base, condition in statement.scope.picked:
        if base in names and names_in(condition) & names:
            yield condition


def _same_class(trees: Sequence[Node], scope: Scope) -> Iterator[Node]:
    """c == label_y, where c is said to be the correct class and y to be one-hot."""
    keys = {key for tree in trees for key in keys_in(tree)}
    labels = {name for name in _said_to_be("label", scope) if (name, 0) in keys}
    vectors = {name for name in _said_to_be("onehot", scope) if (name, 1) in keys}
    if len(labels) == len(vectors) == 1 and not labels & vectors:
        (label,), (vector,) = labels, vectors
        if not scope.named(vector) and not scope.named(label):
            yield Rel("==", Name(label), Name(f"label_{vector}"))


def _said_to_be(kind: str, scope: Scope) -> Iterator[str]:
    """The names without sizes that are declared to be of a kind."""
    for name, sources in scope.declared.items():
        if f"{name}: {kind}" in sources:
            yield name


def _check_variables(posed: Posed, statement: Statement) -> None:
    """Raises FormulaError where something is differentiated by what it does not depend on.

    A derivative that is 0 for that reason is seldom what a person meant: a letter was changed
    on the way, or a definition is missing.
    """
    bodies = {key_of(head)[0]: body for head, body in posed.definitions}
    letters = {letter for _, letter in statement.opaque}
    for side in (posed.left, posed.right):
        for part in walk(side):
            if isinstance(part, Deriv) and names_in(part.body):
                found, waiting = set[str](), [part.body]
                while waiting:
                    for name in names_in(waiting.pop()) - found:
                        found.add(name)
                        waiting += [bodies[name]] if name in bodies else []
                for name in set(map(base_of, part.wrt)) - found - letters:
                    raise _independent(part, name, statement)


def _independent(part: Deriv, name: str, statement: Statement) -> FormulaError:
    message = f"{text(part.body)} does not depend on {name}, as far as the document says"
    source = text(part)
    hint = "a letter may have changed on the way, or a definition may be missing"
    return FormulaError([Complaint(message, source, Span(0, len(source)), hint)])


def _reachable(trees: Iterable[Node], scope: Scope) -> Iterator[Known]:
    """The definitions that the trees depend on, in the order of the document."""
    found: dict[tuple[str, int], Known] = {}
    waiting = list(trees)
    varied = _varied(waiting)
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


def _with_ranges(node: Node) -> Node:
    parts = tuple(map(_with_ranges, children(node)))
    if isinstance(node, Reduce) and node.over:
        index = Form("", (Name(written(node.index)), num(1), Name(node.over)))
        return Form(node.kind, (parts[0], index, *parts[1:]))
    return rebuild(node, parts) if parts else node


def _conditions(posed: Posed) -> tuple[list[str], list[str]]:
    """Conditions on indices, and equations between numbers."""
    where, assumed = [], []
    indices = {i for t in posed.trees() for i in _indices(t)}
    for condition in posed.conditions:
        sides = children(condition)
        numbers = any(isinstance(s, Num) for s in sides) and not any(
            isinstance(s, Name) and s.id in indices for s in sides
        )
        if isinstance(condition, Rel) and condition.op == "==" and numbers:
            assumed.append(text(condition))
        else:
            where.append(text(condition))
    return where, assumed


def _indices(tree: Node) -> Iterator[str]:
    for part in walk(tree):
        if isinstance(part, Entry):
            yield from (i.id for i in part.indices if isinstance(i, Name))
        elif isinstance(part, Reduce):
            yield part.index


def _declared(posed: Posed, scope: Scope) -> Iterator[str]:
    """What was said of the names that occur, fitted to the way in which they are used here."""
    trees = tuple(posed.trees())
    arities: dict[str, set[int]] = {}
    for name, count in (key for tree in trees for key in keys_in(tree)):
        arities.setdefault(name, set()).add(count)
    subscripts = {i for tree in trees for i in _indices(tree)}
    labels = {
        i.base
        for tree in trees
        for p in walk(tree)
        for i in (p.indices if isinstance(p, Entry) else children(p) if isinstance(p, Rel) else ())
        if isinstance(i, Entry)
    }
    fixed = {key_of(head)[0] for head, _ in posed.definitions}
    varied = _varied(trees)
    for name, sources in scope.declared.items():
        counts = (
            {0} if name in subscripts and 0 in arities.get(name, ()) else arities.get(name, set())
        )
        if len(counts - {0}) > 1 or not counts or name in fixed:
            continue
        said = max((len(fact.sizes) for one in sources for fact in read_facts(one)), default=0)
        said = max(said, Ranks(scope).of(Name(name)))
        count = max(counts) or (0 if name in subscripts else said)
        fits = (
            _fitted(
                name,
                fact,
                _sizes(name, count, posed, fact.sizes),
                name in subscripts,
                name in labels,
            )
            for one in sources
            for fact in read_facts(one)[:1]
            if name not in varied or fact.kind == "real"
        )
        yield from [fitted for fitted in fits if fitted][-1:]


def _bold(posed: Posed, scope: Scope, declared: Iterable[str]) -> Iterator[str]:
    """Vectors and matrices that stand without an index here, of some size."""
    closed = {key_of(head)[0] for head, _ in posed.definitions}
    closed |= {fact.partition(":")[0] for fact in declared} | {ONES}
    keys = {key for tree in posed.trees() for key in keys_in(tree)}
    bare = {name for name, count in keys if not count} - {name for name, count in keys if count}
    for name in sorted(bare - closed):
        rank = Ranks(scope).of(Name(name.removesuffix(NEGATIVES)))
        if rank:
            yield f"{name}: real[{', '.join('_' * rank)}]"


def _in_logarithms(posed: Posed, declared: Iterable[str]) -> Iterator[str]:
    """What is given, and of which the logarithm is taken, is positive; below 1 if of 1 - x too."""
    closed = {key_of(head)[0] for head, _ in posed.definitions}
    closed |= {fact.partition(":")[0] for fact in declared}
    parts = [part for tree in posed.trees() for part in walk(tree)]
    calls = [p for p in parts if isinstance(p, Call) and p.function == "log"]
    logs = [factor for call in calls for factor in _factors(call.arg)]
    bases = [p.base for p in parts if isinstance(p, Pow) and not isinstance(p.exponent, Num)]
    rests = {key_of(_complement(arg)) for arg in (*logs, *bases)}
    for name, count in sorted({key_of(arg) for arg in logs} - {("", 0)}):
        if name not in closed:
            sizes = _sizes(name, count, posed)
            axes = f"[{', '.join(sizes)}]" if sizes else ""
            yield f"{name}: {'unit' if (name, count) in rests else 'positive'}{axes}"


def _with_logarithms(
    posed: Posed, declared: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A distribution of which the logarithm is taken is positive, and its total is 1."""
    logs = set(_in_logarithms(posed, ()))
    facts, totals = [], []
    for source in declared:
        name, _, kind = source.partition(": ")
        positive = next((fact for fact in logs if fact.startswith(f"{name}: positive")), None)
        if kind.startswith("simplex") and positive is not None:
            facts.append(positive)
            totals.append(f"sum({name}[{'i, ' * kind.count(',')}j], j) == 1")
        else:
            facts.append(source)
    return tuple(facts), tuple(totals)


def _factors(node: Node) -> Iterator[Node]:
    """What a product or a quotient is made of."""
    if isinstance(node, Mul | Div):
        for part in children(node):
            yield from _factors(part)
    else:
        yield node


def _complement(node: Node) -> Node:
    """x for 1 - x; for anything else what has no name."""
    if isinstance(node, Add) and len(node.terms) == 2 and node.terms[0] == ONE:
        return node.terms[1].arg if isinstance(node.terms[1], Neg) else ONE
    return ONE


def _varied(trees: Iterable[Node]) -> set[str]:
    """What is differentiated by varies freely, whatever is said of its total."""
    return {
        base_of(variable)
        for tree in trees
        for part in walk(tree)
        if isinstance(part, Deriv)
        for variable in part.wrt
    }


# What the numbers of classes and of samples are called, where a formula divides by them.
_CLASSES = ("n", "K", "C", "M", "V")
_SAMPLES = ("N", "m", "B")


def _sizes(name: str, count: int, posed: Posed, said: Sequence[str] = ()) -> list[str]:
    """A size for each index of the name: as said, the limit of the sums that it is in, or open.

    What is not said is open, "_", unless the claim counts with the number of classes or samples.
    """
    if len(said) == count:
        return list(said)
    numbers = {key[0] for tree in posed.trees() for key in keys_in(tree) if not key[1]}
    sizes = ["_"] * count
    for place, names in ((count - 1, _CLASSES), (count - 2, _SAMPLES)):
        if place >= 0:
            sizes[place] = next((size for size in names if size in numbers), "_")
    limits = {p.over for tree in posed.trees() for p in walk(tree) if isinstance(p, Reduce)} - {""}
    if count == 1 and len(limits) == 1:
        return list(limits)
    for tree in posed.trees():
        for part in walk(tree):
            if not isinstance(part, Reduce) or not part.over:
                continue
            for inner in walk(part.body):
                if isinstance(inner, Entry) and inner.base == name:
                    for place, index in enumerate(inner.indices):
                        if index == Name(part.index):
                            sizes[place] = part.over
    return sizes


def _fitted(name: str, fact: Fact, sizes: list[str], is_subscript: bool, is_label: bool) -> str:
    """The declaration with as many sizes as the name has indices, "" where it does not fit."""
    axes = f"[{', '.join(sizes)}]" if sizes else ""
    if fact.kind in ("label", "index"):
        return f"{name}: {fact.kind}{axes}" if (is_label if sizes else is_subscript) else ""
    if is_subscript or is_label or fact.kind == "integer":
        # A size is known by its use: declared as a number, it would be no size.
        return ""
    if fact.kind in ("onehot", "simplex"):
        return f"{name}: {fact.kind}{axes}" if sizes else ""
    return f"{name}: {fact.kind}{axes}"


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
