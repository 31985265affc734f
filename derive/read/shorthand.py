"""Functions that stand for a formula in other words, and what to write for those that are unknown.

log1p(u) is log(1 + u), max(u, v) is cases(u, u > v, v): they are read as what they stand for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from derive.syntax import (
    ONE,
    ZERO,
    Call,
    Cases,
    Div,
    Neg,
    Node,
    Pow,
    Rel,
    add,
    mul,
    num,
)


def _larger(a: Node, b: Node) -> Node:
    return Cases(((a, Rel(">", a, b)),), b)


def _smaller(a: Node, b: Node) -> Node:
    return Cases(((a, Rel("<", a, b)),), b)


def _clipped(a: Node, least: Node, most: Node) -> Node:
    return _smaller(_larger(a, least), most)


def _log_sigmoid(a: Node) -> Node:
    return Neg(Call("softplus", Neg(a)))


def _exp(a: Node) -> Node:
    return Call("exp", a)


def _hyperbolic(a: Node, sign: int) -> Node:
    other = _exp(Neg(a))
    return Div(add(_exp(a), other if sign > 0 else Neg(other)), num(2))


def _logarithm(a: Node, base: Node) -> Node:
    return Div(Call("log", a), Call("log", base))


def _sign(a: Node) -> Node:
    return Cases(((ONE, Rel(">", a, ZERO)), (Neg(ONE), Rel("<", a, ZERO))), ZERO)


def _swish(a: Node) -> Node:
    return mul(a, Call("sigma", a))


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
    ("relu", 1): lambda a: _larger(a, ZERO),
    ("sign", 1): _sign,
    ("sgn", 1): _sign,
    ("expit", 1): lambda a: Call("sigma", a),
    ("logit", 1): lambda a: Call("log", Div(a, add(ONE, Neg(a)))),
    ("logaddexp", 2): lambda a, b: Call("log", add(_exp(a), _exp(b))),
    ("cosh", 1): lambda a: _hyperbolic(a, 1),
    ("sinh", 1): lambda a: _hyperbolic(a, -1),
    ("silu", 1): _swish,
    ("swish", 1): _swish,
    ("square", 1): lambda a: Pow(a, num(2)),
    ("pow", 2): Pow,
    ("log2", 1): lambda a: _logarithm(a, num(2)),
    ("log10", 1): lambda a: _logarithm(a, num(10)),
}

_DERIVATIVE = "a derivative is  d(L, f[k]),  a gradient  d(L, f)"
_SECOND = "second derivatives are  d(L, f[k], f[l])"
_SPELLED_OUT = "write the loss out, as in  -log(p[y])  or  -sum(t[j]*log(p[j]), j)"
_NOT_DECIDED = "the gamma function, erf and the like are outside of what can be decided"
_INDICATOR = "1 where a condition holds is  ind(k == y)"
# What is written here for a function of other languages.
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("grad", "gradient", "partial", "D"), _DERIVATIVE),
    **dict.fromkeys(("I", "indicator", "iverson"), _INDICATOR),
    **dict.fromkeys(("eq", "Eq", "kron", "Kronecker", "kronecker"), _INDICATOR),
    **dict.fromkeys(("hessian", "Hessian", "hess", "d2"), _SECOND),
    **dict.fromkeys(("jacobian", "Jacobian", "jac"), "a Jacobian is  d(p[i], f[k])  or  d(p, f)"),
    **dict.fromkeys(("nll_loss", "NLL", "cross_entropy", "CE", "KL", "bce", "BCE"), _SPELLED_OUT),
    **dict.fromkeys(("gamma", "lgamma", "digamma", "beta", "erf", "Phi"), _NOT_DECIDED),
    **dict.fromkeys(("trace", "tr"), "a trace is  sum(A[j, j], j)"),
    **dict.fromkeys(("transpose",), "a transpose is  A.T"),
    **dict.fromkeys(("norm",), "a norm is  sqrt(sum(x[j]**2, j))"),
    **dict.fromkeys(("where", "select"), "cases by a condition are  cases(p[k] - 1, k == y, p[k])"),
}


def instead_of(name: str, count: int, known: Collection[str]) -> str:
    """What to write for a function of `count` arguments that is none of the known ones."""
    if name in _INSTEAD:
        return _INSTEAD[name]
    reduction, _, index = name.partition("_")
    if reduction in ("sum", "prod", "max") and index:
        return f"the index stands behind:  {reduction}(exp(f[{index}]), {index})"
    if count == 1 and (len(name) <= 2 or "_" in name):
        entry = "[".join(name.split("_", 1)) + "]" if "_" in name else f"{name}[k]"
        return f"for an entry write {entry}; for a product write {name}*(...)"
    return "functions are " + ", ".join(sorted({*known, *(each for each, _ in SHORTHAND)}))
