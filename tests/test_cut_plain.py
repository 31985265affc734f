"""Plain text, scraped from pages or typed into a mail."""

from __future__ import annotations

import pytest
from cutting import check, formulas, sources

from derive.document.cut import cut

PLAIN = "plain"


@pytest.mark.parametrize(
    "line",
    [
        "dL/dz_i = p_i - y_i",
        "∂L/∂z_i = p_i − y_i",
        "p_i = exp(z_i)/sum_j exp(z_j)",
        "L = -log(p_y)",
        "σ(z) = 1/(1 + e^{-z})",
        "dp_i/dz_j = p_i (1 - p_i) if i = j",
        "\\frac{\\partial L}{\\partial z_i} = p_i - y_i",
        "\\frac{\\partial L}{\\partial z_i} = p_i - \\text{the true one}",
        "a = b\n  = c\n  = d",
        "a =\n  b + c",
        "a &= b \\\\\n  &= c",
    ],
)
def test_a_line_that_is_a_formula(line: str) -> None:
    assert formulas(f"Some words before.\n{line}\nSome words after.", PLAIN) == [("display", line)]
    assert formulas(f"{line}    (3)", PLAIN) == [("display", line)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thus dL/dz = p - y, as promised.", ["dL/dz = p - y"]),
        ("Loss: L = -log(p_y)", ["L = -log(p_y)"]),
        ("We get a = b and then c = d.", ["a = b", "c = d"]),
        ("여기서 L = -log(p_y) 이고 y는 레이블이다.", ["L = -log(p_y)"]),
        ("the sum (x = y + z) is it", ["x = y + z"]),
        ("1. a = b", ["a = b"]),
        ("p_k - 1 (k = y) is it", ["k = y"]),
        ("L = f(k = y) is it", ["L = f(k = y)"]),
        ("Hence : x = b) is it", ["x = b"]),
        ("Hence : p = q and z are given", ["p = q"]),
        ("- a = b", ["a = b"]),
        ("\\[ a = b \\]", ["a = b"]),
        ("with $a = b$ in it", ["a = b"]),
        ("<p>$$a = b$$</p>", ["a = b"]),
    ],
)
def test_formulas_in_words(text: str, found: list[str]) -> None:
    assert [source for _, source in formulas(text, PLAIN)] == found


@pytest.mark.parametrize(
    "text",
    [
        "The loss is the sum of all terms.",
        "loss = nn.NLLLoss(weight)",
        "x += 1",
        "if x == y:",
        "lr = 0.001",
        "p = softmax(x, dim=1)",
        "name = 'value'",
        "See https://example.org/?a=b for more.",
        "N=32",
        "this = that or other words = more words",
        "==================",
        "a\n=\nb",
        "= b",
        "p_k - 1",
        "I think A = best",
    ],
)
def test_no_formula(text: str) -> None:
    assert formulas(text, PLAIN) == []


def test_a_formula_goes_on_behind_a_blank_line_and_behind_its_number() -> None:
    text = "a = b (1)\n\n= c\n\n= d\n\nwords\n\n= e"
    assert [source for _, source in formulas(text, PLAIN)] == ["a = b", "= c", "= d"]


def test_restructured_text() -> None:
    text = (
        "The :math:`k` is\n\n.. math::\n   :label: x\n\n   a = b\n\n   - c\n\nwhere\n\n"
        ".. math:: f = g\n\nx\n\n  .. math::\n\n     h = i\n  done"
    )
    assert formulas(text, PLAIN) == [
        ("inline", "k"),
        ("display", "a = b\n\n   - c"),
        ("display", "f = g"),
        ("display", "h = i"),
    ]


def test_words_in_an_open_bracket_end_a_formula() -> None:
    text = "p = σ(z) (where σ is the sigmoid)"
    assert formulas(text, PLAIN) == [("inline", "p = σ(z)")]


def test_alt_texts_are_read_once() -> None:
    text = (
        "The function p\ni\n\n{\\displaystyle p_{i}}\n\n is such that\n\n∂\nL\n\n∂\n\nz\ni\n"
        "\n=\n\np\ni\n\n−\n\ny\ni\n\n\n"
        "{\\displaystyle {\\frac {\\partial L}{\\partial z_{i}}}=p_{i}-y_{i}}\n"
    )
    assert formulas(text, PLAIN) == [
        ("inline", "p_{i}"),
        ("display", "{\\frac {\\partial L}{\\partial z_{i}}}=p_{i}-y_{i}"),
    ]
    assert sources(text, PLAIN, "prose")[0] == "The function \ufffc"


def test_prose_stands_in_paragraphs() -> None:
    assert sources("One\ntwo.\n\nThree.", PLAIN, "prose") == ["One two.", "Three."]


def test_declarations() -> None:
    document = cut("a b\n# gradproof: y: label; t: simplex[n]\nx = y + z", format=PLAIN)
    check(document)
    assert [(p.kind, p.line) for p in document.pieces] == [
        ("prose", 1),
        ("declare", 2),
        ("declare", 2),
        ("display", 3),
    ]
