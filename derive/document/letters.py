"""Letters for indices that a formula does not name itself."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator

from derive.syntax import Name


def unused(letters: str, taken: Container[str]) -> Iterator[Name]:
    """The letters that stand for nothing yet, in their order, then i1, j1, …, i2, …: never none."""
    numbered = (f"{letter}{n}" for n in itertools.count(1) for letter in letters)
    return (Name(own) for own in itertools.chain(letters, numbered) if own not in taken)
