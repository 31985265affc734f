"""Functions that stand for a formula in other words, and what to write for those that are unknown.

log1p(u) is log(1 + u), max(u, v) is cases(u, u > v, v): they are read as what they stand for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from derive.syntax import ONE, Call, Cases, Neg, Node, Rel, add


def _larger(a: Node, b: Node) -> Node:
    return Cases(((a, Rel(">", a, b)),), b)


def _smaller(a: Node, b: Node) -> Node:
    return Cases(((a, Rel("<", a, b)),), b)


def _clipped(a: Node, least: Node, most: Node) -> Node:
    return _smaller(_larger(a, least), most)


def _log_sigmoid(a: Node) -> Node:
    return Neg(Call("softplus", Neg(a)))


# What each stands for, by its name and its number of arguments.
SHORTHAND: Mapping[tuple[str, int], Callable[..., Node]] = {
    ("log1p", 1): lambda a: Call("log", add(ONE, a)),
    ("expm1", 1): lambda a: add(Call("exp", a), Neg(ONE)),
    ("logsigmoid", 1): _log_sigmoid,
    ("log_sigmoid", 1): _log_sigmoid,
    ("max", 2): _larger,
    ("min", 2): _smaller,
    ("clip", 3): _clipped,
    ("clamp", 3): _clipped,
}

_DERIVATIVE = "a derivative is  d(L, f[k]),  a gradient  d(L, f)"
_INDICATOR = "1 where a condition holds is  ind(k == y)"
# What is written here for a function of other languages.
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("grad", "gradient", "partial", "D"), _DERIVATIVE),
    **dict.fromkeys(("I", "indicator", "iverson"), _INDICATOR),
    **dict.fromkeys(("hessian", "Hessian"), "second derivatives are  d(L, f[k], f[l])"),
    **dict.fromkeys(("jacobian", "Jacobian"), "a Jacobian is  d(p[i], f[k])  or  d(p, f)"),
    **dict.fromkeys(("trace", "tr"), "a trace is  sum(A[j, j], j)"),
    **dict.fromkeys(("transpose",), "a transpose is  A.T"),
    **dict.fromkeys(("norm",), "a norm is  sqrt(sum(x[j]**2, j))"),
    **dict.fromkeys(("square",), "a square is  x**2"),
    **dict.fromkeys(("where", "select"), "cases by a condition are  cases(p[k] - 1, k == y, p[k])"),
}


def instead_of(name: str, count: int, known: Collection[str]) -> str:
    """What to write for a function of `count` arguments that is none of the known ones."""
    if name in _INSTEAD:
        return _INSTEAD[name]
    if count == 1 and (len(name) <= 2 or "_" in name):
        entry = "[".join(name.split("_", 1)) + "]" if "_" in name else f"{name}[k]"
        return f"for an entry write {entry}; for a product write {name}*(...)"
    return "functions are " + ", ".join(sorted({*known, *(each for each, _ in SHORTHAND)}))
