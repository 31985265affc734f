"""What rewriting gives: formulas over definitions of their own, and what is left to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from derive.problem import Definition
from derive.syntax import Node


@dataclass(frozen=True)
class Choice:
    """A class or a number that an identity leaves free, and how the engine picks it.

    "argmax": the index at which `body` is largest; "positive part": max(body, 0); "rounded": what
    the machine makes of `body`.
    """

    name: str
    params: tuple[str, ...]
    kind: Literal["argmax", "positive part", "rounded"]
    body: Node
    index: str = ""
    size: str = ""


@dataclass(frozen=True)
class Stable:
    """Formulas after rewriting, over definitions of their own.

    `meanings` says what p, 1 - p and log p are, where `definitions` says how they are computed.
    `slips` are the definitions of what a rounding lost, `logs` those that may be -inf (log p),
    `small` those that may underflow to 0 (1 - p) and `totals` those that a reciprocal can be taken
    of: the mass of `top` is in them, or they are `unshifted`. Those are the arrays of which the
    exponentials are taken as they are, each with the name of its `rest`. `used` names the
    identities.
    """

    results: Mapping[str, Node]
    definitions: Mapping[str, Definition]
    meanings: Mapping[str, Definition]
    choices: Mapping[str, Choice]
    slips: frozenset[str]
    logs: frozenset[str]
    small: frozenset[str]
    totals: frozenset[str]
    unshifted: Mapping[str, str]
    used: tuple[str, ...]
