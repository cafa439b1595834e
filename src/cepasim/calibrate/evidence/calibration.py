"""Everything the evidence shows: benchmark, backcast, decomposition and panel of one economy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cepasim.calibrate.backcast.backcast import Backcast, backcast
from cepasim.calibrate.backcast.bounds import (
    against_bounds,
    missed_reasons,
    share_bounds,
    source_bounds,
)
from cepasim.calibrate.backcast.decompose import Decomposition, decompose_history
from cepasim.calibrate.backcast.history import FLOWS, LAST, settings
from cepasim.calibrate.backcast.panel import Panel, tariff_panel
from cepasim.calibrate.backcast.share_fit import TABLE, share_settings
from cepasim.calibrate.backcast.share_model import ShareSettings
from cepasim.calibrate.backcast.share_report import SecondModel, second_model
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy


@dataclass(frozen=True, eq=False)
class Calibration:
    """Everything the report shows.

    Attributes
    ----------
    backcast : Backcast
    decomposition : Decomposition
    panel : Panel
    benchmark : DataFrame
        ``flow``, ``benchmark_usd_mn``, ``published_usd_mn``, ``gap_usd_mn`` of 2023-24.
    bounds : DataFrame
        Scores beside the bounds written before the first run, with the reason of a miss; empty
        without a source checkout.
    usable_error, smallest_section : float
        WAPE up to which a section is called usable, and the trade a year it must have to be judged.
    parameter_digest : str
    chapter_names : mapping of str to str
    fit : mapping of str to str
        What the fitted file says of itself; empty if it says nothing.
    second : SecondModel
        Shares of India's other trade.
    second_settings : mapping of str to ShareSettings
        By flow.
    second_response : mapping of str to (float, float)
        By flow, the smallest and largest response to CEPA cuts that the window cannot tell from
        the best one: shares of what the elasticities expect.
    second_bounds : DataFrame
        ``level``, ``flow``, ``measured``, ``at_most``, ``met``; empty without a source checkout.
    """

    backcast: Backcast
    decomposition: Decomposition
    panel: Panel
    benchmark: pd.DataFrame
    bounds: pd.DataFrame
    usable_error: float
    smallest_section: float
    parameter_digest: str
    chapter_names: Mapping[str, str]
    fit: Mapping[str, str]
    second: SecondModel
    second_settings: Mapping[str, ShareSettings]
    second_response: Mapping[str, tuple[float, float]]
    second_bounds: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by the name of its file."""
        named = {"benchmark": self.benchmark, "bounds": self.bounds}
        named |= {f"backcast_{n}": frame for n, frame in self.backcast.tables().items()}
        named |= {f"decomposition_{n}": frame for n, frame in self.decomposition.tables().items()}
        named |= {f"second_{n}": frame for n, frame in self.second.tables().items()}
        named |= {"panel": self.panel.estimates, "panel_literature": self.panel.literature}
        return {name: frame for name, frame in named.items() if len(frame)}


def calibration(economy: Economy) -> Calibration:
    """Run the backcast, the decomposition and the panel on one economy.

    Raises
    ------
    InputError, RunError
        As the parts do.
    """
    report, bounds, convention = backcast(economy), source_bounds(), settings(economy)
    second = second_model(economy)
    stored = economy.parameters.table(TABLE)
    response = stored[stored["name"] == "share_tariff"].set_index("flow")[["low", "high"]]
    return Calibration(
        backcast=report,
        decomposition=decompose_history(economy),
        panel=tariff_panel(economy),
        benchmark=benchmark_summary(economy),
        bounds=against_bounds(report, bounds, missed_reasons()) if bounds else pd.DataFrame(),
        usable_error=convention["usable_error"],
        smallest_section=convention["smallest_section"],
        parameter_digest=economy.parameters.digest,
        chapter_names={hs: economy.classification.name(hs) for hs in economy.chapters},
        fit=economy.parameters.backcast_metadata,
        second=second,
        second_settings=share_settings(economy),
        second_response={
            str(flow): (float(ends["low"]), float(ends["high"]))
            for flow, ends in response.iterrows()
        },
        second_bounds=share_bounds(second),
    )


def benchmark_summary(economy: Economy) -> pd.DataFrame:
    """Totals of the benchmark beside the published ones, US$ million."""
    published = economy.parameters.table("benchmark/evidence/totals")
    published = published[published["fiscal_year"] == format_fiscal_year(LAST)]
    said = published.set_index("flow")["value"]
    got = economy.bilateral.groupby("flow")["value"].sum()
    # A gap below the sixth decimal is the sum's rounding.
    rows = [(f, float(got[f]), float(said[f]), round(float(got[f] - said[f]), 6)) for f in FLOWS]
    columns = ["flow", "benchmark_usd_mn", "published_usd_mn", "gap_usd_mn"]
    return pd.DataFrame(rows, columns=columns)
