"""What is said of files and of the command line, in Korean; {a} and {b} are parts of it.

What argparse finds wrong stays English: the language is not known before the line is read.
"""

from __future__ import annotations

from collections.abc import Mapping

ROWS: Mapping[str, str] = {
    # documents and other files that are read
    "{a}: cannot be opened (No such file or directory)": "{a}: 파일이 없습니다",
    "{a}: No such file or directory": "{a}: 파일이 없습니다",
    "{a}: cannot be opened (Permission denied)": "{a}: 읽을 권한이 없습니다",
    "{a}: cannot be opened ({b})": "{a}: 열 수 없습니다 ({b})",
    "{a}: not a regular file": "{a}: 일반 파일이 아닙니다",
    "name documents: {a}": "문서를 지정하십시오: {a}",
    "{a}: this is a binary file, not a text": "{a}: 텍스트가 아니라 이진 파일입니다",
    "{a}: not a text file, it holds NUL characters": "{a}: NUL 문자가 있어 텍스트로 볼 수 없습니다",
    "{a}: line {b} is not UTF-8 text": "{a}: {b}행이 UTF-8 텍스트가 아닙니다",
    "{a}: line {b} is not UTF-8, nor any other text": "{a}: {b}행이 UTF-8도 다른 텍스트도 아닙니다",
    "{a}: larger than {b} bytes": "{a}: {b}바이트가 넘습니다",
    "{a}: longer than {b} bytes": "{a}: {b}바이트가 넘습니다",
    "{a}: no claim in it": "{a}: 주장이 없습니다",
    "write one claim a line": "한 줄에 주장 하나씩 쓰십시오",
    "this notebook is no valid JSON: {a}": "노트북이 올바른 JSON이 아닙니다: {a}",
    "this JSON is no notebook: it has no cells": "셀이 없으므로 노트북이 아닌 JSON입니다",
    "a cell of this notebook is no object": "노트북의 셀 하나가 객체가 아닙니다",
    "the source of a cell of this notebook is no text": "노트북 셀의 글이 텍스트가 아닙니다",
    "the cells of this notebook cannot be told apart": "노트북의 셀을 서로 구별할 수 없습니다",
    "this notebook has more than {a} cells": "노트북의 셀이 {a}개를 넘습니다",
    "more than {a} lines: split the document": "{a}행이 넘습니다. 문서를 나누십시오",
    "more than {a} paragraphs and list items: split it": "문단과 항목이 {a}개를 넘습니다",
    "{a}: larger than {b} characters": "{a}: {b}자가 넘습니다",
    "{a}: begins as {b}, but is not valid {c}": "{a}: {b}로 시작하지만 올바른 {b}가 아닙니다",
    "unknown format {a}: one of {b}": "모르는 형식: {a}. 다음 중 하나여야 합니다: {b}",
    "standard input is longer than {a} characters": "표준 입력이 {a}자를 넘습니다",
    "standard input is not UTF-8 text": "표준 입력이 UTF-8 텍스트가 아닙니다",
    "standard input is closed": "표준 입력이 닫혀 있습니다",
    # files that are written
    "{a}: the ending must be one of {b}": "{a}: 확장자는 다음 중 하나여야 합니다: {b}",
    "{a}: there is no folder {b}, nothing was written": (
        "{a}: 폴더가 없어 아무것도 쓰지 않았습니다: {b}"
    ),
    "{a}: not a regular file, nothing was written": (
        "{a}: 일반 파일이 아니어서 아무것도 쓰지 않았습니다"
    ),
    "{a}: Permission denied, nothing was written": "{a}: 쓸 권한이 없어 아무것도 쓰지 않았습니다",
    "{a} took longer than {b} s": "{b}초 안에 끝나지 않았습니다: {a}",
    "{a}: that is the document itself, nothing was written": (
        "{a}: 문서 자신이므로 아무것도 쓰지 않았습니다"
    ),
    "{a}: {b}, nothing was written": "{a}: 아무것도 쓰지 않았습니다 ({b})",
    "give the report a name of its own; --fix writes a corrected copy": (
        "보고서에 다른 이름을 주십시오. 고친 사본은 --fix로 만듭니다"
    ),
    "{a}: exists already": "{a}: 이미 있습니다",
    "--force writes over it": "덮어쓰려면 --force를 더하십시오",
    "{a}: a PDF needs {b}, which is not installed": "{a}: PDF에 필요한 프로그램이 없습니다: {b}",
    "write .html and print it from a browser, or .tex": (
        ".html로 써서 브라우저에서 인쇄하거나 .tex로 쓰십시오"
    ),
    # what goes together, and what there is
    "the catalogue has no loss {a}, did you mean {b}?": (
        "목록에 없는 손실: {a} (혹시 이것입니까? {b})"
    ),
    "the catalogue has no loss {a}": "목록에 없는 손실: {a}",
    "gradproof losses lists them; for a formula say --wrt 'f[k]'": (
        "목록은 gradproof losses로 봅니다. 식에는 --wrt 'f[k]'를 더하십시오"
    ),
    "a formula needs --wrt, what to differentiate by:  --wrt 'f[k]'": (
        "식에는 무엇으로 미분할지 알려야 합니다:  --wrt 'f[k]'"
    ),
    "there is no code {a}": "없는 진단 코드: {a}",
    "gradproof explain lists them": "목록은 gradproof explain으로 봅니다",
    "-o and --format json are for one document at a time": (
        "-o와 --format json은 한 번에 문서 하나에만 쓸 수 있습니다"
    ),
    "--fix needs a file, and is for --format text": (
        "--fix에는 파일이 있어야 하고 --format text와만 쓸 수 있습니다"
    ),
    "--at is for --format text and json": "--at은 --format text와 json에서만 쓸 수 있습니다",
    "--read chooses a reading of LaTeX": "--read는 LaTeX을 읽는 방법 가운데 하나를 고릅니다",
    "add --latex": "--latex을 더하십시오",
    "--latex and {a} do not go together": "--latex과 함께 쓸 수 없습니다: {a}",
    "{a} readings are possible": "읽는 방법이 {a}가지입니다",
}
