"""Reports: the sample that the other files share, what a record decides, numbers, the terminal."""

import copy
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mpmath
import pytest

from derive.read.formula import read_condition, read_equation, read_expression
from derive.rules import RULES
from derive.typeset import latex
from reports import html
from reports import latex as tex
from reports.curves import error_curve
from reports.evidence import evidence
from reports.example import example
from reports.figures import heat_map, signed
from reports.formulas import from_text
from reports.mathml import latex_to_mathml
from reports.pictures import CLASSES, PICTURES
from reports.record import Record, build_record
from reports.terminal import render_text
from reports.words import LANGUAGES, Words

ROOT = Path(__file__).parents[1]
VERSIONS = {"gradproof": "0.1.0", "sympy": "1.14.0", "numpy": "2.4.6"}
LANGS = sorted(LANGUAGES)


# A derivation as data, made by hand, so that any status and any text can be put into it.


def shown(text):
    if " == " in text:
        equation = read_equation(text)
        return {"text": text, "latex": f"{latex(equation.left)} = {latex(equation.right)}"}
    return {"text": text, "latex": latex(read_expression(text))}


def condition(text):
    return {"text": text, "latex": latex(read_condition(text)[0])}


def step(rule, before, after, part, new, status="proved"):
    row = RULES[rule]
    return {
        "rule": rule,
        "title": row.title,
        "statement": row.statement,
        "before": shown(before),
        "after": shown(after),
        "changed": {"before": shown(part), "after": shown(new)},
        "needs": list(row.needs),
        "status": status,
    }


S = "sum(exp(f[j]), j)"


def sample(status="proved"):
    return {
        "schema_version": 1,
        "loss": "softmax-nll",
        "title": "softmax and negative log-likelihood",
        "path": "direct",
        "given": [shown("p[k] == exp(f[k])/sum(exp(f[j]), j)"), shown("L == -log(p[y])")],
        "declared": ["y: label"],
        "claim": shown("d(L, f[k]) == p[k] - delta(k, y)"),
        "parts": [],
        "steps": [
            step("log-exp", "d(L, f[k])", f"d(log({S}) - f[y], f[k])", "d(L, f[k])",
                 f"d(log({S}) - f[y], f[k])"),
            step("d-add", f"d(log({S}) - f[y], f[k])", f"d(log({S}), f[k]) - d(f[y], f[k])",
                 f"d(log({S}) - f[y], f[k])", f"d(log({S}), f[k]) - d(f[y], f[k])"),
            step("d-entry", f"d(log({S}), f[k]) - d(f[y], f[k])",
                 f"d(log({S}), f[k]) - delta(k, y)", "d(f[y], f[k])", "delta(k, y)"),
            step("d-log", f"d(log({S}), f[k]) - delta(k, y)", f"d({S}, f[k])/{S} - delta(k, y)",
                 f"d(log({S}), f[k])", f"d({S}, f[k])/{S}", status),
        ],
        "result": shown("p[k] - delta(k, y)"),
        "cases": [
            {"condition": condition("k == y"), "value": shown("p[k] - 1"), "status": "proved"},
            {"condition": condition("k != y"), "value": shown("p[k]"), "status": "proved"},
        ],
        "status": status,
    }  # fmt: skip


def nested():
    """The same with a part, as the textbook path has them."""
    whole, part = sample(), sample()
    whole["path"] = "textbook"
    part["title"] = "Jacobian of softmax"
    part["claim"] = shown("d(p[j], f[k]) == p[j]*(delta(j, k) - p[k])")
    return {**whole, "parts": [part]}


EVIDENCE = {
    "source": 'def loss(f):\n    """A sum, a # and a % of <nothing>."""\n    return f["a"] * 2\n',
    "checks": [
        {
            "point": "random",
            "n": 10,
            "error": 2.1e-11,
            "bound": 1e-7,
            "ok": True,
            "entries": 10,
            "judged": 9,
        },
        {
            "point": "[40, 0, 0]",
            "n": 3,
            "error": 0.0,
            "bound": 1e-7,
            "ok": True,
            "entries": 10,
            "judged": 9,
        },
    ],
    "sweep": [[1e-1, 1e-3], [1e-3, 1e-7], [1e-5, 1e-11], [1e-7, 1e-9], [1e-9, 1e-7]],
    "wrong": [[1e-1, 1.0], [1e-3, 1.0], [1e-5, 1.0], [1e-7, 1.0], [1e-9, 1.0]],
    "rate": 1.998,
    "seed": 20260101,
    "ok": True,
}


def record(lang="en", **changes) -> Record:
    made = build_record([sample(), nested()], EVIDENCE, lang, versions=VERSIONS)
    return replace(made, **changes)


# Hostile text.

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=1> \\write18{touch pwned} "
    "\\input{/etc/passwd} \\end{document} ^^5cinput $x$ % # & _ { } ~ "
    "{{ 1234*5678 }} ((( 1234*5678 ))) ((* if *)) \x00\x1b[31m 한글 ∮"
)


def hostile():
    data = sample()
    data["title"] = data["loss"] = HOSTILE
    for each in data["steps"]:
        each["title"] = each["statement"] = each["rule"] = HOSTILE
        each["needs"] = [HOSTILE]
    evidence = copy.deepcopy(EVIDENCE)
    evidence["source"] = HOSTILE
    evidence["checks"][0]["point"] = HOSTILE
    return build_record([data], evidence, command=HOSTILE, versions={HOSTILE: HOSTILE})


# The same input, the same bytes.


def renderings(lang="en"):
    made = record(lang)
    return html.render_html(made), tex.render_latex(made), render_text(made), made.to_json()


@pytest.mark.parametrize("lang", LANGS)
def test_same_input_same_bytes(lang):
    assert renderings(lang) == renderings(lang)
    assert json.loads(json.dumps(renderings(lang)[3]))["lang"] == lang


def test_same_bytes_under_another_hash_seed_and_locale():
    code = (
        "import hashlib, sys; sys.path[:0] = ['tests', '.']; import test_reports as t;"
        "print(hashlib.sha256(repr(t.renderings('ko')).encode()).hexdigest())"
    )
    sums = set()
    for seed, locale in (("1", "C"), ("2", "C.UTF-8")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": "Asia/Seoul"}
        ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True,
                             capture_output=True, check=True)  # fmt: skip
        sums.add(ran.stdout)
    assert len(sums) == 1


# What the record decides.


def test_the_worst_status_decides_the_banner():
    for status in ("conditional", "refuted", "undecided"):
        banner = build_record([sample(), sample(status)]).banner
        assert banner.badge.status == status
        assert not banner.alarm
        assert [badge.status for badge, _ in banner.counts] == ["proved", status]
    assert build_record([sample()]).banner.badge.status == "proved"
    assert "every number of classes" in build_record([sample()]).banner.sentence


def test_a_failed_check_is_an_alarm():
    failing = copy.deepcopy(EVIDENCE)
    failing["checks"][1]["ok"] = False
    made = build_record([sample()], failing)
    assert made.banner.alarm
    assert "disagrees" in made.banner.sentence
    assert "✗ outside" in html.render_html(made)
    assert "every number of classes" not in made.banner.sentence


def test_a_rate_that_is_not_two_is_an_alarm():
    assert build_record([sample()], EVIDENCE | {"ok": False}).banner.alarm


def test_points_of_one_name_share_a_row_that_shows_the_worst():
    far = EVIDENCE["checks"][0] | {"n": 3, "error": 5e-8, "entries": 4, "judged": 4}
    bad = EVIDENCE["checks"][1] | {"n": 9, "error": 0.0, "ok": False}
    made = build_record([sample()], EVIDENCE | {"checks": [*EVIDENCE["checks"], far, bad]})
    rows = [[cell.text for cell in row] for row in made.numeric.checks.rows]
    assert rows == [
        ["random", "✓ within", "10, 3", "13 of 14", "5.0e-08", "1.0e-07"],
        ["[40, 0, 0]", "✗ outside", "3, 9", "18 of 20", "0", "1.0e-07"],
    ]
    assert made.banner.alarm


def test_a_point_without_a_judged_entry_does_not_stand_for_its_row():
    """eps/(n - 1) at n = 1: there the loss has no value, and the check no error."""
    nan = float("nan")
    none = EVIDENCE["checks"][0] | {"n": 1, "error": nan, "bound": nan, "entries": 1, "judged": 0}
    made = build_record([sample()], EVIDENCE | {"checks": [none, *EVIDENCE["checks"]]})
    row = [cell.text for cell in made.numeric.checks.rows[0]]
    assert row[2:4] == ["1, 10", "9 of 11"]
    assert "nan" not in row


@pytest.mark.parametrize("name", ["softmax-nll", "bce-with-logits"])
def test_evidence_of_a_catalogue_row(name):
    """Measured, not made up: a V for the engine's gradient, a flat line for the wrong one."""
    found = evidence(name)
    assert found["ok"]
    errors = [error for _, error in found["sweep"]]
    least = errors.index(min(errors))
    assert 0 < least < len(errors) - 1
    assert 50 < errors[0] / errors[1] < 200  # h falls by 10, the error by 100
    assert min(errors) < 1e-8 < errors[-1]
    wrong = [error for _, error in found["wrong"]]
    assert wrong == [] if name != "softmax-nll" else min(wrong) > 0.99
    assert not build_record([sample()], found).banner.alarm


def test_nothing_derived_is_no_report():
    with pytest.raises(ValueError, match="at least one derivation"):
        build_record([])


def test_an_unknown_status_is_an_error():
    with pytest.raises(KeyError):
        build_record([sample("probably")])


def test_both_cases_stand_beside_the_one_line_form():
    page = html.render_html(record())
    masthead = page.partition("<h1>")[2].partition("</header>")[0]
    formulas = re.findall(r"<annotation[^>]*>([^<]*)", masthead)
    assert formulas == [
        r"\frac{\partial L}{\partial f_{k}} = p_{k} - \delta_{k y}",
        "k = y",
        "p_{k} - 1",
        r"k \ne y",
        "p_{k}",
    ]
    assert "diagonal: the true class" in masthead
    assert "off-diagonal: every other class" in masthead


def test_what_was_not_checked_is_said():
    without = build_record([sample()])
    assert any("no numeric check" in each for each in without.unchecked)
    assert not any("no numeric check" in each for each in record().unchecked)
    assert without.numeric is None
    assert "nothing is claimed" in " ".join(record().unchecked)


def test_the_worked_example_is_for_its_own_definitions_only():
    other = sample() | {"given": [shown("L == f[y]**2")]}
    assert build_record([other]).example is None
    assert record().example is not None


# Numbers.


def test_example_is_exact_to_its_digits():
    """Recomputed by mpmath with another precision and other formulas."""
    worked = example(Words("en"))
    with mpmath.workdps(60):
        for place, (name, scores) in enumerate(PICTURES):
            lse = mpmath.log(mpmath.fsum(map(mpmath.exp, scores)))
            p = [mpmath.exp(score - lse) for score in scores]
            true = CLASSES.index(name)
            row = [cell.text for cell in worked.probabilities.rows[place]]
            assert row[1:] == [f"{float(v):.3f}" for v in (*p, lse - scores[true])]
            gradient = [v - (k == true) for k, v in enumerate(p)]
            row = [cell.text for cell in worked.strip.rows[place]]
            assert row[1:] == [signed(f"{float(v):.3f}") for v in gradient] + ["0.000"]


def test_example_matches_the_article():
    worked = example(Words("en"))
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in worked.scores.rows}
    assert max(rows["cat picture"]) == rows["cat picture"][0] == "5"
    assert max(rows["horse picture"]) == rows["horse picture"][2] == "8"
    assert rows["dog picture"] == ["4", "4", "1"]
    ties = [cell.text for cell in worked.probabilities.rows[2]]
    assert ties[1] == ties[2] == "0.488"


def test_jacobian_rows_sum_to_zero_and_diagonal_is_positive():
    rows = example(Words("en")).jacobian.rows
    for place, row in enumerate(rows):
        assert row[-1].text == "0.000"
        assert row[place + 1].tint == "positive"
        assert abs(sum(float(cell.text.replace("−", "-")) for cell in row[1:-1])) <= 0.002


def test_signs_never_show_a_negative_zero():
    assert signed("-0.000") == signed("0.000") == "0.000"
    assert signed("-0.295") == "−0.295"
    cells = heat_map("", [], [(None, ["-0.5", "0.25"], "-0.25")]).rows[0]
    assert [(c.tint, c.level) for c in cells[1:3]] == [("negative", 100), ("positive", 50)]


def test_error_curve_is_a_v_and_the_wrong_formula_is_flat():
    chart = error_curve(EVIDENCE["sweep"], EVIDENCE["wrong"], Words("en"))
    right, wrong = ([float(pair.split()[1]) for pair in line.path[1:].split(" L")]
                    for line in chart.lines)  # fmt: skip
    lowest = right.index(max(right))  # y grows downwards
    assert right[:lowest] == sorted(right[:lowest])
    assert right[lowest:] == sorted(right[lowest:], reverse=True)
    assert 0 < lowest < len(right) - 1
    assert len(set(wrong)) == 1
    assert len(chart.table.rows) == 5
    assert len(error_curve([(1e-3, 0.0)], [], Words("en")).lines) == 0


# Formulas.


def test_a_marked_formula_keeps_its_own_latex():
    drawn = latex_to_mathml("a + b", marked=r"a + \boxed{b}")
    assert '<mrow class="changed">' in drawn
    assert "menclose" not in drawn
    assert ">a + b</annotation>" in drawn


def test_formula_text_in_a_page():
    assert from_text("u > 0 and v != 0").latex == r"u > 0,\; v \ne 0"
    assert from_text("k is in the range of j").latex == ""


# The terminal.


def test_terminal_shows_signs_with_words():
    text = render_text(sample("conditional"))
    assert "◐ conditional" in text
    assert "✓ proved" in text
    assert "\x1b" not in text
    assert "= d(log(sum(exp(f[j]), j)), f[k]) - delta(k, y)" in text
    coloured = render_text(sample("conditional"), color=True)
    assert "\x1b[33m◐ conditional\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == text


def test_terminal_shows_no_control_characters():
    data = sample()
    data["title"] = data["loss"] = "\x1b]0;owned\x07"
    data["steps"][0]["title"] = "a\x1b[2Jb"
    assert "\x1b" not in render_text(data)


def test_terminal_of_a_record_says_what_its_banner_says():
    for lang in LANGS:
        text = render_text(record(lang))
        assert record(lang).banner.sentence in text
        assert "[40, 0, 0]" in text
