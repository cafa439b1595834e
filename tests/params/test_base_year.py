"""The year of the benchmark and of the prices are data of the parameter folder."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

import cepasim
from cepasim.core.fiscal_year import FiscalYear
from cepasim.params.described import base_year_of, bundled_base_year
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import bundled_directory, check_folder


def test_the_bundled_years(economy):
    assert economy.base_year == bundled_base_year() == "2023-24"
    assert economy.price_year == economy.parameters.price_year == "2023-24"
    assert (economy.base_year.first, economy.base_year.following) == (2023, "2024-25")
    assert f"Economy of {economy.base_year}" in repr(economy)


def test_a_folder_says_its_years(tmp_path):
    (tmp_path / "macro").mkdir()
    path = tmp_path / "macro" / "base_year.csv"
    shutil.copyfile(bundled_directory() / "macro" / "base_year.csv", path)
    table = pd.read_csv(path, dtype=str)
    table[["base_year", "price_year"]] = ["2024-25", "2024"]
    table.to_csv(path, index=False)
    own = load_parameters(tmp_path)
    assert (own.base_year, own.price_year, own.base_year.first) == ("2024-25", "2024", 2024)
    assert base_year_of(tmp_path) == "2024-25"
    assert own.with_values({}).base_year == own.base_year


@pytest.mark.parametrize("period", ["2024", "2024-26", "24-25"])
def test_a_year_that_is_none_is_refused(tmp_path, period):
    (tmp_path / "macro").mkdir()
    path = tmp_path / "macro" / "base_year.csv"
    text = (bundled_directory() / "macro" / "base_year.csv").read_text()
    path.write_text(text.replace("benchmark,2023-24", f"benchmark,{period}"))
    (problem,) = check_folder(tmp_path)
    assert problem.line == 2 and problem.value == period and "fiscal year" in problem.allowed


def test_a_fiscal_year_knows_its_first_year():
    assert FiscalYear("1999-00").following == "2000-01"
    with pytest.raises(ValueError, match="follow"):
        FiscalYear("2024-26")
    assert isinstance(cepasim.load().base_year, FiscalYear)
