"""A report's LaTeX as a PDF, by the pdflatex of the machine.

What is compiled is our own file, in which a user's text is escaped; TeX may write in a temporary
folder only, reads nothing from elsewhere by an absolute path, and runs no other program.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from reports.output import OutputError

_PROGRAM = "pdflatex"
_SECONDS = 120
_OPTIONS = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
# TeX's own locks, and a date that makes equal files of equal reports.
_SETTING = {
    "openin_any": "p",
    "openout_any": "p",
    "SOURCE_DATE_EPOCH": "0",
    "FORCE_SOURCE_DATE": "1",
}


def need_pdf(path: Path) -> None:
    """Raises OutputError where the machine cannot make a PDF."""
    if shutil.which(_PROGRAM) is None:
        raise OutputError(
            f"{path}: a PDF needs {_PROGRAM}, which is not installed\n"
            "  hint: write .html and print it from a browser, or .tex"
        )


def render_pdf(source: str) -> bytes:
    """The PDF of a LaTeX file; equal files give equal bytes. Raises OutputError."""
    with TemporaryDirectory(prefix="gradproof-") as name:
        folder = Path(name)
        (folder / "report.tex").write_text(source, "utf-8")
        try:
            run = subprocess.run(
                [_PROGRAM, *_OPTIONS, "report.tex"],
                cwd=folder,
                env={**os.environ, **_SETTING},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OutputError(f"{_PROGRAM} took longer than {_SECONDS} s") from None
        if run.returncode:
            raise OutputError(f"{_PROGRAM} failed: {_complaint(run.stdout)}\n{_HINT}")
        return (folder / "report.pdf").read_bytes()


_HINT = "  hint: write .tex and compile it yourself, to see all that TeX says"


def _complaint(log: bytes) -> str:
    """The first line in which TeX complains."""
    lines = log.decode("utf-8", "replace").splitlines()
    return next((line[1:].strip() for line in lines if line.startswith("!")), "no reason is given")
