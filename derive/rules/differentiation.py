"""Rules of differentiation, one derivative at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.rules.row import Apply, rule
from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    add,
    delta,
    fresh,
    mul,
    num,
    substitute,
    walk,
)


def varies(node: Node, variable: Node) -> bool:
    """Whether the tree can change with `variable`: it or a name that moves with it occurs."""
    assert isinstance(variable, Entry | Name)
    moving = variable.moves | {_name(variable)}
    return any(isinstance(part, Entry | Name) and _name(part) in moving for part in walk(node))


def _name(node: Entry | Name) -> str:
    return node.base if isinstance(node, Entry) else node.id


@rule(
    "d-repeated",
    "A second derivative is the derivative of the first",
    "d(u, x, z) == d(d(u, x), z)",
    "d(u, x)",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=body, wrt=(first, *rest)) if rest:
            return Deriv(Deriv(body, (first,)), tuple(rest))
    return None


@rule(
    "d-entry",
    "Entries of one array are independent",
    "d(f[a], f[k]) == delta(a, k)",
    "d(g[a], f[k])",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Entry(base=a, indices=i), wrt=(Entry(base=b, indices=k),)) if a == b:
            return mul(*(ONE if p == q else delta(p, q) for p, q in zip(i, k, strict=True)))
    return None


@rule("d-itself", "The derivative of x by x is 1", "d(x, x) == 1", "d(u, x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Name() as body, wrt=(variable,)) if body == variable:
            return ONE
    return None


@rule("d-constant", "A constant has derivative 0", "d(c, x) == 0", "d(exp(x), x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=body, wrt=(variable,)) if not varies(body, variable):
            return ZERO
    return None


@rule(
    "d-add",
    "The derivative of a sum is the sum of the derivatives",
    "d(u + v, x) == d(u, x) + d(v, x)",
    "d(exp(x)*log(x), x)",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Add(terms=terms), wrt=wrt):
            return add(*(_derivative_of_term(term, wrt) for term in terms))
    return None


def _derivative_of_term(term: Node, wrt: tuple[Node, ...]) -> Node:
    """A minus sign stays outside, so that a - b becomes d(a) - d(b) in one step."""
    return Neg(Deriv(term.arg, wrt)) if isinstance(term, Neg) else Deriv(term, wrt)


@rule("d-minus", "A minus sign stays outside", "d(-u, x) == -d(u, x)", "d(exp(-x), x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Neg(arg=arg), wrt=wrt):
            return Neg(Deriv(arg, wrt))
    return None


@rule(
    "d-factor",
    "A constant factor stays outside",
    "d(c*exp(x), x) == c*d(exp(x), x)",
    "d(x*exp(x), x)",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Mul(factors=factors), wrt=(variable,) as wrt):
            fixed = [f for f in factors if not varies(f, variable)]
            moving = [f for f in factors if varies(f, variable)]
            if fixed and moving:
                return mul(*fixed, Deriv(mul(*moving), wrt))
    return None


@rule(
    "d-product",
    "Product rule",
    "d(exp(x)*log(x), x) == d(exp(x), x)*log(x) + exp(x)*d(log(x), x)",
    "d(c*exp(x), x)",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Mul(factors=factors), wrt=(variable,) as wrt):
            if all(varies(f, variable) for f in factors):
                return add(
                    *(
                        mul(*(Deriv(f, wrt) if i == place else f for i, f in enumerate(factors)))
                        for place in range(len(factors))
                    )
                )
    return None


@rule(
    "d-over-constant",
    "A constant denominator stays outside",
    "d(exp(x)/c, x) == d(exp(x), x)/c",
    "d(exp(x)/x, x)",
    "c != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Div(num=top, den=bottom), wrt=(variable,) as wrt):
            if not varies(bottom, variable):
                return Div(Deriv(top, wrt), bottom)
    return None


@rule(
    "d-reciprocal",
    "Derivative of a reciprocal",
    "d(c/exp(x), x) == (-(c*d(exp(x), x)))/exp(x)**2",
    "d(x/exp(x), x)",
    "v != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Div(num=top, den=bottom), wrt=(variable,) as wrt):
            if varies(bottom, variable) and not varies(top, variable):
                slope = Deriv(bottom, wrt)
                return Div(Neg(slope if top == ONE else mul(top, slope)), Pow(bottom, num(2)))
    return None


@rule(
    "d-quotient",
    "Quotient rule",
    "d(log(x)/exp(x), x) == (d(log(x), x)*exp(x) - log(x)*d(exp(x), x))/exp(x)**2",
    "d(log(x)/c, x)",
    "v != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Div(num=top, den=bottom), wrt=(variable,) as wrt):
            if varies(top, variable) and varies(bottom, variable):
                first = mul(Deriv(top, wrt), bottom)
                second = mul(top, Deriv(bottom, wrt))
                return Div(add(first, Neg(second)), Pow(bottom, num(2)))
    return None


@rule(
    "d-power",
    "Power rule",
    "d(exp(x)**c, x) == c*exp(x)**(c - 1)*d(exp(x), x)",
    "d(c**x, x)",
    "u > 0, or a whole exponent",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Pow(base=base, exponent=exponent), wrt=(variable,) as wrt):
            if varies(base, variable) and not varies(exponent, variable):
                return mul(exponent, Pow(base, _one_less(exponent)), Deriv(base, wrt))
    return None


def _one_less(exponent: Node) -> Node:
    if isinstance(exponent, Num):
        return num(exponent.value - 1)
    return add(exponent, Neg(ONE))


@rule(
    "d-exponential",
    "Derivative of a power with a moving exponent",
    "d(exp(x)**x, x) == exp(x)**x*d(x*log(exp(x)), x)",
    "d(exp(x)**c, x)",
    "u > 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Pow(base=base, exponent=exponent) as power, wrt=(variable,) as wrt):
            if varies(exponent, variable):
                return mul(power, Deriv(mul(exponent, Call("log", base)), wrt))
    return None


def _chain(function: str, slope: Callable[[Node, Node], Node]) -> Apply:
    """d(function(u), x) == slope(u, function(u)) * d(u, x)."""

    def apply(node: Node) -> Node | None:
        match node:
            case Deriv(body=Call(function=name, arg=u) as call, wrt=wrt) if name == function:
                inner = Deriv(u, wrt)
                outer = slope(u, call)
                if isinstance(outer, Div) and outer.num == ONE:
                    return Div(inner, outer.den)
                return mul(outer, inner)
        return None

    return apply


rule(
    "d-exp",
    "Derivative of an exponential",
    "d(exp(u), x) == exp(u)*d(u, x)",
    "d(log(x), x)",
)(_chain("exp", lambda u, call: call))
rule(
    "d-log",
    "Derivative of a logarithm",
    "d(log(u), x) == d(u, x)/u",
    "d(exp(x), x)",
    "u > 0",
)(_chain("log", lambda u, call: Div(ONE, u)))
rule(
    "d-sqrt",
    "Derivative of a square root",
    "d(sqrt(u), x) == d(u, x)/(2*sqrt(u))",
    "d(exp(x), x)",
    "u > 0",
)(_chain("sqrt", lambda u, call: Div(ONE, mul(num(2), call))))
rule(
    "d-tanh",
    "Derivative of tanh",
    "d(tanh(u), x) == (1 - tanh(u)**2)*d(u, x)",
    "d(sigma(x), x)",
)(_chain("tanh", lambda u, call: add(ONE, Neg(Pow(call, num(2))))))
rule(
    "d-sigma",
    "Derivative of the sigmoid",
    "d(sigma(u), x) == sigma(u)*(1 - sigma(u))*d(u, x)",
    "d(tanh(x), x)",
)(_chain("sigma", lambda u, call: mul(call, add(ONE, Neg(call)))))
rule(
    "d-softplus",
    "Derivative of softplus",
    "d(softplus(u), x) == sigma(u)*d(u, x)",
    "d(sigma(x), x)",
)(_chain("softplus", lambda u, _: Call("sigma", u)))
rule(
    "d-abs",
    "Derivative of the absolute value",
    "d(abs(u), x) == u/abs(u)*d(u, x)",
    "d(exp(x), x)",
    "u != 0",
)(_chain("abs", Div))


@rule(
    "d-sum",
    "The derivative goes inside the sum",
    "d(sum(exp(f[j]), j), f[k]) == sum(d(exp(f[j]), f[k]), j)",
    "d(prod(exp(f[j]), j), f[k])",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Reduce(kind="sum", body=body) as total, wrt=wrt):
            return Reduce("sum", Deriv(body, wrt), total.index, total.where, total.over)
    return None


@rule(
    "d-prod",
    "Derivative of a product over a range",
    "d(prod(exp(f[j]), j), f[k]) == prod(exp(f[j]), j)*sum(d(exp(f[j]), f[k])/exp(f[j]), j)",
    "d(sum(exp(f[j]), j), f[k])",
    "every factor != 0",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Reduce(kind="prod", body=body) as product, wrt=wrt):
            index = fresh(product.index)
            renamed: Mapping[str, Node] = {product.index: Name(index)}
            inner = substitute(body, renamed)
            where = None if product.where is None else substitute(product.where, renamed)
            term = Div(Deriv(inner, wrt), inner)
            return mul(product, Reduce("sum", term, index, where, product.over))
    return None


@rule(
    "d-cases",
    "Each case is differentiated on its own",
    "d(cases(x, k == y, exp(x)), x) == cases(d(x, x), k == y, d(exp(x), x))",
    "d(cases(c, k == y, 1), x)",
    "the conditions do not depend on x",
)
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Cases(branches=branches, otherwise=otherwise), wrt=(variable,) as wrt):
            if any(varies(condition, variable) for _, condition in branches):
                return None
            if any(varies(value, variable) for value in (otherwise, *(v for v, _ in branches))):
                pairs = tuple((Deriv(value, wrt), condition) for value, condition in branches)
                return Cases(pairs, Deriv(otherwise, wrt))
    return None
