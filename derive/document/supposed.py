"""What the words before a formula make of it: only supposed, said of one point, a new meaning.

What is said of one point is no claim about all of them: such an equality is not refuted.
"""

from __future__ import annotations

import re

_POINT = re.compile(
    r"\bat (?:the|an?|its|this|that) (?:\w+ ){0,2}(?:optim\w+|minim\w+|maxim\w+|stationary"
    r"|critical|fixed|saddle|equilibrium)|\b(?:set(?:ting)?|equat(?:e|ing)|solv(?:e|ing))\b"
    r"(?! of\b).{0,60}\b(?:to|equal|=) ?(?:zero|0)\b|\bvanish\w*|\bfirst[- ]order condition"
    r"|\boptim\w+ (?:[\w-]+ ){0,3}(?:satisf\w+|requires?|has)\b"
    r"|\bstationar\w+|최적|최소가|최댓?값|0으로 (?:두|놓)|0이 되|极值|令.{0,20}(?:为|等于)",
    re.IGNORECASE,
)
# Right before the formula itself, with at most a few words between.
_SUPPOSING = re.compile(
    r"(?:\b(?:if|suppos(?:e|ing)|assum(?:e|ing)|imagin(?:e|ing)|when(?:ever)?|unless|until|iff"
    r"|only if|provided|setting|equating|solving|pretend\w*|would)\b|만약|만일|가정|假设|如果|もし)"
    r"(?:(?: that)?(?: [\w'-]+){0,3})[\s,:]*$",
    re.IGNORECASE,
)
_STATED = re.compile(r"\b(?:then|get|gets|obtain|have|find|gives?|yields?|becomes?)\b")
_MEANING = re.compile(
    r"\b(?:with|where|let|define|put|denote|set|now|instead|redefin\w+)(?: now| instead)?\s*$"
    r"|\bfor (?:the|an?) (?:[\w-]+ ){1,4}$",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"\b(?:where|with)\s*$", re.IGNORECASE)


def is_beside(before: str) -> bool:
    """Whether a formula is only told beside another: where p = ..., with p = ..."""
    return bool(_BESIDE.search(before))


def gives_meaning(before: str) -> bool:
    """Whether the words before a formula say that it gives a name its meaning."""
    return bool(_MEANING.search(before))


def is_of_a_point(sentence: str) -> bool:
    """Whether the words before a formula speak of where a gradient is 0."""
    return bool(_POINT.search(sentence))


def is_supposed(before: str) -> bool:
    """Whether a formula behind these words is only supposed."""
    found = _SUPPOSING.search(before)
    return found is not None and not _STATED.search(found[0])
