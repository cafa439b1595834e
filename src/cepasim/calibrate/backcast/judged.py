"""Scores of the forecasts on the judged years: by level, by section, against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.forecasts import MODEL, ORIGINS, REBASED, SIMPLE, TREND
from cepasim.calibrate.backcast.history import FLOWS, LAST_BY_CHAPTER, LAST_FITTED, START
from cepasim.calibrate.backcast.levels import (
    ALL_FLOWS,
    LEVELS,
    WINDOWS,
    Forecast,
    at_levels,
    window_of,
)
from cepasim.calibrate.backcast.scoring import score, theil_u
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]
_COMPARED = (MODEL, TREND, *(f"{simple} {format_fiscal_year(START)}" for simple in SIMPLE))


def score_rows(
    economy: Economy,
    actual: Forecast,
    actual_totals: Mapping[str, Floats],
    forecasts: Mapping[str, Forecast],
) -> Iterator[dict[str, object]]:
    """Scores of every forecast by level, flow and window, where it covers the window."""
    known = at_levels(economy, actual, actual_totals)
    for name, values in forecasts.items():
        got = at_levels(economy, values)
        for level in LEVELS:
            for flow in ALL_FLOWS:
                for window in WINDOWS:
                    p, a = (
                        window_of(window, got[level, flow]),
                        window_of(window, known[level, flow]),
                    )
                    if not (np.isfinite(p) & np.isfinite(a)).any():
                        continue  # the forecast starts after this window
                    if window == "fitted" and np.isnan(p).any():
                        continue
                    yield {
                        "level": level,
                        "flow": flow,
                        "window": window,
                        "forecast": name,
                        **score(p, a),
                    }


def section_scores(
    economy: Economy, actual: Forecast, forecasts: Mapping[str, Forecast]
) -> pd.DataFrame:
    """Scores of each section that traded in the judged years."""
    known = at_levels(economy, actual)
    shown = {"wape": MODEL}
    shown |= {f"wape_{s.replace(' ', '_')}": f"{s} {format_fiscal_year(START)}" for s in SIMPLE}
    got_at = {name: at_levels(economy, forecasts[name]) for name in shown.values()}
    rows = []
    for flow in FLOWS:
        years = window_of("judged", known["section", flow])
        seen = np.isfinite(years).all(axis=1)
        for s, section in enumerate(economy.classification.sections):
            a = years[seen][:, s]
            if a.sum() <= 0:
                continue
            got = {
                column: score(window_of("judged", got_at[name]["section", flow])[seen][:, s], a)
                for column, name in shown.items()
            }
            rows.append(
                {
                    "flow": flow,
                    "section": section.code,
                    "name": section.name,
                    "mean_usd_mn": float(a.mean()),
                    "bias": got["wape"]["bias"],
                    **{column: scores["wape"] for column, scores in got.items()},
                }
            )
    return pd.DataFrame(rows)


def theil_rows(
    economy: Economy,
    actual: Forecast,
    actual_totals: Mapping[str, Floats],
    forecasts: Mapping[str, Forecast],
) -> Iterator[dict[str, object]]:
    """Theil's U of the model against each simple forecast on the judged years."""
    known = at_levels(economy, actual, actual_totals)
    got_at = {name: at_levels(economy, values) for name, values in forecasts.items()}
    for ours in (MODEL, REBASED):
        for simple in SIMPLE:
            for origin in ORIGINS:
                against = f"{simple} {format_fiscal_year(origin)}"
                for level in LEVELS:
                    for flow in ALL_FLOWS:
                        p, f, a = (
                            window_of("judged", table[level, flow])
                            for table in (got_at[ours], got_at[against], known)
                        )
                        yield {
                            "level": level,
                            "flow": flow,
                            "forecast": ours,
                            "against": against,
                            "theil_u": theil_u(p, f, a),
                        }


def coverage(predictions: pd.DataFrame, totals: pd.DataFrame, smallest: float) -> pd.DataFrame:
    """Share of actual values inside the band, chapters of a size that was measured, and totals."""
    first = format_fiscal_year(START)
    base = predictions[predictions["fiscal_year"] == first].set_index(["flow", "hs"])
    large = base["actual_usd_mn"] >= smallest
    keys = pd.MultiIndex.from_frame(predictions[["flow", "hs"]])
    cells = predictions[large.loc[keys].to_numpy()].assign(level="chapter")
    both = pd.concat([cells, totals.assign(level="total")])
    both = both[both["actual_usd_mn"].notna() & (both["fiscal_year"] != first)]
    judged = both["fiscal_year"] > format_fiscal_year(LAST_FITTED)
    both = both.assign(
        window=np.where(judged, "judged", "fitted"),
        inside=both["actual_usd_mn"].between(both["low_usd_mn"], both["high_usd_mn"]),
        inside_figures=both["actual_usd_mn"].between(
            both["figures_low_usd_mn"], both["figures_high_usd_mn"]
        ),
    )
    together = both[both["level"] == "chapter"].assign(flow="both")
    frames = [
        part.groupby(["level", "flow", "window"])
        .agg(
            cells=("inside", "size"),
            share_inside=("inside", "mean"),
            share_inside_figures=("inside_figures", "mean"),
        )
        .reset_index()
        for part in (both, together)
    ]
    return pd.concat(frames, ignore_index=True)


def bridged(economy: Economy, forecasts: Mapping[str, Forecast]) -> pd.DataFrame:
    """Scores of the year after the last one published by chapter, against an estimate of it."""
    table = economy.parameters.table("history/bridged_2022_23")
    at = LAST_BY_CHAPTER + 1 - START
    values: dict[str, dict[str, Floats]] = {"value": {}, "low": {}, "high": {}}
    for flow in FLOWS:
        wide = table[table["flow"] == flow].set_index("hs")
        for column, by_flow in values.items():
            row = wide[column].reindex(list(economy.chapters)).fillna(0.0)
            by_flow[flow] = np.asarray(row, dtype=float)[None]
    known = at_levels(economy, values["value"])
    # As if the estimate's ranges were errors of a forecast: what it cannot tell apart itself.
    half = {f: values["value"][f] + (values["high"][f] - values["low"][f]) / 4 for f in FLOWS}
    named = {n: {f: forecasts[n][f][at : at + 1] for f in FLOWS} for n in _COMPARED}
    rows = []
    for name, got in {**named, "spread of the estimate": half}.items():
        found = at_levels(economy, got)
        for level in ("section", "chapter"):
            for flow in FLOWS:
                scores = score(found[level, flow], known[level, flow])
                rows.append({"forecast": name, "level": level, "flow": flow, **scores})
    return pd.DataFrame(rows)
