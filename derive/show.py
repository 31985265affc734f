"""Trees as formula text, which reads back to the same tree."""

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
OR, AND, NOT, REL, SUM, PRODUCT, POWER, ATOM = range(1, 9)


def tightness(node: Node) -> int:
    """How tightly the node holds together when printed, from OR to ATOM."""
    match node:
        case Logic(op=op):
            return {"or": OR, "and": AND, "not": NOT}[op]
        case Rel():
            return REL
        case Add() | Neg():
            return SUM
        case Mul() | Div() | Form(name="matmul"):
            return PRODUCT
        case Pow():
            return POWER
        case Num(value=value):
            if value < 0:
                return SUM
            return ATOM if value.denominator == 1 or decimal(value) else PRODUCT
        case _:
            return ATOM


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
            return decimal(value) or str(value)
        case Name(id=name):
            return written(name)
        case Entry(base=base, indices=indices):
            return f"{base}[{_listed(indices)}]"
        case Add(terms=terms):
            return _signed_sum(terms)
        case Neg(arg=arg):
            return f"-{_wrap(arg, PRODUCT)}"
        case Mul(factors=factors):
            return _product(factors)
        case Div(num=top, den=bottom):
            return f"{_wrap(top, PRODUCT)}/{_wrap(bottom, POWER)}"
        case Pow(base=base, exponent=exponent):
            return f"{_wrap(base, ATOM)}**{_wrap(exponent, POWER)}"
        case Call(function=function, arg=arg):
            return f"{function}({_text(arg)})"
        case Reduce():
            return _reduction(node)
        case Deriv(body=body, wrt=wrt):
            return f"d({_text(body)}, {_listed(wrt)})"
        case Ind(condition=condition):
            return _indicator(condition)
        case Cases(branches=branches, otherwise=otherwise):
            pairs = "".join(f"{_text(v)}, {_text(c)}, " for v, c in branches)
            return f"cases({pairs}{_text(otherwise)})"
        case Form(name=name, args=args):
            return _form(name, args)
        case Rel(op=op, left=a, right=b):
            return f"{_wrap(a, SUM)} {op} {_wrap(b, SUM)}"
        case Logic(op="not", args=args):
            return f"not {_wrap(args[0], NOT)}"
        case Logic(op=op, args=args):
            return f" {op} ".join(_wrap(a, tightness(node) + 1) for a in args)
        case _:
            raise AssertionError(f"no text for {type(node).__name__}")


def _product(factors: tuple[Node, ...]) -> str:
    first, *rest = factors
    least = POWER if isinstance(first, Mul) else PRODUCT
    return "*".join([_wrap(first, least), *(_wrap(f, POWER) for f in rest)])


def _reduction(node: Reduce) -> str:
    """A sum over j; where nothing of it says which dimension, the range stands with the index."""
    tail = "" if node.where is None else f", {_text(node.where)}"
    tells = not node.over or node.index in free_names(node.body)
    index = written(node.index)
    bound = index if tells else f"({index}, 1, {node.over})"
    return f"{node.kind}({_text(node.body)}, {bound}{tail})"


def _indicator(condition: Node) -> str:
    match condition:
        case Rel(op="==", left=a, right=b) if _subscripts(a) and _subscripts(b):
            return f"delta({_text(a)}, {_text(b)})"
    return f"ind({_text(condition)})"


def _form(name: str, args: tuple[Node, ...]) -> str:
    """Vector and matrix notation."""
    match name, args:
        case "transpose", (arg,):
            return f"{_wrap(arg, ATOM)}.T"
        case "matmul", (a, b):
            return f"{_wrap(a, POWER)} @ {_wrap(b, POWER)}"
        case "at", (Name(id=row), *indices):
            # A row of a matrix, and no entry.
            return f"({row})[{_listed(tuple(indices))}]"
        case "at", (body, *indices):
            return f"{_wrap(body, ATOM)}[{_listed(tuple(indices))}]"
    return f"{name}({_listed(args)})"


def _subscripts(node: Node) -> bool:
    """Whether the node can be written as an index."""
    if isinstance(node, Num):
        return node.value.denominator == 1 and 0 <= node.value <= MAX_LITERAL
    return isinstance(node, Name | Entry)


def _wrap(node: Node, least: int) -> str:
    inner = _text(node)
    return inner if tightness(node) >= least else f"({inner})"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(_text, nodes))


def _signed_sum(terms: tuple[Node, ...]) -> str:
    parts: list[str] = []
    for position, term in enumerate(terms):
        negative = isinstance(term, Neg)
        shown = _wrap(term.arg if isinstance(term, Neg) else term, PRODUCT)
        if position == 0:
            parts.append(f"-{shown}" if negative else shown)
        else:
            parts.append(f" - {shown}" if negative else f" + {shown}")
    return "".join(parts)


def decimal(value: Fraction) -> str:
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
