"""The pages of diagnosis codes: `gradproof explain`."""

from __future__ import annotations

from collections.abc import Iterator

from derive.diagnoses import DIAGNOSES, Diagnosis
from derive.errors import GradproofError
from reports import diagnoses_ko
from reports.shell import verify_command

_HEADINGS = {
    "en": ("wrong", "right only if", "right", "given", "declared", "where", "try"),
    "ko": ("틀림", "이때만 맞음", "맞음", "정의", "선언", "조건", "실행"),
}


def titled(row: Diagnosis, lang: str) -> tuple[str, str]:
    """The row's name and meaning in a language."""
    return (row.name, row.meaning) if lang == "en" else diagnoses_ko.ROWS[row.code]


def index(lang: str) -> Iterator[str]:
    """All codes with their names, a line each."""
    for row in DIAGNOSES.values():
        yield f"{row.code}  {titled(row, lang)[0]}"


def page(code: str, lang: str) -> Iterator[str]:
    """What a code means, with an example. Raises GradproofError for a code that is not there."""
    row = DIAGNOSES.get(code.upper())
    if row is None:
        raise GradproofError(f"there is no code {code!r}\n  hint: gradproof explain lists them")
    name, meaning = titled(row, lang)
    yield from (f"{row.code}  {name}", "", meaning, "")
    wrong, holds, right, given, declared, where, run = _HEADINGS[lang]
    for heading, texts in (
        (given, row.given),
        (declared, row.declare),
        (where, (row.where,)),
        (wrong, (row.wrong,)),
        (holds, (row.holds,)),
        (right, (row.right,)),
    ):
        yield from (f"  {heading}: {text}" for text in texts if text)
    setting = {"given": row.given, "declare": row.declare, "where": (row.where,)}
    options = [(kind, text) for kind, texts in setting.items() for text in texts if text]
    yield from ("", f"  {run}: {verify_command(row.wrong, options)}")
