"""Teaching orders: which rules are tried, in which order. A plan is data; `teach` follows it."""

from __future__ import annotations

from dataclasses import dataclass

from derive.rules import DERIVATIVE_RULES


@dataclass(frozen=True)
class Phase:
    """Rules tried until none of them applies; the first that applies is taken."""

    name: str
    rules: tuple[str, ...]


# Done silently after every rule; a step is judged as a whole, this included.
TIDY = ("zero-term", "zero-factor", "one-factor", "numbers", "double-minus", "flatten")

# Rules that need the problem: definitions unfolded and folded, lemmas, the chain rule.
CONTEXT = {
    "definition": ("The definition", "the name stands for its definition"),
    "log-of-definition": (
        "The definition under the logarithm",
        "the name stands for its definition",
    ),
    "fold": ("The definition, read backwards", "the definition"),
    "lemma": ("The derivative found above", "the lemma"),
    "chain": ("Chain rule over every p[j]", "d(L, x) == sum(d(L, p[j])*d(p[j], x), j)"),
    "first-derivative": ("The first derivative, found above", "d(u, x, z) == d(d(u, x), z)"),
    "assumption": ("What was assumed", "the assumption"),
    "rearrange": ("The same thing, written as it is usually printed", "both sides are equal"),
}

_LOGARITHMS = ("log-of-definition", "log-quotient", "log-product", "log-exp", "spread-minus")
_SUMS = ("sum-add", "sum-minus", "sum-delta", "sum-factor", "sum-over", "assumption")

DIRECT = (
    Phase("the loss", ("definition",)),
    Phase("logarithms", _LOGARITHMS),
    Phase("differentiate", ("lemma", *DERIVATIVE_RULES)),
    Phase("sums", _SUMS),
    Phase("fold", ("fold",)),
    Phase("arrange", ("cancel", "spread-minus")),
)

HESSIAN = (
    Phase("differentiate", ("lemma", *DERIVATIVE_RULES)),
    Phase("sums", _SUMS),
    Phase("arrange", ("cancel", "spread-minus")),
)

INNER = (
    Phase("the loss", ("definition",)),
    Phase("differentiate", DERIVATIVE_RULES),
    Phase("sums", _SUMS),
    Phase("arrange", ("cancel", "spread-minus")),
)

QUOTIENT = (
    Phase("the probability", ("definition",)),
    Phase("differentiate", DERIVATIVE_RULES),
    Phase("sums", _SUMS),
    Phase("split", ("split-fraction", "write-square")),
    Phase("fold", ("cancel", "fold")),
)

TEXTBOOK = (
    Phase("chain rule", ("chain",)),
    Phase("both factors", ("lemma",)),
    Phase("sums", ("one-fraction", "cancel", "distribute", *_SUMS)),
    Phase("arrange", ("spread-minus",)),
)
