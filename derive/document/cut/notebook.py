"""Jupyter notebooks, formats 3 and 4: Markdown cells are cut as Markdown, the others are code."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from derive.document.cut.markdown import cut_markdown
from derive.document.cut.page import Page
from derive.document.pieces import Piece
from derive.errors import DocumentError

MAX_CELLS = 20_000


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """(kind, source) of each cell. Raises DocumentError where the file is no notebook."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"this notebook is no valid JSON: {error}") from None
    cells = _cell_list(notebook)
    if len(cells) > MAX_CELLS:
        raise DocumentError(f"this notebook has more than {MAX_CELLS} cells")
    for cell in cells:
        if not isinstance(cell, dict):
            raise DocumentError("a cell of this notebook is no object")
        source = cell.get("source", cell.get("input", ""))
        lines: list[Any] = source if isinstance(source, list) else [source]
        if not all(isinstance(line, str) for line in lines):
            raise DocumentError("the source of a cell of this notebook is no text")
        yield str(cell.get("cell_type")), "".join(lines)


def _cell_list(notebook: Any) -> list[Any]:
    """The cells, which format 3 keeps in worksheets."""
    if isinstance(notebook, dict):
        cells = notebook.get("cells")
        sheets = notebook.get("worksheets")
        if cells is None and isinstance(sheets, list):
            cells = [
                cell
                for sheet in sheets
                if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
                for cell in sheet["cells"]
            ]
        if isinstance(cells, list):
            return cells
    raise DocumentError("this JSON is no notebook: it has no cells")


def cut_notebook(page: Page) -> None:
    """Cut the cells of a notebook onto `page`; places are lines of the cell, offsets are -1."""
    above: list[tuple[int, str]] = []
    for number, (kind, source) in enumerate(_cells(page.text), start=1):
        cell = Page(source, f"cell {number}", above)
        cell.formulas = page.formulas
        if kind in ("markdown", "heading"):
            cut_markdown(cell)
            page.macros |= cell.macros
            page.notes += [note for note in cell.notes if note not in page.notes]
        elif kind == "code" and source.strip():
            cell.add("code", source, (0, len(source)))
        page.pieces += map(_unplaced, cell.pieces)
        page.formulas = cell.formulas


def _unplaced(piece: Piece) -> Piece:
    return dataclasses.replace(piece, start=-1, stop=-1)
