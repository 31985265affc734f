"""Pages: every promise of a page is a function that finds faults, tried on planted faults too."""

import functools
import re
from html.parser import HTMLParser

import jinja2
import pytest
from test_reports import EVIDENCE, LANGS, hostile, nested, record, sample

from derive import derivation
from derive.catalogue import CATALOGUE
from derive.read.formula import read_equation
from derive.rules import RULES
from derive.typeset import latex
from reports import html
from reports import latex as tex
from reports.formulas import from_text, is_plain
from reports.mathml import latex_to_mathml
from reports.record import build_record

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
        self.links += [name for names in self.named for name in names.split()]
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


@functools.cache
def derived(name):
    """Everything that a report of a loss shows, as `derive` derives it."""
    row = CATALOGUE[name]
    wanted = [{}, {"path": "textbook"}, {"order": 2}] if row.inner else [{}, {"order": 2}]
    return [derivation(name, **which).to_json() for which in wanted]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "softmax-nll" else pytest.mark.slow)
        for name in CATALOGUE
    ],
)
def test_page_of_the_catalogue(name):
    for lang in LANGS:
        page = html.render_html(build_record(derived(name), None, lang))
        assert page_faults(page) == []


def test_every_derivation_shows_its_cases():
    page = html.render_html(record())
    shown_cases = re.findall(r"<annotation[^>]*>k \\ne y</annotation>", page)
    with_cases = [one for top in record().derivations for one in top.every() if one.cases]
    assert len(shown_cases) == len(with_cases) + 1 == 4  # and once at the head of the page


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


def test_hostile_text_is_text_in_html():
    page = html.render_html(hostile())
    assert page_faults(page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert str(1234 * 5678) not in page


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda row: row.name)
def test_every_formula_of_the_catalogue_is_rendered(row):
    for text in (*row.given, row.claim(1), row.claim(2)):
        equation = read_equation(text)
        for side in (equation.left, equation.right):
            assert is_plain(latex(side))
            assert "unrendered" not in latex_to_mathml(latex(side))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_is_rendered(rule):
    statement = from_text(rule.statement)
    assert statement.latex
    assert is_plain(statement.latex)
    assert "unrendered" not in latex_to_mathml(statement.latex)


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
