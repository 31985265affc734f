"""`gradproof check`: documents judged, shown in the format asked for, and mended."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from derive.document.items import Checked
from derive.document.judge import Answer
from derive.errors import Disagreement, GradproofError
from reports import formats
from reports.cli import EXIT_NOT_PROVED, EXIT_PROVED, EXIT_UNDECIDED, EXIT_USAGE
from reports.columns import harmless, json_text, printable
from reports.complaints import error_text
from reports.console import ProgressLine, colourful, exit_status, print_json, read_stdin
from reports.document.judged import judged
from reports.document.record import DocumentRecord, build_document
from reports.document.terminal import render_text
from reports.output import refuse, write, write_text
from reports.pdf import need_pdf, render_pdf
from reports.words import Words

_LIMIT = 10_000_000
_EXITS = {
    "refuted": EXIT_NOT_PROVED,
    "conditional": EXIT_NOT_PROVED,
    "unread": EXIT_UNDECIDED,
    "undecided": EXIT_UNDECIDED,
    "proved": EXIT_PROVED,
    # A document without a claim proves nothing.
    "definition": EXIT_UNDECIDED,
}


@dataclass(frozen=True)
class _Document:
    """A file's text and what was found in it; `again` judges another text under its name."""

    text: str
    checked: Checked
    record: DocumentRecord
    again: Callable[[str], Checked]


def check(arguments: argparse.Namespace) -> int:
    """Judge the documents that the command line names; returns the worst exit status."""
    names = list(dict.fromkeys(arguments.files))
    if len(names) > 1 and (arguments.output or arguments.format == "json"):
        raise GradproofError("-o and --format json are for one document at a time")
    outputs = [(path, _renderer(path)) for path in arguments.output]
    for path in arguments.output:
        refuse(path)
        _keep_apart(path, names[0])
    targets = {name: _target(name, arguments) for name in names} if arguments.fix else {}
    answer, documents, statuses = _answer(arguments), dict[str, _Document](), list[int]()
    for name in names:
        if documents and arguments.format == "text":
            print()
        try:
            documents[name] = _examined(name, arguments, answer)
        except GradproofError as error:
            if len(names) == 1:
                raise
            print(harmless(error_text(error, Words(arguments.lang))), file=sys.stderr)
            statuses.append(EXIT_USAGE)
            continue
        statuses.append(_EXITS[documents[name].checked.status])
        if arguments.format == "text":
            _show_text(documents[name].record, arguments)
    status = exit_status(statuses, arguments)
    _print_for_tools(list(documents.values()), arguments, status)
    for name, document in documents.items():
        _write(outputs, document, quietly=arguments.format != "text")
        if name in targets:
            back = _put_back(document.text, document.checked)
            mend(document.checked, document.again, targets[name], arguments.lang, back)
    alarms = [alarm for document in documents.values() for alarm in document.checked.alarms]
    if alarms:
        raise Disagreement("\n".join(alarms))
    return status


def _examined(name: str, arguments: argparse.Namespace, answer: Answer) -> _Document:
    """Raises GradproofError for a file that is no document."""
    name, text = _read(name)
    again = _checker(name, arguments, answer)
    checked = again(text)
    return _Document(text, checked, build_document(checked, arguments.lang), again)


def _read(name: str) -> tuple[str, str]:
    if name == "-":
        name, text = "stdin", read_stdin(_LIMIT)
    else:
        from derive.document.cut.files import read_text

        if Path(name).is_dir():
            inside = Path(name) / "*.md"
            raise GradproofError(f"{name}: not a regular file\n  hint: name documents: {inside}")
        text, notes = read_text(Path(name))
        for note in notes:
            print(harmless(f"{name}: {note}"), file=sys.stderr)
    if "\0" in text:
        raise GradproofError(f"{name}: not a text file, it holds NUL characters")
    return name, text


def _answer(arguments: argparse.Namespace) -> Answer:
    """How a claim is judged; with the cache, equal claims are judged once.

    What was judged in earlier runs is remembered too, in the user's cache.
    """
    from derive.cache import remembering, users_cache
    from derive.document.judge import answering

    answer = answering(arguments.timeout)
    if arguments.no_cache:
        return answer
    kept = users_cache()
    return cache(answer if kept is None else remembering(answer, kept, arguments.timeout))


def _checker(name: str, arguments: argparse.Namespace, answer: Answer) -> Callable[[str], Checked]:
    """A check of a text under the document's name."""
    from derive import check as check_document

    def run(text: str) -> Checked:
        with ProgressLine(name) as line:
            found: Checked = check_document(
                text, name=name, total=arguments.total, answer=answer, progress=line.tell
            )
            return found

    return run


# What is shown.


def _show_text(record: DocumentRecord, arguments: argparse.Namespace) -> None:
    if arguments.output:
        print(harmless(f"{record.name}: {record.sentence}\n{record.headline}"))
    else:
        print(render_text(record, colourful(), arguments.quiet), end="")


def _print_for_tools(
    documents: Sequence[_Document], arguments: argparse.Namespace, status: int
) -> None:
    def results() -> formats.Results:
        return {each.checked.name: list(judged(each.checked)) for each in documents}

    match arguments.format:
        case "json":
            for document in documents:
                print_json(document.checked.to_json())
        case "sarif":
            print_json(formats.sarif(results(), status))
        case "junit":
            print(harmless(formats.junit(results())), end="")
        case "github":
            texts = (render_text(each.record, quiet=arguments.quiet) for each in documents)
            print(harmless(formats.github(results(), "\n".join(texts))))


_Render = Callable[[Checked, DocumentRecord], str | bytes]
_Output = tuple[Path, _Render]


def _html(_: Checked, record: DocumentRecord) -> str:
    from reports.document.html import render_html

    return render_html(record)


def _latex(_: Checked, record: DocumentRecord) -> str:
    from reports.document.latex import render_latex

    return render_latex(record)


def _pdf(checked: Checked, record: DocumentRecord) -> bytes:
    return render_pdf(_latex(checked, record))


def _markdown(_: Checked, record: DocumentRecord) -> str:
    from reports.document.markdown import render_markdown

    return render_markdown(record)


def _text(_: Checked, record: DocumentRecord) -> str:
    return render_text(record)


def _json(checked: Checked, _: DocumentRecord) -> str:
    return json_text(checked.to_json()) + "\n"


_RENDER: Mapping[str, _Render] = {
    ".html": _html,
    ".tex": _latex,
    ".pdf": _pdf,
    ".md": _markdown,
    ".txt": _text,
    ".json": _json,
}


def _renderer(path: Path) -> _Render:
    ending = path.suffix.lower()
    if ending not in _RENDER:
        raise GradproofError(f"{path}: the ending must be one of {', '.join(_RENDER)}")
    if ending == ".pdf":
        need_pdf(path)
    return _RENDER[ending]


def _keep_apart(path: Path, name: str) -> None:
    """Raises GradproofError where a report would take the place of its document."""
    if name != "-" and path.exists() and Path(name).exists() and path.samefile(name):
        raise GradproofError(
            f"{path}: that is the document itself, nothing was written\n"
            "  hint: give the report a name of its own; --fix writes a corrected copy"
        )


def _write(outputs: Sequence[_Output], document: _Document, quietly: bool) -> None:
    for path, render in outputs:
        write(path, render(document.checked, document.record))
        print(harmless(f"wrote {path}"), file=sys.stderr if quietly else sys.stdout)


# What is mended.


def _target(name: str, arguments: argparse.Namespace) -> Path:
    """Where the corrected copy goes. Raises GradproofError where there is no place for it."""
    if name == "-" or arguments.format != "text":
        raise GradproofError("--fix needs a file, and is for --format text")
    path = Path(name)
    target = path.with_name(f"{path.stem}.fixed{path.suffix}")
    if target.exists() and not arguments.force:
        raise GradproofError(f"{target}: exists already\n  hint: --force writes over it")
    refuse(target)
    return target


def _put_back(text: str, checked: Checked) -> Callable[[str], str]:
    """How a text of the check becomes one of the file: a notebook keeps its cells escaped."""
    from derive.document.cut.rewritten import rewritten

    return str if checked.text == text else partial(rewritten, text)


def mend(
    checked: Checked,
    again: Callable[[str], Checked],
    target: Path,
    lang: str,
    put_back: Callable[[str], str] = str,
) -> None:
    """Write the corrected copy, and say what changed, what is left, and what it now gives."""
    from reports.document.fixing import fix

    words = Words(lang)
    fixed = fix(checked, lambda text: again(put_back(text)))
    print()
    if fixed.changed:
        write_text(target, put_back(fixed.checked.text))
        print(harmless("".join(_diff(checked, fixed.checked.text, target))))
        print(harmless(words("fix_wrote", path=target)))
    else:
        print(words("fix_nothing"))
    for left in fixed.left:
        place = f"{printable(checked.name)}:{left.item.line}:{left.item.column}"
        print(f"{place}: {words('fix_left')}: {words(left.why)}")
    if fixed.changed:
        record = build_document(fixed.checked, lang)
        print(harmless(f"{words('fix_now')} {record.sentence}\n{record.headline}"))


def _diff(checked: Checked, text: str, target: Path) -> Iterator[str]:
    lines: Any = difflib.unified_diff(
        checked.text.splitlines(keepends=True),
        text.splitlines(keepends=True),
        checked.name,
        str(target),
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n"
