"""A sum sign on its own stands for the one sum that a document has, if it has only one."""

from __future__ import annotations

from dataclasses import replace

from derive.document.known import Known, Scope
from derive.read.latex import BARE_SUM, BARE_SUM_NOTE, Chain
from derive.show import text
from derive.syntax import Name, Reduce, canonical, walk


def with_bare_sum(chain: Chain, scope: Scope) -> tuple[Chain, Scope]:
    """The chain, and the scope in which its bare sum sign means the one sum defined so far.

    Both unchanged where the sign has a definition, or where more than one sum could be meant.
    """
    if BARE_SUM_NOTE not in chain.notes or scope.named(BARE_SUM):
        return chain, scope
    sums = {
        canonical(part): part
        for known in scope.definitions.values()
        for part in walk(known.body)
        if isinstance(part, Reduce) and part.kind == "sum"
    }
    if len(sums) != 1:
        return chain, scope
    (only,) = sums.values()
    note = f"{BARE_SUM} is {text(only)}, the one sum that the definitions have"
    known = Known(Name(BARE_SUM), only, scope.line)
    return replace(chain, notes=(*chain.notes, note)), scope.defining(known)
