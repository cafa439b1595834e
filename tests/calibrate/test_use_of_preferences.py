"""The spread of consignments from India's own lines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from cepasim.calibrate import use_of_preferences
from cepasim.params.loading import load_parameters


def test_the_estimate_supports_the_spread_in_use() -> None:
    parameters = load_parameters()
    found = use_of_preferences.estimate_spread(parameters, draws=25)
    assert 400 < found.products < 700
    spread, error = found.spread(parameters.value("consignments_with_trade"))
    assert abs(spread - parameters.value("consignment_spread")) < 1.5 * error
    # Use rises with trade, as published for all of Japan's partners (0.091), less steeply here.
    assert 0.02 < found.per_log_point < 0.12


def test_known_slopes_are_found() -> None:
    rng = np.random.default_rng(4)
    size = 4000
    trade, margin = rng.lognormal(0, 2, size), rng.uniform(0.01, 0.2, size)
    chapter = rng.integers(0, 10, size)
    score = 0.3 * np.log(margin) + 0.2 * np.log(trade) + 0.1 * chapter
    products = pd.DataFrame(
        {
            "trade": trade,
            "later": trade * rng.lognormal(0, 0.1, size),
            "margin": margin,
            "use": 0.98 * ndtr(score),
            "chapter": chapter.astype(str),
        }
    )
    by_margin, by_value = use_of_preferences._slopes(products, 0.98)
    assert by_margin == pytest.approx(0.3, abs=0.02)
    assert by_value == pytest.approx(0.2, abs=0.01)
