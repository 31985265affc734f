"""Readable names for printed source: short ASCII identifiers that clash with nothing."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from derive.problem import Problem
from derive.syntax import Entry, Name, Node

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,23}")
RESERVED = frozenset(
    "np xp loss gradient value_and_grad hessian hvp "
    "axis rows row step scratch largest largest_at class_sum".split()
)
"""What the printed source uses for itself: modules, its own functions, what lays out a block."""


class Names:
    """Hands out identifiers, each at most once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken) | RESERVED

    def fresh(self, wanted: str) -> str:
        """`wanted` where it is a safe, free identifier, else a name like it with a number.

        Safe: an ASCII letter, then at most 23 letters, digits and underscores; no keyword.
        """
        stem = wanted if _SAFE.fullmatch(wanted) else "value"
        name, number = stem, 2
        while name in self._taken or keyword.iskeyword(name):
            name, number = f"{stem}{number}", number + 1
        self._taken.add(name)
        return name


def all_names(problem: Problem) -> set[str]:
    """Every name that a problem uses."""
    return {*problem.definitions, *problem.symbols, *problem.indices, *problem.sizes}


def head(node: Node) -> str:
    """The name of a scalar or an index, or of the array that an entry belongs to; "" for others."""
    match node:
        case Name(id=name) | Entry(base=name):
            return name
        case _:
            return ""
