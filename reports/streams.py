"""The standard streams, whatever the locale, and even where one of them is closed."""

from __future__ import annotations

import codecs
import os
import sys
from pathlib import Path
from typing import TextIO

# What a narrow encoding lacks is spelled, so that no verdict looks like another: the sign of
# `undecided` is the very mark that codecs put for what they cannot encode.
_SPELLED = str.maketrans(
    {"✓": "+", "✗": "x", "◐": "~", "·": "-", "−": "-", "…": "...", "→": "->", "�": "?"}
)
_HANDLER = "gradproof.spell"


def prepare() -> None:
    """Let printing never fail for a letter, nor for a stream that is closed."""
    codecs.register_error(_HANDLER, _spell)
    sys.stdout = _writable(sys.stdout)
    sys.stderr = _writable(sys.stderr)


def _writable(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=_HANDLER)
    return stream


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    """Known signs by ASCII ones, any other letter by its escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_spelled(letter) for letter in lost), error.end


def _spelled(letter: str) -> str:
    found = letter.translate(_SPELLED)
    return found if found.isascii() else letter.encode("ascii", "backslashreplace").decode("ascii")


def for_tools() -> None:
    """JSON and XML are UTF-8 by their own standards, whatever the locale."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")


def forsake_output() -> None:
    """Nothing more can be said to standard output, not even at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = _writable(None)
