"""Random formulas for property tests: numbers, scalars x z c, arrays f g over n, indices k l y."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from derive.syntax import (
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Ind,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
)

SCALARS, ARRAYS, LETTERS, BOUND = "xzc", "fg", "kly", "jm"
FUNCTIONS = ("exp", "log", "sqrt", "tanh", "sigma", "softplus", "abs")
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")

scalars = st.sampled_from(SCALARS).map(Name)
letters = st.sampled_from(LETTERS).map(Name)
whole = st.integers(0, 12).map(lambda n: Num(Fraction(n)))
decimals = st.integers(1, 999).map(lambda n: Num(Fraction(n, 100)))


def _entry(array: str, *indices: Node) -> Entry:
    return Entry(array, indices)


def _rel(left: Node, op: str, right: Node) -> Rel:
    return Rel(op, left, right)  # type: ignore[arg-type]


@st.composite
def _condition(draw: st.DrawFn, operands: st.SearchStrategy[Node], relations: str) -> Node:
    """One to three relations, joined by and, or, not."""
    ops = st.sampled_from(RELATIONS if relations == "all" else RELATIONS[:2])
    parts = [
        _rel(draw(operands), draw(ops), draw(operands)) for _ in range(draw(st.integers(1, 2)))
    ]
    node: Node = parts[0]
    if len(parts) > 1:
        node = Logic(draw(st.sampled_from(("and", "or"))), tuple(parts))  # type: ignore[arg-type]
    return Logic("not", (node,)) if draw(st.integers(0, 3)) == 0 else node


@st.composite
def formulas(
    draw: st.DrawFn, depth: int = 4, bound: tuple[str, ...] = (), derivatives: bool = True
) -> Node:
    """A formula that has a meaning; every sum's letter is its own and subscripts something."""
    indices = st.sampled_from([*LETTERS, *bound]).map(Name)
    entries = st.builds(_entry, st.sampled_from(ARRAYS), indices)
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.one_of(whole, decimals, scalars, entries, entries))

    def inner() -> Node:
        return draw(formulas(depth - 1, bound, derivatives))

    conditions = _condition(indices, "equal")
    spare = [letter for letter in BOUND if letter not in bound]
    kinds = ["add", "mul", "neg", "div", "pow", "call", "ind", "cases"]
    kinds += ["sum"] * 2 * bool(spare) + ["d"] * 2 * (derivatives and not bound)
    match draw(st.sampled_from(kinds)):
        case "add":
            return Add(tuple(inner() for _ in range(draw(st.integers(2, 3)))))
        case "mul":
            return Mul(tuple(inner() for _ in range(draw(st.integers(2, 3)))))
        case "neg":
            return Neg(inner())
        case "div":
            return Div(inner(), inner())
        case "pow":
            return Pow(inner(), draw(st.sampled_from((2, 3)).map(lambda e: Num(Fraction(e)))))
        case "call":
            return Call(draw(st.sampled_from(FUNCTIONS)), inner())
        case "ind":
            return Ind(draw(conditions))
        case "cases":
            return Cases(((inner(), draw(conditions)),), inner())
        case "sum":
            own = spare[0]
            body = draw(formulas(depth - 1, (*bound, own), derivatives))
            return Reduce("sum", Mul((_entry(draw(st.sampled_from(ARRAYS)), Name(own)), body)), own)
    by = st.one_of(scalars, st.builds(_entry, st.sampled_from(ARRAYS), letters))
    return Deriv(draw(formulas(depth - 1, bound, derivatives=False)), (draw(by),))


@st.composite
def readable(draw: st.DrawFn, depth: int = 4) -> Node:
    """Everything that can be written, whether or not it means something."""
    names = st.sampled_from(["x", "T", "gamma", "n", "x_1", "order", "nota"]).map(Name)
    index = st.one_of(letters, st.integers(1, 9).map(lambda n: Num(Fraction(n))))
    labels = st.builds(lambda i: Entry("y", (i,)), letters)
    subscripts = st.lists(st.one_of(index, labels), min_size=1, max_size=3).map(tuple)
    entries = st.builds(Entry, st.sampled_from(["f", "p", "W"]), subscripts)
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.one_of(whole, decimals, names, entries))
    inner = readable(depth - 1)
    some = st.lists(inner, min_size=2, max_size=3).map(tuple)
    conditions = _condition(inner, "all")
    kinds = ("add", "mul", "neg", "div", "pow", "call", "reduce", "d", "ind", "cases")
    match draw(st.sampled_from(kinds)):
        case "add":
            return Add(draw(some))
        case "mul":
            return Mul(draw(some))
        case "neg":
            return Neg(draw(inner))
        case "div":
            return Div(draw(inner), draw(inner))
        case "pow":
            return Pow(draw(inner), draw(inner))
        case "call":
            return Call(draw(st.sampled_from(FUNCTIONS)), draw(inner))
        case "reduce":
            kind = draw(st.sampled_from(("sum", "prod", "max")))
            where = draw(conditions) if draw(st.booleans()) else None
            return Reduce(kind, draw(inner), draw(st.sampled_from(BOUND)), where)
        case "d":
            by = st.one_of(names, entries)
            return Deriv(draw(inner), tuple(draw(by) for _ in range(draw(st.integers(1, 3)))))
        case "ind":
            return Ind(draw(conditions))
    pairs = [(draw(inner), draw(conditions)) for _ in range(draw(st.integers(1, 2)))]
    return Cases(tuple(pairs), draw(inner))
