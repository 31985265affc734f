"""The catalogue: one row a loss, in the formula language, and what people print of each.

The rows are in catalogue.toml, the claims in textbook.toml.
"""

from __future__ import annotations

import functools
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


@dataclass(frozen=True)
class TextbookClaim:
    """A formula that is printed of a loss, right or wrong, and the verdict on it.

    `where` and `assume` are added to the loss' own setting; `condition` and `repair` are what
    `verify` says with the status, or empty; `necessary` whether the condition is needed, or only
    enough. `says` tells what is right or wrong about the claim,
    `seen` where it is found.
    """

    loss: str
    claim: str
    status: str
    says: str
    seen: str
    condition: str = ""
    necessary: bool = True
    repair: str = ""
    where: str = ""
    assume: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """What `verify` is told beside the claim."""
        row = CATALOGUE[self.loss]
        return {
            "given": row.given,
            "declare": row.declare,
            "where": self.where,
            "assume": self.assume,
        }


def _row(data: Mapping[str, Any]) -> Loss:
    """A row of the file; a text that is broken over lines is one text."""
    texts: dict[str, Any] = {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in data.items()
    }
    given, declare = tuple(texts.pop("given")), tuple(texts.pop("declare", ()))
    return Loss(given=given, declare=declare, **texts)


def _tables(file: str, name: str) -> list[Mapping[str, Any]]:
    """The tables of one name in a file of this package."""
    tables = tomllib.loads(resources.files("derive").joinpath(file).read_text("utf-8"))[name]
    return list(tables)


_ROWS = tuple(map(_row, _tables("catalogue.toml", "loss")))

CATALOGUE: Mapping[str, Loss] = MappingProxyType({row.name: row for row in _ROWS})
ENGINES = tuple(row.name for row in _ROWS if row.engine)


def losses() -> tuple[Loss, ...]:
    """The rows of the catalogue, in teaching order."""
    return _ROWS


@functools.cache
def textbook() -> tuple[TextbookClaim, ...]:
    """What people print of the losses, beside each gradient and Hessian of the catalogue."""
    rows = _tables("textbook.toml", "claim")
    return tuple(TextbookClaim(**{**row, "assume": tuple(row.get("assume", ()))}) for row in rows)
