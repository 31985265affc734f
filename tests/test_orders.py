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
    ("claim", "condition"),
    [
        ("d(max(0, 1 - x), x) == -ind(x < 1)", "1 - x != 0"),
        ("d(max(x, 0), x) == ind(x >= 0)", "x != 0"),
        ("d(abs(x), x, x) == 0", "x != 0"),
    ],
)
def test_at_a_corner_there_is_no_slope(claim: str, condition: str) -> None:
    found = verify(claim)
    assert (found.status, found.condition) == ("conditional", condition)
    assert found.counterexample is not None
    assert str(found.counterexample.left) == "undefined"


# Pieces that meet with equal slopes: right where they meet, too.
SMOOTH = [
    "d(max(x, 0)**2, x) == 2*max(x, 0)",
    "d(max(x, 0)**3, x, x) == 6*max(x, 0)",
    "d(max(0, m - x*t)**2, x) == -2*t*max(0, m - x*t)",
    "d(x*abs(x), x) == 2*abs(x)",
    "d(x/(1 + abs(x)), x) == 1/(1 + abs(x))**2",
    "d(max(x, 0) - x*t + log1p(exp(-abs(x))), x) == sigma(x) - t",
    "d(cases(u**2/2, abs(u) <= h, h*(abs(u) - h/2)), u) == clip(u, -h, h)",
    "d(max(f[k] - f[l], 0)**2, f[k]) == 2*max(f[k] - f[l], 0)*(1 - delta(k, l))",
]


@pytest.mark.parametrize("claim", SMOOTH)
def test_right_where_pieces_meet_smoothly(claim: str) -> None:
    found = verify(claim, declare=["h: positive"] if "h" in claim else [])
    assert found.status == "proved", found.reason


@pytest.mark.parametrize(
    "claim",
    [
        "d(x*ind(x > 0), x) == ind(x > 0)",
        "d(q*max(u, 0) + (1 - q)*max(-u, 0), u) == q - ind(u < 0)",
        "d(max(x, 0)**2, x, x) == 2*ind(x > 0)",
        "d(ind(x > 0), x) == 0",
        "d(cases(x**2 + 1, x > 0, -x**2), x) == 2*abs(x)",
        "d(cases(x**2, x > 0, cases(5, x == 0, -x**2)), x) == 2*abs(x)",
        "d(max(x, 0)*y**2, x, y) == 2*y*ind(x > 0)",
        "ind(x*x >= 0) == 1",
    ],
)
def test_a_jump_or_a_corner_in_two_variables_is_not_proved(claim: str) -> None:
    assert verify(claim).status in ("undecided", "conditional")


# With a comparison on a bound index, every class has an order of its own.
HINGE = ["L = sum(max(0, 1 + f[j] - f[y]), j, j != y)"]
LISTWISE = ["L = -sum(s[k] - log(sum(exp(s[j]), j, j >= k)), k)"]
MASKED = ["A[i, j] = ind(j <= i)*exp(S[i, j])/sum(exp(S[i, m]), m, m <= i)"]
COX = ["L = -sum(e[i]*(f[i] - log(sum(exp(f[j]), j, t[j] >= t[i]))), i)"]
BOUND = [
    ("sum(max(f[j], 0), j) == sum(f[j]*ind(f[j] > 0), j)", []),
    ("sum(abs(f[j]), j) == sum(max(f[j], 0), j) + sum(max(-f[j], 0), j)", []),
    ("sum(max(f[j], x[j]), j) + sum(min(f[j], x[j]), j) == sum(f[j] + x[j], j)", []),
    ("sum(ind(f[j] > f[k]), j) + sum(ind(f[j] <= f[k]), j) == n", []),
    ("sum(max(f[j], f[k]), j) + sum(min(f[j], f[k]), j) == sum(f[j], j) + n*f[k]", []),
    ("sum(abs(f[j] - f[k]), j) == 2*sum(max(f[j], f[k]), j) - sum(f[j], j) - n*f[k]", []),
    ("d(sum(max(f[j], 0)**2, j), f[k]) == 2*max(f[k], 0)", []),
    ("sum(a[j], j, j < k) + sum(a[j], j, j > k) == sum(a[j], j) - a[k]", []),
    ("d(sum(exp(s[j]), j, j >= k), s[m]) == ind(m >= k)*exp(s[m])", []),
    ("d(L, s[m]) == -1 + sum(exp(s[m])/sum(exp(s[j]), j, j >= k), k, k <= m)", LISTWISE),
    ("sum(A[i, j], j) == 1", MASKED),
    (
        "d(L, f[k]) == sum(e[i]*exp(f[k])/sum(exp(f[j]), j, t[j] >= t[i]), i, t[k] >= t[i]) - e[k]",
        COX,
    ),
]


@pytest.mark.parametrize(("claim", "given"), BOUND)
def test_right_whatever_the_order_of_each_class(claim: str, given: list[str]) -> None:
    found = verify(claim, given=given)
    assert found.status == "proved", found.reason


BOUND_WRONG = [
    (
        "sum(cases(f[j], f[j] > g[j], h[j], a[j] > 0, g[j]), j)"
        " == sum(cases(f[j], f[j] >= g[j], h[j], a[j] > 0, g[j]), j)",
        [],
    ),
    ("sum(ind(f[j] > 0), j) + sum(ind(f[j] < 0), j) == n", []),
    ("sum(ind(f[j] >= f[k]), j) + sum(ind(f[j] <= f[k]), j) == n", []),
    ("sum(max(f[j], f[k]), j) - sum(min(f[j], f[m]), j) == sum(abs(f[j] - f[k]), j)", []),
    ("sum(ind(f[j] > f[k]), j) + sum(ind(f[k] > f[j]), j) == n - 1", []),
    ("sum(sum(ind(f[j] >= f[k]), j), k) == sum(sum(ind(f[j] < f[k]), j), k) + n", []),
    ("sum(a[j], j, j < k) + sum(a[j], j, j > k) == sum(a[j], j)", []),
    ("d(sum(exp(s[j]), j, j >= k), s[m]) == ind(m > k)*exp(s[m])", []),
    ("d(L, s[m]) == -1 + sum(exp(s[m])/sum(exp(s[j]), j, j >= k), k)", LISTWISE),
    ("d(L, f[y]) == sum(ind(1 + f[j] > f[y]), j, j != y)", HINGE),
    ("d(L, f[k]) == -e[k] + exp(f[k])/sum(exp(f[j]), j, t[j] >= t[k])", COX),
]


@pytest.mark.parametrize(("claim", "given"), BOUND_WRONG)
def test_wrong_in_the_order_of_some_class(claim: str, given: list[str]) -> None:
    found = verify(claim, given=given)
    assert found.status in ("refuted", "conditional")
    assert found.counterexample is not None


def test_a_hinge_has_a_slope_where_no_margin_is_met() -> None:
    found = verify("d(L, f[y]) == -sum(ind(1 + f[j] > f[y]), j, j != y)", given=HINGE)
    assert (found.status, found.condition) == ("conditional", "1 + f[j] != f[y]")
    assert not found.necessary


def test_orders_that_exclude_each_other_are_passed_over() -> None:
    assert verify("clip(x, 0, 1) == max(0, min(1, x))").status == "proved"
    assert verify("ind(x > 1)*ind(x > 0) == ind(x > 1)").status == "proved"
    assert verify("ind(c*x > c*z) == ind(x > z)", declare=["c: positive"]).status == "proved"


PIECES = [
    "d(cases(1/x, x > 0, 0), x) == cases(-1/x**2, x > 0, 0)",
    "d(cases(exp(1/x), x > 0, 0), x) == cases(-exp(1/x)/x**2, x > 0, 0)",
    "d(cases(exp(-1/x), x > 0, 1), x) == cases(exp(-1/x)/x**2, x > 0, 0)",
    "d(cases(sqrt(x), x > 0, 0), x) == cases(1/(2*sqrt(x)), x > 0, 0)",
    "d(cases(x*log(x), x > 0, 0), x) == cases(log(x) + 1, x > 0, 0)",
    "d(cases(x*log(abs(x)), x != 0, 0), x) == cases(log(abs(x)) + 1, x != 0, 5)",
    "d(cases(1/(x - z), x > z, 0), x) == cases(-1/(x - z)**2, x > z, 0)",
    "d(sum(cases(1/f[j], f[j] > 0, 0), j), f[k]) == cases(-1/f[k]**2, f[k] > 0, 0)",
]


@pytest.mark.parametrize("claim", PIECES)
def test_a_piece_without_a_value_at_a_corner_proves_nothing_there(claim: str) -> None:
    """Both sides name x = 0, one in a case that is not met there: the other is not excused."""
    assert verify(claim).status == "undecided"


def test_a_piece_without_a_value_at_a_corner_may_have_a_limit() -> None:
    claim = "d(cases(x**2*log(x), x > 0, 0), x) == cases(2*x*log(x) + x, x > 0, 0)"
    assert verify(claim).status == "undecided"  # it is right, and not known to be


# A claim, and a point of the corner at which its sides have these values.
AT_CORNERS = [
    ("d(min(x, 0) + max(x, 0), x) == ind(x < 0) + ind(x > 0)", ("1", "0")),
    ("d(min(x, relu(0)) + relu(x), x) == ind(x < relu(0)) + ind(x > 0)", ("1", "0")),
    ("d(x*ind(x >= 0) + min(x, 0), x) == ind(x >= 0) + ind(x <= 0)", ("1", "2")),
    ("d(abs(x)*sign(x), x) == d(x + ind(x >= 0), x)", ("1", "undefined")),
    ("d(x**2*sign(x), x) == d(x*abs(x) + ind(x > 0), x)", ("0", "undefined")),
    ("d(relu(x) - ind(x > 0), x) == ind(x > 0)", ("undefined", "0")),
]


@pytest.mark.parametrize(("claim", "values"), AT_CORNERS)
def test_what_differs_in_a_corner_alone_is_not_proved(claim: str, values: tuple[str, str]) -> None:
    verdict = verify(claim)
    assert verdict.status == "conditional"
    assert verdict.counterexample is not None
    assert verdict.counterexample.values == {"x": "0"}
    assert (verdict.counterexample.left, verdict.counterexample.right) == values


@pytest.mark.parametrize(
    "claim",
    [
        "d(abs(x), x) == d(max(x, -x), x)",
        "d(sum(abs(f[j]), j), f[k]) == d(abs(f[k]), f[k])",
    ],
)
def test_sides_that_lack_a_slope_at_the_same_corner(claim: str) -> None:
    assert verify(claim).status == "proved"


def test_a_corner_that_no_exact_point_lies_on_is_left_open() -> None:
    """Both sides ask for the sign; the left one has a slope at the corner all the same."""
    u = "(x - log(1 + exp(z)))"
    found = verify(f"d(abs({u}) - abs({u}), x) == d(abs({u}), x) - d(abs({u}), x)")
    assert found.status == "undecided"
    assert "!= 0" in str(found.reason)


def test_a_corner_that_can_be_looked_at_somewhere_only_is_left_open() -> None:
    """At x = y = 0 the left side is 0 and the right one has no slope; it is seen at a = 0 only."""
    met = "x >= exp(x) - exp(y)"
    found = verify(f"d(cases(x*y, {met}, a*x), x, x) == d(cases(y, {met}, a), x)")
    assert found.status == "undecided"
    assert "!= 0" in str(found.reason)


def test_an_entry_compared_with_itself_in_a_sum_is_no_reason_to_refute() -> None:
    """Of 0*min(0, f[y] - f[y]) nothing is known but that it is 0; elsewhere the sides agree."""
    hinge = "sum((1 - delta(j, y))*min(0, f[j] - f[y]), j)"
    slope = "sum((1 - delta(j, y))*ind(f[j] - f[y] < 0)*(delta(j, l) - delta(y, l)), j)"
    found = verify(f"d({hinge}, f[l]) == {slope}", declare=["y: label"])
    assert (found.status, found.condition) == ("conditional", "f[j] - f[y] != 0")


def test_no_order_is_left_out_where_a_number_is_compared_with_itself() -> None:
    """Where x > y, max(y, x) <= x is x <= x."""
    verdict = verify("d(cases(-x, min(x, y) > y and max(y, x) <= x, y), x) == -ind(x > y)")
    assert verdict.status != "proved"


def test_a_clipped_ratio_is_bounded_above_where_the_advantage_is_positive() -> None:
    """PPO: at many a point two numbers that are compared are one, and intervals have no order."""
    claim = "min(r*A, clip(r, 1 - e, 1 + e)*A) == A*min(r, 1 + e)"
    assert verify(claim, declare=["A: positive", "e: unit"]).status == "proved"
    assert verify(claim, declare=["e: unit"]).status == "conditional"


def test_a_number_that_never_turns_is_no_condition() -> None:
    verdict = verify("d(cases(x, x <= x, 0) + relu(x), x) == 1 + ind(x > 0)")
    assert verdict.condition == "x != 0"


@pytest.mark.parametrize(
    ("claim", "necessary"),
    [
        ("d(relu(x), x) == ind(x > 0)", True),
        ("d(relu(x - 2), x) == ind(x > 2)", True),
        ("d(min(x, y)**2, x) == 2*min(x, y)*ind(x < y)", False),
        ("d(relu(relu(x)), x) == ind(x > 0)", False),
    ],
)
def test_only_if_is_said_of_corners_at_one_number(claim: str, necessary: bool) -> None:
    """min(x, y)**2 has a slope where both are 0, and relu(relu(x)) one below 0."""
    verdict = verify(claim)
    assert verdict.status == "conditional"
    assert verdict.to_json()["necessary"] is necessary
