"""The identities: each one proved, each used where it holds and left alone where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from derive import verify
from derive.decide import pose
from derive.read.formula import read_equation
from derive.show import text
from derive.syntax import Entry, Name, Node, free_names, walk
from numeric.stable.patterns import Binding, replace
from numeric.stable.rewriting import stabilise
from numeric.stable.rewritten import Stable
from numeric.stable.stabilise import (
    AT_LABEL,
    CHOSEN,
    LABELLED,
    MEANINGS,
    PRECISE,
    REWRITES,
    SOFTMAX,
    Rewrite,
)

P = "p[k] = exp(f[k])/sum(exp(f[j]), j)"

# Open for as long as the second opinion does not know that log(e^c*S) is c + log S.
OPEN = {"centred-logit", "log-sum-exp"}


@pytest.mark.parametrize("row", [*REWRITES, *CHOSEN, *LABELLED], ids=lambda row: row.name)
def test_identity_is_proved_for_every_choice(row: Rewrite) -> None:
    verdict = verify(row.statement, given=row.given, declare=row.declare, where=row.where)
    assert verdict.status == "proved" or (row.name in OPEN and verdict.status == "undecided")


@pytest.mark.parametrize("line", MEANINGS)
def test_what_is_computed_is_what_it_means(line: str) -> None:
    """p, 1 - p and log p, as computed from any class `top` as the reference."""
    head, meaning = line.split(" = ", 1)
    lines = [entry for entry in SOFTMAX if not entry.startswith(("p[", "others[", "log_p["))]
    computed = next(entry for entry in SOFTMAX if entry.startswith(head)).split(" = ", 1)[1]
    if head != "p[k]":
        lines.append("p[k] = mass[k]/total")
    verdict = verify(f"{meaning} == {computed}", given=lines, declare=["top: label", "u: real[n]"])
    assert verdict.status == "proved"


@pytest.mark.parametrize("line", MEANINGS)
def test_what_is_computed_precisely_means_the_same(line: str) -> None:
    """For any numbers gap whatsoever, and any class `top`."""
    head, meaning = line.split(" = ", 1)
    lines = [entry for entry in PRECISE if not entry.startswith(("p[", "others[", "log_p["))]
    computed = next(entry for entry in PRECISE if entry.startswith(head)).split(" = ", 1)[1]
    if head != "p[k]":
        lines.append("p[k] = mass[k]/total")
    if head == "log_p[k]":  # by what the mass is, which is proved just below
        lines[1] = "mass[k] = exp(gap[k] + slip[k])"
    declare = ["top: label", "u: real[n]", "gap: real[n]"]
    assert verify(f"{meaning} == {computed}", given=lines, declare=declare).status == "proved"


@pytest.mark.parametrize("line", MEANINGS)
def test_around_a_label_it_means_the_same(line: str) -> None:
    """For any class `top` and any label; 1 - p and log p at that label only."""
    head, meaning = line.split(" = ", 1)
    lines = [entry for entry in AT_LABEL if not entry.startswith(("p[", "others[", "log_p["))]
    computed = next(entry for entry in AT_LABEL if entry.startswith(head)).split(" = ", 1)[1]
    if head != "p[k]":
        lines.append("p[k] = mass[k]/total")
    declare = ["top: label", "y: label", "u: real[n]"]
    claim = f"{meaning} == {computed}"
    where = "" if head == "p[k]" else "k == y"
    assert verify(claim, given=lines, declare=declare, where=where).status == "proved"
    if head == "others[k]":
        elsewhere = verify(claim, given=lines, declare=declare, where="k != y")
        assert elsewhere.status != "proved"


# A formula, and whether its softmax is taken around the label.
PIVOTS = [
    ("-log(p[y])", True),
    ("p[k] - delta(k, y)", True),
    ("(1 - p[y])**3*log(p[y]) + p[k]", True),
    ("log(p[y]) + log(p[k])", False),
    ("log(p[y]) + log(p[m])", False),
    ("p[k]*(1 - p[k]) + log(p[y])", False),
    ("log(p[y]) + log(sum(exp(f[j]), j))**2", False),
    ("p[k]", False),
]


@pytest.mark.parametrize(("formula", "around"), PIVOTS)
def test_a_softmax_is_taken_around_the_only_label(formula: str, around: bool) -> None:
    made = stable(formula, P)
    assert ("excess" in made.definitions) == around
    assert ("zero" in made.definitions) != around
    assert ("softmax-at-label" in made.used) == around


def test_the_precise_mass_is_an_exponential() -> None:
    slip, mass = PRECISE[:2]
    given, declare = [slip], ["top: label", "u: real[n]", "gap: real[n]"]
    claim = f"{mass.split(' = ')[1]} == exp(gap[k] + slip[k])"
    assert verify(claim, given=given, declare=declare).status == "proved"


def stable(formula: str, *given: str, declare: tuple[str, ...] = (), runs: str = "kl") -> Stable:
    problem = pose(f"{formula} == {formula}", given=given, declare=declare)
    labels = frozenset(problem.indices) - frozenset(runs)
    return stabilise(problem, {"result": problem.left}, labels)


# formula, definitions -> what it becomes, by which identities
REWRITTEN = [
    ("log(p[y])", (P,), "log_p[y]", ["softmax", "log-softmax"]),
    ("1 - p[k]", (P,), "others[k]", ["softmax", "complement"]),
    ("p[k] - 1", (P,), "-others[k]", ["softmax", "complement"]),
    ("2 + 1 - p[k] + f[k]", (P,), "2 + others[k] + f[k]", ["softmax", "complement"]),
    ("p[k] - delta(k, y)", (P,), "cases(-others[y], k == y, p[k])", ["softmax", "label"]),
    ("delta(y, k) - p[k]", (P,), "cases(others[y], k == y, -p[k])", ["softmax", "label"]),
    ("exp(f[k])/sum(exp(f[j]), j)", (), "p[k]", ["softmax"]),
    ("exp(2*f[k])/sum(exp(2*f[j]), j)", (), "p[k]", ["softmax"]),
    ("log(sum(exp(f[j]), j)) - f[y]", (), "-log_p[y]", ["centred-logit"]),
    ("log(sum(exp(f[j]), j))", (), "f[top] + log(1 + rest)", ["log-sum-exp"]),
    ("log(1 - sigma(z))", (), "-softplus(z)", ["one-minus-sigmoid", "log-sigmoid"]),
    ("log(1 - q)", ("q = sigma(z)",), "-softplus(z)", ["one-minus-sigmoid", "log-sigmoid"]),
    ("log(q)", ("q = sigma(z)",), "-softplus(-z)", ["log-sigmoid"]),
    ("3*log(1 + exp(z))", (), "3*softplus(z)", ["softplus"]),
    (
        "p[k]*sum(t[j], j) - t[k]",
        (P,),
        "p[k]*(sum(t[j], j) - t[k]) - t[k]*others[k]",
        ["softmax", "weighted-target"],
    ),
]


@pytest.mark.parametrize(("formula", "given", "becomes", "used"), REWRITTEN)
def test_rewrites(formula: str, given: tuple[str, ...], becomes: str, used: list[str]) -> None:
    made = stable(formula, *given)
    assert text(made.results["result"]) == becomes
    assert [name for name in made.used if not name.endswith("-at-label")] == used


LOOK_ALIKES = [
    "exp(f[k])/sum(exp(g[j]), j)",  # another array
    "exp(f[k])/sum(exp(f[j]), j, j != k)",  # not over all classes
    "exp(f[k] + f[l])/sum(exp(f[j]), j)",
    "exp(f[k])/sum(exp(f[j])**2, j)",
    "log(2 + exp(z))",
    "1 + sigma(z)",
    "x/c - z/b",
    "p[k] - delta(k, l)",  # p is no softmax
]


@pytest.mark.parametrize("formula", LOOK_ALIKES)
def test_look_alikes_are_left_alone(formula: str) -> None:
    made = stable(formula, declare=("p: real[n]",) if "p[" in formula else ())
    assert set(made.used) <= {"sigmoid", "negative-part"}


def test_rewriting_ends() -> None:
    """No identity is found in its own right side, so that using one until it is used up ends."""

    def known(pattern: Entry, node: Node, found: Binding) -> Iterator[Binding] | None:
        if pattern.base not in ("p", "others", "log_p"):
            return None
        return iter([found] if isinstance(node, Entry) and node.base == pattern.base else [])

    for row in REWRITES:
        equation = read_equation(row.statement)
        for part in walk(equation.right):
            assert replace(equation.left, lambda found: Name("x"), part, known) is None, row.name


def test_a_softmax_is_one_whatever_its_index_is_called() -> None:
    made = stable("p[k]*exp(f[l])/sum(exp(f[m]), m) + log(p[k])", P)
    assert [choice.name for choice in made.choices.values()] == ["top"]


def test_two_softmaxes_have_names_of_their_own() -> None:
    made = stable("p[k] - exp(2*f[k])/sum(exp(2*f[j]), j)", P)
    assert sorted(made.choices) == ["top", "top2"]
    assert {"p", "p2", "gap", "gap2"} <= made.definitions.keys()


def test_user_names_are_kept_and_never_reused() -> None:
    made = stable("q[k] + mass + top", "q[k] = exp(f[k])/sum(exp(f[j]), j)")
    assert "q" in made.definitions
    assert {"mass2", "top2"} <= {*made.definitions, *made.choices}


def test_batches_choose_a_class_for_each_sample() -> None:
    softmax = "p[i, k] = exp(f[i, k]/T)/sum(exp(f[i, j]/T), j)"
    made = stable("log(p[i, k])", softmax, declare=("T: positive",), runs="ik")
    gap = made.definitions["gap"]
    assert text(gap.body) == "(f[i, k] - f[i, top[i]])/T"
    (choice,) = made.choices.values()
    assert text(choice.body) == "f[i, k]", "argmax needs no division by T"
    assert free_names(choice.body) == {*choice.params, choice.index}


def bodies(made: Stable) -> Mapping[str, Node]:
    return {name: definition.body for name, definition in made.definitions.items()}


def test_definitions_that_are_no_softmax_stay() -> None:
    made = stable("s[k] + 1", "s[k] = f[k]**2")
    assert text(bodies(made)["s"]) == "f[k]**2"
    assert made.used == ()
    assert made.results["result"] != Name("s")
