"""The words of the formula language."""

from __future__ import annotations

FUNCTIONS = {
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "sqrt": "sqrt",
    "tanh": "tanh",
    "sigma": "sigma",
    "sigmoid": "sigma",
    "softplus": "softplus",
    "abs": "abs",
    "argmax": "argmax",
    "argmin": "argmin",
    "round": "round",
    "floor": "floor",
    "ceil": "ceil",
    "sin": "sin",
    "cos": "cos",
}
# Functions of whole vectors: how they are called, what they are, how many arguments they take.
VECTOR_FORMS = {
    "softmax": ("softmax", 1),
    "log_softmax": ("log_softmax", 1),
    "logsumexp": ("logsumexp", 1),
    "lse": ("logsumexp", 1),
    "onehot": ("onehot", 1),
    "one_hot": ("onehot", 1),
    "diag": ("diag", 1),
    "outer": ("outer", 2),
    "dot": ("matmul", 2),
    "sum": ("total", 1),
    "mean": ("mean", 1),
}
DECIDED_FUNCTIONS = frozenset({"exp", "log", "sqrt", "tanh", "sigma", "softplus", "abs"})
