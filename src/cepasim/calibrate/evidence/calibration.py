"""Everything the evidence shows: benchmark, backcast, decomposition and panel of one economy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cepasim.calibrate.backcast.backcast import Backcast, backcast
from cepasim.calibrate.backcast.bounds import (
    against_bounds,
    fresh_bounds,
    missed_reasons,
    share_bounds,
    source_bounds,
)
from cepasim.calibrate.backcast.decompose import Decomposition, decompose_history
from cepasim.calibrate.backcast.fan import TABLE as FAN
from cepasim.calibrate.backcast.fan import coverage_outside
from cepasim.calibrate.backcast.fresh import fresh_tests
from cepasim.calibrate.backcast.history import FLOWS, LAST, settings
from cepasim.calibrate.backcast.panel import Panel, tariff_panel
from cepasim.calibrate.backcast.reference_rules import compare, rule_inputs, summary
from cepasim.calibrate.backcast.share_fit import TABLE, share_settings
from cepasim.calibrate.backcast.share_model import ShareSettings
from cepasim.calibrate.backcast.share_report import SecondModel, second_model
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.params.described import YEARS


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
        What the fitted file says about itself; empty if it says nothing.
    second : SecondModel
        Shares of India's other trade.
    second_settings : mapping of str to ShareSettings
        By flow.
    second_response : mapping of str to (float, float)
        By flow, the smallest and largest response to CEPA cuts that the window cannot tell from
        the best one: shares of what the elasticities expect.
    second_bounds : DataFrame
        ``level``, ``flow``, ``measured``, ``at_most``, ``met``; empty without a source checkout.
    rules : DataFrame
        Errors of the rules for years nobody knows, as `reference_rules.summary`.
    fan, growth : DataFrame
        ``reference/fan`` and ``reference/growth`` as stored.
    fan_outside : DataFrame
        Whether a fan of the fitting window holds what came after, as `fan.coverage_outside`.
    fresh, fresh_bounds : DataFrame
        Fresh scores, and the same beside their bounds; the second empty without a source checkout.
    passed_on : (float, float, float)
        Share of a real depreciation that the lever passes on to trade, with its range.
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
    rules: pd.DataFrame
    fan: pd.DataFrame
    growth: pd.DataFrame
    fan_outside: pd.DataFrame
    fresh: pd.DataFrame
    fresh_bounds: pd.DataFrame
    passed_on: tuple[float, float, float]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by the name of its file."""
        named = {"benchmark": self.benchmark, "bounds": self.bounds}
        named |= {f"backcast_{n}": frame for n, frame in self.backcast.tables().items()}
        named |= {f"decomposition_{n}": frame for n, frame in self.decomposition.tables().items()}
        named |= {f"second_{n}": frame for n, frame in self.second.tables().items()}
        named |= {"reference_rules": self.rules, "reference_fan_outside": self.fan_outside}
        named |= {"fresh": self.fresh, "fresh_bounds": self.fresh_bounds}
        named |= {"panel": self.panel.estimates, "panel_literature": self.panel.literature}
        return {name: frame for name, frame in named.items() if len(frame)}


def _refuse_another_base(economy: Economy) -> None:
    """Refuse an economy that begins in a year the record has nothing of.

    The record of trade, its tariffs and the fit end where the bundled benchmark is; figures of a
    later year move the benchmark and not the record.
    """
    last = format_fiscal_year(LAST)
    if economy.base_year == last:
        return
    words = tr(
        "{last}, in which the record ends that the model is judged on: figures of another year "
        "move the benchmark, not the record. Calibrate the folder from which it was moved",
        last=year_in_words(last),
    )
    raise InputError([Problem(f"{YEARS}.csv", None, "base_year", str(economy.base_year), words)])


def calibration(economy: Economy) -> Calibration:
    """Run the backcast, the decomposition and the panel on one economy.

    Raises
    ------
    InputError
        Where the base year is not the last one of the record.
    InputError, RunError
        As the parts do.
    """
    _refuse_another_base(economy)
    report, bounds, convention = backcast(economy), source_bounds(), settings(economy)
    second = second_model(economy)
    stored = economy.parameters.table(TABLE)
    fresh = fresh_tests(economy, report)
    outside = economy.parameters.table("macro/outside")
    passed = outside[outside["name"] == "exchange_rate_pass_through"]
    felt, least, most = passed[["value", "low", "high"]].to_numpy(float)[0].tolist()
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
        rules=summary(compare(economy, rule_inputs(economy))),
        fan=economy.parameters.table(FAN),
        growth=economy.parameters.table("reference/growth"),
        fan_outside=coverage_outside(economy),
        fresh=fresh,
        fresh_bounds=fresh_bounds(fresh),
        passed_on=(felt, least, most),
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
