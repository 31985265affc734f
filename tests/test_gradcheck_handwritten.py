"""Gradcheck on programs as people write them: no alarm at a right one, a name for each mistake."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import courses
import handwritten
import networks
import numpy as np
import objectives
import pytest
from handwritten import SHAPES, X, nll
from pairs import softmax

from numeric import gradcheck
from numeric.checking import diagnosis, observed
from numeric.checking.check import Report
from numeric.checking.kinds import KINDS

RIGHT = handwritten.RIGHT | courses.RIGHT | networks.RIGHT | objectives.RIGHT
WRONG = handwritten.WRONG | courses.WRONG | networks.WRONG | objectives.WRONG
SAYS = networks.SAYS | objectives.SAYS
SLOW = "many logits"


def asked(name: str, seed: int) -> Report:
    _, written = WRONG[name] if name in WRONG else ("", RIGHT[name])
    arguments, options = written.arguments()
    return gradcheck(*arguments, **options, seed=seed)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_raises_no_alarm(name: str) -> None:
    for seed in range(1 if SLOW in name else 4):
        report = asked(name, seed)
        assert report, str(report)
        slight = report.finding is not None and report.finding.kind == "slight"
        assert slight == ("epsilon" in name and "1e-12" not in name), str(report)


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_found_and_named(name: str) -> None:
    for seed in range(1 if SLOW in name else 4):
        report = asked(name, seed)
        assert not report
        assert report.finding is not None
        assert report.finding.kind == WRONG[name][0], str(report)
        assert report.finding.wrong or report.finding.kind in ("not judged", "not repeatable")


@pytest.mark.parametrize("name", SAYS)
def test_what_a_mistake_comes_from_is_said(name: str) -> None:
    assert SAYS[name] in str(asked(name, 0))


@pytest.mark.parametrize("name", SHAPES)
def test_another_shape_is_said_with_its_cause(name: str) -> None:
    words, written = SHAPES[name]
    arguments, options = written.arguments()
    with pytest.raises(ValueError, match=words):
        gradcheck(*arguments, **options)


def test_the_docs_name_every_kind_and_count_the_programs() -> None:
    page = (Path(__file__).parents[1] / "docs" / "engine.md").read_text("utf-8")
    kinds = {kind for kind, _ in KINDS} | {kind for kind, _ in WRONG.values()} | {"unrecognised"}
    assert not [kind for kind in kinds if kind not in page]
    assert f"{len(WRONG)} in programs" in page
    assert f"{len(RIGHT)} right ones" in page


def test_what_is_slight_is_said_and_what_is_not_is_wrong() -> None:
    """Off by 1e-6 of each entry passes with a word, 1e-4 does not; nor an entry that is missing."""
    gradient = RIGHT["in two"].functions[1]
    report = gradcheck(nll, lambda f: gradient(f) * (1 + 1e-6), points=[X])
    assert report
    assert report.finding is not None
    assert report.finding.kind == "slight"
    assert "slight: right but for 1e-06 of an entry" in str(report)
    assert report.points[0].wrong == ()
    assert len(report.points[0].slight) == X.size
    assert not gradcheck(nll, lambda f: gradient(f) * (1 + 1e-4), points=[X])
    point = X + 12 * np.eye(X.shape[1])[[0, 2, 1, 3, 2]]
    small = np.abs(gradient(point)) < 1e-6
    assert small.any()
    assert not gradcheck(nll, lambda f: np.where(small, 0, gradient(f)), points=[point])


def test_a_loss_that_returns_more_than_its_value() -> None:
    both = RIGHT["both from one function"].functions[0]
    with pytest.raises(TypeError, match="the loss returned 2 things; leave `gradient` out"):
        gradcheck(both, lambda f: both(f)[1], points=[X])
    with pytest.raises(TypeError, match="needs its gradient"):
        gradcheck(nll, points=[X])


def test_a_random_loss_fails_though_nothing_is_seen_to_be_wrong() -> None:
    rng = np.random.default_rng(0)
    gradient = RIGHT["in two"].functions[1]
    for _ in range(10):
        report = gradcheck(lambda f: nll(f) + rng.normal(), gradient, points=[X])
        assert not report
        assert report.finding is not None
        assert report.finding.kind == "not repeatable"
    assert gradcheck(lambda f: nll(f) + 1e-7 * rng.normal(), gradient, points=[X])


def test_one_logit_is_no_array() -> None:
    point = [np.array(0.3)]
    assert gradcheck(lambda z: np.log1p(np.exp(-z)), lambda z: -1 / (1 + np.exp(z)), points=point)
    assert not gradcheck(
        lambda z: np.log1p(np.exp(-z)), lambda z: 1 / (1 + np.exp(z)), points=point
    )


@pytest.mark.parametrize(
    ("loss", "gradient", "words"),
    [
        (lambda f: None, np.zeros_like, "the loss returned NoneType; expected one number"),
        (lambda f: "0.5", np.zeros_like, "the loss returned str; expected one number"),
        (np.sum, lambda f: None, "the gradient returned NoneType; expected an array of real"),
        (np.sum, lambda f: 1j * f, "the gradient returned complex numbers"),
    ],
)
def test_what_is_no_number_is_said(loss: Any, gradient: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        gradcheck(loss, gradient, points=[X])


def test_slow_losses_of_many_entries_are_diagnosed_by_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what holds for all entries alike is asked, of the entries at hand."""
    monkeypatch.setattr(diagnosis, "PATIENCE", 0.0)
    gradient = RIGHT["in two"].functions[1]
    calls = []

    def counted(f: Any) -> Any:
        calls.append(f)
        return nll(f)

    for wrong, kind in (
        (lambda f: len(f) * gradient(f), "normalisation"),
        (lambda f: -gradient(f), "sign"),
        (lambda f: gradient(f)[::-1], "unrecognised"),
    ):
        report = gradcheck(counted, wrong, points=[X])
        assert report.finding is not None
        assert report.finding.kind == kind
        if kind == "normalisation":
            assert "1/N is missing: every entry is 5 times" in report.finding.says
    assert "1 times as long" in report.finding.says
    before = len(calls)
    monkeypatch.undo()
    gradcheck(counted, lambda f: gradient(f)[::-1], points=[X])
    assert len(calls) - before > before / 3


def test_fewer_entries_of_a_slow_loss_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = RIGHT["in two"].functions[1]
    assert gradcheck(nll, gradient, points=[X]).points[0].entries == X.size
    monkeypatch.setattr(observed, "PATIENCE", 0.0)
    report = gradcheck(nll, gradient, points=[X])
    assert report
    assert 0 < report.points[0].entries <= observed.LEAST_ENTRIES
    assert not gradcheck(nll, lambda f: 1.01 * gradient(f), points=[X])


def test_samples_of_many_are_named_by_their_numbers() -> None:
    for name, words in (
        ("many logits, a row", "a factor of one sample is missing or wrong (9: 2)"),
        ("many logits, an entry", "only one entry is wrong, of sample 3 and class 7"),
        ("an embedding that forgets repeats", "only these samples are wrong: 3"),
        ("a net without relu's slope", "only these entries are wrong: 0 to "),
    ):
        assert words in str(asked(name, 0))


def test_a_failed_hessian_is_shown() -> None:
    report = gradcheck(
        lambda f: np.log(np.sum(np.exp(f))),
        softmax,
        hessian=lambda f: np.diag(softmax(f)),
        points=[X[0]],
    )
    assert not report
    assert report.finding is None
    assert "Hessian: FAILED" in str(report)
    assert "WRONG" in str(report)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda f: {"loss": 1.0}, "this one returned dict"),
        (lambda f: (1.0, f, f), "this one returned a tuple of 3 things: take the two"),
        (lambda f: (1.0, (f, f[0])), "the gradient returned a tuple of 2 things"),
        (lambda f: (1.0, "none"), "the gradient returned str"),
        (lambda f: (1.0, np.array([None])), "the gradient returned an array of object"),
    ],
)
def test_what_is_no_pair_is_said(loss: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        gradcheck(loss, points=[X])


def test_a_gradient_that_is_one_number_is_asked_for_its_place() -> None:
    with pytest.raises(ValueError, match="one number; are loss and gradient in this order"):
        gradcheck(lambda f: (softmax(f), nll(f)), points=[X])


def test_points_may_be_tensors() -> None:
    assert gradcheck(nll, RIGHT["in two"].functions[1], points=[courses.Tensor(X)])


def test_points_without_real_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(0, 3\) has no entry"):
        gradcheck(np.sum, np.ones_like, points=[np.zeros((0, 3))])
    with pytest.raises(TypeError, match="points of complex numbers"):
        gradcheck(np.sum, np.ones_like, points=[np.array([1j])])


@pytest.mark.parametrize(
    ("loss", "point"),
    [
        (lambda p: np.sum(np.log(p)), np.array([[0.2, 0.3, 0.5], [0.05, 0.05, 0.9]])),
        (lambda p: np.sum(np.arcsin(p)), np.array([0.9, 0.6, 0.99])),
    ],
)
def test_what_has_no_value_not_far_away_is_judged_all_the_same(loss: Any, point: Any) -> None:
    """An unknown mistake is looked at from elsewhere too, where there may be nothing."""
    with np.errstate(all="ignore"):
        report = gradcheck(loss, lambda p: p**-1.5 + np.sin(7 * p), points=[point])
    assert not report
    assert report.finding is not None
    assert report.finding.kind == "unrecognised"


def test_a_loss_may_raise_beside_its_point() -> None:
    """A chance of 0.05 less a step has no logarithm; at the point itself an error stays one."""
    point = [np.array([0.2, 0.05, 0.75])]
    right, wrong = (lambda p, c=c: np.array([0, -c / p[1], 0]) for c in (1, 2))
    assert gradcheck(lambda p: -math.log(p[1]), right, points=point)
    assert not gradcheck(lambda p: -math.log(p[1]), wrong, points=point)
    with pytest.raises(ValueError, match=r"math domain error|positive"):
        gradcheck(lambda p: -math.log(p[1] - 1), right, points=point)
