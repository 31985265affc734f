"""LaTeX sources: environments, prose, macros; nothing is followed and nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from cutting import check, formulas, sources

from derive.document.cut import cut

LATEX = "latex"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *[
            (f"\\begin{{{name}}}a = b\\end{{{name}}}", "display")
            for name in (
                *("equation", "equation*", "align", "align*", "eqnarray", "gather", "multline*"),
                *("flalign", "displaymath"),
            )
        ],
        ("\\begin{alignat}{2} a = b \\end{alignat}", "display"),
        ("\\[a = b\\]", "display"),
        ("$$a = b$$", "display"),
        ("text\n\n$a = b$.\n\ntext", "display"),
        ("the $a = b$ of it", "inline"),
        ("the \\(a = b\\) of it", "inline"),
        ("the \\begin{math}a = b\\end{math} of it", "inline"),
        ("it costs \\$5, and $a = b$ is it", "inline"),
        ("the $\na = b\n$ of it", "inline"),
    ],
)
def test_formula(text: str, kind: str) -> None:
    assert formulas(text, LATEX) == [(kind, "a = b")]


def test_macros_that_open_and_close_a_display() -> None:
    text = (
        "\\newcommand{\\be}{\\begin{equation}}\\newcommand{\\ee}{\\end{equation}}\\def\\beq{x}"
        "so \\be a = b \\ee{} and \\be c = d\\ee."
    )
    assert formulas(text, LATEX) == [("display", "a = b"), ("display", "c = d")]


@pytest.mark.parametrize(
    "text",
    [
        "% $a = b$",
        "\\begin{verbatim}\n$a = b$\n\\end{verbatim}",
        "\\begin{lstlisting}[language=Python]\nx = '$a$'\n\\end{lstlisting}",
        "\\verb|$a = b$| and \\verb+$c$+",
        "\\begin{comment}$a = b$\\end{comment}",
        "costs \\$5 and \\$6",
        "an open $ sign\n\nand $ another",
        "\\documentclass{article}\n\\newcommand{\\x}{$a = b$}\n\\begin{document}\n\\end{document}",
        "\\\\[2pt] a line break",
        "\\$$",
    ],
)
def test_no_formula(text: str) -> None:
    assert formulas(text, LATEX) == []


def test_comments_are_blank_in_formulas_and_escaped_percent_signs_are_not() -> None:
    assert formulas("$$a % why\n= b \\% c$$", LATEX) == [("display", "a      \n= b \\% c")]


def test_prose() -> None:
    text = (
        "Let $p_k$ be \\emph{the \\textbf{probability}}~\\cite[p. 2]{x}, as in \\eqref{eq:1},\n"
        "and \\href{http://x}{there}. % no $x$\n\n\\noindent Next 5\\% of $q$."
    )
    assert sources(text, LATEX, "prose") == [
        "Let \ufffc be the probability , as in (eq:1), and there.",
        "Next 5% of \ufffc.",
    ]


def test_items_are_paragraphs() -> None:
    text = "\\begin{itemize}\\item one $a$\n\\item[x] $b = c$ \\item two\\end{itemize}"
    document = cut(text, format=LATEX)
    check(document)
    found = [(p.kind, p.source) for p in document.pieces]
    assert ("prose", "one \ufffc") in found
    assert ("prose", "two") in found


def test_sections_and_theorems_make_the_path() -> None:
    text = (
        "\\section{A}\\begin{theorem}[of \\emph{it}]\\[a\\]\\begin{proof}\\[b\\]\\end{proof}"
        "\\[c\\]\\end{theorem}\\subsection*{B $x$}\\[d\\]\\section{C}\\begin{itemize}\\item \\[e\\]"
        "\\end{itemize}\\end{proof}\\[f\\]"
    )
    document = cut(text, format=LATEX)
    check(document)
    assert [p.where for p in document.pieces if p.kind == "display"] == [
        "A > theorem (of it)",
        "A > theorem (of it) > proof",
        "A > theorem (of it)",
        "A > B x",
        "C",
        "C",
    ]


def test_only_the_body_is_cut_but_macros_are_found_everywhere() -> None:
    text = (
        "\\documentclass{article}\\newcommand{\\R}{\\mathbb{R}}\\newcommand\\E[1]{e^{#1}}\n"
        "\\def\\pd#1#2{\\frac{#1}{#2}}\\DeclareMathOperator*{\\sm}{softmax}\\let\\eps\\varepsilon\n"
        "\\newcommand{\\opt}[2][x]{#1}\n% \\newcommand{\\no}{n}\n"
        "$x$\\begin{document}\\renewcommand{\\R}{R}$$a = \\R$$\\end{document}"
    )
    document = cut(text, format=LATEX)
    assert [piece.source for piece in document.pieces] == ["a = \\R"]
    assert {m.name: (m.parameters, m.body) for m in document.macros.values()} == {
        "R": (0, "R"),
        "E": (1, "e^{#1}"),
        "pd": (2, "\\frac{#1}{#2}"),
        "sm": (0, "\\operatorname*{softmax}"),
        "eps": (0, "\\varepsilon"),
    }


def test_declarations_and_code_keep_their_places() -> None:
    text = (
        "One $a$ and % gradproof: y: label; t: simplex[n]\n$b$.\n\\verb|x|\n\n"
        "%gradproof: T: positive\n$$c$$"
    )
    document = cut(text, format=LATEX)
    check(document)
    assert [(p.kind, p.source) for p in document.pieces] == [
        ("prose", "One \ufffc and \ufffc."),
        ("inline", "a"),
        ("inline", "b"),
        ("declare", "y: label"),
        ("declare", "t: simplex[n]"),
        ("code", "x"),
        ("declare", "T: positive"),
        ("display", "c"),
    ]


def test_files_and_commands_are_noted_and_not_touched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.tex"
    secret.write_text("$$s = t$$", encoding="utf-8")
    made = tmp_path / "made"
    text = (
        f"\\input{{{secret}}} \\include{{{secret}}} \\immediate\\write18{{touch {made}}} $$a = b$$"
    )
    document = cut(text, format=LATEX)
    assert [p.source for p in document.pieces if p.kind == "display"] == ["a = b"]
    assert not made.exists()
    assert "\\input is not followed" in document.notes
    assert "\\write18 is not followed" in document.notes
