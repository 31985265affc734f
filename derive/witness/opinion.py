"""The second opinion on a claim: is left - right zero at every pattern of every small size?"""

from __future__ import annotations

import itertools
import math
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from derive.errors import OutOfBudget, OutOfFragment
from derive.problem import Problem, Symbol, reachable
from derive.syntax import Call, Node, Pow, Rel, rational, walk
from derive.witness.arithmetic import OutsidePremises, Undefined, Unsupported
from derive.witness.evaluate import Evaluator
from derive.witness.intervals import Interval, Intervals
from derive.witness.modular import Modular, NoRoot, Residue
from derive.witness.points import Frame, fill, frames, respects_facts, trees

# One random point for each pattern, modulo both: an error survives with probability below 2**-80.
_PRIMES = 2
_DRAWS_OF_BITS = 6
# Signs are drawn so often at a few frames, for signs have little to do with sizes.
_DRAWS_OF_CHARACTERS = 6
_DRAWS_ELSEWHERE = 2
# How often another root of the same sum is tried before two sides count as different.
_BRANCHES = 24
# Every whole number made of these primes is a square modulo the primes drawn.
_SQUARES = 4 * math.prod((2, 3, 5, 7, 11, 13, 17, 19, 23))
_DRAWS_OF_SIGNS = 12
# Random residues are drawn anew where a square root is missing, and where a side has no value.
_REDRAWS = 40
_UNDEFINED = 3
_CLOSE = -128
# Numbers that are compared are multiples of the inverse of this; those of which a condition speaks
# of that, so that what is made of them has small prime factors, and a logarithm their logarithms.
_FINE = 1 << 30
_COARSE = 1 << 6
# How far from 0 they are: further, too, where a condition may ask for it.
_REACHES = (4, 16)


@dataclass(frozen=True)
class Zero:
    """left - right vanished at every frame that was looked at."""

    frames: int


@dataclass(frozen=True)
class Nonzero:
    """left - right did not vanish in some frames; `agreeing` are those in which it did."""

    differing: tuple[Frame, ...]
    agreeing: tuple[Frame, ...]


@dataclass(frozen=True)
class OneSided:
    """In some frames one side has a value and the other has none."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class NoOpinion:
    """The evaluation could not follow the claim; the reason says why."""

    reason: str


Opinion = Zero | Nonzero | OneSided | NoOpinion
_NO_POINT = NoOpinion("no point was found at which both sides have a value")
NO_REAL_POINT = NoOpinion("no real point has a value on both sides")


def modular_opinion(problem: Problem) -> Opinion:
    """Evaluate both sides modulo a product of two primes drawn at run time."""
    found = _modular_opinion(problem, _draws(problem, signed=_minds_signs(problem)))
    if found == _NO_POINT:
        # A definition may ask for a negative number, as log(-2*b) does.
        found = _modular_opinion(problem, _draws(problem, signed=True))
    return found


def _modular_opinion(problem: Problem, draws: Sequence[_Draw]) -> Opinion:
    agreeing: list[Frame] = []
    differing: list[Frame] = []
    one_sided: list[Frame] = []
    try:
        thorough = _spread(problem)
        for frame in frames(problem):
            used = draws if draws[0].alone or frame in thorough else draws[:_DRAWS_ELSEWHERE]
            outcome = {_compare(problem, frame, draw) for draw in used}
            if "differs" in outcome:
                differing.append(frame)
            elif "one-sided" in outcome:
                one_sided.append(frame)
            elif "agrees" in outcome:
                agreeing.append(frame)
    except (OutOfFragment, OutOfBudget, Unsupported) as error:
        return NoOpinion(str(error))
    if differing:
        return Nonzero(tuple(differing), tuple(agreeing))
    if one_sided:
        return OneSided(tuple(one_sided))
    if not agreeing:
        return _NO_POINT
    return Zero(len(agreeing))


def surely_differ(problem: Problem) -> bool:
    """Whether the sides differ at one of two large frames: a quick no before a proof is tried."""
    try:
        draw = _draws(problem, signed=_minds_signs(problem))[0]
        return any(_compare(problem, f, draw) == "differs" for f in _spread(problem)[:2])
    except (OutOfFragment, OutOfBudget, Unsupported):
        return False


@dataclass(frozen=True)
class _Draw:
    """One random point: its primes and seed, and whether its numbers are of both signs.

    `alone`: no other point has numbers of both signs. `compared`: names whose order matters.
    """

    primes: tuple[int, ...]
    seed: int
    signs: bool
    alone: bool
    compared: frozenset[str]
    fine: int

    def again(self, attempt: int) -> Modular:
        """Other random residues; other primes too where a root is missing modulo the first."""
        primes = self.primes if not attempt else draw_primes()[: len(self.primes)]
        return Modular(primes, self.seed + attempt, signs=self.signs)


def _draws(problem: Problem, *, signed: bool) -> list[_Draw]:
    """One random point a frame; more where numbers of two values leave chance too little room.

    Where signs matter the first point has positive numbers only, for all the logarithms there may
    be, and the others have numbers of both signs.
    """
    few = any(symbol.kind in ("bit", "sign") for symbol in problem.symbols.values())
    primes, seed = draw_primes(), secrets.randbits(64)
    count = max(_DRAWS_OF_BITS if few else 1, _DRAWS_OF_CHARACTERS if signed else 1)
    used = tuple(primes[: 1 if signed else _PRIMES])
    seeds = range(seed, seed + count * _REDRAWS, _REDRAWS)
    fine = _COARSE if problem.bounds else _FINE
    told = (not signed, _compared(problem), fine)
    return [_Draw(used, key, signed and key != seed, *told) for key in seeds]


def _compare(problem: Problem, frame: Frame, draw: _Draw) -> str:
    """agrees, differs, one-sided, or undefined (both sides, or no point at all)."""
    outcome, undefined, branches = "undefined", 0, 0
    for attempt in range(_REDRAWS):
        if undefined == _UNDEFINED or branches == _BRANCHES:
            break
        arithmetic = draw.again(attempt)
        rng = random.Random(draw.seed + attempt)
        try:
            drawn = residues(arithmetic, rng, draw.compared, draw.fine)
            point = fill(problem, frame, arithmetic, drawn, rng)
            evaluator = Evaluator(problem, arithmetic, point)
            left, right = _value(evaluator, problem, 0), _value(evaluator, problem, 1)
        except NoRoot:
            continue
        except Unsupported:
            if draw.alone or draw.signs:
                raise
            break
        except Undefined:
            left = right = None
        if left is not None and right is not None:
            if left.value == right.value:
                return "agrees"
            if not arithmetic.chose_branch:
                return "differs"
            outcome, branches = "differs", branches + 1
            continue
        undefined += 1
        # A sum without a sign of its own is as often negative as not: no reason to speak of sides.
        if (left is not None or right is not None) and not draw.signs:
            outcome = "one-sided"
    return outcome


def _value(evaluator: Evaluator[Residue], problem: Problem, side: int) -> Residue | None:
    try:
        return evaluator.value((problem.left, problem.right)[side])
    except OutsidePremises:
        raise
    except Undefined:
        return None


def residues(
    arithmetic: Modular,
    rng: random.Random,
    compared: frozenset[str] = frozenset(),
    fine: int = _FINE,
) -> Callable[[Symbol, tuple[int, ...]], Residue]:
    """Random residues that respect each symbol's kind; of what is compared, random fractions.

    Residues have no order: x > 1 and x < 0 may both seem to be.
    """

    def draw(symbol: Symbol, at: tuple[int, ...]) -> Residue:
        if symbol.kind == "bit":
            return arithmetic.const(Fraction(rng.randint(0, 1)))
        if symbol.kind == "sign":
            return arithmetic.const(Fraction(rng.choice((-1, 1))))
        positive = symbol.kind in ("positive", "unit", "integer")
        if symbol.name in compared and symbol.kind != "integer":
            reach = rng.choice(_REACHES) if fine == _COARSE else _REACHES[0]
            least, most = (
                (1 if positive else -reach * fine),
                (1 if symbol.kind == "unit" else reach) * fine,
            )
            return arithmetic.const(Fraction(rng.randrange(least, most), fine))
        return arithmetic.random(f"{symbol.name}{at}", positive=positive)

    return draw


def draw_primes() -> list[int]:
    """Distinct 61-bit primes p = -1 modulo 8*3*5*7*11*13*17*19*23, new for every opinion.

    No input can aim at them. -1 is no square modulo such a p, and 2 and the odd primes q <= 23 are
    squares: (2/p) = 1 as p = -1 modulo 8, and by reciprocity (q/p) = (p/q) = 1 for q = 1 modulo 4,
    (q/p) = -(p/q) = -(-1/q) = 1 for q = 3 modulo 4. So a whole number made of these is a square
    just if it is positive, and the root that is itself a square stands for the positive root:
    sqrt(8) is 2 sqrt(2). p - 1 = -2 modulo each q, so that roots of order q exist and are unique.
    """
    primes: list[int] = []
    least, most = (1 << 60) // _SQUARES + 1, (1 << 61) // _SQUARES
    while len(primes) < _PRIMES:
        candidate = _SQUARES * (least + secrets.randbelow(most - least)) - 1
        if candidate not in primes and _is_prime(candidate):
            primes.append(candidate)
    return primes


@cache
def _is_prime(candidate: int) -> bool:
    """Miller-Rabin with bases that are conclusive below 2**64 (Jaeschke 1993, Sinclair 2011)."""
    if any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 325, 9375, 28178, 450775, 9780504, 1795265022):
        power = pow(base, odd, candidate)
        if power in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % candidate
            if power == candidate - 1:
                break
        else:
            return False
    return True


def interval_opinion(problem: Problem, bits: int = 256) -> Opinion:
    """Evaluate both sides with rigorous bounds at real points; Zero: |left - right| is tiny."""
    arithmetic = Intervals(bits)
    looked_at, none = 0, NO_REAL_POINT.reason
    try:
        chosen = _spread(problem)
        wanted = _wanted_points(problem, len(chosen))
        for draw, frame in itertools.product(range(_DRAWS_OF_SIGNS), chosen):
            if looked_at == wanted:
                break
            rng = random.Random(f"{draw} {looked_at}")
            try:
                reaches = _REACHES if problem.bounds else _REACHES[:1]
                point = fill(problem, frame, arithmetic, _reals(arithmetic, rng, reaches), rng)
                if not respects_facts(problem, arithmetic, point):
                    continue
                evaluator = Evaluator(problem, arithmetic, point)
                left, right = evaluator.value(problem.left), evaluator.value(problem.right)
            except Undefined:
                continue
            except Unsupported as error:
                # Two numbers that are compared may be equal here, and apart at another point.
                none = str(error)
                continue
            looked_at += 1
            if arithmetic.disjoint(left, right):
                return Nonzero((frame,), ())
            minus = arithmetic.mul(arithmetic.const(Fraction(-1)), right)
            if arithmetic.width_exponent(arithmetic.add(left, minus)) > _CLOSE:
                return NoOpinion("the intervals are too wide")
    except (OutOfFragment, OutOfBudget, Unsupported) as error:
        return NoOpinion(str(error))
    return Zero(looked_at) if looked_at else NoOpinion(none)


def _wanted_points(problem: Problem, count: int) -> int:
    """Several real points where signs matter, which residues do not have; else one a frame."""
    return count * _DRAWS_OF_SIGNS if _minds_signs(problem) or count == 1 else count


def _compared(problem: Problem) -> frozenset[str]:
    """The numbers whose order is asked for, where it is asked for of more than one pair.

    Those of a condition have an order, too.
    """
    parts = (part for tree in trees(problem) for part in walk(tree))
    asked = [p for p in parts if isinstance(p, Rel) and p.op not in ("==", "!=")]
    if len({frozenset((p.left, p.right)) for p in asked}) < 2 and not problem.bounds:
        return frozenset()
    return reachable((*asked, *problem.bounds), problem.definitions) & problem.symbols.keys()


def _minds_signs(problem: Problem) -> bool:
    """Whether the value of a formula hangs on the signs of numbers."""
    return any(_asks_sign(problem, part) for tree in trees(problem) for part in walk(tree))


def _asks_sign(problem: Problem, part: Node) -> bool:
    match part:
        case Call(function="sqrt" | "abs", arg=arg):
            return _has_numbers(problem, arg)
        case Rel(op="<" | "<=" | ">" | ">="):
            return _has_numbers(problem, part)
        case Pow(base=base, exponent=exponent):
            value = rational(exponent)
            fraction = value is not None and value.denominator != 1
            return fraction and _has_numbers(problem, base)
    return False


def _has_numbers(problem: Problem, node: Node) -> bool:
    """Whether the tree depends on more than sizes, indices and labels."""
    numbers = problem.symbols.keys() - problem.label_range.keys()
    return not numbers.isdisjoint(reachable((node,), problem.definitions))


def _spread(problem: Problem) -> list[Frame]:
    """A few frames: a large one whose indices differ, a large one with equal ones, the smallest."""
    every = list(frames(problem))
    least = min((sum(f.sizes.values()) for f in every), default=0)
    chosen = [f for f in every if sum(f.sizes.values()) <= least + 2 + len(f.sizes)]
    differ = [f for f in chosen if len({*f.indices.values()}) == len(f.indices)]
    equal = [f for f in chosen if f not in differ]
    few = [*differ[-1:], *equal[-1:], *chosen[:1]]
    return [frame for place, frame in enumerate(few) if frame not in few[:place]]


def _reals(
    arithmetic: Intervals, rng: random.Random, reaches: Sequence[int]
) -> Callable[[Symbol, tuple[int, ...]], Interval]:
    def draw(symbol: Symbol, at: tuple[int, ...]) -> Interval:
        unit = Fraction(rng.randint(1, 997), 1009)
        match symbol.kind:
            case "bit":
                value = Fraction(rng.randint(0, 1))
            case "sign":
                value = Fraction(rng.choice((-1, 1)))
            case "integer":
                value = Fraction(rng.randint(1, 5))
            case "unit" | "positive":
                value = unit
            case "simplex":
                value = unit / 32
            case _:
                value = rng.choice(reaches) * (unit - Fraction(1, 2))
        return arithmetic.const(value)

    return draw
