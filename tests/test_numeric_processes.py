"""The engine among threads and processes: called at once, forked, sent, interrupted."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numeric
from derive.catalogue import CATALOGUE
from numeric import compile as compiled
from numeric.engine import Engine

ROOT = Path(__file__).parents[1]
RNG = np.random.default_rng(0)
SECONDS = 60


# Newer Pythons warn of any fork beside threads.
FORK = ("-W", "ignore::DeprecationWarning")
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def run(program: str, *flags: str) -> str:
    """What a new Python prints; a hang is a TimeoutExpired, a warning an error."""
    command = [sys.executable, "-W", "error", *flags, "-c", program]
    made = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_eight_threads_at_once_get_what_one_gets() -> None:
    """Each asks for everything in another order, of engines that nobody has used before."""
    names = ("softmax-nll", "focal", "z-loss", "entropy")
    engines = [Engine(CATALOGUE[name], proved_before=True) for name in names]
    f, y = RNG.normal(size=(3000, 10)), RNG.integers(10, size=3000)
    params: dict[str, Any] = {"focal": {"gamma": 2.0}}
    found: dict[tuple[int, str], Any] = {}
    barrier = threading.Barrier(8)

    def ask(number: int) -> None:
        barrier.wait()
        for at in np.random.default_rng(number).permutation(len(names)):
            name, target = names[at], [y] * engines[at].signature.has_target
            made = engines[at].value_and_grad(f, *target, **params.get(name, {}), threads=2)
            found[number, name] = [np.array(part) for part in made]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert len(found) == 8 * len(names)
    for (_, name), (loss, gradient) in found.items():
        assert np.array_equal(loss, found[0, name][0])
        assert np.array_equal(gradient, found[0, name][1])


FORKED = """
import os
import signal
import numpy as np
from numeric import value_and_grad

f, y = np.ones((30000, 20)), np.zeros(30000, int)
value_and_grad(f, y, threads=2, backend="numpy")
child = os.fork()
if child == 0:
    signal.alarm(5)  # to wait for ever is to fail
    loss, gradient = value_and_grad(f, y, threads=2, backend="numpy")
    os._exit(not (np.isfinite(loss) and np.isfinite(gradient).all()))
print(os.waitpid(child, 0)[1])
"""


@forks
def test_a_forked_process_works_on() -> None:
    assert run(FORKED, *FORK) == "0"


HELD = """
import os
import threading
import time
from numeric import memory

held = threading.Event()


def hold():
    with memory._lock:
        held.set()
        time.sleep(0.3)


threading.Thread(target=hold).start()
held.wait()
child = os.fork()
if child == 0:
    os._exit(not memory._lock.acquire(timeout=5))
print(os.waitpid(child, 0)[1], memory._lock.locked())
"""


@forks
def test_a_process_may_be_forked_while_another_thread_asks_for_memory() -> None:
    assert run(HELD, *FORK) == "0 False"


@pytest.mark.parametrize("name", ["softmax-nll", "focal"])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_engines_are_copied(name: str, again: Any) -> None:
    engine, params = compiled(name), {"gamma": 2.0} if name == "focal" else {}
    wanted = engine.value_and_grad(np.arange(3.0), 1, **params)
    made = again(engine).value_and_grad(np.arange(3.0), 1, **params)
    assert made[0] == wanted[0]
    assert np.array_equal(made[1], wanted[1])


def test_engines_are_sent() -> None:
    engine = compiled("focal")
    wanted = engine.loss(np.arange(3.0), 1, gamma=2.0)
    assert pickle.loads(pickle.dumps(engine)).loss(np.arange(3.0), 1, gamma=2.0) == wanted


STRICT = """
import numpy as np
from numeric import gradcheck, value_and_grad

loss, gradient = value_and_grad(np.eye(4), [0, 1, 2, 3], label_smoothing=0.1)
assert gradcheck("softmax-nll", classes=(2, 3)).ok
print(round(float(loss), 4))
"""


@pytest.mark.parametrize("flags", [(), ("-O",), ("-OO",), ("-X", "dev")], ids=str)
def test_no_warning_whatever_the_flags(flags: tuple[str, ...]) -> None:
    assert run(STRICT, *flags) == "0.8187"


def test_numpy_is_left_as_it_was() -> None:
    before = np.geterr(), np.getbufsize()
    large = np.array([[1e308, -1e308], [0.0, -np.inf]])
    with np.errstate(all="raise"):
        numeric.value_and_grad(large, [0, 1], reduction="none")
        numeric.softmax(large)
        numeric.hessian(large[:1], [0])
        numeric.value_and_grad(np.zeros((2, 3)), [-100, 0], weight=np.zeros(3))
        numeric.nll_loss_value_and_grad(np.full((2, 3), -np.inf), [0, 1])
        numeric.binary_cross_entropy_with_logits(large, np.eye(2))
        numeric.vjp(np.array([[1e38, -1e38]], np.float32), [1], np.float32(3e38))
    with pytest.raises(ValueError, match="the label 77"):
        numeric.value_and_grad(np.zeros((3000, 10)), np.full(3000, 77))
    assert (np.geterr(), np.getbufsize()) == before


def test_an_interrupted_call_leaves_the_engine_whole() -> None:
    f, y = np.zeros((200_000, 50), np.float32), np.zeros(200_000, int)
    numeric.value_and_grad(f, y, backend="numpy")

    def interrupt() -> None:
        time.sleep(0.02)
        signal.raise_signal(signal.SIGINT)

    def again() -> None:
        for _ in range(1000):
            numeric.value_and_grad(f, y, backend="numpy", precise=True)

    thread = threading.Thread(target=interrupt)
    started = time.perf_counter()
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        again()
    thread.join()
    assert time.perf_counter() < started + 10
    loss, gradient = numeric.value_and_grad(f, y, backend="numpy")
    assert loss == pytest.approx(np.log(50), rel=1e-6)
    assert gradient[0, 0] == pytest.approx((1 / 50 - 1) / len(f))


def test_calls_leave_nothing_behind() -> None:
    f, y = RNG.normal(size=(64, 10)), RNG.integers(10, size=64)

    def ask(count: int) -> None:
        for _ in range(count):
            numeric.value_and_grad(f, y, weight=np.ones(10), label_smoothing=0.1)

    ask(10)
    gc.collect()
    objects, threads = len(gc.get_objects()), threading.active_count()
    ask(1000)
    gc.collect()
    assert len(gc.get_objects()) <= objects + 20
    assert threading.active_count() <= threads
