"""What licenses the engine: its formulas, the identities that it uses, and what it prints."""

from __future__ import annotations

import pytest

from derive.catalogue import CATALOGUE, ENGINES
from derive.decide import pose
from derive.show import text
from derive.syntax import Entry, Name, Reduce
from numeric import compile as compiled
from numeric.contract import own_block, summed
from numeric.engine import Engine
from numeric.names import Names
from numeric.stable.proof import Claim, Proof

# Open for as long as the second opinion does not know that log(1 - sigma(z)) is -softplus(z), and
# finds no values for a power of sigma(-t*z) where t is 1 or -1.
OPEN = {
    ("bce-with-logits", "program of loss"),
    *(
        ("focal-binary", f"program of {result}")
        for result in ("loss", "gradient", "hessian", "hvp")
    ),
}


@pytest.mark.parametrize("name", ENGINES)
def test_every_row_is_proved_down_to_the_printed_program(name: str) -> None:
    proof = compiled(name).proof()
    assert proof.status == "proved"
    assert [claim.name for claim, _ in proof.formulas] == ["gradient", "hessian"]
    for claim, verdict in proof.programs:
        may_be_open = (name, claim.name) in OPEN and verdict.status == "undecided"
        assert verdict.status == "proved" or may_be_open, claim
    assert {claim.name for claim, _ in proof.programs} == {
        f"program of {result}" for result in ("loss", "gradient", "hessian", "hvp")
    }


def test_a_proof_reads_as_text() -> None:
    shown = str(compiled("softmax-nll").proof())
    assert "proved      gradient: d(L, f[k]) == p[k] - delta(k, y)" in shown
    assert "proved      softmax: exp(u[k])/sum(exp(u[j]), j) == p[k]" in shown


def test_one_claim_that_fails_fails_the_proof() -> None:
    good = Claim("good", "x == x")
    bad = Claim("bad", "x == x + 1")
    unknown = Claim("unknown", "max(f[j], j) == max(f[i], i)")
    right, wrong, open_ = ((claim, claim.verdict()) for claim in (good, bad, unknown))
    assert Proof((right,), (right,), (right,)).status == "proved"
    assert Proof((right,), (right,), (open_,)).status == "proved"
    assert Proof((wrong,), (right,), (right,)).status == "refuted"
    assert Proof((right,), (open_,), (right,)).status == "undecided"
    assert Proof((right,), (right,), (wrong,)).status == "refuted"


def test_a_program_that_is_not_the_formula_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity with a wrong sign: every claim about the printed program notices."""
    from dataclasses import replace

    from numeric.stable import rewriting

    wrong = tuple(
        replace(row, statement=row.statement.replace("cases(-others", "cases(others"))
        for row in rewriting.REWRITES
    )
    monkeypatch.setattr(rewriting, "REWRITES", wrong)
    proof = Engine(CATALOGUE["softmax-nll"], proved_before=True).proof()
    assert proof.status == "refuted"
    assert {claim.name for claim, v in proof.programs if v.status != "proved"} == {
        *("program of gradient", "program of hessian")
    }


# The Hessian-vector product and the blocks, as formulas.

GIVEN = ("p[k] = exp(f[k])/sum(exp(f[j]), j)",)


@pytest.mark.parametrize(
    ("term", "total"),
    [
        ("p[k]*(delta(k, l) - p[l])*v[l]", "p[k]*(v[k] - sum(p[l]*v[l], l))"),
        ("(p[k]*delta(l, k) + p[l])/T**2*v[l]", "(p[k]*v[k] + sum(p[l]*v[l], l))/T**2"),
        ("-delta(k, l)*p[k]*v[l]", "-p[k]*v[k]"),
        ("p[k]", "n*p[k]"),
        ("delta(k, l)", "1"),
        ("p[l]**2*v[l]", "sum(p[l]**2*v[l], l)"),
    ],
)
def test_sums_are_taken_term_by_term(term: str, total: str) -> None:
    problem = pose(f"sum({term}, l) == 0*f[k]", given=GIVEN)
    assert isinstance(problem.left, Reduce)
    made = summed(problem.left.body, problem.left.index, "n")
    assert text(made) == total
    assert pose(f"sum({term}, l) == {total}", given=GIVEN)


def test_samples_that_do_not_interact_give_blocks() -> None:
    node = pose("-delta(i, s)*x*(u[k] - u[l])/N == 0*g[i, k]*g[s, l]").left
    block = own_block(node, "i", "s")
    assert block is not None
    assert text(block) == "-x*(u[k] - u[l])/N"
    assert own_block(Entry("g", (Name("i"),)), "i", "s") is None


def test_names_are_safe_and_handed_out_once() -> None:
    names = Names({"taken"})
    assert [names.fresh(n) for n in ("f", "f", "taken", "np", "lambda")] == [
        *("f", "f2", "taken2", "np2", "lambda2")
    ]
    assert names.fresh("x" * 30) == "value"
    assert names.fresh("a b") == "value2"
    assert names.fresh("__class__") == "value3"
