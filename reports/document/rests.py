"""Which definitions of a document an equality was judged by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from derive.document.items import Item
from derive.errors import FormulaError
from derive.read.formula import Equation, read_equation
from derive.show import text
from derive.syntax import Entry, Form, Name, Node, walk


class Definitions:
    """The definitions of a document by what they say; each text is read once."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._read: dict[str, Equation | None] = {}
        self._numbers: dict[str, int] = {}
        for item in items:
            equation = self._equation(item.text) if item.kind == "definition" else None
            if equation is not None:
                self._numbers[_said(equation)] = item.number

    def used_by(self, item: Item) -> tuple[int, ...]:
        """The numbers of the definitions that the item's claim needs, directly or at one remove."""
        claim = None if item.asked is None else self._equation(item.asked.claim)
        if item.asked is None or claim is None:
            return ()
        given = {}
        for source in item.asked.given:
            equation = self._equation(source)
            if equation is not None:
                given[_defined(equation.left)] = equation
        used = [given[name] for name in sorted(_reached(claim, given))]
        numbers = (self._numbers.get(_said(equation)) for equation in used)
        return tuple(sorted({n for n in numbers if n is not None and n != item.number}))

    def _equation(self, source: str) -> Equation | None:
        if source not in self._read:
            try:
                self._read[source] = read_equation(source)
            except FormulaError:
                self._read[source] = None
        return self._read[source]


def _said(equation: Equation) -> str:
    return f"{text(equation.left)} = {text(equation.right)}"


def _defined(left: Node) -> str:
    return next(_names(left), "")


def _names(node: Node) -> Iterator[str]:
    for part in walk(node):
        match part:
            case Entry(base=name) | Name(id=name) | Form(name=name):
                yield name


def _reached(claim: Equation, given: Mapping[str, Equation]) -> set[str]:
    found: set[str] = set()
    queue = [claim.left, claim.right]
    while queue:
        for name in _names(queue.pop()):
            if name in given and name not in found:
                found.add(name)
                queue.append(given[name].right)
    return found
