"""What is said of z_k - max_j z_j and holds of z_k - m for every m."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.document.items import Asked
from derive.document.known import index_letters, names_in
from derive.read.formula import Equation, read_equation
from derive.show import text
from derive.syntax import Deriv, Entry, Name, Node, Reduce, free_names, transform, walk


def of_any_number(question: Asked) -> Asked:
    """The question with a free number for every maximum over a class; itself where there is none.

    What is proved of any number is proved of the maximum; of max_{j != i} z_j, of one number for
    each i. Not where anything is differentiated: the maximum depends on what it is taken over.
    """
    sources = (question.claim, *question.given)
    if not any("max(" in source for source in sources):
        return question
    equations = [read_equation(source) for source in sources]
    trees = [side for equation in equations for side in (equation.left, equation.right)]
    if any(isinstance(part, Deriv) for tree in trees for part in walk(tree)):
        return question
    taken = {name for tree in trees for name in names_in(tree)}
    indices = {index for tree in trees for index in (*index_letters(tree), *_bound(tree))}
    found: dict[Node, Node] = {}

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce) or part.kind != "max":
            return None
        if part not in found:
            name = next(f"m{n}" for n in range(len(taken) + 1) if f"m{n}" not in taken)
            taken.add(name)
            letters = tuple(map(Name, sorted(free_names(part) & indices)))
            found[part] = Entry(name, letters) if letters else Name(name)
        return found[part]

    changed = [
        replace(e, left=transform(e.left, change), right=transform(e.right, change))
        for e in equations
    ]
    claim, *given = changed
    return replace(question, claim=_shown(claim, "=="), given=tuple(_shown(g, "=") for g in given))


def _bound(tree: Node) -> Iterator[str]:
    return (part.index for part in walk(tree) if isinstance(part, Reduce))


def _shown(equation: Equation, sign: str) -> str:
    return f"{text(equation.left)} {sign} {text(equation.right)}"
