"""No wrong claim is proved, no right one refuted: an oracle judges what derive says of mutants.

`python tests/judging.py --count 1000 --seed 1` prints the table of counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice

import judging
import pytest
from identities import IDENTITIES, Identity
from mutants import MUTATIONS, Mutant, mutants
from oracle_points import outcome, points

import derive.decide
from derive import verify
from derive.read.formula import read_equation, read_expression
from derive.residual import Residual
from derive.show import text
from derive.syntax import Deriv, Neg, Node, Reduce, add, mul, num, transform, walk
from derive.witness.opinion import Zero

CHUNKS, CHUNK = 10, 100


@cache
def _mutants() -> list[Mutant]:
    return list(mutants(CHUNKS * CHUNK, seed=1))


def by_name(identity: Identity) -> str:
    return identity.name


# Right claims.


@pytest.mark.parametrize("identity", IDENTITIES, ids=by_name)
def test_the_oracle_finds_the_identities_right(identity: Identity) -> None:
    left, right = identity.equation.left, identity.equation.right
    outcomes = [outcome(point, left, right) for point in points(identity.setting, [left, right])]
    assert True in outcomes
    assert False not in outcomes


@pytest.mark.parametrize("identity", IDENTITIES, ids=by_name)
def test_right_claims_are_proved(identity: Identity) -> None:
    verdict = verify(identity.claim, **identity.arguments())
    assert (verdict.status, verdict.reason) == ("proved", None)


def _renamed(side: Node) -> Node:
    """Every bound letter becomes its double: j is jj."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce):
            return None
        letter = {part.index: part.index * 2}
        inner = [transform(x, lambda q: _named(q, letter)) for x in (part.body, part.where) if x]
        body, *where = (transform(x, change) for x in inner)
        return Reduce(part.kind, body, part.index * 2, *where)

    return transform(side, change)


def _named(node: Node, letter: dict[str, str]) -> Node | None:
    return type(node)(letter[node.id]) if getattr(node, "id", None) in letter else None


def _derivative(side: Node) -> Node:
    return next((part for part in walk(side) if isinstance(part, Deriv)), num(7))


REWRITES: dict[str, Callable[[Node, Node], tuple[Node, Node]]] = {
    "sides exchanged": lambda a, b: (b, a),
    "bound letters renamed": lambda a, b: (_renamed(a), _renamed(b)),
    "both negated": lambda a, b: (Neg(a), Neg(b)),
    "both times a number": lambda a, b: (mul(num(3), a), mul(b, num(3))),
    "a derivative added and taken away": lambda a, b: (
        a,
        add(b, _derivative(a), Neg(_derivative(a))),
    ),
    "difference against 0": lambda a, b: (add(a, Neg(b)), num(0)),
    "both squared": lambda a, b: (mul(a, a), mul(b, b)),
}


@pytest.mark.parametrize("rewrite", REWRITES)
def test_right_claims_stay_right(rewrite: str) -> None:
    """Every rewriting keeps a right claim right, so that nothing may be refuted."""
    lost = []
    for identity in IDENTITIES:
        if identity.weight < 50:
            continue
        if rewrite == "difference against 0" and identity.name.startswith("focal"):
            continue  # 0 has a value at n = 1 and the focal loss has none: conditional
        if rewrite == "both squared" and identity.name == "focal-binary-balanced 2":
            continue  # out of budget: its square has more terms than are multiplied out
        sides = REWRITES[rewrite](identity.equation.left, identity.equation.right)
        claim = f"{text(sides[0])} == {text(sides[1])}"
        verdict = verify(claim, **identity.arguments())
        if verdict.status != "proved":
            lost.append((verdict.status, identity.name, claim, verdict.reason))
    assert lost == []


# Wrong claims.


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_verdict_on_a_mutant_is_wrong(chunk: int) -> None:
    counts, objections = judging.table(_mutants()[chunk * CHUNK : (chunk + 1) * CHUNK])
    assert objections == []
    assert sum(v for (_, status), v in counts.items() if status.startswith("undecided")) <= 5


def test_repairs_are_right() -> None:
    """A repair stands for one of the sides: the oracle finds it equal to the other."""
    repaired = 0
    for mutant in islice((m for m in _mutants() if m.of.weight == 50), 0, None, 18):
        verdict = verify(mutant.claim, **mutant.of.arguments())
        if verdict.repair is None:
            continue
        repair, left = read_expression(verdict.repair), mutant.of.equation.left
        sides = [(left, repair), (repair, mutant.right)]
        agreed = [
            {outcome(point, *pair) for point in points(mutant.of.setting, pair)} for pair in sides
        ]
        assert any(found <= {True, None} and True in found for found in agreed), mutant.claim
        repaired += 1
    assert repaired >= 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_no_verdict_on_many_mutants_is_wrong(seed: int) -> None:
    assert judging.table(mutants(500, seed))[1] == []


def test_the_mutants_are_many_different_and_wrong() -> None:
    chosen = _mutants()
    assert len({(m.of.name, m.claim) for m in chosen}) == len(chosen) == 1000
    assert {m.kind for m in chosen} == MUTATIONS.keys()
    assert {i.name for i in IDENTITIES if i.weight > 1} <= {m.of.name for m in chosen}
    assert sum(map(judging.is_wrong, chosen)) > 900


# Test the testers.


def _say_yes(patch: pytest.MonkeyPatch) -> None:
    """A decision that finds every residual zero and whose opinions always agree."""
    patch.setattr(Residual, "is_zero", property(lambda residual: True))
    patch.setattr(derive.decide, "modular_opinion", lambda problem: Zero(1))
    patch.setattr(derive.decide, "interval_opinion", lambda problem: Zero(1))


def _wrong_ones(count: int) -> Iterator[Mutant]:
    return islice(filter(judging.is_wrong, _mutants()[400:]), count)


def test_a_decision_that_always_says_yes_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _say_yes(monkeypatch)
    statuses = [judging.judge(mutant) for mutant in _wrong_ones(100)]
    found_out = [objection for status, objection in statuses if status == "proved"]
    assert set(found_out) == {"a wrong claim is proved"}
    assert len(found_out) >= 0.9 * len(statuses)


@pytest.mark.parametrize("opinion", ["residual", "modular", "interval"])
def test_one_opinion_that_always_says_yes_proves_nothing_wrong(
    opinion: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other two still stand: no wrong claim is proved, whichever of the three is broken."""
    if opinion == "residual":
        monkeypatch.setattr(Residual, "is_zero", property(lambda residual: True))
    else:
        monkeypatch.setattr(derive.decide, f"{opinion}_opinion", lambda problem: Zero(1))
    assert "proved" not in {judging.judge(mutant)[0] for mutant in _wrong_ones(40)}


def _mutant(name: str, right: str) -> Mutant:
    identity = next(i for i in IDENTITIES if i.name == name)
    return Mutant(identity, "planted", read_equation(f"0 == {right}").right)


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"status": "proved"}, "a wrong claim is proved"),
        ({"left": "1/4"}, "1/4 is claimed"),
        ({"left": "undefined"}, "undefined is claimed"),
        ({"indices": {"k": 1, "y": 1}}, "is claimed"),
        ({"exp": {"f": ["1", "3"]}}, "is claimed"),
        ({"condition": "k != y"}, "meets the condition"),
        ({"condition": "p[k] > 0"}, "meets the condition"),
    ],
)
def test_the_oracle_objects_to_a_planted_error(changes: dict[str, object], objection: str) -> None:
    mutant = _mutant("softmax-nll 1", "p[k] - 1")
    verdict = dict(verify(mutant.claim, **mutant.of.arguments()).to_json())
    assert judging.complaint(mutant, verdict) == ""
    for key, value in changes.items():
        place = verdict if key in verdict else verdict["counterexample"]
        place[key] = value
    assert objection in judging.complaint(mutant, verdict)


def test_the_oracle_objects_to_a_condition_that_is_not_enough() -> None:
    wrong = _mutant("softmax-nll 2", "p[k]*(1 - p[l])")
    assert judging.wrong_condition(wrong, "k == l") == ""
    assert "the sides differ" in judging.wrong_condition(wrong, "k != y")
    assert "the sides differ" in judging.wrong_condition(wrong, "n == 2")


def test_the_oracle_objects_to_a_condition_that_is_not_needed() -> None:
    right = _mutant("softmax-nll 1", "p[k] - delta(k, y)")
    assert "holds where k == y does not" in judging.wrong_condition(right, "k == y")


def test_the_oracle_tells_small_differences() -> None:
    assert judging.is_wrong(_mutant("softmax-nll 1", "1.0000001*(p[k] - delta(k, y))"))
    assert judging.is_wrong(
        _mutant("softmax-nll 1", "p[k] - delta(k, y) + (p[k]*(1 - p[k]))**9/10**12")
    )
    assert not judging.is_wrong(_mutant("softmax-nll 1", "p[k]*sum(p[j], j) - delta(y, k)"))
    assert judging.is_wrong(_mutant("third derivative", "1.000000001*d(L, f[k], f[l], f[m])"))
