"""Dimensions by unification: every place where an index meets an axis makes two ranges one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from derive.syntax import Add, Deriv, Div, Entry, Mul, Name, Neg, Node, Pow, children, walk

# ("index", name), ("axis", array, place), ("value", labels) or ("size", name).
Key = tuple[str, ...]

# An undeclared number of such a name is a size; of another of the names below, only as a divisor.
USUAL_SIZES = frozenset({"n", "N", "K", "C"})
# What a dimension is called where nothing says it, in this order.
_CLASS_SIZES = ("n", "C", "K", "V", "M")
_OTHER_SIZES = ("N", "B", "M", "D", "m")


@dataclass
class Ranges:
    """Union-find over everything that has a range; each set is one dimension."""

    parent: dict[Key, Key] = field(default_factory=dict)

    def find(self, key: Key) -> Key:
        root = self.parent.setdefault(key, key)
        while root != self.parent[root]:
            root = self.parent[root]
        self.parent[key] = root
        return root

    def join(self, a: Key, b: Key) -> None:
        first, second = self.find(a), self.find(b)
        # The earlier key stays the root, so that names do not depend on the order of joins.
        if first != second:
            self.parent[second] = first

    def roots(self) -> list[Key]:
        """One key for every dimension, in the order of appearance."""
        return list(dict.fromkeys(self.find(key) for key in list(self.parent)))

    def class_root(self, trees: Sequence[Node], facts: Collection[str]) -> Key | None:
        """The dimension of what is differentiated by, else of a label, else of the first array.

        Of several axes it is the last one. Where there are no arrays, it is the first of any.
        """
        for tree in reversed(trees):
            for part in walk(tree):
                if isinstance(part, Deriv) and isinstance(part.wrt[0], Entry):
                    entry = part.wrt[0]
                    return self.find(("axis", entry.base, str(len(entry.indices) - 1)))
        for key in list(self.parent):
            if key[0] == "value" or (key[0] == "index" and key[1] in facts):
                return self.find(key)
        used = [key for key in list(self.parent) if key[0] != "size"]
        arrays = [key[1] for key in used if key[0] == "axis"]
        axes = [key for key in used if key[0] == "axis" and key[1] == arrays[0]]
        return next(map(self.find, (*axes[-1:], *used)), None)

    def adopt(self, sizes: Iterable[str], class_root: Key | None) -> None:
        """A declared size that no axis has, `n: 3`, is that of the dimension it is usual for."""
        for root in self.roots():
            members = [key for key in list(self.parent) if self.find(key) == root]
            if class_root is not None and all(key[0] == "index" for key in members):
                # An index that subscripts nothing is one more class.
                self.join(self.find(class_root), root)
        for size in sizes:
            key = ("size", size)
            others = [other for other in list(self.parent) if other != key]
            if any(self.find(other) == self.find(key) for other in others):
                continue
            unnamed = [root for root in self.roots() if root not in self.declared()]
            usual = [r for r in unnamed if (r == class_root) == (size in _CLASS_SIZES)]
            if usual:
                self.join(usual[0], key)

    def declared(self) -> dict[Key, list[str]]:
        """The declared names of each dimension that has one."""
        names: dict[Key, list[str]] = {}
        for key in list(self.parent):
            if key[0] == "size":
                names.setdefault(self.find(key), []).append(key[1])
        return names

    def named(
        self, class_root: Key | None, used: Collection[str], closed: Collection[str]
    ) -> dict[Key, str]:
        """A name for every dimension: declared, else a size that the text uses, else a free one.

        `used` are the text's undeclared scalars, `closed` names that mean something else.
        """
        names = {root: declared[0] for root, declared in self.declared().items()}
        unnamed = [root for root in self.roots() if root not in names]
        for root in sorted(unnamed, key=lambda r: r != class_root):
            preferred = _CLASS_SIZES if root == class_root else _OTHER_SIZES
            taken = set(names.values())
            # One dimension alone may be called by any size that the text uses, such as N.
            known = (*_CLASS_SIZES, *_OTHER_SIZES) if len(unnamed) == 1 else preferred
            fitting = [s for s in known if s in used and s not in taken]
            plain = [s for s in preferred if s not in taken and s not in closed]
            names[root] = (fitting or plain or [f"n{len(names) + 1}"])[0]
        return names


def divisors(trees: Iterable[Node]) -> set[str]:
    """The names that something is divided by: a size, perhaps; a margin or a shift is not.

    In exp(c - m)/(exp(c - m) + S) nothing is divided by m.
    """
    below = (part.den for tree in trees for part in walk(tree) if isinstance(part, Div))
    return {name for den in below for name in _plain_names(den)}


def _plain_names(node: Node) -> Iterator[str]:
    """The names in sums, products and powers, and not those under a function."""
    if isinstance(node, Name):
        yield node.id
    elif isinstance(node, Add | Mul | Neg | Pow | Div):
        for part in children(node):
            yield from _plain_names(part)
