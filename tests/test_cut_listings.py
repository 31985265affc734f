"""Formulas that stand as code: which blocks and spans are text, and which are a program's."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutting import check, formulas, sources

from derive.document.cut import cut, read_document
from derive.document.cut.programs import comments_alone, formula_in_code, listed_text

MARKDOWN = "markdown"
SOFTMAX = "p_i = exp(z_i) / sum_j exp(z_j)"


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{SOFTMAX}\n```",
        f"```text\n{SOFTMAX}\n```",
        f"words\n\n    {SOFTMAX}",
        f"```python\n# {SOFTMAX}\n```",
        f"```c\n// {SOFTMAX}\n```",
        f"> ```txt\n> {SOFTMAX}\n> ```",
        f"`{SOFTMAX}`",
    ],
)
def test_a_listing_without_a_program_is_text(text: str) -> None:
    assert formulas(text, MARKDOWN) == [("display", SOFTMAX)]


@pytest.mark.parametrize(
    "code",
    [
        f"import math\n{SOFTMAX}",
        f"{SOFTMAX}\nz -= rate",
        f"p = np.exp(z)\n{SOFTMAX}",
        f"for k in range(3):\n    {SOFTMAX}",
        f"z = z - max(z)\n{SOFTMAX}",
        f"const p = 1\n{SOFTMAX}",
        f'{SOFTMAX}\nname = "softmax"',
        f">>> {SOFTMAX}",
        "x = y\nz = w",
        "p = [0.09, 0.24, 0.67]\nexp(z) = [1.0, 2.7, 7.4]",
    ],
)
def test_a_program_stays_code(code: str) -> None:
    assert formulas(f"```\n{code}\n```", MARKDOWN) == []


def test_a_program_in_a_language_of_its_own_stays_code() -> None:
    assert listed_text(SOFTMAX, "python") is None
    assert listed_text(SOFTMAX, "text") == SOFTMAX


@pytest.mark.parametrize(
    ("span", "is_formula"),
    [
        ("dL/dz_i = p_i - y_i", True),
        ("∂L/∂z = p - y", True),
        ("p = softmax(z)", True),
        ("lr = 0.1", False),
        ("x = np.exp(z)", False),
        ('reduction="mean"', False),
        ("p[y] -= 1", False),
        ("n = n_classes", False),
        ("p_i", False),
    ],
)
def test_a_span_of_code_is_a_formula_where_it_reads_as_one(span: str, is_formula: bool) -> None:
    assert formula_in_code(span) is is_formula
    found = formulas(f"see `{span}` here", MARKDOWN)
    assert found == ([("inline", span)] if is_formula else [])


def test_of_a_program_only_comments_and_long_texts_are_left() -> None:
    program = f'"""Doc: {SOFTMAX}"""\nx = "# no"  # {SOFTMAX}\n/* {SOFTMAX}\n * y */ z = 1\n'
    left = comments_alone(program)
    assert len(left) == len(program)
    assert left.count(SOFTMAX) == 3
    assert "no" not in left
    assert "z = 1" not in left
    assert [line.rstrip() for line in left.splitlines()][3] == "   y"


def test_a_program_is_read_by_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "loss.py"
    file.write_text(f"# {SOFTMAX}\nL_i = -log(p_i)\n", "utf-8")
    document = read_document(file)
    check(document)
    assert [piece.source for piece in document.pieces] == [SOFTMAX]


def test_each_line_of_a_listing_is_a_sentence() -> None:
    text = "```\nCase 1: a_i = b_i\nCase 2 (j ≠ i): a_j = c_j\n∂a_i/∂z = d_i\n```"
    assert sources(text, MARKDOWN, "prose") == ["Case 1: \ufffc", "Case 2 (j ≠ i): \ufffc"]


def test_a_further_value_for_another_case_is_a_row_of_its_own() -> None:
    text = "∂L/∂p_j = -1/p_k  if j = k\n        = 0       if j ≠ k\n"
    ((kind, source),) = formulas(text, "plain")
    assert kind == "display"
    assert source.split("\n")[1].lstrip().startswith("\\\\")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Softmax: p_i = exp(z_i)/Z where z = logits", ["p_i = exp(z_i)/Z"]),
        ("2 (j ≠ i): ∂p_j/∂z_i = -p_i p_j", ["∂p_j/∂z_i = -p_i p_j"]),
        ("L = -log p_y where p = softmax(z)", ["L = -log p_y", "p = softmax(z)"]),
        ("we get g_k = p_k - 1, and for i != k we get g_i = p_i", ["g_k = p_k - 1", "g_i = p_i"]),
        ("dL/dz_i = p_i - 1 if i = k and dL/dz_i = p_i if i != k",
         ["dL/dz_i = p_i - 1 if i = k", "dL/dz_i = p_i if i != k"]),
        ("dp_i/dz_j = b if i = j and i = k", ["dp_i/dz_j = b if i = j and i = k"]),
        ("With softmax p_i = exp(z_i) this is it", ["p_i = exp(z_i)"]),
        ("i = k: dL/dz_i = p_i - 1", ["dL/dz_i = p_i - 1"]),
    ],
)  # fmt: skip
def test_formulas_of_one_line_are_told_apart(line: str, expected: list[str]) -> None:
    assert [source for _, source in formulas(line, "plain")] == expected


@pytest.mark.parametrize("mark", ["!!! note", '??? success "x"', "???+ tip", '=== "Tab"'])
def test_what_is_indented_below_an_admonition_is_text(mark: str) -> None:
    text = f"{mark}\n\n    $$\n    a = b\n    $$\n\n    !!! note\n        $$c = d$$\n\nend $e$"
    assert [s for k, s in formulas(text, MARKDOWN) if k == "display"] == ["a = b", "c = d"]


def test_comparing_two_indices_alone_in_a_line_is_prose() -> None:
    assert formulas("$i = j$:\n\n$$a = b$$", MARKDOWN) == [
        ("inline", "i = j"),
        ("display", "a = b"),
    ]


def test_listings_without_an_end_cost_no_more_than_others() -> None:
    for text in ('"""' * 30_000, "/*" * 60_000, "#" * 200_000, "'\\" * 60_000):
        assert len(comments_alone(text)) == len(text)
    cut("`a_i = b_i` " * 4_000, format=MARKDOWN)
    cut("i = k: " * 40_000, format="plain")
    cut("x_i = y_i, and for " * 20_000, format="plain")
    cut("a_i = b_i if i = j\n  = c_i if i != j\n" * 2_000, format="plain")
