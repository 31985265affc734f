"""Repairs: the nearest formula that makes a wrong claim provable, and what the change says.

Candidates are edits of the wrong formula (`derive.edits`) and what solves it for one of its parts
(`derive.holes`). They are compared with the true side at random points; of those that agree the
nearest as written come first, and one is shown only if it is then proved.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from derive.edits import EDITS, LIKELY, variants
from derive.holes import Field, Filling, Quantities, Term, Values, fillings, holes, opposite, tidy
from derive.problem import Problem, reachable, with_one_hot_entries
from derive.rules import RULES
from derive.show import text
from derive.syntax import (
    Add,
    Call,
    Deriv,
    Div,
    Entry,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    canonical,
    children,
    free_names,
    mul,
    num,
    rebuild,
    walk,
)
from derive.vocabulary import quantities
from derive.witness.sieve import Sieve

_EXPONENTIALS = frozenset({"exp", "sigma", "softplus", "tanh"})
MAX_CANDIDATES = 4_000
MAX_PROOFS = 4
# An entry or a delta is one thing that is written, like a sign.
_THINGS = re.compile(r"delta\([^()]*\)|\w+\[[^\[\]]*\]|\w+|\S")


@dataclass(frozen=True)
class Repair:
    """The claim with one side mended, and the code of the mistake.

    `formula` is the right formula; `shown` is how it is told: the whole claim where it was the left
    side that was mended.
    """

    code: str
    formula: Node
    shown: str


@dataclass(frozen=True)
class _Candidate:
    code: str
    formula: Node


def repair(problem: Problem, proves: Callable[[Problem], bool]) -> Repair | None:
    """The nearest right formula in place of the right side.

    The left side is mended only where the right one is a bare derivative and the left is none.
    """
    flipped = isinstance(problem.right, Deriv) and not _derived(problem.left)
    wrong, true = (problem.left, problem.right) if flipped else (problem.right, problem.left)
    search = _Search(problem, wrong, true)
    tried: set[Node] = set()
    for stage in (search.single_edits, search.larger_terms, search.two_edits):
        for found in itertools.islice(_nearest(wrong, stage(), tried), MAX_PROOFS):
            if proves(problem.claiming(true, found.formula)):
                mended = text(with_one_hot_entries(found.formula))
                shown = f"{mended} == {text(true)}" if flipped else mended
                return Repair(found.code, found.formula, shown)
    return None


def _derived(node: Node) -> bool:
    return any(isinstance(part, Deriv) for part in walk(node))


def _nearest(wrong: Node, candidates: Iterable[_Candidate], tried: set[Node]) -> list[_Candidate]:
    """New candidates, the fewest things rewritten first, then the shortest."""
    found: dict[Node, tuple[tuple[int, int, int], _Candidate]] = {}
    before = _THINGS.findall(text(wrong))
    for candidate in candidates:
        key = canonical(candidate.formula)
        if key not in tried and key not in found and not _stutters(key):
            after = _THINGS.findall(text(candidate.formula))
            found[key] = (_distance(before, after), candidate)
    tried.update(found)
    return [candidate for _, candidate in sorted(found.values(), key=lambda pair: pair[0])]


def _stutters(node: Node) -> bool:
    """Whether a term stands twice in one sum: u + u is better told as 2*u."""
    sums = (part.terms for part in walk(node) if isinstance(part, Add))
    return any(len(set(terms)) < len(terms) for terms in sums)


def _distance(before: list[str], after: list[str]) -> tuple[int, int, int]:
    """Things taken out and put in; the length; how little stands unbroken at either end."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    whole = max(_agreeing(before, after), _agreeing(before[::-1], after[::-1]))
    return len(before) + len(after) - 2 * kept, len(after), -whole


def _agreeing(before: list[str], after: list[str]) -> int:
    """How many things are the same from the start."""
    pairs = zip(before, after, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


class _Search:
    """The candidates for one wrong formula, stage by stage; all agree with the true side."""

    def __init__(self, problem: Problem, wrong: Node, true: Node) -> None:
        sieve = Sieve(problem, true)
        self._problem, self._wrong, self._true, self._sieve = problem, wrong, true, sieve
        self._field = Field(sieve.modulus)
        self._values: dict[Node, Values | None] = {}
        self._singles: list[_Candidate] = []

    def single_edits(self) -> Iterator[_Candidate]:
        """One edit, or one quantity put in, beside or in place of a part."""
        yield from self._passing(_whole(self._problem, self._wrong, self._sieve))
        yield from self._passing(self._remembered(self._edits(self._wrong, len(EDITS))))
        yield from self._passing(self._solved(self._wrong, 1))

    def larger_terms(self) -> Iterator[_Candidate]:
        """A product of two quantities; one or two in the formula multiplied out."""
        yield from self._passing(self._solved(self._wrong, 2))
        expanded = _expanded(self._wrong)
        if expanded != self._wrong:
            for count in (1, 2):
                yield from self._passing(self._solved(expanded, count))

    def two_edits(self) -> Iterator[_Candidate]:
        """A product of three quantities; two edits of the likely kinds."""
        yield from self._passing(self._solved(self._wrong, 3))
        yield from self._passing(itertools.islice(self._second_edits(), MAX_CANDIDATES))

    def _second_edits(self) -> Iterator[_Candidate]:
        for once in self._singles:
            for both in _whole(self._problem, once.formula, self._sieve):
                yield _Candidate(once.code, both.formula)
        for once in self._singles:
            for both in self._edits(once.formula, LIKELY):
                yield _Candidate(once.code, both.formula)

    def _edits(self, formula: Node, rows: int) -> Iterator[_Candidate]:
        for code, edit in EDITS[:rows]:
            for changed in variants(self._problem, formula, edit, dict(self._problem.indices)):
                yield _Candidate(code, changed)

    def _remembered(self, candidates: Iterable[_Candidate]) -> Iterator[_Candidate]:
        for candidate in itertools.islice(candidates, MAX_CANDIDATES):
            self._singles.append(candidate)
            yield candidate

    def _passing(self, candidates: Iterable[_Candidate]) -> Iterator[_Candidate]:
        return (c for c in candidates if self._sieve.passes(c.formula))

    def _solved(self, formula: Node, count: int) -> Iterator[_Candidate]:
        said = canonical(self._true)
        every = list(holes(formula, self._sieve.wanted, self._value, self._field))
        # The smallest part first: what mends it names the mistake best.
        for hole in reversed(every):
            for filling in fillings(hole, self._known, self._value, self._field, count):
                if canonical(filling.formula) != said:
                    yield _Candidate(_code(self._problem, filling), filling.formula)

    @cached_property
    def _known(self) -> Quantities:
        return Quantities(
            quantities(self._problem, self._wrong, self._true), self._value, self._field
        )

    def _value(self, node: Node) -> Values | None:
        if node not in self._values:
            self._values[node] = self._sieve.values(node)
        return self._values[node]


def _whole(problem: Problem, wrong: Node, sieve: Sieve) -> Iterator[_Candidate]:
    """A factor on the whole formula: a sign, a number, a size, a parameter."""
    ratio = sieve.ratio(wrong)
    if ratio is not None and ratio != 1:
        scaled = opposite(wrong) if ratio == -1 else tidy(mul(num(ratio), wrong))
        yield _Candidate("GP101" if ratio == -1 else "GP102", scaled)
    for size in problem.sizes:
        yield _Candidate("GP103", tidy(Div(wrong, Name(size))))
        yield _Candidate("GP103", tidy(mul(Name(size), wrong)))
    for symbol in problem.symbols.values():
        if not symbol.axes and symbol.kind in ("positive", "real", "unit"):
            name, code = Name(symbol.name), _code_of_parameter(problem, {symbol.name})
            for factor in (name, Pow(name, num(2))):
                yield _Candidate(code, tidy(Div(wrong, factor)))
                yield _Candidate(code, tidy(mul(factor, wrong)))


def _expanded(node: Node) -> Node:
    """The formula with products of sums multiplied out, a fraction's numerator included."""
    parts = children(node)
    if isinstance(node, Add | Neg | Mul | Div):
        node = rebuild(node, tuple(map(_expanded, parts)))
    if isinstance(node, Mul):
        spread = RULES["distribute"].apply(node)
        if spread is not None:
            return tidy(_expanded(spread))
    return tidy(node)


def _code(problem: Problem, filling: Filling) -> str:
    """Which mistake it is that a filling mends."""
    term, part = filling.term, filling.part
    made_of = (*term.over, *term.under)
    if any(isinstance(node, Ind) for node in made_of):
        return "GP201"
    if filling.kind == "factor":
        if any(isinstance(node, Reduce) and isinstance(node.body, Entry) for node in term.over):
            return "GP402"
        return _code_of_factor(problem, term)
    if filling.kind == "instead":
        return _code_of_replacement(problem, part, term)
    summed = any(isinstance(node, Reduce) for node in made_of)
    return "GP201" if summed else "GP106"


def _code_of_factor(problem: Problem, term: Term) -> str:
    made_of = (*term.over, *term.under)
    if any(isinstance(inner, Entry | Call | Reduce) for node in made_of for inner in walk(node)):
        return "GP105"
    names = frozenset().union(*map(free_names, made_of))
    if names & problem.sizes.keys():
        return "GP103"
    if names & problem.symbols.keys():
        return _code_of_parameter(problem, names & problem.symbols.keys())
    return "GP105" if names else "GP101" if term.number == -1 else "GP102"


def _code_of_parameter(problem: Problem, names: Set[str]) -> str:
    """A temperature where an exponential is taken of something times or over it."""
    real = all(problem.symbols[name].kind in ("positive", "real", "unit") for name in names)
    return "GP104" if real and names <= _scales(problem) else "GP105"


def _scales(problem: Problem) -> set[str]:
    """The numbers that multiply or divide what an exponential is taken of."""
    trees = (problem.left, problem.right, *(d.body for d in problem.definitions.values()))
    parts = (part for tree in trees for part in walk(tree) if isinstance(part, Call))
    args = tuple(part.arg for part in parts if part.function in _EXPONENTIALS)
    inner = reachable(args, problem.definitions) & problem.definitions.keys()
    within = (*args, *(problem.definitions[name].body for name in inner))
    products = (part for tree in within for part in walk(tree) if isinstance(part, Mul | Div))
    return {part.id for each in products for part in children(each) if isinstance(part, Name)}


def _code_of_replacement(problem: Problem, part: Node, term: Term) -> str:
    new = term.over[0] if len(term.over) == 1 and not term.under and term.number == 1 else None
    match part, new:
        case Entry(base=old, indices=at), Entry(base=base, indices=indices) if old == base:
            return "GP205" if len(at) > 1 and at == indices[::-1] else "GP202"
        case Call(function="sigma"), Entry(base=base) if base in problem.definitions:
            return "GP304"
        case Call(function=old), Call(function=function) if old == function:
            return "GP101"
        case Num(), None if not term.over:
            return "GP102"
    own = free_names(part)
    if own and not any(isinstance(inner, Entry) for inner in walk(part)):
        return _code_of_factor(problem, term)
    return "GP105"


def diagnosis_of(problem: Problem, condition: str | None) -> str | None:
    """The code of a mistake that the condition or the indices give away, before any repair."""
    if condition and condition.endswith("is one-hot"):
        return "GP401"
    if condition and condition.startswith("sum(") and condition.endswith("== 1"):
        return "GP402"
    left, right = (
        free_names(side) & problem.indices.keys() for side in (problem.left, problem.right)
    )
    return "GP204" if right - left - _defined_indices(problem) else None


def _defined_indices(problem: Problem) -> set[str]:
    """Indices that the definitions bring in by themselves, such as a label."""
    return {
        name
        for definition in problem.definitions.values()
        for name in free_names(definition.body) - set(definition.params)
    }
