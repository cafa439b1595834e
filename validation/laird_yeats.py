"""SMART: the formulas of Laird and Yeats, written down again and compared with the engine's."""

from __future__ import annotations

from cepasim.equilibrium import smart_effects
from validation.check import Check, Reference

# A case of our own: no worked example with numbers was found (differences_explained.md).
BENEFICIARY, OTHERS = 40.0, 60.0
TARIFF_OLD, TARIFF_NEW = 0.20, 0.05
DEMAND, SUBSTITUTION, SUPPLY = 1.3, 1.5, 99.0  # the documented defaults of S and of supply

_ROUNDING = "rounding of double precision"


def reference() -> Reference:
    """Compare a preferential cut."""
    r = (1 + TARIFF_NEW) / (1 + TARIFF_OLD)
    flows, before = [BENEFICIARY, OTHERS], [TARIFF_OLD, TARIFF_OLD]
    after = [TARIFF_NEW, TARIFF_OLD]
    ours = smart_effects(flows, before, after, DEMAND, SUBSTITUTION)
    finite = smart_effects(flows, before, after, DEMAND, SUBSTITUTION, SUPPLY)
    # With signs as published: import demand and substitution elasticities are negative.
    creation = -DEMAND * BENEFICIARY * (r - 1)
    diversion = (
        BENEFICIARY * OTHERS * (r**-SUBSTITUTION - 1) / (OTHERS + BENEFICIARY * r**-SUBSTITUTION)
    )
    with_supply = creation / (1 + DEMAND / SUPPLY)
    price = -BENEFICIARY * (r - 1) * DEMAND / (SUPPLY + DEMAND)
    figures = (
        ("creation", creation, ours.creation[0]),
        ("diversion to the beneficiary", diversion, ours.diversion[0]),
        ("diversion from all others", -diversion, ours.diversion[1]),
        ("creation, supply elasticity 99", with_supply, finite.creation[0]),
        ("price effect, supply elasticity 99", price, finite.price_effect[0]),
    )
    return Reference(
        title="SMART, Laird and Yeats",
        source="Laird and Yeats (1986); WITS on-line help (World Bank 2010)",
        what_is_compared="A tariff on one source cut from 20 to 5 %. Kernel: smart_effects, whose "
        "diversion is written for any number of changes at once.",
        checks=tuple(
            Check(what, theirs, float(mine), 1e-12 * BENEFICIARY, _ROUNDING, 6)
            for what, theirs, mine in figures
        ),
        note="The documented properties (diversion sums to zero and is capped by trade, doubling "
        "the import demand elasticity doubles creation) are tests of "
        "smart_effects.",
    )
