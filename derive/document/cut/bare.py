r"""Formulas without delimiters, in the lines of a text: `dL/dz_i = p_i - y_i`, `\frac{…}{…} = …`.

A formula is a run of signs and names with a relation in it; prose, code, settings and links are
none. In doubt it is prose: what is passed by is seen by its author, what is invented misleads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

MAX_LINE, MAX_TIGHTENINGS, MAX_CASES = 5_000, 20, 6
_TOKEN = re.compile(r"\S+")
_RELATION = re.compile(r"(?<![=<>!+*/-])(?::=|=)(?!=)|[≈∝≡≔]|\\(?:approx|propto|equiv|coloneqq)\b")
_TEXT_GROUP = re.compile(r"\\(?:text[a-z]*|math[a-z]+|operatorname\*?|mbox|begin|end)\s*\{[^{}]*\}")
_MATHS_WORDS = frozenset(
    "exp log ln sum prod max min arg argmax argmin softmax sigmoid tanh sin cos sqrt relu softplus"
    " log_softmax logsumexp lse if for when otherwise where and or all any else diag onehot tr kl"
    " ce nll mse bce dl dz dp df dx dy dw db".split()
)
_ABBREVIATIONS = frozenset({"i.e", "e.g", "s.t", "w.r.t", "resp", "cf", "eq", "eqs", "vs"})
_CONNECTORS = frozenset("if for when otherwise where and or all any else so then thus".split())
# "and t" behind a formula, before words that say what t is.
_TRAILING = re.compile(r"[,;]?\s+(?:and|where|with)\s+[^\s=]{1,3}$", re.IGNORECASE)
# Before another name they are words: "with softmax p_i = …".
_FUNCTIONS = frozenset("softmax sigmoid relu softplus".split())
_BEGINS_NAME = re.compile(r"[^\W\d_]\w*$")
# A line may begin with them as the name of what it gives a value: "loss = -log p[y]".
_LOSSES = frozenset("loss cost error risk nll ce".split())
_CALLED = re.compile(r"\W*([A-Za-z]\w{2,})\(")
_PUNCTUATION = "()[]{}.,;:!?\"'\u201c\u201d\u2018\u2019*•·-–—→⇒"
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[-'\u2019][^\W\d_]+)*")
# Letters below or above another one: z with an index is no word.
_RAISED = re.compile(r"[\u1d2c-\u1d6a\u2071-\u209c\u2c7c]")
_HANGUL = re.compile(r"[가-힣]")
_LABEL = re.compile(r"(?<=\s)\((?:\d{1,3}(?:\.\d{1,3}){0,2}|[A-Z]\.?\d{0,3})[a-z]?\)\s*$")
_PAIRS = (("(", ")"), ("[", "]"))
# A remark behind a formula and a gap: [since y is one-hot], (W: K x D); not the condition (i != j).
_REMARK = re.compile(
    r"(?<=\S)\s{2,}(?=[\[(](?=[^()\[\]]*(?::|[A-Za-z]{4}|\b(?:by|as)\b))[^()\[\]]*[\])]\s*$)"
)
_LEAD = re.compile(r"\s*(?:[-*•]\s+|\(?\d{1,3}(?:\.\d{1,3})*[.)]\s+|(?:\(\d{1,3}\))\s+)?")
# What stands before a formula and a colon: "Softmax: p_i = …", "2 (j ≠ i): …", "i = k: …".
HEADED = re.compile(
    r"(?:[^\W\d_][\w-]*|\d{1,2}|(?:\w{1,3}[.)]?[ \t]+)?\([^()=]{0,20}(?:=|≠|!=)[^()=]{0,20}\)"
    r"|\w{1,3}[ \t]*(?:==?|≠|!=)[ \t]*\w{1,3})[ \t]*:[ \t]+(?=\S)"
)
# Where a second formula begins, or the condition of one that comes with the next words.
_JOINT = re.compile(
    r"[,;]?[ \t]+(?:and|but|while|whereas|where|with|so|then|hence|thus|therefore)[ \t]+"
    r"(?P<limit>(?:for|if|when)[ \t]+)?(?=\S)"
)
_LIMIT = re.compile(r"\s(?:if|for|when|where)\s.*", re.DOTALL)
_INDICES = re.compile(r"\w{1,3}[ \t]*(?:==?|≠|!=)[ \t]*\w{1,3}\W*(?:\s(?:and|or)\s.*)?")
_BRACES = re.compile(
    r"(?m)^([^\n=]{0,200}=[ \t]{0,80})([{⎧⎨]?)([^{}\n]{1,200}\n[ \t]{3,80})[{⎨⎩](?=[^{}\n]{1,200}$)"
)
_FURTHER = re.compile(
    r"(?m)^([^\n=]{0,300}+=[^\n]{0,600}\b(?:if|when|for)\b[^\n]{0,100}\n)[ \t]{2}(?=[ \t]*=(?!=))"
)
_GAP = re.compile(r"(?<=[^\s=+*/-])(?:\s{3,}|\t\s*)(?=[^\s=+*/-])")
_CODE = re.compile(
    r"[A-Za-z_]\w*\.[A-Za-z_]\w*|[+*/-]=|[\"`;#]|(?<![A-Za-z'])'|'(?=\w)|://|\w{2,}=\w+[,)]|\breturn\b|\blambda\b|^\s*@"
)
_SETTING = re.compile(r"\W*\w+\s*:?=\s*[\d.,e+-]+%?\W*")
_ENDS_OPEN = re.compile(r"(?:=|[-+*/−·×]|\\\\|&)\s*$")


@dataclass(frozen=True)
class _Line:
    """A line of the text: the formulas in it, and whether nothing else stands there.

    `remarks` are the formulas in a remark behind it, None without one.
    """

    start: int
    stop: int
    runs: tuple[tuple[int, int], ...]
    is_maths: bool
    remarks: tuple[tuple[int, int], ...] | None = None


def _is_word(token: str, before: str, after: str) -> bool:
    if "\\" in token and not token.startswith("\\\\"):
        return False
    core = token.strip(_PUNCTUATION)
    if core.lower() in _ABBREVIATIONS:
        return True
    if _RAISED.search(core):
        return False
    if _HANGUL.search(core):
        return True
    if core in _FUNCTIONS and _BEGINS_NAME.match(after):
        return True
    if core in ("a", "I", "A"):
        return bool(_WORDS.fullmatch(after)) or bool(_WORDS.fullmatch(before) and after == "")
    is_greek = bool(core) and all("α" <= c.lower() <= "ω" for c in core)
    return bool(_WORDS.fullmatch(core)) and core.lower() not in _MATHS_WORDS and not is_greek


def _runs(line: str, shown: str) -> Iterator[tuple[int, int, bool]]:
    """The runs of `line` without words, each with whether the line holds nothing else."""
    lead = _LEAD.match(line)
    begin = lead.end() if lead else 0
    label = _LABEL.search(line)
    end = label.start() if label else len(line.rstrip())
    tokens = list(_TOKEN.finditer(shown, begin, end))
    texts = ["", *(token[0] for token in tokens), ""]
    first: int | None = 0 if _names_loss(texts) else None
    count = 0
    for place, token in enumerate(tokens):
        if first != place and _is_word(token[0], texts[place], texts[place + 2]):
            count += 1
            if first is not None:
                yield tokens[first].start(), tokens[place - 1].end(), False
            first = None
        elif first is None:
            first = place
    if first is not None:
        yield tokens[first].start(), tokens[-1].end(), count == 0


def _names_loss(texts: Sequence[str]) -> bool:
    """Whether a line gives a loss its value, and not that of a program's function."""
    if len(texts) < 5 or texts[1].lower() not in _LOSSES or texts[2] not in ("=", ":="):
        return False
    called = _CALLED.match(texts[3])
    return called is None or called[1].lower() in _MATHS_WORDS


def _tightened(text: str, start: int, stop: int) -> tuple[int, int]:
    """The run without connecting words, punctuation and brackets that belong to the sentence."""
    for _ in range(MAX_TIGHTENINGS):
        piece = text[start:stop]
        start += len(piece) - len(piece.lstrip(" \t,;:."))
        stop -= len(piece) - len(piece.rstrip(" \t,;:.!?"))
        piece = text[start:stop]
        words = piece.split()
        if words and words[0].lower().strip(",:") in _CONNECTORS:
            start += len(words[0])
        elif words and words[-1].lower().strip(",:") in _CONNECTORS - {"otherwise", "else"}:
            stop -= len(words[-1])
        elif trailing := _TRAILING.search(piece):
            stop = start + trailing.start()
        elif any(piece.endswith(b) and piece.count(b) > piece.count(a) for a, b in _PAIRS):
            stop = start + len(piece) - 1
        elif any(piece.startswith(a) and piece.count(a) > piece.count(b) for a, b in _PAIRS):
            start += 1
        elif (opened := _unclosed(piece)) > 0:
            stop = start + opened
        else:
            break
    return start, max(start, stop)


def _unclosed(piece: str) -> int:
    """Where the first round bracket stands that nothing closes, or -1."""
    opened: list[int] = []
    for place, sign in enumerate(piece):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            opened.pop()
    return opened[0] if opened else -1


def is_formula(run: str) -> bool:
    """Whether a run of signs holds a relation with two sides, and nothing of a program."""
    found = _RELATION.search(run)
    if found is None or _CODE.search(run) or _SETTING.fullmatch(run):
        return False
    right = run[found.end() :].strip(" &\\")
    return bool(right) and bool(run[: found.start()].strip(" &"))


def _continues(run: str) -> bool:
    """Whether a formula above goes on with this run: a relation and a right side."""
    found = _RELATION.match(run.lstrip(" &"))
    return found is not None and found.end() < len(run.strip(" &")) and not _CODE.search(run)


def _read(text: str, start: int, stop: int) -> _Line:
    line = text[start:stop]
    if len(line) > MAX_LINE or not line.strip():
        return _Line(start, stop, (), False)
    if remark := _REMARK.search(line):
        main = _read(text, start, start + remark.start())
        behind = _read(text, start + remark.end(), stop)
        if main.is_maths:
            return replace(main, stop=stop, remarks=behind.runs)
        return _Line(start, stop, (*main.runs, *behind.runs), False)
    shown = _TEXT_GROUP.sub(lambda group: "\\" + "x" * (len(group[0]) - 1), line)
    runs, is_maths = [], False
    for first, last, alone in _runs(line, shown):
        parts = list(_side_by_side(line, first, last))
        is_maths = alone and len(parts) == 1
        runs += [(start + a, start + b) for a, b in parts]
    return _Line(start, stop, tuple(runs), is_maths)


def _side_by_side(line: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The formulas of a run: `dL/dW = g x^T    dL/dx = W^T g`, `p = softmax(z) and L = …`."""
    if head := HEADED.match(line, first, last):
        first = head.end()
    for joint in islice(_JOINT.finditer(line, first, last), MAX_TIGHTENINGS):
        before, behind = line[first : joint.start()], line[joint.end() : last]
        if _ENDS_OPEN.search(behind):
            last = joint.start()
            break
        is_condition = bool(_INDICES.fullmatch(behind.strip()))
        if not is_formula(before) or (is_condition and not joint["limit"]):
            continue
        if not is_condition and (joint["limit"] or not is_formula(_LIMIT.sub("", behind))):
            continue
        yield from _apart(line, first, joint.start())
        first = joint.end()
        if is_condition:
            return
    yield from _apart(line, first, last)


def _apart(line: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The formulas of a run that only a wide gap parts."""
    for gap in islice(_GAP.finditer(line, first, last), MAX_TIGHTENINGS):
        before, behind = line[first : gap.start()], line[gap.end() : last]
        if is_formula(before) and is_formula(_LIMIT.sub("", f" {behind}")):
            yield first, gap.start()
            first = gap.end()
    yield first, last


def with_signs_for_braces(text: str) -> str:
    """The text with an equals sign for the brace before each further case of a value.

    Plain text has `d = { a if i = j` above `{ b if i != j`.
    """
    for _ in range(MAX_CASES):
        text = _BRACES.sub(lambda m: f"{m[1]}{' ' * len(m[2])}{m[3]}=", text)
    return text


def parted_rows(text: str) -> str:
    """The text with a row of its own, as TeX has it, for each further case of a value.

    A line that ends in a condition is followed by one that gives the value for another.
    """
    return _FURTHER.sub(r"\1\\\\", text)


def bare_formulas(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where formulas stand in the given lines of `text`; one may go on over several lines."""
    opened: tuple[int, int] | None = None
    follows = False
    for span in lines:
        line = _read(text, *span)
        if not text[slice(*span)].strip():
            continue
        continues = line.is_maths and _continues(text[slice(*line.runs[0])])
        if opened is not None:
            open_end = _ENDS_OPEN.search(text, max(opened[0], opened[1] - 5), opened[1])
            is_next = line.is_maths and opened[1] >= span[0] - 2
            if is_next and (continues or open_end):
                opened = opened[0], line.runs[0][1]
                if line.remarks is not None:
                    yield from _with_remarks(text, opened, line.remarks)
                    opened, follows = None, True
                continue
            yield from _kept(text, opened)
            opened, follows = None, True
        if continues and follows:
            yield line.runs[0]
            yield from _with_remarks(text, None, line.remarks or ())
            continue
        follows = False
        if line.is_maths and _starts(text[slice(*line.runs[0])]):
            opened = line.runs[0]
            if line.remarks is not None:
                yield from _with_remarks(text, opened, line.remarks)
                opened, follows = None, True
            continue
        for run in line.runs:
            yield from _kept(text, run)
    if opened is not None:
        yield from _kept(text, opened)


def _with_remarks(
    text: str, formula: tuple[int, int] | None, remarks: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    for run in (*([] if formula is None else [formula]), *remarks):
        yield from _kept(text, run)


def _starts(run: str) -> bool:
    """Whether a formula begins with this run: a left side and a relation."""
    found = _RELATION.search(run)
    return found is not None and bool(run[: found.start()].strip(" &")) and not _CODE.search(run)


def _innermost(text: str, start: int, stop: int) -> tuple[int, int]:
    """The inside of the round brackets that hold the run's only relation, else the whole run."""
    opened: list[int] = []
    inner: tuple[int, int] | None = None
    for place in range(start, stop):
        if text[place] == "(":
            opened.append(place)
        elif text[place] == ")" and opened:
            begin = opened.pop() + 1
            if inner is None and _RELATION.search(text, begin, place):
                inner = begin, place
        elif not opened and _RELATION.match(text, place):
            return start, stop
    return inner or (start, stop)


def _kept(text: str, run: tuple[int, int]) -> Iterator[tuple[int, int]]:
    start, stop = _tightened(text, *_innermost(text, *run))
    if is_formula(text[start:stop]):
        yield start, stop
