"""emr: one market, three suppliers, one CES nest, finite supply."""

from __future__ import annotations

import numpy as np

from cepasim.equilibrium import solve_market
from validation.check import Check, Reference, half_unit

# Inputs of the documented example.
DOMESTIC, SUBJECT, OTHER = 60.0, 30.0, 10.0
SUPPLY_DOMESTIC, SUPPLY = 1.0, 10.0
ETA, SIGMA, TARIFF = 1.0, 4.0, 0.10

LANDED = {"dom": 1.021240, "sub": 1.078515, "nsub": 1.007535}
QUANTITY = {"dom": 1.0212404, "sub": 0.8209848, "nsub": 1.0779533}
COMPOSITE_PRICE, COMPOSITE_QUANTITY = 1.035651, 0.9655765


def reference() -> Reference:
    """Run the example."""
    cost = np.array([1 + TARIFF, 1.0])
    eq = solve_market(
        np.array([SUBJECT, OTHER]) / (SUBJECT + OTHER),
        DOMESTIC / (DOMESTIC + SUBJECT + OTHER),
        cost,
        SIGMA,
        SIGMA,  # one nest
        ETA,
        SUPPLY,
        SUPPLY_DOMESTIC,
    )
    landed = dict(zip(("sub", "nsub"), eq.price * cost, strict=True))
    landed["dom"] = float(eq.price_domestic)
    quantity = dict(zip(("sub", "nsub"), eq.quantity, strict=True))
    quantity["dom"] = float(eq.quantity_domestic)
    composite = float(eq.composite_index)
    six = "prices: half a unit of the sixth decimal published"
    seven = "quantities: one unit of the seventh, in which their solver's own stop at 1e-7 shows"
    unit = 1e-7
    checks = [
        Check(f"landed price, {who}", LANDED[who], float(landed[who]), half_unit(6), six, 6)
        for who in LANDED
    ]
    checks += [
        Check(f"quantity, {who}", QUANTITY[who], float(quantity[who]), unit, seven, 7)
        for who in QUANTITY
    ]
    checks += [
        Check("composite price", COMPOSITE_PRICE, composite, half_unit(6), six, 6),
        Check("composite quantity", COMPOSITE_QUANTITY, composite**-ETA, unit, seven, 7),
    ]
    return Reference(
        title="emr, three suppliers",
        source="R package emr (P. F. Alencar de Oliveira), documentation of solve_emr",
        what_is_compared="A 10 % tariff on one of two foreign suppliers; hats. Engine: armington "
        "with both nests at sigma = 4.",
        checks=tuple(checks),
    )
