"""exp and the like for loops that are compiled: arithmetic and bits, so that they vectorise.

exp(x) = 2**n * exp(r) with n = round(x/log 2) and r = x - n*log 2, |r| <= log(2)/2, the product
with log 2 taken in two parts (Cody and Waite, Software Manual for the Elementary Functions, 1980).
exp(r) = 1 + r + r*r*q(r), q a polynomial of Chebyshev's kind: fitted to (exp(r) - 1 - r)/r**2 at
Chebyshev nodes in 60 digits. n is found by adding 1.5 times 2 to the number of fraction bits, whose
last bits then are n; 2**n is put together from bits, in two factors so that subnormal results come
out rounded. Where the result cannot be large, n is added to the exponent instead, 64 too high until
the last product; where it cannot be small either, to the exponent as it is. What would be 0 is not
computed there: processors take ten times as long for what is rounded to a subnormal number, or to
0 from one. Against 50 digits at most 1.0 units in the last place (a test looks). nan stays nan.

log1p(x) = k*log 2 + log(1 + f) with 1 + x = 2**k * (1 + f), what 1 + x was rounded by put back, and
log(1 + f) by the polynomial in (f/(2 + f))**2 of FreeBSD's msun (s_log1p.c and s_log1pf.c, Sun
Microsystems 1993), without its branches.

They are plain functions of NumPy scalars here; `numeric.kernels.jit` compiles them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_I32, _I64, _F32, _F64 = np.int32, np.int64, np.float32, np.float64


Made = Callable[[Callable[..., Any]], Callable[..., Any]]


class Exponentials(NamedTuple):
    """e**x of any number; of one up to 43 (665 in float64); of one within ±43 (±665).

    The last two are nothing like it elsewhere, but for nan in the second.
    """

    anywhere: Callable[[Any], Any]
    below: Callable[[Any], Any]
    near: Callable[[Any], Any]


def exponentials_float32(made: Made) -> Exponentials:
    """The exponentials of a float32, each function of them `made` for compiled loops."""

    @made
    def parts(x: Any) -> Any:
        """exp(r), and bits of which the last are those of n."""
        shifted = x * _F32(1.4426950408889634) + _F32(12582912.0)
        n = shifted - _F32(12582912.0)
        r = (x - n * _F32(0.693145751953125)) - n * _F32(1.42860676533018e-06)
        q = _F32(0.001392618359) * r + _F32(0.008363179053)
        q = (q * r + _F32(0.04166655462)) * r + _F32(0.1666657699)
        q = q * r + _F32(0.5)
        return _F32((q * r * r + r) + _F32(1)), _F32(shifted).view(_I32)

    @made
    def anywhere(x: Any) -> Any:
        exp_r, bits = parts(min(max(x, _F32(-104)), _F32(89)))
        power = _I32(bits - _I32(0x4B400000))
        half = _I32(power >> _I32(1))
        first = _I32((half + _I32(127)) << _I32(23)).view(_F32)
        second = _I32((power - half + _I32(127)) << _I32(23)).view(_F32)
        return _F32(exp_r * first * second)

    @made
    def below(x: Any) -> Any:
        exp_r, bits = parts(_F32(0) if x < _F32(-104) else x)
        scaled = _F32(exp_r).view(_I32) + _I32(_I32(bits << _I32(23)) + _I32(64 << 23))
        made = _F32(_I32(scaled).view(_F32) * _F32(2.0**-64)) if x == x else x
        return _F32(0) if x < _F32(-104) else made

    @made
    def near(x: Any) -> Any:
        exp_r, bits = parts(x)
        return _I32(_F32(exp_r).view(_I32) + _I32(bits << _I32(23))).view(_F32)

    return Exponentials(anywhere, below, near)


def exponentials_float64(made: Made) -> Exponentials:
    """The same of a float64."""

    @made
    def parts(x: Any) -> Any:
        shifted = x * _F64(1.4426950408889634) + _F64(6755399441055744.0)
        n = shifted - _F64(6755399441055744.0)
        r = (x - n * _F64(6.93147180369123816490e-01)) - n * _F64(1.90821492927058770002e-10)
        q = _F64(2.510038549551032e-08) * r + _F64(2.7620088445409746e-07)
        q = (q * r + _F64(2.7557268459997064e-06)) * r + _F64(2.4801521295954376e-05)
        q = (q * r + _F64(0.00019841269863053618)) * r + _F64(0.0013888888917213717)
        q = (q * r + _F64(0.008333333333330062)) * r + _F64(0.04166666666662413)
        q = (q * r + _F64(0.16666666666666669)) * r + _F64(0.5000000000000001)
        return _F64((q * r * r + r) + _F64(1)), _F64(shifted).view(_I64)

    @made
    def anywhere(x: Any) -> Any:
        exp_r, bits = parts(min(max(x, _F64(-746)), _F64(710)))
        power = _I64(bits - _I64(0x4338000000000000))
        half = _I64(power >> _I64(1))
        first = _I64((half + _I64(1023)) << _I64(52)).view(_F64)
        second = _I64((power - half + _I64(1023)) << _I64(52)).view(_F64)
        return _F64(exp_r * first * second)

    @made
    def below(x: Any) -> Any:
        exp_r, bits = parts(_F64(0) if x < _F64(-746) else x)
        scaled = _F64(exp_r).view(_I64) + _I64(_I64(bits << _I64(52)) + _I64(64 << 52))
        made = _F64(_I64(scaled).view(_F64) * _F64(2.0**-64)) if x == x else x
        return _F64(0) if x < _F64(-746) else made

    @made
    def near(x: Any) -> Any:
        exp_r, bits = parts(x)
        return _I64(_F64(exp_r).view(_I64) + _I64(bits << _I64(52))).view(_F64)

    return Exponentials(anywhere, below, near)


def log1p_float32(x: Any) -> Any:
    """log(1 + x) of a float32."""
    u = _F32(1) + x
    bits = _I32(_F32(u).view(_I32) + _I32(0x004AFB0D))
    near = (x > _F32(-0.29289323)) & (x < _F32(0.41421354))
    k = _F32(0) if near else _F32((bits >> _I32(23)) - _I32(127))
    m = _I32((bits & _I32(0x007FFFFF)) + _I32(0x3F3504F3)).view(_F32)
    f = x if near else m - _F32(1)
    lost = (x - (u - _F32(1))) if x < _F32(1) else (_F32(1) - (u - x))
    c = _F32(0) if near else lost / u
    s = f / (_F32(2) + f)
    z = s * s
    w = z * z
    q = z * (_F32(0.66666662693) + w * _F32(0.28498786688))
    q += w * (_F32(0.40000972152) + w * _F32(0.24279078841))
    half = _F32(0.5) * f * f
    low = s * (half + q) + (k * _F32(9.0580006145e-06) + c) - half
    made = (low + f) + k * _F32(6.9313812256e-01)
    made = made if x < _F32(np.inf) else x
    return made if x > _F32(-1) else (_F32(-np.inf) if x == _F32(-1) else _F32(np.nan))


def log1p_float64(x: Any) -> Any:
    """log(1 + x) of a float64."""
    u = _F64(1) + x
    bits = _I64(_F64(u).view(_I64) + _I64(0x00095F6200000000))
    near = (x > _F64(-0.2928932188134524)) & (x < _F64(0.41421356237309503))
    k = _F64(0) if near else _F64((bits >> _I64(52)) - _I64(1023))
    m = _I64((bits & _I64(0x000FFFFFFFFFFFFF)) + _I64(0x3FE6A09E00000000)).view(_F64)
    f = x if near else m - _F64(1)
    lost = (x - (u - _F64(1))) if x < _F64(1) else (_F64(1) - (u - x))
    c = _F64(0) if near else lost / u
    s = f / (_F64(2) + f)
    z = s * s
    w = z * z
    q = _F64(0.1818357216161805) + w * _F64(0.14798198605116586)
    q = z * (_F64(0.6666666666666735) + w * (_F64(0.2857142874366239) + w * q))
    p = _F64(0.22222198432149784) + w * _F64(0.15313837699209373)
    q += w * (_F64(0.3999999999940942) + w * p)
    half = _F64(0.5) * f * f
    low = s * (half + q) + (k * _F64(1.90821492927058770002e-10) + c) - half
    made = (low + f) + k * _F64(6.93147180369123816490e-01)
    made = made if x < _F64(np.inf) else x
    return made if x > _F64(-1) else (_F64(-np.inf) if x == _F64(-1) else _F64(np.nan))


def order_float32(x: Any) -> Any:
    """A whole number that is larger exactly if x is; nan is above all numbers, or below them."""
    bits = _F32(x).view(_I32)
    return _I32(bits ^ ((bits >> _I32(31)) & _I32(0x7FFFFFFF)))


def order_float64(x: Any) -> Any:
    """The same for float64."""
    bits = _F64(x).view(_I64)
    return _I64(bits ^ ((bits >> _I64(63)) & _I64(0x7FFFFFFFFFFFFFFF)))


def size_float32(x: Any) -> Any:
    """A whole number that is larger exactly if |x| is; nan is above all numbers."""
    return _I32(_F32(x).view(_I32) & _I32(0x7FFFFFFF))


def size_float64(x: Any) -> Any:
    """The same for float64."""
    return _I64(_F64(x).view(_I64) & _I64(0x7FFFFFFFFFFFFFFF))


def ordered_float32(order: Any) -> Any:
    """The number that has this order."""
    return _I32(order ^ ((order >> _I32(31)) & _I32(0x7FFFFFFF))).view(_F32)


def ordered_float64(order: Any) -> Any:
    """The same for float64."""
    return _I64(order ^ ((order >> _I64(63)) & _I64(0x7FFFFFFFFFFFFFFF))).view(_F64)
