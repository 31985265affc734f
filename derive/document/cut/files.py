"""A document's text, out of its file: regular files only, bounded, decoded as they say."""

from __future__ import annotations

import codecs
import os
import re
import stat
from pathlib import Path

from derive.errors import DocumentError

MAX_BYTES = 10_000_000
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a regular file of at most MAX_BYTES, and what was assumed of its encoding.

    Raises DocumentError where there is no such file, or where it is no text.
    """
    data = _read_bytes(path)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, path), ()
    if b"\0" in data[:8192]:
        raise DocumentError(f"{path}: this is a binary file, not a text")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if _CONTROL.search(data):
            raise DocumentError(f"{path}: line {line} is not UTF-8, nor any other text") from None
        note = f"line {line} is not valid UTF-8: the document is read as Latin-1"
        return data.decode("latin-1"), (note,)


def _decoded(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: begins as {encoding}, but is not valid {encoding}") from None


def _read_bytes(path: Path) -> bytes:
    """The file's bytes; opened without waiting, so that a pipe under that name cannot hang."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DocumentError(f"{path}: cannot be opened ({reason})") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise DocumentError(f"{path}: not a regular file")
    with os.fdopen(handle, "rb") as file:
        if status.st_size <= MAX_BYTES:
            data = file.read(MAX_BYTES + 1)
            if len(data) <= MAX_BYTES:
                return data
    raise DocumentError(f"{path}: larger than {MAX_BYTES:,} bytes")
