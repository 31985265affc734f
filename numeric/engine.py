"""A loss as functions on arrays: printed from the formulas that `derive` proves.

    engine = compile("softmax-nll")
    loss, gradient = engine.value_and_grad([2.0, 1.0, 0.0], 0)

C classes on the last axis. A formula of one sample takes logits (C,) or (..., C) and treats each
row alike; one with a sample index takes (N, C), or samples on more axes than one, (..., C). Labels
count from 0. Losses are in nats. What comes out has the type of the logits; float16 is computed in
float32 and rounded once. No argument is written to.

Finite wherever f - max(f) is; beyond the largest float, p is 0 and log p is -inf, without warnings.

Every function takes, besides the parameters of its formula, the keywords of `How`: how to run.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from derive.catalogue import CATALOGUE, Loss
from derive.errors import GradproofError
from numeric import standard
from numeric.formulas import Formula, Formulas
from numeric.function import Function
from numeric.how import HOW, How
from numeric.inputs import Array, Signature, as_logits, bind, lengths
from numeric.programs.lowering import program
from numeric.programs.program import Program
from numeric.stable.diagonal import with_labels
from numeric.stable.proof import Proof, formula_claims, identity_claims, program_claim
from numeric.stable.rewriting import stabilise
from numeric.stable.rewritten import Stable

# What each function returns.
_RESULTS = {
    "loss": ("loss",),
    "gradient": ("gradient",),
    "value_and_grad": ("loss", "gradient"),
    "hessian": ("hessian",),
    "hvp": ("hvp",),
}
_SECOND_ORDER = ("hessian", "hvp")


class NotProved(GradproofError):
    """A formula that `derive` does not prove, so that it is not compiled; the text says why."""


class Engine:
    """A compiled loss; made by `compile`. Each function is printed when it is first used.

    `proved_before` is said of our own losses only, which the test suite proves; every other loss is
    proved before it is compiled. With `diagonal`, labels that are not given are 0, 1, 2, ...
    """

    def __init__(
        self, statement: Loss, *, proved_before: bool = False, diagonal: bool = False
    ) -> None:
        self.statement = statement
        self._diagonal = diagonal
        self._proved_before = proved_before
        self._formulas = Formulas(statement)
        self._functions: dict[tuple[str, bool, frozenset[str]], Function] = {}
        if not proved_before:
            self._require_proof(1)
        if not proved_before or not statement.engine:
            self.function("value_and_grad")

    def __repr__(self) -> str:
        return f"<gradproof engine {self.statement.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again from its statement: a loss that is not ours is proved again."""
        made = functools.partial(Engine, proved_before=self._proved_before, diagonal=self._diagonal)
        return made, (self.statement,)

    @property
    def signature(self) -> Signature:
        """What the functions take: names, kinds, axes."""
        return self._formulas.call

    @property
    def formula(self) -> str:
        """The definitions, then the gradient as a claim, one a line."""
        return "\n".join((*self.statement.given, self.statement.claim(1)))

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that this engine has."""
        stated = bool(self.statement.hessian)
        return tuple(name for name in _RESULTS if stated or name not in _SECOND_ORDER)

    @property
    def source(self) -> str:
        """The array programs of all functions, in NumPy source."""
        parts = (self.function(name).source for name in self.functions)
        return "import numpy as np\n\n\n" + "\n\n".join(parts)

    @property
    def kernels(self) -> str:
        """What runs on float32 and float64: the functions of a block of rows, for each backend."""
        runners = (self.function(name).runner for name in self.functions)
        return "\n\n".join(runner.source for runner in runners if runner is not None)

    def proof(self) -> Proof:
        """The verdicts on the formulas, the identities and the printed programs, found anew."""
        used: dict[str, None] = {}
        programs = []
        for name in ("loss", "gradient", *(_SECOND_ORDER if self.statement.hessian else ())):
            (formula,) = self._results(name)
            for unshifted in (False, True):
                stable = self._stable((formula,), unshifted=unshifted)
                used.update(dict.fromkeys(stable.used))
            programs.append(program_claim(formula, stable, self.statement.declare))
        groups = (formula_claims(self.statement), identity_claims(used), programs)
        return Proof(*(tuple((claim, claim.verdict()) for claim in group) for group in groups))

    def loss(self, logits: ArrayLike, target: ArrayLike | None = None, **params: Any) -> Any:
        """The loss, in nats: one number, or one for each row.

        Raises TypeError and ValueError for arguments that do not fit; see `numeric.inputs.bind`.
        """
        return self._run("loss", logits, target, params)

    def gradient(self, logits: ArrayLike, target: ArrayLike | None = None, **params: Any) -> Array:
        """The derivative by each logit, of the shape of the logits."""
        gradient: Array = self._run("gradient", logits, target, params)
        return gradient

    def value_and_grad(
        self, logits: ArrayLike, target: ArrayLike | None = None, **params: Any
    ) -> tuple[Any, Array]:
        """The loss and its gradient, in one pass over the logits."""
        value, gradient = self._run("value_and_grad", logits, target, params)
        return value, gradient

    def hessian(self, logits: ArrayLike, target: ArrayLike | None = None, **params: Any) -> Array:
        """The second derivatives, (..., C, C): a block for each sample, symmetric."""
        hessian: Array = self._run("hessian", logits, target, params)
        return hessian

    def hvp(
        self, logits: ArrayLike, target: ArrayLike | None, vector: ArrayLike, **params: Any
    ) -> Array:
        """The Hessian times a vector of the logits' shape, without forming the Hessian."""
        array: Any = logits
        direction: Any = vector
        if standard.namespace(logits) is None:
            array, direction = as_logits(logits), np.asarray(vector)
        if direction.shape != array.shape:
            raise ValueError(f"vector of shape {direction.shape}; expected {array.shape}")
        product: Array = self._run("hvp", array, target, params, direction)
        return product

    def vjp(
        self, logits: ArrayLike, target: ArrayLike | None, upstream: ArrayLike, **params: Any
    ) -> Array:
        """upstream times the gradient; upstream has the shape of the loss."""
        loss, gradient = self.value_and_grad(logits, target, **params)
        xp = standard.namespace(logits)
        if xp is None:
            factor = np.asarray(upstream, dtype=gradient.dtype)
        else:
            factor = xp.astype(standard.beside(xp, upstream, gradient), gradient.dtype)
        if factor.shape != loss.shape:
            raise ValueError(f"upstream of shape {factor.shape}; expected {loss.shape}")
        own = len(self.signature.slots) if self.signature.batched else 0
        product: Array = factor[(..., *(None,) * own)] * gradient
        return product

    def _run(
        self,
        name: str,
        logits: ArrayLike,
        target: ArrayLike | None,
        params: Mapping[str, Any],
        *extra: Array,
    ) -> Any:
        self._check(name)
        if target is None and self._diagonal:
            target = np.arange(len(logits))  # type: ignore[arg-type]
        xp = standard.namespace(logits)
        if xp is not None:
            return self._elsewhere(name, xp, logits, target, params, extra)
        own = {given.name for given in self.signature.parameters}
        how = {key: params[key] for key in params.keys() & HOW - own}
        rest = {key: value for key, value in params.items() if key in own or key not in HOW}
        by_rows = self.signature.given_by_rows(logits, rest)
        arrays = [*bind(self.signature.by_rows(by_rows), logits, target, rest), *extra]
        running = How(**how)
        function = self.function(name, running.keeps_slips(arrays[0]), by_rows)
        made = function(arrays, self._shapes(name, arrays[0]), running)
        return made if len(made) > 1 else made[0]

    def _elsewhere(
        self, name: str, xp: Any, logits: Any, target: Any, params: Mapping[str, Any], extra: Any
    ) -> Any:
        """On arrays of another library: arrays of that library."""
        function = self.function(name, by_rows=self.signature.given_by_rows(logits, params))
        arrays = [*standard.bind(function, xp, logits, target, params), *extra]
        made = standard.run(function, xp, arrays, self._shapes(name, logits))
        return made if len(made) > 1 else made[0]

    def _shapes(self, name: str, logits: Array) -> dict[str, tuple[int, ...]]:
        """The shape of each result."""
        call = self.signature
        sizes = lengths(call, logits)
        before = logits.shape[: logits.ndim - min(len(call.slots), 1)]
        shapes = {}
        for formula in self._results(name):
            shape = list(before) if call.batched else []
            for _, size in formula.axes:
                shape.extend(before if size == call.rows else (sizes[size],))
            shapes[formula.name] = tuple(shape)
        return shapes

    def function(
        self, name: str, precise: bool = False, by_rows: frozenset[str] = frozenset()
    ) -> Function:
        """The function of this name, printed when it is first asked for."""
        key = name, precise, by_rows
        if key not in self._functions:
            call = self.signature.by_rows(by_rows)
            made = self._program(name, call, precise=precise)
            tame = None if precise else self._program(name, call, unshifted=True)
            self._functions[key] = Function(made, call, self._about(name), tame)
        return self._functions[key]

    def _check(self, name: str) -> None:
        """The function is there, and what it computes is proved."""
        if name not in self.functions:
            raise NotProved(f"{self.statement.name} states no Hessian")
        unproved = name in _SECOND_ORDER and not self._proved_before
        if unproved and not any(made == name for made, *_ in self._functions):
            self._require_proof(2)

    def _require_proof(self, order: int) -> None:
        """The claim of this order is decided, here and now."""
        claim = tuple(formula_claims(self.statement))[order - 1]
        verdict = claim.verdict()
        if verdict.status != "proved":
            why = verdict.condition or verdict.reason or str(verdict.counterexample)
            raise NotProved(f"{verdict.status}: {claim.statement}: {why}")

    def _results(self, name: str) -> tuple[Formula, ...]:
        return tuple(getattr(self._formulas, result) for result in _RESULTS[name])

    def _stable(self, formulas: Sequence[Formula], **form: bool) -> Stable:
        first, results = formulas[0], {formula.name: formula.node for formula in formulas}
        return stabilise(first.problem, results, first.labels, **form)

    def _program(self, name: str, call: Signature, **form: bool) -> Program:
        formulas = self._results(name)
        axes = {formula.name: formula.axes for formula in formulas}
        return program(name, self._stable(formulas, **form), call, axes, formulas[0].extra)

    def _about(self, name: str) -> str:
        """The docstring of a printed function: what it computes, proved by whom."""
        loss = self.statement
        head = {
            "loss": f"{loss.title}: the loss {loss.value}.",
            "gradient": f"{loss.title}: the gradient.",
            "value_and_grad": f"{loss.title}: the loss and its gradient.",
            "hessian": f"{loss.title}: the Hessian.",
            "hvp": f"{loss.title}: the Hessian times v, summed over the second index.",
        }[name]
        claims = (loss.claim(2),) if name in _SECOND_ORDER else (loss.claim(1),)
        lines = (head, "", *loss.given, *(claims if name != "loss" else ()), "", _PROVED)
        return "\n".join(lines)


_PROVED = "Proved by derive: the engine's proof() does it again."


def compile(  # noqa: A001
    loss: str | Loss | None = None,
    *,
    given: Sequence[str] = (),
    gradient: str = "",
    hessian: str = "",
    declare: Sequence[str] = (),
    value: str = "L",
    first: str = "f[k]",
    second: str = "f[l]",
) -> Engine:
    """The engine of a catalogue row, by name, or of a loss of your own, stated as formula text.

        compile("focal")
        compile(given=["L = log(sum(exp(f[j]), j)) - f[y]"], declare=["y: label"],
                gradient="exp(f[k])/sum(exp(f[j]), j) - delta(k, y)")

    Raises KeyError for a name that is not in the catalogue, FormulaError for a formula that cannot
    be read, NotProved for a gradient or Hessian that `derive` does not prove (a Hessian when it is
    first used) and OutOfFragment for a formula that has no array program.
    """
    if isinstance(loss, str):
        return _of_catalogue(loss)
    if loss is None:
        loss = Loss(
            name="custom",
            title="a loss of your own",
            given=tuple(given),
            declare=tuple(declare),
            value=value,
            first=first,
            gradient=gradient,
            second=second,
            hessian=hessian,
        )
    return _engine(loss, proved_before=False)


def _engine(loss: Loss, *, proved_before: bool) -> Engine:
    """The loss with labels for its diagonal, if it is one and true of all labels; else as it is."""
    labelled, own = with_labels(loss)
    if own:
        with contextlib.suppress(NotProved):
            return Engine(labelled, diagonal=True)
    return Engine(loss, proved_before=proved_before)


@functools.cache
def _of_catalogue(name: str) -> Engine:
    if name not in CATALOGUE:
        raise KeyError(f"no loss is called {name!r}; there are {', '.join(CATALOGUE)}")
    return _engine(CATALOGUE[name], proved_before=True)
