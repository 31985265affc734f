"""Cutting a document into its pieces: formulas, prose, headings, code, declarations.

Nothing is read as a formula here, nothing is expanded, run or fetched. Every cutter goes through
its text once.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from derive.document.cut.files import MAX_BYTES, read_text
from derive.document.cut.markdown import cut_markdown
from derive.document.cut.notebook import cut_notebook
from derive.document.cut.page import Page
from derive.document.cut.plain import cut_plain
from derive.document.cut.programs import comments_alone
from derive.document.cut.tex import cut_tex
from derive.document.pieces import Document, Format
from derive.errors import DocumentError

__all__ = ["cut", "read_document"]

_CUTTERS: Mapping[Format, Callable[[Page], None]] = {
    "markdown": cut_markdown,
    "latex": cut_tex,
    "notebook": cut_notebook,
    "plain": cut_plain,
}
_PROGRAMS = frozenset(
    ".py .pyx .js .ts .c .h .cc .cpp .hpp .cu .cuh .java .jl .m .r .rs .go .lua .rb .swift .kt .cs"
    " .scala .hs .php".split()
)
_PLAIN = (".txt", ".text", ".html", ".htm", ".rst", ".org", ".adoc", ".asciidoc")
_ENDINGS: Mapping[str, Format] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"), "markdown"),
    **dict.fromkeys((".tex", ".latex", ".ltx", ".sty"), "latex"),
    **dict.fromkeys((".ipynb",), "notebook"),
    **dict.fromkeys((*_PLAIN, *_PROGRAMS), "plain"),
}
_NOTEBOOK = re.compile(r"\s*\{(?=[^{}]*\"(?:cells|worksheets|nbformat|metadata)\")")
_LATEX = re.compile(
    r"^[ \t]*\\(?:documentclass|begin\{document\}|(?:sub)*section\*?\{|usepackage|chapter\{"
    r"|begin\{(?:proof|theorem|lemma)\}|maketitle|paragraph\{)",
    re.MULTILINE,
)
_MARKDOWN = re.compile(
    r"\A---[ \t]*\r?\n|^ {0,3}#{1,6} \S|^ {0,3}(?:`{3}|~{3})|\$[^$\n]{1,500}\$"
    r"|^[ >*-]*\$\$|\\{1,2}[\[(]|\[[^\[\]\n]{1,200}\]\([^()\s]{1,500}\)"
    r"|\*\*[^*\n]{1,200}\*\*|<!--|\\begin\{",
    re.MULTILINE,
)
_LOOKED_AT = 200_000


def cut(text: str, name: str = "-", format: str | None = None) -> Document:  # noqa: A002
    """Cut `text` into its pieces, in reading order.

    `format` is markdown, latex, notebook or plain; left out, it is taken from the ending of
    `name`, else from the text. Raises DocumentError for what is no document of its format or
    larger than 10 MB, FormulaError for a declaration in front matter that cannot be read.
    """
    if len(text) > MAX_BYTES:
        raise DocumentError(f"{name}: larger than {MAX_BYTES:,} characters")
    chosen = _chosen(text, name) if format is None else _named(format)
    page = Page(text)
    if format is None and Path(name).suffix.lower() in _PROGRAMS:
        page.text = comments_alone(text)
    _CUTTERS[chosen](page)
    macros = MappingProxyType(page.macros)
    notes = tuple(dict.fromkeys(page.notes))
    return Document(name, chosen, page.document, tuple(page.pieces), macros, notes)


def read_document(path: str | Path, format: str | None = None) -> Document:  # noqa: A002
    """Cut the regular file `path`, of at most 10 MB. Raises DocumentError, FormulaError."""
    text, notes = read_text(Path(path))
    document = cut(text, str(path), format)
    if not notes:
        return document
    return dataclasses.replace(document, notes=(*notes, *document.notes))


def _named(format_name: str) -> Format:
    for known in _CUTTERS:
        if known == format_name:
            return known
    raise DocumentError(f"unknown format {format_name!r}: one of {', '.join(_CUTTERS)}")


def _chosen(text: str, name: str) -> Format:
    """The format by the name's ending, else by what the text looks like."""
    by_ending = _ENDINGS.get(Path(name).suffix.lower())
    if by_ending is not None:
        return by_ending
    head = text[:_LOOKED_AT]
    if _NOTEBOOK.match(head):
        return "notebook"
    if _LATEX.search(head):
        return "latex"
    return "markdown" if _MARKDOWN.search(head) else "plain"
