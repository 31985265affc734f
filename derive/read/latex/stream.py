"""Raw tokens taken one by one, and the arguments that TeX finds among them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from derive.read.latex.chain import Macro
from derive.read.latex.tokens import Token, place, token
from derive.read.text import Text
from derive.syntax import Span

MAX_NESTING = 60
_LONGEST_SCRIPT = 200


class Stream(Text, ABC):
    """One source, its raw tokens still to be read, and the tokens that came of them so far."""

    def __init__(self, source: str, origin: str, macros: Mapping[str, Macro]) -> None:
        super().__init__(source, origin)
        self.macros = macros
        self.plain = "\\" not in source and "{" not in source
        self.out: list[Token] = []
        self.notes: list[str] = []
        self.columns = 0
        self._stack: list[Token] = []
        self._expansions = 0
        self._depth = 0
        self._script = False
        self._environments: list[tuple[str, bool]] = []
        self._lefts = 0
        # Where the brace behind the last argument stands.
        self._closing = 0

    def _emit(self, kind: str, value: str, span: Span) -> None:
        self.out.append(token(kind, value, span))

    def _peek(self, value: str) -> bool:
        """Whether the next raw token is this sign."""
        return bool(self._stack) and self._stack[-1].type == "CHAR" and self._stack[-1] == value

    def _group(self) -> list[Token]:
        """The raw tokens of the next argument, taken off; without its braces."""
        if not self._peek("{"):
            return [self._stack.pop()] if self._stack else []
        taken, level = [self._stack.pop()], 1
        while self._stack and level:
            taken.append(self._stack.pop())
            if taken[-1].type == "CHAR":
                level += {"{": 1, "}": -1}.get(str(taken[-1]), 0)
        if level:
            self.complain("this { is never closed", place(taken[0]))
            return []
        self._closing = place(taken[-1]).stop
        return taken[1:-1]

    def _optional(self) -> list[Token] | None:
        """The raw tokens of an optional argument [...], taken off, or None."""
        if not self._peek("["):
            return None
        taken: list[Token] = []
        self._stack.pop()
        while self._stack and not self._peek("]"):
            taken.append(self._stack.pop())
        if self._stack:
            self._stack.pop()
        return taken

    def _lone(self) -> Token | None:
        """The next argument if it is one token, without taking it off."""
        if not self._stack:
            return None
        if not self._peek("{"):
            return self._stack[-1]
        if len(self._stack) > 2 and self._stack[-3].type == "CHAR" and self._stack[-3] == "}":
            return self._stack[-2]
        return None

    def _argument(self, owner: Token) -> None:
        """The next argument, as LBRACE … RBRACE."""
        if not self._stack or str(self._stack[-1]) in "})]&" or self._at_row_end():
            what = str(owner) if owner.type == "CHAR" else f"\\{owner}"
            self.complain(f"{what} needs one more argument", place(owner), f"{what}{{...}}")
            return
        # In plain text x^10 and W_ij are meant as they look, but w^Tx is a product as in TeX.
        if str(owner) in ("^", "_") and self._peek("("):
            self._embraced()
        turned = owner == "^" and self._stack[-1].startswith("T")
        if self._stack[-1].type in ("RUN", "NUM") and (turned or not self.plain):
            self._first_character()
        braced = self._peek("{")
        first = self._stack[-1]
        self._braced(place(first) if braced else Span(place(first).start, place(first).start))

    def _embraced(self) -> None:
        """Braces for the brackets of (1 - p)^(g - 1), around those of x^(i), a sample or layer."""
        inner, level = [str(self._stack[-1])], 1
        for tok in self._stack[-2:-_LONGEST_SCRIPT:-1]:
            level += {"(": 1, ")": -1}.get(str(tok), 0) if tok.type == "CHAR" else 0
            inner.append(str(tok))
            if level == 0:
                break
        if level:
            self.complain("this ( is never closed", place(self._stack[-1]))
            return
        last, kept = len(self._stack) - len(inner), set("+-*/").isdisjoint(inner)
        opening, closing = place(self._stack[-1]), place(self._stack[last])
        self._stack[last : last + (not kept)] = [token("CHAR", "}", closing)]
        self._stack[len(self._stack) - (not kept) :] = [token("CHAR", "{", opening)]

    def _at_row_end(self) -> bool:
        top = self._stack[-1]
        return top.type == "CMD" and (str(top) in ("\\", "end", "right"))

    def _first_character(self) -> None:
        """TeX takes one character where there are no braces: x_12 is x_1 2."""
        whole = self._stack.pop()
        at, size = place(whole), len(whole)
        if size > 1 and whole.isalnum():
            own = at.stop - at.start == size
            rest = Span(at.start + 1, at.stop) if own else at
            self._stack.append(token(whole.type, whole[1:], rest))
            at = Span(at.start, at.start + 1) if own else at
            whole = token(whole.type, whole[0], at)
        self._stack.append(whole)

    def _braced(self, opening: Span) -> None:
        """The group that comes next, lexed by itself, between braces."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            self.complain(f"nested deeper than {MAX_NESTING} levels", opening)
            return
        self._emit("LBRACE", "{", opening)
        if self._peek("{"):
            self._stack.pop()
            begin = len(self.out)
            while self._stack and not self._peek("}") and not self.complaints:
                if self._stack[-1].type == "CMD" and self._stack[-1] == "over":
                    self._over(self._stack.pop(), begin)
                else:
                    self._step()
            if not self._stack:
                self.complain("this { is never closed", opening)
                return
            self._emit("RBRACE", "}", place(self._stack.pop()))
        else:
            self._step()
            end = place(self.out[-1]).stop
            self._emit("RBRACE", "}", Span(end, end))
        self._depth -= 1

    def _unwrapped(self, begin: int) -> None:
        """Braces off where they hold a bare operator: {\\sum_j}, {=}; TeX shows no braces."""
        inner = self.out[begin + 1 : -1]
        if not inner or inner[0].type not in ("BIG", "FUNC", "OP", "REL", "SIGN"):
            return
        level, loose = 0, 0
        for tok in inner[1:]:
            level -= tok.type == "RBRACE"
            loose += level == 0 and tok.type not in ("SUB", "SUP", "LBRACE", "RBRACE")
            level += tok.type == "LBRACE"
        if not loose:
            self.out[begin:] = inner

    def _over(self, tok: Token, begin: int) -> None:
        """{a \\over b} is \\frac{a}{b}: what the group holds so far is above the bar."""
        at, start = place(tok), place(self.out[begin - 1])
        self.out[begin:begin] = [token("FRAC", "over", start), token("LBRACE", "{", start)]
        self._emit("RBRACE", "}", Span(at.start, at.start))
        self._emit("LBRACE", "{", Span(at.stop, at.stop))
        while self._stack and not self._peek("}") and not self.complaints:
            self._step()
        end = place(self.out[-1]).stop
        self._emit("RBRACE", "}", Span(end, end))

    def _closed(self, kind: str, value: str, at: Span) -> None:
        self._emit("LBRACE", "{", at)
        self._emit(kind, value, at)
        self._emit("RBRACE", "}", at)

    def _given(self, tokens: Iterable[Token], owner: Token) -> None:
        """Raw tokens lexed as one argument between braces."""
        self._stack.extend(reversed(self._in_braces(tokens, owner)))
        self._argument(owner)

    def _in_braces(self, tokens: Iterable[Token], owner: Token) -> list[Token]:
        end = Span(place(owner).stop, place(owner).stop)
        return [token("CHAR", "{", end), *tokens, token("CHAR", "}", end)]

    @abstractmethod
    def _step(self) -> None:
        """Read one raw token, with whatever belongs to it."""
