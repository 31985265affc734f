r"""Marks in running text: formulas between delimiters, code, comments and tags, in one pass.

A formula's end is looked for once a kind: a delimiter that was not found behind one place is not
behind a later one either, so a text of opening delimiters costs no more than any other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from derive.document.cut.closers import Closers, closing

MarkKind = Literal["formula", "code", "comment", "hidden"]
DISPLAY_ENVIRONMENTS = frozenset(
    f"{name}{star}"
    for name in (
        *("equation", "align", "eqnarray", "gather", "multline", "flalign", "alignat", "xalignat"),
        *("displaymath", "math", "split", "aligned", "gathered", "dmath", "IEEEeqnarray", "cases"),
    )
    for star in ("", "*")
)
# A formula without delimiters, and one in the text that stands for a picture of it.
PLAIN, ALT_TEXT = "plain", "displaystyle"
# A display of any length is one, so that one too long for the reader is seen, and called so.
MAX_INLINE = 5_000
_WITH_OPTION = frozenset({"alignat", "xalignat", "aligned", "gathered", "split", "IEEEeqnarray"})
_OPTION = re.compile(r"\s*(?:\[[tcb]\]|\{(?:\d{1,3}|[lcrLCR]{1,9})\})")


@dataclass(frozen=True)
class Mark:
    """start to stop with its delimiters, inner_start to inner_stop without them."""

    kind: MarkKind
    start: int
    stop: int
    inner_start: int
    inner_stop: int
    environment: str = ""


_TOKEN = re.compile(
    r"""
    (?P<role>(?::math:|\{math\})`)(?!`)
  | (?P<ticks>`+)
  | (?P<comment><!--)
  | <(?P<element>/?[A-Za-z][A-Za-z0-9]*)(?>[^<>"]+|"[^"<>]*+")*+>
  | (?P<shortcode>\{%[^%{}\n]{0,200}%\} | \{\{[<%][^{}\n]{0,200}[>%]\}\})
  | \\begin[ ]?\{(?P<environment>[A-Za-z]+\*?)\}
  | (?P<bracket>\\{1,2}[\[(])
  | (?P<escape>\\.)
  | (?P<dollars>\$\$?)
    """,
    re.VERBOSE | re.DOTALL,
)
_INLINE = frozenset({"$", "\\("})
_RAW_ELEMENTS = frozenset({"code", "pre", "script", "style", "textarea", "svg", "math", "head"})
_KATEX = re.compile(r"\{[%{][<%]?\s*(katex|math|mathjax|latex)\b[^{}]*")
_TEX_SCRIPT = re.compile(r"""type\s*=\s*["']?math/tex""", re.IGNORECASE)
_ANNOTATION = re.compile(r"""<annotation[^<>]*application/x-tex[^<>]*>([^<]*)</annotation>""")
_DIRECTIVE_OPTIONS = re.compile(r"(?:\s*:[a-z][\w-]*:[^\n]*\n)+")
_CODE_TAG = re.compile(r"\{%-?\s*(highlight|codeblock)\b")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_OF_MATHS = re.compile(r"[\\^_=<>{}|+*/≈∝≠≤≥∂∑Σ∇]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ORDINAL = re.compile(r"(?:th|st|nd|rd|s|d|D)\b")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NEVER_IN_WORDS = re.compile(r"[\\^_=<>]")
_NUMBERS = re.compile(r"[\d\s,–-]*")


def reads_as_prose(inner: str) -> bool:
    """Whether the text between inline delimiters is words, not a formula."""
    return not _OF_MATHS.search(inner) and len(_WORD.findall(inner)) >= 2


def option_end(text: str, start: int, stop: int, environment: str) -> int:
    r"""Behind the argument that an environment takes, as `{2}` of alignat; else `start`."""
    if environment.rstrip("*") not in _WITH_OPTION:
        return start
    option = _OPTION.match(text, start, stop)
    return option.end() if option else start


def options_end(text: str, start: int, stop: int) -> int:
    """Behind the options of a directive, as `:label: x` on a line of its own; else `start`."""
    options = _DIRECTIVE_OPTIONS.match(text, start, stop)
    return options.end() if options else start


def _is_between_dollars(text: str, start: int, stop: int) -> bool:
    """Whether text[start:stop], between single dollar signs, is a formula and not about money."""
    inner = text[start:stop]
    if not inner.strip() or _BLANK_LINE.search(inner) or reads_as_prose(inner):
        return False
    if inner[0].isspace() or inner[-1].isspace():
        return "\n" not in inner and bool(re.search(r"[\\^_]", inner) or len(inner.strip()) == 1)
    if inner[0].isdigit() and re.search(r"\s", inner) and not _OF_MATHS.search(inner):
        return False
    after = text[stop + 1 : stop + 4]
    if after[:1].isdigit():
        return False
    if after[:1].isascii() and after[:1].isalpha():
        return bool(_ORDINAL.match(after) or re.search(r"[\\^_=]", inner))
    return True


def _is_citation(inner: str) -> bool:
    r"""Whether the text between escaped brackets is a reference, as in `\[12\]` or `\[edit\]`."""
    if _NEVER_IN_WORDS.search(inner):
        return False
    return bool(_LETTERS.search(inner) or _NUMBERS.fullmatch(inner))


class Scan:
    """One left-to-right pass over a text; `marks` yields what it finds."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._closers = Closers(text)
        self.unclosed = ""

    @cached_property
    def _ticks(self) -> dict[int, list[int]]:
        """Where the runs of backticks stand, by their length."""
        found: dict[int, list[int]] = {}
        for match in re.finditer("`+", self._text):
            found.setdefault(len(match[0]), []).append(match.start())
        return found

    def marks(self) -> Iterator[Mark]:
        """The marks in order, none within another; `unclosed` is then the first open display."""
        position = 0
        while match := _TOKEN.search(self._text, position):
            mark = self._mark(match)
            if mark is not None:
                yield mark
            position = match.end() if mark is None else mark.stop

    def _mark(self, match: re.Match[str]) -> Mark | None:
        match match.lastgroup:
            case "role":
                return self._between(match, "`", "formula", "$")
            case "ticks":
                return self._code_span(match)
            case "comment":
                return self._between(match, "-->", "comment")
            case "element":
                return self._element(match)
            case "shortcode":
                return self._shortcode(match)
            case "environment" if match["environment"] in DISPLAY_ENVIRONMENTS:
                name = match["environment"]
                return self._display(match, f"\\end{{{name}}}", name)
            case "bracket":
                return self._bracketed(match)
            case "dollars":
                return self._dollars(match)
        return None

    def _between(
        self, match: re.Match[str], closer: str, kind: MarkKind, environment: str = ""
    ) -> Mark | None:
        closed = self._closers.find(closer, match.end())
        if closed is None:
            return None
        if environment in _INLINE and closed[0] - match.end() > MAX_INLINE:
            return None
        return Mark(kind, match.start(), closed[1], match.end(), closed[0], environment)

    def _display(self, match: re.Match[str], closer: str, environment: str) -> Mark | None:
        mark = self._between(match, closer, "formula", environment)
        if mark is None and not self.unclosed:
            self.unclosed = closer
        return mark

    def _code_span(self, match: re.Match[str]) -> Mark | None:
        places = self._ticks.get(len(match[0]), [])
        later = bisect_left(places, match.end())
        if later == len(places):
            return None
        stop = places[later] + len(match[0])
        return Mark("code", match.start(), stop, match.end(), places[later])

    def _element(self, match: re.Match[str]) -> Mark:
        name = match["element"].lower()
        tag = Mark("hidden", *match.span(), *match.span())
        if name not in _RAW_ELEMENTS or match[0].endswith("/>"):
            return tag
        if name == "script" and _TEX_SCRIPT.search(match[0]):
            environment = "\\[" if "display" in match[0] else "$"
            return self._between(match, "</script>", "formula", environment) or tag
        whole = self._between(match, f"</{name}>", "code" if name == "code" else "hidden")
        if whole is None or name != "math":
            return whole or tag
        environment = "\\[" if "block" in match[0] else "$"
        inner = whole.inner_start, whole.inner_stop
        if "<" not in self._text[slice(*inner)]:
            environment = "$$" if environment == "$" else environment
            return Mark("formula", whole.start, whole.stop, *inner, environment)
        inside = _ANNOTATION.search(self._text, *inner)
        if inside is None:
            return whole
        return Mark("formula", whole.start, whole.stop, *inside.span(1), environment)

    def _shortcode(self, match: re.Match[str]) -> Mark:
        """A wrapper of a site generator: a formula where it is one for TeX without delimiters."""
        hidden = Mark("hidden", *match.span(), *match.span())
        if code := _CODE_TAG.match(match[0]):
            return self._between(match, f"{{% end{code[1]} %}}", "code") or hidden
        opened = _KATEX.match(match[0])
        if opened is None:
            return hidden
        name, sign, last = opened[1], match[0][2], match[0][-3]
        is_liquid = match[0].startswith("{%")
        closer = f"{{% end{name} %}}" if is_liquid else f"{{{{{sign} /{name} {last}}}}}"
        closed = self._closers.find(closer, match.end())
        if closed is None or "$" in self._text[match.end() : closed[0]]:
            return hidden
        environment = "\\[" if "display" in match[0] else "$"
        return Mark("formula", match.start(), closed[1], match.end(), closed[0], environment)

    def _bracketed(self, match: re.Match[str]) -> Mark | None:
        opener = match[0]
        is_display = opener.endswith("[")
        closer = closing(opener)
        if is_display:
            mark = self._display(match, closer, "\\[")
        else:
            mark = self._between(match, closer, "formula", "\\(")
        if mark is None:
            return None
        inner = self._text[mark.inner_start : mark.inner_stop]
        words = _is_citation(inner) if is_display else reads_as_prose(inner)
        return None if words or not inner.strip() else mark

    def _dollars(self, match: re.Match[str]) -> Mark | None:
        if match[0] == "$$":
            return self._display(match, "$$", "$$")
        if self._text.startswith("`", match.end()):
            quoted = self._between(match, "`$", "formula", "$")
            blank = self._closers.find("\n\n", match.end())
            if quoted is not None and (blank is None or blank[0] > quoted.stop):
                inner = quoted.inner_start + 1, quoted.inner_stop
                return Mark("formula", quoted.start, quoted.stop, *inner, "$")
        mark = self._between(match, "$", "formula", "$")
        if mark is None or not _is_between_dollars(self._text, mark.inner_start, mark.inner_stop):
            return None
        return mark
