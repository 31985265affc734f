"""A checked document made by hand: every status, notes in it, and text that means harm."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from derive import verify
from derive.document.items import Asked, Checked, Item, Kind
from derive.errors import Complaint
from derive.syntax import Span
from derive.verdict import Undecided, Verdict

ARTICLE = r"""# The gradient of softmax + NLL

Let \[p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}\] and
\[L = -\log p_y\]

## Derivation

Then \[\frac{\partial L}{\partial f_k} = \frac{\partial L}{\partial p_k} \frac{\partial p_k}
{\partial f_k}\]
\[\frac{\partial p_k}{\partial f_k} = p_k (1 - p_k)\]
so that $-\frac{1}{p_k} p_k (1 - p_k) = p_k - 1$, and
\begin{align}
\frac{\partial L}{\partial f_k} &= p_k
  - 1
\end{align}
with $\sum_k p_k = 2$ and $\max_j f_j = m$ and \[\foo{x} = 1\]
"""

SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
LOSS = "L = -log(p[y])"
GIVEN = (SOFTMAX, LOSS)


@cache
def judged(claim: str, given: tuple[str, ...] = GIVEN) -> Verdict:
    return verify(claim, given=given)


def place(source: str, text: str = ARTICLE) -> dict[str, int]:
    start = text.index(source)
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return {"line": line, "column": column, "start": start, "stop": start + len(source)}


def item(number: int, source: str, claim: str = "", kind: Kind = "claim", **more: Any) -> Item:
    told: dict[str, Any] = {"text": claim, **place(source), **more}
    if kind == "claim" and claim:
        told.setdefault("verdict", judged(claim))
        told.setdefault("asked", Asked(claim=claim, given=GIVEN))
    return Item(number=number, source=source, kind=kind, **told)


def unread(number: int, source: str, bad: str, message: str) -> Item:
    start = source.index(bad)
    complaint = Complaint(message, source, Span(start, start + len(bad)), "define it", "formula")
    return item(number, source, complaint=complaint)


def article(name: str = "article.md") -> Checked:
    chain = r"\frac{\partial L}{\partial f_k} = \frac{\partial L}{\partial p_k}"
    chain += " \\frac{\\partial p_k}\n{\\partial f_k}"
    last = "\\frac{\\partial L}{\\partial f_k} &= p_k\n  - 1"
    steps = r"-\frac{1}{p_k} p_k (1 - p_k) = p_k - 1"
    path = "d(L, f[k]) == d(L, p[k])*d(p[k], f[k])"
    section = "Derivation"
    given = {"kind": "definition", "section": "The gradient of softmax + NLL"}
    items = (
        item(1, r"p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}", SOFTMAX, **given),
        item(2, r"L = -\log p_y", LOSS, **given),
        item(3, chain, path, section=section, notes=("I read p_k as an entry of its own",)),
        item(4, r"\frac{\partial p_k}{\partial f_k} = p_k (1 - p_k)",
             "d(p[k], f[k]) == p[k]*(1 - p[k])", section=section),
        item(5, steps, "-1/p[k]*(p[k]*(1 - p[k])) == p[k] - 1", section=section, rests_on=(3,)),
        item(6, last, "d(L, f[k]) == p[k] - 1", section=section, jump=True, rests_on=(3,),
             cancels=True),
        item(7, r"\sum_k p_k = 2", "sum(p[k], k) == 2", section=section),
        item(8, r"\max_j f_j = m", "max(f[j], j) == m", section=section,
             verdict=Undecided(claim="max(f[j], j) == m", reason="max is outside of the fragment")),
        replace(unread(9, r"\foo{x} = 1", r"\foo", r"unknown command \foo"), section=section),
    )  # fmt: skip
    return Checked(
        name=name,
        text=ARTICLE,
        items=items,
        headline="line 8 holds only if k == y",
        notes=("read as Markdown",),
    )


def proved(name: str = "right.md") -> Checked:
    items = tuple(each for each in article().items if each.number in (1, 2, 4))
    return Checked(name=name, text=ARTICLE, items=items, headline="every equality is proved")
