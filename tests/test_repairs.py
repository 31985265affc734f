"""Repairs: the nearest right formula, proved, with the code of the mistake that it mends."""

from __future__ import annotations

import pytest
from identities import NLL, SOFTMAX

from derive import verify
from derive.decide import pose
from derive.diagnoses import DIAGNOSES, Diagnosis
from derive.holes import tidy
from derive.problem import Problem
from derive.read.formula import read_equation, read_expression
from derive.repair import repair
from derive.show import text

SOFT = (SOFTMAX, "L = -sum(t[j]*log(p[j]), j)")
UPSTREAM = (SOFTMAX, "L = sum(g[j]*p[j], j)")
SMOOTH = (SOFTMAX, "L = -(1 - eps)*log(p[y]) - eps/n*sum(log(p[j]), j)")
WEIGHTED = (SOFTMAX, "L = -w[y]*log(p[y])")
BATCH = ("p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)", "L = -sum(log(p[i, y[i]]), i)/N")
LAYER = ("z[k] = sum(W[k, a]*x[a], a)", "p[k] = exp(z[k])/sum(exp(z[j]), j)", "L = -log(p[y])")
LOGISTIC = ("L = log(1 + exp(-y*f))",)
WARM = ("p[k] = exp(f[k]/T)/sum(exp(f[j]/T), j)", "L = -log(p[y])")
WHOLE = ("p[k] = exp(z[k]/T)/sum(exp(z[j]/T), j)", "q[k] = exp(v[k]/T)/sum(exp(v[j]/T), j)")
DISTIL = (*WHOLE, "L = -sum(q[j]*log(p[j]), j)")
FOCAL = ("q = sigma(t*z)", "L = -(1 - q)**gamma*log(q)")

# claim, given, declare, repair, code
NEAREST: list[tuple[str, tuple[str, ...], list[str], str, str]] = [
    # signs, outside and inside of a function
    ("d(L, f[k]) == delta(k, y) - p[k]", NLL, [], "p[k] - delta(k, y)", "GP101"),
    ("d(L, f) == -y*sigma(y*f)", LOGISTIC, ["y: sign"], "-y*sigma(-y*f)", "GP101"),
    (
        "d(L, u) == -beta*sigma(beta*u)",
        ("L = -log(sigma(beta*u))",),
        [],
        "-beta*sigma(-beta*u)",
        "GP101",
    ),
    # numbers
    ("d(L, f[k]) == 2*(p[k] - delta(k, y))", NLL, [], "p[k] - delta(k, y)", "GP102"),
    ("d(L, z) == c*log(z)/z", ("L = c*log(z)**2",), ["z: positive"], "2*c*log(z)/z", "GP102"),
    ("tanh(x) == 2*sigma(x) - 1", (), [], "2*sigma(2*x) - 1", "GP102"),
    # sizes and parameters
    (
        "d(L, f[i, k]) == p[i, k] - delta(k, y[i])",
        BATCH,
        [],
        "(p[i, k] - delta(k, y[i]))/N",
        "GP103",
    ),
    (
        "d(L, f[i, k]) == (p[i, k] - delta(k, y[i]))/n",
        BATCH,
        [],
        "(p[i, k] - delta(k, y[i]))/N",
        "GP103",
    ),
    (
        "d(L, f[k]) == (p[k] - delta(k, y))/T**2",
        WARM,
        ["T: positive"],
        "(p[k] - delta(k, y))/T",
        "GP104",
    ),
    (
        "d(L, f[k]) == T*(p[k] - delta(k, y))",
        WARM,
        ["T: positive"],
        "(p[k] - delta(k, y))/T",
        "GP104",
    ),
    (
        "d(L, z) == (1 - q)**gamma*(gamma*q*log(q) + q - 1)",
        FOCAL,
        ["t: sign", "gamma: positive"],
        "t*(1 - q)**gamma*(gamma*q*log(q) + q - 1)",
        "GP105",
    ),
    # weights and other factors
    (
        "d(L, f[k]) == p[k] - delta(k, y)",
        WEIGHTED,
        ["w: positive[n]"],
        "w[y]*(p[k] - delta(k, y))",
        "GP105",
    ),
    ("d(L, f[k]) == (p[k] - delta(k, y))*p[k]*(1 - p[k])", NLL, [], "p[k] - delta(k, y)", "GP105"),
    ("d(tanh(x), x) == 1 - tanh(x)", (), [], "1 - tanh(x)**2", "GP105"),
    # terms
    (
        "d(L, f[k]) == p[k] - (1 - eps)*delta(k, y)",
        SMOOTH,
        ["eps: unit"],
        "p[k] - (1 - eps)*delta(k, y) - eps/n",
        "GP106",
    ),
    ("d(L, f[k]) == p[k]*g[k]", UPSTREAM, [], "p[k]*(g[k] - sum(g[j]*p[j], j))", "GP201"),
    # indices
    ("d(L, f[k]) == p[k] - 1", NLL, [], "p[k] - delta(k, y)", "GP201"),
    ("d(L, f[k]) == p[y] - delta(k, y)", NLL, [], "p[k] - delta(k, y)", "GP202"),
    ("d(L, z[k]) == (q[k] - q[k])/T", DISTIL, ["T: positive"], "(p[k] - q[k])/T", "GP105"),
    (
        "d(L, W[k, a]) == (p[a] - delta(a, y))*x[k]",
        LAYER,
        ["W: real[D, D]"],
        "(p[k] - delta(k, y))*x[a]",
        "GP205",
    ),
    # targets
    ("d(L, f[k]) == p[k] - t[k]", SOFT, [], "p[k]*sum(t[j], j) - t[k]", "GP402"),
]


@pytest.mark.parametrize(("claim", "given", "declare", "nearest", "code"), NEAREST)
def test_the_nearest_right_formula_is_named(
    claim: str, given: tuple[str, ...], declare: list[str], nearest: str, code: str
) -> None:
    found = verify(claim, given=given, declare=declare)
    assert (found.repair, found.diagnosis) == (nearest, code)
    left = claim.partition(" == ")[0]
    assert verify(f"{left} == {nearest}", given=given, declare=declare).status == "proved"


def test_a_mended_left_side_is_shown_as_the_whole_claim() -> None:
    found = verify("p[k] - 1 == d(L, f[k])", given=NLL)
    assert found.repair == "p[k] - delta(k, y) == d(L, f[k])"


def test_the_left_side_is_left_alone_where_the_right_one_is_no_bare_derivative() -> None:
    found = verify("p[k] - delta(k, y) == 2*d(L, f[k])", given=NLL)
    assert found.repair is not None
    assert "==" not in found.repair
    assert verify(f"p[k] - delta(k, y) == {found.repair}", given=NLL).status == "proved"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        # Only the left side, or what it is defined as, would do.
        ("exp(c*z[k])/sum(exp(c*z[j]), j) == exp(z[k])/sum(exp(z[j]), j)", ()),
        ("exp(f[k])*exp(f[l]) == exp(2*f[k])", ()),
    ],
)
def test_saying_the_left_side_again_is_no_repair(claim: str, given: tuple[str, ...]) -> None:
    assert verify(claim, given=given).repair is None


def test_nothing_is_shown_that_is_not_proved() -> None:
    problem = pose("d(L, f[k]) == p[k] - 1", given=NLL)
    asked: list[Problem] = []

    def proves(changed: Problem) -> bool:
        asked.append(changed)
        return False

    assert repair(problem, proves) is None
    assert asked
    assert all(changed.left == problem.left for changed in asked)


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("T*(p - q)/T**2", "(p - q)/T"),
        ("-(-(a*b))", "a*b"),
        ("-(a - b)", "b - a"),
        ("a/b/c", "a/(b*c)"),
        ("2*(a/(4*b))", "a/(2*b)"),
        ("a*1*b/1", "a*b"),
        ("exp(-c)*exp(c)*x", "x"),
        ("1 - 1 + x", "x"),
        ("0*x", "0"),
        ("a**gamma*b", "a**gamma*b"),
    ],
)
def test_tidy(written: str, tidied: str) -> None:
    node = read_expression(written)
    assert text(tidy(node)) == tidied
    assert verify(f"({written})*u == ({tidied})*u").status == "proved" or "/" in written


@pytest.mark.parametrize("row", DIAGNOSES.values(), ids=lambda row: row.code)
def test_each_page_s_example_is_diagnosed_with_its_code(row: Diagnosis) -> None:
    found = verify(row.wrong, given=row.given, declare=row.declare, where=row.where)
    # GP000 and GP001 say that there is no other diagnosis.
    wanted = None if row.code in ("GP000", "GP001") else row.code
    assert found.diagnosis == wanted
    if found.repair is not None:
        assert read_equation(f"x == {found.repair}")


def test_every_mistake_of_the_field_has_a_code() -> None:
    names = {row.name for row in DIAGNOSES.values()}
    assert names >= {
        *("sign", "missing 1/N", "missing or doubled 1/T", "missing or wrong factor"),
        *("missing off-diagonal", "an index swapped", "index captured", "transposed"),
        *("free index on one side only", "single-path chain rule"),
        *("s(1 - s) as the whole Jacobian", "sum of squares for square of the sum"),
        *("softmax taken for sigmoid", "log dropped", "one-hot assumed"),
    }
