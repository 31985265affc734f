r"""The author's own commands: `\newcommand`, `\def`, `\let`, `\DeclareMathOperator`."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from derive.document.pieces import Macro

MAX_BODY = 20_000
MAX_DEFINITIONS, MAX_UNCLOSED = 1_000, 20
_DEFINITION = re.compile(
    r"""
    \\(?:new|renew|provide)command\*?\s*
        (?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))\s*
        (?:\[(?P<arity>\d)\]\s*)?(?P<default>\[[^\[\]]{0,200}\]\s*)?
  | \\g?def\s*\\(?P<defined>[A-Za-z]+)\s*(?P<parameters>(?:\#\d){0,9})\s*
  | \\let\s*\\(?P<alias>[A-Za-z]+)\s*=?\s*
  | \\DeclareMathOperator(?P<limits>\*?)\s*(?:\{\s*\\(?P<operator>[A-Za-z]+)\s*\}
        | \\(?P<bare_operator>[A-Za-z]+))\s*
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


@dataclass(frozen=True)
class Definitions:
    """The macros of a text, the last of each name, and where their definitions stand."""

    macros: dict[str, Macro]
    spans: tuple[tuple[int, int], ...]

    def blanked(self, source: str, start: int) -> str:
        """`source`, which stands at `start` of the text, with blanks for its definitions."""
        first = bisect_left(self.spans, (start, start))
        for begin, end in self.spans[first:]:
            if begin >= start + len(source):
                break
            a, b = begin - start, min(end - start, len(source))
            source = source[:a] + " " * (b - a) + source[b:]
        return source


def _body(text: str, start: int) -> tuple[int, int, int] | None:
    """The group or the single command at `start`: its inside, and where it ends."""
    if not text.startswith("{", start):
        token = _TOKEN.match(text, start)
        return None if token is None else (*token.span(), token.end())
    depth = 0
    for match in _BRACE.finditer(text, start, start + MAX_BODY):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                return start + 1, match.start(), match.end()
    return None


def find_definitions(text: str) -> Definitions:
    """The definitions of `text`, at most MAX_DEFINITIONS, but for those with a default argument."""
    macros: dict[str, Macro] = {}
    spans: list[tuple[int, int]] = []
    position = unclosed = 0
    for _ in range(MAX_DEFINITIONS):
        match = _DEFINITION.search(text, position)
        if match is None:
            break
        position = match.end()
        body = _body(text, match.end())
        if body is None:
            unclosed += 1
            if unclosed > MAX_UNCLOSED:
                break
            continue
        macro = _macro(match, text[body[0] : body[1]])
        if match["default"] is None:
            macros[macro.name] = macro
        position = body[2]
        spans.append((match.start(), position))
    return Definitions(macros, tuple(spans))


def _macro(match: re.Match[str], body: str) -> Macro:
    operator = match["operator"] or match["bare_operator"]
    if operator:
        return Macro(operator, 0, f"\\operatorname{match['limits']}{{{body}}}")
    name = match["braced"] or match["bare"] or match["defined"] or match["alias"]
    return Macro(name, int(match["arity"] or 0) or len(match["parameters"] or "") // 2, body)
