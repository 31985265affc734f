"""Coverage-guided fuzzing of both readers and of verdicts; needs atheris, which installs on Linux.

    python tests/fuzz.py -runs=200000 -max_len=120

Whatever the text, there is a verdict within its budget or a message for people: nothing else. Each
input is read as LaTeX and judged as a claim; one in sixteen is mended, too, which takes longest.
"""

from __future__ import annotations

import contextlib
import sys
import time

import atheris

with atheris.instrument_imports(include=["derive"]):
    from derive.decide import decide, pose
    from derive.errors import GradproofError
    from derive.read.latex import read_latex

BUDGET, GRACE = 1.0, 4.0
GIVEN = ["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]
# Pieces of the language, so that most inputs get beyond the reader.
PIECES = (
    *"p[k] f[k] p[j] f[y] L T n y k j 0 1 2 7 0.5 64 + - * / ** ( ) [ ] , == != = @ .T".split(),
    *"sum( prod( max( exp( log( sqrt( sigma( tanh( softplus( abs( d( delta( ind( cases(".split(),
    *"softmax( onehot( diag( dot( outer( or and not , j) , f[k]) , k, y) ~ prop -> inf".split(),
    *("e", "x", "m", "'", "_", "\x00", "é", "\n", " "),
)


LATEX = (
    *r"\frac \sum _ ^ { } ( ) [ ] = + - \partial z p L i j k y 1 2 e \log \exp \sigma & \\".split(),
    *r"\left \right \delta \mathbf \hat \text{if } \begin{cases} \end{cases} \nabla \cdot".split(),
    *r"\mathbb{1} \mathrm{softmax} \prod \sqrt \ne , | ' \top \begin{align} \end{align}".split(),
    *r"\newcommand{\a} \a \tag \Sigma \quad \mathcal \operatorname $ %".split(),
)


def text_of(data: bytes, pieces: tuple[str, ...]) -> str:
    """Bytes below the number of pieces are pieces, the others are characters."""
    return "".join(pieces[b] if b < len(pieces) else chr(b) for b in data)


def one_input(data: bytes) -> None:
    """One text as LaTeX, and as a claim in a setting with definitions."""
    started = time.monotonic()
    with contextlib.suppress(GradproofError):
        read_latex(text_of(data, LATEX))
    source = text_of(data, PIECES)
    claim = source if "==" in source else f"d(L, f[k]) == {source}"
    with contextlib.suppress(GradproofError):
        decide(pose(claim, given=GIVEN), BUDGET, mend=sum(data) % 16 == 0)
    taken = time.monotonic() - started
    if taken > BUDGET + GRACE:
        raise AssertionError(f"{taken:.1f} s for {data!r}: {claim!r}")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
