"""What `print` shows of verdicts, derivations and checked documents."""

from __future__ import annotations

from derive import check, derivation, verify

SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"


def test_a_verdict_is_printed_with_all_that_is_known() -> None:
    told = str(verify("d(L, f[k]) == p[k] - 1", given=[SOFTMAX, "L = -log(p[y])"])).splitlines()
    assert told == [
        "conditional: d(L, f[k]) == p[k] - 1",
        "  holds only if k == y",
        "  counterexample: n = 2, k = 1, y = 2, e^f = (1, 2): left = 1/3, right = -2/3",
        "  nearest right formula: p[k] - delta(k, y)",
        "  diagnosis: GP201",
    ]


def test_what_is_not_known_is_not_printed() -> None:
    assert str(verify("a == a")) == "proved: a == a"
    told = str(verify("max(f[j], j) == max(f[k], k)")).splitlines()
    assert len(told) == 2
    assert told[1] == "  because: max is outside of what can be decided"


def test_a_derivation_is_printed_step_by_step() -> None:
    found = derivation("sigmoid")
    told = str(found).splitlines()
    assert told[0] == "d(q, z)"
    assert len(told) == 1 + len(found.steps)
    assert told[-1].startswith("  = q*(1 - q)  [")
    assert told[-1].endswith(": proved]")


def test_a_derivation_is_printed_with_its_parts_first() -> None:
    told = str(derivation("softmax-nll", path="textbook")).splitlines()
    assert [line for line in told if not line.startswith("  = ")] == [
        *("d(L, p[j])", "d(p[j], f[k])", "d(L, f[k])"),
    ]


def test_a_checked_document_is_printed_line_by_line() -> None:
    found = check("Let $p_k = e^{f_k}/\\sum_j e^{f_j}$.\nThen $p_k = 2 p_k$.\n")
    assert str(found).splitlines() == [
        f"-: {found.headline}",
        f"  1:6: definition  {SOFTMAX}",
        "  2:7: refuted  p[k] == 2*p[k]",
    ]
