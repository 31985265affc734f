"""The catalogue: one row a loss, in the formula language; every claim of a row is proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Loss:
    """A loss over logits, with its gradient and Hessian as claims.

    `first` and `second` are the entries to differentiate by: d(value, first) == gradient and
    d(value, first, second) == hessian. `lemma` is the Jacobian of the defined probabilities, and
    `inner` the derivative by them, from which the textbook path puts the gradient together.
    `source` says where the formula is found.
    """

    name: str
    title: str
    given: tuple[str, ...]
    first: str
    gradient: str
    second: str
    hessian: str
    declare: tuple[str, ...] = ()
    value: str = "L"
    lemma: str = ""
    inner: str = ""
    source: str = ""

    def claim(self, order: int = 1) -> str:
        """The gradient (order 1) or Hessian (order 2) as a claim in the formula language."""
        if order == 1:
            return f"d({self.value}, {self.first}) == {self.gradient}"
        return f"d({self.value}, {self.first}, {self.second}) == {self.hessian}"


_SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
_BATCH_SOFTMAX = "p[i, k] = exp(f[i, k])/sum(exp(f[i, j]), j)"
_JACOBIAN = "d(p[j], f[k]) == p[j]*(delta(j, k) - p[k])"
_BATCH_JACOBIAN = "d(p[m, j], f[i, k]) == delta(m, i)*p[m, j]*(delta(j, k) - p[m, k])"
_PYTORCH = "PyTorch 2 documentation, torch.nn.CrossEntropyLoss"

_ROWS = (
    Loss(
        name="softmax-nll",
        title="softmax and negative log-likelihood",
        given=(_SOFTMAX, "L = -log(p[y])"),
        declare=("y: label",),
        first="f[k]",
        gradient="p[k] - delta(k, y)",
        second="f[l]",
        hessian="p[k]*(delta(k, l) - p[l])",
        lemma=_JACOBIAN,
        inner="d(L, p[j]) == -delta(j, y)/p[j]",
        source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4",
    ),
    Loss(
        name="softmax-nll-mean",
        title="softmax and negative log-likelihood, mean over N samples",
        given=(_BATCH_SOFTMAX, "L = -sum(log(p[i, y[i]]), i)/N"),
        declare=("f: real[N, n]", "y: label[N]"),
        first="f[i, k]",
        gradient="(p[i, k] - delta(k, y[i]))/N",
        second="f[s, l]",
        hessian="delta(i, s)*p[i, k]*(delta(k, l) - p[i, l])/N",
        lemma=_BATCH_JACOBIAN,
        source=_PYTORCH,
    ),
    Loss(
        name="class-weights",
        title="class weights, divided by the weights of the batch (labels)",
        given=(_BATCH_SOFTMAX, "L = -sum(w[y[i]]*log(p[i, y[i]]), i)/sum(w[y[i]], i)"),
        declare=("f: real[N, n]", "y: label[N]", "w: positive[n]"),
        first="f[i, k]",
        gradient="w[y[i]]*(p[i, k] - delta(k, y[i]))/sum(w[y[m]], m)",
        second="f[s, l]",
        hessian="delta(i, s)*w[y[i]]*p[i, k]*(delta(k, l) - p[i, l])/sum(w[y[m]], m)",
        lemma=_BATCH_JACOBIAN,
        source=_PYTORCH,
    ),
    Loss(
        name="class-weights-soft",
        title="class weights, divided by N (soft targets)",
        given=(_BATCH_SOFTMAX, "L = -sum(sum(w[j]*t[i, j]*log(p[i, j]), j), i)/N"),
        declare=("f: real[N, n]", "t: real[N, n]", "w: positive[n]"),
        first="f[i, k]",
        gradient="(p[i, k]*sum(w[j]*t[i, j], j) - w[k]*t[i, k])/N",
        second="f[s, l]",
        hessian="delta(i, s)*p[i, k]*(delta(k, l) - p[i, l])*sum(w[j]*t[i, j], j)/N",
        lemma=_BATCH_JACOBIAN,
        source=_PYTORCH,
    ),
    Loss(
        name="soft-targets",
        title="cross entropy with soft targets that sum to 1",
        given=(_SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"),
        declare=("t: simplex[n]",),
        first="f[k]",
        gradient="p[k] - t[k]",
        second="f[l]",
        hessian="p[k]*(delta(k, l) - p[l])",
        lemma=_JACOBIAN,
        inner="d(L, p[j]) == -t[j]/p[j]",
        source="Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3",
    ),
    Loss(
        name="soft-targets-any-sum",
        title="cross entropy with targets of any sum",
        given=(_SOFTMAX, "L = -sum(t[j]*log(p[j]), j)"),
        declare=("t: real[n]",),
        first="f[k]",
        gradient="p[k]*sum(t[j], j) - t[k]",
        second="f[l]",
        hessian="p[k]*(delta(k, l) - p[l])*sum(t[j], j)",
        lemma=_JACOBIAN,
        inner="d(L, p[j]) == -t[j]/p[j]",
        source=_PYTORCH,
    ),
    Loss(
        name="label-smoothing",
        title="label smoothing",
        given=(_SOFTMAX, "L = -(1 - eps)*log(p[y]) - eps/n*sum(log(p[j]), j)"),
        declare=("y: label", "eps: unit"),
        first="f[k]",
        gradient="p[k] - (1 - eps)*delta(k, y) - eps/n",
        second="f[l]",
        hessian="p[k]*(delta(k, l) - p[l])",
        lemma=_JACOBIAN,
        inner="d(L, p[j]) == -((1 - eps)*delta(j, y) + eps/n)/p[j]",
        source="Szegedy et al., Rethinking the Inception Architecture (2016), section 7",
    ),
    Loss(
        name="temperature",
        title="softmax with temperature T and negative log-likelihood",
        given=("p[k] = exp(f[k]/T)/sum(exp(f[j]/T), j)", "L = -log(p[y])"),
        declare=("y: label", "T: positive"),
        first="f[k]",
        gradient="(p[k] - delta(k, y))/T",
        second="f[l]",
        hessian="p[k]*(delta(k, l) - p[l])/T**2",
        lemma="d(p[j], f[k]) == p[j]*(delta(j, k) - p[k])/T",
        inner="d(L, p[j]) == -delta(j, y)/p[j]",
        source="Hinton, Vinyals, Dean, Distilling the Knowledge in a Neural Network (2015)",
    ),
    Loss(
        name="focal",
        title="focal loss, multi-class",
        given=(_SOFTMAX, "L = -(1 - p[y])**gamma*log(p[y])"),
        declare=("y: label", "gamma: positive"),
        first="f[k]",
        gradient=(
            "(delta(k, y) - p[k])"
            "*(gamma*p[y]*(1 - p[y])**(gamma - 1)*log(p[y]) - (1 - p[y])**gamma)"
        ),
        second="f[l]",
        hessian=(
            "-p[k]*(delta(k, l) - p[l])"
            "*(gamma*p[y]*(1 - p[y])**(gamma - 1)*log(p[y]) - (1 - p[y])**gamma)"
            " + (delta(k, y) - p[k])*(delta(l, y) - p[l])*p[y]"
            "*(gamma*(1 - p[y])**(gamma - 1)*(log(p[y]) + 2)"
            " - gamma*(gamma - 1)*p[y]*(1 - p[y])**(gamma - 2)*log(p[y]))"
        ),
        lemma=_JACOBIAN,
        inner=(
            "d(L, p[j]) == delta(j, y)"
            "*(gamma*(1 - p[j])**(gamma - 1)*log(p[j]) - (1 - p[j])**gamma/p[j])"
        ),
        source="Lin et al., Focal Loss for Dense Object Detection (2017)",
    ),
    Loss(
        name="bce-with-logits",
        title="binary cross entropy with logits",
        given=("L = -(t*log(sigma(z)) + (1 - t)*log(1 - sigma(z)))",),
        declare=("t: real", "z: real"),
        first="z",
        gradient="sigma(z) - t",
        second="z",
        hessian="sigma(z)*(1 - sigma(z))",
        source="PyTorch 2 documentation, torch.nn.BCEWithLogitsLoss",
    ),
)

CATALOGUE: Mapping[str, Loss] = MappingProxyType({row.name: row for row in _ROWS})


def losses() -> tuple[Loss, ...]:
    """The rows of the catalogue, in teaching order."""
    return _ROWS
