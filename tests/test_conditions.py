"""Conditions that save a claim, the nearest right formula, and the name of the mistake."""

from __future__ import annotations

import pytest

from derive import verify

SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
LABEL = [SOFTMAX, "L = -log(p[y])"]
TARGET = [SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"]
WARM = ["p[k] = exp(f[k]/T)/sum(exp(f[j]/T), j)", "L = -log(p[y])"]
FOCAL = [SOFTMAX, "L = -(1 - p[y])**gamma*log(p[y])"]
BATCH = ["p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)", "L = -sum(log(p[i, y[i]]), i)/N"]

CONDITIONS = [
    ("d(L, f[k]) == p[k] - 1", LABEL, [], "", "k == y"),
    ("d(L, f[k]) == p[k]", LABEL, [], "", "k != y"),
    ("d(p[i], f[k]) == p[i]*(1 - p[i])", LABEL[:1], [], "", "i == k"),
    ("d(p[i], f[k]) == -p[i]*(1 - p[i])", LABEL[:1], [], "i != k", "n == 2"),
    ("d(L, f[k]) == cases(p[k] - 1, k == y, 1 - p[y])", LABEL, [], "", "n == 2"),
    ("d(L, f[k]) == p[k] - t[k]", TARGET, [], "", "sum(t[j], j) == 1"),
    ("d(L, f[k]) == p[k] - t[k]", TARGET, ["t: positive[n]"], "", "sum(t[j], j) == 1"),
    ("L == -log(sum(t[j]*p[j], j))", TARGET, ["t: simplex[n]"], "", "t is one-hot"),
    ("d(L, f[k]) == p[k] - delta(k, y)", WARM, ["T: positive"], "", "T == 1"),
    ("d(L, f[k]) == p[k] - delta(k, y)", FOCAL, ["gamma: real"], "", "gamma == 0"),
    ("d(L, f[i, k]) == p[i, k] - delta(k, y[i])", BATCH, [], "", "N == 1"),
    ("d(L, f[i, k]) == (p[i, k] - 1)/N", BATCH, [], "", "k == y[i]"),
    ("log(a*b) == log(a) + log(b)", [], [], "", "a > 0 and b > 0"),
    ("w[y[i]] == w[y[s]]", [], ["y: label[N]"], "", "y[i] == y[s]"),
    ("x/x == 1", [], [], "", "x != 0"),
    ("p[k]/(1 - p[y])*(1 - p[y]) == p[k]", LABEL[:1], [], "", "n >= 2"),
]


@pytest.mark.parametrize(("claim", "given", "declare", "where", "condition"), CONDITIONS)
def test_the_condition_is_found(
    claim: str, given: list[str], declare: list[str], where: str, condition: str
) -> None:
    verdict = verify(claim, given=given, declare=declare, where=where)
    assert (verdict.status, verdict.condition) == ("conditional", condition)
    assert verdict.counterexample is not None


REPAIRS = [
    ("d(L, f[k]) == p[k] - 1", LABEL, [], "p[k] - delta(k, y)", "GP201"),
    ("d(L, f[k]) == p[k] + delta(k, y)", LABEL, [], "p[k] - delta(k, y)", "GP101"),
    ("d(L, f[k]) == delta(k, y) - p[k]", LABEL, [], "p[k] - delta(k, y)", "GP101"),
    ("d(L, f[k]) == 2*(p[k] - delta(k, y))", LABEL, [], "p[k] - delta(k, y)", "GP102"),
    ("d(L, f[k]) == p[y] - delta(k, y)", LABEL, [], "p[k] - delta(k, y)", "GP202"),
    ("d(L, f[k]) == log(p[k]) - delta(k, y)", LABEL, [], "p[k] - delta(k, y)", "GP305"),
    (
        "d(L, f[k]) == sigma(f[k]) - delta(k, y)",
        LABEL,
        [],
        "p[k] - delta(k, y)",
        "GP304",
    ),
    (
        "d(L, f[k]) == d(L, p[k])*d(p[k], f[k])",
        LABEL,
        [],
        "sum(d(L, p[j])*d(p[j], f[k]), j)",
        "GP301",
    ),
    ("d(p[i], f[k]) == p[i]*(1 - p[i])", LABEL[:1], [], "p[i]*(delta(i, k) - p[k])", "GP302"),
    (
        "d(L, f[k]) == p[k] - delta(k, y)",
        WARM,
        ["T: positive"],
        "(p[k] - delta(k, y))/T",
        "GP104",
    ),
    (
        "d(L, f[i, k]) == p[i, k] - delta(k, y[i])",
        BATCH,
        [],
        "(p[i, k] - delta(k, y[i]))/N",
        "GP103",
    ),
    (
        "sum(exp(f[j]), j)**2 == sum(exp(f[j])**2, j)",
        [],
        [],
        "sum(exp(f[j]), j)**2",
        "GP303",
    ),
    ("d(L, f[k]) == p[k] - t[k]", TARGET, [], "p[k]*sum(t[j], j) - t[k]", "GP402"),
]


@pytest.mark.parametrize(("claim", "given", "declare", "repair", "code"), REPAIRS)
def test_the_repair_is_near_named_and_proved(
    claim: str, given: list[str], declare: list[str], repair: str, code: str
) -> None:
    verdict = verify(claim, given=given, declare=declare)
    assert verdict.status in ("conditional", "refuted")
    assert (verdict.repair, verdict.diagnosis) == (repair, code)
    left = claim.partition(" == ")[0]
    assert verify(f"{left} == {repair}", given=given, declare=declare).status == "proved"


def test_agreeing_in_zero_alone_is_no_condition() -> None:
    """2*(p - delta) is right for one class, where both sides are 0: that saves nothing."""
    verdict = verify("d(L, f[k]) == 2*(p[k] - delta(k, y))", given=LABEL)
    assert (verdict.status, verdict.condition) == ("refuted", None)


def test_a_formula_that_states_the_wrong_case_is_refuted() -> None:
    verdict = verify("d(L, f[k]) == p[k] + delta(k, y)", given=LABEL)
    assert verdict.status == "refuted"
    assert "k != y" in str(verdict.reason)


# A sum over no class is 0 whatever its terms divide by: only of more classes do the sides agree.
OF_EMPTY_SUMS = [
    "sum(q[j]/(1 - q[k]), j, j != k) == 1",
    "sum(q[j]/(1 - q[k]), j, j != k) == 2 - sum(q[j]/(1 - q[k]), j, j != k)",
    "sum(q[j], j, j != k)*(1/(1 - q[k])) == sum(q[j]/(1 - q[k]), j, j != k)",
    "sum(q[j]/((1 - q[k])*x), j, j != k) == 1/x",
]


@pytest.mark.parametrize("claim", OF_EMPTY_SUMS)
def test_a_quotient_within_an_empty_sum_is_a_condition_on_the_size(claim: str) -> None:
    verdict = verify(claim, given=["q[k] = exp(f[k])/sum(exp(f[j]), j)"])
    assert (verdict.status, verdict.condition) == ("conditional", "n >= 2")
    assert verdict.counterexample is not None
    assert verdict.counterexample.sizes == {"n": 1}


def test_a_power_of_zero_refutes_nothing() -> None:
    """0**x is 0 for x > 0, and has no value for x < 0."""
    assert verify("0**x == 0").status == "undecided"
    assert verify("0**x == 1").status == "undecided"


@pytest.mark.parametrize(
    "claim",
    [
        "log(sigma(w) + exp(1)) == log((1 + tanh(1/(2/w)))/2 + exp(1))",
        "tanh(z + s) == 2*sigma(exp(log(2) + log(z + s**3))) - 1",
    ],
)
def test_a_side_without_a_value_is_no_disagreement(claim: str) -> None:
    """Where w is 0, or z + s negative, one side has no value: the opinions need not differ."""
    assert verify(claim, declare=["s: sign"]).status in ("undecided", "conditional")


# Conditions that are enough, and more than is needed, with what else makes the claim right.
ENOUGH = [
    ("abs(x) == x", [], [], "x > 0"),  # x == 0
    ("delta(k, l)*delta(l, m) == delta(k, m) + 0*f[k]", [], [], "n == 1"),  # k != m
    ("d(L, f[k]) == w[y]*(p[k] - delta(k, y))/w[k]", LABEL, ["w: positive[n]"], "w[y] == w[k]"),
    ("d(L, f[k]) == p[k] - delta(k, c)", TARGET, [], "t == onehot(c)"),
    ("x**2 == x", [], [], "x == 1"),  # x == 0
    ("(T - 2)*(T - 3)*x + x == x", [], [], "T == 2"),
    ("L == -log(p[c])", TARGET, [], "t == onehot(c)"),
    ("sum(w[j]*p[j], j) == w[k]", [SOFTMAX], ["w: real[n]"], "w[j] == 1"),  # any one number
]
NEEDED = [
    ("d(L, f[k]) == p[k] - 1", LABEL, [], "k == y"),
    ("d(L, f[k]) == p[k] - t[k]", TARGET, [], "sum(t[j], j) == 1"),
    ("d(L, f[k]) == p[k] - delta(k, y)", WARM, ["T: positive"], "T == 1"),
    ("p[1] + p[2] == 1", [SOFTMAX], [], "n == 2"),
    ("log(exp(x))/x == 1", [], [], "x != 0"),
]


@pytest.mark.parametrize(("claim", "given", "declare", "condition"), ENOUGH)
def test_what_is_enough_is_not_said_to_be_needed(
    claim: str, given: list[str], declare: list[str], condition: str
) -> None:
    verdict = verify(claim, given=given, declare=declare)
    assert (verdict.condition, verdict.necessary) == (condition, False)
    assert verdict.to_json()["necessary"] is False


@pytest.mark.parametrize(("claim", "given", "declare", "condition"), NEEDED)
def test_what_is_needed_is_said_to_be(
    claim: str, given: list[str], declare: list[str], condition: str
) -> None:
    verdict = verify(claim, given=given, declare=declare)
    assert (verdict.condition, verdict.necessary) == (condition, True)


def test_without_a_condition_nothing_is_needed() -> None:
    assert verify("x == x").to_json()["necessary"] is None


def test_a_repair_names_the_one_hot_target_and_no_label_of_ours() -> None:
    verdict = verify("d(L, f[k]) == p[k] - delta(k, c)", given=TARGET, declare=["t: onehot[n]"])
    assert (verdict.condition, verdict.repair) == ("t[c] == 1", "p[k] - t[k]")
