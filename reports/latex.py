"""A record as a LaTeX file for pdflatex: amsmath alone, and kotex for Korean.

Text is escaped on its way into the template; the only LaTeX that passes is what `derive.typeset`
prints. A formula with any other command in it is set as text, never run. Fonts stay in TeX's own
OT1 encoding: a small TeX has no outlines for another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.figures import Cell, Table
from reports.formulas import Formula, is_plain
from reports.record import Record
from reports.words import Words


def render_latex(record: Record) -> str:
    """The record as a .tex file; equal records give equal bytes."""
    page = environment(record.lang).get_template("report.tex")
    return page.render(record=record, words=Words(record.lang)) + "\n"


class Tex(str):
    """LaTeX that is safe as it stands."""

    __slots__ = ()


@cache
def environment(lang: str) -> Environment:
    """Templates with delimiters that LaTeX has no use for; everything printed is escaped."""
    typist = Typist(hangul=lang == "ko")
    made = Environment(
        loader=PackageLoader("reports"),
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="(((",
        variable_end_string=")))",
        comment_start_string="((#",
        comment_end_string="#))",
        trim_blocks=True,
        lstrip_blocks=True,
        # HTML's escaping has no meaning here: `finalize` escapes for TeX.
        autoescape=False,
        undefined=StrictUndefined,
        finalize=typist.text,
    )
    made.globals |= {
        "maths": typist.maths,
        "said": typist.said,
        "listing": typist.listing,
        "table": typist.table,
    }
    return made


_TEXT = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "-": "-{}",
    # After the end of a table's row these two would be an argument.
    "[": "{[}",
    "*": "{*}",
    "−": r"\ensuremath{-}",
    "±": r"\ensuremath{\pm}",
    "×": r"\ensuremath{\times}",
    "·": r"\ensuremath{\cdot}",
    "–": "--",
    "…": r"\ldots{}",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "✓": r"\ensuremath{\surd}",
    "✗": r"\ensuremath{\times}",
    "◐": r"\ensuremath{\circ}",
    "é": r"\'e",
    "ö": r"\"o",
    "ü": r"\"u",
}
# Typewriter type has these characters as they are, at places of its own.
_CODE = {c: rf"\char{ord(c)}{{}}" for c in '\\{}$&#_%^~<>|"-'}
_CODE |= {"'": r"\char13{}", "`": r"\char18{}"}


class Typist:
    """Everything that becomes LaTeX; Hangul passes only where the file loads kotex."""

    def __init__(self, *, hangul: bool) -> None:
        self._hangul = hangul

    def text(self, value: object) -> str:
        """Text as LaTeX that prints it and does nothing else."""
        if isinstance(value, Tex):
            return value
        return "".join(self._letter(c, _TEXT) for c in str(value))

    def maths(self, formula: Formula) -> Tex:
        """The formula in display style inside a line, so that TeX may break it at a sign."""
        if formula.latex and is_plain(formula.latex):
            return Tex(rf"$\displaystyle {_breakable(formula.latex)}$")
        return self._code(formula.text)

    def said(self, formula: Formula) -> Tex:
        """The formula, or its text where it has no LaTeX and may be words."""
        return self.maths(formula) if formula.latex else Tex(self.text(formula.text))

    def listing(self, source: str) -> Tex:
        """Source text line by line with its indentation, long lines cut."""
        whole = (line.expandtabs(4) for line in source.splitlines())
        lines = (part for line in whole for part in self._cut(line))
        return Tex("\n".join(rf"\gpline{{{self._code(line)}}}" for line in lines))

    def table(self, table: Table) -> Tex:
        """The caption and the rows between rules."""
        columns = _columns(table)
        ragged = table.kind == "words"
        rows = [" & ".join(self._cell(each, ragged) for each in row) for row in table.rows]
        head = " & ".join(self._cell(each, ragged) for each in table.head)
        body = "\n".join(rf"{row} \tabularnewline" for row in rows)
        return Tex(
            f"\\gpcaption{{{self.text(table.caption)}}}\n\\begin{{tabular}}{{{columns}}}\n"
            f"\\hline\n{head} \\tabularnewline \\hline\n{body}\n\\hline\n\\end{{tabular}}\\gpend\n"
        )

    def _cell(self, cell: Cell, ragged: bool) -> str:
        inner = self.maths(cell.formula) if cell.formula else self.text(cell.text)
        inner = rf"\textbf{{{inner}}}" if cell.strong else inner
        return rf"\raggedright {inner}" if ragged else inner

    def _code(self, source: str) -> Tex:
        shown = "".join("~" if c == " " else self._letter(c, _CODE) for c in source)
        return Tex(rf"\texttt{{{shown}}}")

    def _cut(self, line: str) -> Iterator[str]:
        """The line in parts that fit on the page; characters without a letter take more room."""
        start = room = 0
        for place, c in enumerate(line):
            wide = 1 if c.isascii() and c.isprintable() else len(self._letter(c, _CODE))
            if room + wide > _LISTED and place > start:
                yield line[start:place]
                start, room = place, 0
            room += wide
        yield line[start:]

    def _letter(self, c: str, escapes: dict[str, str]) -> str:
        """A character that the fonts do not have is named by its code point."""
        if c in escapes:
            return escapes[c]
        if c in _TEXT and not c.isascii():
            return _TEXT[c]
        if c.isspace():
            return " "
        if " " < c <= "~" or (self._hangul and "가" <= c <= "힣"):
            return c
        return f"{{[}}U+{ord(c):04X}]"


# What fits on a line of typewriter type.
_LISTED = 88
# About what fits on a line; TeX never breaks between \left and \right.
_LINE = 160


def _breakable(latex: str) -> str:
    if len(latex) <= _LINE:
        return latex
    return latex.replace(r"\left(", r"\Bigl(").replace(r"\right)", r"\Bigr)")


_WIDTHS = {2: (0.5, 0.42), 3: (0.2, 0.45, 0.26)}


def _columns(table: Table) -> str:
    """Text gets columns that wrap, numbers stand at the right."""
    if table.kind == "words":
        return "".join(rf"p{{{width}\linewidth}}" for width in _WIDTHS[len(table.head)])
    return "l" + "r" * (len(table.head) - 1)
