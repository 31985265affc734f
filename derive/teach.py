"""Derivations: a plan followed rule by rule, every step recorded and judged on its own.

Finding the steps needs no trust: each recorded step is a claim `before == after` that goes through
the same decision as any other claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from derive.catalogue import CATALOGUE, Loss
from derive.decide import decide, pose
from derive.errors import Complaint, FormulaError
from derive.fold import folded
from derive.plans import CONTEXT, DIRECT, HESSIAN, INNER, QUOTIENT, TEXTBOOK, TIDY, Phase
from derive.problem import Problem, instantiate
from derive.read.formula import read_equation, read_expression
from derive.rules import RULES
from derive.show import text
from derive.steps import Case, Derivation, Step
from derive.syntax import (
    ONE,
    ZERO,
    Call,
    Deriv,
    Entry,
    Ind,
    Name,
    Node,
    Reduce,
    Rel,
    Span,
    canonical,
    children,
    delta,
    free_names,
    fresh,
    mul,
    name_of,
    rebuild,
    same,
    substitute,
    transform,
    walk,
)

MAX_STEPS = 120


def derivation(
    loss: str | Loss,
    *,
    wrt: str = "",
    order: int = 1,
    path: str = "direct",
    declare: Sequence[str] = (),
) -> Derivation:
    """The derivation of d(L, wrt) for a row of the catalogue (by name) or a loss of one's own.

    order 2 gives the Hessian. path "direct" goes through log-sum-exp, "textbook" through the chain
    rule and the quotient rule. `declare` adds facts, such as a concrete class count ("n: 10").
    Raises FormulaError.
    """
    row = _row(loss, declare)
    if wrt and wrt.replace(" ", "") != row.first.replace(" ", ""):
        row = replace(row, first=wrt, gradient="", lemma="", inner="")
    if order == 2:
        return _hessian(row)
    return _textbook(row) if path == "textbook" and row.inner else _direct(row)


def _row(loss: str | Loss, declare: Sequence[str]) -> Loss:
    if isinstance(loss, str):
        if loss not in CATALOGUE:
            hint = "the catalogue has " + ", ".join(CATALOGUE)
            span = Span(0, max(1, len(loss)))
            raise FormulaError([Complaint("no such loss", loss, span, hint, "loss")])
        loss = CATALOGUE[loss]
    return replace(loss, declare=(*loss.declare, *declare))


@lru_cache(maxsize=64)
def _direct(row: Loss) -> Derivation:
    lemmas = (_lemma(row),) if row.lemma and _lemma_used(row) else ()
    goal = f"d({row.value}, {row.first})"
    # By a defined name that name stays as it is: nothing is put in for it under a logarithm.
    plan = INNER if _is_defined(row, row.first) else DIRECT
    return _follow(row, goal, row.gradient, plan, "direct", lemmas)


def _is_defined(row: Loss, variable: str) -> bool:
    heads = {name_of(read_equation(given).left) for given in row.given}
    return name_of(read_expression(variable)) in heads


def _lemma_used(row: Loss) -> bool:
    """Whether probabilities stand outside of logarithms, so that their Jacobian is wanted."""
    problem = pose(
        row.claim(1) if row.gradient else f"{row.value} == 0", given=row.given, declare=row.declare
    )
    body = problem.definitions[row.value].body
    logs = [part.arg for part in walk(body) if isinstance(part, Call) and part.function == "log"]
    inside = sum(_defined_entries(problem, arg) for arg in logs if isinstance(arg, Entry))
    return _defined_entries(problem, body) > inside


def _defined_entries(problem: Problem, node: Node) -> int:
    return sum(isinstance(p, Entry) and p.base in problem.definitions for p in walk(node))


@lru_cache(maxsize=64)
def _lemma(row: Loss) -> Derivation:
    goal, result = row.lemma.split(" == ")
    return _follow(row, goal, result, QUOTIENT, "quotient rule", ())


def _textbook(row: Loss) -> Derivation:
    goal, result = row.inner.split(" == ")
    inner = _follow(row, goal, result, INNER, "by the probabilities", ())
    parts = (inner, _lemma(row))
    return _follow(row, f"d({row.value}, {row.first})", row.gradient, TEXTBOOK, "textbook", parts)


def _hessian(row: Loss) -> Derivation:
    """The gradient's derivative; the gradient and the Jacobian of p come first."""
    first = _direct(row)
    lemmas = (_lemma(row),) if row.lemma else ()
    given = (*first.parts, first, *(part for part in lemmas if not first.parts))
    goal = f"d({row.value}, {row.first}, {row.second})"
    return _follow(row, goal, row.hessian, HESSIAN, "direct", given)


def _follow(
    row: Loss,
    goal: str,
    result: str,
    plan: tuple[Phase, ...],
    path: str,
    parts: tuple[Derivation, ...],
) -> Derivation:
    """One derivation: from the goal through the plan to the result that the row states."""
    problem = pose(f"{goal} == {result or goal}", given=row.given, declare=row.declare)
    stated = problem.right if result else None
    steps = tuple(_Follower(problem, plan, parts).steps(_moving(problem, problem.left), stated))
    end = steps[-1].after if steps else problem.left
    status = decide(problem.claiming(problem.left, end)).status
    return Derivation(
        loss=row.name,
        title=row.title,
        path=path,
        given=tuple(_equation(problem, name) for name in problem.definitions),
        declared=row.declare,
        claim=Rel("==", problem.left, end),
        steps=steps,
        cases=tuple(_cases(problem, end)),
        status=status,
        parts=parts,
    )


def _moving(problem: Problem, goal: Node) -> Node:
    """The derivative with each variable knowing which defined names move with it."""
    assert isinstance(goal, Deriv)
    return Deriv(goal.body, tuple(_variable(problem, variable) for variable in goal.wrt))


def _variable(problem: Problem, variable: Node) -> Node:
    name = variable.base if isinstance(variable, Entry) else getattr(variable, "id", "")
    moving = {name}
    for _ in problem.definitions:
        moving |= {
            d.name
            for d in problem.definitions.values()
            if any(getattr(p, "base", getattr(p, "id", "")) in moving for p in walk(d.body))
        }
    assert isinstance(variable, Entry | Name)
    return replace(variable, moves=frozenset(moving - {name}))


def _equation(problem: Problem, name: str) -> Rel:
    definition = problem.definitions[name]
    indices = tuple(map(Name, definition.params))
    return Rel("==", Entry(name, indices) if indices else Name(name), definition.body)


@dataclass(frozen=True)
class _Follower:
    problem: Problem
    plan: tuple[Phase, ...]
    parts: tuple[Derivation, ...]

    def steps(self, start: Node, stated: Node | None) -> Iterator[Step]:
        current, count = start, 0
        if len(getattr(start, "wrt", ())) > 1:
            step = self._first_derivative(start)
            yield step
            current = step.after
        for phase in self.plan:
            while count < MAX_STEPS:
                found = self._next(phase, current)
                if found is None:
                    break
                yield found
                current, count = found.after, count + 1
        if stated is not None and not same(current, stated):
            yield self._step("rearrange", current, stated, (current, stated))

    def _next(self, phase: Phase, current: Node) -> Step | None:
        for name in phase.rules:
            apply = self._context_rule(name) if name in CONTEXT else RULES[name].apply
            changed: list[tuple[Node, Node]] = []
            after = _tidied(_everywhere(apply, current, changed))
            if changed and canonical(after) != canonical(current):
                return self._step(name, current, after, changed[0])
        return None

    def _step(self, name: str, before: Node, after: Node, changed: tuple[Node, Node]) -> Step:
        status = decide(self.problem.claiming(before, after)).status
        if name in CONTEXT:
            title, statement = CONTEXT[name]
            return Step(name, title, statement, before, after, changed, (), status)
        rule = RULES[name]
        return Step(name, rule.title, rule.statement, before, after, changed, rule.needs, status)

    def _first_derivative(self, start: Node) -> Step:
        assert isinstance(start, Deriv)
        gradient = next(p for p in self.parts if p.claim.left == Deriv(start.body, start.wrt[:1]))
        after = Deriv(gradient.result, start.wrt[1:])
        return self._step("first-derivative", start, after, (start, after))

    def _context_rule(self, name: str) -> Callable[[Node], Node | None]:
        rules = {
            "definition": self._unfold_value,
            "log-of-definition": self._unfold_log,
            "fold": lambda node: folded(self.problem, node),
            "lemma": self._lemma,
            "chain": self._chain,
            "assumption": self._assumption,
        }
        return rules[name]

    def _unfold_value(self, node: Node) -> Node | None:
        """d(L, x): L by its definition, once; probabilities inside stay as they are."""
        if isinstance(node, Deriv) and isinstance(node.body, Name | Entry):
            body = self._definition(node.body)
            if body is not None and node.body != node.wrt[0]:
                return Deriv(body, node.wrt)
        return None

    def _unfold_log(self, node: Node) -> Node | None:
        if isinstance(node, Call) and node.function == "log":
            body = self._definition(node.arg)
            return None if body is None else Call("log", body)
        return None

    def _definition(self, node: Node) -> Node | None:
        name = node.base if isinstance(node, Entry) else node.id if isinstance(node, Name) else ""
        definition = self.problem.definitions.get(name)
        return None if definition is None else instantiate(definition, children(node))

    def _lemma(self, node: Node) -> Node | None:
        """An instance of the left side of a part, replaced by the part's result."""
        for part in self.parts:
            left = part.claim.left
            if isinstance(node, Deriv) and isinstance(left, Deriv):
                values = _instance(left, node)
                if values is not None:
                    return substitute(part.result, values)
        return None

    def _chain(self, node: Node) -> Node | None:
        """d(L, x) = sum over j of d(L, p[j]) * d(p[j], x), for the p that the first part is by."""
        inner = self.parts[0].claim.left
        if not (isinstance(node, Deriv) and isinstance(inner, Deriv) and node.body == inner.body):
            return None
        through = inner.wrt[0]
        assert isinstance(through, Entry)
        if isinstance(node.wrt[0], Entry) and node.wrt[0].base == through.base:
            return None
        index = fresh("j")
        entry = Entry(through.base, (Name(index),))
        size = next(iter(self.problem.sizes))
        by_entry = Deriv(node.body, (_variable(self.problem, entry),))
        return Reduce("sum", mul(by_entry, Deriv(entry, node.wrt)), index, None, size)

    def _assumption(self, node: Node) -> Node | None:
        """The sum over the last axis of a simplex is 1."""
        match node:
            case Reduce(kind="sum", body=Entry(base=base, indices=indices), where=None):
                symbol = self.problem.symbols.get(base)
                if symbol and symbol.kind == "simplex" and indices[-1] == Name(node.index):
                    return ONE
        return None


def _instance(pattern: Deriv, node: Deriv) -> dict[str, Node] | None:
    """Values for the pattern's index letters that make it the node."""
    pairs = [(pattern.body, node.body), *zip(pattern.wrt, node.wrt, strict=False)]
    values: dict[str, Node] = {}
    for a, b in pairs:
        if isinstance(a, Name) and a == b:
            continue
        if not (isinstance(a, Entry) and isinstance(b, Entry) and a.base == b.base):
            return None
        for letter, value in zip(a.indices, b.indices, strict=True):
            if not isinstance(letter, Name) or values.setdefault(letter.id, value) != value:
                return None
    return values if len(pattern.wrt) == len(node.wrt) else None


def _everywhere(
    apply: Callable[[Node], Node | None], node: Node, changed: list[tuple[Node, Node]]
) -> Node:
    """The rule at every place where it applies, outermost first."""

    def change(part: Node) -> Node | None:
        result = apply(part)
        if result is not None:
            changed.append((part, result))
        return result

    return transform(node, change)


def _tidied(node: Node) -> Node:
    """Zeros, ones, numbers and double signs tidied up, innermost first, until nothing changes."""
    parts = children(node)
    if parts:
        node = rebuild(node, tuple(map(_tidied, parts)))
    for _ in range(MAX_STEPS):
        for name in TIDY:
            result = RULES[name].apply(node)
            if result is not None and result != node:
                node = result
                break
        else:
            return node
    return node


def _cases(problem: Problem, result: Node) -> Iterator[Case]:
    """The result where two compared indices are equal, and where they differ."""
    relations = {
        frozenset((text(p.condition.left), text(p.condition.right))): p.condition
        for p in walk(result)
        if isinstance(p, Ind) and isinstance(p.condition, Rel) and p.condition.op == "=="
    }
    if len(relations) != 1:
        return
    (relation,) = relations.values()
    bound = {part.index for part in walk(result) if isinstance(part, Reduce)}
    if free_names(relation) & bound:
        return
    for condition, value in (
        (relation, _decided(result, relation, ONE)),
        (Rel("!=", relation.left, relation.right), _decided(result, relation, ZERO)),
    ):
        narrowed = replace(problem, where=(*problem.where, condition))
        status = decide(narrowed.claiming(problem.left, value)).status
        yield Case(condition, value, status)


def _decided(result: Node, relation: Rel, value: Node) -> Node:
    """The result with the delta as 1 or 0."""
    both = (delta(relation.left, relation.right), delta(relation.right, relation.left))
    return _tidied(transform(result, lambda part: value if part in both else None))
