"""What closes a formula, a comment or an element, looked for once however often it is asked for."""

from __future__ import annotations

import re

_PATTERNS = {
    "$$": re.compile(r"(?<!\\)(?:\\\\)*\$\$"),
    "$": re.compile(r"(?<!\\)(?:\\\\)*\$"),
    "\\]": re.compile(r"(?<!\\)(?:\\\\)*\\\]"),
    "\n\n": re.compile(r"\n[ \t\r]*\n"),
    "\\)": re.compile(r"(?<!\\)(?:\\\\)*\\\)"),
}
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
MAX_GROUP = 5_000


class Ahead:
    """The matches of a pattern, looked for once however many places ask for the next one.

    The places must come in rising order.
    """

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._pattern, self._text = pattern, text
        self._known = -1

    def find(self, start: int) -> int:
        """Where the first match from `start` on begins; the length of the text if there is none."""
        if self._known < start:
            found = self._pattern.search(self._text, start)
            self._known = len(self._text) if found is None else found.start()
        return self._known


class Closers:
    """The closing delimiters of one text.

    A text of opening delimiters alone would be searched to its end for each of them: the last
    answer for a delimiter holds until the search starts behind it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, tuple[int, int] | None] = {}

    def find(self, closer: str, start: int) -> tuple[int, int] | None:
        """Where the first `closer` from `start` on stands, in any case of its letters."""
        known = self._known.get(closer, (-1, -1))
        if known is None or known[0] >= start:
            return known
        pattern = _PATTERNS.get(closer) or re.compile(re.escape(closer), re.IGNORECASE)
        found = pattern.search(self._text, start)
        span = None if found is None else (found.end() - len(closer), found.end())
        self._known[closer] = span
        return span


def closing(opener: str) -> str:
    r"""What closes a delimiter: `\[` by `\]`, `$$` by itself."""
    return opener.replace("[", "]").replace("(", ")")


def closing_brace(text: str, opened: int) -> int:
    """The place of the brace that closes the one at `opened`; -1 if there is none near."""
    depth = 0
    for brace in _BRACE.finditer(text, opened, opened + MAX_GROUP):
        if brace[0] in "{}":
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                return brace.start()
    return -1
