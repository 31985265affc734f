"""How large a constant formula is, told before it is computed."""

from __future__ import annotations

import math
from fractions import Fraction

from derive.syntax import Add, Div, Mul, Neg, Node, Num, Pow, rational


def bits_of(node: Node) -> int:
    """About how many bits a constant formula's value has; 0 where a name occurs in it."""
    match node:
        case Num(value=value):
            return max(1, value.numerator.bit_length() + value.denominator.bit_length())
        case Neg(arg=arg):
            return bits_of(arg)
        case Add(terms=parts) | Mul(factors=parts):
            sizes = [bits_of(part) for part in parts]
            return sum(sizes) if all(sizes) else 0
        case Div(num=a, den=b):
            return bits_of(a) + bits_of(b) if bits_of(a) and bits_of(b) else 0
        case Pow(base=base, exponent=exponent):
            power = rational(exponent)
            if power is not None:
                return math.ceil(bits_of(base) * max(Fraction(1), abs(power)))
            return bits_of(base) and bits_of(exponent) and 1 << min(bits_of(exponent), 20)
        case _:
            return 0
