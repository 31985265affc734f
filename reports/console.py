"""What every command shares: exit status of mistakes, colour, progress, input that is bounded."""

from __future__ import annotations

import argparse
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from derive.errors import Disagreement, GradproofError
from reports.cli import EXIT_ALARM, EXIT_NOT_PROVED, EXIT_PROVED, EXIT_UNDECIDED, EXIT_USAGE
from reports.columns import columns, harmless, json_text, printable
from reports.complaints import error_text
from reports.words import Words

SCHEMA_VERSION = 1
EXITS = {
    "proved": EXIT_PROVED,
    "conditional": EXIT_NOT_PROVED,
    "refuted": EXIT_NOT_PROVED,
    "undecided": EXIT_UNDECIDED,
}
_WORST_FIRST = (EXIT_ALARM, EXIT_USAGE, EXIT_NOT_PROVED, EXIT_UNDECIDED, EXIT_PROVED)
Command = Callable[[argparse.Namespace], int]


def for_people(command: Command) -> Command:
    """Mistakes of the input become a message and exit 2; a disagreement becomes an alarm."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except Disagreement as error:
            print(alarm(error), file=sys.stderr)
            return EXIT_ALARM
        except GradproofError as error:
            words = Words(getattr(arguments, "lang", "en"))
            print(harmless(error_text(error, words)), file=sys.stderr)
            return EXIT_USAGE

    return run


def exit_status(statuses: Iterable[int], arguments: argparse.Namespace) -> int:
    """The exit status of many claims, or of many documents: that of the worst.

    With --allow-undecided, nothing wrong is as good as all proved.
    """
    worst = min(statuses, key=_WORST_FIRST.index)
    allowed = arguments.allow_undecided and worst == EXIT_UNDECIDED
    return EXIT_PROVED if allowed else worst


def alarm(error: Disagreement) -> str:
    """What to say when the two opinions contradict each other; writes a file to send us."""
    told = f"{error}\n{' '.join(sys.argv)}\n"
    try:
        handle, name = tempfile.mkstemp(prefix="gradproof-alarm-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(told)
    except OSError:
        # A full disk must not make an alarm look like a mistake of the input.
        name = f"this:\n{harmless(told)}"
    return f"gradproof contradicts itself, so there is no verdict. Please send us {name}"


def colourful() -> bool:
    """Whether standard output is a terminal that wants colour."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


@contextmanager
def progress(message: str) -> Iterator[None]:
    """The message on standard error while something long goes on, if that is a terminal."""
    shown = sys.stderr.isatty()
    if shown:
        print(f"{message} ...", end="\r", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if shown:
            print(" " * (len(message) + 4), end="\r", file=sys.stderr, flush=True)


class ProgressLine:
    """How far a long list is, in one line on standard error that is gone afterwards.

    Nothing is printed where that is no terminal.
    """

    def __init__(self, name: str) -> None:
        self._name, self._line = printable(name), ""
        self._shown, self._started = sys.stderr.isatty(), time.monotonic()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def tell(self, done: int, total: int) -> None:
        """Show that so many of so many are done."""
        if self._shown and done < total:
            self.clear()
            line = f"{self._name}: {done} of {total}, {time.monotonic() - self._started:.0f} s"
            # A line that wraps could not be taken away again; its end says how far it is.
            while columns(line) >= get_terminal_size().columns:
                line = line[1:]
            self._line = line
            print(self._line, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._line:
            print(f"\r{' ' * columns(self._line)}\r", end="", file=sys.stderr, flush=True)
            self._line = ""


def print_json(data: Any) -> None:
    """The data on standard output, indented, in any script."""
    print(json_text(data))


def read_stdin(limit: int) -> str:
    """Standard input. Raises GradproofError if it has more than `limit` characters."""
    if sys.stdin is None:
        raise GradproofError("standard input is closed")
    # UTF-8 whatever the locale, as files are read.
    binary = getattr(sys.stdin, "buffer", None)
    try:
        if binary is None:
            text = sys.stdin.read(limit + 1)
        else:
            # A letter has at most four bytes.
            text = binary.read(4 * limit + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise GradproofError("standard input is not UTF-8 text") from None
    if len(text) > limit:
        raise GradproofError(f"standard input is longer than {limit:,} characters")
    return text


def read_file(path: Path, limit: int) -> str:
    """A regular file's text. Raises GradproofError if it is something else, too long or no text."""
    try:
        # A pipe or a device would be opened before it could be refused, and might never answer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise GradproofError(f"{path}: not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise GradproofError(f"{path}: {error.strerror}") from None
    if len(content) > limit:
        raise GradproofError(f"{path}: longer than {limit:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise GradproofError(f"{path}: line {line} is not UTF-8 text") from None
