"""Rules as books state them, where the executable statement is an instance with u and v put in.

u, v and a are anything that the formula language can say, with or without x; c has no x. The tests
prove each of these for instances of its letters.
"""

from __future__ import annotations

from collections.abc import Mapping

STATEMENTS: Mapping[str, str] = {
    "d-factor": "d(c*u, x) == c*d(u, x)",
    "d-product": "d(u*v, x) == d(u, x)*v + u*d(v, x)",
    "d-over-constant": "d(u/c, x) == d(u, x)/c",
    "d-reciprocal": "d(c/v, x) == -c*d(v, x)/v**2",
    "d-quotient": "d(u/v, x) == (d(u, x)*v - u*d(v, x))/v**2",
    "d-power": "d(u**c, x) == c*u**(c - 1)*d(u, x)",
    "d-exponential": "d(u**v, x) == u**v*d(v*log(u), x)",
    "d-sum": "d(sum(a[j], j), x) == sum(d(a[j], x), j)",
    "d-prod": "d(prod(a[j], j), x) == prod(a[j], j)*sum(d(a[j], x)/a[j], j)",
    "d-cases": "d(cases(u, k == y, v), x) == cases(d(u, x), k == y, d(v, x))",
    "log-quotient": "log(u/v) == log(u) - log(v)",
    "log-product": "log(u*v) == log(u) + log(v)",
    "log-power": "log(u**v) == v*log(u)",
}
