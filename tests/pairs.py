"""Losses with their gradients, written by hand as people write them; and the mistakes they make.

A *family* draws sizes, targets and logits from a generator and returns a `Pair`. A *bug* changes a
right gradient into a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True)
class Pair:
    """A loss, its gradient (or backward pass), logits to check at, and what it was made from."""

    loss: Function
    gradient: Function
    logits: Any
    vjp: bool = False
    parts: dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """How gradcheck is called."""
        if self.vjp:
            return (self.loss,), {"vjp": self.gradient, "points": [self.logits]}
        return (self.loss, self.gradient), {"points": [self.logits]}


def softmax(f: Any, axis: int = -1) -> Any:
    e = np.exp(f - f.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(f: Any, axis: int = -1) -> Any:
    d = f - f.max(axis=axis, keepdims=True)
    return d - np.log(np.exp(d).sum(axis=axis, keepdims=True))


def hot(y: Any, n: int) -> Any:
    return (np.arange(n) == np.asarray(y)[..., None]).astype(float)


def drawn(rng: Any, rows: int | None = None) -> tuple[Any, Any]:
    """Logits (N, C) and labels."""
    n = int(rng.integers(2, 6)) if rows is None else rows
    c = int(rng.integers(3, 7))
    return rng.normal(size=(n, c)) * rng.choice([0.5, 1, 3]), rng.integers(c, size=n)


def nll_mean(rng: Any) -> Pair:
    f, y = drawn(rng)

    def loss(f: Any) -> Any:
        return -np.mean(log_softmax(f)[np.arange(len(y)), y])

    return Pair(loss, lambda f: (softmax(f) - hot(y, f.shape[1])) / len(f), f, parts={"y": y})


def nll_sum(rng: Any) -> Pair:
    f, y = drawn(rng)

    def loss(f: Any) -> Any:
        return -np.sum(log_softmax(f)[np.arange(len(y)), y])

    return Pair(loss, lambda f: softmax(f) - hot(y, f.shape[1]), f, parts={"y": y})


def nll_one(rng: Any) -> Pair:
    f, y = drawn(rng, 1)
    y0 = int(y[0])
    return Pair(
        lambda f: -log_softmax(f)[y0], lambda f: softmax(f) - hot(y0, len(f)), f[0], parts={"y": y}
    )


def nll_loops(rng: Any) -> Pair:
    """Python loops and the math module: follows no complex number."""
    import math

    f, y = drawn(rng)

    def loss(f: Any) -> Any:
        total = 0.0
        for row, label in zip(f.tolist(), y, strict=True):
            total += math.log(sum(math.exp(v) for v in row)) - row[label]
        return total / len(y)

    def gradient(f: Any) -> Any:
        made = np.zeros_like(f)
        for i, row in enumerate(f.tolist()):
            total = sum(math.exp(v) for v in row)
            for k, v in enumerate(row):
                made[i, k] = (math.exp(v) / total - (k == y[i])) / len(y)
        return made

    return Pair(loss, gradient, f, parts={"y": y})


def nll_rows(rng: Any) -> Pair:
    """Reduction none, with the gradient of each row."""
    f, y = drawn(rng)
    return Pair(
        lambda f: -log_softmax(f)[np.arange(len(y)), y],
        lambda f: softmax(f) - hot(y, f.shape[1]),
        f,
        parts={"y": y},
    )


def nll_vjp(rng: Any) -> Pair:
    f, y = drawn(rng)
    return Pair(
        lambda f: -log_softmax(f)[np.arange(len(y)), y],
        lambda f, u: u[:, None] * (softmax(f) - hot(y, f.shape[1])),
        f,
        vjp=True,
        parts={"y": y},
    )


def nll_float32(rng: Any) -> Pair:
    """Computes in float32 whatever it is given, and returns float64."""
    f, y = drawn(rng)

    def loss(f: Any) -> Any:
        return float(-np.mean(log_softmax(f.astype(np.float32))[np.arange(len(y)), y]))

    def gradient(f: Any) -> Any:
        p = softmax(f.astype(np.float32))
        return ((p - hot(y, f.shape[1]).astype(np.float32)) / np.float32(len(f))).astype(float)

    return Pair(loss, gradient, f.astype(np.float32).astype(float), parts={"y": y})


def gradient_float32(rng: Any) -> Pair:
    """Only the gradient is computed in float32, and does not say so."""
    pair = nll_sum(rng)
    y = pair.parts["y"]

    def gradient(f: Any) -> Any:
        p = softmax(f.astype(np.float32))
        return (p - hot(y, f.shape[1]).astype(np.float32)).astype(float)

    return Pair(pair.loss, gradient, pair.logits, parts={"y": y})


def weighted_mean(rng: Any) -> Pair:
    f, y = drawn(rng)
    w = rng.uniform(0.2, 3, f.shape[1])
    v = w[y] / w[y].sum()

    def loss(f: Any) -> Any:
        return -np.sum(v * log_softmax(f)[np.arange(len(y)), y])

    def gradient(f: Any) -> Any:
        return v[:, None] * (softmax(f) - hot(y, f.shape[1]))

    return Pair(loss, gradient, f, parts={"y": y, "w": w})


def ignoring(rng: Any) -> Pair:
    f, y = drawn(rng, 5)
    keep = np.array([True, False, True, True, False])

    def loss(f: Any) -> Any:
        return -np.mean(log_softmax(f)[np.arange(5), y][keep])

    def gradient(f: Any) -> Any:
        return keep[:, None] * (softmax(f) - hot(y, f.shape[1])) / keep.sum()

    return Pair(loss, gradient, f, parts={"y": y, "keep": keep})


def smoothed(rng: Any) -> Pair:
    f, y = drawn(rng)
    eps = rng.uniform(0.05, 0.4)
    t = (1 - eps) * hot(y, f.shape[1]) + eps / f.shape[1]

    def loss(f: Any) -> Any:
        return -np.mean(np.sum(t * log_softmax(f), axis=1))

    return Pair(loss, lambda f: (softmax(f) - t) / len(f), f, parts={"y": y, "eps": eps})


def soft_targets(rng: Any) -> Pair:
    f, _ = drawn(rng)
    t = rng.dirichlet(np.ones(f.shape[1]), len(f))
    return Pair(lambda f: -np.sum(t * log_softmax(f)), lambda f: softmax(f) - t, f)


def shares_without_sum(rng: Any) -> Pair:
    f, _ = drawn(rng)
    t = rng.uniform(0, 2, f.shape)
    return Pair(
        lambda f: -np.sum(t * log_softmax(f)),
        lambda f: softmax(f) * t.sum(axis=1, keepdims=True) - t,
        f,
    )


def pixels(rng: Any) -> Pair:
    """(N, C, H, W) with the class axis second."""
    f = rng.normal(size=(2, 3, 2, 2))
    t = np.moveaxis(hot(rng.integers(3, size=(2, 2, 2)), 3), -1, 1)
    return Pair(lambda f: -np.sum(t * log_softmax(f, 1)) / 8, lambda f: (softmax(f, 1) - t) / 8, f)


def pixel_rows(rng: Any) -> Pair:
    f = rng.normal(size=(2, 3, 4))
    t = np.moveaxis(hot(rng.integers(3, size=(2, 4)), 3), -1, 1)
    return Pair(lambda f: -np.sum(t * log_softmax(f, 1), axis=1), lambda f: softmax(f, 1) - t, f)


def focal(rng: Any) -> Pair:
    f, y = drawn(rng)
    at, gamma = np.arange(len(y)), rng.uniform(0.5, 3)

    def loss(f: Any) -> Any:
        p = softmax(f)[at, y]
        return np.mean(-((1 - p) ** gamma) * np.log(p))

    def gradient(f: Any) -> Any:
        p = softmax(f)
        q = p[at, y][:, None]
        slope = gamma * (1 - q) ** (gamma - 1) * q * np.log(q) - (1 - q) ** gamma
        return slope * (hot(y, f.shape[1]) - p) / len(f)

    return Pair(loss, gradient, f, parts={"y": y})


def bce(rng: Any) -> Pair:
    f = rng.normal(size=(3, 4)) * 3
    t, w = rng.uniform(size=f.shape), rng.uniform(0.5, 3, 4)

    def loss(f: Any) -> Any:
        return np.mean((1 - t) * f + (1 + (w - 1) * t) * np.log1p(np.exp(-f)))

    def gradient(f: Any) -> Any:
        s = 1 / (1 + np.exp(-f))
        return (s * (1 - t) - w * t * (1 - s)) / f.size

    return Pair(loss, gradient, f)


def sigmoid_map(rng: Any) -> Pair:
    """Elementwise: each value by its own logit."""

    def sigma(f: Any) -> Any:
        return 1 / (1 + np.exp(-f))

    return Pair(sigma, lambda f: sigma(f) * (1 - sigma(f)), rng.normal(size=5))


def softmax_jacobian(rng: Any) -> Pair:
    def jacobian(f: Any) -> Any:
        p = softmax(f)
        return np.diag(p) - np.outer(p, p)

    return Pair(softmax, jacobian, rng.normal(size=4))


def softmax_vjp(rng: Any) -> Pair:
    def vjp(f: Any, u: Any) -> Any:
        p = softmax(f)
        return p * (u - np.sum(u * p, axis=-1, keepdims=True))

    return Pair(softmax, vjp, rng.normal(size=(3, 4)), vjp=True)


def log_softmax_jacobian(rng: Any) -> Pair:
    return Pair(log_softmax, lambda f: np.eye(len(f)) - softmax(f)[None, :], rng.normal(size=4))


def linear_map(rng: Any) -> Pair:
    a = rng.normal(size=(4, 4))
    return Pair(lambda f: a @ f, lambda f: a + 0 * f[0], rng.normal(size=4), parts={"a": a})


def weights_of_regression(rng: Any) -> Pair:
    """Softmax regression, by its weight matrix."""
    x = rng.normal(size=(6, 3))
    y = rng.integers(4, size=6)

    def loss(w: Any) -> Any:
        return -np.mean(log_softmax(x @ w)[np.arange(6), y])

    return Pair(loss, lambda w: x.T @ (softmax(x @ w) - hot(y, 4)) / 6, rng.normal(size=(3, 4)))


def clip_loss(rng: Any) -> Pair:
    """Both directions over a square of similarities."""
    n = int(rng.integers(3, 5))
    eye = np.eye(n)

    def loss(f: Any) -> Any:
        both = log_softmax(f, 1) + log_softmax(f, 0)
        return -np.sum(eye * both) / (2 * n)

    def gradient(f: Any) -> Any:
        return (softmax(f, 1) + softmax(f, 0) - 2 * eye) / (2 * n)

    return Pair(loss, gradient, rng.normal(size=(n, n)) * 2)


def log_sum_exp(rng: Any) -> Pair:
    f, _ = drawn(rng, 1)
    return Pair(lambda f: f.max() + np.log(np.sum(np.exp(f - f.max()))), softmax, f[0])


def z_loss(rng: Any) -> Pair:
    f, _ = drawn(rng)

    def lse(f: Any) -> Any:
        return np.log(np.sum(np.exp(f), axis=1))

    return Pair(
        lambda f: np.mean(lse(f) ** 2), lambda f: 2 * lse(f)[:, None] * softmax(f) / len(f), f
    )


def entropy(rng: Any) -> Pair:
    f, _ = drawn(rng)

    def rows(f: Any) -> Any:
        return -np.sum(softmax(f) * log_softmax(f), axis=1)

    return Pair(
        lambda f: np.sum(rows(f)), lambda f: -softmax(f) * (log_softmax(f) + rows(f)[:, None]), f
    )


def squared_error(rng: Any) -> Pair:
    f, y = drawn(rng)
    t = hot(y, f.shape[1])

    def gradient(f: Any) -> Any:
        p = softmax(f)
        u = p - t
        return p * (u - np.sum(u * p, axis=1, keepdims=True))

    return Pair(lambda f: 0.5 * np.sum((softmax(f) - t) ** 2), gradient, f)


def temperature(rng: Any) -> Pair:
    f, y = drawn(rng)
    t = rng.uniform(0.3, 4)

    def loss(f: Any) -> Any:
        return -np.mean(log_softmax(f / t)[np.arange(len(y)), y])

    return Pair(
        loss,
        lambda f: (softmax(f / t) - hot(y, f.shape[1])) / (t * len(f)),
        f,
        parts={"y": y, "t": t},
    )


def hinge(rng: Any) -> Pair:
    """Weston and Watkins: piecewise linear; a kink where a margin is 0."""
    f, y = drawn(rng)
    f = np.round(f * 2) / 2 if rng.random() < 0.5 else f
    at = np.arange(len(y))

    def margins(f: Any) -> Any:
        m = 1 + f - f[at, y][:, None]
        m[at, y] = 0
        return m

    def gradient(f: Any) -> Any:
        g = (margins(f) > 0).astype(float)
        g[at, y] = -g.sum(axis=1)
        return g / len(y)

    return Pair(lambda f: np.sum(np.maximum(0, margins(f))) / len(y), gradient, f)


def absolute(rng: Any) -> Pair:
    """L1, at whole numbers: kinks right at the point."""
    t = rng.integers(-1, 2, size=(3, 4)).astype(float)
    f = rng.integers(-1, 2, size=(3, 4)).astype(float)
    return Pair(lambda f: np.sum(np.abs(f - t)), lambda f: np.sign(f - t), f)


def huber(rng: Any) -> Pair:
    t = rng.normal(size=6)

    def loss(f: Any) -> Any:
        r = np.abs(f - t)
        return np.sum(np.where(r < 1, 0.5 * r * r, r - 0.5))

    return Pair(loss, lambda f: np.clip(f - t, -1, 1), rng.normal(size=6) * 2)


def relu_layer(rng: Any) -> Pair:
    a, y = rng.normal(size=(5, 4)), int(rng.integers(4))

    def loss(f: Any) -> Any:
        return -log_softmax(np.maximum(f, 0) @ a)[y]

    def gradient(f: Any) -> Any:
        return (a @ (softmax(np.maximum(f, 0) @ a) - hot(y, 4))) * (f > 0)

    return Pair(loss, gradient, np.round(rng.normal(size=5), 1))


def masked(rng: Any) -> Pair:
    """-inf at classes that are not to be had."""
    f, y = drawn(rng)
    y = np.zeros_like(y)
    f[:, -1] = -np.inf

    def loss(f: Any) -> Any:
        return -np.mean(log_softmax(f)[np.arange(len(y)), y])

    return Pair(loss, lambda f: (softmax(f) - hot(y, f.shape[1])) / len(f), f)


def confident(rng: Any) -> Pair:
    f, y = drawn(rng)
    f = f + 25 * hot(y, f.shape[1])

    def loss(f: Any) -> Any:
        return -np.sum(log_softmax(f)[np.arange(len(y)), y])

    return Pair(loss, lambda f: softmax(f) - hot(y, f.shape[1]), f, parts={"y": y})


def norm(rng: Any) -> Pair:
    return Pair(
        lambda f: np.sqrt(np.sum(f * f)), lambda f: f / np.sqrt(np.sum(f * f)), rng.normal(size=4)
    )


def tiny(rng: Any) -> Pair:
    pair = nll_mean(rng)
    return Pair(lambda f: 1e-8 * pair.loss(f), lambda f: 1e-8 * pair.gradient(f), pair.logits)


def huge(rng: Any) -> Pair:
    pair = nll_mean(rng)
    return Pair(lambda f: 1e8 * pair.loss(f), lambda f: 1e8 * pair.gradient(f), pair.logits)


def shifted(rng: Any) -> Pair:
    """A large constant beside the loss: most of its digits are gone."""
    pair = nll_mean(rng)
    return Pair(lambda f: 1e6 + pair.loss(f), pair.gradient, pair.logits)


def triplet(rng: Any) -> Pair:
    """log(1 + e^(f_b - f_a)) for every pair of a row."""
    f, _ = drawn(rng)

    def loss(f: Any) -> Any:
        return np.sum(np.log1p(np.exp(f[:, 1] - f[:, 0])))

    def gradient(f: Any) -> Any:
        s = 1 / (1 + np.exp(f[:, 0] - f[:, 1]))
        g = np.zeros_like(f)
        g[:, 0], g[:, 1] = -s, s
        return g

    return Pair(loss, gradient, f)


FAMILIES: dict[str, Callable[[Any], Pair]] = {
    family.__name__: family
    for family in (
        *(nll_mean, nll_sum, nll_one, nll_loops, nll_rows, nll_vjp, nll_float32, weighted_mean),
        gradient_float32,
        *(ignoring, smoothed, soft_targets, shares_without_sum, pixels, pixel_rows, focal, bce),
        *(sigmoid_map, softmax_jacobian, softmax_vjp, log_softmax_jacobian, linear_map),
        *(weights_of_regression, clip_loss, log_sum_exp, z_loss, entropy, squared_error),
        *(temperature, hinge, absolute, huber, relu_layer, masked, confident, norm, tiny, huge),
        *(shifted, triplet),
    )
}
