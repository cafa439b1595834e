"""The backcast: what the model says about 2013-24, given only its drivers, and how wrong it is.

From 2013-14 the Armington engine predicts India's exports to and imports from Japan by chapter to
2021-22 and in total to 2023-24 (`model` says how, `drivers` from what). What was
fitted was fitted on 2014-15 to 2018-19 (`fit`); 2019-20 to 2023-24 judge it, beside three
simple forecasts started in 2013-14 and in 2018-19. Losing to one of them is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast.band import Band, bands, total_band
from cepasim.calibrate.backcast.forecasts import MODEL, TREND, forecasts_of
from cepasim.calibrate.backcast.hard_cases import hard_cases, leak
from cepasim.calibrate.backcast.history import (
    FLOWS,
    START,
    position,
    read_history,
    settings,
    totals_check,
)
from cepasim.calibrate.backcast.judged import (
    bridged,
    coverage,
    score_rows,
    section_scores,
    theil_rows,
)
from cepasim.calibrate.backcast.levels import ALL_FLOWS, YEARS_AHEAD, Forecast
from cepasim.calibrate.backcast.rolling import rolling_origin
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Backcast:
    """What the model says about 2013-24, tidy.

    Attributes
    ----------
    predictions : DataFrame
        By ``fiscal_year``, ``flow``, ``hs``: ``actual_usd_mn`` (NaN after 2021-22),
        ``predicted_usd_mn``, ``with_trend_usd_mn``, ``low_usd_mn``, ``high_usd_mn`` (90 % band),
        ``figures_low_usd_mn``, ``figures_high_usd_mn`` (90 % range of the figures alone).
    totals : DataFrame
        The same by ``fiscal_year`` and ``flow``, ``balance`` included.
    scores : DataFrame
        By ``level`` (total, section, chapter, and total and chapter without the hard cases),
        ``flow``, ``window`` and ``forecast``: ``n``, ``rmse_usd_mn``, ``mape``, ``bias``, ``wape``.
        Sections and chapters end in 2021-22; so does the total without the hard cases.
    section_scores : DataFrame
        By ``flow`` and ``section`` on 2019-20 to 2021-22: mean trade, ``bias`` and ``wape`` of the
        model and ``wape`` of the simple forecasts from the same year.
    theil : DataFrame
        Theil's U of the model against each simple forecast on the judged years.
    coverage : DataFrame
        Share of the actual values inside the 90 % band (``share_inside``) and inside the range of
        the figures alone (``share_inside_figures``), by level, flow and window.
    rolling : DataFrame
        Rolling origin: predictions of totals by ``origin`` and ``fiscal_year``.
    rolling_scores : DataFrame
        RMSE of totals and WAPE of chapters by horizon, on the judged years.
    hard_cases : DataFrame
        The hard cases by year, with what the drivers explain and the named residual.
    history_check : DataFrame
        Sums of the chapters beside Table 1.2.
    parameters : DataFrame
        What was fitted: ``name``, ``value``, ``low``, ``high`` (90 %), ``prior_low``,
        ``prior_high`` (NaN for the drift, which has no prior), ``unit``, ``note``.
    bridged : DataFrame
        2022-23 by section and chapter against an estimate from principal commodities (grade C),
        for the model and the simple forecasts from 2013-14; the estimate's own spread beside it.
    leak : DataFrame
        2022-24: share of a dollar more from Japan that reaches the prediction through totals.
    """

    predictions: pd.DataFrame
    totals: pd.DataFrame
    scores: pd.DataFrame
    section_scores: pd.DataFrame
    theil: pd.DataFrame
    coverage: pd.DataFrame
    rolling: pd.DataFrame
    rolling_scores: pd.DataFrame
    hard_cases: pd.DataFrame
    history_check: pd.DataFrame
    parameters: pd.DataFrame
    bridged: pd.DataFrame
    leak: pd.DataFrame = field(repr=False)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every frame by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def score_of(
        self, level: str, flow: str, forecast: str = MODEL, window: str = "judged"
    ) -> pd.Series:
        """One row of `scores`."""
        s = self.scores
        row = s[
            (s["level"] == level)
            & (s["flow"] == flow)
            & (s["forecast"] == forecast)
            & (s["window"] == window)
        ]
        return row.iloc[0]


def backcast(economy: Economy, *, draws: int = 64, seed: int = 1) -> Backcast:
    """Predict India-Japan trade of 2013-24 from its drivers and score the prediction.

    Parameters
    ----------
    economy : Economy
        Its parameters hold the history and what was fitted; nothing is fitted here.
    draws, seed : int, optional
        Draws of the figures behind the band; powers of two are best.

    Returns
    -------
    Backcast
        Predictions, scores and what they rest on.

    Raises
    ------
    InputError
        If a table of ``params/history`` is missing.
    RunError
        If a market finds no equilibrium.

    Examples
    --------
    >>> import cepasim
    >>> report = cepasim.backcast(cepasim.load())
    >>> report.totals["fiscal_year"].iloc[0]
    '2013-14'
    """
    economy = economy.by_chapter  # history is known by chapter
    history = read_history(economy)
    convention = settings(economy)
    flows = drivers.inputs(economy, history)
    given = model.fitted(economy)
    predicted = model.predictions(flows, given)
    band = bands(
        economy,
        history,
        flows,
        predicted,
        nominal=convention["band_coverage"],
        smallest=convention["smallest_base"],
        draws=draws,
        seed=seed,
    )
    forecasts = forecasts_of(economy, history, flows, given, predicted)
    actual = {flow: flows[flow].trade[position(START) :] for flow in FLOWS}
    actual_totals = {flow: history.totals[flow][position(START) :] for flow in FLOWS}
    predictions = _predictions(economy, actual, forecasts, band)
    totals = _totals(actual_totals, forecasts, band, convention["band_coverage"])
    scores = pd.DataFrame(
        list(score_rows(economy, actual, actual_totals, forecasts)),
    )
    rolling, rolling_scores = rolling_origin(history, flows, given)
    return Backcast(
        predictions=predictions,
        totals=totals,
        scores=scores,
        section_scores=section_scores(economy, actual, forecasts),
        theil=pd.DataFrame(list(theil_rows(economy, actual, actual_totals, forecasts))),
        coverage=coverage(predictions, totals, convention["smallest_base"]),
        rolling=rolling,
        rolling_scores=rolling_scores,
        hard_cases=hard_cases(economy, history, flows, given),
        history_check=totals_check(history),
        parameters=_parameters(economy),
        bridged=bridged(economy, forecasts),
        leak=leak(flows["import"], given, predicted["import"]),
    )


def _predictions(
    economy: Economy,
    actual: Forecast,
    forecasts: Mapping[str, Forecast],
    band: Mapping[str, Band],
) -> pd.DataFrame:
    years = [format_fiscal_year(START + t) for t in range(YEARS_AHEAD)]
    frames = [
        pd.DataFrame(
            {
                "fiscal_year": np.repeat(years, len(economy.chapters)),
                "flow": flow,
                "hs": list(economy.chapters) * YEARS_AHEAD,
                "actual_usd_mn": actual[flow].ravel(),
                "predicted_usd_mn": forecasts[MODEL][flow].ravel(),
                "with_trend_usd_mn": forecasts[TREND][flow].ravel(),
                "low_usd_mn": band[flow].low.ravel(),
                "high_usd_mn": band[flow].high.ravel(),
                "figures_low_usd_mn": band[flow].of_figures[0].ravel(),
                "figures_high_usd_mn": band[flow].of_figures[1].ravel(),
            }
        )
        for flow in FLOWS
    ]
    return pd.concat(frames, ignore_index=True)


def _summed(values: Forecast) -> dict[str, Floats]:
    """Totals of both flows and the balance, exports less imports, shape (T,) each."""
    out = {flow: values[flow].sum(axis=-1) for flow in FLOWS}
    return out | {"balance": out["export"] - out["import"]}


def _totals(
    actual: Mapping[str, Floats],
    forecasts: Mapping[str, Forecast],
    band: Mapping[str, Band],
    nominal: float,
) -> pd.DataFrame:
    predicted, trend = _summed(forecasts[MODEL]), _summed(forecasts[TREND])
    known = {**actual, "balance": actual["export"] - actual["import"]}
    ranges = total_band(predicted, band, nominal)
    frames = [
        pd.DataFrame(
            {
                "fiscal_year": [format_fiscal_year(START + t) for t in range(YEARS_AHEAD)],
                "flow": flow,
                "actual_usd_mn": known[flow],
                "predicted_usd_mn": predicted[flow],
                "with_trend_usd_mn": trend[flow],
                **{
                    f"{end}_usd_mn": ranges.loc[ranges["flow"] == flow, end].to_numpy(float)
                    for end in ("low", "high", "figures_low", "figures_high")
                },
            }
        )
        for flow in ALL_FLOWS
    ]
    return pd.concat(frames, ignore_index=True)


def _parameters(economy: Economy) -> pd.DataFrame:
    """What was fitted beside its prior; a drift has none."""
    table = economy.parameters.table("history/backcast_fit")
    prior = economy.parameters.table("history/backcast_prior").set_index("name")
    before = table["name"].str.replace("backcast_", "prior_", n=1, regex=False)
    for end in ("low", "high"):
        table[f"prior_{end}"] = prior[end].reindex(before).to_numpy(float)
    columns = ["name", "value", "low", "high", "prior_low", "prior_high", "unit", "note"]
    return table[columns]
