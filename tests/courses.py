"""Losses and gradients in the style of courses and libraries, as `handwritten` has them.

Weights of a regression and of a net, dictionaries, tensors of other libraries, embeddings, backward
passes that return tuples, numbers that are no floats, arrays too large to look at whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from handwritten import AT, BITS, DATA, ONE, RNG, WEIGHTS, C, D, N, T, Written, X, Y, case, nll
from pairs import log_softmax, softmax

HIDDEN = RNG.normal(size=(D, 6)), RNG.normal(size=(6, C))
FLAT = np.concatenate([part.ravel() for part in HIDDEN])
TABLE, WORDS = RNG.normal(size=(8, C)), np.array([1, 3, 3, 0, 3])
LOGITS, TARGETS = (
    RNG.normal(size=(4, 3)) * 2,
    np.array([[1, 0, 1], [0, 0, 1], [0, 1, 0], [1, 0, 0]]),
)
POSITIVE = np.array([2.0, 0.5, 3.0])
SAMPLES = np.array([0.1, 1.0, 2.0, 0.0, 3.0])
SEQUENCE, NEXT = RNG.normal(size=(2, 3, 5)), np.eye(5)[RNG.integers(5, size=(2, 3))]
COUNTED = np.array([[1, 1, 0], [1, 0, 1.0]])[..., None]
GOAL = RNG.normal(size=(N, 3))
OPEN = np.arange(C) > 0
LAST = np.maximum(Y, 1)
WIDE, WIDE_LABELS = RNG.normal(size=(64, 300)), np.arange(64) * 4
SINES = np.sin(np.arange(N * C)).reshape(N, C)


def regression(weights: Any, reg: float = 0.1, mistake: str = "") -> Any:
    """Loops over samples and classes, then 1/N, then the penalty."""
    loss, slopes = 0.0, np.zeros_like(weights)
    for x, y in zip(DATA, Y, strict=True):
        scores = x @ weights
        p = np.exp(scores - scores.max()) / np.sum(np.exp(scores - scores.max()))
        loss -= np.log(p[y])
        for j in range(C):
            slopes[:, j] += (p[j] - (j == y)) * x
    slopes = slopes if mistake == "sum" else slopes / N
    return loss / N + reg * np.sum(weights**2), slopes + 2 * reg * weights


def net(flat: Any, relu: bool = True) -> Any:
    """Two layers, their weights in one row."""
    first, second = flat[: D * 6].reshape(D, 6), flat[D * 6 :].reshape(6, C)
    inner = DATA @ first
    kept = np.maximum(inner, 0)
    p = softmax(kept @ second)
    upstream = (p - T) / N
    back = upstream @ second.T
    back = back * (inner > 0) if relu else back
    return -np.mean(np.log(p[AT])), np.concatenate(
        [(DATA.T @ back).ravel(), (kept.T @ upstream).ravel()]
    )


def by_name(weights: Any) -> Any:
    loss, slopes = regression(weights)
    return {"loss": loss, "grads": {"W": slopes}}


def embedded(table: Any, repeats: bool = True) -> Any:
    rows, slopes = table[WORDS], np.zeros_like(table)
    if repeats:
        np.add.at(slopes, WORDS, (softmax(rows) - T) / N)
    else:
        slopes[WORDS] += (softmax(rows) - T) / N
    return nll(rows), slopes


def backward(f: Any, upstream: Any) -> Any:
    """The gradient by the logits; the labels have none."""
    return upstream[:, None] * (softmax(f) - T), None


def bce(z: Any) -> Any:
    return np.mean(POSITIVE * TARGETS * np.log1p(np.exp(-z)) + (1 - TARGETS) * np.log1p(np.exp(z)))


def bce_slope(z: Any) -> Any:
    s = 1 / (1 + np.exp(-z))
    return ((1 - TARGETS) * s - POSITIVE * TARGETS * (1 - s)) / z.size


def of_samples(f: Any) -> Any:
    return np.average(-log_softmax(f)[AT], weights=SAMPLES)


def of_sequence(f: Any) -> Any:
    return -np.sum(COUNTED * NEXT * log_softmax(f)) / COUNTED.sum()


def masked(f: Any, known: bool = True) -> Any:
    z = np.where(OPEN, f, -1e9)
    return -np.mean(log_softmax(z)[np.arange(N), LAST]), (
        softmax(z if known else f) - np.eye(C)[LAST]
    ) / N


def layer_norm(f: Any, variance: bool = True) -> Any:
    centred = f - f.mean(1, keepdims=True)
    scale = 1 / np.sqrt(f.var(1, keepdims=True) + 1e-5)
    h = centred * scale
    along = h * np.mean(SINES * h, 1, keepdims=True) * variance
    return np.sum(h * SINES), scale * (SINES - SINES.mean(1, keepdims=True) - along)


def squared_hinge(f: Any, size: bool = True) -> Any:
    margins = np.maximum(0, f - f[AT][:, None] + 1)
    margins[AT] = 0
    slopes = 2 * margins if size else 2.0 * (margins > 0)
    slopes[AT] = -slopes.sum(1)
    return np.sum(margins**2), slopes


def wide(f: Any, mistake: str = "") -> Any:
    at = np.arange(64), WIDE_LABELS
    p = softmax(f)
    loss = -np.mean(np.log(p[at]))
    p[at] -= mistake != "label"
    p[9] *= 1 + (mistake == "row")
    p[3, 7] *= 1 + (mistake == "entry")
    return loss, p / 64


class Tensor:
    """What a library of tensors returns: it has to be cut off from its history first."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("call detach() first")

    def detach(self) -> Any:
        return self._array


class Running:
    """Takes a running mean off, which every call moves."""

    def __init__(self) -> None:
        self.mean = np.zeros(C)

    def __call__(self, f: Any) -> Any:
        self.mean = 0.99 * self.mean + 0.01 * f.mean(0)
        return nll(f - self.mean), (softmax(f - self.mean) - T) / N


def only(kind: type, function: Any) -> Any:
    """A function that refuses every other type."""

    def strict(f: Any) -> Any:
        assert f.dtype == kind
        return function(f)

    return strict


def slope(f: Any) -> Any:
    return (softmax(f) - T) / N


RIGHT: dict[str, Written] = {
    "regression in loops": case(regression, at=WEIGHTS),
    "a net's weights in one row": case(net, at=FLAT),
    "a dictionary, taken apart": case(
        lambda w: by_name(w)["loss"], lambda w: by_name(w)["grads"]["W"], at=WEIGHTS
    ),
    "an embedding": case(embedded, at=TABLE),
    "a tuple with None": case(lambda f: -log_softmax(f)[AT], vjp=backward),
    "a list of both": case(lambda f: [nll(f), slope(f)]),
    "tensors": case(lambda f: Tensor(nll(f)), lambda f: (Tensor(slope(f)),)),
    "a fraction": case(lambda f: Fraction(float(nll(f))), lambda f: slope(f).astype(object)),
    "float64 only": case(only(np.float64, nll), slope),
    "float32 only": case(only(np.float32, nll), slope, dtype=np.float32),
    "positive weights": case(bce, bce_slope, at=LOGITS),
    "weights of samples": case(
        of_samples, lambda f: SAMPLES[:, None] * (softmax(f) - T) / SAMPLES.sum()
    ),
    "a counted sequence": case(
        of_sequence, lambda f: COUNTED * (softmax(f) - NEXT) / COUNTED.sum(), at=SEQUENCE
    ),
    "a mask inside": case(masked),
    "layer norm": case(layer_norm),
    "squared hinge": case(squared_hinge),
    "many logits": case(wide, at=WIDE),
}

WRONG: dict[str, tuple[str, Written]] = {
    "regression, 1/N forgotten": (
        "penalty",
        case(lambda w: regression(w, mistake="sum"), at=WEIGHTS),
    ),
    "a net without relu's slope": ("some classes", case(lambda w: net(w, False), at=FLAT)),
    "an embedding that forgets repeats": (
        "some samples",
        case(lambda t: embedded(t, False), at=TABLE),
    ),
    "a running mean": ("not repeatable", case(Running())),
    "positive weight on both terms": (
        "some entries",
        case(bce, lambda z: POSITIVE * (1 / (1 + np.exp(-z)) - TARGETS) / z.size, at=LOGITS),
    ),
    "weights of samples forgotten, one 0": ("sample factor", case(of_samples, slope)),
    "softmax over time": (
        "wrong axis",
        case(of_sequence, lambda f: COUNTED * (softmax(f, 1) - NEXT) / COUNTED.sum(), at=SEQUENCE),
    ),
    "a mask in the loss only": ("mask", case(lambda f: masked(f, False))),
    "layer norm without its variance": ("inner derivative", case(lambda f: layer_norm(f, False))),
    "hinge for squared hinge": ("another function", case(lambda f: squared_hinge(f, False))),
    "the size of an error for its sign": (
        "another function",
        case(
            lambda f: np.mean(np.abs(f - GOAL)), lambda f: (f - GOAL) / f.size, at=GOAL + X[:, :3]
        ),
    ),
    "T times f for f by T": (
        "another temperature",
        case(
            lambda f: -np.mean(log_softmax(f / 2.5)[AT]),
            lambda f: (softmax(f * 2.5) - T) / 2.5 / N,
        ),
    ),
    "sigmoid's slope, by one column": (
        "unrecognised",
        case(
            lambda w: np.mean(np.log1p(np.exp(DATA @ w)) - BITS[:, None] * (DATA @ w)),
            lambda w: DATA.T @ (1 / (2 + np.exp(-DATA @ w)) - BITS[:, None]) / N,
            at=ONE[:, None],
        ),
    ),
    "labels in order": (
        "another label",
        case(nll, lambda f: (softmax(f) - np.eye(C)[np.sort(Y)]) / N),
    ),
    "softmin": ("another function", case(nll, lambda f: (softmax(-f) - T) / N)),
    "entries clipped": ("clipped", case(nll, lambda f: np.clip(slope(f), -0.04, 0.04))),
    "sigmoid's slope of the logits": (
        "inner derivative",
        case(lambda f: 1 / (1 + np.exp(-f)), lambda f: f * (1 - f), at=ONE),
    ),
    "no delta in the Jacobian": (
        "diagonal",
        case(softmax, lambda f: -np.outer(softmax(f), softmax(f)), at=ONE),
    ),
    "only p on the diagonal": (
        "missing off-diagonal",
        case(softmax, lambda f: np.diag(softmax(f)), at=ONE),
    ),
    "many logits, no label": ("label term", case(lambda f: wide(f, "label"), at=WIDE)),
    "many logits, a row": ("sample factor", case(lambda f: wide(f, "row"), at=WIDE)),
    "many logits, an entry": ("some samples", case(lambda f: wide(f, "entry"), at=WIDE)),
}
