"""Cases and matrices."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import lark

from derive.read.latex.terms import Terms
from derive.read.latex.tokens import Token
from derive.read.latex.values import Part
from derive.read.latex.words import OTHERWISE
from derive.syntax import Cases, Form, Node, Rel, Span

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Tables(Terms):
    """Rows and cells."""

    @abstractmethod
    def conditions(self, parts: Sequence[tuple[Token | None, Part]], span: Span) -> Node:
        """The condition that several clauses state together."""

    def _cases(self, tree: lark.Tree[Token]) -> Node:
        rows = [c for c in tree.children if isinstance(c, lark.Tree) and c.data == "row"]
        branches = [self._branch(row) for row in rows if _filled(row)]
        span = self.span(tree)
        if not branches:
            return self.complain("cases without a case", span)
        return self._closed_cases(branches, span)

    def _branch(self, row: lark.Tree[Token]) -> tuple[Node, Node | None]:
        """The value of a row and its condition; None for "otherwise"."""
        parts = [c for cell in row.children if isinstance(cell, lark.Tree) for c in cell.children]
        clauses: list[tuple[Token | None, Part]] = []
        separator: Token | None = None
        words: list[str] = []
        for part in parts:
            if isinstance(part, Token) and part.type in ("COMMA", "SEMI", "COLON", "WORDS", "MID"):
                separator = part
                words += [str(part)] if part.type == "WORDS" else []
            else:
                clauses.append((separator, part))
                separator = None
        if not clauses:
            return self.complain("a case without a value", self.span(row)), None
        value = self.number(clauses[0][1])
        if len(clauses) > 1:
            return value, self.conditions(clauses[1:], self.span(row))
        if words and not any(w.strip(" .,").lower() in OTHERWISE for w in words):
            self.note(f"{' '.join(words)!r} is read as: otherwise")
        return value, None

    def _closed_cases(self, branches: list[tuple[Node, Node | None]], span: Span) -> Node:
        """The last branch is what is left, where it says so or denies the one before."""
        open_ends = [k for k, (_, condition) in enumerate(branches) if condition is None]
        if open_ends and open_ends != [len(branches) - 1]:
            return self.complain("only the last case may go without a condition", span)
        pairs = [(value, c) for value, c in branches if c is not None]
        if open_ends:
            otherwise: Node = branches[-1][0]
        elif len(pairs) == 2 and _deny(pairs[0][1], pairs[1][1]):
            otherwise = pairs.pop()[0]
        else:
            otherwise = Form("undefined", (), span=span)
        if not pairs:
            return otherwise
        return Cases(tuple(pairs), otherwise, span=span)

    def _matrix(self, tree: lark.Tree[Token]) -> Node:
        rows = []
        for row in tree.children:
            if isinstance(row, lark.Tree) and row.data == "row":
                cells = [c for c in row.children if isinstance(c, lark.Tree)]
                args = tuple(self.number(cell) for cell in cells)
                rows.append(Form("row", args, span=self.span(row)))
        return Form("matrix", tuple(rows), span=self.span(tree))


def _filled(row: lark.Tree[Token]) -> bool:
    return any(cell.children for cell in row.children if isinstance(cell, lark.Tree))


def _deny(first: Node, second: Node) -> bool:
    """Whether one of two relations is the other's denial."""
    if not isinstance(first, Rel) or not isinstance(second, Rel):
        return False
    sides = {(first.left, first.right), (first.right, first.left)}
    symmetric = first.op in ("==", "!=")
    same = (
        (second.left, second.right) in sides
        if symmetric
        else ((first.left, first.right) == (second.left, second.right))
    )
    return same and _OPPOSITE[first.op] == second.op
