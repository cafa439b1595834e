"""What is judged and compared needs a record of the base year, and says so where it has none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cepasim.calibrate.evidence.calibration import calibration
from cepasim.core.fiscal_year import FiscalYear
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.studies.revenue import revenue_gap


def moved(economy: Economy, year: str) -> Economy:
    """The economy as one of another base year."""
    return SimpleNamespace(  # type: ignore[return-value]
        base_year=FiscalYear(year), parameters=economy.parameters, markets=economy.markets
    )


def test_a_folder_of_another_base_is_not_judged_on_the_record(economy: Economy) -> None:
    with pytest.raises(InputError, match=r"base_year: '2024-25'; 2023-24, in which the record"):
        calibration(moved(economy, "2024-25"))


def test_the_duty_on_all_imports_says_what_it_lacks(economy: Economy) -> None:
    with pytest.raises(InputError, match=r"customs_revenue\.csv: fiscal_year: '2024-25'") as found:
        revenue_gap(moved(economy, "2024-25"))
    # The exchange rate of that year is there.
    assert len(found.value.problems) == 1
