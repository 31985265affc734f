"""`gradproof verify`: one claim, a file of claims, or both sides at one point."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from derive.budget import limited
from derive.decide import pose
from derive.errors import GradproofError, OutOfBudget, OutOfFragment
from derive.witness.recompute import recompute
from reports import formats
from reports.claims import KINDS, Asked, Written, read_claims
from reports.cli import EXIT_NOT_PROVED, EXIT_UNDECIDED
from reports.console import (
    SCHEMA_VERSION,
    ProgressLine,
    colourful,
    exit_status,
    print_json,
    read_file,
    read_stdin,
)
from reports.judged import Judged, judge, judge_all
from reports.latex_claims import latex_claim
from reports.plain import evaluation_lines, listed, mistake_lines, summary, verdict_lines
from reports.words import Words

# A claim on standard input may have this many characters, a file of claims this many bytes.
_CLAIM_LIMIT, _FILE_LIMIT = 1_000_000, 10_000_000


def verify(arguments: argparse.Namespace) -> int:
    """Judge what the command line asks for; returns the exit status."""
    if arguments.latex:
        result = latex_claim(arguments, _claim(arguments))
    elif arguments.read is not None:
        raise GradproofError("--read chooses a reading of LaTeX\n  hint: add --latex")
    elif arguments.file is not None:
        return _verify_file(arguments)
    else:
        asked = _asked(arguments)
        if arguments.at is not None:
            return _verify_at(asked, arguments)
        result = judge(asked, arguments.timeout)
    words, colour = Words(arguments.lang), arguments.format == "text" and colourful()
    text = "\n".join(verdict_lines(result, words, colour))
    status = exit_status([result.exit], arguments)
    if arguments.format == "text":
        print(text)
    else:
        _print_for_tools(arguments.format, [result], "claim", status, text)
    return status


def _claim(arguments: argparse.Namespace) -> str:
    claim = arguments.claim
    return read_stdin(_CLAIM_LIMIT).strip() if claim == "-" else str(claim)


def _asked(arguments: argparse.Namespace) -> Asked:
    claim = _claim(arguments)
    setting = tuple((kind, Written(text)) for kind, text in _setting(arguments))
    asked = Asked(Written(claim), setting)
    return asked.from_one() if arguments.zero_based else asked


def _setting(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        texts = getattr(arguments, kind)
        for text in [texts] if isinstance(texts, str) else texts:
            if kind != "where" or text.strip():
                yield kind, text


def _print_for_tools(form: str, results: list[Judged], origin: str, status: int, text: str) -> None:
    match form:
        case "json":
            print_json(formats.as_json(results, origin))
        case "sarif":
            print_json(formats.sarif({origin: results}, status))
        case "junit":
            print(formats.junit({origin: results}), end="")
        case "github":
            print(formats.github({origin: results}, text))


def _verify_at(asked: Asked, arguments: argparse.Namespace) -> int:
    """Both sides at one point: 1 if they differ there, else 3, for one point proves nothing."""
    if arguments.format not in ("text", "json"):
        raise GradproofError("--at is for --format text and json")
    problem = pose(asked.claim.text, **asked.posed())
    try:
        with limited(arguments.timeout):
            found = recompute(problem, arguments.at)
    except (OutOfBudget, OutOfFragment) as error:
        print(f"no values at this point: {error}", file=sys.stderr)
        return exit_status([EXIT_UNDECIDED], arguments)
    if arguments.format == "json":
        print_json({"schema_version": SCHEMA_VERSION, "evaluation": found.to_json()})
    else:
        print("\n".join(evaluation_lines(found, Words(arguments.lang))))
    return exit_status([EXIT_NOT_PROVED if found.differ else EXIT_UNDECIDED], arguments)


def _verify_file(arguments: argparse.Namespace) -> int:
    """Every claim of a file; the exit status is the worst one."""
    form, words = arguments.format, Words(arguments.lang)
    origin, source = _claims_file(arguments.file)
    items = list(read_claims(source, _setting(arguments)))
    if not items:
        raise GradproofError(f"{origin}: no claim in it\n  hint: write one claim a line")
    results: list[Judged] = []
    lines: list[str] = []
    judged = judge_all(items, arguments.timeout, arguments.zero_based)
    for result in _with_progress(judged, origin, len(items)):
        results.append(result)
        mistakes = list(mistake_lines(result, origin, words))
        if form == "github":
            lines += [*mistakes, *listed(result, origin, words, colour=False)]
            continue
        for line in mistakes:
            print(line, file=sys.stderr)
        if form == "text":
            for line in listed(result, origin, words, colourful()):
                print(line)
    status = exit_status((result.exit for result in results), arguments)
    lines.append(summary(results, words))
    if form == "text":
        print(lines[-1])
    else:
        _print_for_tools(form, results, origin, status, "\n".join(lines))
    return status


def _claims_file(name: str) -> tuple[str, str]:
    if name == "-":
        return "stdin", read_stdin(_FILE_LIMIT)
    return name, read_file(Path(name), _FILE_LIMIT)


def _with_progress(judged: Iterable[Judged], origin: str, total: int) -> Iterator[Judged]:
    """The results as they come, with one line about them on standard error if it is a terminal."""
    with ProgressLine(origin) as line:
        for done, result in enumerate(judged, start=1):
            line.clear()
            yield result
            line.tell(done, total)
