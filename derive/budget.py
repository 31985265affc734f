"""A bound on the work for one verdict: counted steps, the same on every machine, and a deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from derive.errors import OutOfBudget

MAX_STEPS = 6_000_000
DEFAULT_SECONDS = 10.0
DOCUMENT_SECONDS = 300.0
_CLOCK_EVERY = 2_000


class Budget:
    """Steps and seconds that are left. One step is one node evaluated or one product of terms.

    `exhausted` says whether something was broken off, so that more time might say more.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS, steps: int = MAX_STEPS) -> None:
        self._seconds, self._left = seconds, steps
        self._deadline = time.monotonic() + seconds
        self._look = _CLOCK_EVERY
        self.exhausted = False

    def spend(self, steps: int = 1) -> None:
        """Count work. Raises OutOfBudget when the steps or the time are used up."""
        self._left -= steps
        self._look -= steps
        if self._left < 0:
            self.exhausted = True
            raise OutOfBudget(f"out of budget: more than {MAX_STEPS:,} steps")
        if self._look < 0:
            self._look = _CLOCK_EVERY
            if time.monotonic() > self._deadline:
                self.exhausted = True
                raise OutOfBudget(f"out of budget: more than {self._seconds:g} s")


class Allowance:
    """The seconds that a whole document may take; each of its claims has a budget besides."""

    def __init__(self, seconds: float = DOCUMENT_SECONDS) -> None:
        self._deadline = time.monotonic() + seconds
        self.reason = f"out of budget: more than {seconds:g} s for the document"

    @property
    def is_spent(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._deadline


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


def current() -> Budget:
    """The budget of the verdict under way, or a fresh one."""
    return _current.get() or Budget()


@contextmanager
def limited(seconds: float = DEFAULT_SECONDS) -> Iterator[Budget]:
    """Everything inside shares one budget, which is given; an outer budget stays in force."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    budget = Budget(seconds)
    token = _current.set(budget)
    try:
        yield budget
    finally:
        _current.reset(token)
