"""Command lines that can be pasted into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

_SPECIAL_IN_DOUBLE_QUOTES = frozenset('"$`\\!')


def verify_command(claim: str, options: Iterable[tuple[str, str]]) -> str:
    """`gradproof verify` on one line; whitespace in formulas means nothing and is made one space.

    A text that begins with a minus is kept from looking like an option.
    """
    return _command("gradproof verify", claim, options)


def report_command(loss: str, options: Iterable[tuple[str, str]]) -> str:
    """`gradproof report` of a loss, or of a formula for one, on one line."""
    return f"{_command('gradproof report', loss, options)} -o report.html"


def _command(program: str, subject: str, options: Iterable[tuple[str, str]]) -> str:
    shown = [_option(name, " ".join(text.split())) for name, text in options]
    subject = " ".join(subject.split())
    words = [*shown, "--", _quoted(subject)] if subject[:1] == "-" else [_quoted(subject), *shown]
    return " ".join((program, *words))


def _option(name: str, text: str) -> str:
    return f"--{name}{'=' if text[:1] == '-' else ' '}{_quoted(text)}"


def _quoted(text: str) -> str:
    """One word for a shell, in double quotes where nothing in it is special inside them."""
    return shlex.quote(text) if _SPECIAL_IN_DOUBLE_QUOTES & set(text) else f'"{text}"'
