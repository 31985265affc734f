"""A wrong claim with its repair put in."""

from __future__ import annotations

from dataclasses import dataclass

from derive.document.items import Item
from derive.errors import FormulaError
from derive.read.formula import read_equation, read_expression
from derive.show import text
from derive.syntax import Node, same


@dataclass(frozen=True)
class Mended:
    """left == right, proved; `left_changed` says which side the repair stands on."""

    left: Node
    right: Node
    left_changed: bool

    @property
    def claim(self) -> str:
        """The claim in the formula language."""
        return f"{text(self.left)} == {text(self.right)}"

    @property
    def changed(self) -> Node:
        """The side that was mended."""
        return self.left if self.left_changed else self.right


def mended(item: Item) -> Mended | None:
    """The item's claim with its repair, which is a right side or a whole claim; None without."""
    if item.verdict is None or not item.verdict.repair:
        return None
    repair = item.verdict.repair
    try:
        claim = read_equation(item.verdict.claim)
    except FormulaError:
        return None
    try:
        whole = read_equation(repair)
    except FormulaError:
        return Mended(claim.left, read_expression(repair), left_changed=False)
    return Mended(whole.left, whole.right, left_changed=not same(claim.left, whole.left))
