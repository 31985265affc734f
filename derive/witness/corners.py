"""Slopes where a condition turns: steps up and down from there must agree in value and slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.syntax import Node
from derive.witness.arithmetic import OutsidePremises, Undefined, Unsupported, V
from derive.witness.jets import Jet, Jets


class Turning(Unsupported):
    """A number whose sign is asked for moves through 0 where something is differentiated."""

    def __init__(self) -> None:
        super().__init__("a condition that turns where it is differentiated")


class Unclear(Unsupported):
    """Whether there is a slope in a point cannot be told from the steps beside it."""


@dataclass
class Step:
    """An infinitesimal step up or down, and the sign of what is 0 and does not move along it.

    Such a number, x**2 at 0, may have any sign beside the point; `still` is the one that was met.
    """

    side: int
    sign: int
    still: Node | None = None

    def sign_of(self, node: Node) -> int:
        """The sign of what does not move; Unclear for a second one, whose sign may differ."""
        if self.still not in (None, node):
            raise Unclear("two conditions that may turn where they are differentiated")
        self.still = node
        return self.sign


def beside(jets: Jets[V], along: Callable[[Step | None], Jet[V]]) -> Jet[V]:
    """The jet where a condition turns: `along` a step up and a step down, or None in the point.

    If both are one jet, and start from the value in the point, its slopes are those in the point.
    Raises Undefined if they are not, and Unclear where that cannot be told.
    """
    up, down = _after(jets, along, 1), _after(jets, along, -1)
    here, limit = along(None), {mask: v for mask, v in up.items() if mask == 0}
    if jets.differ(up, down) or jets.differ(here, limit):
        raise Undefined("no derivative at a corner")
    return up


def _after(jets: Jets[V], along: Callable[[Step | None], Jet[V]], side: int) -> Jet[V]:
    """The jet along a step, the same whatever sign a number has that does not move."""
    found: list[Jet[V]] = []
    for sign in (0, 1, -1):
        step = Step(side, sign)
        try:
            found.append(along(step))
        except OutsidePremises:
            raise
        except Undefined:
            # Beside the point it has values, and they may have a limit there.
            raise Unclear("a piece without a value where it is differentiated") from None
        if step.still is None:
            break
    first, *others = found
    if any(jets.differ(first, other) for other in others):
        raise Unclear("a condition that may turn where it is differentiated")
    return first
