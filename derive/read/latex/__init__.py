"""The LaTeX reader: formulas as people write them to surface trees, without meaning.

read_latex(source, origin="formula", macros={}) -> tuple[Chain, ...]
"""

from derive.read.latex.chain import Chain, Macro

__all__ = ["Chain", "Macro"]
