"""Signs that the form of a tree alone shows, before any normal form: exp(u) + sqrt(v) > 0."""

from __future__ import annotations

from derive.problem import Problem, is_whole
from derive.syntax import (
    Add,
    Call,
    Cases,
    Div,
    Entry,
    Ind,
    Logic,
    Mul,
    Name,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    children,
    free_names,
    rational,
    substitute,
)

_POSITIVE_KINDS = frozenset({"positive", "unit", "integer"})
_NONNEGATIVE_KINDS = frozenset({"bit", "simplex"})


def plainly_positive(problem: Problem, node: Node) -> bool:
    """Whether the tree is > 0 wherever it has a value, as its form shows; False is no answer."""
    match node:
        case Num(value=value):
            return value > 0
        case Call(function="exp" | "sigma" | "softplus"):
            return True
        case Call(function="sqrt", arg=arg):
            return plainly_positive(problem, arg)
        case Entry(base=name) | Name(id=name) if name in problem.definitions:
            return plainly_positive(problem, problem.definitions[name].body)
        case Entry(base=name) | Name(id=name) if name in problem.symbols:
            return problem.symbols[name].kind in _POSITIVE_KINDS
        case Name(id=name):
            return name in problem.sizes
        case Reduce(kind="sum" | "prod", body=body, where=where):
            # A sum over a part of a range may have no terms.
            some = where is None or node.kind == "prod" or _holds_somewhere(where, node.index)
            return some and plainly_positive(problem, body)
        case Add(terms=terms):
            some = any(plainly_positive(problem, term) for term in terms)
            return some and all(plainly_nonnegative(problem, term) for term in terms)
        case Mul() | Div():
            return all(plainly_positive(problem, part) for part in children(node))
        case Pow(base=base, exponent=exponent):
            # A real power has a value only where the base is positive.
            real = rational(exponent) is None and not is_whole(problem, exponent)
            return real or plainly_positive(problem, base)
        case Cases(branches=branches, otherwise=otherwise):
            values = (otherwise, *(value for value, _ in branches))
            return all(plainly_positive(problem, value) for value in values)
    return False


def _holds_somewhere(where: Node, index: str) -> bool:
    """Whether the condition holds for one index at least: j >= k where j is k."""

    def reflexive(part: Node) -> bool:
        if not isinstance(part, Rel) or part.op not in ("==", "<=", ">="):
            return False
        return part.left == part.right

    parts = where.args if isinstance(where, Logic) and where.op == "and" else (where,)
    others = free_names(where) - {index}
    placed = ([substitute(p, {index: Name(other)}) for p in parts] for other in others)
    return any(all(map(reflexive, there)) for there in placed)


def plainly_nonnegative(problem: Problem, node: Node) -> bool:
    """Whether the tree is >= 0 wherever it has a value, as its form shows; False is no answer."""
    match node:
        case Num(value=value):
            return value >= 0
        case Ind() | Call(function="abs" | "sqrt"):
            return True
        case Entry(base=name) | Name(id=name) if name in problem.definitions:
            return plainly_nonnegative(problem, problem.definitions[name].body)
        case Entry(base=name) | Name(id=name) if name in problem.symbols:
            kinds = _POSITIVE_KINDS | _NONNEGATIVE_KINDS
            return problem.symbols[name].kind in kinds
        case Reduce(kind="sum" | "prod", body=body):
            return plainly_nonnegative(problem, body)
        case Add() | Mul() | Div():
            return all(plainly_nonnegative(problem, part) for part in children(node))
        case Pow(base=base, exponent=exponent):
            power = rational(exponent)
            even = power is not None and power.denominator == 1 and power.numerator % 2 == 0
            return even or plainly_nonnegative(problem, base)
    return plainly_positive(problem, node)
