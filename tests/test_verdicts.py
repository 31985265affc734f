"""What `verify` says: the examples that must hold, and the traps that others fell into.

Claims whose verdict is wrong today stand in test_open_verdicts.py.
"""

from __future__ import annotations

import json

import pytest
from identities import NLL, SOFTMAX
from oracle import setting
from oracle_points import confirms

import derive
from derive import verify
from derive.errors import FormulaError
from derive.read.formula import read_equation
from derive.verdict import Conditional, Proved, Undecided, Verdict, prove

LABEL = ("y: label",)
SOFT = (SOFTMAX, "L = -sum(t[j]*log(p[j]), j)")
BATCH = (
    "p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)",
    "l[i] = -log(p[i, y[i]])",
    "L = sum(l[i], i)/N",
)
ROWS = ("f: real[N, n]", "y: label[N]")


def nll(claim: str, **told: object) -> Verdict:
    return verify(claim, given=NLL, declare=[*LABEL, *told.pop("declare", ())], **told)


# What must be shown.


def test_the_gradient_is_proved() -> None:
    verdict = verify("d(L, f[k]) == p[k] - delta(k, y)", given=NLL)
    assert (verdict.status, verdict.condition, verdict.counterexample) == ("proved", None, None)
    assert verdict.claim == "d(L, f[k]) == p[k] - delta(k, y)"


def test_the_gradient_without_its_delta_is_conditional() -> None:
    found = verify("d(L, f[k]) == p[k] - 1", given=NLL).to_json()
    assert (found["status"], found["condition"]) == ("conditional", "k == y")
    point = found["counterexample"]
    assert (point["sizes"], point["indices"]) == ({"n": 2}, {"k": 1, "y": 2})
    assert (point["exp"], point["left"], point["right"]) == ({"f": ["1", "2"]}, "1/3", "-2/3")
    assert point["exact"] is True


def test_the_gradient_with_a_wrong_sign_is_refuted() -> None:
    found = verify("d(L, f[k]) == p[k] + delta(k, y)", given=NLL).to_json()
    assert found["status"] == "refuted"
    assert found["counterexample"]["left"] == "0"
    assert found["counterexample"]["right"] == "2"


@pytest.mark.parametrize(
    "claim",
    [
        "argmax(f) == y",
        "d(L, f[k]) == p[k] - delta(k, y) + 0*argmax(f[k])",
        "max(f[j], j) == max(f[l], l)",
        "sin(x)**2 + cos(x)**2 == 1",
        "round(x) == round(x)",
        "k*f[k] == f[k]*k",
    ],
)
def test_outside_of_the_fragment_nothing_is_proved(claim: str) -> None:
    verdict = verify(claim, given=NLL if "L" in claim else ())
    assert isinstance(verdict, Undecided)
    assert verdict.reason


@pytest.mark.parametrize("claim", ["erf(x) == 1", "p(k) == 1", "sinc(x) == log(x)", "f.max() == 1"])
def test_an_unknown_word_is_an_error(claim: str) -> None:
    with pytest.raises(FormulaError):
        verify(claim)


# The verdict itself.


def test_only_prove_can_say_proved() -> None:
    with pytest.raises(TypeError):
        Proved(claim="1 == 2", seal=object())
    with pytest.raises(TypeError):
        Proved(claim="1 == 2")
    verdict = verify("x == x")
    with pytest.raises(AttributeError):
        verdict.claim = "1 == 2"
    assert prove([], verdict, verdict, None, claim="1 == 2") is None


def test_a_verdict_is_no_bool() -> None:
    with pytest.raises(TypeError, match="status"):
        assert verify("x == x")


def test_json_says_everything_in_plain_data() -> None:
    found = json.loads(json.dumps(verify("d(L, f[k]) == p[k] - 1", given=NLL).to_json()))
    assert {"claim", "reading", "status", "condition", "counterexample", "repair"} <= found.keys()
    assert {"diagnosis", "reason", "premises", "seconds"} <= found.keys()
    assert "y: an index, 1 to n (by its use)" in found["reading"]
    assert derive.__all__


def test_the_same_claim_gets_the_same_verdict() -> None:
    first, second = (verify("d(L, f[k]) == 1.5*p[k]", given=NLL).to_json() for _ in range(2))
    assert {**first, "seconds": 0} == {**second, "seconds": 0}


# Traps: (claim, what verify is told, status, condition).

TRAPS: dict[str, tuple[str, dict[str, object], str, str | None]] = {
    "a bound letter like the free one": (
        "d(L, f[j]) == p[j] - delta(j, y)", {"given": NLL}, "proved", None,
    ),
    "a definition's letter like the free one": (
        "g[j] == f[j]*sum(f[m], m)", {"given": ["g[k] = sum(f[j]*f[k], j)"]}, "proved", None,
    ),
    "two sums with one letter": (
        "sum(f[j], j)*sum(g[j], j) == sum(sum(f[j]*g[k], j), k)", {}, "proved", None,
    ),
    "a sum over the free letter": ("sum(f[k], k) == sum(f[j], j)", {}, "proved", None),
    "a diagonal of shares is no row": (
        "sum(t[j,j], j) == 1", {"declare": ["t: simplex[n,n]"]}, "conditional", "n == 1",
    ),
    "a cube has no sign": (
        "abs(sum(x[j]**3, j)) == sum(x[j]**3, j)", {}, "conditional", "x > 0",
    ),
    "the logarithm of what is positive has no sign": (
        "abs(log(x)) == log(x)", {"declare": ["x: positive"]}, "refuted", None,
    ),
    "what an assumption says is said of its own letters": (
        "f[m] == delta(k, l)", {"assume": ["f[k] == delta(k, l)"]}, "undecided", None,
    ),
    "all shares that there are": (
        "t[1] + t[2] == 1", {"declare": ["t: simplex[n]", "n: 2"]}, "proved", None,
    ),
    "two labels left out that may be one": (
        "sum(sum(f[j], j, j != y[i] and j != y[s]), i) == "
        "N*sum(f[j], j) - N*f[y[s]] - sum(f[y[i]], i)",
        {"declare": ["y: label[N]"]}, "refuted", None,
    ),
    "two labels left out, put back where they are one": (
        "sum(sum(f[j], j, j != y[i] and j != y[s]), i) == "
        "N*sum(f[j], j) - N*f[y[s]] - sum(f[y[i]], i) + sum(delta(y[i], y[s])*f[y[s]], i)",
        {"declare": ["y: label[N]"]}, "proved", None,
    ),
    "an index beside 0, which it never is": (
        "sum(p[j], j, j != 0) == 1", {"given": [SOFTMAX]}, "undecided", None,
    ),
    "labels that meet their places": (
        "sum(delta(y[i], i), i) == 1", {"declare": ["y: label[n]"]}, "refuted", None,
    ),
    "not captured": ("sum(f[k]*f[k], k) == f[k]*sum(f[k], k)", {}, "conditional", "f[j] == 1"),
    "a nested letter": ("sum(d(f[k]**2, f[j]), j) == 2*f[k]", {}, "proved", None),
    "equal sums, other letters": ("sum(exp(f[j]), j) == sum(exp(f[m]), m)", {}, "proved", None),
    "a condition in the sum": ("sum(f[j], j, j != k) == sum(f[m], m) - f[k]", {}, "proved", None),
    "two conditions": (
        "sum(f[j], j, j == k or j == l) == f[k] + f[l]", {}, "conditional", "k != l",
    ),
    "soft targets of any sum": (
        "d(L, f[k]) == p[k] - t[k]", {"given": SOFT, "declare": ["t: real[n]"]},
        "conditional", "sum(t[j], j) == 1",
    ),
    "soft targets that sum to 1": (
        "d(L, f[k]) == p[k] - t[k]", {"given": SOFT, "declare": ["t: simplex[n]"]}, "proved", None,
    ),
    "said by an assumption": (
        "d(L, f[k]) == p[k] - t[k]", {"given": SOFT, "assume": ["sum(t[j], j) == 1"]},
        "proved", None,
    ),
    "a soft target is not one-hot": (
        "t[k]**2 == t[k]", {"declare": ["t: simplex[n]"]}, "conditional", "t is one-hot",
    ),
    "a one-hot target is": ("t[k]**2 == t[k]", {"declare": ["t: onehot[n]"]}, "proved", None),
    "n = 1 only": ("p[k] == 1", {"given": [SOFTMAX]}, "conditional", "n == 1"),
    "n = 2 only": (
        "delta(k, l) + delta(m, l) == 1", {"where": "k != m"}, "conditional", "n == 2",
    ),
    "true for n = 1, 2, 3 only": (
        "(n - 1)*(n - 2)*(n - 3)*sum(f[j], j) == 0", {}, "refuted", None,
    ),
    "a factor 1.0005": (
        "d(L, f[k]) == 1.0005*(p[k] - delta(k, y))", {"given": NLL}, "refuted", None,
    ),
    "a difference of 1e-30": ("p[k] == p[k] + 1/10**30", {"given": [SOFTMAX]}, "refuted", None),
    "a polynomial with small roots": (
        "(x - 1)*(x - 2)*(x - 3)*(x - 4)*(x - 5)*(x + 1)*(x + 2)*x == 0", {}, "refuted", None,
    ),
    "equal at equal logits": ("p[k] == 1/n", {"given": [SOFTMAX]}, "conditional", "n == 1"),
    "conditions that exclude everything": ("f[k] == f[l]", {"where": "k != k"}, "undecided", None),
    "assumptions that no number meets": (
        "x == x", {"assume": ["x == 1", "x == 2"]}, "undecided", None,
    ),
    "a false assumption": ("0 == 1", {"assume": ["0 == 1"]}, "undecided", None),
    "an assumption that no real number meets": (
        "exp(x) == -1", {"assume": ["exp(x) == -1"]}, "undecided", None,
    ),
    "an assumption off the axis": ("1/x == 1", {"assume": ["x == 0"]}, "refuted", None),
    "x/x is not 1 at 0": ("x/x == 1", {}, "conditional", "x != 0"),
    "0/x is not 0 at 0": ("0/x == 0", {}, "conditional", "x != 0"),
    "log and exp": ("exp(log(x)) == x", {}, "conditional", "x > 0"),
    "log of a square": ("log(x**2) == 2*log(x)", {}, "conditional", "x > 0"),
    "the root of a square": ("sqrt(x**2) == x", {}, "conditional", "x > 0"),
    "an empty sum below": (
        "f[k]/sum(exp(f[j]), j, j != k)*sum(exp(f[j]), j, j != k) == f[k]", {},
        "conditional", "n >= 2",
    ),
    "n - 1 below": ("f[k]/(n - 1)*(n - 1) == f[k]", {}, "conditional", "n >= 2"),
    "undefined on both sides alike": ("log(x)/x == log(x)/x", {}, "proved", None),
    "undefined everywhere": ("log(-1) == log(-1)", {}, "undecided", None),
    "division by 0": ("x/0 == x/0", {}, "undecided", None),
    "a literal index": ("d(L, f[1]) == p[1] - delta(1, y)", {"given": NLL}, "proved", None),
    "a literal index without its delta": (
        "d(L, f[1]) == p[1] - 1", {"given": NLL}, "conditional", "y == 1",
    ),
    "as many classes as literal indices": (
        "p[1] + p[2] + p[3] == 1", {"given": [SOFTMAX]}, "conditional", "n == 3",
    ),
    "a size among the conditions": (
        "p[1] == sigma(f[1] - f[2])", {"given": [SOFTMAX], "where": "n == 2"}, "proved", None,
    ),
    "a size that no array has": ("x[k] == 2", {"where": "k != l and n == 1"}, "undecided", None),
    "a large size is no literal index": (
        "p[1] == 5", {"given": [SOFTMAX], "where": "n == 100000"}, "undecided", None,
    ),
    "a margin below a fraction is no size": (
        "exp(c[y] - m)/(exp(c[y] - m) + sum(exp(c[j]), j, j != y)) == 1/(1 + (n - 1)*exp(m))",
        {"assume": ["c[k] == 1"]}, "proved", None,
    ),
    "a temperature that the claim differentiates by": (
        "d(log(sum(exp(f[j]/T), j)), T)*sum(exp(f[j]/T), j) == -sum(f[j]*exp(f[j]/T), j)",
        {"declare": ["T: positive"]}, "conditional", "T == 1",
    ),
    "a whole power of a negative number": (
        "(-1)**(2*m) == 1", {"declare": ["m: integer"]}, "undecided", None,
    ),
    "a whole power of 0": ("0**m == 0", {"declare": ["m: integer"]}, "undecided", None),
    "the root of a whole power": (
        "(x**m)**(1/m) == x", {"declare": ["m: integer"]}, "conditional", "x > 0",
    ),
    "the logarithm of a whole power": (
        "log(x**m) == m*log(x)", {"declare": ["m: integer"]}, "conditional", "x > 0",
    ),
    "a bit as an exponent": (
        "x**b == 1 + b*(x - 1)", {"declare": ["b: bit"]}, "proved", None,
    ),
    "no value somewhere refutes nothing": (
        "sum(x**j, j) == (x**(n + 1) - x)/(x - 1)", {"given": ["g[k] = f[k]"]}, "undecided", None,
    ),
    "the slope of a root": ("d(sqrt(x), x) == 1/(2*sqrt(x))", {}, "proved", None),
    "the root of a written-out square": ("sqrt(x**2 - 2*x + 1) == abs(x - 1)", {}, "proved", None),
    "the logarithm of a reciprocal": (
        "log(x*y - 1) == -log(1/(x*y - 1))", {"declare": ["x, y: real"]}, "proved", None,
    ),
    "a sum over a part of the range is not negative": (
        "sum(log(1 + sum(exp(x[j] - x[i]), j, j != i)), i) == n*log(S) - sum(x[i], i)",
        {"given": ["S = sum(exp(x[j]), j)"]}, "proved", None,
    ),
    "a delta with a label of its own in a sum": (
        "sum(sum(delta(k, l[t]), t)*w[k], k) == sum(w[l[t]], t)", {}, "proved", None,
    ),
    "an entry at a label beside its delta": (
        "sum(delta(k, l[i])*(u[i, l[i]] - u[i, k]), i) == 0", {}, "proved", None,
    ),
    "another sum of a delta and a label": (
        "sum(sum(delta(k, l[t]), t)*w[k], k) == sum(w[k], k)", {"declare": ["l: label[N]"]},
        "refuted", None,
    ),
    "a mixture of softmaxes": (
        "sum(sum(v[m]*exp(f[m, k])/sum(exp(f[m, j]), j), m), k) == sum(v[m], m)", {},
        "proved", None,
    ),
    "a mixture over the wrong axis": (
        "sum(sum(v[m]*exp(f[m, k])/sum(exp(f[i, k]), i), m), k) == sum(v[m], m)",
        {"declare": ["f: real[N, n]", "v: real[N]"]}, "refuted", None,
    ),
    "an assumption about every row": (
        "sum(sum(t[i, k], k), i) == N",
        {"declare": ["t: real[N, n]"], "assume": ["sum(t[m, k], k) == 1"]}, "proved", None,
    ),
    "an assumption about every column": (
        "sum(sum(t[i, k], k), i) == N",
        {"declare": ["t: real[N, n]"], "assume": ["sum(t[i, m], i) == 1"]}, "conditional",
        "t is one-hot",
    ),
    "a sign under a sum": (
        "sum(softplus(-s[j]*u[j]), j) == sum(softplus(u[j]) - (1 + s[j])/2*u[j], j)",
        {"declare": ["s: sign"]}, "proved", None,
    ),
    "no sign under a sum": (
        "sum(softplus(-s[j]*u[j]), j) == sum(softplus(u[j]) - (1 + s[j])/2*u[j], j)", {},
        "refuted", None,
    ),
    "a bit in a denominator": (
        "sum(1/(b[j] + 1), j) == sum(1 - b[j]/2, j)", {"declare": ["b: bit"]}, "proved", None,
    ),
    "a class count written as a number": (
        "d(log(sum(exp(f[j]), j)) - sum(f[j], j)/n, f[k]) == p[k] - 1/10",
        {"given": [SOFTMAX]}, "conditional", "n == 10",
    ),
    "a factor that is right for one parameter": (
        "d(-log(q[y]), f[k]) == 3*(q[k] - delta(k, y))",
        {"given": ["q[k] = exp(b*f[k])/sum(exp(b*f[j]), j)"]}, "conditional", "b == 3",
    ),
    "a factor that no such parameter has": (
        "d(-log(q[y]), f[k]) == -3*(q[k] - delta(k, y))",
        {
            "given": ["q[k] = exp(b*f[k])/sum(exp(b*f[j]), j)"],
            "declare": ["b: positive"],
        },
        "refuted", None,
    ),
    "a declared size that is not small": (
        "sum(f[j], j)/n == sum(f[j], j)/7", {"declare": ["n: 7"]}, "proved", None,
    ),
    "positive numbers only": (
        "abs(x)*ind(x > 0) == x", {"declare": ["x: real"]}, "conditional", "x > 0",
    ),
    "an order with a size": ("sum(x[j], j, j > n) == 0", {}, "undecided", None),
    "a size that a condition bounds": (
        "f[k]/(n - 1)*(n - 1) == f[k]", {"where": "n >= 2"}, "proved", None,
    ),
    "a size that unequal indices bound": (
        "f[k]/(n - 1)*(n - 1) == f[k]", {"where": "k != l"}, "proved", None,
    ),
    "a size that equal indices do not bound": (
        "f[k]/(n - 1)*(n - 1) == f[k]", {"where": "k == l"}, "conditional", "n >= 2",
    ),
    "a bound from above": (
        "f[k]/(n - 1)*(n - 1) == f[k]", {"where": "n <= 2"}, "conditional", "n >= 2",
    ),
    "a sum of multiples of one exponential": (
        "log(exp(x)/2 + exp(x)/3) == x + log(5) - log(6)", {}, "proved", None,
    ),
    "the wrong sum of multiples": (
        "log(exp(x)/2 + exp(x)/3) == x + log(5) - log(7)", {}, "refuted", None,
    ),
    "cases by a sign": (
        "cases(sigma(x), s == 1, 1 - sigma(x)) == sigma(s*x)", {"declare": ["s: sign"]},
        "proved", None,
    ),
    "a logarithm of cases by a bit": (
        "d(-log(cases(sigma(x), b == 1, 1 - sigma(x))), x) == sigma(x) - b",
        {"declare": ["b: bit"]}, "proved", None,
    ),
    "cases by the other value of a bit": (
        "ind(b == 0) == b", {"declare": ["b: bit"]}, "refuted", None,
    ),
    "a product of sums with signs": (
        "abs(prod(x + s[j], j)) == prod(x + s[j], j)", {"declare": ["s: sign[n]", "x: real"]},
        "refuted", None,
    ),
    "a number that a condition says to be positive": (
        "log(x**2) == 2*log(x)", {"where": "x > 0"}, "proved", None,
    ),
    "a number that a condition says to be between 0 and 1": (
        "log(u*(1 - u)) == log(u) + log(1 - u)", {"where": "0 < u < 1"}, "proved", None,
    ),
    "a number that a condition says to be negative": (
        "abs(x) == x", {"where": "x < 0"}, "refuted", None,
    ),
    "a sum over a vector that nothing else tells": (
        "dot(softmax(f), f) - log(sum(exp(f))) == sum(softmax(f)*log(softmax(f)))", {},
        "proved", None,
    ),
    "two literal indices": (
        "d(L, f[1], f[2]) == -p[1]*p[2]", {"given": NLL, "declare": ["n: 3", "f: real[n]"]},
        "proved", None,
    ),
    "off the diagonal": (
        "d(L, f[k]) == p[k]", {"given": NLL, "where": "k != y"}, "proved", None,
    ),
    "p held for independent": ("d(L, p[k]) == -delta(k, y)/p[k]", {"given": NLL}, "proved", None),
    "p(1 - p) read as a product": (
        "p[k]*(1 - p[k]) == p[k] - p[k]**2", {"given": [SOFTMAX]}, "proved", None,
    ),
    "one sample of a batch": (
        "d(l[i], f[s, k]) == p[i, k] - delta(k, y[i])", {"given": BATCH, "declare": ROWS},
        "conditional", "i == s",
    ),
    "the label of another sample": (
        "d(L, f[i, k]) == p[i, k]/N", {"given": BATCH, "declare": ROWS},
        "conditional", "k != y[i]",
    ),
    "labels of two samples": (
        "delta(i, s)*delta(y[i], y[s]) == delta(i, s)", {"declare": ["y: label[N]"]},
        "proved", None,
    ),
    "the chain rule without its sum": (
        "d(L, f[k]) == d(L, p[k])*d(p[k], f[k])", {"given": NLL}, "conditional", "k == y",
    ),
    "a bit": ("b**2 == b", {"declare": ["b: bit"]}, "proved", None),
    "a sign": ("s**3 == s", {"declare": ["s: sign"]}, "proved", None),
    "both sides 0": ("sum(p[k] - delta(k, y), k) == 0*f[y]", {"given": NLL}, "proved", None),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_trap(trap: str) -> None:
    claim, told, status, condition = TRAPS[trap]
    verdict = verify(claim, **told)
    assert (verdict.status, verdict.condition) == (status, condition)


@pytest.mark.parametrize(
    "trap", [t for t, row in TRAPS.items() if row[2] in ("conditional", "refuted")]
)
def test_counterexamples_of_traps_are_confirmed(trap: str) -> None:
    claim, told, *_ = TRAPS[trap]
    equation = read_equation(claim)
    at = setting([equation], told.get("given", ()), told.get("declare", ()), told.get("where", ""))
    found = verify(claim, **told).to_json()
    assert confirms(found["counterexample"], at, equation.left, equation.right) == ""


# Concrete class counts.


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000])
def test_the_gradient_at_a_concrete_class_count(n: int) -> None:
    for declare in ([f"n: {n}"], [f"n: {n}", "f: real[n]"]):
        assert nll("d(L, f[k]) == p[k] - delta(k, y)", declare=declare).status == "proved"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_concrete_class_counts(n: int) -> None:
    told = {"declare": [f"n: {n}", "f: real[n]"]}
    assert nll("d(L, f[k]) == p[k] - delta(k, y)", **told).status == "proved"
    assert nll("d(L, f[k]) == p[k] + delta(k, y)", **told).status == "refuted"
    total = " + ".join(f"p[{k}]" for k in range(1, n + 1))
    assert nll(f"{total} == 1", **told).status == "proved"


def test_what_only_a_small_class_count_makes_true() -> None:
    two = {"declare": ["n: 2", "f: real[n]"]}
    assert nll("p[1] == sigma(f[1] - f[2])", **two).status == "proved"
    assert nll("p[k] + p[l] == 1", where="k != l", **two).status == "proved"
    assert nll("d(L, f[k]) == 0", declare=["n: 1", "f: real[n]"]).status == "proved"
    assert nll("p[k] + p[l] == 1", where="k != l").condition == "n == 2"


# Mistakes in what a claim is told.


@pytest.mark.parametrize(
    ("claim", "told", "message"),
    [
        ("d(L, f[k]) == p_k - 1", {"given": NLL}, "p_k is one name here"),
        ("d(L, f[k]) == 0", {}, "L has no definition"),
        ("f[0] == 1", {}, "count from 1"),
        ("f[k] == f[i, k]", {}, "has 1 ind"),
        ("a == 1", {"given": ["a = 1", "a = 2"]}, "defined twice"),
        ("a == 1", {"given": ["a = b", "b = a"]}, "defined through itself"),
        ("a[k] == 1", {"given": ["a[k, k] = 1"]}, "distinct letters"),
        ("x == 1", {"declare": ["x: vector"]}, "unknown kind"),
        ("x == 1", {"where": "x"}, "expected a condition"),
        ("x == 1", {"assume": ["x"]}, "expected one equality"),
    ],
)
def test_a_mistake_in_the_setting_is_told(
    claim: str, told: dict[str, object], message: str
) -> None:
    with pytest.raises(FormulaError, match=message):
        verify(claim, **told)


def test_mistakes_of_all_texts_are_told_at_once() -> None:
    with pytest.raises(FormulaError) as caught:
        verify("foo(x) == 1", given=["y = bar(x)"], declare=["z: lable"], where="k +")
    origins = [complaint.origin for complaint in caught.value.complaints]
    assert origins == ["claim", "given", "declare", "where"]


def test_conditional_verdicts_keep_their_premises() -> None:
    verdict = verify("exp(log(x)) == x/T*T")
    assert isinstance(verdict, Conditional)
    assert verdict.condition == "x > 0 and T != 0"


@pytest.mark.parametrize(
    "claim",
    [
        "sum(f[k], j) + sum(f[j], j) == sum(f[k] + f[j], j)",
        "sum(a[k]**2, j) == sum(cases(a[k]**2, a[j] > a[k], a[k]**2), j)",
        "sum(sum(x[i, k], j), k) == K*sum(x[i, k], k)",
        "sum(f[k], j) == n*f[k]",
    ],
)
def test_a_sum_over_an_index_that_subscripts_nothing_is_one_over_the_entries(claim: str) -> None:
    assert verify(claim).status == "proved"
    wrong = claim.replace("K*", "K*K*").replace("n*", "n*n*").replace("== sum(", "== 2*sum(")
    assert verify(wrong).status != "proved"
