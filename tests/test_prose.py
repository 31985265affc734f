"""What sentences say, in English and Korean, and what they do not say."""

from __future__ import annotations

import re

import pytest

from derive.document.pieces import PLACEHOLDER
from derive.document.prose import MAX_SENTENCE, said
from derive.document.sayings import SAYINGS, Saying
from derive.document.written import condition_text, member_kind, name_text

_FORMULA = re.compile(r"\$([^$]*)\$")


def heard(text: str) -> list[tuple[str, str]]:
    """(kind, text) of all that a sentence says; its formulas stand between dollar signs."""
    return [(one.kind, one.text) for one in said(*parted(text))]


def parted(text: str) -> tuple[str, list[str]]:
    return _FORMULA.sub(PLACEHOLDER, text), _FORMULA.findall(text)


@pytest.mark.parametrize("row", SAYINGS, ids=lambda row: row.name)
def test_row(row: Saying) -> None:
    heard_of = said(*parted(row.example), supposing=row.supposes)
    (one, *_) = [one for one in heard_of if one.row == row.name]
    assert one.kind == row.kind
    assert "<" not in one.text.replace("< ", "")
    assert one.quote in row.example
    assert row.name not in {other.row for other in said(*parted(row.lookalike))}


@pytest.mark.parametrize(
    "row", [row for row in SAYINGS if not row.conditional], ids=lambda row: row.name
)
def test_what_is_supposed_or_denied_is_no_fact(row: Saying) -> None:
    doubt = "If {}" if row.language == "en" else "만약 {}"
    assert row.name not in {one.row for one in said(*parted(doubt.format(row.example)))}
    denial = "not so: {}, wrong" if row.language == "en" else "{} 아니다"
    denied = denial.replace(": {}, ", " {} ").format(row.example)
    assert row.name not in {one.row for one in said(*parted(denied))}


def test_names_of_rows_are_their_own() -> None:
    names = [row.name for row in SAYINGS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "where $y_i$ is the true label of sample $i$ and $N$ is the batch size.",
            [("declare", "y: label"), ("declare", "N: integer")],
        ),
        (
            r"Here $y \in \{0,1\}$ and $\epsilon \in (0, 1)$, $s \in \{-1,+1\}$, $T > 0$.",
            [("declare", d) for d in ("y: bit", "eps: unit", "s: sign", "T: positive")],
        ),
        (
            r"$W \in \mathbb{R}^{K \times D}$ and $x \in \mathbb{R}^D$, $t \in \Delta^{K-1}$",
            [("declare", d) for d in ("W: real[K, D]", "x: real[D]", "t: simplex")],
        ),
        (r"For $i \neq j$ we get, and if $i = j$ then", [("where", "{0}"), ("where", "{1}")]),
        ("When k ≠ y, it is", [("where", "k != y")]),
        ("In the case k = y we have", [("where", "k == y")]),
        ("for $T = 1$ and if $y_i = 1$", [("where", "{0}"), ("where", "{1}")]),
        (r"if $k = y_i$, and for $c \ne y^{(i)}$", [("where", "{0}"), ("where", "{1}")]),
        ("Since the targets sum to one, it drops.", [("assume", "sum(target) == 1")]),
        (r"using the fact that $\sum_k y_k = 1$", [("assume", "{0}")]),
        (r"Let $\mathbf{y}$ be the one-hot vector", [("declare", "y: onehot")]),
        (
            "where $t_k = 1$ if $k$ is the correct class and $t_k = 0$ otherwise",
            [("declare", "t: onehot")],
        ),
        (
            "where y is the correct class index and t is one-hot.",
            [("declare", "y: label"), ("declare", "t: onehot")],
        ),
        (r"the ground-truth class $y \in \{1,\dots,K\}$", [("declare", "y: label")]),
        (r"for all $k \in \{1, \dots, K\}$", [("declare", "k: index")]),
        (r"where the label $\hat{y}^{(i)}$ is one-hot", [("declare", "y_hat: onehot")]),
        (r"We write $\Sigma$ for $\sum_j e^{f_j}$.", [("define", "Sigma = {1}")]),
        (r"We denote $\sum_j e^{f_j}$ by $S$.", [("define", "S = {0}")]),
        (r"where $\sigma(z)$ is the softmax function", [("define", "sigma = softmax")]),
        (
            r"with temperature $\tau$ and $\sigma$ denotes the sigmoid function",
            [("declare", "tau: positive"), ("define", "sigma = sigmoid")],
        ),
        ("here D denotes the derivative with respect to $f_k$", [("define", "D = d/d{0}")]),
        ("Substituting (3) into Eq. (5) gives", [("substitute", "3 -> 5")]),
        (
            "Plugging $p_k$ into $L$ and using the quotient rule",
            [("substitute", "{0} -> {1}"), ("given", "quotient rule")],
        ),
        ("the logarithm to base two", [("define", "log = log_2")]),
        ("First. Now $k$ is a number. For $k = y$ it holds.", [("where", "{1}")]),
        (
            "여기서 $y_i$는 정답 레이블이고 $N$은 배치 크기이다.",
            [("declare", "y: label"), ("declare", "N: integer")],
        ),
        (r"$k \ne y$인 경우와 $k = y$일 때를 나누자.", [("where", "{0}"), ("where", "{1}")]),
        ("since exactly one of the $t_i$s is 1", [("declare", "t: onehot")]),
        ("원-핫 인코딩된 정답 레이블 $y$에 대해", [("declare", "y: onehot")]),
        ("원-핫 벡터의 합은 1입니다.", [("assume", "sum(target) == 1")]),
        ("那么当 $i =j$ 时:", [("where", "{0}")]),
        ("$i = j$のとき", [("where", "{0}")]),
        ("setting $T = 1$", [("where", "{0}")]),
        ("Case 2. $i \\neq j$", [("where", "{0}")]),
        ("for $k \\neq y$ it is not zero", [("where", "{0}")]),
        ("for a one-hot label $t$", [("declare", "t: onehot")]),
        ("$t$ is one-hot, only the term of $y$ stays", [("declare", "t: onehot")]),
        ("$t$ is one-hot or, equivalently, a label", [("declare", "t: onehot")]),
        ("$y$ is the true class or category", [("declare", "y: label")]),
        ("k ≠ y 일 때", [("where", "k != y")]),
        ("$i$번째 샘플에서 온도 $T$는", [("declare", "i: index"), ("declare", "T: positive")]),
        (r"$\sum_j t_j = 1$이므로 연쇄 법칙에 의해", [("assume", "{0}"), ("given", "연쇄 법칙")]),
    ],
)
def test_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert heard(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "If $y$ were one-hot, the gradient would vanish.",
        "$t$ is not one-hot.",
        "$t$ isn't a probability distribution.",
        "Suppose $t$ is a probability distribution.",
        "When $t$ is one-hot, the loss is small.",
        "$t$ is one-hot when the labels are hard.",
        "Unless $k = y$, it is zero.",
        "It holds even if $k = y$.",
        "the loss is zero when $y$ is the true class",
        "for $k = 1, \\dots, K$",
        "for all $k$",
        "which vanishes when $p = t$, i.e. when $p_k = t_k$",
        "so that $k = y$ follows",
        "where $\\hat{y}_i$ is the predicted probability",
        "where $p_y$ is the probability of the true class",
        "a one-hot vector and a label",
        "a dog is one-hot and I am the true class",
        "the number of classes is large",
        "$t$ is the sum of one and two",
        "$t$는 원-핫 벡터가 아니다.",
        "만약 $t$가 원-핫이면",
        "$t$가 확률 분포라면",
        "$z \\in \\mathbb{Z}^K$를 확률 분포로 변환합니다",
        "where $y_k = 1$ and $y_c = 0$",
        "Note that for one-hot $t$ this is $0$.",
        "This does not hold for $k \\neq y$.",
        "The formula is wrong for $k \\neq y$.",
        "This is valid for all $k$, also for $k \\neq y$.",
        "regardless of whether $k = y$",
        "where $y \\neq k$ is possible",
        "for $k \\neq y$ as well",
        "where $k = y$ may occur",
        "$k$가 정답 클래스이면",
        "$k = y$가 아닌 경우",
        "정답을 맞히면 좋다",
        "where $x$ is positive or zero.",
        "$a$ is strictly positive, or zero",
        "$T$ is positive everywhere but at 0",
        "$x$ is positive in the first case",
        "$t$ is a one-hot vector only for hard labels",
        "$t$ is one-hot in most cases",
        "$t$ is a probability distribution or a score",
        "the $t_j$ sum to one or less",
        "$t$는 원-핫 또는 소프트 레이블이다",
    ],
)
def test_nothing_said(text: str) -> None:
    assert heard(text) == []


def test_place_and_quote() -> None:
    prose, inline = parted("It is so. Here $a$ and the rest, for $k \\neq y$ only.")
    (one,) = said(prose, inline)
    assert one.text == "{1}"
    assert prose[slice(*one.span)] == f"for {PLACEHOLDER}"
    assert one.quote == "for $k \\neq y$"


def test_a_sentence_too_long_is_passed_by_and_the_next_is_read() -> None:
    long = "word " * MAX_SENTENCE + "$t$ is one-hot. ".replace("$t$", PLACEHOLDER)
    assert [one.text for one in said(long + f"{PLACEHOLDER} is one-hot.", ["s", "t"])] == [
        "t: onehot"
    ]


def test_more_placeholders_than_formulas_are_no_harm() -> None:
    assert said(f"for {PLACEHOLDER} and {PLACEHOLDER} is one-hot", []) == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("y", "y"),
        ("y_i", "y"),
        ("y^{(i)}_k", "y"),
        ("\\mathbf{y}", "y"),
        ("\\boldsymbol y", "y"),
        ("\\hat{y}_i", "y_hat"),
        ("\\hat y", "y_hat"),
        ("\\tilde{\\mathbf{p}}", "p_tilde"),
        ("y^*", "y_star"),
        ("p'", "p_prime"),
        ("\\epsilon", "eps"),
        ("\\varepsilon", "eps"),
        ("ε", "eps"),
        ("Σ", "Sigma"),
        ("λ", "lambda"),
        ("\\mathcal{L}_{CE}", "L_CE"),
        ("L_{\\text{total}}", "L_total"),
        ("T > 0", "T"),
        ("y \\in \\{0, 1\\}", "y"),
        ("\\sigma(\\cdot)", "sigma"),
        ("p_{y_i}", None),
        ("p - y", None),
        ("2y", None),
        ("\\foo", None),
        ("word", None),
        ("", None),
        ("y = 3", None),
    ],
)
def test_name(source: str, name: str | None) -> None:
    assert name_text(source) == name


@pytest.mark.parametrize(
    ("source", "condition"),
    [
        ("k \\neq y", "k != y"),
        ("k\\ne y_i", "k != y"),
        ("i = j", "i == j"),
        ("i = j = k", "i == j == k"),
        ("n = 2", "n == 2"),
        ("\\gamma = 0", "gamma == 0"),
        ("y^{(i)} = k", "y == k"),
        ("p = t", None),
        ("p_k = 1", None),
        ("\\hat y = p", None),
        ("k = 1, \\dots, K", None),
        ("k \\in C", None),
        ("p_k = e^{f_k}", None),
        ("k", None),
        ("1 = 1", None),
    ],
)
def test_condition(source: str, condition: str | None) -> None:
    assert condition_text(source) == condition


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("y\\in\\left\\{0,\\,1\\right\\}", "y: bit"),
        ("y \\in \\{\\pm 1\\}", "y: sign"),
        ("y ∈ {0, 1}", None),
        ("0 < \\epsilon < 1", "eps: unit"),
        ("t \\in \\{0,1\\}^K", "t: bit[K]"),
        ("y_i \\in \\{0, \\ldots, C-1\\}", "y: label"),
        ("j \\in \\{1, \\ldots, C\\}", "j: index"),
        ("z \\in \\mathbb{R}^{n}", "z: real[n]"),
        ("\\tau \\in \\mathbb{R}_{+}", "tau: positive"),
        ("\\epsilon \\in [0, 1]", None),
        ("T \\ge 0", None),
        ("p_k > 0", None),
        ("a + b > 0", None),
    ],
)
def test_member(source: str, fact: str | None) -> None:
    assert member_kind(source) == fact
