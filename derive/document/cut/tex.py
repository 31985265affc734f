r"""LaTeX: sections, environments, formulas and prose, in one bounded pass that runs nothing.

Nothing is expanded and no file is opened: `\input` and `\write18` are noted and passed by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from derive.document.cut.closers import Closers, closing
from derive.document.cut.declarations import declare_from_comment
from derive.document.cut.marks import DISPLAY_ENVIRONMENTS, MAX_INLINE, option_end, reads_as_prose
from derive.document.cut.page import Page, trimmed
from derive.document.pieces import PLACEHOLDER, Piece
from derive.read.latex import Macro, read_macros

_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)")
_CODE_ENVIRONMENTS = (
    *("verbatim", "verbatim*", "Verbatim", "lstlisting", "minted", "alltt", "comment"),
    *(
        "algorithm",
        "algorithmic",
        "tikzpicture",
        "filecontents",
        "filecontents*",
        "thebibliography",
    ),
)
_CODE = re.compile(
    rf"\\begin\s*\{{(?P<environment>{'|'.join(map(re.escape, _CODE_ENVIRONMENTS))})\}}"
    r"|\\(?:verb\*?|lstinline)(?P<sign>[^\sA-Za-z*{])|(?P<percent>(?<!\\)(?:\\\\)*%)"
)
_THEOREMS = frozenset(
    "theorem lemma proposition corollary definition proof remark example claim solution exercise"
    " answer problem fact note derivation".split()
)
_LEVELS = "title part chapter section subsection subsubsection paragraph subparagraph".split()
_TOKEN = re.compile(
    r"""
    \\begin\s*\{(?P<begin>[A-Za-z]+\*?)\}(?P<title>\[[^\[\]\n]{0,200}\])?
  | \\end\s*\{(?P<end>[A-Za-z]+\*?)\}
  | \\(?P<section>(?:sub){0,2}section|chapter|part|(?:sub)?paragraph|title|frametitle)\*?
        \s*(?:\[[^\[\]]{0,500}\])?\{(?P<heading>(?:[^{}\\$]|\\.|\$[^$]{0,500}\$|\{[^{}]{0,500}\}){0,500})\}
  | \\(?P<file>input|include|includegraphics|lstinputlisting|write18|immediate|openin|openout)
        (?![A-Za-z])
  | (?P<paragraph>\n[ \t\r]*\n|\\item(?![A-Za-z]))
  | (?P<bracket>\\[\[(])
  | \\(?P<command>[A-Za-z]+)
  | (?P<escape>\\.)
  | (?P<dollars>\$\$?)
    """,
    re.VERBOSE | re.DOTALL,
)
_SILENT = re.compile(
    r"\\(?:label|cite[a-z]*\*?|index|vspace|hspace|bibliography[a-z]*|pagestyle|usepackage|includeonly"
    r"|documentclass|input|include|includegraphics|newtheorem|author|date|setcounter|write18)\s*"
    r"(?:\[[^\[\]]{0,200}\]\s*){0,2}(?:\{[^{}]{0,2000}\})?"
)
_REFERENCE = re.compile(r"\\(?:eqref|ref|cref|Cref|autoref)\s*\{([^{}]{0,200})\}")
_HREF = re.compile(r"\\href\s*\{[^{}]{0,2000}\}")
_COMMAND = re.compile(r"\\(?P<sign>[%&$#_{}])|\\[A-Za-z]+\*?[ ]?|\\.|[{}]", re.DOTALL)
_DOCUMENT = "\\begin{document}"
_SPACE = re.compile(r"[\s~]+")


def _words(text: str) -> str:
    """The plain words of TeX prose: commands gone, what they emphasise kept."""
    text = _REFERENCE.sub(r"(\1)", _HREF.sub("", _SILENT.sub(" ", text)))
    text = _COMMAND.sub(lambda match: match["sign"] or "", text)
    return _SPACE.sub(" ", text).strip()


def _without_code(page: Page) -> tuple[str, list[tuple[int, int]]]:
    """The text with comments and code blanked; where the code stands. Declarations are cut."""
    text = page.text.replace(PLACEHOLDER, " ")
    closers = Closers(text)
    kept: list[str] = []
    code: list[tuple[int, int]] = []
    done = position = 0
    while match := _CODE.search(text, position):
        start, span = match.start(), _code_span(text, match, closers)
        position = max(match.end(), span[1] + len(match["sign"] or ""))
        if match["percent"]:
            start = match.end() - 1
            declare_from_comment(page, text, match.end(), span[1])
        elif span[1] > match.start():
            code.append(span)
        kept += text[done:start], _blank(text[start:position])
        done = position
    return "".join([*kept, text[done:]]), code


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _code_span(text: str, match: re.Match[str], closers: Closers) -> tuple[int, int]:
    """The inside of what `match` begins: a comment, \\verb or an environment of code."""
    line_end = text.find("\n", match.end())
    line_end = len(text) if line_end < 0 else line_end
    if match["percent"]:
        return match.end(), line_end
    if match["sign"]:
        stop = text.find(match["sign"], match.end(), line_end)
        return (match.end(), stop) if stop >= 0 else (0, 0)
    closed = closers.find(f"\\end{{{match['environment']}}}", match.end())
    return (match.end(), closed[0]) if closed else (0, 0)


def _openers(macros: Mapping[str, Macro]) -> dict[str, tuple[str, str]]:
    r"""Macros such as \be for \begin{equation}: the environment, and the macro that closes it."""
    bodies = {macro.body.replace(" ", ""): macro.name for macro in macros.values()}
    return {
        bodies[f"\\begin{{{name}}}"]: (name, f"\\{bodies[end]}")
        for name in DISPLAY_ENVIRONMENTS
        if (end := f"\\end{{{name}}}") in bodies and f"\\begin{{{name}}}" in bodies
    }


class _Cutter:
    """One pass over `text`, the page's text with comments and code blanked."""

    def __init__(self, page: Page, text: str) -> None:
        self._page, self._text = page, text
        self._closers = Closers(text)
        self._openers = _openers(page.macros)
        self._theorems: list[str] = []
        self._inline: list[tuple[int, int, int, int, str]] = []
        self._done = 0

    def cut(self, start: int) -> None:
        """Add the pieces behind `start` to the page."""
        self._done = position = start
        while match := _TOKEN.search(self._text, position):
            position = self._token(match)
        self._say(len(self._text))

    def _token(self, match: re.Match[str]) -> int:
        """Take what begins at `match`; where to go on."""
        if match["begin"] in DISPLAY_ENVIRONMENTS:
            name = match["begin"]
            return self._environment(match, name, match.end("begin") + 1, f"\\end{{{name}}}")
        if match["command"] in self._openers:
            name, closer = self._openers[match["command"]]
            return self._environment(match, name, match.end(), closer)
        if match["begin"] or match["end"]:
            self._say(match.start())
            self._theorem(match)
            self._done = match.end()
        elif match["section"]:
            self._section(match)
        elif match["paragraph"]:
            self._say(match.start())
            self._done = match.end()
        elif match["file"]:
            self._page.notes.append(f"\\{match['file']} is not followed")
        elif match["bracket"] or match["dollars"]:
            return self._formula(match, match["bracket"] or match["dollars"])
        return match.end()

    def _theorem(self, match: re.Match[str]) -> None:
        name = (match["begin"] or match["end"]).rstrip("*")
        if name not in _THEOREMS:
            return
        if match["begin"]:
            title = _words((match["title"] or "").strip("[]"))
            self._page.enter(
                len(_LEVELS) + len(self._theorems), f"{name} ({title})" if title else name
            )
            self._theorems.append(name)
        elif name in self._theorems:
            while self._theorems.pop() != name:
                continue
            self._page.leave(len(_LEVELS) + len(self._theorems))

    def _section(self, match: re.Match[str]) -> None:
        self._say(match.start())
        self._theorems.clear()
        span = match.span("heading")
        title = _words(match["heading"].replace("$", ""))
        level = _LEVELS.index("title" if match["section"] == "frametitle" else match["section"])
        self._page.enter(level, title)
        if title:
            self._page.add("heading", title, span)
        self._done = match.end()

    def _environment(self, match: re.Match[str], name: str, start: int, closer: str) -> int:
        closed = self._closers.find(closer, start)
        if closed is None:
            return match.end()
        start = option_end(self._text, start, closed[0], name)
        if name == "math":
            self._inline.append((match.start(), closed[1], start, closed[0], name))
            return closed[1]
        self._say(match.start())
        self._add("display", start, closed[0], name)
        self._done = closed[1]
        return closed[1]

    def _formula(self, match: re.Match[str], opener: str) -> int:
        closed = self._closers.find(closing(opener), match.end())
        if closed is None or self._is_torn(opener, match.end(), closed[0]):
            return match.end()
        if opener in ("$", "\\("):
            self._inline.append((match.start(), closed[1], match.end(), closed[0], opener))
            return closed[1]
        self._say(match.start())
        self._add("display", match.end(), closed[0], opener)
        self._done = closed[1]
        return closed[1]

    def _is_torn(self, opener: str, start: int, stop: int) -> bool:
        """Whether an inline formula would go over a blank line, or is words."""
        if opener not in ("$", "\\("):
            return False
        if stop - start > MAX_INLINE:
            return True
        blank = self._closers.find("\n\n", start)
        inner = self._text[start:stop]
        is_torn = blank is not None and blank[0] < stop
        return is_torn or not inner.strip() or reads_as_prose(inner)

    def _add(self, kind: Literal["display", "inline"], start: int, stop: int, name: str) -> None:
        start, stop = trimmed(self._text, start, stop)
        source = self._text[start:stop]
        if source.strip() or kind == "inline":
            self._page.add(kind, source, (start, stop), name)

    def _say(self, stop: int) -> None:
        """Add the prose up to `stop`, and behind it the formulas in it."""
        start, end = trimmed(self._text, self._done, max(stop, self._done))
        self._done = max(stop, self._done)
        parts: list[str] = []
        done = start
        for mark_start, mark_stop, *_ in self._inline:
            parts += self._text[done:mark_start], PLACEHOLDER
            done = mark_stop
        source = _words("".join([*parts, self._text[done:end]]))
        if source.rstrip(".,;: ") == PLACEHOLDER:
            self._add("display", *self._inline[0][2:])
        elif source:
            self._page.add("prose", source, (start, end))
            for _, _, inner_start, inner_stop, name in self._inline:
                self._add("inline", inner_start, inner_stop, name)
        self._inline.clear()


def cut_tex(page: Page) -> None:
    """Cut a page of LaTeX, its preamble for macros alone."""
    text, code = _without_code(page)
    page.macros, text = read_macros(text)
    begin = text.find(_DOCUMENT)
    beside = page.pieces
    page.pieces = []
    for start, stop in (trimmed(page.text, *span) for span in code):
        if start < stop:
            beside.append(page.piece("code", page.text[start:stop], (start, stop)))
    _Cutter(page, text).cut(begin + len(_DOCUMENT) if begin >= 0 else 0)
    page.pieces = list(_merged(page.pieces, sorted(beside, key=lambda piece: piece.start)))


def _merged(pieces: list[Piece], beside: list[Piece]) -> Iterable[Piece]:
    """Both in reading order; nothing comes between prose and its inline formulas."""
    waiting = 0
    for piece in pieces:
        while waiting < len(beside) and piece.kind != "inline":
            if beside[waiting].start > piece.start:
                break
            yield beside[waiting]
            waiting += 1
        yield piece
    yield from beside[waiting:]
