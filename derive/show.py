"""Trees as formula text, which reads back to the same tree, and as LaTeX (amsmath only)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

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
    children,
    free_names,
    fresh,
    rebuild,
    substitute,
    transform,
    written,
)

# The largest number that an index may be.
MAX_LITERAL = 12

# What a bound index is called where its own letter is taken.
_LETTERS_FOR_INDICES = [*"jmqrsabcghouvx", *(f"j{place}" for place in range(1, 200))]

# How tightly a node holds together when printed; an operand that holds less is bracketed.
_OR, _AND, _NOT, _REL, _SUM, _PRODUCT, _POWER, _ATOM = range(1, 9)


def _tightness(node: Node) -> int:
    match node:
        case Logic(op=op):
            return {"or": _OR, "and": _AND, "not": _NOT}[op]
        case Rel():
            return _REL
        case Add() | Neg():
            return _SUM
        case Mul() | Div() | Form(name="matmul"):
            return _PRODUCT
        case Pow():
            return _POWER
        case Num(value=value):
            if value < 0:
                return _SUM
            return _ATOM if value.denominator == 1 or _decimal(value) else _PRODUCT
        case _:
            return _ATOM


def text(node: Node) -> str:
    """The node in the formula language; reading it gives the node back."""
    return _text(legible(node))


def legible(node: Node) -> Node:
    """Bound indices named so that none reads like a free name or like an index around it."""
    return _legible(node, set(free_names(node)))


def legible_within(parts: Iterable[Node], whole: Node) -> list[Node]:
    """Parts of a formula with letters for the whole's bound indices that are free in the parts.

    As in the whole none of them is the letter of a free index.
    """
    parts, taken = list(parts), set(free_names(whole))
    letters: dict[str, Node] = {}
    for name in sorted(frozenset[str]().union(*map(free_names, parts)) - taken):
        own = next(c for c in (written(name), *_LETTERS_FOR_INDICES) if c not in taken)
        taken.add(own)
        letters[name] = Name(own)
    return [substitute(part, letters) for part in parts]


def _legible(node: Node, taken: set[str]) -> Node:
    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce):
            return None
        letter = written(part.index)
        own = next(c for c in (letter, *_LETTERS_FOR_INDICES) if c not in taken)
        index = part.index if own == letter else fresh(own)
        inner = Reduce(part.kind, part.body, part.index, part.where, part.over)
        if index != part.index:
            renamed: Mapping[str, Node] = {part.index: Name(index)}
            body = substitute(part.body, renamed)
            where = None if part.where is None else substitute(part.where, renamed)
            inner = Reduce(part.kind, body, index, where, part.over)
        parts = tuple(_legible(child, taken | {own}) for child in children(inner))
        return rebuild(inner, parts)

    return transform(node, change)


def _text(node: Node) -> str:
    match node:
        case Num(value=value):
            return _decimal(value) or str(value)
        case Name(id=name):
            return written(name)
        case Entry(base=base, indices=indices):
            return f"{base}[{_listed(indices)}]"
        case Add(terms=terms):
            return _signed_sum(terms)
        case Neg(arg=arg):
            return f"-{_wrap(arg, _PRODUCT)}"
        case Mul(factors=factors):
            first, *rest = factors
            least = _POWER if isinstance(first, Mul) else _PRODUCT
            return "*".join([_wrap(first, least), *(_wrap(f, _POWER) for f in rest)])
        case Div(num=top, den=bottom):
            return f"{_wrap(top, _PRODUCT)}/{_wrap(bottom, _POWER)}"
        case Pow(base=base, exponent=exponent):
            return f"{_wrap(base, _ATOM)}**{_wrap(exponent, _POWER)}"
        case Call(function=function, arg=arg):
            return f"{function}({_text(arg)})"
        case Reduce(kind=kind, body=body, index=index, where=where, over=over):
            tail = "" if where is None else f", {_text(where)}"
            tells = not over or index in free_names(body)
            bound = written(index) if tells else f"({written(index)}, 1, {over})"
            return f"{kind}({_text(body)}, {bound}{tail})"
        case Deriv(body=body, wrt=wrt):
            return f"d({_text(body)}, {_listed(wrt)})"
        case Ind(condition=Rel(op="==", left=a, right=b)) if _subscripts(a) and _subscripts(b):
            return f"delta({_text(a)}, {_text(b)})"
        case Ind(condition=condition):
            return f"ind({_text(condition)})"
        case Cases(branches=branches, otherwise=otherwise):
            pairs = "".join(f"{_text(v)}, {_text(c)}, " for v, c in branches)
            return f"cases({pairs}{_text(otherwise)})"
        case Form(name="transpose", args=(arg,)):
            return f"{_wrap(arg, _ATOM)}.T"
        case Form(name="matmul", args=(a, b)):
            return f"{_wrap(a, _POWER)} @ {_wrap(b, _POWER)}"
        case Form(name="at", args=(Name(id=name), *indices)):
            # A row of a matrix, and no entry.
            return f"({name})[{_listed(tuple(indices))}]"
        case Form(name="at", args=(body, *indices)):
            return f"{_wrap(body, _ATOM)}[{_listed(tuple(indices))}]"
        case Form(name=name, args=args):
            return f"{name}({_listed(args)})"
        case Rel(op=op, left=a, right=b):
            return f"{_wrap(a, _SUM)} {op} {_wrap(b, _SUM)}"
        case Logic(op="not", args=args):
            return f"not {_wrap(args[0], _NOT)}"
        case Logic(op=op, args=args):
            return f" {op} ".join(_wrap(a, _tightness(node) + 1) for a in args)
        case _:
            raise AssertionError(f"no text for {type(node).__name__}")


def _subscripts(node: Node) -> bool:
    """Whether the node can be written as an index."""
    if isinstance(node, Num):
        return node.value.denominator == 1 and 0 <= node.value <= MAX_LITERAL
    return isinstance(node, Name | Entry)


def _wrap(node: Node, least: int) -> str:
    inner = _text(node)
    return inner if _tightness(node) >= least else f"({inner})"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(_text, nodes))


def _signed_sum(terms: tuple[Node, ...]) -> str:
    parts: list[str] = []
    for position, term in enumerate(terms):
        negative = isinstance(term, Neg)
        shown = _wrap(term.arg if isinstance(term, Neg) else term, _PRODUCT)
        if position == 0:
            parts.append(f"-{shown}" if negative else shown)
        else:
            parts.append(f" - {shown}" if negative else f" + {shown}")
    return "".join(parts)


def _decimal(value: Fraction) -> str:
    """The number without a fraction bar, if it has such a form, else an empty string."""
    if value.denominator == 1:
        return str(value)
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return ""
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
).split()
_LETTERS = {name: f"\\{name}" for name in _GREEK} | {"eps": r"\varepsilon", "lam": r"\lambda"}
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
            shown = _decimal(value)
            sign = "-" if value < 0 else ""
            return shown or rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        case Name(id=name):
            return latex_name(name)
        case Entry(base=base, indices=indices):
            return f"{_subscriptable(base)}_{{{_subscript(indices)}}}"
        case Add(terms=terms):
            return _latex_sum(terms)
        case Neg(arg=arg):
            return f"-{_latex_wrap(arg, _PRODUCT)}"
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
            return f"{_OPERATORS[kind]}_{{{under}}} {_latex_wrap(body, _PRODUCT)}"
        case Deriv(body=body, wrt=wrt):
            return _latex_derivative(body, wrt)
        case Ind(condition=Rel(op="==", left=a, right=b)):
            return rf"\delta_{{{_subscript((a, b))}}}"
        case Ind(condition=condition):
            return rf"\mathbf{{1}}[{_latex(condition)}]"
        case Cases(branches=branches, otherwise=otherwise):
            rows = [rf"{_latex(v)} & \text{{if }} {_latex(c)}" for v, c in branches]
            rows.append(rf"{_latex(otherwise)} & \text{{otherwise}}")
            return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
        case Rel(op=op, left=a, right=b):
            return f"{_latex(a)} {_RELATIONS[op]} {_latex(b)}"
        case Logic(op="not", args=args):
            return rf"\lnot ({_latex(args[0])})"
        case Logic(op=op, args=args):
            joint = r" \land " if op == "and" else r" \lor "
            return joint.join(f"({_latex(a)})" for a in args)
        case Form(name=name, args=args):
            return _latex_form(name, args)
        case _:
            raise AssertionError(f"no LaTeX for {type(node).__name__}")


def _latex_form(name: str, args: tuple[Node, ...]) -> str:
    """Vector and matrix notation as it is printed."""
    match name, args:
        case "transpose", (arg,):
            return rf"{_latex_wrap(arg, _ATOM)}^{{\top}}"
        case "matmul", (a, b):
            return rf"{_latex_wrap(a, _PRODUCT)} \, {_latex_wrap(b, _PRODUCT)}"
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
    held = _ATOM if isinstance(node, Div) and least <= _PRODUCT else _tightness(node)
    return inner if held >= least else _bracketed(inner)


def _latex_sum(terms: tuple[Node, ...]) -> str:
    parts: list[str] = []
    for position, term in enumerate(terms):
        negative = isinstance(term, Neg)
        shown = _latex_wrap(term.arg if isinstance(term, Neg) else term, _PRODUCT)
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
        return f"{_latex_wrap(exponent.num, _PRODUCT)}/{_latex_wrap(exponent.den, _ATOM)}"
    if isinstance(exponent, Neg) and isinstance(exponent.arg, Div):
        return f"-{_raised(exponent.arg)}"
    return _latex(exponent)


def _latex_power(base: Node, exponent: Node) -> str:
    if isinstance(base, Name | Entry | Num) and _tightness(base) == _ATOM:
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
    return rf"\frac{{\partial{order}}}{{{below}}} {_latex_wrap(body, _ATOM)}"
