"""English and Korean say the same things, all of them, and nothing else."""

import copy
import re
import string
from collections.abc import Iterator

from test_reports import EVIDENCE, LANGS, nested, record, sample, shown

from derive.catalogue import CATALOGUE
from derive.plans import CONTEXT
from derive.rules import RULES
from reports import html, words_en, words_ko
from reports.formulas import from_text
from reports.record import Record, build_record
from reports.terminal import render_text
from reports.words import Words


def test_every_loss_and_rule_has_a_korean_title():
    assert set(CATALOGUE) | set(RULES) | set(CONTEXT) <= set(words_ko.TITLES)
    said = [need for rule in RULES.values() for need in rule.needs]
    said += [statement for _, statement in CONTEXT.values()]
    assert [
        text for text in said if not from_text(text).latex and text not in words_ko.TITLES
    ] == []


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
    yield build_record([sample()], EVIDENCE | {"wrong": []})
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
