"""What the command line takes: commands, options, and what is said of a mistake in them."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

_FORMATS = ("text", "json", "github", "sarif", "junit")
_SHELLS = ("bash", "zsh", "tcsh")
# The functions that a completion script calls for the names of the catalogue, and for files.
_LOSSES = {"bash": "_gradproof_losses", "zsh": "_gradproof_losses", "tcsh": "f"}
_FILES = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}

# A formula with a minus sign in front, and no option: those are words, -h, and -o with its file.
_NEGATIVE = re.compile(r"-[^-o].*([(\[*/+]|==)", re.DOTALL)

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]


class _Parser(argparse.ArgumentParser):
    """A mistake is one line and a hint, like every other message of gradproof; exit 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **settings)

    def error(self, message: str) -> NoReturn:
        hint = f"{self.prog} --help shows what it takes"
        self.exit(2, f"{self.prog}: {message}\n  hint: {hint}\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(
                action, _unknown(str(value), [str(choice) for choice in action.choices])
            )


def _unknown(value: str, choices: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(value, choices, n=1)
    meant = f", did you mean {near[0]!r}?" if near else "."
    return f"there is no {value!r}{meant} Choose from: {', '.join(choices)}"


def _seconds(text: str) -> float:
    """A time limit. Raises ArgumentTypeError for what is no positive, finite number."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number of seconds")
    return seconds


class _Version(argparse.Action):
    """Reads the installed version only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"gradproof {version('gradproof')}")
        parser.exit()


_EXAMPLES = """\
examples:
  gradproof verify "d(L, f[k]) == p[k] - 1" \\
      --given "p[k] = exp(f[k])/sum(exp(f[j]), j)" --given "L = -log(p[y])"
  gradproof check article.md
  gradproof report softmax-nll -o report.html

exit status:
  0  all is proved
  1  something is refuted, or holds only under a condition
  2  the input or the command line could not be understood
  3  nothing is refuted, but something is undecided or could not be read
  4  gradproof contradicts itself: a bug, please report it
gradproof COMMAND --help says more of each command.
"""


def read(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line asks for; a loss may begin with a minus sign: -log(p[y]).

    A mistake is told on standard error and raises SystemExit(2).
    """
    # argparse takes a word for a value, whatever it begins with, once there is a space in front.
    words = sys.argv[1:] if argv is None else argv
    arguments = parser().parse_args([f" {w}" if _NEGATIVE.match(w) else w for w in words])
    for name, value in vars(arguments).items():
        if isinstance(value, str):
            setattr(arguments, name, _unspaced(value))
        elif isinstance(value, list):
            setattr(arguments, name, [_unspaced(v) if isinstance(v, str) else v for v in value])
    return arguments


def _unspaced(value: str) -> str:
    return value.removeprefix(" ") if value.startswith(" -") else value


def parser() -> argparse.ArgumentParser:
    """The command line of `gradproof`, without SymPy."""
    root = _Parser(
        prog="gradproof",
        description="Derive, verify and explain gradients of losses over logits.",
        epilog=_EXAMPLES,
    )
    root.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_verify(commands)
    _add_check(commands)
    _add_derive(commands)
    _add_report(commands)
    losses = commands.add_parser("losses", help="list the catalogue of losses")
    losses.add_argument("--format", choices=("text", "json"), default="text")
    _add_language(losses)
    explain = commands.add_parser("explain", help="what a diagnosis code means")
    explain.add_argument("code", nargs="?", help="GP203; without it, all codes are listed")
    _add_language(explain)
    completion = commands.add_parser(
        "completion",
        help="print a completion script",
        description="Print a completion script for a shell.",
        epilog='bash:  eval "$(gradproof completion bash)"\n'
        "zsh:   gradproof completion zsh > a folder of $fpath, as _gradproof",
    )
    completion.add_argument("shell", choices=_SHELLS)
    completion.set_defaults(parser=root)
    return root


def _completed(argument: argparse.Action, functions: Mapping[str, str]) -> None:
    """Let a shell complete the argument by these functions; shtab looks for the attribute."""
    setattr(argument, "complete", functions)  # noqa: B010


def _add_language(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=("en", "ko"), default="en", help="English or Korean")


def _add_format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format", choices=_FORMATS, default="text", help="of what is printed (default: text)"
    )


def _add_timeout(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--timeout",
        type=_seconds,
        default=10.0,
        metavar="SECONDS",
        help="for each claim; past it, the claim is undecided (default: 10)",
    )


def _add_allowance(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow-undecided",
        action="store_true",
        help="exit with 0 in place of 3: nothing is wrong, though not all, or nothing, is proved",
    )


def _add_output(command: argparse.ArgumentParser, endings: str) -> None:
    output = command.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=f"the ending picks the format: {endings}; may be given more than once",
    )
    _completed(output, _FILES)


def _add_setting(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--given", action="append", default=[], metavar="DEF", help="a definition: 'L = -log(p[y])'"
    )
    command.add_argument(
        "--declare",
        action="append",
        default=[],
        metavar="FACT",
        help="what a name is: 'y: label', 'T: positive', 't: simplex[n]'",
    )


def _add_verify(commands: _Commands) -> None:
    command = commands.add_parser(
        "verify",
        help="judge a formula, or a file of them",
        epilog="The exit status is the same in every format; in a file it is that of the worst\n"
        "claim. SARIF has defects only: what is undecided or could not be read is a\n"
        "notification of the run.",
    )
    claims = command.add_mutually_exclusive_group(required=True)
    claims.add_argument(
        "claim", nargs="?", help="left == right in the formula language; - reads stdin"
    )
    file = claims.add_argument(
        "--file", metavar="FILE", help="one claim a line, and lines 'given: ...'; - reads stdin"
    )
    _completed(file, _FILES)
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
    _add_language(command)
    _add_timeout(command)
    _add_allowance(command)
    _add_format(command)


def _add_check(commands: _Commands) -> None:
    command = commands.add_parser(
        "check",
        help="judge every equality of a document, or of several",
        epilog="Markdown, LaTeX, notebooks and plain text are read. Exit status: 0 every claim\n"
        "is proved, 1 something is refuted or only conditional, 2 bad input, 3 nothing\n"
        "of that, but something could not be decided or read, or there is no claim.\n"
        "Of several documents it is that of the worst.",
    )
    files = command.add_argument(
        "files", nargs="+", metavar="file", help="the documents; - reads stdin"
    )
    _completed(files, _FILES)
    _add_output(command, ".html, .tex, .pdf, .md, .txt or .json")
    _add_format(command)
    _add_language(command)
    _add_timeout(command)
    command.add_argument(
        "--total",
        type=_seconds,
        default=300.0,
        metavar="SECONDS",
        help="for each document (default: 300)",
    )
    _add_allowance(command)
    command.add_argument("--no-cache", action="store_true", help="judge every claim anew")
    command.add_argument("--quiet", action="store_true", help="only what is not proved")
    command.add_argument(
        "--fix", action="store_true", help="write a corrected copy FILE.fixed.* with proved repairs"
    )
    command.add_argument("--force", action="store_true", help="write over an older corrected copy")


def _add_loss(command: argparse.ArgumentParser) -> None:
    loss = command.add_argument(
        "loss", help="a loss of the catalogue (gradproof losses), or a formula with --wrt"
    )
    _completed(loss, _LOSSES)
    command.add_argument("--wrt", default="", metavar="ENTRY", help="differentiate by: 'f[k]'")
    _add_setting(command)


def _add_derive(commands: _Commands) -> None:
    command = commands.add_parser("derive", help="print a derivation step by step")
    _add_loss(command)
    command.add_argument("--order", type=int, choices=(1, 2), default=1, help="2: the Hessian")
    command.add_argument(
        "--path",
        choices=("direct", "textbook"),
        default="direct",
        help="textbook: by the quotient rule and the chain rule",
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    _add_language(command)


def _add_report(commands: _Commands) -> None:
    command = commands.add_parser("report", help="write a derivation report")
    _add_loss(command)
    _add_output(command, ".html, .tex, .pdf, .txt or .json; without it text is printed")
    _add_language(command)
