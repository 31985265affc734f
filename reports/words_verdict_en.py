"""What a verdict says on the command line, in English, beside the words of a check."""

from __future__ import annotations

SAYINGS = {
    "verdict_always": "for every size and every index",
    "verdict_where": "for every size and every index where {condition}",
    "verdict_assuming": "assuming {equations}",
    "verdict_only_if": "holds only if {condition}",
    "verdict_if": "holds if {condition}",
    "verdict_read": "read {line}",
    "verdict_one": "1 claim",
    "verdict_many": "{total} claims",
    # what is wrong with the input
    "mistake_at": "line {line}, column {column}",
    # both sides at a point
    "verdict_at": "at {point}",
    "verdict_differ": "the sides differ",
    "verdict_open": "the sides cannot be told apart",
    "verdict_neither": "neither side has a value",
    "verdict_equal": "the sides are equal at this point",
}
