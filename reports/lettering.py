r"""Names as people write them: y_hat is \hat{y}, L_CE is L with a word below, y_star is y^{*}.

`derive.show` sets a name of several letters upright, with its underscores; this goes on from there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from derive.show import latex_name

_UPRIGHT = re.compile(r"\\mathrm\{((?:[A-Za-z0-9]|\\_)+)\}(\^)?")
_ACCENTS = {"hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar"}
_RAISED = {"star": "^{*}", "prime": "'"}
_FUNCTION = re.compile(r"([A-Za-z])\s*\(\s*([A-Za-z])\s*\)")


def lettered(latex: str, spelled: Mapping[str, str] = {}) -> str:
    """The LaTeX with its upright names in letters; `spelled` are names with a spelling known."""

    def shown(found: re.Match[str]) -> str:
        name = found.group(1).replace(r"\_", "_")
        new = spelled.get(name) or _lettered(name)
        if new is None:
            return found.group()
        raised = found.group(2) or ""
        # A name with a superscript of its own is one thing that is then raised to a power.
        return f"{{{new}}}{raised}" if raised and re.search(r"[\^')]", new) else f"{new}{raised}"

    return _UPRIGHT.sub(shown, latex)


def functions_in(source: str) -> dict[str, str]:
    """f(x) for the name fx: functions of a letter as the author's text spells them."""
    return {f"{f}{x}": f"{f}({x})" for f, x in _FUNCTION.findall(source)}


def _lettered(name: str) -> str | None:
    """The name's stem with what hangs on it; None for a name without a stem of one letter."""
    head, *hung = name.split("_")
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
