"""The LaTeX reader's promises: chains, conditions, notes, both readings, errors at their place."""

import pytest
from latex_readings import reading, shown

from derive.errors import FormulaError
from derive.read.latex import Chain, Macro, read_latex, read_macros
from derive.syntax import Entry, Form, Name, Node, Reduce, Rel, Span, walk


def only(latex: str) -> Chain:
    (chain,) = read_latex(latex)
    return chain


def complaint(latex: str) -> tuple[str, str, str]:
    """The first complaint: its message, the guilty text, its hint."""
    with pytest.raises(FormulaError) as caught:
        read_latex(latex)
    first = caught.value.complaints[0]
    return first.message, latex[first.span.start : first.span.stop], first.hint


# Chains.


def test_rows_that_begin_with_a_relation_go_on_with_the_chain() -> None:
    chain = only(r"\begin{align} L &= -\log p_y \\ &= -z_y + \log Z \\ &\approx 0 \end{align}")
    assert chain.relations == ("=", "=", "≈")
    assert [shown(m) for m in chain.members] == ["L", "-log(p[y])", "-z[y] + log(Z)", "0"]
    assert not chain.continued


def test_rows_go_on_with_the_chain_of_their_column() -> None:
    rows = r"a &= b & c &= d \\ &= e & &= f"
    first, second = read_latex(rf"\begin{{align}} {rows} \end{{align}}")
    assert (reading(first), reading(second)) == ("a = b = e", "c = d = f")
    rows = r"a &= b && \text{(since $x = y$)} \\ &= c && \text{done}"
    first, second = read_latex(rf"\begin{{align}} {rows} \end{{align}}")
    assert (reading(first), reading(second)) == ("a = b = c", "x = y")


def test_words_beside_a_row_do_not_end_its_chain() -> None:
    rows = r"L &= a && \text{definition} \\ &= b && p_k \\ &= c"
    chain, aside = read_latex(rf"\begin{{align}} {rows} \end{{align}}")
    assert reading(aside) == "p[k]"
    assert reading(chain) == "L = a = b = c"
    assert chain.words == "definition"


def test_a_display_that_begins_with_a_relation_continues_an_earlier_one() -> None:
    chain = only(r"&= p_i - y_i")
    assert chain.continued
    assert chain.members[0] == Form("blank", ())


def test_formulas_side_by_side_are_chains_of_their_own() -> None:
    chains = read_latex(r"p_k = \frac{e^{f_k}}{Z}, \quad Z = \sum_j e^{f_j}")
    assert [reading(c) for c in chains] == ["p[k] = exp(f[k])/Z", "Z = sum_j(exp(f[j]))"]
    assert [c.source for c in chains] == [r"p_k = \frac{e^{f_k}}{Z}", r"Z = \sum_j e^{f_j}"]


def test_a_row_with_its_own_condition_is_another_case_of_the_left_side() -> None:
    rows = r"D_{ij} &= p_i(1-p_i) & \text{if } i=j \\ &= -p_i p_j & i \ne j"
    first, second = read_latex(rf"\begin{{aligned}} {rows} \end{{aligned}}")
    assert first.conditions == (Rel("==", Name("i"), Name("j")),)
    assert second.conditions == (Rel("!=", Name("i"), Name("j")),)
    assert first.members[0] == second.members[0]


def test_a_row_without_a_condition_goes_on_with_the_row_above() -> None:
    rows = r"D_{ij} &= p_i - p_i p_i & \text{if } i=j \\ &= p_i(1-p_i)"
    chain = only(rf"\begin{{aligned}} {rows} \end{{aligned}}")
    assert reading(chain) == "D[i, j] = p[i] - p[i]*p[i] = apply(p[i], 1 - p[i]) if i == j"


def test_no_condition_is_dropped() -> None:
    assert reading(only(r"a_k = 0 \quad \text{for } k \notin S")) == "a[k] = 0 over notin(k, S)"
    assert reading(only(r"a_k = 0 \quad \text{for } x \sim p")) == "a[k] = 0 over drawn(x, p)"


def test_cases_without_a_brace_command() -> None:
    latex = r"\left\{\begin{array}{ll} a_i & i=j \\ b_i & \text{otherwise}\end{array}\right."
    assert reading(only(latex)) == "cases(a[i], i == j, b[i])"


def test_a_system_behind_a_brace_is_no_cases() -> None:
    chains = read_latex(r"\left\{\begin{aligned} a &= 1 \\ b &= 2 \end{aligned}\right.")
    assert [reading(c) for c in chains] == ["a = 1", "b = 2"]


def test_cases_that_leave_something_open_say_so() -> None:
    chain = only(r"f = \begin{cases} a & x > 0 \\ b & x < 0 \end{cases}")
    assert reading(chain) == "f = cases(a, x > 0, b, x < 0, undefined())"


def test_labels_and_words() -> None:
    chain = only(r"p_k = q_k \quad \text{(chain rule)} \tag{3}")
    assert (chain.label, chain.words) == ("3", "(chain rule)")


@pytest.mark.parametrize(
    "latex",
    [
        r"a_i = b_i \text{ if } i \ne j",
        r"a_i = b_i, \quad i \ne j",
        r"a_i = b_i \quad (i \neq j)",
        r"a_i = b_i (i \neq j)",
        r"i \ne j: a_i = b_i",
        r"\text{For $i \ne j$, } a_i = b_i",
        r"a_i = b_i \quad \text{for } i ≠ j",
        r"i \ne j \text{ 일 때 } a_i = b_i",
        r"a_i = b_i \quad \text{(단, } i \ne j \text{)}",
        r"a_i = b_i, \text{ when } i \not= j",
    ],
)
def test_conditions_in_many_words(latex: str) -> None:
    chain = only(latex)
    assert chain.conditions == (Rel("!=", Name("i"), Name("j")),)
    assert [shown(m) for m in chain.members] == ["a[i]", "b[i]"]


def test_ranges() -> None:
    assert only(r"p_k = q_k, \quad k = 1, \dots, K").ranges == (Form("in", (Name("k"), Name("K"))),)
    assert only(r"p_k = q_k \quad \forall k \in \{1, \ldots, K\}").ranges == (
        Form("in", (Name("k"), Name("K"))),
    )


def test_an_index_that_is_summed_and_free_is_named() -> None:
    chain = only(r"p_j = \frac{e^{z_j}}{\sum_j e^{z_j}}")
    assert any(note.startswith("j is summed over and also free") for note in chain.notes)
    assert chain.alternatives == ()


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\begin{cases} a & i = j \\ b & j \ne i \end{cases}", "cases(a, i == j, b)"),
        (r"a - -b - (-c)", "a + b - (-c)"),
        (r"\frac{-\partial L}{\partial x}", "-d(L, x)"),
        (r"|a||b|", "abs(a)*abs(b)"),
        (r"\nabla L^T v", "grad(L).T*v"),
        (r"\nabla (u^T) v", "grad(u.T)*v"),
        (r"\nabla L(\theta)^\top v", "grad(apply(L, theta)).T*v"),
        (r"\nabla_p L (J(x))^T", "grad(L, p)*apply(J, x).T"),
        (r"x^{(i)T} w", "x[i].T*w"),
        (r"\mathbb{E}_p[z]^2", "expect(z, p)**2"),
        (r"\max(a, b)^2", "apply(max, a, b)**2"),
        (r"\tanh'(x)", "prime(tanh, x)"),
        (r"L_{I \to T}", "L_I_to_T"),
        (r"\alpha (1 - p)^2", "apply_pow(alpha, 2, 1 - p)"),
        (r"\sigma(1 - p)^2", "apply(sigma, 1 - p)**2"),
        (r"p (1 - p)^T", "apply_transpose(p, 1 - p)"),
        (r"x[j] + \beta[j]", "x[j] + apply(beta, j)"),
        (r"x_{\cdot j}", "x[all(), j]"),
        (r"(Wx + b)_k", "(W*x + b)[k]"),
        (r"1e-8 + 2e^{-x}", "0.00000001 + 2*exp(-x)"),
        (r"\frac{d}{dz} -\log p", "d(-log(p), z)"),
        (r"{a \over b + c}", "a/(b + c)"),
        (r"KL(p \| q)", "kl(p, q)"),
        (r"-p_j.p_i", "-p[j]*p[i]"),
        (r"\frac 1\,000 n + \frac12", "1000/n + 1/2"),
        (r"-p_{j}.\hat{p}", "-p[j]*p_hat"),
        (r"L_{i2t} + L_{CE} + L_{ij}", "L_i2t + L_CE + L[i, j]"),
    ],
)
def test_what_is_easily_misread(latex: str, expected: str) -> None:
    assert shown(only(latex).members[0]) == expected


@pytest.mark.parametrize(
    ("latex", "conditions"),
    [
        (r"p_k = q_k, k = y", ["k == y"]),
        (r"D_{ij} = p_i(1-p_i) \;(i = j)", ["i == j"]),
        (r"D_{ij} = p_i p_j (i = j)", ["i == j"]),
        (r"D_{ij} = p_i \mathbb{1}(i \ne j)", []),
        (r"z_k = P_\theta(y = k)", []),
        (r"p_k = q_k \quad \text{for } i, j \ne k", ["i != k", "j != k"]),
        (r"a_i = b_i \text{ if } i = j \text{ and } K > 1", ["i == j", "K > 1"]),
        (r"i = j \text{ 일 때 } a_i = b_i", ["i == j"]),
    ],
)
def test_conditions_one_by_one(latex: str, conditions: list[str]) -> None:
    assert [shown(condition) for condition in only(latex).conditions] == conditions


def test_an_equality_of_letters_that_index_nothing_is_a_formula() -> None:
    assert [reading(chain) for chain in read_latex("p = a, b = c")] == ["p = a", "b = c"]


# Two readings: both are shown, none is guessed in silence.


@pytest.mark.parametrize(
    ("latex", "first", "second"),
    [
        (r"1/2x", "1/2*x", "1/(2*x)"),
        (r"a/bc", "a/b*c", "a/(b*c)"),
        (r"1/N(a+b)", "1/N*(a + b)", "1/(N*(a + b))"),
        (r"\sum_j a_j + b_j", "sum_j(a[j]) + b[j]", "sum_j(a[j] + b[j])"),
        (r"\log a b", "log(a*b)", "log(a)*b"),
        (r"\log p_k (1 - p_k)", "log(apply(p[k], 1 - p[k]))", "log(p[k])*(1 - p[k])"),
        (r"\log p / T", "log(p)/T", "log(p/T)"),
        (r"\log(x)^2", "log(x)**2", "log(x**2)"),
        (r"x^i_j", "x[j]**i", "x[i, j]"),
        (r"z^{l+1}", "z**(l + 1)", "z[l + 1]"),
        (r"P^r_{ij}", "P[i, j]**r", "P[r, i, j]"),
        (r"e^2", "exp(2)", "e**2"),
        (r"\Sigma e^{z_j}", "Sigma*exp(z[j])", "sum_(exp(z[j]))"),
        (r"\Sigma_j e^{z_j}", "Sigma[j]*exp(z[j])", "sum_j(exp(z[j]))"),
        (r"dL", "differential(L)", "d*L"),
        (r"D_j S_i", "D(S[i], j)", "D[j]*S[i]"),
        (r"\sum_{i<j} a_i", "sum_i(sum_j(a[i], i < j))", "sum_i(a[i], i < j)"),
        (r"\frac{d}{dx}(a) b", "d(a, x)*b", "d(a*b, x)"),
        (r"\frac{d}{dx} a \cdot b", "d(a, x)*b", "d(a*b, x)"),
        (r"\frac{d}{dx} e^x \sum_j b_j", "d(exp(x)*sum_j(b[j]), x)", "d(exp(x), x)*sum_j(b[j])"),
    ],
)
def test_two_readings(latex: str, first: str, second: str) -> None:
    chain = only(latex)
    assert shown(chain.members[0]) == first
    assert [shown(a.members[0]) for a in chain.alternatives] == [second]
    assert chain.notes


@pytest.mark.parametrize(
    "latex",
    [
        r"\log p_y + 1",
        r"\log(a)b",
        r"y_k \log p_k",
        r"\frac{1}{2}x",
        r"\sum_j a_j + b",
        r"\log\frac{a}{b}",
        r"\sum_j a_j b_j + c",
        r"p_k(1-p_k)",
        r"z_i/T",
        r"1/N \sum_i L_i",
        r"\frac{\partial}{\partial z_k} y_k \log p_k",
        r"\frac{\partial}{\partial z_k} \log \sum_j e^{z_j}",
        r"x^2 + p_k^2",
        r"\log \sigma(1 - x)",
    ],
)
def test_one_reading(latex: str) -> None:
    assert only(latex).alternatives == ()


# Charity is told.


@pytest.mark.parametrize(
    ("latex", "expected", "word"),
    [
        (r"-log(p_y", "-log(p[y])", "missing"),
        (r"\left( p_i - y_i", "p[i] - y[i]", "missing"),
        (r"\left( p_i - y_i )", "p[i] - y[i]", "unbalanced"),
        (r"\sum_{K}^{j=1} p_j", "sum_j^K(p[j])", "reversed"),
        (r"\frac{\delta L}{\delta z}", "d(L, z)", "∂"),
        (r"e^-x", "exp(-x)", "superscript"),
        (r"\sum_{j=0}^{K-1} p_j", "sum_j^K(p[j])", "starts at 0"),
    ],
)
def test_charitable_readings_carry_a_note(latex: str, expected: str, word: str) -> None:
    chain = only(latex)
    assert shown(chain.members[0]) == expected
    assert any(word in note for note in chain.notes)


def test_a_computed_index_that_starts_at_0_is_not_shifted() -> None:
    assert shown(only(r"\sum_{t=0}^{T-1} \gamma^t").members[0]) == "sum_t^T - 1(gamma**t, t >= 0)"


# Macros of the author's.


def test_macros_are_expanded_and_never_run() -> None:
    latex = (
        r"\newcommand{\softmax}{\mathrm{softmax}} \def\pd#1#2{\frac{\partial #1}{\partial #2}}"
        r" \pd{L}{z_i} = \softmax(z)_i - y_i"
    )
    chain = only(latex)
    assert reading(chain) == "d(L, z[i]) = apply(softmax, z)[i] - y[i]"
    entry = next(n for n in walk(chain.members[1]) if isinstance(n, Entry))
    assert entry.span is not None
    assert latex[entry.span.start : entry.span.stop] == "y_i"


def test_macros_of_the_document() -> None:
    macros, rest = read_macros(
        r"\DeclareMathOperator{\sm}{softmax} text \newcommand{\R}{\mathbb{R}}"
    )
    assert rest.strip() == "text"
    assert macros["R"] == Macro("R", 0, r"\mathbb{R}")
    assert reading(read_latex(r"\sm(z)_i", macros=macros)[0]) == "apply(softmax, z)[i]"


# Mistakes.


@pytest.mark.parametrize(
    ("latex", "message", "guilty"),
    [
        (r"p_i - \foo{x}", "unknown command", r"\foo"),
        (r"\frac{a}", "needs one more argument", r"\frac"),
        (r"a + {b", "never closed", "{"),
        (r"a + b}", "closes nothing", "}"),
        (r"(a + b]", "closes nothing", "]"),
        (r"a + ", "needs an operand", "+"),
        (r"a = ", "no right side", "="),
        (r"\log", "needs an argument", r"\log"),
        (r"\sum_j", "ends too early", "j"),
        (r"p_i = ∂ z", "∂ outside", "∂"),
        (r"\frac{\partial^2 L}{\partial z}", "order 2 by 1", r"\partial z"),
        (r"\begin{foo} a \end{foo}", "unknown environment", r"\begin"),
        (r"\int_0^1 p", "integrals", r"\int_0^1"),
        ("a = \u0431", "unexpected character U+0431", "\u0431"),
        ("a \u200b= b", "unexpected character U+200B", "\u200b"),
        ("a \u202e= b", "unexpected character U+202E", "\u202e"),
        (r"a * (b, c)", "a list", "(b, c)"),
        (r"\begin{cases} a & \text{otherwise} \\ b & i = j \end{cases}", "only the last", None),
        ("", "empty", ""),
        (r"\quad", "empty", None),
    ],
)
def test_mistakes_at_their_places(latex: str, message: str, guilty: str | None) -> None:
    found, text, _ = complaint(latex)
    assert message in found
    assert guilty is None or text == guilty or text in guilty


def test_a_near_miss_is_suggested() -> None:
    assert complaint(r"\fraq{a}{b}")[2] == r"did you mean \frac?"
    assert "run" in complaint(r"\write18{ls}")[2]


@pytest.mark.parametrize(
    "latex",
    [
        r"\input{x}",
        r"\write18{ls}",
        r"\csname x\endcsname",
        r"\catcode`\{=1",
        r"\immediate\openout",
    ],
)
def test_tex_programming_is_refused(latex: str) -> None:
    assert "unknown command" in complaint(latex)[0]


# Spans.


def test_spans_point_at_the_source() -> None:
    latex = r"\frac{\partial L}{\partial z_i} = \hat{p}_i - \theta"
    chain = only(latex)
    assert chain.span == Span(0, len(latex))
    texts = {
        shown(node): latex[node.span.start : node.span.stop]
        for member in chain.members
        for node in walk(member)
        if node.span is not None
    }
    assert texts["L"] == "L"
    assert texts["z[i]"] == "z_i"
    assert texts["p_hat[i]"] == r"\hat{p}_i"
    assert texts["theta"] == r"\theta"
    assert texts["d(L, z[i])"] == r"\frac{\partial L}{\partial z_i}"


def test_sums_keep_their_limits() -> None:
    node: Node = only(r"\sum_{j=1, j \ne i}^{K} p_j").members[0]
    assert isinstance(node, Reduce)
    assert (node.index, node.over) == ("j", "K")
    assert node.where == Rel("!=", Name("j"), Name("i"))


@pytest.mark.parametrize(
    ("latex", "members"),
    [
        (r"-\log p_k = -z_k", [r"-\log p_k", "-z_k"]),
        (r"a = - b", ["a", "- b"]),
        (
            r"\newcommand{\of}[2]{\frac{#1}{#2}} \of{a}{b} = -\of {c} {d}",
            [r"\of{a}{b}", r"-\of {c} {d}"],
        ),
    ],
)
def test_a_member_is_written_with_its_sign_and_the_arguments_of_its_macros(
    latex: str, members: list[str]
) -> None:
    (chain,) = read_latex(latex)
    spans = [member.span for member in chain.members if member.span is not None]
    assert [latex[span.start : span.stop] for span in spans] == members
