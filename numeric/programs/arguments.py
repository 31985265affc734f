"""The arguments of an array program: whole, at one place, gathered at labels, and their sizes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from derive.errors import OutOfFragment
from derive.show import text
from derive.syntax import Call, Entry, Name, Node, Num, children, written
from numeric.inputs import Signature
from numeric.names import head
from numeric.programs.layout import Frame, Layout, Made
from numeric.programs.program import Arange, Op, Pick, Size, Take


class Arguments(Layout):
    """The lines that read the arguments: the inputs, and `extra` arrays like the logits.

    `tops` are the indices besides labels that are data: the class of the largest logit.
    """

    def __init__(self, call: Signature, extra: Sequence[str], tops: Collection[str]) -> None:
        super().__init__(call, (*(i.name for i in call.inputs), *extra))
        self.inputs = {i.name: i for i in call.inputs}
        self.inputs |= dict.fromkeys(extra, call.inputs[0])
        self._labels = {*tops, *(i.name for i in call.inputs if i.role == "label")}

    def runs(self, index: Node) -> bool:
        """Whether the index runs over an axis."""
        return isinstance(index, Name) and index.id in self.sizes

    def is_label(self, node: Node) -> bool:
        """Whether the index is data: a label of the sample, or the class of its largest logit."""
        return head(node) in self._labels

    def argument(self, node: Name | Entry, values: Callable[[Name | Entry], Made]) -> Made:
        """An argument, or its entries at a number or at a label, of which `values` are made.

        Raises OutOfFragment for entries of which there is no gather.
        """
        name, indices = head(node), children(node)
        variable = self.variables[name]
        running = [index.id for index in indices if isinstance(index, Name) and self.runs(index)]
        if len(running) == len(indices):
            return variable, self.embed(running)
        *leading, label = indices
        if isinstance(label, Num) and len(leading) == len(running):
            pick = Pick(variable, int(label.value) - 1)
            return self.variable(
                node, f"{name}_{label.value}", lambda free: (pick, self.embed(free))
            )
        shared = variable in self.rowless and len(indices) == 1
        same_rows = self.is_label(label) and children(label) == tuple(leading)
        if not isinstance(label, Name | Entry) or not (shared or same_rows):
            raise OutOfFragment(f"no array program for {text(node)}")

        def build(free: list[str]) -> tuple[Op, Frame]:
            chosen, home = values(label)
            return Take(variable, chosen, shared), home

        return self.variable(node, f"{name}_{at_label(label)}", build)

    def size(self, name: str) -> Made:
        """A size, read off the first input that has it. Raises OutOfFragment where none has."""

        def build(free: list[str]) -> tuple[Op, Frame]:
            for given in self.call.inputs:
                if name in given.axes:
                    axis = given.axes.index(name) - len(given.axes)
                    return Size(self.variables[given.name], axis), ()
            raise OutOfFragment(f"the size {name} cannot be read off an argument")

        variable, home = self.variable(Name(name), name, build)
        self.axisless.add(variable)
        return variable, home

    def positions(self, index: Name) -> Made:
        """0, 1, ... along the axis that the index runs over."""
        size = self.sizes[index.id]

        def build(free: list[str]) -> tuple[Op, Frame]:
            return Arange(self.size(size)[0]), (index.id,)

        letter = next(name for name, known in self.sizes.items() if known == size)
        made = self.variable(Call("arange", index), written(letter), build)
        self.rowless.add(made[0])
        return made


def at_label(index: Node) -> str:
    """A label as a part of a variable's name."""
    return written(head(index)) or "at"
