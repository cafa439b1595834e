"""Use of the CEPA in past years: what is published in Japan, what the margin says in India."""

from __future__ import annotations

import numpy as np
import pytest

from cepasim.calibrate.backcast.history import position, tariff_rates
from cepasim.calibrate.backcast.use_history import use_of_cepa
from cepasim.economy.economy import Economy


def test_japans_use_moves_as_published(economy: Economy) -> None:
    table = economy.parameters.table("history/cepa_use").set_index(["hs", "year"])["value"]
    use, observed = use_of_cepa(economy, "JPN"), economy.markets["JPN"].claims.observed
    for hs, group in (("61", "50-64"), ("16", "01-49,65-97")):
        h = economy.chapters.index(hs)
        mixed = 0.75 * table[group, "2015"] + 0.25 * table[group, "2016"]
        expected = observed[h] * mixed / table[group, "2021"]
        assert use[position(2015), h] == pytest.approx(expected, rel=1e-9)
        assert use[position(2023), h] == pytest.approx(observed[h], rel=1e-9)


def test_indias_use_is_the_measured_one_at_the_end_and_grows_with_the_margin(
    economy: Economy,
) -> None:
    use = use_of_cepa(economy, "IND")
    mfn, cepa = tariff_rates(economy, "IND")
    margin = mfn - cepa
    has = margin[-1] > 0
    observed = economy.markets["IND"].claims.observed
    np.testing.assert_allclose(use[-1, has], observed[has], rtol=1e-9)
    assert (np.diff(use, axis=0) >= -1e-12).all()
    assert (use[position(2011), has] < use[-1, has]).all()


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_nobody_claims_without_a_margin_and_never_more_than_could(
    economy: Economy, importer: str
) -> None:
    use = use_of_cepa(economy, importer)
    mfn, cepa = tariff_rates(economy, importer)
    assert (use[mfn - cepa <= 0] == 0).all()
    assert (use <= economy.markets[importer].claims.maximum + 1e-12).all()
    assert (use[position(2010)] == 0).all()
