"""Coverage-guided fuzzing of the reader and of verify; needs atheris, which installs on Linux.

    python tests/fuzz.py -runs=200000 -max_len=120

Whatever the text, there is a verdict within its budget or a message for people: nothing else.
"""

from __future__ import annotations

import sys
import time

import atheris

with atheris.instrument_imports(include=["derive"]):
    from derive import verify
    from derive.errors import GradproofError

BUDGET, GRACE = 1.0, 4.0
GIVEN = ["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]
# Pieces of the language, so that most inputs get beyond the reader.
PIECES = (
    *"p[k] f[k] p[j] f[y] L T n y k j 0 1 2 7 0.5 64 + - * / ** ( ) [ ] , == != = @ .T".split(),
    *"sum( prod( max( exp( log( sqrt( sigma( tanh( softplus( abs( d( delta( ind( cases(".split(),
    *"softmax( onehot( diag( dot( outer( or and not , j) , f[k]) , k, y) ~ prop -> inf".split(),
    *("e", "x", "m", "'", "_", "\x00", "é", "\n", " "),
)


def text_of(data: bytes) -> str:
    """Bytes below the number of pieces are pieces, the others are characters."""
    return "".join(PIECES[b] if b < len(PIECES) else chr(b) for b in data)


def one_input(data: bytes) -> None:
    """One text as a claim, in a setting with definitions."""
    source = text_of(data)
    claim = source if "==" in source else f"d(L, f[k]) == {source}"
    started = time.monotonic()
    try:
        verdict = verify(claim, given=GIVEN, timeout=BUDGET)
    except GradproofError:
        return
    taken = time.monotonic() - started
    if taken > BUDGET + GRACE:
        raise AssertionError(f"{taken:.1f} s for {claim!r}: {verdict.status}")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
