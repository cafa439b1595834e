"""Relief by type: what of a barrier can go at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cepasim.economy.economy import Economy
from cepasim.economy.market import BARRIER_TYPES
from cepasim.levers.ntb import NtbLever, actionable_shares, barriers_after


@pytest.mark.parametrize("kind", BARRIER_TYPES)
def test_half_a_relief_removes_half_of_what_can_go(economy: Economy, kind: str) -> None:
    market, h = economy.markets["JPN"], economy.chapters.index("03")
    share = economy.parameters.value(f"actionable_share_{kind}")
    body = {"importer": "JPN", "type": [kind], "select": {"hs": ["03"]}, "relief_percent": 50}
    lever = NtbLever.model_validate(body | {"start": "2026-27"})
    here = (np.arange(len(economy.chapters)) == h).astype(float)
    acting: Any = (lever, here, np.ones((1, 1)))
    left = barriers_after(
        market.barriers,
        np.arange(len(economy.chapters)),
        [acting],
        actionable_shares(economy.parameters),
        np.ones(len(economy.chapters)),
    )[0]
    was = market.barrier_total
    assert left[h] == pytest.approx(was[h] - 0.5 * share * market.barriers[kind][h])
    np.testing.assert_allclose(np.delete(left, h), np.delete(was, h))


def test_a_limit_stays_where_paper_goes(economy: Economy) -> None:
    shares = actionable_shares(economy.parameters)
    assert set(shares) == set(BARRIER_TYPES)
    assert shares["sps"] < shares["tbt"] < shares["process"]
    market = economy.markets["JPN"]
    weight = market.fob[:, market.partner_column]
    total = sum(float((weight * market.barriers[kind]).sum()) for kind in BARRIER_TYPES)
    part = sum(float((weight * market.barriers[k]).sum()) * shares[k] for k in BARRIER_TYPES)
    assert part / total == pytest.approx(0.5625, abs=0.02), "mean of Petri & Plummer over all goods"
