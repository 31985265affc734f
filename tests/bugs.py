"""Mistakes that people make in gradients, planted in right ones; each with the kind to be named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pairs import FAMILIES, Function, Pair, hot, softmax

Bug = Callable[[Pair, Any], Any]
"""Of the right pair and logits, the wrong gradient."""


def right(pair: Pair, f: Any) -> Any:
    return np.array(pair.gradient(f))


def at_label(pair: Pair, f: Any) -> Any:
    return hot(pair.parts["y"], f.shape[-1])


def only_diagonal(pair: Pair, f: Any) -> Any:
    return right(pair, f) * at_label(pair, f).reshape(f.shape)


def one_minus_p(pair: Pair, f: Any) -> Any:
    """Off the label 1 - p_y for p_k."""
    t = at_label(pair, f).reshape(f.shape)
    p = softmax(f)
    p_y = np.sum(p * t, axis=-1, keepdims=True)
    return np.where(t == 1, right(pair, f), 1 - p_y)


def p_of_label(pair: Pair, f: Any) -> Any:
    t = at_label(pair, f).reshape(f.shape)
    p_y = np.sum(softmax(f) * t, axis=-1, keepdims=True)
    return np.where(t == 1, right(pair, f), p_y / (len(f) if f.ndim > 1 else 1))


def next_label(pair: Pair, f: Any) -> Any:
    """Labels that count from 1."""
    n = f.shape[-1]
    return (softmax(f) - hot((pair.parts["y"] + 1) % n, n)) / len(f)


def one_entry(pair: Pair, f: Any) -> Any:
    g = right(pair, f)
    g.flat[-1] *= 1.01
    return g


def one_row(pair: Pair, f: Any) -> Any:
    g = right(pair, f)
    g[0] = g[0] * 1.01 + 0.001
    return g


def last_class(pair: Pair, f: Any) -> Any:
    g = right(pair, f)
    g[:, -1] = g[:, -1] + 0.01 * f[:, -1]
    return g


BUGS: dict[str, tuple[str, Bug, str]] = {
    "slope 1.0005": ("nll_mean", lambda p, f: 1.0005 * right(p, f), "factor"),
    "slope 1.0005 of loops": ("nll_loops", lambda p, f: 1.0005 * right(p, f), "factor"),
    "slope 1.0005 in float32": ("nll_float32", lambda p, f: 1.0005 * right(p, f), "factor"),
    "slope 0.9995 beside a constant": ("shifted", lambda p, f: 0.9995 * right(p, f), "factor"),
    "sign": ("nll_mean", lambda p, f: -right(p, f), "sign"),
    "sign of one": ("nll_one", lambda p, f: -right(p, f), "sign"),
    "zero": ("nll_mean", lambda p, f: np.zeros_like(f), "zero"),
    "nan": ("nll_mean", lambda p, f: right(p, f) * np.nan, "not a number"),
    "1/N missing": ("nll_mean", lambda p, f: right(p, f) * len(f), "normalisation"),
    "1/N twice": ("nll_mean", lambda p, f: right(p, f) / len(f), "normalisation"),
    "mean's gradient for a sum": ("nll_sum", lambda p, f: right(p, f) / len(f), "normalisation"),
    "1/N missing, pixels": ("pixels", lambda p, f: right(p, f) * 8, "normalisation"),
    "only 1/N of 1/(NHW)": ("pixels", lambda p, f: right(p, f) * 4, "normalisation"),
    "mean over all, ignored too": ("ignoring", lambda p, f: right(p, f) * 3 / 5, "normalisation"),
    "ignored samples": (
        "ignoring",
        lambda p, f: (softmax(f) - hot(p.parts["y"], f.shape[1])) / 3,
        "ignored samples",
    ),
    "ignored samples, and counted": (
        "ignoring",
        lambda p, f: (softmax(f) - hot(p.parts["y"], f.shape[1])) / 5,
        "ignored samples",
    ),
    "a sample without gradient": (
        "nll_sum",
        lambda p, f: right(p, f) * (np.arange(len(f)) > 0)[:, None],
        "missing samples",
    ),
    "weight not applied": (
        "weighted_mean",
        lambda p, f: (softmax(f) - hot(p.parts["y"], f.shape[1])) / len(f),
        "sample factor",
    ),
    "weight of the class, not the label": (
        "weighted_mean",
        lambda p, f: (
            p.parts["w"]
            * (softmax(f) - hot(p.parts["y"], f.shape[1]))
            / p.parts["w"][p.parts["y"]].sum()
        ),
        "class factor",
    ),
    "weights, divided by N": (
        "weighted_mean",
        lambda p, f: right(p, f) * p.parts["w"][p.parts["y"]].sum() / len(f),
        "factor",
    ),
    "label smoothing missing": (
        "smoothed",
        lambda p, f: (softmax(f) - hot(p.parts["y"], f.shape[1])) / len(f),
        "label smoothing",
    ),
    "label smoothing by n - 1": (
        "smoothed",
        lambda p, f: (
            right(p, f)
            + (hot(p.parts["y"], f.shape[1]) - 1 / f.shape[1]) * p.parts["eps"] / 5 / len(f)
        ),
        "label smoothing",
    ),
    "off-diagonal missing": ("nll_mean", only_diagonal, "missing off-diagonal"),
    "off-diagonal missing, one": ("nll_one", only_diagonal, "missing off-diagonal"),
    "1 - p_y for p_k": ("nll_sum", one_minus_p, "p[y] for p[k]"),
    "1 - p_y for p_k, one": ("nll_one", one_minus_p, "p[y] for p[k]"),
    "p_y for p_k": ("nll_mean", p_of_label, "p[y] for p[k]"),
    "delta missing": ("nll_mean", lambda p, f: softmax(f) / len(f), "label term"),
    "p + delta": (
        "nll_mean",
        lambda p, f: (softmax(f) + hot(p.parts["y"], f.shape[1])) / len(f),
        "label term",
    ),
    "p - 1 everywhere": ("nll_mean", lambda p, f: (softmax(f) - 1) / len(f), "label everywhere"),
    "labels from 1": ("nll_mean", next_label, "another label"),
    "softmax over samples": (
        "nll_sum",
        lambda p, f: softmax(f, 0) - hot(p.parts["y"], f.shape[1]),
        "wrong axis",
    ),
    "vjp without upstream": (
        "nll_vjp",
        lambda p, f: softmax(f) - hot(p.parts["y"], f.shape[1]),
        "sample factor",
    ),
    "Jacobian's diagonal only": (
        "softmax_jacobian",
        lambda p, f: np.diag(softmax(f) * (1 - softmax(f))),
        "missing off-diagonal",
    ),
    "Jacobian transposed": ("linear_map", lambda p, f: p.parts["a"].T + 0 * f[0], "transposed"),
    "log softmax Jacobian transposed": (
        "log_softmax_jacobian",
        lambda p, f: right(p, f).T,
        "transposed",
    ),
    "softmax taken for sigmoid": (
        "softmax_jacobian",
        lambda p, f: softmax(f) * (1 - softmax(f)),
        "missing off-diagonal",
    ),
    "outer product added": (
        "softmax_jacobian",
        lambda p, f: np.diag(softmax(f)) + np.outer(softmax(f), softmax(f)),
        "",
    ),
    "square logits transposed": ("clip_loss", lambda p, f: right(p, f).T, "transposed"),
    "one direction of two": (
        "clip_loss",
        lambda p, f: (softmax(f, 1) - np.eye(len(f))) / len(f),
        "",
    ),
    "1/T missing": ("temperature", lambda p, f: right(p, f) * p.parts["t"], "factor"),
    "1/T twice": ("temperature", lambda p, f: right(p, f) / p.parts["t"], "factor"),
    "T left out inside": (
        "temperature",
        lambda p, f: (softmax(f) - hot(p.parts["y"], f.shape[1])) / (p.parts["t"] * len(f)),
        "",
    ),
    "focal without its second term": (
        "focal",
        lambda p, f: (
            (softmax(f) - hot(p.parts["y"], f.shape[1]))
            * (1 - np.sum(softmax(f) * hot(p.parts["y"], f.shape[1]), axis=1, keepdims=True)) ** 2
            / len(f)
        ),
        "sample factor",
    ),
    "shares that do not sum to 1": (
        "shares_without_sum",
        lambda p, f: right(p, f) + softmax(f) * 0.01,
        "",
    ),
    "a constant for every class": ("nll_mean", lambda p, f: right(p, f) + 1e-3, "offset"),
    "one entry": ("nll_mean", one_entry, ""),
    "one row": ("nll_mean", one_row, "some samples"),
    "one class": ("nll_mean", last_class, "some classes"),
    "hinge counts the label": ("hinge", lambda p, f: right(p, f) + 1.0 / len(f), ""),
    "off-diagonal missing where confident": ("confident", only_diagonal, ""),
    "-0.5 of a tiny loss": ("tiny", lambda p, f: right(p, f) / -2, "factor"),
    "entropy without log": ("entropy", lambda p, f: -softmax(f) * np.log(softmax(f)), ""),
    "bce's weight on both terms": ("bce", lambda p, f: right(p, f) * 1.3, "factor"),
}
"""Name: the family, the wrong gradient, and the kind that is named ("" where any will do)."""


def planted(name: str, rng: Any) -> Pair:
    """The pair of a family with the wrong gradient in the place of the right one."""
    family, bug, _ = BUGS[name]
    pair = FAMILIES[family](rng)

    def wrong(f: Any) -> Any:
        return bug(pair, f)

    def backward(f: Any, upstream: Any) -> Any:
        return bug(pair, f)

    gradient: Function = backward if pair.vjp else wrong
    return Pair(pair.loss, gradient, pair.logits, pair.vjp, pair.parts)
