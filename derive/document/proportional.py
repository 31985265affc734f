r"""What is said of proportions: p_k \propto e^{z_k}, as a claim and as what p is."""

from __future__ import annotations

from dataclasses import replace

from derive.document.items import Asked
from derive.document.known import index_letters, names_in
from derive.document.letters import unused
from derive.document.statement import Statement
from derive.read.formula import read_equation
from derive.show import text
from derive.syntax import Div, Entry, Name, Node, Reduce, substitute

# What distributions are called; they sum to 1, so what they are proportional to is all there is.
_DISTRIBUTIONS = frozenset({"p", "q", "pi", "P", "Pr"})
NOTE = "a distribution sums to 1, so what it is proportional to is divided by its sum"


def as_proportion(statement: Statement, question: Asked) -> Asked | None:
    """The question whether the sides are equal up to a factor that is free of their one index.

    None where they share no index or several: the factor may depend on any of them.
    """
    shared = index_letters(statement.left) & index_letters(statement.right)
    if statement.relation != "prop" or len(shared) != 1:
        return None
    equation = read_equation(question.claim)
    (letter,) = shared
    return replace(
        question, claim=f"{text(equation.left)} prop {text(equation.right)} over {letter}"
    )


def normalised(head: Node | None, body: Node) -> Node | None:
    """e^{z_k}/sum_j e^{z_j} for the p_k that is proportional to e^{z_k}; else None."""
    match head:
        case Entry(base=name, indices=(Name(id=letter),)) if name in _DISTRIBUTIONS:
            if letter not in index_letters(body):
                return None
            own = next(unused("jkmlrs", names_in(body) | {letter}))
            return Div(body, Reduce("sum", substitute(body, {letter: own}), own.id))
    return None
