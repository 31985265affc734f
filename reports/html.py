"""A record as one HTML page that needs nothing else: no script, no request, its own maths font."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.columns import harmless
from reports.mathml import latex_to_mathml
from reports.record import Record
from reports.words import Words

__all__ = ["latex_to_mathml", "render_html"]


def render_html(record: Record) -> str:
    """The record as a page; equal records give equal bytes."""
    page = environment().get_template("report.html")
    return harmless(page.render(record=record, words=Words(record.lang), font=font())) + "\n"


@cache
def environment() -> Environment:
    """Templates of this package: everything escaped, and a missing field is an error."""
    # PackageLoader looks for "templates" inside this package, also in an installed wheel.
    made = Environment(loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined)
    made.globals["mathml"] = latex_to_mathml
    return made


@cache
def font() -> str:
    data = resources.files("reports").joinpath("fonts/STIXTwoMath.subset.woff2").read_bytes()
    return b64encode(data).decode("ascii")
