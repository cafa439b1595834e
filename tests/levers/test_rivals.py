"""Who gains and loses in India's market when the CEPA goes or a rival's agreement deepens."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, Result

ASEAN = ("VNM", "THA", "IDN", "MYS", "SGP", "PHL")
#: Pieces of a displacement that are not a source.
NOT_SOURCES = {"market_expansion", "domestic", "wedge", "JPN"}


def simulated(economy: Economy, lever: dict[str, object]) -> Result:
    scenario = cepasim.Scenario.from_dict({"name": "x", "time": "long_run", "levers": [lever]})
    return cepasim.simulate(economy, scenario)


def by_source(result: Result, flow: str = "import") -> pd.Series:
    """Change of each source's sales, US$ mn, all chapters together; gains of rivals positive."""
    table = result.displacement
    table = table[(table["flow"] == flow) & (table["hs"] != "total")]
    return table.groupby("source")["change_usd_mn"].sum()


@pytest.fixture(scope="module")
def withdrawn(economy: Economy) -> Result:
    lever = {"importer": "IND", "select": {"all": True}, "start": "2027-28"}
    return simulated(economy, {"withdraw": lever})


def test_without_the_cepa_japan_sells_less_and_every_rival_more(withdrawn: Result) -> None:
    totals = withdrawn.totals.iloc[-1]
    lost = totals["imports_usd_mn"] - totals["baseline_imports_usd_mn"]
    assert lost < -1000
    found = by_source(withdrawn)
    # What Japan loses was taken from it by others: the parts are seen from Japan's change.
    rivals = found.drop(list(NOT_SOURCES & set(found.index)))
    assert (rivals <= 1e-6).all()
    assert found.sum() == pytest.approx(lost, rel=0.02)


def test_it_goes_to_those_who_sell_the_same(withdrawn: Result, economy: Economy) -> None:
    """In the order of their shares in the chapters where Japan loses."""
    found = by_source(withdrawn)
    market = economy.markets["IND"]
    sectors = withdrawn.sectors
    sectors = sectors[sectors["flow"] == "import"].set_index("hs")
    lost = -sectors["change_usd_mn"].reindex(market.chapters).fillna(0.0).to_numpy(float)
    shares = market.import_shares
    expected = pd.Series((shares * lost[:, None]).sum(axis=0), market.exporters).drop("JPN")
    gains = -found.reindex(expected.index)
    assert gains.corr(expected, method="spearman") > 0.95
    assert gains.idxmax() in ("CHN", "ROW", "EU27")
    # Korea and ASEAN, whose goods are nearest to Japan's, gain more than their share of imports.
    imports = pd.Series(market.cif.sum(axis=0), market.exporters)
    of_gains = gains / gains.sum()
    of_imports = imports.drop("JPN") / imports.drop("JPN").sum()
    assert of_gains["KOR"] > 1.2 * of_imports["KOR"]
    assert of_gains["ROW"] < of_imports["ROW"]
    assert gains[list(ASEAN)].sum() > gains["GBR"] + gains["CHE"] + gains["AUS"]


@pytest.mark.parametrize("rival", ["KOR", "THA", "EU27", "CHN"])
def test_a_rival_s_deeper_agreement_takes_from_japan(economy: Economy, rival: str) -> None:
    lever = {
        "importer": "IND",
        "source": rival,
        "select": {"all": True},
        "cut": "eliminate",
        "start": "2027-28",
    }
    totals = simulated(economy, {"tariff": lever}).totals.iloc[-1]
    assert totals["imports_usd_mn"] < totals["baseline_imports_usd_mn"] - 1.0


def test_a_later_and_shallower_agreement_of_the_union_leaves_japan_more(economy: Economy) -> None:
    last = []
    for cut in (0.4, 0.7, 0.9):
        changed = economy.with_overrides({"agreement_cut_end_eu27": cut})
        scenario = cepasim.Scenario.from_dict({"name": "x", "levers": []})
        last.append(cepasim.simulate(changed, scenario).totals["imports_usd_mn"].iloc[-1])
    assert (np.diff(last) < -10).all()
