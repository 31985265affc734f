"""Declarations: what kind of thing a name is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.errors import Complaint, FormulaError
from derive.read.text import MAX_LENGTH
from derive.syntax import Span


@dataclass(frozen=True)
class Fact:
    """`name: kind[sizes]`, e.g. t: simplex[n]; a concrete size is `n: 3`."""

    name: str
    kind: str
    sizes: tuple[str, ...]
    source: str
    span: Span


_FACT = re.compile(
    r"\s*(?P<names>[A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*)\s*:\s*(?P<kind>[A-Za-z_]+|\d+)"
    r"\s*(?:\[\s*(?P<sizes>\w+(?:\s*,\s*\w+)*)\s*\]\s*)?",
    re.ASCII,
)
# In W: real[_, _] the axes have the sizes that their use gives them.
ANY_SIZE = "_"
KINDS = {
    "real": "any real number",
    "positive": "greater than 0",
    "unit": "strictly between 0 and 1",
    "bit": "0 or 1",
    "sign": "-1 or +1",
    "integer": "a positive whole number",
    "label": "a class",
    "index": "a class or sample",
    "simplex": "not negative, summing to 1 over its last axis",
    "onehot": "1 at one place of its last axis, 0 elsewhere",
}
_KIND_SPELLINGS = {"logits": "real", "one_hot": "onehot", "pos": "positive", "target": "real"}


def read_facts(source: str, origin: str = "declare") -> tuple[Fact, ...]:
    """`y: label`, `t: simplex[n]`, `W: real[n, D]`, `n: 3`. Raises FormulaError."""
    matched = _FACT.fullmatch(source) if len(source) <= MAX_LENGTH else None
    whole = Span(0, max(1, len(source)))
    if matched is None:
        hint = "a declaration looks like  y: label  or  t: simplex[n]"
        raise FormulaError([Complaint("cannot read this declaration", source, whole, hint, origin)])
    kind = matched["kind"].lower()
    kind = _KIND_SPELLINGS.get(kind, kind)
    if kind not in KINDS and not kind.isdigit():
        span = Span(*matched.span("kind"))
        hint = "kinds are " + ", ".join(KINDS)
        raise FormulaError([Complaint(f"unknown kind {kind!r}", source, span, hint, origin)])
    if kind.isdigit() and not 0 < len(kind) <= 6:
        raise FormulaError([Complaint("a size has at most 6 digits", source, whole, "", origin)])
    if kind.isdigit() and not int(kind):
        raise FormulaError([Complaint("a size is 1 or more", source, whole, "", origin)])
    sizes = tuple(s.strip() for s in (matched["sizes"] or "").split(",") if s.strip())
    return tuple(
        Fact(name.strip(), kind, sizes, source, Span(*matched.span("names")))
        for name in matched["names"].split(",")
    )
