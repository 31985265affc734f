"""Text that means harm: an answer in 2 s and 500 MB, no traceback, and nothing of it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

import derive
from derive import verify
from derive.errors import FormulaError

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the bound is a forked process"
)
if sys.platform.startswith("linux"):
    from bounded import LIMIT, bounded

VERDICTS = {"proved", "conditional", "refuted", "undecided"}


def answer(claim: str, **told: list[str]) -> str:
    """The status, or the place and message of the first complaint."""

    def work() -> str:
        try:
            return verify(claim, **told).status
        except FormulaError as error:
            first = error.complaints[0]
            placed = 0 <= first.span.start < first.span.stop and len(str(error)) < 5000
            return f"{first.column}: {first.message}" if placed else "misplaced"

    return bounded(work)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """What is imported late is imported before the clock runs."""
    verify("d(log(sum(exp(f[j]), j)), f[k]) == exp(f[k])/sum(exp(f[j]), j)")


HOSTILE = {
    "__import__('os').system('true') == 1": "1: unexpected '_'",
    "().__class__ == 1": "2: unexpected ')'",
    "9**9**9**9 == x": "7: exponent larger than 64",
    "2**(64*64*64*64*64) == x": "4: exponent larger than 64",
    "x**2305843009213693951 == x": "4: exponent larger than 64",
    "1e999999999 == x": "1: a number of more than 100 digits",
    "9" * 5000 + " == x": "1: a number of more than 100 digits",
    "(" * 10_000 + "x" + ")" * 9_000 + " == x": "101: more than 100 nested brackets",
    "[" * 10_000 + " == x": "101: more than 100 nested brackets",
    "exp(" * 150 + "x" + ")" * 150 + " == x": "404: more than 100 nested brackets",
    "x+" * 500_000 + "x == x": "20001: longer than 20000 characters",
    " " * 500_000 + "x == x": "20001: longer than 20000 characters",
    "x as " * 500_000 + "x == x": "20001: longer than 20000 characters",
    "-" * 19_000 + "x == x": "1: nested deeper than 100 levels",
    "not " * 4_000 + "x == x": "1: nested deeper than 100 levels",
    "x" + "**x" * 4_000 + " == x": "1: nested deeper than 100 levels",
    "x" + "/x" * 4_000 + " == x": "1: nested deeper than 100 levels",
    "x" + "+x" * 9_000 + " == x": "1: more than 5000 parts",
    "x\0 == 1": "2: unexpected character U+0000",
    "x\x1b[31m == 1": "2: unexpected character U+001B",
    "\u202ex == 1": "1: unexpected character U+202E",
    "\u0445 == 1": "1: unexpected character U+0445",
    "\uff58 == 1": "1: unexpected character U+FF58",
    "\u0661 == 1": "1: unexpected character U+0661",
    "\U0001d4f4 == 1": "1: unexpected character U+1D4F4",
    "x == 1; import os": "7: unexpected ';'",
    "lambda: 1 == 1": "7: unexpected ':'",
    "d(x, x, x, x, x, x) == 1": "1: derivatives of order at most 4",
    # words that stand for something with their argument in it twice
    "max(" * 60 + "x" + ", 0)" * 60 + " == x": "201: more than 5000 parts once max",
    "clip(" * 25 + "x" + ", 0, 1)" * 25 + " == x": "101: more than 5000 parts once clip",
    "pow(9, 9**9**9) == x": "11: exponent larger than 64",
    "softmax(" * 30 + "f" + ")" * 30 + " == f": "1: more than 6 of softmax",
}


@pytest.mark.parametrize("claim", HOSTILE, ids=lambda claim: claim[:30].encode("ascii", "replace"))
def test_hostile_text_gets_a_complaint_with_its_place(claim: str) -> None:
    assert answer(claim).startswith(HOSTILE[claim])


@pytest.mark.parametrize("origin", ["given", "declare", "where", "assume"])
def test_hostile_text_beside_the_claim(origin: str) -> None:
    listed = ("k != y, " * 100_000, "y: label" + " " * 19_000 + "!")
    for text in (*listed, "9**9**9 = x", "(" * 10_000, "x\0", "a" * 1_000_000, "", "os.system()"):
        if origin == "where" and not text:
            continue
        told = text if origin == "where" else [text]
        assert answer("x == x", **{origin: told}) not in {*VERDICTS, LIMIT}


HEAVY: dict[str, Callable[[], str]] = {
    "4,900 equal terms": lambda: answer("+".join("a" * 2400) + " == 2400*a"),
    "2,400 equal factors": lambda: answer("*".join("a" * 2400) + " == a"),
    "a tower of 60": lambda: answer("**".join("a" * 60) + " == a"),
    "a fraction of 90 storeys": lambda: answer("/".join("a" * 90) + " == a"),
    "six sums in a term": lambda: answer(
        "sum(sum(sum(f[a]*f[b]*f[c], a), b), c) == sum(f[a], a)**3"
    ),
    "a power of a sum": lambda: answer("(a + b + c + g + h)**64 == 1"),
    "a quotient by it": lambda: answer("1/(a + b + c + g + h)**64 == 1/(h + g + c + b + a)**64"),
    "exponents of 10^99": lambda: answer("exp(x*" + "9" * 99 + ") == 1"),
    "a tower of exponentials": lambda: answer("exp(exp(exp(exp(exp(9))))) == 1"),
    "a logarithm to factor": lambda: answer("log(" + "7" * 99 + "*x) == 1"),
    "a constant exponent in disguise": lambda: answer("x**(64*64*64*64*64*64) == x"),
    "a chain of 500 definitions": lambda: answer(
        "p500 == x", given=["p0 = x", *(f"p{i} = p{i - 1} + 1" for i in range(1, 501))]
    ),
    "30 squares of squares": lambda: answer(
        "p30 == x", given=["p0 = x", *(f"p{i} = p{i - 1}**2" for i in range(1, 31))]
    ),
    "six free indices": lambda: answer("f[a] + f[b] + f[c] + f[g] + f[h] + f[i] == 0"),
}


def _doubling(sign: str) -> list[str]:
    return ["p0 = x", *(f"p{i} = p{i - 1}{sign}p{i - 1}" for i in range(1, 51))]


HEAVY |= {
    "1e000000000999999999": lambda: answer("1e000000000999999999 == x"),
    "f[1e99]": lambda: answer("f[1e99] == f[1]"),
    "f[99999999]": lambda: answer("f[99999999] == f[1]"),
    "f[5000]": lambda: answer("f[5000] == f[1]"),
    "50 definitions that double": lambda: answer("p50 == x", given=_doubling("+")),
    "50 definitions that square": lambda: answer("p50 == x", given=_doubling("*")),
    "12 free indices": lambda: answer(" + ".join(f"f[{a}]" for a in "abcghijklmno") + " == 0"),
    "6 axes": lambda: answer("W[a, b, c, g, h, i] == 1"),
    "20 axes": lambda: answer("f[" + ", ".join(f"k{i}" for i in range(20)) + "] == 1"),
    "2,000 axes": lambda: answer("f[" + "k, " * 2000 + "k] == 1"),
    "n: 999999": lambda: answer("f[k] == f[l]", declare=["f: real[n]", "n: 999999"]),
    "two sizes of 99,999": lambda: answer(
        "sum(sum(W[a, b], a), b) == 1", declare=["W: real[A, B]", "A: 99999", "B: 99999"]
    ),
    "roots of order 1,000": lambda: answer("1/(1 + exp(0.123456789*x)) == 1"),
    "two roots of order 1,000": lambda: answer(
        "1/(exp(x) + exp(y)) == 1/(exp(1.001*x) + exp(1.001*y))"
    ),
    "x**64 - y**64": lambda: answer("1/(x**64 - y**64) == 1/(y**64 - x**64)"),
}


@pytest.mark.parametrize("case", HEAVY)
def test_heavy_text_gets_a_verdict_or_a_complaint(case: str) -> None:
    found = HEAVY[case]()
    assert found in VERDICTS or found[0].isdigit()


@pytest.mark.parametrize(
    "right", ["p[k]/0", "0/0", "1/(1 - 1)", "p[k]/0*0", "log(0)", "0**(-1)", "x/(k/0)"]
)
def test_a_right_side_without_a_value_is_refuted(right: str) -> None:
    given = ["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]
    found = verify(f"d(L, f[k]) == {right}", given=given)
    assert found.status in ("refuted", "undecided")
    assert found.repair is None or "/0" not in found.repair


@pytest.mark.parametrize(
    "given", [["a = b", "b = a"], ["a = a + 1"], ["a[k] = b[k]", "b[k] = sum(a[j], j)"]]
)
def test_a_circle_of_definitions_is_named(given: list[str]) -> None:
    claim = "a == 1" if given[0].startswith("a =") else "a[k] == 1"
    assert "defined through itself" in answer(claim, given=given)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("x: simplex", "entries that sum to 1"),
        ("x: onehot", "an array here"),
        ("n: 0", "a size is 1 or more"),
    ],
)
def test_a_declaration_without_sense_gets_a_complaint(declared: str, message: str) -> None:
    assert message in answer("x == x", declare=[declared])


def test_no_sum_over_the_index_of_a_definition() -> None:
    """In the sum over y, the L would have the y outside."""
    given = ["L = -log(p[y])", "p[k] = exp(f[k])/sum(exp(f[j]), j)"]
    assert "a y of its own" in answer("sum(p[y]*d(L, f[k]), y) == 0", given=given)
    given[0] = "L[y] = -log(p[y])"
    assert answer("sum(p[y]*d(L[y], f[k]), y) == 0", given=given) == "proved"


def test_a_subscript_by_underscore_in_a_sum_is_no_number() -> None:
    given = ["p_k = exp(f_k)/sum(exp(f_j), j)"]
    assert "not an entry of f" in answer("d(-log(p_y), f_k) == p_k - 1", given=given)
    assert answer("d(p_t, z_t) == p_t*(1 - p_t)", given=["p_t = sigma(z_t)"]) == "proved"


def test_no_text_reaches_sympys_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """sympify and parse_expr of a str evaluate it as Python: here they raise."""
    import sympy
    from sympy.parsing import sympy_parser

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a text reached SymPy's reader")

    for name in ("parse_expr", "eval_expr"):
        monkeypatch.setattr(sympy_parser, name, refuse)
    for row in derive.losses():
        assert verify(row.claim(), given=row.given, declare=row.declare).status == "proved"
    assert verify("1/(x**2 - y**2) == 1/(x - y)/(x + z)").status == "refuted"
    with pytest.raises(AssertionError, match="reached SymPy"):
        sympy.sympify("x + 1")


def test_the_bound_is_a_bound() -> None:
    def forever() -> str:
        while True:
            pass

    assert bounded(forever, 0.2) == LIMIT
    assert bounded(lambda: str(len(bytearray(10**9)))) == "raised MemoryError"
    assert bounded(lambda: "done") == "done"
