"""One thing taken for another: sigmoid for softmax, one axis for another, p's derivative for f's.

Each row of the table asks whether the gradient as given, A, is the derivative of the loss, G, with
one function in the place of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from numeric.checking.partly import through_norm
from numeric.checking.pictures import (
    ALIKE,
    Answer,
    Pictures,
    as_rows,
    balanced,
    listed,
    lowest,
    slope,
    softmax,
)
from numeric.inputs import Array

# With fewer entries than this, two unknown numbers explain too much.
LEAST_ENTRIES = 5


def _sigmoid(f: Array) -> Array:
    made: Array = np.exp(-np.logaddexp(0, -f))
    return made


FACTORS: Mapping[str, Callable[[Array], Array]] = {
    "sigmoid(f)": _sigmoid,
    "1 - sigmoid(f)": lambda f: 1 - _sigmoid(f),
    "1 + tanh(f)": lambda f: 1 + np.tanh(f),
    "p = softmax(f)": lambda f: softmax(f, 1),
    "1 - p, p = softmax(f),": lambda f: 1 - softmax(f, 1),
}
"""What is multiplied in on the way back, of rows of logits."""

SLOPES: Mapping[str, Callable[[Array], Array]] = {
    "sigmoid": lambda f: _sigmoid(f) * (1 - _sigmoid(f)),
    "tanh": lambda f: 1 - np.tanh(f) ** 2,
    "relu": lambda f: (f > 0).astype(np.float64),
    "exp": np.exp,
}
"""Derivatives of functions that are applied to each logit."""

BY_VALUE: Mapping[str, tuple[str, Callable[[Array], Array]]] = {
    "sigmoid": ("s*(1 - s)", lambda s: s * (1 - s)),
    "tanh": ("1 - s**2", lambda s: 1 - s**2),
}
"""The same as functions of the value s."""


def _stand_ins(point: Array, axis: int) -> Iterator[tuple[str, Array]]:
    """What may stand where softmax over the classes should, softmax first."""
    top = point.max(axis=axis, keepdims=True)
    yield "softmax", softmax(point, axis)
    yield "sigmoid", _sigmoid(point)
    yield "exp(f), not divided by its sum,", np.exp(point)
    yield "exp(f - max), not divided by its sum,", np.exp(point - top)
    yield "softmax(-f)", softmax(-point, axis)
    yield "tanh(f)", np.tanh(point)
    yield "f itself", point
    yield "log(p)", np.log(softmax(point, axis))


def another_axis(seen: Pictures) -> Answer:
    """A - G is softmax over another axis less softmax over the classes, or only the sums tell."""
    point, classes = seen.point, seen.axis
    if seen.jacobian or len(seen.true) < 2 or not np.all(np.isfinite(point)):
        return None
    right = as_rows(softmax(point, classes), classes)
    for axis in (axis for axis in range(point.ndim) if axis != classes):
        if _of_rows(seen, as_rows(softmax(point, axis), classes) - right):
            over = "the samples" if point.ndim == 2 else f"axis {axis}"
            return f"softmax is taken over {over}, not over the classes"
    everywhere = softmax(point, tuple(range(point.ndim)))
    if seen.multiple(as_rows(everywhere, classes) - right) is not None:
        return "softmax is taken over all entries at once, not over the classes of each sample"
    if not balanced(seen.true, 1) or balanced(seen.given, 1):
        return None
    return "it sums to 0 over the samples, not over the classes" * balanced(seen.given, 0) or None


def _of_rows(seen: Pictures, of: Array) -> bool:
    """A - G = c*of, with one c, or of three classes and more with a c of each sample."""
    own = seen.true.shape[1] > 2 and seen.multiple(of, 1) is not None
    return own or seen.multiple(of) is not None


def another_map(seen: Pictures) -> Answer:
    """A - G = c*(one function of the logits less another): softmax and sigmoid, say."""
    if seen.jacobian or seen.off.size < 3 or not np.all(np.isfinite(seen.point)):
        return None
    functions = _stand_ins(seen.point, seen.axis)
    maps = [(name, as_rows(made, seen.axis)) for name, made in functions]
    for wanted, right in maps:
        for name, stands in maps:
            if stands is right or _one_row(stands, right):
                continue
            factor = seen.multiple(stands - right)
            if factor is not None and factor.item() > 0:
                return f"{name} stands where {wanted.rstrip(',')} should"
    return None


def _one_row(one: Array, other: Array) -> bool:
    """Whether the two are one row each, the same but for a factor: they cannot be told apart."""
    return len(one) == 1 and bool(np.ptp(one / other) <= ALIKE * np.max(np.abs(one / other)))


def another_temperature(seen: Pictures) -> Answer:
    """A - G = c*(softmax(f) - softmax(f/T)) for a T that is looked for, either way round.

    softmax(f*T) may stand for the one without T.
    """
    if seen.jacobian or seen.off.size < LEAST_ENTRIES or not np.all(np.isfinite(seen.logits)):
        return None
    return _between(seen, "f", 0.0) or _between(seen, "f*T", 1.0)


def _between(seen: Pictures, other: str, power: float) -> Answer:
    """Whether softmax(f*T**power) and softmax(f/T) are exchanged, for some T."""

    def changed(log_t: float) -> Array:
        hot = softmax(seen.logits * np.exp(power * log_t), 1)
        return hot - softmax(seen.logits / np.exp(log_t), 1)

    def left(log_t: float) -> float:
        made = changed(log_t)
        return float(np.sum((seen.off - slope(made, seen.off, None, seen.bound) * made) ** 2))

    found = lowest(left, *np.log((0.05, 20.0)))
    factor, temperature = seen.multiple(changed(found)), float(np.exp(found))
    if factor is None or abs(temperature - 1) < ALIKE or not 0.06 < temperature < 19:
        return None
    words = (f"softmax({other})", "softmax(f/T)")
    right, stands = words if factor.item() < 0 else words[::-1]
    return f"{stands} stands where {right} should, T = {temperature:.4g}"


def penalty(seen: Pictures) -> Answer:
    """A = a*G + b*f, or with the signs of f: the derivative of |f|^2 or of |f| is another."""
    if seen.jacobian or seen.off.size < LEAST_ENTRIES or not np.all(np.isfinite(seen.point)):
        return None
    along = seen.true * seen.logits
    if abs(along.sum()) <= ALIKE * np.sum(np.abs(along)) and through_norm(seen):
        return None  # The loss does not change with the length of what is checked.
    for words, of in (("", seen.logits), ("the sign of ", np.sign(seen.logits))):
        if not np.ptp(of):
            continue
        factor = seen.multiple(of)
        if factor is not None:
            return (
                f"off by {factor.item():.6g} times {words}the checked array itself: a penalty on "
                "it, such as weight decay, is missing or has another factor"
            )
        parts = np.stack((seen.true.ravel(), of.ravel()), axis=1)
        (a, b), *_ = np.linalg.lstsq(parts, seen.given.ravel(), rcond=None)
        if abs(b) > ALIKE * abs(a) and seen.alike(seen.given, a * seen.true + b * of):
            return (
                f"{a:.6g} times what it should be, and {b:.6g} times {words}the checked array "
                "itself: one of two terms has another factor than the other, such as 1/N"
            )
    return None


def entropy(seen: Pictures) -> Answer:
    """A - G = c*p*(log(p) - sum(p*log(p))), with one c: the derivative of sum(p*log(p))."""
    if seen.jacobian or seen.off.size < LEAST_ENTRIES or not np.all(np.isfinite(seen.logits)):
        return None
    p = softmax(seen.logits, 1)
    factor = seen.multiple(_through_softmax(p, np.log(p))) if p.shape[1] > 2 else None
    if factor is None:
        return None
    return (
        f"off by {-factor.item():.6g} times the derivative of the entropy of p = softmax(f): a "
        "bonus for it has another factor or sign, or a target that is made of p is held constant"
    )


def _through_softmax(p: Array, upstream: Array) -> Array:
    """The derivative by the logits, of one by p = softmax(f)."""
    made: Array = p * (upstream - np.sum(p * upstream, axis=1, keepdims=True))
    return made


def inner_derivative(seen: Pictures) -> Answer:
    """The derivative by p or by an activation: what leads on to the logits is missing or twice."""
    if seen.jacobian or seen.off.size < 3 or not np.all(np.isfinite(seen.logits)):
        return None
    p = softmax(seen.logits, 1)
    if p.shape[1] > 2:
        if seen.alike(_through_softmax(p, seen.given), seen.true):
            return "the derivative by p = softmax(f): the Jacobian of softmax is missing"
        if seen.alike(seen.given, _through_softmax(p, seen.true)):
            return "the Jacobian of softmax is applied once too often"
    for name, derivative in SLOPES.items():
        inner = derivative(seen.logits)
        if np.ptp(inner) <= ALIKE:
            continue
        if seen.alike(seen.given * inner, seen.true):
            return f"the derivative by {name}(f): the factor of {name} itself is missing"
        if seen.alike(seen.given, seen.true * inner):
            return f"the derivative of {name} is multiplied in once too often"
    for name, (words, by_value) in BY_VALUE.items():
        if seen.alike(seen.given * SLOPES[name](seen.logits), seen.true * by_value(seen.logits)):
            return f"{words}, the derivative of {name} by its value s, is taken of the logits"
    for name, factor in FACTORS.items():
        inner = factor(seen.logits)
        if np.ptp(inner) > ALIKE and seen.alike(seen.given * inner, seen.true):
            return f"a factor {name} is missing"
        if np.ptp(inner) > ALIKE and seen.alike(seen.given, seen.true * inner):
            return f"there is a factor {name} too much"
    return None


def own_path_only(seen: Pictures) -> Answer:
    """A = p*(1 - p)*v where G = p*(v - sum(p*v)): the Jacobian's diagonal for all of it."""
    if seen.jacobian or seen.true.shape[1] < 3 or not np.all(np.isfinite(seen.logits)):
        return None
    p = softmax(seen.logits, 1)
    upstream = seen.given / (p * (1 - p))
    if not np.all(np.isfinite(upstream)) or not seen.alike(
        _through_softmax(p, upstream), seen.true
    ):
        return None
    return "p*(1 - p), the diagonal of softmax's Jacobian, stands for all of it"


def multiple_of_p(seen: Pictures) -> Answer:
    """A - G = c*p, with a c of each sample."""
    if seen.jacobian or seen.true.shape[1] < 3 or not np.all(np.isfinite(seen.logits)):
        return None
    p = softmax(seen.logits, 1)
    if seen.multiple(p, 1) is None:
        return None
    factors = slope(p, seen.off, 1, seen.bound)[:, 0]
    of_exp = ""
    if len(factors) == 1:
        times = factors.item() / np.sum(np.exp(seen.logits))
        of_exp = f", or of exp(f), {times:.4g}"
    return (
        f"off by a multiple of p = softmax(f), {listed(factors)}{of_exp}: what multiplies it, a "
        "sum over the classes such as that of the targets or their weights, is missing or wrong"
    )


def class_term(seen: Pictures) -> Answer:
    """A - G = p*(b - sum(p*b)), with a b of each class: so is the derivative by p, off by b."""
    if seen.jacobian or min(seen.true.shape) < 3 or not balanced(seen.off, 1):
        return None
    if not np.all(np.isfinite(seen.logits)):
        return None
    parts = seen.off / softmax(seen.logits, 1)
    off_by = parts - parts[:, :1]
    if np.any(np.abs(off_by - off_by[:1]) > ALIKE * np.max(np.abs(parts))):
        return None
    return (
        "the derivative by p = softmax(f) is off by one number for each class, in every sample "
        "alike: a sum over the samples, such as a denominator's, is missing or held constant"
    )


def another_sum(seen: Pictures) -> Answer:
    """A - G = p*(a + b), with an a of each sample and a b of each class."""
    if seen.jacobian or min(seen.true.shape) < 3 or not np.all(np.isfinite(seen.logits)):
        return None
    parts = seen.off / softmax(seen.logits, 1)
    left = parts - parts[:, :1] - parts[:1] + parts[0, 0]
    if not np.all(np.abs(left) <= ALIKE * np.max(np.abs(parts))):
        return None
    return "a sum that multiplies p is taken over the samples, not the classes: its axis, keepdims?"


def complement(seen: Pictures) -> Answer:
    """|A| + |G| is one number, at the same signs."""
    both = np.abs(seen.given) + np.abs(seen.true)
    alike = np.ptp(both) <= ALIKE * np.max(both)
    if seen.jacobian or seen.off.size < 3 or not alike or np.any(seen.given * seen.true < 0):
        return None
    return "1 - p stands where p should, or sigmoid(-z) where sigmoid(z) should"


def of_p_itself(seen: Pictures) -> Answer:
    """A = c*p*(1 - p)."""
    if seen.jacobian or seen.off.size < 3 or not np.all(np.isfinite(seen.logits)):
        return None
    p = softmax(seen.logits, 1)
    slopes = p * (1 - p)
    factor = slope(slopes, seen.given, None, seen.bound)
    if not seen.alike(seen.given, factor * slopes):
        return None
    return "p*(1 - p), the derivative of p[k] by f[k], stands for that of the loss"


def broadcast(seen: Pictures) -> Answer:
    """One column, with errors that cancel: every target stands beside every sample."""
    if seen.jacobian or seen.true.shape[1] > 1 or len(seen.true) < 3:
        return None
    off = seen.off[:, 0]
    if abs(off.sum()) > ALIKE * np.sum(np.abs(off)):
        return None
    return (
        "the errors of the samples cancel: (N, 1) and (N,) make (N, N), in which every sample "
        "meets every target"
    )
