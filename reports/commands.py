"""What each command does. Imported only once the command line has been read."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from derive.errors import Disagreement, GradproofError
from reports.cli import EXIT_ALARM, EXIT_NOT_PROVED, EXIT_PROVED, EXIT_UNDECIDED, EXIT_USAGE

SCHEMA_VERSION = 1
_EXITS = {
    "proved": EXIT_PROVED,
    "conditional": EXIT_NOT_PROVED,
    "refuted": EXIT_NOT_PROVED,
    "undecided": EXIT_UNDECIDED,
}
_SIGNS = {"proved": "✓", "conditional": "◐", "refuted": "✗", "undecided": "?"}
_COLOURS = {"proved": "32", "conditional": "33", "refuted": "31", "undecided": "35"}
# A claim has at most this many characters; more is not even read.
_STDIN_LIMIT = 1_000_000

_Command = Callable[[argparse.Namespace], int]


def _for_people(command: _Command) -> _Command:
    """Mistakes of the input become a message and exit 2; a disagreement becomes an alarm."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except Disagreement as error:
            return _alarm(error)
        except GradproofError as error:
            print(error, file=sys.stderr)
            return EXIT_USAGE

    return run


def _alarm(error: Disagreement) -> int:
    handle, name = tempfile.mkstemp(prefix="gradproof-alarm-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{error}\n{' '.join(sys.argv)}\n")
    print(
        f"gradproof contradicts itself, so there is no verdict. Please send us {name}",
        file=sys.stderr,
    )
    return EXIT_ALARM


def colourful() -> bool:
    """Whether standard output is a terminal that wants colour."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


@contextmanager
def progress(message: str) -> Iterator[None]:
    """The message on standard error while something long goes on, if that is a terminal."""
    shown = sys.stderr.isatty()
    if shown:
        print(f"{message} ...", end="\r", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if shown:
            print(" " * (len(message) + 4), end="\r", file=sys.stderr, flush=True)


@_for_people
def verify(arguments: argparse.Namespace) -> int:
    """Judge one claim."""
    from derive import verify as judge

    claim = arguments.claim
    if claim == "-":
        claim = sys.stdin.read(_STDIN_LIMIT).strip()
    verdict = judge(
        claim,
        given=arguments.given,
        declare=arguments.declare,
        where=arguments.where,
        assume=arguments.assume,
        timeout=arguments.timeout,
    )
    data = verdict.to_json()
    if arguments.format == "json":
        _print_json({"schema_version": SCHEMA_VERSION, "verdicts": [data]})
    else:
        print("\n".join(verdict_lines(data, str(verdict.counterexample or ""), colourful())))
    return _EXITS[verdict.status]


def verdict_lines(data: Mapping[str, Any], counterexample: str, colour: bool) -> Iterator[str]:
    """A verdict for the terminal: sign and word, condition, counterexample, reading."""
    status = str(data["status"])
    head = f"{_SIGNS[status]} {status}"
    yield (f"\033[{_COLOURS[status]}m{head}\033[0m" if colour else head) + f"  {data['claim']}"
    if status == "proved":
        yield "  for every size and every index"
    if data["condition"]:
        yield f"  holds only if {data['condition']}"
    if counterexample:
        point, _, values = counterexample.rpartition(": left = ")
        left, _, right = values.partition(", right = ")
        yield f"  counterexample: {point or 'at every point'}"
        yield f"    left  = {left}"
        yield f"    right = {right}"
    for key, label in (("repair", "nearest right formula"), ("reason", "because")):
        if data[key]:
            yield f"  {label}: {data[key]}"
    for premise in data["premises"]:
        yield f"  where its definitions have a value: {premise}"
    for line in data["reading"][1:]:
        yield f"  read {line}"


def _print_json(data: Any) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False))


@_for_people
def derive(arguments: argparse.Namespace) -> int:
    """Print one derivation."""
    from derive import derivation
    from derive.catalogue import CATALOGUE
    from reports.terminal import render_text

    loss = arguments.loss
    if loss not in CATALOGUE and not loss.replace("-", "").isalnum():
        loss = _own_loss(loss, arguments.wrt, arguments.given)
    found = derivation(
        loss,
        wrt=arguments.wrt,
        order=arguments.order,
        path=arguments.path,
        declare=arguments.declare,
    )
    data = found.to_json()
    if arguments.format == "json":
        _print_json(data)
    else:
        print(render_text(data, color=colourful(), lang=arguments.lang), end="")
    return _EXITS[found.status]


def _own_loss(formula: str, wrt: str, given: Sequence[str]) -> Any:
    """A loss that is no row of the catalogue: its formula names it L unless it names itself."""
    from derive.catalogue import Loss
    from derive.read.formula import read_expression

    if not wrt:
        raise GradproofError("a formula needs --wrt, what to differentiate by:  --wrt 'f[k]'")
    name, equals, body = formula.partition("=")
    if not equals:
        name, body = "L", formula
    read_expression(body, "loss")
    return Loss(
        name=name.strip(),
        title=formula.strip(),
        given=(*given, f"{name.strip()} = {body.strip()}"),
        first=wrt,
        gradient="",
        second=wrt,
        hessian="",
        value=name.strip(),
    )


@_for_people
def report(arguments: argparse.Namespace) -> int:
    """Write a report in every format that was asked for."""
    from reports.output import write_text
    from reports.terminal import render_text

    formats = [_format(path) for path in arguments.output]
    with progress(f"deriving and checking {arguments.loss}"):
        record = _record(arguments)
    if not formats:
        print(render_text(record, color=colourful()), end="")
    for path, form in zip(arguments.output, formats, strict=True):
        write_text(path, _RENDER[form](record))
        print(f"wrote {path}")
    return _EXITS[record.first.badge.status]


def _format(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in _RENDER:
        raise GradproofError(f"{path}: the ending must be one of {', '.join(_RENDER)}")
    return ending


def _record(arguments: argparse.Namespace) -> Any:
    from derive import derivation
    from derive.catalogue import CATALOGUE
    from reports.evidence import evidence
    from reports.record import build_record

    name, extra = arguments.loss, {"declare": arguments.declare}
    found = [derivation(name, **extra)]
    if CATALOGUE[name].inner:
        found.append(derivation(name, path="textbook", **extra))
    found.append(derivation(name, order=2, **extra))
    return build_record([d.to_json() for d in found], evidence(name), arguments.lang)


def _html(record: Any) -> str:
    from reports.html import render_html

    return render_html(record)


def _latex(record: Any) -> str:
    from reports.latex import render_latex

    return render_latex(record)


def _text(record: Any) -> str:
    from reports.terminal import render_text

    return render_text(record)


def _json(record: Any) -> str:
    return json.dumps(record.to_json(), indent=2, ensure_ascii=False) + "\n"


_RENDER: Mapping[str, Callable[[Any], str]] = {
    ".html": _html,
    ".tex": _latex,
    ".txt": _text,
    ".json": _json,
}


@_for_people
def losses(arguments: argparse.Namespace) -> int:
    """List the catalogue."""
    from derive import losses as rows

    if arguments.format == "json":
        listed = [
            {
                "name": r.name,
                "title": r.title,
                "given": list(r.given),
                "declare": list(r.declare),
                "gradient": r.claim(1),
                "hessian": r.claim(2),
                "source": r.source,
            }
            for r in rows()
        ]
        _print_json({"schema_version": SCHEMA_VERSION, "losses": listed})
        return EXIT_PROVED
    width = max(len(row.name) for row in rows())
    for row in rows():
        print(f"{row.name:<{width}}  {row.title}")
        print(f"{'':<{width}}  {row.claim(1)}")
    return EXIT_PROVED


def completion(arguments: argparse.Namespace) -> int:
    """Print a completion script for a shell."""
    import shtab

    print(shtab.complete(arguments.parser, shell=arguments.shell))
    return EXIT_PROVED


COMMANDS: Mapping[str, _Command] = {
    "verify": verify,
    "derive": derive,
    "report": report,
    "losses": losses,
    "completion": completion,
}
