"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import shlex
import stat
import tempfile
from pathlib import Path

from derive.errors import GradproofError


class OutputError(GradproofError):
    """A file cannot be written; the text says which and why."""


def write_text(path: Path, text: str) -> None:
    """Put the text where `path` says, as `write_bytes` does: UTF-8, with line feeds."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Put the content where `path` says, by way of a temporary file that is then renamed.

    A file that exists stays as it is until the new one is complete. Raises OutputError.
    """
    refuse(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}, nothing was written") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"{path}: {error.strerror}, nothing was written") from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write(path: Path, content: str | bytes) -> None:
    """Put the content where `path` says. Raises OutputError."""
    if isinstance(content, str):
        write_text(path, content)
    else:
        write_bytes(path, content)


def refuse(path: Path) -> None:
    """Say before any work that nothing can be written there. Raises OutputError."""
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise OutputError(f"{path}: not a regular file, nothing was written")
        if not path.parent.is_dir():
            raise OutputError(
                f"{path}: there is no folder {path.parent}, nothing was written\n"
                f"  hint: mkdir -p {shlex.quote(str(path.parent))}"
            )
        if not os.access(path.parent, os.W_OK):
            raise OutputError(f"{path}: {os.strerror(errno.EACCES)}, nothing was written")
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}, nothing was written") from None


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, else that of any new file."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
