"""A new variable for an old one: dL/d beta, where beta = 1/T and L is told by T."""

from __future__ import annotations

from dataclasses import replace

from derive.document.known import Key, key_of, keys_in
from derive.document.roles import Posed
from derive.syntax import ONE, Call, Deriv, Div, Name, Neg, Node, walk


def by_new_variables(posed: Posed) -> Posed:
    """The claim with T = 1/beta for beta = 1/T, where it differentiates by beta what has T only.

    Each of the rows of `_inverse` maps one to one, so that both say the same of the two, and
    nothing else defines T.
    """
    told = {key_of(head): body for head, body in posed.definitions}
    parts = [part for side in (posed.left, posed.right) for part in walk(side)]
    for part in (part for part in parts if isinstance(part, Deriv)):
        reached = _reached(part.body, told)
        for new in part.wrt:
            body = told.get((new.id, 0)) if isinstance(new, Name) else None
            found = None if body is None else _inverse(body, new)
            if found is None:
                continue
            old, value = found
            is_free = key_of(old) in reached - told.keys()
            if is_free and key_of(new) not in reached:
                return _turned(posed, new, old, value)
    return posed


def _turned(posed: Posed, new: Node, old: Name, value: Node) -> Posed:
    others = tuple((head, body) for head, body in posed.definitions if head != new)
    note = f"{old.id} is told by {key_of(new)[0]} here"
    return replace(posed, definitions=((old, value), *others), notes=(*posed.notes, note))


def _inverse(body: Node, new: Node) -> tuple[Name, Node] | None:
    """T and 1/beta out of the body 1/T of beta; None for what is not turned round."""
    match body:
        case Div(num=over, den=Name() as old) if over == ONE:
            return old, Div(ONE, new)
        case Neg(arg=Name() as old):
            return old, Neg(new)
        case Call(function="log", arg=Name() as old):
            return old, Call("exp", new)
    return None


def _reached(body: Node, told: dict[Key, Node]) -> set[Key]:
    """All that a body depends on, through definitions or directly."""
    found, waiting = set[Key](), [body]
    while waiting:
        fresh = keys_in(waiting.pop()) - found
        found |= fresh
        waiting += [told[key] for key in fresh if key in told]
    return found
