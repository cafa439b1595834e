"""One factor on all barriers: what it multiplies, what follows from it, and that it is drawn."""

import numpy as np
import pytest

import cepasim
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.studies.groups import group_of


def _scaled(economy: Economy, factor: float) -> Economy:
    return economy.with_overrides({"ntb_scale": factor})


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0])
def test_every_type_at_both_borders_is_multiplied(economy: Economy, factor: float) -> None:
    scaled = _scaled(economy, factor)
    for importer, market in economy.markets.items():
        for kind, nu in market.barriers.items():
            found = scaled.markets[importer].barriers[kind]
            np.testing.assert_allclose(found, factor * nu, rtol=1e-12, err_msg=kind)


def test_relief_of_larger_barriers_is_worth_more_and_of_none_nothing(economy: Economy) -> None:
    relief = cepasim.Scenario.from_dict(
        {
            "name": "relief",
            "horizon": "2027-28",
            "levers": [
                {
                    "ntb": {
                        "importer": "JPN",
                        "type": "all",
                        "select": {"hs": ["03"]},
                        "relief_percent": 40,
                        "start": "2026-27",
                    }
                }
            ],
        }
    )
    gains = [
        float(
            cepasim.simulate(_scaled(economy, factor), relief)
            .totals["change_in_balance_usd_mn"]
            .iloc[-1]
        )
        for factor in (0.0, 0.5, 1.0, 2.0)
    ]
    assert gains[0] == pytest.approx(0.0, abs=1e-9)
    assert 0 < gains[1] < gains[2] < gains[3]
    # Twice the barrier is twice the gain to first order: a little less as wedges divide.
    assert 1.6 < gains[3] / gains[2] < 2.2


def test_the_factor_is_drawn_and_is_a_group_of_its_own(economy: Economy) -> None:
    uncertainty = Uncertainty.of(economy)
    block = uncertainty.blocks[0]
    place = block.names.index("ntb_scale")
    assert block.common[place] == -1 and block.own[place] >= 0
    alone = {name for name in block.names if group_of(name).key == "all_barriers"}
    assert alone == {"ntb_scale"}
    scores = np.zeros(uncertainty.dimensions)
    scores[block.own[place]] = 1.0
    assert block.at(scores)[place] > block.at(-scores)[place] > 0
