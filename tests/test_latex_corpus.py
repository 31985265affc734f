"""Formulas from papers, books, posts and notes, each with its reading: none may be read wrongly."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from latex_readings import reading

from derive.errors import FormulaError
from derive.read.latex import read_latex
from derive.syntax import Span, walk

FORMULAS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "corpus" / "latex.toml").read_text(encoding="utf-8")
)["formula"]


@pytest.mark.parametrize("row", FORMULAS, ids=lambda row: row["latex"][:60])
def test_formula_is_read_as_expected(row: dict[str, Any]) -> None:
    if "unread" in row:
        with pytest.raises(FormulaError, match=re.escape(row["unread"])):
            read_latex(row["latex"])
    else:
        chains = read_latex(row["latex"])
        assert [reading(chain) for chain in chains] == row["reading"]
        for part in (part for c in chains for m in c.members for part in walk(m)):
            span = part.span or Span(0, 0)
            assert 0 <= span.start <= span.stop <= len(row["latex"])


def test_corpus_is_large_and_mostly_read() -> None:
    unread = [row for row in FORMULAS if "unread" in row]
    assert len(FORMULAS) >= 300
    assert len({row["latex"] for row in FORMULAS}) == len(FORMULAS)
    assert len(unread) <= 0.05 * len(FORMULAS)
    assert all(row["source"] for row in FORMULAS)


@pytest.mark.parametrize(
    ("latex", "other"),
    [
        (r"\frac{\partial L}{\partial z_i}", r"\frac{\partial L}{\partial z_j}"),
        (r"\sum_{j \ne i} p_j", r"\sum_j p_j"),
        (r"\sum_j a_j + b", r"\sum_j (a_j + b)"),
        (r"\log p_k + 1", r"\log (p_k + 1)"),
        (r"p_k - \mathbb{1}_{k = y}", r"p_k - 1"),
        (r"e^{z_k}", r"e_{z_k}"),
        (r"S_{ij}", r"S_{ji}"),
        (r"\sigma(z)_i", r"\sigma(z_i)"),
    ],
)
def test_readings_tell_formulas_apart(latex: str, other: str) -> None:
    assert [reading(c) for c in read_latex(latex)] != [reading(c) for c in read_latex(other)]
