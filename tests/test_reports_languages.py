"""English and Korean say the same things, all of them, and nothing else."""

import copy
import re
import string
from collections.abc import Iterator
from dataclasses import replace

from checked import article
from test_check_fix import again
from test_reports import EVIDENCE, LANGS, nested, record, sample, shown, step

from derive.catalogue import CATALOGUE
from derive.plans import CONTEXT
from derive.rules import RULES
from derive.witness.counterexample import Counterexample
from reports import html, titles_ko, words_check_en, words_en
from reports.document import html as document
from reports.document.command import mend
from reports.document.markdown import render_markdown
from reports.document.record import build_document
from reports.document.terminal import render_text as check_text
from reports.formulas import from_text
from reports.printed import judged
from reports.record import Record, build_record
from reports.terminal import render_text
from reports.words import LANGUAGES, Words


def test_every_loss_and_rule_has_a_korean_title():
    assert set(CATALOGUE) | set(RULES) | set(CONTEXT) <= set(titles_ko.TITLES)
    said = [need for rule in RULES.values() for need in rule.needs]
    said += [statement for _, statement in CONTEXT.values()]
    assert [
        text for text in said if not from_text(text).latex and text not in titles_ko.TITLES
    ] == []


def placeholders(saying):
    return sorted(name for _, name, _, _ in string.Formatter().parse(saying) if name)


def catalogue_faults(one, other):
    faults = sorted(set(one) ^ set(other))
    return faults + [k for k in set(one) & set(other)
                     if placeholders(one[k]) != placeholders(other[k])]  # fmt: skip


def test_languages_say_the_same_things():
    assert catalogue_faults(LANGUAGES["en"], LANGUAGES["ko"]) == []
    assert catalogue_faults({"a": "{x}"}, {"a": "{y}"}) == ["a"]
    assert catalogue_faults({"a": "", "b": ""}, {"a": ""}) == ["b"]


def test_korean_is_korean_and_holds_no_formula():
    kept = {"numeric_n", "latex", "range_index"}
    for key, saying in LANGUAGES["ko"].items():
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


POINTLESS = Counterexample(sizes={}, indices={}, labels={}, exp={}, values={}, left="1", right="2")


def test_no_saying_of_a_check_is_left_over(monkeypatch, tmp_path, capsys):
    """Every saying is said of some document: of any gravity, large, mended or not."""
    said = set()
    spoken = Words.__call__

    def listening(self, key, **fields):
        said.add(key)
        return spoken(self, key, **fields)

    monkeypatch.setattr(Words, "__call__", listening)
    items = article().items
    large = [replace(items[2], number=number) for number in range(3, 90)]
    limited = replace(items[3].asked, where="k != y")
    pointless = replace(items[6].verdict, counterexample=POINTLESS, premises=("n > 1",))
    conditional = next(item for item in items if item.status == "conditional")
    enough = replace(conditional, verdict=replace(conditional.verdict, necessary=False))
    odd = [
        replace(items[0], kind="fact"),
        enough,
        replace(items[3], asked=limited),
        replace(items[6], verdict=pointless),
    ]
    chosen = [
        items,
        odd,
        items[:2],
        items[3:4],
        items[2:4],
        items[7:8],
        items[8:9],
        (*items[:2], *large),
        (replace(items[0], kind="fact"),) * 2,
    ]
    for some in chosen:
        record = build_document(replace(article(), items=tuple(some)))
        document.render_html(record)
        check_text(record)
        render_markdown(record)
    lines = r"$f_k = p_k$" + "\n$p_k = 2*p_k$\n"
    path = tmp_path / "a.md"
    for text in (lines, "$f_k = p_k$"):
        path.write_text(text)
        checked = replace(again(text), name=str(path))
        mend(checked, again, tmp_path / "a.fixed.md", "en")
    assert "left as it is" in capsys.readouterr().out
    whys = {key for key in words_check_en.SAYINGS if key.startswith("fix_")}
    assert set(words_check_en.SAYINGS) - said - whys == set()


def varieties() -> Iterator[Record]:
    failing = copy.deepcopy(EVIDENCE)
    failing["checks"][0]["ok"] = False
    for status in ("proved", "conditional", "refuted", "undecided"):
        yield build_record([sample(status), nested(), nested()], failing)
        yield build_record([sample(status)], None)
    yield build_record([sample()], EVIDENCE | {"wrong": []}, formulas=judged("softmax-nll"))
    for row in CATALOGUE.values():
        for order in (1, 2):
            given = [shown(text.replace(" = ", " == ")) for text in row.given]
            setting = {"loss": row.name, "given": given, "declared": list(row.declare)}
            yield build_record([sample() | setting | {"claim": shown(row.claim(order))}], EVIDENCE)
    rest = " + exp(f[k])" * 20
    long = step("d-itself", f"d(f[k], f[k]){rest}", f"1{rest}", "d(f[k], f[k])", "1")
    yield build_record([sample() | {"steps": [long]}])
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
