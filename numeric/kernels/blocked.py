"""Passes printed for NumPy: a function of one block of rows, every full value in a buffer.

What it sums over its rows it returns row by row; the caller adds it up.

A block lies in one of two ways, rows first or classes first, and the printed function serves both:
`axis` is where the classes are, `rows` the other one, and the entry of a row at a label has the
flat place `row + label*step`. `scratch` are buffers, which each thread has for itself; the first of
them belong to the full arguments, one each: an argument lies in its buffer, or where the caller has
it. An operation writes over an operand that nothing needs any more (over its buffer, if that is an
argument), else over a buffer that is free, else over one of those after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from derive.syntax import Add, Call, Div, Mul, Neg, Node, Pow, children, walk
from numeric.inputs import Array
from numeric.kernels.blocks import row_places
from numeric.kernels.fusion import Spread, Step, Total, fused, step_reads
from numeric.kernels.kernel import Kernel, Pass
from numeric.names import Names
from numeric.programs.codegen import assignment, load_source, printed, text
from numeric.programs.program import Argmax, Fold, Pick, Take, View

PIECE_BYTES = 256
"""So much of a row is added up at once; more would round more where many are equal."""
_BY_LAYOUT = ("axis", "rows", "row", "step", "scratch")
_UFUNCS: dict[type[Node], str] = {
    Add: "add",
    Mul: "multiply",
    Div: "divide",
    Pow: "power",
    Neg: "negative",
}
_UFUNC_OF = {"sum": "add", "prod": "multiply", "max": "maximum"}


@dataclass(frozen=True)
class Block:
    """A printed function of one block: what it takes and returns, and how many buffers it needs.

    `places` are the buffers that full results end in, `used` all those that are written to;
    `writes` says whether entries of an argument are replaced meanwhile.
    """

    name: str
    source: str
    arguments: tuple[str, ...]
    returned: tuple[str, ...]
    buffers: int
    places: Mapping[str, int]
    used: frozenset[int]
    writes: bool

    def load(self) -> Callable[..., tuple[Array, ...]]:
        """The function; it takes `arguments`, then axis, rows, row, step and scratch."""
        return load_source(self.name, self.source, **_HELPERS)


def largest_at(values: Array, axis: int) -> Array:
    """The place of the largest entry along the axis, which is kept; the first of equal ones."""
    best: Array = np.argmax(values, axis=axis, keepdims=True)
    return best


def largest(values: Array, axis: int) -> tuple[Array, Array | None]:
    """The largest entry along the axis, which is kept, nan if there is one; and its flat place.

    Along rows that lie in one piece, NumPy finds the place faster than the entry. Classes first,
    no place is looked for.
    """
    if axis:
        places = values.argmax(axis)[:, None]
        places += row_places(*values.shape, -1)
        return values.take(places), places
    return np.maximum.reduce(values, axis=0, keepdims=True), None


def class_sum(values: Array, axis: int, top: Array | None = None) -> Array:
    """The sum along the axis, which is kept; what stands at the flat places `top` is added last.

    The mass of the largest logit is 1, and small ones that are equal would all round alike on it.
    """
    if top is None:
        return _sum_of_pieces(values) if axis else _sum_of_halves(values)
    flat = values.reshape(-1)
    ones = flat[top]
    flat[top] = 0
    made = _sum_of_pieces(values)
    flat[top] = ones
    made += ones
    return made


def _sum_of_halves(values: Array) -> Array:
    """The second half of the classes onto the first, again and again; a new array in any case."""
    if len(values) == 1:
        return values.copy()
    while len(values) > 1:
        half = (len(values) + 1) // 2
        folded = values[: len(values) - half] + values[half:]
        values = (
            folded if len(folded) == half else np.concatenate((folded, values[half - 1 : half]))
        )
    return values


def _sum_of_pieces(values: Array) -> Array:
    """Pieces of a row by einsum, which has few accumulators; their sums by halves."""
    (count, classes), (row, entry) = values.shape, values.strides
    length = PIECE_BYTES // values.itemsize
    whole, left = divmod(classes, length)
    made = np.empty((whole + (left > 0), count), values.dtype)
    shape, strides = (count, whole, length), (row, length * entry, entry)
    pieces: Array = np.ndarray(shape, values.dtype, values, strides=strides)
    np.einsum("ijk->ji", pieces, out=made[:whole])
    if left:
        np.einsum("ij->i", values[:, classes - left :], out=made[whole])
    return _sum_of_halves(made).T


def places(labels: Array, row: Array, step: int) -> Array:
    """The flat places of the entries at the labels."""
    made: Array = row + labels if step == 1 else row + labels * step
    return made


_HELPERS = {function.__name__: function for function in (largest, largest_at, class_sum, places)}


def printed_block(kernel: Kernel, work: Pass, name: str) -> Block:
    """The function of one pass."""
    return _Printer(kernel, work).block(name)


@dataclass(frozen=True)
class _Line:
    """A line of text; `reads` are the full variables in it. `call` makes the full `target`."""

    text: str
    reads: frozenset[str]
    target: str = ""
    call: bool = False


class _Printer:
    """Steps to lines, then a buffer for each line that makes a full value."""

    def __init__(self, kernel: Kernel, work: Pass) -> None:
        self.steps, extents = fused(kernel, work, taking=True)
        guards = (name for pair in kernel.program.guards for name in pair)
        self.returned = (*work.sums, *work.outputs, *guards)
        made = {step.name for step in self.steps}
        used = frozenset[str]().union(*(step_reads(step.op) for step in self.steps))
        self.arguments = tuple(n for n in kernel.extents if n in used and n not in made)
        full = {name for name, extent in extents.items() if extent.full}
        self.full = full | {step.name for step in self.steps if isinstance(step.op, Spread)}
        self.names = Names({*kernel.extents, *made, *_BY_LAYOUT})
        self.places: dict[str, str] = {}
        self.tops: dict[str, str] = {}
        self.lines: list[_Line] = []
        self.writes = False

    def block(self, name: str) -> Block:
        for step in self.steps:
            self.step(step)
        lines, buffers, lies = self.with_buffers()
        places = {name: lies[name] for name in self.returned if name in lies}
        written = {line.target for line in self.lines if line.call}
        used = frozenset(lies[name] for name in written)
        given = (*self.arguments, *_BY_LAYOUT)
        body = "\n".join((*lines, f"return ({''.join(f'{made}, ' for made in self.returned)})"))
        source = f"def {name}({', '.join(given)}):\n" + _indented(body)
        shown = (self.arguments, self.returned, buffers, places, used, self.writes)
        return Block(name, source, *shown)

    def write(self, line: str, *reads: str, target: str = "", call: bool = False) -> None:
        self.lines.append(_Line(line, frozenset(reads), target, call))

    def step(self, step: Step) -> None:
        name = step.name
        match step.op:
            case Spread(expr=expr, puts=puts):
                puts_at = [(self.place(label), text(value)) for label, value in puts]
                made = self.operand(expr, name)
                if made != name:
                    self.ufunc("positive", (made,), name)
                for place, value in puts_at:
                    self.write(f"{name}.reshape(-1)[{place}] = {value}", name)
            case Total():
                self.total(step, step.op)
            case Argmax(expr=expr):
                self.write(f"{name} = largest_at({text(expr)}, axis)", *self.reads(expr))
            case Take(array=array, label=label, shared=False) if array in self.full:
                self.write(f"{name} = {array}.take({self.place(View(label))})", array)
            case Pick(array=array, place=place):
                self.write(f"{name} = np.take({array}, [{place}], axis=axis)", array)
            case Fold(expr=expr, axis=-2):
                made = self.operand(expr)
                self.write(assignment(name, made), *(self.full & {made}))
            case Fold(expr=expr, kind=kind):
                fold = f"np.{_UFUNC_OF[kind]}.reduce({text(expr)}, axis=axis, keepdims=True)"
                self.write(assignment(name, fold), *self.reads(expr))
            case op:
                self.write(assignment(name, printed(op)), *(step_reads(op) & self.full))

    def total(self, step: Step, op: Total) -> None:
        """A fold over the classes, with entries replaced meanwhile if the array is used again."""
        array, places = op.array, [self.place(label) for label, _ in op.puts]
        wanted = [label for label, _ in op.puts if self.outlives(array, label, step)]
        self.writes |= bool(op.puts) and array in self.arguments
        keeps = [self.names.fresh("kept") for _ in places if wanted]
        for kept, place in zip(keeps, places, strict=False):
            self.write(f"{kept} = {array}.take({place})", array)
        for place, (_, value) in zip(places, op.puts, strict=True):
            self.write(f"{array}.reshape(-1)[{place}] = {text(value)}", array)
        self.write(self.fold(step.name, op), array)
        for kept, place in zip(keeps, places, strict=False):
            self.write(f"{array}.reshape(-1)[{place}] = {kept}", array)

    def fold(self, name: str, op: Total) -> str:
        """The line of a fold; the places of a maximum are kept for the sums over its masses."""
        match op.kind:
            case "max":
                self.tops[name] = self.names.fresh(f"at_{name}")
                return f"{name}, {self.tops[name]} = largest({op.array}, axis)"
            case "sum":
                top = self.top_of(op.array)
                return f"{name} = class_sum({op.array}, axis{', ' if top else ''}{top})"
        return f"{name} = np.{_UFUNC_OF[op.kind]}.reduce({op.array}, axis=axis, keepdims=True)"

    def top_of(self, array: str) -> str:
        """Where the masses exp(f - max f) have their 1, as a variable; "" for other arrays."""
        made = next((step.op for step in self.steps if step.name == array), None)
        match made:
            case Spread(
                expr=Call(function="exp", arg=Add(terms=(View(), Neg(arg=View(name=top)))))
            ):
                return self.tops.get(top, "")
        return ""

    def outlives(self, array: str, label: Node, step: Step) -> bool:
        """Whether the entries at the label are used after the step."""
        return array in self.returned or any(
            array in step_reads(later.op) and not _replaces(later.op, label)
            for later in self.steps[self.steps.index(step) + 1 :]
        )

    def place(self, label: Node) -> str:
        """The variable of the flat places at a label, made when it is first asked for."""
        shown = text(label)
        if shown not in self.places:
            self.places[shown] = self.names.fresh(f"at_{shown}")
            self.write(f"{self.places[shown]} = places({shown}, row, step)")
        return self.places[shown]

    def reads(self, expr: Node) -> frozenset[str]:
        return frozenset(p.name for p in walk(expr) if isinstance(p, View) and p.name in self.full)

    def operand(self, expr: Node, target: str = "") -> str:
        """An operand's text; a full term is computed first, into `target` or a name of its own."""
        if not self.reads(expr):
            return f"({text(expr)})" if children(expr) else text(expr)
        match expr:
            case View(name=name):
                return name
            case Add(terms=parts) | Mul(factors=parts):
                made = self.operand(parts[0])
                for at, part in enumerate(parts[1:], 2):
                    less = isinstance(expr, Add) and isinstance(part, Neg)
                    other = self.operand(part.arg if isinstance(part, Neg) and less else part)
                    function = "subtract" if less else _UFUNCS[type(expr)]
                    made = self.ufunc(function, (made, other), target if at == len(parts) else "")
                return made
            case Div() | Pow() | Neg():
                operands = tuple(map(self.operand, children(expr)))
                return self.ufunc(_UFUNCS[type(expr)], operands, target)
            case Call(function="softplus", arg=arg):
                return self.ufunc("logaddexp", ("0", self.operand(arg)), target)
            case Call(function=function, arg=arg):
                return self.ufunc(function, (self.operand(arg),), target)
        name = target or self.names.fresh("part")
        self.write(assignment(name, text(expr)), *self.reads(expr), target=name)
        self.full.add(name)
        return name

    def ufunc(self, function: str, operands: tuple[str, ...], target: str) -> str:
        name = target or self.names.fresh("part")
        line = f"{name} = np.{function}({', '.join(operands)}, out=%s)"
        self.write(line, *(self.full & set(operands)), target=name, call=True)
        self.full.add(name)
        return name

    def with_buffers(self) -> tuple[list[str], int, dict[str, int]]:
        """The lines with an `out` for each call, how many buffers they use, where what lies."""
        last = {name: at for at, line in enumerate(self.lines) for name in line.reads}
        last |= dict.fromkeys(self.returned, len(self.lines))
        given = [name for name in self.arguments if name in self.full]
        lies = {name: at for at, name in enumerate(given)}
        free: list[str] = [name for name in given if name not in last]
        shown, buffers = [], len(given)
        for at, line in enumerate(self.lines):
            dying = [name for name in sorted(line.reads) if last[name] == at]
            if line.call:
                if dying:
                    out = dying.pop()
                elif free:
                    out = free.pop()
                else:
                    out, buffers = "", buffers + 1
                lies[line.target] = lies.get(out, buffers - 1)
                fresh = not out or out in given
                shown.append(line.text % (f"scratch[{lies[line.target]}]" if fresh else out))
            else:
                shown.append(line.text)
            free.extend(dying)
        return shown, buffers, lies


def _replaces(op: object, label: Node) -> bool:
    """Whether the entries at the label are replaced, whatever they were."""
    return isinstance(op, Spread | Total) and label in (place for place, _ in op.puts)


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.split("\n"))
