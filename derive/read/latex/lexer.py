"""Raw tokens to the tokens of the grammar: arguments in braces, presentation left off.

Every argument and script comes out in LBRACE … RBRACE, whatever TeX allows. Beside the grammar's
own tokens stand those by which a display is cut into formulas: QUAD, AMP, ROW, BREAK, STOP, LABEL.
"""

from __future__ import annotations

import difflib
import re
import unicodedata

from derive.read.latex.chain import Macro
from derive.read.latex.environments import Environments
from derive.read.latex.tokens import Token, place, scan, token
from derive.read.latex.words import (
    CHARACTERS,
    COMMANDS,
    DOUBLE_FONTS,
    FUNCTION_WORDS,
    HEADS,
    PAIRS,
    SIGNS,
)
from derive.read.text import MAX_LENGTH
from derive.syntax import Span

MAX_EXPANSIONS = 1_000
# By so many variables one \pdv differentiates.
MAX_VARIABLES = 3
_FOREIGN = {
    "input": "nothing outside of the formula is read",
    "include": "nothing outside of the formula is read",
    "write": "nothing is written or run",
    "csname": "TeX programming is not read",
    "catcode": "TeX programming is not read",
    "def": "write \\def\\name{...} with matched braces",
}


_POINTS = {"in": 72.0, "cm": 28.0, "em": 10.0, "ex": 4.0, "pt": 1.0, "mm": 2.8}
_SIDES = {"left": "L", "right": "R", "middle": "M"}


class Lexer(Environments):
    """The tokens of one source, for the grammar and for the cutting into chains."""

    def tokens(self, text: str) -> list[Token]:
        """The tokens of the text (the source with its macro definitions blanked out)."""
        if len(text) > MAX_LENGTH:
            beyond = Span(MAX_LENGTH, MAX_LENGTH + 1)
            self.complain(f"longer than {MAX_LENGTH} characters ({len(text)})", beyond)
            return []
        self._stack = list(scan(text))[::-1]
        while self._stack and not self.complaints:
            self._step()
        if self._lefts:
            self.notes.append("unbalanced \\left and \\right; the brackets were paired by shape")
        if self._environments:
            name, emitted = self._environments.pop()
            self.notes.append(f"\\begin{{{name}}} is never ended; read as ended here")
            if emitted:
                self._emit("END", "end", Span(len(text), len(text)))
        return self.out

    def _step(self) -> None:
        """One raw token, with whatever belongs to it."""
        tok = self._stack.pop()
        match tok.type:
            case "CMD":
                self._command(tok)
            case "RUN":
                self._letters(tok)
            case "NUM":
                self._emit("NUMBER", str(tok), place(tok))
            case "TEXT":
                self._text(tok)
            case "ACC":
                self._accent(tok)
            case "CHAR":
                self._character(tok)
            case _:
                self._bad(tok)

    def _bad(self, tok: Token) -> None:
        name = unicodedata.name(str(tok)[0], "a control character").lower()
        hint = "write formulas with ASCII letters, Greek letters and LaTeX commands"
        self.complain(f"unexpected character U+{ord(tok[0]):04X} ({name})", place(tok), hint)

    def _character(self, tok: Token) -> None:
        char, at = str(tok), place(tok)
        if char in PAIRS:
            sign = PAIRS[char]
            if char == "||":
                self._emit("DBAR", "||", at)
            elif char == "**":
                self._script_of(tok, "SUP")
            elif char == "..":
                self._emit("DOTS", "...", at)
            elif char == "=>":
                self._emit("BREAK", "implies", at)
            else:
                self._emit("REL", sign, at)
        elif char in ("_", "^"):
            self._script_of(tok, "SUB" if char == "_" else "SUP")
        elif char in ("low", "high"):
            self._raised(tok)
        elif char == "{":
            self._stack.append(tok)
            begin = len(self.out)
            self._braced(at)
            self._unwrapped(begin)
        elif char == "&":
            self._emit("AMP", "&", at)
        elif char == "." and self._between(at):
            self.notes.append("a dot between two factors is read as a product")
            self._emit("OP", "*", at)
        elif char in SIGNS:
            self._emit(SIGNS[char][0], SIGNS[char][1], at)
        elif char in CHARACTERS:
            self._stack.append(token("CMD", CHARACTERS[char], at))
        elif char == "}":
            self.complain("this } closes nothing", at)
        elif char == "~" and self.plain:
            self._emit("REL", "~", at)
        elif char not in "$~":
            self.complain(f"unexpected {char!r}", at)

    def _between(self, at: Span) -> bool:
        """Whether a dot stands between two signs without a space: p_j.p_i."""
        around = self.source[max(at.start - 1, 0) : at.stop + 1]
        before, after = around[:1], around[-1:]
        return (before.isalnum() or before in "})") and (after.isalnum() or after in "\\(")

    def _accent(self, tok: Token) -> None:
        """A combining mark behind a letter: the letter came out already."""
        if self.out and self.out[-1].type == "NAME":
            letter = self.out.pop()
            start = place(letter)
            self._emit("ACCENT", str(tok), start)
            self._emit("LBRACE", "{", start)
            self.out.append(letter)
            self._emit("RBRACE", "}", place(tok))
        else:
            self._bad(tok)

    def _command(self, tok: Token) -> None:
        name = str(tok)
        if name in self.macros:
            self._expand(tok, self.macros[name])
        elif name == "^T":
            self._emit("SUP", "^", place(tok))
            self._closed("TRANSPOSE", "T", place(tok))
        elif row := COMMANDS.get(name) or COMMANDS.get(name.rstrip("*")):
            getattr(self, f"_do_{row[0]}")(tok, row[1])
        else:
            self._unknown(tok)

    def _unknown(self, tok: Token) -> None:
        name = str(tok)
        stem = name.rstrip("0123456789*")
        if name in HEADS or name in FUNCTION_WORDS:
            # The page has defined \softmax, \diag; what a macro of that name means is no riddle.
            self.word(name, place(tok))
            return
        near = difflib.get_close_matches(name, [c for c in COMMANDS if c.isalpha()], 1, 0.7)
        hint = _FOREIGN.get(stem, f"did you mean \\{near[0]}?" if near else "")
        self.complain(f"unknown command \\{name}", place(tok), hint)

    def _expand(self, tok: Token, macro: Macro) -> None:
        """The macro's body in the place of its use, arguments and all."""
        self._expansions += 1
        use = place(tok)
        self._closing = use.stop
        arguments = [self._group() for _ in range(macro.parameters)]
        body = list(scan(macro.body, at=Span(use.start, max(use.stop, self._closing))))
        written: list[Token] = []
        for k, part in enumerate(body):
            if part.type == "NUM" and k and body[k - 1] == "#":
                written.pop()
                which = int(part[0])
                written += arguments[which - 1] if 0 < which <= len(arguments) else []
            else:
                written.append(part)
        if self._expansions > MAX_EXPANSIONS or len(written) + len(self._stack) > MAX_LENGTH:
            self.complain(f"\\{macro.name} grows without bound", place(tok))
            return
        self._stack.extend(reversed(written))

    def _do_atom(self, tok: Token, what: str) -> None:
        kind, value = what.split(" ", 1)
        if value == "Sigma" and (self._peek("_") or self._peek("low")):
            inner = self._stack[-2] if len(self._stack) > 1 else None
            ahead = self._stack[-7:-1] if inner is not None and inner == "{" else []
            sign = place(tok).stop - place(tok).start == 1
            if sign or any(t == "=" for t in ahead):
                kind, value = "BIG", "sum"
        self._emit(kind, value, place(tok))

    def _do_size(self, tok: Token, _: str) -> None:
        """\\left, \\big…: only the bracket behind it counts."""
        if not self._stack:
            self.complain(f"\\{tok} needs a bracket behind it", place(tok))
            return
        side = _SIDES.get(str(tok), {"l": "L", "r": "R", "m": "M"}.get(str(tok)[-1], ""))
        self._lefts += {"left": 1, "right": -1}.get(str(tok), 0)
        bracket = self._stack.pop()
        name = str(bracket)
        if name == "." and bracket.type == "CHAR":
            return
        norm = bracket.type == "CMD" and name == "|"
        if name in ("<", "langle") or name in (">", "rangle"):
            kind = "LANGLE" if name in ("<", "langle") else "RANGLE"
            self._emit(kind, name, place(bracket))
        elif name in ("|", "vert", "mid", "lvert", "rvert") and not norm:
            kind = {"L": "LBAR", "R": "RBAR", "M": "MID"}.get(side, "BAR")
            self._emit(kind, "|", place(bracket))
        elif norm or name in ("||", "Vert", "lVert", "rVert", "parallel", "‖", "∥"):
            kind = {"L": "LNORM", "R": "RNORM", "M": "PARALLEL"}.get(side, "DBAR")
            self._emit(kind, "||", place(bracket))
        else:
            self._stack.append(bracket)

    def _do_drop(self, tok: Token, count: str) -> None:
        for _ in range(int(count)):
            self._group()

    def _do_label(self, tok: Token, _: str) -> None:
        inner = self._group()
        text = "".join(map(str, inner))
        self._emit("LABEL", text, place(tok))

    def _do_space(self, tok: Token, _: str) -> None:
        """\\hspace{1in} parts formulas as \\quad does; a small one is nothing."""
        written = "".join(map(str, self._group()))
        size = re.match(r"([0-9.]+)(in|cm|em|ex|pt|mm)", written)
        if size is not None and float(size[1].strip(".") or 0) * _POINTS[size[2]] >= 10:
            self._emit("QUAD", "q", place(tok))

    def _do_show(self, tok: Token, before: str) -> None:
        """\\boxed{x}, \\textcolor{red}{x}: the contents as they stand."""
        self._optional()
        for _ in range(int(before)):
            self._group()
        self._stack.extend(reversed(self._group()))

    def _do_upright_font(self, tok: Token, _: str) -> None:
        """\\mathrm{CE}: letters joined to a word; other contents as they stand."""
        inner = self._group()
        if not inner:
            return
        parts = [t for t in inner if not (t.type == "CMD" and t in (",", ";", "!", " ", ":"))]
        wordlike = all(t.type in ("RUN", "NUM", "TEXT") or t in ("-", "_") for t in parts)
        if wordlike and parts:
            span = Span(place(parts[0]).start, place(parts[-1]).stop)
            self.word("".join(map(str, parts)), span)
        else:
            self._emit("FONT", "plain", place(tok))
            self._given(inner, tok)

    def _do_plain_font(self, tok: Token, _: str) -> None:
        double = str(tok) in DOUBLE_FONTS or str(self._lone()) == "I"
        self._emit("FONT", "double" if double else "plain", place(tok))
        self._argument(tok)

    def _do_bold_font(self, tok: Token, what: str) -> None:
        self._do_argument(tok, what)

    def _do_argument(self, tok: Token, what: str) -> None:
        kind, value = what.split(" ", 1)
        self._emit(kind, value, place(tok))
        self._argument(tok)

    def _do_fraction(self, tok: Token, _: str) -> None:
        self._emit("FRAC", str(tok), place(tok))
        self._argument(tok)
        if not self.complaints:
            self._argument(tok)

    def _do_quotient(self, tok: Token, sign: str) -> None:
        r"""\pdv{f}{x}{y}, \pdv[2]{f}{x}, \dv{x}: a derivative, as the package physics has it."""
        order = self._optional() or []
        inside = [self._group()]
        while self._peek("{") and len(inside) < MAX_VARIABLES + 1:
            inside.append(self._group())
        body, *by = inside if len(inside) > 1 else ([], *inside)
        times = order or [token("NUM", str(len(by)), place(tok))] * (len(by) > 1)
        d = [token("CMD", sign, place(tok))]
        power = [token("CHAR", "^", place(tok)), *self._in_braces(times, tok)] if times else []
        below = [part for variable in by for part in (*d, *variable)]
        self._emit("FRAC", "frac", place(tok))
        self._given([*d, *power, *body], tok)
        self._given([*below, *(power if order else [])], tok)

    def _do_norm(self, tok: Token, _: str) -> None:
        """\\norm{x}, of the package physics and of many preambles."""
        self._emit("LNORM", "||", place(tok))
        self._argument(tok)
        self._emit("RNORM", "||", place(tok))

    def _do_root(self, tok: Token, _: str) -> None:
        degree = self._optional()
        self._emit("ROOT" if degree is None else "NTHROOT", "sqrt", place(tok))
        if degree is not None:
            self._given(degree, tok)
        self._argument(tok)

    def _do_arg(self, tok: Token, _: str) -> None:
        """\\arg\\max, \\arg\\min."""
        following = str(self._stack.pop()) if self._stack else ""
        if following not in ("max", "min"):
            self.complain("\\arg needs \\max or \\min behind it", place(tok))
        self._emit("BIG", f"arg{following}", place(tok))

    def _do_negation(self, tok: Token, _: str) -> None:
        following = self._stack.pop() if self._stack else None
        kind = {"=": "!=", "in": "notin", "eq": "!=", "∈": "notin"}.get(str(following))
        if kind is None:
            self.complain("\\not is read before = and \\in only", place(tok))
            return
        self._emit("REL", kind, place(tok))

    def _do_row(self, tok: Token, _: str) -> None:
        self._optional()
        self._emit("ROW", "\\\\", place(tok))

    def _do_script(self, tok: Token, sign: str) -> None:
        self._script_of(tok, "SUB" if sign == "_" else "SUP")

    def _do_braced(self, tok: Token, _: str) -> None:
        """\\underbrace{x}_{words}: what stands under the brace says nothing that is computed."""
        begin = len(self.out)
        self._argument(tok)
        self._unwrapped(begin)
        if self._peek("_") or self._peek("^"):
            self._stack.pop()
            self._group()

    def _do_stacked(self, tok: Token, where: str) -> None:
        """\\overset{def}{=}: the relation. \\underset{j}{\\max}: the operator with its index."""
        upper = self._group()
        base = self._group()
        self._stack.extend(reversed(base))
        written = "".join(str(t) for t in upper if t.type != "CMD" or str(t) not in ("text", "rm"))
        if base and (base[0] == "=" or base[0] == "equiv"):
            self._stack[-1] = token(
                "CHAR", ":=" if "def" in written.lower() else "=", place(base[0])
            )
        elif where == "under":
            before = len(self._stack) - len(base)
            while len(self._stack) > before:
                self._step()
            self._emit("SUB", "_", place(tok))
            self._given(upper, tok)

    def _do_arrow(self, tok: Token, sign: str) -> None:
        self._optional()
        self._group()
        self._emit("REL", sign or "->", place(tok))

    def _do_unicode(self, tok: Token, _: str) -> None:
        code = "".join(map(str, self._group())).lower().strip()
        if code in ("x1d7d9", "x1d7d1", "120793", "x1d7cf"):
            self._emit("FONT", "double", place(tok))
            self._closed("NUMBER", "1", place(tok))
        else:
            self.complain("unknown character", place(tok))
