"""The two curves of a report: the loss over the probability, and the error over the step h."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from reports.figures import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Cell,
    Chart,
    Dot,
    Line,
    Point,
    Scale,
    Table,
    Tick,
    decades,
    horizontal,
    path,
    scientific,
    vertical,
)
from reports.formulas import Formula
from reports.words import Words

# A dot of the loss curve: its name, its probability, and that probability, the loss and the
# slope as they are to be shown.
LossDot = tuple[str, float, str, str, str]

_LEAST, _HIGHEST = 0.03, 3.5
_TANGENT = 0.3
_SAMPLES = 96


def loss_curve(dots: Sequence[LossDot], words: Words) -> Chart:
    """-log p for p up to 1, with a tangent at each of the dots."""
    x, y = horizontal(0, 1), vertical(0, _HIGHEST)
    sampled = (_LEAST ** (1 - i / _SAMPLES) for i in range(_SAMPLES + 1))
    curve = [(p, -math.log(p)) for p in sampled]
    tangents = [Line(path(_tangent(p), x, y), "tangent") for _, p, *_ in dots]
    rows = tuple(
        (Cell(name), Cell(p), Cell(loss), Cell(_minus(slope))) for name, _, p, loss, slope in dots
    )
    return _chart(
        anchor="loss-curve",
        title=words("curve_title"),
        desc=words("curve_desc"),
        names=(words("curve_x"), words("curve_y")),
        ticks=(
            tuple(Tick(x(v), f"{v:g}") for v in (0, 0.25, 0.5, 0.75, 1)),
            tuple(Tick(y(v), str(v)) for v in range(4)),
        ),
        lines=(Line(path(curve, x, y), "curve"), *tangents),
        dots=tuple(
            Dot(x(p), y(-math.log(p)), name, "end" if p > 0.9 else "start") for name, p, *_ in dots
        ),
        table=Table(
            words("curve_caption"),
            (Cell(words("picture")), *(Cell(formula=heading) for heading in _HEADINGS)),
            rows,
        ),
    )


_HEADINGS = (
    Formula("p[y]", "p_{y}"),
    Formula("-log(p[y])", r"-\log p_{y}"),
    Formula("-1/p[y]", r"-1/p_{y}"),
)


def _tangent(p: float) -> list[Point]:
    """A piece of the tangent at p, as far as it stays inside the drawing."""
    right = min(p + _TANGENT, 1.0, p - p * math.log(p))
    return [(q, -math.log(p) - (q - p) / p) for q in (p - _TANGENT, right)]


def _minus(value: str) -> str:
    return value.replace("-", "−")


Sweep = Sequence[tuple[float, float]]


def error_curve(right: Sweep, wrong: Sweep, words: Words) -> Chart:
    """The error over h on logarithmic axes; `wrong` may be empty. Errors of 0 are not drawn."""
    drawn = [[(h, e) for h, e in sweep if h > 0 and e > 0] for sweep in (right, wrong)]
    everything = [point for sweep in drawn for point in sweep] or [(1e-4, 1e-8)]
    x = horizontal(*_decades(h for h, _ in everything), logarithmic=True)
    y = vertical(*_decades(e for _, e in everything), logarithmic=True)
    names = (words("error_right"), words("error_wrong"))
    lines = tuple(
        _named(sweep, x, y, dress, name)
        for sweep, dress, name in zip(drawn, ("right", "wrong"), names, strict=True)
        if sweep
    )
    return _chart(
        anchor="error-curve",
        title=words("error_title"),
        desc=words("error_desc"),
        names=(words("error_x"), words("error_y")),
        ticks=(decades(x.low, x.high, x, 2), decades(y.low, y.high, y, 2)),
        lines=lines,
        dots=(),
        table=_error_table(right, wrong, words),
    )


def _decades(values: Iterable[float]) -> tuple[float, float]:
    """The powers of ten around the values: at least one decade."""
    exponents = [math.log10(value) for value in values]
    low, high = math.floor(min(exponents)), math.ceil(max(exponents))
    return 10.0**low, 10.0 ** max(high, low + 1)


def _named(sweep: Sweep, x: Scale, y: Scale, dress: str, name: str) -> Line:
    """The sweep as a line with its name above it, inside the V that rounding makes of it."""
    ordered = sorted(sweep)
    least, error = min(ordered, key=lambda point: point[1])
    ends = [error_ for _, error_ in (ordered[0], ordered[-1])]
    flat = max(ends) < 10 * error
    at = x(ordered[len(ordered) // 2][0] if flat else least)
    above = y(error) - 10 if flat else round((y(error) + y(min(ends))) / 2, 1)
    return Line(path(ordered, x, y), dress, name, at, above, "middle")


def _error_table(right: Sweep, wrong: Sweep, words: Words) -> Table:
    """The same figures in rows, the largest step first."""
    errors = [dict(right)] + ([dict(wrong)] if wrong else [])
    steps = sorted({h for sweep in errors for h in sweep}, reverse=True)
    names = ("error_step", "error_right", "error_wrong")[: len(errors) + 1]
    rows = tuple(
        (
            Cell(scientific(h)),
            *(Cell(scientific(sweep[h]) if h in sweep else "–") for sweep in errors),
        )
        for h in steps
    )
    return Table(words("error_caption"), tuple(Cell(words(name)) for name in names), rows)


def _chart(
    *,
    anchor: str,
    title: str,
    desc: str,
    names: tuple[str, str],
    ticks: tuple[tuple[Tick, ...], tuple[Tick, ...]],
    lines: tuple[Line, ...],
    dots: tuple[Dot, ...],
    table: Table,
) -> Chart:
    return Chart(
        anchor=anchor,
        title=title,
        desc=desc,
        x_name=names[0],
        y_name=names[1],
        x_ticks=ticks[0],
        y_ticks=ticks[1],
        lines=lines,
        dots=dots,
        table=table,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
    )
