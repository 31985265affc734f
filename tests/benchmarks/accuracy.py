"""How accurate the engine is, beside PyTorch, JAX, SciPy and scikit-learn: a Markdown table.

    python tests/benchmarks/accuracy.py [--share 0.1] [--seed 0] [--type float64]

10,000 adversarial rows for each type (see adversarial.py), compared with mpmath at 50 digits in
units of the last place (ULP), wherever the exact result is a normal number. What is not installed
is left out. Takes a minute for each type, or two.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = map(str, (Path(__file__).parents[1], Path(__file__).parents[2]))
from adversarial import ALL_OF_HESSIAN, Rows, costs, rows, truth  # noqa: E402

import numeric  # noqa: E402

Results = tuple[Any, Any, Any, Any]
"""Loss, gradient, log softmax, Hessian of each row; None for what an engine does not have."""

QUANTITIES = ("loss", "gradient", "log softmax", "Hessian")


def ours(given: Rows, **options: Any) -> Results:
    f, y = given.logits, given.labels
    loss, gradient = numeric.value_and_grad(f, y, reduction="none", backend="numpy", **options)
    logs = numeric.log_softmax(f, **options)
    few = f.shape[1] <= ALL_OF_HESSIAN
    hessian = numeric.hessian(f, y, reduction="none", **options) if few else None
    return loss, gradient, logs, hessian


def default(given: Rows) -> Results:
    return ours(given)


def precise(given: Rows) -> Results:
    return ours(given, precise=True)


def compiled(given: Rows) -> Results:
    """By numba; ValueError where that is not installed."""
    f, y = given.logits, given.labels
    loss, gradient = numeric.value_and_grad(f, y, reduction="none", backend="numba")
    return loss, gradient, None, None


def pytorch(given: Rows) -> Results:
    import torch

    f, y = torch.tensor(given.logits, requires_grad=True), torch.tensor(given.labels)
    loss = torch.nn.functional.cross_entropy(f, y, reduction="none")
    loss.sum().backward()
    hessian = None
    if f.shape[1] <= ALL_OF_HESSIAN:
        of_row = torch.func.hessian(torch.nn.functional.cross_entropy)
        hessian = torch.func.vmap(of_row)(f.detach(), y).numpy()
    logs = torch.log_softmax(f, 1).detach().numpy()
    return loss.detach().numpy(), f.grad.numpy(), logs, hessian


def jax_nn(given: Rows) -> Results:
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    jax.config.update("jax_enable_x64", True)

    def one(row: Any, label: Any) -> Any:
        return -jax.nn.log_softmax(row)[label]

    loss, gradient = jax.jit(jax.vmap(jax.value_and_grad(one)))(given.logits, given.labels)
    hessian = None
    if given.logits.shape[1] <= ALL_OF_HESSIAN:
        hessian = np.asarray(jax.jit(jax.vmap(jax.hessian(one)))(given.logits, given.labels))
    logs = jax.nn.log_softmax(given.logits, axis=1)
    return np.asarray(loss), np.asarray(gradient), np.asarray(logs), hessian


def scipy_special(given: Rows) -> Results:
    from scipy.special import log_softmax, softmax

    logs, p = log_softmax(given.logits, axis=1), softmax(given.logits, axis=1)
    at = np.arange(len(p)), given.labels
    hessian = None
    if p.shape[1] <= ALL_OF_HESSIAN:
        hessian = p[:, :, None] * (np.eye(p.shape[1], dtype=p.dtype) - p[:, None, :])
    loss = -logs[at]
    p[at] -= 1
    return loss, p, logs, hessian


def scikit_learn(given: Rows) -> Results:
    from sklearn._loss import HalfMultinomialLoss

    dtype = given.logits.dtype
    engine = HalfMultinomialLoss(n_classes=given.logits.shape[1])
    if given.logits.shape[1] < 3:
        raise ValueError("HalfMultinomialLoss takes three classes or more")
    loss, gradient = engine.loss_gradient(
        given.labels.astype(dtype), np.asfortranarray(given.logits)
    )
    return loss, gradient, None, None


ENGINES: dict[str, Callable[[Rows], Results]] = {
    "gradproof": default,
    "gradproof, precise": precise,
    "gradproof, numba": compiled,
    "PyTorch": pytorch,
    "JAX": jax_nn,
    "SciPy": scipy_special,
    "scikit-learn": scikit_learn,
}


def measure(
    dtype: Any, seed: int, share: float, engines: Iterable[str] = tuple(ENGINES)
) -> dict[str, dict[str, float]]:
    """For each engine the worst error of each quantity in ULP.

    "... above": the worst error beyond what the rounding of f - m costs; "sum": of the sum of the
    gradient, in units eps of its largest entry; "lost": the share of rows in which an entry of the
    gradient has no right digit.
    """
    worst: dict[str, dict[str, float]] = {}
    lost: dict[str, list[float]] = {}
    for given in rows(seed, dtype, share):
        exact, cost = truth(given), costs(given)
        wanted = (exact.loss, exact.gradient, exact.log_softmax, exact.hessian)
        for name in engines:
            made = attempt(ENGINES[name], given)
            if made is None:
                continue
            into = worst.setdefault(name, {})
            for quantity, got, true, paid in zip(QUANTITIES, made, wanted, cost, strict=True):
                if got is not None and true is not None:
                    error = true.ulps(got, dtype)
                    raise_to(into, quantity, error)
                    raise_to(into, f"{quantity} above", error - paid)
            raise_to(into, "sum", sums(made[1]))
            no_digit = exact.gradient.ulps(made[1], dtype) >= 1 / np.finfo(dtype).eps
            lost.setdefault(name, []).extend(np.any(no_digit, axis=1))
    for name, of_rows in lost.items():
        worst[name]["lost"] = float(np.mean(of_rows))
    return worst


def attempt(engine: Callable[[Rows], Results], given: Rows) -> Results | None:
    """What the engine makes of the rows; None if it is not there, or does not take them."""
    try:
        with np.errstate(all="ignore"):
            return engine(given)
    except (ImportError, ValueError, TypeError):
        return None


def raise_to(into: dict[str, float], name: str, errors: Any) -> None:
    finite = errors[~np.isnan(errors)]
    if finite.size:
        into[name] = max(into.get(name, 0.0), float(finite.max()))


def sums(gradient: Any) -> Any:
    """|sum of a row| in units eps of its largest entry, the sum taken in longer numbers."""
    largest = np.abs(gradient).max(axis=1).astype(np.float64)
    total = np.abs(gradient.astype(np.longdouble).sum(axis=1)).astype(np.float64)
    unit = largest * np.finfo(gradient.dtype).eps
    normal = largest >= np.finfo(gradient.dtype).tiny
    return np.where(normal, total / np.where(normal, unit, 1), 0.0)


def cell(found: dict[str, float], key: str, dtype: Any) -> str:
    """A number for the table."""
    value = found.get(key)
    if value is None:
        return "–"
    if key == "lost":
        return f"{100 * value:.1f} %"
    return "no digit" if value >= 1 / np.finfo(dtype).eps else f"{value:.3g}"


COLUMNS = {
    **{name: name for name in QUANTITIES},
    "gradient above": "gradient, less |f − m|",
    "lost": "rows with an entry without a digit",
    "sum": "sum of the gradient, in eps",
}


def main() -> None:
    """The tables of both types."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the 10,000 rows (1.0)")
    parser.add_argument("--seed", type=int, default=0)
    types = ("float64", "float32")
    parser.add_argument("--type", choices=types, action="append", help="one of the two (both)")
    options = parser.parse_args()
    for dtype in map(np.dtype, options.type or types):
        print(f"\nWorst error in ULP, {dtype.name}, seed {options.seed}:\n")
        print("| | " + " | ".join(COLUMNS.values()) + " |")
        print("|---" * (len(COLUMNS) + 1) + "|")
        for name, found in measure(dtype, options.seed, options.share).items():
            cells = (cell(found, key, dtype) for key in COLUMNS)
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
