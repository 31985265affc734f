"""The table of symbols: what every letter of a report stands for, as `derive` resolved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from derive.read.facts import read_facts
from derive.read.formula import read_equation
from derive.problem import Problem
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
    problem = problem_of(data)
    written_out = [read_equation(item["text"]) for item in (*data["given"], data["claim"])]
    trees = [side for pair in written_out for side in (pair.left, pair.right)]
    labels = {
        fact.name for text in data["declared"] for fact in read_facts(text) if fact.kind == "label"
    }
    rows = [
        *_given(problem, trees, words, catalogued),
        *_indices(problem, labels, words),
        *_deltas(trees, words),
    ]
    return Table(
        caption=words("symbols_caption"),
        head=tuple(Cell(words(key)) for key in ("symbol", "meaning", "range")),
        rows=tuple((Cell(formula=sign), Cell(what), Cell(values)) for sign, what, values in rows),
        kind="words",
    )


def _given(problem: Problem, trees: list[Node], words: Words, catalogued: bool) -> Iterator[_Row]:
    """Arrays and scalars, defined ones first, then sizes."""

    def named(name: str, otherwise: str) -> str:
        known = _CATALOGUE_NAMES.get(name, "") if catalogued else ""
        return words(f"meaning_{known or otherwise}")

    for name in problem.definitions:
        yield _entry(name, trees), named(name, "defined"), words("range_defined")
    for name, symbol in problem.symbols.items():
        what = words("meaning_label") if symbol.kind == "label" else named(name, "name")
        values = "range_index" if symbol.kind in {"label", "index"} else f"range_{symbol.kind}"
        yield _entry(name, trees), what, words(values, size=problem.label_range.get(name, ""))
    for size in problem.sizes:
        meaning = f"meaning_{_SIZES.get(size, 'size')}"
        yield shown(Name(size)), words(meaning), words("range_size")


def _indices(problem: Problem, labels: set[str], words: Words) -> Iterator[_Row]:
    """Free indices, then those that a sum runs over."""
    for index, size in problem.indices.items():
        role = "label" if index in labels else _FREE.get(size, "index")
        values = words("range_index", size=size)
        yield shown(Name(index)), words(f"meaning_{role}"), values
    bodies = [definition.body for definition in problem.definitions.values()]
    summed = {
        written(node.index): node.over
        for tree in [*bodies, problem.left, problem.right]
        for node in walk(tree)
        if isinstance(node, Reduce)
    }
    for index, size in summed.items():
        if index not in problem.indices:
            meaning = words(f"meaning_{_SUMMED.get(size, 'summed')}")
            yield shown(Name(index)), meaning, words("range_index", size=size)


def _deltas(trees: list[Node], words: Words) -> Iterator[_Row]:
    """The first delta that occurs: it stands for all of them."""
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Ind) and isinstance(node.condition, Rel):
                yield shown(node), words("meaning_delta"), words("range_bit")
                return


def _entry(name: str, trees: list[Node]) -> Formula:
    """The name with the indices that it is first seen with."""
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Entry) and node.base == name:
                return shown(node)
    return shown(Name(name))
