"""Definitions read backwards: an instance of a definition's body gets the defined name."""

from __future__ import annotations

from derive.problem import Definition, Problem
from derive.syntax import Div, Entry, Mul, Name, Node, Reduce, children, mul


def folded(problem: Problem, node: Node) -> Node | None:
    """The node written with a defined array; a fraction may have further factors."""
    for definition in problem.definitions.values():
        if not definition.params:
            continue
        values = _match(definition, definition.body, node, {})
        if values is not None:
            return _entry(definition, values)
        if isinstance(node, Div) and isinstance(definition.body, Div):
            found = _fold_fraction(definition, definition.body, node)
            if found is not None:
                return found
    return None


def _entry(definition: Definition, values: dict[str, Node]) -> Entry:
    return Entry(definition.name, tuple(values[param] for param in definition.params))


def _fold_fraction(definition: Definition, body: Div, node: Div) -> Node | None:
    """a*e^{f_k}/(S*b) is p[k]*a/b: one factor above and one below are the definition's."""
    above = node.num.factors if isinstance(node.num, Mul) else (node.num,)
    below = node.den.factors if isinstance(node.den, Mul) else (node.den,)
    for low, bottom in enumerate(below):
        partial = _match(definition, body.den, bottom, {})
        if partial is None:
            continue
        for high, top in enumerate(above):
            values = _match(definition, body.num, top, dict(partial))
            if values is None:
                continue
            rest_above = (*above[:high], *above[high + 1 :])
            rest_below = (*below[:low], *below[low + 1 :])
            product = mul(_entry(definition, values), *rest_above)
            return Div(product, mul(*rest_below)) if rest_below else product
    return None


def _match(
    definition: Definition, pattern: Node, node: Node, values: dict[str, Node]
) -> dict[str, Node] | None:
    """Values for the definition's params (and its bound indices) that turn pattern into node."""
    if isinstance(pattern, Name) and (pattern.id in definition.params or pattern.id in values):
        return values if values.setdefault(pattern.id, node) == node else None
    if type(pattern) is not type(node):
        return None
    if isinstance(pattern, Reduce) and isinstance(node, Reduce):
        if (pattern.kind, pattern.over) != (node.kind, node.over):
            return None
        values = {**values, pattern.index: Name(node.index)}
    parts, others = children(pattern), children(node)
    if len(parts) != len(others) or (not parts and pattern != node):
        return None
    if not _same_head(pattern, node):
        return None
    for a, b in zip(parts, others, strict=True):
        matched = _match(definition, a, b, values)
        if matched is None:
            return None
        values = matched
    return values


def _same_head(pattern: Node, node: Node) -> bool:
    """Whether two nodes of one type agree in what is not a subtree: names, functions, relations."""
    for attribute in ("base", "function", "op"):
        if getattr(pattern, attribute, None) != getattr(node, attribute, None):
            return False
    return True
