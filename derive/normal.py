"""The normal form: a tree without derivatives as a Laurent polynomial in independent atoms.

In each case every delta between free indices is 0 or 1. A class sum is split: sum_j g(j) is the
sum of the generic g° (every delta with j taken as 0) plus g(a) - g°(a) for each index a that a
delta in g names. The generic sum is expanded into monomials, what does not depend on j is pulled
out, and a constant becomes the size.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from derive.atoms import Index
from derive.calculus import derivative_free
from derive.cases import Case
from derive.errors import OutOfFragment
from derive.partial import partial_fractions
from derive.places import Env, Places
from derive.polynomial import ONE, ZERO, Exponent, Poly, add, constant, scale
from derive.problem import Problem
from derive.show import text
from derive.summation import Summation
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
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    free_names,
    walk,
)

# No reader makes a call of this name.
_FORMAL = "formal log"

_Apart = frozenset[frozenset[Index]]


class Normaliser:
    """Trees without derivatives and definitions to polynomials in atoms, in one case."""

    def __init__(self, problem: Problem, case: Case) -> None:
        self._problem, self._case = problem, case
        self.places = Places(problem, case)
        kinds = {name: symbol.kind for name, symbol in problem.symbols.items()}
        self.atoms = Summation(kinds, {**problem.sizes, **case.sizes})
        self._universal: dict[str, Node] = {}
        for left, right in problem.assumptions:
            sides = derivative_free(problem, left), derivative_free(problem, right)
            told = self._for_all(*sides) or self._for_all(*reversed(sides))
            if not (told or self._unit_rows(*sides) or self._unit_rows(*reversed(sides))):
                self._assume(*sides)

    def _for_all(self, left: Node, right: Node) -> bool:
        """f[k] == c, with a letter of its own for each index, holds for every entry of f."""
        if not isinstance(left, Entry) or left.base in self._universal:
            return False
        letters = self._of_all(left.indices)
        constant_right = not any(isinstance(part, Entry) for part in walk(right))
        if len(letters) < len(left.indices) or not constant_right or letters & free_names(right):
            return False
        self._universal[left.base] = right
        return True

    def _of_all(self, indices: Iterable[Node]) -> set[str]:
        """The letters that stand for every place: free ones that no condition says anything of."""
        conditions = (*self._problem.where, *self._problem.bounds)
        said = frozenset[str]().union(*map(free_names, conditions))
        letters = {index.id for index in indices if isinstance(index, Name)}
        return (letters & self._problem.indices.keys()) - said

    def _unit_rows(self, left: Node, right: Node) -> bool:
        """sum(t[i, j], j) == 1, with a letter of its own for each other axis, is about all rows."""
        match left, right:
            case Reduce("sum", Entry(base, (*outer, Name(last))), index, None), Num(value=1):
                rows = self._of_all(outer)
                if last == index and len(rows) == len(outer):
                    self.atoms.unit_rows.add(base)
                    return True
        return False

    def _assume(self, left: Node, right: Node) -> None:
        """An assumed equation becomes a replacement for one atom that it is linear in."""
        difference = add(self.poly(left), scale(self.poly(right), -1))
        for monomial, c in sorted(difference.items(), reverse=True):
            if len(monomial) == 1 and monomial[0][1] == 1:
                rest = {m: v for m, v in difference.items() if m != monomial}
                if all(monomial[0][0] != n for m in rest for n, _ in m):
                    self.atoms.replaced[monomial[0][0]] = scale(rest, -1 / c)
                    return
        if difference:
            raise OutOfFragment("an assumption that is not linear in anything")

    def poly(self, node: Node) -> Poly:
        """The tree as a polynomial. Raises OutOfFragment, OutOfBudget, ZeroDivisionError."""
        return self._poly(node, {}, frozenset())

    def _poly(self, node: Node, env: Env, apart: _Apart) -> Poly:
        match node:
            case Num(value=value):
                return constant(value)
            case Name():
                return self._name(node, env)
            case Entry(base=base, indices=indices):
                return self._entry(base, indices, env)
            case Add(terms=terms):
                return add(*(self._poly(t, env, apart) for t in terms))
            case Mul(factors=factors):
                return self._product(factors, env, apart)
            case Neg(arg=arg):
                return scale(self._poly(arg, env, apart), -1)
            case Div(num=top, den=bottom):
                below = self.atoms.power(self._poly(bottom, env, apart), -1)
                return self.atoms.product(self._poly(top, env, apart), below)
            case Pow(base=base, exponent=exponent):
                return self._power(self._poly(base, env, apart), self._poly(exponent, env, apart))
            case Call(function=function, arg=arg):
                return self._call(function, self._poly(arg, env, apart))
            case Reduce():
                return self._reduce(node, env, apart)
            case Ind(condition=condition):
                return self._truth(condition, env, apart)
            case Cases(branches=branches, otherwise=otherwise):
                return self._cases(branches, otherwise, env, apart)
            case _:
                raise OutOfFragment(f"{text(node)} is outside of what can be decided")

    def _name(self, node: Name, env: Env) -> Poly:
        if node.id in env or node.id in self._problem.indices:
            raise OutOfFragment("an index used as a number")
        if node.id in self._problem.symbols:
            return self.atoms.make(("symbol", node.id))
        return self.atoms.size(node.id)

    def _entry(self, base: str, indices: tuple[Node, ...], env: Env) -> Poly:
        if base in self._problem.label_range:
            raise OutOfFragment("a label used as a number")
        if base in self._universal:
            return self.poly(self._universal[base])
        symbol = self._problem.symbols[base]
        places = tuple(
            self.places.index(i, env, size) for i, size in zip(indices, symbol.axes, strict=True)
        )
        unit = symbol.kind == "simplex" or base in self.atoms.unit_rows
        classes = self._case.classes.get(symbol.axes[-1], ()) if unit else ()
        if classes and places[-1] == classes[-1]:
            # Written out, a row that sums to 1 has its last entry by the others.
            others = ((*places[:-1], c) for c in classes[:-1])
            entries = (self.atoms.make(("entry", base, at)) for at in others)
            return add(ONE, *(scale(entry, -1) for entry in entries))
        return self.atoms.make(("entry", base, places))

    def _product(self, factors: tuple[Node, ...], env: Env, apart: _Apart) -> Poly:
        result = ONE
        for factor in factors:
            result = self.atoms.product(result, self._poly(factor, env, apart))
        return result

    def _power(self, base: Poly, exponent: Poly) -> Poly:
        if not exponent:
            return ONE
        if exponent.keys() == {()}:
            return self.atoms.power(base, exponent[()])
        if not base:
            raise ZeroDivisionError
        return self.atoms.exp(self.atoms.product(exponent, self.atoms.log(base)))

    def _call(self, function: str, u: Poly) -> Poly:
        exp, power = self.atoms.exp, self.atoms.power
        match function:
            case "exp":
                return exp(u)
            case "log":
                return self.atoms.log(u)
            case name if name == _FORMAL:
                return self.atoms.log(u, formal=True)
            case "sqrt":
                return power(u, Fraction(1, 2)) if u else ZERO
            case "sigma":
                return power(add(ONE, exp(scale(u, -1))), -1)
            case "softplus":
                return self.atoms.log(add(ONE, exp(u)))
            case "tanh":
                return add(ONE, scale(power(add(ONE, exp(scale(u, 2))), -1), -2))
            case "abs":
                return self.atoms.absolute(u)
        raise OutOfFragment(f"{function} of this is outside of what can be decided")

    # Conditions.

    def _truth(self, condition: Node, env: Env, apart: _Apart) -> Poly:
        """1 or 0, or a polynomial in deltas that nothing decides."""
        match condition:
            case Logic(op="not", args=args):
                return add(ONE, scale(self._truth(args[0], env, apart), -1))
            case Logic(op="and", args=args):
                result = ONE
                for arg in args:
                    result = self.atoms.product(result, self._truth(arg, env, apart))
                return result
            case Logic(op="or", args=args):
                none = ONE
                for arg in args:
                    miss = add(ONE, scale(self._truth(arg, env, apart), -1))
                    none = self.atoms.product(none, miss)
                return add(ONE, scale(none, -1))
            case Rel(op=("==" | "!=") as op, left=a, right=b) if size := self.places.range_of(a, b):
                first, second = (self.places.index(side, env, size) for side in (a, b))
                equal = self._decide(first, second, apart)
                return equal if op == "==" else add(ONE, scale(equal, -1))
            case Rel(op=op, left=a, right=b):
                return self._number_relation(op, a, b, env, apart)
        raise OutOfFragment(f"the condition {text(condition)} is outside of what can be decided")

    def _number_relation(self, op: str, a: Node, b: Node, env: Env, apart: _Apart) -> Poly:
        return self.atoms.truth(
            op, add(self._poly(a, env, apart), scale(self._poly(b, env, apart), -1))
        )

    def _decide(self, a: Index, b: Index, apart: _Apart) -> Poly:
        return ZERO if frozenset((a, b)) in apart else self.atoms.decided(a, b)

    def _cases(
        self,
        branches: tuple[tuple[Node, Node], ...],
        otherwise: Node,
        env: Env,
        apart: _Apart,
    ) -> Poly:
        total, open_weight = ZERO, ONE
        for value, condition in branches:
            truth = self._truth(condition, env, apart)
            weight = self.atoms.product(open_weight, truth)
            if weight:
                total = add(total, self.atoms.product(weight, self._poly(value, env, apart)))
            open_weight = add(open_weight, scale(weight, -1))
        if open_weight:
            rest = self.atoms.product(open_weight, self._poly(otherwise, env, apart))
            total = add(total, rest)
        return total

    # Sums and products over a range.

    def _reduce(self, node: Reduce, env: Env, apart: _Apart) -> Poly:
        match node.kind:
            case "sum":
                return self._sum(node, env, apart)
            case "prod":
                # A product is exp of the sum of formal logarithms of its factors.
                inner = Reduce("sum", Call(_FORMAL, node.body), node.index, node.where, node.over)
                return self.atoms.exp(self._sum(inner, env, apart))
        raise OutOfFragment(f"{node.kind} is outside of what can be decided")

    def _sum(self, node: Reduce, env: Env, apart: _Apart) -> Poly:
        self.places.bind(node.index, node.over)

        def at(index: Index, known_apart: _Apart) -> Poly:
            inner = {**env, node.index: index}
            weight = ONE if node.where is None else self._truth(node.where, inner, known_apart)
            if not weight:
                return ZERO
            return self.atoms.product(weight, self._poly(node.body, inner, known_apart))

        classes = self._case.classes.get(node.over)
        if classes is not None:
            return add(*(at(index, apart) for index in classes))
        token: Index = ("bound", node.index)
        named = self.places.named(node, env)
        generic_apart = apart | {frozenset((token, index)) for index in named}
        generic = at(token, generic_apart)
        if not (isinstance(node.body, Call) and node.body.function == _FORMAL):
            # The exponent of a product stays whole: half of it would be a root.
            generic = self.atoms.by_values(generic)
        total = self._sum_generic(generic, token, node.over)
        for place, index in enumerate(named):
            special = at(index, apart)
            plain = self.atoms.reindex(
                generic,
                lambda i, a=index: self.places.moved(i, token, a),  # type: ignore[misc]
                lambda a, b: self._decide(a, b, apart),
            )
            correction = add(special, scale(plain, -1))
            for earlier in named[:place]:
                differ = add(ONE, scale(self._decide(index, earlier, apart), -1))
                correction = self.atoms.product(correction, differ)
            total = add(total, correction)
        return total

    def _sum_generic(self, generic: Poly, token: Index, size: str) -> Poly:
        """The sum over a range of a polynomial in which the index meets no named index."""
        total = ZERO
        collapsed = self.atoms.at_deltas(generic)
        for monomial, c in partial_fractions(self.atoms, collapsed, token).items():
            inside = tuple(p for p in monomial if token in self.atoms.free(p[0]))
            outside = tuple(p for p in monomial if token not in self.atoms.free(p[0]))
            if inside:
                summed = self.atoms.sum_over(size, token, inside, c)
            else:
                summed = scale(self.atoms.size(size), c)
            total = add(total, self.atoms.product({outside: Fraction(1)}, summed))
        return total

    def class_sum_opened(self, number: int, exponent: Exponent, named: Iterable[Index]) -> Poly:
        """A sum of positive terms as its terms at the named indices plus a rest that is >= 0."""
        key = self.atoms.keys[number]
        if key[0] != "sum" or not isinstance(exponent, int) or not self.atoms.positive_atom(number):
            return {((number, exponent),): Fraction(1)}
        _, binders, monomial = key
        if len(binders) > 1:
            return {((number, exponent),): Fraction(1)}
        level = binders[0][1]
        total: Poly = {((self.atoms.number(("rest", number)), 1),): Fraction(1)}
        for index in named:
            at = self.atoms.reindex(
                {monomial: Fraction(1)},
                lambda i, target=index: self.places.moved(i, ("#", level), target),  # type: ignore[misc]
                self.atoms.undecided,
            )
            total = add(total, at)
        return self.atoms.natural(total, exponent)
