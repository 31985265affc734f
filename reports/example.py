"""The worked example: three pictures, their scores, and everything that follows from them.

The numbers are computed in decimal arithmetic with 50 digits and rounded once, so that every
digit shown is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from derive.catalogue import CATALOGUE
from reports.curves import loss_curve
from reports.figures import Cell, Chart, Table, heat_map
from reports.words import Words

CLASSES = ("cat", "dog", "horse")
# A picture's true class and its scores, in the order of CLASSES. The dog ties with the cat.
PICTURES = (("cat", (5, 4, 2)), ("horse", (4, 2, 8)), ("dog", (4, 4, 1)))
PLACES = 3


@dataclass(frozen=True)
class Example:
    """The score table of the three pictures, worked through."""

    scores: Table
    probabilities: Table
    strip: Table
    jacobian: Table
    curve: Chart


@dataclass(frozen=True)
class _Worked:
    name: str
    scores: tuple[int, ...]
    p: tuple[Decimal, ...]
    true: int

    @property
    def loss(self) -> Decimal:
        return -self.p[self.true].ln()

    @property
    def gradient(self) -> tuple[Decimal, ...]:
        return tuple(p - (k == self.true) for k, p in enumerate(self.p))


def is_worked(given: Iterable[str]) -> bool:
    """Whether these definitions are the ones that the example works through."""
    return set(given) == set(CATALOGUE["softmax-nll"].given)


def softmax(scores: tuple[int, ...]) -> tuple[Decimal, ...]:
    """The probabilities of these scores, in the arithmetic of the current context."""
    powers = [Decimal(score).exp() for score in scores]
    total = sum(powers)
    return tuple(power / total for power in powers)


def shown(value: Decimal, places: int = PLACES) -> str:
    """The value rounded once to so many decimal places, never as a negative zero."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded)


def example(words: Words) -> Example:
    """The three pictures, worked through exactly."""
    with localcontext(Context(prec=50)):
        worked = [
            _Worked(name, scores, softmax(scores), CLASSES.index(name)) for name, scores in PICTURES
        ]
        return Example(
            scores=_scores(worked, words),
            probabilities=_probabilities(worked, words),
            strip=_strip(worked, words),
            jacobian=_jacobian(worked[0], words),
            curve=loss_curve(
                [
                    (
                        words(f"class_{w.name}"),
                        float(w.p[w.true]),
                        shown(w.p[w.true]),
                        shown(w.loss),
                        shown(-1 / w.p[w.true]),
                    )
                    for w in worked
                ],
                words,
            ),
        )


def _head(words: Words, *last: str) -> tuple[Cell, ...]:
    classes = (words(f"class_{name}") for name in CLASSES)
    return tuple(Cell(text) for text in (words("picture"), *classes, *last))


def _scores(worked: list[_Worked], words: Words) -> Table:
    rows = tuple(
        (
            Cell(words(f"picture_{w.name}")),
            *(Cell(str(score), strong=k == w.true) for k, score in enumerate(w.scores)),
        )
        for w in worked
    )
    return Table(words("example_scores"), _head(words), rows)


def _probabilities(worked: list[_Worked], words: Words) -> Table:
    rows = tuple(
        (
            Cell(words(f"picture_{w.name}")),
            *(Cell(shown(p), strong=k == w.true) for k, p in enumerate(w.p)),
            Cell(shown(w.loss)),
        )
        for w in worked
    )
    return Table(words("example_probabilities"), _head(words, words("example_loss")), rows)


def _strip(worked: list[_Worked], words: Words) -> Table:
    return heat_map(
        words("example_strip"),
        _head(words, words("row_sum")),
        [
            (
                Cell(words(f"picture_{w.name}")),
                [shown(g) for g in w.gradient],
                shown(sum(w.gradient, Decimal(0))),
            )
            for w in worked
        ],
    )


def _jacobian(w: _Worked, words: Words) -> Table:
    """diag(p) - p pᵀ at one picture."""
    rows = [[p * ((i == k) - q) for k, q in enumerate(w.p)] for i, p in enumerate(w.p)]
    names = [words(f"class_{name}") for name in CLASSES]
    head = tuple(Cell(text) for text in (words("jacobian_corner"), *names, words("row_sum")))
    return heat_map(
        words("example_jacobian"),
        head,
        [
            (Cell(name), [shown(value) for value in row], shown(sum(row, Decimal(0))))
            for name, row in zip(names, rows, strict=True)
        ],
    )
