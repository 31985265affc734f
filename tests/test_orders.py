"""Claims that compare numbers: right in every order of them, and where they are equal."""

from __future__ import annotations

import pytest

from derive import verify

SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
NLL = [SOFTMAX, "L = -log(p[y])"]

PROVED = [
    "max(x, 0) == (x + abs(x))/2",
    "max(x, 0) - max(-x, 0) == x",
    "max(x, 0) == x*ind(x > 0)",
    "max(x, 1 - z) == (x + 1 - z + abs(x + z - 1))/2",
    "min(x, 0)**2 + max(x, 0)**2 == x**2",
    "ind(x > z) == ind(z < x)",
    "ind(2*x - 2*z > 0) == ind(x > z)",
    "ind(x > 0) + ind(x < 0) + ind(x == 0) == 1",
    "ind(x > 0 and z > 0) == ind(x > 0)*ind(z > 0)",
    "x*ind(x > 0) == x*ind(x >= 0)",
    "ind(x >= z)*(x - z) == ind(x > z)*(x - z)",
    "ind(f[k] >= 0)*f[k] == ind(f[k] > 0)*f[k]",
    # binary cross entropy from logits, as PyTorch and TensorFlow print it
    "max(x, 0) - x*t + log1p(exp(-abs(x))) == softplus(x) - x*t",
    "max(x, 0) - x*t + log1p(exp(-abs(x))) == -t*log(sigma(x)) - (1 - t)*log(1 - sigma(x))",
    "d(L, f[k])*ind(x > 0) + d(L, f[k])*ind(x <= 0) == p[k] - delta(k, y)",
    "d(ind(x > 0)*L, f[k]) == ind(x > 0)*(p[k] - delta(k, y))",
]


@pytest.mark.parametrize("claim", PROVED)
def test_right_in_every_order(claim: str) -> None:
    found = verify(claim, given=NLL)
    assert found.status == "proved", found.reason


# Right but where two numbers are equal, or where one has the other sign.
WRONG = [
    "ind(x >= 0) == ind(x > 0)",
    "ind(x >= m)*z == ind(x > m)*z",
    "ind(f[k] >= 0)*f[l] == ind(f[k] > 0)*f[l]",
    "ind(f[k] > f[l]) + ind(f[l] > f[k]) == 1 - delta(k, l)",
    "max(x, 0) - x*t + log1p(exp(-abs(x))) == softplus(x) + x*t",
    "max(x, 0) - x*t + log1p(exp(x)) == softplus(x) - x*t",
    "d(max(0, 1 - x), x) == ind(x < 1)",
    "d(q*max(u, 0) + (1 - q)*max(-u, 0), u) == q - ind(u > 0)",
    "abs(x)*abs(z) == x*z",
    "min(x*z, m*z) == z*min(x, 0 + m)",
    # each entry has a sign of its own
    "sum(abs(f[j]), j)**2 == sum(f[j], j)**2",
    "sum(abs(f[j]), j) == abs(sum(f[j], j))",
]


@pytest.mark.parametrize("claim", WRONG)
def test_wrong_in_some_order(claim: str) -> None:
    found = verify(claim, given=NLL)
    assert found.status in ("refuted", "conditional")
    assert found.counterexample is not None
    assert "undefined" not in (found.counterexample.left, found.counterexample.right)


@pytest.mark.parametrize("claim", ["x*ind(x > 0)/x == ind(x > 0)", "abs(x)/x == 2*ind(x > 0) - 1"])
def test_a_quotient_has_no_value_where_the_numbers_are_equal(claim: str) -> None:
    found = verify(claim)
    assert (found.status, found.condition) == ("conditional", "x != 0")


def test_a_branch_without_a_value_is_not_passed_over() -> None:
    """At x == 0 the left side is z/0 and the right one is 1."""
    claim = "cases(1, x < 0, z/x) == cases(1, x <= 0, z/x)"
    assert verify(claim).status != "proved"


@pytest.mark.parametrize(
    ("claim", "where"),
    [
        ("d(max(0, 1 - x), x) == -ind(x < 1)", "1 == x"),
        ("d(x*ind(x > 0), x) == ind(x > 0)", "x == 0"),
        ("d(q*max(u, 0) + (1 - q)*max(-u, 0), u) == q - ind(u < 0)", "u == 0"),
        ("d(max(0, m - x*t)**2, x) == -2*t*max(0, m - x*t)", "m == x*t"),
    ],
)
def test_at_a_corner_no_slope_is_known(claim: str, where: str) -> None:
    found = verify(claim)
    assert found.status == "undecided"
    assert found.reason is not None
    assert found.reason.startswith(f"the sides agree but perhaps where {where}:")


@pytest.mark.parametrize(
    "claim",
    ["sum(max(f[j], 0), j) == sum(f[j]*ind(f[j] > 0), j)", "ind(x > 1)*ind(x > 0) == ind(x > 1)"],
)
def test_what_hangs_on_a_bound_index_or_on_other_orders_stays_undecided(claim: str) -> None:
    assert verify(claim).status == "undecided"


def test_two_kinks_may_cancel() -> None:
    """max(x, 0) + log(1 + e^-|x|) is softplus, which has a slope at 0 as well."""
    claim = "d(max(x, 0) - x*t + log1p(exp(-abs(x))), x) == sigma(x) - t"
    found = verify(claim)
    assert found.status in ("proved", "undecided")
    assert found.counterexample is None
