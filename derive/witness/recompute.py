"""Both sides of a claim at one point that is given as text, so that anyone can repeat a check.

A point is written  n=2, k=1, y=2, exp(f)=(1, 2), T=1/2  and names every size, index, label and
number of the problem. `exp(f)` gives e^f; `?` is an entry that the assumptions determine. Indices
count from 1. The text is read by the little grammar below, in bounded size.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from derive.errors import Complaint, FormulaError, OutOfBudget
from derive.problem import Problem, Symbol
from derive.syntax import Node, Span
from derive.witness.arithmetic import ByConvention, Undefined, Unsupported
from derive.witness.counterexample import Counterexample
from derive.witness.evaluate import Evaluator
from derive.witness.intervals import Intervals
from derive.witness.points import Frame, Place, fill
from derive.witness.rational import Rational

MAX_LENGTH = 20_000
_MAX_DIGITS = 100
_MAX_DEPTH = 8
_TOKEN = re.compile(r"\s*(?:([A-Za-z]\w*)|(-?\d+(?:\.\d+)?(?:/\d+)?)|([=(),?]))", re.ASCII)

# A number, None for `?`, or a tuple of values.
_Value = Fraction | None | tuple[Any, ...]


@dataclass(frozen=True)
class Evaluation:
    """Both sides at a point. `differ` is None where intervals cannot tell them apart."""

    point: str
    left: str
    right: str
    differ: bool | None
    exact: bool

    def to_json(self) -> dict[str, Any]:
        """The evaluation as plain data."""
        return {
            "point": self.point,
            "left": self.left,
            "right": self.right,
            "differ": self.differ,
            "exact": self.exact,
        }


def recompute(problem: Problem, at: str) -> Evaluation:
    """Both sides of the problem's claim at the point.

    Raises FormulaError where the text is no point of the problem, OutOfFragment and OutOfBudget
    where a side cannot be evaluated.
    """
    given = _Reader(at).point()
    frame, numbers = _Checked(problem, given, at).parts()
    last: Evaluation | None = None
    try:
        for arithmetic in (Rational(), Intervals(), Intervals(1024)):
            try:
                last = _evaluate(problem, frame, numbers, given, arithmetic, at)
            except Unsupported:
                continue
            if last.differ is not None:
                return last
    except RecursionError:
        raise OutOfBudget("out of budget: nested too deeply") from None
    if last is None:
        _refuse("this point leaves every arithmetic that is at hand", at, Span(0, len(at)))
    return last


def point_text(found: Counterexample) -> str:
    """The counterexample's point as `recompute` reads it."""
    whole = [f"{name}={value}" for name, value in {**found.sizes, **found.indices}.items()]
    labels = [f"{name}={_tuple(value, True)}" for name, value in found.labels.items()]
    exp = [f"exp({name})={_tuple(value, True)}" for name, value in found.exp.items()]
    values = [f"{name}={_tuple(value, found.exact)}" for name, value in found.values.items()]
    return ", ".join((*whole, *labels, *exp, *values))


def _tuple(value: Any, exact: bool) -> str:
    if isinstance(value, list):
        return f"({', '.join(_tuple(part, exact) for part in value)})"
    return _number(str(value), exact)


def _number(shown: str, exact: bool) -> str:
    """The fraction that was shown; `?` for what is no fraction but solved from the assumptions."""
    try:
        value = Fraction(shown)
    except ValueError:
        return "?"
    if not exact and "." in shown:
        value = value.limit_denominator(1000)
        if Intervals().show(Intervals().const(value)) != shown:
            return "?"
    return str(value)


def _refuse(message: str, source: str, span: Span, hint: str = "") -> NoReturn:
    raise FormulaError([Complaint(message, source, span, hint, "at")])


@dataclass(frozen=True)
class _Given:
    """One assignment of the text: its value, whether it gives e^name, and where it stands."""

    value: _Value
    exponential: bool
    span: Span


class _Reader:
    """point: item ("," item)*; item: (NAME | "exp" "(" NAME ")") "=" value;
    value: NUMBER | "?" | "(" value ("," value)* ")"."""

    def __init__(self, source: str) -> None:
        self._source, self._place = source, 0
        if len(source) > MAX_LENGTH:
            _refuse(f"longer than {MAX_LENGTH} characters", source[:80], Span(0, 1))

    def point(self) -> dict[str, _Given]:
        found: dict[str, _Given] = {}
        # A claim of numbers only has one point, which names nothing.
        while found or self._source.strip():
            start = self._start()
            name, exponential = self._name(), False
            if name == "exp" and self._peek() == "(":
                self._expect("(")
                name, exponential = self._name(), True
                self._expect(")")
            self._expect("=")
            value = self._value(0)
            span = Span(start, self._place)
            if name in found:
                _refuse(f"{name} is given twice", self._source, span)
            found[name] = _Given(value, exponential, span)
            if not self._source[self._place :].strip():
                break
            self._expect(",")
        return found

    def _value(self, depth: int) -> _Value:
        start = self._start()
        token = self._next()
        if token == "?":
            return None
        if token == "(":
            if depth >= _MAX_DEPTH:
                self._wrong(start, f"nested deeper than {_MAX_DEPTH} levels")
            parts = [self._value(depth + 1)]
            while self._peek() == ",":
                self._expect(",")
                parts.append(self._value(depth + 1))
            self._expect(")")
            return tuple(parts)
        if not (token[:1].isdigit() or token[:1] == "-"):
            self._wrong(start, "expected a number such as 2 or -1/3, or a list (1, 2)")
        if len(token) > _MAX_DIGITS:
            self._wrong(start, f"a number of more than {_MAX_DIGITS} digits")
        top, _, bottom = token.partition("/")
        if bottom and not int(bottom):
            self._wrong(start, "division by zero")
        return Fraction(top) / int(bottom or 1)

    def _name(self) -> str:
        start = self._start()
        token = self._next()
        if not token[:1].isalpha():
            self._wrong(start, "expected a name", "write a point as  n=2, k=1, exp(f)=(1, 2)")
        return token

    def _expect(self, sign: str) -> None:
        start = self._start()
        if self._next() != sign:
            self._wrong(start, f"expected {sign}", "write a point as  n=2, k=1, exp(f)=(1, 2)")

    def _start(self) -> int:
        rest = self._source[self._place :]
        return self._place + len(rest) - len(rest.lstrip())

    def _peek(self) -> str:
        matched = _TOKEN.match(self._source, self._place)
        return matched.group().strip() if matched else ""

    def _next(self) -> str:
        token = self._peek()
        self._place = self._start() + len(token)
        return token

    def _wrong(self, start: int, message: str, hint: str = "") -> NoReturn:
        start = min(start, max(0, len(self._source) - 1))
        _refuse(message, self._source, Span(start, max(start + 1, self._place)), hint)


class _Checked:
    """The assignments against the problem: all names there, none unknown, shapes and facts kept."""

    def __init__(self, problem: Problem, given: Mapping[str, _Given], source: str) -> None:
        self._problem, self._given, self._source = problem, given, source

    def parts(self) -> tuple[Frame, dict[Place, Fraction | None]]:
        """The frame, and the number of every entry; None where the assumptions determine it."""
        problem = self._problem
        known = {*problem.sizes, *problem.indices, *problem.symbols}
        for name, given in self._given.items():
            if name not in known:
                hint = f"its names are {', '.join(sorted(known))}"
                _refuse(f"the claim has no {name}", self._source, given.span, hint)
            symbol = problem.symbols.get(name)
            if given.exponential and (symbol is None or symbol.kind != "real"):
                _refuse(f"e^{name} can be given for a real {name} only", self._source, given.span)
        sizes = {name: self._whole(name, None) for name in problem.sizes}
        for name, fixed in problem.sizes.items():
            if fixed not in (None, sizes[name]):
                self._wrong(name, f"{name} is declared to be {fixed}")
        indices = {name: self._whole(name, sizes[size]) for name, size in problem.indices.items()}
        labels: dict[Place, int] = {}
        numbers: dict[Place, Fraction | None] = {}
        for symbol in problem.symbols.values():
            entries = self._entries(symbol, sizes)
            if symbol.kind in ("label", "index"):
                top = sizes[problem.label_range.get(symbol.name, symbol.axes[0])]
                labels.update({at: self._counted(at[0], v, top) for at, v in entries.items()})
            else:
                numbers.update({at: self._kept(symbol, v) for at, v in entries.items()})
        return Frame(sizes, indices, labels), numbers

    def _value(self, name: str) -> _Value:
        if name not in self._given:
            end = max(1, len(self._source))
            _refuse(f"{name} has no value", self._source, Span(end - 1, end), f"add  {name}=...")
        return self._given[name].value

    def _wrong(self, name: str, message: str) -> NoReturn:
        _refuse(message, self._source, self._given[name].span)

    def _whole(self, name: str, top: int | None) -> int:
        return self._counted(name, self._value(name), top)

    def _counted(self, name: str, value: _Value, top: int | None) -> int:
        if not isinstance(value, Fraction) or value.denominator != 1 or value < 1:
            self._wrong(name, f"{name} is a whole number from 1")
        if top is not None and value > top:
            self._wrong(name, f"{name} is at most {top} here")
        return int(value)

    def _entries(self, symbol: Symbol, sizes: Mapping[str, int]) -> dict[Place, _Value]:
        """The value of every entry of the symbol, by its place."""
        shape = tuple(sizes[axis] for axis in symbol.axes)

        def flat(value: _Value, left: tuple[int, ...]) -> Iterator[_Value]:
            if not left:
                if isinstance(value, tuple):
                    self._wrong(symbol.name, f"{symbol.name} is one number")
                yield value
            elif not isinstance(value, tuple) or len(value) != left[0]:
                by = " by ".join(map(str, shape))
                self._wrong(symbol.name, f"{symbol.name} has {by} entries: (1, 2, ...)")
            else:
                for part in value:
                    yield from flat(part, left[1:])

        values = list(flat(self._value(symbol.name), shape))
        places = itertools.product(*(range(1, size + 1) for size in shape))
        return {(symbol.name, at): value for at, value in zip(places, values, strict=True)}

    def _kept(self, symbol: Symbol, value: _Value) -> Fraction | None:
        assert not isinstance(value, tuple)
        if self._given[symbol.name].exponential:
            if value is not None and value <= 0:
                self._wrong(symbol.name, f"e^{symbol.name} is greater than 0")
        elif value is not None and not _is_of_kind(symbol.kind, value):
            self._wrong(symbol.name, f"{symbol.name} is declared {symbol.kind}")
        return value


def _is_of_kind(kind: str, value: Fraction) -> bool:
    match kind:
        case "positive":
            return value > 0
        case "unit":
            return 0 < value < 1
        case "bit":
            return value in (0, 1)
        case "sign":
            return value in (-1, 1)
        case "integer":
            return value.denominator == 1 and value > 0
        case "simplex":
            return value >= 0
        case _:
            return True


def _evaluate(
    problem: Problem,
    frame: Frame,
    numbers: Mapping[Place, Fraction | None],
    given: Mapping[str, _Given],
    arithmetic: Any,
    source: str,
) -> Evaluation:
    """Both sides in one arithmetic. Raises Unsupported where it cannot follow."""

    def draw(symbol: Symbol, at: tuple[int, ...]) -> Any:
        known = numbers[symbol.name, at]
        value = arithmetic.const(known or Fraction(0))
        return arithmetic.log(value) if known and given[symbol.name].exponential else value

    whole = Span(0, max(1, len(source)))
    try:
        point = fill(problem, frame, arithmetic, draw, random.Random(0))
    except Undefined as error:
        _refuse(str(error), source, whole)
    for place, value in numbers.items():
        wanted = draw(problem.symbols[place[0]], place[1])
        if value is not None and _apart(arithmetic, point.numbers[place], wanted):
            message = f"the facts and assumptions do not hold with this {place[0]}"
            _refuse(message, source, given[place[0]].span)
    evaluator = Evaluator(problem, arithmetic, point)
    if not all(evaluator.holds(condition) for condition in problem.where):
        _refuse("the condition on the indices does not hold here", source, whole)
    left, right = _side(evaluator, problem.left), _side(evaluator, problem.right)
    differ: bool | None = (left is None) != (right is None)
    if left is not None and right is not None:
        differ = _differ(arithmetic, left, right)
    exact = isinstance(arithmetic, Rational)
    return Evaluation(
        ", ".join(_written(name, item) for name, item in given.items()),
        _shown(arithmetic, left),
        _shown(arithmetic, right),
        differ,
        exact,
    )


def _apart(arithmetic: Any, a: Any, b: Any) -> bool:
    minus = arithmetic.const(Fraction(-1))
    return not arithmetic.may_be_zero(arithmetic.add(a, arithmetic.mul(minus, b)))


def _differ(arithmetic: Any, left: Any, right: Any) -> bool | None:
    if isinstance(arithmetic, Rational):
        return bool(left != right)
    return True if arithmetic.disjoint(left, right) else None


def _side(evaluator: Evaluator[Any], node: Node) -> Any:
    try:
        return evaluator.value(node)
    except ByConvention:
        raise Unsupported("a power of 0") from None
    except Undefined:
        return None


def _shown(arithmetic: Any, value: Any) -> str:
    if value is None:
        return "undefined"
    return str(value) if isinstance(arithmetic, Rational) else arithmetic.show(value)


def _written(name: str, item: _Given) -> str:
    def value(part: _Value) -> str:
        if isinstance(part, tuple):
            return f"({', '.join(map(value, part))})"
        return "?" if part is None else str(part)

    return f"{f'exp({name})' if item.exponential else name}={value(item.value)}"
