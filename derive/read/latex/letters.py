"""Letters, words and scripts: what is a name, what letters side by side, what a mark."""

from __future__ import annotations

from derive.read.latex.stream import Stream
from derive.read.latex.tokens import Token, place, token, words
from derive.read.latex.words import (
    BIG_WORDS,
    COMMANDS,
    CONDITION_WORDS,
    CONNECTIVES,
    DECORATIONS,
    FUNCTION_WORDS,
    HEADS,
    NAMES,
    OTHERWISE,
)
from derive.syntax import Span


class Letters(Stream):
    """What is written with letters, and what hangs on it."""

    def _letters(self, tok: Token) -> None:
        """A run of letters: a word that is known, or letters side by side."""
        run, at = str(tok), place(tok)
        own = at.stop - at.start == len(run)

        def part(first: int, last: int) -> Span:
            return Span(at.start + first, at.start + last) if own else at

        if run == "grad" and [tok.type for tok in self._stack[-3:]] == ["RUN", "RUN", "CHAR"]:
            # grad_z L; but grad_k = ... is a name.
            self._emit("NABLA", "grad", at)
            return
        if self._known(run, at):
            return
        if self._is_greek(run):
            self._emit("NAME", COMMANDS[run][1].split()[1], at)
            return
        head = next((f for f in ("log", "exp", "ln") if run.startswith(f)), "")
        if head and len(run) <= len(head) + 2:
            self.notes.append(f"{run} is read as \\{head} of {run[len(head) :]}")
            self._emit("FUNC", FUNCTION_WORDS[head], part(0, len(head)))
            self._letters(token("RUN", run[len(head) :], part(len(head), len(run))))
        elif run[0] == "d" and (run[1:] in NAMES or run[1:] in HEADS or self._is_greek(run[1:])):
            self._emit("NAME", "d", part(0, 1))
            self._letters(token("RUN", run[1:], part(1, len(run))))
        elif len(run) > 3 or (self.plain and len(run) > 2 and not run.startswith("d")):
            self.notes.append(f"{run} is read as one name")
            self._emit("WORD", run, at)
        else:
            for k, letter in enumerate(run):
                self._emit("NAME", letter, part(k, k + 1))

    def _is_greek(self, run: str) -> bool:
        """Whether plain text spells a letter: sigma in dsigma/dx."""
        return self.plain and COMMANDS.get(run, ("", ""))[1].startswith("NAME")

    def _known(self, run: str, at: Span) -> bool:
        """Emit a word of the tables; whether the run is one."""
        low = run.lower()
        indices = self._script and len(run) == 2 and run.islower()
        if len(run) == 1:
            self._emit("NAME", run, at)
        elif run in FUNCTION_WORDS or run in BIG_WORDS or run in HEADS:
            self.word(run, at)
        elif low in OTHERWISE or (low in CONDITION_WORDS and low != "all") or low in CONNECTIVES:
            self._emit("WORDS", low, at)
        elif run in NAMES and not indices:
            self._emit("WORD", run, at)
        else:
            return False
        return True

    def word(self, text: str, at: Span) -> None:
        """An upright word: a function, an operator over an index, or a name of several letters."""
        key = text.replace("-", "_").replace(" ", "_")
        joined = text.replace(" ", "").replace("-", "")
        if key in FUNCTION_WORDS:
            self._emit("FUNC", FUNCTION_WORDS[key], at)
        elif joined in BIG_WORDS and not (self._script and self._peek("}")):
            self._emit("BIG", BIG_WORDS[joined], at)
        elif key in HEADS or joined in HEADS:
            self._emit("NAME", HEADS.get(key) or HEADS[joined], at)
        elif len(key) == 1:
            self._emit("FONT", "upright", at)
            self._emit("LBRACE", "{", at)
            self._emit("NUMBER" if key.isdigit() else "NAME", key, at)
            self._emit("RBRACE", "}", at)
        else:
            self._emit("WORD", key, at)

    def _text(self, tok: Token) -> None:
        """Words of \\text: a name where one word stands alone, else words beside the formula."""
        split = words(tok)
        if len(split) > 1 or (split and split[0].type != "TEXT"):
            self._stack.extend(reversed(split))
            return
        phrase = str(tok).replace("\\_", "_").strip()
        word = phrase.strip(" .,;:")
        low = word.lower()
        parts = low.replace(",", " ").split() or [low]
        spoken = low in OTHERWISE or parts[0] in CONDITION_WORDS or low in CONNECTIVES
        name = word.replace("-", "").replace("_", "").replace(" ", "")
        spaced = str(tok) != str(tok).strip() and word not in NAMES and word not in HEADS
        alone = not (spoken or spaced) and phrase == word and " " not in word
        if (self._script or alone) and name.isalnum() and name.isascii():
            self.word(word, place(tok))
            return
        signs = {
            "=": "REL",
            "+": "SIGN",
            "-": "SIGN",
            ",": "COMMA",
            ".": "STOP",
            ";": "SEMI",
            ":": "COLON",
        }
        if phrase in signs:
            self._emit(signs[phrase], phrase, place(tok))
        elif word:
            self._emit("WORDS", phrase, place(tok))

    def _script_of(self, tok: Token, kind: str) -> None:
        """A subscript or superscript; a lone sign in it is a mark on the name."""
        if self._peek("{") and (inner := self._lone()) is not None:
            if (inner.type == "CMD" and inner == "prime") or inner == "'":
                self._group()
                self._emit("PRIME", "'", place(inner))
                return
        elif self._stack and (self._stack[-1] == "prime" or self._stack[-1] == "'"):
            self._emit("PRIME", "'", place(self._stack.pop()))
            return
        self._emit(kind, str(tok), place(tok))
        if self._exponent_sign(tok):
            return
        outer, self._script = self._script, True
        inner_token = self._lone()
        mark = DECORATIONS.get(str(inner_token or ""))
        if inner_token is not None and mark and inner_token.type in ("CHAR", "CMD"):
            self._group()
            self._closed("DECOR", mark, place(inner_token))
        elif inner_token is not None and inner_token in BIG_WORDS and self._is_whole(inner_token):
            self._group()
            self._closed("WORD", str(inner_token), place(inner_token))
        else:
            self._word_of_script()
            self._argument(tok)
        self._script = outer

    def _is_whole(self, word: Token) -> bool:
        """Whether a script is this word: max in z_{max}, but m alone in z_max."""
        braced = self._peek("{") or self.plain
        return word.type in ("CMD", "TEXT") or (word.type == "RUN" and braced)

    def _exponent_sign(self, tok: Token) -> bool:
        """e^-x, as plain text has it: TeX would take the sign alone."""
        base = self.out[-2] if len(self.out) > 1 else None
        exponential = base is not None and base.type == "NAME" and base == "e"
        if not self._peek("-") or not (exponential or self.plain):
            return False
        sign = self._stack.pop()
        if not self._stack:
            self.complain("the formula ends too early", place(sign))
            return True
        self.notes.append("a superscript without braces is read with its sign and what follows")
        following = [sign, *self._group()]
        self._given(following, tok)
        return True

    def _word_of_script(self) -> None:
        """L_{CE}, L_{total}, p_{gt}: letters that cannot be separate indices are one word."""
        self._mixed_word()
        lone = self._lone()
        if lone is None or lone.type != "RUN" or (not self._peek("{") and not self.plain):
            return
        run = str(lone)
        indices = set(run) <= set("abcijklmnpqrstuvy") and len(set(run)) == len(run) == 3
        loss = len(self.out) > 1 and self._loss_letter()
        capitals = run.isupper() and len(run) > 1
        word = capitals or run in NAMES or (len(run) > 2 and not indices)
        short = run == "gt" or (loss and run in ("ce", "nll", "kl"))
        if (word and not (len(run) == 2 and run.islower())) or short:
            replaced = token("TEXT", run, place(lone))
            self._stack[-2 if self._peek("{") else -1] = replaced

    def _mixed_word(self) -> None:
        """L_{i2t}: letters around a digit are one word."""
        parts = self._stack[-5:-1][::-1]
        kinds = [part.type for part in parts]
        joined = len(parts) == 4 and place(parts[0]).stop == place(parts[1]).start
        if (
            self._peek("{")
            and kinds == ["RUN", "NUM", "RUN", "CHAR"]
            and parts[3] == "}"
            and joined
        ):
            at = Span(place(parts[0]).start, place(parts[2]).stop)
            self._stack[-4:-1] = [token("TEXT", "".join(map(str, parts[:3])), at)]

    def _loss_letter(self) -> bool:
        """Whether the script hangs on L, J or ell."""
        behind = [t for t in self.out[-4:-1] if t.type == "NAME"]
        return bool(behind) and str(behind[-1]) in ("L", "J", "ell", "l")

    def _raised(self, tok: Token) -> None:
        """Unicode subscripts and superscripts; those side by side are one script."""
        inside: list[Token] = []
        self._stack.append(tok)
        while self._stack and self._stack[-1].type == "CHAR" and self._stack[-1] == str(tok):
            self._stack.pop()
            inside.append(self._stack.pop())
        inside += self._second_of_delta(inside)
        self._emit("SUB" if tok == "low" else "SUP", str(tok), place(inside[0]))
        if len(inside) == 1 and inside[0].type == "RUN" and inside[0] == "T" and tok == "high":
            self._closed("TRANSPOSE", "T", place(inside[0]))
            return
        self._emit("LBRACE", "{", place(inside[0]))
        for part in inside:
            self._stack.append(part)
            self._step()
        self._emit("RBRACE", "}", place(inside[-1]))

    def _second_of_delta(self, below: list[Token]) -> list[Token]:
        """The comma and the y of δₖ,y: Unicode has no small y, and no comma, to set below."""
        *_, letter, comma = [*below, *below, *self._stack][-2:]
        ends = [place(part).stop for part in (below[-1], comma)]
        joined = ends == [place(part).start for part in (comma, letter)]
        follows = comma == "," and letter.type == "RUN" and len(letter) == len(below) == 1
        if not (follows and joined and self.out and self.out[-1] == "delta"):
            return []
        return [self._stack.pop(), self._stack.pop()]
