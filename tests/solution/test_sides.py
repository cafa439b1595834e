"""The split by side: give and take apart, and nothing lost between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, Scenario
from cepasim.equilibrium.shapley import lean_of_pair, shapley
from cepasim.solution import sides, solve
from cepasim.solution.coalitions import Coalitions
from cepasim.solution.solve import run
from cepasim.solution.state import State

KEYS = ["fiscal_year", "hs", "lever"]
MONEY = ["exports", "imports", "balance", "welfare_japan", "welfare_india"]


def cut(importer: str, hs: str, percent: float = 50) -> dict[str, Any]:
    return {
        "tariff": {
            "importer": importer,
            "select": {"hs": [hs]},
            "cut": {"percent": percent},
            "start": "2026-27",
        }
    }


def relief(importer: str, hs: str) -> dict[str, Any]:
    chosen = {"importer": importer, "type": ["tbt", "border"], "select": {"hs": [hs]}}
    return {"ntb": chosen | {"relief_percent": 40, "start": "2026-27"}}


FUND = {
    "fund": {
        "usd_bn": 1.0,
        "windows": {"labour_intensive": 0.5, "sunrise": 0.5},
        "start": "2026-27",
        "years": 5,
        "replenish": False,
    }
}
BOTH = [cut("JPN", "64"), cut("IND", "84"), relief("JPN", "64"), relief("IND", "84"), FUND]


def scenario(levers: list[dict[str, Any]], horizon: str = "2030-31") -> Scenario:
    return Scenario.from_dict({"name": "x", "horizon": horizon, "levers": levers})


def totals(result: cepasim.Result) -> pd.DataFrame:
    """Rows by lever and side of the total in the last year."""
    split = result.contributions_by_side
    rows = split[(split["hs"] == "total") & (split["fiscal_year"] == result.fiscal_years[-1])]
    return rows.set_index(["lever", "side"])


@pytest.mark.parametrize("engine", ["armington", "smart", "gsim"])
def test_sides_sum_to_the_lever_and_to_the_whole(economy: Economy, engine: str) -> None:
    levers = [one for one in BOTH if engine == "armington" or "fund" not in one]
    result = cepasim.simulate(economy, scenario(levers), engine=engine)
    whole, split = result.contributions, result.contributions_by_side
    assert not whole.duplicated(KEYS).any()
    summed = split.groupby(KEYS, sort=False)[[f"{one}_usd_mn" for one in MONEY]].sum()
    pd.testing.assert_frame_equal(
        summed, whole.set_index(KEYS), check_exact=False, rtol=0, atol=1e-9
    )
    last = result.totals.iloc[-1]
    found = totals(result).sum(numeric_only=True)
    assert found["balance_usd_mn"] == pytest.approx(last["change_in_balance_usd_mn"], abs=1e-8)
    for country in ("japan", "india"):
        name = f"welfare_{country}_usd_mn"
        assert found[name] == pytest.approx(last[name], abs=1e-8)


def test_give_and_take_can_be_read(economy: Economy) -> None:
    """Japan's cuts are India's exports, India's cuts its imports; the fund is on no side."""
    rows = totals(cepasim.simulate(economy, scenario(BOTH)))
    for kind in ("tariff", "ntb"):
        japan, india = rows.loc[(kind, "JPN")], rows.loc[(kind, "IND")]
        assert japan["exports_usd_mn"] > 0.1 and abs(india["exports_usd_mn"]) < 1e-9
        assert india["imports_usd_mn"] > abs(japan["imports_usd_mn"])
        assert japan["welfare_india_usd_mn"] > 0.01 and india["welfare_japan_usd_mn"] > 0
    assert [side for kind, side in rows.index if kind == "fund"] == [""]


def test_a_side_is_what_its_levers_do_alone(economy: Economy) -> None:
    """With one kind of lever nothing is shared: each side is its own scenario."""
    rows = totals(cepasim.simulate(economy, scenario(BOTH[:2])))
    for side, lever in (("JPN", BOTH[0]), ("IND", BOTH[1])):
        alone = cepasim.simulate(economy, scenario([lever])).totals.iloc[-1]
        for flow in ("exports", "imports"):
            change = alone[f"{flow}_usd_mn"] - alone[f"baseline_{flow}_usd_mn"]
            assert rows.loc[("tariff", side), f"{flow}_usd_mn"] == pytest.approx(change, abs=1e-8)


def test_swapping_the_importers_swaps_the_sides(economy: Economy) -> None:
    """Cuts of the same products on the other side: what was Japan's is now India's."""
    for lever, other in ((BOTH[0], BOTH[1]), (BOTH[1], BOTH[0])):
        one = totals(cepasim.simulate(economy, scenario([lever])))
        assert list(one.index) == [("tariff", lever["tariff"]["importer"])]
        swapped = {"tariff": {**lever["tariff"], "importer": other["tariff"]["importer"]}}
        two = totals(cepasim.simulate(economy, scenario([swapped])))
        assert list(two.index) == [("tariff", other["tariff"]["importer"])]
    there = totals(cepasim.simulate(economy, scenario([BOTH[0], BOTH[1]])))
    back = totals(cepasim.simulate(economy, scenario([BOTH[1], BOTH[0]])))
    pd.testing.assert_frame_equal(there, back)


def game_of(economy: Economy, asked: Scenario, engine: str) -> tuple[Coalitions, Any]:
    seen: list[tuple[Coalitions, Any]] = []
    plain: Callable[..., Any] = sides.contributions

    def noted(game: Coalitions, effects: Any, one: Scenario) -> Any:
        found = plain(game, effects, one)
        seen.append((game, effects))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "contributions", noted)
        run(economy, asked, engine=engine)
    return seen[0]


def test_markets_apart_are_what_a_whole_solution_says(economy: Economy) -> None:
    """Kinds of one side on Japan's rules, of another on India's, solved together and composed."""
    game, effects = game_of(economy, scenario(BOTH), "armington")
    for japan, india in ((0b001, 0b010), (0b101, 0b100), (0b111, 0b110)):
        state: State = game.state({"JPN": japan, "IND": india})
        exports, imports = effects[japan].exports, effects[india].imports_solved
        np.testing.assert_allclose(state.exports, exports, rtol=1e-10, atol=1e-9)
        np.testing.assert_allclose(state.imports_solved, imports, rtol=1e-10, atol=1e-9)
        if japan & 0b100 == india & 0b100:  # the fund is on no side
            content = state.imports - state.imports_solved
            np.testing.assert_allclose(content, effects[japan].imports_added, atol=1e-9)
            welfare = state.welfare(game.reference())
            for country, gain in welfare.items():
                parts = effects[japan].gains["JPN"][country] + effects[india].gains["IND"][country]
                np.testing.assert_allclose(gain, parts, rtol=1e-9, atol=1e-8)


def test_where_markets_are_apart_trying_the_sides_gives_the_same(economy: Economy) -> None:
    """What one price for both markets needs, on an engine that does not need it."""
    game, effects = game_of(economy, scenario(BOTH), "armington")
    found = sides.contributions(game, effects, scenario(BOTH))
    first = next(one for one in found if (one.kind, one.side) == ("tariff", "JPN"))
    whole = shapley(np.stack([one.exports for one in effects]))[0]
    lean = sides._lean(game, 0)["exports"]
    np.testing.assert_allclose(whole / 2 + lean, first.amounts["exports"], atol=1e-9)


def test_many_kinds_under_one_price_stay_merged_and_say_so(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "MOST_TRIALS", 1)
    levers = [one for one in BOTH if "fund" not in one]
    result = cepasim.simulate(economy, scenario(levers), engine="gsim")
    assert [side for _, side in totals(result).index] == ["", ""]
    assert any("not told apart" in note for note in result.notes)


def test_the_pair_leans_to_who_brings_more() -> None:
    """Two who join after one other: 3 and 1 alone, 5 together, nothing shared with the other."""
    alone, other = np.array([0.0, 3.0, 1.0, 5.0]), np.array([0.0, 10.0])
    first = np.array([alone[1] + worth for worth in other])
    second = np.array([alone[2] + worth for worth in other])
    assert lean_of_pair(first, second) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="a power of two"):
        lean_of_pair(np.zeros(3), np.zeros(3))
