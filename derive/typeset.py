"""Trees as LaTeX, for amsmath alone."""

from __future__ import annotations

from derive.show import ATOM, PRODUCT, decimal, legible, tightness
from derive.syntax import (
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
    Form,
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
    written,
)

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
).split()
_LETTERS = {name: f"\\{name}" for name in (*_GREEK, "ell")} | {
    "eps": r"\varepsilon",
    "lam": r"\lambda",
}
_FUNCTIONS = {"log": r"\log", "tanh": r"\tanh", "exp": r"\exp"}
_OPERATORS = {"sum": r"\sum", "prod": r"\prod", "max": r"\max"}
_RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}


def latex_name(name: str) -> str:
    """A name as LaTeX: one letter in italics, a Greek letter by its command, a word upright."""
    name = written(name)
    if name in _LETTERS:
        return _LETTERS[name]
    stem = name.rstrip("0123456789")
    if len(stem) == 1 and stem.isalpha():
        return name if stem == name else f"{stem}_{{{name[len(stem) :]}}}"
    escaped = name.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}"


def latex(node: Node) -> str:
    """The node as LaTeX for amsmath."""
    return _latex(legible(node))


def _latex(node: Node) -> str:
    match node:
        case Num(value=value):
            shown = decimal(value)
            sign = "-" if value < 0 else ""
            return shown or rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        case Name(id=name):
            return latex_name(name)
        case Entry(base=base, indices=indices):
            return f"{_subscriptable(base)}_{{{_subscript(indices)}}}"
        case Add(terms=terms):
            return _latex_sum(terms)
        case Neg(arg=arg):
            return f"-{_latex_wrap(arg, PRODUCT)}"
        case Mul(factors=factors):
            return _latex_product(factors)
        case Div(num=top, den=bottom):
            return rf"\frac{{{_latex(top)}}}{{{_latex(bottom)}}}"
        case Pow(base=base, exponent=exponent):
            return _latex_power(base, exponent)
        case Call(function=function, arg=arg):
            return _latex_call(function, arg)
        case Reduce(kind=kind, body=body, index=index, where=where):
            under = latex_name(index) if where is None else _latex(where)
            return f"{_OPERATORS[kind]}_{{{under}}} {_latex_wrap(body, PRODUCT)}"
        case Deriv(body=body, wrt=wrt):
            return _latex_derivative(body, wrt)
        case Ind(condition=condition):
            return _latex_indicator(condition)
        case Cases(branches=branches, otherwise=otherwise):
            return _latex_cases(branches, otherwise)
        case Rel(op=op, left=a, right=b):
            return f"{_latex(a)} {_RELATIONS[op]} {_latex(b)}"
        case Logic(op=op, args=args):
            return _latex_logic(op, args)
        case Form(name=name, args=args):
            return _latex_form(name, args)
        case _:
            raise AssertionError(f"no LaTeX for {type(node).__name__}")


def _latex_indicator(condition: Node) -> str:
    match condition:
        case Rel(op="==", left=a, right=b):
            return rf"\delta_{{{_subscript((a, b))}}}"
    return rf"\mathbf{{1}}[{_latex(condition)}]"


def _latex_cases(branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> str:
    rows = [rf"{_latex(v)} & \text{{if }} {_latex(c)}" for v, c in branches]
    rows.append(rf"{_latex(otherwise)} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _latex_logic(op: str, args: tuple[Node, ...]) -> str:
    if op == "not":
        return rf"\lnot ({_latex(args[0])})"
    joint = r" \land " if op == "and" else r" \lor "
    return joint.join(f"({_latex(a)})" for a in args)


def _latex_form(name: str, args: tuple[Node, ...]) -> str:
    """Vector and matrix notation as it is printed."""
    match name, args:
        case "transpose", (arg,):
            return rf"{_latex_wrap(arg, ATOM)}^{{\top}}"
        case "matmul", (a, b):
            return rf"{_latex_wrap(a, PRODUCT)} \, {_latex_wrap(b, PRODUCT)}"
        case "at", (Name(id=row), *indices) if len(row) == 1:
            # Bold, since a row of a matrix is no entry.
            return rf"\mathbf{{{row}}}_{{{_subscript(tuple(indices))}}}"
        case "at", (body, *indices):
            inner = _bracketed(_latex(body))
            return f"{inner}_{{{_subscript(tuple(indices))}}}"
    listed = ", ".join(map(_latex, args))
    return rf"\operatorname{{{name}}}{_bracketed(listed)}"


def _subscriptable(base: str) -> str:
    name = latex_name(base)
    return f"{{{name}}}" if "_" in name and "mathrm" not in name else name


def _subscript(indices: tuple[Node, ...]) -> str:
    shown = [_latex(index) for index in indices]
    plain = all(len(s) == 1 or (s.startswith("\\") and s[1:].isalpha()) for s in shown)
    return " ".join(shown) if plain else ", ".join(shown)


def _latex_wrap(node: Node, least: int) -> str:
    inner = _latex(node)
    held = ATOM if isinstance(node, Div) and least <= PRODUCT else tightness(node)
    return inner if held >= least else _bracketed(inner)


def _latex_sum(terms: tuple[Node, ...]) -> str:
    parts: list[str] = []
    for position, term in enumerate(terms):
        negative = isinstance(term, Neg)
        shown = _latex_wrap(term.arg if isinstance(term, Neg) else term, PRODUCT)
        sign = "-" if negative else "+"
        parts.append(shown if position == 0 and not negative else f"{sign} {shown}")
    return " ".join(parts)


def _latex_product(factors: tuple[Node, ...]) -> str:
    shown: list[str] = []
    for position, factor in enumerate(factors):
        loose = isinstance(factor, Add | Neg) or (isinstance(factor, Num) and factor.value < 0)
        # A sum sign reaches as far right as it can: only the last factor may go unbracketed.
        open_ended = isinstance(factor, Reduce) and position < len(factors) - 1
        inner = _latex(factor)
        shown.append(_bracketed(inner) if loose or open_ended else inner)
        if position and isinstance(factor, Num) and not loose:
            shown[-1] = rf"\cdot {inner}"
    product = shown[0]
    for latex_of_factor in shown[1:]:
        product += _joint(latex_of_factor) + latex_of_factor
    return product


def _joint(factor: str) -> str:
    """A thin space before a factor that does not begin with a bracket."""
    return "" if factor.startswith(("(", r"\left(")) else r" \, "


def _bracketed(inner: str) -> str:
    """Brackets that grow only where something inside is tall."""
    tall = r"\frac" in inner or r"\sum" in inner or r"\prod" in inner
    return rf"\left({inner}\right)" if tall else f"({inner})"


def _raised(exponent: Node) -> str:
    """An exponent: a quotient on one line, for a fraction in one is too small to read."""
    if isinstance(exponent, Div) and not isinstance(exponent.num, Reduce):
        return f"{_latex_wrap(exponent.num, PRODUCT)}/{_latex_wrap(exponent.den, ATOM)}"
    if isinstance(exponent, Neg) and isinstance(exponent.arg, Div):
        return f"-{_raised(exponent.arg)}"
    return _latex(exponent)


def _latex_power(base: Node, exponent: Node) -> str:
    if isinstance(base, Name | Entry | Num) and tightness(base) == ATOM:
        inner = _latex(base)
        return (
            f"{{{inner}}}^{{{_raised(exponent)}}}"
            if "^" in inner
            else f"{inner}^{{{_raised(exponent)}}}"
        )
    return f"{_bracketed(_latex(base))}^{{{_raised(exponent)}}}"


def _latex_call(function: str, arg: Node) -> str:
    inner = _latex(arg)
    if function == "exp":
        return f"e^{{{_raised(arg)}}}"
    if function == "sqrt":
        return rf"\sqrt{{{inner}}}"
    if function == "abs":
        return rf"\left|{inner}\right|"
    name = {"sigma": r"\sigma", "softplus": r"\operatorname{softplus}"}.get(
        function, _FUNCTIONS.get(function, rf"\operatorname{{{function}}}")
    )
    if function == "log" and isinstance(arg, Name | Entry | Reduce):
        return f"{name} {inner}"
    return f"{name}{_bracketed(inner)}"


def _latex_derivative(body: Node, wrt: tuple[Node, ...]) -> str:
    order = f"^{{{len(wrt)}}}" if len(wrt) > 1 else ""
    below = r" \, ".join(rf"\partial {_latex(variable)}" for variable in wrt)
    if isinstance(body, Name | Entry):
        return rf"\frac{{\partial{order} {_latex(body)}}}{{{below}}}"
    return rf"\frac{{\partial{order}}}{{{below}}} {_latex_wrap(body, ATOM)}"
