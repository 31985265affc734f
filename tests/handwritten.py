"""Losses and gradients as people write them by hand, in many styles: right ones, and mistakes.

Each row has the arguments of gradcheck; a wrong one the kind that is to be named. Beside `pairs`,
which draws its sizes, these are programs: loops, classes that keep what they computed, functions
that return both, other layouts, arrays that are written to, clipped and shifted logarithms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pairs import log_softmax, softmax

RNG = np.random.default_rng(7)
N, C, D = 5, 4, 3
X = RNG.normal(size=(N, C)) * 1.5
Y = np.array([0, 2, 1, 3, 2])
T = np.eye(C)[Y]
AT = np.arange(N), Y
ONE = np.array([1.5, -0.3, 0.8])
COLUMN = X[:, 0]
BITS = np.array([1, 0, 1, 1, 0.0])
SIGNS = 2 * BITS - 1
W = np.array([0.5, 2.0, 1.0, 3.0])
DATA, WEIGHTS = RNG.normal(size=(N, D)), RNG.normal(size=(D, C))
MANY = (RNG.random((N, C)) > 0.5) * 1.0
SQUARE = RNG.normal(size=(C, C))
WORDS = RNG.normal(size=(2, 3, 5))
NEXT = np.eye(5)[RNG.integers(5, size=(2, 3))]
MASK = np.array([[1, 1, 0], [1, 0, 0.0]])
PRIOR = softmax(RNG.normal(size=(N, C)))


@dataclass(frozen=True)
class Written:
    """What gradcheck is given."""

    functions: tuple[Any, ...]
    points: Any = field(default_factory=lambda: [X])
    options: dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        points = {} if self.points is None else {"points": self.points}
        return self.functions, {**points, **self.options}


def case(*functions: Any, at: Any = X, **options: Any) -> Written:
    return Written(functions, at if isinstance(at, list) or at is None else [at], options)


def nll(f: Any) -> Any:
    return -np.mean(log_softmax(f)[AT])


def sigmoid(f: Any) -> Any:
    return 1 / (1 + np.exp(-f))


def through(p: Any, u: Any, axis: int = 1) -> Any:
    """The derivative by f, of one by p = softmax(f)."""
    return p * (u - np.sum(p * u, axis=axis, keepdims=True))


def loss_and_slope(x: Any) -> Any:
    probabilities = np.exp(x - np.max(x, axis=1, keepdims=True))
    probabilities /= np.sum(probabilities, axis=1, keepdims=True)
    loss = -np.sum(np.log(probabilities[np.arange(len(x)), Y])) / len(x)
    dx = probabilities.copy()
    dx[np.arange(len(x)), Y] -= 1
    return loss, dx / len(x)


def written_to_before_the_loss(x: Any) -> Any:
    probabilities = softmax(x)
    dx = probabilities
    dx[AT] -= 1
    return -np.mean(np.log(np.abs(probabilities[AT]))), dx / len(x)


def svm(x: Any, count: bool = True) -> Any:
    margins = np.maximum(0, x - x[AT][:, None] + 1.0)
    margins[AT] = 0
    dx = (margins > 0).astype(float)
    if count:
        dx[AT] -= np.sum(margins > 0, axis=1)
    return margins.sum() / len(x), dx / len(x)


class Layer:
    """Keeps what the forward pass computed."""

    def __init__(self, upstream: str = "rows", epsilon: float = 0.0) -> None:
        self.upstream, self.epsilon = upstream, epsilon
        self.p = np.zeros(0)

    def forward(self, x: Any) -> Any:
        self.p = softmax(x)
        return -np.log(self.p[AT] + self.epsilon)

    def backward(self, x: Any, dout: Any) -> Any:
        self.forward(x)
        dx = self.p.copy()
        if self.upstream == "too early":
            dx = dx * dout[:, None]
            dx[AT] -= 1
            return dx
        dx[AT] -= 1
        weights = {"rows": dout[:, None], "none": 1.0, "mean": dout.mean()}
        return dx * weights[self.upstream]


class Remembering(Layer):
    """Its backward pass is about the last forward pass, and takes no logits."""

    def mean(self, x: Any) -> Any:
        return np.mean(self.forward(x))

    def last(self) -> Any:
        return (self.p - T) / N

    def of_rows(self, dout: Any) -> Any:
        return (self.p - T) * dout[:, None]


REMEMBERING = Remembering()


class Adding:
    """Adds to its gradient from call to call."""

    def __init__(self) -> None:
        self.gradient = np.zeros_like(X)

    def __call__(self, f: Any) -> Any:
        self.gradient += (softmax(f) - T) / N
        return self.gradient


class Keeping:
    """Keeps the probabilities of its first call."""

    def __init__(self) -> None:
        self.p: Any = None

    def __call__(self, f: Any) -> Any:
        self.p = softmax(f) if self.p is None else self.p
        return (self.p - T) / N


def in_loops(rows: Any, off_diagonal: bool = True) -> Any:
    made = []
    for row, y in zip(rows, Y, strict=True):
        total = sum(math.exp(v - max(row)) for v in row)
        p = [math.exp(v - max(row)) / total for v in row]
        made.append(
            [(q - (k == y)) / N if off_diagonal or k == y else 0.0 for k, q in enumerate(p)]
        )
    return made


def loss_in_loops(rows: Any) -> Any:
    total = 0.0
    for row, y in zip(rows, Y, strict=True):
        total -= row[y] - max(row) - math.log(sum(math.exp(v - max(row)) for v in row))
    return total / len(rows)


def bce(f: Any) -> Any:
    return np.mean(np.maximum(f, 0) - f * BITS + np.log1p(np.exp(-np.abs(f))))


def of_columns(z: Any) -> Any:
    """Samples as columns, (C, N)."""
    return -np.sum(T.T * log_softmax(z, 0)) / z.shape[1]


def of_words(f: Any) -> Any:
    """(B, T, C) with a mask."""
    return -np.sum(MASK[..., None] * NEXT * log_softmax(f)) / MASK.sum()


def weighted(f: Any) -> Any:
    return -np.sum(W[Y] * log_softmax(f)[AT]) / W[Y].sum()


def many(f: Any) -> Any:
    return np.mean(np.log1p(np.exp(f)) - MANY * f)


def squared_sigmoid(f: Any) -> Any:
    return 0.5 * np.sum((sigmoid(f) - MANY) ** 2)


def squared_softmax(f: Any) -> Any:
    return np.sum((softmax(f) - T) ** 2)


def ridge(w: Any) -> Any:
    return -np.mean(log_softmax(DATA @ w)[AT]) + 0.1 * np.sum(w * w)


def data_term(w: Any) -> Any:
    return DATA.T @ (softmax(DATA @ w) - T) / N


def hotter(f: Any) -> Any:
    return -9 * np.mean(np.sum(PRIOR * log_softmax(f / 3), 1))


def attention(s: Any) -> Any:
    return softmax(s) @ SQUARE


def half(f: Any) -> Any:
    return np.asarray(f).astype(np.float32)


def clipped(f: Any) -> Any:
    return -np.mean(np.log(np.clip(softmax(f), 1e-7, 1 - 1e-7))[AT])


def indexed(f: Any, *where: Any) -> Any:
    g = softmax(f)
    g[where] -= 1
    return g / N


def shifted(f: Any) -> Any:
    return f - f.max()


def first(f: Any) -> Any:
    return np.log(np.sum(np.exp(shifted(f)))) - shifted(f)[0]


RIGHT: dict[str, Written] = {
    "both from one function": case(loss_and_slope),
    "in two": case(lambda f: loss_and_slope(f)[0], lambda f: loss_and_slope(f)[1]),
    "margins": case(svm),
    "a layer": case(Layer().forward, vjp=Layer().backward),
    "a layer with an epsilon": case(
        lambda f: np.mean(Layer(epsilon=1e-7).forward(f)), lambda f: (softmax(f) - T) / N
    ),
    "an epsilon of 1e-12": case(
        lambda f: -np.mean(np.log(softmax(f)[AT] + 1e-12)), lambda f: (softmax(f) - T) / N
    ),
    "clipped": case(clipped, lambda f: (softmax(f) - T) / N),
    "a layer's last pass": case(REMEMBERING.mean, lambda f: REMEMBERING.last()),
    "a layer's last pass, by rows": case(
        REMEMBERING.forward, vjp=lambda f, u: REMEMBERING.of_rows(u)
    ),
    "loops over lists": case(loss_in_loops, in_loops),
    "a loss of shape (1,)": case(lambda f: np.array([nll(f)]), lambda f: (softmax(f) - T) / N),
    "a loss of shape (N, 1)": case(
        lambda f: -np.sum(T * log_softmax(f), 1, keepdims=True), lambda f: softmax(f) - T
    ),
    "binary, stable, at ties": case(
        bce, lambda f: (sigmoid(f) - BITS) / N, at=[COLUMN, np.array([0, 1.0, -1, 0, 2])]
    ),
    "samples as columns": case(of_columns, lambda z: (softmax(z, 0) - T.T) / N, at=X.T),
    "masked words": case(
        of_words, lambda f: MASK[..., None] * (softmax(f) - NEXT) / MASK.sum(), at=WORDS
    ),
    "weights of a ridge": case(ridge, lambda w: data_term(w) + 0.2 * w, at=WEIGHTS),
    "attention": case(attention, vjp=lambda s, u: through(softmax(s), u @ SQUARE.T), at=SQUARE),
    "float16": case(
        lambda f: float(np.float16(nll(f))),
        lambda f: ((softmax(f) - T) / N).astype(np.float16),
        dtype=np.float16,
    ),
    "float32 throughout": case(
        lambda f: np.float32(nll(half(f))), lambda f: (softmax(half(f)) - half(T)) / np.float32(N)
    ),
    "central differences": case(
        nll,
        lambda f: np.array(
            [(nll(f + e) - nll(f - e)) / 2e-5 for e in 1e-5 * np.eye(f.size).reshape(-1, N, C)]
        ).reshape(f.shape),
    ),
    "confident": case(nll, lambda f: (softmax(f) - T) / N, at=X + 30 * T),
}

WRONG: dict[str, tuple[str, Written]] = {
    "written to before the loss": ("sample factor", case(written_to_before_the_loss)),
    "the label's margins": ("missing off-diagonal", case(lambda f: svm(f, False))),
    "no upstream": ("sample factor", case(Layer().forward, vjp=Layer("none").backward)),
    "mean upstream": ("sample factor", case(Layer().forward, vjp=Layer("mean").backward)),
    "upstream for p only": ("label term", case(Layer().forward, vjp=Layer("too early").backward)),
    "loops, label only": (
        "missing off-diagonal",
        case(loss_in_loops, lambda f: in_loops(f, False)),
    ),
    "added up": ("not repeatable", case(nll, Adding())),
    "kept": ("stale", case(nll, Keeping(), at=[X, 0.7 * X[::-1]])),
    "dropout": (
        "not repeatable",
        case(lambda f: nll(f * (RNG.random(f.shape) > 0.5)), lambda f: (softmax(f) - T) / N),
    ),
    "a column and a vector": (
        "broadcasting",
        case(
            lambda f: np.mean((f - BITS) ** 2), lambda f: 2 * (f - BITS[:, None]) / N, at=X[:, :1]
        ),
    ),
    "binary without 1/N": (
        "normalisation",
        case(bce, lambda f: sigmoid(f) - BITS, at=COLUMN),
    ),
    "mean over N*C": ("normalisation", case(many, lambda f: (sigmoid(f) - MANY) / N)),
    "softmax for sigmoid": ("another function", case(many, lambda f: (softmax(f) - MANY) / f.size)),
    "sigmoid for softmax": ("another function", case(nll, lambda f: (sigmoid(f) - T) / N)),
    "not normalised": ("another function", case(nll, lambda f: (np.exp(f) - T) / N)),
    "logits for p": ("another function", case(nll, lambda f: (f - T) / N)),
    "log p for p": ("another function", case(nll, lambda f: (log_softmax(f) - T) / N)),
    "one softmax for all": (
        "wrong axis",
        case(nll, lambda f: (np.exp(f) / np.exp(f).sum() - T) / N),
    ),
    "columns, wrong axis": (
        "wrong axis",
        case(of_columns, lambda z: (softmax(z) - T.T) / N, at=X.T),
    ),
    "columns without delta": ("label term", case(of_columns, lambda z: softmax(z, 0) / N, at=X.T)),
    "words not masked": (
        "ignored samples",
        case(of_words, lambda f: (softmax(f) - NEXT) / MASK.sum(), at=WORDS),
    ),
    "words, all counted": (
        "normalisation",
        case(of_words, lambda f: MASK[..., None] * (softmax(f) - NEXT) / MASK.size, at=WORDS),
    ),
    "p without its weight": (
        "multiple of p",
        case(weighted, lambda f: (softmax(f) - W[Y][:, None] * T) / W[Y].sum()),
    ),
    "sigmoid' twice": (
        "inner derivative",
        case(bce, lambda f: (sigmoid(f) - BITS) * sigmoid(f) * sigmoid(-f) / N, at=COLUMN),
    ),
    "sigmoid' missing": ("inner derivative", case(squared_sigmoid, lambda f: sigmoid(f) - MANY)),
    "s for s(1 - s)": (
        "inner derivative",
        case(squared_sigmoid, lambda f: (sigmoid(f) - MANY) * sigmoid(f)),
    ),
    "Jacobian missing": ("inner derivative", case(squared_softmax, lambda f: 2 * (softmax(f) - T))),
    "derivative by p": ("inner derivative", case(nll, lambda f: -T / softmax(f) / N)),
    "Jacobian's diagonal": (
        "missing off-diagonal",
        case(squared_softmax, lambda f: 2 * (softmax(f) - T) * softmax(f) * (1 - softmax(f))),
    ),
    "Jacobian's sum over samples": (
        "wrong axis",
        case(squared_softmax, lambda f: through(softmax(f), 2 * (softmax(f) - T), 0)),
    ),
    "relu's mask": (
        "inner derivative",
        case(lambda f: np.sum(np.maximum(f, 0) * W), lambda f: np.broadcast_to(W, f.shape)),
    ),
    "ridge halved": ("penalty", case(ridge, lambda w: data_term(w) + 0.1 * w, at=WEIGHTS)),
    "ridge forgotten": ("penalty", case(ridge, data_term, at=WEIGHTS)),
    "ridge, data summed": (
        "penalty",
        case(ridge, lambda w: N * data_term(w) + 0.2 * w, at=WEIGHTS),
    ),
    "temperature outside only": (
        "another temperature",
        case(hotter, lambda f: 3 * (softmax(f) - PRIOR) / N),
    ),
    "the other sigmoid": (
        "complement",
        case(
            lambda f: np.mean(np.log1p(np.exp(-SIGNS * f))),
            lambda f: -SIGNS * sigmoid(SIGNS * f) / N,
            at=COLUMN,
        ),
    ),
    "p(1 - p)": (
        "another function",
        case(first, lambda f: softmax(f) * (1 - softmax(f)), at=ONE),
    ),
    "p[:, y] -= 1": ("indexing", case(nll, lambda f: indexed(f, slice(None), Y[:2]))),
    "p[y] -= 1": ("indexing", case(nll, lambda f: indexed(f, Y))),
    "samples reversed": ("order", case(nll, lambda f: ((softmax(f) - T) / N)[::-1])),
    "one mean for all": (
        "same for all",
        case(nll, lambda f: np.broadcast_to(np.mean(softmax(f) - T, 0) / N, f.shape)),
    ),
    "whole numbers": ("zero", case(nll, lambda f: ((softmax(f) - T) / N).astype(int))),
    "four decimals": ("rounded", case(nll, lambda f: np.round((softmax(f) - T) / N, 4))),
    "one sample's sign": (
        "sample factor",
        case(nll, lambda f: (softmax(f) - T) / N * np.array([1, 1, -1, 1, 1])[:, None]),
    ),
    "plus between the products": (
        "sign",
        case(softmax, lambda f: np.diag(softmax(f)) + np.outer(softmax(f), softmax(f)), at=ONE),
    ),
    "attention's diagonal": (
        "missing off-diagonal",
        case(
            attention,
            vjp=lambda s, u: softmax(s) * (1 - softmax(s)) * (u @ SQUARE.T),
            at=SQUARE,
        ),
    ),
    "attention without its sum": (
        "multiple of p",
        case(attention, vjp=lambda s, u: softmax(s) * (u @ SQUARE.T), at=SQUARE),
    ),
    "log 2": ("factor", case(lambda f: nll(f) / np.log(2), lambda f: (softmax(f) - T) / N)),
    "clipped where confident": (
        "flat loss",
        case(clipped, lambda f: (softmax(f) - T) / N, at=X + 30 * T),
    ),
    "clipped where wrong": (
        "extreme logits",
        case(clipped, lambda f: (softmax(f) - T) / N, at=[X, X - 40 * T]),
    ),
    "exp overflows": (
        "not a number",
        case(first, lambda f: np.exp(f) / np.exp(f).sum() - (np.arange(len(f)) == 0), at=None),
    ),
    "log(0) everywhere": (
        "not judged",
        case(
            lambda f: -np.sum(np.log(np.exp(f) / np.exp(f).sum(1, keepdims=True))[AT]),
            lambda f: softmax(f) - T,
            at=1000 * X,
        ),
    ),
}

# A gradient of another shape: what is said of it.
SHAPES: dict[str, tuple[str, Written]] = {
    "transposed": ("transposed", case(ridge, lambda w: data_term(w).T, at=WEIGHTS)),
    "a column for a vector": (
        r"\(N, 1\) and \(N,\) make \(N, N\)",
        case(bce, lambda f: (sigmoid(f)[:, None] - BITS) / N, at=COLUMN),
    ),
    "mean over the samples": (
        "an axis is summed away",
        case(nll, lambda f: (softmax(f) - T).mean(0)),
    ),
}
