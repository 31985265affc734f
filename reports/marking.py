"""Which part of a formula a step changed: both formulas with that part boxed.

A step says which part it rewrote, but with letters of the part's own: inside the formula a bound
index may go by another one. So a place is marked only where the rewrite, put in there, gives the
other formula exactly; a highlight in the wrong place would teach the wrong thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.formulas import joined, tokens

_Parts = list[str]
_Letters = dict[str, str]
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
    old, put = tokens(part), tokens(new)
    if not old or not put or whole == old:
        return "", ""
    for places, letters in _candidates(whole, old):
        spelled = [letters.get(t, t) for t in put]
        for written in (spelled, [*_OPEN, *spelled, *_CLOSE]):
            if _replaced(whole, places, len(old), written) == target:
                return _both(whole, target, places, len(old), len(written))
    return _loosely(whole, target, old, put)


def _candidates(whole: _Parts, old: _Parts) -> Iterator[tuple[list[int], _Letters]]:
    """Each place where the part may stand and the letters it has there; then all places at once."""
    found: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for place in range(len(whole) - len(old) + 1):
        letters = _spelling(old, whole[place : place + len(old)])
        if letters is not None and not (place and whole[place - 1] in _GLUE):
            yield [place], letters
            found.setdefault(tuple(sorted(letters.items())), []).append(place)
    for spelling, places in found.items():
        if len(places) > 1:
            yield places, dict(spelling)


def _spelling(old: _Parts, there: _Parts) -> _Letters | None:
    """Which letter stands for which, if the two differ in letters only."""
    letters: _Letters = {}
    for one, other in zip(old, there, strict=True):
        named = _is_letter(one) and _is_letter(other)
        if letters.setdefault(one, other) != other or not (named or one == other):
            return None
    return letters


def _is_letter(token: str) -> bool:
    return len(token) == 1 and token.isalpha()


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
