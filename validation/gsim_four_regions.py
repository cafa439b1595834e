"""GSIM: the published 4x4 example, United States-European Union free trade."""

from __future__ import annotations

import numpy as np

from cepasim.equilibrium import solve_gsim
from validation.check import Check, Reference, half_unit

REGIONS = ("US", "JP", "EU", "RW")
# Trade at world prices and initial tariff factors; rows export, columns import.
TRADE = np.array(
    [[0, 50, 200, 300], [500, 0, 150, 200], [300, 100, 200, 200], [50, 100, 110, 20.0]]
)
FACTORS = np.array(
    [
        [1.00, 1.21, 1.41, 1.22],
        [1.37, 1.00, 1.31, 1.23],
        [1.32, 1.36, 1.00, 1.18],
        [1.57, 1.41, 1.25, 1.15],
    ]
)
DEMAND, SUPPLY, SUBSTITUTION = 1.25, 1.5, 5.0

PRICES = {"US": 0.0792, "JP": -0.0316, "EU": 0.0480, "RW": -0.0184}
# Not published, but computed by others from the published formulas (to one decimal).
LINEAR_WELFARE, EXACT_WELFARE = 18.2, 51.9
EULER_STEPS, EULER_WELFARE = 10_000, 51.944


def euler(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Price changes and net welfare of the linear system solved in many small steps.

    Every step starts from the trade the last one led to, with elasticities as they are.
    """
    flow, price, welfare = TRADE.copy(), np.ones(4), np.zeros(4)
    start, end = FACTORS - 1, _free()
    for step in range(steps):
        now = start + (end - start) * (step / steps)
        then = start + (end - start) * ((step + 1) / steps)
        small = solve_gsim(flow, now, then, DEMAND, SUPPLY, SUBSTITUTION)
        welfare += small.welfare
        price *= 1 + small.price
        flow = flow * (1 + small.price[:, None]) * (1 + small.quantity)
    return price - 1, welfare


def _free() -> np.ndarray:
    tariffs = FACTORS - 1
    tariffs[0, 2] = tariffs[2, 0] = 0.0
    return tariffs


def reference() -> Reference:
    """Run the example: linear as published, exact, and by steps."""
    arguments = (TRADE, FACTORS - 1, _free(), DEMAND, SUPPLY, SUBSTITUTION)
    linear, exact = solve_gsim(*arguments), solve_gsim(*arguments, linear=False)
    # Euler steps err in proportion to their length: two lengths give the limit.
    coarse, fine = euler(500)[1][0], euler(1000)[1][0]
    limit = 2 * fine - coarse
    checks = [
        Check(
            f"linear: change of the world price, {region}",
            PRICES[region],
            float(linear.price[place]),
            half_unit(4),
            "half a unit of the fourth decimal published",
        )
        for place, region in enumerate(REGIONS)
    ]
    checks += [
        Check(
            "linear: net welfare, US",
            LINEAR_WELFARE,
            float(linear.welfare[0]),
            half_unit(1),
            "half a unit of the one decimal given",
            1,
        ),
        Check(
            "exact: net welfare, US",
            EXACT_WELFARE,
            float(exact.welfare[0]),
            half_unit(1),
            "half a unit of the one decimal given",
            1,
        ),
        Check(
            "exact against the linear system in ever smaller steps: net welfare, US",
            float(limit),
            float(exact.welfare[0]),
            1e-4,
            "what extrapolating from 500 and 1,000 steps leaves (second order in 1/1000 of a "
            "gap of 34)",
            4,
        ),
    ]
    gap = ", ".join(
        f"{region} {linear.welfare[place]:.1f} → {exact.welfare[place]:.1f}"
        for place, region in enumerate(REGIONS)
    )
    prices = ", ".join(
        f"{region} {100 * linear.price[place]:+.2f} → {100 * exact.price[place]:+.2f} %"
        for place, region in enumerate(REGIONS)
    )
    return Reference(
        title="GSIM, four regions",
        source="Francois and Hall (2003), Global Simulation Analysis of Industry-Level Trade "
        "Policy, version 3.0; prices and welfare formulas as in two public replications in R",
        what_is_compared="United States-European Union free trade. Kernel: solve_gsim, linear as "
        "published and exact.",
        checks=tuple(checks),
        note=f"Linearisation gap, linear → exact. Net welfare: {gap}. World prices: {prices}. "
        f"With {EULER_STEPS:,} plain steps others found {EULER_WELFARE} for the United States; "
        f"the exact figure is {exact.welfare[0]:.4f}.",
    )
