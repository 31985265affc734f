"""Vectors and matrices, claims at leading order, claims up to a factor."""

from __future__ import annotations

import pytest

from derive import verify
from derive.errors import FormulaError

P = ["p = softmax(f)"]
NLL = [*P, "L = -log(p[y])"]
REGRESSION = ["Z = X @ W", "P = softmax(Z)", "L = -sum(Y*log(P))/N"]
SHAPES = ["X: real[N, D]", "W: real[D, n]", "Y: simplex[N, n]"]


@pytest.mark.parametrize(
    ("claim", "given", "declare", "status"),
    [
        ("d(L, f) == p - onehot(y)", NLL, [], "proved"),
        ("d(L, f) == p - 1", NLL, [], "conditional"),
        ("d(L, f) == onehot(y) - p", NLL, [], "refuted"),
        ("d(p, f) == diag(p) - p*p.T", P, [], "proved"),
        ("d(p, f) == diag(p) - outer(p, p)", P, [], "proved"),
        ("d(p, f) == diag(p) - p", P, [], "error"),
        ("d(L, f, f) == diag(p) - p @ p.T", NLL, [], "proved"),
        ("d(logsumexp(f), f) == softmax(f)", [], [], "proved"),
        ("softmax(f)[k] == exp(f[k])/sum(exp(f[j]), j)", [], [], "proved"),
        ("d(L, f) == p - t", [*P, "L = -dot(t, log(p))"], ["t: real[n]"], "conditional"),
        ("d(L, W) == X.T @ (P - Y)/N", REGRESSION, SHAPES, "proved"),
        ("d(L, W) == X.T @ (Y - P)/N", REGRESSION, SHAPES, "refuted"),
        ("d(L, W) == X @ (P - Y)/N", REGRESSION, SHAPES, "error"),
    ],
)
def test_vectors(claim: str, given: list[str], declare: list[str], status: str) -> None:
    if status == "error":
        with pytest.raises(FormulaError):
            verify(claim, given=given, declare=declare)
    else:
        assert verify(claim, given=given, declare=declare).status == status


TEACHER = [
    "p[k] = exp(z[k]/T)/sum(exp(z[j]/T), j)",
    "q[k] = exp(v[k]/T)/sum(exp(v[j]/T), j)",
    "C = -sum(q[j]*log(p[j]), j)",
]
CENTRED = ["sum(z[j], j) == 0", "sum(v[j], j) == 0"]
HOT = " as T -> inf"


@pytest.mark.parametrize(
    ("claim", "assume", "status"),
    [
        ("d(C, z[k]) ~ (z[k] - v[k])/(n*T**2)" + HOT, CENTRED, "proved"),
        ("d(C, z[k]) ~ (z[k] - v[k])/(n*T**2)" + HOT, [], "refuted"),
        ("d(C, z[k]) ~ (z[k] - v[k])/(n*T)" + HOT, CENTRED, "refuted"),
        ("T**2*d(C, z[k]) ~ (z[k] - v[k])/n" + HOT, CENTRED, "proved"),
        ("p[k] ~ 1/n" + HOT, [], "proved"),
        ("p[k] ~ 1/(n + 1)" + HOT, [], "refuted"),
        ("p[k] ~ p[k]", [], "proved"),
        ("d(C, z[k]) prop p[k] - q[k] over k", [], "proved"),
        ("p[k] prop exp(z[k]/T)", [], "proved"),
        ("p[k] prop exp(z[k])", [], "conditional"),
        ("p[k] prop z[k]", [], "refuted"),
    ],
)
def test_weaker_relations(claim: str, assume: list[str], status: str) -> None:
    verdict = verify(claim, given=TEACHER, declare=["T: positive"], assume=assume)
    assert (verdict.status, verdict.claim) == (status, claim)


def test_the_condition_of_a_proportional_claim() -> None:
    verdict = verify("p[k] prop exp(z[k])", given=TEACHER, declare=["T: positive"])
    assert verdict.condition == "T == 1"


def test_a_limit_needs_a_parameter() -> None:
    verdict = verify("p[k] ~ 1/n", given=["p[k] = exp(f[k])/sum(exp(f[j]), j)"])
    assert verdict.status == "undecided"
    assert "limit" in str(verdict.reason)


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("d(H, z) == s.T - y", "a row and a column cannot be added"),
        ("H == -y*log(s)", "a number on one side"),
        ("H == -y*log(s.T)", "a number on one side"),
        ("sum(y[i], i) == s", "a number on one side"),
    ],
)
def test_what_stands_differently_is_not_compared(claim: str, told: str) -> None:
    given = ["s = softmax(z)", "H = -sum(y[i]*log(s[i]), i)"]
    with pytest.raises(FormulaError, match=told):
        verify(claim, given=given, declare=["y: onehot[n]"])


@pytest.mark.parametrize("claim", ["d(H, z) == (s - y).T", "H == -y.T @ log(s)"])
def test_layouts_of_a_gradient_and_products_of_rows_are_right(claim: str) -> None:
    given = ["s = softmax(z)", "H = -sum(y[i]*log(s[i]), i)"]
    assert verify(claim, given=given, declare=["y: onehot[n]"]).status == "proved"
