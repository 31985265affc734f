"""Rules for logarithms and exponentials."""

from __future__ import annotations

from derive.rules.row import rule
from derive.syntax import Call, Div, Mul, Neg, Node, Pow, add, mul


@rule(
    "log-quotient",
    "Logarithm of a quotient",
    "log(exp(u)/exp(v)) == log(exp(u)) - log(exp(v))",
    "log(exp(u)*exp(v))",
    "u > 0 and v > 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Div(num=top, den=bottom)):
            return add(Call("log", top), Neg(Call("log", bottom)))
    return None


@rule(
    "log-product",
    "Logarithm of a product",
    "log(exp(u)*exp(v)) == log(exp(u)) + log(exp(v))",
    "log(exp(u)/exp(v))",
    "every factor > 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Mul(factors=factors)):
            return add(*(Call("log", factor) for factor in factors))
    return None


@rule("log-exp", "Logarithm undoes the exponential", "log(exp(u)) == u", "exp(log(u))")
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Call(function="exp", arg=u)):
            return u
    return None


@rule(
    "log-power",
    "Logarithm of a power",
    "log(exp(u)**v) == v*log(exp(u))",
    "log(exp(u))**v",
    "u > 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Pow(base=base, exponent=exponent)):
            return mul(exponent, Call("log", base))
    return None
