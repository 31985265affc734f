"""The engine: shapes, types, limits, errors, and source that keeps its promises."""

from __future__ import annotations

import ast
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numeric
from derive.catalogue import CATALOGUE, ENGINES
from derive.errors import FormulaError, OutOfFragment
from numeric import NotProved
from numeric import compile as compiled
from numeric.inputs import Signature

P = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
LARGEST = float(np.finfo(np.float64).max)


def arguments(call: Signature, logits: Any, seed: int = 0) -> dict[str, Any]:
    """Something for every argument but the logits, by name."""
    rng, values = np.random.default_rng(seed), {}
    lengths = dict(zip(call.slots, logits.shape[logits.ndim - len(call.slots) :], strict=True))
    rows = logits.shape[: logits.ndim - len(call.slots)] if call.batched else ()
    for at, wanted in enumerate(call.inputs[1:]):
        own = tuple(lengths[size] for size in wanted.axes)
        shape = (*rows, *own) if (at == 0 and call.has_target) or wanted.role == "label" else own
        if wanted.role == "label":
            values[wanted.name] = rng.integers(lengths[wanted.size], size=shape)
        elif wanted.kind == "simplex":
            values[wanted.name] = rng.dirichlet(np.ones(shape[-1]), shape[:-1])
        elif wanted.kind in ("bit", "sign"):
            values[wanted.name] = rng.choice([0.0 if wanted.kind == "bit" else -1.0, 1.0], shape)
        else:
            values[wanted.name] = rng.uniform(0.1, 0.9, shape)
    return values


def run(name: str, function: str, logits: Any, *extra: Any, seed: int = 0) -> Any:
    engine, values = compiled(name), arguments(compiled(name).signature, logits, seed)
    target = values.pop(engine.signature.inputs[1].name) if engine.signature.has_target else None
    return getattr(engine, function)(logits, target, *extra, **values)


def logits_of(name: str, n: int = 4, rows: int = 3) -> Any:
    shape = tuple({"N": rows, "n": n}[size] for size in compiled(name).signature.slots)
    return np.random.default_rng(7).normal(size=shape)


ROWS = [name for name in ENGINES if compiled(name).signature.batched]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ENGINES)
def test_types_and_shapes_are_kept(name: str, dtype: type) -> None:
    logits = logits_of(name).astype(dtype)
    loss, gradient = run(name, "value_and_grad", logits)
    hessian, product = run(name, "hessian", logits), run(name, "hvp", logits, logits)
    assert {loss.dtype, gradient.dtype, hessian.dtype, product.dtype} == {np.dtype(dtype)}
    assert loss.shape == ()
    assert gradient.shape == product.shape == logits.shape
    assert hessian.shape == (*logits.shape, *logits.shape[-1:])
    alone = run(name, "loss", logits)
    assert abs(alone - loss) <= 8 * np.spacing(abs(loss))
    assert np.array_equal(run(name, "gradient", logits), gradient)


@pytest.mark.parametrize("name", ROWS)
def test_a_batch_is_its_rows(name: str) -> None:
    classes = 4 if compiled(name).signature.slots else 1
    logits = np.random.default_rng(1).normal(size=(2, 3, classes)[: 3 if classes > 1 else 2])
    engine, values = compiled(name), arguments(compiled(name).signature, logits)
    scalars = {i.name: values[i.name] for i in engine.signature.parameters}
    target = next((v for n, v in values.items() if n not in scalars), None)
    if target is not None and engine.signature.inputs[1].role == "scalar":
        target = np.full(logits.shape, target)
    loss, gradient = engine.value_and_grad(logits, target, **scalars)
    hessian = engine.hessian(logits, target, **scalars)
    assert loss.shape == logits.shape[: logits.ndim - len(engine.signature.slots)]
    for row in np.ndindex(loss.shape):
        own = None if target is None else target[row]
        one, slope = engine.value_and_grad(logits[row], own, **scalars)
        assert loss[row] == one
        assert np.array_equal(gradient[row], slope)
        assert np.array_equal(hessian[row], engine.hessian(logits[row], own, **scalars))


def test_a_parameter_may_differ_by_row() -> None:
    engine, f = compiled("temperature"), np.random.default_rng(2).normal(size=(3, 4))
    y, temperatures = np.array([0, 1, 2]), np.array([0.5, 1.0, 2.0])
    gradient, hessian = engine.gradient(f, y, T=temperatures), engine.hessian(f, y, T=temperatures)
    for i in range(3):
        assert np.array_equal(gradient[i], engine.gradient(f[i], y[i], T=temperatures[i]))
        assert np.array_equal(hessian[i], engine.hessian(f[i], y[i], T=temperatures[i]))


# Rows whose Hessian is one product, and so symmetric to the last bit.
EXACTLY = [n for n in ENGINES if CATALOGUE[n].hessian.count("p[k]*(delta(k, l) - p[") == 1]
EXACTLY = [n for n in EXACTLY if " + " not in CATALOGUE[n].hessian.replace("eps", "")]
# Rows that change when one number is added to all logits.
NOT_SHIFTED = {"z-loss", "siglip"}


@pytest.mark.parametrize("name", [n for n in ENGINES if compiled(n).signature.slots])
def test_the_hessian_is_symmetric_with_rows_that_sum_to_0(name: str) -> None:
    logits = 3 * logits_of(name)
    hessian = run(name, "hessian", logits)
    rounding = hessian.shape[-1] * np.finfo(np.float64).eps * max(np.abs(hessian).max(), 1)
    turned = np.swapaxes(hessian, -1, -2)
    assert np.abs(hessian - turned).max() <= (0 if name in EXACTLY else 4 * rounding)
    if name not in NOT_SHIFTED:
        assert np.abs(hessian.sum(axis=-1)).max() <= 4 * rounding


@pytest.mark.parametrize("name", ENGINES)
def test_hvp_is_the_hessian_times_the_vector(name: str) -> None:
    logits = logits_of(name)
    vector = np.random.default_rng(3).normal(size=logits.shape)
    hessian, product = run(name, "hessian", logits), run(name, "hvp", logits, vector)
    wanted = hessian * vector if not logits.ndim else np.einsum("...kl,...l->...k", hessian, vector)
    assert product == pytest.approx(wanted, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("scale", [1e2, 1e4, 1e300, LARGEST / 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ENGINES)
def test_finite_for_any_finite_logits_without_a_warning(
    name: str, dtype: type, scale: float
) -> None:
    logits = logits_of(name)
    logits = np.sign(logits) * min(scale, float(np.finfo(dtype).max) / 2)
    flat = logits.reshape(-1)
    flat[: flat.size // 2] *= np.arange(1, flat.size // 2 + 1) / flat.size
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for function in ("loss", "gradient", "hessian"):
            result = run(name, function, logits.astype(dtype))
            # A loss of about 1e300 has a sum over samples or classes that may pass the largest.
            assert np.isfinite(result).all() or (function == "loss" and scale > 1e100)
            assert not np.isnan(result).any()


def test_a_target_of_0_hides_a_class_that_underflows() -> None:
    loss, gradient = compiled("soft-targets").value_and_grad([LARGEST, -LARGEST], [1.0, 0.0])
    assert loss == 0
    assert gradient.tolist() == [0, 0]


# Rows whose loss is not 0 where there is but one class, or that need another.
CERTAIN_BUT_NOT_0 = {"z-loss", "log-sum-exp", "squared-error", "softmax", "label-smoothing-others"}


@pytest.mark.parametrize("name", ENGINES)
def test_one_class_and_very_many(name: str) -> None:
    if compiled(name).signature.slots[-1:] == ("n",):
        if name not in CERTAIN_BUT_NOT_0:
            loss, gradient = run(name, "value_and_grad", logits_of(name, n=1))
            assert loss == 0
            assert not gradient.any()
        loss, gradient = run(name, "value_and_grad", logits_of(name, n=100_000))
        assert np.isfinite(loss)
        assert np.isfinite(gradient).all()
        wanted = 1 if name == "log-sum-exp" else 2 * np.sqrt(loss) if name == "z-loss" else 0
        assert abs(gradient.sum() - wanted) < 1e-10
        assert np.isfinite(
            run(name, "hvp", logits_of(name, n=100_000), logits_of(name, 100_000))
        ).all()


@pytest.mark.parametrize("name", ENGINES)
def test_arguments_are_not_written_to_nor_shared(name: str) -> None:
    engine, logits = compiled(name), logits_of(name)
    values = arguments(engine.signature, logits)
    for array in (logits, *values.values()):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    target = values.pop(engine.signature.inputs[1].name) if engine.signature.has_target else None
    for function in ("gradient", "hessian"):
        result = np.asarray(getattr(engine, function)(logits, target, **values))
        assert not any(np.shares_memory(result, array) for array in (logits, target))


def test_lists_and_whole_numbers_are_read_as_float64() -> None:
    gradient = compiled("softmax-nll").gradient([2, 1, 0], 1)
    assert gradient.dtype == np.float64
    assert gradient.sum() == pytest.approx(0, abs=1e-15)


def test_strided_logits() -> None:
    f = np.random.default_rng(4).normal(size=(5, 6))
    assert np.array_equal(
        compiled("softmax-nll").gradient(f.T[::2], np.array([0, 1, 2])),
        compiled("softmax-nll").gradient(f.T[::2].copy(), np.array([0, 1, 2])),
    )


REFUSED = [
    ("softmax-nll", ([1.0, 2.0], 2), {}, ValueError, "label 2; expected 0 to 1"),
    ("softmax-nll", ([1.0, 2.0], -1), {}, ValueError, "label -1; expected 0 to 1"),
    ("softmax-nll", ([1.0, 2.0], 0.0), {}, TypeError, "expected integer labels"),
    ("softmax-nll", ([1.0, 2.0], True), {}, TypeError, "expected integer labels"),
    ("softmax-nll", ([1.0, 2.0], [0]), {}, ValueError, "y of shape (1,); expected ()"),
    ("softmax-nll", ([1.0, 2.0], None), {}, TypeError, "missing argument 'y'"),
    ("softmax-nll", (1.0, 0), {}, ValueError, "logits of shape (); expected (n)"),
    ("softmax-nll", ([], 0), {}, ValueError, "logits without classes"),
    ("softmax-nll", (["a"], 0), {}, TypeError, "logits of type"),
    ("softmax-nll", ([1.0, 2.0], 0), {"T": 1.0}, TypeError, "unknown argument 'T'"),
    ("softmax-nll-mean", ([1.0, 2.0], [0]), {}, ValueError, "expected (N, n)"),
    ("temperature", ([1.0, 2.0], 0), {}, TypeError, "missing argument 'T'"),
    ("temperature", ([1.0, 2.0], 0), {"T": 0.0}, ValueError, "T holds 0.0; expected positive"),
    ("temperature", ([1.0, 2.0], 0), {"T": [1.0, 2.0]}, ValueError, "a number or shape ()"),
    ("temperature", ([1.0, 2.0], 0), {"T": "a"}, TypeError, "expected real numbers"),
    ("label-smoothing", ([1.0, 2.0], 0), {"eps": 1.5}, ValueError, "between 0 and 1"),
    ("soft-targets", ([1.0, 2.0], [0.5, 0.6]), {}, ValueError, "sums to 1 only within 0.1"),
    ("soft-targets", ([1.0, 2.0], [1.5, -0.5]), {}, ValueError, "shares that sum to 1"),
    ("soft-targets", ([1.0, 2.0], [np.nan, 1.0]), {}, ValueError, "t holds nan"),
    ("soft-targets", ([1.0, 2.0], [1.0]), {}, ValueError, "t of shape (1,); expected (2,)"),
    ("class-weights", ([[1.0, 2.0]], [0]), {"w": [1.0]}, ValueError, "w of shape (1,)"),
    ("class-weights", ([[1.0, 2.0]], [0]), {"w": [1.0, -1.0]}, ValueError, "positive numbers"),
]


@pytest.mark.parametrize(("name", "given", "params", "error", "words"), REFUSED)
def test_wrong_arguments_are_named(
    name: str, given: Any, params: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        compiled(name).value_and_grad(*given, **params)
    assert words in str(caught.value)


def test_hvp_wants_a_vector_of_the_logits_shape() -> None:
    with pytest.raises(ValueError, match="vector of shape"):
        compiled("softmax-nll").hvp([1.0, 2.0], 0, [1.0])


# What is compiled, and what is not.


def test_a_name_that_is_not_in_the_catalogue() -> None:
    with pytest.raises(KeyError, match="softmax-nll"):
        compiled("no such loss")


OWN = [
    (["L = log(sum(exp(f[j]), j)) - f[y]"], "exp(f[k])/sum(exp(f[j]), j) - delta(k, y)"),
    ([P, "L = sum(p[j]*log(p[j]), j)"], "p[k]*(log(p[k]) - sum(p[j]*log(p[j]), j))"),
    ([P, "L = log(sum(exp(f[j]), j))**2"], "2*log(sum(exp(f[j]), j))*p[k]"),
    ([P, "L = sum((p[j] - t[j])**2, j)/2"], "p[k]*(p[k] - t[k] - sum(p[j]*(p[j] - t[j]), j))"),
    (["L = sum(f[j]**2, j, j != y)"], "2*f[k]*ind(k != y)"),
    (["L = f[y]**2/2"], "cases(f[k], k == y, 0)"),
    (["L = sum(sum((f[i] - f[j])**2, i), j)/4"], "n*f[k] - sum(f[j], j)"),
    (["L = sum(w[j]*f[j], j)"], "w[k]"),
    (["L = sum(tanh(f[j]), j)"], "1 - tanh(f[k])**2"),
    (["L = sum(log(1 + exp(f[j])), j)"], "sigma(f[k])"),
]


@pytest.mark.parametrize(("given", "gradient"), OWN)
def test_a_loss_of_your_own(given: list[str], gradient: str) -> None:
    declare = ["y: label", "t: real[n]", "w: real[n]"]
    used = [
        fact
        for fact in declare
        if any(f"{fact[0]}[" in g or f"[{fact[0]}]" in g or f"!= {fact[0]}" in g for g in given)
    ]
    engine = compiled(given=given, declare=used, gradient=gradient)
    assert numeric.gradcheck(engine, classes=(1, 2, 3, 6))


def test_literal_indices_count_from_1() -> None:
    engine = compiled(given=["L = f[1]*f[3]"], gradient="delta(k, 1)*f[3] + delta(k, 3)*f[1]")
    assert engine.gradient([2.0, 3.0, 5.0]).tolist() == [5, 0, 2]
    with pytest.raises(IndexError):
        engine.gradient([2.0, 3.0])


def test_a_wrong_gradient_is_not_compiled() -> None:
    with pytest.raises(NotProved, match="refuted"):
        compiled(given=[P, "L = -log(p[y])"], declare=["y: label"], gradient="p[k] + delta(k, y)")
    with pytest.raises(NotProved, match=r"conditional.*k == y"):
        compiled(given=[P, "L = -log(p[y])"], declare=["y: label"], gradient="p[k] - 1")


def test_a_wrong_hessian_is_not_compiled() -> None:
    engine = compiled(
        given=[P, "L = -log(p[y])"],
        declare=["y: label"],
        gradient="p[k] - delta(k, y)",
        hessian="p[k]*delta(k, l)",
    )
    assert engine.gradient([0.0, 0.0], 0).tolist() == [-0.5, 0.5]
    with pytest.raises(NotProved):
        engine.hessian([0.0, 0.0], 0)


def test_a_loss_without_a_hessian_says_so() -> None:
    engine = compiled(given=["L = sum(f[j]**2, j)"], gradient="2*f[k]")
    assert engine.functions == ("loss", "gradient", "value_and_grad")
    with pytest.raises(NotProved, match="states no Hessian"):
        engine.hessian([1.0, 2.0])


def test_what_has_no_array_program_is_named() -> None:
    columns = "L = sum(log(sum(exp(S[i, j]), i)), j)"
    with pytest.raises(OutOfFragment, match=r"S\[top\[j\], j\]"):
        compiled(
            given=[columns],
            declare=["S: real[N, M]"],
            first="S[i, k]",
            gradient="exp(S[i, k])/sum(exp(S[m, k]), m)",
        )
    with pytest.raises(FormulaError):
        compiled(given=["L = f["], gradient="1")


# The source.


@pytest.mark.parametrize("name", ENGINES)
def test_the_source_is_plain_array_code(name: str) -> None:
    """No loop, no condition, no call but of NumPy, short lines: a class sum is a reduction."""
    source = compiled(name).source
    assert max(map(len, source.splitlines())) <= 100
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, ast.For | ast.While | ast.comprehension | ast.If | ast.Lambda)
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func).startswith("np.")
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")


def test_the_source_says_what_it_is() -> None:
    source = compiled("softmax-nll").source
    assert "d(L, f[k]) == p[k] - delta(k, y)" in source
    assert "np.sum(np.where(k != top, mass, 0), axis=-1, keepdims=True)" in source
    assert "log_p_y = gap_y - np.log1p(excess)" in source
    assert "gradient = np.where(k == y, -others_y, p)" in source


def test_common_terms_are_computed_once() -> None:
    value_and_grad = compiled("focal").source.split("def value_and_grad")[1].split("def ")[0]
    assert value_and_grad.count("np.exp(gap)") == 1
    assert value_and_grad.split('"""')[2].count("**gamma") == 1


def test_hostile_names_stay_names() -> None:
    """Words of Python and of our own become other identifiers, and the loss stays the same."""
    engine = compiled(
        given=["lambda[k] = exp(np[k])/sum(exp(np[j]), j)", "exec = -log(lambda[import])"],
        value="exec",
        declare=["import: label"],
        first="np[k]",
        gradient="lambda[k] - delta(k, import)",
    )
    ast.parse(engine.source)
    plain = compiled("softmax-nll")
    assert np.array_equal(engine.gradient([1.0, 2.0], 1), plain.gradient([1.0, 2.0], 1))


def test_a_title_cannot_leave_the_docstring() -> None:
    from dataclasses import replace

    row = replace(CATALOGUE["softmax-nll"], title='"""\nimport os\\\N{NO-BREAK SPACE}"""', name="x")
    tree = ast.parse(compiled(row).source)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {type(node) for node in tree.body[1:]} == {ast.FunctionDef}


def test_text_never_reaches_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    from sympy.core import sympify

    def refuse(*args: object) -> None:
        raise AssertionError(f"SymPy was asked to read {args}")

    monkeypatch.setattr(sympify, "parse_expr", refuse, raising=False)
    monkeypatch.setattr("sympy.parsing.sympy_parser.parse_expr", refuse)
    assert compiled(given=["L = sum(f[j]**3, j)"], gradient="3*f[k]**2").source


def test_importing_numeric_loads_nothing_heavy() -> None:
    code = "import numeric, sys; print([m for m in ('sympy', 'numpy', 'lark') if m in sys.modules])"
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_public_names() -> None:
    for name in numeric.__all__:
        assert callable(getattr(numeric, name))
    with pytest.raises(AttributeError):
        _ = numeric.nothing


@pytest.mark.parametrize("name", ["clip", "softmax-regression", "nll-images"])
def test_a_loss_without_an_array_program_is_refused_at_once(name: str) -> None:
    with pytest.raises(OutOfFragment, match="no array program"):
        compiled(name)
