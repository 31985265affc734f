"""Which index a subscript, a label or a side of a delta is, in one case of what is equal."""

from __future__ import annotations

from collections.abc import Mapping

from derive.atoms import Index
from derive.cases import Case
from derive.errors import OutOfFragment
from derive.problem import Problem
from derive.syntax import Entry, Name, Node, Num, Reduce, Rel, free_names, walk

Env = Mapping[str, Index]
"""What each bound index stands for."""


class Places:
    """The indices of a problem's trees in one case, and those of the sums around them."""

    def __init__(self, problem: Problem, case: Case) -> None:
        self._problem, self._case = problem, case
        self._ranges = dict(problem.indices)

    def bind(self, index: str, size: str) -> None:
        """A summed index ranges over this size."""
        self._ranges[index] = size

    def index(self, node: Node, env: Env, size: str) -> Index:
        """What stands in the place of an index over `size`. Raises OutOfFragment for a number."""
        match node:
            case Num(value=value):
                if (place := f"{value}:{size}") not in self._case.index_of:
                    raise OutOfFragment(f"the number {value} beside an index, which counts from 1")
                return self._case.index_of[place]
            case Name(id=name):
                return env[name] if name in env else self._case.index_of[name]
            case Entry(base=base, indices=indices):
                axes = self._problem.symbols[base].axes
                places = tuple(
                    self.index(i, env, axis) for i, axis in zip(indices, axes, strict=True)
                )
                return self._label(base, places)
            case _:
                raise OutOfFragment("an index that is no index")

    def _label(self, base: str, places: tuple[Index, ...]) -> Index:
        """A label at free indices is a free index itself; y[i] with i summed stays a label."""
        for term, index in self._case.index_of.items():
            name, _, inner = term.partition("[")
            if name == base and inner:
                parts = inner[:-1].split(", ")
                if tuple(self._case.index_of.get(p) for p in parts) == places:
                    return index
        return ("label", base, places)

    def range_of(self, a: Node, b: Node) -> str:
        """The size of the range of two compared indices; empty if they are numbers."""
        for node in (a, b):
            if isinstance(node, Name) and node.id in self._ranges:
                return self._ranges[node.id]
            if isinstance(node, Entry) and node.base in self._problem.label_range:
                return self._problem.label_range[node.base]
        return ""

    def moved(self, index: Index, token: Index, target: Index) -> Index:
        """The index with `target` put for `token`, also inside of a label."""
        if index == token:
            return target
        if isinstance(index, tuple) and index[0] == "label":
            return self._label(index[1], tuple(self.moved(i, token, target) for i in index[2]))
        return index

    def named(self, node: Reduce, env: Env) -> list[Index]:
        """The indices of the same range that a delta or condition in the sum names."""
        parts = [node.body] if node.where is None else [node.body, node.where]
        bound = {p.index for part in parts for p in walk(part) if isinstance(p, Reduce)}
        found: dict[Index, None] = {}
        for part in parts:
            for relation in walk(part):
                if not isinstance(relation, Rel):
                    continue
                for side in (relation.left, relation.right):
                    index = self._outer_index(side, env, bound | {node.index}, node.over)
                    if index is not None:
                        found[index] = None
        return list(found)

    def _outer_index(self, side: Node, env: Env, bound: set[str], over: str) -> Index | None:
        if free_names(side) & bound:
            return None
        match side:
            case Name(id=name) if name in env and self._ranges.get(name) == over:
                return env[name]
            case Name(id=name) if self._problem.indices.get(name) == over:
                return self._case.index_of[name]
            case Entry(base=base) if self._problem.label_range.get(base) == over:
                return self.index(side, env, over)
            case Num(value=value) if f"{value}:{over}" in self._case.index_of:
                return self._case.index_of[f"{value}:{over}"]
        return None
