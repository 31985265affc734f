"""Which axes an array has, and how it lines up with others: frames, homes, views.

A *frame* is a place to compute in: the index of each axis, or None for an axis of size 1. The
logits' own axes are the usual frame, so that what does not depend on the class keeps a last axis of
size 1, and everything lines up without further ado; the Hessian's frame has one axis more. A *home*
is what a variable has of its own: the frame that it was computed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.errors import OutOfFragment
from derive.syntax import Name, Node, canonical, free_names, substitute, walk
from numeric.inputs import Signature, placed
from numeric.names import Names
from numeric.programs.program import Line, Map, Op, View

Frame = tuple[str | None, ...]
Made = tuple[str, Frame]
"""A variable and its home."""


class Layout:
    """The lines of one function so far, and where the variable of each formula lies.

    `sizes` maps every index over an axis to the size of its range.
    """

    def __init__(self, call: Signature, arguments: Sequence[str]) -> None:
        self.call = call
        self.names = Names()
        self.variables = {name: self.names.fresh(name) for name in arguments}
        self.sizes: dict[str, str] = {}
        self.lines: list[Line] = []
        self._made: dict[Node, tuple[str, tuple[int | None, ...]]] = {}
        scalars = (i.name for i in call.inputs if i.role == "scalar" and not call.batched)
        arrays = (i.name for i in call.parameters if i.role == "array" and not i.by_rows)
        self.axisless = {self.variables[name] for name in scalars}
        self.rowless = {self.variables[name] for name in arrays}

    def embed(self, indices: Sequence[str]) -> Frame:
        """The frame over these indices: the logits' own axes if they have room, else a new one."""
        places = placed([self.sizes[index] for index in indices], self.call.slots)
        if places is not None:
            return tuple(None if place is None else indices[place] for place in places)
        return (*(None,) * (len(self.call.slots) - len(indices)), *indices)

    def axes_of(self, node: Node) -> list[str]:
        """The indices over an axis that occur in the tree, in reading order."""
        free = free_names(node) & self.sizes.keys()
        names = dict.fromkeys(part.id for part in walk(node) if isinstance(part, Name))
        return [name for name in names if name in free]

    def view(self, made: Made, frame: Frame) -> View:
        """The variable as it is written in this frame. Raises OutOfFragment if it does not fit."""
        variable, home = made
        if variable in self.axisless:
            return View(variable)
        axes, rest = [], list(home)
        for axis in frame:
            own = bool(rest) and (rest[0] == axis or (rest[0] is None and axis not in rest))
            axes.append(own)
            if own:
                rest.pop(0)
        if rest:
            raise OutOfFragment(f"no array program: {variable} would have to be transposed")
        if variable in self.rowless or not self.call.batched:
            axes = axes[axes.index(True) :] if True in axes else []
        return View(variable) if all(axes) else View(variable, tuple(axes))

    def variable(
        self, node: Node, hint: str, build: Callable[[list[str]], tuple[Op, Frame]]
    ) -> Made:
        """The variable that holds the node, made by a new line unless it was made before.

        `build` gets the indices that the node depends on and says how to make it, and its home.
        """
        free = self.axes_of(node)
        generic = {index: Name(f"·{at} {self.sizes[index]}") for at, index in enumerate(free)}
        key = canonical(substitute(node, generic))
        if key not in self._made:
            op, home = build(free)
            name = self.names.fresh(hint)
            self.lines.append(Line(name, op))
            if isinstance(op, Map) and self._is_axisless(op.expr):
                self.axisless.add(name)
            self._made[key] = name, tuple(None if i is None else free.index(i) for i in home)
        name, places = self._made[key]
        return name, tuple(None if place is None else free[place] for place in places)

    def _is_axisless(self, expr: Node) -> bool:
        return all(part.name in self.axisless for part in walk(expr) if isinstance(part, View))
