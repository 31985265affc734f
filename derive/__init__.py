"""Derive, prove and refute gradients of losses over logits.

`verify` judges a claim, `derivation` shows how a gradient comes about, `losses` is the catalogue.
Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.catalogue import losses
    from derive.decide import verify
    from derive.teach import derivation
    from derive.verdict import Verdict

__all__ = ["Verdict", "derivation", "losses", "verify"]

_HOMES = {
    "Verdict": "derive.verdict",
    "derivation": "derive.teach",
    "losses": "derive.catalogue",
    "verify": "derive.decide",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
