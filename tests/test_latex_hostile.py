"""Hostile input to the LaTeX reader: bounded, quick, a clear error; spans stay in the source."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import FormulaError
from derive.read.latex import Chain, read_latex
from derive.syntax import Name, walk

BOMB = (
    r"\def\a{xxxxxxxxxx}\def\b{\a\a\a\a\a\a\a\a\a\a}\def\c{\b\b\b\b\b\b\b\b\b\b}"
    r"\def\d{\c\c\c\c\c\c\c\c\c\c}\def\e{\d\d\d\d\d\d\d\d\d\d}"
)
HOSTILE = {
    "braces": "{" * 19_000,
    "brackets": "(" * 19_000,
    "nested brackets": "(" * 5_000 + "x" + ")" * 5_000,
    "bars": "|" * 19_000,
    "bars and letters": "|a" * 9_000,
    "scripts": "x" + "_{x" * 4_000 + "}" * 4_000,
    "bare scripts": "x" + "^x" * 9_000,
    "fractions": r"\frac" * 3_000,
    "nested fractions": r"\frac{1}{" * 2_000 + "x" + "}" * 2_000,
    "sums": r"\sum_j " * 2_000 + "x",
    "logarithms": r"\log" * 4_000 + " x",
    "nablas": r"\nabla " * 2_500 + "L",
    "signs": "-" * 19_000 + "x",
    "product signs": "x" + "*-" * 9_000 + "x",
    "letters": "x " * 9_000,
    "lefts": r"\left(" * 3_000,
    "cases": r"\begin{cases}" * 1_400,
    "rows": r"a \\ " * 4_000,
    "relations": "a = " * 4_900 + "a",
    "quotients": "1/2x + " * 2_500 + "x",
    "roots": r"\sqrt" * 3_900,
    "hats": r"\hat" * 4_900,
    "macro bomb": BOMB + r"\e\e\e\e",
    "macro that calls itself": r"\def\a{\a\a}\a",
    "macro that eats itself": r"\def\a#1{\a{#1#1}}\a{x}",
    "macros one in another": r"\newcommand{\a}{\b}\newcommand{\b}{\a}\a",
    "text": r"\text{" * 3_000,
    "long number": "9" * 19_000,
    "long": "x + " * 6_000,
    "control characters": "\x00\x01\x1b[31m = x",
    "bidirectional": "p = \u202eq\u202c",
    "zero width": "p\u200b_k\u2060 = \ufeffq",
    "homoglyphs": "р_k = q_k",  # noqa: RUF001
    "surrogate": "\ud800 = x",
    "derivatives": r"\frac{\partial}{\partial x}" * 700 + "x",
    "commas": "a, " * 6_000,
    "words": r"\text{if }" * 2_000,
    "dollars": "$" * 19_000,
    "tower": "9^{9^{9^{9^{9^9}}}}",
    "over": r"{a \over " * 2_000 + "b" + "}" * 2_000,
    "operators D": r"\mathbf{D} " * 1_700 + "f",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_answered_soon(text: str) -> None:
    begun = time.process_time()
    try:
        assert all(isinstance(chain, Chain) for chain in read_latex(text))
    except FormulaError as refused:
        complaints = refused.complaints
    else:
        complaints = ()
    assert all(str(c) and 0 <= c.span.start <= c.span.stop <= len(text) + 1 for c in complaints)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("name", ["braces", "macro bomb", "nested brackets", "long", "sums"])
def test_what_is_out_of_bounds_is_refused(name: str) -> None:
    with pytest.raises(FormulaError, match=r"without bound|nested|more than|longer than"):
        read_latex(HOSTILE[name])


PIECES = (
    r"\frac \partial \sum _ ^ { } ( ) [ ] | \| \left \right \{ \} , ; : = \ne < + - * / \cdot "
    r"\\ & \begin{cases} \end{cases} \begin{align} \end{align} \text{if } \text{a b} \quad \log "
    r"\exp e x_i p_{ij} z^{(i)} \sum_{j\neq i} \mathbb{1} \delta_{ij} \nabla \hat y \mathbf{p} "
    r"^T \prime ' \mid \mathbb{E} D d 1 0.5 \over \max \arg \lim \to \in \dots \sqrt \odot "
    r"\tag{1} \substack \underbrace \mathrm{softmax} \sigma \operatorname{diag} \def\a{b} \a "
    r"\not \middle . ! % ~ ∂ Σ ᵢ ² ŷ if for log exp sum softmax일때 \overset \stackrel"
).split(" ")
FORMULAS = [
    r"\frac{\partial L}{\partial z_i} = \hat{p}_i - y_i",
    r"\mathcal{L} = -\frac{1}{N}\sum_{i=1}^{N}\sum_k \mathbb{1}\{y_i = k\} \log p_{ik}",
    r"\begin{cases} p_i(1-p_i) & \text{if } i=j \\ -p_i p_j & \text{otherwise} \end{cases}",
    r"\nabla_\theta J = \mathbb{E}_{a \sim \pi}[\nabla_\theta \log \pi(a|s) R]",
    r"\begin{align} L &= -\log p_y \\ &= -z_y + \log \sum_j e^{z_j} \end{align}",
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.builds(
        lambda formula, at, length, piece: formula[:at] + piece + formula[at + length :],
        st.sampled_from(FORMULAS),
        st.integers(0, 80),
        st.integers(0, 8),
        st.sampled_from(["", *PIECES]),
    ),
)


@settings(max_examples=400, deadline=None)
@given(texts)
def test_nothing_but_a_formula_error_is_raised_and_spans_lie_inside(text: str) -> None:
    try:
        chains = read_latex(text)
    except FormulaError as error:
        for complaint in error.complaints:
            assert 0 <= complaint.span.start <= complaint.span.stop <= max(1, len(text)) + 1
        return
    for chain in chains:
        assert len(chain.relations) == len(chain.members) - 1
        assert chain.source == text[chain.span.start : chain.span.stop]
        parts = [part for member in (*chain.members, *chain.conditions) for part in walk(member)]
        for part in parts:
            if part.span is not None:
                assert 0 <= part.span.start <= part.span.stop <= len(text)


LETTERS = st.sampled_from([*"pqzwfgLNTy", r"\theta", r"\sigma", r"\hat{y}", r"\mathbf{w}"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(LETTERS, st.sampled_from(["", "_i", "_{ij}", "^2"])), min_size=1, max_size=6)
)
def test_a_name_stands_where_its_span_says(factors: list[tuple[str, str]]) -> None:
    text = r" \cdot ".join(letter + script for letter, script in factors)
    (chain,) = read_latex(text)
    names = [part for part in walk(chain.members[0]) if isinstance(part, Name)]
    for name in names:
        assert name.span is not None
        letter = re.split(r"[_\d]", name.id)[0]
        assert letter in text[name.span.start : name.span.stop]
