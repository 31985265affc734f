"""The LaTeX reader: formulas as people write them to surface trees, without meaning."""

from derive.read.latex.chain import Chain, Macro
from derive.read.latex.derivatives import DIFFERENTIAL_NOTE, FIRST_FACTOR
from derive.read.latex.macros import read_macros
from derive.read.latex.names import EXPONENT_NOTE
from derive.read.latex.reader import read_latex
from derive.read.latex.sums import BARE_SUM, BARE_SUM_NOTE
from derive.read.latex.terms import QUOTIENT_NOTE

__all__ = [
    "BARE_SUM",
    "BARE_SUM_NOTE",
    "DIFFERENTIAL_NOTE",
    "EXPONENT_NOTE",
    "FIRST_FACTOR",
    "QUOTIENT_NOTE",
    "Chain",
    "Macro",
    "read_latex",
    "read_macros",
]
