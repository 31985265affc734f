"""A square of logits whose diagonal is right, as a loss with a label for each sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derive import verify
from derive.catalogue import CATALOGUE, Loss
from derive.errors import OutOfFragment
from numeric import compile as compiled
from numeric.engine import NotProved
from numeric.stable.diagonal import with_labels


def square(definitions: tuple[str, ...], gradient: str, **more: Any) -> Loss:
    kinds = more.pop("declare", ("s: real[N, N]",))
    return Loss("mine", "mine", definitions, "s[i, k]", gradient, "", "", kinds, **more)


P = "p[a, b] = exp(s[a, b])/sum(exp(s[a, m]), m)"

# Definitions, gradient; the same with labels.
REWRITTEN = [
    (
        (P, "L = -sum(log(p[i, i]), i)"),
        "p[i, k] - delta(i, k)",
        ("L = -sum(log(p[i, own[i]]), i)", "p[i, k] - delta(own[i], k)"),
    ),
    (
        (P, "own = 2", "L = -own*sum(log(p[i, i]), i)"),
        "own*(p[i, k] - delta(k, i))",
        ("L = -own*sum(log(p[i, own2[i]]), i)", "own*(p[i, k] - delta(k, own2[i]))"),
    ),
    (
        ("L = sum(log(sum(exp(s[c, m] - s[c, c]), m)), c)/N",),
        "(exp(s[i, k])/sum(exp(s[i, m]), m) - delta(k, i))/N",
        (
            "L = sum(log(sum(exp(s[c, m] - s[c, own[c]]), m)), c)/N",
            "(exp(s[i, k])/sum(exp(s[i, m]), m) - delta(k, own[i]))/N",
        ),
    ),
]


@pytest.mark.parametrize(("definitions", "gradient", "wanted"), REWRITTEN)
def test_the_diagonal_becomes_a_label(
    definitions: tuple[str, ...], gradient: str, wanted: tuple[str, str]
) -> None:
    labelled, own = with_labels(square(definitions, gradient))
    assert (labelled.given[-1], labelled.gradient) == wanted
    assert labelled.declare == ("s: real[N, n]", f"{own}: label[N]")
    claim = verify(labelled.claim(), given=labelled.given, declare=labelled.declare)
    assert claim.status == "proved"


LEFT_ALONE = [
    CATALOGUE["siglip"],  # nothing is said of the diagonal
    CATALOGUE["softmax-nll"],
    CATALOGUE["softmax-nll-mean"],
    square(
        (P, "L = -sum(log(p[i, y[i]]), i)"), "p[i, k] - delta(k, y[i])", declare=("y: label[N]",)
    ),
]


@pytest.mark.parametrize("loss", LEFT_ALONE, ids=lambda loss: loss.name)
def test_other_losses_are_left_alone(loss: Loss) -> None:
    assert with_labels(loss) == (loss, "")


def similarities(shape: tuple[int, int]) -> Any:
    return np.random.default_rng(0).normal(size=shape)


def test_without_labels_the_diagonal_is_right() -> None:
    engine, s = compiled("info-nce"), similarities((4, 4))
    logs = s / 0.5 - np.log(np.sum(np.exp(s / 0.5), axis=1, keepdims=True))
    loss, gradient = engine.value_and_grad(s, T=0.5)
    assert loss == pytest.approx(-np.mean(np.diag(logs)))
    np.testing.assert_allclose(gradient, (np.exp(logs) - np.eye(4)) / 4 / 0.5)
    order = [2, 0, 3, 1]
    assert engine.loss(s[:, order], np.argsort(order), T=0.5) == pytest.approx(loss)
    np.testing.assert_array_equal(engine.hessian(s, T=0.5), engine.hessian(s, range(4), T=0.5))


def test_there_may_be_more_columns_than_samples() -> None:
    """Further negatives: the diagonal of the first columns."""
    s = similarities((3, 8))
    logs = s - np.log(np.sum(np.exp(s), axis=1, keepdims=True))
    assert compiled("info-nce").loss(s, T=1.0) == pytest.approx(-np.mean(np.diag(logs)))
    with pytest.raises(ValueError, match="own holds the label 7"):
        compiled("info-nce").loss(s.T, T=1.0)


def test_both_directions_of_clip_are_two_of_one() -> None:
    """As the docs say."""
    s, one = similarities((4, 4)), compiled("info-nce")
    rows, columns = one.value_and_grad(s, T=1.0), one.value_and_grad(s.T, T=1.0)
    loss, gradient = (rows[0] + columns[0]) / 2, (rows[1] + columns[1].T) / 2
    p, q = (np.exp(s) / np.sum(np.exp(s), axis=axis, keepdims=True) for axis in (1, 0))
    assert loss == pytest.approx(-np.mean(np.log(np.diag(p) * np.diag(q))) / 2)
    np.testing.assert_allclose(gradient, (p + q - 2 * np.eye(4)) / 8, atol=1e-15)


def test_what_is_not_true_of_all_labels_is_not_compiled_with_them() -> None:
    """CLIP needs each column to be somebody's; a wrong gradient is said of the formula as given."""
    with pytest.raises(OutOfFragment):
        compiled("clip").loss(similarities((3, 3)))
    with pytest.raises(NotProved, match=r"delta\(i, k\)"):
        compiled(
            given=[P, "L = -sum(log(p[i, i]), i)"],
            declare=["s: real[N, N]"],
            gradient="p[i, k] + delta(i, k)",
            first="s[i, k]",
        )
