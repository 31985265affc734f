"""Which names are indices, and which dimension each index and each axis ranges over."""

from __future__ import annotations

from collections.abc import Iterator

from derive.definitions import Definitions
from derive.ranges import USUAL_SIZES, Key
from derive.read.facts import ANY_SIZE
from derive.show import text
from derive.syntax import (
    Deriv,
    Entry,
    Ind,
    Name,
    Node,
    Num,
    Pow,
    Reduce,
    Rel,
    children,
    free_names,
    walk,
)

INDEX_KINDS = ("label", "index")


class Indices(Definitions):
    """Names that are used as an index, and the dimensions that their uses make one."""

    def _find_indices(self) -> None:
        """Names that are used as an index, by being a subscript or by being compared with one."""
        trees = [tree for _, tree in self._trees()]
        self._bound = {p.index for tree in trees for p in walk(tree) if isinstance(p, Reduce)}
        self.indices = set(self._bound)
        self.indices |= {p for d in self.definitions.values() for p in d.params}
        self.indices |= {
            n for n, fact in self.facts.items() if fact.kind in INDEX_KINDS and not fact.sizes
        }
        self.label_arrays = {n for n, f in self.facts.items() if f.kind in INDEX_KINDS and f.sizes}
        self._numbers = {name for tree in trees for name in _outside_relations(tree)}
        entries = (p for tree in trees for p in walk(tree) if isinstance(p, Entry))
        self._subscripts = self._bound.union(*(free_names(i) for e in entries for i in e.indices))
        compared: list[tuple[Node, Node]] = []
        for condition in self.where:
            for part in walk(condition):
                if isinstance(part, Rel) and not _of_a_size(part):
                    self._claim_index(part)
        for tree in trees:
            for part in walk(tree):
                if isinstance(part, Entry):
                    self.indices |= {i.id for i in part.indices if isinstance(i, Name)}
                    self.label_arrays |= {i.base for i in part.indices if isinstance(i, Entry)}
                elif isinstance(part, Ind) and isinstance(part.condition, Rel):
                    self._claim_index(part.condition)
                if isinstance(part, Rel) and not _bounds_an_index(part):
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
        """In delta(k, y) both are indices, and so is j in delta(1, j).

        Unless one of them is declared as a number, or stands elsewhere as one and as no subscript.
        """
        pair = (relation.left, relation.right)
        names = [p for p in pair if isinstance(p, Name) and p.id not in self.facts]
        literal = any(isinstance(p, Num) and p.value >= 1 for p in pair)
        numbers = [p for p in names if p.id in self._numbers - self._subscripts]
        few = len(names) == 2 or (literal and len(names) == 1)
        if relation.op in ("==", "!=") and few and not numbers:
            for part in names:
                self._mark(part)

    def _is_index(self, node: Node) -> bool:
        if isinstance(node, Name):
            return node.id in self.indices
        return isinstance(node, Entry) and node.base in self.label_arrays

    def _mark(self, node: Node) -> None:
        if isinstance(node, Name) and (
            node.id not in self.facts or self.facts[node.id].kind in INDEX_KINDS
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
        self._known = {*self.facts, *self.definitions}
        for name, definition in self.definitions.items():
            self.arity[name] = len(definition.params)
            for place, param in enumerate(definition.params):
                self.ranges.join(("axis", name, str(place)), ("index", param))
        for fact in self.facts.values():
            for place, size in enumerate(fact.sizes):
                self.ranges.find(("axis", fact.name, str(place)))
                if size != ANY_SIZE:
                    self.ranges.join(("size", size), ("axis", fact.name, str(place)))
            if fact.sizes:
                self.arity.setdefault(fact.name, len(fact.sizes))
            if fact.kind.isdigit():
                self.ranges.find(("size", fact.name))
            elif fact.kind in INDEX_KINDS and not fact.sizes:
                self.ranges.find(("index", fact.name))
        for source, tree in self._trees():
            for part in walk(tree):
                self._unify(source, part)

    def _unify(self, source: str, part: Node) -> None:
        if isinstance(part, Entry):
            if part.base == "delta" and len(part.indices) == 2 and "delta" not in self._known:
                hint = "write delta(k, y), or declare  delta: real[_, _]"
                self._complain("Kronecker's delta, or an entry of an array?", part, source, hint)
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
        elif isinstance(part, Name) and self._defined_with_indices(part.id):
            hint = f"write an entry, such as {part.id}[k]"
            self._complain(f"{part.id} is an array here", part, source, hint)
        elif isinstance(part, Rel):
            keys = [key for side in (part.left, part.right) if (key := self._range_key(side))]
            for key in keys:
                self.ranges.join(keys[0], key)
        elif isinstance(part, Reduce):
            self.ranges.find(("index", part.index))
            if part.over:
                self.ranges.join(("size", part.over), ("index", part.index))
        elif isinstance(part, Deriv):
            self._check_derivative(source, part)
        elif isinstance(part, Pow) and part.base == Name("e") and self._is_eulers(part.exponent):
            hint = "write exp(x), or declare  e: positive"
            self._complain("e is a name like any other here", part.base, source, hint)

    def _is_eulers(self, exponent: Node) -> bool:
        """Whether e to this power may be meant as exp: not in e**2 where e varies."""
        if "e" in self._known:
            return False
        derivatives = (p for _, tree in self._trees() for p in walk(tree) if isinstance(p, Deriv))
        varied = any(Name("e") in part.wrt for part in derivatives)
        return not (varied and isinstance(exponent, Num))

    def _defined_with_indices(self, name: str) -> bool:
        return name in self.definitions and bool(self.definitions[name].params)

    def _check_derivative(self, source: str, part: Deriv) -> None:
        body = part.body
        name = body.base if isinstance(body, Entry) else body.id if isinstance(body, Name) else ""
        varied = {v.base if isinstance(v, Entry) else getattr(v, "id", "") for v in part.wrt}
        if name and name not in self.definitions and name not in varied and name not in self.facts:
            hint = f'say what it is:  --given "{text(body)} = ..."'
            self._complain(
                f"{name} has no definition, so its derivative means nothing", body, source, hint
            )


def _of_a_size(relation: Rel) -> bool:
    """Whether a condition compares a usual size with a number: n == 2 speaks of the classes."""
    names = {side.id for side in (relation.left, relation.right) if isinstance(side, Name)}
    return len(names) == 1 and names <= USUAL_SIZES


def _bounds_an_index(relation: Rel) -> bool:
    """Whether an order has a usual size on one side, as in j <= n."""
    sides = (relation.left, relation.right)
    named = any(isinstance(side, Name) and side.id in USUAL_SIZES for side in sides)
    return named and relation.op not in ("==", "!=")


def _outside_relations(node: Node) -> Iterator[str]:
    """The names that stand in the tree as numbers: in no relation, and as no subscript."""
    if isinstance(node, Name):
        yield node.id
    elif not isinstance(node, Rel | Entry):
        for part in children(node):
            yield from _outside_relations(part)
