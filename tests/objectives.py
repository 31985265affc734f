"""Objectives beyond classification as people write them: rankings, sequences, survival, policies.

Rows as in `handwritten`. `SAYS` is what is said of a mistake besides its kind.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
from handwritten import Written, case, sigmoid
from pairs import softmax

RNG = np.random.default_rng(60601)
SCORES, MORE = RNG.normal(size=5), RNG.normal(size=8) * 1.5
LOGITS = RNG.normal(size=(6, 4))
ROWS = np.arange(6)
LABELS = np.array([0, 3, 2, 1, 1, 2])
ORDER, GRADES = np.array([2, 0, 3, 1, 4]), np.array([3, 1, 0, 2, 1])
CUTS, LEVELS = np.array([-50, -1, 0.2, 1.3, 50]), np.array([0, 3, 1, 2, 2, 0])
TIMES, EVENTS = np.array([5, 3, 8, 1, 6, 2]), np.array([1, 1, 0, 1, 1, 0])
STEPS, TAGS = RNG.normal(size=(5, 3)), np.array([0, 2, 2, 1, 0])
MOVES = RNG.normal(size=(3, 3))
QUANTILES, VALUES = np.array([0.1, 0.5, 0.9]), RNG.normal(size=6)
COUNTS = np.array([0, 3, 1, 7, 2, 0, 1, 4])
WORDS, CENTRE = RNG.normal(size=(7, 4)), RNG.normal(size=4)
OTHERS = [3, 5, 3, 1]
OLD = np.log(softmax(RNG.normal(size=(6, 4))))
GAINS = np.array([1.2, -0.7, 0.4, -1.5, 0.9, 2.0])
POLICY = OLD + RNG.normal(size=OLD.shape) / 2
KINDS = np.array([0, 1, 0, 2, 1, 0])
SAME = (KINDS[:, None] == KINDS) & (ROWS[:, None] != ROWS)
SIMILAR = RNG.normal(size=(6, 6))
MANY = RNG.random((5, 4)) > 0.6
ENTRIES = RNG.normal(size=(5, 4)) * 1.3
PRICES, BITS = RNG.uniform(0.2, 2, 8), (RNG.random(8) > 0.4) * 1.0
DATA, SIGNS = np.c_[RNG.normal(size=(7, 3)), np.ones(7)], RNG.choice([-1.0, 1.0], 7)
SLOPES = RNG.normal(size=4)
HAZARDS, LENGTHS, ENDED = RNG.normal(size=(5, 4)), [0, 2, 3, 1, 3], [1, 1, 0, 0, 1]

SPREAD = np.cov(ENTRIES[:, :3].T)


def log_sum(a: Any, axis: int = -1) -> Any:
    return np.log(np.sum(np.exp(a), axis=axis))


def listed(s: Any) -> Any:
    ranked = s[ORDER]
    return sum(log_sum(ranked[i:]) - ranked[i] for i in range(len(s)))


def listed_slope(s: Any) -> Any:
    slope = -np.ones(len(s))
    for i in range(len(s)):
        slope[i:] += softmax(s[ORDER][i:][None])[0]
    made = np.empty_like(slope)
    made[ORDER] = slope
    return made


PAIRS = [(i, j) for i, j in permutations(range(5), 2) if GRADES[i] > GRADES[j]]


def paired(s: Any) -> Any:
    return sum(np.log1p(np.exp(s[j] - s[i])) for i, j in PAIRS) / len(PAIRS)


def pushes(s: Any) -> Any:
    made = np.zeros(5)
    for i, j in PAIRS:
        made[[i, j]] += np.array([-1, 1]) * sigmoid(s[j] - s[i])
    return made


def between(e: Any) -> Any:
    return sigmoid(CUTS[LEVELS + 1] - e), sigmoid(CUTS[LEVELS] - e)


def ordinal_slope(e: Any) -> Any:
    high, low = between(e)
    return (high * (1 - high) - low * (1 - low)) / (high - low) / 6


def at_risk(e: Any) -> Any:
    losses = (log_sum(e[TIMES[i] <= TIMES]) - e[i] for i in np.flatnonzero(EVENTS))
    return sum(losses) / EVENTS.sum()


def at_risk_slope(e: Any, count: float = EVENTS.sum()) -> Any:
    made = -EVENTS.astype(float)
    for i in np.flatnonzero(EVENTS):
        risk = TIMES[i] <= TIMES
        made[risk] += softmax(e[risk][None])[0]
    return made / count


def forward(f: Any) -> list[Any]:
    first, *rest = f
    made = [first]
    for step in rest:
        made.append(step + log_sum(made[-1][:, None] + MOVES, 0))
    return made


def tagged(f: Any) -> Any:
    return log_sum(forward(f)[-1]) - sum(f[np.arange(5), TAGS]) - MOVES[TAGS[:-1], TAGS[1:]].sum()


def tagged_slope(f: Any, backward: bool = True) -> Any:
    ahead, back = np.array(forward(f)), np.zeros_like(f)
    for t in reversed(range(4)):
        back[t] = log_sum(MOVES + f[t + 1] + back[t + 1], 1)
    shares = np.exp(ahead + back - log_sum(ahead[-1])) if backward else softmax(ahead)
    return shares - np.eye(3)[TAGS]


def clipped(f: Any, clip: bool = True) -> Any:
    """PPO: the loss, and its gradient by the logits of the policy."""
    at = ROWS, LABELS
    ratio = np.exp((f - log_sum(f)[:, None] - OLD)[at])
    loss = -np.mean(np.minimum(ratio * GAINS, np.clip(ratio, 0.8, 1.2) * GAINS))
    held = ((GAINS > 0) & (ratio > 1.2)) | ((GAINS < 0) & (ratio < 0.8))
    weights = -GAINS * ratio * ~(held & clip) / 6
    return loss, weights[:, None] * (np.eye(4)[LABELS] - softmax(f))


def contrasted(s: Any) -> Any:
    """Supervised contrast, of similarities: each row's partners, in the mean."""
    others = np.log(np.sum(np.exp(2 * s) * (ROWS[:, None] != ROWS), 1))
    return -np.sum(SAME * (2 * s - others[:, None]) / np.maximum(SAME.sum(1), 1)[:, None]) / 6


def contrasted_slope(s: Any, mean: bool = True) -> Any:
    shares = np.exp(2 * s) * (ROWS[:, None] != ROWS)
    shares /= shares.sum(1, keepdims=True)
    partners = SAME.sum(1, keepdims=True)
    divisor = np.maximum(partners, 1) if mean else 1
    return 2 * (shares * partners - SAME) / divisor / 6


def quantiles(f: Any) -> Any:
    above = VALUES[:, None] - f
    return np.mean(np.maximum(QUANTILES * above, (QUANTILES - 1) * above))


def quantiles_slope(f: Any, shares: Any = QUANTILES) -> Any:
    return np.where(VALUES[:, None] > f, -shares, 1 - shares) / f.size


def sampled(w: Any) -> Any:
    """Skip-gram with negative samples, by the vectors of the words around; one is drawn twice."""
    return -np.log(sigmoid(w[2] @ CENTRE)) - sum(np.log(sigmoid(-w[k] @ CENTRE)) for k in OTHERS)


def sampled_slope(w: Any, add_up: bool = True) -> Any:
    made = np.zeros_like(w)
    made[2] = -sigmoid(-w[2] @ CENTRE) * CENTRE
    pushed = sigmoid(w[OTHERS] @ CENTRE)[:, None] * CENTRE
    if add_up:
        np.add.at(made, OTHERS, pushed)
    else:
        made[OTHERS] += pushed
    return made


def asymmetric(f: Any) -> Any:
    p = sigmoid(f)
    return -np.sum(np.where(MANY, np.log(p), p**2 * np.log(1 - p)))


def asymmetric_slope(f: Any, whole: bool = True) -> Any:
    p = sigmoid(f)
    return np.where(MANY, p - 1, p**3 - whole * 2 * p**2 * (1 - p) * np.log(1 - p))


def scaled(x: Any) -> Any:
    return x / np.sqrt(np.mean(x**2)) @ MORE


def scaled_slope(x: Any, turned: bool = True) -> Any:
    size = np.sqrt(np.mean(x**2))
    return MORE / size - turned * x * (MORE @ x) / (x.size * size**3)


def fitted(w: Any, free: bool = True) -> Any:
    """Logistic regression with the intercept last, which is not to be penalised."""
    margins = SIGNS * (DATA @ w)
    penalised = w * np.array([1, 1, 1, 0])
    slope = DATA.T @ (-SIGNS * sigmoid(-margins)) + 0.7 * (penalised if free else w)
    return np.sum(np.log1p(np.exp(-margins))) + 0.35 * penalised @ penalised, slope


def preferred(c: Any) -> Any:
    return np.mean(np.log1p(np.exp(-0.1 * c)))


def priced(f: Any) -> Any:
    return np.sum(PRICES * (np.log1p(np.exp(f)) - BITS * f))


def hazards(f: Any) -> Any:
    total = 0.0
    for row, last, ended in zip(f, LENGTHS, ENDED, strict=True):
        total += np.sum(np.log1p(np.exp(row[: last + 1]))) - ended * row[last]
    return total / 5


def hazards_slope(f: Any, until: bool = True) -> Any:
    made = sigmoid(f)
    for row, last, ended in zip(made, LENGTHS, ENDED, strict=True):
        row[last] -= ended
        if until:
            row[last + 1 :] = 0
    return made / 5


def pooled(f: Any) -> Any:
    return np.mean(np.log1p(5 * np.exp(-log_sum(f))))


def pooled_slope(f: Any) -> Any:
    return -(softmax(f) * sigmoid(np.log(5) - log_sum(f))[:, None]) / len(f)


def precise(matrix: Any) -> Any:
    """A normal likelihood by its precision: without an inverse where all entries are the same."""
    return np.trace(SPREAD @ matrix) - np.linalg.slogdet(matrix)[1]


def adversarial(f: Any, bits: Any = (1, 1, 1, 1, 0, 0, 0, 0)) -> Any:
    """Half of the scores are of true samples, half of made ones."""
    loss = -np.mean(np.log(sigmoid(f[:4]))) - np.mean(np.log(sigmoid(-f[4:])))
    return loss, (sigmoid(f) - bits) / 4


def sparse(f: Any) -> Any:
    """The nearest point of the simplex, and the threshold that makes it."""
    high = np.sort(f)[::-1]
    over = (np.cumsum(high) - 1) / np.arange(1, len(f) + 1)
    threshold = over[high > over][-1]
    return np.maximum(f - threshold, 0), threshold


def projected(f: Any) -> Any:
    p, threshold = sparse(f)
    return np.sum(np.where(p > 0, f**2 - threshold**2, 0)) / 2 - f[2]


def flattened(f: Any, order: Any = "C") -> Any:
    """Raw scores as boosting libraries hand them over, one row behind the other."""
    rows = f.reshape(6, 4)
    hot = np.eye(4)[LABELS]
    return -np.sum(hot * (rows - log_sum(rows)[:, None])), (softmax(rows) - hot).ravel(order)


RIGHT: dict[str, Written] = {
    "precision": case(precise, lambda m: SPREAD - np.linalg.inv(m).T, at=SPREAD + np.eye(3)),
    "reciprocals": case(
        lambda f: sum(1 / one for one in f.tolist()),
        lambda f: [-1 / one**2 for one in f.tolist()],
        at=MORE**2 + 1,
    ),
    "adversarial": case(adversarial, at=MORE),
    "projected": case(projected, lambda f: sparse(f)[0] - np.eye(8)[2], at=MORE / 2),
    "flattened": case(flattened, at=POLICY.ravel()),
    "a list": case(listed, listed_slope, at=SCORES),
    "pairs in order": case(paired, lambda s: pushes(s) / len(PAIRS), at=SCORES),
    "levels": case(
        lambda e: -np.mean(np.log(np.subtract(*between(e)))), ordinal_slope, at=MORE[:6]
    ),
    "survival": case(at_risk, at_risk_slope, at=MORE[:6]),
    "hazards": case(hazards, hazards_slope, at=HAZARDS),
    "tags": case(tagged, tagged_slope, at=STEPS),
    "a clipped policy": case(clipped, at=POLICY),
    "contrast": case(contrasted, contrasted_slope, at=SIMILAR),
    "quantiles": case(quantiles, quantiles_slope, at=ENTRIES[:, :3].repeat(2, 0)[:6]),
    "counts": case(
        lambda f: np.mean(np.exp(f) - COUNTS * f), lambda f: (np.exp(f) - COUNTS) / 8, at=MORE
    ),
    "sampled words": case(sampled, sampled_slope, at=WORDS),
    "asymmetric": case(asymmetric, asymmetric_slope, at=ENTRIES),
    "scaled to length": case(scaled, scaled_slope, at=MORE**2),
    "a free intercept": case(fitted, at=SLOPES),
    "preferences": case(preferred, lambda c: -0.1 * sigmoid(-0.1 * c) / 8, at=MORE**2),
    "pools": case(pooled, pooled_slope, at=ENTRIES),
}

FOUND: dict[str, tuple[str, Written, str]] = {
    "a precision, not inverted": (
        "unrecognised",
        case(precise, lambda m: SPREAD - m.T, at=SPREAD + np.eye(3)),
        "it is the gradient of another function",
    ),
    "made samples for true ones": (
        "indexing",
        case(lambda f: adversarial(f)[0], lambda f: adversarial(f, 1)[1], at=MORE),
        "a term such as the target's is missing there, or has the other sign",
    ),
    "softmax for the nearest point": (
        "mask",
        case(projected, lambda f: softmax(f[None])[0] - np.eye(8)[2], at=MORE / 2),
        "a mask?; 3 others are wrong too",
    ),
    "flattened by columns": (
        "transposed",
        case(lambda f: flattened(f)[0], lambda f: flattened(f, "F")[1], at=POLICY.ravel()),
        "a (6, 4) array stand column by column: order='F' for 'C'?",
    ),
    "an array of integers": (
        "rounded",
        case(lambda f: np.sum(f**2) / 2, lambda f: f.astype(int), at=3 * MORE),
        "whole numbers: an array of integers",
    ),
    "two samples, halved": (
        "normalisation",
        case(lambda f: np.sum(f**2), lambda f: f, at=POLICY[:2]),
        "or the 2 of a square's derivative is missing",
    ),
    "a list, left sorted": ("order", case(listed, lambda s: listed_slope(s)[ORDER], at=SCORES), ""),
    "pairs added up": ("factor", case(paired, pushes, at=SCORES), "a mean over 9?"),
    "a mean over the censored too": (
        "factor",
        case(at_risk, lambda e: at_risk_slope(e, 6), at=MORE[:6]),
        "a mean over 6, where the loss has one over 4?",
    ),
    "hazards after the end": (
        "mask",
        case(hazards, lambda f: hazards_slope(f, False), at=HAZARDS),
        "entries that the loss does not look at have a gradient",
    ),
    "tags, forward only": (
        "some samples",
        case(tagged, lambda f: tagged_slope(f, False), at=STEPS),
        "only these samples are wrong: 0 to 3",
    ),
    "a policy that is not clipped": (
        "ignored samples",
        case(lambda f: clipped(f)[0], lambda f: clipped(f, False)[1], at=POLICY),
        "a max(0, ...) that is 0 there",
    ),
    "partners added up": (
        "sample factor",
        case(contrasted, lambda s: contrasted_slope(s, False), at=SIMILAR),
        "a factor of each sample is missing or wrong",
    ),
    "quantiles, sides exchanged": (
        "complement",
        case(
            quantiles,
            lambda f: quantiles_slope(f, 1 - QUANTILES),
            at=ENTRIES[:, :3].repeat(2, 0)[:6],
        ),
        "1 - p stands where p should",
    ),
    "a word that is drawn twice": (
        "sample factor",
        case(sampled, lambda w: sampled_slope(w, False), at=WORDS),
        "a factor of one sample is missing or wrong (3: 0.5)",
    ),
    "a weight held constant": (
        "unrecognised",
        case(asymmetric, lambda f: asymmetric_slope(f, False), at=ENTRIES),
        "wrong are those entries only that should be above 0: one of two branches?",
    ),
    "a length held constant": (
        "inner derivative",
        case(scaled, lambda x: scaled_slope(x, False), at=MORE**2),
        "the derivative through a norm",
    ),
    "a penalised intercept": (
        "some classes",
        case(lambda w: fitted(w)[0], lambda w: fitted(w, False)[1], at=SLOPES),
        "only these entries are wrong: 3",
    ),
    "preferences turned round": (
        "complement",
        case(preferred, lambda c: -0.1 * sigmoid(0.1 * c) / 8, at=MORE**2),
        "sigmoid(-z) where sigmoid(z) should",
    ),
    "prices in the loss only": (
        "sample factor",
        case(priced, lambda f: sigmoid(f) - BITS, at=MORE),
        "each entry has a factor of its own",
    ),
    "steps that are padded": (
        "mask",
        case(lambda v: np.sum(BITS * (v - PRICES) ** 2), lambda v: 2 * (v - PRICES), at=MORE),
        "entries that the loss does not look at",
    ),
    "half of an exponential": (
        "multiple of p",
        case(lambda f: np.sum(np.exp(f) - f), lambda f: np.exp(f) / 2 - 1, at=MORE),
        "or of exp(f), -0.5",
    ),
}

WRONG = {name: (kind, written) for name, (kind, written, _) in FOUND.items()}
SAYS = {name: words for name, (*_, words) in FOUND.items() if words}
