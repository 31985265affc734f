"""Opinions that contradict each other: an alarm, whichever of them is the broken one."""

from __future__ import annotations

import pytest

from derive import verify
from derive.errors import Disagreement
from derive.problem import Problem
from derive.residual import Residual, settled
from derive.syntax import ZERO
from derive.witness.opinion import NoOpinion, Zero

WRONG = [
    ("exp(f[k]) == 2*exp(f[k])", []),
    ("d(L, f[k]) == p[k] - 1", ["p[k] = exp(f[k])/sum(exp(f[j]), j)", "L = -log(p[y])"]),
    ("sqrt(x**2) == x", []),
]


def always_zero(problem: Problem) -> list[Residual]:
    """A first opinion to which everything is an identity."""
    return settled(problem.claiming(ZERO, ZERO))


@pytest.mark.parametrize(("claim", "given"), WRONG)
@pytest.mark.parametrize("broken", ["modular_opinion", "interval_opinion"])
def test_a_broken_first_opinion_is_found_out(
    claim: str, given: list[str], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with one of the others broken too."""
    monkeypatch.setattr("derive.decide.settled", always_zero)
    monkeypatch.setattr(f"derive.decide.{broken}", lambda problem: Zero(1))
    with pytest.raises(Disagreement, match="normal form zero"):
        verify(claim, given=given)


@pytest.mark.parametrize("opinion", ["modular_opinion", "interval_opinion"])
def test_nothing_is_proved_by_two_opinions_of_three(
    opinion: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"derive.decide.{opinion}", lambda problem: NoOpinion("broken"))
    assert verify("exp(f[k])*exp(f[l]) == exp(f[k] + f[l])").status == "undecided"
