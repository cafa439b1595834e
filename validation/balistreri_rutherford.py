"""Balistreri and Rutherford: benchmark replication of their small Armington model, and a shock.

Their model of three regions with iceberg costs is calibrated so that the benchmark solves every
equation; the program stops if it does not ("Benchmark Replication Failed" above 1e-6). Here its
equations are written down again in levels, checked at the benchmark, and solved after a shock;
the exact GSIM kernel must give the same prices.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import root

import cepasim
from cepasim import Scenario
from cepasim.equilibrium import solve_gsim
from cepasim.solution.solve import run
from validation.check import Check, Reference

SIGMA, ETA, MU = 5.6, 1.0, 0.0
# Benchmark export values: 1 between regions, 3 at home; all prices 1.
EXPORTS = np.ones((3, 3)) + 2 * np.eye(3)
REPLICATION = 1e-6
CUT = 0.9  # hat of the cost from the first region to the second


def equations(log_price: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Excess supply of each region with taste weights of one, prices in logs."""
    c = np.exp(log_price)
    benchmark_demand, benchmark_supply = EXPORTS.sum(axis=0), EXPORTS.sum(axis=1)
    index = ((tau * c[:, None]) ** (1 - SIGMA)).sum(axis=0) ** (1 / (1 - SIGMA))
    composite = benchmark_demand * index**-ETA
    sold = (tau * composite * (index / (tau * c[:, None])) ** SIGMA).sum(axis=1)
    return benchmark_supply * c**MU - sold


def iceberg() -> np.ndarray:
    """Iceberg factors that make the benchmark an equilibrium."""
    return (EXPORTS / EXPORTS.sum(axis=0)) ** (1 / (1 - SIGMA))


def reference() -> Reference:
    """Check replication in levels, a counterfactual, and our own benchmark."""
    tau = iceberg()
    at_benchmark = float(np.abs(equations(np.zeros(3), tau)).max())
    cheaper = np.ones((3, 3))
    cheaper[0, 1] = CUT
    levels = root(lambda x: equations(x, tau * cheaper), np.full(3, 0.1), tol=1e-13)
    hats = _iceberg_hats(cheaper)
    economy = cepasim.load()
    flat = Scenario.from_dict({"name": "reference", "time": "long_run"})
    replication = 0.0
    for engine in ("armington", "smart", "gsim"):
        solved = run(economy, flat, engine=engine).reference
        for importer, market in economy.markets.items():
            gap = np.abs(solved.markets[importer].fob[0] - market.fob).max()
            replication = max(replication, float(gap))
    checks = [
        Check(
            "largest excess supply at their benchmark",
            0.0,
            at_benchmark,
            REPLICATION,
            "their own criterion",
            6,
        ),
    ]
    checks += [
        Check(
            f"price in region {place + 1} after a {round(100 * (1 - CUT))} % cheaper route",
            float(np.exp(levels.x[place])),
            float(hats[place]),
            1e-9,
            "two solvers at 1e-12",
            6,
        )
        for place in range(3)
    ]
    checks.append(
        Check(
            "our benchmark under all three engines: largest gap of any flow, US$ million",
            0.0,
            replication,
            REPLICATION,
            "the same criterion",
            6,
        )
    )
    return Reference(
        title="Balistreri and Rutherford, benchmark replication",
        source="E. J. Balistreri and T. F. Rutherford, Armington Trade Equilibrium with Iceberg "
        "Costs (GAMS, March 2011), companion of their chapter in the Handbook of Computable "
        "General Equilibrium Modeling (2013)",
        what_is_compared="Three regions, sigma 5.6, unit-elastic demand, fixed supply. Their "
        "published number is the criterion of replication; the counterfactual is ours, solved "
        "in their levels and by the exact GSIM kernel.",
        checks=tuple(checks),
    )


def _iceberg_hats(cheaper: np.ndarray) -> np.ndarray:
    """Prices by the kernel, which solves each market at given prices; the rest clears here.

    An iceberg cost melts goods: landed prices are those of an ad-valorem cost, but nobody
    receives it, so that a source's market clears in the value at landed prices.
    """

    def excess(log_price: np.ndarray) -> np.ndarray:
        # One market a time through the kernel: shares of each region's spending at given prices.
        spent = np.zeros(3)
        for v in range(3):
            solved = solve_gsim(
                EXPORTS[:, [v]],
                0.0,
                (np.exp(log_price) * cheaper[:, v] - 1)[:, None],
                ETA,
                np.inf,
                SIGMA,
                linear=False,
            )
            landed = np.exp(log_price) * cheaper[:, v]
            spent += EXPORTS[:, v] * landed * (1 + solved.quantity[:, 0])
        return np.log(spent / EXPORTS.sum(axis=1)) - (1 + MU) * log_price

    return np.exp(root(excess, np.zeros(3), tol=1e-13).x)
