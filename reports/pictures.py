"""Three pictures, their scores, and the numbers that follow from them.

Everything is computed in decimal arithmetic with 50 digits and rounded once, so that every digit
shown is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

CLASSES = ("cat", "dog", "horse")
# A picture's true class and its scores, in the order of CLASSES. The dog ties with the cat.
PICTURES = (("cat", (5, 4, 2)), ("horse", (4, 2, 8)), ("dog", (4, 4, 1)))
PLACES = 3
PRECISE = Context(prec=50)
# The step of a measured slope; its error, a millionth, is far below the digits shown.
_STEP = Decimal(1) / 1000

Numbers = tuple[Decimal, ...]


@dataclass(frozen=True)
class Picture:
    """A picture's scores f and what softmax and the loss make of them."""

    name: str
    scores: Numbers
    true: int

    @property
    def powers(self) -> Numbers:
        """e^{f_k}"""
        return tuple(score.exp() for score in self.scores)

    @property
    def p(self) -> Numbers:
        """e^{f_k}/Σ_j e^{f_j}"""
        return softmax(self.scores)

    @property
    def loss(self) -> Decimal:
        """−log p_y"""
        return -self.p[self.true].ln()

    @property
    def delta(self) -> Numbers:
        """δ_ky"""
        return tuple(Decimal(k == self.true) for k in range(len(self.scores)))

    @property
    def gradient(self) -> Numbers:
        """p_k − δ_ky"""
        return tuple(p - delta for p, delta in zip(self.p, self.delta, strict=True))

    @property
    def everywhere_one(self) -> Numbers:
        """p_k − 1, the formula of the true class taken for every class"""
        return tuple(p - 1 for p in self.p)

    @property
    def slopes(self) -> Numbers:
        """(L(f + h) − L(f − h))/2h for each score: the gradient as it is measured"""
        return tuple(
            (self._moved(k, _STEP).loss - self._moved(k, -_STEP).loss) / (2 * _STEP)
            for k in range(len(self.scores))
        )

    def after(self, direction: Numbers) -> Decimal:
        """The loss after a step of size 1 against the direction."""
        scores = tuple(f - g for f, g in zip(self.scores, direction, strict=True))
        return Picture(self.name, scores, self.true).loss

    def _moved(self, entry: int, by: Decimal) -> Picture:
        scores = tuple(f + by * (k == entry) for k, f in enumerate(self.scores))
        return Picture(self.name, scores, self.true)


def pictures() -> list[Picture]:
    """The three pictures."""
    return [
        Picture(name, tuple(map(Decimal, scores)), CLASSES.index(name)) for name, scores in PICTURES
    ]


def softmax(scores: Numbers) -> Numbers:
    """The probabilities of these scores, in the arithmetic of the current context."""
    powers = [score.exp() for score in scores]
    total = sum(powers)
    return tuple(power / total for power in powers)


def shown(value: Decimal, places: int = PLACES) -> str:
    """The value rounded once to so many decimal places, never as a negative zero."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded)
