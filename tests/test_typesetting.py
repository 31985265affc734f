"""How names, functions, vectors and matrices of a document are typeset."""

from __future__ import annotations

import pytest

from derive import check
from reports.document.html import render_html
from reports.document.record import build_document
from reports.formulas import equality
from reports.lettering import functions_in, lettered
from reports.mathml import latex_to_mathml


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("y_hat[k] == L_CE", r"\hat{y}_{k} = L_{\text{CE}}"),
        ("y_star**2 == p_prime", r"{y^{*}}^{2} = p'"),
        ("theta_bar == x_tilde", r"\bar{\theta} = \tilde{x}"),
        ("loss_hat == foo", r"\mathrm{loss\_hat} = \mathrm{foo}"),
        ("W_q_max == a_2", r"W_{\text{q max}} = \mathrm{a\_2}"),
    ],
)
def test_names_are_set_as_people_write_them(text: str, latex: str) -> None:
    assert equality(text).latex == latex
    assert "unrendered" not in latex_to_mathml(latex)


def test_functions_of_a_letter_keep_their_spelling() -> None:
    spelled = functions_in(r"\frac{f(x)}{g( x )}")
    assert lettered(r"\mathrm{fx} + \mathrm{gx}^{2}", spelled) == "f(x) + {g(x)}^{2}"


def test_a_function_is_shown_as_its_author_writes_it() -> None:
    text = r"$\frac{d}{dx} (f(x) g(x)) = f'(x) g(x)$ and $\frac{d}{dx} e^{g(x)} = g'(x)$."
    record = build_document(check(text, name="a.md"))
    page = render_html(record)
    assert r"\mathrm{fx}" not in page
    assert r"\mathrm{gx}" not in page
    assert [item.formula.latex.count("g(x)") for item in record.items] == [2, 2]
    # Formula text stays what `verify` reads.
    assert record.items[1].formula.text == "d(exp(gx), x) == d(gx, x)"


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        ("d(p, f) == diag(p) - p*p.T", r"\operatorname{diag}(p) - p \, p^{\top}"),
        ("z[i, k] == (w)[k].T @ (x)[i] + b[k]", r"\mathbf{w}_{k}^{\top} \, \mathbf{x}_{i} + b_{k}"),
        ("d(L, W) == X.T @ (P - Y)/N", r"\frac{X^{\top} \, (P - Y)}{N}"),
        ("d(L, f) == p - onehot(y)", r"p - \operatorname{onehot}(y)"),
        ("C == (A @ B).T", r"(A \, B)^{\top}"),
        ("c == (X.T @ u)[k]", r"(X^{\top} \, u)_{k}"),
    ],
)
def test_vectors_and_matrices_are_typeset(claim: str, wanted: str) -> None:
    shown = equality(claim)
    assert shown.latex.partition(" = ")[2] == wanted
    assert "<merror" not in latex_to_mathml(shown.latex)


@pytest.mark.parametrize(("terms", "is_long"), [(8, False), (40, True)])
def test_a_formula_longer_than_a_line_of_paper_says_so(terms: int, is_long: bool) -> None:
    """Printed at its size it would make a browser shrink every page."""
    drawn = latex_to_mathml(r" + ".join([r"\frac{a}{b}"] * terms))
    assert ('<math class="long"' in drawn) is is_long
