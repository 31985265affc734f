"""Tables, heat maps and curves as plain data; the templates only walk over them.

A heat map is a table whose cells carry a tint, a curve is a handful of SVG paths: both print,
follow the page's colours in light and dark, and need no script.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.formulas import Formula


@dataclass(frozen=True)
class Cell:
    """One cell: text or a formula; `tint` is "positive", "negative" or "", `level` 0 to 100."""

    text: str = ""
    formula: Formula | None = None
    tint: str = ""
    level: int = 0
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a head; the first cell of each row names it. `kind` chooses the dress."""

    caption: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str = "numbers"


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place on the drawing and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A line of a chart: an SVG path, the class of its dress, and the name at its end."""

    path: str
    dress: str
    name: str = ""
    name_x: float = 0.0
    name_y: float = 0.0
    anchor: str = "start"


@dataclass(frozen=True)
class Dot:
    """A point of a chart with its name beside it."""

    x: float
    y: float
    name: str
    anchor: str = "start"


@dataclass(frozen=True)
class Chart:
    """A small line chart with everything said about it; `table` holds the same figures."""

    anchor: str
    title: str
    desc: str
    x_name: str
    y_name: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    table: Table
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def folded(self) -> bool:
        """Whether the table is too long to stand open beside the drawing."""
        return len(self.table.rows) > LONG


WIDTH, HEIGHT = 440, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 432, 28, 252
LONG = 6

Point = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """Values to places on the drawing, on either axis, linear or logarithmic in the value."""

    low: float
    high: float
    start: float
    stop: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = math.log10(value), math.log10(low), math.log10(high)
        share = (value - low) / (high - low)
        return round(self.start + share * (self.stop - self.start), 1)

    def clipped(self, value: float) -> float:
        """As a call, with values outside the axis set on its end."""
        return self(min(max(value, self.low), self.high))


def horizontal(low: float, high: float, *, logarithmic: bool = False) -> Scale:
    """The scale of the x axis."""
    return Scale(low, high, LEFT, RIGHT, logarithmic)


def vertical(low: float, high: float, *, logarithmic: bool = False) -> Scale:
    """The scale of the y axis; larger is higher."""
    return Scale(low, high, BOTTOM, TOP, logarithmic)


def path(points: Iterable[Point], x: Scale, y: Scale) -> str:
    """The points as one SVG path; values below or above the y axis lie on its edge."""
    places = [f"{x(a):g} {y.clipped(b):g}" for a, b in points]
    return "M" + " L".join(places)


def decades(low: float, high: float, scale: Scale, every: int = 1) -> tuple[Tick, ...]:
    """A tick at each power of ten from `low` to `high`, or at every so many of them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return tuple(
        Tick(scale(10.0**exponent), power_of_ten(exponent))
        for exponent in range(first, last + 1)
        if (exponent - first) % every == 0
    )


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """10⁻⁵, or 1 for the power 0."""
    return "1" if exponent == 0 else "10" + str(exponent).translate(_RAISED)


def scientific(value: float) -> str:
    """Two digits and a power of ten: 2.1e-11; 0 stays 0."""
    return "0" if value == 0 else f"{value:.1e}"


def signed(value: str) -> str:
    """A decimal with its sign written out: +0.260, −0.295, and 0.000 without one."""
    digits = value.removeprefix("-")
    if not digits.strip("0."):
        return digits
    return f"−{digits}" if value.startswith("-") else f"+{digits}"


def heat(value: str, largest: float) -> Cell:
    """The signed decimal on a tint as strong as its share of the largest value."""
    number = float(value)
    level = round(100 * abs(number) / largest) if largest else 0
    tint = "" if level == 0 else "negative" if number < 0 else "positive"
    return Cell(text=signed(value), tint=tint, level=level)


def heat_map(
    caption: str, head: Sequence[Cell], rows: Sequence[tuple[Cell, Sequence[str], str]]
) -> Table:
    """Rows of (name, decimals, their sum) as a heat map, with the sums in a last column."""
    largest = max(abs(float(v)) for _, values, _ in rows for v in values)
    body = tuple(
        (name, *(heat(v, largest) for v in values), Cell(text=signed(total), tint="sum"))
        for name, values, total in rows
    )
    return Table(caption=caption, head=tuple(head), rows=body, kind="heat")
