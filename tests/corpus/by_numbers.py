"""What a claim of the corpus is worth in numbers, computed without gradproof.

Formulas are read by Python's own `ast` (walked, never run), values are drawn at random, and every
derivative is a central difference in 60 digits. An equality that holds agrees to many digits; one
that does not is off by far more. Used only to keep the expected verdicts of the corpus honest.
"""

from __future__ import annotations

import ast
import itertools
import operator
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mpmath import mp, mpf

DIGITS = 60
STEP = mpf(10) ** -10
EQUAL = mpf(10) ** -12
APART = mpf(10) ** -5
SIZE_NAMES = set("nNCKBDVMR")

Key = tuple[Any, ...]
Shifts = tuple[tuple[str, tuple[int, ...], mpf], ...]


def tree(text: str) -> ast.expr:
    """The formula as Python's syntax tree."""
    return ast.parse(text.strip().replace("^", "**"), mode="eval").body


def parts(text: str) -> list[str]:
    """A list of conditions, cut at the commas outside of brackets and at `and`."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            found.append(text[start:place])
            start = place + 1
    found.append(text[start:])
    return [piece.strip() for part in found for piece in part.split(" and ") if piece.strip()]


class Claim:
    """A claim with its definitions, its indices and the dimensions that they range over."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        left, right = re.split(r"==", row["claim"], maxsplit=1)
        self.left, self.right = tree(left), tree(right)
        self.given: dict[str, tuple[tuple[str, ...], ast.expr]] = {}
        for text in row.get("given", ()):
            head, body = text.split("=", 1)
            at = tree(head)
            if isinstance(at, ast.Subscript):
                params = tuple(name.id for name in self._indices(at))  # type: ignore[attr-defined]
                self.given[at.value.id] = (params, tree(body))  # type: ignore[attr-defined]
            else:
                self.given[at.id] = ((), tree(body))  # type: ignore[attr-defined]
        self.kinds: dict[str, str] = {}
        self.axes: dict[str, tuple[str, ...]] = {}
        for text in row.get("declare", ()):
            names, kind = text.split(":")
            matched = re.fullmatch(r"\s*(\w+)\s*(?:\[(.*)\])?\s*", kind)
            assert matched, text
            for name in names.split(","):
                self.kinds[name.strip()] = matched[1]
                if matched[2]:
                    self.axes[name.strip()] = tuple(s.strip() for s in matched[2].split(","))
        self.where = [tree(part) for part in parts(row.get("where", ""))]
        self.assume = list(row.get("assume", ()))
        self._ranges()

    @staticmethod
    def _indices(node: ast.Subscript) -> list[ast.expr]:
        inner = node.slice
        return list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]

    # Which index ranges over which dimension.

    def _find(self, key: Key) -> Key:
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            key = self.parent[key]
        return key

    def _join(self, a: Key, b: Key) -> None:
        self.parent[self._find(a)] = self._find(b)

    def _ranges(self) -> None:
        self.parent: dict[Key, Key] = {}
        self.least: dict[Key, int] = {}
        self.letters = {n for n, k in self.kinds.items() if k in ("label", "index")} - set(
            self.axes
        )
        self.labels = {n for n, k in self.kinds.items() if k == "label"} & set(self.axes)
        self.scalars: set[str] = set()
        self.arity: dict[str, int] = {}
        for name, axes in self.axes.items():
            for place, size in enumerate(axes):
                self._join(("axis", name, place), ("size", size))
        trees = [self.left, self.right, *self.where]
        trees += [body for _, body in self.given.values()]
        for node in (part for t in trees for part in ast.walk(t)):
            if isinstance(node, ast.Subscript):
                for index in self._indices(node):
                    if isinstance(index, ast.Name):
                        self.letters.add(index.id)
                    elif isinstance(index, ast.Subscript):
                        self.labels.add(index.value.id)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Call) and node.func.id == "delta":  # type: ignore[attr-defined]
                for arg in node.args:
                    if isinstance(arg, ast.Name):
                        self.letters.add(arg.id)
                    elif isinstance(arg, ast.Subscript):
                        self.labels.add(arg.value.id)  # type: ignore[attr-defined]
        self._compared(trees)
        self.free: set[str] = set()
        self._count = itertools.count()
        for t in (self.left, self.right, *self.where):
            self._walk(t, {})
        for name, (params, body) in self.given.items():
            scope = {p: ("axis", name, place) for place, p in enumerate(params)}
            self._walk(body, scope)

    def _compared(self, trees: Sequence[ast.expr]) -> None:
        """A name that is compared with an index is an index: i in k != i."""
        nodes = [part for t in trees for part in ast.walk(t)]
        bound = {
            index.id
            for node in nodes
            if isinstance(node, ast.Call) and node.func.id in ("sum", "prod")  # type: ignore[attr-defined]
            for index in ast.walk(node.args[1])
            if isinstance(index, ast.Name)
        }
        pairs = [(node.left, *node.comparators) for node in nodes if isinstance(node, ast.Compare)]
        for _ in pairs:
            for pair in pairs:
                names = {part.id for part in pair if isinstance(part, ast.Name)}
                known = names & (self.letters | bound)
                if known or any(isinstance(part, ast.Subscript) for part in pair):
                    self.letters |= {name for name in names if name not in self.kinds}

    def _key(self, node: ast.expr, scope: Mapping[str, Key]) -> Key | None:
        if isinstance(node, ast.Name) and (node.id in scope or node.id in self.letters):
            if node.id in scope:
                return scope[node.id]
            self.free.add(node.id)
            return ("free", node.id)
        if isinstance(node, ast.Subscript) and node.value.id in self.labels:  # type: ignore[attr-defined]
            return ("value", node.value.id)  # type: ignore[attr-defined]
        return None

    def _walk(self, node: ast.AST, scope: Mapping[str, Key]) -> None:
        if isinstance(node, ast.Subscript):
            name = node.value.id  # type: ignore[attr-defined]
            indices = self._indices(node)
            self.arity[name] = len(indices)
            for place, index in enumerate(indices):
                axis = ("axis", name, place)
                self._find(axis)
                if isinstance(index, ast.Constant):
                    self.least[axis] = max(self.least.get(axis, 1), index.value)
                    continue
                key = self._key(index, scope)
                assert key is not None, ast.unparse(node)
                self._join(axis, key)
                if isinstance(index, ast.Subscript):
                    self._walk(index, scope)
            return
        if isinstance(node, ast.Call) and node.func.id in ("sum", "prod", "Sum"):  # type: ignore[attr-defined]
            index = node.args[1]
            bound: Key = ("bound", next(self._count))
            self._find(bound)
            if isinstance(index, ast.Tuple):
                self._join(bound, ("size", index.elts[2].id))  # type: ignore[attr-defined]
                index = index.elts[0]
            inner = {**scope, index.id: bound}  # type: ignore[attr-defined]
            for part in (node.args[0], *node.args[2:]):
                self._walk(part, inner)
            return
        pair: list[ast.expr] = []
        if isinstance(node, ast.Call):
            if node.func.id in ("delta", "KroneckerDelta"):  # type: ignore[attr-defined]
                pair = node.args
            for part in node.args:
                self._walk(part, scope)
        elif isinstance(node, ast.Compare):
            pair = [node.left, *node.comparators]
            for part in pair:
                self._walk(part, scope)
        elif isinstance(node, ast.Name):
            if self._key(node, scope) is None and node.id not in self.given:
                self.scalars.add(node.id)
        else:
            for part in ast.iter_child_nodes(node):
                self._walk(part, scope)
        if pair:
            a, b = (self._key(part, scope) for part in pair)
            if a is not None and b is not None:
                self._join(a, b)

    def roots(self) -> list[Key]:
        """One key for each dimension."""
        return sorted({self._find(key) for key in list(self.parent)}, key=str)


class World:
    """One draw: sizes of the dimensions, values of the names."""

    def __init__(self, claim: Claim, sizes: Mapping[Key, int], rng: random.Random) -> None:
        self.claim, self.sizes, self.rng = claim, dict(sizes), rng
        self.cache: dict[Key, mpf] = {}
        self.arrays: dict[str, dict[tuple[int, ...], Any]] = {}
        self.values: dict[str, Any] = {}
        for name, arity in claim.arity.items():
            if name not in claim.given:
                self._draw_array(name, arity)
        for name in sorted(claim.scalars):
            if ("size", name) in claim.parent:
                self.values[name] = mpf(self.size(("size", name)))
            elif name not in claim.kinds and name in SIZE_NAMES:
                raise ValueError(f"declare the size {name}")
            else:
                self.values[name] = self._draw(claim.kinds.get(name, "real"))

    def size(self, key: Key) -> int:
        return self.sizes[self.claim._find(key)]

    def _draw(self, kind: str) -> Any:
        low, high = {"positive": (0.3, 2.4), "unit": (0.05, 0.95)}.get(kind, (-1.6, 1.6))
        if kind in ("bit", "sign", "integer"):
            choices = {"bit": (0, 1), "sign": (-1, 1), "integer": (1, 2, 3)}[kind]
            return mpf(self.rng.choice(choices))
        return mpf(self.rng.uniform(low, high))

    def _draw_array(self, name: str, arity: int) -> None:
        shape = [self.size(("axis", name, place)) for place in range(arity)]
        kind = self.claim.kinds.get(name, "real")
        places = list(itertools.product(*(range(1, s + 1) for s in shape)))
        if name in self.claim.labels:
            top = self.size(("value", name))
            self.arrays[name] = {at: self.rng.randint(1, top) for at in places}
            return
        base = "positive" if kind == "simplex" else "real" if kind == "onehot" else kind
        self.arrays[name] = {at: self._draw(base) for at in places}
        if kind == "simplex":
            self.normalise(name, mpf(1))
        elif kind == "onehot":
            self.one_hot(name)

    def normalise(self, name: str, total: mpf) -> None:
        """Scale, or where that is no use shift, each row of an array to a sum."""
        table = self.arrays[name]
        positive = self.claim.kinds.get(name) in ("simplex", "positive", "unit")
        for row in {at[:-1] for at in table}:
            own = [at for at in table if at[:-1] == row]
            now = sum(table[at] for at in own)
            for at in own:
                table[at] = (
                    table[at] * total / now if positive else table[at] + (total - now) / len(own)
                )

    def one_hot(self, name: str) -> None:
        table = self.arrays[name]
        for row in {at[:-1] for at in table}:
            own = sorted(at for at in table if at[:-1] == row)
            hot = self.rng.choice(own)
            for at in own:
                table[at] = mpf(at == hot)

    def impose(self, condition: str) -> None:
        """Make a condition on values true: T == 1, w[k] == 1, sum(t[j], j) == 1, t is one-hot."""
        if hot := re.fullmatch(r"(\w+) is one-hot", condition):
            self.one_hot(hot[1])
            return
        if sign := re.fullmatch(r"(\w+) > 0", condition):
            name = sign[1]
            if name in self.values:
                self.values[name] = abs(self.values[name]) + mpf("0.1")
            else:
                self.arrays[name] = {a: abs(v) + mpf("0.1") for a, v in self.arrays[name].items()}
            return
        left, right = map(tree, condition.split("==", 1))
        self.cache = {}
        if isinstance(left, ast.Name):
            self.values[left.id] = self.number(right, {}, ())
            return
        inner = left.args[0] if isinstance(left, ast.Call) else left
        power = 1
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Pow):
            inner, power = inner.left, inner.right.value  # type: ignore[attr-defined]
        assert isinstance(inner, ast.Subscript), condition
        name = inner.value.id  # type: ignore[attr-defined]
        if isinstance(left, ast.Subscript):
            at = getattr(self, "free", {})
            letters = {i.id for i in Claim._indices(left) if isinstance(i, ast.Name)}
            if letters <= set(at):  # of the claim's own indices: one entry
                place = tuple(self.index(i, at) for i in Claim._indices(left))
                self.arrays[name][place] = self.number(right, at, ())
            else:  # a letter of its own: every entry
                value = self.number(right, {}, ())
                self.arrays[name] = dict.fromkeys(self.arrays[name], value)
        elif power > 1 or any(isinstance(i, ast.Subscript) for i in Claim._indices(inner)):
            ratio = (self.number(right, {}, ()) / self.number(left, {}, ())) ** (mpf(1) / power)
            self.arrays[name] = {at: v * ratio for at, v in self.arrays[name].items()}
        else:
            self.normalise(name, self.number(right, {}, ()))

    # Values.

    def index(self, node: ast.expr, at: Mapping[str, int]) -> int:
        if isinstance(node, ast.Constant):
            return int(node.value)
        if isinstance(node, ast.Name):
            return at[node.id]
        assert isinstance(node, ast.Subscript)
        inner = tuple(self.index(i, at) for i in Claim._indices(node))
        return int(self.arrays[node.value.id][inner])  # type: ignore[attr-defined]

    def _is_index(self, node: ast.expr, at: Mapping[str, int]) -> bool:
        if isinstance(node, ast.Name):
            return node.id in at
        return isinstance(node, ast.Subscript) and node.value.id in self.claim.labels  # type: ignore[attr-defined]

    def true(self, node: ast.expr, at: Mapping[str, int]) -> bool:
        if isinstance(node, ast.BoolOp):
            tests = (self.true(v, at) for v in node.values)
            return all(tests) if isinstance(node.op, ast.And) else any(tests)
        if isinstance(node, ast.UnaryOp):
            return not self.true(node.operand, at)
        assert isinstance(node, ast.Compare)
        sides = [node.left, *node.comparators]
        read = [
            self.index(s, at)
            if self._is_index(s, at) or isinstance(s, ast.Constant)
            else self.number(s, at, ())
            for s in sides
        ]
        tests: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
            ast.Eq: operator.eq,
            ast.NotEq: operator.ne,
            ast.Lt: operator.lt,
            ast.Gt: operator.gt,
            ast.LtE: operator.le,
            ast.GtE: operator.ge,
        }
        steps = zip(read, node.ops, read[1:], strict=False)
        return all(tests[type(op)](a, b) for a, op, b in steps)

    def entry(self, name: str, place: tuple[int, ...], shifts: Shifts) -> mpf:
        """The value of an entry or a name, moved by what is being differentiated by."""
        key = (name, place, shifts)
        if key not in self.cache:
            if name in self.claim.given:
                params, body = self.claim.given[name]
                at = {**self.free, **dict(zip(params, place, strict=True))}
                value = self.number(body, at, shifts)
            else:
                value = self.arrays[name][place] if name in self.arrays else self.values[name]
            self.cache[key] = value + sum(h for n, p, h in shifts if (n, p) == (name, place))
        return self.cache[key]

    def number(self, node: ast.expr, at: Mapping[str, int], shifts: Shifts) -> mpf:
        match node:
            case ast.Constant(value=value):
                return mpf(value)
            case ast.Name(id=name):
                return self.entry(name, (), shifts)
            case ast.Subscript(value=ast.Name(id=name)):
                place = tuple(self.index(i, at) for i in Claim._indices(node))
                return self.entry(name, place, shifts)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.number(operand, at, shifts)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.number(left, at, shifts), self.number(right, at, shifts)
                return self._binary(op, a, b)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args, at, shifts)
        raise ValueError(ast.unparse(node))

    @staticmethod
    def _binary(op: ast.operator, a: mpf, b: mpf) -> mpf:
        if isinstance(op, ast.Pow) and a < 0 and b != int(b):
            raise ValueError("a root of a negative number")
        table = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
        sign = table[type(op)]  # type: ignore[index]
        if sign == "/":
            return a / b
        return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "^" else a**b

    def _call(self, name: str, args: Sequence[ast.expr], at: Mapping[str, int], s: Shifts) -> mpf:
        if name in ("sum", "prod", "Sum"):
            letter = args[1].elts[0].id if isinstance(args[1], ast.Tuple) else args[1].id  # type: ignore[attr-defined]
            result = mpf(name == "prod")
            for value in range(1, self._top(args, letter) + 1):
                inner = {**at, letter: value}
                if all(self.true(condition, inner) for condition in args[2:]):
                    term = self.number(args[0], inner, s)
                    result = result * term if name == "prod" else result + term
            return result
        if name == "d":
            return self._derivative(args[0], list(args[1:]), at, s)
        if name in ("delta", "KroneckerDelta"):
            return mpf(self.index(args[0], at) == self.index(args[1], at))
        if name == "ind":
            return mpf(self.true(args[0], at))
        if name == "cases":
            for value, condition in zip(args[:-1:2], args[1:-1:2], strict=True):
                if self.true(condition, at):
                    return self.number(value, at, s)
            return self.number(args[-1], at, s)
        x = self.number(args[0], at, s)
        if name in ("log", "ln", "sqrt") and x <= 0:
            raise ValueError("a logarithm or root outside its domain")
        if name in ("log", "ln"):
            return mp.log(x)
        return {
            "exp": lambda: mp.exp(x),
            "sqrt": lambda: mp.sqrt(x),
            "tanh": lambda: mp.tanh(x),
            "sigma": lambda: 1 / (1 + mp.exp(-x)),
            "sigmoid": lambda: 1 / (1 + mp.exp(-x)),
            "softplus": lambda: mp.log(1 + mp.exp(x)),
            "abs": lambda: abs(x),
        }[name]()

    def _top(self, args: Sequence[ast.expr], letter: str) -> int:
        """How far a bound letter runs: as far as the places that it subscripts."""
        if isinstance(args[1], ast.Tuple):
            return self.size(("size", args[1].elts[2].id))  # type: ignore[attr-defined]
        key = _place_of(self.claim, [args[0], *args[2:]], letter)
        assert key is not None, letter
        return self.size(key)

    def _derivative(
        self, body: ast.expr, by: list[ast.expr], at: Mapping[str, int], shifts: Shifts
    ) -> mpf:
        if not by:
            return self.number(body, at, shifts)
        last = by[-1]
        if isinstance(last, ast.Name):
            name, place = last.id, ()
        else:
            assert isinstance(last, ast.Subscript)
            name = last.value.id  # type: ignore[attr-defined]
            place = tuple(self.index(i, at) for i in Claim._indices(last))
        up, down = (
            self._derivative(body, by[:-1], at, (*shifts, (name, place, sign * STEP)))
            for sign in (1, -1)
        )
        return (up - down) / (2 * STEP)

    def compare(self, free: Mapping[str, int]) -> tuple[mpf, mpf] | None:
        """Both sides at indices, or None where one has no value."""
        self.free = dict(free)
        self.cache = {}
        try:
            left = self.number(self.claim.left, self.free, ())
            right = self.number(self.claim.right, self.free, ())
        except (ValueError, ZeroDivisionError):
            return None
        return (left, right) if mp.isfinite(left) and mp.isfinite(right) else None


def _place_of(claim: Claim, nodes: Sequence[ast.AST], letter: str) -> Key | None:
    """A place that a letter subscripts or is compared with."""
    for node in (part for n in nodes for part in ast.walk(n)):
        if isinstance(node, ast.Subscript):
            for place, index in enumerate(Claim._indices(node)):
                if isinstance(index, ast.Name) and index.id == letter:
                    return ("axis", node.value.id, place)  # type: ignore[attr-defined]
    for node in (part for n in nodes for part in ast.walk(n)):
        pair: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            pair = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and node.func.id == "delta":  # type: ignore[attr-defined]
            pair = node.args
        names = [p.id for p in pair if isinstance(p, ast.Name)]
        if letter in names and len(names) == 2:
            other = names[1 - names.index(letter)]
            return ("free", other)
    return None


def worlds(claim: Claim, seed: int, forced: Mapping[str, int] | None = None) -> Iterator[World]:
    """Draws at several sizes, small ones among them; declared and forced sizes are kept."""
    rng = random.Random(seed)
    roots = claim.roots()
    fixed = {claim._find(("size", n)): int(k) for n, k in claim.kinds.items() if k.isdigit()}
    least = {claim._find(key): value for key, value in claim.least.items()}
    named = {claim._find(key) for key in list(claim.parent) if key[0] == "size"}
    for name, value in (forced or {}).items():
        if ("size", name) in claim.parent:
            fixed[claim._find(("size", name))] = value
        else:  # a size that the claim does not name: every dimension without a name
            fixed.update({root: value for root in roots if root not in named})
    for plan in ((1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (2, 3)):
        sizes = {}
        for number, root in enumerate(roots):
            drawn = plan[number % 2]
            sizes[root] = fixed.get(root, max(drawn, least.get(root, 1)))
        yield World(claim, sizes, rng)


def differences(
    row: Mapping[str, Any], condition: str = "", seed: int = 7, most: int = 6
) -> Iterator[tuple[bool, mpf, mpf]]:
    """(the condition holds there, left, right) at drawn points; a condition is also imposed."""
    mp.dps = DIGITS
    claim = Claim(row)
    demands = parts(condition)
    known = claim.scalars | set(claim.arity) | claim.free
    relations, settings, local = [], [], []
    forced: dict[str, int] = {}
    for demand in demands:
        size = re.fullmatch(r"([A-Za-z]\w*) == (\d+)", demand)
        if size and (("size", size[1]) in claim.parent or size[1] not in known):
            forced[size[1]] = int(size[2])
        elif more := re.fullmatch(r"([A-Za-z]\w*) (?:!= 1|> 1|>= 2)", demand):
            forced[more[1]] = 3
        elif re.fullmatch(r"\w+(\[\w+\])? [!=]= \w+(\[\w+\])?", demand) and _names_indices(
            claim, demand
        ):
            relations.append(tree(demand))
        elif "one-hot" not in demand and _local(claim, demand):
            local.append(demand)
        else:
            settings.append(demand)
    rng = random.Random(seed)
    for imposed in (False, True) if demands else (False,):
        for world in worlds(claim, seed, forced if imposed else None):
            for assumption in claim.assume:
                world.impose(assumption)
            for setting in settings if imposed else ():
                world.impose(setting)
            free = sorted(claim.free)
            tops = [range(1, world.size(("free", letter)) + 1) for letter in free]
            points = list(itertools.product(*tops))
            rng.shuffle(points)
            points.sort(key=lambda p: len(set(p)) == len(p))
            half = points[: most // 2] + points[-(most // 2) :] if len(points) > most else points
            for point in half:
                at = dict(zip(free, point, strict=True))
                if not all(world.true(test, at) for test in claim.where):
                    continue
                inside = all(world.true(test, at) for test in relations)
                if imposed and not inside:
                    continue
                for demand in local if imposed else ():
                    world.free = at
                    world.impose(demand)
                pair = world.compare(at)
                if pair is not None:
                    yield imposed or (inside and not (settings or forced or local)), *pair


def _local(claim: Claim, demand: str) -> bool:
    """Whether a condition speaks of an entry at the claim's own indices: w[y] == 1."""
    left = tree(demand.split("==", 1)[0])
    return isinstance(left, ast.Subscript) and all(
        isinstance(i, ast.Name) and i.id in claim.free for i in Claim._indices(left)
    )


def _names_indices(claim: Claim, demand: str) -> bool:
    return all(
        re.sub(r"\[.*", "", side.strip()) in claim.letters | claim.labels | claim.free
        or side.strip().isdigit()
        for side in re.split("[!=]=", demand)
    )


def off(left: mpf, right: mpf) -> mpf:
    """How far apart two values are, in terms of the larger one where that is over 1."""
    return abs(left - right) / max(1, abs(left), abs(right))
