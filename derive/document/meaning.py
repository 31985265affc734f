"""Surface trees to the formula language: what brackets, bold letters and D mean in a document.

LaTeX leaves open whether p(1 - q) is a product or a call, by what D differentiates, over what a
bare sum goes. What the document has said decides; every decision that a reader could doubt is
said in a note, and what nothing decides is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.document import notations
from derive.document.calls import call, opaque
from derive.document.constants import (
    CONSTANTS,
    basis_vectors,
    beside_matrix,
    constant,
    identity,
)
from derive.document.dots import dotted
from derive.document.functions import (
    OF_NUMBERS,
    OF_VECTORS,
    is_bold,
    is_operator,
    is_plain,
    of_vector,
    sigma,
    stands_bare,
)
from derive.document.heads import unset
from derive.document.known import Key, Scope, keys_in
from derive.document.ranks import Ranks, matrix_products
from derive.document.sums import bare_sum, sum_over
from derive.errors import Complaint, FormulaError
from derive.show import text
from derive.syntax import (
    ZERO,
    Add,
    Call,
    Deriv,
    Entry,
    Form,
    Mul,
    Name,
    Node,
    Pow,
    Reduce,
    Span,
    children,
    mul,
    rebuild,
)


class Meaning:
    """The reading of one formula within a scope; `notes` collects what was decided."""

    def __init__(
        self,
        scope: Scope,
        source: str,
        variable: Node | None = None,
        outer: frozenset[str] = frozenset(),
        start: int = 0,
    ) -> None:
        self.scope = scope
        # The text of the chain, and where it begins in what the spans are places in.
        self.source, self.start = source, start
        # The letters that are free in the whole formula: no sum without limits goes over them.
        self.outer = outer
        self.variable = variable or scope.variable
        self.notes: list[str] = []
        self.opaque: set[tuple[str, str]] = set()
        self.ranks = Ranks(scope)
        self.bound: list[str] = []
        # Capital letters that stand for the whole array of their small letter.
        self.matrices: frozenset[str] = frozenset()

    def note(self, message: str) -> None:
        """Say once what was decided."""
        if message not in self.notes:
            self.notes.append(message)

    def fail(self, message: str, node: Node, hint: str = "") -> FormulaError:
        """The error that points at the node in the author's text."""
        span = Span(0, max(1, len(self.source)))
        if node.span is not None and node.span.start >= self.start:
            span = Span(node.span.start - self.start, node.span.stop - self.start)
        return FormulaError([Complaint(message, self.source, span, hint)])

    def of(self, node: Node) -> Node:
        """The tree in the formula language. Raises FormulaError where nothing decides."""
        if isinstance(node, Form):
            rule = _FORMS.get(node.name)
            if rule is None:
                return self._other(node)
            meant = rule(self, node)
            return meant if meant.span is not None else replace(meant, span=node.span)
        if isinstance(node, Reduce) and not node.index:
            return bare_sum(self, node)
        if isinstance(node, Mul):
            return self._product(node)
        if isinstance(node, Deriv):
            return notations.derivative(self, node, self.inside(node))
        if isinstance(node, Reduce) and node.over in _ENDLESS:
            raise self.fail("a sum over infinitely many terms is outside of what is read", node)
        if isinstance(node, Reduce):
            return sum_over(self, node)
        if isinstance(node, Pow):
            return notations.negative_power(self, node) or self.inside(node)
        if isinstance(node, Add):
            return basis_vectors(self, self.inside(node))
        if isinstance(node, Name) and node.id in CONSTANTS and not self._has_meaning(node.id):
            return constant(self, node)
        if isinstance(node, Name) and self.matrices and node.id in self.matrices:
            return Name(node.id.lower(), span=node.span)
        if isinstance(node, Name) and self._is_primed(node.id):
            return self._primed(node)
        if isinstance(node, Entry) and node.base == "I" and len(node.indices) == 2:
            return identity(self, node)
        if isinstance(node, Entry) and self.ranks.is_row(node):
            # x^{(i)} where x_j^{(i)} stands elsewhere: the row of that sample.
            return Form("at", (Name(node.base), *map(self.of, node.indices)), span=node.span)
        return self.inside(node)

    def _has_meaning(self, name: str) -> bool:
        usage = self.scope.usage
        own = usage.is_array(name) or name in usage.ranges | usage.subscripts
        return own or bool(self.scope.named(name)) or name in self.scope.declared

    def inside(self, node: Node) -> Node:
        parts = children(node)
        return rebuild(node, tuple(map(self.of, parts))) if parts else node

    def _other(self, node: Form) -> Node:
        if node.name == "list":
            raise self.fail("a vector written out in its entries is not read here", node)
        if node.name not in _KEPT:
            raise self.fail("this notation is not read yet", node)
        return self.inside(node)

    # Brackets: a product or a call.

    def apply(self, node: Form) -> Node:
        """The product or the call that a head with brackets behind it is."""
        head, *args = node.args[0], *unset(node.args[1:])
        if isinstance(head, Form) and head.name == "vec":
            head = head.args[0]
        if isinstance(head, Name):
            return self._call(head, tuple(args), node)
        if len(args) == 1 and not is_plain(args[0]):
            return self._times(head, args[0])
        if isinstance(head, Entry):
            return self._entry_of(head, tuple(args), node)
        raise self.fail("neither a product nor a function that is known", node)

    def _times(self, head: Node, arg: Node) -> Node:
        """W(p - y): the product with what stands in brackets, of matrices where they are."""
        factors = matrix_products(beside_matrix(self, [self.of(head), self.of(arg)]), self.ranks)
        return factors[0] if len(factors) == 1 else mul(*factors)

    def _entry_of(self, head: Entry, args: tuple[Node, ...], node: Form) -> Node:
        """p_k(z): the entry of a function's value; the arguments are what it depends on."""
        known = self.scope.function(head.base)
        if known is not None:
            return call(self, known, (*args,), head.indices, node)
        if not all(isinstance(arg, Name) or is_bold(arg) for arg in args):
            if len(args) == 1:
                return self._times(head, args[0])
            raise self.fail("neither a product nor a function that is known", node)
        self.note(f"{text(head)}({_listed(args)}) is {text(head)}, which depends on that")
        return self.of(head)

    def _call(self, head: Name, args: tuple[Node, ...], node: Form) -> Node:
        name = head.id
        known = self.scope.function(name)
        if known is not None and len(args) == 1 and stands_bare(name, args[0]):
            self.note(f"{name} stands for its value here: a product")
            return mul(Name(name, span=head.span), self.of(args[0]))
        if known is not None:
            return call(self, known, args, (), node)
        if name.endswith("_prime") and len(args) == 1 and not self.scope.named(name):
            return self._primes(name, args[0], node)
        if name == "sigma" and not self.scope.named(name):
            return sigma(self, args, node)
        if name == "max" and len(args) == 2 and ZERO in args:
            return Call("relu", self.of(args[args[0] == ZERO]))
        if name == "delta" and (pair := notations.difference(self, args)) is not None:
            return pair
        if name in OF_NUMBERS and len(args) == 1:
            return Call(OF_NUMBERS[name], self.of(args[0]))
        if name in OF_VECTORS and len(args) == 1:
            return of_vector(self, OF_VECTORS[name], args[0])
        if name == "tr" and len(args) == 1 and not self._has_meaning(name):
            return notations.trace(self, args[0])
        if len(args) == 1 and not is_plain(args[0]):
            return self._times(head, args[0])
        if self.scope.named(name) and not self._is_another(name, args):
            self.note(f"{name}({_listed(args)}) is {name}")
            return self.of(head)
        if len(args) == 1 and isinstance(args[0], Name):
            return opaque(self, name, args[0].id)
        hint = f"say what {name} is, before or here"
        raise self.fail(f"{name} is no function that is known here", node, hint)

    def _is_another(self, name: str, args: tuple[Node, ...]) -> bool:
        """g(x) in a rule of differentiation, where g_i gets another meaning further on."""
        if self.scope.definitions.named(name) or len(args) != 1:
            return False
        plain = isinstance(args[0], Name) and not self.ranks.of(args[0])
        return plain and all(isinstance(known.head, Entry) for known in self.scope.named(name))

    def _is_primed(self, name: str) -> bool:
        """Whether L' is nothing but a derivative of a defined L."""
        stem = name.partition("_prime")[0]
        plain = name.endswith("_prime") and not self._has_meaning(name)
        return plain and (stem, 0) in self.scope.definitions

    def _primed(self, node: Name) -> Node:
        """L' and L'': by what the document differentiates by."""
        known = self.scope.function(node.id.partition("_prime")[0])
        own = known.arguments if known is not None else ()
        variable = own[0] if len(own) == 1 else self._own_variable(node, node)
        self.note(f"{node.id} is the derivative by {text(variable)}")
        orders = node.id.count("_prime")
        return Deriv(Name(node.id.partition("_prime")[0], span=node.span), (variable,) * orders)

    def _primes(self, name: str, arg: Node, node: Form) -> Node:
        """f''(x): a derivative for every prime."""
        stem = name.partition("_prime")[0]
        at = self.of(arg)
        if not isinstance(at, Name | Entry):
            raise self.fail("a prime, but by what it differentiates is not said", node)
        body = self._call(Name(stem, span=node.span), (arg,), node)
        return Deriv(body, (at,) * name.count("_prime"))

    def _entry(self, node: Form) -> Node:
        """softmax(z)_i, sigma(z)_i, S(f)_{y_i}."""
        inner, *indices = node.args
        while isinstance(inner, Form) and inner.name == "group":
            inner = inner.args[0]
        if isinstance(inner, Form) and inner.name == "apply" and isinstance(inner.args[0], Name):
            name, args = inner.args[0].id, inner.args[1:]
            known = self.scope.function(name)
            if known is not None:
                return call(self, known, args, tuple(indices), node)
            if self.scope.named(name):
                self.note(f"{name}({_listed(args)}) is {name}")
                return self.of(Entry(name, tuple(indices), span=node.span))
            if name == "sigma" and len(args) == 1:
                self.note("sigma of a vector, with an index behind it, is the softmax")
                return Form("at", (Form("softmax", (self.of(args[0]),)), *map(self.of, indices)))
        return Form("at", (self.of(inner), *map(self.of, indices)))

    # Derivatives that leave their variable to the reader.

    def _operator(self, node: Form) -> Node:
        arg, *by = node.args
        inside = self.of(arg)
        if by:
            array = (
                self.variable.base if isinstance(self.variable, Entry) else self._array_of(inside)
            )
            if not array:
                raise self.fail("D with an index, but by what array is not said", node)
            variable: Node = Entry(array, (self.of(by[0]),))
        else:
            variable = self._own_variable(arg, node)
        self.note(f"D is the derivative by {text(variable)}")
        return Deriv(inside, (variable,))

    def _array_of(self, body: Node) -> str:
        """The one array of one index that the body comes from, "" if there are more."""
        found, waiting = set[Key](), [body]
        while waiting:
            for key in keys_in(waiting.pop()) - found:
                found.add(key)
                waiting += [known.body for known in self.scope.meant(key)]
        given = {name for name, count in found if count == 1 and not self.scope.named(name)}
        return given.pop() if len(given) == 1 else ""

    def _own_variable(self, arg: Node, node: Node) -> Node:
        """The argument of the functions that nothing is known of, else what was last used."""
        letters = {letter for _, letter in self.opaque}
        if len(letters) == 1:
            return Name(letters.pop())
        if self.variable is None:
            hint = r"write \frac{\partial}{\partial f_k}, or say what D is"
            raise self.fail("a derivative, but by what is not said", node, hint)
        return self.of(self.variable)

    def _prime(self, node: Form) -> Node:
        """f'(x): the derivative of f at x."""
        function, *args = node.args
        if not isinstance(function, Name):
            raise self.fail("a prime behind what is no function", node)
        known = self.scope.function(function.id)
        at = args[0] if args else (known.arguments[0] if known is not None else None)
        if at is None or not isinstance(at, Name | Entry):
            raise self.fail("a prime, but by what it differentiates is not said", node)
        return Deriv(self.of(Form("apply", (function, at))), (self.of(at),))

    def _by_letter(self, node: Form) -> Node:
        body, letter = node.args
        return Deriv(self.of(body), (letter,))

    def _any_function(self, node: Form) -> Node:
        function, letter = node.args
        assert isinstance(function, Name)
        assert isinstance(letter, Name)
        return opaque(self, function.id, letter.id)

    def _gradient(self, node: Form) -> Node:
        body, *by = node.args
        if not by and isinstance(body, Form) and body.name == "apply" and len(body.args) == 2:
            by = [body.args[1]]
        if not by and isinstance(body, Name) and (known := self.scope.function(body.id)):
            by = list(known.arguments) if len(known.arguments) == 1 else []
        if not by:
            if self.variable is None:
                hint = r"write \nabla_z L, or \frac{\partial L}{\partial z_k}"
                raise self.fail("nabla, but by what it differentiates is not said", node, hint)
            base = self.variable.base if isinstance(self.variable, Entry) else self.variable
            variable = Name(base) if isinstance(base, str) else base
            self.note(f"nabla is the gradient by {text(variable)}")
        else:
            variable = self.of(by[0])
        wrt = (variable, variable) if node.name == "hess" else (variable,)
        return Deriv(self.of(body), wrt)

    # Products.

    def _product(self, node: Mul) -> Node:
        first, *rest = node.factors
        if is_operator(first) and not self.scope.named("D"):
            (by,) = children(first)
            inside = rest[0] if len(rest) == 1 else Mul(tuple(rest), span=node.span)
            return self._operator(Form("D", (inside, by), span=node.span))
        if first == Name("tr") and rest and not self._has_meaning("tr"):
            return notations.trace(self, mul(*rest))
        parts = list(map(self.of, node.factors))
        parts = beside_matrix(self, dotted(self, node.factors, parts))
        factors = matrix_products(parts, self.ranks)
        return factors[0] if len(factors) == 1 else Mul(tuple(factors), span=node.span)

    def _vec(self, node: Form) -> Node:
        return self.of(node.args[0])

    def _given(self, node: Form) -> Node:
        self.note("what stands behind the bar is left out")
        return self.of(node.args[0])


def _listed(nodes: Sequence[Node]) -> str:
    return ", ".join(map(text, nodes))


_ENDLESS = frozenset({"inf", "infty", "infinity"})
_KEPT = frozenset({"transpose", "outer", "matmul", "blank", "differential"})
_FORMS: dict[str, Callable[[Meaning, Form], Node]] = {
    "apply": Meaning.apply,
    "apply_pow": notations.power_of_brackets,
    "apply_transpose": notations.transpose_of_brackets,
    "inner": notations.inner,
    "at": Meaning._entry,
    "vec": Meaning._vec,
    "D": Meaning._operator,
    "prime": Meaning._prime,
    "derivative": Meaning._by_letter,
    "any function": Meaning._any_function,
    "grad": Meaning._gradient,
    "hess": Meaning._gradient,
    "expect": notations.expectation,
    "kl": notations.divergence,
    "hadamard": notations.entrywise,
    "norm2": notations.square_norm,
    "frobenius2": notations.square_of_matrix,
    "log_base": notations.log_base,
    "given": Meaning._given,
    "another condition": notations.other_condition,
}
