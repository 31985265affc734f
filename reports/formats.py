"""Judged claims for other tools: JSON, SARIF 2.1.0, JUnit XML, GitHub's workflow commands."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from derive.diagnoses import DIAGNOSES
from reports.claims import Asked, Mistake, Written
from reports.cli import EXIT_USAGE
from reports.console import SCHEMA_VERSION
from reports.judged import Judged

# What became of the claims of each file; a claim on the command line counts as one called "claim".
Results = Mapping[str, Sequence[Judged]]

_LEVELS = {"refuted": "error", "conditional": "warning"}
_WITHOUT_DIAGNOSIS = {"refuted": "GP000", "conditional": "GP001"}
# GitHub shows ten annotations of each level a step and drops the rest without a word.
_SHOWN_BY_GITHUB = 10


def rule(verdict: dict[str, Any]) -> str:
    """The code of what is wrong: the diagnosis, else one that says only that something is."""
    code = verdict["diagnosis"]
    return code if code in DIAGNOSES else _WITHOUT_DIAGNOSIS[verdict["status"]]


def sentence(result: Judged) -> str:
    """A verdict in one line, for where there is room for one."""
    data = result.verdict
    assert data is not None
    parts = [f"{data['status']}: {data['claim']}"]
    if data["condition"]:
        parts.append(f"holds {'only ' * data['necessary']}if {data['condition']}")
    if data["diagnosis"] in DIAGNOSES:
        parts.append(f"{data['diagnosis']} {DIAGNOSES[data['diagnosis']].name}")
    if result.counterexample:
        parts.append(f"counterexample: {result.counterexample}")
    if data["repair"]:
        parts.append(f"nearest right formula: {data['repair']}")
    if data["reason"]:
        parts.append(f"because {data['reason']}")
    return "; ".join(parts)


def as_json(results: Sequence[Judged], origin: str) -> dict[str, Any]:
    """The verdicts as plain data; file and line are None for a claim on the command line."""
    verdicts = []
    for result in results:
        if result.asked is not None and result.verdict is not None:
            line = result.asked.claim.line or None
            verdicts.append({"file": line and origin, "line": line, **result.verdict})
    mistakes = [
        {"file": (m.line and origin) or None, **m.to_json()}
        for result in results
        for m in result.mistakes
    ]
    return {"schema_version": SCHEMA_VERSION, "verdicts": verdicts, "mistakes": mistakes}


# SARIF: defects only. What could not be read or decided is a notification of the run.


def sarif(results: Results, status: int) -> dict[str, Any]:
    """A SARIF 2.1.0 log as plain data; `status` is the exit."""
    judged = [(origin, result) for origin, found in results.items() for result in found]
    defects = [(o, r) for o, r in judged if r.verdict is not None and r.status in _LEVELS]
    codes = sorted({rule(r.verdict) for _, r in defects if r.verdict is not None})
    driver = {
        "name": "gradproof",
        "version": _version(),
        "rules": [_sarif_rule(code) for code in codes],
    }
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": status != EXIT_USAGE
                and all(r.status != "unread" for _, r in judged),
                "exitCode": status,
                "toolExecutionNotifications": [
                    told for origin, result in judged for told in _notifications(result, origin)
                ],
            }
        ],
        "results": [_sarif_result(r, origin, codes, seen) for origin, r in defects],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return {"$schema": schema, "version": "2.1.0", "runs": [run]}


def _version() -> str:
    try:
        return version("gradproof")
    except PackageNotFoundError:
        return "not installed"


def _sarif_rule(code: str) -> dict[str, Any]:
    told = DIAGNOSES[code]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in re.findall(r"\w+", told.name)),
        "shortDescription": _sarif_text(told.name),
        "fullDescription": _sarif_text(told.meaning),
        "help": _sarif_text(f"{told.meaning} See: gradproof explain {code}"),
    }


def _sarif_text(text: str) -> dict[str, str]:
    """A message; braces are doubled, since single ones hold places for arguments."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _sarif_result(
    result: Judged, origin: str, codes: Sequence[str], seen: Counter[str]
) -> dict[str, Any]:
    assert result.verdict is not None
    assert result.asked is not None
    code = rule(result.verdict)
    claim = " ".join(result.asked.claim.text.split())
    seen[f"{origin} {code} {claim}"] += 1
    told = hashlib.sha256(f"{code} {claim}".encode()).hexdigest()[:32]
    return {
        "ruleId": code,
        "ruleIndex": codes.index(code),
        "level": _LEVELS[result.status],
        "message": _sarif_text(sentence(result)),
        "locations": [_sarif_claim(result.asked, origin)],
        # The one fingerprint that GitHub reads. No line number in it: claims move.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{told}:{seen[f'{origin} {code} {claim}']}"
        },
    }


def _sarif_claim(asked: Asked, origin: str) -> dict[str, Any]:
    at = asked.claim
    last, end = at.end
    several = {"endLine": last} if last > at.line else {}
    region = {**_sarif_place(at.line, at.column), **several, "endColumn": end}
    return _sarif_location(origin, region)


def _sarif_place(line: int, column: int) -> dict[str, int]:
    return {"startLine": max(line, 1), "startColumn": column}


def _sarif_location(origin: str, region: dict[str, int]) -> dict[str, Any]:
    path = Path(origin)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _notifications(result: Judged, origin: str) -> Iterator[dict[str, Any]]:
    for mistake in result.mistakes:
        place = _sarif_place(mistake.line, mistake.column)
        yield {
            "level": "error",
            "message": _sarif_text(_with_hint(mistake)),
            "locations": [_sarif_location(origin, place)],
        }
    if result.status == "undecided" and result.asked is not None:
        yield {
            "level": "note",
            "message": _sarif_text(sentence(result)),
            "locations": [_sarif_claim(result.asked, origin)],
        }


def _with_hint(mistake: Mistake) -> str:
    return f"{mistake.message} (hint: {mistake.hint})" if mistake.hint else mistake.message


# JUnit: a suite a file, a test case a claim. Undecided is skipped and never passes.


def junit(results: Results) -> str:
    """JUnit XML."""
    every = [result for found in results.values() for result in found]
    root = ElementTree.Element("testsuites", {"name": "gradproof", **_junit_totals(every)})
    for origin, found in results.items():
        about = {"name": _xml_text(origin), **_junit_totals(found)}
        suite = ElementTree.SubElement(root, "testsuite", about)
        for result in found:
            _junit_case(suite, result, origin)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_totals(results: Sequence[Judged]) -> dict[str, str]:
    counts = Counter(result.status for result in results)
    return {
        "tests": str(len(results)),
        "failures": str(counts["refuted"] + counts["conditional"]),
        "errors": str(counts["unread"]),
        "skipped": str(counts["undecided"]),
        "time": f"{sum(r.verdict['seconds'] for r in results if r.verdict):.6f}",
    }


def _junit_case(suite: ElementTree.Element, result: Judged, origin: str) -> None:
    line = max(1, result.asked.claim.line if result.asked else result.mistakes[0].line)
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {
            "name": _xml_text(_named(result) or f"line {line}"),
            "classname": _xml_text(origin),
            "file": _xml_text(origin),
            "line": str(line),
            "time": f"{result.verdict['seconds'] if result.verdict else 0:.6f}",
        },
    )
    if result.verdict is None:
        told = "\n".join(map(_with_hint, result.mistakes)) or "told above"
        ElementTree.SubElement(case, "error", {"type": "unread", "message": _xml_text(told)})
    elif result.status in _LEVELS:
        about = {"type": rule(result.verdict), "message": sentence(result)}
        failure = ElementTree.SubElement(case, "failure", about)
        failure.text = result.verdict["recompute"]
    elif result.status == "undecided":
        ElementTree.SubElement(case, "skipped", {"message": sentence(result)})


def _named(result: Judged) -> str:
    """The claim on one line."""
    return "" if result.asked is None else " ".join(result.asked.claim.text.split())


def _xml_text(text: str) -> str:
    """The text without the characters that no XML document may have."""
    return "".join(
        c if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )  # fmt: skip


# GitHub: an annotation for each defect, as many as are shown.


def github(results: Results, text: str) -> str:
    """Workflow commands after the text, in which nothing is taken for a command."""
    found: dict[str, list[str]] = {"error": [], "warning": []}
    for origin, judged in results.items():
        for result in judged:
            for level, line in _annotations(result, origin):
                found[level].append(line)
    # What no text can hold is its own hash, so that no line of it ends the pause.
    token = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    lines = [f"::stop-commands::{token}", text.rstrip("\n"), f"::{token}::"]
    return "\n".join((*lines, *(line for level in found for line in _capped(level, found[level]))))


def _annotations(result: Judged, origin: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a claim, each with its level."""
    for mistake in result.mistakes:
        place = {"file": origin, "line": str(mistake.line), "col": str(mistake.column)}
        place = place if mistake.line else {}
        yield "error", _annotation("error", place, "gradproof", _with_hint(mistake))
    if result.verdict is not None and result.asked is not None and result.status != "proved":
        level = _LEVELS.get(result.status, "warning")
        title = rule(result.verdict) if result.status in _LEVELS else "undecided"
        place = _github_place(result.asked.claim, origin)
        yield level, _annotation(level, place, f"gradproof {title}", sentence(result))


def _capped(level: str, lines: Sequence[str]) -> Iterator[str]:
    if len(lines) <= _SHOWN_BY_GITHUB:
        yield from lines
        return
    yield from lines[: _SHOWN_BY_GITHUB - 1]
    more = len(lines) - _SHOWN_BY_GITHUB + 1
    yield f"::{level} title=gradproof::{more} more, see the log of this step"


def _github_place(claim: Written, origin: str) -> dict[str, str]:
    """Where a claim of a file stands; nothing for one on the command line."""
    if not claim.line:
        return {}
    last, end = claim.end
    if last > claim.line:
        return {"file": origin, "line": str(claim.line), "endLine": str(last)}
    return {
        "file": origin,
        "line": str(claim.line),
        "col": str(claim.column),
        "endColumn": str(end),
    }


def _annotation(level: str, place: dict[str, str], title: str, message: str) -> str:
    about = {**place, "title": title}
    fields = ",".join(f"{key}={_property(value)}" for key, value in about.items())
    return f"::{level} {fields}::{_message(message)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
