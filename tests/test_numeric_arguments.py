"""Arguments of every kind: arrays as they come, what is refused and how, every option with each."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

import numeric

F = np.random.default_rng(1).normal(size=(4, 3))
Y = np.array([0, 2, 1, 0])
WIDE = np.zeros((8, 6))
WIDE[::2, ::2] = F


def locked(array: Any) -> Any:
    made = array.copy()
    made.flags.writeable = False
    return made


class Table:
    """Something that NumPy reads, as a table of another library is."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return F


AS_THEY_COME = {
    "read-only": (locked(F), locked(Y)),
    "columns first": (np.asfortranarray(F), Y),
    "every other": (WIDE[::2, ::2], Y),
    "backwards": (F[::-1].copy()[::-1], Y[::-1].copy()[::-1]),
    "lists": (F.tolist(), Y.tolist()),
    "not aligned": (
        np.frombuffer(b"x" + F.tobytes(), np.uint8)[1:].view(np.float64).reshape(4, 3),
        Y,
    ),
    "the other order of bytes": (F.astype(">f8"), Y.astype(">i4")),
    "nothing masked": (np.ma.array(F), np.ma.array(Y)),
    "memory": (memoryview(F), Y),
    "a table": (Table(), Y),
    "longdouble": (F.astype(np.longdouble), Y),
}


@pytest.mark.parametrize("name", AS_THEY_COME)
def test_arrays_as_they_come(name: str) -> None:
    loss, gradient = numeric.value_and_grad(*AS_THEY_COME[name])
    wanted, slope = numeric.value_and_grad(F, Y)
    assert float(loss) == pytest.approx(float(wanted), rel=1e-15)
    assert gradient.dtype.isnative
    assert gradient.astype(float) == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize(
    "out",
    [
        np.empty((8, 6))[::2, ::2],
        np.empty((4, 3))[::-1],
        np.empty((4, 3), ">f8"),
        np.empty((4, 3), np.float32),
    ],
    ids=["every other", "backwards", "the other order of bytes", "float32"],
)
def test_places_to_write_to(out: Any) -> None:
    _, gradient = numeric.value_and_grad(F, Y, out=out)
    assert gradient is out
    assert out.astype(float) == pytest.approx(numeric.value_and_grad(F, Y)[1], rel=1e-6)


OVERLAPPING = np.lib.stride_tricks.as_strided(np.zeros(12), (4, 3), (8, 8))
SOFT = np.eye(3)[Y]

REFUSED: list[tuple[tuple[Any, Any], dict[str, Any], type[Exception], str]] = [
    ((np.ma.array(F, mask=F > 0), Y), {}, TypeError, "logits with masked entries"),
    ((F, np.ma.array(Y, mask=Y > 1)), {}, TypeError, "target with masked entries"),
    ((F, Y.astype(float)), {}, ValueError, "labels are integers, and shares have the shape of"),
    ((F, np.eye(3, dtype=int)[Y]), {}, ValueError, "such as one-hot rows, are of floating type"),
    ((F, np.eye(3)[Y] > 0), {}, ValueError, "such as one-hot rows, are of floating type"),
    ((F, Y > 0), {}, TypeError, "target of type bool; expected integer labels"),
    ((F, ["a", "b", "c", "d"]), {}, TypeError, "target of type <U1; expected integer labels"),
    ((F, [0, 2**70, 0, 0]), {}, TypeError, "target of type object; expected integer labels"),
    ((F, [0, -(2**63), 0, 0]), {}, ValueError, "the label -9223372036854775808; expected 0 to 2"),
    ((F, np.array([0, 3, 0, 0], ">u2")), {}, ValueError, "the label 3; expected 0 to 2"),
    ((F, Y[:, None]), {}, ValueError, "target of shape (4, 1); expected (4,)"),
    ((F, SOFT), {"ignore_index": 0}, ValueError, "ignore_index is for labels"),
    ((F, Y), {"ignore_index": None}, TypeError, "ignore_index None; expected a whole number"),
    ((F, Y), {"ignore_index": 1.0}, TypeError, "ignore_index 1.0; expected a whole number"),
    ((F, Y), {"label_smoothing": "a"}, TypeError, "label_smoothing 'a'; expected a number"),
    ((F, Y), {"label_smoothing": np.ones(2)}, TypeError, "expected a number from 0 to 1"),
    ((F, Y), {"label_smoothing": np.nan}, ValueError, "label_smoothing nan; expected 0 to 1"),
    ((F, Y), {"axis": "1"}, TypeError, "axis '1'; expected a whole number"),
    ((F, Y), {"weight": [1, np.inf, 1]}, ValueError, "weight holds inf; expected positive numbers"),
    ((F, Y), {"weight": [1, np.nan, 1]}, ValueError, "weight holds nan; expected positive numbers"),
    ((F, Y), {"weight": [1, -1, 1]}, ValueError, "weight holds -1.0; expected positive numbers"),
    ((F, Y), {"out": [0.0]}, TypeError, "out is of type list; expected an array"),
    ((F, Y), {"out": locked(F)}, ValueError, "out is read-only"),
    ((F, Y), {"out": OVERLAPPING}, ValueError, "out has entries that share their memory"),
    ((F, SOFT), {"out": SOFT}, ValueError, "out lies where an argument is"),
]


@pytest.mark.parametrize(("given", "options", "error", "words"), REFUSED)
def test_what_is_refused_is_said(
    given: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        numeric.value_and_grad(*given, **options)


BINARY = numeric.binary_cross_entropy_with_logits
Z, BITS = np.zeros((4, 3)), np.ones((4, 3))
AXES = "logits of shape (); expected (C,)"

SAID: list[tuple[Any, tuple[Any, ...], dict[str, Any], type[Exception], str]] = [
    (numeric.cross_entropy, (F[0], [1]), {}, ValueError, "target of shape (1,); expected ()"),
    (numeric.cross_entropy, (F, None), {}, TypeError, "target of type object; expected integer"),
    (numeric.nll_loss, (F, Y), {"weight": [1.0]}, ValueError, "weight of shape (1,); expected"),
    (numeric.nll_loss, (F, Y + 1), {}, ValueError, "target holds the label 3; expected 0 to 2"),
    (numeric.nll_loss, (F, SOFT), {}, TypeError, "target of floating type; expected integer"),
    (numeric.nll_loss, (F, Y), {"label_smoothing": 0.1}, TypeError, "unknown argument 'label_s"),
    (numeric.jvp, (F, Y, 1j * F), {}, TypeError, "tangent of type complex128; expected real"),
    (numeric.vjp, (F, Y, "1"), {}, TypeError, "upstream of type <U1; expected real numbers"),
    (numeric.vjp, (F, Y, [1.0]), {}, ValueError, "upstream of shape (1,); expected ()"),
    (numeric.hvp, (F, Y, F[0]), {}, ValueError, "vector of shape (3,); expected (4, 3)"),
    (numeric.softmax, (F,), {"axis": 2}, ValueError, "axis 2 is out of bounds: the logits have 2"),
    (numeric.softmax, (F,), {"axis": None}, TypeError, "axis None; expected a whole number"),
    (numeric.log_softmax, (F,), {"axis": (0, 1)}, TypeError, "axis (0, 1); expected a whole"),
    (numeric.jacobian, (1.0,), {}, ValueError, AXES),
    (numeric.softmax, (np.zeros((2, 0)),), {}, ValueError, "logits without classes"),
    (BINARY, (Z, BITS), {"pos_weight": [-1.0, 1, 1]}, ValueError, "pos_weight holds -1.0"),
    (BINARY, (Z, BITS), {"weight": [1, 2]}, ValueError, "weight of shape (2,); it has to fit"),
    (BINARY, (Z, BITS), {"pos_weight": "a"}, TypeError, "pos_weight of type <U1; expected real"),
    (BINARY, (Z, "a"), {}, ValueError, "target of shape (); expected (4, 3)"),
]


@pytest.mark.parametrize(("call", "given", "options", "error", "words"), SAID)
def test_what_is_refused_is_said_by_the_name_it_was_given(
    call: Any, given: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        call(*given, **options)


def test_nothing_is_written_where_no_derivative_is_made() -> None:
    out = np.zeros((4, 3))
    for call in (numeric.cross_entropy, numeric.nll_loss):
        with pytest.raises(TypeError, match="out is where a derivative is written to"):
            call(F, Y, out=out)
    with pytest.raises(TypeError, match="out is where a derivative is written to"):
        numeric.jvp(F, Y, F, out=out)
    with pytest.raises(TypeError, match="out is where a derivative is written to"):
        numeric.binary_cross_entropy_with_logits(F, F > 0, out=out)
    assert not out.any()


def test_maps_say_what_they_take() -> None:
    with pytest.raises(TypeError, match="unknown argument 'temperature'; expected backend, out"):
        numeric.softmax(F, temperature=2.0)
    with pytest.raises(TypeError, match="unknown argument 'temperature'"):
        numeric.jacobian(F, temperature=2.0)
    with pytest.raises(TypeError, match="out is of type list"):
        numeric.softmax(F, out=[0.0])


def test_the_target_is_what_says_which_class_or_pair_is_right() -> None:
    """Of SigLIP the signs of the pairs, and not its scale t."""
    s, match = np.eye(3) + 0.5, 2 * np.eye(3) - 1
    loss = numeric.compile("siglip").loss(s, match, t=2.0, b=-1.0)
    assert loss == pytest.approx(np.sum(np.log1p(np.exp(-match * (2 * s - 1)))) / 3)
    targets = {"soft-targets": "t", "bce-with-logits": "t", "info-nce": "own", "softmax-nll": "y"}
    for name, target in targets.items():
        assert numeric.compile(name).signature.inputs[1].name == target


# Every option with every other, against PyTorch.

SHAPES = ((3,), (4, 3), (2, 3, 2), (0, 3), (2, 3, 0), (1, 1), (4, 1), (1,))
WEIGHTS = ("none", "some", "one 0", "all 0")
TARGETS = ("labels", "one class", "some ignored", "all ignored", "255 ignored", "class 0 ignored")
SHARES = ("shares", "any numbers", "zeros")


def _weight(kind: str, classes: int) -> dict[str, Any]:
    some = np.linspace(0.5, 2, classes)
    made = {"some": some, "one 0": some * (np.arange(classes) > 0), "all 0": 0 * some}
    return {"weight": made[kind]} if kind in made else {}


def _target(kind: str, shape: tuple[int, ...], rng: Any) -> tuple[Any, dict[str, Any]]:
    axis = min(1, len(shape) - 1)
    if kind in SHARES:
        drawn = {"shares": rng.random(shape), "zeros": np.zeros(shape)}
        return drawn.get(kind, rng.normal(size=shape)), {}
    labels = rng.integers(shape[axis], size=shape[:axis] + shape[axis + 1 :])
    some = rng.random(labels.shape) < 0.5
    if kind == "class 0 ignored":
        return labels, {"ignore_index": 0}
    if kind == "255 ignored":
        return np.where(some, 255, labels).astype(np.uint8), {"ignore_index": 255}
    made = {"one class": 0 * labels, "some ignored": np.where(some, -100, labels)}
    return made.get(kind, labels if kind == "labels" else np.full_like(labels, -100)), {}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_every_option_with_every_other(shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    rng = np.random.default_rng(0)
    classes = shape[min(1, len(shape) - 1)]
    reductions, smoothing = ("none", "mean", "sum"), (0.0, 0.1, 1.0)
    for kind, weight, reduction, eps in itertools.product(
        (*TARGETS, *SHARES), WEIGHTS, reductions, smoothing
    ):
        f = 3 * rng.normal(size=shape)
        target, ignored = _target(kind, shape, rng)
        options = {**_weight(weight, classes), **ignored, "reduction": reduction}
        theirs = {k: torch.tensor(v) if k == "weight" else v for k, v in options.items()}
        for name in ("cross_entropy", *["nll_loss"] * (kind in TARGETS and not eps)):
            smoothed = {"label_smoothing": eps} if name == "cross_entropy" else {}
            logits = torch.tensor(f, requires_grad=True)
            whole = np.asarray(target)
            goal = torch.tensor(whole if kind in SHARES else whole.astype(np.int64))
            wanted = getattr(torch.nn.functional, name)(logits, goal, **theirs, **smoothed)
            wanted.sum().backward()
            call: Any = getattr(numeric, {"nll_loss": "nll_loss_"}.get(name, "") + "value_and_grad")
            loss, gradient = call(f, target, **options, **smoothed)
            words = f"{name}, {kind}, weight {weight}, {options}, {smoothed}"
            near = {"rel": 1e-11, "abs": 1e-13, "nan_ok": True}
            assert loss == pytest.approx(wanted.detach().numpy(), **near), words
            assert gradient == pytest.approx(logits.grad.numpy(), **near), words
