"""The table of symbols: what every letter of a report stands for, as `derive` resolved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from derive.problem import Problem
from derive.read.facts import read_facts
from derive.read.formula import read_equation
from derive.scope import resolve
from derive.syntax import Entry, Ind, Name, Node, Reduce, Rel, walk, written
from reports.figures import Cell, Table
from reports.formulas import Formula, shown
from reports.words import Words

# What a letter is called when the loss comes from the catalogue, whose letters are the field's.
_CATALOGUE_NAMES = {
    "f": "logits",
    "z": "logits",
    "p": "probability",
    "L": "loss",
    "t": "target",
    "w": "weight",
    "T": "temperature",
    "eps": "smoothing",
    "gamma": "focus",
    "alpha": "weight",
    "H": "entropy",
    "Z": "normaliser",
    "E": "loss",
    "s": "similarity",
    "W": "layer",
    "x": "input",
    "b": "bias",
}
# Where a loss means something of its own by a letter.
_LOSS_NAMES: Mapping[str, Mapping[str, str]] = {
    "info-nce": {"p": "row_probability"},
    "clip": {"p": "row_probability", "q": "column_probability"},
    "siglip": {"t": "scale", "m": "match"},
    "distillation": {"q": "teacher", "v": "teacher_logits"},
    "distillation-scaled": {"q": "teacher", "v": "teacher_logits"},
    "focal-binary": {"q": "right_answer", "t": "sign"},
    "focal-binary-balanced": {"q": "positive", "alpha": "positive_weight"},
    "bce-pos-weight": {"w": "positive_weight"},
    "sigmoid": {"q": "positive"},
    "confidence-penalty": {"beta": "penalty"},
    "dpo": {"u": "preferred", "r": "other_answer", "beta": "sharpness"},
}
_SIZES = {"n": "classes", "N": "samples"}
_FREE = {"n": "class", "N": "sample"}
_SUMMED = {"n": "summed_class", "N": "summed_sample"}

_Row = tuple[Formula, str, str]


def problem_of(data: Mapping[str, Any]) -> Problem:
    """The claim of a derivation's JSON in its setting, as `derive` resolves it."""
    given = [read_equation(item["text"]) for item in data["given"]]
    facts = [fact for text in data["declared"] for fact in read_facts(text)]
    return resolve(read_equation(data["claim"]["text"]), given, facts)


def scope(problem: Problem) -> str:
    """What a proof of the claim ranges over: "classes", "samples" (and classes), "sizes", ""."""
    symbolic = {size for size, value in problem.sizes.items() if value is None}
    if not symbolic:
        return ""
    return {frozenset("n"): "classes", frozenset("nN"): "samples"}.get(frozenset(symbolic), "sizes")


def symbols(data: Mapping[str, Any], words: Words, *, catalogued: bool) -> Table:
    """One row for every symbol of the derivation's claim and definitions."""
    setting = _Setting(data, words, catalogued)
    rows = [*setting.given(), *setting.indices(), *setting.deltas()]
    return Table(
        caption=words("symbols_caption"),
        head=tuple(Cell(words(key)) for key in ("symbol", "meaning", "range")),
        rows=tuple((Cell(formula=sign), Cell(what), Cell(values)) for sign, what, values in rows),
        kind="words",
    )


class _Setting:
    """A claim and its definitions, as written and as resolved."""

    def __init__(self, data: Mapping[str, Any], words: Words, catalogued: bool) -> None:
        pairs = [read_equation(item["text"]) for item in (*data["given"], data["claim"])]
        facts = [fact for text in data["declared"] for fact in read_facts(text)]
        self._trees = [side for pair in pairs for side in (pair.left, pair.right)]
        self._kinds = {fact.name: fact.kind for fact in facts}
        self._problem = problem_of(data)
        self._words = words
        self._names = (
            {**_CATALOGUE_NAMES, **_LOSS_NAMES.get(data["loss"], {})} if catalogued else {}
        )

    def given(self) -> Iterator[_Row]:
        """Arrays and scalars, defined ones first, then sizes."""
        words, problem = self._words, self._problem
        for name in problem.definitions:
            # A one-hot target is declared; that it stands for a delta is the resolver's doing.
            kind = self._kinds.get(name, "defined")
            meaning = self._called(name, "defined" if kind == "defined" else "name")
            yield self._entry(name), meaning, words(f"range_{kind}")
        for name, symbol in problem.symbols.items():
            label = symbol.kind in {"label", "index"}
            size = problem.label_range.get(name, "")
            meaning = words("meaning_label") if label else self._called(name, "name")
            values = words("range_index" if label else f"range_{symbol.kind}", size=size)
            yield self._entry(name), meaning, values
        for size in problem.sizes:
            meaning = words(f"meaning_{_SIZES.get(size, 'size')}")
            yield shown(Name(size)), meaning, words("range_size")

    def indices(self) -> Iterator[_Row]:
        """Free indices that are written down, then those that a sum runs over."""
        words, problem = self._words, self._problem
        names = {part.id for part in self._parts() if isinstance(part, Name)}
        for index, size in problem.indices.items():
            if index in names:
                role = "label" if self._kinds.get(index) == "label" else _FREE.get(size, "index")
                yield shown(Name(index)), words(f"meaning_{role}"), words("range_index", size=size)
        bodies = [definition.body for definition in problem.definitions.values()]
        summed = {
            written(part.index): part.over
            for tree in (*bodies, problem.left, problem.right)
            for part in walk(tree)
            if isinstance(part, Reduce)
        }
        for index, size in summed.items():
            if index not in problem.indices:
                meaning = words(f"meaning_{_SUMMED.get(size, 'summed')}")
                yield shown(Name(index)), meaning, words("range_index", size=size)

    def deltas(self) -> Iterator[_Row]:
        """The first delta that occurs: it stands for all of them."""
        found = (p for p in self._parts() if isinstance(p, Ind) and isinstance(p.condition, Rel))
        for delta in islice(found, 1):
            yield shown(delta), self._words("meaning_delta"), self._words("range_bit")

    def _called(self, name: str, otherwise: str) -> str:
        return self._words(f"meaning_{self._names.get(name, otherwise)}")

    def _parts(self) -> Iterator[Node]:
        for tree in self._trees:
            yield from walk(tree)

    def _entry(self, name: str) -> Formula:
        """The name with the indices that it is first seen with."""
        entries = (p for p in self._parts() if isinstance(p, Entry) and p.base == name)
        return shown(next(entries, Name(name)))
