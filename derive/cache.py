"""Verdicts remembered by what was asked, in memory and in a folder of the user's.

The key is the text of everything that a verdict depends on: the claim, its setting, and a digest of
this package's own sources and of the libraries that decide with it. An entry repeats the whole key
and is used only if it is equal, letter by letter; an entry that is damaged, too large or of another
make is passed over. What broke off for want of time or steps is not kept, so the time allowed is
no part of the key: an entry says what `verify` says when it comes to an end.

Trusted is the folder: whoever may write there may write a wrong verdict. It is used only if it is
the user's own and nobody else may write to it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from time import perf_counter

from derive.budget import DEFAULT_SECONDS, limited
from derive.document.items import Asked
from derive.verdict import Verdict, recalled

SWITCH = "GRADPROOF_CACHE"
MOST_ENTRIES = 4_096
MOST_BYTES = 64_000
_SOURCES = (".py", ".toml", ".lark")
_LIBRARIES = ("sympy", "mpmath", "lark", "python-flint")
# The folder is looked over at the first entry written and then after so many.
_PRUNE_EVERY = 256
# Entries, and what was never finished; nothing else in the folder is ever touched.
_UNFINISHED = "gradproof-"
_OURS = re.compile(rf"[0-9a-f]{{64}}\.json|{_UNFINISHED}\w+\.part")


def key(question: Asked) -> str:
    """All that the verdict depends on, as one text."""
    return json.dumps({"made by": made_by(), **asdict(question)}, sort_keys=True)


@functools.cache
def made_by() -> str:
    """A digest of this package's sources, of the Python and of the libraries that decide."""
    digest = hashlib.sha256(platform.python_version().encode())
    for name in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            digest.update(f"{name} {metadata.version(name)}\n".encode())
    for path, content in sorted(_sources(resources.files("derive"), "")):
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(_SOURCES):
            yield f"{path}{entry.name}", entry.read_bytes()


class Cache:
    """Verdicts by question. Without a folder it lasts as long as the object."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None and _made_ours(folder) else None
        self._known: dict[str, Verdict] = {}
        self._written = 0

    def get(self, question: Asked) -> Verdict | None:
        """The verdict on the question, if it is known."""
        asked = key(question)
        if asked not in self._known and self._folder is not None:
            found = _read(self._folder / _name(asked), asked)
            if found is not None:
                self._keep(asked, found)
            return found
        return self._known.get(asked)

    def put(self, question: Asked, verdict: Verdict) -> None:
        """Remember a verdict that was not broken off; that the folder is full is no error."""
        asked = key(question)
        self._keep(asked, verdict)
        if self._folder is not None:
            with contextlib.suppress(OSError):
                if self._written % _PRUNE_EVERY == 0:
                    _prune(self._folder)
                self._written += 1
                _write(self._folder / _name(asked), asked, verdict)

    def _keep(self, asked: str, verdict: Verdict) -> None:
        if len(self._known) < MOST_ENTRIES:
            self._known[asked] = verdict


def users_cache() -> Cache | None:
    """The cache in the user's own folder for such things; None where GRADPROOF_CACHE says off."""
    said = os.environ.get(SWITCH, "")
    if said.lower() in ("off", "0", "no"):
        return None
    return Cache(Path(said) if said else _users_folder())


def _users_folder() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "gradproof/cache"
    if sys.platform == "darwin":
        return home / "Library/Caches/gradproof"
    said = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The specification has relative paths ignored.
    return (said if said.is_absolute() else home / ".cache") / "gradproof"


def remembering(
    answer: Callable[[Asked], Verdict], cache: Cache, timeout: float = DEFAULT_SECONDS
) -> Callable[[Asked], Verdict]:
    """`answer`, which has `timeout` seconds for each question, asked only what is not known."""

    def ask(question: Asked) -> Verdict:
        started = perf_counter()
        known = cache.get(question)
        if known is not None:
            return replace(known, seconds=perf_counter() - started)
        with limited(timeout) as budget:
            verdict = answer(question)
        if not budget.exhausted:
            cache.put(question, verdict)
        return verdict

    return ask


# Entries: one file each, named by the digest of its key.


def _name(asked: str) -> str:
    return f"{_digest(asked)}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _write(path: Path, asked: str, verdict: Verdict) -> None:
    """Write an entry whole or not at all."""
    record = json.dumps(verdict.to_json())
    text = json.dumps({"key": asked, "verdict": record, "check": _digest(asked + record)})
    if len(text) > MOST_BYTES:
        return
    handle, name = tempfile.mkstemp(".part", _UNFINISHED, path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _read(path: Path, asked: str) -> Verdict | None:
    """The entry's verdict, if the entry is whole and answers just this question."""
    try:
        entry = json.loads(_content(path))
        if not isinstance(entry, dict) or entry.keys() != {"key", "verdict", "check"}:
            return None
        record = entry["verdict"]
        if entry["key"] != asked or not isinstance(record, str):
            return None
        if entry["check"] != _digest(asked + record):
            return None
        return recalled(_mapping(json.loads(record)))
    except (OSError, ValueError, RecursionError):
        return None


def _mapping(data: object) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise ValueError("no record")
    return data


def _content(path: Path) -> str:
    """The text of a regular file that is not too large; links are not followed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
            raise ValueError("no entry")
        return file.read(MOST_BYTES).decode("ascii")


def _prune(folder: Path) -> None:
    """Take the oldest entries away where there are too many, and what was never finished."""
    with os.scandir(folder) as entries:
        aged = sorted(
            (entry.stat(follow_symlinks=False).st_mtime, entry.path)
            for entry in entries
            if _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
        )
    for _, path in aged[: max(0, len(aged) + _PRUNE_EVERY - MOST_ENTRIES)]:
        Path(path).unlink(missing_ok=True)


def _made_ours(folder: Path) -> bool:
    """Whether the folder is there, made if need be, is the user's own and closed to others."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.stat(follow_symlinks=False)
    except OSError:
        return False
    if not stat.S_ISDIR(about.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
