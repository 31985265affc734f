"""What a document has said so far: definitions, functions, kinds, and how its names are used."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from derive.document.vectors import are_rows, linear_maps, vectors_in
from derive.read.facts import Fact
from derive.read.latex import Chain
from derive.syntax import (
    Add,
    Deriv,
    Div,
    Entry,
    Form,
    Name,
    Node,
    Reduce,
    Rel,
    children,
    rebuild,
    walk,
)

Key = tuple[str, int]
FUNCTION_WORDS = frozenset(
    "sigma softmax sigmoid logistic log_softmax logsumexp softplus relu tanh exp log max min diag "
    "onehot one_hot".split()
)
# What the parameters of a model are called.
_PARAMETERS = frozenset({"theta", "phi", "psi", "omega", "Theta"})


@dataclass(frozen=True)
class Known:
    """A definition in the formula language: `head = body`, where it stands, and its arguments.

    `head` is a name or an entry; `arguments` are those that the author wrote behind it, as in
    sigma(x) = ... or S(f[y]) = ..., empty for a plain name. `rank` is the number of axes that the
    head leaves to the body: 1 in p = softmax(z). `limit` is the j != y for which alone q_j is told.
    """

    head: Name | Entry
    body: Node
    line: int
    arguments: tuple[Node, ...] = ()
    rank: int = 0
    limit: Rel | None = None

    @property
    def key(self) -> Key:
        """The name and the number of indices that it takes."""
        name, indices = key_of(self.head)
        return name, indices + self.rank


@dataclass(frozen=True)
class Usage:
    """How names stand in a whole document: as arrays, subscripts, bold, limits, labels.

    `letters` are the names that are an index wherever they stand, `values` those that stand for
    a value without an argument or an index behind them; `rows` says that vectors are rows; `flat`
    are arrays of rows whose one index, where they have but one, is a column: f_k beside f_nk;
    `heads` are the arrays with the indices that name their rows, `bound` the letters of sums;
    `from_zero` says that z_0 is the first entry.
    """

    arrays: frozenset[Key] = frozenset()
    subscripts: frozenset[str] = frozenset()
    bold: frozenset[str] = frozenset()
    ranges: frozenset[str] = frozenset()
    labels: frozenset[Entry] = frozenset()

    letters: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    rows: bool = False
    flat: frozenset[str] = frozenset()
    heads: frozenset[tuple[str, Node]] = frozenset()
    bound: frozenset[str] = frozenset()
    from_zero: bool = False

    @cached_property
    def _indexed(self) -> frozenset[str]:
        return frozenset(base for base, _ in self.arrays)

    def is_array(self, name: str) -> bool:
        """Whether the name carries an index somewhere."""
        return name in self._indexed


class Definitions(Mapping[Key, Known]):
    """Definitions by name and number of indices, none of them ever changed."""

    def __init__(
        self,
        known: Mapping[Key, Known] | None = None,
        keys: Mapping[str, Sequence[Key]] | None = None,
        added: frozenset[str] = frozenset(),
    ) -> None:
        self._known = known or {}
        self._keys = keys or {}
        # The names that stand beside a product of matrices: b in W x + b.
        self.added = added

    def __getitem__(self, key: Key) -> Known:
        return self._known[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def named(self, name: str) -> tuple[Known, ...]:
        """Every definition of the name, whatever its number of indices."""
        return tuple(self._known[key] for key in self._keys.get(name, ()))

    def defining(self, known: Known) -> Definitions:
        """These and one more, which takes the place of one with the same key."""
        name, keys = known.key[0], self._keys
        if known.key not in self._known:
            keys = {**keys, name: (*keys.get(name, ()), known.key)}
        added = self.added | set(_beside_products(known.body))
        return Definitions({**self._known, known.key: known}, keys, added)

    def without(self, key: Key) -> Definitions:
        """These without one."""
        name = key[0]
        keys = {**self._keys, name: tuple(k for k in self._keys.get(name, ()) if k != key)}
        return Definitions({k: v for k, v in self._known.items() if k != key}, keys, self.added)


def _beside_products(body: Node) -> Iterator[str]:
    terms = body.terms if isinstance(body, Add) else ()
    if any(isinstance(term, Form) and term.name == "matmul" for term in terms):
        yield from (term.id for term in terms if isinstance(term, Name))


@dataclass(frozen=True)
class Scope:
    """What is known at one place of a document.

    `later` are definitions that the document gives only further on, `later_declared` and
    `later_assumed` kinds and totals that it states only there. `variable` is what the
    document last differentiated by; `words` are the function words that its prose mentions, `seen`
    the names of the formulas so far, `line` where we are. `picked` are conditions k == label_y
    with the one-hot y that they are about, `examples` definitions at numbers, P_1 = ..., with
    letters for them, and
    `unread` the names that stand left of an equals sign where the text could not be read;
    `has_negatives` says that the prose speaks of negative samples; `trusted` are capital letters
    that stand for the arrays of their small letters, as a proof has shown; `introduced` are the
    names that a definition, a fact or both sides of an equality have had so far.
    """

    usage: Usage = field(default_factory=Usage)
    definitions: Definitions = field(default_factory=Definitions)
    later: Definitions = field(default_factory=Definitions)
    declared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    variable: Node | None = None
    seen: frozenset[str] = frozenset()
    line: int = 0
    picked: tuple[tuple[str, Node], ...] = ()
    examples: Mapping[str, tuple[tuple[Entry, Node], ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    has_negatives: bool = False
    trusted: frozenset[str] = frozenset()
    introduced: frozenset[str] = frozenset()
    later_declared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    later_assumed: tuple[str, ...] = ()

    def foreseeing(self) -> Scope:
        """The scope with the kinds and totals that are stated only further on."""
        declared = {**self.later_declared, **self.declared}
        assumed = dict.fromkeys((*self.assumed, *self.later_assumed))
        return replace(self, declared=declared, assumed=tuple(assumed))

    def defining(self, known: Known) -> Scope:
        """The scope after a definition; the latest one of a name counts."""
        return replace(self, definitions=self.definitions.defining(known))

    def declaring(self, facts: Iterable[Fact]) -> Scope:
        """The scope after declarations; of several kinds of a name, the last that fits counts."""
        declared = dict(self.declared)
        for fact in facts:
            others = tuple(one for one in declared.get(fact.name, ()) if one != fact.source)
            declared[fact.name] = (*others, fact.source)
        return replace(self, declared=declared)

    def named(self, name: str) -> tuple[Known, ...]:
        """Every definition of the name, whatever its number of indices."""
        return self.definitions.named(name) or self.later.named(name)

    def meant(self, key: Key) -> tuple[Known, ...]:
        """The definition of exactly this name with its indices, else all of the name."""
        exact = self.definitions.get(key) or self.later.get(key)
        return self.named(key[0]) if exact is None else (exact,)

    def function(self, name: str) -> Known | None:
        """The definition of the name that was written with arguments, if there is one."""
        return next((known for known in self.named(name) if known.arguments), None)


def key_of(head: Node) -> Key:
    """The name and the number of indices of a name or an entry; ("", 0) for anything else."""
    if isinstance(head, Entry):
        return head.base, len(head.indices)
    return (head.id, 0) if isinstance(head, Name) else ("", 0)


def base_of(variable: Node) -> str:
    """The name of what is differentiated by: a number, an entry, a row or column of a matrix."""
    if isinstance(variable, Form) and variable.name in ("at", "transpose"):
        return base_of(variable.args[0])
    return key_of(variable)[0]


def keys_in(tree: Node) -> set[Key]:
    """The name and the number of indices of everything that the tree mentions."""
    return {key_of(part) for part in walk(tree)} - {("", 0)}


def names_in(tree: Node) -> set[str]:
    """Every name that the tree mentions: of arrays, numbers and free or bound indices."""
    return {name for name, _ in keys_in(tree)}


def index_letters(tree: Node) -> frozenset[str]:
    """The letters that stand as an index in the tree and are bound by no sum of it."""
    own = frozenset[str]()
    if isinstance(tree, Entry):
        own = frozenset(_names(tree.indices))
    elif isinstance(tree, Form) and tree.name == "at":
        own = frozenset(_names(tree.args[1:]))
    found = own.union(*map(index_letters, children(tree)))
    return found - {tree.index} if isinstance(tree, Reduce) else found


def usage(chains: Iterable[Chain]) -> Usage:
    """How the names stand in the formulas of a document."""
    chains = tuple(chains)
    parts = [p for c in chains for tree in (*c.members, *c.conditions) for p in walk(tree)]
    arrays: set[Key] = set()
    subscripts: set[str] = set()
    bold: set[str] = set()
    ranges: set[str] = set()
    labels: set[Entry] = set()
    for part in parts:
        match part:
            case Entry(base=base, indices=indices):
                arrays.add((base, len(indices)))
                subscripts |= _names(indices)
                labels |= {index for index in indices if isinstance(index, Entry)}
            case Form(name="vec", args=(Name(id=name),)):
                bold.add(name)
            case Form(name="at", args=(_, *indices)):
                subscripts |= _names(indices)
            case Reduce(index=index, over=over):
                subscripts.add(index)
                ranges.add(over)
            case Rel(op="==" | "!=", left=Name(), right=Name()):
                subscripts |= _names(children(part))
    vectors = tuple(vectors_in(parts))
    arrays |= {(v.base, len(v.indices) + 1) for v in vectors if isinstance(v, Entry)}
    bold |= {vector.id for vector in vectors if isinstance(vector, Name)}
    bold |= linear_maps(_equalities(chains), bold, ranges | subscripts | _divisors(parts))
    return Usage(
        frozenset(arrays),
        frozenset(subscripts),
        frozenset(bold),
        frozenset(ranges),
        frozenset(labels),
        _index_letters(parts, subscripts, {name for name, _ in arrays}),
        _values(parts),
        are_rows(parts),
        *_rows_and_columns(parts),
        frozenset(part.index for part in parts if isinstance(part, Reduce)),
    )


def _equalities(chains: Iterable[Chain]) -> list[tuple[Node, Node]]:
    return [
        (left.args[0] if isinstance(left, Form) and left.name == "vec" else left, right)
        for chain in chains
        for left, right in itertools.pairwise(chain.members)
    ]


def _divisors(parts: Iterable[Node]) -> set[str]:
    """What is divided by is a number: N in 1/N."""
    below = (part.den for part in parts if isinstance(part, Div))
    return {name.id for den in below for name in (den, *children(den)) if isinstance(name, Name)}


def _rows_and_columns(
    parts: Iterable[Node],
) -> tuple[frozenset[str], frozenset[tuple[str, Node]]]:
    """The arrays that have an entry with one index that elsewhere comes last; what names rows."""
    parts = list(parts)
    entries = [part for part in parts if isinstance(part, Entry)]
    rows = {(e.base, i) for e in entries for i in e.indices[:-1]}
    # What is transposed is a row of the array, whatever its letter is elsewhere.
    turned = (p.args[0] for p in parts if isinstance(p, Form) and p.name == "transpose")
    rows |= {(e.base, *e.indices) for e in turned if isinstance(e, Entry) and len(e.indices) == 1}
    columns = {(e.base, e.indices[-1]) for e in entries if len(e.indices) > 1} - rows
    flat = (e.base for e in entries if len(e.indices) == 1 and _is_in(e, columns))
    return frozenset(flat), frozenset(rows)


def _is_in(entry: Entry, columns: set[tuple[str, Node]]) -> bool:
    (index,) = entry.indices
    return isinstance(index, Name) and (entry.base, index) in columns


def _values(parts: Iterable[Node]) -> frozenset[str]:
    """The names that stand somewhere without an argument behind them."""
    standing = Counter[str]()
    for part in parts:
        if isinstance(part, Name):
            standing[part.id] += 1
        elif isinstance(part, Form) and part.name in ("apply", "apply_pow", "prime"):
            standing[key_of(part.args[0])[0]] -= 1
    return frozenset(name for name, count in standing.items() if count > 0)


def _index_letters(parts: Iterable[Node], subscripts: set[str], arrays: set[str]) -> frozenset[str]:
    """The letters that are an index: b in sum_b H(b), and then a in H(a)."""
    calls = [p.args for p in parts if isinstance(p, Form) and p.name == "apply"]
    plain = [(_head_name(head), _names(_ungiven(args))) for head, *args in calls]
    # L(z, y) of an array z is no entry, whatever y is.
    plain = [(head, names) for head, names in plain if not names & arrays]
    found = subscripts - arrays
    while True:
        heads = {head for head, names in plain if head and names & found}
        more = {name for head, names in plain if head in heads for name in names}
        if more <= found:
            return frozenset(found - {head for head, _ in plain})
        found |= more


def _head_name(head: Node) -> str:
    name = key_of(head)[0]
    return "" if name in FUNCTION_WORDS else name


def _ungiven(args: Iterable[Node]) -> list[Node]:
    """The arguments without the bars in them: a for a | s."""
    return [a.args[0] if isinstance(a, Form) and a.name == "given" else a for a in args]


def indexed(chain: Chain, known: Usage) -> Chain:
    """The chain with pi_t(a) as the entry pi[t, a], where a is an index elsewhere in the document.

    What the chain differentiates by is no index in it. The theta of pi_theta(a), of which there
    are entries theta_a, is none either: it says what pi depends on.
    """
    parts = [part for member in chain.members for part in walk(member)]
    varied = _names(v for part in parts if isinstance(part, Deriv) for v in part.wrt)
    letters = known.letters - varied
    weights = frozenset(name for name in _PARAMETERS if known.is_array(name)) - known.bound
    return replace(
        chain,
        members=tuple(_with_indices(member, letters, weights) for member in chain.members),
        alternatives=tuple(indexed(other, known) for other in chain.alternatives),
    )


def _with_indices(tree: Node, known: frozenset[str], weights: frozenset[str]) -> Node:
    parts = tuple(_with_indices(part, known, weights) for part in children(tree))
    tree = rebuild(tree, parts) if parts else tree
    if not isinstance(tree, Form) or tree.name != "apply":
        return tree
    head, *args = tree.args
    letters = _ungiven(args)
    if not all(isinstance(a, Name) and a.id in known for a in letters):
        return tree
    if isinstance(head, Entry):
        own = (index for index in head.indices if not names_in(index) & weights)
        return Entry(head.base, (*own, *letters), span=tree.span)
    if isinstance(head, Name) and head.id not in FUNCTION_WORDS:
        return Entry(head.id, tuple(letters), span=tree.span)
    return tree


def _names(nodes: Iterable[Node]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, Name)}


def last_variable(chain: Chain) -> Node | None:
    """What the formulas differentiate by, the last one if there are several."""
    found = [p.wrt[-1] for m in chain.members for p in walk(m) if isinstance(p, Deriv)]
    return found[-1] if found else None
