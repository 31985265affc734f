"""What a report teaches: why each step, rules as books state them, numbers, mistakes, code."""

from __future__ import annotations

from functools import cache

import mpmath
import numpy as np
import pytest
from test_reports import EVIDENCE, HOSTILE, sample

from derive import derivation, verify
from derive.catalogue import CATALOGUE, textbook
from derive.plans import CONTEXT
from derive.rules import RULES
from numeric import compile as compiled
from reports import html, meanings_en, meanings_ko, printed_ko, reasons_en, reasons_ko
from reports import latex as tex
from reports.example import example
from reports.formulas import from_text
from reports.pictures import CLASSES, PICTURES
from reports.printed import judged, printed
from reports.record import build_record
from reports.sketch import SOURCE
from reports.steps import Shown
from reports.taught import STATEMENTS
from reports.words import Words

EN, KO = Words("en"), Words("ko")


@cache
def softmax_nll() -> tuple[dict, ...]:
    return tuple(judged("softmax-nll"))


# Why each step.


def test_every_rule_has_a_reason_in_each_language() -> None:
    assert set(reasons_en.REASONS) == set(reasons_ko.REASONS) == set(RULES) | set(CONTEXT)
    for reasons in (reasons_en.REASONS, reasons_ko.REASONS):
        assert all(text.endswith(".") for text in reasons.values())
        assert len(set(reasons.values())) == len(reasons)


def test_a_reason_is_said_once_on_a_page() -> None:
    page = Shown(EN)
    found = [derivation("softmax-nll"), derivation("softmax-nll", path="textbook")]
    shown = [page.derivation(each.to_json(), f"d{i}") for i, each in enumerate(found)]
    steps = [step for one in shown for part in one.every() for step in part.steps]
    said = [step.rule for step in steps if step.reason]
    assert sorted(said) == sorted({step.rule for step in steps})
    assert next(s.reason for s in steps if s.rule == "d-entry") == reasons_en.REASONS["d-entry"]


def test_every_gradient_is_put_into_words_in_each_language() -> None:
    assert set(meanings_en.MEANINGS) == set(meanings_ko.MEANINGS) == set(CATALOGUE)
    for meanings in (meanings_en.MEANINGS, meanings_ko.MEANINGS):
        assert len(set(meanings.values())) == len(meanings)
        assert all(text.endswith(".") for text in meanings.values())
    made = build_record([sample()], lang="ko")
    assert made.banner.meaning == meanings_ko.MEANINGS["softmax-nll"]
    assert made.banner.meaning in html.render_html(made)
    # Another derivative of the loss is not what the words are about.
    other = sample() | {"claim": sample()["claim"] | {"text": "d(L, p[k]) == -delta(k, y)/p[k]"}}
    assert build_record([other]).banner.meaning == ""


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_letter_of_the_catalogue_has_a_meaning(name: str) -> None:
    rows = build_record([derivation(name).to_json()]).given.symbols.rows
    told = {row[0].formula.text: row[1].text for row in rows}
    assert not {EN("meaning_name"), EN("meaning_defined")} & set(told.values()), told
    if name == "siglip":
        assert told["t"] == "the scale of the similarities"


# What the letters of a taught rule may stand for, tried one after the other.
INSTANCES = (
    ["u = x*b", "v = exp(x)", "a[j] = g[j] + exp(x)"],
    ["u = exp(2*x) + b", "v = b*x + exp(b)", "a[j] = exp(x*g[j])"],
)


@pytest.mark.parametrize("given", INSTANCES, ids=["first", "second"])
@pytest.mark.parametrize("rule", sorted(STATEMENTS))
def test_a_taught_rule_is_proved_for_instances_of_its_letters(rule: str, given: list[str]) -> None:
    statement = STATEMENTS[rule]
    facts = ["x: positive", "b: positive", "c: positive", "g: positive[n]"]
    facts += ["k: index", "y: index"] if "k == y" in statement else []
    used = [
        line for line in given if f"{line[0]}" in statement.replace("sum", "").replace("cases", "")
    ]
    assert from_text(statement).latex
    found = verify(statement, given=used, declare=facts)
    assert found.status == "proved", (found.reason, used)


def test_only_rules_that_exist_are_taught_otherwise() -> None:
    assert set(STATEMENTS) <= set(RULES)
    for rule, statement in STATEMENTS.items():
        assert statement != RULES[rule].statement


def test_a_short_chain_is_shown_at_a_glance() -> None:
    page = Shown(EN)
    one = page.derivation(derivation("softmax-nll").to_json(), "d")
    assert [f.text for f in one.glance] == [one.start.text, *(s.after.text for s in one.steps)]
    assert not any(f.marked for f in one.glance)
    long = page.derivation(derivation("focal", order=2).to_json(), "e")
    assert long.glance == ()


def test_what_changed_in_a_long_formula_is_shown_on_its_own_and_proved() -> None:
    row = CATALOGUE["focal-binary-balanced"]
    one = Shown(EN).derivation(derivation(row).to_json(), "d")
    shown = [step.here for step in one.steps if step.here]
    assert len(shown) >= 8
    for each in shown:
        assert verify(each.text, given=row.given, declare=row.declare).status == "proved"
    page = html.render_html(build_record([derivation(row).to_json()]))
    assert page.count("<span>Here</span>") == len(shown)


def test_what_changed_in_a_short_formula_is_found_at_sight() -> None:
    one = Shown(EN).derivation(derivation("softmax-nll").to_json(), "d")
    assert [step.here for step in one.steps] == [None] * len(one.steps)


# Numbers.


def numbers(table) -> dict[str, list[str]]:
    return {
        (row[0].formula.text if row[0].formula else row[0].text): [cell.text for cell in row[1:]]
        for row in table.rows
    }


def test_one_picture_by_hand_is_right_to_its_digits() -> None:
    rows, (name, scores) = numbers(example(EN).by_hand), PICTURES[0]
    with mpmath.workdps(40):
        powers = [mpmath.e**score for score in scores]
        p = [power / mpmath.fsum(powers) for power in powers]
        true = CLASSES.index(name)
        assert rows["exp(f[k])"] == [f"{float(v):.3f}" for v in (*powers, sum(powers))]
        assert rows["p[k]"] == [f"{float(v):.3f}" for v in (*p, 1)]
        assert rows["delta(k, y)"] == ["1", "0", "0", "1"]
        gradient = [v - (k == true) for k, v in enumerate(p)]
        assert rows["p[k] - delta(k, y)"] == [_signed(v) for v in gradient] + ["0.000"]


def test_the_wrong_formula_is_off_by_one_and_raises_the_loss() -> None:
    worked = example(EN)
    rows, (name, scores) = numbers(worked.mistaken), PICTURES[0]
    right, wrong = rows["p[k] - delta(k, y)"], rows["p[k] - 1"]
    assert rows["measured"][:4] == right[:4]
    true, f = CLASSES.index(name), mpmath.matrix(scores)
    p = _softmax(f)
    off = [
        float(w.replace("−", "-")) - float(r.replace("−", "-"))
        for w, r in zip(wrong, right, strict=True)
    ]
    assert off[:3] == pytest.approx([-(k != true) for k in range(3)], abs=1e-9)
    everywhere = [v - 1 for v in p]
    for cells, gradient in (
        (right, [v - (k == true) for k, v in enumerate(p)]),
        (wrong, everywhere),
    ):
        moved = [score - g for score, g in zip(scores, gradient, strict=True)]
        assert cells[4] == f"{float(-mpmath.log(_softmax(moved)[true])):.3f}"
    assert float(right[4]) < float(worked.loss) < float(wrong[4])


def _softmax(scores) -> list:
    powers = [mpmath.e**score for score in scores]
    return [power / mpmath.fsum(powers) for power in powers]


def _signed(value) -> str:
    return f"{float(value):+.3f}".replace("-", "−")


# Code.


def test_the_shape_of_the_code_computes_what_the_engine_does() -> None:
    names: dict = {}
    exec(SOURCE, names)
    engine = compiled("softmax-nll")
    rng = np.random.default_rng(0)
    f, y = rng.normal(scale=3, size=(7, 5)), rng.integers(0, 5, 7)
    loss, gradient = names["loss_and_gradient"](f, y)
    for row in range(7):
        assert loss[row] == pytest.approx(float(engine.loss(f[row], int(y[row]))), rel=1e-12)
        assert gradient[row] == pytest.approx(engine.gradient(f[row], int(y[row])), abs=1e-12)
    p = np.exp(f[0]) / np.exp(f[0]).sum()
    assert names["hessian"](p) == pytest.approx(engine.hessian(f[0], int(y[0])), abs=1e-12)
    assert loss.shape == (7,)
    assert gradient.shape == (7, 5)


# What is printed of the loss.


def test_every_printed_formula_has_its_korean_words() -> None:
    assert {row.says for row in textbook()} == set(printed_ko.SAYS)


def test_every_loss_has_a_mistake_to_show() -> None:
    wrong = {row.loss for row in textbook() if row.status != "proved"}
    assert wrong == set(CATALOGUE)


@pytest.mark.parametrize("name", ["softmax", "sigmoid", "focal", "z-loss", "dpo", "class-weights"])
def test_a_page_shows_the_mistakes_of_its_loss(name: str) -> None:
    rows = [row for row in textbook() if row.loss == name]
    shown = printed(judged(name), EN)
    assert shown is not None
    assert [len(shown.wrong), len(shown.right)] == [
        sum(row.status != "proved" for row in rows),
        sum(row.status == "proved" for row in rows),
    ]
    assert shown.wrong
    for each in shown.wrong:
        assert each.claim.latex
        assert each.left is not None
        assert each.left.text != each.right.text
        assert each.badge.status in {"conditional", "refuted"}


def test_a_mistake_comes_with_all_that_is_known_of_it() -> None:
    shown = printed(softmax_nll(), EN)
    (first, *_) = (each for each in shown.wrong if each.claim.text == "d(L, f[k]) == p[k] - 1")
    assert first.condition.latex == "k = y"
    assert first.point == "n = 2, k = 1, y = 2, e^f = (1, 2)"
    assert (first.left.text, first.right.text) == ("1/3", "-2/3")
    assert first.repair.text == "p[k] - delta(k, y)"
    assert first.told.startswith("GP201 missing off-diagonal. ")
    assert first.command.startswith('gradproof verify "d(L, f[k]) == p[k] - 1" --given ')


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_and_the_paper_say_it(lang: str) -> None:
    made = build_record([sample()], EVIDENCE, lang, formulas=softmax_nll())
    words = Words(lang)
    page, paper = html.render_html(made), tex.render_latex(made)
    for saying in ("printed_wrong", "printed_right", "printed_only_if", "printed_repair"):
        assert words(saying) in page
        assert words(saying).replace("-", "-{}") in paper
    assert 'href="#printed"' in page
    without = html.render_html(build_record([sample()], EVIDENCE, lang))
    assert words("printed_wrong") not in without


def test_words_of_a_printed_formula_are_escaped() -> None:
    row = {**softmax_nll()[0], "says": HOSTILE, "seen": HOSTILE}
    made = build_record([sample()], EVIDENCE, formulas=[row])
    page, paper = html.render_html(made), tex.render_latex(made)
    assert "<script>" not in page
    assert "<img" not in page
    assert "\\write18" not in paper
    assert "\\input" not in paper
