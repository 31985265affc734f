"""Markdown, as it is written for GitHub, kramdown, Hugo, Pandoc and MathJax."""

from __future__ import annotations

import pytest
from cutting import check, formulas, sources
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.document.cut import cut
from derive.errors import FormulaError

MARKDOWN = "markdown"


def display(source: str) -> list[tuple[str, str]]:
    return [("display", source)]


@pytest.mark.parametrize(
    "text",
    [
        "$$a = b$$",
        "$$\na = b\n$$",
        "text\n$$\na = b\n$$\ntext",
        "text $$\na = b\n$$ text",
        "text: $$a = b$$",
        "\\[a = b\\]",
        "\\[\na = b\n\\]",
        "\\\\[ a = b \\\\]",
        "\\begin{equation}\na = b\n\\end{equation}",
        "\\begin{align*}a = b\\end{align*}",
        "\\begin{alignat}{2}a = b\\end{alignat}",
        "```math\na = b\n```",
        "~~~ math\na = b\n~~~",
        "```latex\na = b\n```",
        "- item\n\n  $$\n  a = b\n  $$",
        "- item\n$$\na = b\n$$",
        "1. item\n\n    $$a = b$$",
        "> $$a = b$$",
        "> $$\n> a = b\n> $$",
        "> - $$\n>   a = b\n>   $$",
        "<p>$$a = b$$</p>",
        "<div>\n$$\n\na = b\n\n$$\n</div>",
        '<script type="math/tex; mode=display">a = b</script>',
        "{% raw %}\n$$a = b$$\n{% endraw %}",
        "{{< math >}}\n$$\na = b\n$$\n{{< /math >}}",
        "{{< katex display >}}a = b{{< /katex >}}",
        "$a = b$",
        "text\n\n$a = b$.\n\ntext",
        "\\(a = b\\)",
        "$$\\newcommand{\\R}{\\mathbb{R}} a = b$$",
        "\ufeff$$a = b$$",
        "$$\r\na = b\r\n$$",
        "```{math}\n:label: x\na = b\n```",
        "<math>a = b</math>",
        '<math display="block"><mi>x</mi><annotation encoding="application/x-tex">a = b'
        "</annotation></math>",
    ],
)
def test_display(text: str) -> None:
    assert formulas(text, MARKDOWN) == display("a = b")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("$$\n\na\n\n= b\n\n$$", "a\n\n= b"),
        ("$$\n- a = b\n$$", "- a = b"),
        ("$$\n1. a = b\n$$", "1. a = b"),
        ("> $$\n> a\n> - b = c\n> $$", "a\n  - b = c"),
        ("$$a &lt; b$$", "a    < b"),
        ("$$p\\_k = q$$", "p _k = q"),
        ("$$\\mathbb{1}\\\\{k=y\\\\} = a$$", "\\mathbb{1} \\{k=y \\} = a"),
        ("$$a = b \\\\\\\\ c = d$$", "a = b   \\\\ c = d"),
        ("$$a = \\\\frac{b}{c} \\\\\\\\ d$$", "a =  \\frac{b}{c}   \\\\ d"),
        ("$$\\text{log\\_softmax} = p\\_k$$", "\\text{log\\_softmax} = p _k"),
        ("$$a = b \\\\ c = d$$", "a = b \\\\ c = d"),
        ("$$a \\\\[2pt] = b$$", "a \\\\[2pt] = b"),
        ("\\[a \\\\[2pt] = b_{[k]}\\]", "a \\\\[2pt] = b_{[k]}"),
        ("$$\\begin{align} a &= b \\end{align}$$", "\\begin{align} a &= b \\end{align}"),
    ],
)
def test_what_stands_in_a_display(text: str, source: str) -> None:
    assert formulas(text, MARKDOWN) == display(source)


def test_undone_escapes_are_told() -> None:
    (piece,) = cut("$$p\\_k = q$$", format=MARKDOWN).pieces
    assert piece.notes
    (piece,) = cut("$$p_k = q$$", format=MARKDOWN).pieces
    assert not piece.notes


@pytest.mark.parametrize(
    "text",
    [
        "the $k$ of it",
        "the \\(k\\) of it",
        "the \\\\(k\\\\) of it",
        "the $`k`$ of it",
        "the $$k$$ of it",
        "the $ k $ of it",
        "**the** $k$th",
        "그 $k$번째",
        "| the $k$ | $5 |",
        "<td>the $k$</td>",
        'the <script type="math/tex">k</script> of it',
        "costs $5 and $6, with $k$",
        "the {math}`k` of it",
        "the <math>k</math> of it",
    ],
)
def test_inline(text: str) -> None:
    assert formulas(text, MARKDOWN) == [("inline", "k")]


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $6",
        "costs $5/$6 or $7.",
        "costs 5$ and 6$",
        "from $5 to 10$ and more of it",
        "`$k$`",
        "`` $$a = b$$ ``",
        "`$` and `$`",
        "```\n$$a = b$$\n```",
        "```python\nx = '$a$'\n```",
        "~~~\n$$a = b$$\n```\n$$c = d$$\n~~~",
        "text\n\n    $$a = b$$",
        "> ```\n> $$a = b$$\n> ```",
        "\\$a\\$ and \\$b = c\\$",
        "see \\[1\\] and \\[Smith et al., 2016\\] and \\[edit\\]",
        "an open \\[ bracket",
        "an open $$ sign",
        "<!-- $$a = b$$ -->",
        "<code>$a = b$</code>",
        "<pre>\n$$a = b$$\n\n$$c = d$$\n</pre>",
        "<script>\nvar x = '$$a = b$$';\n\nvar y = '$$c$$';\n</script>",
        '<img alt="$a = b$">',
        "{% highlight python %}\nx = '$a$'\n\ny = '$b$'\n{% endhighlight %}",
        "<math><mi>x</mi><mo>=</mo><mi>y</mi></math>",
        "[$5](u) and [$6](v)",
        "$HOME/$USER",
        "in $US dollars and cents$ of it",
        "the pid is $$ here\n\nwords\n\nand $$ there",
        "$$\n# heading\n$$",
        "",
    ],
)
def test_no_formula(text: str) -> None:
    assert formulas(text, MARKDOWN) == []


def test_an_open_display_does_not_swallow_the_code_behind_it() -> None:
    text = "the pid is $$\n\n```sh\necho $$\n```\n\n$$a = b$$"
    assert formulas(text, MARKDOWN) == display("a = b")
    assert sources(text, MARKDOWN, "code") == ["echo $$"]


def test_prose_is_plain_words_with_placeholders() -> None:
    text = "The **one-hot** _label_ `y` of [it](u) &amp; $p_k$ is\n> quoted $q$ and\nlazy."
    assert sources(text, MARKDOWN, "prose") == [
        "The one-hot label y of it & \ufffc is",
        "quoted \ufffc and lazy.",
    ]


def test_headings_make_the_path() -> None:
    text = "# A $p$\n\n## B\n\n$$a = b$$\n\nC\n=\n\n$$c = d$$"
    document = cut(text, format=MARKDOWN)
    check(document)
    assert [p.source for p in document.pieces if p.kind == "heading"] == ["A \ufffc", "B", "C"]
    assert [p.where for p in document.pieces if p.kind == "display"] == ["A p > B", "C"]


@pytest.mark.parametrize(
    "text",
    [
        '---\ntitle: x\ngradproof:\n  - y: label  # a comment\n  - "t: simplex[n]"\n---\n',
        "---\ngradproof:\n- y: label\n- 't: simplex[n]'\ntitle: x\n---\n",
        "---\ngradproof: [\"y: label\", 't: simplex[n]']\n---\n",
        "---\ngradproof: y: label; t: simplex[n]\n---\n",
        '+++\ntitle = "x"\ngradproof = ["y: label", "t: simplex[n]"]\n+++\n',
        "<!-- gradproof: y: label; t: simplex[n] -->\n",
        "<!--\ngradproof: y: label\n\nt: simplex[n]\n-->\n",
        "words <!-- gradproof: y: label; t: simplex[n] --> words\n",
        "> <!-- gradproof: y: label; t: simplex[n] -->\n",
    ],
)
def test_declarations(text: str) -> None:
    document = cut(text + "\n$$a = b$$\n", format=MARKDOWN)
    check(document)
    declared = [piece for piece in document.pieces if piece.kind == "declare"]
    assert [piece.source for piece in declared] == ["y: label", "t: simplex[n]"]
    assert all(text[piece.start : piece.stop] == piece.source for piece in declared)


@pytest.mark.parametrize(
    ("line", "guilty"),
    [
        ("gradproof: {y: label}", "{y: label}"),
        ("gradproof:\n  y: label", "y: label"),
        ("gradproof:\n  - &anchor y", "&anchor y"),
        ('gradproof: ["y: label"', '["y: label"'),
        ('gradproof:\n  - "y: label', '"y: label'),
    ],
)
def test_front_matter_that_cannot_be_read_is_pointed_at(line: str, guilty: str) -> None:
    text = f"---\n{line}\n---\n"
    with pytest.raises(FormulaError) as caught:
        cut(text, format=MARKDOWN)
    (complaint,) = caught.value.complaints
    assert text[complaint.span.start : complaint.span.stop] == guilty


def test_other_front_matter_is_not_read() -> None:
    text = "---\ntitle: $$a = b$$\nother: {x: [1\n---\n$$c = d$$"
    assert formulas(text, MARKDOWN) == display("c = d")
    assert formulas("+++\ntitle = '$$a = b$$'\n+++\n$$c = d$$", MARKDOWN) == display("c = d")


def test_macros_are_collected_and_leave_no_formula() -> None:
    text = "$$\\newcommand{\\R}{\\mathbb{R}} \\def\\pd#1#2{\\frac{#1}{#2}}$$\n\n$$a = \\R$$"
    document = cut(text, format=MARKDOWN)
    assert [(p.kind, p.source) for p in document.pieces] == display("a = \\R")
    found = {m.name: (m.parameters, m.body) for m in document.macros.values()}
    assert found == {"R": (0, "\\mathbb{R}"), "pd": (2, "\\frac{#1}{#2}")}


SIGNS = (
    *("$$", "$", "\\[", "\\]", "\\(", "\\)", "\\\\[", "\\\\]", "\\\\", "`", "```", "|", "*", "**"),
    *(
        "<!--",
        "-->",
        "gradproof:",
        "<!--gradproof:y-->",
        "<p>",
        "<code>",
        "</code>",
        "{{< math >}}",
    ),
    *("\\begin{align}", "\\end{align}", "\\newcommand{\\a}{b}", "a", "=", "b_k", "&lt;", "\\_"),
    *(
        "\\{",
        "{",
        "}",
        "&#65532;",
        "\ufffc",
        "\u2028",
        "\0",
        "[x](y)",
        "가나 ",
        ">",
        "-",
        "#",
        "1.",
    ),
    *("---", "\n", "\n\n", " ", "    ", "\t", "\r\n", "\r"),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(SIGNS), max_size=40).map("".join),
    st.sampled_from(["markdown", "plain", "latex"]),
)
def test_whatever_is_cut_has_its_place(text: str, format_name: str) -> None:
    check(cut(f" {text}", format=format_name))
