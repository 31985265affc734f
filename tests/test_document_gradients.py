"""Gradients of a loss that is not told, dz, differentials, and repairs in vectors."""

from __future__ import annotations

import contextlib
import time

import pytest

from derive import check
from derive.document.items import Item
from derive.errors import DocumentError

SOFTMAX = r"$$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$" + "\n\n"
LAYER = (
    r"$\hat{\mathbf y} = \mathrm{softmax}(\mathbf u)$ with $\mathbf u = \mathbf W\mathbf h$ and "
    r"$J = -\mathbf y^\top\log\hat{\mathbf y}$ for the one-hot vector $\mathbf y$." + "\n\n"
)


def last(document: str, name: str = "t.md") -> Item:
    """The last item of a document."""
    return check(document, name=name).items[-1]


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (
            r"\frac{\partial L}{\partial z_i} = \sum_k \frac{\partial L}{\partial p_k}"
            r"\frac{\partial p_k}{\partial z_i}",
            "proved",
        ),
        (
            r"\frac{\partial L}{\partial z_i} = p_i\left(\frac{\partial L}{\partial p_i} - "
            r"\sum_k p_k\frac{\partial L}{\partial p_k}\right)",
            "proved",
        ),
        (
            r"\frac{\partial L}{\partial z_i} = \frac{\partial L}{\partial p_i}"
            r"\frac{\partial p_i}{\partial z_i}",
            "refuted",
        ),
        # True of linear losses alone: a value, a second derivative, a derivative of one side.
        (r"\sum_k p_k\frac{\partial L}{\partial p_k} = L", "unread"),
        (
            r"\frac{\partial^2 L}{\partial p_i \partial p_k} = "
            r"\frac{\partial^2 L}{\partial p_k \partial p_i}",
            "unread",
        ),
        (r"\frac{\partial L}{\partial p_k} = -\frac{y_k}{p_k}", "unread"),
    ],
)
def test_any_loss_is_held_to_its_first_derivatives(formula: str, status: str) -> None:
    assert last(SOFTMAX + f"$${formula}$$").status == status


def test_a_repair_speaks_of_no_loss_that_stands_for_all() -> None:
    item = last(
        SOFTMAX
        + r"Let $g_k = \frac{\partial L}{\partial p_k}$."
        + r"$$\frac{\partial L}{\partial z_i} = p_i g_i$$"
    )
    assert item.verdict is not None
    assert item.status == "refuted"
    assert "slope" not in (item.verdict.repair or "")
    assert " L" not in (item.verdict.repair or "")


@pytest.mark.parametrize(
    ("formula", "reading", "status"),
    [
        (r"$$d\mathbf u = \hat{\mathbf y} - \mathbf y$$", "d(J, u) == y_hat - y", "proved"),
        (r"$$d\mathbf h = \mathbf W^\top d\mathbf u$$", "d(J, h) == W.T @ d(J, u)", "proved"),
        (r"$$d\mathbf h = \mathbf W d\mathbf u$$", "d(J, h) == W @ d(J, u)", "refuted"),
        (
            r"$$dJ = (\hat{\mathbf y} - \mathbf y)^\top d\mathbf u$$",
            "dJ == (y_hat - y).T @ du",
            "proved",
        ),
        (
            r"$$dJ = (\hat{\mathbf y} + \mathbf y)^\top d\mathbf u$$",
            "dJ == (y_hat + y).T @ du",
            "refuted",
        ),
        (
            r"$$d\hat{\mathbf y} = (\mathrm{diag}(\hat{\mathbf y}) - "
            r"\hat{\mathbf y}\hat{\mathbf y}^\top)\,d\mathbf u$$",
            "dy_hat == (diag(y_hat) - y_hat*y_hat.T) @ du",
            "proved",
        ),
    ],
)
def test_a_d_before_a_name(formula: str, reading: str, status: str) -> None:
    item = last(LAYER + formula)
    assert (item.text, item.status) == (reading, status)


@pytest.mark.parametrize(
    ("formula", "repair"),
    [
        (r"\nabla_{\mathbf h} J = \mathbf W(\hat{\mathbf y} - \mathbf y)", "W.T @ (yhat - y)"),
        (
            r"\nabla_{\mathbf W} J = \mathbf h(\hat{\mathbf y} - \mathbf y)^\top",
            "(yhat - y)*h.T",
        ),
        (
            r"\frac{\partial\hat{\mathbf y}}{\partial\mathbf u} = \mathrm{diag}(\hat{\mathbf y}) + "
            r"\hat{\mathbf y}\hat{\mathbf y}^\top",
            "diag(yhat) - yhat*yhat.T",
        ),
    ],
)
def test_what_is_written_in_vectors_is_mended_in_vectors(formula: str, repair: str) -> None:
    item = last(LAYER + f"$${formula}$$")
    assert item.verdict is not None
    assert item.is_wrong
    assert item.verdict.repair == repair


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("stem:[" * 200_000, id="openers of AsciiDoc"),
        pytest.param("[stem]\n++++\n" * 50_000, id="blocks of AsciiDoc"),
        pytest.param(("x = y" + "   (aaaa:") * 500 + "\n", id="remarks within remarks"),
        pytest.param(("a = b" + " " * 12) * 900 + "\n", id="gaps"),
        pytest.param("y = e^(" + "(" * 3000 + "x" + ")" * 3000 + ")", id="brackets above"),
        pytest.param("$$" + "p|_{i=j}" * 800 + " = 2$$", id="bars"),
        pytest.param("Otherwise:\n\n" * 3000 + "$$p_i = 2$$", id="otherwise"),
    ],
)
def test_hostile_texts_end_soon(text: str) -> None:
    begin = time.monotonic()
    with contextlib.suppress(DocumentError):
        found = check(text, name="t.adoc", timeout=2, total=10)
        assert all(item.status != "proved" for item in found.items)
    assert time.monotonic() - begin < 20
