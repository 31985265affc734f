"""Passes printed for numba: each row in as few loops over its classes as its sums allow.

From the same steps as the NumPy blocks. Two forms of one function: `rows` takes a row at a time and
is vectorised over the classes; `lanes` takes LANES rows at a time, classes first, and is vectorised
over the rows, for few classes. Sums over the rows are left to the caller, who gets the summands.
Names that begin with an underscore are ours.
"""

from __future__ import annotations

import contextlib

from derive.errors import OutOfFragment
from numeric.kernels.kernel import Kernel
from numeric.kernels.lanes import Lanes
from numeric.kernels.loops import Compiled, Printer
from numeric.kernels.rows import Rows


def printed_rows(
    kernel: Kernel, at: int, tame: Kernel | None = None, *, lanes: bool = False
) -> Compiled:
    """The function of one pass, with a form of its own for tame rows if there is one.

    Raises OutOfFragment for what has no such loop.
    """
    form: type[Printer] = Lanes if lanes else Rows
    if tame is not None:
        with contextlib.suppress(OutOfFragment):
            return form(kernel, kernel.passes[at], form(tame, tame.passes[at])).compiled()
    return form(kernel, kernel.passes[at]).compiled()
