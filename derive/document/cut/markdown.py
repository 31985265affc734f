"""Markdown: blocks by CommonMark's rules, formulas by the delimiters that people write.

The blocks (lists, quotes, code, headings) come from markdown-it, with rules of our own for what
its line-by-line view would tear apart: a display that goes over several lines, and HTML that holds
no text. What stands in a block is read from the raw text, since rendering would lose the escapes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from derive.document.cut.declarations import front_matter
from derive.document.cut.listing import cut_listing
from derive.document.cut.marks import Scan, options_end
from derive.document.cut.page import Page, trimmed
from derive.document.cut.programs import listed_text
from derive.document.cut.running import Running
from derive.errors import DocumentError
from derive.read.latex import read_macros

MAX_NESTING = 100
# What takes time and memory is the blocks, about 25 microseconds each.
MAX_BLOCKS = 300_000
_OPENER = re.compile(r"\$\$|\\\[|\\begin[ ]?\{")
_BARRIER = re.compile(r"[ ]{0,3}(?:`{3}|~{3}|#{1,6}[ ])")
_RAW = re.compile(
    r"[ ]{0,3}(?:<(?P<name>!--|script|pre|style|textarea|svg|math)(?![a-z])"
    r"|\{%-?\s*(?P<tag>highlight|codeblock)\b)",
    re.IGNORECASE,
)
# What opens a block whose lines are indented by four: in MkDocs, and in Python's Markdown.
_ADMONITION = re.compile(r"([ ]*)(?:!!!|\?\?\?\+?|===)[ ]+(?:[\"\w])")
_MARK = re.compile(r"\s*+(?:[-*+>#=~`$<\\]|\d{1,9}[.)])")
_MATH_FENCES = frozenset({"math", "katex", "mathjax"})
_TEX_FENCES = frozenset({"latex", "tex"})
# The line below the head of a table.
_TABLE_RULE = re.compile(r"(?=[^-]*-)(?=[^|]*\|)[ |:-]+")
_IS_TEX_FILE = re.compile(r"\\(?:documentclass|usepackage|newcommand|item|section|cite|input)\b")
_TEX_DELIMITER = re.compile(
    r"(?<!\\)(?:\$|\\\[|\\\(|\\begin\{(?!aligned|split|cases|[pbv]?matrix))"
)


@dataclass(frozen=True)
class Block:
    """A leaf of the block structure: lines first to last (exclusive) and their inner texts."""

    kind: str
    first: int
    last: int
    lines: tuple[str, ...]
    info: str = ""
    level: int = 0


class _Spans:
    """Displays and raw HTML that go over several lines; each question costs a bisection."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._barriers = [n for n, line in enumerate(lines) if _BARRIER.match(line)]
        self._blank = [n for n, line in enumerate(lines) if not line.strip()]
        self._closers: dict[str, list[int]] = {}

    def display(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        """Block rule: from a line that leaves a display open to the line that closes it."""
        text = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
        if state.is_code_block(start) or not _OPENER.search(text):
            return False
        line = start
        while _OPENER.search(text):
            closer = _closer_of_open_display(text)
            last = self._line_with(closer, line + 1) if closer else end
            if last >= min(end, _next(self._barriers, line + 1, end)):
                break
            torn = _next(self._blank, line + 1, end) < last
            if torn and not _OPENER.match(text.lstrip()):
                break
            line, text = last, self._lines[last].partition(closer)[2]
        return line > start and _taken(state, start, line + 1, silent)

    def raw(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        """Block rule: a comment, or an element whose inside is no text, to its closing tag."""
        match = _RAW.match(state.src, state.bMarks[start], state.eMarks[start])
        if match is None or state.is_code_block(start):
            return False
        name = (match["name"] or "").lower()
        closer = "-->" if name == "!--" else f"</{name}" if name else f"end{match['tag']}"
        last = self._line_with(closer, start)
        return last < end and _taken(state, start, last + 1, silent)

    def _line_with(self, closer: str, line: int) -> int:
        """The first line from `line` on that holds `closer`; the number of lines if none does."""
        if closer not in self._closers:
            found = [n for n, text in enumerate(self._lines) if closer in text]
            self._closers[closer] = found
        return _next(self._closers[closer], line, len(self._lines))


def _next(places: list[int], line: int, otherwise: int) -> int:
    later = bisect_left(places, line)
    return places[later] if later < len(places) else otherwise


def _closer_of_open_display(text: str) -> str:
    """What would close the first display that `text` leaves open; empty if it leaves none."""
    scan = Scan(text)
    for _ in scan.marks():
        continue
    return scan.unclosed


def _taken(state: StateBlock, start: int, stop: int, silent: bool) -> bool:
    if not silent:
        state.line = stop
        token = state.push("display", "", 0)
        token.map = [start, stop]
        token.content = state.getLines(start, stop, state.blkIndent, False)
    return True


def _blocks(lines: list[str], page: Page) -> Iterator[Block]:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING})
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.block.ruler.disable(["html_block"])
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    spans = _Spans(lines)
    parser.block.ruler.before("reference", "display", spans.display, interrupts)
    parser.block.ruler.before("fence", "raw", spans.raw, interrupts)
    level = 0
    for token in parser.parse("\n".join(lines)):
        if token.level >= MAX_NESTING - 1 and not page.notes:
            page.notes.append(f"lists and quotes are read to a depth of {MAX_NESTING}")
        if token.type in ("heading_open", "heading_close"):
            level = int(token.tag[1:]) if token.nesting == 1 else 0
        elif token.map and token.type in ("inline", "display", "fence", "code_block"):
            first, last = token.map
            if token.type == "fence":
                first += 1
            inner = tuple(token.content.split("\n"))
            yield Block(token.type, first, last, inner, token.info.strip().lower(), level)


def _view(page: Page, block: Block) -> tuple[str, int]:
    """The block's text with what contains it (quote marks, indents) blanked, and its offset."""
    parts: list[str] = []
    offset = begin = stop = -1
    for number, inner in zip(range(block.first, block.last), block.lines, strict=False):
        raw, start = page.line(number).replace("\0", "\ufffd"), page.starts[number]
        kept, whole = inner.strip(), raw.rstrip()
        lead = len(whole) - len(kept) if whole.endswith(kept) else 0
        if offset < 0:
            offset = start + lead
        else:
            parts.append(page.text[stop:start] + " " * lead)
        parts.append(whole[lead:] + " " * (len(raw) - len(whole)))
        begin, stop = start, start + len(raw)
    return "".join(parts), offset if begin >= 0 else 0


def _count_starts(lines: list[str]) -> int:
    """How many lines may begin a block: behind a blank line, or with a mark of their own."""
    return sum(
        1
        for above, line in pairwise(["", *lines])
        if _MARK.match(line) or (line.strip() and not above.strip())
    )


def _without_admonitions(lines: list[str]) -> list[str]:
    """The lines with what is indented below `!!! note` as text, which it is, and not as code."""
    shown: list[str] = []
    opened: list[int] = []
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        while opened and line.strip() and indent < opened[-1]:
            opened.pop()
        if (mark := _ADMONITION.match(line)) and len(opened) < MAX_NESTING:
            opened.append(len(mark[1]) + 4)
            shown.append("")
        elif opened:
            shown.append(line[min(indent, opened[-1]) :])
        else:
            shown.append(line)
    return shown


def cut_markdown(page: Page) -> None:
    """Cut a page of Markdown. Raises FormulaError, DocumentError."""
    page.macros, page.text = read_macros(page.text)
    lines = [page.line(number) for number in range(len(page.starts))]
    if _count_starts(lines) > MAX_BLOCKS:
        raise DocumentError(f"more than {MAX_BLOCKS:,} paragraphs and list items: split it")
    matter = front_matter(page)
    lines[:matter] = [""] * matter
    lines = _without_admonitions(lines)
    for block in _blocks(lines, page):
        view, offset = _view(page, block)
        if block.level:
            Running(page, view, offset).cut_heading(block.level)
        elif block.kind in ("inline", "display"):
            for row, start in _rows(view, offset):
                Running(page, row, start).cut()
        else:
            _cut_fence(page, block, view, offset)


def _rows(view: str, offset: int) -> Iterator[tuple[str, int]]:
    """The rows of a table with their offsets, since none speaks for another; else all of it."""
    if "\n" not in view or not _TABLE_RULE.fullmatch(view.split("\n", 2)[1]):
        yield view, offset
        return
    for row in view.split("\n"):
        yield row, offset
        offset += len(row) + 1


def _cut_fence(page: Page, block: Block, view: str, offset: int) -> None:
    """A fence is code, but for one that is marked as mathematics or as TeX's."""
    language = re.split(r"[\s{}]", block.info.lstrip("{. "), maxsplit=1)[0]
    start, stop = trimmed(view, 0, len(view))
    if start == stop:
        return
    is_tex = language in _TEX_FENCES and not _IS_TEX_FILE.search(view)
    if is_tex and _TEX_DELIMITER.search(view):
        Running(page, view, offset).cut()
        return
    if is_tex or language in _MATH_FENCES:
        start, stop = trimmed(view, options_end(view, start, stop), stop)
        if start < stop:
            page.add("display", view[start:stop], (offset + start, offset + stop), f"```{language}")
        return
    text = listed_text(view, language)
    if text is not None:
        cut_listing(page, text, offset)
    else:
        page.add("code", view[start:stop], (offset + start, offset + stop), language)
