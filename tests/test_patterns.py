"""Patterns of ours on long runs of one sign: a document of blanks must not take for ever."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
from collections.abc import Iterator
from time import process_time
from typing import Any

import pytest

import derive
import reports
from derive import check
from derive.errors import GradproofError

LONG = 20_000
SIGNS = (" ", "\t", "\n", "a", "a ", "1 ", "{", "[", "(", "$", "\\", "-", "_", ", ", "<!--", "가")
SECONDS = 0.5


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns of all modules, in the tables of modules too, each by where it stands."""
    for package in (derive, reports):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                for name, value in vars(importlib.import_module(module.name)).items():
                    yield from ((f"{module.name}.{name}", each) for each in _within(value, 0))


def _within(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 3:
        parts = list(value.values()) if isinstance(value, dict) else value
        if isinstance(parts, list | tuple | set | frozenset):
            for part in parts:
                yield from _within(part, depth + 1)
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
            for field in value.__dataclass_fields__:
                yield from _within(getattr(value, field, None), depth + 1)


def seconds(pattern: re.Pattern[str], text: str) -> float:
    started = process_time()
    pattern.match(text)
    pattern.fullmatch(text)
    return process_time() - started


def test_no_pattern_takes_long_at_one_place() -> None:
    known = {each: where for where, each in patterns()}
    assert len(known) > 150
    slow = {
        f"{where}: {sign!r}"
        for each, where in known.items()
        for sign in SIGNS
        if seconds(each, f"x{sign * (LONG // len(sign))}!") > SECONDS
    }
    assert not slow


def test_a_slow_pattern_is_found() -> None:
    assert seconds(re.compile(r"x\s*,?\s*y"), "x" + " " * LONG + "!") > SECONDS


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("front", ["", "---\ngradproof: x{run}y\n---\n"], ids=["text", "front"])
def test_a_document_of_one_sign_is_read_at_once(front: str, sign: str) -> None:
    run = sign * (LONG // len(sign))
    text = f"{front}Let $p = q$ {{run}} x $$a = c$$ {{run}}\n$a = b$\n".replace("{run}", run)
    started = process_time()
    with contextlib.suppress(GradproofError):
        check(text, name="a.md")
    assert process_time() - started < 4 * SECONDS
