"""What each command does. Imported only once the command line has been read."""

from __future__ import annotations

import argparse
import itertools
import json
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.errors import GradproofError
from reports.cli import EXIT_ALARM, EXIT_PROVED
from reports.columns import harmless
from reports.console import (
    EXITS,
    SCHEMA_VERSION,
    Command,
    colourful,
    for_people,
    print_json,
    progress,
)
from reports.pdf import need_pdf
from reports.shell import report_command

if TYPE_CHECKING:
    from derive.catalogue import Loss
    from reports.record import Record


@for_people
def verify(arguments: argparse.Namespace) -> int:
    """Judge one claim or a file of claims."""
    from reports.verifying import verify as run

    return run(arguments)


@for_people
def check(arguments: argparse.Namespace) -> int:
    """Judge every equality of a document."""
    from reports.document.command import check as run

    return run(arguments)


@for_people
def derive(arguments: argparse.Namespace) -> int:
    """Print one derivation."""
    from derive import derivation
    from reports.terminal import render_text

    found = derivation(
        _loss(arguments),
        wrt=arguments.wrt,
        order=arguments.order,
        path=arguments.path,
        declare=arguments.declare,
    )
    data = found.to_json()
    if arguments.format == "json":
        print_json(data)
    else:
        print(render_text(data, color=colourful(), lang=arguments.lang), end="")
    return EXITS[found.status]


def _loss(arguments: argparse.Namespace) -> str | Loss:
    """The loss that the command line names, or a row of its own for a formula."""
    from derive.catalogue import CATALOGUE

    loss: str = arguments.loss
    if loss in CATALOGUE:
        return loss
    if arguments.wrt:
        return _own_loss(loss, arguments.wrt, arguments.given)
    if not loss.replace("-", "").isalnum():
        raise GradproofError("a formula needs --wrt, what to differentiate by:  --wrt 'f[k]'")
    near = get_close_matches(loss, CATALOGUE, n=1)
    meant = f", did you mean {near[0]!r}?" if near else ""
    raise GradproofError(
        f"the catalogue has no loss {loss!r}{meant}\n"
        "  hint: gradproof losses lists them; for a formula say --wrt 'f[k]'"
    )


# L = ..., L == ... or L[i] = ...; the sign in ind(k == y) names nothing.
_NAMED = re.compile(r"\s*(?P<name>[A-Za-z]\w*(?:\[[^\[\]]*\])?)\s*==?(?P<body>.*)", re.DOTALL)


def _own_loss(formula: str, wrt: str, given: Sequence[str]) -> Loss:
    """A loss that is no row of the catalogue: its formula names it L unless it names itself."""
    from derive.catalogue import Loss
    from derive.read.formula import read_expression

    named = _NAMED.fullmatch(formula)
    name, body = (named["name"], named["body"]) if named else ("L", formula)
    read_expression(body, "loss")
    return Loss(
        name=name,
        title=formula.strip(),
        given=(*given, f"{name} = {body.strip()}"),
        first=wrt,
        gradient="",
        second=_second(wrt, " ".join((formula, *given))),
        hessian="",
        value=name,
        engine=False,
    )


def _second(wrt: str, said: str) -> str:
    """The entry to differentiate by once more: another one, its last index a letter of its own."""
    found = re.fullmatch(r"(.*[\[,]\s*)([A-Za-z]\w*)(\s*\])", wrt.strip())
    if found is None:
        return wrt
    taken = set(re.findall(r"[A-Za-z]\w*", f"{wrt} {said}"))
    letters = itertools.chain("lmrs", (f"l{place}" for place in itertools.count(2)))
    free = next(letter for letter in letters if letter not in taken)
    return f"{found[1]}{free}{found[3]}"


@for_people
def report(arguments: argparse.Namespace) -> int:
    """Write a report in every format that was asked for."""
    from reports.output import refuse, write
    from reports.terminal import render_text

    formats = [_format(path) for path in arguments.output]
    for path in arguments.output:
        refuse(path)
    loss = _loss(arguments)
    with progress(f"deriving and checking {arguments.loss}"):
        record = _record(loss, arguments)
    if not formats:
        print(render_text(record, color=colourful()), end="")
    for path, form in zip(arguments.output, formats, strict=True):
        write(path, _RENDER[form](record))
        print(harmless(f"wrote {path}"))
    return EXIT_ALARM if record.banner.alarm else EXITS[record.banner.badge.status]


def _format(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in _RENDER:
        raise GradproofError(f"{path}: the ending must be one of {', '.join(_RENDER)}")
    if ending == ".pdf":
        need_pdf(path)
    return ending


def _record(loss: str | Loss, arguments: argparse.Namespace) -> Record:
    from concurrent.futures import ProcessPoolExecutor

    from derive import derivation
    from derive.catalogue import CATALOGUE
    from reports.record import build_record

    row = CATALOGUE[loss] if isinstance(loss, str) else loss
    extra = {"declare": arguments.declare}
    # The numbers need SymPy and NumPy and none of the derivations: a second process has the time.
    with ProcessPoolExecutor(max_workers=1, initializer=_leave_interrupts) as second:
        judged = row.engine and not arguments.wrt
        numbers = second.submit(_numbers, row.name) if judged else None
        formulas = second.submit(_formulas, row.name)
        found = [derivation(loss, wrt=arguments.wrt, **extra)]
        if row.inner and not arguments.wrt:
            found.append(derivation(loss, path="textbook", **extra))
        found.append(derivation(loss, wrt=arguments.wrt, order=2, **extra))
        shown = None if numbers is None else numbers.result()
        others = formulas.result()
    told = [("wrt", arguments.wrt)] if arguments.wrt else []
    told += [(kind, text) for kind in ("given", "declare") for text in getattr(arguments, kind)]
    # The record knows the line for a loss of the catalogue as it stands there.
    command = report_command(arguments.loss, told) if told else ""
    return build_record(
        [d.to_json() for d in found], shown, arguments.lang, formulas=others, command=command
    )


def _leave_interrupts() -> None:
    """An interrupt is for the first process, which waits for what this one has begun."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _numbers(name: str) -> dict[str, Any]:
    from reports.evidence import evidence

    return evidence(name)


def _formulas(name: str) -> list[dict[str, Any]]:
    from reports.printed import judged

    return judged(name)


def _html(record: Any) -> str:
    from reports.html import render_html

    return render_html(record)


def _latex(record: Any) -> str:
    from reports.latex import render_latex

    return render_latex(record)


def _pdf(record: Any) -> bytes:
    from reports.pdf import render_pdf

    return render_pdf(_latex(record))


def _text(record: Any) -> str:
    from reports.terminal import render_text

    return render_text(record)


def _json(record: Any) -> str:
    return json.dumps(record.to_json(), indent=2, ensure_ascii=False) + "\n"


_RENDER: Mapping[str, Callable[[Any], str | bytes]] = {
    ".html": _html,
    ".tex": _latex,
    ".pdf": _pdf,
    ".txt": _text,
    ".json": _json,
}


@for_people
def losses(arguments: argparse.Namespace) -> int:
    """List the catalogue."""
    from derive import losses as rows
    from reports.words import Words

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
        print_json({"schema_version": SCHEMA_VERSION, "losses": listed})
        return EXIT_PROVED
    words, width = Words(arguments.lang), max(len(row.name) for row in rows())
    for row in rows():
        print(f"{row.name:<{width}}  {words.title(row.name, row.title)}")
        print(f"{'':<{width}}  {row.claim(1)}")
    return EXIT_PROVED


@for_people
def explain(arguments: argparse.Namespace) -> int:
    """Print what a diagnosis code means, or list all codes."""
    from reports.explain import index, page

    lines = page(arguments.code, arguments.lang) if arguments.code else index(arguments.lang)
    print("\n".join(lines))
    return EXIT_PROVED


def completion(arguments: argparse.Namespace) -> int:
    """Print a completion script for a shell."""
    import shtab

    from derive.catalogue import CATALOGUE

    names = " ".join(CATALOGUE)
    # shtab's annotation has one text for all shells; what it takes is a text for each.
    helpers: Any = {
        "bash": f'_gradproof_losses() {{ compgen -W "{names}" -- "$1"; }}',
        "zsh": f"_gradproof_losses() {{ compadd {names}; }}",
    }
    print(shtab.complete(arguments.parser, shell=arguments.shell, preamble=helpers))
    return EXIT_PROVED


COMMANDS: Mapping[str, Command] = {
    "verify": verify,
    "check": check,
    "derive": derive,
    "report": report,
    "losses": losses,
    "explain": explain,
    "completion": completion,
}
