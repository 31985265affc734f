"""The shape of the house: who may import whom, what is never called, how long a module may grow.

Every check is a function of source text, so that the second half can try it on planted violations.
"""

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("derive", "numeric", "reports")
MAX_LINES = 400
# Of a function, beside its docstring.
MAX_FUNCTION_LINES = 40

FORBIDDEN_IMPORTS = {
    "derive": {"numeric", "reports", "numpy", "jinja2"},
    "numeric": {"reports", "jinja2"},
}
SYMPY_DOORS = {"derive.terms", "numeric.programs.codegen"}
# All that the second opinion has in common with the first, at first or second hand.
COMMON_GROUND = {f"derive.{room}" for room in ("budget", "errors", "problem", "show", "syntax")}
FORBIDDEN_CALLS = {
    *("sympify", "parse_expr", "parse_latex", "nsimplify", "simplify"),
    *("doit", "equals", "subs"),
    *("eval", "exec", "__import__", "import_module"),
}
# (module, function, call): once each, with the reason.
ALLOWED_CALLS = {
    # the engine's source, printed from a closed set of nodes, becomes a function here
    ("numeric/programs/codegen.py", "load_source", "exec"),
}


@dataclass(frozen=True)
class Module:
    path: str
    source: str

    @property
    def package(self) -> str:
        return ".".join(PurePosixPath(self.path).parts[:-1])

    @property
    def name(self) -> str:
        return f"{self.package}.{PurePosixPath(self.path).stem}".removesuffix(".__init__")


MODULES = [
    Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
]


def within(name: str, rooms: Collection[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def imports(module: Module) -> set[str]:
    """Every imported name in full, wherever the import stands."""
    names = set()
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), module.package)
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return names


def calls(node: ast.AST, function: str = "") -> Iterator[tuple[str, str]]:
    """(enclosing function, called name) for every call below `node`."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield function, name
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from calls(child, child.name if inside else function)


def import_violations(module: Module) -> list[str]:
    banned = {
        room
        for owner, rooms in FORBIDDEN_IMPORTS.items()
        if within(module.name, {owner})
        for room in rooms
    }
    if module.name not in SYMPY_DOORS:
        banned.add("sympy")
    found = sorted(name for name in imports(module) if within(name, banned))
    return [f"{module.path} imports {name}" for name in found]


def is_witness(name: str) -> bool:
    return name.startswith("derive.witness")


def witness_violations(modules: list[Module]) -> list[str]:
    """What the witness reaches of the first opinion, through any number of modules."""
    by_name = {module.name: module for module in modules}
    queue = [name for name in by_name if is_witness(name)]
    seen = set(queue)
    violations = []
    while queue:
        module = by_name[queue.pop()]
        for name in sorted(imports(module)):
            ours = is_witness(name) or within(name, COMMON_GROUND)
            if within(name, {"sympy", "derive"}) and not ours:
                violations.append(f"the witness reaches {name} through {module.path}")
            target = max((room for room in by_name if within(name, {room})), key=len, default=None)
            if target and target not in seen:
                seen.add(target)
                queue.append(target)
    return violations


def call_violations(module: Module) -> list[str]:
    found = [(module.path, *call) for call in calls(ast.parse(module.source))]
    renamed = {name for name in imports(module) if name.split(".")[-1] in FORBIDDEN_CALLS}
    return [f"{module.path} imports {name}" for name in sorted(renamed)] + [
        f"{path}: {name}() in {function or 'the module'}"
        for index, (path, function, name) in enumerate(found)
        if name in FORBIDDEN_CALLS
        if found[index] not in ALLOWED_CALLS or found[index] in found[:index]
    ]


def length_violations(module: Module) -> list[str]:
    lines = len(module.source.splitlines())
    found = [f"{module.path} has {lines} lines"] if lines > MAX_LINES else []
    for node in ast.walk(ast.parse(module.source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = body_lines(node)
            if lines > MAX_FUNCTION_LINES:
                found.append(f"{module.path}: {node.name} has {lines} lines")
    return found


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has, its docstring left out."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def loaded_after(code: str) -> tuple[str, set[str]]:
    """What `code` prints, and which heavy libraries it leaves loaded, in a fresh interpreter."""
    code += "\nimport sys; print(*{'sympy', 'numpy', 'jinja2'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    *printed, loaded = run.stdout.splitlines()
    return "\n".join(printed), set(loaded.split())


# The house as it stands.


def test_everything_is_looked_at() -> None:
    names = {module.name for module in MODULES}
    assert {*PACKAGES, *SYMPY_DOORS} <= names
    assert any(name.startswith("derive.witness") for name in names)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)
def test_module_keeps_the_rules(module: Module) -> None:
    assert import_violations(module) + call_violations(module) + length_violations(module) == []


def test_witness_shares_nothing_with_the_first_opinion() -> None:
    assert witness_violations(MODULES) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_of_users_see_the_types(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize(("package", "name"), [("derive", "verify"), ("numeric", "value_and_grad")])
def test_public_names_are_listed_before_anything_heavy_is_loaded(package: str, name: str) -> None:
    printed, loaded = loaded_after(f"import {package}; print(*dir({package}))")
    assert name in printed.split()
    assert loaded == set()


def test_help_is_light() -> None:
    printed, loaded = loaded_after(
        "import sys; sys.argv = ['gradproof', '--help']\n"
        "from reports.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    assert "usage: gradproof" in printed
    assert loaded == set()


# Planted violations: each check can fail.


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("derive/rules.py", "import numeric"),
        ("derive/rules.py", "from numeric.engine import softmax"),
        ("derive/read/latex.py", "def read():\n    import reports.cli"),
        ("derive/__init__.py", "import numpy as np"),
        ("derive/terms.py", "from jinja2 import Environment"),
        ("numeric/engine.py", "from reports import record"),
        ("numeric/programs/codegen.py", "import jinja2"),
        ("derive/normal.py", "import sympy"),
        ("derive/terms/entry.py", "import sympy"),
        ("numeric/stable/stabilise.py", "from sympy.polys import ring"),
        ("reports/html.py", "if True:\n    from sympy import latex"),
    ],
)
def test_planted_import_is_found(path: str, source: str) -> None:
    assert import_violations(Module(path, source))


@pytest.mark.parametrize(
    "sources",
    [
        {"derive/witness.py": "import sympy"},
        {"derive/witness.py": "from .terms import Delta"},
        {"derive/witness.py": "from derive import rules"},
        {"derive/witness/points.py": "from ..normal import decide"},
        {"derive/witness/points.py": "from .. import calculus"},
        {"derive/witness.py": "import derive"},
        {"derive/witness.py": "from derive import verify"},
        {"derive/witness.py": "from derive.primes import P"},
        {"derive/witness.py": "from .syntax import Sum", "derive/syntax.py": "import sympy"},
        {"derive/witness.py": "from . import scope", "derive/scope.py": "from . import atoms"},
    ],
)
def test_planted_loan_of_the_witness_is_found(sources: dict[str, str]) -> None:
    assert witness_violations([Module(*item) for item in sources.items()])


@pytest.mark.parametrize(
    "source",
    [
        *("sympify('f')", "sympy.parse_expr(s)", "parse_latex(s)", "nsimplify(x)", "total.doit()"),
        *("sympy.simplify(x)", "a.equals(b)", "(a + b).subs(k, j)", "eval(s)", "exec(s)"),
        *("f(lambda: eval(s))", "__import__('sympy')", "importlib.import_module(name)"),
        *("from sympy import sympify as read", "def load(s):\n    exec(s)"),
    ],
)
def test_planted_call_is_found(source: str) -> None:
    assert call_violations(Module("numeric/engine.py", source))


@pytest.mark.parametrize(
    "source",
    ["exec(s)", "def other(s):\n    exec(s)", "def load_source(s):\n    exec(s)\n    exec(s)"],
)
def test_the_allowed_call_is_allowed_once_and_in_its_function_only(source: str) -> None:
    assert call_violations(Module("numeric/programs/codegen.py", source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("derive/terms.py", "import sympy"),
        ("derive/rules.py", '"""No eval(s), no .subs(x)."""\nfrom . import terms\nsubstitute(x)'),
        ("numeric/programs/codegen.py", "import numpy, sympy\ndef load_source(s):\n    exec(s)"),
        ("reports/record.py", "from derive import verify\nfrom numeric import gradcheck"),
        ("derive/witness.py", "from derive.syntax import Sum\nfrom mpmath import iv"),
    ],
)
def test_the_innocent_are_left_alone(path: str, source: str) -> None:
    module = Module(path, source)
    assert import_violations(module) + call_violations(module) + witness_violations([module]) == []


def test_planted_length_is_found() -> None:
    assert not length_violations(Module("derive/rules.py", "x = 1\n" * MAX_LINES))
    assert length_violations(Module("derive/rules.py", "x = 1\n" * (MAX_LINES + 1)))


def test_planted_function_is_found() -> None:
    told = '    """Says\n    much.\n    """\n'
    body = "    x = 1\n" * (MAX_FUNCTION_LINES - 1)
    assert not length_violations(Module("derive/rules.py", f"def f():\n{told}{body}"))
    assert length_violations(Module("derive/rules.py", f"def f():\n{told}{body}    x = 1\n"))
    inside = body.replace("    ", "        ")
    assert length_violations(Module("derive/rules.py", f"class A:\n    def f():\n{inside}{inside}"))


def test_planted_weight_is_found() -> None:
    assert loaded_after("import mpmath") == ("", set())
    assert loaded_after("print('usage')\nimport jinja2") == ("usage", {"jinja2"})
