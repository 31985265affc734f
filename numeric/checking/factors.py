"""Gradients that are right but for a factor: of all entries, of a sample, of a class; and whence.

As in `confusions`, A is the gradient as given and G the derivative of the loss. A factor that is a
number by itself (N, 2, ln 2, T, the loss' own value) says which step was forgotten.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from numeric.checking.pictures import (
    ALIKE,
    Answer,
    Pictures,
    balanced,
    listed,
    lowest,
    named,
    slope,
    softmax,
)
from numeric.inputs import Array

# Where a 2 may come from.
HALVED = "the 1/2 before a square is missing"
SQUARED = "the 2 of a square's derivative is missing"

NUMBERS = {np.log(2): "ln 2", 1 / np.log(2): "1/ln 2: log2 or log", np.log(10): "ln 10"}

# So many groups of equal factors are shown, of so many digits.
SHOWN, DIGITS = 4, 4

# What is said of the factors of samples needs so many samples more than it has unknown numbers.
LEAST_SAMPLES = 2

# Of more than so many, too many fractions come near a factor by chance.
MOST_COUNTED = 20

# Where the gamma of a focal loss is looked for.
GAMMAS = (0.1, 8.0)


def _factor(seen: Pictures) -> float | None:
    found = seen.ratio(None)
    return None if found is None else float(found.item())


def _near(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) <= ALIKE * abs(other)


def sign(seen: Pictures) -> Answer:
    """A = -G."""
    return "every entry has the other sign" if _near(_factor(seen), -1) else None


def _counted(seen: Pictures) -> tuple[int, int]:
    """Rows in all, and rows that count: those of ignored samples are 0."""
    rows = seen.point.size // max(seen.point.shape[seen.axis], 1) if seen.point.ndim else 1
    if len(seen.true) != rows:
        return rows, rows
    return rows, int(np.sum(~np.all(seen.zero(seen.true), axis=1)))


def mean(seen: Pictures) -> Answer:
    """A = N*G or G/N, with the length of one axis or of several for N."""
    factor, (rows, counted) = _factor(seen), _counted(seen)
    if seen.jacobian or factor is None:
        return None
    for count in dict.fromkeys((counted, rows)):
        large, small = _of_two(count)
        if count > 1 and _near(factor, count):
            return f"1/N is missing: every entry is {count} times too large{large}"
        if count > 1 and _near(factor, 1 / count):
            return f"divided by N = {count}, which the loss is not, or not twice{small}"
    if 0 < counted < rows and _near(factor, counted / rows):
        return f"the mean counts all {rows} samples, the loss only {counted}"
    for count, words in _other_means(seen.point.shape):
        large, small = _of_two(count)
        if _near(factor, count):
            return f"every entry is {count} times too large: the loss is a mean over {words}{large}"
        if _near(factor, 1 / count):
            why = f"divided by the length of {words}{small}"
            return f"every entry is {count} times too small: {why}"
    return None


def _of_two(count: int) -> tuple[str, str]:
    """What else a factor of 2, or of 1/2, may come from than from a mean over two."""
    return (f", or {HALVED}", f", or {SQUARED}") if count == 2 else ("", "")


def _other_means(shape: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """What a mean may be taken over, of the axes of the logits, and of how many entries that is."""
    if len(shape) == 1 and shape[0] > 1:
        yield shape[0], f"all {shape[0]} entries"
        return
    for count in range(1, len(shape) + 1):
        for axes in itertools.combinations(range(len(shape)), count):
            length = int(np.prod([shape[axis] for axis in axes]))
            if length > 1:
                yield length, "axis " + " and axis ".join(map(str, axes))


def constant(seen: Pictures) -> Answer:
    """A = c*G, with where c may come from."""
    factor = _factor(seen)
    if factor is None:
        return None
    upstream = seen.upstream
    if upstream is not None and upstream.size == 1 and _near(factor * upstream.item(), 1):
        return "the upstream gradient is not applied"
    name = next((f", {words}," for value, words in NUMBERS.items() if _near(factor, value)), "")
    shown = f"{factor:.6g}" if abs(factor - 1) > ALIKE else f"1 + {factor - 1:.3g}"
    hint = next(filter(None, (ask(seen, factor) for ask in _HINTS)), "")
    return f"every entry is {shown}{name} times what it should be" + (hint and f": {hint}")


def _of_temperature(seen: Pictures, factor: float) -> str:
    """Whether the factor is one of the temperature that the loss has."""
    temperature = _temperature(seen)
    if temperature is None or _near(temperature, 1):
        return ""
    words = f"T = {temperature:.4g}"
    powers = {
        1: f"1/T is missing, {words}",
        2: f"1/T**2 is missing, {words}",
        -1: f"1/T is there once too often, or T is missing, {words}",
        -2: f"T**2 is missing, {words}",
    }
    return next((said for k, said in powers.items() if _near(factor, temperature**k)), "")


def _temperature(seen: Pictures) -> float | None:
    """T, if but for the label G[k] is c*exp(f[k]/T), with a c of each sample."""
    if seen.true.shape != seen.logits.shape or seen.true.shape[1] < 3:
        return None
    if seen.jacobian or not balanced(seen.true, 1):
        return None
    others = ~seen.at_label
    shape = len(seen.true), -1
    if seen.zero(seen.true)[others].any() or not np.all(np.isfinite(seen.logits)):
        return None
    f, g = (part[others].reshape(shape) for part in (seen.logits, np.log(np.abs(seen.true))))
    f, g = (part - part.mean(axis=1, keepdims=True) for part in (f, g))
    if not f.any():
        return None
    inverse = float(np.sum(f * g) / np.sum(f * f))
    close = np.abs(g - inverse * f) <= ALIKE * np.max(np.abs(g))
    return 1 / inverse if inverse > 0 and close.all() else None


def _of_value(seen: Pictures, factor: float) -> str:
    """Whether the factor is made of the loss' own value, as the chain rule's outer step is."""
    value = seen.value
    if value is None or not np.isfinite(value) or value <= 0:
        return ""
    steps = {
        2 * value: "twice the loss; the derivative of a square root divides by it",
        1 / value: "1 over the loss; the derivative of an exponential multiplies by it",
        np.exp(min(value, 700.0)): "exp of the loss; the derivative of a logarithm divides by it",
    }
    return next((f"{words}?" for step, words in steps.items() if _near(factor, step)), "")


def _of_length(seen: Pictures, factor: float) -> str:
    """Whether all entries together were brought to a length that is a round number."""
    length = float(np.linalg.norm(seen.given))
    round_number = length > 0 and abs(length / float(f"{length:.1g}") - 1) <= ALIKE**2
    return f"their length is {length:.4g}: clipped by the norm?" * (round_number and factor < 1)


def _of_whole(_: Pictures, factor: float) -> str:
    whole = max(factor, 1 / factor) if factor > 0 else 0.0
    if whole > 2.5 and _near(whole, round(whole)):
        return f"a mean over {whole:.0f}?"
    return f"{HALVED}?" * _near(factor, 2) + f"{SQUARED}?" * _near(factor, 1 / 2)


def _of_counts(seen: Pictures, factor: float) -> str:
    """Whether one of the two is a mean over all along an axis, the other one over fewer."""
    less = min(factor, 1 / factor) if factor > 0 else 0.0
    for whole in (length for length in seen.point.shape if length <= MOST_COUNTED):
        part = round(less * whole)
        if 0 < part < whole and _near(less, part / whole):
            over, instead = (whole, part) if factor < 1 else (part, whole)
            return f"a mean over {over}, where the loss has one over {instead}?"
    return ""


_HINTS: tuple[Callable[[Pictures, float], str], ...] = (
    _of_temperature,
    _of_value,
    _of_length,
    _of_whole,
    _of_counts,
)


def of_samples(seen: Pictures) -> Array | None:
    """c with A = c*G, one of each sample, nan where G is 0; None if there is none."""
    if len(seen.true) < 2 or (seen.true.shape[1] < 2 and seen.upstream is None):
        return None
    counted = ~np.all(seen.zero(seen.true), axis=1)
    factor = slope(seen.true, seen.given, 1, seen.bound)
    if not seen.alike(np.where(counted[:, None], seen.given, seen.true), factor * seen.true):
        return None
    found: Array = np.where(counted, factor[:, 0], np.nan)
    return found


def of_each_sample(seen: Pictures) -> Answer:
    """A = c*G with a c of each sample, and what the c depend on."""
    factor = of_samples(seen)
    if seen.jacobian or factor is None or np.all(np.isnan(factor)):
        return None
    most = np.nanmax(np.abs(factor))
    if seen.upstream is not None and np.ptp(factor * seen.upstream) <= ALIKE * most:
        return "the upstream gradient is not applied"
    shown = _by_value(seen, factor)
    if np.sum(seen.wrong.any(axis=1)) == 1:
        return f"a factor of one sample is missing or wrong ({shown})"
    by_label = {int(label): c for label, c in zip(seen.label, factor, strict=True)}
    wanted = np.array([by_label[int(label)] for label in seen.label])
    if len(by_label) < len(factor) and np.allclose(factor, wanted, rtol=ALIKE):
        return f"a factor of the label's class is missing or wrong ({shown}): its weight?"
    if (words := _of_groups(seen, factor)) is not None:
        return f"a factor of {words} is missing or wrong ({shown}): a mean over each by itself?"
    return (
        _of_probability(seen, factor)
        or f"a factor of each sample is missing or wrong ({shown}): its weight?"
    )


def _by_value(seen: Pictures, factor: Array) -> str:
    """The factors of the samples that are wrong, each with the samples that have it."""
    groups: dict[str, list[int]] = {}
    for row in np.flatnonzero(seen.wrong.any(axis=1)):
        lost = np.isnan(factor[row])
        words = "not 0, as it should be" if lost else f"{factor[row]:.{DIGITS}g}"
        groups.setdefault(words, []).append(int(seen.numbers[row]))
    parts = [f"{named(np.array(rows))}: {words}" for words, rows in groups.items()]
    return ", ".join((*parts[:SHOWN], *["…"] * (len(parts) > SHOWN)))


def _of_groups(seen: Pictures, factor: Array) -> str | None:
    """Of (N, C, ...) the first axis, if all along the others have one factor."""
    shape = seen.point.shape
    if len(shape) < 3 or seen.axis == 0 or len(factor) != seen.point.size // shape[seen.axis]:
        return None
    groups = factor.reshape(shape[0], -1)
    counted = groups[~np.isnan(groups).all(axis=1)]
    spread = np.nanmax(counted, axis=1) - np.nanmin(counted, axis=1)
    alike = np.all(spread <= ALIKE * np.nanmax(np.abs(factor)))
    return "each index of axis 0" if alike and len(counted) > 1 else None


def _of_probability(seen: Pictures, factor: Array) -> str | None:
    """What the factors of the samples are of p[y] = softmax(f)[y]."""
    counted = ~np.isnan(factor)
    if not balanced(seen.true, 1) or not np.all(np.isfinite(seen.logits)):
        return None
    p = softmax(seen.logits, 1)[seen.at_label]
    return _of_chance(p[counted], factor[counted], "p[y]", "p = softmax(f),")


def of_each_entry(seen: Pictures) -> Answer:
    """A = c*G, c made of the target's chance: sigmoid(f) where G < 0, elsewhere sigmoid(-f)."""
    some = ~seen.zero(seen.true)
    if seen.jacobian or not np.all(np.isfinite(seen.logits)):
        return None
    if np.any(some & (seen.given == 0)) or np.any(~some & ~seen.zero(seen.given)):
        return None
    signed = np.where(seen.true < 0, seen.logits, -seen.logits)[some]
    factor = seen.given[some] / seen.true[some]
    return _of_chance(1 / (1 + np.exp(-signed)), factor, "q", "q = sigmoid(f) or sigmoid(-f),")


def _of_chance(p: Array, factor: Array, name: str, means: str) -> str | None:
    """Whether the factors are a power of p or of 1 - p, or lack one of a focal loss."""
    if len(factor) <= LEAST_SAMPLES or np.any(factor <= 0) or np.ptp(p) <= ALIKE:
        return None
    logs = np.log(factor)
    for words, base in ((name, p), (f"(1 - {name})", 1 - p)):
        powers = logs / np.log(base)
        if np.ptp(powers) <= ALIKE * np.max(np.abs(powers)):
            power = f"**{abs(powers[0]):.{DIGITS}g}".removesuffix("**1")
            lost = "is missing" if powers[0] < 0 else "is there that the loss does not have"
            return f"a factor {words}{power}, {means} {lost}"
    for words, lost, forgets in (
        ("the derivative of the factor", "is missing", 1.0),
        ("the factor", "and its derivative are missing", 0.0),
    ):
        gamma = _gamma(p, logs, forgets)
        if gamma is not None:
            return f"{words} (1 - {name})**{gamma:.3g}, {means} {lost}"
    return None


def _gamma(p: Array, logs: Array, forgets: float) -> float | None:
    """gamma, if G is that of (1 - p)**gamma*log(p), where A forgets the power's slope, or both."""

    def left(gamma: float) -> Array:
        both = (1 - p) ** gamma - gamma * p * (1 - p) ** (gamma - 1) * np.log(p)
        off: Array = logs - forgets * gamma * np.log(1 - p) + np.log(both)
        return off

    found = lowest(lambda gamma: float(np.sum(left(gamma) ** 2)), *GAMMAS)
    return found if np.all(np.abs(left(found)) <= ALIKE) else None


def of_each_class(seen: Pictures) -> Answer:
    """A/G is a number of the class times one of the sample, such as w[k]/w[y]."""
    if seen.jacobian or min(seen.true.shape) < 2 or np.any(seen.zero(seen.true)):
        return None
    ratio = seen.given / seen.true
    if not seen.alike(ratio * ratio[0, 0], ratio[:, :1] * ratio[:1]):
        return None
    if seen.alike(ratio, ratio[:1]):
        return f"the entries of each class are {listed(ratio[0])} times what they should be"
    return "a factor of each class is there, such as its weight where the label's should be"
