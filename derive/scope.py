"""What the names of a text mean: definitions, kinds, ranges of indices.

An index ranges over the dimension that it subscripts.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from derive.errors import FormulaError
from derive.indices import INDEX_KINDS, Indices
from derive.problem import Problem, Symbol, is_place, reachable
from derive.ranges import USUAL_SIZES, Key, divisors
from derive.read.facts import Fact
from derive.read.formula import Equation
from derive.reading import reading
from derive.show import text
from derive.syntax import (
    ONE,
    ZERO,
    Call,
    Deriv,
    Div,
    Entry,
    Ind,
    Logic,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    Rel,
    Relation,
    Span,
    children,
    free_names,
    fresh,
    name_of,
    substitute,
    transform,
    walk,
    written,
)


def resolve(
    claim: Equation,
    given: Sequence[Equation] = (),
    facts: Sequence[Fact] = (),
    where: Sequence[Node] = (),
    assume: Sequence[Equation] = (),
) -> Problem:
    """The problem that the texts state. Raises FormulaError with every mistake found."""
    return _Resolver(claim, given, facts, where, assume).problem()


class _Resolver(Indices):
    def problem(self) -> Problem:
        self._check_cycles()
        self._one_hot()
        self._find_indices()
        self._split_where()
        self._find_ranges()
        self._check_shadows()
        self._check_quotients()
        if self.complaints:
            raise FormulaError(self.complaints)
        sizes = self._name_sizes()
        symbols = self._symbols(sizes)
        self._check_variables(sizes.values())
        if self.complaints:
            raise FormulaError(self.complaints)
        size_of = {key: sizes[self.ranges.find(key)] for key in self.ranges.parent}
        known = {size: self._concrete(size) for size in dict.fromkeys(size_of.values())}

        placed = functools.partial(_placed, size_of=size_of)
        bound = {p for d in self.definitions.values() for p in d.params} | self._bound
        pairs = (side for pair in self.assumptions for side in pair)
        trees = (self.left, self.right, *self.where, *pairs)
        reached = reachable(trees, self.definitions)
        free = {i: size_of[("index", i)] for i in sorted((self.indices & reached) - bound)}
        used = {size: count for size, count in known.items() if size in reached}
        return Problem(
            placed(self.left),
            placed(self.right),
            {n: replace(d, body=placed(d.body)) for n, d in self.definitions.items()},
            symbols,
            free,
            known,
            {k[1]: size for k, size in size_of.items() if k[0] == "value"},
            tuple(placed(c) for c in self.where if not self._on_numbers(c, symbols)),
            tuple((placed(a), placed(b)) for a, b in self.assumptions),
            reading(self.left, self.right, self.definitions, free, symbols, self.facts, used),
            bounds=tuple(self._bounds(placed, symbols, size_of)),
        )

    def _on_numbers(self, condition: Node, symbols: Mapping[str, Symbol]) -> bool:
        """Whether a condition is about numbers, and not about indices and sizes alone."""
        labels = {name for name, symbol in symbols.items() if symbol.kind in INDEX_KINDS}
        numbers = (symbols.keys() | self.definitions.keys()) - labels
        return not numbers.isdisjoint(map(name_of, walk(condition)))

    def _bounds(
        self,
        placed: Callable[[Node], Node],
        symbols: Mapping[str, Symbol],
        size_of: Mapping[Key, str],
    ) -> Iterator[Node]:
        """The conditions on numbers; one on w[j] for a j that the claim has not is on all of w."""
        own = free_names(self.left) | free_names(self.right)
        for condition in self.where:
            if self._on_numbers(condition, symbols):
                bound = placed(condition)
                for letter in sorted((free_names(condition) & self.indices) - own):
                    inner = fresh(letter)
                    held = Ind(substitute(bound, {letter: Name(inner)}))
                    every = Reduce("prod", held, inner, over=size_of["index", letter])
                    bound = Rel("==", every, ONE)
                yield bound

    def _split_where(self) -> None:
        """An equation between numbers among the conditions is an assumption: T == 1.

        One between a size and a number is a condition: n == 2.
        """
        sized = [pair for pair in self.assumptions if any(map(self._is_size, pair))]
        self.assumptions = tuple(pair for pair in self.assumptions if pair not in sized)
        conditions: list[Node] = [Rel("==", left, right) for left, right in sized]
        for condition in itertools.chain.from_iterable(map(_conjuncts, self.where)):
            match condition:
                case Rel(op="==", left=a, right=b) if not (self._counts(a) or self._counts(b)):
                    equation = Equation(a, b, text(condition), "where")
                    self.assumptions = (*self.assumptions, (a, b))
                    self.texts.append((equation, (a, b)))
                case _:
                    conditions.append(condition)
        self.where = self._kinds_said(conditions)

    def _kinds_said(self, conditions: Sequence[Node]) -> tuple[Node, ...]:
        """The conditions less those that say a number's kind: T > 0, 0 < u and u < 1."""
        left = {text(condition): condition for condition in conditions}
        for line, condition in list(left.items()):
            number = _said_positive(condition)
            name = name_of(number)
            if name and self._is_general(number) and self._may_be_said(name):
                below = (f"{name} < 1", f"1 > {name}")
                kind = "unit" if any(bound in left for bound in below) else "positive"
                sizes = self.facts[name].sizes if name in self.facts else ()
                self.facts[name] = Fact(name, kind, sizes, line, Span(0, len(line)))
                for said in (line, *below):
                    left.pop(said, None)
        return tuple(left.values())

    def _may_be_said(self, name: str) -> bool:
        """Whether a condition may say the kind of a number: no index, size or defined name."""
        known = self.facts.get(name)
        real = known is None or known.kind == "real"
        return real and not self._counts(Name(name)) and name not in self.definitions

    def _is_general(self, number: Node) -> bool:
        """Whether a condition on w[j] is on all of w: j is no letter of the claim."""
        letters = [index.id for index in children(number) if isinstance(index, Name)]
        own = free_names(self.left) | free_names(self.right)
        return len({*letters} - own) == len(children(number))

    def _counts(self, node: Node) -> bool:
        """Whether the node is an index or a size."""
        return self._is_index(node) or self._is_size(node)

    def _is_size(self, node: Node) -> bool:
        fact = self.facts.get(node.id) if isinstance(node, Name) else None
        return fact.kind.isdigit() if fact else getattr(node, "id", "") in USUAL_SIZES

    def _check_shadows(self) -> None:
        """In a sum over y, is an L with a y of its own or a p_y meant by the y of the sum?"""
        for source, tree in self._trees():
            for part in walk(tree):
                if isinstance(part, Reduce):
                    for inner in walk(part.body):
                        self._check_shadow(inner, written(part.index), source)

    def _check_shadow(self, part: Node, letter: str, source: str) -> None:
        """Complains of what stands in a sum over the letter and seems to hang on it."""
        name = name_of(part)
        head, _, tail = name.rpartition("_")
        if name in self.definitions and self._hangs_on(name, letter):
            message = f"{name} has a {letter} of its own, which is not that of the sum"
            hint = f"give {name} the index: {name}[{letter}] = ..."
            self._complain(message, part, source, hint)
        elif isinstance(part, Name) and head and tail == letter:
            hint = f"for an entry write {head}[{letter}]"
            self._complain(f"{name} is one name here, not an entry of {head}", part, source, hint)

    def _hangs_on(self, name: str, letter: str) -> bool:
        """Whether the definition depends on an index of that name which is none of its own."""
        return letter in reachable((self.definitions[name].body,), self.definitions)

    def _check_quotients(self) -> None:
        """dL/df[k] of names that nothing defines is meant as a derivative, and is none here."""
        for source, tree in self._trees():
            for part in walk(tree):
                if isinstance(part, Div):
                    above, below = name_of(part.num), name_of(part.den)
                    if self._is_differential(above) and self._is_differential(below):
                        by = text(part.den).removeprefix("d")
                        hint = f"the derivative is  d({above[1:]}, {by})"
                        message = f"{above} and {below} are two names here, and this is a quotient"
                        self._complain(message, part, source, hint)

    def _is_differential(self, name: str) -> bool:
        """Whether the name is d and a letter, or d and a name that is known, and itself unknown."""
        told = self.definitions.keys() | self.facts.keys()
        rest = name[1:]
        known = rest in told or rest in self.arity or (len(rest) == 1 and rest.isalpha())
        return name.startswith("d") and known and name not in told

    def _check_variables(self, sizes: Collection[str]) -> None:
        for source, tree in self._trees():
            for part in walk(tree):
                for variable in part.wrt if isinstance(part, Deriv) else ():
                    taken = {*sizes, *self.indices, *({"n"} - self.facts.keys())}
                    if isinstance(variable, Name) and variable.id in taken:
                        self._complain(
                            f"{variable.id} is no real number to differentiate by", variable, source
                        )

    def _scalars(self) -> dict[str, tuple[Node, str]]:
        """Names used as numbers, with a place where each stands."""
        found: dict[str, tuple[Node, str]] = {}
        for source, tree in self._trees():
            for part in walk(tree):
                if isinstance(part, Name) and part.id not in self.indices:
                    found.setdefault(part.id, (part, source))
        return {n: place for n, place in found.items() if n not in self.definitions}

    def _name_sizes(self) -> dict[Key, str]:
        """A name for every dimension: declared, else one that is used, else n, N, ..."""
        trees = [tree for _, tree in self._trees()]
        class_root = self.ranges.class_root(trees, self.facts)
        self.ranges.adopt((f.name for f in self.facts.values() if f.kind.isdigit()), class_root)
        declared = self.ranges.declared()
        for names in declared.values():
            if len(names) > 1:
                message = f"{' and '.join(names)} would have to be the same size"
                self._complain(message, None, self.claim.source)
        taken = {names[0] for names in declared.values()}
        below = divisors(trees)
        free = {
            s
            for s in self._scalars()
            if s not in self.facts and s not in taken and (s in USUAL_SIZES or s in below)
        }
        closed = self.arity.keys() | self.facts.keys() | self.indices | self.definitions.keys()
        return self.ranges.named(class_root, free, closed)

    def _concrete(self, size: str) -> int | None:
        """The size's value, where it is declared or a condition says n == 2."""
        fact = self.facts.get(size)
        if fact is not None and fact.kind.isdigit():
            return int(fact.kind)
        for condition in self.where:
            match condition:
                case Rel("==", Name(id=name), Num() as number) | Rel(
                    "==", Num() as number, Name(id=name)
                ) if name == size and is_place(number):
                    return int(number.value)
        return None

    def _symbols(self, sizes: Mapping[Key, str]) -> dict[str, Symbol]:
        symbols: dict[str, Symbol] = {}
        size_names = set(sizes.values())
        for name, arity in self.arity.items():
            if name in self.definitions:
                continue
            axes = tuple(sizes[self.ranges.find(("axis", name, str(i)))] for i in range(arity))
            kind = "label" if name in self.label_arrays else self._kind(name, "real")
            symbols[name] = Symbol(name, kind, axes)
        for name, (node, source) in self._scalars().items():
            if name in self.arity:
                hint = f"write an entry, such as {name}[k]"
                self._complain(f"{name} is an array here", node, source, hint)
            elif name not in size_names:
                self._check_underscore(name, node, source)
                if self._kind(name, "real") == "simplex":
                    hint = f"write an entry, such as {name}[k]"
                    self._complain(f"{name} has entries that sum to 1", node, source, hint)
                symbols[name] = Symbol(name, self._kind(name, "real"), ())
        for name in self.indices & self.arity.keys():
            self._complain(
                f"{name} is used both as an index and as an array", None, self.claim.source
            )
        for name in self.indices & self.definitions.keys():
            self._complain(
                f"{name} is used both as an index and as a formula", None, self.claim.source
            )
        for name in size_names & self.definitions.keys():
            message = f"{name} is used both as a size and as a formula"
            self._complain(message, None, self.claim.source, f'declare a number, "{name}: 10"')
        return symbols

    def _kind(self, name: str, default: str) -> str:
        fact = self.facts.get(name)
        return default if fact is None else fact.kind

    def _check_underscore(self, name: str, node: Node, source: str) -> None:
        head, _, tail = name.partition("_")
        if tail and (head in self.arity or head in self.definitions):
            hint = f"for an entry write {head}[{tail}]"
            self._complain(f"{name} is one name here, not an entry of {head}", node, source, hint)


def _placed(node: Node, size_of: Mapping[Key, str]) -> Node:
    """The tree, each class sum of it with the size of its range."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce):
            return None
        where = None if part.where is None else _placed(part.where, size_of)
        over = size_of["index", part.index]
        return replace(part, body=_placed(part.body, size_of), where=where, over=over)

    return transform(node, change)


def _said_positive(condition: Node) -> Node:
    """The number that the condition says to be greater than 0; 0 if it says something else."""
    match condition:
        case Rel(">", Name() | Entry() as number, Num(value=0)):
            return number
        case Rel("<", Num(value=0), Name() | Entry() as number):
            return number
    return ZERO


def _conjuncts(condition: Node) -> Iterator[Node]:
    """The conditions that all hold where this one does: -c < u and u < c for |u| < c."""
    match condition:
        case Logic("and", args):
            for part in args:
                yield from _conjuncts(part)
        case Rel("<" | "<=" as op, Call("abs", arg), most) | Rel(
            ">" | ">=" as op, most, Call("abs", arg)
        ):
            below: Relation = "<" if op in "<>" else "<="
            yield Rel(below, Neg(most), arg)
            yield Rel(below, arg, most)
        case _:
            yield condition
