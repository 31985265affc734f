"""Text as a terminal sets it: no control characters, and how many columns it takes."""

from __future__ import annotations

import json
import re
from typing import Any
from unicodedata import combining, east_asian_width

# Control characters but for breaks and tabs, and what turns the direction of writing around.
_OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text with a replacement for every character that a terminal might obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def harmless(text: str) -> str:
    """Text of several lines with a replacement for every character that is obeyed, not shown."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


def json_text(data: Any) -> str:
    """The data as JSON, indented, in any script; what would be obeyed is written as an escape."""
    shown = json.dumps(data, indent=2, ensure_ascii=False)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", shown)


def columns(text: str) -> int:
    """How many columns a terminal gives the text: two for each letter of Hangul."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
