"""The kinds of the names in a question: what was said of them, fitted to how they stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from derive.document.constants import ONES
from derive.document.known import Scope, base_of, key_of, keys_in
from derive.document.negatives import NEGATIVES
from derive.document.ranks import Ranks
from derive.document.roles import Posed
from derive.read.facts import Fact, read_facts
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
    children,
    walk,
)


def declarations(posed: Posed, scope: Scope) -> Iterator[str]:
    """What was said of the names that occur, fitted to the way in which they are used here."""
    trees = tuple(posed.trees())
    arities: dict[str, set[int]] = {}
    for name, count in (key for tree in trees for key in keys_in(tree)):
        arities.setdefault(name, set()).add(count)
    subscripts = {i for tree in trees for i in letters_below(tree)}
    labels = {
        i.base
        for tree in trees
        for p in walk(tree)
        for i in (p.indices if isinstance(p, Entry) else children(p) if isinstance(p, Rel) else ())
        if isinstance(i, Entry)
    }
    fixed = {key_of(head)[0] for head, _ in posed.definitions}
    varied = differentiated_by(trees)
    for name, sources in _said(scope.declared, arities):
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


def _said(
    declared: Mapping[str, tuple[str, ...]], names: Iterable[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What was said of each name; what was said of y is said of y_t, where there is no other y."""
    for name, sources in declared.items():
        yield name, sources
        layered = re.compile(rf"{re.escape(name)}_(?:[A-Za-z]|\d+)(?:_(?:minus|plus)_1)?")
        if name not in names:
            yield from ((other, sources) for other in names if layered.fullmatch(other))


def bold_arrays(posed: Posed, scope: Scope, declared: Iterable[str]) -> Iterator[str]:
    """Vectors and matrices that stand without an index here, of some size."""
    closed = {key_of(head)[0] for head, _ in posed.definitions}
    closed |= {fact.partition(":")[0] for fact in declared} | {ONES}
    keys = {key for tree in posed.trees() for key in keys_in(tree)}
    bare = {name for name, count in keys if not count} - {name for name, count in keys if count}
    rows = {
        part.args[0].id: len(part.args) - 1
        for tree in posed.trees()
        for part in walk(tree)
        if isinstance(part, Form) and part.name == "at" and isinstance(part.args[0], Name)
    }
    # v_+ beside v is vplus in the question: one name holds no other.
    written = {name.replace("_", ""): name for name in scope.usage.bold}
    written |= {name.replace("_", ""): name for name, _ in scope.usage.arrays}
    for name in sorted(bare - closed):
        stem = name.removesuffix(NEGATIVES)
        rank = Ranks(scope).of(Name(stem)) or Ranks(scope).of(Name(written.get(stem, stem)))
        if rank and rank <= rows.get(name, 0):
            # Rows of it are vectors here: there is one for each sample.
            rank += rows[name]
        if rank:
            yield f"{name}: real[{', '.join('_' * rank)}]"


def in_logarithms(posed: Posed, declared: Iterable[str]) -> Iterator[str]:
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


def with_logarithms(
    posed: Posed, declared: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A distribution of which the logarithm is taken is positive, and its total is 1."""
    logs = set(in_logarithms(posed, ()))
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


def differentiated_by(trees: Iterable[Node]) -> set[str]:
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
    # A loss C counts no classes, nor does an index n.
    numbers -= {key_of(head)[0] for head, _ in posed.definitions}
    numbers -= {letter for tree in posed.trees() for letter in letters_below(tree)}
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


def letters_below(tree: Node) -> Iterator[str]:
    """The letters that stand as an index, and those of sums."""
    for part in walk(tree):
        if isinstance(part, Entry):
            yield from (i.id for i in part.indices if isinstance(i, Name))
        elif isinstance(part, Reduce):
            yield part.index
