"""Where the oracle looks: every pattern of equal indices at small sizes, and points from JSON."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from oracle import Point, Setting, Undefined, close, mp

from derive.syntax import Entry, Name, Node, Num, free_names, walk

# What the text of a counterexample keeps of an interval: twelve digits.
_TWELVE_DIGITS = mp.mpf(10) ** -9


def outcome(point: Point, left: Node, right: Node) -> bool | None:
    """Whether the sides are equal; None where the left one, taken for the truth, is undefined."""
    try:
        wanted = point.value(left)
    except Undefined:
        return None
    try:
        return close(wanted, point.value(right))
    except Undefined:
        return False


def points(at: Setting, trees: Sequence[Node], seed: int = 0, top: int = 4) -> Iterator[Point]:
    """A point for every pattern of equal indices at sizes up to `top`; larger sizes come first."""
    literal = max((int(i.value) for t in trees for i in _literals(t)), default=0)
    names = list(at.sizes)
    used = [at.sizes[s] for s in names]
    reach = [range(max(1, literal) if s == "n" else 1, (top if s == "n" else 3) + 1) for s in names]
    choices = [[u] if u else reach[place] for place, u in enumerate(used)]
    for number, counts in enumerate(itertools.product(*(list(c)[::-1] for c in choices))):
        sizes = dict(zip(names, counts, strict=True))
        for indices in _patterns(at, sizes, literal):
            point = Point(at, sizes, indices, random.Random(f"{seed} {number} {indices}"))
            if all(point.holds(condition) for condition in at.where):
                yield point


def _literals(tree: Node) -> Iterator[Num]:
    entries = (part for part in walk(tree) if isinstance(part, Entry))
    return (i for entry in entries for i in entry.indices if isinstance(i, Num))


def _patterns(at: Setting, sizes: Mapping[str, int], literal: int) -> Iterator[dict[str, int]]:
    """Each index is an old value of its range or the next new one: all patterns up to renaming."""
    partial: list[dict[str, int]] = [{}]
    for letter in at.indices:
        size = at.range_of(Name(letter))
        grown = []
        for chosen in partial:
            used = [v for a, v in chosen.items() if at.range_of(Name(a)) == size]
            new = min(sizes[size], max([literal, *used]) + 1)
            grown += [{**chosen, letter: value} for value in range(1, new + 1)]
        partial = grown
    return iter(partial)


def under(at: Setting, condition: str) -> Setting | None:
    """The setting in which a condition on sizes, numbers or targets is met; None for the rest."""
    one_hot = re.fullmatch(r"(\w+) is one-hot", condition)
    simplex = re.fullmatch(r"sum\((\w+)\[[\w, ]+\], \w+\) == 1", condition)
    value = re.fullmatch(r"(\w+)(?:\[[\w, ]+\])? == (-?\d+)", condition)
    if value and set(re.findall(r"\w+", condition.partition("[")[2])) & {*at.indices}:
        return None  # of one entry, at the letters of the claim
    positive = re.findall(r"(\w+) > 0", condition)
    if one_hot or simplex:
        name, kind = (one_hot or simplex)[1], "onehot" if one_hot else "simplex"
        return replace(at, kinds={**at.kinds, name: kind})
    if value and value[1] in at.sizes:
        return replace(at, sizes={**at.sizes, value[1]: int(value[2])})
    if value and value[1] not in {*at.indices, *at.ranges}:
        return replace(at, fixed={**at.fixed, value[1]: int(value[2])})
    if positive and " and ".join(f"{name} > 0" for name in positive) == condition:
        return replace(at, kinds={**at.kinds, **dict.fromkeys(positive, "positive")})
    return None


def with_letters(point: Point, letters: Sequence[str]) -> Iterator[Point]:
    """The point with every choice of values for free letters that it does not know."""
    reach = [range(1, point.sizes[point.setting.range_of(Name(a))] + 1) for a in letters]
    for values in itertools.product(*reach):
        yield replace(point, indices={**point.indices, **dict(zip(letters, values, strict=True))})


def from_json(at: Setting, data: Mapping[str, Any]) -> Point:
    """The point of a counterexample, from its JSON fields alone."""
    labels = {k: v for k, v in data["labels"].items() if isinstance(v, list)}
    single = {k: v for k, v in data["labels"].items() if not isinstance(v, list)}
    point = Point(at, {**at.sizes, **data["sizes"]}, {**data["indices"], **single})
    for name, value in labels.items():
        point.labels |= {(name, place): v for place, v in _flat(value)}
    for name in (name for name, kind in at.kinds.items() if kind == "onehot"):
        hot = point.indices[f"label_{name}"]
        row = range(1, data["sizes"][at.axes[name][-1]] + 1)
        point.numbers |= {(name, (k,)): mp.mpf(int(k == hot)) for k in row}
    for name, value in data["values"].items():
        point.numbers |= {(name, place): number(v) for place, v in _flat(value)}
    for name, value in data["exp"].items():
        point.numbers |= {(name, place): mp.log(number(v)) for place, v in _flat(value)}
    return point


def _flat(value: Any, at: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    if not isinstance(value, list):
        yield at, value
        return
    for place, part in enumerate(value, 1):
        yield from _flat(part, (*at, place))


def number(text: str) -> Any:
    """ "-1/3 + 2*log(5)" or "[0.25, 0.26]" (its middle) as a number."""
    if text.startswith("["):
        low, high = map(mp.mpf, text.strip("[]").split(", "))
        return (low + high) / 2
    total = mp.mpf(0)
    for sign, size, prime in re.findall(
        r"([+-]?) ?(?:((?:\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?:/\d+)?)?\*?(?:log\((\d+)\))?)", text
    ):
        if size or prime:
            term = Fraction(size or 1)
            value = mp.mpf(term.numerator) / term.denominator * (mp.log(int(prime)) if prime else 1)
            total += -value if sign == "-" else value
    return total


def confirms(data: Mapping[str, Any], at: Setting, left: Node, right: Node) -> str:
    """Why a counterexample in JSON is none; empty if its values are right and differ."""
    point = from_json(at, data)
    within = mp.mpf(10) ** -40 if data["exact"] else _TWELVE_DIGITS
    values: list[Any] = []
    for side, claimed in ((left, data["left"]), (right, data["right"])):
        try:
            values.append(point.value(side))
        except Undefined:
            values.append(None)
        if (values[-1] is None) != (claimed == "undefined"):
            return f"{claimed} is claimed, the value is {values[-1]}"
        if values[-1] is not None and not close(values[-1], number(claimed), within):
            return f"{claimed} is claimed, the value is {mp.nstr(values[-1], 20)}"
    if not all(point.holds(condition) for condition in at.where):
        return "the point does not satisfy the condition"
    missing = _reached(at, left, right) & {*at.indices} - point.indices.keys()
    if missing:
        return f"no value is given for {', '.join(missing)}"
    if None not in values and close(values[0], values[1], within):
        return "the two sides are equal"
    return ""


def _reached(at: Setting, *sides: Node) -> set[str]:
    """The free letters that the sides depend on, directly or through definitions."""
    names: set[str] = set()
    trees = list(sides)
    while trees:
        tree = trees.pop()
        used = {part.base for part in walk(tree) if isinstance(part, Entry)} | free_names(tree)
        trees += [at.definitions[name][1] for name in used - names if name in at.definitions]
        names |= used
    return names
