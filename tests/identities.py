"""Right claims: every row of the catalogue and what else a textbook has, each proved by derive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from oracle import Setting, setting

from derive import losses
from derive.read.formula import Equation, read_equation


@dataclass(frozen=True)
class Identity:
    """A right claim; mutants are drawn from it as often as its weight says."""

    name: str
    claim: str
    given: tuple[str, ...] = ()
    declare: tuple[str, ...] = ()
    where: str = ""
    weight: int = 50

    @cached_property
    def equation(self) -> Equation:
        return read_equation(self.claim)

    @cached_property
    def setting(self) -> Setting:
        return setting([self.equation], self.given, self.declare, self.where)

    def arguments(self) -> dict[str, object]:
        """What `derive.verify` takes besides the claim."""
        return {"given": self.given, "declare": self.declare, "where": self.where}


SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
NLL = (SOFTMAX, "L = -log(p[y])")
_SOFT = (SOFTMAX, "L = -sum(t[j]*log(p[j]), j)")
_LABEL = ("y: label",)
_BATCH = ("p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)",)
_TEMPERED = ("p[k] = exp(f[k]/T)/sum(exp(f[j]/T), j)", "L = -log(p[y])")

# How often mutants are drawn where derive takes 500 ms and more, or 100 ms and more, for one.
_BATCHES = ("nll-images", "siglip", "clip", "info-nce", "softmax-regression", "softmax-nll-sum")
_RARE = {
    "softmax-nll-mean 2",
    "class-weights 2",
    "class-weights-soft 2",
    "third derivative",
    *(f"{name} {order}" for name in _BATCHES for order in (1, 2)),
}
_SELDOM = {
    "focal 2",
    "focal-balanced 2",
    "confidence-penalty 2",
    "distillation 2",
    "distillation-scaled 2",
    "entropy 2",
    "label-smoothing 2",
    "label-smoothing-others 2",
    "squared-error 2",
    "temperature 2",
    "Hessian times a vector",
}


def _weight(name: str) -> int:
    return 1 if name in _RARE else 8 if name in _SELDOM else 50


def _catalogue() -> list[Identity]:
    names = ((row, order, f"{row.name} {order}") for row in losses() for order in (1, 2))
    return [
        Identity(name, row.claim(order), row.given, row.declare, weight=_weight(name))
        for row, order, name in names
    ]


def _of(
    name: str, claim: str, *given: str, declare: tuple[str, ...] = (), where: str = ""
) -> Identity:
    return Identity(name, claim, given, declare, where, _weight(name))


_FURTHER = [
    _of("softmax Jacobian", "d(p[i], f[k]) == p[i]*(delta(i, k) - p[k])", SOFTMAX),
    _of(
        "third derivative",
        "d(L, f[k], f[l], f[m]) == p[k]*(delta(k, m) - p[m])*(delta(k, l) - p[l])"
        " - p[k]*p[l]*(delta(l, m) - p[m])",
        *NLL,
        declare=_LABEL,
    ),
    _of(
        "log-sum-exp gradient",
        "d(log(sum(exp(f[j]), j)), f[k]) == exp(f[k])/sum(exp(f[j]), j)",
    ),
    _of(
        "log-softmax Jacobian",
        "d(q[i], f[k]) == delta(i, k) - exp(q[k])",
        "q[k] = f[k] - log(sum(exp(f[j]), j))",
    ),
    _of(
        "chain rule through p",
        "p[k] - delta(k, y) == sum(d(L, p[m])*d(p[m], f[k]), m)",
        *NLL,
        declare=_LABEL,
    ),
    _of(
        "entropy gradient",
        "d(H, f[k]) == -p[k]*(log(p[k]) - sum(p[j]*log(p[j]), j))",
        SOFTMAX,
        "H = -sum(p[j]*log(p[j]), j)",
    ),
    _of("probabilities sum to 1", "1 == sum(p[j], j)", SOFTMAX),
    _of("gradient sums to 0", "0 == sum(p[k] - delta(k, y), k)", *NLL, declare=_LABEL),
    _of("Hessian rows sum to 0", "0 == sum(p[k]*(delta(k, l) - p[l]), l)", SOFTMAX),
    _of(
        "gradient by the temperature",
        "d(L, T) == (f[y] - sum(p[j]*f[j], j))/T**2",
        *_TEMPERED,
        declare=("y: label", "T: positive"),
    ),
    _of("sigmoid", "d(sigma(z), z) == sigma(z)*(1 - sigma(z))"),
    _of("softplus", "d(softplus(z), z) == exp(z)/(1 + exp(z))"),
    _of("tanh", "d(tanh(z), z) == 1 - tanh(z)**2"),
    _of("tanh by sigma", "tanh(z) == 2*sigma(2*z) - 1"),
    _of("shift", "log(sum(exp(f[j]), j)) == c + log(sum(exp(f[j] - c), j))"),
    _of(
        "squared error",
        "d(L, f[k]) == p[k]*(p[k] - t[k] - sum(p[j]*(p[j] - t[j]), j))",
        SOFTMAX,
        "L = sum((p[j] - t[j])**2, j)/2",
        declare=("t: real[n]",),
    ),
    _of(
        "z-loss",
        "d(log(sum(exp(f[j]), j))**2, f[k]) == 2*log(sum(exp(f[j]), j))*p[k]",
        SOFTMAX,
    ),
    _of("one-hot targets", "d(L, f[k]) == p[k] - t[k]", *_SOFT, declare=("t: onehot[n]",)),
    _of("sum without k", "1 - p[k] == sum(p[j], j, j != k)", SOFTMAX),
    _of(
        "odds",
        "(1 - p[y])/p[y] == sum(exp(f[j] - f[y]), j, j != y)",
        SOFTMAX,
        declare=_LABEL,
    ),
    _of(
        "Hessian times a vector",
        "sum(d(L, f[k], f[l])*v[l], l) == p[k]*(v[k] - sum(p[l]*v[l], l))",
        *NLL,
        declare=_LABEL,
    ),
    _of(
        "gradient in two cases",
        "d(L, f[k]) == cases(p[k] - 1, k == y, p[k])",
        *NLL,
        declare=_LABEL,
    ),
    _of(
        "variance",
        "sum(p[j]*f[j]**2, j) - sum(p[j]*f[j], j)**2 == sum(p[j]*(f[j] - sum(p[m]*f[m], m))**2, j)",
        SOFTMAX,
    ),
    _of(
        "batch rows",
        "d(p[i, k], f[s, l]) == delta(i, s)*p[i, k]*(delta(k, l) - p[i, l])",
        *_BATCH,
        declare=("f: real[N, n]",),
    ),
    _of(
        "normalised by the sum",
        "d(x[k]/sum(x[j], j), x[l]) == (delta(k, l)*sum(x[j], j) - x[k])/sum(x[j], j)**2",
        declare=("x: positive[n]",),
    ),
    _of(
        "all pairs",
        "sum(sum((x[j] - x[m])**2, m), j) == 2*n*sum(x[j]**2, j) - 2*sum(x[j], j)**2",
        declare=("x: real[n]",),
    ),
    _of("literal index", "d(L, f[1]) == p[1] - delta(1, y)", *NLL, declare=_LABEL),
    _of("off the diagonal", "d(L, f[k]) == p[k]", *NLL, declare=_LABEL, where="k != y"),
    _of(
        "two classes",
        "p[1] == sigma(f[1] - f[2])",
        SOFTMAX,
        declare=("n: 2", "f: real[n]"),
    ),
    _of(
        "policy gradient",
        "d(L, f[k]) == A*(p[k] - delta(k, y))",
        SOFTMAX,
        "L = -A*log(p[y])",
        declare=_LABEL,
    ),
    _of("product of exponentials", "exp(sum(f[j], j)) == prod(exp(f[j]), j)"),
]

IDENTITIES: tuple[Identity, ...] = (*_catalogue(), *_FURTHER)
