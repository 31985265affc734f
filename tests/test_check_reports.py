"""Reports of a checked document: what the record decides, and every format that walks over it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from checked import ARTICLE, GIVEN, article, item, judged, proved
from jsonschema import ValidationError
from test_formats import schema
from test_reports import HOSTILE, LANGS
from test_reports_latex import compiled, needs_tex, tex_faults
from test_reports_pages import page_faults

from derive.document.items import Asked, Checked
from derive.errors import Complaint
from derive.syntax import Span
from reports.document.corrected import corrected
from reports.document.html import render_html
from reports.document.latex import render_latex
from reports.document.markdown import render_markdown
from reports.document.picture import picture, resting
from reports.document.places import marked_lines, plain_lines
from reports.document.record import ShownItem, build_document
from reports.document.terminal import render_text


def hostile() -> Checked:
    """The article with harm in every text that comes from outside."""
    bad = HOSTILE + "\n```\n`x` </code></pre>\n$$ \\end{verbatim} $$"
    items = tuple(
        replace(each, source=bad, section=HOSTILE, notes=(HOSTILE,), start=-1, stop=-1)
        for each in article().items[:-1]
    )
    complaint = Complaint(HOSTILE, bad, Span(3, 9), HOSTILE)
    broken = replace(article().items[-1], source=bad, complaint=complaint, start=-1, stop=-1)
    return Checked(
        name=HOSTILE, text=bad, items=(*items, broken), headline=HOSTILE, notes=(HOSTILE,)
    )


def shown(number: int) -> ShownItem:
    return next(each for each in build_document(article()).items if each.number == number)


def labelled(each: ShownItem, label: str) -> list[str]:
    return [told.text for told in each.told if told.label == label]


# What the record decides.


def test_the_record_says_what_the_check_found() -> None:
    record = build_document(article())
    assert record.badge.status == "refuted"
    assert record.sentence.startswith("Wrong as stated: 3 of 7 claims.")
    counts = {badge.status: count for badge, count in record.counts}
    assert counts == {"refuted": 1, "conditional": 2, "unread": 1, "undecided": 1, "proved": 2,
                      "definition": 2}  # fmt: skip
    assert [section.name for section in record.sections] == [
        "The gradient of softmax + NLL", "Derivation"
    ]  # fmt: skip


def test_each_item_is_told_with_all_that_is_known() -> None:
    chain = shown(3)
    assert labelled(chain, "holds only if") == ["k == y"]
    assert labelled(chain, "counterexample") == ["n = 2, k = 1, y = 2, e^f = (1, 2)"]
    assert labelled(chain, "left") == ["1/3"]
    assert labelled(chain, "right") == ["0"]
    assert "GP301" in labelled(chain, "diagnosis")[0]
    assert labelled(chain, "note") == ["I read p_k as an entry of its own"]
    (command,) = labelled(chain, "recompute")
    assert command.startswith("gradproof verify ")
    assert '--at "n=2, k=1, y=2, exp(f)=(1, 2)"' in command
    assert labelled(shown(5), "right as a step, but it rests on line") == ["8:8"]
    assert labelled(shown(8), "because") == ["max is outside of the fragment"]
    assert shown(9).mistake[0] == r"unknown command \foo"
    assert shown(9).mistake[2].strip() == "^^^^"


def test_definitions_used_directly_and_at_one_remove_are_found() -> None:
    assert [link.anchor for link in shown(3).uses] == ["item-1", "item-2"]
    assert [link.anchor for link in shown(4).uses] == ["item-1"]
    asked = Asked(claim="d(L, f[k]) == p[k] - 1", given=GIVEN)
    only = item(6, "- 1", "d(L, f[k]) == p[k] - 1", asked=asked)
    given = article().items[:2]
    record = build_document(replace(article(), items=(*given, only)))
    assert [link.anchor for link in record.items[2].uses] == ["item-1", "item-2"]


def test_the_corrected_derivation_has_every_equality() -> None:
    lines = {line.item.number: line for line in corrected(build_document(article()))}
    assert len(lines) == 9
    assert {number: line.state for number, line in lines.items()} == {
        1: "given", 2: "given", 3: "repaired", 4: "kept", 5: "inherits", 6: "repaired",
        7: "repaired", 8: "open", 9: "open",
    }  # fmt: skip
    assert lines[6].formula is not None
    assert lines[6].formula.text == "d(L, f[k]) == p[k] - delta(k, y)"
    assert lines[9].formula is None


def test_a_repair_may_be_a_whole_claim() -> None:
    wrong = judged("p[k] - 1 == d(L, f[k])")
    whole = replace(wrong, repair="p[k] - delta(k, y) == d(L, f[k])")
    own = item(3, "- 1", "p[k] - 1 == d(L, f[k])", verdict=whole)
    (line,) = corrected(build_document(replace(article(), items=(own,))))
    assert line.formula is not None
    assert line.formula.text == "p[k] - delta(k, y) == d(L, f[k])"
    assert line.formula.latex.startswith(r"p_{k} - \delta")


@pytest.mark.parametrize("lang", LANGS)
def test_a_document_without_a_claim_proves_nothing(lang: str) -> None:
    empty = build_document(replace(article(), items=article().items[:2]), lang)
    assert empty.badge.status == "definition"
    assert "100" not in render_text(empty)
    assert empty.sentence == build_document(replace(article(), items=()), lang).sentence
    assert empty.sentence != build_document(proved(), lang).sentence


# Places.


def test_brackets_at_the_ends_belong_to_what_the_author_wrote() -> None:
    text = r"$$ \left( a \right) = -\log(b) $$"
    cut = r"a \right) = -\log(b"
    start = text.index(cut)
    own = replace(article().items[3], source=cut, start=start, stop=start + len(cut))
    (shown_item,) = build_document(replace(article(), text=text, items=(own,))).items
    assert shown_item.source == r"\left( a \right) = -\log(b)"
    assert shown_item.excerpt[0].carets.count("^") == len(shown_item.source)


def test_only_the_innermost_heading_is_shown() -> None:
    own = replace(article().items[3], section="Title > Part > Detail")
    (section,) = build_document(replace(article(), items=(own,))).sections
    assert section.name == "Detail"


def test_carets_stand_under_the_author_s_characters() -> None:
    text = "so $a = b$ holds\nand $$c\n = d$$ too"
    (line,) = marked_lines(text, 4, 9)
    assert line.carets == "    ^^^^^"
    first, second = marked_lines(text, text.index("c"), text.index("$$ too"))
    assert (first.line, first.carets) == ("and $$c", "      ^")
    assert (second.line, second.carets) == (" = d$$ too", " ^^^")


def test_carets_count_columns_and_long_lines_are_cut() -> None:
    (wide,) = marked_lines("한글 $a=b$", 4, 7)
    assert wide.carets == "      ^^^"
    text = "x" * 500 + " a = b " + "y" * 500
    (line,) = marked_lines(text, 501, 506)
    assert len(line.line) < 110
    assert line.line[len(line.carets) - 5 : len(line.carets)] == "a = b"
    assert line.carets.strip() == "^^^^^"


def test_a_long_formula_is_shown_whole() -> None:
    formula = "a + " * 60 + "b = c"
    text = f"here: ${formula}$ and on"
    parts = marked_lines(text, 7, 7 + len(formula))
    assert len(parts) == 3
    shown = "".join(
        part.line[len(part.carets) - part.carets.count("^") : len(part.carets)] for part in parts
    )
    assert shown.replace(" ", "") == formula.replace(" ", "")


def test_many_lines_are_not_all_shown() -> None:
    text = "\n".join(f"line {i}" for i in range(100))
    assert len(marked_lines(text, 0, len(text))) == 6
    assert marked_lines(text, 0, len(text))[-1].line == "..."
    assert len(plain_lines(text)) == 7


# The terminal.


def test_text_names_place_sign_and_word() -> None:
    text = render_text(build_document(article()))
    assert "article.md:8:8: ◐ conditional\n  | Then \\[\\frac{\\partial L}" in text
    assert "article.md:3:7: definition  p[k] = exp(f[k])/sum(exp(f[j]), j)\n" in text
    assert "article.md:13:1: ◐ conditional  (from the first to the last member)" in text
    assert "right as a step, but it rests on line: 8:8" in text
    lines = text.splitlines()
    assert lines[0] == lines[-2]
    assert lines[-1] == "line 8 holds only if k == y"
    assert "\x1b" not in text


def test_quiet_text_has_only_what_is_not_proved() -> None:
    text = render_text(build_document(article()), quiet=True)
    for word in ("refuted", "conditional", "unread", "undecided"):
        assert re.search(rf"^article\.md:\d+:\d+: . {word}", text, re.MULTILINE)
    assert not re.search(r"^article\.md:\d+:\d+: (· definition|✓)", text, re.MULTILINE)
    assert "· definition  p[k]" not in text


def test_colour_changes_no_word() -> None:
    record = build_document(article())
    coloured = render_text(record, color=True)
    assert "\x1b[31m✗ refuted\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == render_text(record)


# HTML.


@pytest.mark.parametrize("lang", LANGS)
def test_page(lang: str) -> None:
    for checked in (article(), proved(), replace(article(), items=())):
        page = render_html(build_document(checked, lang))
        assert page_faults(page) == []
        assert render_html(build_document(checked, lang)) == page


def test_a_page_is_named_after_the_file_and_not_after_its_folders() -> None:
    record = build_document(replace(article(), name="/home/ann/drafts/my notes.md"))
    for made in (render_html(record), render_latex(record), render_markdown(record)):
        assert "my notes" in made
        assert "drafts" not in made
    assert "/home/ann/drafts/my notes.md:8:8:" in render_text(record)


def test_the_page_has_the_author_s_text_and_our_reading() -> None:
    page = render_html(build_document(article()))
    assert r"<code>\frac{\partial L}{\partial f_k} &amp;= p_k" in page
    annotations = re.findall(r"<annotation[^>]*>([^<]*)", page)
    assert r"\frac{\partial L}{\partial f_{k}} = p_{k} - \delta_{k y}" in annotations
    assert r"\frac{1}{3}" in annotations
    assert 'href="#item-3">8:8</a>' in page
    assert not any(r"\foo" in each for each in annotations)


def test_the_author_s_tex_is_never_typeset(monkeypatch: pytest.MonkeyPatch) -> None:
    typeset: list[str] = []

    def listening(source: str, **_: object) -> str:
        typeset.append(source)
        return ""

    from reports.html import environment

    monkeypatch.setitem(environment().globals, "mathml", listening)
    mine = tuple(replace(each, source=r"\mine{x}") for each in article().items)
    render_html(build_document(replace(article(), items=mine)))
    assert typeset
    assert not any("mine" in each for each in typeset)


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_text_is_text_in_html(lang: str) -> None:
    page = render_html(build_document(hostile(), lang))
    assert page_faults(page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert str(1234 * 5678) not in page


def test_the_picture_draws_what_the_table_says() -> None:
    record = build_document(article())
    drawn = picture(record)
    assert drawn is not None
    rows = resting(record)
    assert sum(arc.dress == "use" for arc in drawn.arcs) == sum(len(row.uses) for row in rows)
    inherits = [arc for arc in drawn.arcs if arc.dress == "inherits"]
    assert len(inherits) == sum(len(row.rests_on) for row in rows) == 2
    heights = {row.place: row.y for row in drawn.rows}
    assert {arc.y for arc in inherits} == {heights["8:8"]}
    assert all(arc.x - 72 == 0 for arc in drawn.arcs)


def test_the_picture_has_both_ends_of_every_arc() -> None:
    alone = replace(article().items[2], asked=None)
    rests = replace(article().items[4], asked=None, rests_on=(3,))
    drawn = picture(build_document(replace(article(), items=(alone, rests))))
    assert drawn is not None
    assert [row.place for row in drawn.rows] == ["8:8", "11:10"]


def test_there_is_no_picture_of_nothing_or_of_too_much() -> None:
    assert picture(build_document(replace(article(), items=article().items[:2]))) is None
    first = article().items[:2]
    many = tuple(replace(article().items[2], number=number) for number in range(3, 90))
    record = build_document(replace(article(), items=(*first, *many)))
    assert picture(record) is None
    page = render_html(record)
    assert "too many equalities for a picture" in page
    assert page_faults(page) == []


# LaTeX and Markdown.


def test_hostile_text_is_text_in_latex() -> None:
    source = render_latex(build_document(hostile()))
    assert tex_faults(source) == []
    assert str(1234 * 5678) not in source


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "checked", [article, proved, hostile], ids=["article", "proved", "hostile"]
)
def test_latex_compiles(checked, lang, tmp_path) -> None:  # type: ignore[no-untyped-def]
    needs_tex("amsmath.sty", *(["kotex.sty"] if lang == "ko" else []))
    status, log, files = compiled(render_latex(build_document(checked(), lang)), tmp_path)
    assert status == 0, log[-2000:]
    assert files <= {".tex", ".pdf", ".log", ".aux"}
    assert not re.search(r"undefined|Overfull \\hbox \(\d\d\d", log)


def test_markdown_fences_hold() -> None:
    made = render_markdown(build_document(hostile()))
    open_fence = ""
    for line in made.splitlines():
        ticks = re.match("`{3,}", line)
        if open_fence and line == open_fence:
            open_fence = ""
        elif ticks and not open_fence:
            open_fence = ticks.group()
        elif not open_fence:
            outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
            assert "<script" not in outside.replace(r"\<script", "")
    assert not open_fence
    plain = render_markdown(build_document(article()))
    assert "```tex\n\\frac{\\partial L}{\\partial f_k} &= p_k\n  - 1\n```" in plain
    assert "- nearest right formula: `p[k] - delta(k, y)`" in plain


# JSON.


def test_json_keeps_its_schema() -> None:
    for checked in (article(), proved(), hostile(), replace(article(), items=())):
        schema("check").validate(json.loads(json.dumps(checked.to_json())))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("status", "definition"),
        ("status", "wrong"),
        ("counterexample", None),
        ("condition", None),
        ("line", 0),
        ("rests_on", ["8"]),
        ("unheard_of", 1),
        ("section", ...),
    ],
)
def test_the_schema_is_closed(key: str, value: object) -> None:
    data = json.loads(json.dumps(article().to_json()))
    (wrong,) = [each for each in data["items"] if each["number"] == 3]
    if value is ...:
        del wrong[key]
    else:
        wrong[key] = value
    with pytest.raises(ValidationError):
        schema("check").validate(data)


def test_the_article_of_these_tests_is_what_it_says() -> None:
    for each in article().items:
        assert ARTICLE[each.start : each.stop] == each.source
        *before, last = ARTICLE[: each.start].split("\n")
        assert (each.line, each.column) == (len(before) + 1, len(last) + 1)
