r"""The author's own macros: `\newcommand`, `\def`, `\let`, `\DeclareMathOperator`; never run."""

from __future__ import annotations

import re

from derive.read.latex.chain import Macro

MAX_BODY = 20_000
MAX_DEFINITIONS, MAX_UNCLOSED = 1_000, 20
_DEFINITION = re.compile(
    r"""
    (?:\\(?:global|long|protected)\s*)*+(?:
    \\(?:new|renew|provide)command\*?\s*
        (?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))\s*
        (?:\[(?P<arity>\d)\]\s*)?(?P<default>\[[^\[\]]{0,200}\]\s*)?
  | \\g?def\s*\\(?P<defined>[A-Za-z]+)\s*(?P<parameters>(?:\#\d){0,9})\s*
  | \\let\s*\\(?P<alias>[A-Za-z]+)\s*=?\s*
  | \\DeclareMathOperator(?P<limits>\*?)\s*(?:\{\s*\\(?P<operator>[A-Za-z]+)\s*\}
        | \\(?P<bare_operator>[A-Za-z]+))\s*)
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
# A body ends at a blank line, closed or not.
_BRACE = re.compile(r"\\.|[{}]|\n[ \t\r]*\n", re.DOTALL)


def _body(text: str, start: int) -> tuple[int, int, int] | None:
    """The group or the single command at `start`: its inside, and where it ends."""
    if not text.startswith("{", start):
        token = _TOKEN.match(text, start)
        return None if token is None else (*token.span(), token.end())
    depth = 0
    for match in _BRACE.finditer(text, start, start + MAX_BODY):
        if match[0].startswith("\n"):
            break
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                return start + 1, match.start(), match.end()
    return None


def read_macros(text: str) -> tuple[dict[str, Macro], str]:
    """The macros that `text` defines, the last of each name, and the text with blanks for them.

    At most MAX_DEFINITIONS; one with a default argument is blanked, but is no macro.
    """
    macros: dict[str, Macro] = {}
    kept: list[str] = []
    done = position = unclosed = 0
    for _ in range(MAX_DEFINITIONS):
        match = _DEFINITION.search(text, position)
        if match is None or unclosed > MAX_UNCLOSED:
            break
        position = match.end()
        body = _body(text, match.end())
        if body is None:
            unclosed += 1
            continue
        macro = _macro(match, text[body[0] : body[1]])
        if match["default"] is None:
            macros[macro.name] = macro
        position = body[2]
        kept += text[done : match.start()], re.sub(r"[^\r\n]", " ", text[match.start() : position])
        done = position
    return macros, "".join([*kept, text[done:]])


def _macro(match: re.Match[str], body: str) -> Macro:
    operator = match["operator"] or match["bare_operator"]
    if operator:
        return Macro(operator, 0, f"\\operatorname{match['limits']}{{{body}}}")
    name = match["braced"] or match["bare"] or match["defined"] or match["alias"]
    return Macro(name, int(match["arity"] or 0) or len(match["parameters"] or "") // 2, body)
