"""From array programs to NumPy source, through SymPy's printers; the only module here with SymPy.

The source comes from a closed set of lines and nodes. No text of the user's reaches SymPy or
`exec`: SymPy sees numbered symbols, and the printed identifiers are those that `numeric.names`
allows.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from derive.syntax import (
    Add,
    Call,
    Cases,
    Div,
    Logic,
    Mul,
    Neg,
    Node,
    Num,
    Pow,
    Rel,
    children,
)
from numeric.programs.program import (
    Arange,
    Argmax,
    Floor,
    Fold,
    Map,
    NegativePart,
    Op,
    Pick,
    PositivePart,
    Program,
    Size,
    Take,
    View,
)

_WIDTH = 92
_GLUE = "\N{NO-BREAK SPACE}"  # a space at which no line is broken


def source(program: Program, about: str) -> str:
    """The program as a Python function with `about` as its docstring."""
    body = [assignment(line.name, printed(line.op)) for line in program.lines]
    returned = ", ".join(
        f"{out.name}[..., {', '.join('0' * out.squeezed)}]" if out.squeezed else out.name
        for out in program.outputs
    )
    lines = [_docstring(about), *body, f"return {returned}"]
    head = f"def {program.name}({', '.join(program.arguments)}):\n"
    return head + textwrap.indent("\n".join(lines), "    ").replace(_GLUE, " ") + "\n"


def load(program: Program, about: str) -> Callable[..., Any]:
    """The program as a function."""
    return load_source(program.name, source(program, about))


def load_source(name: str, printed_source: str, **known: Any) -> Callable[..., Any]:
    """The function of this name; the one place where printed source is executed.

    `known` are functions of ours that it may call.
    """
    code = compile(printed_source, f"<gradproof {name}>", "exec")
    namespace: dict[str, Any] = {"np": np, "__builtins__": {}, **known}
    exec(code, namespace)
    made: Callable[..., Any] = namespace[name]
    return made


def _docstring(about: str) -> str:
    """A docstring of printable ASCII; what could end it or escape from it is replaced."""
    safe = re.sub(r"[^ !#-\[\]-~\n]", "?", about)
    lines = [
        wrapped
        for line in safe.splitlines()
        for wrapped in textwrap.wrap(line, _WIDTH, subsequent_indent="    ") or [""]
    ]
    return '"""' + "\n".join(lines) + ('\n"""' if len(lines) > 1 else '"""')


def assignment(name: str, expression: str) -> str:
    """name = expression, broken at its spaces if it is long."""
    if len(name) + len(expression) <= _WIDTH:
        return f"{name} = {expression}"
    lines = textwrap.wrap(expression, _WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return "\n".join((f"{name} = (", *(f"    {line}" for line in lines), ")"))


def printed(op: Op) -> str:
    """The right side of a line."""
    match op:
        case Map(expr=expr):
            return text(expr)
        case Fold(expr=expr, kind=kind, axis=axis, keepdims=keep):
            return f"np.{kind}({text(expr)}, axis={axis}{', keepdims=True' if keep else ''})"
        case Argmax(expr=expr, axis=axis):
            return f"np.argmax({text(expr)}, axis={axis}, keepdims=True)"
        case PositivePart(expr=expr):
            return f"np.maximum({text(expr)}, 0)"
        case NegativePart(expr=expr):
            return f"np.minimum({text(expr)}, 0)"
        case Floor(expr=expr, like=like):
            return f"np.maximum({text(expr)}, np.finfo({like}.dtype).tiny)"
        case Take(array=array, label=label, shared=True):
            return f"np.take({array}, {label})"
        case Take(array=array, label=label):
            return f"np.take_along_axis({array}, {label}, axis=-1)"
        case Pick(array=array, place=place):
            return f"np.take({array}, [{place}], axis=-1)"
        case Arange(size=size):
            return f"np.arange({size})"
        case Size(array=array, axis=axis):
            return f"{array}.shape[{axis}]"


def text(expr: Node) -> str:
    """An elementwise expression as SymPy prints it for NumPy, term for term in our order."""
    views: dict[str, Any] = {}
    term = _term(expr, views)
    printer = _printer_class()({"order": "none", "allow_unknown_functions": False})
    printer.shown = {str(symbol): shown for shown, symbol in views.items()}
    text: str = printer.doprint(term)
    return text


def _shown(view: View) -> str:
    """p, p[..., None] (repeated along a new last axis) or p[..., None, :] (along one before)."""
    if not view.axes:
        return view.name
    leading = view.axes.index(False) if view.axes[0] else 0
    marks = [":" if own else "None" for own in view.axes[leading:]]
    return f"{view.name}[{_GLUE.join(('...,', *(f'{mark},' for mark in marks)))[:-1]}]"


def _term(node: Node, views: dict[str, Any]) -> Any:
    """The SymPy expression, nothing evaluated or reordered; each view is a numbered symbol."""
    import sympy
    from sympy.codegen.numpy_nodes import logaddexp

    parts = [_term(part, views) for part in children(node)]
    match node:
        case View():
            return views.setdefault(_shown(node), sympy.Symbol(f"v{len(views)}"))
        case Num(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Add():
            return sympy.Add(*parts, evaluate=False)
        case Mul():
            return sympy.Mul(*parts, evaluate=False)
        case Neg():
            return sympy.Mul(sympy.Integer(-1), parts[0], evaluate=False)
        case Div():
            return sympy.Mul(parts[0], sympy.Pow(parts[1], -1, evaluate=False), evaluate=False)
        case Pow():
            return sympy.Pow(*parts, evaluate=False)
        case Call(function="softplus"):
            return logaddexp(sympy.Integer(0), parts[0])
        case Call(function="sqrt"):
            return sympy.Pow(parts[0], sympy.Rational(1, 2), evaluate=False)
        case Call(function=name):
            return _functions()[name](parts[0], evaluate=False)
        case Rel(op=op):
            return sympy.Rel(*parts, op, evaluate=False)
        case Logic(op=op):
            joint = {"and": sympy.And, "or": sympy.Or, "not": sympy.Not}[op]
            return joint(*parts, evaluate=False)
        case Cases(otherwise=otherwise):
            pairs = list(zip(parts[:-1:2], parts[1:-1:2], strict=True))
            return sympy.Piecewise(*pairs, (_term(otherwise, views), True), evaluate=False)
        case _:
            raise AssertionError(f"no array code for {type(node).__name__}")


@functools.cache
def _functions() -> dict[str, Any]:
    import sympy
    from sympy.codegen.cfunctions import expm1, log1p

    functions = {"exp": sympy.exp, "log": sympy.log, "tanh": sympy.tanh, "abs": sympy.Abs}
    return {**functions, "log1p": log1p, "expm1": expm1}


@functools.cache
def _printer_class() -> Any:
    from sympy.printing.numpy import NumPyPrinter

    class Printer(NumPyPrinter):  # type: ignore[misc]
        """NumPy source as people write it: np.exp, np.where, k == y."""

        def _module_format(self, name: str, register: bool = True) -> str:
            return "np." + name.rpartition(".")[2]

        def _print_Symbol(self, symbol: Any) -> str:  # noqa: N802
            return str(self.shown[symbol.name])

        def _print_Piecewise(self, cases: Any) -> str:  # noqa: N802
            *branches, (otherwise, _) = cases.args
            text = self._print(otherwise)
            for value, condition in reversed(branches):
                text = f"np.where({self._print(condition)}, {self._print(value)}, {text})"
            return str(text)

        def _print_Relational(self, relation: Any) -> str:  # noqa: N802
            return f"{self._print(relation.lhs)} {relation.rel_op} {self._print(relation.rhs)}"

        def _print_And(self, condition: Any) -> str:  # noqa: N802
            return " & ".join(f"({self._print(part)})" for part in condition.args)

        def _print_Or(self, condition: Any) -> str:  # noqa: N802
            return " | ".join(f"({self._print(part)})" for part in condition.args)

        def _print_Not(self, condition: Any) -> str:  # noqa: N802
            return f"~({self._print(condition.args[0])})"

    return Printer
