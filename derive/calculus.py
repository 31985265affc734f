"""Differentiation by the rows of the rule table."""

from __future__ import annotations

from derive.budget import current
from derive.errors import OutOfFragment
from derive.problem import Problem, unfold
from derive.rules import DERIVATIVE_RULES, RULES
from derive.show import text
from derive.syntax import Deriv, Entry, Name, Node, children, rebuild, walk

_TIDY = ("zero-term", "zero-factor", "one-factor")


def derivative_free(problem: Problem, node: Node) -> Node:
    """The tree with every definition unfolded and every derivative carried out.

    d(L, p[k]) with p defined holds p's entries for independent: L is unfolded down to p only.
    Raises OutOfFragment where no rule differentiates a part, OutOfBudget.
    """
    eliminator = _Eliminator(problem)
    node = unfold(problem, node)
    while any(isinstance(part, Deriv) for part in walk(node)):
        node = unfold(problem, eliminator.eliminated(node))
    return node


class _Eliminator:
    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._rules = tuple(RULES[name].apply for name in DERIVATIVE_RULES)
        self._tidy = tuple(RULES[name].apply for name in _TIDY)
        self._budget = current()

    def eliminated(self, node: Node) -> Node:
        if not isinstance(node, Deriv):
            parts = children(node)
            mapped = tuple(map(self.eliminated, parts))
            same = all(a is b for a, b in zip(parts, mapped, strict=True))
            return node if same else self._tidied(rebuild(node, mapped))
        body = node.body
        for place, variable in enumerate(node.wrt):
            base = _base(variable)
            if base in self._problem.definitions and any(
                _base(v) != base for v in node.wrt[:place]
            ):
                raise OutOfFragment(f"differentiation by {base} after what {base} depends on")
            keep = frozenset((base,))
            body = self.eliminated(unfold(self._problem, body, keep))
            body = self._differentiated(Deriv(unfold(self._problem, body, keep), (variable,)))
        return body

    def _differentiated(self, node: Deriv) -> Node:
        """One rule at the top, then the smaller derivatives that it leaves."""
        self._budget.spend()
        for apply in self._rules:
            result = apply(node)
            if result is not None:
                return self._inside(result)
        raise OutOfFragment(f"no rule differentiates {text(node.body)}")

    def _inside(self, node: Node) -> Node:
        self._budget.spend()
        if isinstance(node, Deriv):
            return self._differentiated(node)
        parts = children(node)
        mapped = tuple(map(self._inside, parts))
        same = all(a is b for a, b in zip(parts, mapped, strict=True))
        return self._tidied(node if same else rebuild(node, mapped))

    def _tidied(self, node: Node) -> Node:
        for apply in self._tidy:
            node = apply(node) or node
        return node


def _base(variable: Node) -> str:
    match variable:
        case Entry(base=base):
            return base
        case Name(id=name):
            return name
        case _:
            raise OutOfFragment("differentiation by something that is no entry")
