"""The meaning of a tree, slow and obvious: loops for sums, jets for derivatives.

To differentiate by f[k] is to add a fresh infinitesimal to the entry f[k] and read off its
coefficient; a second derivative uses a second infinitesimal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic

from derive.budget import Budget, current
from derive.errors import OutOfFragment
from derive.problem import Definition, Problem, is_whole
from derive.syntax import (
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Entry,
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
    add,
    rational,
    substitute,
)
from derive.witness.arithmetic import (
    Arithmetic,
    ByConvention,
    OutsidePremises,
    Undefined,
    Unsupported,
    V,
)
from derive.witness.corners import Step, Turning, beside
from derive.witness.jets import Jet, Jets

_INDEX_RELATIONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
# Exponents that are looked for among whole numbers: those of the small sizes and numbers drawn.
_EXPONENTS: tuple[int, ...] = (*range(13), *range(-1, -13, -1))


@dataclass(frozen=True)
class Point(Generic[V]):
    """Where a claim is evaluated: sizes, free indices, labels and the numbers of each symbol."""

    sizes: Mapping[str, int]
    indices: Mapping[str, int]
    labels: Mapping[tuple[str, tuple[int, ...]], int]
    numbers: Mapping[tuple[str, tuple[int, ...]], V]


_Place = tuple[str, tuple[int, ...]]


@dataclass
class Evaluator(Generic[V]):
    """The value of trees of `problem` at one point, in one arithmetic."""

    problem: Problem
    arithmetic: Arithmetic[V]
    point: Point[V]
    _active: tuple[tuple[int, _Place], ...] = ()
    _memo: dict[tuple[object, ...], Jet[V]] = field(default_factory=dict)
    _step: Step | None = None
    jets: Jets[V] = field(init=False)
    _budget: Budget = field(default_factory=current)

    def __post_init__(self) -> None:
        self.jets = Jets(self.arithmetic)

    def value(self, node: Node) -> V:
        """The number that the tree stands for. Raises Undefined, Unsupported, OutOfBudget."""
        jet = self._jet(node, dict(self.point.indices))
        return jet.get(0, self.arithmetic.const(Fraction(0)))

    def holds(self, condition: Node) -> bool:
        """Whether a condition on indices and sizes is true at the point."""
        return self._holds(condition, dict(self.point.indices))

    # Trees to jets.

    def _jet(self, node: Node, env: dict[str, int]) -> Jet[V]:
        self._budget.spend()
        return _EVALUATE[type(node)](self, node, env)

    def _num(self, node: Num, env: dict[str, int]) -> Jet[V]:
        return self.jets.constant(node.value)

    def _name(self, node: Name, env: dict[str, int]) -> Jet[V]:
        if node.id in env:
            return self.jets.constant(env[node.id])
        if node.id in self.point.sizes and node.id not in self.problem.symbols:
            return self.jets.constant(self.point.sizes[node.id])
        return self._place((node.id, ()))

    def _entry(self, node: Entry, env: dict[str, int]) -> Jet[V]:
        return self._place((node.base, tuple(self._index(i, env) for i in node.indices)))

    def _index(self, node: Node, env: dict[str, int]) -> int:
        match node:
            case Name(id=name) if name in env:
                return env[name]
            case Num(value=value):
                return int(value)
            case Entry(base=base, indices=indices):
                return self.point.labels[base, tuple(self._index(i, env) for i in indices)]
            case _:
                raise OutOfFragment("an index that is no index")

    def _place(self, place: _Place) -> Jet[V]:
        """The entry's number, plus an infinitesimal for every derivative under way by it."""
        definition = self.problem.definitions.get(place[0])
        if definition is None:
            jet = self._given(place)
        else:
            key = (place, self._active)
            known = self._memo.get(key)
            if known is None:
                known = self._memo[key] = self._defined(definition, place[1])
            jet = known
        for mask, target in self._active:
            if target == place:
                jet = self.jets.sum(jet, {mask: self.arithmetic.const(Fraction(1))})
        return jet

    def _defined(self, definition: Definition, at: tuple[int, ...]) -> Jet[V]:
        """The definition's body there. Raises OutsidePremises where it has no value itself."""
        env = {**self.point.indices, **dict(zip(definition.params, at, strict=True))}
        try:
            return self._jet(definition.body, env)
        except Undefined as error:
            before, self._active = self._active, ()
            try:
                # The value may exist where a derivative of it does not.
                self._jet(definition.body, env)
            except Undefined:
                raise OutsidePremises(str(error)) from None
            finally:
                self._active = before
            raise

    def _given(self, place: _Place) -> Jet[V]:
        try:
            number = self.point.numbers[place]
        except KeyError:
            # A literal index beyond the size: the entry does not exist at this point.
            raise Undefined(f"{place[0]} has no entry {place[1]}") from None
        return {} if self.arithmetic.is_zero(number) else {0: number}

    def _add(self, node: Add, env: dict[str, int]) -> Jet[V]:
        total: Jet[V] = {}
        for term in node.terms:
            total = self.jets.sum(total, self._jet(term, env))
        return total

    def _mul(self, node: Mul, env: dict[str, int]) -> Jet[V]:
        # Every factor is evaluated, so that 0 * (1/0) is undefined and not 0.
        jets = [self._jet(factor, env) for factor in node.factors]
        product = jets[0]
        for jet in jets[1:]:
            product = self.jets.product(product, jet)
        return product

    def _neg(self, node: Neg, env: dict[str, int]) -> Jet[V]:
        return self.jets.scaled(self._jet(node.arg, env), Fraction(-1))

    def _div(self, node: Div, env: dict[str, int]) -> Jet[V]:
        top, bottom = self._jet(node.num, env), self._jet(node.den, env)
        return self.jets.product(top, self.jets.integer_power(bottom, -1))

    def _pow(self, node: Pow, env: dict[str, int]) -> Jet[V]:
        base = self._jet(node.base, env)
        exponent = rational(node.exponent)
        if exponent is not None and exponent.denominator == 1:
            return self.jets.integer_power(base, exponent.numerator)
        if exponent is not None:
            return self.jets.real_power(base, exponent)
        power = self._jet(node.exponent, env)
        whole = is_whole(self.problem, node.exponent)
        if whole and not any(power) and (count := self._counted(power)) is not None:
            return self.jets.integer_power(base, count)
        try:
            return self.jets.exp(self.jets.product(power, self.jets.log(base)))
        except Undefined:
            if whole or self._counted(power) is not None:
                # A real exponent that happens to be whole: some give it a value here.
                raise Unsupported("a whole power of a number that is not positive") from None
            if self.arithmetic.is_zero(base.get(0, self.arithmetic.const(Fraction(0)))):
                raise ByConvention from None
            raise

    def _counted(self, whole: Jet[V]) -> int | None:
        """The whole number that an exponent is, if it is a small one."""
        value = whole.get(0, self.arithmetic.const(Fraction(0)))
        for count in _EXPONENTS:
            minus = self.arithmetic.const(Fraction(-count))
            if self.arithmetic.is_zero(self.arithmetic.add(value, minus)):
                return count
        return None

    def _call(self, node: Call, env: dict[str, int]) -> Jet[V]:
        if node.function == "abs":
            number = Add(tuple(_uncancelled(node.arg, env)))
            jet = self._add(number, env)
            return self.jets.scaled(jet, Fraction(self._sign(jet, number, env)))
        try:
            function = _FUNCTIONS[node.function]
        except KeyError:
            raise OutOfFragment(f"{node.function} is outside of what can be decided") from None
        return function(self.jets, self._jet(node.arg, env))

    def _reduce(self, node: Reduce, env: dict[str, int]) -> Jet[V]:
        if node.kind == "max":
            raise OutOfFragment("max is outside of what can be decided")
        total = {} if node.kind == "sum" else self.jets.constant(1)
        combine = self.jets.sum if node.kind == "sum" else self.jets.product
        inner = dict(env)
        for place in range(1, self.point.sizes[node.over] + 1):
            inner[node.index] = place
            if node.where is None or self._holds(node.where, inner):
                total = combine(total, self._jet(node.body, inner))
        return total

    def _deriv(self, node: Deriv, env: dict[str, int]) -> Jet[V]:
        if self._step is not None:
            raise Unsupported("a slope of slopes where a condition turns")
        before, wanted = self._active, 0
        for variable in node.wrt:
            mask = 1 << len(self._active)
            wanted |= mask
            self._active = (*self._active, (mask, self._target(variable, env)))
        try:
            jet = self._jet(node.body, env)
        except Turning:
            if before:
                raise
            if len({place for _, place in self._active}) > 1:
                raise Unsupported("a corner in several variables") from None
            jet = beside(self.jets, lambda step: self._along(step, node.body, env))
        finally:
            self._active = before
        return self.jets.derivative(jet, wanted)

    def _along(self, step: Step | None, body: Node, env: dict[str, int]) -> Jet[V]:
        """The body's jet along a step; with None its value in the point."""
        before = self._active, self._memo
        self._step, self._memo = step, {}
        if step is None:
            self._active = ()
        try:
            return self._jet(body, env)
        finally:
            self._step = None
            self._active, self._memo = before

    def _target(self, variable: Node, env: dict[str, int]) -> _Place:
        if isinstance(variable, Entry):
            return variable.base, tuple(self._index(i, env) for i in variable.indices)
        if isinstance(variable, Name):
            return variable.id, ()
        raise OutOfFragment("differentiation by something that is no entry")

    def _ind(self, node: Ind, env: dict[str, int]) -> Jet[V]:
        return self.jets.constant(1 if self._holds(node.condition, env) else 0)

    def _cases(self, node: Cases, env: dict[str, int]) -> Jet[V]:
        for value, condition in node.branches:
            if self._holds(condition, env):
                return self._jet(value, env)
        return self._jet(node.otherwise, env)

    def _holds(self, node: Node, env: dict[str, int]) -> bool:
        self._budget.spend()
        match node:
            case Logic(op="not", args=args):
                return not self._holds(args[0], env)
            case Logic(op=op, args=args):
                return (all if op == "and" else any)(self._holds(a, env) for a in args)
            case Rel(op=op, left=left, right=right):
                a, b = self._whole(left, env), self._whole(right, env)
                if a is None or b is None:
                    return self._compare(op, left, right, env)
                return _INDEX_RELATIONS[op](a, b)
            case _:
                raise OutOfFragment("a condition that is no relation")

    def _compare(self, op: str, left: Node, right: Node, env: dict[str, int]) -> bool:
        """A condition on numbers: decided by the sign of the difference."""
        difference = Add(tuple(_uncancelled(add(left, Neg(right)), env)))
        sign = self._sign(self._add(difference, env), difference, env)
        return _INDEX_RELATIONS[op](Fraction(sign), Fraction(0))

    def _sign(self, jet: Jet[V], node: Node, env: dict[str, int]) -> int:
        """The sign of a number; of one that moves through 0, its sign after the step."""
        zero = self.arithmetic.const(Fraction(0))
        sign = self.arithmetic.sign(jet.get(0, zero))
        if sign or not any(jet):
            return sign
        if self._step is None:
            raise Turning
        speed = self.arithmetic.sign(jet.get(self._active[0][0], zero))
        if speed:
            return speed * self._step.side
        return self._step.sign_of(_at(node, env))

    def _whole(self, node: Node, env: dict[str, int]) -> Fraction | None:
        """The value of an index, a size or a whole number; None for anything else."""
        match node:
            case Num(value=value):
                return value
            case Name(id=name) if name in env:
                return Fraction(env[name])
            case Name(id=name) if name in self.point.sizes:
                return Fraction(self.point.sizes[name])
            case Entry(base=base) if base in self.problem.label_range:
                return Fraction(self._index(node, env))
            case _:
                return None


def _at(node: Node, env: Mapping[str, int]) -> Node:
    """The tree with numbers for its indices."""
    return substitute(node, {index: Num(Fraction(at)) for index, at in env.items()})


def _uncancelled(node: Node, env: Mapping[str, int]) -> list[Node]:
    """The terms of a sum less those that are another's negative: f[k] - f[l] where k is l."""
    kept: list[tuple[Node, Node, bool]] = []
    for term, negative in _terms(node, False):
        there = _at(term, env)
        opposite = next((k for k in kept if k[1] == there and k[2] != negative), None)
        if opposite is None:
            kept.append((term, there, negative))
        else:
            kept.remove(opposite)
    return [Neg(term) if negative else term for term, _, negative in kept]


def _terms(node: Node, negative: bool) -> Iterator[tuple[Node, bool]]:
    """The terms of a sum in sums, each with whether it is taken away."""
    match node:
        case Add(terms=terms):
            for term in terms:
                yield from _terms(term, negative)
        case Neg(arg=arg):
            yield from _terms(arg, not negative)
        case _:
            yield node, negative


_FUNCTIONS: Mapping[str, Callable[..., Jet[V]]] = {
    "exp": Jets.exp,
    "log": Jets.log,
    "sqrt": Jets.sqrt,
    "tanh": Jets.tanh,
    "sigma": Jets.sigma,
    "softplus": Jets.softplus,
}
_EVALUATE: Mapping[type[Node], Callable[..., Jet[V]]] = {
    Num: Evaluator._num,
    Name: Evaluator._name,
    Entry: Evaluator._entry,
    Add: Evaluator._add,
    Mul: Evaluator._mul,
    Neg: Evaluator._neg,
    Div: Evaluator._div,
    Pow: Evaluator._pow,
    Call: Evaluator._call,
    Reduce: Evaluator._reduce,
    Deriv: Evaluator._deriv,
    Ind: Evaluator._ind,
    Cases: Evaluator._cases,
}
