"""What an outcome is made of: sales that are nothing stay nothing."""

from __future__ import annotations

import numpy as np

from cepasim.engines.outcome import grown


def test_nothing_stays_nothing_and_the_rest_is_the_product() -> None:
    base, hat = np.array([[0.0, 2.0], [3.0, 0.0]]), np.array([[np.inf, 1.5], [0.5, 7.0]])
    np.testing.assert_array_equal(grown(base, hat), [[0.0, 3.0], [1.5, 0.0]])
    plain = np.array([[4.0, 1.5], [0.5, 7.0]])
    np.testing.assert_array_equal(grown(base, plain), base * plain)


def test_what_is_sold_and_has_no_finite_value_is_not_hidden() -> None:
    assert np.isinf(grown(np.array([1.0, 0.0]), np.array([np.inf, np.inf]))[0])
    assert np.isnan(grown(np.array([1.0]), np.array([np.nan]))[0])
