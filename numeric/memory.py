"""Memory for large results, written again when nobody holds the last one any more.

The system clears every new page before it hands it out, which takes as long as the arithmetic of a
softmax. A loop that drops each gradient before it asks for the next, or the one after, gets the
same pages again. At most KEPT_BYTES are kept so, of one size of result: what does not fit the
present result is given back before anything new is asked for.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from typing import Any

import numpy as np

from numeric.inputs import Array

LARGE = 1 << 22
"""From so many bytes on, memory comes from the system page by page and goes back there."""
KEPT_BYTES = 1 << 28


def _references(buffers: list[Array], place: int) -> int:
    """The references to a buffer of the list, those of asking among them."""
    return sys.getrefcount(buffers[place])


_OURS_ALONE = _references([np.empty(0, np.uint8)], 0)
"""Those to a buffer that nobody else holds. Pythons do not agree how many that are: 3.14 counts no
reference to what it borrows from a variable."""

_kept: list[Array] = []
_lock = threading.Lock()


def empty(shape: tuple[int, ...], kind: np.dtype[Any]) -> Array:
    """An array of this shape and type, its entries whatever was in the memory."""
    size = math.prod(shape) * kind.itemsize
    if not LARGE <= size <= KEPT_BYTES:
        return np.empty(shape, kind)
    with _lock:
        _kept[:] = [buffer for buffer in _kept if buffer.nbytes == size]
        for place in range(len(_kept)):
            if _references(_kept, place) == _OURS_ALONE:
                return _kept[place].view(kind).reshape(shape)
        new = np.empty(size, np.uint8)
        _kept.append(new)
        del _kept[: max(0, len(_kept) - KEPT_BYTES // size)], _kept[:-2]
        return new.view(kind).reshape(shape)


def forget() -> None:
    """Give the memory that is kept back to the system."""
    with _lock:
        _kept.clear()


# A process forked while another thread holds the lock would wait for that thread for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
