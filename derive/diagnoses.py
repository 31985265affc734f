"""What goes wrong in gradients: a row for each code, with a wrong and a right formula.

Codes are stable: tools, pages and people's notes refer to them. The tests prove every right
formula and refute every wrong one, outside of the condition `holds` where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Diagnosis:
    """A mistake with a name: `wrong` and `right` are claims in the same setting."""

    code: str
    name: str
    meaning: str
    wrong: str
    right: str
    given: tuple[str, ...] = ()
    declare: tuple[str, ...] = ()
    where: str = ""
    holds: str = ""


_SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
_NLL = (_SOFTMAX, "L = -log(p[y])")
_SOFT = (_SOFTMAX, "L = -sum(t[j]*log(p[j]), j)")

_ROWS = (
    Diagnosis(
        "GP000",
        "wrong formula",
        "The two sides differ, and the difference has none of the forms below.",
        "d(L, f[k]) == tanh(f[k])",
        "d(L, f[k]) == p[k] - delta(k, y)",
        _NLL,
    ),
    Diagnosis(
        "GP001",
        "holds only under a condition",
        "The formula is right where the condition holds and wrong elsewhere; it does not say so.",
        "exp(f[k])*exp(f[l]) == exp(2*f[k])",
        "exp(f[k])*exp(f[l]) == exp(f[k] + f[l])",
        holds="k == l",
    ),
    Diagnosis(
        "GP101",
        "sign",
        "A term has the opposite sign; often the minus of -log, or the gradient of log p is "
        "given for that of the loss.",
        "d(L, f[k]) == delta(k, y) - p[k]",
        "d(L, f[k]) == p[k] - delta(k, y)",
        _NLL,
    ),
    Diagnosis(
        "GP102",
        "missing or wrong constant factor",
        "The formula is right up to a number, such as the 2 of a square.",
        "d(L, z) == z - t",
        "d(L, z) == 2*(z - t)",
        ("L = (z - t)**2",),
    ),
    Diagnosis(
        "GP103",
        "missing 1/N",
        "The loss is a mean over N samples, and the gradient is that of their sum, or the other "
        "way round.",
        "d(L, f[i, k]) == p[i, k] - delta(k, y[i])",
        "d(L, f[i, k]) == (p[i, k] - delta(k, y[i]))/N",
        ("p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)", "L = -sum(log(p[i, y[i]]), i)/N"),
        holds="N == 1",
    ),
    Diagnosis(
        "GP104",
        "missing or doubled 1/T",
        "The logits are divided by a temperature T; each differentiation brings one factor 1/T.",
        "d(L, f[k]) == p[k] - delta(k, y)",
        "d(L, f[k]) == (p[k] - delta(k, y))/T",
        ("p[k] = exp(f[k]/T)/sum(exp(f[j]/T), j)", "L = -log(p[y])"),
        ("T: positive",),
        holds="T == 1",
    ),
    Diagnosis(
        "GP105",
        "missing or wrong factor",
        "A factor that is no number and no size is missing, is one too many or is another one: a "
        "class weight, the slope of the outer function, an input of the layer.",
        "d(L, z) == sigma(z) - t",
        "d(L, z) == (sigma(z) - t)*sigma(z)*(1 - sigma(z))",
        ("L = (sigma(z) - t)**2/2",),
    ),
    Diagnosis(
        "GP106",
        "missing or extra term",
        "A term of the sum is missing or one too many, such as the uniform part of smoothed "
        "labels, or the second term of a product rule.",
        "d(L, f[k]) == p[k] - (1 - eps)*delta(k, y)",
        "d(L, f[k]) == p[k] - (1 - eps)*delta(k, y) - eps/n",
        (_SOFTMAX, "L = -(1 - eps)*log(p[y]) - eps/n*sum(log(p[j]), j)"),
        ("eps: unit",),
    ),
    Diagnosis(
        "GP201",
        "missing off-diagonal",
        "The formula is that of one class only: p[k] - 1 stands where p[k] - delta(k, y) holds "
        "for every class.",
        "d(L, f[k]) == p[k] - 1",
        "d(L, f[k]) == p[k] - delta(k, y)",
        _NLL,
        holds="k == y",
    ),
    Diagnosis(
        "GP202",
        "an index swapped",
        "An entry stands at the wrong index, such as the probability of the true class, p[y], "
        "for that of the class in question, p[k].",
        "d(L, f[k]) == p[y] - delta(k, y)",
        "d(L, f[k]) == p[k] - delta(k, y)",
        _NLL,
    ),
    Diagnosis(
        "GP203",
        "index captured",
        "A sum runs over the very index that is free outside of it, so that the inner entry no "
        "longer belongs to the class that is meant.",
        "d(L, f[k]) == sum(d(L, p[k])*d(p[k], f[k]), k)",
        "d(L, f[k]) == sum(d(L, p[j])*d(p[j], f[k]), j)",
        _NLL,
        holds="k == y",
    ),
    Diagnosis(
        "GP204",
        "free index on one side only",
        "One side depends on an index that the other side does not have.",
        "d(L, f[k]) == p[m] - delta(m, y)",
        "d(L, f[k]) == p[k] - delta(k, y)",
        _NLL,
        holds="k == m",
    ),
    Diagnosis(
        "GP205",
        "transposed",
        "The two indices of a matrix stand in the wrong order.",
        "d(g[i], x[k]) == A[k, i]",
        "d(g[i], x[k]) == A[i, k]",
        ("g[i] = sum(A[i, j]*x[j], j)",),
        holds="i == k",
    ),
    Diagnosis(
        "GP301",
        "single-path chain rule",
        "A logit moves every probability, so the chain rule sums over all of them; here only one "
        "path is taken.",
        "d(L, f[k]) == d(L, p[k])*d(p[k], f[k])",
        "d(L, f[k]) == sum(d(L, p[j])*d(p[j], f[k]), j)",
        _SOFT,
    ),
    Diagnosis(
        "GP302",
        "s(1 - s) as the whole Jacobian",
        "The diagonal of the softmax Jacobian is given for all of it; off the diagonal it is "
        "-p[i]*p[k].",
        "d(p[i], f[k]) == p[i]*(1 - p[i])",
        "d(p[i], f[k]) == p[i]*(delta(i, k) - p[k])",
        (_SOFTMAX,),
        holds="i == k",
    ),
    Diagnosis(
        "GP303",
        "sum of squares for square of the sum",
        "The quotient rule squares the whole denominator, not each of its terms.",
        "d(p[i], f[k]) == -exp(f[i])*exp(f[k])/sum(exp(f[j])**2, j)",
        "d(p[i], f[k]) == -exp(f[i])*exp(f[k])/sum(exp(f[j]), j)**2",
        (_SOFTMAX,),
        where="i != k",
    ),
    Diagnosis(
        "GP304",
        "softmax taken for sigmoid",
        "The classes are independent, each with a sigmoid of its own, and the formula "
        "normalises over all of them; or the other way round.",
        "d(L, f[k]) == p[k] - t[k]",
        "d(L, f[k]) == sigma(f[k]) - t[k]",
        (_SOFTMAX, "L = -sum(t[j]*log(sigma(f[j])) + (1 - t[j])*log(1 - sigma(f[j])), j)"),
    ),
    Diagnosis(
        "GP305",
        "log dropped",
        "A logarithm is missing: a probability stands where its logarithm belongs.",
        "d(H, f[k]) == -p[k]*(p[k] + H)",
        "d(H, f[k]) == -p[k]*(log(p[k]) + H)",
        (_SOFTMAX, "H = -sum(p[j]*log(p[j]), j)"),
    ),
    Diagnosis(
        "GP401",
        "one-hot assumed",
        "The formula is right only if the target is 1 at one class and 0 elsewhere, and soft "
        "targets are admitted.",
        "L == -log(sum(t[j]*p[j], j))",
        "L == -sum(t[j]*log(p[j]), j)",
        _SOFT,
        ("t: simplex[n]",),
        holds="t is one-hot",
    ),
    Diagnosis(
        "GP402",
        "targets assumed to sum to 1",
        "The formula uses sum(t[j], j) == 1, which nothing grants.",
        "d(L, f[k]) == p[k] - t[k]",
        "d(L, f[k]) == p[k]*sum(t[j], j) - t[k]",
        _SOFT,
        holds="sum(t[j], j) == 1",
    ),
)

DIAGNOSES: Mapping[str, Diagnosis] = MappingProxyType({row.code: row for row in _ROWS})
