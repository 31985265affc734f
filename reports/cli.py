"""The command line: gradproof verify | check | derive | report | losses | explain.

Exit status: 0 all proved, 1 something refuted or only conditional, 2 bad input or usage,
3 nothing refuted but something undecided, 4 the two opinions disagree (a bug in gradproof).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

EXIT_PROVED, EXIT_NOT_PROVED, EXIT_USAGE, EXIT_UNDECIDED, EXIT_ALARM = range(5)
EXIT_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        _check_home()
        from reports import commands

        return commands.COMMANDS[arguments.command](arguments)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; nothing more can be said to it, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_NOT_PROVED


def _check_home() -> None:
    """The three packages must lie side by side; another `numeric` may stand before ours."""
    here = Path(__file__).resolve().parent.parent
    for name in ("derive", "numeric"):
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != here:
            print(
                f"another package named {name!r} hides gradproof's: {origin or 'no file'}\n"
                "  hint: run gradproof in a virtual environment of its own",
                file=sys.stderr,
            )
            raise SystemExit(EXIT_USAGE)


def _version() -> str:
    from importlib.metadata import version

    return version("gradproof")


class _Version(argparse.Action):
    """Reads the installed version only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        print(f"gradproof {_version()}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gradproof",
        description="Derive, verify and explain gradients of losses over logits.",
        epilog="Example: gradproof verify 'sum(p[k], k) == 1' --given "
        "'p[k] = exp(f[k])/sum(exp(f[j]), j)'",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_verify(commands)
    _add_check(commands)
    _add_derive(commands)
    _add_report(commands)
    losses = commands.add_parser("losses", help="list the catalogue of losses")
    losses.add_argument("--format", choices=("text", "json"), default="text")
    explain = commands.add_parser("explain", help="what a diagnosis code means")
    explain.add_argument("code", nargs="?", help="GP203; without it, all codes are listed")
    explain.add_argument("--lang", choices=("en", "ko"), default="en")
    completion = commands.add_parser("completion", help="print a shell completion script")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    completion.set_defaults(parser=parser)
    return parser


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _add_setting(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--given", action="append", default=[], metavar="DEF", help="a definition: 'L = -log(p[y])'"
    )
    command.add_argument(
        "--declare", action="append", default=[], metavar="FACT", help="what a name is: 'y: label'"
    )


def _add_verify(commands: _Commands) -> None:
    command = commands.add_parser(
        "verify",
        help="judge a formula, or a file of them",
        epilog="The exit status is the same in every format. SARIF has defects only: what is "
        "undecided or could not be read is a notification of the run.",
    )
    claims = command.add_mutually_exclusive_group(required=True)
    claims.add_argument(
        "claim", nargs="?", help="left == right in the formula language; - reads stdin"
    )
    claims.add_argument(
        "--file", metavar="FILE", help="one claim a line, and lines 'given: ...'; - reads stdin"
    )
    _add_setting(command)
    command.add_argument(
        "--latex", action="store_true", help="the claim, and each --given, are LaTeX"
    )
    command.add_argument(
        "--read", type=int, metavar="N", help="of several readings of the LaTeX, the N-th"
    )
    command.add_argument("--where", default="", metavar="COND", help="on indices: 'k != y'")
    command.add_argument(
        "--assume", action="append", default=[], metavar="EQ", help="holds: 'sum(t[j], j) == 1'"
    )
    command.add_argument(
        "--at", metavar="POINT", help="both sides at a point: 'n=2, k=1, y=2, exp(f)=(1, 2)'"
    )
    command.add_argument(
        "--zero-based", action="store_true", help="f[0] is the first entry, as in NumPy"
    )
    command.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS")
    command.add_argument(
        "--format", choices=("text", "json", "github", "sarif", "junit"), default="text"
    )


def _add_check(commands: _Commands) -> None:
    command = commands.add_parser(
        "check",
        help="judge every equality of a document",
        epilog="Markdown, LaTeX, notebooks and plain text are read. Exit status: 0 every claim is "
        "proved, 1 something is refuted or only conditional, 2 bad input, 3 nothing of that, but "
        "something could not be decided or read, or there is no claim.",
    )
    command.add_argument("file", help="the document; - reads stdin")
    command.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=".html, .tex, .md, .txt or .json; may be given more than once",
    )
    command.add_argument(
        "--format", choices=("text", "json", "github", "sarif", "junit"), default="text"
    )
    command.add_argument("--lang", choices=("en", "ko"), default="en")
    command.add_argument(
        "--timeout", type=float, default=10.0, metavar="SECONDS", help="for each claim"
    )
    command.add_argument(
        "--total", type=float, default=300.0, metavar="SECONDS", help="for the whole document"
    )
    command.add_argument("--no-cache", action="store_true", help="judge every claim anew")
    command.add_argument("--quiet", action="store_true", help="only what is not proved")
    command.add_argument(
        "--fix", action="store_true", help="write a corrected copy FILE.fixed.* with proved repairs"
    )
    command.add_argument("--force", action="store_true", help="write over an older corrected copy")


def _add_derive(commands: _Commands) -> None:
    command = commands.add_parser("derive", help="print a derivation step by step")
    command.add_argument("loss", help="a loss of the catalogue, or a formula for it")
    command.add_argument("--wrt", default="", metavar="ENTRY", help="differentiate by: 'f[k]'")
    command.add_argument("--order", type=int, choices=(1, 2), default=1, help="2: the Hessian")
    command.add_argument("--path", choices=("direct", "textbook"), default="direct")
    _add_setting(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--lang", choices=("en", "ko"), default="en")


def _add_report(commands: _Commands) -> None:
    command = commands.add_parser("report", help="write a derivation report")
    command.add_argument("loss", help="a loss of the catalogue")
    command.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=".html, .tex, .txt or .json; may be given more than once; without it, text is printed",
    )
    command.add_argument("--lang", choices=("en", "ko"), default="en")
    command.add_argument("--declare", action="append", default=[], metavar="FACT", help="'n: 10'")


if __name__ == "__main__":
    raise SystemExit(main())
