"""Notebooks, files, and which format a text is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cutting import check

from derive.document.cut import cut, read_document
from derive.document.cut.files import MAX_BYTES
from derive.errors import DocumentError


def notebook(*cells: dict[str, Any], old: bool = False) -> str:
    if old:
        return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})
    return json.dumps({"nbformat": 4, "cells": cells})


@pytest.mark.parametrize("old", [False, True])
def test_notebook(old: bool) -> None:
    code = {"cell_type": "code", "outputs": [{"text": "$$x = y$$"}]}
    code |= {"input" if old else "source": ["z = 1\n", "w = '$$z$$'"]}
    text = notebook(
        {"cell_type": "markdown", "source": ["# A\n", "where $k$\n", "$$\\\\\n", "a = b$$"]},
        code,
        {"cell_type": "raw", "source": "$$r = s$$"},
        {"cell_type": "markdown", "source": "$$\\newcommand{\\R}{R} c = \\R$$"},
        old=old,
    )
    document = cut(text, "x.ipynb")
    check(document)
    assert [(p.kind, p.source, p.line, p.where) for p in document.pieces] == [
        ("heading", "A", 1, "cell 1, A"),
        ("prose", "where \ufffc", 2, "cell 1, A"),
        ("inline", "k", 2, "cell 1, A"),
        ("display", "\\\\\na = b", 3, "cell 1, A"),
        ("code", "z = 1\nw = '$$z$$'", 1, "cell 2, A"),
        ("display", "c = \\R", 1, "cell 4, A"),
    ]
    shown = [document.text[piece.start : piece.stop] for piece in document.pieces]
    assert shown[2:] == ["k", "\\\\\na = b", "z = 1\nw = '$$z$$'", "c = \\R"]
    assert set(document.macros) == {"R"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"cells": 3}',
        '{"cells": [3]}',
        '{"cells": [{"cell_type": "markdown", "source": [3]}]}',
        '{"cells": [{"cell_type": "markdown", "source": {}}]}',
        "[" * 200_000,
        '{"cells": ' + "9" * 5_000 + "}",
        '{"cells": NaN',
    ],
)
def test_what_is_no_notebook_is_said(text: str) -> None:
    with pytest.raises(DocumentError, match=r"notebook|JSON"):
        cut(text, "x.ipynb")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "\\section{A}", "markdown"),
        ("a.TEX", "# A", "latex"),
        ("a.txt", "# A", "plain"),
        ("-", notebook({"cell_type": "markdown", "source": ""}), "notebook"),
        ("-", "% x\n\\documentclass{article}", "latex"),
        ("-", "\\section{A}\n$a$", "latex"),
        ("-", "# A\n\ntext", "markdown"),
        ("-", "words\n\n$$\na = b\n$$", "markdown"),
        ("-", "words $a$ words", "markdown"),
        ("-", "dL/dz = p - y", "plain"),
        ("-", "{a, b} = c", "plain"),
        ("-", "", "plain"),
    ],
)
def test_format(name: str, text: str, expected: str) -> None:
    assert cut(text, name).format == expected


def test_unknown_format() -> None:
    with pytest.raises(DocumentError, match="docx"):
        cut("", "-", "docx")


@pytest.mark.parametrize(
    "data",
    [
        "é $$a = b$$".encode(),
        "\ufeffé $$a = b$$".encode(),
        "é $$a = b$$".encode("utf-16"),
        "é $$a = b$$".encode("utf-32"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    document = read_document(path)
    assert document.text == "é $$a = b$$"
    assert document.notes == ()


def test_latin_1_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"one\n\xe9 $$a = b$$")
    document = read_document(path)
    assert document.text == "one\né $$a = b$$"
    assert document.notes == ("line 2 is not valid UTF-8: the document is read as Latin-1",)


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    for data, message in [
        (b"\x89PNG\0\0", "binary"),
        (b"\xff\xfe\x00\xd8", "not valid"),
        (b"x" * (MAX_BYTES + 1), "larger"),
    ]:
        path.write_bytes(data)
        with pytest.raises(DocumentError, match=message):
            read_document(path)
    for other in (tmp_path, tmp_path / "none.md", Path("a\0b")):
        with pytest.raises(DocumentError, match=r"regular|opened"):
            read_document(other)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(DocumentError, match="regular"):
        read_document(tmp_path / "a.md")
