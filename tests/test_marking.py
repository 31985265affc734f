"""Which part of a formula a step is shown to have changed."""

from __future__ import annotations

import re

import pytest

from derive import derivation
from derive.catalogue import CATALOGUE
from reports.formulas import tokens
from reports.marking import mark
from reports.steps import Shown, Step
from reports.words import Words

BOX = re.compile(r"\\boxed\{")


def test_the_very_occurrence_that_changed_is_boxed() -> None:
    before, after = r"e^{x} + e^{x} \, y", r"e^{x} + 1 \, y"
    assert mark(before, after, "e^{x}", "1") == (
        r"e^{x}+\boxed{e^{x}}\,y",
        r"e^{x}+\boxed{1}\,y",
    )


def test_all_occurrences_are_boxed_where_all_changed() -> None:
    shown = mark(r"a + \frac{a}{b}", r"c + \frac{c}{b}", "a", "c")
    assert [each.count(r"\boxed") for each in shown] == [2, 2]


@pytest.mark.parametrize(
    ("before", "after", "part", "new"),
    [
        ("x", "y", "x", "y"),
        ("x + x + y", "z", "x", "w"),
        (r"\frac{\partial L}{\partial f_{k}}", "0", "f_{k}", "1"),
        (r"\partial L", "x", "L", "y"),
        # The part's own letter stands in the new formula at a place that did not change.
        (r"\delta_{jk} + g_{m}", r"\delta_{jk} + \delta_{mk} + h", "g_{j}", r"\delta_{jk}"),
    ],
)
def test_nothing_is_boxed_where_the_place_is_not_plain(
    before: str, after: str, part: str, new: str
) -> None:
    assert mark(before, after, part, new) == ("", "")


def test_a_bound_letter_that_the_formula_calls_otherwise_is_followed() -> None:
    before = r"\delta_{jk} \, \sum_{m} \frac{\partial f_{m}}{\partial f_{k}}"
    after = r"\delta_{jk} \, \sum_{m} \delta_{mk}"
    shown = mark(before, after, r"\frac{\partial f_{j}}{\partial f_{k}}", r"\delta_{jk}")
    assert shown == (
        r"\delta _{jk}\,\sum _{m}\boxed{\frac {\partial f_{m}}{\partial f_{k}}}",
        r"\delta _{jk}\,\sum _{m}\boxed{\delta _{mk}}",
    )


def test_new_brackets_belong_to_what_came() -> None:
    shown = mark("a \\, u", r"a \, \left(v + w\right)", "u", "v + w")
    assert shown == (r"a\,\boxed{u}", r"a\,\boxed{\left (v+w\right )}")


def boxes(marked: str) -> list[str]:
    """What stands in each box."""
    found = []
    for opening in BOX.finditer(marked):
        depth, position = 1, opening.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(marked[position], 0)
            position += 1
        found.append(marked[opening.end() : position - 1])
    return found


def steps_of(name: str) -> list[Step]:
    row, page = CATALOGUE[name], Shown(Words("en"))
    data = [derivation(name), derivation(name, order=2)]
    data += [derivation(name, path="textbook")] if row.inner else []
    shown = [page.derivation(each.to_json(), f"d{i}") for i, each in enumerate(data)]
    return [step for one in shown for part in one.every() for step in part.steps]


@pytest.mark.parametrize("name", ["softmax-nll", "softmax", "focal", "squared-error"])
def test_what_stands_around_the_boxes_is_the_same_on_both_sides(name: str) -> None:
    steps = steps_of(name)
    both = [step for step in steps if step.before.marked and step.after.marked]
    assert len(both) > len(steps) / 3
    for step in both:
        before, after = (_around(shown.marked) for shown in (step.before, step.after))
        assert before == after, step


def _around(marked: str) -> list[str]:
    """What stands outside of the boxes, but for the signs and brackets that go with them."""
    for inside in boxes(marked):
        marked = marked.replace(rf"\boxed{{{inside}}}", "")
    return [t for t in tokens(marked) if t not in {"+", "-", r"\left", r"\right", "(", ")", r"\,"}]
