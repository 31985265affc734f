r"""What a document's format does to a formula, undone: `p\_k`, `\\{`, `&lt;`, `\\frac`.

Every rewriting keeps the length of the text, with blanks before what is left, so that a span in
the formula stays a span in the document.
"""

from __future__ import annotations

import html
import re

_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_RUN = re.compile(r"\\+")
# Inside of these an escaped underscore is meant as it stands.
_WORDS = re.compile(r"\\(?:text[a-z]*|math(?:rm|tt|sf|it)|operatorname\*?|mbox)[ ]?\{[^{}]*\}")
_ESCAPED = re.compile(r"\\{1,2}_|(?<!\\)\\[*=+#-]")
_DOUBLED_SIGN = re.compile(r"(?<!\\)\\\\([,;:!|])")
_FOUR = re.compile(r"(?<!\\)\\{4}(?!\\)")
_DOUBLED_BRACE = re.compile(r"(?<!\\)\\\\([{}])")
_COMMAND = re.compile(
    r"\\\\(?:[dt]?frac|partial|sum|prod|log|ln|exp|sigma|delta|mathcal|mathbf|mathbb|mathrm|text"
    r"|left|begin|hat|nabla|cdot|theta|sqrt|operatorname)(?![a-zA-Z])"
)
NOTE = "read without the escapes of its format"


def _last(width: int, kept: str) -> str:
    return kept.rjust(width)


def _is_doubled(source: str) -> bool:
    r"""Whether every backslash is written twice, as in text copied out of a string: `\\frac`."""
    runs = _RUN.findall(source)
    return bool(_COMMAND.search(source)) and all(len(run) % 2 == 0 for run in runs)


def _entity(match: re.Match[str]) -> str:
    meant = html.unescape(match[0])
    return _last(len(match[0]), meant) if len(meant) < len(match[0]) else match[0]


def _without_escapes(source: str) -> str:
    if _is_doubled(source):
        return _RUN.sub(lambda run: _last(len(run[0]), "\\" * (len(run[0]) // 2)), source)
    words = [match.span() for match in _WORDS.finditer(source)]

    def sign(match: re.Match[str]) -> str:
        inside = any(start < match.start() < stop for start, stop in words)
        return match[0] if inside else _last(len(match[0]), match[0][-1])

    source = _ESCAPED.sub(sign, source) if len(words) < 200 else source
    source = _DOUBLED_SIGN.sub(r" \\\1", _FOUR.sub(r"  \\\\", source))
    braces = _DOUBLED_BRACE.findall(source)
    if braces and braces.count("{") == braces.count("}"):
        source = _DOUBLED_BRACE.sub(r" \\\1", source)
    return source


def unescaped(source: str) -> tuple[str, tuple[str, ...]]:
    """The formula as its author meant it, of the same length, and a note where escapes went."""
    decoded = _ENTITY.sub(_entity, source)
    meant = _without_escapes(decoded)
    return meant, (NOTE,) if meant != decoded else ()
