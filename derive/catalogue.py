"""The catalogue: one row a loss, in the formula language; the rows are in catalogue.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Loss:
    """A loss over logits, with its gradient and Hessian as claims.

    `first` and `second` are the entries to differentiate by: d(value, first) == gradient and
    d(value, first, second) == hessian. `lemma` is the Jacobian of the defined probabilities, and
    `inner` the derivative by them, from which the textbook path puts the gradient together.
    `source` says where the formula is found, `engine` whether its engine is tested in `numeric`.
    """

    name: str
    title: str
    given: tuple[str, ...]
    first: str
    gradient: str
    second: str
    hessian: str
    declare: tuple[str, ...] = ()
    value: str = "L"
    lemma: str = ""
    inner: str = ""
    source: str = ""
    engine: bool = True

    def claim(self, order: int = 1) -> str:
        """The gradient (order 1) or Hessian (order 2) as a claim in the formula language."""
        if order == 1:
            return f"d({self.value}, {self.first}) == {self.gradient}"
        return f"d({self.value}, {self.first}, {self.second}) == {self.hessian}"


def _row(data: Mapping[str, Any]) -> Loss:
    """A row of the file; a text that is broken over lines is one text."""
    texts: dict[str, Any] = {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in data.items()
    }
    given, declare = tuple(texts.pop("given")), tuple(texts.pop("declare", ()))
    return Loss(given=given, declare=declare, **texts)


_FILE = resources.files("derive").joinpath("catalogue.toml").read_text("utf-8")
_ROWS = tuple(map(_row, tomllib.loads(_FILE)["loss"]))

CATALOGUE: Mapping[str, Loss] = MappingProxyType({row.name: row for row in _ROWS})
ENGINES = tuple(row.name for row in _ROWS if row.engine)


def losses() -> tuple[Loss, ...]:
    """The rows of the catalogue, in teaching order."""
    return _ROWS
