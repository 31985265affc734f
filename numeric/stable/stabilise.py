"""Formulas that do not overflow or cancel: rewritten by identities that `derive` proves.

An identity with a free class (`top`) or a free number (`shift`) is true for every value of it.
Which value is good is no question of truth: the engine picks top = argmax of the logits and
shift = max(z, 0). Nothing about the maximum has to be proved, but that z - max(z, 0) is min(z, 0),
which is computed in its place: it is a number where z is infinite too.

With the largest logit as reference the tails keep their digits: exp(gap) is at most 1, the class
`top` itself contributes an exact 1, `1 - p[k]` becomes a sum of what the others have, and
`log(1 + rest)` is computed as log1p(rest). `zero` is 0, or nan where the largest logit is not
finite: it is added to `rest`, so that nothing that is computed from such logits looks right.
Around a label, `excess` is what the masses have beyond 1: exactly `rest` where the label is the
largest, at least the label's mass elsewhere.

Logits that are all near 0 need no reference at all: their exponentials neither overflow nor vanish,
and no difference of two logits is rounded. How near is the engine's affair; the identities of
UNSHIFTED are true of any logits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Rewrite:
    """An identity `left == right`, used from left to right.

    `statement` is executable: `claim` is what `derive.verify` is asked about it.
    """

    name: str
    title: str
    statement: str
    given: tuple[str, ...] = ()
    declare: tuple[str, ...] = ()
    where: str = ""


# p is the softmax of u, with any class `top` as the reference.
_SHIFTED = (
    "gap[k] = u[k] - u[top]",
    "mass[k] = exp(gap[k])",
)
_LOG = "log_p[k] = gap[k] - log(1 + {})"
_AROUND_TOP = (
    "zero = u[top] - u[top]",
    "rest = sum(mass[j], j, j != top) + zero",
    "total = 1 + rest",
    "p[k] = mass[k]/total",
    "others[k] = cases(rest, k == top, total - mass[k])/total",
)
SOFTMAX = (*_SHIFTED, *_AROUND_TOP, _LOG.format("rest"))
# The same where 1 - p and log p are asked for at one label y only. What the other classes have is
# then the sum of their own masses, whichever class is the largest: nothing is subtracted from it.
_AROUND_LABEL = (
    "rest = sum(mass[j], j, j != y)",
    "total = mass[y] + rest",
    "excess = rest + (mass[y] - 1)",
    "p[k] = mass[k]/total",
    "others[k] = rest/total",
)
AT_LABEL = (*_SHIFTED, *_AROUND_LABEL, _LOG.format("excess"))
UNSHIFTED = (
    "mass[k] = exp(u[k])",
    "rest = sum(mass[j], j, j != y)",
    "total = mass[y] + rest",
    "excess = rest/mass[y]",
    "p[k] = mass[k]/total",
    "others[k] = rest/total",
    "log_p[k] = -log(1 + excess)",
)
# The same for any numbers gap: the engine picks what a difference of two logits is rounded to, and
# slip is then what the rounding lost, which is itself a floating number.
_ANY_GAP = (
    "slip[k] = u[k] - u[top] - gap[k]",
    "mass[k] = exp(gap[k]) + exp(gap[k])*(exp(slip[k]) - 1)",
)
PRECISE = (*_ANY_GAP, *_AROUND_TOP, f"{_LOG.format('rest')} + slip[k]")
# What they are, of which REWRITES says that it is the same.
MEANINGS = (
    "p[k] = exp(u[k])/sum(exp(u[j]), j)",
    "others[k] = 1 - p[k]",
    "log_p[k] = log(p[k])",
)
_TOP = ("top: label", "u: real[n]")


_OTHERS_EXIST = "o != k"
"""There is another class than k: n > 1. With a single class, 1 - p is 0 and the engine divides by
the smallest normal number instead."""


def _softmax(name: str, title: str, statement: str, *declare: str, where: str = "") -> Rewrite:
    return Rewrite(name, title, statement, SOFTMAX, (*_TOP, *declare), where)


REWRITES = (
    _softmax(
        "softmax",
        "softmax does not change when the logit of any one class is subtracted from all",
        "exp(u[k])/sum(exp(u[j]), j) == p[k]",
    ),
    _softmax(
        "log-quotient",
        "the log of a quotient is a difference of logs, which cannot overflow",
        "log(x/p[k]) == log(x) - log(p[k])",
        "x: positive",
    ),
    _softmax(
        "log-softmax",
        "the log of a softmax is a gap minus log(1 + what the other classes have)",
        "log(p[k]) == log_p[k]",
    ),
    _softmax(
        "centred-logit",
        "a logit minus log-sum-exp is the log of a softmax",
        "u[k] - log(sum(exp(u[j]), j)) == log_p[k]",
    ),
    _softmax(
        "log-sum-exp",
        "any one class can be taken out of log-sum-exp",
        "log(sum(exp(u[j]), j)) == u[top] + log(1 + rest)",
    ),
    Rewrite(
        "one-minus-sigmoid",
        "one minus a sigmoid is the sigmoid of the opposite",
        "1 - sigma(z) == sigma(-z)",
    ),
    Rewrite(
        "log-sigmoid",
        "the log of a sigmoid is a softplus",
        "log(sigma(z)) == -softplus(-z)",
    ),
    Rewrite(
        "softplus",
        "log(1 + exp(z)) has a name",
        "log(1 + exp(z)) == softplus(z)",
    ),
    _softmax(
        "complement",
        "one minus a probability is what the other classes have",
        "1 - p[k] == others[k]",
    ),
    _softmax(
        "smoothed-label",
        "a share of a one-hot target is split off, so that p - onehot stands alone",
        "p[k] - (1 - c)*delta(k, y) == p[k] - delta(k, y) + c*delta(k, y)",
        "y: label",
    ),
    _softmax(
        "label",
        "p - onehot is -(1 - p) at the label and p elsewhere",
        "p[k] - delta(k, y) == cases(-others[y], k == y, p[k])",
        "y: label",
    ),
    _softmax(
        "weighted-target",
        "p times the sum of the targets, minus a target, without cancelling at a one-hot target",
        "p[k]*sum(g[j], j) - g[k] == p[k]*(sum(g[j], j) - g[k]) - g[k]*others[k]",
    ),
    _softmax(
        "target",
        "p minus a target, without cancelling at a one-hot target",
        "p[k] - g[k] == p[k]*(1 - g[k]) - g[k]*others[k]",
    ),
    Rewrite(
        "sigmoid-target",
        "a sigmoid minus a target, without cancelling at 0 and 1",
        "sigma(z) - t == sigma(z)*(1 - t) - t*sigma(-z)",
    ),
    _softmax(
        "log-over-others",
        "log(p) is divided by 1 - p before a power of 1 - p can overflow",
        "others[k]**(c - 1)*log_p[k] == others[k]**c*(log_p[k]/others[k])",
        where=_OTHERS_EXIST,
    ),
    _softmax(
        "log-over-others-twice",
        "log(p) is divided by 1 - p before a power of 1 - p can overflow",
        "others[k]**(c - 2)*log_p[k] == others[k]**c/others[k]*(log_p[k]/others[k])",
        where=_OTHERS_EXIST,
    ),
    _softmax(
        "power-of-others",
        "a power that may be negative becomes a quotient",
        "others[k]**(c - 1) == others[k]**c/others[k]",
        where=_OTHERS_EXIST,
    ),
    _softmax(
        "centred-mean",
        "a value minus its mean does not change when one class' value is subtracted from all",
        "v[k] - sum(p[j]*v[j], j) == v[k] - v[top] - sum(p[j]*(v[j] - v[top]), j)",
    ),
    Rewrite(
        "common-divisor",
        "a difference of quotients divides once",
        "x/c - z/c == (x - z)/c",
    ),
    Rewrite(
        "opposite-sigmoid",
        "the sigmoid of the opposite, shifted by any number",
        "sigma(-z) == exp(-shift)/(exp(-shift) + exp(z - shift))",
    ),
    Rewrite(
        "sigmoid",
        "a sigmoid is a softmax of (z, 0), shifted by any number",
        "sigma(z) == exp(z - shift)/(exp(-shift) + exp(z - shift))",
    ),
)

CHOSEN = (
    Rewrite(
        "negative-part",
        "less its positive part, a number is its negative part",
        "z - max(z, 0) == min(z, 0)",
    ),
)


def _labelled(form: str, lines: tuple[str, ...], titles: tuple[str, str, str]) -> Iterator[Rewrite]:
    """That the lines say the same as SOFTMAX does, the last two of them at the label."""
    names = ("softmax", "complement", "log-softmax")
    statements = (
        "exp(u[k])/sum(exp(u[j]), j) == p[k]",
        "1 - p[k] == others[k]",
        "log(p[k]) == log_p[k]",
    )
    for name, title, statement in zip(names, titles, statements, strict=True):
        where = "" if name == "softmax" else "k == y"
        declare = (*_TOP, "y: label")
        yield Rewrite(f"{name}-{form}", title, statement, lines, declare, where)


LABELLED = tuple(
    _labelled(
        "at-label",
        AT_LABEL,
        (
            "the masses can be added up around any one class",
            "what the others have is their share",
            "the masses are 1 and an excess",
        ),
    )
)
WITHOUT_SHIFT = tuple(
    _labelled(
        "unshifted",
        UNSHIFTED,
        (
            "a softmax is a quotient of exponentials, whatever they are",
            "what the others have is their share",
            "the log of a softmax is minus the log of 1 + the others' share by the label's",
        ),
    )
)
