"""`--fix`: repairs in the author's text, kept only where the text, read again, is proved."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from checked import GIVEN, article, item

from derive import check, verify
from derive.document.items import Asked, Checked, Item
from derive.errors import Complaint
from derive.read.formula import read_equation, read_expression
from derive.show import text as formula_text
from derive.syntax import Span
from reports.document.fixing import fix
from reports.document.mended import mended
from reports.document.sides import sides
from reports.lettering import written

# A checker of a tiny notation, so that these tests do not hang on the LaTeX reader: lines of
# members joined by =, in formula text but for LaTeX's subscripts, entries and delta.


def again(text: str) -> Checked:
    """The equalities of the lines `$a = b = c$`: each step, and the jump of a longer chain."""
    items: list[Item] = []
    for found in re.finditer(r"^\$(.*)\$$", text, re.MULTILINE):
        members = [
            (m.start() + found.start(1), m.end() + found.start(1))
            for m in re.finditer(r"[^=\s](?:[^=]*[^=\s])?", found.group(1))
        ]
        steps = list(itertools.pairwise(members))
        if len(members) > 2:
            steps.append((members[0], members[-1]))
        for (start, middle), (after, stop) in steps:
            claim = f"{plain(text[start:middle])} == {plain(text[after:stop])}"
            jump = stop == members[-1][1] and start == members[0][0] and len(members) > 2
            items.append(judged(len(items) + 1, text, start, stop, claim, jump))
    return Checked(name="a.md", text=text, items=tuple(items), headline="")


def judged(number: int, text: str, start: int, stop: int, claim: str, jump: bool) -> Item:
    return Item(
        number=number,
        line=text.count("\n", 0, start) + 1,
        column=1,
        source=text[start:stop],
        kind="claim",
        start=start,
        stop=stop,
        text=claim,
        asked=Asked(claim=claim, given=GIVEN),
        verdict=verify(claim, given=GIVEN),
        jump=jump,
    )


def plain(latex: str) -> str:
    latex = re.sub(r"\\frac\{\\partial (\w)\}\{\\partial f_\{k\}\}", r"d(\1, f[k])", latex)
    latex = re.sub(r"\\delta_\{(\w) (\w)\}", r"delta(\1, \2)", latex)
    latex = re.sub(r"\b([a-z])_\{?(\w)\}?", r"\1[\2]", latex)
    return latex.replace(r" \, ", "*").replace("&", "").strip(" .,")


def test_the_wrong_side_is_replaced_in_the_author_s_letters() -> None:
    fixed = fix(again("Then\n$d(L, f_k) = p_k - 1.$\nend"), again)
    assert fixed.changed
    assert fixed.checked.text == "Then\n$d(L, f_k) = p_{k} - \\delta_{k y}.$\nend"
    assert [each.status for each in fixed.checked.items] == ["proved"]
    assert fixed.left == ()


def test_a_chain_is_mended_step_after_step() -> None:
    checked = again("$d(L, f_k) = p_k - 1 = 2*p_k - 1 - p_k$")
    assert [each.status for each in checked.items] == ["conditional", "proved", "conditional"]
    fixed = fix(checked, again)
    assert {each.status for each in fixed.checked.items} == {"proved"}
    assert fixed.checked.text.startswith("$d(L, f_k) = p_{k} - \\delta_{k y} = ")


def test_a_right_conclusion_is_not_touched_where_slips_cancel() -> None:
    def without_the_first_repair(text: str) -> Checked:
        found = again(text)
        first = found.items[0]
        bare = replace(first, verdict=replace(verified(first), repair=None))
        return replace(found, items=(bare, *found.items[1:]))

    checked = without_the_first_repair("$2*p_k = 3*p_k = 2*p_k$\n$p_k = 5*p_k$")
    assert [each.status for each in checked.items] == ["refuted", "refuted", "proved", "refuted"]
    fixed = fix(checked, without_the_first_repair)
    assert fixed.checked.text == "$2*p_k = 3*p_k = 2*p_k$\n$p_k = p_k$"
    assert [left.why for left in fixed.left] == ["fix_no_repair", "fix_not_proved"]


def test_an_edit_that_does_not_read_as_proved_is_taken_back() -> None:
    calls: list[str] = []

    def stubborn(text: str) -> Checked:
        calls.append(text)
        return replace(again("$d(L, f_k) = p_k - 1$"), text=text)

    checked = again("$d(L, f_k) = p_k - 1$")
    fixed = fix(checked, stubborn)
    assert calls
    assert not fixed.changed
    assert fixed.checked is checked
    assert [left.why for left in fixed.left] == ["fix_not_proved"]


def test_one_bad_edit_does_not_spoil_the_others() -> None:
    def picky(text: str) -> Checked:
        found = again(text)
        bad = replace(again("$p_k = 2*p_k$").items[0], number=2)
        items = tuple(bad if each.number == 2 else each for each in found.items)
        return replace(found, items=items)

    text = "$d(L, f_k) = p_k - 1$\n$p_k = 2*p_k$"
    fixed = fix(again(text), picky)
    assert fixed.checked.text.splitlines() == [
        "$d(L, f_k) = p_{k} - \\delta_{k y}$",
        "$p_k = 2*p_k$",
    ]


def test_an_edit_after_which_the_document_reads_otherwise_is_taken_back() -> None:
    def fewer(text: str) -> Checked:
        return replace(again(text), items=again(text).items[:1])

    fixed = fix(again("$p_k = 2*p_k$\n$p_k = p_k$"), fewer)
    assert not fixed.changed


def test_what_is_left_is_said() -> None:
    wrong = replace(article().items[5], start=0, stop=5)
    complaint = Complaint("unknown", "x", Span(0, 1))
    unread = replace(wrong, number=2, complaint=complaint, verdict=None)
    no_repair = replace(wrong, number=3, verdict=replace(verified(wrong), repair=None))
    items = (replace(wrong, number=1, start=-1, stop=-1), unread, no_repair)
    text = r"\begin{cases} a = 1 \end{cases}"
    nested = replace(wrong, number=4, start=0, stop=len(text), source=text)
    checked = Checked(name="a.md", text=text, items=(*items, nested), headline="")
    fixed = fix(checked, lambda _: checked)
    assert not fixed.changed
    assert [left.why for left in fixed.left] == [
        "fix_escaped", "fix_unread", "fix_no_repair", "fix_no_side"
    ]  # fmt: skip


def verified(each: Item):  # type: ignore[no-untyped-def]
    assert each.verdict is not None
    return each.verdict


def test_a_repair_of_the_left_side_is_put_there() -> None:
    claim = "p[k] - 1 == d(L, f[k])"
    own = item(1, "- 1", claim)
    whole = replace(own, verdict=replace(verified(own), repair="p[k] - delta(k, y) == d(L, f[k])"))
    found = mended(whole)
    assert found is not None
    assert found.left_changed
    assert formula_text(found.changed) == "p[k] - delta(k, y)"
    right = mended(replace(own, verdict=replace(verified(own), repair="p[k]")))
    assert right is not None
    assert not right.left_changed
    assert read_equation(right.claim).left == read_equation(claim).left


# Where the sides are.


@pytest.mark.parametrize(
    ("source", "left", "right"),
    [
        ("a = b", "a", "b"),
        (r"a &=& b \\", "a", "b"),
        (r"a_{i=1} = \sum_{j=1}^n b_j,", "a_{i=1}", r"\sum_{j=1}^n b_j"),
        (r"\mathbb 1[k = y] = c.", r"\mathbb 1[k = y]", "c"),
        (r"a &= b \\ &= c", "a", "c"),
        (r"a = b = \left(c - 1\right)", "a", r"\left(c - 1\right)"),
        ("p == q", "p", "q"),
        (r"\{a\} = b", r"\{a\}", "b"),
    ],
)
def test_sides(source: str, left: str, right: str) -> None:
    text = f"$${source}$$"
    assert cut_out(text, 2, 2 + len(source)) == [left, right]


def cut_out(text: str, start: int, stop: int) -> list[str | None]:
    found = sides(text, start, stop)
    assert found is not None
    both = (found.left, found.right)
    return [None if side is None else text[side.start : side.stop] for side in both]


@pytest.mark.parametrize(
    "source",
    ["a != b", r"a \le b = c", "a := b", "", "a =", "= b", r"a = b \\ + c", r"a \\ + b = c",
     r"\begin{cases} a = b \end{cases}", "a) = b", "a = {b"],
)  # fmt: skip
def test_where_the_sides_are_not_plain(source: str) -> None:
    assert sides(f"$${source}$$", 2, 2 + len(source)) is None


def test_brackets_at_the_edges_belong_to_the_sides() -> None:
    text = r"$$ \left( a + b \right)^2 &= \bigl( c - 1 \bigr) $$"
    start, stop = text.index("a + b"), text.index("c - 1") + 5
    assert cut_out(text, start, stop) == [r"\left( a + b \right)^2", r"\bigl( c - 1 \bigr)"]


def test_an_equality_that_goes_on_from_an_earlier_display_has_a_right_side_only() -> None:
    assert cut_out("so $$= p_k - 1.$$", 7, 14) == [None, "p_k - 1"]


# How a repair is written.


@pytest.mark.parametrize(
    ("formula", "beside", "wanted"),
    [
        ("p[k] - delta(k, y)", r"\frac{a}{b} = p_k - 1", r"p_{k} - \delta_{k y}"),
        ("p[k] - y_hat[k]", r"\hat{y}_k = 1", r"p_{k} - \hat{y}_{k}"),
        ("p[k] - yhat[k]", r"\hat{y}_k = 1", r"p_{k} - \hat{y}_{k}"),
        ("h*exp(-z)/(1 + p[k])", "dh/dz = exp(-z)", "h*exp(-z)/(1 + p_k)"),
        ("p[k] - delta(k, y)", "dL/dz_k = p_k - 1", r"p_{k} - \delta_{k y}"),
        ("d(fx, x)", r"\mathbf{D} f(x) = 1", r"\frac{\partial f(x)}{\partial x}"),
    ],
)
def test_a_repair_is_written_as_its_neighbours_are(formula: str, beside: str, wanted: str) -> None:
    assert written(read_expression(formula), beside) == wanted


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("p[k] - delta(k, y)", "p_k - delta_ky"),
        ("p[i]*sum(y[j], j) - y[i]", "p_i*sum_j(y_j) - y_i"),
        ("sum(exp(z[j]), j)", "sum_j(exp(z_j))"),
        ("sum(W[k, l], k)", r"\sum_{k} W_{k l}"),
    ],
)
def test_a_repair_in_plain_text_is_plain(formula: str, wanted: str) -> None:
    assert written(read_expression(formula), "a = b", plain_text=True) == wanted


def test_a_plain_document_stays_plain() -> None:
    text = "p_i = exp(z_i)/sum_j exp(z_j)\nL = -log(p_y)\n\ndL/dz_i = p_i - 1\n"
    fixed = fix(check(text, name="t.txt"), lambda new: check(new, name="t.txt"))
    assert fixed.checked.text == text.replace("p_i - 1", "p_i - delta_iy")
