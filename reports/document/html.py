"""A checked document as one HTML page that needs nothing else, like the report of a derivation."""

from __future__ import annotations

from reports.columns import harmless
from reports.document.corrected import corrected
from reports.document.picture import picture, resting
from reports.document.record import DocumentRecord
from reports.html import environment, font
from reports.words import Words


def render_html(record: DocumentRecord) -> str:
    """The record as a page; equal records give equal bytes."""
    page = environment().get_template("document.html")
    words = Words(record.lang)
    shown = page.render(
        record=record,
        words=words,
        font=font(),
        picture=picture(record),
        resting=resting(record),
        corrected=corrected(record),
    )
    return harmless(shown) + "\n"
