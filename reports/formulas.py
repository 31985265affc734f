"""Formulas on their way to a page: what may be typeset, and which part of one a step changed.

Everything typeset is LaTeX that `derive.typeset` printed. `is_plain` is the second lock: LaTeX with
any other command in it never reaches a TeX engine or the MathML converter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derive.errors import FormulaError, GradproofError
from derive.read.formula import Equation, read_equation, read_expression
from derive.show import text
from derive.syntax import Node
from derive.typeset import latex
from reports.lettering import lettered


@dataclass(frozen=True)
class Formula:
    """A formula as formula text and as LaTeX; `marked` is the LaTeX with the changed part boxed."""

    text: str
    latex: str
    marked: str = ""


def formula(data: Mapping[str, Any]) -> Formula:
    """The formula that a derivation's JSON holds as {"text", "latex"}."""
    return Formula(text=str(data["text"]), latex=str(data["latex"]))


def shown(node: Node) -> Formula:
    """The tree as a formula."""
    return Formula(text=text(node), latex=latex(node))


def from_text(source: str) -> Formula:
    """Formula text with its LaTeX, relations joined by `and` included; other text has no LaTeX."""
    try:
        return Formula(source, r",\; ".join(_relation(part) for part in source.split(" and ")))
    except GradproofError:
        return Formula(source, "")


def equality(source: str, spelled: Mapping[str, str] = {}) -> Formula:
    """`left == right` with its LaTeX; a text that is no plain equality has none.

    `spelled` says how names are written that stand for something else, such as f(x) for fx.
    """
    try:
        return Formula(source, equation_latex(read_equation(source), spelled))
    except FormulaError:
        return Formula(source, "")


def expression(source: str, spelled: Mapping[str, str] = {}) -> Formula:
    """A number-valued formula with its LaTeX; other text has none."""
    try:
        return Formula(source, _set(read_expression(source), spelled))
    except FormulaError:
        return Formula(source, "")


def equation_latex(equation: Equation, spelled: Mapping[str, str] = {}) -> str:
    """Both sides as LaTeX; empty where one holds what may not be typeset."""
    left, right = _set(equation.left, spelled), _set(equation.right, spelled)
    return f"{left} = {right}" if left and right else ""


def _set(node: Node, spelled: Mapping[str, str]) -> str:
    source = lettered(latex(node), spelled)
    return source if is_plain(source) else ""


def _relation(source: str) -> str:
    if " == " in source:
        equation = read_equation(source)
        return f"{latex(equation.left)} = {latex(equation.right)}"
    sides = _RELATION.split(source)
    trees = [latex(read_expression(side)) for side in sides[::2]]
    joints = [*(_SHOWN_RELATION[sign] for sign in sides[1::2]), ""]
    return " ".join(f"{tree} {joint}" for tree, joint in zip(trees, joints, strict=True)).strip()


_SHOWN_RELATION = {"!=": r"\ne", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">"}
_RELATION = re.compile(r"\s(!=|<=|>=|<|>)\s")

_WORDS = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
    "sigma tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
    "Omega frac partial log exp tanh sum prod max sqrt cdot ne le ge lnot land lor left right "
    "mathrm mathbf operatorname top text hat tilde bar begin end ldots infty dots".split()
)
_SIGNS = frozenset({r"\,", r"\;", r"\ ", r"\_", r"\\"})
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\^\^|\s+|.", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9 +\-*/=<>()\[\]|.,:;!'_^{}&]")
_NAMED = re.compile(r"\\(?:begin|end)(?!\{cases\})|\\text(?!\{[A-Za-z ]*\})")


def is_plain(source: str) -> bool:
    """Whether the LaTeX holds only what `derive.typeset` prints: no macro, file, text or colour."""
    depth = 0
    for token in _TOKEN.findall(source):
        depth += (token == "{") - (token == "}")
        if depth < 0:
            return False
        if token.startswith("\\"):
            if token not in _SIGNS and token[1:] not in _WORDS:
                return False
        elif not _PLAIN.fullmatch(token):
            return False
    return depth == 0 and not _NAMED.search(source)


def tokens(source: str) -> list[str]:
    """The LaTeX in its smallest parts, blanks left out."""
    return [token for token in _TOKEN.findall(source) if not token.isspace()]


def joined(parts: Sequence[str]) -> str:
    """Parts as LaTeX; a blank after every command keeps `\\partial f` from being `\\partialf`."""
    return "".join(f"{t} " if t[:1] == "\\" and t[1:].isalpha() else t for t in parts)
