"""The meaning of a tree, slow and obvious: loops for sums, nilpotent jets for derivatives.

A jet is a polynomial in infinitesimals e_1, e_2, ... with e_i^2 = 0, held as {mask: number}: bit i
of the mask says whether e_i is a factor. To differentiate by f[k] is to add a fresh e to the entry
f[k] and read off its coefficient; a second derivative uses a second e.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic

from derive.errors import OutOfBudget, OutOfFragment
from derive.scope import Problem
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
)
from derive.witness.arithmetic import Arithmetic, Undefined, Unsupported, V

MAX_STEPS = 400_000
_INDEX_RELATIONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True)
class Point(Generic[V]):
    """Where a claim is evaluated: sizes, free indices, labels and the numbers of each symbol."""

    sizes: Mapping[str, int]
    indices: Mapping[str, int]
    labels: Mapping[tuple[str, tuple[int, ...]], int]
    numbers: Mapping[tuple[str, tuple[int, ...]], V]


_Jet = dict[int, V]
_Place = tuple[str, tuple[int, ...]]


@dataclass
class Evaluator(Generic[V]):
    """The value of trees of `problem` at one point, in one arithmetic."""

    problem: Problem
    arithmetic: Arithmetic[V]
    point: Point[V]
    steps: int = 0
    _active: tuple[tuple[int, _Place], ...] = ()
    _memo: dict[tuple[object, ...], _Jet[V]] = field(default_factory=dict)

    def value(self, node: Node) -> V:
        """The number that the tree stands for. Raises Undefined, Unsupported, OutOfBudget."""
        jet = self._jet(node, dict(self.point.indices))
        return jet.get(0, self.arithmetic.const(Fraction(0)))

    def holds(self, condition: Node) -> bool:
        """Whether a condition on indices and sizes is true at the point."""
        return self._holds(condition, dict(self.point.indices))

    # Trees to jets.

    def _jet(self, node: Node, env: dict[str, int]) -> _Jet[V]:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfBudget("too many evaluation steps")
        return _EVALUATE[type(node)](self, node, env)

    def _num(self, node: Num, env: dict[str, int]) -> _Jet[V]:
        return self._constant(node.value)

    def _constant(self, value: Fraction | int) -> _Jet[V]:
        return {0: self.arithmetic.const(Fraction(value))} if value else {}

    def _name(self, node: Name, env: dict[str, int]) -> _Jet[V]:
        if node.id in env:
            return self._constant(env[node.id])
        if node.id in self.point.sizes and node.id not in self.problem.symbols:
            return self._constant(self.point.sizes[node.id])
        return self._place((node.id, ()))

    def _entry(self, node: Entry, env: dict[str, int]) -> _Jet[V]:
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

    def _place(self, place: _Place) -> _Jet[V]:
        """The entry's number, plus an infinitesimal for every derivative under way by it."""
        definition = self.problem.definitions.get(place[0])
        if definition is None:
            jet = self._given(place)
        else:
            key = (place, self._active)
            known = self._memo.get(key)
            if known is None:
                inner = dict(self.point.indices)
                inner.update(zip(definition.params, place[1], strict=True))
                known = self._memo[key] = self._jet(definition.body, inner)
            jet = known
        for mask, target in self._active:
            if target == place:
                jet = self._sum(jet, {mask: self.arithmetic.const(Fraction(1))})
        return jet

    def _given(self, place: _Place) -> _Jet[V]:
        try:
            number = self.point.numbers[place]
        except KeyError:
            # A literal index beyond the size: the entry does not exist at this point.
            raise Undefined(f"{place[0]} has no entry {place[1]}") from None
        return {} if self.arithmetic.is_zero(number) else {0: number}

    def _add(self, node: Add, env: dict[str, int]) -> _Jet[V]:
        total: _Jet[V] = {}
        for term in node.terms:
            total = self._sum(total, self._jet(term, env))
        return total

    def _mul(self, node: Mul, env: dict[str, int]) -> _Jet[V]:
        # Every factor is evaluated, so that 0 * (1/0) is undefined and not 0.
        jets = [self._jet(factor, env) for factor in node.factors]
        product = jets[0]
        for jet in jets[1:]:
            product = self._product(product, jet)
        return product

    def _neg(self, node: Neg, env: dict[str, int]) -> _Jet[V]:
        return self._scaled(self._jet(node.arg, env), Fraction(-1))

    def _div(self, node: Div, env: dict[str, int]) -> _Jet[V]:
        top, bottom = self._jet(node.num, env), self._jet(node.den, env)
        return self._product(top, self._integer_power(bottom, -1))

    def _pow(self, node: Pow, env: dict[str, int]) -> _Jet[V]:
        base = self._jet(node.base, env)
        exponent = _constant_value(node.exponent)
        if exponent is not None and exponent.denominator == 1:
            return self._integer_power(base, exponent.numerator)
        if exponent is not None:
            return self._real_power(base, exponent)
        return self._exp(self._product(self._jet(node.exponent, env), self._log(base)))

    def _call(self, node: Call, env: dict[str, int]) -> _Jet[V]:
        try:
            function = _FUNCTIONS[node.function]
        except KeyError:
            raise OutOfFragment(f"{node.function} is outside of what can be decided") from None
        return function(self, self._jet(node.arg, env))

    def _reduce(self, node: Reduce, env: dict[str, int]) -> _Jet[V]:
        if node.kind == "max":
            raise OutOfFragment("max is outside of what can be decided")
        total = {} if node.kind == "sum" else self._constant(1)
        combine = self._sum if node.kind == "sum" else self._product
        inner = dict(env)
        for place in range(1, self.point.sizes[node.over] + 1):
            inner[node.index] = place
            if node.where is None or self._holds(node.where, inner):
                total = combine(total, self._jet(node.body, inner))
        return total

    def _deriv(self, node: Deriv, env: dict[str, int]) -> _Jet[V]:
        before, wanted = self._active, 0
        for variable in node.wrt:
            mask = 1 << len(self._active)
            wanted |= mask
            self._active = (*self._active, (mask, self._target(variable, env)))
        try:
            jet = self._jet(node.body, env)
        finally:
            self._active = before
        return {mask ^ wanted: v for mask, v in jet.items() if mask & wanted == wanted}

    def _target(self, variable: Node, env: dict[str, int]) -> _Place:
        if isinstance(variable, Entry):
            return variable.base, tuple(self._index(i, env) for i in variable.indices)
        if isinstance(variable, Name):
            return variable.id, ()
        raise OutOfFragment("differentiation by something that is no entry")

    def _ind(self, node: Ind, env: dict[str, int]) -> _Jet[V]:
        return self._constant(1 if self._holds(node.condition, env) else 0)

    def _cases(self, node: Cases, env: dict[str, int]) -> _Jet[V]:
        for value, condition in node.branches:
            if self._holds(condition, env):
                return self._jet(value, env)
        return self._jet(node.otherwise, env)

    def _holds(self, node: Node, env: dict[str, int]) -> bool:
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
        difference = self._sum(self._jet(left, env), self._scaled(self._jet(right, env), Fraction(-1)))
        if any(difference.keys()):
            raise OutOfFragment("a condition that moves with what is differentiated")
        zero = self.arithmetic.const(Fraction(0))
        sign = self.arithmetic.sign(difference.get(0, zero))
        return _INDEX_RELATIONS[op](Fraction(sign), Fraction(0))

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

    # Jet algebra.

    def _sum(self, a: _Jet[V], b: _Jet[V]) -> _Jet[V]:
        if not a or not b:
            return a or b
        total = dict(a)
        for mask, v in b.items():
            old = total.get(mask)
            total[mask] = v if old is None else self.arithmetic.add(old, v)
        return {mask: v for mask, v in total.items() if not self.arithmetic.is_zero(v)}

    def _product(self, a: _Jet[V], b: _Jet[V]) -> _Jet[V]:
        total: _Jet[V] = {}
        for mask, v in a.items():
            for other, w in b.items():
                if mask & other:
                    continue
                term = self.arithmetic.mul(v, w)
                old = total.get(mask | other)
                total[mask | other] = term if old is None else self.arithmetic.add(old, term)
        return {mask: v for mask, v in total.items() if not self.arithmetic.is_zero(v)}

    def _scaled(self, a: _Jet[V], factor: Fraction) -> _Jet[V]:
        scale = self.arithmetic.const(factor)
        return {mask: self.arithmetic.mul(scale, v) for mask, v in a.items()}

    def _series(self, nilpotent: _Jet[V], coefficients: Iterator[V]) -> _Jet[V]:
        """sum of c_m * nilpotent**m / m!, which ends because the jet is nilpotent."""
        total: _Jet[V] = {}
        power = self._constant(1)
        factorial = 1
        for m, coefficient in enumerate(coefficients):
            factorial *= max(m, 1)
            if m:
                power = self._product(power, nilpotent)
            if not power:
                break
            scaled = self._scaled(power, Fraction(1, factorial)) if m > 1 else power
            total = self._sum(total, self._product(scaled, {0: coefficient}))
        return total

    def _split(self, jet: _Jet[V]) -> tuple[V, _Jet[V]]:
        constant = jet.get(0)
        if constant is None:
            constant = self.arithmetic.const(Fraction(0))
        return constant, {mask: v for mask, v in jet.items() if mask}

    def _exp(self, jet: _Jet[V]) -> _Jet[V]:
        constant, rest = self._split(jet)
        value = self.arithmetic.exp(constant)

        def coefficients() -> Iterator[V]:
            while True:
                yield value

        return self._series(rest, coefficients())

    def _log(self, jet: _Jet[V]) -> _Jet[V]:
        constant, rest = self._split(jet)

        def coefficients() -> Iterator[V]:
            yield self.arithmetic.log(constant)
            derivative = inverse = self.arithmetic.inv(constant)
            order = 1
            while True:
                yield derivative
                step = self.arithmetic.mul(inverse, self.arithmetic.const(Fraction(-order)))
                derivative = self.arithmetic.mul(derivative, step)
                order += 1

        return self._series(rest, coefficients())

    def _integer_power(self, jet: _Jet[V], exponent: int) -> _Jet[V]:
        if exponent < 0:
            return self._integer_power(self._inverse(jet), -exponent)
        result, square = self._constant(1), jet
        while exponent:
            if exponent & 1:
                result = self._product(result, square)
            exponent >>= 1
            square = self._product(square, square) if exponent else square
        return result

    def _inverse(self, jet: _Jet[V]) -> _Jet[V]:
        constant, rest = self._split(jet)

        def coefficients() -> Iterator[V]:
            value = inverse = self.arithmetic.inv(constant)
            order = 1
            while True:
                yield value
                step = self.arithmetic.mul(inverse, self.arithmetic.const(Fraction(-order)))
                value = self.arithmetic.mul(value, step)
                order += 1

        return self._series(rest, coefficients())

    def _real_power(self, jet: _Jet[V], exponent: Fraction) -> _Jet[V]:
        constant, rest = self._split(jet)

        def coefficients() -> Iterator[V]:
            factor, power = Fraction(1), exponent
            while True:
                value = self.arithmetic.power(constant, power)
                yield self.arithmetic.mul(value, self.arithmetic.const(factor))
                factor, power = factor * power, power - 1

        return self._series(rest, coefficients())

    def _abs(self, jet: _Jet[V]) -> _Jet[V]:
        constant, rest = self._split(jet)
        sign = self.arithmetic.sign(constant)
        if sign == 0 and rest:
            raise Undefined("abs has no derivative at 0")
        return self._scaled(jet, Fraction(sign))

    def _sigma(self, jet: _Jet[V]) -> _Jet[V]:
        below = self._sum(self._constant(1), self._exp(self._scaled(jet, Fraction(-1))))
        return self._inverse(below)

    def _tanh(self, jet: _Jet[V]) -> _Jet[V]:
        """tanh x = 1 - 2 / (1 + e^{2x})."""
        below = self._sum(self._constant(1), self._exp(self._scaled(jet, Fraction(2))))
        return self._sum(self._constant(1), self._scaled(self._inverse(below), Fraction(-2)))

    def _softplus(self, jet: _Jet[V]) -> _Jet[V]:
        return self._log(self._sum(self._constant(1), self._exp(jet)))

    def _sqrt(self, jet: _Jet[V]) -> _Jet[V]:
        return self._real_power(jet, Fraction(1, 2))


def _constant_value(node: Node) -> Fraction | None:
    """The value of a written rational number."""
    match node:
        case Num(value=value):
            return value
        case Neg(arg=arg):
            inner = _constant_value(arg)
            return None if inner is None else -inner
        case Div(num=Num(value=a), den=Num(value=b)) if b:
            return a / b
        case _:
            return None


_FUNCTIONS: Mapping[str, Callable[[Evaluator[V], _Jet[V]], _Jet[V]]] = {
    "exp": Evaluator._exp,
    "log": Evaluator._log,
    "sqrt": Evaluator._sqrt,
    "tanh": Evaluator._tanh,
    "sigma": Evaluator._sigma,
    "softplus": Evaluator._softplus,
    "abs": Evaluator._abs,
}
_EVALUATE: Mapping[type[Node], Callable[..., _Jet[V]]] = {
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

__all__ = ["Evaluator", "Point", "Undefined", "Unsupported"]
