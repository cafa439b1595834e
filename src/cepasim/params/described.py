"""What a parameter folder says about itself: its years, its benchmark, whose figures are in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

from cepasim.core.files import bundled
from cepasim.core.fiscal_year import FiscalYear
from cepasim.core.immutable import FrozenMapping
from cepasim.core.yaml_lines import read_data

#: The year of the benchmark and the year of the prices.
YEARS = "macro/base_year"


def base_year_of(folder: Path) -> FiscalYear:
    """Year of the benchmark of a folder; of the bundled one where the folder does not say."""
    path = folder / f"{YEARS}.csv"
    if not path.is_file():
        return bundled_base_year()
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    return FiscalYear(table["base_year"].iloc[0])


@cache
def bundled_base_year() -> FiscalYear:
    """Year of the benchmark that comes with the program, where no folder is named."""
    return base_year_of(bundled("params"))


@cache
def bundled_price_year() -> str:
    """Year of the prices of the parameters that come with the program."""
    table = pd.read_csv(bundled("params") / f"{YEARS}.csv", dtype=str, encoding="utf-8-sig")
    return str(table["price_year"].iloc[0])


def _words_of(path: Path) -> dict[str, str]:
    """Words of a metadata file; empty where there is none."""
    if not path.is_file():
        return {}
    told = read_data(path) or {}
    return {str(key): value for key, value in told.items() if isinstance(value, str)}


class Described(ABC):
    """The part of `Parameters` that is about the folder as a whole."""

    _files: Mapping[str, Path]

    @abstractmethod
    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one table."""

    @cached_property
    def base_year(self) -> FiscalYear:
        """Fiscal year of the benchmark, in which every path begins."""
        return FiscalYear(self.table(YEARS)["base_year"].iloc[0])

    @cached_property
    def price_year(self) -> str:
        """Year whose dollars every amount is in: a fiscal year, or a calendar year (``2024``)."""
        return str(self.table(YEARS)["price_year"].iloc[0])

    @cached_property
    def schedule_year(self) -> FiscalYear:
        """Fiscal year of the rates of the tariff schedules, up to which staging is read."""
        return FiscalYear(self.table(YEARS)["schedule_year"].iloc[0])

    @cached_property
    def benchmark_metadata(self) -> Mapping[str, str]:
        """What the balance says about itself: program, year, vintage of the data, method, solver.

        Empty where the benchmark is the user's own and comes without metadata.
        """
        return FrozenMapping(
            _words_of(self._files["benchmark/bilateral"].with_name("metadata.yaml"))
        )

    @property
    def own_figures(self) -> str:
        """Files that ``cepasim data update`` put into the folder; empty without any."""
        return self.benchmark_metadata.get("own_figures", "")

    @property
    def backcast_metadata(self) -> dict[str, str]:
        """What the fit of the backcast says about itself: program, date, vintage, window, method.

        Empty where the fit is the user's own and comes without metadata.
        """
        return _words_of(self._files["history/backcast_fit"].with_suffix(".yaml"))
