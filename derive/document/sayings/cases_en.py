"""What English prose says of the class that a formula is about: the true one, or another."""

from __future__ import annotations

from derive.document.sayings.row import Saying

# Where a clause begins: a case is set there, and not the probability of the correct class told.
_BEGINS = r"(?:^|(?<=[.:;,(])\s*|\b(?:and|but|then|while|whereas|so)\s+|\bcase \w+[:.)]?\s*)"
_TRUE = r"(?:true|correct|right|actual|gold|ground[- ]truth|target)"
_CLASS = (
    r"(?:class(?:es)?|labels?|categor(?:y|ies)|index|indices|ones?|logits?|entr(?:y|ies)|outputs?)"
)
_FOR = r"(?:for|if|when(?:ever)?|in case|at|in the case (?:of|that|where))"
_SUBJECT = r"(?:@z |it |this |(?:the )?(?:class|index|label) (?:@z )?)?"
_OTHER = r"(?:other|wrong|incorrect|remaining|non-?target|false|negative|another)"

CASES_EN = (
    Saying(
        "case-true-class",
        "en",
        "where",
        "label ==",
        ("class", "label", "categor", "index", "logit"),
        rf"{_BEGINS}{_FOR} {_SUBJECT}(?:is |equals |= )?"
        rf"(?:the |equal to the )?{_TRUE}[- ]{_CLASS}(?! probabilit| distribution| vector)",
        "For the correct class $k$, it is",
        "the probability for the correct class is",
        conditional=True,
    ),
    Saying(
        "case-other-class",
        "en",
        "where",
        "label !=",
        ("class", "label", "categor", "other", "logit", "ones"),
        rf"{_BEGINS}{_FOR} {_SUBJECT}(?:is |are )?(?:all |any |every |each )?(?:the |an? )?"
        rf"{_OTHER}[- ]{_CLASS}\b",
        "for all other classes it is",
        "the sum over all other classes is",
        conditional=True,
    ),
    Saying(
        "case-not-true-class",
        "en",
        "where",
        "label !=",
        ("class", "label", "categor"),
        rf"{_BEGINS}{_FOR} @z (?:is not|isn't|is different from|differs from|is any other than)"
        rf" (?:the )?{_TRUE}[- ]{_CLASS}",
        "when $k$ is not the correct class",
        "when $k$ is not known",
        conditional=True,
    ),
)
