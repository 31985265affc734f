"""What a report says in each language: one catalogue of sayings, and titles by name.

Sayings of all languages have the same keys and the same placeholders. Formulas never stand inside
a sentence: particles and word order would have to bend around them.
"""

from __future__ import annotations

from collections.abc import Mapping

from reports import (
    meanings_en,
    meanings_ko,
    reasons_en,
    reasons_ko,
    titles_ko,
    words_check_en,
    words_check_ko,
    words_en,
    words_ko,
    words_verdict_en,
    words_verdict_ko,
)
from reports.phrases import phrase

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {**words_en.SAYINGS, **words_check_en.SAYINGS, **words_verdict_en.SAYINGS},
    "ko": {**words_ko.SAYINGS, **words_check_ko.SAYINGS, **words_verdict_ko.SAYINGS},
}

_REASONS: Mapping[str, Mapping[str, str]] = {
    "en": reasons_en.REASONS,
    "ko": reasons_ko.REASONS,
}
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "en": meanings_en.MEANINGS,
    "ko": meanings_ko.MEANINGS,
}
_TITLES: Mapping[str, Mapping[str, str]] = {"en": {}, "ko": titles_ko.TITLES}


class Words:
    """The sayings of one language. Raises KeyError for a language or key that is not there."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._sayings = LANGUAGES[lang]
        self._titles = _TITLES[lang]
        self._reasons = _REASONS[lang]

    def __call__(self, key: str, **fields: object) -> str:
        """The saying with its placeholders filled in."""
        return self._sayings[key].format(**fields)

    def __contains__(self, key: str) -> bool:
        return key in self._sayings

    def reason(self, rule: str) -> str:
        """Why the rule's step may be taken; "" for a rule that has none."""
        return self._reasons.get(rule, "")

    def meaning(self, loss: str) -> str:
        """What the gradient of a loss of the catalogue says; "" for any other loss."""
        return _MEANINGS[self.lang].get(loss, "")

    def phrase(self, text: str) -> str:
        """A sentence that `derive` told, in this language where a translation is known."""
        return phrase(text, self.lang)

    def title(self, name: str, default: str) -> str:
        """The title of a rule or a loss in this language; `default` is the English one."""
        return self._titles.get(name, default)
