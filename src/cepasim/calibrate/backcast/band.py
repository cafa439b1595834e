"""The 90 % band around the backcast: draws of every figure, and errors of the fitting window.

Errors are taken to grow like a random walk from the start year, at the pace they had on 2014-15 to
2018-19. The figures are drawn as for the ranges of a scenario (``docs/uncertainty.md``), what the
backcast fits independently from its own ranges. The range of the figures alone is kept beside the
band: how often it holds what happened says what the ranges of scenarios leave out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast.history import FLOWS, LAST, LAST_FITTED, START, History, position
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.uncertainty.spread import WIDTH

Floats = NDArray[np.float64]

#: Percentiles of the range of the figures alone: the ends of the ranges of `monte_carlo`.
_ENDS = (5, 95)


@dataclass(frozen=True, eq=False)
class Band:
    """Band of one flow, years from the start on (T of them).

    Attributes
    ----------
    low, high : ndarray, shape (T, H)
        US$ million.
    total_sd : ndarray, shape (T,)
        Standard error of the flow's total, log points, drawn figures included.
    sample : ndarray, shape (draws, T, H)
        Predictions under each draw of the figures, US$ million.
    """

    low: Floats
    high: Floats
    total_sd: Floats
    sample: Floats

    @property
    def of_figures(self) -> Floats:
        """90 % range of the figures alone, shape (2, T, H), US$ million."""
        return np.asarray(np.percentile(self.sample, _ENDS, axis=0))


def drawn_settings(economy: Economy, draws: int, seed: int) -> list[model.Settings]:
    """Settings with every fitted parameter drawn from its range (normal in logs, or as it is)."""
    table = economy.parameters.table("history/backcast_fit")
    rows = table[~table["parameter"].eq("backcast_trend")]
    figures = rows[["value", "low", "high"]].to_numpy(float, copy=True)
    logs = ~rows["parameter"].eq("backcast_pass_through").to_numpy()
    figures[logs] = np.log(figures[logs])
    sd = (figures[:, 2] - figures[:, 1]) / (2 * WIDTH)
    normal = np.random.default_rng(seed).standard_normal((draws, len(rows)))
    values = figures[:, 0] + normal * sd
    values[:, logs] = np.exp(values[:, logs])
    central = model.fitted(economy)
    scales = rows["parameter"].eq("backcast_elasticity_scale").to_numpy()
    group = np.zeros(len(economy.chapters), dtype=int)
    for g, spec in enumerate(rows["hs"][scales]):
        low, high = spec.split("-")
        group[[h for h, hs in enumerate(economy.chapters) if low <= hs <= high]] = g
    out = []
    for row in values:
        named = dict(zip(rows["parameter"], row, strict=True))
        out.append(
            model.Settings(
                elasticity_scale=row[scales][group],
                pass_through=max(named["backcast_pass_through"], 0.0),
                adjustment=min(named["backcast_adjustment"], 1.0),
                first_year=central.first_year,
            )
        )
    return out


def predictions_drawn(
    economy: Economy,
    history: History,
    flows: Mapping[str, drivers.FlowInputs],
    *,
    draws: int,
    seed: int,
) -> dict[str, Floats]:
    """Predictions of both flows under draws of every figure, shape (draws, T, H), US$ million.

    The figures and what is fitted are drawn independently of each other: the fitted scale of the
    elasticities has an error of its own beside theirs.
    """
    uncertainty = Uncertainty.of(economy)
    samples: dict[str, list[Floats]] = {flow: [] for flow in FLOWS}
    for scores, settings in zip(
        uncertainty.scores(0, draws, seed), drawn_settings(economy, draws, seed), strict=True
    ):
        drawn = drivers.under(uncertainty.economy(economy, scores), history, flows)
        for flow in FLOWS:
            samples[flow].append(model.predict(drawn[flow], settings))
    return {flow: np.array(sample) for flow, sample in samples.items()}


def bands(
    economy: Economy,
    history: History,
    flows: Mapping[str, drivers.FlowInputs],
    predicted: Mapping[str, Floats],
    *,
    nominal: float,
    smallest: float,
    draws: int,
    seed: int,
) -> dict[str, Band]:
    """Band of both flows.

    Parameters
    ----------
    economy : Economy
    history : History
        Of its totals only the fitting window is looked at.
    flows : mapping of str to FlowInputs
    predicted : mapping of str to ndarray, shape (T, H)
        Predictions of the fitted model from the start year.
    nominal : float
        Coverage aimed at, such as 0.9.
    smallest : float
        Chapters with less in the start year do not measure the error, US$ million.
    draws, seed : int
        Draws of the figures.
    """
    samples = predictions_drawn(economy, history, flows, draws=draws, seed=seed)
    first, fitted = position(START), slice(1, LAST_FITTED - START + 1)
    elapsed = np.arange(LAST - START + 1)
    out = {}
    for flow in FLOWS:
        sample = samples[flow]
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.nan_to_num(np.log(sample).std(axis=0))
        total_spread = np.log(sample.sum(axis=2)).std(axis=0)
        actual = flows[flow].trade[first:][fitted]
        base = flows[flow].trade[first]
        seen = (base >= smallest) & (actual > 0).all(axis=0)
        error = np.log(actual[:, seen] / predicted[flow][fitted][:, seen])
        pace = error / np.sqrt(elapsed[fitted])[:, None]
        # The quantile of the errors themselves, not of a normal: their tails are fat.
        width = float(np.quantile(np.abs(pace), nominal))
        half = np.sqrt(width**2 * elapsed[:, None] + (WIDTH * spread) ** 2)
        total = np.log(history.totals[flow][first:][fitted] / predicted[flow].sum(axis=1)[fitted])
        total_pace = np.sqrt(np.mean(total**2 / elapsed[fitted]))
        out[flow] = Band(
            low=predicted[flow] * np.exp(-half),
            high=predicted[flow] * np.exp(half),
            total_sd=np.sqrt(total_pace**2 * elapsed + total_spread**2),
            sample=sample,
        )
    return out


def total_band(
    totals: Mapping[str, Floats], band: Mapping[str, Band], nominal: float
) -> pd.DataFrame:
    """Bands of exports, imports and balance, US$ million.

    Columns ``flow``, ``year``, ``low``, ``high``, and ``figures_low``, ``figures_high``: the range
    of the figures alone. Errors of the two flows are taken to be independent; the quantile is
    Student's with as many degrees of freedom as the fitting window has years.
    """
    quantile = float(stdtrit(LAST_FITTED - START, 0.5 + nominal / 2))
    sums = {flow: band[flow].sample.sum(axis=2) for flow in FLOWS}
    sums["balance"] = sums["export"] - sums["import"]
    sd = {flow: totals[flow] * band[flow].total_sd for flow in FLOWS}
    ends = {
        flow: (totals[flow] * np.exp(-half), totals[flow] * np.exp(half))
        for flow in FLOWS
        for half in [quantile * band[flow].total_sd]
    }
    centre, half = totals["export"] - totals["import"], quantile * np.hypot(*sd.values())
    ends["balance"] = (centre - half, centre + half)
    frames = []
    for flow, (low, high) in ends.items():
        figures = np.percentile(sums[flow], _ENDS, axis=0)
        frames.append(
            pd.DataFrame(
                {
                    "flow": flow,
                    "year": START + np.arange(len(low)),
                    "low": low,
                    "high": high,
                    "figures_low": figures[0],
                    "figures_high": figures[1],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
