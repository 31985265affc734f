"""Environments: displays, whose rows are the display's own; cases and matrices inside of one."""

from __future__ import annotations

from derive.read.latex.letters import Letters
from derive.read.latex.stream import MAX_NESTING
from derive.read.latex.tokens import Token, place
from derive.read.latex.words import COMMANDS, DISPLAYS, ENVIRONMENTS


class Environments(Letters):
    """What stands between \\begin and \\end."""

    def _environment(self, tok: Token) -> str:
        return "".join(map(str, self._group())).rstrip("*")

    def _do_begin(self, tok: Token, _: str) -> None:
        name = self._environment(tok)
        self._optional()
        emits = False
        after_brace = bool(self.out) and self.out[-1].type == "LSET"
        if name in ("array", "alignat", "alignedat", "IEEEeqnarray") and self._peek("{"):
            self._group()
        if len(self._environments) > MAX_NESTING:
            self.complain(f"nested deeper than {MAX_NESTING} levels", place(tok))
        elif after_brace and name in DISPLAYS and self._has_cases():
            self.out.pop()
            self._emit("CASES", name, place(tok))
            emits = True
        elif name in DISPLAYS or (name == "array" and not after_brace and not self._is_table()):
            self.columns = DISPLAYS.get(name, 3) or self.columns
            if after_brace:
                self.out.pop()
        elif kind := ENVIRONMENTS.get(name):
            if after_brace and kind in ("ARRAY", "MATRIX"):
                self.out.pop()
                kind = "CASES"
            self._emit("MATRIX" if kind == "ARRAY" else kind, name, place(tok))
            emits = True
        else:
            hint = "read are " + ", ".join([*DISPLAYS, *ENVIRONMENTS][:8]) + ", …"
            self.complain(f"unknown environment {name!r}", place(tok), hint)
        self._environments.append((name, emits))

    def _has_cases(self) -> bool:
        """Whether the first cell ends before a condition, not before a relation: a & i = j."""
        spaces = {"quad", "qquad", ",", ";", "!", " "}
        ahead = [t for t in reversed(self._stack[-400:]) if str(t) not in spaces]
        cells = [k for k, t in enumerate(ahead[:-1]) if t.type == "CHAR" and t == "&"]
        if not cells:
            return False
        following = ahead[cells[0] + 1]
        signs = COMMANDS.get(str(following), ("", ""))[1].startswith("REL")
        return str(following) != "=" and not signs

    def _is_table(self) -> bool:
        """Whether an array stands inside of a formula (a matrix), not around a display."""
        return any(t.type not in ("LABEL", "QUAD") for t in self.out)

    def _do_end(self, tok: Token, _: str) -> None:
        name = self._environment(tok)
        if not self._environments or self._environments[-1][0] != name:
            self.complain(f"\\end{{{name}}} ends nothing", place(tok))
            return
        _, emitted = self._environments.pop()
        if emitted:
            self._trim_rows()
            self._emit("END", "end", place(tok))

    def _trim_rows(self) -> None:
        """A \\\\ before \\end begins no row."""
        while self.out and self.out[-1].type == "ROW":
            self.out.pop()
