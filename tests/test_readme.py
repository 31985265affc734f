"""Every block of the README and of the pages for readers runs, and shows what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
GUIDES = [
    (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    for name in ("tutorial", "architecture", "contributing")
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(README)
PAGES = [*BLOCKS, *(block for page in GUIDES for block in BLOCK.findall(page))]
PYTHON = [code for kind, code in PAGES if kind == "python"]
CONSOLE = [code for kind, code in PAGES if kind == "console"]


@pytest.mark.parametrize("code", PYTHON)
def test_python_blocks_run(code: str) -> None:
    compile(code, "README.md", "exec")
    exec(code, {})


@pytest.mark.parametrize("block", CONSOLE)
def test_console_blocks_show_real_output(block: str, tmp_path: Path) -> None:
    command, _, wanted = block.partition("\n")
    assert " gradproof " in command
    script = tmp_path / "gradproof"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reports.cli "$@"\n')
    script.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    run = subprocess.run(
        ["sh", "-c", command.removeprefix("$ ")],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert run.stdout == wanted


def test_every_file_that_is_named_is_there() -> None:
    named = {
        name
        for page in (README, *GUIDES)
        for name in re.findall(r"`((?:derive|numeric|reports|tests|docs|\.ci)/[\w./]*)`", page)
    }
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert PYTHON
    assert CONSOLE
    assert {kind for kind, _ in BLOCKS} == {"python", "console", "sh", ""}
    # The lines of a build, which only a build can run.
    assert {kind for kind, _ in PAGES} == {"python", "console", "sh", "", "yaml"}
    # The two `sh` lines are the set-up lines, which .ci/run runs as they stand.
    assert len([kind for kind, _ in BLOCKS if kind == "sh"]) == 2
