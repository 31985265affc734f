"""A checked document as a LaTeX file; the author's TeX is printed in it as text, never run."""

from __future__ import annotations

from reports.document.corrected import corrected
from reports.document.picture import resting
from reports.document.record import DocumentRecord
from reports.latex import environment
from reports.words import Words


def render_latex(record: DocumentRecord) -> str:
    """The record as a .tex file; equal records give equal bytes."""
    page = environment(record.lang).get_template("document.tex")
    shown = page.render(
        record=record,
        words=Words(record.lang),
        resting=resting(record),
        corrected=corrected(record),
    )
    return shown + "\n"
