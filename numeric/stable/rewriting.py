"""The identities of `numeric.stable.stabilise`, put to work on formulas."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.problem import Definition, Problem, instantiate
from derive.read.formula import read_equation
from derive.syntax import (
    Add,
    Call,
    Div,
    Entry,
    Name,
    Neg,
    Node,
    Reduce,
    canonical,
    children,
    free_names,
    fresh,
    rebuild,
    substitute,
    transform,
    walk,
    written,
)
from numeric.names import Names, all_names, head
from numeric.stable import patterns
from numeric.stable.patterns import Binding, Hole, subscripts
from numeric.stable.rewritten import Choice, Stable
from numeric.stable.stabilise import (
    AT_LABEL,
    CHOSEN,
    LABELLED,
    MEANINGS,
    PRECISE,
    REWRITES,
    SOFTMAX,
    UNSHIFTED,
    WITHOUT_SHIFT,
    Rewrite,
)


def stabilise(
    problem: Problem,
    results: Mapping[str, Node],
    labels: frozenset[str],
    *,
    precise: bool = False,
    unshifted: bool = False,
) -> Stable:
    """The results, free of avoidable overflow and cancellation.

    `labels` are the indices that are data, such as y; the other free indices run over an axis.
    `precise` softmaxes, those of plain entries, take account of what differences are rounded by.
    `unshifted` ones, those around a label of plain entries, are for entries near 0 only.
    """
    work = _Work(problem, labels, precise)
    for definition in problem.definitions.values():
        work.define(definition)
    rewritten = {name: work.rewrite(node) for name, node in results.items()}
    work.pivot(tuple(rewritten.values()), unshifted=unshifted)
    return Stable(
        rewritten,
        work.definitions,
        work.meanings,
        {choice.name: choice for choice in work.choices.values()},
        frozenset(name for f in work.families.values() if (name := f.names.get("slip"))),
        frozenset(family.names["log_p"] for family in work.families.values()),
        frozenset(family.names["others"] for family in work.families.values()),
        frozenset(family.names["total"] for family in work.families.values()),
        work.unshifted,
        tuple(work.used),
    )


@dataclass(frozen=True)
class _Family:
    """The lines of SOFTMAX for one u: the name that each of them and `top` got.

    `params` are the indices over which there is a softmax each, `found` is what u stands for.
    """

    names: Mapping[str, str]
    size: str
    params: tuple[str, ...]
    found: Binding
    precise: bool


_ROLES = ("top", "gap", "slip", "mass", "zero", "rest", "total", "excess", "p", "others", "log_p")
_AT_LABEL_ONLY = ("others", "log_p")
_SOFTMAX = "the softmax"
"""Where a binding keeps which softmax its p[k] belongs to: p over the outer indices."""


@functools.cache
def _parsed(statement: str) -> tuple[Node, Node]:
    equation = read_equation(statement)
    return equation.left, equation.right


class _Work:
    """One rewriting: the definitions and choices made so far."""

    def __init__(self, problem: Problem, labels: frozenset[str], precise: bool) -> None:
        self.labels = set(labels)
        self.precise = precise
        scalars = (symbol for symbol in problem.symbols.values() if not symbol.axes)
        self.positive = {symbol.name for symbol in scalars if symbol.kind == "positive"}
        self.names = Names(all_names(problem))
        self.definitions: dict[str, Definition] = {}
        self.meanings: dict[str, Definition] = {}
        self.choices: dict[Node, Choice] = {}
        self.families: dict[Node, _Family] = {}
        self.used: dict[str, None] = {}
        self.unshifted: dict[str, str] = {}
        self.naming: Definition | None = None
        self.sigmoids: dict[str, Definition] = {}

    def define(self, definition: Definition) -> None:
        """Rewrite a definition; one that is a softmax gives its name to the softmax found there.

        One that is a sigmoid is written out wherever it is used, so that 1 - q and log(q) are seen
        to be those of a sigmoid.
        """
        if isinstance(definition.body, Call) and definition.body.function == "sigma":
            self.sigmoids[definition.name] = self.definitions[definition.name] = definition
            return
        self.naming = definition
        body = self._once(REWRITES[0], *_parsed(REWRITES[0].statement), definition.body)
        self.naming = None
        if definition.name not in self.definitions:
            body = self.rewrite(definition.body if body is None else body)
            self.definitions[definition.name] = replace(definition, body=body)

    def rewrite(self, node: Node) -> Node:
        """Each identity in the table's order, wherever it applies."""
        node = transform(node, self._sigmoid)
        for row in REWRITES:
            left, right = _parsed(row.statement)
            node = self._everywhere(row, left, right, node)
            if isinstance(left, Add):
                node = self._everywhere(row, patterns.negate(left), patterns.negate(right), node)
        return patterns.tidy(node)

    def _sigmoid(self, node: Node) -> Node | None:
        if not isinstance(node, Name | Entry) or head(node) not in self.sigmoids:
            return None
        return transform(instantiate(self.sigmoids[head(node)], children(node)), self._sigmoid)

    def _everywhere(self, row: Rewrite, left: Node, right: Node, node: Node) -> Node:
        while (changed := transform(node, lambda p: self._once(row, left, right, p))) is not node:
            node = changed
        return node

    def _once(self, row: Rewrite, left: Node, right: Node, node: Node) -> Node | None:
        def instance(found: Binding) -> Node:
            self.used[row.name] = None
            return self._fill(substitute(right, {}), self._with_softmax(found))

        return patterns.replace(left, instance, node, self._known)

    def _known(self, pattern: Entry, node: Node, found: Binding) -> Iterator[Binding] | None:
        """p[k], others[k] and log_p[k] of an identity are those of a softmax found before."""
        return self._entry(pattern, node, found) if pattern.base in _ROLES else None

    def _entry(self, pattern: Entry, node: Node, found: Binding) -> Iterator[Binding]:
        for family in self.families.values():
            if isinstance(node, Entry) and family.names[pattern.base] == node.base:
                softmax = Entry(family.names["p"], node.indices[:-1])
                if found.get(_SOFTMAX, softmax) == softmax:
                    inner = {**found, _SOFTMAX: softmax}
                    last = node.indices[-1]
                    yield from patterns.matches(pattern.indices[0], last, inner, self._known)

    def _with_softmax(self, found: Binding) -> Binding:
        """A binding of u[k] alone says, from here on, which softmax u belongs to."""
        u, size = found.get("u"), found.get(patterns.range_of("j"))
        if not isinstance(u, Hole) or not isinstance(size, Name):
            return found
        outer = self._outer(u.body, u.index)
        generic = {u.index: Name("·"), **{name: Name(f"·{at}") for at, name in enumerate(outer)}}
        key = canonical(substitute(u.body, generic))
        if key not in self.families:
            self._new_family(key, u, outer, size.id)
        return {**found, _SOFTMAX: Entry(self.families[key].names["p"], tuple(map(Name, outer)))}

    def _new_family(self, key: Node, u: Hole, outer: tuple[str, ...], size: str) -> None:
        precise = self.precise and isinstance(u.body, Entry)
        others = ("p",) if precise else ("p", "slip")
        names = {role: self.names.fresh(role) for role in _ROLES if role not in others}
        names["p"] = self._name_of_softmax(u, outer)
        params = tuple(map(fresh, map(written, outer)))
        renamed: dict[str, Node] = {a: Name(b) for a, b in zip(outer, params, strict=True)}
        hole = fresh(written(u.index))
        body = substitute(u.body, {**renamed, u.index: Name(hole)})
        score = self._numerator(body)
        self.choices[key] = Choice(names["top"], params, "argmax", score, hole, size)
        self.labels.add(names["top"])
        softmax = Entry(names["p"], tuple(map(Name, params)))
        found: Binding = {"u": Hole(hole, body), _SOFTMAX: softmax}
        self.families[key] = _Family(names, size, params, found, precise)
        if precise:
            (gap,) = self._lines(SOFTMAX[:1], names, params, found)
            chosen = Choice(names["gap"], gap.params, "rounded", gap.body)
            self.choices[Entry(names["gap"], (key,))] = chosen
        self._lay(self.families[key], PRECISE if precise else SOFTMAX)
        for definition in self._lines(MEANINGS, names, params, found):
            self.meanings[definition.name] = definition

    def _lay(self, family: _Family, lines: Sequence[str], found: Binding | None = None) -> None:
        """The definitions of a softmax."""
        for definition in self._lines(lines, family.names, family.params, found or family.found):
            body = self.rewrite(definition.body)
            self.definitions[definition.name] = replace(definition, body=body)

    def pivot(self, results: Sequence[Node], *, unshifted: bool) -> None:
        """Around the label, each softmax of which 1 - p and log p are asked for at one label only.

        Nothing else may use its lines than p, since `rest` then means something else. Not where
        roundings are kept: beside a label that is not the largest, the largest mass, 1, is one of
        those that are added up, and what is added to it is rounded as 1 is.
        """
        for family in self.families.values():
            if family.precise:
                continue
            own = set(family.names.values())
            bodies = [d.body for name, d in self.definitions.items() if name not in own]
            uses = [part for body in (*results, *bodies) for part in walk(body)]
            asked = [part for part in uses if head(part) in own - {family.names["p"]}]
            labels = {self._label(part, family) for part in asked}
            label = next(iter(labels)) if len(labels) == 1 else None
            if label is not None:
                found = {**family.found, "y": label}
                for gone in ("zero", *_AT_LABEL_ONLY):
                    del self.definitions[family.names[gone]]
                score = family.found["u"]
                lines: Sequence[str] = AT_LABEL
                rows = LABELLED
                if unshifted and isinstance(score, Hole) and isinstance(score.body, Entry):
                    lines, rows = UNSHIFTED, WITHOUT_SHIFT
                    self.unshifted[score.body.base] = family.names["rest"]
                self._lay(family, lines, found)
                self.used.update(dict.fromkeys(row.name for row in rows))

    def _label(self, part: Node, family: _Family) -> Node | None:
        """The label of a sample at which 1 - p or log p is asked for, over the family's indices."""
        if not isinstance(part, Entry):
            return None
        if part.base not in {family.names[role] for role in _AT_LABEL_ONLY}:
            return None
        *outer, place = part.indices
        if isinstance(place, Entry) and place.indices == tuple(outer):
            return rebuild(place, tuple(map(Name, family.params)))
        return place if head(place) in self.labels and isinstance(place, Name) else None

    def _lines(
        self,
        lines: Sequence[str],
        names: Mapping[str, str],
        params: tuple[str, ...],
        found: Binding,
    ) -> Iterator[Definition]:
        for line in lines:
            left, right = _parsed(line)
            last = tuple(fresh(written(head(index))) for index in children(left))
            indices = {head(a): Name(b) for a, b in zip(children(left), last, strict=True)}
            body = self._fill(substitute(right, {}), {**found, **indices})
            yield Definition(names[head(left)], params + last, body)

    def _name_of_softmax(self, u: Hole, outer: tuple[str, ...]) -> str:
        """The name that the user's own definition of this softmax has, if it has one."""
        naming = self.naming
        if naming is not None and naming.params[:-1] == outer and len(naming.params) > len(outer):
            return naming.name
        return self.names.fresh("p")

    def _outer(self, body: Node, index: str) -> tuple[str, ...]:
        """The indices besides `index` that run over an axis and that the tree depends on."""
        free = free_names(body) - self.labels - {index}
        used = (index.id for index in subscripts(body) if isinstance(index, Name))
        return tuple(dict.fromkeys(name for name in used if name in free))

    def _fill(self, node: Node, found: Binding) -> Node:
        """The right side of an identity, with everything that it stands for put in."""
        softmax = found.get(_SOFTMAX)
        names: Mapping[str, str] = {}
        outer: tuple[Node, ...] = ()
        size = ""
        if isinstance(softmax, Entry):
            family = next(f for f in self.families.values() if f.names["p"] == softmax.base)
            names, outer, size = family.names, softmax.indices, family.size

        def change(part: Node) -> Node | None:
            match part:
                case Name(id=name) if name in names:
                    return Entry(names[name], outer) if outer else Name(names[name])
                case Neg(arg=arg):
                    return patterns.negate(transform(arg, change))
                case Name(id="shift"):
                    return self._shift(found["z"])
                case Name(id=name):
                    value = found.get(name)
                    return value if isinstance(value, Node) else None
                case Entry(base=base, indices=(index,)):
                    place, array = transform(index, change), found.get(base)
                    if isinstance(array, Hole):
                        return array.at(place)
                    return Entry(names[base], (*outer, place))
                case Reduce(index=index):
                    over = found.get(patterns.range_of(written(index)))
                    return replace(
                        part,
                        body=transform(part.body, change),
                        where=None if part.where is None else transform(part.where, change),
                        over=over.id if isinstance(over, Name) else size,
                    )
                case _:
                    return None

        return transform(node, change)

    def _shift(self, z: Node | Hole | None) -> Node:
        """The number that stabilises sigma(z): one for every z, whatever its indices are called."""
        assert isinstance(z, Node)
        outer = self._outer(z, "")
        key = canonical(substitute(z, {name: Name(f"·{at}") for at, name in enumerate(outer)}))
        if key not in self.choices:
            params = tuple(map(fresh, map(written, outer)))
            body = substitute(z, {a: Name(b) for a, b in zip(outer, params, strict=True)})
            self.choices[key] = Choice(self.names.fresh("shift"), params, "positive part", body)
            self.used.update(dict.fromkeys(row.name for row in CHOSEN))
        name = self.choices[key].name
        return Entry(name, tuple(map(Name, outer))) if outer else Name(name)

    def _numerator(self, score: Node) -> Node:
        """What decides the largest score: a positive divisor, one for all classes, does not."""
        while isinstance(score, Div) and head(score.den) in self.positive:
            score = score.num
        return score
