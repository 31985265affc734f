"""Sentences that are told in English on the way to an answer, in other languages.

`derive` speaks English only, and so do our own complaints of files. What is said there is a pattern
with names and formulas in it: a row here is such a pattern and its translation. A sentence without
a row stays English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from reports import arguments_ko, mistakes_ko, phrases_ko

_ROWS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "ko": {**arguments_ko.ROWS, **mistakes_ko.ROWS, **phrases_ko.ROWS, **mistakes_ko.GENERAL},
}
_GAP = re.compile(r"\{(\w+)\}")
# Longer texts are no sentence of ours, and many gaps are slow to look for.
_LONGEST = 1000


def phrase(text: str, lang: str) -> str:
    """The sentence in the language; itself where no row has it."""
    if len(text) > _LONGEST:
        return text
    for pattern, translated in _patterns(lang):
        found = pattern.fullmatch(text)
        if found is not None:
            # What stands in a gap may be a sentence of its own.
            names = found.groupdict().items()
            return translated.format(**{name: phrase(said, lang) for name, said in names})
    return text


@cache
def _patterns(lang: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(said), translated) for said, translated in _ROWS[lang].items())


def _pattern(said: str) -> re.Pattern[str]:
    parts = _GAP.split(said)
    texts, names = parts[::2], parts[1::2]
    # `word` is one word, other gaps hold what they will.
    gaps = [rf"(?P<{name}>\S+)" if name == "word" else rf"(?P<{name}>.+?)" for name in names]
    return re.compile("".join(map("".join, zip(map(re.escape, texts), [*gaps, ""], strict=True))))
