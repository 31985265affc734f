"""The left sides of definitions: x, p_k, S(f_{y_i}), softmax(z)_i, P(k | x)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeGuard

from derive.document.known import names_in
from derive.document.letters import unused
from derive.read.latex import Chain
from derive.syntax import (
    Entry,
    Form,
    Mul,
    Name,
    Node,
    Num,
    Reduce,
    Rel,
    children,
    same,
    substitute,
    transform,
    walk,
)


def head_of(member: Node) -> tuple[Name | Entry | None, tuple[Node, ...]]:
    """What a definition may have on its left: x, p_k, S(f_k), softmax(z)_i, P(k | x)."""
    if isinstance(member, Form) and member.name == "vec":
        return head_of(member.args[0])
    if isinstance(member, Name):
        return member, ()
    if isinstance(member, Entry):
        letters = [index for index in member.indices if _is_letter(index)]
        return (member if len(letters) == len(member.indices) else None), ()
    if isinstance(member, Form) and member.name == "at":
        inner, *indices = member.args
        head, arguments = head_of(inner)
        if isinstance(head, Name) and all(map(_is_letter, indices)):
            return Entry(head.id, tuple(indices), span=member.span), arguments
        return None, ()
    if isinstance(member, Form) and member.name == "expect":
        mean = name_of_mean(member)
        return (None if mean is None else Name(mean, span=member.span)), ()
    if isinstance(member, Form) and member.name == "apply":
        if Form("dots", ()) in member.args:
            # E(w_1, ..., w_K) only lists all that E depends on.
            return head_of(member.args[0])
        plain = [_argument(argument) for argument in unset(member.args[1:])]
        own, before = head_of(member.args[0])
        if own is not None and not before and all(p is not None for p in plain):
            return own, tuple(p for p in plain if p is not None)
    return None, ()


def name_of_mean(node: Form) -> str | None:
    """E_mean for <E> and E[E], which a document may give a meaning of its own."""
    (about, *over) = node.args
    return f"{about.id}_mean" if isinstance(about, Name) and not over else None


def unset(arguments: Iterable[Node]) -> tuple[Node, ...]:
    """The arguments without those that only say what a letter is: y = j in l(z; y = j)."""
    return tuple(
        a for a in arguments if not (isinstance(a, Rel) and a.op == "==" and _are_names(a))
    )


def _are_names(node: Node) -> bool:
    return all(isinstance(side, Name) for side in children(node))


def _argument(node: Node) -> Node | None:
    if isinstance(node, Form) and node.name == "vec":
        return node.args[0]
    if isinstance(node, Form) and node.name in ("given", "apply"):
        # f(x | y) is about x; H(y, sigma(z)) only says that H depends on that, too.
        return _argument(node.args[0])
    return node if isinstance(node, Name | Entry) else None


def named_summand(left: Node, right: Node) -> tuple[Entry, Node] | None:
    """l_j and -log q_j out of sum_j -log q_j = sum_j l_j: the name that the summands get."""
    match left, right:
        case Reduce(), Reduce(body=Entry(indices=(Name(id=letter),)) as head):
            if left.kind == right.kind and right.index == letter and left.where == right.where:
                return head, substitute(left.body, {left.index: Name(letter)})
            return None
    pairs = [
        (a, b) for a, b in zip(children(left), children(right), strict=False) if not same(a, b)
    ]
    alike = type(left) is type(right) and len(children(left)) == len(children(right))
    return named_summand(*pairs[0]) if alike and len(pairs) == 1 else None


def is_number(argument: Node, body: Node) -> TypeGuard[Name]:
    """An argument such as x in sigma(x) = 1/(1 + e^-x), which its body never takes for a vector."""
    return isinstance(argument, Name) and not _as_vector(argument, body)


def is_vector(argument: Node, body: Node) -> TypeGuard[Name]:
    """An argument such as x in h(x) = g(theta^T x), whatever x is elsewhere."""
    return isinstance(argument, Name) and _as_vector(argument, body)


def _as_vector(name: Name, body: Node) -> bool:
    for part in walk(body):
        inside = children(part)
        beside_row = isinstance(part, Mul) and any(
            isinstance(f, Form) and f.name == "transpose" for f in part.factors
        )
        bold = isinstance(part, Form) and part.name in ("vec", "transpose", "norm2", "inner")
        if (beside_row or bold) and name in inside:
            return True
    return False


def _is_letter(index: Node) -> bool:
    """A letter, or a label at a letter: what a definition may be given for."""
    if isinstance(index, Entry):
        return all(isinstance(inner, Name) for inner in index.indices)
    return isinstance(index, Name)


def generalised(
    head: Name | Entry, arguments: tuple[Node, ...], body: Node
) -> tuple[Name | Entry, tuple[Node, ...], Node]:
    """S(f_{y_i}) = … with S_k for its name: an argument's index becomes the head's own.

    A label at a letter, as in p_{y_i}, is generalised to a letter.
    """
    indices = children(head)
    if isinstance(head, Name):
        entries = [argument for argument in arguments if isinstance(argument, Entry)]
        indices = entries[0].indices if len(entries) == len(arguments) == 1 else ()
        if not indices:
            return head, arguments, body
        head = Entry(head.id, indices, span=head.span)
    for index in indices:
        if isinstance(index, Entry):
            taken = names_in(body) | names_in(head)
            letter = next(unused("klmqrs", taken))
            indices = tuple(letter if own == index else own for own in children(head))
            head = Entry(head.base, indices, span=head.span)
            body = _replaced(body, index, letter)
            arguments = tuple(_replaced(argument, index, letter) for argument in arguments)
    return head, arguments, body


def _replaced(tree: Node, old: Node, new: Node) -> Node:
    return transform(tree, lambda part: new if part == old else None)


Example = tuple[Entry, Node]


def examples(chains: Iterable[Chain]) -> Mapping[str, tuple[Example, ...]]:
    """What the equalities whose left side is an entry at numbers say, by the name of the array.

    Each is given with letters for the numbers. Of those that differ two are kept, which is enough
    to know that they do.
    """
    found: dict[str, tuple[Example, ...]] = {}
    for chain in chains:
        left, *rest = chain.members
        if rest and isinstance(left, Entry) and any(isinstance(i, Num) for i in left.indices):
            known = found.get(left.base, ())
            if len(known) < 2 and (general := _by_letters(left, rest[0])) not in known:
                found[left.base] = (*known, general)
    return found


def by_example(head: Entry, body: Node, others: tuple[Example, ...]) -> Example | None:
    """P_k and e^{y_k}/S out of P_1 = e^{y_1}/S; None where another example says otherwise.

    Nor is p_1 = e^{z_1}/(e^{z_1} + e^{z_2}) an example: it names more entries than its own.
    """
    if names_others(head, body):
        return None
    found = {_by_letters(head, body), *others}
    if len(found) != 1 or found == {(head, body)}:
        return None
    (general,) = found
    return general if general[1] != body else None


def names_others(head: Entry, body: Node) -> bool:
    """Whether a body has entries at other numbers than the head."""
    own = {index for index in head.indices if isinstance(index, Num)}
    entries = (part for part in walk(body) if isinstance(part, Entry))
    return any(isinstance(i, Num) and i not in own for entry in entries for i in entry.indices)


def _by_letters(head: Entry, body: Node) -> Example:
    """Each number among the indices of the head replaced by a letter, in the body too."""
    taken = names_in(body) | names_in(head)
    letters = unused("klmqrs", taken)
    change: dict[Node, Node] = {i: next(letters) for i in head.indices if isinstance(i, Num)}
    indices = tuple(change.get(index, index) for index in head.indices)

    def at(part: Node) -> Node | None:
        if not isinstance(part, Entry):
            return None
        return Entry(part.base, tuple(change.get(index, index) for index in part.indices))

    return Entry(head.base, indices, span=head.span), transform(body, at)
