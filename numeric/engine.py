"""A loss as functions on arrays: printed from the formulas that `derive` proves.

    engine = compile("softmax-nll")
    loss, gradient = engine.value_and_grad([2.0, 1.0, 0.0], 0)

C classes on the last axis. A formula of one sample takes logits (C,) or (..., C) and treats each
row alike; one with a sample index takes exactly its axes, such as (N, C). Labels count from 0.
Losses are in nats. float32 in, float32 out; float64 in, float64 out. No argument is written to.

Finite wherever f - max(f) is; beyond the largest float, p is 0 and log p is -inf, without warnings.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from derive.catalogue import CATALOGUE, Loss
from derive.errors import GradproofError
from numeric import codegen
from numeric.formulas import Formula, Formulas
from numeric.inputs import Array, Signature, as_logits, bind, lengths
from numeric.lowering import program
from numeric.program import Program
from numeric.proof import Proof, formula_claims, identity_claims, program_claim
from numeric.rewriting import Stable, stabilise

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
    proved before it is compiled.
    """

    def __init__(self, statement: Loss, *, proved_before: bool = False) -> None:
        self.statement = statement
        self._proved_before = proved_before
        self._formulas = Formulas(statement)
        self._programs: dict[str, Program] = {}
        self._functions: dict[str, Callable[..., Any]] = {}
        if not proved_before:
            self._require_proof(1)
            self._program("value_and_grad")

    def __repr__(self) -> str:
        return f"<gradproof engine {self.statement.name}>"

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
        """The NumPy source of all functions, as it runs."""
        parts = (codegen.source(self._program(name), self._about(name)) for name in self.functions)
        return "import numpy as np\n\n\n" + "\n\n".join(parts)

    def proof(self) -> Proof:
        """The verdicts on the formulas, the identities and the printed programs, found anew."""
        used: dict[str, None] = {}
        programs = []
        for name in ("loss", "gradient", *(_SECOND_ORDER if self.statement.hessian else ())):
            (formula,) = self._results(name)
            stable = self._stable((formula,))
            used.update(dict.fromkeys(stable.used))
            programs.append(program_claim(formula, stable, self.statement.declare))
        groups = (formula_claims(self.statement), identity_claims(used), programs)
        return Proof(*(tuple((claim, claim.verdict()) for claim in group) for group in groups))

    def loss(self, logits: ArrayLike, target: ArrayLike | None = None, **params: ArrayLike) -> Any:
        """The loss, in nats: one number, or one for each row.

        Raises TypeError and ValueError for arguments that do not fit; see `numeric.inputs.bind`.
        """
        return self._run("loss", logits, target, params)

    def gradient(
        self, logits: ArrayLike, target: ArrayLike | None = None, **params: ArrayLike
    ) -> Array:
        """The derivative by each logit, of the shape of the logits."""
        gradient: Array = self._run("gradient", logits, target, params)
        return gradient

    def value_and_grad(
        self, logits: ArrayLike, target: ArrayLike | None = None, **params: ArrayLike
    ) -> tuple[Any, Array]:
        """The loss and its gradient, in one pass over the logits."""
        value, gradient = self._run("value_and_grad", logits, target, params)
        return value, gradient

    def hessian(
        self, logits: ArrayLike, target: ArrayLike | None = None, **params: ArrayLike
    ) -> Array:
        """The second derivatives, (..., C, C): a block for each sample, symmetric."""
        hessian: Array = self._run("hessian", logits, target, params)
        return hessian

    def hvp(
        self,
        logits: ArrayLike,
        target: ArrayLike | None,
        vector: ArrayLike,
        **params: ArrayLike,
    ) -> Array:
        """The Hessian times a vector of the logits' shape, without forming the Hessian."""
        array = as_logits(logits)
        direction = np.asarray(vector, dtype=array.dtype)
        if direction.shape != array.shape:
            raise ValueError(f"vector of shape {direction.shape}; expected {array.shape}")
        product: Array = self._run("hvp", array, target, params, direction)
        return product

    def _run(
        self,
        name: str,
        logits: ArrayLike,
        target: ArrayLike | None,
        params: Mapping[str, ArrayLike],
        *extra: Array,
    ) -> Any:
        compiled = self._function(name)
        call = self.signature
        arrays = bind(call, logits, target, params)
        sizes = lengths(call, arrays[0])
        rows = arrays[0].shape[: arrays[0].ndim - len(call.slots)]
        shapes = [
            (*rows, *(sizes[size] for _, size in formula.axes)) for formula in self._results(name)
        ]
        # Overflow of f - max(f) to -inf and 0/0 of an empty mean have their meaning; see above.
        with np.errstate(all="ignore"):
            made = compiled(*arrays, *extra)
            results = made if isinstance(made, tuple) else (made,)
            finished = tuple(
                _finished(result, shape, arrays[0].dtype)
                for result, shape in zip(results, shapes, strict=True)
            )
        return finished if isinstance(made, tuple) else finished[0]

    def _function(self, name: str) -> Callable[..., Any]:
        if name not in self._functions:
            if name not in self.functions:
                raise NotProved(f"{self.statement.name} states no Hessian")
            if name in _SECOND_ORDER and not self._proved_before:
                self._require_proof(2)
            self._functions[name] = codegen.load(self._program(name), self._about(name))
        return self._functions[name]

    def _require_proof(self, order: int) -> None:
        """The claim of this order is decided, here and now."""
        claim = tuple(formula_claims(self.statement))[order - 1]
        verdict = claim.verdict()
        if verdict.status != "proved":
            why = verdict.condition or verdict.reason or str(verdict.counterexample)
            raise NotProved(f"{verdict.status}: {claim.statement}: {why}")

    def _results(self, name: str) -> tuple[Formula, ...]:
        return tuple(getattr(self._formulas, result) for result in _RESULTS[name])

    def _stable(self, formulas: Sequence[Formula]) -> Stable:
        first = formulas[0]
        return stabilise(first.problem, {f.name: f.node for f in formulas}, first.labels)

    def _program(self, name: str) -> Program:
        if name not in self._programs:
            formulas = self._results(name)
            axes = {formula.name: formula.axes for formula in formulas}
            self._programs[name] = program(
                name, self._stable(formulas), self.signature, axes, formulas[0].extra
            )
        return self._programs[name]

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


def _finished(result: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """An array of this shape and type, a number if it has no axes."""
    array = np.asarray(result).astype(dtype, copy=False)
    if array.shape != shape:
        array = np.broadcast_to(array, shape).copy()
    return array[()]


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
    return Engine(loss)


@functools.cache
def _of_catalogue(name: str) -> Engine:
    if name not in CATALOGUE:
        raise KeyError(f"no loss is called {name!r}; there are {', '.join(CATALOGUE)}")
    return Engine(CATALOGUE[name], proved_before=True)
