"""Rates at which amounts are shown in other currencies."""

from __future__ import annotations

import pytest

from cepasim.core.currency import DOLLAR
from cepasim.core.problems import InputError
from cepasim.params.currencies import display_currency
from cepasim.params.loading import load_parameters


def test_the_rate_is_that_of_the_price_year() -> None:
    parameters = load_parameters()
    rupees = display_currency(parameters, "INR")
    assert (rupees.year, round(rupees.per_usd, 1)) == (parameters.price_year, 82.8)
    assert "Federal Reserve" in rupees.source
    assert display_currency(parameters, "USD") == DOLLAR


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(InputError, match=r"'EUR'; one of USD, INR, JPY"):
        display_currency(load_parameters(), "EUR")
