"""What the names of a text mean: definitions, kinds, ranges of indices.

An index ranges over the dimension that it subscripts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from derive.errors import Complaint, FormulaError
from derive.problem import Definition, Problem, Symbol, one_hot, reachable
from derive.ranges import USUAL_SIZES, Key, Ranges, divisors
from derive.read.facts import Fact
from derive.read.formula import Equation
from derive.reading import reading
from derive.show import text
from derive.syntax import (
    Deriv,
    Entry,
    Ind,
    Name,
    Node,
    Num,
    Reduce,
    Rel,
    Span,
    children,
    fresh,
    substitute,
    transform,
    walk,
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


_INDEX_KINDS = ("label", "index")


def _apart(node: Node) -> Node:
    return substitute(node, {})


class _Resolver:
    def __init__(
        self,
        claim: Equation,
        given: Sequence[Equation],
        facts: Sequence[Fact],
        where: Sequence[Node],
        assume: Sequence[Equation],
    ) -> None:
        self.complaints: list[Complaint] = []
        self.ranges = Ranges()
        self.facts = {fact.name: fact for fact in facts}
        self.definitions: dict[str, Definition] = {}
        self.sources: dict[str, str] = {}
        equations = list(assume)
        for equation in given:
            if isinstance(equation.left, Name | Entry):
                self._define(equation)
            else:
                equations.append(equation)
        self.claim = claim
        self.left, self.right = _apart(claim.left), _apart(claim.right)
        self.where = tuple(map(_apart, where))
        self.assumptions = tuple((_apart(e.left), _apart(e.right)) for e in equations)
        told = zip(equations, self.assumptions, strict=True)
        self.texts = [(claim, (self.left, self.right)), *told]

    def problem(self) -> Problem:
        self._check_cycles()
        self._one_hot()
        self._find_indices()
        self._find_ranges()
        if self.complaints:
            raise FormulaError(self.complaints)
        sizes = self._name_sizes()
        symbols = self._symbols(sizes)
        self._check_variables(sizes.values())
        if self.complaints:
            raise FormulaError(self.complaints)
        size_of = {key: sizes[self.ranges.find(key)] for key in self.ranges.parent}
        known = {size: self._concrete(size) for size in dict.fromkeys(size_of.values())}

        def placed(node: Node) -> Node:
            """Each class sum with the size of its range."""

            def change(part: Node) -> Node | None:
                if not isinstance(part, Reduce):
                    return None
                where = None if part.where is None else placed(part.where)
                over = size_of[("index", part.index)]
                return replace(part, body=placed(part.body), where=where, over=over)

            return transform(node, change)

        bound = {p for d in self.definitions.values() for p in d.params} | self._bound
        pairs = (side for pair in self.assumptions for side in pair)
        trees = (self.left, self.right, *self.where, *pairs)
        reached = reachable(trees, self.definitions)
        free = {i: size_of[("index", i)] for i in sorted((self.indices & reached) - bound)}
        return Problem(
            placed(self.left),
            placed(self.right),
            {n: replace(d, body=placed(d.body)) for n, d in self.definitions.items()},
            symbols,
            free,
            known,
            {k[1]: size for k, size in size_of.items() if k[0] == "value"},
            tuple(map(placed, self.where)),
            tuple((placed(a), placed(b)) for a, b in self.assumptions),
            reading(self.left, self.right, self.definitions, free, symbols, self.facts),
        )

    # Definitions.

    def _complain(self, message: str, node: Node | None, source: str, hint: str = "") -> None:
        span = (node.span if node is not None else None) or Span(0, max(1, len(source)))
        if Complaint(message, source, span, hint) not in self.complaints:
            self.complaints.append(Complaint(message, source, span, hint))

    def _define(self, equation: Equation) -> None:
        head = equation.left
        name = head.base if isinstance(head, Entry) else head.id if isinstance(head, Name) else ""
        indices = children(head)
        letters = [index.id for index in indices if isinstance(index, Name)]
        if len(set(letters)) != len(indices):
            hint = "write  p[k] = ..."
            self._complain(
                "the indices of a definition are distinct letters", head, equation.source, hint
            )
            return
        if name in self.definitions:
            self._complain(f"{name} is defined twice", head, equation.source)
            return
        params = tuple(fresh(letter) for letter in letters)
        renamed: dict[str, Node] = {a: Name(b) for a, b in zip(letters, params, strict=True)}
        body = substitute(equation.right, renamed)
        self.definitions[name] = Definition(name, params, body)
        self.sources[name] = equation.source

    def _uses(self, node: Node) -> Iterator[str]:
        for part in walk(node):
            name = (
                part.base if isinstance(part, Entry) else part.id if isinstance(part, Name) else ""
            )
            if name in self.definitions:
                yield name

    def _check_cycles(self) -> None:
        state: dict[str, int] = {}

        def visit(name: str) -> None:
            state[name] = 1
            for used in self._uses(self.definitions[name].body):
                if state.get(used) == 1:
                    self._complain(f"{used} is defined through itself", None, self.sources[used])
                elif used not in state:
                    visit(used)
            state[name] = 2

        for name in self.definitions:
            if name not in state:
                visit(name)
        if self.complaints:
            raise FormulaError(self.complaints)

    def _one_hot(self) -> None:
        """A one-hot array is a label in another spelling: t[k] = delta(k, label)."""
        for fact in list(self.facts.values()):
            if fact.kind != "onehot" or fact.name in self.definitions:
                continue
            label, definition = one_hot(fact.name, len(fact.sizes))
            self.definitions[fact.name] = definition
            self.sources[fact.name] = fact.source
            self.facts[label] = Fact(label, "label", fact.sizes[:-1], fact.source, fact.span)
            for place, size in enumerate(fact.sizes):
                self.ranges.join(("size", size), ("index", definition.params[place]))

    # Indices and their ranges.

    def _trees(self) -> Iterator[tuple[str, Node]]:
        for name, definition in self.definitions.items():
            yield self.sources[name], definition.body
        for equation, sides in self.texts:
            for side in sides:
                yield equation.source, side
        for condition in self.where:
            yield text(condition), condition

    def _find_indices(self) -> None:
        """Names that are used as an index, by being a subscript or by being compared with one."""
        trees = [tree for _, tree in self._trees()]
        concrete = [fact.name for fact in self.facts.values() if fact.kind.isdigit()]
        self.ranges.adopt(concrete, self.ranges.class_root(trees, self.facts))
        self._bound = {p.index for tree in trees for p in walk(tree) if isinstance(p, Reduce)}
        self.indices = set(self._bound)
        self.indices |= {p for d in self.definitions.values() for p in d.params}
        self.indices |= {
            n for n, fact in self.facts.items() if fact.kind in _INDEX_KINDS and not fact.sizes
        }
        self.label_arrays = {n for n, f in self.facts.items() if f.kind in _INDEX_KINDS and f.sizes}
        compared: list[tuple[Node, Node]] = []
        for condition in self.where:
            for part in walk(condition):
                if isinstance(part, Rel):
                    self._claim_index(part)
        for tree in trees:
            for part in walk(tree):
                if isinstance(part, Entry):
                    self.indices |= {i.id for i in part.indices if isinstance(i, Name)}
                    self.label_arrays |= {i.base for i in part.indices if isinstance(i, Entry)}
                elif isinstance(part, Ind) and isinstance(part.condition, Rel):
                    self._claim_index(part.condition)
                if isinstance(part, Rel):
                    compared.append((part.left, part.right))
        changed = True
        while changed:
            before = len(self.indices) + len(self.label_arrays)
            for a, b in compared:
                for one, other in ((a, b), (b, a)):
                    if self._is_index(one):
                        self._mark(other)
            changed = len(self.indices) + len(self.label_arrays) != before

    def _claim_index(self, relation: Rel) -> None:
        """In delta(k, y) both are indices, unless one of them is declared as a number."""
        pair = (relation.left, relation.right)
        if relation.op in ("==", "!=") and all(
            isinstance(p, Name) and p.id not in self.facts for p in pair
        ):
            for part in pair:
                self._mark(part)

    def _is_index(self, node: Node) -> bool:
        if isinstance(node, Name):
            return node.id in self.indices
        return isinstance(node, Entry) and node.base in self.label_arrays

    def _mark(self, node: Node) -> None:
        if isinstance(node, Name) and (
            node.id not in self.facts or self.facts[node.id].kind in _INDEX_KINDS
        ):
            self.indices.add(node.id)
        elif isinstance(node, Entry) and node.base not in self.facts | self.definitions:
            self.label_arrays.add(node.base)

    def _range_key(self, index: Node) -> Key | None:
        if isinstance(index, Name) and index.id in self.indices:
            return ("index", index.id)
        if isinstance(index, Entry) and index.base in self.label_arrays:
            return ("value", index.base)
        return None

    def _find_ranges(self) -> None:
        self.arity: dict[str, int] = {}
        for name, definition in self.definitions.items():
            self.arity[name] = len(definition.params)
            for place, param in enumerate(definition.params):
                self.ranges.join(("axis", name, str(place)), ("index", param))
        for fact in self.facts.values():
            for place, size in enumerate(fact.sizes):
                self.ranges.join(("size", size), ("axis", fact.name, str(place)))
            if fact.sizes:
                self.arity.setdefault(fact.name, len(fact.sizes))
            if fact.kind.isdigit():
                self.ranges.find(("size", fact.name))
            elif fact.kind in _INDEX_KINDS and not fact.sizes:
                self.ranges.find(("index", fact.name))
        for source, tree in self._trees():
            for part in walk(tree):
                self._unify(source, part)

    def _unify(self, source: str, part: Node) -> None:
        if isinstance(part, Entry):
            if self.arity.setdefault(part.base, len(part.indices)) != len(part.indices):
                wanted = self.arity[part.base]
                self._complain(f"{part.base} has {wanted} indices elsewhere", part, source)
                return
            for place, index in enumerate(part.indices):
                axis = ("axis", part.base, str(place))
                key = self._range_key(index)
                self.ranges.find(axis)
                if key is not None:
                    self.ranges.join(axis, key)
                elif not isinstance(index, Num):
                    self._complain("this is no index", index, source)
                elif index.value < 1:
                    self._complain("indices count from 1", index, source)
        elif isinstance(part, Rel):
            keys = [self._range_key(part.left), self._range_key(part.right)]
            if keys[0] is not None and keys[1] is not None:
                self.ranges.join(keys[0], keys[1])
        elif isinstance(part, Reduce):
            self.ranges.find(("index", part.index))
            if part.over:
                self.ranges.join(("size", part.over), ("index", part.index))
        elif isinstance(part, Deriv):
            self._check_derivative(source, part)

    def _check_derivative(self, source: str, part: Deriv) -> None:
        body = part.body
        name = body.base if isinstance(body, Entry) else body.id if isinstance(body, Name) else ""
        varied = {v.base if isinstance(v, Entry) else getattr(v, "id", "") for v in part.wrt}
        if name and name not in self.definitions and name not in varied and name not in self.facts:
            hint = f'say what it is:  --given "{text(body)} = ..."'
            self._complain(
                f"{name} has no definition, so its derivative means nothing", body, source, hint
            )

    def _check_variables(self, sizes: Collection[str]) -> None:
        for source, tree in self._trees():
            for part in walk(tree):
                for variable in part.wrt if isinstance(part, Deriv) else ():
                    if isinstance(variable, Name) and variable.id in {*sizes, *self.indices}:
                        self._complain(
                            f"{variable.id} is no real number to differentiate by", variable, source
                        )

    # Names of sizes, kinds of symbols, the reading.

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
        closed = self.arity.keys() | self.facts.keys()
        return self.ranges.named(class_root, free, closed)

    def _concrete(self, size: str) -> int | None:
        fact = self.facts.get(size)
        return int(fact.kind) if fact is not None and fact.kind.isdigit() else None

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
                symbols[name] = Symbol(name, self._kind(name, "real"), ())
        for name in self.indices & self.arity.keys():
            self._complain(
                f"{name} is used both as an index and as an array", None, self.claim.source
            )
        for name in self.indices & self.definitions.keys():
            self._complain(
                f"{name} is used both as an index and as a formula", None, self.claim.source
            )
        return symbols

    def _kind(self, name: str, default: str) -> str:
        fact = self.facts.get(name)
        return default if fact is None else fact.kind

    def _check_underscore(self, name: str, node: Node, source: str) -> None:
        head, _, tail = name.partition("_")
        if tail and (head in self.arity or head in self.definitions):
            hint = f"for an entry write {head}[{tail}]"
            self._complain(f"{name} is one name here, not an entry of {head}", node, source, hint)
