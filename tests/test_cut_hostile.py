"""Documents that mean harm: a megabyte of whatever hurts most, in bounded time and memory."""

from __future__ import annotations

import sys

import pytest

from derive.document.cut import cut
from derive.document.prose import said
from derive.errors import GradproofError

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the bound is a forked process"
)
if sys.platform.startswith("linux"):
    from bounded import LIMIT, bounded

SIZE = 100_000
SECONDS, MIB = 6, 500
UNITS = (
    *(
        "$",
        "$$",
        "$$$",
        "$$ a\n",
        "$$ a\n\n",
        "$a ",
        "$a\n",
        "$`a ",
        "$`a\n\n",
        "\\[ ",
        "\\[ a\n\n",
        "\\( ",
        "\\",
    ),
    *("\\begin{align}", "\\begin{align} a\n\n", "\\end{align}\n", "\\begin{proof}", "\\item "),
    *("`a ``b ```c\n", "<!-- a\n", "<a <b ", '<a "', "<script>\n", "<math>", "<pre>\n", "<code>"),
    *("{", "}", "(", "[", "[a](", "*", "_a", "&lt;", "> ", ">", "- ", "- a\n", "1. a\n", "| a "),
    *(
        "{\\displaystyle ",
        "{\\displaystyle a=b}\n",
        "\\def\\a{",
        "\\newcommand{\\a}{b}\n",
        "\\text{",
    ),
    *("\\section{", "\\section{a}\n", "\\verb|", "\\verb|a|", "%", "% gradproof: y\n", "\\cite{"),
    *("# $a$\n", "= ", "= b\n", "a = b\n", "a = (((", "(1) ", "x_i ", "```\n", "~~~\n```\n", "\0"),
    *("{% a ", "{{< katex >}}", "\n", " ", "\t", "\r\n", "가나 ", "\u2028", " " * 4_900 + "\n"),
    *("a = " + "(" * 4_800 + "\n", "a = b " + "(1) " * 1_200 + "\n", "---\n", "<!--gradproof:y-->"),
    "".join("`" * length + " " for length in range(1, 200)),
)


def outcome(text: str, format_name: str) -> str:
    try:
        return f"{len(cut(text, '-', format_name).pieces)} pieces"
    except GradproofError as error:
        return f"said: {error}"


@pytest.mark.parametrize("format_name", ["markdown", "latex", "plain"])
@pytest.mark.parametrize("unit", UNITS, ids=range(len(UNITS)))
def test_repetition(unit: str, format_name: str) -> None:
    text = (unit * (SIZE // len(unit) + 1))[:SIZE]
    told = bounded(lambda: outcome(text, format_name), SECONDS, MIB)
    assert told != LIMIT
    assert told.endswith("pieces") or told.startswith("said: ")


def test_a_line_of_blanks_costs_no_more_than_another() -> None:
    text = "a = " + " " * 30 * SIZE
    assert bounded(lambda: outcome(text, "plain"), SECONDS, MIB) != LIMIT


def test_deep_nesting_is_said() -> None:
    document = cut("> " * 300 + "$$a = b$$", format="markdown")
    assert document.pieces == ()
    assert any("depth" in note for note in document.notes)


def test_too_many_blocks_are_said() -> None:
    told = outcome("- a\n" * 301_000, "markdown")
    assert told.startswith("said: more than")


@pytest.mark.slow
@pytest.mark.parametrize("format_name", ["markdown", "latex", "plain"])
def test_ten_megabytes_of_prose_and_a_hundred_thousand_displays(format_name: str) -> None:
    prose = "Plain words, without a formula, in a line of seventy-five characters or so.\n\n"
    told = bounded(lambda: outcome(prose * 125_000, format_name), 60, 4_000)
    assert told == "125000 pieces"
    shown = "$$\na = b\n$$\n\n"
    told = bounded(lambda: outcome(shown * 100_000, format_name), 60, 4_000)
    assert told.startswith("said: more than 5,000 formulas")


@pytest.mark.parametrize("unit", ["for ￼ ", "y is ", "y " * 900 + ". ", "if k = y, ", "합 1 때 "])
def test_prose(unit: str) -> None:
    text = unit * (SIZE // len(unit))
    inline = ["k \\neq y"] * text.count("￼")
    assert bounded(lambda: str(len(said(text, inline))), SECONDS, MIB) != LIMIT
    sentences = (unit.strip() + ". ") * 2_000
    assert bounded(lambda: str(len(said(sentences, inline))), SECONDS, MIB) != LIMIT
