"""The words of LaTeX formulas, from the table `words.toml`."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

_TABLE: dict[str, dict[str, Any]] = tomllib.loads(
    resources.files("derive.read.latex").joinpath("words.toml").read_text("utf-8")
)


def _meanings(section: str) -> dict[str, str]:
    """Each word of a section and what it means; under `same` it means itself."""
    rows = _TABLE[section].items()
    return {word: word if key == "same" else key for key, words in rows for word in words.split()}


FUNCTION_WORDS = _meanings("function_words")
BIG_WORDS = _meanings("big_words")
HEADS = _meanings("heads")
NAMES = frozenset(_meanings("names"))
CHARACTERS = _meanings("characters")
SIGNS = {sign: row.split(" ", 1) for sign, row in _meanings("signs").items()}
PAIRS = _meanings("pairs")
DECORATIONS = _meanings("decorations")
ENVIRONMENTS = _meanings("environments")
DISPLAYS = {name: int(columns) for name, columns in _meanings("displays").items()}
TEXT_COMMANDS = frozenset(_meanings("text"))
CONDITION_WORDS = frozenset(_TABLE["phrases"]["condition"].split())
LETS = frozenset(_TABLE["phrases"]["let"].split())
CONNECTIVES = frozenset(_TABLE["phrases"]["join"].split())
EITHER = frozenset(_TABLE["phrases"]["either"].split())
BEHIND = tuple(_TABLE["phrases"]["behind"])
OTHERWISE = tuple(_TABLE["phrases"]["otherwise"])
INDEX_LETTERS = frozenset("abcijklmnpqrstuvy")
DOUBLE_FONTS = frozenset({"mathbb", "mathds", "mathbbm", "Bbb"})


def _commands() -> dict[str, tuple[str, str]]:
    """Every command: the handler that reads it, and what that is told."""

    def rows(section: str, handler: str, what: str = "{}") -> dict[str, tuple[str, str]]:
        return {word: (handler, what.format(m)) for word, m in _meanings(section).items()}

    special = _meanings("special").items()
    fonts = _meanings("fonts").items()
    return {
        **rows("letters", "atom", "NAME {}"),
        **rows("functions", "atom", "FUNC {}"),
        **rows("big", "atom", "BIG {}"),
        **rows("relations", "atom", "REL {}"),
        **rows("operators", "atom", "OP {}"),
        **rows("atoms", "atom"),
        **rows("brackets", "atom"),
        **rows("presentation", "drop"),
        **rows("shown", "show"),
        **rows("sizes", "size"),
        **rows("accents", "argument", "ACCENT {}"),
        **{word: (f"{font}_font", "FONT bold") for word, font in fonts},
        **{word: (row.split(" ")[0], row.split(" ", 1)[1]) for word, row in special},
        " ": ("drop", "0"),
        "\n": ("drop", "0"),
    }


COMMANDS = _commands()
