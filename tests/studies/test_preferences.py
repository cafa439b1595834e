"""Where the CEPA is left unclaimed, and which lines are in doubt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cepasim import Economy, InputError
from cepasim.studies.preferences import lines_in_doubt, unclaimed_margins
from docs.writers import preferences as page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "preferences.md"


@pytest.fixture(scope="module")
def japan(economy: Economy) -> pd.DataFrame:
    return unclaimed_margins(economy, "JPN")


def test_a_line_of_one_product_is_exports_less_claims(
    economy: Economy, japan: pd.DataFrame
) -> None:
    """Herbicides: one line, so all that India sells could claim, and next to nothing does."""
    parameters = economy.parameters
    row = japan.set_index("hs").loc["380893010"]
    sold = parameters.table("trade/india_exports_japan_hs6").set_index(["fiscal_year", "hs6"])
    claims = parameters.table("trade/japan_cepa_claims_hs9").set_index("hs9")["claimed_2021"]
    open_ = 1.0684 * float(sold.loc[("2021-22", "380893"), "value"])
    claimed = float(claims["380893010"]) / 109.755 / 1e3
    assert row["open_usd_mn"] == pytest.approx(open_)
    assert row["claimed_usd_mn"] == pytest.approx(claimed)
    assert row["unclaimed_duty_usd_mn"] == pytest.approx(0.039 * (open_ - claimed))
    assert japan["hs"].iloc[0] == "380893010"


def test_only_lines_with_a_margin_are_listed_largest_duty_first(japan: pd.DataFrame) -> None:
    assert (japan["margin_percent"] > 0).all()
    assert (japan["unclaimed_usd_mn"] > 0).all()
    assert japan["unclaimed_duty_usd_mn"].is_monotonic_decreasing
    assert (japan["hs"].str.len() == 9).all()


def test_in_india_the_use_is_that_of_the_budget(economy: Economy) -> None:
    found = unclaimed_margins(economy, "IND")
    use = found["claimed_usd_mn"].sum() / found["open_usd_mn"].sum()
    assert use == pytest.approx(economy.parameters.value("utilisation_observed_jpn_ind"), abs=1e-6)
    assert found["open_usd_mn"].sum() < 17690
    # What is not claimed is what the treasury collects beyond the preferential rate.
    market = economy.markets["IND"]
    schedule, column = market.schedule, market.partner_column
    full = economy.with_overrides({"utilisation_observed_jpn_ind": 0.9499})
    assert unclaimed_margins(full, "IND")["unclaimed_duty_usd_mn"].sum() < (
        0.6 * found["unclaimed_duty_usd_mn"].sum()
    )
    assert (market.tariff_collected * market.cif)[:, column].sum() > (
        found["unclaimed_duty_usd_mn"].sum()
    )
    assert schedule.importer == "IND"


def test_another_importer_is_refused(economy: Economy) -> None:
    with pytest.raises(InputError, match="JPN or IND"):
        unclaimed_margins(economy, "CHN")


def test_doubt_about_lines_is_bracketed(economy: Economy) -> None:
    found = lines_in_doubt(economy)
    assert (found["best"] <= found["low"] + 1e-9).all()
    assert (found["low"] <= found["claims"] + 1e-3).all()
    assert (found["claims"] <= found["high"] + 1e-3).all()
    silent = found[~found["told"]]
    np.testing.assert_allclose(silent["claims"], silent["best"])
    np.testing.assert_allclose(silent["high"], silent["mean"])
    assert (found["mean"] - found["best"]).is_monotonic_decreasing


@pytest.mark.slow(seconds=1)
def test_the_committed_page_is_what_the_code_gives(economy: Economy) -> None:
    assert PAGE.read_text(encoding="utf-8") == page.preferences_page(economy)
