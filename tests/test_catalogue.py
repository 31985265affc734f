"""The catalogue: every formula that is printed of a loss gets the verdict written beside it."""

from __future__ import annotations

from collections import Counter

import pytest
from catalogue_tables import (
    MISTAKES,
    PAGE,
    README,
    START,
    STOP,
    claims_of,
    mistakes,
    page,
    readme_table,
)

from derive import derivation, verify
from derive.catalogue import CATALOGUE, Loss, TextbookClaim, losses, textbook

# What the field calls by these names must be in the catalogue, one row each.
OF_THE_FIELD = {
    *("softmax-nll", "softmax-nll-mean", "softmax-nll-sum", "class-weights", "class-weights-soft"),
    *("soft-targets", "soft-targets-any-sum", "label-smoothing", "label-smoothing-others"),
    *("temperature", "distillation", "distillation-scaled"),
    *("focal", "focal-balanced", "focal-binary", "focal-binary-balanced"),
    *("bce-with-logits", "bce-pos-weight", "entropy", "confidence-penalty", "z-loss"),
    *("log-sum-exp", "softmax", "log-softmax", "sigmoid", "squared-error"),
    *("info-nce", "clip", "siglip", "dpo", "softmax-regression", "nll-images"),
}


def test_the_catalogue_has_what_the_field_uses() -> None:
    assert CATALOGUE.keys() >= OF_THE_FIELD
    assert all(row.source for row in losses())


def test_every_loss_has_claims_right_and_wrong() -> None:
    counts = Counter(claim.loss for claim in textbook())
    assert counts.keys() == CATALOGUE.keys()
    for row in losses():
        statuses = {claim.status for claim in claims_of(row)}
        assert len(claims_of(row)) >= 3
        assert statuses & {"conditional", "refuted"}, row.name
    assert sum(counts.values()) >= 100


def test_no_claim_is_written_twice() -> None:
    stated = Counter((c.loss, c.claim, c.where, c.assume) for r in losses() for c in claims_of(r))
    assert [claim for claim, count in stated.items() if count > 1] == []


@pytest.mark.parametrize("row", losses(), ids=lambda row: row.name)
@pytest.mark.parametrize("order", [1, 2])
def test_gradient_and_hessian_are_proved(row: Loss, order: int) -> None:
    assert verify(row.claim(order), given=row.given, declare=row.declare).status == "proved"


@pytest.mark.parametrize("claim", textbook(), ids=lambda c: f"{c.loss}: {c.claim} {c.where}")
def test_the_verdict_is_the_one_that_is_written(claim: TextbookClaim) -> None:
    found = verify(claim.claim, **claim.arguments())
    assert found.status == claim.status, found.reason
    assert (found.condition or "") == claim.condition
    assert found.necessary == claim.necessary
    assert (found.repair or "") == claim.repair
    assert (found.counterexample is None) == (claim.status == "proved")


@pytest.mark.parametrize(
    "claim", [c for c in textbook() if c.repair], ids=lambda c: f"{c.loss}: {c.claim}"
)
def test_the_repair_that_is_written_is_proved(claim: TextbookClaim) -> None:
    left = claim.claim.partition(" == ")[0]
    assert verify(f"{left} == {claim.repair}", **claim.arguments()).status == "proved"


def test_the_readme_shows_the_table() -> None:
    shown = README.read_text("utf-8").partition(START)[2].partition(STOP)[0]
    assert shown == readme_table(), "python tests/catalogue_tables.py writes it"


def test_the_page_shows_every_claim() -> None:
    assert PAGE.read_text("utf-8") == page(), "python tests/catalogue_tables.py writes it"
    assert all(claim.says in page() for claim in textbook())


def test_the_page_of_mistakes_shows_every_code() -> None:
    assert MISTAKES.read_text("utf-8") == mistakes(), "python tests/catalogue_tables.py writes it"


def test_a_derivation_by_a_defined_name_keeps_it() -> None:
    found = derivation("softmax-nll", wrt="p[k]")
    assert [step.status for step in found.steps] == ["proved"] * len(found.steps)
    assert found.to_json()["result"]["text"] == "-delta(y, k)/p[y]"


def test_the_part_that_changed_has_the_letters_of_the_whole() -> None:
    """In the mean over j of s[j, j] by s[i, k] the j is not printed as the i outside."""
    steps = derivation("info-nce").to_json()["steps"]
    entries = [step for step in steps if step["rule"] == "d-entry"]
    assert entries
    for step in entries:
        assert step["changed"]["before"]["text"] in step["before"]["text"]
        assert step["changed"]["after"]["text"] in step["after"]["text"]
