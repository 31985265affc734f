"""Tables that are made from data: of the losses in the README and docs/losses.md, of the mistakes.

`python tests/catalogue_tables.py` writes them; the tests compare them with what stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from derive.catalogue import Loss, TextbookClaim, losses, textbook
from derive.diagnoses import DIAGNOSES
from reports.signs import SIGNS

ROOT = Path(__file__).parent.parent
README, PAGE = ROOT / "README.md", ROOT / "docs" / "losses.md"
MISTAKES = ROOT / "docs" / "diagnoses.md"
START, STOP = "<!-- catalogue -->\n", "\n<!-- /catalogue -->"
SHORT = 2


def claims_of(row: Loss) -> list[TextbookClaim]:
    """The row's own gradient and Hessian, then what is printed of it."""
    own = [
        TextbookClaim(row.name, row.claim(order), "proved", says, row.source)
        for order, says in ((1, "the gradient"), (2, "the Hessian"))
    ]
    return [*own, *(claim for claim in textbook() if claim.loss == row.name)]


def readme_table() -> str:
    """A line a loss: its gradient, and the best-known wrong formulas with what is wrong."""
    lines = ["| loss | gradient ✓ | also printed |", "|---|---|---|"]
    for row in losses():
        wrong = (c for c in claims_of(row) if c.status != "proved" and not _second_order(row, c))
        cell = "<br>".join(map(_short, islice(wrong, SHORT)))
        name = f"[{row.name}](docs/losses.md#{row.name})"
        lines.append(f"| {name} | {_code(row.gradient)} | {cell} |")
    return "\n".join(lines)


def _second_order(row: Loss, claim: TextbookClaim) -> bool:
    return claim.claim.startswith(f"d({row.value}, {row.first}, {row.second})")


def _short(claim: TextbookClaim) -> str:
    right = claim.claim.split(" == ", 1)[-1]
    return f"{SIGNS[claim.status]} {_code(right)} {_verdict(claim)}"


def _verdict(claim: TextbookClaim) -> str:
    if claim.status == "conditional":
        return f"{'only ' * claim.necessary}if {_code(claim.condition)}"
    return claim.says if claim.status == "refuted" else ""


def _code(formula: str) -> str:
    """A formula in a cell of a table."""
    return f"`{formula.replace('|', chr(92) + '|')}`"


def page() -> str:
    """docs/losses.md: for each loss its definitions and every claim with its verdict."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    total = sum(len(claims_of(row)) for row in losses())
    yield "# The losses and what is printed of them"
    yield ""
    yield (
        f"{len(losses())} losses, {total} formulas, each with the verdict of `gradproof verify`: "
        "✓ proved, ◐ right only under the condition, ✗ refuted. The tests ask for every one of "
        "them; `python tests/catalogue_tables.py` writes this page."
    )
    for row in losses():
        yield from ("", f"## {row.name}", "", f"{_sentence(row.title)} {row.source}.", "")
        yield from (f"- given {_code(text)}" for text in row.given)
        if row.declare:
            yield f"- declared {', '.join(map(_code, row.declare))}"
        yield from ("", "| | formula | what it is | nearest right formula | seen |")
        yield "|---|---|---|---|---|"
        for claim in claims_of(row):
            formula = " ".join([_code(claim.claim), *_setting(claim)])
            told = claim.says
            if claim.condition:
                told += f"; right {'only ' * claim.necessary}if {_code(claim.condition)}"
            mended = _code(claim.repair) if claim.repair else ""
            yield f"| {SIGNS[claim.status]} | {formula} | {told} | {mended} | {claim.seen} |"


def _sentence(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}."


def _setting(claim: TextbookClaim) -> Iterator[str]:
    if claim.where:
        yield f"where {_code(claim.where)}"
    yield from (f"assuming {_code(equation)}" for equation in claim.assume)


def mistakes() -> str:
    """docs/diagnoses.md: every code with its example, as `gradproof explain` shows it."""
    return "\n".join(_mistake_lines()) + "\n"


def _mistake_lines() -> Iterator[str]:
    yield "# What goes wrong in gradients"
    yield ""
    yield (
        "`gradproof verify` names the mistake that the nearest right formula mends; "
        "`gradproof explain CODE` shows a page. Every example here is judged by the tests: the "
        "wrong formula gets this code, the right one is proved."
    )
    for row in DIAGNOSES.values():
        yield from ("", f"## {row.code} {row.name}", "", row.meaning, "")
        yield from (f"- given {_code(text)}" for text in row.given)
        yield from (f"- declared {_code(text)}" for text in row.declare)
        if row.where:
            yield f"- where {_code(row.where)}"
        only = f", right only if {_code(row.holds)}" if row.holds else ""
        yield f"- {SIGNS['conditional' if row.holds else 'refuted']} {_code(row.wrong)}{only}"
        yield f"- {SIGNS['proved']} {_code(row.right)}"


def main() -> None:
    """Write all tables."""
    before, _, rest = README.read_text("utf-8").partition(START)
    after = rest.partition(STOP)[2]
    README.write_text(f"{before}{START}{readme_table()}{STOP}{after}", "utf-8")
    PAGE.write_text(page(), "utf-8")
    MISTAKES.write_text(mistakes(), "utf-8")


if __name__ == "__main__":
    main()
