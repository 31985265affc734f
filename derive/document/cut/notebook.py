"""Jupyter notebooks, formats 3 and 4: Markdown cells are cut as Markdown, the others are code."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from derive.document.cut.listing import cut_listing
from derive.document.cut.markdown import cut_markdown
from derive.document.cut.page import Page
from derive.document.cut.programs import listed_text
from derive.document.pieces import Piece
from derive.errors import DocumentError

MAX_CELLS = 20_000
# What stands between two cells in a notebook's text; the control character is in no source.
BETWEEN = "\n\x1e\n"


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """(kind, source) of each cell. Raises DocumentError where the file is no notebook."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"this notebook is no valid JSON: {error}") from None
    for cell, source in zip(_cell_list(notebook), cell_sources(notebook), strict=True):
        lines: list[Any] = source if isinstance(source, list) else [source]
        if not all(isinstance(line, str) for line in lines):
            raise DocumentError("the source of a cell of this notebook is no text")
        yield str(cell.get("cell_type")), "".join(lines)


def cell_sources(notebook: Any) -> list[Any]:
    """The source of each cell as the file has it, a text or a list of lines.

    Raises DocumentError where there are too many cells, or one is no object.
    """
    cells = _cell_list(notebook)
    if len(cells) > MAX_CELLS:
        raise DocumentError(f"this notebook has more than {MAX_CELLS} cells")
    if not all(isinstance(cell, dict) for cell in cells):
        raise DocumentError("a cell of this notebook is no object")
    return [cell.get("source", cell.get("input", "")) for cell in cells]


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
    """Cut the cells of a notebook onto `page`, whose document is their sources joined by BETWEEN.

    Lines and columns are those of the cell, offsets those of the document.
    """
    above: list[tuple[int, str]] = []
    cells = list(_cells(page.text))
    page.document = BETWEEN.join(source for _, source in cells)
    begin = 0
    for number, (kind, source) in enumerate(cells, start=1):
        cell = Page(source, f"cell {number}", above)
        cell.formulas = page.formulas
        if kind in ("markdown", "heading"):
            cut_markdown(cell)
            page.macros |= cell.macros
            page.notes += [note for note in cell.notes if note not in page.notes]
        elif kind == "code" and source.strip():
            text = listed_text(source, "python")
            if text is not None:
                cut_listing(cell, text, 0)
            else:
                cell.add("code", source, (0, len(source)))
        page.pieces += [_moved(piece, begin) for piece in cell.pieces]
        page.formulas = cell.formulas
        begin += len(source) + len(BETWEEN)


def _moved(piece: Piece, begin: int) -> Piece:
    return dataclasses.replace(piece, start=piece.start + begin, stop=piece.stop + begin)
