"""Run something in a child process with a bound on its processor time and memory."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable

LIMIT = "over the limit"
_MIB = 1 << 20


def bounded(work: Callable[[], str], seconds: float = 2, mib: int = 500) -> str:
    """What `work` returns, LIMIT if it took too long, or the name of an exception that came.

    The child is a fork, so that nothing is imported anew; memory counts from what is in use now.
    """
    receive, send = os.pipe()
    child = os.fork()
    if not child:
        _work_in_child(work, send, seconds, mib)
    os.close(send)
    with os.fdopen(receive, "rb") as answer:
        told = answer.read().decode()
    _, status = os.waitpid(child, 0)
    return told if status == 0 else LIMIT


def _work_in_child(work: Callable[[], str], send: int, seconds: float, mib: int) -> None:
    try:
        in_use = _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + mib * _MIB,) * 2)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            told = work()
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
            told = f"raised {type(error).__name__}"
        os.write(send, told[:4000].encode())
    finally:
        os._exit(0)


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        return int(statm.read().split()[0]) * resource.getpagesize()
