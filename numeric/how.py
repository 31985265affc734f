"""How a compiled function is run: by how many threads, in which precision, written where."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from numeric import memory
from numeric.inputs import Array
from numeric.kernels.jit import installed

COMPILED = (np.float32, np.float64)
"""What blocks are computed in; other types of logits run the array program as a whole."""
MANY = 1 << 18
"""From so many logits on, loops are worth the second or two that compiling them takes, once."""


@dataclass(frozen=True)
class How:
    """threads: how many at most; GRADPROOF_THREADS, else the processors that are ours.
    precise: float16 and float32 are computed in float64 and rounded once; in float64, what the
    difference of two logits is rounded by is not lost.
    backend: "numpy" or "numba"; numba if it is installed and the logits are many.
    out: the array that the derivative is written to, of its shape, of any floating type.

    The results are the same for any number of threads.
    """

    threads: int | None = None
    precise: bool = False
    backend: str | None = None
    out: Any = None

    @property
    def workers(self) -> int:
        """The number of threads. Raises ValueError for what is not a positive whole number."""
        given: Any = self.threads
        if given is None:
            given = os.environ.get("GRADPROOF_THREADS") or _processors()
        if not str(given).isdecimal() or int(given) == 0:
            raise ValueError(f"{given!r} threads; expected a positive whole number")
        return int(given)

    def compiled(self, logits: Array) -> bool:
        """Whether to run loops that numba compiles.

        Raises ValueError for another backend, or for numba where it is not installed.
        """
        if self.backend not in (None, "numpy", "numba"):
            raise ValueError(f"backend {self.backend!r}; expected numpy or numba")
        if self.backend == "numba" and not installed():
            raise ValueError("numba is not installed: pip install 'gradproof[fast]'")
        if self.backend is None:
            return logits.size >= MANY and installed()
        return self.backend == "numba"

    def keeps_slips(self, logits: Array) -> bool:
        """Whether what a difference is rounded by has to be kept: there is no wider type."""
        return self.precise and logits.dtype == np.float64

    def computed(self, kind: np.dtype[Any]) -> np.dtype[Any]:
        """The type that logits of this type are computed in."""
        if self.precise and kind in (np.float16, np.float32):
            return np.dtype(np.float64)
        return np.dtype(np.float32) if kind == np.float16 else kind

    def outputs(
        self, shapes: Mapping[str, tuple[int, ...]], arrays: Sequence[Array]
    ) -> dict[str, Array]:
        """An array for each result, of the type of the logits; `out` is that of the last one.

        Raises TypeError and ValueError for an `out` that does not fit or that an argument is in.
        """
        made = {}
        for name, shape in shapes.items():
            given = self.out if name == list(shapes)[-1] else None
            made[name] = memory.empty(shape, arrays[0].dtype) if given is None else given
            if given is None:
                continue
            if not isinstance(given, np.ndarray) or given.dtype.kind not in "fc":
                raise TypeError("out has to be an array of floating type")
            if given.shape != shape:
                raise ValueError(f"out of shape {given.shape}; expected {shape}")
            if not given.flags.writeable:
                raise ValueError("out is read-only")
            steps = zip(given.shape, given.strides, strict=True)
            spanned = sum((size - 1) * abs(step) for size, step in steps) + given.itemsize
            if spanned < given.nbytes:
                raise ValueError("out has entries that share their memory")
            if any(np.may_share_memory(given, array) for array in arrays):
                raise ValueError("out lies where an argument is")
        return made


def _processors() -> int:
    """Those that this process may run on, where the system says so."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


HOW = frozenset(field.name for field in fields(How))


def known(how: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same. Raises TypeError for a name that says nothing of how to run."""
    if unknown := sorted(how.keys() - HOW):
        raise TypeError(f"unknown argument {unknown[0]!r}; expected {', '.join(sorted(HOW))}")
    return how
