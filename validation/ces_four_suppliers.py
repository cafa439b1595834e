"""AD.PartialEquilibriumApi: four equal suppliers of one market, one CES nest, finite supply."""

from __future__ import annotations

import numpy as np

from cepasim.equilibrium import solve_market
from validation.check import Check, Reference

# Inputs of the documented example.
SIGMA, SUPPLY, ETA, SHOCK = 4.0, 5.0, 1.0, 0.05
SHARES = np.full(4, 0.25)

PRODUCER = {"the three others": 1.0032, "the one with the shock": 0.9817}
CONSUMER = {"the three others": 1.0032, "the one with the shock": 1.0308}
INDEX = 1.0099


def reference() -> Reference:
    """Run the example."""
    cost = np.array([1.0, 1.0, 1.0 + SHOCK, 1.0])
    eq = solve_market(SHARES, 0.0, cost, SIGMA, SIGMA, ETA, SUPPLY, SUPPLY)
    places = {"the three others": 0, "the one with the shock": 2}
    reason = "one unit of the fourth decimal: the page cuts its digits off and does not round"
    checks = [
        Check(f"producer price, {who}", PRODUCER[who], float(eq.price[at]), 1e-4, reason)
        for who, at in places.items()
    ]
    checks += [
        Check(f"consumer price, {who}", CONSUMER[who], float((eq.price * cost)[at]), 1e-4, reason)
        for who, at in places.items()
    ]
    checks.append(Check("price index", INDEX, float(eq.composite_index), 1e-4, reason))
    return Reference(
        title="CES industry model, four suppliers",
        source="A. Drenski, AD.PartialEquilibriumApi, wiki page Example Model (6 February 2017)",
        what_is_compared="A 5 % price shock on one of four equal suppliers of one market, the "
        "CES model of Hallren and Riker (2017); hats. Engine: armington without a domestic "
        "variety.",
        checks=tuple(checks),
        note="Every published figure is ours with the digits after the fourth cut off.",
    )
