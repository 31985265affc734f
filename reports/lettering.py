r"""Names as people write them: y_hat or yhat is \hat{y}, L_CE is L with a word below, y_star y^{*}.

`derive.typeset` sets a name of several letters upright, with its underscores; here it goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from derive.show import text
from derive.syntax import Node
from derive.typeset import latex, latex_name

_UPRIGHT = re.compile(r"\\mathrm\{((?:[A-Za-z0-9]|\\_)+)\}(\^)?")
_ACCENTS = {"hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar"}
_RAISED = {"star": "^{*}", "prime": "'"}
_HUNG = re.compile(rf"({'|'.join((*_ACCENTS, *_RAISED))})$")
_ENTRY = re.compile(r"\b([A-Za-z]\w*)\[([A-Za-z0-9])\]")
# What formula text has and plain text, as people write it, has not.
_OURS = re.compile(r"[\[\]]|\b(?:(?:sum|prod)\(.*,|(?:max|d|delta|ind|cases)\()")
# sum_j(y_j) and delta_ij, as they are written without brackets around the letter.
_SUM = re.compile(r"\b(sum|prod)\(([^(),]*(?:\([^(),]*\)[^(),]*)*), ([A-Za-z])\)")
_DELTA = re.compile(r"\bdelta\(([A-Za-z]), ([A-Za-z])\)")
_FUNCTION = re.compile(r"([A-Za-z])\s*\(\s*([A-Za-z])\s*\)")


def written(formula: Node, beside: str, *, plain_text: bool = False) -> str:
    """The formula as it can stand in the author's text: in LaTeX, or plainly where that is plain.

    `beside` is the author's own equality; `plain_text` says that nothing around it is set.
    """
    if "\\" not in beside:
        plain = _ENTRY.sub(r"\1_\2", text(formula))
        if plain_text:
            plain = _DELTA.sub(r"delta_\1\2", _SUM.sub(r"\1_\3(\2)", plain))
        if not _OURS.search(plain):
            return plain
    return lettered(latex(formula), functions_in(beside))


def lettered(source: str, spelled: Mapping[str, str] = {}) -> str:
    """The LaTeX with its upright names in letters; `spelled` are names with a spelling known."""

    def shown(found: re.Match[str]) -> str:
        name = found.group(1).replace(r"\_", "_")
        new = spelled.get(name) or _lettered(name)
        if new is None:
            return found.group()
        raised = found.group(2) or ""
        # A name with a superscript of its own is one thing that is then raised to a power.
        return f"{{{new}}}{raised}" if raised and re.search(r"[\^')]", new) else f"{new}{raised}"

    return _UPRIGHT.sub(shown, source)


def functions_in(source: str) -> dict[str, str]:
    """f(x) for the name fx: functions of a letter as the author's text spells them."""
    return {f"{f}{x}": f"{f}({x})" for f, x in _FUNCTION.findall(source)}


def _lettered(name: str) -> str | None:
    """The name's stem with what hangs on it; None for a name without a stem of one letter."""
    head, *hung = _HUNG.sub(r"_\1", name).replace("__", "_").split("_")
    stem = latex_name(head)
    if not hung or stem.startswith(r"\mathrm"):
        return None
    words = []
    for each in hung:
        if each in _ACCENTS:
            stem = f"{_ACCENTS[each]}{{{stem}}}"
        elif each in _RAISED:
            stem = f"{stem}{_RAISED[each]}"
        elif each.isalpha():
            words.append(each)
        else:
            return None
    below = " ".join(words)
    return rf"{stem}_{{\text{{{below}}}}}" if below else stem
