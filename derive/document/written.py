r"""Small formulas in prose, told apart by their look: a name, a condition, a membership.

Only what is plain by its letters is told; the LaTeX reader reads the formula itself. Names are
given as that reader gives them: `\hat y_i` is y_hat, `\epsilon` is eps, `L_{CE}` is L_CE.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from derive.document.classes import CLASS_WORDS

MAX_LENGTH = 200
_SPACING = re.compile(r"\\(?:left|right|[bB]ig[lrg]?|displaystyle)(?![A-Za-z])|\\[,;:! ]|~|&")
_FONT = re.compile(
    r"\\(?:math(?:cal|bf|rm|sf|it|bb|scr)|boldsymbol|bm|vec|underline|text(?:rm|bf|it)?)"
    r"(?:\s*\{\s*(\w+|\\[A-Za-z]+)\s*\}|\s+(\w)(?!\w))"
)
_ACCENT = re.compile(
    r"\\(?:wide)?(hat|tilde|bar)(?:line)?\s*(?:\{\s*(\w|\\[A-Za-z]+)\s*\}|\s(\w)|(\\[A-Za-z]+))"
)
_SPELLINGS = {"varepsilon": "eps", "epsilon": "eps", "varphi": "phi", "vartheta": "theta"}
_NAMED = frozenset(
    "alpha beta gamma delta eps zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi"
    " psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell".split()
)
_NAME = re.compile(
    r"(?P<head>\\?[A-Za-z]+?|[\u0391-\u03c9])(?P<mark>_(?:hat|tilde|bar))?"
    r"(?P<primes>'{0,2})(?:\^\{?(?P<star>\*|\\prime)\}?|\^\{\([\w]{1,8}\)\})?"
    r"(?:_(?P<below>\{[^{}]{1,20}\}|\w+)|\[[\w,]{1,20}\]|(?P<sign>[₀-₉ᵢⱼₖ]))?"
    r"(?:\^\{?(?P<late>\*|\\prime)\}?|\^\{\([\w]{1,8}\)\})?"
)
_ARGUMENT = re.compile(r"\((?:[a-z]|\\cdot|·|\.)\)$")
_WORD_BELOW = re.compile(r"[A-Z]{2,}|[A-Za-z]{3,}")
_RELATION = re.compile(r"(?P<unequal>≠|!=)|(?P<equal>==?)|(?P<other>[<>])")
_ANY_RELATION = re.compile(r"!=|[≠=<>≤≥∈≈∝~]")
_ENTRY_OF_ONE = re.compile(r"[^_=]{1,30}_\{?(\\?[A-Za-z]+)\}?=1")
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,6})?")
_SUM = re.compile(
    r"(?:(?:∑|Σ|sum(?![A-Za-z])).*|1\^\{?(?:T|\\top|\\intercal|\u22a4)\}?\\?[A-Za-z]+(?:_hat)?)=1"
)
# What stands behind a name, and the kind that it gives.
_SETS = (
    (re.compile(r"∈\\\{0,1\\\}"), "bit"),
    (re.compile(r"∈\\\{0,1\\\}\^\{?(?P<size>[A-Za-z])\}?"), "bit[{size}]"),
    (re.compile(r"∈\\\{(?:-1,\+?1|\+?1,-1|±1)\\\}"), "sign"),
    (re.compile(r"∈\\\{[01](?:,[12])?,…,[A-Za-z](?:-1)?\\\}|∈\[[A-Z]\]"), "label"),
    (re.compile(r"∈\(0,1\)"), "unit"),
    (re.compile(r"∈\(0,∞\)|∈R_\{?(?:\+\+?|>0)\}?|>0"), "positive"),
    (re.compile(r"∈(?:\\Delta|Δ)(?:[\^_]\{?[\w+-]{1,8}\}?)?"), "simplex"),
    (re.compile(r"∈R"), "real"),
    (re.compile(r"∈R\^\{?(?P<size>[A-Za-z])\}?"), "real[{size}]"),
    (re.compile(r"∈R\^\{1×(?P<size>[A-Za-z])\}"), "real[{size}]"),
    (re.compile(r"∈R\^\{(?P<size>[A-Za-z])×1\}"), "real[{size}]"),
    (re.compile(r"∈R\^\{(?P<rows>[A-Za-z])×(?P<columns>[A-Za-z])\}"), "real[{rows}, {columns}]"),
)
_INDICES = frozenset("ijklm")
# Letters that count words where they are subscripts, and vectors elsewhere: o outside, w.
WORD_LETTERS = frozenset("dow")
_INDEX_LETTERS = frozenset("abcijklmnrstuvy") | WORD_LETTERS
_SCORES = frozenset("fghopqswxzEFHJLPSWXYZ")
_COMMAND = re.compile(r"\\(?P<sign>[A-Za-z]+)|\.{3}|\u211d")
_SIGNS = {
    **dict.fromkeys(("neq", "ne"), "≠"),
    **dict.fromkeys(("dots", "ldots", "cdots"), "…"),
    **dict.fromkeys(("le", "leq", "leqslant"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant"), "≥"),
    "in": "∈",
    "sum": "∑",
    "times": "×",
    "pm": "±",
    "infty": "∞",
    "lt": "<",
    "gt": ">",
    "approx": "≈",
    "propto": "∝",
    "sim": "~",
    "equiv": "=",
    "lbrace": r"\{",
    "rbrace": r"\}",
}


def _sign(command: re.Match[str]) -> str:
    """One sign for a command that has one."""
    if command["sign"]:
        return _SIGNS.get(command["sign"], command[0])
    return {"...": "…", "\u211d": "R"}.get(command[0], command[0])


def _squeezed(source: str) -> str:
    """The formula without spacing and fonts; accents as part of the name."""
    text = _COMMAND.sub(_sign, _SPACING.sub(" ", source))
    text = _FONT.sub(lambda font: font[1] or font[2], text)
    text = _ACCENT.sub(lambda accent: f"{accent[2] or accent[3] or accent[4]}_{accent[1]}", text)
    return re.sub(r"\s+", "", text).rstrip(".,;")


def name_text(source: str) -> str | None:
    """The name that a formula is or begins with before `\\in` or `> 0`, else None.

    Subscripts that are indices are left out, since the formulas beside it show them.
    """
    if len(source) > MAX_LENGTH:
        return None
    return _name(re.split(r"∈|>0$", _squeezed(source))[0])


def _name(text: str) -> str | None:
    match = _NAME.fullmatch(_ARGUMENT.sub("", text))
    head = match and _head(match["head"])
    if match is None or head is None:
        return None
    below = (match["below"] or "").strip("{}")
    if "_" in below:
        return None
    if _WORD_BELOW.fullmatch(below):
        head = f"{head}_{below}"
    star = match["star"] or match["late"] or ""
    marks = ["_star" if star == "*" else "_prime"] if star else []
    return "".join([head, match["mark"] or "", *marks, *(["_prime"] * len(match["primes"]))])


def _head(written: str) -> str | None:
    """One letter, Latin or Greek, or a word for a class, as a name."""
    if (len(written) == 1 and written.isascii()) or written in CLASS_WORDS:
        return written
    if len(written) == 1:
        letter = unicodedata.name(written, "").removeprefix("GREEK ").split(" LETTER ")
        name = letter[-1].lower().replace("lamda", "lambda")
        name = name.capitalize() if letter[0] == "CAPITAL" else name
    else:
        name = written.removeprefix("\\") if written.startswith("\\") else ""
    name = _SPELLINGS.get(name, name)
    return name if name in _NAMED else None


def condition_text(source: str) -> str | None:
    r"""`k != y` for a comparison of names and numbers such as `k \neq y_i`, else None."""
    if len(source) > MAX_LENGTH:
        return None
    text = _squeezed(source)
    relations = list(_RELATION.finditer(text))
    sides = _RELATION.split(text)[:: _RELATION.groups + 1]
    if not relations or not _are_compared(sides):
        return None
    signs = ["!=" if r["unequal"] else "==" if r["equal"] else r[0][-1] for r in relations]
    shown = [_condition_side(side) or "" for side in sides]
    return "".join(f"{side} {sign} " for side, sign in zip(shown, signs, strict=False)) + shown[-1]


def _condition_side(side: str) -> str | None:
    return side if _NUMBER.fullmatch(side) else _name(side)


def _are_compared(sides: Sequence[str]) -> bool:
    """Whether these are indices, or a parameter and a number; scores and vectors are not.

    `p = t` beside a gradient says where it vanishes, `o = p` gives a second name: neither
    says for which indices a formula is meant.
    """
    names = [_condition_side(side) for side in sides if not _NUMBER.fullmatch(side)]
    subscripted = [side for side in sides if "_" in side or "[" in side]
    if not names or None in names or len(subscripted) > 1:
        return False
    if len(names) == len(sides):
        return _INDEX_LETTERS.union(CLASS_WORDS).issuperset(map(str, names))
    if subscripted:
        return names == ["y"]
    return all(name not in _SCORES for name in names)


def definition_in(source: str) -> bool:
    """Whether the formula gives a name a meaning: `S = …` that is no condition and no sum of 1."""
    source = _squeezed(source)
    sign = _ANY_RELATION.search(source)
    if sign is None or sign[0] != "=" or condition_text(source) or sum_in(source):
        return False
    return bool(source[sign.end() :].strip()) and bool(source[: sign.start()].strip(" :"))


def sum_in(source: str) -> bool:
    r"""Whether the formula says that a sum is 1: `\sum_j t_j = 1`."""
    return len(source) <= MAX_LENGTH and bool(_SUM.fullmatch(_squeezed(source)))


def entry_of_one(source: str) -> str | None:
    """`t` for `t_k = 1`, else None."""
    text = _squeezed(source) if len(source) <= MAX_LENGTH else ""
    return _name(text[:-2]) if text.endswith("=1") else None


def index_of_one(source: str) -> str | None:
    """`c` for `y_c = 1`, else None."""
    text = _squeezed(source) if len(source) <= MAX_LENGTH else ""
    below = _ENTRY_OF_ONE.fullmatch(text)
    return _head(below[1]) if below is not None and _name(text[:-2]) else None


def is_entry_of_zero(source: str, *, beside: bool = False) -> bool:
    """Whether the formula is `y_j = 0`; `beside`: with its condition below, `y_{j != c} = 0`."""
    text = _squeezed(source) if len(source) <= MAX_LENGTH else ""
    entry, _, rest = text.removesuffix("=0").partition("≠")
    is_entry = text.endswith("=0") and ("_" in entry or "[" in entry)
    return is_entry and "=" not in entry and bool(rest) == beside


def name_of_value(source: str) -> str | None:
    """`c` for `j = c`, else None."""
    sides = (condition_text(source) or "").split(" == ")
    return sides[1] if len(sides) == 2 and not _NUMBER.fullmatch(sides[1]) else None


def is_entry_of_number(source: str) -> bool:
    """Whether the formula gives an entry its value, as `y_k = 1`, rather than being a condition."""
    return ("_" in source or "[" in source) and bool(re.search(r"=\s*-?\d+\W*$", source))


def member_kind(source: str) -> str | None:
    r"""`y: bit` for `y \in \{0, 1\}`, `T: positive` for `T > 0`, else None."""
    if len(source) > MAX_LENGTH:
        return None
    text = _squeezed(source)
    place = re.search(r"[∈>]", text)
    between = re.fullmatch(r"0<(.{1,40})<1", text)
    if between is not None and (name := _name(between[1])):
        return f"{name}: unit"
    name = _name(text[: place.start()]) if place else None
    if place is None or name is None:
        return None
    for pattern, kind in _SETS:
        if match := pattern.fullmatch(text, place.start()):
            if match[0] == ">0" and name in _SCORES:
                return None
            is_index = kind == "label" and name in _INDICES
            return f"{name}: {'index' if is_index else kind.format(**match.groupdict())}"
    return None
