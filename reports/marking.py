"""Which part of a formula a step changed: both formulas with that part boxed.

A step says which part it rewrote, but with letters of the part's own: inside the formula a bound
index may go by another one. So a place is marked only where the rewrite, put in there, gives the
other formula exactly; a highlight in the wrong place would teach the wrong thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.formulas import joined, tokens

_Parts = list[str]
# After one of these a token is an index, or the variable of a derivative.
_GLUE = frozenset({"_", "^", r"\partial"})
_BESIDE = frozenset({"+", "-", r"\left", r"\right", "(", ")", r"\,"})
_OPEN, _CLOSE = [r"\left", "("], [r"\right", ")"]


def mark(before: str, after: str, part: str, new: str) -> tuple[str, str]:
    """Both formulas with the changed part boxed: where `part`, replaced by `new`, gives `after`.

    Each is empty where nothing would stand out: the part is all of the formula, or it is not to be
    told which of its occurrences changed.
    """
    whole, target = tokens(before), tokens(after)
    if not part or not new or whole == tokens(part):
        return "", ""
    for old, put in _renamed(tokens(part), tokens(new), set(whole)):
        for written in (put, [*_OPEN, *put, *_CLOSE]):
            places = _occurrences(whole, old)
            for chosen in [[place] for place in places] + [places]:
                if chosen and _replaced(whole, chosen, len(old), written) == target:
                    return _both(whole, target, chosen, len(old), len(written))
    return _loosely(whole, target, tokens(part), tokens(new))


def _renamed(old: _Parts, new: _Parts, known: set[str]) -> Iterator[tuple[_Parts, _Parts]]:
    """The rewrite as it stands, and with one letter for another of the formula's."""
    yield old, new
    letters = sorted({t for t in (*old, *new) if len(t) == 1 and t.isalpha()})
    others = sorted(t for t in known if len(t) == 1 and t.isalpha() and t not in letters)
    for letter in letters:
        for other in others:
            yield _with(old, letter, other), _with(new, letter, other)


def _with(parts: _Parts, letter: str, other: str) -> _Parts:
    return [other if t == letter else t for t in parts]


def _occurrences(whole: _Parts, wanted: _Parts) -> list[int]:
    """Where `wanted` begins, apart from places where it is no formula of its own."""
    places: list[int] = []
    position = 0
    while wanted and position <= len(whole) - len(wanted):
        before = whole[position - 1] if position else ""
        if whole[position : position + len(wanted)] == wanted and before not in _GLUE:
            places.append(position)
            position += len(wanted)
        else:
            position += 1
    return places


def _replaced(whole: _Parts, places: Sequence[int], length: int, put: _Parts) -> _Parts:
    result = list(whole)
    for place in reversed(places):
        result[place : place + length] = put
    return result


def _both(
    whole: _Parts, target: _Parts, places: Sequence[int], length: int, new: int
) -> tuple[str, str]:
    """What was put in stands as much further on as the places before it grew."""
    moved = [place + count * (new - length) for count, place in enumerate(places)]
    shown = "" if new == len(target) else _boxed(target, moved, new)
    return _boxed(whole, places, length), shown


def _loosely(whole: _Parts, target: _Parts, old: _Parts, new: _Parts) -> tuple[str, str]:
    """Where a sign or a bracket beside the part changes with it; else nothing around it may."""
    gone, come = _occurrences(whole, old), _occurrences(target, new)
    if len(gone) != 1 or len(come) > 1:
        return "", ""
    around = _around(whole, gone[0], len(old))
    if come and target != new and _around(target, come[0], len(new)) == around:
        return _boxed(whole, gone, len(old)), _boxed(target, come, len(new))
    vanished = [*around[0], *around[1]] == [t for t in target if t not in _BESIDE]
    return (_boxed(whole, gone, len(old)), "") if vanished else ("", "")


def _around(whole: _Parts, place: int, length: int) -> tuple[_Parts, _Parts]:
    """What stands before and behind, signs and brackets left out."""
    before, behind = whole[:place], whole[place + length :]
    return [t for t in before if t not in _BESIDE], [t for t in behind if t not in _BESIDE]


def _boxed(whole: _Parts, places: Sequence[int], length: int) -> str:
    result = list(whole)
    for place in reversed(places):
        result[place : place + length] = [r"\boxed{", *result[place : place + length], "}"]
    return joined(result)
