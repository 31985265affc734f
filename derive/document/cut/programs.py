"""What tells mathematics from programs: in blocks and spans of code, and in files of source.

Readmes often set `dL/dz_i = p_i - y_i` as code. A block is text where its language says so or
where nothing in it is a program's; of a program only the comments are text. In doubt it is code,
of which nothing is read.
"""

from __future__ import annotations

import re

from derive.document.cut.bare import is_formula

MAX_LISTING, MAX_SPAN = 20_000, 500
_TEXT = frozenset({"", "text", "txt", "plain", "plaintext", "plain-text", "none", "ascii"})
_MATHS = re.compile(
    r"[∂∇∑Σ√⊙∈δᵢⱼₖ]|\bd\^?2?\w{0,4}/d[A-Za-z]|[A-Za-zα-ω]_(?:[A-Za-z0-9]\b|\{)|\be\^"
    r"|\b(?:exp|log|ln|softmax|sigmoid|log_softmax|logsumexp)\b\s*\("
)
# What only a program has.
_PROGRAM = re.compile(
    r"^[ \t]*(?:(?:def|class|fn|func|function)\s+\w+.*[:{(]|(?:for|while)\b.*\bin\b.*:[ \t]*$"
    r"|import\s+\w|from\s+[\w.]+\s+import\b|return\b|(?:const|var|let)\s+\w+\s*=|\#include\b"
    r"|>>>|\$\s|print\b)"
    r"|[-+*/|&]=(?!=)|\w\.\w+\(|[;{][ \t]*$|^[ \t]*\}"
    r"|^[ \t]*(\w+(?:\[[^\]\n]{0,40}\])?)[ \t]*=(?!=)(?=[^\n]{0,200}(?<![\w/])\1(?![\w']))",
    re.MULTILINE,
)
_QUOTED = re.compile(r"[\"']\w|\w[\"'](?!\w)[\"'),]")
# Values that were computed, not a formula.
NUMBERS = re.compile(r"\d\.\d.*\d\.\d", re.DOTALL)
_COMMENT = re.compile(r"[ \t]*(?:#+|//+|%+|--+|\*)(?=[ \t]|$)", re.MULTILINE)
# Comments and texts of programs, to their ends; what is not closed goes on to the last line.
_PARTS = re.compile(
    r'(?P<doc>(?P<quotes>"""|\'\'\')(?:(?!(?P=quotes)).)*+)(?:(?P=quotes))?'
    r"|(?P<block>/\*(?:(?!\*/).)*+)(?:\*/)?"
    r'|"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?'
    r"|(?P<line>(?:\#|//|(?<![^\s])[%;]|--)[^\n]*)",
    re.DOTALL,
)
_STARS = re.compile(r"^[ \t]*(?:/\*+|\*+(?=[ \t]|$)|\#+:?|//+!?|%+|;+|--+)", re.MULTILINE)


def formula_in_code(span: str) -> bool:
    """Whether a span of code is a formula: `dL/dz_i = p_i - y_i`."""
    return len(span) <= MAX_SPAN and _reads_as_formula(span) and not _PROGRAM.search(span)


def _reads_as_formula(run: str) -> bool:
    return is_formula(run) and bool(_MATHS.search(run)) and not NUMBERS.search(run)


def listed_text(listing: str, language: str) -> str | None:
    """The text of a listing, every character in its place; None for a program's.

    A listing of comments alone is text, whatever its language.
    """
    if len(listing) > MAX_LISTING or "$" in listing or not _MATHS.search(listing):
        return None
    lines = [line for line in listing.splitlines() if line.strip()]
    if all(map(_COMMENT.match, lines)):
        return _COMMENT.sub(lambda leader: " " * len(leader[0]), listing)
    if language not in _TEXT or _PROGRAM.search(listing) or _QUOTED.search(listing):
        return None
    return listing


def comments_alone(program: str) -> str:
    """A program with everything blanked but its comments and texts of several lines."""
    kept: list[str] = []
    done = 0
    for part in _PARTS.finditer(program):
        kept.append(_blanked(program[done : part.start()]))
        written = part["doc"] or part["block"] or part["line"]
        if written is None:
            kept.append(_blanked(part[0]))
        else:
            quotes = len(part["quotes"] or "")
            inner = " " * quotes + written[quotes:]
            inner = _STARS.sub(lambda leader: " " * len(leader[0]), inner)
            kept.append(inner + " " * (len(part[0]) - len(inner)))
        done = part.end()
    kept.append(_blanked(program[done:]))
    return "".join(kept)


def _blanked(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
