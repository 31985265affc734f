"""Verdicts. This is the only file that can make a `Proved`, and only out of both opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from derive.domain import Domain
from derive.residual import Residual
from derive.witness.counterexample import Counterexample
from derive.witness.opinion import Opinion, Zero


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is known of a claim. Never a bool: ask `status`.

    `reading` says how each formula was understood, `condition` when the claim holds, `necessary`
    whether only then (else it is enough), `reason` why nothing better can be said, `premises` what
    the definitions themselves need in order to exist.
    """

    claim: str
    reading: tuple[str, ...] = ()
    condition: str | None = None
    necessary: bool = True
    counterexample: Counterexample | None = None
    repair: str | None = None
    diagnosis: str | None = None
    reason: str | None = None
    premises: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def status(self) -> str:
        """proved, conditional, refuted or undecided."""
        return type(self).__name__.lower()

    def __bool__(self) -> bool:
        raise TypeError("a verdict is no yes or no: compare verdict.status with 'proved'")

    def __str__(self) -> str:
        """The claim, its status, and below it everything else that is known, a line each."""
        told = [f"{self.status}: {self.claim}"]
        if self.condition is not None:
            told.append(f"holds {'only ' * self.necessary}if {self.condition}")
        labels = {
            "counterexample": self.counterexample,
            "nearest right formula": self.repair,
            "diagnosis": self.diagnosis,
            "because": self.reason,
        }
        told += [f"{label}: {known}" for label, known in labels.items() if known is not None]
        return "\n  ".join(told)

    def to_json(self) -> Mapping[str, Any]:
        """The verdict as plain data, the keys of `verify --format json`."""
        return {
            "claim": self.claim,
            "reading": list(self.reading),
            "status": self.status,
            "condition": self.condition,
            "necessary": None if self.condition is None else self.necessary,
            "counterexample": None
            if self.counterexample is None
            else self.counterexample.to_json(),
            "repair": self.repair,
            "diagnosis": self.diagnosis,
            "reason": self.reason,
            "premises": list(self.premises),
            "seconds": round(self.seconds, 6),
        }


_SEAL = object()


@dataclass(frozen=True, kw_only=True)
class Proved(Verdict):
    """The claim holds for every n, wherever its definitions have a value. Made by `prove` alone."""

    seal: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("only derive.verdict.prove can say proved")


@dataclass(frozen=True, kw_only=True)
class Conditional(Verdict):
    """The claim holds under `condition`, proved; outside of it there is a counterexample."""


@dataclass(frozen=True, kw_only=True)
class Refuted(Verdict):
    """The claim is false: at `counterexample` its two sides differ, exactly."""


@dataclass(frozen=True, kw_only=True)
class Undecided(Verdict):
    """Nothing was proved and nothing refuted; `reason` says why."""


_STATUSES: Mapping[str, type[Verdict]] = {
    kind.__name__.lower(): kind for kind in (Proved, Conditional, Refuted, Undecided)
}
_TEXTS = ("condition", "repair", "diagnosis", "reason")


def recalled(record: Mapping[str, Any]) -> Verdict:
    """The verdict whose `to_json` is `record`; raises ValueError if it is that of none.

    Beside `prove` this is the one way to a `Proved`. It decides nothing: it trusts its caller that
    the record was made by `to_json` of a verdict of this very program on this very question. The
    caller is `derive.cache`, which compares both before it asks; nothing else may call this.
    """
    kind = _STATUSES.get(str(record.get("status")))
    claim, seconds = record.get("claim"), record.get("seconds")
    texts = {name: record.get(name) for name in _TEXTS}
    if kind is None or not isinstance(claim, str) or not isinstance(seconds, int | float):
        raise ValueError("no verdict")
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        raise ValueError("a text of the verdict is none")
    found = record.get("counterexample")
    told: dict[str, Any] = {
        **texts,
        "claim": claim,
        "seconds": float(seconds),
        "reading": _lines(record.get("reading")),
        "premises": _lines(record.get("premises")),
        "counterexample": None if found is None else Counterexample.from_json(found),
        "necessary": record.get("necessary") is not False,
    }
    if (found is not None) != (kind in (Conditional, Refuted)):
        raise ValueError("a counterexample where there is none, or none where there is one")
    if (texts["condition"] is not None) != (kind is Conditional):
        raise ValueError("a condition where there is none, or none where there is one")
    return Proved(seal=_SEAL, **told) if kind is Proved else kind(**told)


def _lines(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise ValueError("not a list of texts")
    return tuple(value)


def agree(residuals: Sequence[Residual], second: Opinion, third: Opinion) -> bool:
    """Whether all opinions find the two sides equal: exactly, modulo primes, within intervals."""
    exact = bool(residuals) and all(residual.is_zero for residual in residuals)
    return exact and isinstance(second, Zero) and isinstance(third, Zero)


def prove(
    residuals: Sequence[Residual], second: Opinion, third: Opinion, domain: Domain, **told: Any
) -> Proved | None:
    """`Proved`, if all opinions agree and no side condition is open; else None."""
    if not agree(residuals, second, third) or domain.open:
        return None
    premises = tuple(map(str, domain.premises))
    return Proved(seal=_SEAL, premises=premises, **told)
