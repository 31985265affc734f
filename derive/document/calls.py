"""Calls of the functions that a document defines: sigma(z) where it said what sigma(x) is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from derive.document.constants import ONES
from derive.document.known import Known, Scope
from derive.show import text
from derive.syntax import (
    Add,
    Call,
    Deriv,
    Div,
    Entry,
    Form,
    Name,
    Neg,
    Node,
    Reduce,
    children,
    free_names,
    fresh,
    mul,
    name_of,
    rebuild,
    same,
    transform,
    walk,
)

if TYPE_CHECKING:
    from derive.document.meaning import Meaning


def call(
    meaning: Meaning, known: Known, args: Sequence[Node], indices: tuple[Node, ...], node: Node
) -> Node:
    """The value of a function at these arguments: its own name where they are its own.

    Raises FormulaError where the arguments are not of the form that it was defined for.
    """
    given = tuple(_bare(meaning.of(arg)) for arg in args)
    found = _matched(known.arguments, given)
    if found is None:
        shown = ", ".join(map(text, known.arguments))
        hint = f"it was defined for ({shown})"
        raise meaning.fail(f"{known.key[0]} is defined for other arguments", node, hint)
    bases, values = found
    _refuse_hidden(meaning, known, given, node)
    if (whole := _of_vector(meaning, known, given, bases, indices, node)) is not None:
        return whole
    vectors = {
        name: _row(values.pop(name))
        for name in list(values)
        if any(isinstance(p, Entry) and p.base == name for p in walk(known.body))
    }
    if indices and isinstance(known.head, Name):
        whole = call(meaning, known, args, (), node)
        return (
            Entry(whole.id, indices) if isinstance(whole, Name) else Form("at", (whole, *indices))
        )
    if indices:
        params = children(known.head)
        if len(params) != len(indices):
            raise meaning.fail(f"{known.key[0]} has {len(params)} indices", node)
        values |= dict(zip((p.id for p in params if isinstance(p, Name)), indices, strict=False))
    own_numbers = not any(isinstance(arg, Name) and arg.id in values for arg in known.arguments)
    if not vectors and all(a == b for a, b in bases.items()) and own_numbers:
        return _renamed(known.head, {}, values)
    return _renamed(_with_entries(known.body, vectors, meaning), bases, values)


def _refuse_hidden(meaning: Meaning, known: Known, given: Sequence[Node], node: Node) -> None:
    """Raise FormulaError where the body does not show all that it has of its arguments.

    With p defined by z, L(z) = -log p_y at 2 z is not -log p_y of the same p. The name of what the
    body rests on anyway, as z in L(z) behind L(W), only mentions it.
    """
    rests_on = {name: _sources(name, meaning.scope) for name in _own_names(known)}
    everything = frozenset[str]().union(*rests_on.values())
    for written, arg in zip(known.arguments, given, strict=False):
        name = name_of(written)
        mentions = isinstance(arg, Name | Entry) and name_of(arg) in everything
        if arg == written or (mentions and name not in rests_on):
            continue
        hidden = sorted(own for own, found in rests_on.items() if name in found - {own})
        if hidden or name not in rests_on:
            how = f"through {hidden[0]}" if hidden else "in no way that is shown"
            message = f"{known.key[0]} depends on {name} {how}: what it is of {text(arg)} is open"
            raise meaning.fail(message, node, "write it out for this argument")


def _own_names(known: Known) -> frozenset[str]:
    """The names that a definition leaves free: neither its own indices nor bound by its sums."""
    own = {letter.id for letter in children(known.head) if isinstance(letter, Name)}
    arrays = {part.base for part in walk(known.body) if isinstance(part, Entry)}
    return (free_names(known.body) - own) | arrays


def _sources(name: str, scope: Scope) -> frozenset[str]:
    """The name and all that it depends on, as the definitions tell."""
    found, waiting = {name}, [name]
    while waiting:
        for known in scope.named(waiting.pop()):
            more = _own_names(known) - found
            found |= more
            waiting += more
    return frozenset(found)


def _of_vector(
    meaning: Meaning,
    known: Known,
    given: Sequence[Node],
    bases: Mapping[str, str],
    indices: tuple[Node, ...],
    node: Node,
) -> Node | None:
    """S(x), of which the document said what S(z)_i is; None where the letters of S tell all.

    Of another vector than its own S is known where it is the softmax or its logarithm. Raises
    FormulaError for another function without an index, which would leave i open.
    """
    if not isinstance(known.head, Entry) or len(given) != 1:
        return None
    (written,), (arg,) = known.arguments, given
    if isinstance(arg, Entry) and isinstance(written, Entry):
        return None
    if not indices and all(a == b for a, b in bases.items()) and isinstance(arg, Name):
        return Name(known.head.base, span=node.span)
    word = _word(known.head, name_of(written), known.body)
    if word and (not indices or not isinstance(arg, Name)):
        vector = Form(word, (_with_numbers(arg, meaning),), span=node.span)
        return Form("at", (vector, *indices), span=node.span) if indices else vector
    if not indices:
        raise meaning.fail(f"{known.head.base} of a vector, but at which index is not said", node)
    return None


def _with_numbers(arg: Node, meaning: Meaning) -> Node:
    """z + c as z + c 1: what is no vector there is added to every entry."""
    if not isinstance(arg, Add) or not any(meaning.ranks.of(term) == 1 for term in arg.terms):
        return arg
    terms = (t if meaning.ranks.of(t) else mul(t, Name(ONES)) for t in arg.terms)
    return Add(tuple(terms), span=arg.span)


def _word(head: Entry, vector: str, body: Node) -> str:
    """softmax or log_softmax where the entry of a function of a vector is that; else empty."""
    if len(head.indices) != 1:
        return ""
    at, letter = Entry(vector, head.indices), fresh("j")
    total = Reduce("sum", Call("exp", Entry(vector, (Name(letter),))), letter)
    if same(body, Div(Call("exp", at), total)):
        return "softmax"
    return "log_softmax" if same(body, Add((at, Neg(Call("log", total))))) else ""


def _with_entries(body: Node, vectors: Mapping[str, Node], meaning: Meaning) -> Node:
    """The body with x_i replaced by the entry of what x stands for: (x + c)_i = x_i + c."""

    def entry(part: Node, at: tuple[Node, ...]) -> Node | None:
        if isinstance(part, Name) and meaning.ranks.of(part):
            return Entry(part.id, at, span=part.span)
        return None

    def change(part: Node) -> Node | None:
        value = vectors.get(part.base) if isinstance(part, Entry) else None
        if isinstance(part, Entry) and isinstance(value, Entry):
            # A row z_n of a matrix in the place of a vector.
            return Entry(value.base, (*value.indices, *part.indices), span=part.span)
        if isinstance(part, Entry) and value is not None and _mixes(value, meaning):
            return Form("at", (value, *part.indices), span=part.span)
        if isinstance(part, Entry) and value is not None:
            return transform(value, lambda inner: entry(inner, part.indices))
        return None

    return transform(body, change) if vectors else body


def _mixes(node: Node, meaning: Meaning) -> bool:
    """Whether the entries of a vector do not come from the entries of its parts: W x."""
    return any(isinstance(p, Name | Entry) and meaning.ranks.of(p) > 1 for p in walk(node))


def _row(node: Node) -> Node:
    """The entry z[n] for the row z_n, of which entries are to be taken."""
    match node:
        case Form(name="at", args=(Name(id=base), *indices)):
            return Entry(base, tuple(indices), span=node.span)
    return node


def _bare(node: Node) -> Node:
    return node.args[0] if isinstance(node, Form) and node.name == "vec" else node


def _matched(
    pattern: Sequence[Node], given: Sequence[Node]
) -> tuple[dict[str, str], dict[str, Node]] | None:
    """How the written arguments become the given ones: arrays renamed, letters replaced."""
    if len(pattern) != len(given):
        # Arguments that are only mentioned may be left out or told more fully.
        return ({}, {}) if all(isinstance(arg, Name | Entry) for arg in given) else None
    bases: dict[str, str] = {}
    values: dict[str, Node] = {}
    for written, arg in zip(pattern, given, strict=True):
        match written, arg:
            case Entry(base=a, indices=own), Entry(base=b, indices=at) if len(own) == len(at):
                bases[a] = b
                values |= {p.id: i for p, i in zip(own, at, strict=True) if isinstance(p, Name)}
            case Entry(base=a, indices=(_,)), Name(id=b):
                bases[a] = b
            case Name(id=a), Name(id=b):
                bases[a] = b
            case Name(id=a), _:
                values[a] = arg
            case _:
                return None
    return bases, values


def _renamed(node: Node, bases: Mapping[str, str], values: Mapping[str, Node]) -> Node:
    """The tree with arrays and numbers renamed, letters replaced, and no index captured."""
    match node:
        case Name(id=name):
            if name in values:
                return values[name]
            return Name(bases.get(name, name), span=node.span)
        case Entry(base=base, indices=indices):
            at = tuple(_renamed(index, bases, values) for index in indices)
            return Entry(bases.get(base, base), at, span=node.span)
        case Reduce(index=index):
            # A letter of the call must not be caught by the function's own sum.
            own = fresh(index)
            inner = {**values, index: Name(own)}
            body = _renamed(node.body, bases, inner)
            where = None if node.where is None else _renamed(node.where, bases, inner)
            return Reduce(node.kind, body, own, where, node.over, span=node.span)
    parts = tuple(_renamed(part, bases, values) for part in children(node))
    return rebuild(node, parts) if parts else node


def opaque(meaning: Meaning, name: str, letter: str) -> Node:
    """f(x) for a function that nothing is known of: its value, as a name of its own."""
    meaning.opaque.add((name, letter))
    meaning.note(f"{name}({letter}) is any function of {letter}")
    return Name(f"{name}{letter}")


def any_function(name: str, letter: str, orders: int, *, positive: bool = False) -> str:
    """The definition of f(x) as a polynomial with free coefficients, degree = orders.

    As the exponential of one where f must be positive, since its logarithm is taken.

    An equation between f(x), its derivatives up to that order and other such functions, at one
    and the same x, holds for all smooth functions if and only if it holds for these: they take
    every value together with every value of the derivatives.
    """
    value = f"{name}{letter}"
    terms = [f"{value}0", *(f"{value}{k}*{letter}**{k}" for k in range(1, orders + 1))]
    body = " + ".join(terms)
    return f"{value} = exp({body})" if positive else f"{value} = {body}"


def derivative_orders(trees: Sequence[Node]) -> int:
    """The highest number of derivatives taken one within another."""

    def order(node: Node) -> int:
        own = len(node.wrt) if isinstance(node, Deriv) else 0
        return own + max(map(order, children(node)), default=0)

    return max(map(order, trees), default=0)
