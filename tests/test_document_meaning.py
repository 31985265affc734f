"""What the formulas of a document are taken for: readings, not only verdicts."""

from __future__ import annotations

import pytest

from derive import check
from derive.document.items import Item

SOFTMAX = r"$$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$" + "\n\n"
LABEL = r"$$L = -\log p_y$$" + "\n\n"


def last(document: str) -> Item:
    """The last item of a document."""
    return check(document, name="t.md").items[-1]


@pytest.mark.parametrize(
    ("document", "reading"),
    [
        pytest.param(
            SOFTMAX + r"$$\frac{\partial p_k}{\partial z_k} = p_k(1-p_k)$$",
            "d(p[k], z[k]) == p[k]*(1 - p[k])",
            id="brackets behind an entry are a product",
        ),
        pytest.param(
            r"$$\hat y = \sigma(z)$$" + "\n\n" + r"$$\frac{d\hat y}{dz} = \hat y(1-\hat y)$$",
            "d(y_hat, z) == y_hat*(1 - y_hat)",
            id="brackets behind a defined name are a product if they hold a sum",
        ),
        pytest.param(
            r"$$q_i = \sigma(z)_i$$", "q[i] = softmax(z)[i]", id="sigma with an index is softmax"
        ),
        pytest.param(
            r"$$\sigma(x) = \frac{1}{1+e^{-x}}$$" + "\n\n" + r"$$q = \sigma(-z)$$",
            "q = 1/(1 + exp(-(-z)))",
            id="a defined function is put in",
        ),
        pytest.param(
            r"$$\sigma(x) = \frac{1}{1+e^{-x}}$$"
            + "\n\n"
            + r"$$\sigma'(x) = \sigma(x)(1-\sigma(x))$$",
            "d(sigma, x) == sigma*(1 - sigma)",
            id="a prime is the derivative by the argument",
        ),
        pytest.param(
            r"$$S = \sum_j e^{f_j}$$"
            + "\n\n"
            + r"$$\frac{\partial S}{\partial f_k} = \mathbf{D} S$$",
            "d(S, f[k]) == d(S, f[k])",
            id="D is the derivative that the formula takes elsewhere",
        ),
        pytest.param(
            r"$$\pi_a = \frac{e^{h_a}}{\sum_b e^{h_b}}$$"
            "\n\n"
            r"$$\frac{\partial \pi(a)}{\partial h(b)} = \pi(a)(1_{a=b} - \pi(b))$$",
            "d(pi[a], h[b]) == pi[a]*(delta(a, b) - pi[b])",
            id="an argument that is an index is one",
        ),
        pytest.param(
            SOFTMAX + LABEL + r"$$\frac{\partial L}{\partial z_k} = p_k - y_k$$",
            "d(L, z[k]) == p[k] - y[k]",
            id="a label as a vector is its one-hot spelling",
        ),
        pytest.param(
            SOFTMAX + r"$$\frac{\partial p_i}{\partial z_j} = p_i(I_{ij} - p_j)$$",
            "d(p[i], z[j]) == p[i]*(delta(i, j) - p[j])",
            id="I with two indices is the identity",
        ),
        pytest.param(
            r"$$P_1 = e^{y_1}/S, \quad P_2 = e^{y_2}/S$$",
            "P[2] = exp(y[2])/S",
            id="definitions at numbers are examples of one",
        ),
        pytest.param(
            r"$$Q = \sum_{i \ne j} u_i u_j$$",
            "Q = sum(sum(u[i]*u[j], i, i != j), j)",
            id="a sum over i != j goes over both",
        ),
        pytest.param(
            r"$$\sum_j e^{f_j} = \Sigma$$",
            "Sigma = sum(exp(f[j]), j)",
            id="a formula on the left of a new name defines it",
        ),
        pytest.param(
            r"$$L = -\sum t_i \log p_i$$",
            "L = -sum(t[i]*log(p[i]), i)",
            id="a sum without limits goes over what is free nowhere else",
        ),
        pytest.param(
            r"$$p_t = \frac{p(1+y)}{2} + \frac{(1-p)(1-y)}{2}$$"
            + "\n\n"
            + r"$$\frac{\partial p_t}{\partial p} = 2p_k$$",
            "d(p_t, p) == 2*p[k]",
            id="a subscript that runs over nothing is part of the name",
        ),
        pytest.param(
            r"$$p(y=k \mid x) = \frac{e^{z_k}}{\sum_j e^{z_j}}$$",
            "p[k] = exp(z[k])/sum(exp(z[j]), j)",
            id="the probability that the class is k is an entry",
        ),
    ],
)
def test_a_formula_is_read_as_the_document_means_it(document: str, reading: str) -> None:
    assert last(document).text == reading


@pytest.mark.parametrize(
    ("document", "status"),
    [
        pytest.param(
            SOFTMAX + LABEL + r"$$\frac{\partial L}{\partial z_k} = p_k - y_k$$", "proved"
        ),
        pytest.param(
            SOFTMAX + r"$$L_i = -\log p_{y_i}$$" + "\n\n"
            r"$$\frac{\partial L}{\partial z_k} = p_k - \delta_{k y_i}$$",
            "proved",
        ),
        pytest.param(r"$$\frac{d \log x}{d x} = \frac1x$$", "proved"),
        pytest.param(SOFTMAX + r"$$\frac{\partial p_k}{\partial w_k} = 0$$", "unread"),
        pytest.param(SOFTMAX + r"$$\frac{\partial p_k}{\partial z_k} \approx p_k$$", "undecided"),
        pytest.param(r"$$\left(\frac{f(x)}{g(x)}\right)= \frac{1}{g(x)}$$", "conditional"),
        pytest.param(r"$$(f(x) g(x))' = f'(x) g(x) + f(x) g'(x)$$", "proved|unread"),
        pytest.param(r"$\sigma(a) = 1/(1+e^{-a})$, $$\sigma' = \sigma(1-\sigma)$$", "proved"),
        pytest.param(r"$\sigma(a) = 1/(1+e^{-a})$, $$\sigma^{-1}(a) = 1 + e^{-a}$$", "unread"),
        pytest.param(SOFTMAX + r"$$\log p_k = z_k - m - \log \sum_j e^{z_j - m}$$", "proved"),
        pytest.param(
            SOFTMAX + r"$$\log p_k = z_k - \max_i z_i - \log \sum_j e^{z_j}$$", "undecided"
        ),
        pytest.param(
            SOFTMAX + r"$$\log p_k = z_k - \max_i z_i - \log \sum_j e^{z_j - \max_i z_i}$$",
            "proved",
        ),
        pytest.param(r"$p' = p - 1$, $$p p' = p^2 - p$$", "undecided"),
    ],
)
def test_a_reading_leads_to_its_verdict(document: str, status: str) -> None:
    assert last(document).status in status.split("|")


@pytest.mark.parametrize("formula", ["q = 1/2 a", r"\log p (1 - p) = \log p + \log(1 - p)"])
def test_two_readings_block_a_verdict_and_are_both_shown(formula: str) -> None:
    item = last(SOFTMAX + f"$p = \\sigma(x)$ $${formula}$$")
    assert item.status == "unread"
    assert item.complaint is not None
    assert "2 readings" in item.complaint.message


def test_two_readings_of_a_member_leave_the_other_steps() -> None:
    chain = r"$$\frac{\partial e^{z_i}}{\partial z_i} = e^{z_i} = 1/2 e^{z_i} = e^{z_i}/2$$"
    *_, first, second, third, jump = check(SOFTMAX + chain, name="t.md").items
    assert first.status == "proved"
    # 1/2 a is (1/2) a to nearly everyone: taken where it holds, and never to refute.
    assert (second.status, third.status) == ("unread", "proved")
    assert "the one that is usual holds" in third.notes[-1]
    assert jump.status == "refuted"


def test_an_index_that_is_free_on_one_side_only_decides_and_is_noted() -> None:
    item = last(SOFTMAX + r"$$q = \sum_j a_j + b_j$$")
    assert item.text == "q = sum(a[j] + b[j], j)"
    assert any("of 2 readings" in note for note in item.notes)


def test_a_name_of_the_document_decides_between_two_readings() -> None:
    document = (
        r"$$\Sigma = \sum_j e^{f_j}$$"
        + "\n\n"
        + r"$$\frac{e^{f_k}}{\Sigma} = \frac{1}{\Sigma} e^{f_k}$$"
    )
    assert last(document).status == "proved"


@pytest.mark.parametrize(
    ("beside", "status"),
    [
        ("For $i = j$ we have", "conditional"),
        ("For $i \\neq j$ we have", "proved"),
        ("We have", "conditional"),
    ],
)
def test_a_condition_beside_a_display_limits_it(beside: str, status: str) -> None:
    claim = r"$$\frac{\partial p_i}{\partial z_j} = -p_i p_j$$"
    item = last(f"{SOFTMAX}{beside}\n\n{claim}")
    assert item.status == {"For $i = j$ we have": "refuted"}.get(beside, status)


def test_slips_that_cancel_are_named() -> None:
    document = SOFTMAX + (r"$$\frac{\partial p_k}{\partial z_k} = p_k(1 + p_k) = p_k(1 - p_k)$$")
    *_, first, second, jump = check(document, name="t.md").items
    assert (first.is_wrong, second.is_wrong) == (True, True)
    assert jump.jump
    assert jump.status == "proved"
    assert jump.cancels


def test_a_right_step_behind_a_wrong_one_rests_on_it() -> None:
    document = SOFTMAX + r"$$\frac{\partial p_k}{\partial z_k} = p_k^2 = p_k p_k$$"
    *_, wrong, right, jump = check(document, name="t.md").items
    assert right.status == "proved"
    assert right.rests_on == (wrong.number,)
    assert jump.rests_on == (wrong.number,)


def test_a_chain_goes_on_in_the_next_display() -> None:
    document = SOFTMAX + (
        r"$$\frac{\partial p_k}{\partial z_k} = p_k - p_k^2$$"
        "\n\n"
        r"$$= p_k(1 - p_k)$$"
    )
    *_, step, jump = check(document, name="t.md").items
    assert step.text == "p[k] - p[k]**2 == p[k]*(1 - p[k])"
    assert jump.text == "d(p[k], z[k]) == p[k]*(1 - p[k])"


def test_a_case_named_between_two_displays_does_not_part_their_chain() -> None:
    document = SOFTMAX + (
        r"$$\frac{\partial p_i}{\partial z_j} = \frac{\partial}{\partial z_j} p_i$$"
        "\n\nIf $i = j$,\n\n"
        r"$$= p_i(1 - p_i)$$"
    )
    *_, before, step = check(document, name="t.md").items
    assert before.text == "d(p[i], z[j]) == d(p[i], z[j])"
    assert step.text == "d(p[i], z[j]) == p[i]*(1 - p[i])"
    assert step.status == "proved"


def test_what_an_unread_formula_may_define_is_not_refuted() -> None:
    document = SOFTMAX + r"$$q = \foo{z}$$" + "\n\n" + r"$$q - p_k = p_k$$"
    *_, unread, claim = check(document, name="t.md").items
    assert unread.status == "unread"
    assert claim.status == "undecided"


def test_every_item_can_be_asked_again() -> None:
    from derive import verify

    items = check(SOFTMAX + LABEL + r"$$\frac{\partial L}{\partial z_k} = p_k - 1$$").items
    asked = items[-1].asked
    assert asked is not None
    again = verify(
        asked.claim,
        given=asked.given,
        declare=asked.declare,
        where=asked.where,
        assume=asked.assume,
    )
    assert (again.status, again.condition) == ("conditional", "k == y")


SOFT = SOFTMAX + r"$$L = -\sum_k t_k \log p_k$$" + "\n\n"
ONE_HOT = SOFTMAX + r"$$L = -\sum_k y_k \log p_k$$" + "\n\nwhere $y$ is one-hot. "


@pytest.mark.parametrize(
    "document",
    [
        SOFT + r"Soft labels $t$ generalise one-hot labels $t$." + "\n\n$$\\frac{\\partial L}"
        r"{\partial z_k} = p_k - t_k$$",
        ONE_HOT
        + r"We have $y_k = 1$ for the correct class."
        + "\n\n$$\\frac{\\partial L}{\\partial z_k} = p_k - 1$$",
        SOFTMAX + r"For the correct class $k = y$ the loss is $L = -\log p_k$." + "\n\n"
        r"For each class $k$," + "\n\n" + r"$$\frac{\partial L}{\partial z_k} = p_k - 1$$",
        SOFTMAX + LABEL + r"where $y \neq k$ is possible,"
        "\n\n" + r"$$\frac{\partial L}{\partial z_k} = p_k$$",
    ],
)
def test_what_is_no_fact_makes_nothing_true(document: str) -> None:
    assert last(document).status == "conditional"


def test_a_letter_that_a_definition_leaves_free_is_noted() -> None:
    item = last(
        SOFTMAX + r"$$L = -\log p_k$$" + "\n\n" + r"$$\frac{\partial L}{\partial z_k} = p_k - 1$$"
    )
    assert "k is one fixed index in L, here too" in item.notes


BOLD = r"Let $\mathbf p = \mathrm{softmax}(\mathbf z)$ and $L = -\log p_y$." + "\n\n"


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (r"\mathbf 1^\top \mathbf p = 1", "proved"),
        (r"\mathbf 1^\top \mathbf p = 2", "refuted"),
        (r"\frac{\partial L}{\partial \mathbf z} = \mathbf p - \mathbf e_y", "proved"),
        (r"\frac{\partial L}{\partial \mathbf z} = \mathbf e_y - \mathbf p", "refuted"),
        (
            r"\frac{\partial \log \mathbf p}{\partial \mathbf z} = I - \mathbf 1\mathbf p^\top",
            "proved",
        ),
        (
            r"\frac{\partial \log \mathbf p}{\partial \mathbf z} = I - \mathbf p\mathbf 1^\top",
            "conditional|refuted",
        ),
        (r"\nabla^2_{\mathbf z} L \mathbf 1 = \mathbf 0", "proved|unread"),
        (r"\mathbf p = \frac{\exp(\mathbf z)}{\mathbf 1^\top\exp(\mathbf z)}", "proved"),
    ],
)
def test_vectors_that_need_no_definition(formula: str, status: str) -> None:
    item = last(f"{BOLD}$${formula}$$")
    assert item.kind == "claim"
    assert item.status in status.split("|")


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (
            r"\frac{\partial L}{\partial \mathbf W} = \mathbf x^\top(\mathbf p - \mathbf y)",
            "proved",
        ),
        (
            r"\frac{\partial L}{\partial \mathbf x} = (\mathbf p - \mathbf y)\mathbf W^\top",
            "proved",
        ),
        (r"\frac{\partial L}{\partial \mathbf z} = \mathbf y - \mathbf p", "refuted"),
        (r"\frac{\partial L}{\partial \mathbf x} = \mathbf W(\mathbf p - \mathbf y)", "unread"),
    ],
)
def test_vectors_may_be_rows(formula: str, status: str) -> None:
    document = (
        r"$$\mathbf z = \mathbf x\mathbf W, \quad \mathbf p = \mathrm{softmax}(\mathbf z)$$"
        "\n\nWith a one-hot $\\mathbf y$,\n\n"
        r"$$L = -\log\mathbf p\,\mathbf y^\top$$"
        "\n\n"
    )
    assert last(f"{document}$${formula}$$").status == status


def test_a_bare_sum_sign_is_the_one_sum_that_is_defined() -> None:
    short = r"$$\frac{\partial p_k}{\partial z_k} = \frac{e^{z_k} \sum - e^{2 z_k}}{\sum^2}$$"
    item = last(SOFTMAX + short)
    assert item.text == "d(p[k], z[k]) == (exp(z[k])*Sigma - exp(2*z[k]))/Sigma**2"
    assert item.status == "proved"
    assert any("Sigma is sum(exp(z[j]), j)" in note for note in item.notes)


def test_a_bare_sum_sign_stays_open_where_two_sums_are_defined() -> None:
    other = r"$$q_k = \frac{e^{2 z_k}}{\sum_j e^{2 z_j}}$$" + "\n\n"
    item = last(SOFTMAX + other + r"$$p_k = \frac{e^{z_k}}{\sum}$$")
    assert item.status == "undecided"


def test_a_sum_with_something_to_add_up_is_a_sum() -> None:
    assert last(r"$$E = \sum -t_i \log p_i$$").text == "E = sum(-t[i]*log(p[i]), i)"


def test_a_capital_letter_of_a_definition_is_not_the_array_of_its_small_letter() -> None:
    document = (
        r"Let $q = \mathrm{softmax}(z/T)$ and $L = -\sum_k t_k \log q_k$, where $\sum_k t_k = 1$."
        "\n\n"
        r"$$\frac{\partial L}{\partial T} = -\frac{1}{T^2}\sum_k (q_k - t_k) z_k$$"
    )
    item = last(document)
    assert item.text == "d(L, T) == -1/T**2*sum((q[k] - t[k])*z[k], k)"
    assert item.status == "proved"


def test_a_condition_of_one_item_of_a_list_is_not_that_of_the_others() -> None:
    first = r"- $\frac{\partial p_k}{\partial z_j} = p_k(\delta_{kj} - p_j)$" + "\n"
    second = r"- for $k \neq j$: $\frac{\partial p_k}{\partial z_j} = -p_k p_j$" + "\n"
    third = r"- $\frac{\partial p_k}{\partial z_j} = -p_k p_j$" + "\n"
    items = check(SOFTMAX + first + second + third, name="t.md").items[1:]
    assert [item.asked.where for item in items if item.asked] == ["", "k != j", ""]
    assert [item.status for item in items] == ["proved", "proved", "conditional"]


def test_samples_and_batches_may_share_a_letter() -> None:
    batch = r"$$M = \frac1N\sum_n \sum_j z_{nj}$$" + "\n\n"
    item = last(SOFTMAX + batch + r"$$\frac{\partial p_k}{\partial z_j} = p_k(\delta_{kj} - p_j)$$")
    assert item.status == "proved"


def test_in_one_sentence_the_nearest_condition_counts_and_otherwise_turns_it_round() -> None:
    sentence = (
        r"If $k = y$ then $\frac{\partial L}{\partial z_k} = p_k - 1$, otherwise "
        r"$\frac{\partial L}{\partial z_k} = p_k$."
    )
    label = r"$$\frac{\partial L}{\partial z_k} = p_k - y_k$$"
    items = check(SOFTMAX + LABEL + sentence + "\n\n" + label, name="t.md").items[2:]
    assert [item.asked.where for item in items if item.asked] == ["k == y", "k != y", ""]
    assert [item.status for item in items] == ["proved"] * 3


@pytest.mark.parametrize(
    "said",
    [
        "Suppose the true class is $c$, so $y_c = 1$. Then",
        "With $y_c = 1$ and all the other $y_j = 0$ we get",
        "Let $c$ denote the index of the true class, i.e. $y_c=1$ and $y_{j\\neq c}=0$.",
        "where $y_j = 1$ if $j = c$ and $0$ otherwise.",
        "Here $y = e_c$ is the one-hot encoding of the label $c$.",
        r"where $\mathbf{y}$ has a 1 in position $c$ and zeros elsewhere.",
    ],
)
def test_where_the_one_of_a_one_hot_vector_is(said: str) -> None:
    document = SOFTMAX + r"$$L = -\sum_j y_j\log p_j$$" + f"\n\n{said}\n\n"
    gradient = r"$$\frac{\partial L}{\partial z_k} = p_k - \delta_{kc}$$"
    item = last(document + gradient)
    assert item.status == "proved"
    assert last(document + gradient.replace("-", "+")).status == "refuted"


def test_a_target_of_which_nothing_is_said_is_one_hot_under_a_condition() -> None:
    document = (
        SOFTMAX + r"$$L = -\sum_j y_j\log p_j$$" + "\n\nOnly the correct class $c$ counts:\n\n"
    )
    item = last(document + r"$$\frac{\partial L}{\partial z_k} = p_k - \delta_{kc}$$")
    assert item.verdict is not None
    assert (item.status, item.verdict.condition) == ("conditional", "y == onehot(c)")


def test_a_reading_says_the_author_s_relation() -> None:
    assert last(SOFTMAX + r"$$p_k \approx 1$$").text == "p[k] ≈ 1"


def test_the_headline_names_the_cell_in_which_a_line_is_counted() -> None:
    cells = ["$p = 1/(1 + e^{-z})$", "words", r"so $\\frac{dp}{dz} = p (1 + p)$"]
    shown = ", ".join(f'{{"cell_type": "markdown", "source": ["{each}"]}}' for each in cells)
    found = check(f'{{"cells": [{shown}], "nbformat": 4}}', kind="notebook")
    assert found.headline.startswith("Line 1 of cell 3: d(p, z) == p*(1 + p) ")


def test_quotients_in_a_row_cost_no_more_than_their_number() -> None:
    item = last(SOFTMAX + "$$y = " + "a/b (c) " * 40 + "$$")
    assert item.status == "unread"


@pytest.mark.parametrize(
    "document",
    [
        r"$$\sum_{i=1}^n \max_{j \ne i} z_j = n \max_{j \ne i} z_j$$",
        r"$$\sum_i \max_j z_j \delta_{ij} = n \max_j z_j \delta_{ij}$$",
        r"$$\prod_i \max_{j \ne i} z_j = (\max_{j \ne i} z_j)^n$$",
        r"$m_i = \max_{j \ne i} z_j$" + "\n\n" + r"$$m_i = m_k$$",
        r"$g_i = \sum_k \max_{j \ne i} z_j$" + "\n\n" + r"$$g_i = g_k$$",
    ],
)
def test_a_maximum_over_the_others_is_another_number_for_each(document: str) -> None:
    assert last(document).status == "undecided"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        # More axes than there are usual letters.
        (
            r"Let $\mathbf z = \mathbf W\mathbf x + \mathbf V\mathbf h + \mathbf U\mathbf y$."
            r"$$d\mathbf z = d\mathbf W\mathbf x + \mathbf W d\mathbf x + d\mathbf V\mathbf h"
            r" + \mathbf V d\mathbf h + d\mathbf U\mathbf y + \mathbf U d\mathbf y$$",
            "proved",
        ),
        # Sums up to most of the letters that an index may have.
        (
            r"$$a = " + " + ".join(rf"\sum_{{t=1}}^{size} x_t" for size in "ijklm") + "$$"
            r"$$\mathbf Z = \mathbf X \mathbf W + \mathbf b$$",
            "definition",
        ),
        # Nothing but dots.
        (r"$$x = \begin{pmatrix} \dots \end{pmatrix}^T$$", "unread"),
        # A total that the formula language cannot say is no reason to leave the rest unread,
        (r"$$\sum_j t_{j+1} = 1$$ Let $L = z^2$. $$\frac{dL}{dz} = 2z$$", "proved"),
        # and no reason to refute what may follow from it.
        (r"$$\sum_j t_{j+1} = 1$$ Let $S = \sum_j t_j$. $$S - t_1 = 1$$", "undecided"),
        # No first derivative that could be missing on the left.
        (r"$$a^3 + b^2 = \frac{d^2 (x^5)}{dx^2}$$", "undecided"),
    ],
)
def test_what_is_seldom_written_ends_in_a_verdict(document: str, status: str) -> None:
    assert last(document).status in status.split("|")


def test_nothing_rests_on_a_slope_by_another_thing() -> None:
    document = (
        BOLD + r"For $\mathbf z = \mathbf W \mathbf h + \mathbf b$ and a one-hot $\mathbf t$ let"
        r" $J = -\sum_i t_i \log p_i$. $$\frac{\partial J}{\partial \mathbf b} = \mathbf t -"
        r" \mathbf p$$ $$\frac{\partial p_i}{\partial z_j} = p_i(1 - p_i)$$"
        r" $$\nabla_{\mathbf h} J = \mathbf W (\mathbf p - \mathbf t)$$"
    )
    first, *others = (item for item in check(document, name="t.md").items if item.is_wrong)
    assert len(others) == 2
    assert not any(item.rests_on for item in (first, *others))


COLUMNS = (
    r"Let $z_k = w_k^\top x$, $p_k = e^{z_k}/\sum_j e^{z_j}$ and $L = -\log p_y$."
    r" Then $z_k = \sum_j w_{jk} x_j$. "
)


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (r"$$z = w^\top x$$", "proved"),
        (r"$$z = w x$$", "refuted|conditional|unread"),
        (r"$$\frac{\partial L}{\partial w_k} = (p_k - \delta_{ky}) x$$", "proved"),
        (r"$$\frac{\partial L}{\partial w_k} = (p_k - 1) x$$", "conditional"),
        (r"$$\frac{\partial L}{\partial w_{jk}} = (p_k - \delta_{ky}) x_j$$", "proved"),
        (r"$$\frac{\partial L}{\partial w_{jk}} = (p_j - \delta_{jy}) x_k$$", "conditional"),
        (
            r"$$\frac{\partial^2 L}{\partial w_k \partial w_l^\top}"
            r" = p_k(\delta_{kl} - p_l) x x^\top$$",
            "proved",
        ),
    ],
)
def test_weights_whose_vectors_are_columns_stand_beside_the_whole(
    formula: str, status: str
) -> None:
    _, _, _, told, item = check(COLUMNS + formula, name="t.md").items
    assert told.status == "proved"
    assert item.status in status.split("|")


@pytest.mark.parametrize(
    ("formula", "repair"),
    [
        (r"\frac{\partial L}{\partial \mathbf b} = \mathbf t - \mathbf p", "p - t"),
        (r"\frac{\partial L}{\partial \mathbf z} = \mathbf p + \mathbf t", "p - t"),
        (r"\nabla_{\mathbf h} L = \mathbf W (\mathbf p - \mathbf t)", "W.T @ (p - t)"),
        (r"\nabla_{\mathbf h} L = -\mathbf W^\top (\mathbf p - \mathbf t)", "W.T @ (p - t)"),
        (
            r"\frac{\partial L}{\partial \mathbf V} ="
            r" \frac{\partial L}{\partial \mathbf z} \mathbf x^\top",
            "outer(x, d(L, z))",
        ),
    ],
)
def test_who_writes_vectors_gets_them_back(formula: str, repair: str) -> None:
    document = (
        r"Let $\mathbf z = \mathbf W \mathbf h + \mathbf V^\top \mathbf x + \mathbf b$,"
        r" $p_i = e^{z_i}/\sum_j e^{z_j}$ and"
        r" $L = -\sum_i t_i \log p_i$ with a one-hot $\mathbf t$. " + f"$${formula}$$"
    )
    verdict = last(document).verdict
    assert verdict is not None
    assert verdict.repair == repair


SPREAD = r"Let $$q_j = \frac{\epsilon}{K-1} \quad (j \ne y)$$"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (r" $L = -q_y \log p_y$. $$L = -\frac{\epsilon}{K-1}\log p_y$$", "unread"),
        (
            r" $L = -\sum_j q_j \log p_j$. $$L = -\frac{\epsilon}{K-1}\sum_j \log p_j$$",
            "unread",
        ),
        (
            r" $L = -\sum_{j \ne y} q_j \log p_j$. $$L = -\frac{\epsilon}{K-1}\sum_{j \ne y}"
            r" \log p_j$$",
            "proved",
        ),
        (
            r" and $q_y = 1 - \epsilon$. $$\sum_j q_j \log p_j = (1 - \epsilon)\log p_y +"
            r" \frac{\epsilon}{K-1}\sum_{j \ne y} \log p_j$$",
            "proved",
        ),
    ],
)
def test_what_is_told_for_the_others_is_told_of_them_only(document: str, status: str) -> None:
    assert last(SPREAD + document).status == status


def test_what_holds_in_general_is_not_held_under_the_case_before_it() -> None:
    document = (
        SOFTMAX + r"Let $L = -\sum_k t_k \log p_k$. If $t$ is one-hot the proof is short, but in"
        r" general the gradient is $\frac{\partial L}{\partial z_k} = p_k - t_k$."
    )
    assert last(document).status == "conditional"


def test_what_tells_of_a_target_is_no_case_of_the_formula() -> None:
    document = (
        SOFTMAX + LABEL + r"We find $\frac{\partial L}{\partial z_k} = p_k - 1$, where $t_k$ is 1,"
        r" if $k$ is the true class, and 0 otherwise."
    )
    assert last(document).status == "conditional"


def test_the_sum_in_a_logarithm_has_the_negative_samples_and_all_others() -> None:
    document = (
        r"With $K$ negative samples, let $J = -\log\sigma(u_o^\top v) - \sum_k"
        r" \log\sigma(-u_k^\top v)$ and $M = \log \sum_k e^{u_k^\top v}$. $$J + M = M + J$$"
    )
    asked = last(document).asked
    assert asked is not None
    whole, sampled = sorted(asked.given, key=lambda definition: "uneg" in definition)
    assert "uneg" in sampled
    assert "uneg" not in whole


@pytest.mark.parametrize(
    ("document", "text", "status"),
    [
        # true and pred are parts of names, where they stand for two vectors.
        (
            r"For each $y_i$ let $L = (y_{true} - y_{pred})^2$ and $S = \sum_i y_i$."
            r" $$\frac{\partial L}{\partial y_{pred}} = 2(y_{pred} - y_{true})$$",
            "d(L, y_pred) == 2*(y_pred - y_true)",
            "proved",
        ),
        # One slip turns no column into a row.
        (
            r"Let $\mathbf s = \mathrm{softmax}(\mathbf z)$. $$\frac{\partial \mathbf s}{\partial"
            r" \mathbf z} = \mathrm{diag}(\mathbf s) - \mathbf s^\top \mathbf s$$ $$\frac{\partial"
            r" \mathbf s}{\partial \mathbf z} ="
            r" \mathrm{diag}(\mathbf s) - \mathbf s\mathbf s^\top$$",
            "d(s, z) == diag(s) - s*s.T",
            "proved",
        ),
        # An entry that names another one is no example of all.
        (
            r"$$p_1 = \frac{e^{z_1}}{e^{z_1} + e^{z_2}}$$"
            r" $$\frac{\partial p_k}{\partial z_2} = -p_k(1 - p_k)$$",
            "d(p[k], z[2]) == -p[k]*(1 - p[k])",
            "unread",
        ),
        # What has a loss for each sample is not the loss of all that dz is about.
        (
            r"Let $L_i = -\log p_{i y_i}$, $p_{ik} = e^{z_{ik}}/\sum_j e^{z_{ij}}$ and"
            r" $z_{ik} = \sum_j w_{kj} x_{ij}$. Then $$dz_{ik} = dp_{ik}$$"
            r" $$dw_{kj} = \sum_i dz_{ik} x_{ij}$$",
            "d(J, w[k, j]) == sum(d(J, z[i, k])*x[i, j], i)",
            "proved",
        ),
        # A distribution of which the logarithm is taken is positive.
        (
            SOFTMAX + r"Let $L = \sum_k t_k \log\frac{t_k}{p_k}$ where $t$ is a probability"
            r" distribution. $$L = \sum_k t_k \log t_k - \sum_k t_k \log p_k$$",
            "L == sum(t[k]*log(t[k]), k) - sum(t[k]*log(p[k]), k)",
            "proved",
        ),
        # A capital letter that nothing explains is no reason to refute.
        (
            r"Let $c_{jk} = \sum_i x_{ij} x_{ik}$. $$c_{jk} = (X X^\top)_{jk}$$",
            "c[j, k] == (x @ x.T)[j, k]",
            "undecided",
        ),
        # What has a value nowhere is not refuted.
        (r"$$\sqrt{-x^2 - 1} = x$$", "sqrt(-x**2 - 1) == x", "undecided"),
    ],
)
def test_what_a_document_shows_elsewhere_decides(document: str, text: str, status: str) -> None:
    assert (last(document).text, last(document).status) == (text, status)


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param("L(2z) = L(z)", id="p is another at 2z"),
        pytest.param("L(z + c) = L(z)", id="so it is where both are the same"),
        pytest.param("L(u) = L(z)", id="and at a new name"),
    ],
)
def test_a_call_of_what_hides_its_argument_is_left_unread(claim: str) -> None:
    document = SOFTMAX + r"$$L(z) = -\log p_y$$" + f"\n\n$${claim}$$"
    item = last(document)
    assert item.status == "unread"
    assert item.complaint is not None
    assert "L depends on z through p" in item.complaint.message


def test_a_call_by_what_a_function_rests_on_only_mentions_it() -> None:
    document = (
        SOFTMAX
        + r"$z = Wx$ and $L(W) = -\log p_y$. Then"
        + "\n\n"
        + r"$$\frac{\partial L(z)}{\partial z_k} = p_k - \delta_{ky}$$"
    )
    assert last(document).status == "proved"


def test_a_condition_and_a_repair_count_as_the_document_does() -> None:
    loss = r"$$L = -\log p_0$$" + "\n\n"
    one = last(SOFTMAX + loss + r"$$\frac{\partial L}{\partial z_k} = p_k - 1$$")
    other = last(SOFTMAX + loss + r"$$\frac{\partial L}{\partial z_k} = p_k + \delta_{k0}$$")
    assert one.verdict is not None
    assert other.verdict is not None
    assert one.verdict.condition == "k == 0"
    assert other.verdict.repair == "p[k] - delta(k, 0)"
    assert any("counted from 0" in note for note in one.notes)


BAYES = (
    r"The posterior is $P(c \mid x) = \frac{e^{a_c}}{\sum_k e^{a_k}}$. By Bayes' rule"
    + "\n\n"
    + r"$$P(c \mid x) \propto P(x \mid c) P(c)$$"
    + "\n\n"
)


def test_another_condition_makes_another_function() -> None:
    items = check(BAYES, name="t.md").items
    assert [item.status for item in items] == ["definition", "unread"]
    slope = (
        r"$$\frac{\partial P(c \mid x)}{\partial a_k} = P(c \mid x)(\delta_{ck} - P(k \mid x))$$"
    )
    assert last(BAYES + slope).status == "proved"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"p_k \propto e^{z_k}", "proved"),
        (r"p_k^2 \propto e^{2 z_k}", "proved"),
        (r"p_k \propto e^{z_k - z_1}", "proved"),
        (r"p_k \propto 3 e^{z_k}/n", "proved"),
        (r"p_k \propto e^{-z_k}", "refuted"),
        (r"p_k \propto z_k", "refuted"),
        (r"p_k \propto e^{2 z_k}", "refuted"),
        (r"p_k \propto p_k^2", "refuted"),
        (r"1 - p_k \propto e^{-z_k}", "conditional"),
        (r"p_k \propto 1/n", "undecided"),
        (r"p_k \propto e^{z_k + c_k}", "undecided"),
        (r"p_k p_l \propto e^{z_k + z_l}", "undecided"),
    ],
)
def test_a_proportion_is_judged_over_its_one_index(claim: str, status: str) -> None:
    assert last(SOFTMAX + f"$${claim}$$").status == status


def test_a_distribution_is_what_it_is_proportional_to_divided_by_its_sum() -> None:
    item = last(r"$$q_k \propto e^{z_k/T}$$")
    assert item.text == "q[k] = exp(z[k]/T)/sum(exp(z[j]/T), j)"
    assert any("divided by its sum" in note for note in item.notes)


def test_weights_are_not_made_to_sum_to_one() -> None:
    assert last(r"$$w_k \propto 1/N_k$$").status == "undecided"


@pytest.mark.parametrize(("limits", "words"), [("_{j=1}^{K}", "up to K"), ("_j", "over all")])
@pytest.mark.parametrize("part", ["2", "3"])
def test_a_sum_over_some_classes_is_not_taken_for_the_sum_over_all(
    limits: str, words: str, part: str
) -> None:
    softmax = rf"Let $p_k = e^{{z_k}}/\sum{limits} e^{{z_j}}$." + "\n\n"
    item = last(softmax + rf"$$\sum_{{j=1}}^{{{part}}} p_j = 1$$")
    assert item.complaint is not None
    assert f"up to {part} beside one {words}" in item.complaint.message


def test_a_proportion_under_a_condition_is_no_definition() -> None:
    some = r"For $k \ne y$ let $p_k \propto e^{z_k}$." + "\n\n"
    slope = last(some + r"$$\frac{\partial p_k}{\partial z_l} = p_k(\delta_{kl} - p_l)$$")
    assert slope.status in ("undecided", "unread")
