"""The rules, one row each: name, title, executable statement, look-alike, what it needs.

A row's function takes a tree and gives the rewritten tree, or None where the rule does not apply.
The statement is the same rule in the formula language; the tests read it, apply the function to its
left side and demand its right side, evaluate both sides independently, and demand that the function
does not fire on the look-alike. In statements u, v, w are any formulas that may depend on x, c is
free of x and of the summed index, a[j] and b[j] may depend on j.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from derive.rules import arithmetic, differentiation, logarithms, sums
from derive.rules.row import Rule, table

RULES: Mapping[str, Rule] = MappingProxyType(table)
DERIVATIVE_RULES = tuple(name for name in table if name.startswith("d-"))

__all__ = [
    "DERIVATIVE_RULES",
    "RULES",
    "Rule",
    "arithmetic",
    "differentiation",
    "logarithms",
    "sums",
]
