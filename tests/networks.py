"""Losses and gradients as people write them for networks and in papers, as `handwritten` has them.

Backward passes with a context, weights and biases by name, several terms, targets made of the
output, sequences, images, normalisation, attention, recurrence, objectives that are no likelihood.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from handwritten import Written, case
from pairs import log_softmax, softmax

RNG = np.random.default_rng(2027)
N, C, D = 6, 5, 4
Z = RNG.normal(size=(N, C)) * 1.3
Y = np.array([1, 4, 0, 2, 2, 3])
AT = np.arange(N), Y
HOT = np.eye(C)[Y]
X = RNG.normal(size=(N, D))
SINES = np.sin(np.arange(N * C)).reshape(N, C)
COLUMNS = np.vstack([RNG.normal(size=(3, 7)), np.ones((1, 7))])
OF_COLUMNS = RNG.integers(3, size=7)
SQUARE, UPSTREAM = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
PRIOR, TEACHER = softmax(SINES), RNG.normal(size=(N, C)) * 2
ALPHA = np.array([0.2, 0.5, 1, 1, 0.7])
ADVANTAGE = np.array([1, -2, 0.5, 3, -1, 0.2])
LINE, GOAL = RNG.normal(size=8) * 1.5, np.linspace(-1, 1, 8)
BITS = np.arange(8) % 3 == 0
IMAGES = RNG.normal(size=(2, 3, 2, 2))
PIXELS = np.array([[[0, 2], [-1, 1]], [[1, -1], [2, 0]]])
TEXT, NEXT = RNG.normal(size=(3, 4, 5)), RNG.integers(5, size=(3, 4))
LENGTHS = np.array([4, 2, 3])
TOKENS = np.arange(4) < LENGTHS[:, None]
TABLE, BAGS = RNG.normal(size=(6, C)), ([0, 1, 1], [2, 5], [5, 5, 0])
WEIGHTS = {
    "W1": RNG.normal(size=(D, 7)) * 0.5,
    "b1": RNG.normal(size=7) * 0.1,
    "W2": RNG.normal(size=(7, C)) * 0.5,
}
RECURRENT, INPUTS = RNG.normal(size=(3, 3)) * 0.7, RNG.normal(size=(5, 3))
SIGNAL, WANTED = RNG.normal(size=12), RNG.normal(size=10)
MIXED = RNG.normal(size=(6, 2))
PARTNERS = RNG.normal(size=(5, 3))


def sigmoid(f: Any) -> Any:
    return 1 / (1 + np.exp(-f))


def nll(f: Any) -> Any:
    return -np.mean(log_softmax(f)[AT])


def through(p: Any, upstream: Any) -> Any:
    return p * (upstream - np.sum(p * upstream, -1, keepdims=True))


class Context:
    """What a forward pass leaves for the backward pass."""

    saved: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved = tensors


class CrossEntropy:
    @staticmethod
    def forward(ctx: Context, f: Any) -> Any:
        p = softmax(f)
        ctx.save_for_backward(p)
        return -np.log(p[AT]).mean()

    @staticmethod
    def backward(ctx: Context, upstream: Any) -> Any:
        (p,) = ctx.saved
        return upstream * (p - HOT) / N, None


def applied(f: Any, upstream: Any = 1.0) -> Any:
    ctx = Context()
    return CrossEntropy.forward(ctx, f), CrossEntropy.backward(ctx, upstream)[0]


def of_columns(w: Any, bias: bool = True) -> Any:
    """Samples as columns, the bias a last column of the weights."""
    scores = w @ COLUMNS
    p = softmax(scores, 0)
    delta = p - np.eye(3)[OF_COLUMNS].T
    slope = delta @ COLUMNS.T / 7
    slope[:, -1] *= bias
    return -np.log(p[OF_COLUMNS, np.arange(7)]).mean(), slope


def net(name: str, mistake: str = "") -> Any:
    """Two layers and a small penalty, by one of the weights."""

    def both(part: Any) -> Any:
        w = {**WEIGHTS, name: part}
        inner = X @ w["W1"] + w["b1"]
        kept = np.maximum(inner, 0)
        p = softmax(kept @ w["W2"])
        delta = (p - HOT) / N
        back = delta @ w["W2"].T * (inner > 0)
        penalty = 1e-3 * (mistake != "penalty")
        slopes = {
            "W1": X.T @ back + 2 * penalty * w["W1"],
            "b1": back.mean(0) if mistake == "bias" else back.sum(0),
            "W2": kept.T @ delta + 2 * penalty * w["W2"],
        }
        squares = np.sum(w["W1"] ** 2) + np.sum(w["W2"] ** 2)
        return -np.mean(np.log(p[AT])) + 1e-3 * squares, slopes[name]

    return both


def focal(f: Any, gamma: float = 2.0) -> Any:
    p = softmax(f)[AT]
    return np.mean(-ALPHA[Y] * (1 - p) ** gamma * np.log(p))


def focal_slope(f: Any, gamma: float = 2.0, slope: bool = True) -> Any:
    p = softmax(f)[AT]
    factor = (1 - p) ** gamma - (gamma * p * (1 - p) ** (gamma - 1) * np.log(p)) * slope
    return (ALPHA[Y] * factor)[:, None] * (softmax(f) - HOT) / N


def binary_focal(f: Any) -> Any:
    p = np.where(BITS, sigmoid(f), sigmoid(-f))
    return np.sum(-((1 - p) ** 2) * np.log(p))


def binary_focal_slope(f: Any) -> Any:
    p = np.where(BITS, sigmoid(f), sigmoid(-f))
    return (2 * BITS - 1) * (1 - p) ** 2 * (2 * p * np.log(p) + p - 1)


def distilled(f: Any) -> Any:
    return -16 * np.mean(np.sum(softmax(TEACHER / 4) * log_softmax(f / 4), 1))


def segmented(f: Any, mistake: str = "") -> Any:
    """The label -1 is ignored."""
    counted = PIXELS >= 0
    hot = np.moveaxis(np.eye(3)[PIXELS], -1, 1)
    loss = -np.sum(hot * log_softmax(f, 1) * counted[:, None]) / counted.sum()
    if mistake == "wraps":
        counted = counted | True
    return loss, (softmax(f, 1) - hot) * counted[:, None] / (PIXELS >= 0).sum()


def of_texts(f: Any, by_text: bool = True) -> Any:
    """The mean over each text, then over the texts."""
    nlls = -np.take_along_axis(log_softmax(f), NEXT[..., None], -1)[..., 0]
    share = TOKENS / (LENGTHS[:, None] * 3 if by_text else TOKENS.sum())
    delta = softmax(f) - np.eye(5)[NEXT]
    return np.mean((nlls * TOKENS).sum(1) / LENGTHS), delta * share[..., None]


def largest_margin(f: Any, label: bool = True) -> Any:
    margins = f - f[AT][:, None] + 1
    margins[AT] = 0
    rival, some = margins.argmax(1), (margins.max(1) > 0) * 1.0
    slope = np.zeros_like(f)
    slope[np.arange(N), rival] += some
    slope[AT] -= some * label
    return np.mean(np.maximum(0, margins.max(1))), slope / N


def overwritten(f: Any) -> Any:
    """Works in the array that it is given."""
    f -= f.max(1, keepdims=True)
    np.exp(f, out=f)
    f /= f.sum(1, keepdims=True)
    loss = -np.log(f[AT]).mean()
    f[AT] -= 1
    f /= N
    return loss, f


def bags(table: Any, repeats: bool = True) -> Any:
    rows = np.stack([table[bag].mean(0) for bag in BAGS])
    delta = (softmax(rows) - HOT[:3]) / 3
    slope = np.zeros_like(table)
    for bag, one in zip(BAGS, delta, strict=True):
        if repeats:
            np.add.at(slope, bag, one / len(bag))
        else:
            slope[bag] += one / len(bag)
    return -np.mean(np.sum(HOT[:3] * log_softmax(rows), 1)), slope


def bootstrapped(f: Any, constant: bool = False) -> Any:
    """A fifth of the target is the output itself."""
    p, logs = softmax(f), log_softmax(f)
    target = 0.8 * HOT + 0.2 * p
    slope = p - target - (0 if constant else 0.2 * through(p, logs))
    return -np.mean(np.sum(target * logs, 1)), slope / N


def rewarded(f: Any, sign: float = 1.0, mean: bool = True) -> Any:
    """A policy's score and a bonus for its entropy."""
    p, logs = softmax(f), log_softmax(f)
    loss = -np.mean(ADVANTAGE * logs[AT]) + 0.3 * np.mean(np.sum(p * logs, 1))
    bonus = through(p, logs) if mean else p * logs
    return loss, (ADVANTAGE[:, None] * (p - HOT) + sign * 0.3 * bonus) / N


def generalised(f: Any, power: float = 0.7) -> Any:
    p = softmax(f)
    return np.mean((1 - p[AT] ** 0.7) / 0.7), p[AT][:, None] ** power * (p - HOT) / N


def dice(f: Any, quotient: bool = True) -> Any:
    p = softmax(f)
    top, bottom = 2 * (p * HOT).sum(0) + 1, (p + HOT).sum(0) + 1
    slope = -(2 * HOT * bottom - top * quotient) / bottom**2 / C
    return 1 - np.mean(top / bottom), through(p, slope)


def nearest(a: Any, mistake: str = "") -> Any:
    """Each row belongs to the partner of its number."""
    p = softmax(a @ PARTNERS.T / 0.2)
    slope = (p * (mistake != "positives") - np.eye(5)) @ PARTNERS / 5
    return -np.mean(np.log(np.diag(p))), slope if mistake == "T" else slope / 0.2


def pairs(s: Any, mistake: str = "") -> Any:
    """Both directions of similarities."""
    rows, columns = softmax(s / 0.5), softmax(s / 0.5, 0)
    loss = -np.mean(np.log(np.diag(rows)) + np.log(np.diag(columns))) / 2
    one = (rows - np.eye(4)) / 0.5 / 4
    other = {"": columns, "one": rows, "turned": columns.T}[mistake]
    return loss, (one + (other - np.eye(4)) / 0.5 / 4) / 2


def directions(f: Any, norm: bool = True) -> Any:
    lengths = np.linalg.norm(f, axis=1, keepdims=True), np.linalg.norm(SINES, axis=1, keepdims=True)
    cosine = np.sum(f * SINES, 1, keepdims=True) / lengths[0] / lengths[1]
    slope = SINES / lengths[0] / lengths[1] - norm * cosine * f / lengths[0] ** 2
    return np.mean(1 - cosine), -slope / N


def batch_norm(f: Any, whole: bool = True) -> Any:
    scale = 1 / np.sqrt(f.var(0) + 1e-5)
    h = (f - f.mean(0)) * scale
    along = SINES.mean(0) + h * np.mean(SINES * h, 0)
    return np.sum(SINES * h), scale * (SINES - along * whole)


def causal(s: Any, mask: bool = True) -> Any:
    """Attention to what came before."""
    p = softmax(np.where(np.tri(4) > 0, s, -np.inf))
    back = p if mask else softmax(s)
    return np.sum(UPSTREAM * (p @ SQUARE)), through(back, UPSTREAM @ SQUARE.T)


def recurrent(w: Any, steps: int = 5) -> Any:
    states = [np.zeros(3)]
    for x in INPUTS:
        states.append(np.tanh(states[-1] @ w + x))
    slope, back = np.zeros_like(w), states[-1]
    for t in range(5, 5 - steps, -1):
        back = back * (1 - states[t] ** 2)
        slope += np.outer(states[t - 1], back)
        back = back @ w.T
    return 0.5 * np.sum(states[-1] ** 2), slope


def dropped(f: Any, mask: bool = True) -> Any:
    """Dropout from a seed of its own."""
    kept = np.random.RandomState(0).rand(N, C) > 0.3
    return nll(f * kept), (softmax(f * kept) - HOT) * (kept if mask else 1) / N


def huber(f: Any, bounded: bool = True) -> Any:
    off = f - GOAL
    loss = np.where(np.abs(off) <= 1, off**2 / 2, np.abs(off) - 0.5)
    return loss.mean(), (np.clip(off, -1, 1) if bounded else off) / 8


def pinball(f: Any) -> Any:
    return np.mean(np.maximum(0.9 * (GOAL - f), 0.1 * (f - GOAL))), np.where(
        f < GOAL, -0.9, 0.1
    ) / 8


def gaussian(f: Any, half: float = 0.5) -> Any:
    """Mean and logarithm of the variance, a column each."""
    off, log_variance = f[:, 0] - GOAL[:6], f[:, 1]
    loss = np.mean(log_variance + off**2 / np.exp(log_variance)) / 2
    slopes = off / np.exp(log_variance), half * (1 - off**2 / np.exp(log_variance))
    return loss, np.stack(slopes, 1) / 6


def convolved(kernel: Any, mistake: int = 1) -> Any:
    off = np.convolve(SIGNAL, kernel[::-1], "valid") - WANTED
    return np.sum(off**2) / 2, np.correlate(SIGNAL, off, "valid")[::mistake]


def root(f: Any, chain: bool = True) -> Any:
    loss = np.sqrt(np.mean((f - GOAL) ** 2))
    return loss, (f - GOAL) / 8 / (loss if chain else 0.5)


def perplexity(f: Any, chain: bool = True) -> Any:
    slope = (softmax(f) - HOT) / N
    return np.exp(nll(f)), slope * (np.exp(nll(f)) if chain else 1)


def margin(f: Any) -> Any:
    """A scale, and a margin that the label's cosine is short of."""
    p = softmax(8 * (np.tanh(f) - 0.35 * HOT))
    return -np.mean(np.log(p[AT])), 8 * (p - HOT) * (1 - np.tanh(f) ** 2) / N


def learned(t: Any) -> Any:
    """By the inverse temperature, one number."""
    return nll(Z * t), np.sum((softmax(Z * t) - HOT) * Z) / N


def by_length(f: Any) -> Any:
    slope = softmax(f) - HOT
    return N * nll(f), slope / np.linalg.norm(slope)


def one_by_one(f: Any) -> Any:
    """A sum of a thousand classes whose roundings add up."""
    total = float(f[0])
    for entry in f[1:].tolist():
        top = max(total, entry)
        total = top + math.log1p(math.exp(-abs(total - entry)))
    return total - float(f[0])


def of_first(f: Any) -> Any:
    return softmax(f) - (np.arange(len(f)) == 0)


RIGHT: dict[str, Written] = {
    "added up in pairs": case(lambda f: np.logaddexp.reduce(f) - f[0], of_first, at=None),
    "added up one by one": case(one_by_one, of_first, at=None),
    "a context": case(applied, at=Z),
    "a context, as a backward pass": case(
        lambda f: applied(f)[0], vjp=lambda f, u: applied(f, u)[1], at=Z
    ),
    "columns and a bias": case(of_columns, at=RNG.normal(size=(3, 4))),
    "first weights of a net": case(net("W1"), at=WEIGHTS["W1"]),
    "biases of a net": case(net("b1"), at=WEIGHTS["b1"]),
    "focal": case(focal, focal_slope, at=Z),
    "binary focal": case(binary_focal, binary_focal_slope, at=LINE),
    "distilled": case(distilled, lambda f: 4 * (softmax(f / 4) - softmax(TEACHER / 4)) / N, at=Z),
    "segmented": case(segmented, at=IMAGES),
    "texts of several lengths": case(of_texts, at=TEXT),
    "the largest margin": case(largest_margin, at=Z),
    "overwritten": case(overwritten, at=Z),
    "bags of words": case(bags, at=TABLE),
    "bootstrapped": case(bootstrapped, at=Z),
    "rewarded": case(rewarded, at=Z),
    "generalised": case(generalised, at=Z),
    "dice": case(dice, at=Z),
    "nearest": case(nearest, at=PARTNERS[::-1] * 0.3),
    "pairs": case(pairs, at=SQUARE),
    "directions": case(directions, at=Z),
    "batch norm": case(batch_norm, at=Z),
    "causal": case(causal, at=SQUARE),
    "recurrent": case(recurrent, at=RECURRENT),
    "dropped from a seed": case(dropped, at=Z),
    "huber": case(huber, at=3 * LINE),
    "pinball": case(pinball, at=LINE),
    "gaussian": case(gaussian, at=MIXED),
    "convolved": case(convolved, at=np.array([0.5, -1, 2])),
    "a root": case(root, at=LINE),
    "perplexity": case(perplexity, at=Z),
    "margin and scale": case(margin, at=Z),
    "an inverse temperature": case(learned, at=np.array(1.7)),
}

# The kind, the program, and what else has to be said.
FOUND: dict[str, tuple[str, Written, str]] = {
    "an upstream of one number": (
        "factor",
        case(lambda f: applied(f)[0], vjp=lambda f, u: applied(f)[1], at=Z),
        "the upstream gradient is not applied",
    ),
    "no gradient for the bias": (
        "missing samples",
        case(lambda w: of_columns(w, False), at=RNG.normal(size=(3, 4))),
        "(3) have no gradient",
    ),
    "a small penalty forgotten": (
        "penalty",
        case(net("W1", "penalty"), at=WEIGHTS["W1"]),
        "off by -0.002 times the checked array itself",
    ),
    "a mean for the bias": ("factor", case(net("b1", "bias"), at=WEIGHTS["b1"]), "a mean over 6?"),
    "focal without its slope": (
        "sample factor",
        case(focal, lambda f: focal_slope(f, slope=False), at=Z),
        "the derivative of the factor (1 - p[y])**2, p = softmax(f), is missing",
    ),
    "focal without alpha": (
        "sample factor",
        case(focal, lambda f: focal_slope(f) / ALPHA[Y][:, None], at=Z),
        "a factor of the label's class is missing",
    ),
    "cross entropy for binary focal": (
        "sample factor",
        case(binary_focal, lambda f: sigmoid(f) - BITS, at=LINE),
        "the factor (1 - q)**2, q = sigmoid(f) or sigmoid(-f), and its derivative are missing",
    ),
    "a teacher that is not heated": (
        "another target",
        case(distilled, lambda f: 4 * (softmax(f / 4) - softmax(TEACHER)) / N, at=Z),
        "a term that is linear in it, such as that of the targets",
    ),
    "-1 as a label": (
        "ignored samples",
        case(lambda f: segmented(f, "wraps"), at=IMAGES),
        "(2, 5)",
    ),
    "one mean over all texts": (
        "sample factor",
        case(lambda f: of_texts(f, False), at=TEXT),
        "each index of axis 0 is missing or wrong (0 to 3: 1.333, 4, 5: 0.6667): a mean over each",
    ),
    "a rival without a label": (
        "missing off-diagonal",
        case(lambda f: largest_margin(f, False), at=Z),
        "the entry at the label is missing",
    ),
    "bags that forget repeats": (
        "some samples",
        case(lambda t: bags(t, False), at=TABLE),
        "only these samples are wrong: 1, 5",
    ),
    "a target made of p, held constant": (
        "penalty",
        case(lambda f: bootstrapped(f, constant=True), at=Z),
        "or a target that is made of p is held constant",
    ),
    "a bonus with the other sign": (
        "penalty",
        case(lambda f: rewarded(f, sign=-1), at=Z),
        "off by 0.1 times the derivative of the entropy",
    ),
    "a bonus without its mean": (
        "multiple of p",
        case(lambda f: rewarded(f, mean=False), at=Z),
        "off by a multiple of p = softmax(f)",
    ),
    "a power too few": (
        "sample factor",
        case(lambda f: generalised(f, -0.3), at=Z),
        "a factor p[y], p = softmax(f), is missing",
    ),
    "dice without its quotient": (
        "inner derivative",
        case(lambda f: dice(f, False), at=Z),
        "off by one number for each class, in every sample alike",
    ),
    "partners only pulled": (
        "stale",
        case(lambda a: nearest(a, "positives"), at=PARTNERS[::-1] * 0.3),
        "the same at other logits, that of the loss is not",
    ),
    "1/T forgotten": (
        "factor",
        case(
            lambda s: -np.mean(np.diag(log_softmax(s / 0.4))),
            lambda s: (softmax(s / 0.4) - np.eye(4)) / 4,
            at=SQUARE,
        ),
        "1/T is missing, T = 0.4",
    ),
    "one direction of two": (
        "unrecognised",
        case(lambda s: pairs(s, "one"), at=SQUARE),
        "the gradient of another function: a term or a number is another there; along axis 1 its "
        "entries sum to 0 and should not",
    ),
    "a direction not turned back": (
        "unrecognised",
        case(lambda s: pairs(s, "turned"), at=SQUARE),
        "it is the gradient of no function at all",
    ),
    "a norm held constant": (
        "inner derivative",
        case(lambda f: directions(f, False), at=Z),
        "the derivative through a norm that they are divided by is missing",
    ),
    "batch norm as a scale": (
        "inner derivative",
        case(lambda f: batch_norm(f, False), at=Z),
        "along axis 0 it is off by numbers and multiples of the logits",
    ),
    "a causal mask forgotten": (
        "mask",
        case(lambda s: causal(s, False), at=SQUARE),
        "entries that the loss does not look at have a gradient",
    ),
    "the last step of a recurrence": (
        "unrecognised",
        case(lambda w: recurrent(w, 1), at=RECURRENT),
        "it is the gradient of no function at all",
    ),
    "dropped in the loss only": (
        "mask",
        case(lambda f: dropped(f, False), at=Z),
        "entries that the loss does not look at have a gradient",
    ),
    "huber without its bound": (
        "clipped",
        case(lambda f: huber(f, False), at=3 * LINE),
        "the loss' own derivative is never larger than 0.125, as Huber's is not",
    ),
    "no half for the variance": (
        "class factor",
        case(lambda f: gaussian(f, 1.0), at=MIXED),
        "the entries of each class are 1, 2 times what they should be",
    ),
    "a kernel turned round": (
        "order",
        case(lambda k: convolved(k, -1), at=np.array([0.5, -1, 2])),
        "stand in another order",
    ),
    "a root's chain": ("factor", case(lambda f: root(f, False), at=LINE), "twice the loss"),
    "an exponential's chain": (
        "factor",
        case(lambda f: perplexity(f, False), at=Z),
        "1 over the loss; the derivative of an exponential multiplies by it",
    ),
    "brought to length 1": ("factor", case(by_length, at=Z), "their length is 1: clipped by the"),
}

WRONG = {name: (kind, written) for name, (kind, written, _) in FOUND.items()}
SAYS = {name: words for name, (*_, words) in FOUND.items()}
