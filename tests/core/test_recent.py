"""Answers that are kept are bounded in number."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

import cepasim
from cepasim.core.recent import Recent


def test_the_oldest_answer_goes_first() -> None:
    kept: Recent[int, str] = Recent(2)
    for number in range(3):
        assert kept.put(number, str(number)) == str(number)
    assert kept.get(0) is None and kept.get(1) == "1" and len(kept) == 2
    again = pickle.loads(pickle.dumps(kept))
    assert again.get(2) == "2" and len(again) == 2


@pytest.mark.slow(seconds=1)
def test_an_economy_keeps_the_last_answers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Horizons and selections of a long session are not kept for ever, and nothing moves."""
    monkeypatch.setattr("cepasim.economy.schedule._RECENT", 3)
    monkeypatch.setattr("cepasim.economy.market._HORIZONS", 2)
    # Built, not read from a cache: what is read has the limits it was kept with.
    economy, fresh = cepasim.load(cache=False), cepasim.load()

    def totals(of: cepasim.Economy, chapter: str, horizon: str) -> pd.DataFrame:
        lever = {"importer": "JPN", "select": {"hs": [chapter]}, "cut": "eliminate"} | {
            "start": "2025-26"
        }
        given = {"name": "x", "horizon": horizon, "levers": [{"tariff": lever}]}
        return cepasim.simulate(of, cepasim.Scenario.from_dict(given), attribution=False).totals

    asked = [
        (chapter, f"{2027 + n}-{28 + n}") for n, chapter in enumerate(("03", "16", "61", "64"))
    ]
    first = [totals(economy, *one) for one in asked]
    market = economy.markets["JPN"]
    assert len(market._recent) == 2 and len(market.schedule.recent) == 3
    pd.testing.assert_frame_equal(totals(economy, *asked[0]), first[0], check_exact=True)
    pd.testing.assert_frame_equal(totals(fresh, *asked[0]), first[0], check_exact=True)
