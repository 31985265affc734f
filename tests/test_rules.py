"""Every row of the rule table: its statement is what its function does, and it is true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from mutants import put
from oracle import Undefined, close, setting
from oracle_points import outcome, points
from trees import formulas

from derive import verify
from derive.calculus import derivative_free
from derive.decide import pose
from derive.errors import OutOfFragment
from derive.problem import Problem
from derive.read.formula import Equation, read_equation, read_expression
from derive.rules import DERIVATIVE_RULES, RULES, Rule
from derive.show import text
from derive.syntax import Node, Reduce, children, num, same, transform, walk

# What the letters of a statement stand for when it is judged as a claim. u and v vary with x and z,
# are positive, and are no constant multiples of each other.
MEANING = ("u = x**2 + 2*z**2 + 1", "v = exp(x - z) + x**2")
KINDS = ("c: positive", "w: positive", "k, y: index")
PLAIN = ("u: positive", "v: positive", *KINDS)
ROWS = list(RULES.values())


def by_name(row: Rule) -> str:
    return row.name


def _over_n(tree: Node) -> Node:
    """Sums over the classes, as they are once names are resolved."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce) or part.over:
            return None
        return _over_n(replace(part, over="n"))

    return transform(tree, change)


def sides(row: Rule) -> tuple[Node, Node]:
    stated = read_equation(row.statement)
    return _over_n(stated.left), _over_n(stated.right)


def told(row: Rule) -> dict[str, tuple[str, ...]]:
    """Definitions and declarations that make a statement a claim of its own."""
    if row.statement.startswith("d("):
        return {"given": MEANING, "declare": KINDS}
    return {"given": (), "declare": PLAIN}


def what_is_wrong(row: Rule) -> list[str]:
    """Everything that is wrong with a row, in words."""
    left, right = sides(row)
    found = []
    after = row.apply(left)
    if after is None:
        found.append("does not fire on its statement")
    elif not same(after, right):
        found.append(f"makes {text(after)} of its statement")
    if row.apply(_over_n(read_expression(row.look_alike))) is not None:
        found.append("fires on its look-alike")
    equation = Equation(left, right, row.statement)
    at = setting([equation], **told(row))
    outcomes = [outcome(point, left, right) for point in points(at, [left, right], top=3)]
    if set(outcomes) != {True}:
        found.append("is not true at every point")
    return found


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_a_row_does_what_it_states(row: Rule) -> None:
    assert what_is_wrong(row) == []
    assert row.title
    assert row.name == row.name.lower()


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_a_row_is_proved(row: Rule) -> None:
    verdict = verify(row.statement, **told(row))
    assert (verdict.status, verdict.reason) == ("proved", None)


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_a_row_changes_what_it_fires_on(row: Rule) -> None:
    """A rule that gives its own input back would be a step that does nothing."""
    for other in ROWS:
        for tree in (*sides(other), _over_n(read_expression(other.look_alike))):
            for part in walk(tree):
                after = row.apply(part)
                assert after is None or not same(after, part), text(part)


def _broken(name: str, **changes: object) -> Rule:
    return replace(RULES[name], **changes)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (_broken("d-tanh", statement="d(tanh(u), x) == (1 + tanh(u)**2)*d(u, x)"), "makes"),
        (_broken("d-tanh", statement="d(tanh(u), x) == (1 + tanh(u)**2)*d(u, x)"), "is not true"),
        (_broken("d-log", apply=lambda node: num(1)), "makes 1 of"),
        (_broken("d-log", apply=lambda node: num(1)), "fires on its look-alike"),
        (_broken("sum-add", apply=lambda node: None), "does not fire"),
        (_broken("sum-factor", look_alike="sum(c*b[j], j)"), "fires on its look-alike"),
        (_broken("sum-constant", statement="sum(c, j) == c*(n - 1)"), "is not true"),
        (_broken("sum-delta", statement="sum(a[j]*delta(j, k), j) == a[j]"), "is not true"),
        (_broken("cancel", statement="u*v/u == u"), "is not true"),
        (_broken("d-repeated", statement="d(u, x, z) == d(d(u, x), x)"), "is not true"),
    ],
)
def test_a_broken_row_is_found_out(row: Rule, complaint: str) -> None:
    assert any(complaint in found for found in what_is_wrong(row))


def test_a_broken_row_is_not_proved() -> None:
    row = _broken("d-sigma", statement="d(sigma(u), x) == sigma(u)*(1 + sigma(u))*d(u, x)")
    assert verify(row.statement, **told(row)).status != "proved"


# On any formula: wherever a rule fires, before and after are equal.


def _posed(tree: Node) -> Problem:
    """The formula with a fresh name for every bound letter, as the rules get it."""
    declare = ["f: real[n]", "g: real[n]", "k, l, y: index", "x, z, c: real"]
    return pose(f"{text(tree)} == 0", declare=declare)


def _paths(tree: Node, path: tuple[int, ...] = ()) -> list[tuple[tuple[int, ...], Node]]:
    found = [(path, tree)]
    for place, part in enumerate(children(tree)):
        found += _paths(part, (*path, place))
    return found


def _differ(before: Node, after: Node, *, partly: bool) -> bool:
    """Whether the trees differ at a point where both, or with `partly` either, have a value."""
    at = setting([Equation(before, after, "")], declare=["k, l, y: index"])
    for point in points(at, [before], seed=3, top=3):
        if point.sizes["n"] < 2:
            continue
        values = []
        for side in (before, after):
            try:
                values.append(point.value(side))
            except (Undefined, OverflowError):
                values.append(None)
        if None in values:
            if partly and values[0] is not None:
                return True
        elif not close(*values):
            return True
    return False


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(formulas(4))
def test_rules_keep_the_value_of_any_formula(tree: Node) -> None:
    resolved = _posed(tree).left
    for path, part in _paths(resolved):
        for row in ROWS:
            after = row.apply(part)
            if after is not None:
                whole = put(resolved, path, after)
                assert not _differ(resolved, whole, partly=not row.needs), (row.name, text(part))


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(formulas(4))
def test_derivatives_are_right_on_any_formula(tree: Node) -> None:
    problem = _posed(tree)
    try:
        free = derivative_free(problem, problem.left)
    except OutOfFragment:
        return
    assert not _differ(problem.left, free, partly=False), (text(tree), text(free))


def test_a_broken_rule_shows_on_some_formula() -> None:
    before = _posed(read_expression("sum(f[j]*tanh(x), j)")).left
    after = _posed(read_expression("sum(f[j]*tanh(z), j)")).left
    assert _differ(before, after, partly=False)
    undefined = _posed(read_expression("x/(c - c)")).left
    assert _differ(before, undefined, partly=True)
    assert not _differ(before, undefined, partly=False)


def test_the_table_is_whole() -> None:
    assert len(RULES) >= 40
    assert set(DERIVATIVE_RULES) == {name for name in RULES if name.startswith("d-")}
    assert [row.name for row in ROWS] == list(RULES)
