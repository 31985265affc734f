"""Primes that are transposes: X'X, x (p - y)', where no prime of the document is a derivative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.read.latex import Chain
from derive.syntax import Form, Mul, Name, Node, children, transform, walk

_PRIME = "_prime"


def primes_transpose(chains: Sequence[Chain]) -> bool:
    """Whether every prime stands in a product, and one on a matrix, on brackets, or beside itself.

    f' alone, f'(x) and (f/g)' are derivatives, and p' = 1 - p is another p.
    """
    trees = [tree for chain in chains for tree in (*chain.members, *chain.conditions)]
    parts = [part for tree in trees for part in walk(tree)]
    primed = sum(_is_primed(part) for part in parts)
    products = [tuple(_factors(part)) for part in parts]
    within = sum(_is_primed(factor) for factors in products for factor in factors)
    # A bold letter is seen twice: as it stands, and as the name in it.
    bold = sum(isinstance(part, Form) and part.name == "vec" and _is_primed(part) for part in parts)
    return 0 < primed - bold == within and any(map(_transposes, products))


def with_transposes(chain: Chain) -> Chain:
    """The chain with x^T for x'."""
    members = tuple(transform(member, _turned) for member in chain.members)
    others = tuple(map(with_transposes, chain.alternatives))
    return replace(chain, members=members, alternatives=others)


def _factors(node: Node) -> Iterator[Node]:
    """The factors of a product; x (p - y)' may be a call of x, and is none."""
    if isinstance(node, Mul):
        yield from node.factors
    elif isinstance(node, Form) and node.name == "prime" and _is_call(node):
        yield node


def _is_call(node: Form) -> bool:
    (inner, *rest) = node.args
    return isinstance(inner, Form) and inner.name == "apply" and len(inner.args) == 2 and not rest


def _is_primed(node: Node) -> bool:
    if isinstance(node, Form) and node.name == "vec":
        return _is_primed(node.args[0])
    return (isinstance(node, Name) and node.id.endswith(_PRIME)) or (
        isinstance(node, Form) and node.name == "prime"
    )


def _transposes(factors: Sequence[Node]) -> bool:
    """Whether a product can only be meant so: X'y, (p - y)'x, x x'."""
    if any(isinstance(f, Form) and f.name == "prime" for f in factors):
        return True
    names = [_name(factor) for factor in factors]
    return any(
        (a.endswith(_PRIME) and (a[0].isupper() or bool(b)) and _is_matrix_or_twin(a, b))
        or (b.endswith(_PRIME) and _is_matrix_or_twin(b, a))
        for a, b in pairwise(names)
    )


def _is_matrix_or_twin(primed: str, other: str) -> bool:
    stem = primed.removesuffix(_PRIME)
    return other == stem or (len(stem) == 1 and stem.isupper())


def _name(factor: Node) -> str:
    inner = children(factor)[0] if isinstance(factor, Form) and factor.name == "vec" else factor
    return inner.id if isinstance(inner, Name) else ""


def _turned(part: Node) -> Node | None:
    if isinstance(part, Form) and part.name == "prime" and _is_call(part):
        return Form("apply_transpose", children(part.args[0]), span=part.span)
    if isinstance(part, Form) and part.name == "prime":
        return Form("transpose", part.args, span=part.span)
    if isinstance(part, Name) and part.id.endswith(_PRIME):
        plain = Name(part.id.removesuffix(_PRIME), span=part.span)
        return Form("transpose", (plain,), span=part.span)
    return None
