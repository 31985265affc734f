"""The second opinion: its arithmetics, its jets, and the theorem behind a finite list of sizes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import iv, libmp, mp

from derive.decide import pose
from derive.witness import opinion
from derive.witness.arithmetic import Undefined, Unsupported
from derive.witness.intervals import Interval, Intervals
from derive.witness.jets import Jets
from derive.witness.modular import Modular, Residue
from derive.witness.opinion import Nonzero, OneSided, Zero, interval_opinion, modular_opinion
from derive.witness.points import frames, size_bound
from derive.witness.rational import Exact, Rational

PRIMES = [(1 << 61) - 1, (1 << 89) - 1]
SOFTMAX = "p[k] = exp(f[k])/sum(exp(f[j]), j)"
NLL = (SOFTMAX, "L = -log(p[y])")

fractions = st.fractions(-9, 9, max_denominator=9)
positive = st.fractions(Fraction(1, 9), 9, max_denominator=9)


def modular(seed: int = 1) -> Modular:
    return Modular(PRIMES, seed)


# Residues: exp and log are homomorphisms.


@settings(derandomize=True, deadline=None)
@given(fractions, fractions, st.integers(0, 99))
def test_residues_of_numbers_are_a_field(a: Fraction, b: Fraction, seed: int) -> None:
    m = modular(seed)
    assert m.add(m.const(a), m.const(b)).value == m.const(a + b).value
    assert m.mul(m.const(a), m.const(b)).value == m.const(a * b).value
    if a:
        assert m.mul(m.const(a), m.inv(m.const(a))).value == m.const(Fraction(1)).value


@pytest.mark.parametrize("seed", range(5))
def test_exp_and_log_are_homomorphisms(seed: int) -> None:
    m = modular(seed)
    a, b, u, v = (m.random(letter, positive=True) for letter in "abuv")
    minus = m.const(Fraction(-1))
    assert m.exp(m.add(a, b)).value == m.mul(m.exp(a), m.exp(b)).value
    assert m.exp(m.mul(minus, a)).value == m.inv(m.exp(a)).value
    assert m.log(m.mul(u, v)).value == m.add(m.log(u), m.log(v)).value
    assert m.log(m.inv(u)).value == m.mul(minus, m.log(u)).value
    assert m.log(m.exp(a)).value == a.value
    assert m.exp(m.log(u)).value == u.value
    assert m.log(m.mul(u, m.exp(a))).value == m.add(m.log(u), a).value
    half = Fraction(1, 2)
    assert m.mul(m.power(u, half), m.power(u, half)).value == u.value
    six, two, three = (m.log(m.const(Fraction(n))) for n in (6, 2, 3))
    assert six.value == m.add(two, three).value


def test_what_the_functions_do_not_satisfy_is_not_satisfied() -> None:
    m = modular()
    u, v = m.random("u", positive=True), m.random("v", positive=True)
    assert m.exp(m.mul(u, v)).value != m.mul(m.exp(u), m.exp(v)).value
    assert m.log(m.add(u, v)).value != m.add(m.log(u), m.log(v)).value
    assert m.exp(u).value != m.add(u, m.const(Fraction(1))).value
    assert m.exp(m.log(m.add(u, v))).value == m.add(u, v).value


@pytest.mark.parametrize(
    "work",
    [
        lambda m: m.inv(m.const(Fraction(0))),
        lambda m: m.log(m.const(Fraction(0))),
        lambda m: m.log(m.const(Fraction(-2))),
    ],
)
def test_residues_know_what_is_undefined(work: Callable[[Modular], Residue]) -> None:
    with pytest.raises(Undefined):
        work(modular())


def test_roots_of_residues_are_the_positive_ones() -> None:
    """Modulo the primes drawn a whole number of small primes is a square just if it is positive."""
    for _ in range(20):
        for prime in opinion.draw_primes():
            small = (2, 3, 5, 7, 11, 13, 17, 19, 23)
            assert all(pow(q, (prime - 1) // 2, prime) == 1 for q in small)
            assert pow(-1, (prime - 1) // 2, prime) == prime - 1
            m = Modular([prime], seed=1)
            for a, b in itertools.product((8, 45, 242), repeat=2):
                half, third = Fraction(1, 2), Fraction(1, 3)
                roots = [m.power(m.const(Fraction(q)), half) for q in (a, b, a * b)]
                assert m.mul(roots[0], roots[1]).value == roots[2].value
                assert m.power(m.const(Fraction(a)), half).value ** 2 % prime == a
                assert m.power(m.const(Fraction(a)), third).value ** 3 % prime == a


@pytest.mark.parametrize("seed", range(8))
def test_residues_of_both_characters_have_signs(seed: int) -> None:
    """The root of a square is the absolute value, of a number and of a sum."""
    m = Modular(opinion.draw_primes()[:1], seed, signs=True)
    x, z, half = m.random("x"), m.random("z"), Fraction(1, 2)
    for u in (x, m.mul(x, z), m.add(x, z), m.add(m.mul(x, x), m.mul(m.const(Fraction(-1)), z))):
        root, sign = m.power(m.mul(u, u), half), m.sign(u)
        assert root.value == m.mul(m.const(Fraction(sign)), u).value
        assert m.sign(root) == 1
    assert m.sign(m.mul(x, z)) == m.sign(x) * m.sign(z)
    assert m.sign(m.add(m.mul(x, x), m.mul(z, z))) == 1
    negative = x if m.sign(x) < 0 else m.mul(m.const(Fraction(-1)), x)
    with pytest.raises(Undefined):
        m.log(negative)


def test_signs_are_drawn_of_both_kinds() -> None:
    primes = opinion.draw_primes()[:1]
    drawn = [Modular(primes, seed, signs=True) for seed in range(40)]
    assert {m.sign(m.random("x")) for m in drawn} == {1, -1}
    assert {m.sign(m.random("x", positive=True)) for m in drawn} == {1}
    opinions = [modular_opinion(pose("sqrt((x - y)**2) == x - y")) for _ in range(8)]
    assert any(isinstance(found, Nonzero) for found in opinions)


def test_the_primes_are_large_prime_and_new_every_time() -> None:
    drawn = [tuple(opinion.draw_primes()) for _ in range(20)]
    assert len({*drawn}) == 20
    for prime in itertools.chain.from_iterable(drawn):
        assert prime.bit_length() == 61
        assert all(pow(base, prime - 1, prime) == 1 for base in (2, 3, 5, 7))
        assert libmp.isprime(prime)
    rng = random.Random(1)
    candidates = [rng.getrandbits(60) | (1 << 60) | 1 for _ in range(400)]
    candidates += [3215031751 * 1073741827, (2**31 - 1) * (2**29 + 11), 1152921504606846976 + 883]
    assert [*map(opinion._is_prime, candidates)] == [*map(libmp.isprime, candidates)]


# Exact numbers.


@settings(derandomize=True, deadline=None)
@given(positive, positive, fractions)
def test_exact_arithmetic_is_exact(a: Fraction, b: Fraction, c: Fraction) -> None:
    r = Rational()
    log_a, log_b = r.log(Exact(a)), r.log(Exact(b))
    assert r.log(Exact(a * b)) == r.add(log_a, log_b)
    assert r.exp(log_a) == Exact(a)
    total = r.add(r.mul(Exact(c), log_a), Exact(c))
    assert float(c) * mp.log(mp.mpf(a.numerator) / a.denominator) + float(c) == pytest.approx(
        float(total.rational) + sum(float(q) * mp.log(p) for p, q in total.logs.items()), abs=1e-12
    )
    assert r.is_zero(r.add(log_a, r.mul(Exact(Fraction(-1)), log_a)))


@pytest.mark.parametrize(
    ("error", "work"),
    [
        (Undefined, lambda r: r.inv(Exact(Fraction(0)))),
        (Undefined, lambda r: r.log(Exact(Fraction(-1)))),
        (Unsupported, lambda r: r.exp(Exact(Fraction(1)))),
        (Unsupported, lambda r: r.mul(r.log(Exact(Fraction(2))), r.log(Exact(Fraction(3))))),
        (Unsupported, lambda r: r.power(Exact(Fraction(2)), Fraction(1, 2))),
    ],
)
def test_exact_arithmetic_refuses(
    error: type[Exception], work: Callable[[Rational], Exact]
) -> None:
    with pytest.raises(error):
        work(Rational())


# Intervals.


def exactly(number: tuple[int, int, int, int]) -> Fraction:
    sign, man, exponent, _ = number
    return (-1) ** sign * man * Fraction(2) ** exponent


def holds(interval: Interval, truth: object) -> bool:
    low, high = (mp.make_mpf(end) for end in interval)
    return bool(low <= truth <= high)


@settings(derandomize=True, deadline=None)
@given(fractions, positive, st.sampled_from([8, 53, 256]))
def test_intervals_contain_the_truth(a: Fraction, b: Fraction, bits: int) -> None:
    i = Intervals(bits)
    with mp.workprec(600):
        x, y = (mp.mpf(q.numerator) / q.denominator for q in (a, b))
        left, right = i.const(a), i.const(b)
        pairs = [
            (i.add(left, right), x + y),
            (i.mul(left, right), x * y),
            (i.inv(right), 1 / y),
            (i.exp(left), mp.exp(x)),
            (i.log(right), mp.log(y)),
            (i.power(right, Fraction(3, 2)), y ** mp.mpf("1.5")),
            (i.power(right, Fraction(-2)), y**-2),
        ]
        assert all(holds(interval, truth) for interval, truth in pairs)
        assert not i.disjoint(left, left)
        assert i.disjoint(left, i.add(left, i.const(Fraction(1)))) or bits == 8


@settings(derandomize=True, deadline=None)
@given(fractions, st.integers(2, 20), st.sampled_from([8, 53, 256]))
def test_what_is_shown_contains_the_interval(a: Fraction, digits: int, bits: int) -> None:
    i = Intervals(bits)
    for interval in (i.const(a), i.exp(i.const(a)), i.mul(i.const(a), i.exp(i.const(-30 * a)))):
        low, high = ([*i.show(interval, digits).strip("[]").split(", ")] * 2)[:2]
        assert Fraction(low) <= exactly(interval[0])
        assert Fraction(high) >= exactly(interval[1])


def test_disjoint_intervals_are_shown_disjoint() -> None:
    i = Intervals(256)
    near = i.add(i.const(Fraction(1)), i.const(Fraction(1, 10**50)))
    left, right = i.show_apart(near, i.const(Fraction(1)))
    assert Fraction(left.strip("[]").split(", ")[0]) > Fraction(right.strip("[]").split(", ")[-1])


def test_an_interval_that_touches_zero_has_no_sign_and_no_inverse() -> None:
    i = Intervals(8)
    third = i.const(Fraction(1, 3))
    around = i.add(i.mul(third, i.const(Fraction(3))), i.const(Fraction(-1)))
    for work in (i.sign, i.inv, i.log):
        with pytest.raises(Unsupported):
            work(around)
    for work, nowhere in ((i.inv, 0), (i.log, 0), (i.log, -1)):
        with pytest.raises(Undefined):
            work(i.const(Fraction(nowhere)))


# Jets: derivatives up to order 3 against Taylor coefficients.

FUNCTIONS: dict[str, Callable[[object], object]] = {
    "exp": mp.exp,
    "log": mp.log,
    "sqrt": mp.sqrt,
    "tanh": mp.tanh,
    "sigma": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jets_hold_three_derivatives(name: str) -> None:
    jets = Jets(Intervals(300))
    point, one = Fraction(3, 7), jets.constant(1)[0]
    jet = getattr(jets, name)({0: Intervals(300).const(point), 1: one, 2: one, 4: one})
    with mp.workdps(60):
        truth = mp.taylor(FUNCTIONS[name], mp.mpf(3) / 7, 3)
        for mask in range(8):
            order = mask.bit_count()
            value = jet.get(mask, Intervals(300).const(Fraction(0)))
            middle = (mp.make_mpf(value[0]) + mp.make_mpf(value[1])) / 2
            assert abs(middle - truth[order] * mp.factorial(order)) < mp.mpf(10) ** -15


@settings(derandomize=True, deadline=None)
@given(positive, st.integers(-4, 6))
def test_jets_of_powers(a: Fraction, exponent: int) -> None:
    jets = Jets(Rational())
    jet = jets.integer_power({0: Exact(a), 1: Exact(Fraction(1)), 2: Exact(Fraction(1))}, exponent)
    slopes = (1, exponent, exponent * (exponent - 1))
    for mask, order in ((0, 0), (1, 1), (2, 1), (3, 2)):
        wanted = slopes[order] * a ** (exponent - order)
        assert jet.get(mask, Exact(Fraction(0))).rational == wanted


def test_the_root_of_a_square_has_no_slope_at_0_that_is_known() -> None:
    """To first order x**2 and x**4 are one at 0, and only one of their roots has a slope."""
    jets = Jets(Rational())
    x = {1: Exact(Fraction(1))}
    with pytest.raises(Unsupported):
        jets.sqrt(jets.product(x, x))
    with pytest.raises(Undefined):
        jets.sqrt(x)
    assert jets.real_power(x, Fraction(3, 2)) == {1: Exact(Fraction(0))}
    assert jets.sqrt(jets.product({}, x)) == {}


# Which sizes are enough.


def _columns(
    free: int, sums: int, degree: int
) -> list[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    """Terms n**e * u_1**a_1 ... u_q**a_q * S_b1 ... S_bk: power sums with exponents 1 and 2."""
    chosen = [
        powers
        for count in range(sums + 1)
        for powers in itertools.combinations_with_replacement((1, 2), count)
    ]
    alone = list(itertools.product(range(2), repeat=free))
    return list(itertools.product(range(degree + 1), alone, chosen))


def _rank(free: int, sums: int, degree: int, sizes: list[int], prime: int = 1_000_003) -> int:
    """The rank of the terms as functions of n and u, evaluated at random points of these sizes."""
    rng, columns = random.Random(1), _columns(free, sums, degree)
    rows = []
    for n in sizes:
        for _ in range(len(columns) + 5):
            u = [rng.randrange(prime) for _ in range(n)]
            power = {b: sum(pow(x, b, prime) for x in u) for b in (1, 2)}
            row = []
            for e, alone, chosen in columns:
                value = pow(n, e, prime)
                for x, a in zip(u, alone, strict=False):
                    value = value * pow(x, a, prime) % prime
                for b in chosen:
                    value = value * power[b] % prime
                row.append(value)
            rows.append(row)
    rank = 0
    for place in range(len(columns)):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][place]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        inverse = pow(rows[rank][place], -1, prime)
        for r in range(rank + 1, len(rows)):
            factor = rows[r][place] * inverse % prime
            if factor:
                rows[r] = [
                    (x - factor * y) % prime for x, y in zip(rows[r], rows[rank], strict=True)
                ]
        rank += 1
    return rank


@pytest.mark.parametrize(
    ("free", "sums", "degree"), [(0, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 1), (0, 2, 1)]
)
def test_finitely_many_sizes_are_enough(free: int, sums: int, degree: int) -> None:
    """degree + 1 sizes from free + sums on tell all terms apart; a fixed small size does not."""
    terms = len(_columns(free, sums, degree))
    assert terms == (degree + 1) * 2**free * comb(sums + 2, 2)
    first = free + sums
    assert _rank(free, sums, degree, list(range(first, first + degree + 1))) == terms
    if degree:
        assert _rank(free, sums, degree, [first]) < terms


def test_small_sizes_are_not_enough() -> None:
    """At n = 2 two sums of two powers and a free class cannot be told apart: n = 3 is needed."""
    terms = len(_columns(0, 2, 0))
    assert _rank(0, 2, 0, [1]) < _rank(0, 2, 0, [2]) == terms
    assert _rank(2, 1, 0, [2]) < _rank(2, 1, 0, [3]) == len(_columns(2, 1, 0))


@pytest.mark.parametrize(
    ("claim", "free", "sums", "degree"),
    [
        ("sum(f[j], j) == f[k]", 1, 1, 0),
        ("sum(f[j], j)**2 == n*sum(f[j]**2, j)", 0, 2, 0),
        ("n**2*sum(f[j], j)*f[k]*f[l] == 0", 2, 1, 2),
        ("d(L, f[k], f[l]) == p[k]*(delta(k, l) - p[l])", 3, 1, 0),
    ],
)
def test_the_sizes_that_are_looked_at_are_enough(
    claim: str, free: int, sums: int, degree: int
) -> None:
    problem = pose(
        claim,
        given=NLL if "L" in claim else (),
        declare=["y: label"] if "L" in claim else ["f: real[n]"],
    )
    assert size_bound(problem) >= min(6, free + sums + degree)
    seen = {frame.sizes["n"] for frame in frames(problem)}
    assert seen == set(range(1, size_bound(problem) + 1))


# Opinions.

WRONG = [
    "(x - 1)*(x - 2)*(x - 3)*(x + 1)*x == 0",
    "x**64 == x**63",
    "(exp(x) - 1)*(exp(x) - 2)*(exp(x) - 3) == 0",
    "(f[k] - f[l])*(f[k] - 1)*(f[l] - 2) == 0",
    "sum(f[j], j)*(n - 1)*(n - 2)*(n - 3) == 0",
    "p[k] + (p[k] - 1/2)*(p[k] - 1/3)*(p[k] - 1/4)*p[k] == p[k]",
    "1.0000000000001*p[k] == p[k]",
    "p[k] + p[k]/10**60 == p[k]",
    "x*2305843009213693951 == 0",
    "sum(p[j]*p[j], j) == sum(p[j], j)**2",
]


@pytest.mark.parametrize("claim", WRONG)
def test_a_claim_that_vanishes_at_nice_points_is_seen(claim: str) -> None:
    declare = [] if "p[" in claim or "f[" not in claim else ["f: real[n]"]
    problem = pose(claim, given=[SOFTMAX] if "p[" in claim else (), declare=declare)
    assert isinstance(modular_opinion(problem), Nonzero)


@pytest.mark.parametrize(
    "claim", ["d(L, f[k]) == p[k] - delta(k, y)", "sum(p[j], j) == 1", "L == -log(p[y])"]
)
def test_both_opinions_agree_with_a_right_claim(claim: str) -> None:
    problem = pose(claim, given=NLL, declare=["y: label"])
    assert isinstance(modular_opinion(problem), Zero)
    assert isinstance(interval_opinion(problem), Zero)


@pytest.mark.parametrize(
    "claim",
    [
        "sum(p[j], j) == 1.0000001",
        "L == log(p[y])",
        "d(L, f[k]) == p[k] + delta(k, y)",
    ],
)
def test_both_opinions_see_a_wrong_claim(claim: str) -> None:
    problem = pose(claim, given=NLL, declare=["y: label"])
    assert isinstance(modular_opinion(problem), Nonzero)
    assert isinstance(interval_opinion(problem), Nonzero)


def test_one_undefined_side_is_no_agreement() -> None:
    assert isinstance(modular_opinion(pose("f[k]/(n - 1)*(n - 1) == f[k]")), OneSided)


def test_every_pattern_of_equal_indices_is_looked_at() -> None:
    problem = pose("f[k] + f[l] + f[m] == 0")
    patterns = {
        tuple(frame.indices[a] == frame.indices[b] for a, b in ("kl", "km", "lm"))
        for frame in frames(problem)
    }
    assert len(patterns) == 5


def test_mpmath_agrees_with_our_intervals() -> None:
    """Our intervals are built on raw numbers: a plain reading of mpmath's own must overlap."""
    i = Intervals(53)
    ours = i.exp(i.log(i.const(Fraction(7, 3))))
    theirs = iv.exp(iv.log(iv.mpf(7) / 3))
    assert not i.disjoint(ours, theirs._mpi_)
