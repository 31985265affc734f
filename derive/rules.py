"""The rules, one row each: name, title, executable statement, look-alike, what it needs.

A row's function takes a tree and gives the rewritten tree, or None where the rule does not apply.
The statement is the same rule in the formula language; the tests read it, apply the function to its
left side and demand its right side, evaluate both sides independently, and demand that the function
does not fire on the look-alike. In statements u, v, w are any formulas that may depend on x, c is
free of x and of the summed index, a[j] and b[j] may depend on j.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.syntax import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Ind,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    add,
    children,
    delta,
    free_names,
    fresh,
    mul,
    num,
    same,
    substitute,
    walk,
)

Apply = Callable[[Node], Node | None]


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    name: str
    title: str
    statement: str
    look_alike: str
    apply: Apply
    needs: tuple[str, ...] = ()


_table: dict[str, Rule] = {}


def _rule(
    name: str, title: str, statement: str, look_alike: str, *needs: str
) -> Callable[[Apply], Apply]:
    """Put the function below into the table as a row."""

    def enter(apply: Apply) -> Apply:
        _table[name] = Rule(name, title, statement, look_alike, apply, needs)
        return apply

    return enter


def varies(node: Node, variable: Node) -> bool:
    """Whether a tree without defined names can change with the entry or scalar `variable`."""
    if isinstance(variable, Entry):
        return any(isinstance(part, Entry) and part.base == variable.base for part in walk(node))
    return any(part == variable for part in walk(node))


# Differentiation.


@_rule(
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


@_rule("d-entry", "Entries of one array are independent", "d(f[a], f[k]) == delta(a, k)", "d(g[a], f[k])")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Entry(base=a, indices=i), wrt=(Entry(base=b, indices=k),)) if a == b:
            return mul(*(ONE if p == q else delta(p, q) for p, q in zip(i, k, strict=True)))
    return None


@_rule("d-itself", "The derivative of x by x is 1", "d(x, x) == 1", "d(u, x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Name() as body, wrt=(variable,)) if body == variable:
            return ONE
    return None


@_rule("d-constant", "A constant has derivative 0", "d(c, x) == 0", "d(exp(x), x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=body, wrt=(variable,)) if not varies(body, variable):
            return ZERO
    return None


@_rule("d-add", "The derivative of a sum is the sum of the derivatives",
       "d(exp(x) + log(x), x) == d(exp(x), x) + d(log(x), x)", "d(exp(x)*log(x), x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Add(terms=terms), wrt=wrt):
            return add(*(_derivative_of_term(term, wrt) for term in terms))
    return None


def _derivative_of_term(term: Node, wrt: tuple[Node, ...]) -> Node:
    """A minus sign stays outside, so that a - b becomes d(a) - d(b) in one step."""
    return Neg(Deriv(term.arg, wrt)) if isinstance(term, Neg) else Deriv(term, wrt)


@_rule("d-minus", "A minus sign stays outside", "d(-exp(x), x) == -d(exp(x), x)", "d(exp(-x), x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Neg(arg=arg), wrt=wrt):
            return Neg(Deriv(arg, wrt))
    return None


@_rule("d-factor", "A constant factor stays outside",
       "d(c*exp(x), x) == c*d(exp(x), x)", "d(x*exp(x), x)")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Mul(factors=factors), wrt=(variable,) as wrt):
            fixed = [f for f in factors if not varies(f, variable)]
            moving = [f for f in factors if varies(f, variable)]
            if fixed and moving:
                return mul(*fixed, Deriv(mul(*moving), wrt))
    return None


@_rule("d-product", "Product rule",
       "d(exp(x)*log(x), x) == d(exp(x), x)*log(x) + exp(x)*d(log(x), x)", "d(c*exp(x), x)")
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


@_rule("d-over-constant", "A constant denominator stays outside",
       "d(exp(x)/c, x) == d(exp(x), x)/c", "d(exp(x)/x, x)", "c != 0")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Div(num=top, den=bottom), wrt=(variable,) as wrt):
            if not varies(bottom, variable):
                return Div(Deriv(top, wrt), bottom)
    return None


@_rule("d-reciprocal", "Derivative of a reciprocal",
       "d(c/exp(x), x) == -c*d(exp(x), x)/exp(x)**2", "d(x/exp(x), x)", "v != 0")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Div(num=top, den=bottom), wrt=(variable,) as wrt):
            if varies(bottom, variable) and not varies(top, variable):
                slope = Deriv(bottom, wrt)
                return Div(Neg(slope if top == ONE else mul(top, slope)), Pow(bottom, num(2)))
    return None


@_rule("d-quotient", "Quotient rule",
       "d(log(x)/exp(x), x) == (d(log(x), x)*exp(x) - log(x)*d(exp(x), x))/exp(x)**2",
       "d(log(x)/c, x)", "v != 0")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Div(num=top, den=bottom), wrt=(variable,) as wrt):
            if varies(top, variable) and varies(bottom, variable):
                first = mul(Deriv(top, wrt), bottom)
                second = mul(top, Deriv(bottom, wrt))
                return Div(add(first, Neg(second)), Pow(bottom, num(2)))
    return None


@_rule("d-power", "Power rule", "d(exp(x)**c, x) == c*exp(x)**(c - 1)*d(exp(x), x)", "d(c**x, x)",
       "u > 0, or a whole exponent")
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


@_rule("d-exponential", "Derivative of a power with a moving exponent",
       "d(exp(x)**x, x) == exp(x)**x*d(x*log(exp(x)), x)", "d(exp(x)**c, x)", "u > 0")
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


_rule("d-exp", "Derivative of an exponential", "d(exp(u[x]), x) == exp(u[x])*d(u[x], x)".replace("u[x]", "(x**2)"),
      "d(log(x), x)")(_chain("exp", lambda u, call: call))
_rule("d-log", "Derivative of a logarithm", "d(log(x**2), x) == d(x**2, x)/x**2", "d(exp(x), x)",
      "u > 0")(_chain("log", lambda u, call: Div(ONE, u)))
_rule("d-sqrt", "Derivative of a square root", "d(sqrt(exp(x)), x) == d(exp(x), x)/(2*sqrt(exp(x)))",
      "d(exp(x), x)", "u > 0")(_chain("sqrt", lambda u, call: Div(ONE, mul(num(2), call))))
_rule("d-tanh", "Derivative of tanh", "d(tanh(x**2), x) == (1 - tanh(x**2)**2)*d(x**2, x)",
      "d(sigma(x), x)")(_chain("tanh", lambda u, call: add(ONE, Neg(Pow(call, num(2))))))
_rule("d-sigma", "Derivative of the sigmoid",
      "d(sigma(x**2), x) == sigma(x**2)*(1 - sigma(x**2))*d(x**2, x)",
      "d(tanh(x), x)")(_chain("sigma", lambda u, call: mul(call, add(ONE, Neg(call)))))
_rule("d-softplus", "Derivative of softplus", "d(softplus(x**2), x) == sigma(x**2)*d(x**2, x)",
      "d(sigma(x), x)")(_chain("softplus", lambda u, call: Call("sigma", u)))
_rule("d-abs", "Derivative of the absolute value", "d(abs(exp(x)), x) == exp(x)/abs(exp(x))*d(exp(x), x)",
      "d(exp(x), x)", "u != 0")(_chain("abs", lambda u, call: Div(u, call)))


@_rule("d-sum", "The derivative goes inside the sum",
       "d(sum(exp(f[j]), j), f[k]) == sum(d(exp(f[j]), f[k]), j)", "d(prod(exp(f[j]), j), f[k])")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Reduce(kind="sum", body=body) as total, wrt=wrt):
            return Reduce("sum", Deriv(body, wrt), total.index, total.where, total.over)
    return None


@_rule("d-prod", "Derivative of a product over a range",
       "d(prod(exp(f[j]), j), f[k]) == prod(exp(f[j]), j)*sum(d(exp(f[j]), f[k])/exp(f[j]), j)",
       "d(sum(exp(f[j]), j), f[k])", "every factor != 0")
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


@_rule("d-cases", "Each case is differentiated on its own",
       "d(cases(x, k == y, exp(x)), x) == cases(d(x, x), k == y, d(exp(x), x))",
       "d(cases(c, k == y, 1), x)", "the conditions do not depend on x")
def _(node: Node) -> Node | None:
    match node:
        case Deriv(body=Cases(branches=branches, otherwise=otherwise), wrt=(variable,) as wrt):
            if any(varies(condition, variable) for _, condition in branches):
                return None
            if any(varies(value, variable) for value in (otherwise, *(v for v, _ in branches))):
                pairs = tuple((Deriv(value, wrt), condition) for value, condition in branches)
                return Cases(pairs, Deriv(otherwise, wrt))
    return None


DERIVATIVE_RULES = tuple(_table)


# Logarithms and exponentials.


@_rule("log-quotient", "Logarithm of a quotient", "log(exp(u)/exp(v)) == log(exp(u)) - log(exp(v))",
       "log(exp(u)*exp(v))", "u > 0 and v > 0")
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Div(num=top, den=bottom)):
            return add(Call("log", top), Neg(Call("log", bottom)))
    return None


@_rule("log-product", "Logarithm of a product", "log(exp(u)*exp(v)) == log(exp(u)) + log(exp(v))",
       "log(exp(u)/exp(v))", "every factor > 0")
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Mul(factors=factors)):
            return add(*(Call("log", factor) for factor in factors))
    return None


@_rule("log-exp", "Logarithm undoes the exponential", "log(exp(u)) == u", "exp(log(u))")
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Call(function="exp", arg=u)):
            return u
    return None


@_rule("log-power", "Logarithm of a power", "log(exp(u)**v) == v*log(exp(u))", "log(exp(u))**v", "u > 0")
def _(node: Node) -> Node | None:
    match node:
        case Call(function="log", arg=Pow(base=base, exponent=exponent)):
            return mul(exponent, Call("log", base))
    return None


# Sums over classes and deltas.


@_rule("sum-delta", "A sum against a delta keeps one term",
       "sum(a[j]*delta(j, k), j) == a[k]", "sum(a[j]*delta(i, k), j)", "k is in the range of j")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=body, index=index, where=None):
            factors = body.factors if isinstance(body, Mul) else (body,)
            for place, factor in enumerate(factors):
                other = _other_index(factor, index)
                if other is not None:
                    rest = mul(*factors[:place], *factors[place + 1 :])
                    return substitute(rest, {index: other})
    return None


def _other_index(node: Node, index: str) -> Node | None:
    """k, if the node is delta(index, k) or delta(k, index)."""
    match node:
        case Ind(condition=Rel(op="==", left=a, right=b)):
            for one, other in ((a, b), (b, a)):
                if one == Name(index) and index not in free_names(other):
                    return other
    return None


@_rule("sum-add", "A sum of sums", "sum(a[j] + b[j], j) == sum(a[j], j) + sum(b[j], j)",
       "sum(a[j]*b[j], j)")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Add(terms=terms), index=index, where=where, over=over):
            return add(*(_sum_of_term(t, index, where, over) for t in terms))
    return None


def _sum_of_term(term: Node, index: str, where: Node | None, over: str) -> Node:
    """Each part gets an index of its own; a minus sign stays outside."""
    negative, inner = isinstance(term, Neg), term.arg if isinstance(term, Neg) else term
    own = fresh(index)
    renamed: Mapping[str, Node] = {index: Name(own)}
    condition = None if where is None else substitute(where, renamed)
    total = Reduce("sum", substitute(inner, renamed), own, condition, over)
    return Neg(total) if negative else total


@_rule("sum-minus", "A minus sign stays outside the sum", "sum(-a[j], j) == -sum(a[j], j)", "-sum(a[j], j)")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Neg(arg=arg)):
            return Neg(Reduce("sum", arg, node.index, node.where, node.over))
    return None


@_rule("sum-factor", "What does not depend on the index stays outside",
       "sum(c*a[j], j) == c*sum(a[j], j)", "sum(b[j]*a[j], j)")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Mul(factors=factors), index=index):
            fixed = [f for f in factors if index not in free_names(f)]
            moving = [f for f in factors if index in free_names(f)]
            if fixed and moving:
                inner = Reduce("sum", mul(*moving), index, node.where, node.over)
                return mul(*fixed, inner)
    return None


@_rule("sum-over", "A denominator that does not depend on the index stays outside",
       "sum(a[j]/c, j) == sum(a[j], j)/c", "sum(a[j]/b[j], j)", "c != 0")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=Div(num=top, den=bottom), index=index):
            if index not in free_names(bottom):
                return Div(Reduce("sum", top, index, node.where, node.over), bottom)
    return None


@_rule("sum-constant", "A sum of equal terms", "sum(c, j) == c*n", "sum(a[j], j)")
def _(node: Node) -> Node | None:
    match node:
        case Reduce(kind="sum", body=body, index=index, where=None, over=over):
            if over and index not in free_names(body):
                return mul(body, Name(over)) if body != ONE else Name(over)
    return None


@_rule("delta-rename", "Under a delta one index may stand for the other",
       "delta(k, y)*a[y] == delta(k, y)*a[k]", "delta(k, y)*a[k]")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors):
            for place, factor in enumerate(factors):
                match factor:
                    case Ind(condition=Rel(op="==", left=Name() as k, right=Name(id=y))):
                        others = mul(*factors[:place], *factors[place + 1 :])
                        if y in free_names(others):
                            return mul(factor, substitute(others, {y: k}))
    return None


# Arithmetic that everybody does without naming it; still steps, each one checked.


@_rule("zero-term", "Adding 0 changes nothing", "u + 0 == u", "u + 1")
def _(node: Node) -> Node | None:
    match node:
        case Add(terms=terms):
            kept = [t for t in terms if not _is_zero(t)]
            if len(kept) < len(terms):
                return add(*kept)
    return None


def _is_zero(node: Node) -> bool:
    return node == ZERO or node == Neg(ZERO)


@_rule("zero-factor", "A product with 0 is 0", "u*0 == 0", "u*1", "the other factors are defined")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors) if any(map(_is_zero, factors)):
            return ZERO
        case Div(num=top) if _is_zero(top):
            return ZERO
        case Neg(arg=arg) if _is_zero(arg):
            return ZERO
        case Reduce(kind="sum", body=body) if _is_zero(body):
            return ZERO
    return None


@_rule("one-factor", "A factor 1 changes nothing", "u*1 == u", "u*2")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors) if ONE in factors:
            return mul(*(f for f in factors if f != ONE))
        case Div(num=top, den=bottom) if bottom == ONE:
            return top
        case Pow(base=base, exponent=exponent) if exponent == ONE:
            return base
    return None


@_rule("double-minus", "Two minus signs cancel", "-(-u) == u", "-u")
def _(node: Node) -> Node | None:
    match node:
        case Neg(arg=Neg(arg=arg)):
            return arg
        case Add(terms=terms) if any(isinstance(t, Neg) and isinstance(t.arg, Neg) for t in terms):
            return add(*(_plain(t) for t in terms))
        case Mul(factors=factors) if any(isinstance(f, Neg) for f in factors):
            rest = mul(*(f.arg if isinstance(f, Neg) else f for f in factors))
            odd = sum(isinstance(f, Neg) for f in factors) % 2
            return Neg(rest) if odd else rest
        case Div(num=Neg(arg=top), den=bottom):
            return Neg(Div(top, bottom))
    return None


def _plain(term: Node) -> Node:
    match term:
        case Neg(arg=Neg(arg=arg)):
            return arg
    return term


@_rule("spread-minus", "A minus sign goes to every term", "-(u - v) == v - u", "-(u*v)")
def _(node: Node) -> Node | None:
    match node:
        case Neg(arg=Add(terms=terms)):
            flipped = [t.arg if isinstance(t, Neg) else Neg(t) for t in terms]
            # A positive term goes first: v - u reads better than -u + v.
            flipped.sort(key=lambda t: isinstance(t, Neg))
            return add(*flipped)
    return None


@_rule("flatten", "Brackets around a sum inside a sum", "u + (v + w) == u + v + w", "u*(v + w)")
def _(node: Node) -> Node | None:
    match node:
        case Add(terms=terms) if any(_nested_sum(t) for t in terms):
            return add(*(part for t in terms for part in _spread(t)))
    return None


def _nested_sum(term: Node) -> bool:
    return isinstance(term, Add) or (isinstance(term, Neg) and isinstance(term.arg, Add))


def _spread(term: Node) -> tuple[Node, ...]:
    match term:
        case Add(terms=terms):
            return terms
        case Neg(arg=Add(terms=terms)):
            return tuple(t.arg if isinstance(t, Neg) else Neg(t) for t in terms)
    return (term,)


@_rule("numbers", "Numbers are worked out", "2*3*u == 6*u", "2*u")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=parts) | Add(terms=parts):
            values = [p.value for p in parts if isinstance(p, Num)]
            if len(values) > 1:
                rest = [p for p in parts if not isinstance(p, Num)]
                if isinstance(node, Mul):
                    total = Fraction(1)
                    for value in values:
                        total *= value
                    return mul(num(total), *rest)
                return add(*rest, num(sum(values, Fraction(0))))
    return None


@_rule("cancel", "A common factor of numerator and denominator cancels", "u*v/u == v", "u*v/w", "u != 0")
def _(node: Node) -> Node | None:
    match node:
        case Div(num=top, den=bottom):
            above = list(top.factors if isinstance(top, Mul) else (top,))
            below = list(bottom.factors if isinstance(bottom, Mul) else (bottom,))
            for factor in list(above):
                twin = next((b for b in below if same(factor, b)), None)
                if twin is not None:
                    above.remove(factor)
                    below.remove(twin)
            if len(above) < len(children(top)) or top == bottom or not above:
                return mul(*above) if not below else Div(mul(*above), mul(*below))
    return None


@_rule("split-fraction", "A fraction of a sum is a sum of fractions", "(u - v)/w == u/w - v/w", "(u*v)/w", "w != 0")
def _(node: Node) -> Node | None:
    match node:
        case Div(num=Add(terms=terms), den=bottom):
            return add(
                *(Neg(Div(t.arg, bottom)) if isinstance(t, Neg) else Div(t, bottom) for t in terms)
            )
    return None


@_rule("one-fraction", "Factors beside a fraction join its numerator", "u*(v/w) == u*v/w", "u*v", "w != 0")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors) if any(isinstance(f, Div) for f in factors):
            tops = [f.num if isinstance(f, Div) else f for f in factors]
            bottoms = [f.den for f in factors if isinstance(f, Div)]
            return Div(mul(*tops), mul(*bottoms))
        case Div(num=Div(num=top, den=inner), den=bottom):
            return Div(top, mul(inner, bottom))
    return None


@_rule("distribute", "A factor goes to every term of a sum", "u*(v - w) == u*v - u*w", "u*(v*w)")
def _(node: Node) -> Node | None:
    match node:
        case Mul(factors=factors):
            for place, factor in enumerate(factors):
                if isinstance(factor, Add):
                    before, after = factors[:place], factors[place + 1 :]
                    return add(
                        *(
                            Neg(mul(*before, t.arg, *after))
                            if isinstance(t, Neg)
                            else mul(*before, t, *after)
                            for t in factor.terms
                        )
                    )
    return None


RULES: Mapping[str, Rule] = dict(_table)
