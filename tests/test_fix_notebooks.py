"""`--fix` of a notebook: its Markdown cells are mended, every other byte stays as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.document.cut.notebook import BETWEEN
from derive.document.cut.rewritten import rewritten
from derive.errors import DocumentError
from reports.cli import main

GIVEN = "Let $p_k = \\frac{e^{f_k}}{\\sum_j e^{f_j}}$ and $L = -\\log p_y$.\n"
WRONG = "$$\\frac{\\partial L}{\\partial f_k} = p_k - 1$$\n"
RIGHT = "\\frac{\\partial L}{\\partial f_k} = p_{k} - \\delta_{k y}"


def markdown(source: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def joined(*sources: str) -> str:
    return BETWEEN.join(sources)


@pytest.mark.parametrize("old", [False, True])
def test_a_wrong_formula_of_a_cell_is_mended_in_a_copy(
    old: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = {"cell_type": "code", "outputs": [{"data": {"image/png": "iVBORw0K/+="}}]}
    code |= {"input" if old else "source": ["p[y] -= 1\n", "print('é', 'p_k - 1')"]}
    cells = [markdown([GIVEN, "é 한\n"]), code, markdown([WRONG, "so it is.\n"])]
    book: dict[str, Any] = {"nbformat": 4, "cells": cells}
    if old:
        book = {"nbformat": 3, "worksheets": [{"cells": cells}]}
    # An order, an indentation and escapes of its own, which json.dumps would not keep.
    text = json.dumps(book, indent=3).replace('"nbformat"', '  "nbformat" ') + "\n\n"
    path = tmp_path / "a.ipynb"
    path.write_text(text, "utf-8")
    assert main(["check", str(path), "--fix"]) == 1
    fixed = (tmp_path / "a.fixed.ipynb").read_text("utf-8")
    wanted = text.replace("p_k - 1$$", RIGHT.partition(" = ")[2].replace("\\", "\\\\") + "$$")
    assert fixed == wanted
    assert path.read_text("utf-8") == text
    out = capsys.readouterr().out
    assert "-$$\\frac{\\partial L}{\\partial f_k} = p_k - 1$$" in out
    assert f"+$${RIGHT}$$" in out
    assert main(["check", str(tmp_path / "a.fixed.ipynb")]) == 0


def test_a_notebook_shows_the_author_s_line_with_carets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [markdown(GIVEN), markdown(f"Then\n\n{WRONG}")]}))
    assert main(["check", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    shown = lines.index("  | " + WRONG.strip())
    assert lines[shown + 1] == "  |   " + "^" * (len(WRONG.strip()) - 4)


@pytest.mark.parametrize(
    ("source", "new", "wanted"),
    [
        ('"abc"', "abXc", '"abXc"'),
        ('"abc"', "", '""'),
        ('""', "a", '"a"'),
        (r'"a\u00e9\n\ud83d\ude00b"', "aé\n😀c", r'"a\u00e9\n\ud83d\ude00c"'),
        (r'"a\u00e9b"', "aéé", r'"a\u00e9\u00e9"'),
        ('["ab\\n", "cd"]', "ab\ncX", '["ab\\n", "cX"]'),
        ('["ab\\n", "cd"]', "aXd", '["aX", "d"]'),
        ('["ab\\n", "cd"]', "", '["", ""]'),
        ('["ab", "cd"]', "abXcd", '["abX", "cd"]'),
        ('"é"', 'é"\\', '"é\\"\\\\"'),
    ],
)
def test_only_what_differs_is_written(source: str, new: str, wanted: str) -> None:
    around = '{ "cells":[ {"source" : %s, "cell_type":"markdown"} ], "x": "\\u0041" }'
    assert rewritten(around % source, new) == around % wanted


texts = st.text(st.characters(exclude_characters="\x1e", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(texts, max_size=4) | texts, min_size=1, max_size=3), st.data())
def test_the_new_notebook_has_the_new_cells(sources: list[Any], data: st.DataObject) -> None:
    text = json.dumps({"cells": [markdown(source) for source in sources], "é": 1}, indent=1)
    whole = ["".join(source) for source in sources]
    assert rewritten(text, joined(*whole)) == text
    new = [data.draw(texts if source else st.just("")) for source in sources]
    book = json.loads(rewritten(text, joined(*new)))
    assert ["".join(cell["source"]) for cell in book["cells"]] == new


def test_cells_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DocumentError, match="told apart"):
        rewritten('{"cells": [{"source": "a"}]}', joined("a", "b"))
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [markdown(GIVEN + BETWEEN + WRONG)]}))
    assert main(["check", str(path), "--fix"]) == 2
    assert "told apart" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_deep_notebook_is_refused() -> None:
    with pytest.raises(DocumentError, match="JSON"):
        rewritten("[" * 200_000, "")
