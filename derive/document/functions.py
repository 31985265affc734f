"""Functions that are known by their word: softmax, log-sum-exp, sigma, tanh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.show import text
from derive.syntax import Call, Entry, Form, Name, Node, children, mul

if TYPE_CHECKING:
    from derive.document.meaning import Meaning

# Words that are functions of one number, and words that are functions of a whole vector.
OF_NUMBERS = {
    "sigmoid": "sigma",
    "logistic": "sigma",
    "softplus": "softplus",
    "relu": "relu",
    "tanh": "tanh",
    "exp": "exp",
    "log": "log",
    "sqrt": "sqrt",
    "abs": "abs",
}
OF_VECTORS = {
    "softmax": "softmax",
    "Softmax": "softmax",
    "log_softmax": "log_softmax",
    "logsoftmax": "log_softmax",
    "logsumexp": "logsumexp",
    "LSE": "logsumexp",
    "lse": "logsumexp",
    "diag": "diag",
    "onehot": "onehot",
    "one_hot": "onehot",
}


def sigma(meaning: Meaning, args: tuple[Node, ...], node: Form) -> Node:
    """sigma of a number is the sigmoid; of a vector, or where the text says so, the softmax."""
    if len(args) != 1:
        raise meaning.fail("sigma takes one argument", node)
    if "sigma" in meaning.scope.usage.values and not is_plain(args[0]):
        if meaning.scope.words:
            raise meaning.fail("sigma is a number elsewhere: a product, or the sigmoid?", node)
        meaning.note("sigma is a number, as it is elsewhere")
        return mul(Name("sigma"), meaning.of(args[0]))
    softmax = "softmax" in meaning.scope.words and "sigmoid" not in meaning.scope.words
    vector = _is_vector(meaning, args[0])
    if isinstance(args[0], Entry) and softmax:
        raise meaning.fail(
            "sigma of one entry: the sigmoid of it, or that entry of the softmax?",
            node,
            "write softmax(z)_i or 1/(1 + e^{-z_i}), or define sigma first",
        )
    if vector and softmax:
        meaning.note("sigma of a vector is the softmax")
        return of_vector(meaning, "softmax", args[0])
    if vector and "sigmoid" not in meaning.scope.words:
        raise meaning.fail(
            "sigma of a vector: softmax, or the sigmoid of every entry?",
            node,
            "write softmax(z), or say once what sigma is",
        )
    meaning.note("sigma is the sigmoid, 1/(1 + e^-x)")
    return Call("sigma", meaning.of(args[0]))


def _is_vector(meaning: Meaning, node: Node) -> bool:
    """Whether the tree stands for a vector."""
    if isinstance(node, Form) and node.name == "vec":
        return True
    if isinstance(node, Name) and meaning.scope.usage.is_array(node.id):
        return True
    return meaning.ranks.of(meaning.of(node)) > 0


def of_vector(meaning: Meaning, name: str, arg: Node) -> Node:
    """softmax(z) of a vector z; softmax(z_k) is the entry k of it."""
    is_entry = isinstance(arg, Entry) and not meaning.ranks.of(arg)
    if isinstance(arg, Entry) and is_entry and name in ("softmax", "log_softmax"):
        *outer, last = arg.indices
        meaning.note(f"{name}({text(arg)}) is the entry {text(last)} of {name}({arg.base})")
        inner: Node = Entry(arg.base, tuple(outer)) if outer else Name(arg.base)
        return Form("at", (Form(name, (inner,)), last))
    return Form(name, (meaning.of(arg),))


def is_plain(node: Node) -> bool:
    """A name, an entry or a bold letter: what may be an argument that is only mentioned."""
    return is_bold(node) or isinstance(node, Name | Entry)


def is_bold(node: Node) -> bool:
    """A bold letter, or what stands before a bar."""
    return isinstance(node, Form) and node.name in ("vec", "given")


def is_operator(node: Node) -> bool:
    """D_j before what it differentiates."""
    return isinstance(node, Entry) and node.base == "D" and len(node.indices) == 1


def stands_bare(name: str, node: Node) -> bool:
    """Whether a name stands there without an argument: sigma in 1 - sigma, not in sigma(x)."""
    if isinstance(node, Form) and node.name.startswith("apply"):
        return any(stands_bare(name, part) for part in node.args[1:])
    return node == Name(name) or any(stands_bare(name, part) for part in children(node))
