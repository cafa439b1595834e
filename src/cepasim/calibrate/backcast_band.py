"""The 90 % band around the backcast: errors of the fitting window and draws of the elasticities.

A simple band, not the full treatment of uncertainty: errors are taken to grow like a random walk
from the start year, at the pace they had on 2014-15 to 2018-19, and the fitted parameters are drawn
independently from their ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from cepasim.calibrate import backcast_model as model
from cepasim.calibrate.history import FLOWS, LAST, LAST_FITTED, START, position
from cepasim.economy import Economy

Floats = NDArray[np.float64]

NORMAL_90 = 1.6448536269514722


@dataclass(frozen=True, eq=False)
class Band:
    """Band of one flow, years from the start on (T of them).

    Attributes
    ----------
    low, high : ndarray, shape (T, H)
        US$ million.
    total_sd : ndarray, shape (T,)
        Standard error of the flow's total, log points, drawn parameters included.
    """

    low: Floats
    high: Floats
    total_sd: Floats


def drawn_settings(economy: Economy, draws: int, seed: int) -> list[model.Settings]:
    """Settings with every fitted parameter drawn from its range (normal in logs, or as it is)."""
    table = economy.parameters.table("history/backcast_fit")
    rows = table[~table["parameter"].eq("backcast_trend")]
    figures = rows[["value", "low", "high"]].to_numpy(float, copy=True)
    logs = ~rows["parameter"].eq("backcast_pass_through").to_numpy()
    figures[logs] = np.log(figures[logs])
    sd = (figures[:, 2] - figures[:, 1]) / (2 * NORMAL_90)
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


def bands(
    economy: Economy,
    flows: Mapping[str, model.FlowInputs],
    predicted: Mapping[str, Floats],
    totals: Mapping[str, Floats],
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
    flows : mapping of str to FlowInputs
    predicted : mapping of str to ndarray, shape (T, H)
        Predictions of the fitted model from the start year.
    totals : mapping of str to ndarray, shape (Y,)
        Actual totals; only the fitting window is looked at.
    nominal : float
        Coverage aimed at, such as 0.9.
    smallest : float
        Chapters with less in the start year do not measure the error, US$ million.
    draws, seed : int
        Draws of the parameters.
    """
    drawn = drawn_settings(economy, draws, seed)
    first, fitted = position(START), slice(1, LAST_FITTED - START + 1)
    elapsed = np.arange(LAST - START + 1)
    out = {}
    for flow in FLOWS:
        sample = np.array([model.predict(flows[flow], one) for one in drawn])
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
        half = np.sqrt(width**2 * elapsed[:, None] + (NORMAL_90 * spread) ** 2)
        total = np.log(totals[flow][first:][fitted] / predicted[flow].sum(axis=1)[fitted])
        total_pace = np.sqrt(np.mean(total**2 / elapsed[fitted]))
        out[flow] = Band(
            low=predicted[flow] * np.exp(-half),
            high=predicted[flow] * np.exp(half),
            total_sd=np.sqrt(total_pace**2 * elapsed + total_spread**2),
        )
    return out


def total_band(
    totals: Mapping[str, Floats], band: Mapping[str, Band], nominal: float
) -> pd.DataFrame:
    """Band of exports, imports and balance, columns ``flow``, ``year``, ``low``, ``high``.

    Errors of the two flows are taken to be independent; the quantile is Student's with as many
    degrees of freedom as the fitting window has years.
    """
    quantile = float(stdtrit(LAST_FITTED - START, 0.5 + nominal / 2))
    rows = []
    for flow in FLOWS:
        half = quantile * band[flow].total_sd
        low, high = totals[flow] * np.exp(-half), totals[flow] * np.exp(half)
        rows += [(flow, START + t, low[t], high[t]) for t in range(len(half))]
    centre = totals["export"] - totals["import"]
    sd = np.hypot(*(totals[flow] * band[flow].total_sd for flow in FLOWS))
    rows += [
        ("balance", START + t, centre[t] - quantile * sd[t], centre[t] + quantile * sd[t])
        for t in range(len(sd))
    ]
    return pd.DataFrame(rows, columns=["flow", "year", "low", "high"])
