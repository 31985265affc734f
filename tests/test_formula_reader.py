"""The formula language: what is read, how it prints, and where a mistake stands.

A guilty span is written into the text as <...>; <> is an empty one, at the end.
"""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from trees import readable

from derive.errors import FormulaError
from derive.read.facts import read_facts
from derive.read.formula import read_condition, read_equation, read_expression
from derive.show import text
from derive.syntax import (
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Ind,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    Span,
    add,
    children,
    free_names,
    mul,
    num,
    rebuild,
    same,
    walk,
)
from derive.typeset import latex

x, y, z, a, b, c, k, l, j, n = map(Name, "xyzabckljn")  # noqa: E741
fk, fj = Entry("f", (k,)), Entry("f", (j,))


def half(top: int, bottom: int) -> Num:
    return Num(Fraction(top, bottom))


# What is read.

MEANINGS: dict[str, Node] = {
    "x": x,
    "f[k]": fk,
    "f[k][l]": Entry("f", (k, l)),
    "f[k, l][y[j]]": Entry("f", (k, l, Entry("y", (j,)))),
    "f [ k ]": fk,
    "W[i, k]": Entry("W", (Name("i"), k)),
    "w[y[i]]": Entry("w", (Entry("y", (Name("i"),)),)),
    "f[3]": Entry("f", (num(3),)),
    "x_1 + order": Add((Name("x_1"), Name("order"))),
    "0.25": half(1, 4),
    ".5": half(1, 2),
    "2.": num(2),
    "1.5e-3": half(3, 2000),
    "2E2": num(200),
    "a + b - c": Add((a, b, Neg(c))),
    "a - (b - c)": Add((a, Neg(Add((b, Neg(c)))))),
    "(a + b) + c": Add((Add((a, b)), c)),
    "-a + b": Add((Neg(a), b)),
    "+a": a,
    "a*b*c": Mul((a, b, c)),
    "a*(b*c)": Mul((a, Mul((b, c)))),
    "a/b/c": Div(Div(a, b), c),
    "a/b*c": Mul((Div(a, b), c)),
    "a*b/c": Div(Mul((a, b)), c),
    "-a*b": Neg(Mul((a, b))),
    "a*-b": Mul((a, Neg(b))),
    "-a**2": Neg(Pow(a, num(2))),
    "(-a)**2": Pow(Neg(a), num(2)),
    "a**b**c": Pow(a, Pow(b, c)),
    "(a**b)**c": Pow(Pow(a, b), c),
    "a**-b": Pow(a, Neg(b)),
    "2*a**2": Mul((num(2), Pow(a, num(2)))),
    "x^2": Pow(x, num(2)),
    "a·b × c ÷ x − y": Add((Div(Mul((a, b, c)), x), Neg(y))),
    "exp(x)": Call("exp", x),
    "ln(x)": Call("log", x),
    "sigmoid(x)": Call("sigma", x),
    "sum(f[j], j)": Reduce("sum", fj, "j"),
    "sum(f[j], j, j != k)": Reduce("sum", fj, "j", Rel("!=", j, k)),
    "sum(f[j], j, (j != k))": Reduce("sum", fj, "j", Rel("!=", j, k)),
    "sum(f[j], j, j != k, j != l)": Reduce(
        "sum", fj, "j", Logic("and", (Rel("!=", j, k), Rel("!=", j, l)))
    ),
    "Sum(f[j], (j, 1, n))": Reduce("sum", fj, "j", None, "n"),
    "prod(f[j], j)": Reduce("prod", fj, "j"),
    "Product(f[j], (j, 1, n))": Reduce("prod", fj, "j", None, "n"),
    "max(f[j], j)": Reduce("max", fj, "j"),
    "d(L, f[k])": Deriv(Name("L"), (fk,)),
    "d(L, f[k], z)": Deriv(Name("L"), (fk, z)),
    "diff(L, z)": Deriv(Name("L"), (z,)),
    "Derivative(L, z, z)": Deriv(Name("L"), (z, z)),
    "delta(k, y)": Ind(Rel("==", k, y)),
    "KroneckerDelta(k, 1)": Ind(Rel("==", k, num(1))),
    "ind(k == y)": Ind(Rel("==", k, y)),
    "ind(k ≠ y)": Ind(Rel("!=", k, y)),
    "ind(x <= 0 or x ≥ 1)": Ind(Logic("or", (Rel("<=", x, num(0)), Rel(">=", x, num(1))))),
    "ind(not k == y and k != l)": Ind(
        Logic("and", (Logic("not", (Rel("==", k, y),)), Rel("!=", k, l)))
    ),
    "ind(~(k == y) | k == l)": Ind(
        Logic("or", (Logic("not", (Rel("==", k, y),)), Rel("==", k, l)))
    ),
    "ind(0 < x < 1)": Ind(Logic("and", (Rel("<", num(0), x), Rel("<", x, num(1))))),
    "cases(a, k == y, b)": Cases(((a, Rel("==", k, y)),), b),
    "cases(a, k == y, b, k == l, c)": Cases(((a, Rel("==", k, y)), (b, Rel("==", k, l))), c),
    "  x\n\t+ y  ": Add((x, y)),
}


@pytest.mark.parametrize("source", MEANINGS)
def test_text_means(source: str) -> None:
    assert read_expression(source) == MEANINGS[source]


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        ("Sum(exp(f[j]), j)", "sum(exp(f[j]), j)"),
        ("KroneckerDelta(k, y)", "delta(k, y)"),
        ("x - (k == y)", "x - ind(k == y)"),
        ("x - 2*[k == y]", "x - 2*ind(k == y)"),
        ("x - 1[k == y]", "x - ind(k == y)"),
        ("[k != y and k != l]*x", "ind(k != y and k != l)*x"),
        ("Piecewise((x, k == y), (0, True))", "cases(x, k == y, 0)"),
        ("Derivative(L, f[k])", "d(L, f[k])"),
        ("((x))", "x"),
        ("delta(k, y)", "ind(k == y)"),
        ("log1p(x)", "log(1 + x)"),
        ("max(x, y)", "cases(x, x > y, y)"),
        ("relu(x)", "max(x, 0)"),
        ("sign(x)", "cases(1, x > 0, -1, x < 0, 0)"),
        ("logit(p)", "log(p/(1 - p))"),
        ("logaddexp(x, y)", "log(exp(x) + exp(y))"),
        ("cosh(x)", "(exp(x) + exp(-x))/2"),
        ("sinh(x)", "(exp(x) - exp(-x))/2"),
        ("silu(x)", "x*sigma(x)"),
        ("square(x)", "x**2"),
        ("pow(x, y)", "x**y"),
        ("log10(x)", "log(x)/log(10)"),
        ("one_hot(y, n)", "onehot(y)"),
        ("d(L, f[k], 2)", "d(L, f[k], f[k])"),
        ("d(L, x, 2, z)", "d(L, x, x, z)"),
        ("expm1(x)", "exp(x) - 1"),
        ("log_sigmoid(x)", "-softplus(-x)"),
        ("logsigmoid(x)", "-softplus(-x)"),
        ("max(x, 0)", "cases(x, x > 0, 0)"),
        ("max(0, x)", "cases(0, 0 > x, x)"),
        ("min(x, 1 - y)", "cases(x, x < 1 - y, 1 - y)"),
        ("clip(x, 1, 2)", "min(max(x, 1), 2)"),
        ("clamp(x, 1, 2)", "min(max(x, 1), 2)"),
    ],
)
def test_two_spellings_of_one_formula(spelling: str, plain: str) -> None:
    assert read_expression(spelling) == read_expression(plain)


@pytest.mark.parametrize("source", ["d(L, f[k]) == p[k] - 1", "d(L, f[k]) = p[k] - 1"])
def test_an_equation_has_two_sides(source: str) -> None:
    equation = read_equation(source)
    assert (text(equation.left), text(equation.right)) == ("d(L, f[k])", "p[k] - 1")


def test_conditions_are_a_list() -> None:
    assert read_condition("k != y, k != l") == (Rel("!=", k, y), Rel("!=", k, l))
    assert read_condition("k = y") == (Rel("==", k, y),)


# Printing.


def _flat(tree: Node) -> Node:
    """The tree with products of products made one: a*b*c has no inner bracket that counts."""
    parts = tuple(map(_flat, children(tree)))
    tree = rebuild(tree, parts) if parts else tree
    return mul(*parts) if isinstance(tree, Mul) else tree


def _can_be_written(tree: Node) -> bool:
    """Without a maximum of what its index does not occur in, which is refused."""
    largest = (p for p in walk(tree) if isinstance(p, Reduce) and p.kind == "max")
    return all(part.index in free_names(part.body) for part in largest)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(readable(3).filter(_can_be_written))
def test_what_is_printed_reads_back(tree: Node) -> None:
    back = read_expression(text(tree))
    assert same(_flat(back), _flat(tree))
    assert text(back) == text(tree)


@pytest.mark.parametrize("source", [s for s in MEANINGS if "(j, 1, n)" not in s])
def test_a_printed_formula_reads_back_exactly(source: str) -> None:
    tree = MEANINGS[source]
    assert read_expression(text(tree)) == tree


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(Mul((Add((a, b)), Add((a, c)), z)), id="(a + b)*(a + c)*z"),
        pytest.param(Mul((Mul((a, b)), c)), id="(a*b)*c"),
        pytest.param(Reduce("sum", c, "j", None, "N"), id="sum over a named range"),
        pytest.param(Ind(Rel("==", add(x, z), num(2))), id="ind(x + z == 2)"),
        pytest.param(Pow(half(9, 10), Div(num(9), num(10))), id="0.9**(9/10)"),
        pytest.param(Pow(num(2), Div(num(8), num(8))), id="2**(8/8)"),
    ],
)
def test_what_is_easily_misread_reads_back(tree: Node) -> None:
    assert read_expression(text(tree)) == tree


@pytest.mark.parametrize(
    ("source", "typeset"),
    [
        ("exp(s/T)", "e^{s/T}"),
        ("exp(-(a + b)/(2*T))", r"e^{-(a + b)/(2 \, T)}"),
        ("x**(1/3)", "x^{1/3}"),
        ("s/T", r"\frac{s}{T}"),
    ],
)
def test_a_quotient_in_an_exponent_stands_on_one_line(source: str, typeset: str) -> None:
    assert latex(read_expression(source)) == typeset


def test_printing_keeps_a_free_letter_free() -> None:
    """A sum whose own letter is written like the free j prints with another one."""
    own = Entry("f", (Name("j·1"),))
    tree = Reduce("sum", Mul((own, fj)), "j·1")
    assert same(read_expression(text(tree)), tree)
    assert same(
        read_expression(text(Reduce("sum", Mul((fj, tree)), "j"))),
        Reduce("sum", Mul((fj, tree)), "j"),
    )


# Mistakes.


def _marked(source: str) -> tuple[str, list[Span]]:
    """The text without its marks, and the spans between < and >."""
    spans, plain = [], ""
    for piece in re.split(r"(<.*?>)", source):
        if piece.startswith("<"):
            spans.append(Span(len(plain), len(plain) + max(1, len(piece) - 2)))
        plain += piece.strip("<>")
    return plain, spans


MISTAKES = [
    ("exp<(>f[k]", "never closed"),
    ("exp(f[k<)>", "closes nothing"),
    ("f[k]<]>", "closes nothing"),
    ("x + <*> y", "unexpected '*'"),
    ("2<x>", "a sign is missing before 'x'"),
    ("x <+>", "ends too early"),
    ("x <!> y", "unexpected"),
    ("<foo>(x)", "foo is no function"),
    ("<p>(k)", "p is no function"),
    ("<sinc>(x)", "sinc is no function"),
    ("<exp> + 1", "needs an argument"),
    ("1 + <exp(x, y)>", "takes one argument"),
    ("<prod(f[j])>", "needs an index"),
    ("sum(f[j], <3>)", "index of the sum"),
    ("sum(f[j], <(j, 0, n)>)", "index of the sum"),
    ("<d(x)>", "differentiate by"),
    ("d(x, <x + 1>)", "cannot differentiate by this"),
    ("<d(x, x, x, x, x, x)>", "order"),
    ("f[<k + 1>]", "cannot index by this"),
    ("f[<1.5>]", "whole number"),
    ("<delta(k)>", "two indices"),
    ("ind(<k>)", "expected a condition"),
    ("exp(<k == y>)", "a condition where a number is expected"),
    ("<Piecewise(x, k == y)>", "pairs"),
    ("Piecewise((x, k == y), (y, <k != y>))", "True"),
    ("[<x>]", "expected a condition"),
    ("<cases(x, k == y)>", "otherwise"),
    ("x**<65>", "exponent larger than 64"),
    ("<1e101>", "more than 100 digits"),
    ("pow(9, <9**9>)", "exponent larger than 64"),
    ("pow(9, <99>)", "exponent larger than 64"),
    ("square(square(<square(square(square(square(square(square(square(9)))))))>))", "digits"),
    ("<α> + 1", "U+03B1"),
    ("p<̂>[k]", "U+0302"),
    ("x<\0>", "U+0000"),
    ("<(1, 2)>", "no formula"),
    ("x +\n  y <?> z", "unexpected '?'"),
]


@pytest.mark.parametrize(("source", "message"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_pointed_at(source: str, message: str) -> None:
    plain, spans = _marked(source)
    with pytest.raises(FormulaError) as caught:
        read_expression(plain)
    first = caught.value.complaints[0]
    assert message in first.message
    assert first.span == spans[0]
    before = plain[: first.span.start]
    assert (first.line, first.column) == (before.count("\n") + 1, len(before.split("\n")[-1]) + 1)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("p[k] - δ(k, y)", "write delta"),
        ("∂L", "write d(L, f[k])"),
        ("x²", "write **2"),
        ("x - 1 if k == y else x", "cases(p[k] - 1, k == y, p[k])"),
        ("ind(k = y)", "equality is written =="),
        ("I(k == y)", "ind(k == y)"),
        ("grad(L, f)", "d(L, f)"),
        ("trace(A)", "sum(A[j, j], j)"),
        ("norm(x)", "sqrt(sum(x[j]**2, j))"),
        ("sinc(x)", "functions are abs, cases, clamp"),
        ("lgamma(x)", "outside of what can be decided"),
        ("max(x, k)", "max(f[j], j)"),
        ("sum_j(exp(f[j]))", "sum(exp(f[j]), j)"),
        ("softmax(f, k)", "softmax(f)[k]"),
        ("sum(exp(f[j]) for j)", "sum(exp(f[j]), j)"),
        ("cross_entropy(f, y)", "-log(p[y])"),
        ("hess(L, f)", "d(L, f[k], f[l])"),
    ],
)
def test_the_hint_says_how_to_write_it(source: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_expression(source)
    assert hint in caught.value.complaints[0].hint


def test_the_excerpt_shows_line_column_and_carets() -> None:
    with pytest.raises(FormulaError) as caught:
        read_equation("x ==\n  exp(p(k))")
    assert str(caught.value).splitlines()[:3] == [
        "claim: line 2, column 7: p is no function",
        "    exp(p(k))",
        "        ^",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "f[<k + 1>] + <foo>(x) + d(x, <2>)",
        "<p>(k)*(1 - <p>(k)) - delta(<1.5>, k)",
        "<α> + <β>",
        "x <?> y + f[k] <?> z",
    ],
)
def test_all_mistakes_of_a_text_are_told_at_once(source: str) -> None:
    plain, spans = _marked(source)
    with pytest.raises(FormulaError) as caught:
        read_expression(plain)
    found = sorted((c.span for c in caught.value.complaints), key=lambda s: s.start)
    assert found == spans


@pytest.mark.parametrize("source", ["3(x)", "p[k](1 - p[k])"])
def test_one_mistake_is_one_complaint(source: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_expression(source)
    assert len(caught.value.complaints) == 1


@pytest.mark.parametrize("source", ["x", "x == y == z", "x = y = z", "k == y and x == 1", "", " "])
def test_no_equation(source: str) -> None:
    with pytest.raises(FormulaError):
        read_equation(source)


def test_a_comma_inside_brackets_ends_no_condition() -> None:
    assert len(read_condition("sum(t[j], j) > 0, k != y")) == 2


def test_the_larger_of_two_numbers_is_no_maximum_over_a_range() -> None:
    with pytest.raises(FormulaError):
        read_expression("max(f, j)")
    assert read_expression("max(x + 1, y)") == read_expression("cases(x + 1, x + 1 > y, y)")


# Declarations.


@pytest.mark.parametrize(
    ("source", "facts"),
    [
        ("y: label", [("y", "label", ())]),
        ("a, b: positive", [("a", "positive", ()), ("b", "positive", ())]),
        ("t: simplex[N, n]", [("t", "simplex", ("N", "n"))]),
        ("t:onehot[ n ]", [("t", "onehot", ("n",))]),
        ("t: one_hot[n]", [("t", "onehot", ("n",))]),
        ("n: 3", [("n", "3", ())]),
    ],
)
def test_declarations(source: str, facts: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert [(f.name, f.kind, f.sizes) for f in read_facts(source)] == facts


@pytest.mark.parametrize(
    "source",
    ["y", "y:", "y: lable", "y: label[", "1: label", "n: 1234567", "y: label]", "n: -3", ""],
)
def test_no_declaration(source: str) -> None:
    with pytest.raises(FormulaError):
        read_facts(source)
