"""What four libraries make of special values: writes special_values.json and the table in the docs.

    python tests/golden/special_values.py

Needs PyTorch, SciPy and JAX; run it where they are installed, and commit what it writes. A case is
a row of logits, a label or shares, and options; it is called by a batch of that one row.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
FILE = HERE / "special_values.json"
PAGE = HERE.parents[1] / "docs" / "engine.md"
START, END = "<!-- special values -->", "<!-- end of special values -->"
INF, NAN = np.inf, np.nan
SHOWN = 3


@dataclass(frozen=True)
class Special:
    """A case: words for the table, logits, a label or shares, options of cross entropy."""

    words: str
    logits: Any
    target: Any = 0
    dtype: str = "float64"
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def arrays(self) -> tuple[Any, Any]:
        """Logits (N, C) and the target, of their types."""
        logits = np.atleast_2d(np.array(self.logits, dtype=self.dtype))
        if isinstance(self.target, list):
            return logits, np.array(self.target, dtype=self.dtype)[None]
        return logits, np.full(len(logits), self.target)


ZEROS = np.zeros
CASES = (
    Special("[0, −inf, 1], label 0: a mask", [0, -INF, 1]),
    Special("[0, −inf, 1], label 1: the masked class", [0, -INF, 1], 1),
    Special("[0, −inf, −inf], label 0: one class left", [0, -INF, -INF]),
    Special("[−inf, −inf, −inf], label 0", [-INF, -INF, -INF]),
    Special("[inf, 0, 1], label 0", [INF, 0, 1]),
    Special("[inf, 0, 1], label 1", [INF, 0, 1], 1),
    Special("[inf, inf, 0], label 0", [INF, INF, 0]),
    Special("[inf, −inf, 0], label 0", [INF, -INF, 0]),
    Special("[nan, 0, 1], label 1", [NAN, 0, 1], 1),
    Special("[nan, −inf, inf], label 1", [NAN, -INF, INF], 1),
    Special("[3, 3, 3], label 0: ties", [3, 3, 3]),
    Special("[0, −0, 0], label 1", [0.0, -0.0, 0.0], 1),
    Special("[5e−324, 0, −5e−324], label 0: subnormal", [5e-324, 0, -5e-324]),
    Special("[40, 0, 0], label 0: the tail", [40, 0, 0]),
    Special("[745, 0, 0], label 0: subnormal tail", [745, 0, 0]),
    Special("[800, 0, 0], label 0: below every float", [800, 0, 0]),
    Special("[10000, −10000, 0], label 1", [1e4, -1e4, 0], 1),
    Special("[1.7e308, −1.7e308, 0], label 1", [1.7e308, -1.7e308, 0], 1),
    Special("[1.7e308, −1.7e308, 0], label 0", [1.7e308, -1.7e308, 0], 0),
    Special("[3e38, −3e38, 0], label 1, float32", [3e38, -3e38, 0], 1, "float32"),
    Special("[65504, −65504, 0], label 0, float16", [65504, -65504, 0], 0, "float16"),
    Special("[65504, −65504, 0], label 1, float16", [65504, -65504, 0], 1, "float16"),
    Special("[5], label 0: one class", [5]),
    Special("[−inf], label 0: one class", [-INF]),
    Special("[nan], label 0: one class", [NAN]),
    Special("2^17 zeros, label 0", ZEROS(2**17)),
    Special("2^17 zeros, label 0, float32", ZEROS(2**17), 0, "float32"),
    Special("2^16 zeros, label 0, float16", ZEROS(2**16), 0, "float16"),
    Special("2^17 zeros, label 0, float16", ZEROS(2**17), 0, "float16"),
    Special("2^11 + 1 zeros, label 0, float16", ZEROS(2**11 + 1), 0, "float16"),
    Special("[0, −inf, 1], shares [1, 0, 0]", [0, -INF, 1], [1.0, 0.0, 0.0]),
    Special("[0, −inf, 1], shares [½, ½, 0]", [0, -INF, 1], [0.5, 0.5, 0.0]),
    Special(
        "[0, −inf, 1], label 0, label_smoothing ½",
        [0, -INF, 1],
        0,
        options={"label_smoothing": 0.5},
    ),
    Special(
        "[−inf, 0, 1], label 0, weight [0, 1, 1], sum",
        [-INF, 0, 1],
        0,
        options={"weight": [0.0, 1.0, 1.0], "reduction": "sum"},
    ),
    Special("[nan, 0], label −100: ignored, mean", [NAN, 0], -100),
    Special("[nan, 0], label −100: ignored, sum", [NAN, 0], -100, options={"reduction": "sum"}),
    Special("no sample, mean", np.zeros((0, 3))),
    Special("no sample, sum", np.zeros((0, 3)), options={"reduction": "sum"}),
    Special(
        "[0, 1], label 0, weight [0, 1], mean: 0 over 0", [0, 1], 0, options={"weight": [0.0, 1.0]}
    ),
)

Answer = tuple[Any, Any]


def gradproof(case: Special) -> Answer:
    import numeric

    return numeric.value_and_grad(*case.arrays, **case.options)


def pytorch(case: Special) -> Answer:
    import torch

    logits, target = (torch.tensor(array) for array in case.arrays)
    logits.requires_grad_()
    options = dict(case.options)
    if "weight" in options:
        options["weight"] = torch.tensor(options["weight"], dtype=logits.dtype)
    loss = torch.nn.functional.cross_entropy(logits, target, **options)
    loss.backward()
    return loss.detach().numpy(), logits.grad.numpy()


def scipy(case: Special) -> Answer | None:
    """-log_softmax at the label and softmax - delta, or the same with shares."""
    from scipy.special import log_softmax, softmax

    logits, target = case.arrays
    if case.options or not len(logits) or np.any(target == -100):
        return None
    logs, p = log_softmax(logits, axis=1), softmax(logits, axis=1)
    if target.ndim == 2:
        return -np.sum(target * logs), p - target
    loss = -logs[0, target[0]]
    p[0, target[0]] -= 1
    return loss, p


def jax(case: Special) -> Answer | None:
    """The derivative of -log_softmax at the label, or of the same with shares."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    jax.config.update("jax_enable_x64", True)
    logits, target = case.arrays
    if case.options or not len(logits) or np.any(target == -100):
        return None

    def loss(row: Any) -> Any:
        logs = jax.nn.log_softmax(row)
        return -(logs * target[0]).sum() if target.ndim == 2 else -logs[target[0]]

    value, slope = jax.value_and_grad(loss)(logits[0])
    return np.asarray(value), np.asarray(slope)[None]


LIBRARIES: dict[str, Callable[[Special], Answer | None]] = {
    "gradproof": gradproof,
    "PyTorch": pytorch,
    "SciPy": scipy,
    "JAX": jax,
}


def words(answer: Answer | None) -> str:
    """The loss, and the gradient's entries or the first and last of many."""
    if answer is None:
        return ""
    loss, gradient = np.asarray(answer[0]), np.asarray(answer[1])
    row = gradient[0] if len(gradient) else np.zeros(0)
    entries = (
        [number(g) for g in row] if len(row) <= SHOWN else [number(row[0]), "…", number(row[-1])]
    )
    return f"{number(loss)}; ({', '.join(entries)})"


def number(value: Any) -> str:
    """Five digits; 0 without a sign."""
    return f"{float(value) + 0.0:.5g}".replace("-", "−")


def table(found: dict[str, dict[str, str]]) -> str:
    """The rows of the docs."""
    head = ["case", *LIBRARIES]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for case, answers in found.items():
        cells = (f"`{answers[name]}`" if answers[name] else "" for name in LIBRARIES)
        lines.append(f"| {case} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """All cases through all libraries; the file and the page."""
    sys.path.insert(0, str(HERE.parents[1]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            case.words: {name: words(ask(case)) for name, ask in LIBRARIES.items()}
            for case in CASES
        }
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(START)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{START}\n{table(found)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
