r"""A row of the table of sayings.

A pattern is a regular expression in which `@n` and `@m` stand for names, `@a` for a name that is
given a meaning, `@b` for the formula that is its meaning, `@c` for a condition on indices or
parameters, `@k` for one in which no entry is a number, `@e` for a definition, `@s` for an
equality of a sum, `@r` for the c of j = c, `@q` for the y and `@h` for the c of y_c = 1, `@o` for
y_j = 0 and `@u` for that with a condition below, `@x` and `@w` for the number of an equation.
`says` repeats their values as `<n>`, `<c>` …
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SaidKind = Literal["declare", "where", "assume", "define", "substitute", "given"]


@dataclass(frozen=True)
class Saying:
    """One way of saying something, with an example and a look-alike that says something else.

    One of `cues` must stand in the sentence, in lower case. `conditional` rows may stand in a
    clause with `if` or `when`; in all others such a word makes the sentence no statement of fact.
    What a row says that `supposes` is no fact either, and holds in its own sentence only.
    """

    name: str
    language: Literal["en", "ko", "zh", "ja"]
    kind: SaidKind
    says: str
    cues: tuple[str, ...]
    pattern: str
    example: str
    lookalike: str
    conditional: bool = False
    supposes: bool = False
