"""Derive, prove and refute gradients of losses over logits.

`verify` judges a claim, `check` a document, `derivation` shows how a gradient comes about,
`losses` is the catalogue.
Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.catalogue import losses
    from derive.decide import verify
    from derive.document.review import check
    from derive.teach import derivation
    from derive.verdict import Verdict

__all__ = ["Verdict", "check", "derivation", "losses", "verify"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    if name == "check":
        from derive.document import review

        return review.check
    from derive import catalogue, decide, teach, verdict

    homes = {"Verdict": verdict, "derivation": teach, "losses": catalogue, "verify": decide}
    return getattr(homes[name], name)


def __dir__() -> list[str]:
    return sorted(__all__)
