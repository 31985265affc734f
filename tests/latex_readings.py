"""Chains of the LaTeX reader as short text, so that a corpus can say how a formula is read."""

from derive.read.latex import Chain
from derive.show import text
from derive.syntax import Form, Node, Reduce, transform


def shown(node: Node) -> str:
    """The tree as formula text; a sum over j up to K, where j is not i, is sum_j^K(…, j != i)."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Reduce):
            return None
        over = f"^{part.over}" if part.over else ""
        inner = [transform(part.body, change)]
        inner += [] if part.where is None else [transform(part.where, change)]
        return Form(f"{part.kind}_{part.index}{over}", tuple(inner))

    return text(transform(node, change))


def reading(chain: Chain) -> str:
    """Members and relations; then "if" conditions, "over" ranges, "or" other readings."""
    line = shown(chain.members[0])
    for relation, member in zip(chain.relations, chain.members[1:], strict=True):
        line += f" {relation} {shown(member)}"
    line += "".join(f" if {shown(condition)}" for condition in chain.conditions)
    line += "".join(f" over {shown(index)}" for index in chain.ranges)
    return line + "".join(f" or {reading(other)}" for other in chain.alternatives)
