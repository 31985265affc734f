"""How a status looks: its sign everywhere, and its colour on a terminal."""

from __future__ import annotations

from reports.columns import printable

# The worst first: what rests on several formulas is as good as the worst of them.
SIGNS = {"refuted": "✗", "undecided": "?", "conditional": "◐", "proved": "✓"}

COLOURS = {"proved": "32", "conditional": "33", "refuted": "31", "undecided": "35"}
BOLD, FAINT = "1", "2"


def painted(text: str, code: str) -> str:
    """The text without control characters, in a colour unless the code is empty."""
    clean = printable(text)
    return f"\x1b[{code}m{clean}\x1b[0m" if code else clean
