"""Reports: every promise of a page is a function that finds faults, tried on planted faults too."""

import copy
import json
import os
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import mpmath
import pytest

from derive.catalogue import CATALOGUE
from derive.read.formula import read_condition, read_equation, read_expression
from derive.rules import RULES
from derive.show import latex
from reports import html, words_en, words_ko
from reports import latex as tex
from reports.curves import error_curve
from reports.example import CLASSES, PICTURES, example
from reports.figures import heat_map, signed
from reports.formulas import from_text, is_plain, mark
from reports.mathml import latex_to_mathml
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
        {"point": "random", "n": 10, "error": 2.1e-11, "bound": 1e-7, "ok": True},
        {"point": "[40, 0, 0]", "n": 3, "error": 0.0, "bound": 1e-7, "ok": True},
    ],
    "sweep": [[1e-1, 1e-3], [1e-3, 1e-7], [1e-5, 1e-11], [1e-7, 1e-9], [1e-9, 1e-7]],
    "wrong": [[1e-1, 1.0], [1e-3, 1.0], [1e-5, 1.0], [1e-7, 1.0], [1e-9, 1.0]],
    "rate": 1.998,
    "seed": 20260101,
}


def record(lang="en", **changes) -> Record:
    made = build_record([sample(), nested()], EVIDENCE, lang, versions=VERSIONS)
    return replace(made, **changes)


# What is wrong with a page.

VOID = {"meta", "link", "br", "hr", "img", "input"}
# Children that SVG and MathML write as <line/>: the parser reports them as start and end.


class Page(HTMLParser):
    """Reads a page and keeps its faults."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.faults, self.open, self.ids, self.links = [], [], [], []
        self.heading, self.headings, self.maths, self.annotated = 0, [], 0, 0
        self.named = []
        self.feed(source)
        self.close()
        self.faults += [f"not closed: {tag}" for tag in self.open]
        self.faults += [f"id twice: {i}" for i in set(self.ids) if self.ids.count(i) > 1]
        self.faults += [f"link to nowhere: {link}" for link in self.links if link not in self.ids]
        if self.maths != self.annotated:
            self.faults.append("math without its LaTeX")
        if self.headings.count(1) != 1:
            self.faults.append("not one h1")

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self._attributes(tag, values)
        if re.fullmatch("h[1-6]", tag):
            level = int(tag[1])
            if level > self.heading + 1:
                self.faults.append(f"heading skips to {tag}")
            self.heading = level
            self.headings.append(level)
        self.maths += tag == "math"
        self.annotated += tag == "annotation" and values.get("encoding") == "application/x-tex"

    def handle_startendtag(self, tag, attrs):
        self._attributes(tag, dict(attrs))

    def _attributes(self, tag, values):
        if tag in {"script", "iframe", "object", "embed", "link", "img"}:
            self.faults.append(f"forbidden: {tag}")
        if tag == "th" and "scope" not in values:
            self.faults.append("th without scope")
        if tag == "svg":
            self.named.append(values.get("aria-labelledby", ""))
            if not {"title", "desc"} <= {i.rpartition("-")[2] for i in self.named[-1].split()}:
                self.faults.append("svg without a name")
        self.ids += [values["id"]] if "id" in values else []
        for name, value in values.items():
            if name.startswith("on"):
                self.faults.append(f"handler: {name}")
            if name in {"href", "src"}:
                if value.startswith("#"):
                    self.links.append(value[1:])
                else:
                    self.faults.append(f"outside: {value}")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of turn: {tag}")


CSP = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"


def page_faults(page):
    faults = Page(page).faults
    style = page.partition("<style>")[2].partition("</style>")[0]
    if re.search(r"https?:|//[a-z]|@import", re.sub(r"base64,[^)]*", "", style)):
        faults.append("style asks for something")
    if CSP not in page:
        faults.append("no content policy")
    if "unrendered" in page.partition("</style>")[2]:
        faults.append("a formula is not rendered")
    if not re.search(r'<html lang="(en|ko)">', page):
        faults.append("no language")
    if "None" in re.sub(r"<(pre|style).*?</\1>", "", page, flags=re.DOTALL):
        faults.append("None in the text")
    return faults


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("evidence", [None, EVIDENCE])
def test_page(lang, evidence):
    page = html.render_html(build_record([sample(), nested()], evidence, lang))
    assert page_faults(page) == []
    assert page.count("<math") > 30
    assert Page(page).headings[:2] == [1, 2]


PLANTED = [
    ("<main", "<main><p", "closed out of turn"),
    ("</main>", "<script>1</script></main>", "forbidden: script"),
    ("</main>", '<a href="https://example.org">x</a></main>', "outside"),
    ("</main>", '<a href="#nowhere">x</a></main>', "link to nowhere"),
    ("</main>", '<p onclick="x">x</p></main>', "handler"),
    ("</main>", "<math><mi>x</mi></math></main>", "math without its LaTeX"),
    ("</main>", "<h5>x</h5></main>", "heading skips"),
    ("</main>", "<h1>x</h1></main>", "not one h1"),
    ("</main>", '<p id="given"></p></main>', "id twice"),
    ('<th scope="row">', "<th>", "th without scope"),
    ("aria-labelledby=", "data-x=", "svg without a name"),
    ("</style>", "@import url(x);</style>", "style asks"),
    ("</style>", "p{background:url(https://example.org)}</style>", "style asks"),
    ("img-src data:", "img-src *", "no content policy"),
    ("</main>", '<code class="unrendered">x</code></main>', "not rendered"),
    ('lang="en"', "", "no language"),
]


@pytest.mark.parametrize(("old", "new", "fault"), PLANTED)
def test_planted_faults_of_a_page_are_found(old, new, fault):
    page = html.render_html(record())
    assert old in page
    assert any(found.startswith(fault) for found in page_faults(page.replace(old, new))) or any(
        fault in found for found in page_faults(page.replace(old, new))
    )


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


def test_hostile_text_is_text_in_html():
    page = html.render_html(hostile())
    assert page_faults(page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert str(1234 * 5678) not in page


def tex_faults(source):
    """Commands that no report has a use for, outside of escapes."""
    plain = source.replace(r"\textbackslash{}", "")
    words = r"\\(?:write|input|include|openin|openout|def|csname|catcode|immediate|read)(?![a-z])"
    faults = re.findall(words, plain)
    faults += ["early end"] if plain.count(r"\end{document}") != 1 else []
    faults += ["superscript code"] if "^^" in plain else []
    faults += ["control character"] if re.search(r"[\x00-\x08\x0b-\x1f]", plain) else []
    return faults


def test_hostile_text_is_text_in_latex():
    source = tex.render_latex(hostile())
    assert tex_faults(source) == []
    assert r"\textbackslash{}write18\{touch pwned\}" in source
    assert "{[}U+222E]" in source
    assert str(1234 * 5678) not in source
    assert tex_faults(source + r"\write18{x}") == [r"\write"]
    assert tex_faults(source + "^^5c") == ["superscript code"]


@pytest.mark.parametrize(
    "bad",
    [
        r"\input{/etc/passwd}",
        r"\text{a $x$}",
        r"\def\x{\x}\x",
        "x^^5c",
        r"\end{document}",
        "a % b",
        "}{",
        r"\write18{ls}",
        "x\0",
        "가",
    ],
)
def test_latex_that_is_not_ours_is_never_typeset(bad):
    assert not is_plain(bad)
    data = sample()
    data["steps"][0]["before"]["latex"] = bad
    made = build_record([data], None)
    assert "not rendered" in html.render_html(made)
    assert page_faults(html.render_html(made)) == ["a formula is not rendered"]
    assert tex_faults(tex.render_latex(made)) == []
    assert rf"\displaystyle {bad}" not in tex.render_latex(made)


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda row: row.name)
def test_every_formula_of_the_catalogue_is_rendered(row):
    for text in (*row.given, row.claim(1), row.claim(2)):
        equation = read_equation(text)
        for side in (equation.left, equation.right):
            assert is_plain(latex(side))
            assert "unrendered" not in latex_to_mathml(latex(side))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_is_rendered_and_has_a_korean_title(rule):
    statement = from_text(rule.statement)
    assert statement.latex
    assert is_plain(statement.latex)
    assert "unrendered" not in latex_to_mathml(statement.latex)
    assert rule.name in words_ko.TITLES
    for need in rule.needs:
        assert from_text(need).latex or need in words_ko.TITLES


def test_every_loss_has_a_korean_title():
    assert set(CATALOGUE) <= set(words_ko.TITLES)


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


# Languages.


def placeholders(saying):
    return sorted(name for _, name, _, _ in string.Formatter().parse(saying) if name)


def catalogue_faults(one, other):
    faults = sorted(set(one) ^ set(other))
    return faults + [k for k in set(one) & set(other)
                     if placeholders(one[k]) != placeholders(other[k])]  # fmt: skip


def test_languages_say_the_same_things():
    assert catalogue_faults(words_en.SAYINGS, words_ko.SAYINGS) == []
    assert catalogue_faults({"a": "{x}"}, {"a": "{y}"}) == ["a"]
    assert catalogue_faults({"a": "", "b": ""}, {"a": ""}) == ["b"]


def test_korean_is_korean_and_holds_no_formula():
    kept = {"numeric_n", "latex", "range_index"}
    for key, saying in words_ko.SAYINGS.items():
        assert key in kept or re.search("[가-힣]", saying), key
        assert not re.search(r"[\\_^$]|\[|[A-Za-z]\(", saying), key


def test_no_saying_is_left_over(monkeypatch):
    """Every saying is said by some report: of any status, size, path, check or loss."""
    said = set()
    spoken = Words.__call__

    def listening(self, key, **fields):
        said.add(key)
        return spoken(self, key, **fields)

    monkeypatch.setattr(Words, "__call__", listening)
    for each in varieties():
        html.render_html(each)
        render_text(each)
    assert set(words_en.SAYINGS) - said == set()


def varieties() -> Iterator[Record]:
    failing = copy.deepcopy(EVIDENCE)
    failing["checks"][0]["ok"] = False
    for status in ("proved", "conditional", "refuted", "undecided"):
        yield build_record([sample(status), nested(), nested()], failing)
        yield build_record([sample(status)], None)
    for row in CATALOGUE.values():
        for order in (1, 2):
            given = [shown(text.replace(" = ", " == ")) for text in row.given]
            setting = {"loss": row.name, "given": given, "declared": list(row.declare)}
            yield build_record([sample() | setting | {"claim": shown(row.claim(order))}], EVIDENCE)
    for claim in ("d(L, f[k], f[l], f[m]) == 0", "d(L, f[k], f[k], f[k], f[k]) == 0"):
        yield build_record([sample() | {"claim": shown(claim)}])
    kinds = ["a: bit", "b: sign", "c: integer", "g: onehot[n]", "h: simplex[n]", "q: real[D]"]
    own = shown("L == f[y]*a*b*c*sum(g[j]*h[j], j)*sum(q[r], r)*f[k]")
    yield build_record(
        [
            sample()
            | {"loss": "", "given": [own], "declared": ["y: label", *kinds]}
            | {"claim": shown("d(L, q[s]) == 0")}
        ]
    )


def structure(one):
    return [
        (step.anchor, step.rule, step.before, step.after, step.badge.status)
        for part in one.every()
        for step in part.steps
    ]


def test_languages_have_the_same_steps():
    both = [[structure(one) for one in record(lang).derivations] for lang in LANGS]
    assert both[0] == both[1]
    pages = [html.render_html(record(lang)) for lang in LANGS]
    assert len({tuple(re.findall(r' id="([^"]*)"', page)) for page in pages}) == 1
    assert len({tuple(re.findall(r"<annotation[^>]*>([^<]*)", page)) for page in pages}) == 1


# Templates.


@pytest.mark.parametrize("environment", [html.environment(), tex.environment("en")])
def test_a_missing_field_is_an_error(environment):
    start, stop = environment.variable_start_string, environment.variable_end_string
    page = environment.from_string(f"{start} record.nothing {stop}")
    with pytest.raises(jinja2.UndefinedError):
        page.render(record=record())


def test_html_is_escaped_by_the_environment_itself():
    assert html.environment().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert tex.environment("en").from_string("((( x )))").render(x=r"\b{}") == (
        r"\textbackslash{}b\{\}"
    )


# LaTeX that compiles.


def compiled(source, folder):
    """pdflatex's exit status, its log, and the files that it left."""
    (folder / "report.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "-no-shell-escape"]
    ran = subprocess.run([*command, "report.tex"], cwd=folder, text=True, errors="replace",
                         capture_output=True, timeout=120, check=False)  # fmt: skip
    return ran.returncode, ran.stdout, {path.suffix for path in folder.iterdir()}


def needs_tex(*packages):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex on this machine")
    for package in packages:
        found = subprocess.run(["kpsewhich", package], capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"this TeX has no {package}")


@pytest.mark.parametrize("lang", LANGS)
def test_latex_compiles(lang, tmp_path):
    needs_tex("amsmath.sty", *(["kotex.sty"] if lang == "ko" else []))
    status, log, files = compiled(tex.render_latex(record(lang)), tmp_path)
    assert status == 0, log[-2000:]
    assert ".pdf" in files
    assert not re.search(r"Missing character|undefined|Overfull \\hbox \(\d\d", log)


def test_hostile_latex_compiles_and_does_nothing(tmp_path):
    needs_tex("amsmath.sty")
    status, log, files = compiled(tex.render_latex(hostile()), tmp_path)
    assert status == 0, log[-2000:]
    assert files <= {".tex", ".pdf", ".log", ".aux"}
    assert not (tmp_path / "pwned").exists()


def test_the_compile_check_can_fail(tmp_path):
    needs_tex("amsmath.sty")
    broken = tex.render_latex(record()).replace(r"\frac{", r"\fracture{", 1)
    assert compiled(broken, tmp_path)[0] != 0


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


def test_mark_boxes_what_changed():
    whole, after = r"e^{x} + e^{x} \, y", r"e^{x} + 1 \, y"
    assert mark(whole, "e^{x}", after, "1") == r"e^{x}+\boxed{e^{x}}\,y"
    assert mark(r"a + \frac{a}{b}", "a", r"c + \frac{c}{b}", "c").count(r"\boxed") == 2
    assert mark("x", "x", "y", "y") == ""
    assert mark("x + y", "z", "x + w", "w") == ""
    assert mark("x + x + y", "x", "z", "w") == ""
    assert mark(r"\frac{\partial L}{\partial f_{k}}", "f_{k}", "0", "1") == ""
    assert mark(r"\partial L", "L", "x", "y") == ""


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
