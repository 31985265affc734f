"""The author's own macros: \\newcommand, \\def, \\DeclareMathOperator; expanded, never run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derive.read.latex.chain import Macro

_NAME = r"\s*\{?\s*\\(?P<name>[A-Za-z]+)\s*\}?\s*"
_HEAD = re.compile(
    rf"\\(?:re|provide)?(?:newcommand|command)\*?{_NAME}(?:\[(?P<count>[0-9])\]\s*)?(?=\{{)"
    rf"|\\def{_NAME.replace('name', 'defined')}(?P<marks>(?:#[1-9])*)\s*(?=\{{)"
    rf"|\\DeclareMathOperator(?P<star>\*?){_NAME.replace('name', 'operator')}(?=\{{)"
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def read_macros(source: str) -> tuple[Mapping[str, Macro], str]:
    """The macros that a text defines, and the text with their definitions blanked out.

    Places in the text stay what they were. Macros with optional arguments are not read.
    """
    found: dict[str, Macro] = {}
    pieces, done, place = [], 0, 0
    while matched := _HEAD.search(source, place):
        stop = _end(source, matched.end())
        place = matched.end()
        if stop is None:
            continue
        body = source[matched.end() + 1 : stop - 1]
        name = matched["name"] or matched["defined"] or matched["operator"]
        if matched["operator"]:
            body = rf"\operatorname{{{body}}}"
        count = int(matched["count"] or len(matched["marks"] or "") // 2)
        found[name] = Macro(name, count, body)
        blank = re.sub(r"[^\n]", " ", source[matched.start() : stop])
        pieces += [source[done : matched.start()], blank]
        done = place = stop
    return found, "".join([*pieces, source[done:]])


def _end(source: str, opened: int) -> int | None:
    """The place behind the brace that closes the one at `opened`."""
    level = 0
    for matched in _BRACE.finditer(source, opened):
        level += {"{": 1, "}": -1}.get(matched[0], 0)
        if level == 0:
            return matched.end()
    return None
