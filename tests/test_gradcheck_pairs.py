"""Gradcheck on losses and gradients as people write them: right ones pass, mistakes are named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bugs import BUGS, planted
from pairs import FAMILIES, Pair, log_softmax, softmax

from numeric import gradcheck
from numeric.checking.check import Report

A_FEW, MANY = 3, 14
TYPES = (np.float64, np.float32)


def judged(pair: Pair, seed: int, dtype: type = np.float64) -> Report:
    arguments, options = pair.arguments()
    return gradcheck(*arguments, **options, seed=seed, dtype=dtype)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_right_gradient_is_flagged(family: str) -> None:
    for seed in range(A_FEW):
        for dtype in TYPES:
            report = judged(FAMILIES[family](np.random.default_rng(seed)), seed, dtype)
            assert report, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_no_right_gradient_of_a_thousand_is_flagged(family: str) -> None:
    """14 seeds, 2 types, and every family: more than 1,000."""
    assert MANY * len(TYPES) * len(FAMILIES) > 1000
    for seed in range(A_FEW, A_FEW + MANY):
        for dtype in TYPES:
            report = judged(FAMILIES[family](np.random.default_rng(seed)), seed, dtype)
            assert report, str(report)


@pytest.mark.parametrize("name", BUGS)
def test_every_planted_bug_is_caught_and_named(name: str) -> None:
    kind = BUGS[name][2]
    for seed in range(A_FEW):
        report = judged(planted(name, np.random.default_rng(seed)), seed)
        assert not report
        assert report.finding is not None
        assert not kind or report.finding.kind == kind, str(report)
        assert report.finding.wrong
        assert f"  {report.finding.kind}: " in str(report)


def logistic(f: Any) -> Any:
    return -log_softmax(f)[0]


def slope(f: Any) -> Any:
    return softmax(f) - (np.arange(len(f)) == 0)


def curvature(f: Any) -> Any:
    p = softmax(f)
    return np.diag(p) - np.outer(p, p)


WRONG_HESSIANS = {
    "diagonal only": lambda f: np.diag(softmax(f) * (1 - softmax(f))),
    "sign off the diagonal": lambda f: np.diag(softmax(f)) + np.outer(softmax(f), softmax(f)),
    "factor 1.0005": lambda f: 1.0005 * curvature(f),
    "of another label": lambda f: curvature(f) + 1e-3 * np.eye(len(f)),
    "outer product of the gradient": lambda f: np.outer(slope(f), slope(f)),
}


def test_a_right_hessian_passes_with_rate_three() -> None:
    report = gradcheck(logistic, slope, hessian=curvature, classes=(2, 3, 5))
    assert report
    assert report.hessian is not None
    assert report.hessian.rate == pytest.approx(3, abs=0.1)
    assert not replace(report.hessian, rate=2.0).ok
    assert json.loads(json.dumps(report.to_json(), allow_nan=False))["hessian"]["ok"] is True


@pytest.mark.parametrize("name", WRONG_HESSIANS)
def test_a_wrong_hessian_is_caught(name: str) -> None:
    report = gradcheck(logistic, slope, hessian=WRONG_HESSIANS[name], classes=(2, 3, 5))
    assert not report
    assert report.hessian is not None
    assert all(point.ok for point in report.points)
    assert not all(point.ok for point in report.hessian.points)
    assert report.hessian.rate == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("name", ["softmax-nll", "softmax-nll-mean", "focal"])
def test_the_engines_bring_their_hessian(name: str) -> None:
    report = gradcheck(name, hessian=True, classes=(2, 3))
    assert report, str(report)
    assert report.hessian is not None
    assert report.hessian.rate == pytest.approx(3, abs=0.2)


def test_hessians_of_a_batch_are_blocks_or_whole() -> None:
    f = np.random.default_rng(0).normal(size=(2, 3))

    def blocks(f: Any) -> Any:
        return np.stack([curvature(row) for row in f])

    def whole(f: Any) -> Any:
        made = np.zeros((*f.shape, *f.shape))
        for i, block in enumerate(blocks(f)):
            made[i, :, i, :] = block
        return made

    def total(f: Any) -> Any:
        return -np.sum(log_softmax(f)[:, 0])

    def rows(f: Any) -> Any:
        return softmax(f) - (np.arange(3) == 0)

    for right in (blocks, whole):
        assert gradcheck(total, rows, hessian=right, points=[f])
        wrong = lambda f, right=right: right(f)[::-1]  # noqa: E731
        assert not gradcheck(total, rows, hessian=wrong, points=[f])


def test_a_kink_is_said_and_not_called_wrong() -> None:
    point = np.array([0.0, 1.0, -2.0])
    report = gradcheck(lambda f: np.sum(np.abs(f)), np.sign, points=[point])
    assert report
    for subgradient in (-1, -0.5, 1):
        report = gradcheck(
            lambda f: np.sum(np.abs(f)),
            lambda f, s=subgradient: np.where(f == 0, s, np.sign(f)),
            points=[point],
        )
        assert report, str(report)
        assert report.points[0].kinks == 1
    outside = gradcheck(
        lambda f: np.sum(np.abs(f)), lambda f: np.where(f == 0, 1.5, np.sign(f)), points=[point]
    )
    assert not outside
    assert "on a kink" in str(outside)


@pytest.mark.parametrize("distance", [1e-1, 1e-2, 1e-3])
def test_a_kink_nearby_is_no_excuse(distance: float) -> None:
    point = [distance, -distance, 0.7]
    assert gradcheck(lambda f: np.sum(np.abs(f)), np.sign, points=[point])
    assert not gradcheck(lambda f: np.sum(np.abs(f)), lambda f: 1.0005 * np.sign(f), points=[point])


def test_points_that_the_loss_does_not_take_are_named() -> None:
    def third(f: Any) -> Any:
        return -log_softmax(f)[2]

    report = gradcheck(third, lambda f: softmax(f) - (np.arange(len(f)) == 2), classes=(2, 3, 4))
    assert report
    assert {point.n for point in report.points} == {3, 4}
    assert any("n = 2: IndexError" in words for words in report.skipped)


def test_where_the_loss_is_not_finite_nothing_is_judged() -> None:
    def naive(f: Any) -> Any:
        return -np.log(np.exp(f) / np.sum(np.exp(f)))[0]

    def naive_slope(f: Any) -> Any:
        return np.exp(f) / np.sum(np.exp(f)) - (np.arange(len(f)) == 0)

    report = gradcheck(naive, naive_slope, classes=(3,))
    assert report
    assert [point.name for point in report.points if not point.judged] == ["+-1000"]
    assert not gradcheck(naive, naive_slope, points=[[1000.0, 0.0]])
    assert not gradcheck(logistic, naive_slope, points=[[1000.0, 0.0]])


def test_noise_is_not_taken_for_an_error_nor_an_error_for_noise() -> None:
    """Rounded to so many bits, which no type tells of."""

    def rounded(x: Any) -> Any:
        return np.round(np.asarray(x, dtype=np.float64) * 2.0**22) / 2.0**22

    f = np.random.default_rng(3).normal(size=4)
    assert gradcheck(
        lambda f: float(rounded(logistic(f.real))), lambda f: rounded(slope(f)), points=[f]
    )
    assert not gradcheck(
        lambda f: float(rounded(logistic(f.real))), lambda f: 1.002 * rounded(slope(f)), points=[f]
    )


def test_a_uniform_upstream_would_hide_it() -> None:
    """The mean of the upstream for each sample's: right for sum(loss), and caught all the same."""
    y = np.array([0, 1, 2, 0])

    def rows(f: Any) -> Any:
        return -log_softmax(f)[np.arange(4), y]

    def backward(f: Any, u: Any) -> Any:
        return np.mean(u) * (softmax(f) - (np.arange(3) == y[:, None]))

    f = np.random.default_rng(0).normal(size=(4, 3))
    assert np.allclose(backward(f, np.ones(4)), softmax(f) - (np.arange(3) == y[:, None]))
    assert not gradcheck(rows, vjp=backward, points=[f])


def test_the_example_in_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "engine.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    exec(compile(block, "docs/engine.md", "exec"), {})
    assert f"# {capsys.readouterr().out.strip()}\n" in block
    assert f"{len(FAMILIES)} kinds" in page
    assert f"{len(BUGS)} planted mistakes" in page


def test_one_wrong_entry_of_thousands_is_found() -> None:
    rng = np.random.default_rng(0)
    f, y = rng.normal(size=(32, 100)), rng.integers(100, size=32)
    at = np.arange(32)

    def loss(f: Any) -> Any:
        return -np.mean(log_softmax(f)[at, y])

    def rows(f: Any) -> Any:
        return (softmax(f) - (np.arange(100) == y[:, None])) / 32

    def wrong(f: Any) -> Any:
        g = rows(f)
        g[17, 42] *= 1.01
        return g

    assert gradcheck(loss, rows, points=f)
    report = gradcheck(loss, wrong, points=f)
    assert not report
    assert report.points[0].wrong == ((17, 42),)


def test_a_gradient_may_use_its_memory_again_and_a_loss_its_argument() -> None:
    memory = np.zeros(4)

    def gradient(f: Any) -> Any:
        np.copyto(memory, slope(f))
        return memory

    def loss(f: Any) -> Any:
        f -= f.max()
        return np.log(np.sum(np.exp(f))) - f[0]

    f = np.array([0.3, 1.0, -2.0, 0.1])
    assert gradcheck(loss, gradient, points=[f, 2 * f])
    assert not gradcheck(loss, lambda f: 1.0005 * gradient(f), points=[f, 2 * f])


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("name", ["cross_entropy", "multi_margin_loss", "relu", "elu", "mish"])
def test_functions_of_pytorch_pass_and_off_by_a_thousandth_fail(name: str, single: bool) -> None:
    """They follow neither complex nor longer numbers, and may compute in float32 throughout."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    dtype = torch.float32 if single else torch.float64
    labels = (torch.tensor([0, 2, 1, 1]),) if name in ("cross_entropy", "multi_margin_loss") else ()

    def total(f: Any) -> Any:
        return getattr(torch.nn.functional, name)(f, *labels).sum()

    def gradient(f: Any) -> Any:
        inner = torch.tensor(f, dtype=dtype, requires_grad=True)
        total(inner).backward()
        return inner.grad.numpy()

    def loss(f: Any) -> float:
        return float(total(torch.tensor(f, dtype=dtype)))

    for seed in range(3):
        f = np.random.default_rng(seed).normal(size=(4, 3)) * (1 + 3 * seed)
        report = gradcheck(loss, gradient, points=f, seed=seed)
        assert report, str(report)
        assert not gradcheck(loss, lambda f: 1.001 * gradient(f), points=f, seed=seed)
