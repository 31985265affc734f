"""The formulas of a loss that are compiled: value, gradient, Hessian, Hessian times vector."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.catalogue import Loss
from derive.decide import pose
from derive.problem import Problem, instantiate
from derive.syntax import (
    Deriv,
    Entry,
    Name,
    Node,
    Reduce,
    children,
    free_names,
    fresh,
    mul,
    substitute,
)
from numeric.contract import own_block, summed
from numeric.inputs import Signature, signature
from numeric.names import Names, all_names, head


@dataclass(frozen=True)
class Formula:
    """A formula over its axes, (index, size) each, in the problem that says what its names mean.

    `stated` is the formula as the loss states it, where `node` is worked out for compiling.
    `labels` are the indices that are data; `extra` are arrays like the logits that occur in it.
    """

    name: str
    node: Node
    stated: Node
    axes: tuple[tuple[str, str], ...]
    problem: Problem
    labels: frozenset[str]
    extra: tuple[str, ...] = ()


class Formulas:
    """What a loss states, read once and only as far as it is needed."""

    def __init__(self, loss: Loss) -> None:
        self._loss = loss

    @functools.cached_property
    def first(self) -> Problem:
        """d(L, f[k]) == gradient."""
        return pose(self._loss.claim(1), given=self._loss.given, declare=self._loss.declare)

    @functools.cached_property
    def second(self) -> Problem:
        """d(L, f[k], f[l]) == hessian."""
        return pose(self._loss.claim(2), given=self._loss.given, declare=self._loss.declare)

    @functools.cached_property
    def call(self) -> Signature:
        """What the compiled functions take."""
        (logits,) = _derivative(self.first).wrt
        return signature(self.first, head(logits), _letters(self.first))

    @functools.cached_property
    def loss(self) -> Formula:
        """The value, its definition put in."""
        value = _derivative(self.first).body
        definition = self.first.definitions.get(head(value))
        node = value if definition is None else instantiate(definition, children(value))
        return _formula("loss", node, self.first)

    @functools.cached_property
    def gradient(self) -> Formula:
        """The first derivative, over the axes of the logits."""
        return _formula("gradient", self.first.right, self.first, *_derivative(self.first).wrt)

    @functools.cached_property
    def hessian(self) -> Formula:
        """The second derivative, over the logits' axes and then the classes once more.

        Samples that do not interact give a block each: (N, C, C), not (N, C, N, C).
        """
        row, column = _derivative(self.second).wrt
        node = self.second.right
        for index, other in _pairs(row, column):
            block = own_block(node, index, other)
            if block is not None:
                node = substitute(block, {other: Name(index)})
                column = substitute(column, {other: Name(index)})
        return _formula("hessian", node, self.second, row, column)

    @functools.cached_property
    def hvp(self) -> Formula:
        """sum(d(L, f[k], f[l])*v[l], l), the sum taken term by term."""
        row, column = _derivative(self.second).wrt
        vector = Names(all_names(self.second)).fresh("v")
        entry = Entry(vector, children(column)) if children(column) else Name(vector)
        node = stated = mul(self.second.right, entry)
        for index, size in _axes(self.second, column):
            bound = fresh(index)
            node = summed(node, index, size)
            stated = Reduce("sum", substitute(stated, {index: Name(bound)}), bound, over=size)
        formula = _formula("hvp", node, self.second, row)
        return replace(formula, stated=stated, extra=(vector,))


def _derivative(problem: Problem) -> Deriv:
    assert isinstance(problem.left, Deriv)
    return problem.left


def _letters(problem: Problem) -> frozenset[str]:
    """The indices of the derivative: those that run over an axis, where the others are labels."""
    entries = (entry for entry in _derivative(problem).wrt if isinstance(entry, Entry))
    return frozenset[str]().union(*map(free_names, entries))


def _axes(problem: Problem, *entries: Node) -> Iterator[tuple[str, str]]:
    for entry in entries:
        for index in children(entry):
            assert isinstance(index, Name)
            yield index.id, problem.indices[index.id]


def _pairs(row: Node, column: Node) -> Iterator[tuple[str, str]]:
    """The sample indices of two entries of the logits, position by position."""
    for index, other in zip(children(row)[:-1], children(column)[:-1], strict=True):
        assert isinstance(index, Name)
        assert isinstance(other, Name)
        if index != other:
            yield index.id, other.id


def _formula(name: str, node: Node, problem: Problem, *entries: Node) -> Formula:
    axes = tuple(dict.fromkeys(_axes(problem, *entries)))
    labels = frozenset(problem.indices) - _letters(problem)
    return Formula(name, node, node, axes, problem, labels)
