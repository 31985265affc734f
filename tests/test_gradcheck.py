"""The checker, checked: wrong gradients are caught, right ones are not flagged."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derive.catalogue import ENGINES
from numeric import compile as compiled
from numeric import gradcheck
from numeric.checking.check import Report
from numeric.checking.differences import best_method, central, complex_step

CLASSES = (1, 2, 3, 50)
SEEDS = 6
Function = Callable[[Any], Any]


# The textbook, by hand: not a line of ours.


def softmax(f: Any) -> Any:
    e = np.exp(f - f.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def nll(f: Any, y: int = 0) -> Any:
    m = f.max()
    return m + np.log(np.sum(np.exp(f - m))) - f[y]


def gradient(f: Any, y: int = 0) -> Any:
    p = softmax(f)
    p[y] -= 1
    return p


def mean_nll(f: Any) -> Any:
    m = f.max(axis=-1, keepdims=True)
    return np.mean(m[:, 0] + np.log(np.sum(np.exp(f - m), axis=-1)) - f[:, 0])


def mean_gradient(f: Any) -> Any:
    p = softmax(f)
    p[:, 0] -= 1
    return p / len(f)


def only_float64(f: Any) -> Any:
    """A loss that follows neither complex nor longer numbers."""
    return float(nll(np.asarray(f, dtype=np.float64)))


def diagonal_only(f: Any) -> Any:
    return np.where(np.arange(len(f)) == 0, gradient(f), 0)


def small_entries_missing(f: Any) -> Any:
    """Wrong only where a prediction is confident: at [30, 0, 0] the off-diagonal is 9e-14."""
    g = gradient(f)
    return np.where((g > 1e-14) & (g < 1e-12), 0, g)


def one_minus_p(f: Any) -> Any:
    """Off the diagonal 1 - p_y in place of p_k: the same for two classes."""
    return np.where(np.arange(len(f)) == 0, gradient(f), 1 - softmax(f)[0])


def focal(f: Any) -> Any:
    p = softmax(f)
    return -((1 - p[0]) ** 2) * np.log(p[0])


def focal_without_its_modulating_term(f: Any) -> Any:
    p = softmax(f)
    return (1 - p[0]) ** 2 * gradient(f)


def smoothed(f: Any, eps: float = 0.1) -> Any:
    log_p = np.log(softmax(f))
    return -(1 - eps) * log_p[0] - eps * np.mean(log_p)


def half_smoothed(f: Any) -> Any:
    return softmax(f) - 0.95 * (np.arange(len(f)) == 0) - 0.05 / len(f)


WRONG: dict[str, tuple[Function, Function, dict[str, Any]]] = {
    "factor 1.0005": (nll, lambda f: 1.0005 * gradient(f), {}),
    "factor 1.0005, float64 only": (only_float64, lambda f: 1.0005 * gradient(f), {}),
    "factor 1.0005, float32": (
        nll,
        lambda f: np.float32(1.0005) * gradient(f),
        {"dtype": np.float32},
    ),
    "off-diagonal missing at [30, 0, 0]": (nll, diagonal_only, {"points": [[30.0, 0.0, 0.0]]}),
    "small entries missing": (nll, small_entries_missing, {}),
    "sign": (nll, lambda f: -gradient(f), {}),
    "1 - p off the diagonal": (nll, one_minus_p, {}),
    "1/N missing": (mean_nll, lambda f: len(f) * mean_gradient(f), {"samples": 4}),
    "1/N twice": (mean_nll, lambda f: mean_gradient(f) / len(f), {"samples": 4}),
    "transposed": (
        mean_nll,
        lambda f: mean_gradient(f.T).T,
        {"points": [np.random.default_rng(0).normal(size=(3, 3))]},
    ),
    "0 for a small loss": (lambda f: 1e-5 * nll(f), np.zeros_like, {}),
    "0 for a small loss, float64 only": (lambda f: 1e-5 * only_float64(f), np.zeros_like, {}),
    "sign of a small loss": (lambda f: 4e-6 * nll(f), lambda f: -4e-6 * gradient(f), {}),
    "0 where confident": (nll, np.zeros_like, {"points": [[14.0, 0.0, 0.0]]}),
    "focal": (focal, focal_without_its_modulating_term, {"points": [[8.0, 0.0, 0.0]]}),
    "eps/2": (smoothed, half_smoothed, {"classes": (2,)}),
    "nan": (nll, lambda f: np.full_like(f, np.nan), {}),
}

RIGHT: dict[str, tuple[Function, Function, dict[str, Any]]] = {
    "textbook": (nll, gradient, {}),
    "textbook, float32": (nll, gradient, {"dtype": np.float32}),
    "textbook, float64 only": (only_float64, gradient, {}),
    "textbook, where confident": (nll, gradient, {"points": [[30.0, 0.0, 0.0], [40.0, 0.0, 0.0]]}),
    "mean": (mean_nll, mean_gradient, {"samples": 4}),
    "a small loss": (lambda f: 1e-5 * nll(f), lambda f: 1e-5 * gradient(f), {}),
    "a large loss": (lambda f: 1e9 * nll(f), lambda f: 1e9 * gradient(f), {}),
    "1 - p off the diagonal of two classes": (nll, one_minus_p, {"classes": (2,)}),
    "linear": (lambda f: np.sum(3 * f), lambda f: np.full_like(f, 3), {}),
    "constant": (lambda f: np.sum(0 * f), np.zeros_like, {}),
}


def check(loss: Function, slope: Function, options: dict[str, Any], seed: int) -> Report:
    return gradcheck(loss, slope, seed=seed, **{"classes": CLASSES, **options})


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_is_caught(name: str) -> None:
    for seed in range(SEEDS):
        assert not check(*WRONG[name], seed)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_gradient_is_not_flagged(name: str) -> None:
    for seed in range(SEEDS):
        report = check(*RIGHT[name], seed)
        assert report, str(report)


@pytest.mark.parametrize("name", ENGINES)
def test_no_engine_is_flagged(name: str) -> None:
    for seed in range(3):
        report = gradcheck(name, classes=(1, 2, 3), seed=seed)
        assert report, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_no_engine_is_flagged_by_any_of_many_seeds(name: str) -> None:
    for seed in range(3, 23):
        report = gradcheck(name, seed=seed)
        assert report, str(report)


@pytest.mark.parametrize("name", ENGINES)
def test_no_engine_is_flagged_at_a_thousand_classes(name: str) -> None:
    many = 1000 if compiled(name).signature.slots else 100  # one logit by one, and slow
    report = gradcheck(name, classes=(3, many))
    assert report, str(report)
    assert report.rate == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_with_another_gradient_is_flagged(name: str) -> None:
    """The same engine with its gradient off by 1.0005, as a pair of functions."""
    from numeric.checking.points import engine_cases

    engine = compiled(name)
    cases = list(engine_cases(engine, np.random.default_rng(0), (3,)))
    for case in cases[:2]:
        wrong = lambda f, case=case: 1.0005 * case.gradient(f)  # noqa: E731
        assert not gradcheck(case.loss, wrong, points={"here": case.logits})
        assert gradcheck(case.loss, case.gradient, points={"here": case.logits})


def test_the_rate_tells_right_from_wrong() -> None:
    assert check(nll, gradient, {}, 0).rate == pytest.approx(2, abs=0.05)
    assert check(nll, lambda f: 1.0005 * gradient(f), {}, 0).rate == pytest.approx(0, abs=0.05)
    assert check(np.sum, np.ones_like, {}, 0).rate is None


def test_either_evidence_alone_fails_the_report() -> None:
    report = check(nll, gradient, {}, 0)
    assert report.ok
    assert not replace(report, rate=0.0).ok
    assert not replace(report, points=(replace(report.points[0], ok=False),)).ok


def test_the_report_names_the_worst_entry() -> None:
    def wrong(f: Any) -> Any:
        g = gradient(f)
        g[2] *= 2
        return g

    report = gradcheck(nll, wrong, points={"here": [0.5, 1.0, 2.0]})
    (point,) = report.points
    assert point.worst_index == (2,)
    assert point.analytic == pytest.approx(2 * point.numeric)
    assert point.max_error > point.bound
    shown = str(report)
    assert "nll: FAILED" in shown
    assert "entry [2]" in shown


def test_what_cannot_be_seen_is_counted() -> None:
    """In float64 alone, entries of 1e-13 are below the rounding of the loss: said, not judged."""
    (blind,) = gradcheck(only_float64, gradient, points=[[30.0, 0.0, 0.0]]).points
    (keen,) = gradcheck("softmax-nll", classes=(3,)).points[6:7]
    assert blind.unresolved == 3
    assert keen.name == "confident 30, target at class 0"
    assert keen.unresolved < 3
    assert keen.numeric == pytest.approx(keen.analytic, rel=1e-2)


def test_the_report_is_plain_data_and_frozen() -> None:
    report = check(nll, lambda f: np.full_like(f, np.nan), {}, 3)
    data = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert data["ok"] is False
    assert data["seed"] == 3
    assert data["points"][0]["max_error"] is None
    assert len(data["sweep"]) == len(report.sweep)
    with pytest.raises(AttributeError):
        report.seed = 4  # type: ignore[misc]


def test_the_same_seed_gives_the_same_report() -> None:
    assert gradcheck("focal", seed=5, classes=(3,)) == gradcheck("focal", seed=5, classes=(3,))
    assert gradcheck("focal", seed=5, classes=(3,)) != gradcheck("focal", seed=6, classes=(3,))


def test_the_loss_is_not_given_our_arrays_to_write_to() -> None:
    def writes(f: Any) -> Any:
        value = nll(f)
        f[:] = 0
        return value

    def slope(f: Any) -> Any:
        g = gradient(f)
        f[:] = 7
        return g

    assert gradcheck(writes, slope, classes=(3,))


def test_mistakes_in_use() -> None:
    with pytest.raises(TypeError, match="needs its gradient"):
        gradcheck(nll)
    with pytest.raises(ValueError, match="a gradient of shape"):
        gradcheck(nll, nll)
    with pytest.raises(ValueError, match="expected \\(3,\\) or \\(2, 3\\)"):
        gradcheck(lambda f: f[:2], lambda f: np.zeros((3, 2)), points=[[1.0, 2.0, 3.0]])
    with pytest.raises(IndexError):
        gradcheck(lambda f: nll(f, 5), lambda f: gradient(f, 5), classes=(2, 3))
    with pytest.raises(ValueError, match="several values has no Hessian"):
        gradcheck(softmax, lambda f: np.eye(3), hessian=np.outer, points=[[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="has no Hessian"):
        gradcheck(nll, gradient, hessian=True)
    with pytest.raises(KeyError):
        gradcheck("no such loss")
    with pytest.raises(ValueError, match="no points"):
        gradcheck(nll, gradient, points=[])


# The derivatives themselves.


def test_the_finest_method_is_chosen() -> None:
    point, direction = np.array([0.5, 1.0]), np.array([1.0, 0.0])
    longest = "longdouble" if np.finfo(np.longdouble).eps < 1e-17 else "float64"
    assert best_method(nll, point, direction) == "complex step"
    assert best_method(only_float64, point, direction) == "float64"
    assert best_method(lambda f: np.sum(np.logaddexp(0, f)), point, direction) == longest
    # Runs with complex numbers, but is not analytic: the imaginary part is lost on the way.
    assert best_method(lambda f: np.sum(np.abs(f) ** 2) + 0j, point, direction) != "complex step"
    assert best_method(lambda f: np.sum(f.real**2) + 0 * f[0], point, direction) != "complex step"


@pytest.mark.parametrize("method", ["complex step", "longdouble", "float64"])
@pytest.mark.parametrize("at", [-20.0, -1.0, 0.0, 2.0])
def test_an_estimate_holds_the_truth(method: Any, at: float) -> None:
    point, direction = np.array([at]), np.array([1.0])
    function = lambda f: np.sum(np.exp(f) + f**3)  # noqa: E731
    made = (complex_step if method == "complex step" else central)(
        *(function, point, direction), *(() if method == "complex step" else (method,))
    )
    assert abs(made.value - (math.exp(at) + 3 * at**2)) <= made.error
    assert made.error < 1e-6 * max(1, at**2)
