"""Conditions on numbers: what holds where x > 0, |x - a| < d or b != a, and only there."""

from __future__ import annotations

import pytest

from derive import verify
from derive.decide import pose
from derive.errors import FormulaError
from derive.witness.recompute import recompute

SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
RENYI = [SOFTMAX, "R = log(sum(p[j]**a, j))/(1 - a)"]
HUBER = ["H = cases((x - a)**2/2, abs(x - a) <= D, D*(abs(x - a) - D/2))"]
HINGE = ["L = max(0, 1 - t*z)"]

# Claim, definitions, condition.
PROVED = [
    ("abs(b - a) == b - a", [], "b > a"),
    ("abs(b - a) == b - a", [], "b >= a"),
    ("abs(b - a) == a - b", [], "not b > a"),
    ("max(x, 0) == 0", [], "x < 0"),
    ("max(x, 0) == x", [], "x >= 0"),
    ("max(x, 1) == x", [], "x > 2"),
    ("max(x, z) + abs(x) == 2*x", [], "x > 0 and z < 0"),
    ("d(abs(x), x)*abs(x) == x", [], "x != 0"),
    ("d(abs(x), x)**2 == 1", [], "x < 0 or x > 0"),
    ("(a**2 - b**2)/(a - b) == a + b", [], "a != b"),
    ("x/(x + z) + z/(x + z) == 1", [], "x > 0 and z >= 0"),
    ("abs(x)*ind(abs(x) > 1) == abs(x)", [], "x > 1 or x < -1"),
    ("d(log(b - a), b) == 1/(b - a)", [], "a < b"),
    ("d(L, z) == -t", HINGE, "t*z < 1"),
    ("d(L, z) == 0", HINGE, "t*z > 1"),
    ("d(H, x) == x - a", HUBER, "abs(x - a) < D"),
    ("d(H, x) == D", HUBER, "x - a > D and D > 0"),
    ("d(H, x) == -D", HUBER, "a - x > D and D > 0"),
    ("d(max(z[k], 0), z[k]) == 1", [], "z[k] > 0"),
    ("d(max(z[k], 0), z[l]) == delta(k, l)", [], "z[k] > 0"),
    # of a letter that the claim has not the condition is on every entry
    ("d(max(z[l], 0), z[l]) == 1", [], "z[k] > 0"),
    ("sum(w[j]*p[j], j)/sum(w[j], j) == sum(w[j]*p[j]/sum(w[i], i), j)", [SOFTMAX], "w[j] > 0"),
    (
        "d(R, f[k]) == a*p[k]*(p[k]**(a - 1) - sum(p[j]**a, j))/((1 - a)*sum(p[j]**a, j))",
        RENYI,
        "a != 1",
    ),
]


@pytest.mark.parametrize(("claim", "given", "where"), PROVED)
def test_right_where_the_condition_holds(claim: str, given: list[str], where: str) -> None:
    found = verify(claim, given=given, where=where)
    assert found.status == "proved", found.reason


@pytest.mark.parametrize(("claim", "given", "where"), PROVED)
def test_the_condition_is_what_makes_it_right(claim: str, given: list[str], where: str) -> None:
    """Without it there is no proof, but where a definition needs as much itself."""
    if given != RENYI and "sum" not in claim:
        assert verify(claim, given=given).status != "proved"


# Wrong at some point at which the condition holds: on its edge, in a corner, beyond its reach.
WRONG = [
    ("max(x, 0) == x", [], "x < 1"),
    ("max(x, 1) == x", [], "x > 0"),
    ("abs(x - z) == x - z", [], "x > 0 and z > 0"),
    ("abs(b - a) == a - b", [], "b > a"),
    ("abs(x) == x", [], "x != 0"),
    ("abs(x)*ind(x > 0) == abs(x)", [], "x*z > 0"),
    ("ind(x > 0) == 1", [], "x >= 0"),
    ("d(max(x, 0), x) == 1", [], "x >= 0"),
    ("d(abs(x), x) == 1", [], "x >= 0"),
    ("d(L, z) == -t", HINGE, "t*z <= 1"),
    ("d(H, x) == x - a", HUBER, "x - a < D"),
    ("d(H, x) == D", HUBER, "x - a > D"),
    ("d(H, x) == x - a", HUBER, "abs(x - a) > D"),
    ("d(max(z[k], 0), z[l]) == 1", [], "z[k] > 0"),
    ("(a**2 - b**2)/(a - b) == a - b", [], "a > b"),
    ("1/(x - 1) == x/(x*(x - 1))", [], "x != 1"),
    ("log(x*z) == log(x) + log(z)", [], "x*z > 0"),
    ("sqrt(x**2) == x", [], "x > -1"),
    (
        "d(R, f[k]) == a*p[k]*(p[k]**(a - 1) - sum(p[j]**a, j))/((a - 1)*sum(p[j]**a, j))",
        RENYI,
        "a != 1",
    ),
]


@pytest.mark.parametrize(("claim", "given", "where"), WRONG)
def test_wrong_somewhere_within_the_condition(claim: str, given: list[str], where: str) -> None:
    assert verify(claim, given=given, where=where).status in ("refuted", "conditional")


def test_a_counterexample_meets_the_condition() -> None:
    found = verify("abs(x) == x", where="x < z and z < 0").to_json()
    values = found["counterexample"]["values"]
    assert float(values["x"]) < float(values["z"]) < 0


def test_a_condition_on_every_entry_refutes_nothing_by_others() -> None:
    found = verify("sum(abs(w[j]), j) == sum(w[j], j)", where="w[i] >= 0")
    assert found.status == "undecided"
    found = verify("sum(abs(w[j]), j) == 2*sum(w[j], j)", where="w[i] >= 0")
    assert found.counterexample is not None
    assert all(float(value) >= 0 for value in found.counterexample.values["w"])


def test_nothing_is_said_where_no_number_meets_the_condition() -> None:
    for claim in ("max(x, 0) == 5", "x == x"):
        assert verify(claim, where="x > 0 and x < 0").status == "undecided"


def test_a_point_outside_of_the_condition_is_refused() -> None:
    problem = pose("abs(x) == x", where="x < 0")
    assert recompute(problem, "x=-2").differ
    with pytest.raises(FormulaError, match="meets all conditions"):
        recompute(problem, "x=2")


def test_names_that_are_numbers_in_the_claim_are_numbers_in_the_condition() -> None:
    assert verify("d((x - z)**2, x) == 2*(x - z)", where="x != z").status == "proved"
    assert verify("f[k]*(1 - delta(k, y)) == f[k]", where="k != y").status == "proved"
