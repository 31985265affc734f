"""Why a step may be taken, and what it is good for, in English: a sentence for each rule."""

from __future__ import annotations

REASONS = {
    # what a derivation does beside the rules
    "definition": "Before anything is differentiated, the name is replaced by what it stands for.",
    "log-of-definition": (
        "Only the probability inside the logarithm is written out: the logarithm will take the "
        "quotient apart before any derivative has to."
    ),
    "fold": "What stands there is the definition itself, so its short name comes back.",
    "rearrange": "The same expression in the form that books print; both are proved to be equal.",
    "first-derivative": "A second derivative is that of the first, which is known by now.",
    "lemma": "This derivative has been found above; its result is put in.",
    "chain": (
        "The loss depends on the logit through every probability, because every logit stands in "
        "the common denominator. So the sum runs over all of them, not over one."
    ),
    "assumption": "What was assumed of the quantities is used here, and only here.",
    # derivatives
    "d-repeated": "Differentiating twice is differentiating the derivative.",
    "d-entry": (
        "Logits are variables of their own: moving one leaves the others where they are. The "
        "derivative is 1 for the same entry and 0 for any other, and that is what the delta says."
    ),
    "d-itself": "A variable moves exactly as fast as itself.",
    "d-constant": "It does not contain the variable, so it does not move.",
    "d-add": "The derivative is linear: each term is differentiated on its own.",
    "d-minus": "The derivative is linear: a sign passes through it.",
    "d-factor": "The derivative is linear: a factor without the variable passes through it.",
    "d-product": "Both factors move: each is differentiated in turn while the other is held.",
    "d-over-constant": "Dividing by a constant is multiplying by a constant.",
    "d-reciprocal": "The quotient rule, with a numerator that does not move.",
    "d-quotient": (
        "Numerator and denominator both contain the variable. The denominator counts with a "
        "minus sign, because a larger denominator makes the fraction smaller."
    ),
    "d-power": "The exponent comes down and drops by one; the inner derivative follows.",
    "d-exponential": "The power is written with base e, so that the moving exponent stands alone.",
    "d-exp": "The exponential is its own derivative; the inner derivative follows.",
    "d-log": "The logarithm's slope is one over its argument; the inner derivative follows.",
    "d-sqrt": "A square root is the power 1/2; the inner derivative follows.",
    "d-tanh": "The slope of tanh is given by its own value; the inner derivative follows.",
    "d-sigma": "The slope of the sigmoid is given by its own value; the inner derivative follows.",
    "d-softplus": "The slope of softplus is the sigmoid; the inner derivative follows.",
    "d-abs": "The slope is the sign of the argument; the inner derivative follows.",
    "d-sum": (
        "The derivative is linear, and the sum has finitely many terms: each is differentiated "
        "on its own."
    ),
    "d-prod": "The product rule for many factors: each is differentiated in turn.",
    "d-cases": "Which case holds does not depend on the variable.",
    # logarithms
    "log-quotient": "The logarithm turns division into subtraction: no quotient rule is needed.",
    "log-product": "The logarithm turns multiplication into addition.",
    "log-exp": (
        "The logarithm and the exponential undo each other: what was an exponential is linear "
        "now. This is why softmax and a logarithm go well together."
    ),
    "log-power": "The logarithm turns a power into a factor.",
    # sums and deltas
    "sum-delta": (
        "The delta is 0 in every term but one. Of the whole sum only the term in which both "
        "indices agree is left."
    ),
    "sum-add": "A finite sum may be taken in any order, so it may be split.",
    "sum-minus": "The sign is common to all terms.",
    "sum-factor": "The factor is common to all terms.",
    "sum-over": "The denominator is common to all terms.",
    "sum-constant": "There are as many equal terms as the index has values.",
    "delta-rename": "Where the delta is not 0, the two indices are the same.",
    # arithmetic
    "zero-term": "A term that is 0 is left out.",
    "zero-factor": "One factor 0 makes the product 0.",
    "one-factor": "A factor 1 is left out.",
    "double-minus": "The opposite of the opposite is the thing itself.",
    "spread-minus": "The sign in front of the bracket turns every sign inside around.",
    "flatten": "A sum needs no brackets.",
    "numbers": "Numbers are multiplied and added.",
    "cancel": "What stands above and below the line cancels.",
    "write-square": "The square is written out, so that one of its factors can cancel.",
    "split-fraction": "Every term of the numerator gets the denominator to itself.",
    "one-fraction": "Everything is brought over one line, so that factors can cancel.",
    "distribute": "The bracket is multiplied out.",
}
