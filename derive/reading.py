"""How a text was understood, said back line by line, guesses included."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from derive.problem import Definition, Symbol
from derive.read.facts import Fact
from derive.show import text
from derive.syntax import Node, Reduce, walk, written


def reading(
    left: Node,
    right: Node,
    definitions: Mapping[str, Definition],
    indices: Mapping[str, str],
    symbols: Mapping[str, Symbol],
    facts: Mapping[str, Fact],
    sizes: Mapping[str, int | None],
) -> tuple[str, ...]:
    """The claim, each definition, and what every name was taken for, declared or by its use."""
    lines = [f"claim: {text(left)} == {text(right)}"]
    lines += [f"definition: {_head(d)} = {text(d.body)}" for d in definitions.values()]
    for index, size in indices.items():
        kind = "a label" if index in facts and facts[index].kind == "label" else "an index"
        lines.append(f"{index}: {kind}, 1 to {size} ({_said(index, facts)})")
    for symbol in symbols.values():
        axes = f"[{', '.join(symbol.axes)}]" if symbol.axes else ""
        lines.append(f"{symbol.name}: {symbol.kind}{axes} ({_said(symbol.name, facts)})")
    for size, count in sizes.items():
        lines.append(f"{size}: a size, {count or '1, 2, 3, ...'} ({_said(size, facts)})")
    bound = {
        written(p.index) for side in (left, right) for p in walk(side) if isinstance(p, Reduce)
    }
    for letter in sorted(bound & indices.keys()):
        lines.append(f"{letter} inside the sum is the sum's own index")
    return tuple(lines)


def _head(definition: Definition) -> str:
    if not definition.params:
        return definition.name
    return f"{definition.name}[{', '.join(map(written, definition.params))}]"


def _said(name: str, facts: Collection[str]) -> str:
    return "declared" if name in facts else "by its use"
