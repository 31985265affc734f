"""The worked example: three pictures, their scores, and everything that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from derive.catalogue import CATALOGUE
from reports.curves import loss_curve
from reports.figures import Cell, Chart, Table, heat_map, signed
from reports.formulas import Formula
from reports.pictures import CLASSES, PRECISE, Numbers, Picture, pictures, shown
from reports.sketch import SOURCE
from reports.words import Words


@dataclass(frozen=True)
class Example:
    """The score table of the three pictures, worked through.

    `by_hand` goes from the scores of one picture to its gradient, `mistaken` holds the well-known
    wrong formula against the slopes that are measured, both for the picture whose loss is `loss`;
    `code` is the gradient in a few lines.
    """

    by_hand: Table
    scores: Table
    probabilities: Table
    strip: Table
    mistaken: Table
    jacobian: Table
    curve: Chart
    code: str
    loss: str


def is_worked(given: Iterable[str]) -> bool:
    """Whether these definitions are the ones that the example works through."""
    return set(given) == set(CATALOGUE["softmax-nll"].given)


def example(words: Words) -> Example:
    """The three pictures, worked through exactly."""
    with localcontext(PRECISE):
        worked = pictures()
        return Example(
            by_hand=_by_hand(worked[0], words),
            scores=_scores(worked, words),
            probabilities=_probabilities(worked, words),
            strip=_strip(worked, words),
            mistaken=_mistaken(worked[0], words),
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
            code=SOURCE,
            loss=shown(worked[0].loss),
        )


def _head(words: Words, first: str, *last: str) -> tuple[Cell, ...]:
    classes = (words(f"class_{name}") for name in CLASSES)
    return tuple(Cell(text) for text in (words(first), *classes, *last))


_SCORE = Formula("f[k]", "f_{k}")
_POWER = Formula("exp(f[k])", "e^{f_{k}}")
_PROBABILITY = Formula("p[k]", "p_{k}")
_DELTA = Formula("delta(k, y)", r"\delta_{k y}")
_GRADIENT = Formula("p[k] - delta(k, y)", r"p_{k} - \delta_{k y}")
_EVERYWHERE_ONE = Formula("p[k] - 1", "p_{k} - 1")


def _by_hand(w: Picture, words: Words) -> Table:
    """From the scores to the gradient, a row for each thing that is computed."""
    return Table(
        words("example_by_hand"),
        _head(words, "example_row", words("row_sum")),
        (
            (Cell(formula=_SCORE), *(Cell(shown(f, 0)) for f in w.scores), Cell("")),
            (Cell(formula=_POWER), *_with_sum(w.powers)),
            (Cell(formula=_PROBABILITY), *_with_sum(w.p)),
            (Cell(formula=_DELTA), *(Cell(shown(d, 0)) for d in w.delta), Cell("1")),
            (Cell(formula=_GRADIENT), *_with_sum(w.gradient, signs=True)),
        ),
    )


def _mistaken(w: Picture, words: Words) -> Table:
    """The right and the wrong formula beside what is measured, and where a step by each leads."""
    rows = [(_GRADIENT, w.gradient), (_EVERYWHERE_ONE, w.everywhere_one)]
    return Table(
        words("example_mistaken"),
        _head(words, "example_row", words("row_sum"), words("example_after")),
        (
            (Cell(words("example_measured")), *_with_sum(w.slopes, signs=True), Cell("")),
            *(
                (Cell(formula=name), *_with_sum(values, signs=True), Cell(shown(w.after(values))))
                for name, values in rows
            ),
        ),
    )


def _with_sum(values: Numbers, *, signs: bool = False) -> Iterator[Cell]:
    for value in (*values, sum(values, Decimal(0))):
        yield Cell(signed(shown(value)) if signs else shown(value))


def _scores(worked: list[Picture], words: Words) -> Table:
    rows = tuple(
        (
            Cell(words(f"picture_{w.name}")),
            *(Cell(shown(score, 0), strong=k == w.true) for k, score in enumerate(w.scores)),
        )
        for w in worked
    )
    return Table(words("example_scores"), _head(words, "picture"), rows)


def _probabilities(worked: list[Picture], words: Words) -> Table:
    rows = tuple(
        (
            Cell(words(f"picture_{w.name}")),
            *(Cell(shown(p), strong=k == w.true) for k, p in enumerate(w.p)),
            Cell(shown(w.loss)),
        )
        for w in worked
    )
    head = _head(words, "picture", words("example_loss"))
    return Table(words("example_probabilities"), head, rows)


def _strip(worked: list[Picture], words: Words) -> Table:
    return heat_map(
        words("example_strip"),
        _head(words, "picture", words("row_sum")),
        [
            (
                Cell(words(f"picture_{w.name}")),
                [shown(g) for g in w.gradient],
                shown(sum(w.gradient, Decimal(0))),
            )
            for w in worked
        ],
    )


def _jacobian(w: Picture, words: Words) -> Table:
    """diag(p) - p pᵀ at one picture."""
    rows = [[p * ((i == k) - q) for k, q in enumerate(w.p)] for i, p in enumerate(w.p)]
    names = [words(f"class_{name}") for name in CLASSES]
    return heat_map(
        words("example_jacobian"),
        _head(words, "jacobian_corner", words("row_sum")),
        [
            (Cell(name), [shown(value) for value in row], shown(sum(row, Decimal(0))))
            for name, row in zip(names, rows, strict=True)
        ],
    )
