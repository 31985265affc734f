"""The command line: gradproof verify | check | derive | report | losses | explain.

Exit status: 0 all proved, 1 something refuted or only conditional, 2 bad input or usage,
3 nothing refuted but something undecided, 4 the two opinions disagree (a bug in gradproof);
130 interrupted, 141 whoever read the output has gone, both as shells say it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from reports import streams
from reports.arguments import read

EXIT_PROVED, EXIT_NOT_PROVED, EXIT_USAGE, EXIT_UNDECIDED, EXIT_ALARM = range(5)
EXIT_INTERRUPTED, EXIT_PIPE = 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        streams.prepare()
        try:
            return _run(argv)
        finally:
            # At exit it would be too late to say that the output is not whole.
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        streams.forsake_output()
        return EXIT_PIPE
    except OSError as error:
        streams.forsake_output()
        print(f"{error.filename or 'standard output'}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE


def _run(argv: Sequence[str] | None) -> int:
    arguments = read(argv)
    _check_home()
    from reports import commands

    if getattr(arguments, "format", "text") in {"json", "sarif", "junit"}:
        streams.for_tools()
    return commands.COMMANDS[arguments.command](arguments)


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


if __name__ == "__main__":
    raise SystemExit(main())
