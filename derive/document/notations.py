"""Notations that stand for longer formulas: expectations, divergences, norms, powers."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.document.heads import name_of_mean
from derive.document.known import key_of
from derive.document.letters import unused
from derive.document.ranks import upright
from derive.show import text
from derive.syntax import (
    ONE,
    Add,
    Call,
    Deriv,
    Div,
    Entry,
    Form,
    Mul,
    Name,
    Neg,
    Node,
    Pow,
    Reduce,
    delta,
    free_names,
    mul,
    num,
)

if TYPE_CHECKING:
    from derive.document.meaning import Meaning


def expectation(meaning: Meaning, node: Form) -> Node:
    """E_{j ~ p}[g_j] = sum_j p_j g_j; <E> where the document says what that is."""
    mean = name_of_mean(node)
    if mean is not None and meaning.scope.named(mean):
        return Name(mean, span=node.span)
    if len(node.args) != 3 or not isinstance(node.args[2], Name):
        raise meaning.fail("an expectation, but over what is not said", node)
    body, weights, index = node.args
    if not isinstance(weights, Name):
        raise meaning.fail("an expectation over what is no named distribution", node)
    meaning.note(f"the expectation is the sum over {text(index)} weighted by {text(weights)}")
    weight = Entry(weights.id, (index,))
    return Reduce("sum", mul(weight, meaning.of(body)), node.args[2].id)


def divergence(meaning: Meaning, node: Form) -> Node:
    """KL(p || q) = sum_j p_j log(p_j / q_j)."""
    names = [a.args[0] if isinstance(a, Form) and a.name == "vec" else a for a in node.args]
    if len(names) != 2 or not all(isinstance(name, Name) for name in names):
        raise meaning.fail("a divergence of what are no named distributions", node)
    taken = free_names(node) | meaning.scope.usage.subscripts
    letter = next(unused("jlmrsuv", taken))
    p, q = (Entry(n.id, (letter,)) for n in names if isinstance(n, Name))
    meaning.note(f"KL({text(names[0])} || {text(names[1])}) is the sum of p log(p/q)")
    return Reduce("sum", mul(p, Call("log", Div(p, q))), letter.id)


def power_of_brackets(meaning: Meaning, node: Form) -> Node:
    """a(1 - p)^2: a product with a power, or a function of 1 - p to that power."""
    head, power, *args = node.args
    applied = meaning.apply(Form("apply", (head, *args), span=node.span))
    factors = applied.factors if isinstance(applied, Mul) else ()
    raised = meaning.of(power)
    if len(args) == 1 and len(factors) == 2 and factors[0] == meaning.of(head):
        return mul(factors[0], Pow(factors[1], raised))
    return Pow(applied, raised)


def negative_power(meaning: Meaning, node: Pow) -> Node | None:
    """S^{-1} = diag(1/s) for S = diag(s), also before brackets; None for powers of numbers.

    Raises FormulaError for the inverse of another matrix, and of a function.
    """
    if not isinstance(node.exponent, Neg):
        return None
    if isinstance(node.base, Form) and node.base.name == "apply" and len(node.base.args) == 2:
        head, arg = node.base.args
        if meaning.scope.function(key_of(head)[0]) is not None:
            raise meaning.fail("the inverse of a function is outside of what is read", node)
        if head != Name("diag"):
            return meaning.of(Mul((replace(node, base=head), arg), span=node.span))
    base = meaning.of(node.base)
    if meaning.ranks.of(base) != 2:
        return None
    known = meaning.scope.meant(key_of(base)) if isinstance(base, Name) else ()
    for body in (base, *(one.body for one in known)):
        if isinstance(body, Form) and body.name == "diag" and node.exponent in (Neg(ONE), num(-1)):
            return Form("diag", (Div(ONE, body.args[0]),), span=node.span)
    raise meaning.fail("the inverse of a matrix is outside of what is read", node)


def transpose_of_brackets(meaning: Meaning, node: Form) -> Node:
    """f(x)^T of a function, delta (a)^T of a vector."""
    head, *args = node.args
    name, _ = key_of(head.args[0] if isinstance(head, Form) and head.name == "vec" else head)
    if meaning.scope.function(name) is None and len(args) == 1 and meaning.ranks.of(head):
        turned = Form("transpose", (args[0],), span=args[0].span)
        return meaning.of(Mul((head, turned), span=node.span))
    return Form("transpose", (meaning.apply(Form("apply", node.args, span=node.span)),))


def trace(meaning: Meaning, node: Node) -> Node:
    """tr A = sum_i A_ii."""
    inside = meaning.of(node)
    if meaning.ranks.of(inside) != 2:
        raise meaning.fail("a trace of what is no matrix, as far as the document says", node)
    taken = free_names(inside) | meaning.scope.usage.subscripts
    letter = next(unused("imrsuv", taken))
    return Reduce("sum", Form("at", (inside, letter, letter)), letter.id)


def inner(meaning: Meaning, node: Form) -> Node:
    a, b = map(meaning.of, node.args)
    return Form("matmul", (Form("transpose", (a,)), b))


def entrywise(meaning: Meaning, node: Form) -> Node:
    return mul(*map(meaning.of, node.args))


def square_norm(meaning: Meaning, node: Form) -> Node:
    """|x|^2 = x.T @ x."""
    inside = meaning.of(node.args[0])
    if meaning.ranks.of(inside) == 2:
        return square_of_matrix(meaning, node)
    return Form("matmul", (Form("transpose", (inside,)), inside))


def square_of_matrix(meaning: Meaning, node: Form) -> Node:
    """|W|_F^2 = sum_ij W_ij^2."""
    inside = meaning.of(node.args[0])
    if meaning.ranks.of(inside) == 1:
        return square_norm(meaning, node)
    taken = free_names(inside) | meaning.scope.usage.subscripts | meaning.scope.usage.ranges
    row, column = itertools.islice(unused("ijrsuv", taken), 2)
    entry: Node = Form("at", (inside, row, column))
    if isinstance(inside, Name):
        entry = Entry(inside.id, (row, column))
    return Reduce("sum", Reduce("sum", Pow(entry, num(2)), column.id), row.id)


def log_base(meaning: Meaning, node: Form) -> Node:
    """log_b x = log x / log b."""
    base, arg = map(meaning.of, node.args)
    return Div(Call("log", arg), Call("log", base))


def difference(meaning: Meaning, args: tuple[Node, ...]) -> Node | None:
    """delta(i - k), 1 where the difference of two indices is 0; None for anything else."""
    match args:
        case (Add(terms=(Name() as a, Neg(arg=Name() as b))),):
            if {a.id, b.id} <= meaning.scope.usage.subscripts and not meaning.scope.named("delta"):
                return delta(a, b)
    return None


def derivative(meaning: Meaning, node: Deriv, inside: Node) -> Node:
    """d L/d z^T, a row; d p/d z^T and d^2 L/(d z d z^T), the same as without the T.

    Raises FormulaError where it is by what is no variable.
    """
    assert isinstance(inside, Deriv)
    wrt = tuple(map(upright, inside.wrt))
    for variable in wrt:
        row = isinstance(variable, Form) and variable.name == "at"
        if not isinstance(variable, Name | Entry) and not row:
            raise meaning.fail("a derivative by what is no variable here", node)
    found = replace(inside, wrt=wrt)
    turned = wrt != inside.wrt and meaning.ranks.of(found) == 1
    return Form("transpose", (found,), span=node.span) if turned else found


def other_condition(meaning: Meaning, node: Form) -> Node:
    """P(x | c) beside P(c | x): not told apart by letters. Raises FormulaError."""
    name = text(node.args[0])
    hint = f"give the other function a name of its own, as in a_c = log {name}(c)"
    raise meaning.fail(f"{name} with another condition is another function", node, hint)
