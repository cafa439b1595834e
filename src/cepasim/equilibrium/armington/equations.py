"""One market as docs/method.md writes it: slow, plain, in the symbols of the paper.

`solve_market` computes the same, for any number of markets at once, out of a closed form. Nothing
of that is used here: all producer prices are moved until every supply equals its demand. The tests
compare the two on random markets; a reader who wants to know what the model says reads this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from scipy.optimize import root


@dataclass(frozen=True)
class Market:
    """One importer in one product; sources s in the same order everywhere."""

    theta: Sequence[float]  # theta_s: share of source s in imports, at landed prices; sum 1
    theta_D: float  # share of the domestic variety in the composite
    sigma_M: float  # elasticity of substitution between sources
    sigma_D: float  # and of imports against the domestic variety
    eta: float  # price elasticity of demand for the composite, absolute
    epsilon: Sequence[float]  # epsilon_s: supply elasticities, up to inf
    epsilon_D: float
    T: Sequence[float]  # T_s: landed wedge. From here on hats, new over old
    a: Sequence[float]  # a_s: taste
    k: Sequence[float]  # k_s: capacity
    c: Sequence[float]  # c_s: unit cost
    a_D: float = 1.0
    k_D: float = 1.0
    c_D: float = 1.0
    Y: float = 1.0  # demand


@dataclass(frozen=True)
class Equilibrium:
    """Hats of prices and quantities."""

    p: list[float]  # producer price of source s
    x: list[float]  # quantity of source s
    p_D: float
    x_D: float
    P_M: float  # price index of imports
    P: float  # price index of the composite


def ces(weights: Sequence[float], prices: Sequence[float], sigma: float) -> float:
    """Price index of a nest; the geometric mean is its limit at sigma = 1."""
    if abs(1 - sigma) < 1e-7:
        return exp(sum(w * log(price) for w, price in zip(weights, prices, strict=True)))
    total = sum(w * price ** (1 - sigma) for w, price in zip(weights, prices, strict=True))
    return float(total ** (1 / (1 - sigma)))


def normal(m: Market) -> float:
    """N: tastes enter normalised, so that at unchanged prices they move shares only."""
    return m.theta_D * m.a_D + (1 - m.theta_D)


def tastes(m: Market) -> list[float]:
    """a~_s = a_s / sum_j theta_j a_j."""
    mean = sum(theta * a for theta, a in zip(m.theta, m.a, strict=True))
    return [a / mean for a in m.a]


def demand(m: Market, p: Sequence[float], p_D: float) -> Equilibrium:
    """What buyers ask for at given producer prices, in two nests."""
    N, a = normal(m), tastes(m)
    pi = [p_s * T_s for p_s, T_s in zip(p, m.T, strict=True)]  # landed prices
    P_M = ces([theta * a_s for theta, a_s in zip(m.theta, a, strict=True)], pi, m.sigma_M)
    P = ces([m.theta_D * m.a_D / N, (1 - m.theta_D) / N], [p_D, P_M], m.sigma_D)
    level = P ** (m.sigma_D - m.eta) * m.Y / N
    x = [
        a_s * pi_s**-m.sigma_M * P_M ** (m.sigma_M - m.sigma_D) * level
        for a_s, pi_s in zip(a, pi, strict=True)
    ]
    return Equilibrium(list(p), x, p_D, m.a_D * p_D**-m.sigma_D * level, P_M, P)


def supply(k: float, c: float, epsilon: float, p: float) -> float:
    """What a producer sells at a price, k (p/c)**epsilon; any quantity at c where it is inf."""
    return float(k * (p / c) ** epsilon)


def solve(m: Market) -> Equilibrium:
    """Move the prices of all producers of finite supply until supply equals demand."""
    k, c, epsilon = [*m.k, m.k_D], [*m.c, m.c_D], [*m.epsilon, m.epsilon_D]
    moving = [i for i, e in enumerate(epsilon) if e < inf]  # elsewhere p = c

    def prices(log_p: Sequence[float]) -> list[float]:
        p = list(c)
        for i, value in zip(moving, log_p, strict=True):
            p[i] = exp(value)
        return p

    def excess(log_p: Sequence[float]) -> list[float]:
        *p, p_D = prices(log_p)
        asked = demand(m, p, p_D)
        x = [*asked.x, asked.x_D]
        return [log(supply(k[i], c[i], epsilon[i], [*p, p_D][i]) / x[i]) for i in moving]

    log_p = [log(c[i]) for i in moving]
    if moving:
        found = root(excess, log_p, method="hybr", tol=1e-13)
        if max(map(abs, excess(found.x))) > 1e-9:
            raise ArithmeticError("no equilibrium found")
        log_p = list(found.x)
    *p, p_D = prices(log_p)
    return demand(m, p, p_D)


def closed_form(m: Market, s: int, P_M: float, P: float) -> float:
    """Return the producer price of source s from the two indices alone, as `solve_market` does."""
    N, a = normal(m), tastes(m)
    rho = 1 / (1 + m.epsilon[s] / m.sigma_M)  # 0 where supply is infinite
    shift = log(a[s]) - m.sigma_M * log(m.T[s]) + log(m.Y) - log(N) - log(m.k[s])
    shift += (m.sigma_M - m.sigma_D) * log(P_M) + (m.sigma_D - m.eta) * log(P)
    return exp((1 - rho) * log(m.c[s]) + rho / m.sigma_M * shift)
