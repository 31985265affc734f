"""LaTeX to MathML Core: the one place that knows the converter."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

from reports.formulas import is_plain, tokens


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False)


def latex_to_mathml(source: str, *, marked: str = "", display: bool = True) -> Markup:
    r"""The formula as MathML that carries its LaTeX; `\boxed` in `marked` becomes a tint.

    LaTeX that the converter refuses, or that `derive.typeset` could not have printed, comes out as
    text with a "not rendered" mark: a page never loses a formula and never draws one wrongly.
    """
    if not is_plain(source):
        return _unrendered(source)
    try:
        drawn = _converter().convert_with_local_state(marked or source, displaystyle=display)
    except LatexError:
        return _unrendered(source)
    # <menclose> is not part of MathML Core: browsers drop the box, so it becomes a styled row.
    drawn = drawn.replace('<menclose notation="box">', '<mrow class="changed">')
    drawn = drawn.replace("</menclose>", "</mrow>")
    opening, body = _OPENING.split(drawn, maxsplit=1)[1:]
    if sum(token not in _UNSEEN for token in tokens(source)) > _LINE_ON_PAPER:
        opening = opening.replace("<math", '<math class="long"')
    body = body.removesuffix("</math>")
    note = f'<annotation encoding="application/x-tex">{escape(source, quote=False)}</annotation>'
    return Markup(f"{opening}<semantics><mrow>{body}</mrow>{note}</semantics></math>")


# About as many signs as fit on a line of a printed page; a longer formula is printed smaller.
_LINE_ON_PAPER = 90
_UNSEEN = frozenset({"{", "}", "_", "^", r"\,", r"\;", r"\frac", r"\left", r"\right", r"\mathrm"})
_OPENING = re.compile(r"(<math[^>]*>)")


def _unrendered(source: str) -> Markup:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in source)
    return Markup('<code class="unrendered">{}</code> <small>(not rendered)</small>').format(shown)
