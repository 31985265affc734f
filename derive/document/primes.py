"""Rules of differentiation as people write them: (f/g)' = (f'g - fg')/g^2, without an argument."""

from __future__ import annotations

from derive.document.known import names_in
from derive.read.latex import Chain
from derive.syntax import Form, Name, Node, transform, walk

_PRIME = "_prime"
_LETTERS = "xutsv"


def with_argument(chain: Chain) -> tuple[Node, ...]:
    """The members with f for f(x) and f' for its derivative, where the chain has both.

    Such a rule is about any functions, whatever its letters mean elsewhere.
    """
    names = {name for member in chain.members for name in names_in(member)}
    functions = {
        name.removesuffix(_PRIME)
        for name in names
        if name.endswith(_PRIME) and name.removesuffix(_PRIME) in names
    }
    if not functions or not any(map(_is_primed, _parts(chain))):
        return chain.members
    letter = next((c for c in _LETTERS if c not in names), "")
    if not letter:
        return chain.members

    def change(part: Node) -> Node | None:
        if isinstance(part, Form) and part.name == "prime" and len(part.args) == 1:
            inner = transform(part.args[0], change)
            return Form("derivative", (inner, Name(letter)), span=part.span)
        if isinstance(part, Name) and part.id in functions:
            return Form("any function", (part, Name(letter)), span=part.span)
        if isinstance(part, Name) and part.id.removesuffix(_PRIME) in functions:
            function = Name(part.id.removesuffix(_PRIME), span=part.span)
            value = Form("any function", (function, Name(letter)), span=part.span)
            return Form("derivative", (value, Name(letter)), span=part.span)
        return None

    return tuple(transform(member, change) for member in chain.members)


def _parts(chain: Chain) -> list[Node]:
    return [part for member in chain.members for part in walk(member)]


def _is_primed(part: Node) -> bool:
    """A prime behind brackets."""
    return isinstance(part, Form) and part.name == "prime" and not isinstance(part.args[0], Name)
