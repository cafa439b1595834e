"""Fresh tests: years and sources no choice of the second model has looked at.

The second model sees nothing after 2018-19. It was judged on 2019-20 to 2023-24 many times while
the project grew, so these years are worn. These tests are of other years and sources, against
bounds written down and committed before the first scored run (``tests/calibrate/backcast/
fresh_bounds.yaml``; what that run measured is in ``fresh_first_run.yaml``): chapters of 2022-23 as
principal commodities imply them, goods of 2023-24 and 2024-25 as Japan's customs count them, and
the totals of 2024-25 and 2025-26. Beside the model: what was in 2018-19, and Japan's share of
2018-19 in India's other trade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.fan import coverage_outside, known_totals
from cepasim.calibrate.backcast.history import (
    FIRST,
    FLOWS,
    LAST,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    position,
    read_history,
    settings,
)
from cepasim.calibrate.backcast.scoring import wape
from cepasim.calibrate.backcast.share_fit import share_bands, share_settings
from cepasim.calibrate.backcast.share_model import (
    CURRENCY,
    ShareInputs,
    predicted,
    share_inputs,
    share_predictions,
)
from cepasim.calibrate.backcast.share_report import SHARES
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]

#: Years after the benchmark for which India's world trade by chapter is published.
LATER = (LAST + 1, LAST + 2)
MODEL, SHARE, SAME = (
    "shares, trends shrunk and damped",
    "constant share 2018-19",
    "no change 2018-19",
)
MODEL, SHARE, SAME = SHARES, "constant share of other trade 2018-19", "no change 2018-19"
FORECASTS = (MODEL, SHARE, SAME)


def later_inputs(economy: Economy) -> dict[str, ShareInputs]:
    """Drivers of both flows to 2025-26: `share_inputs` with two years more, trade unknown."""
    out = {}
    world = economy.parameters.table("history/world")
    rates = economy.parameters.table("macro/annual")
    labels = [format_fiscal_year(year) for year in LATER]
    for flow, known in share_inputs(economy, read_history(economy)).items():
        rows = world[(world["flow"] == flow) & world["basis"].str.startswith("published")]
        rows = rows[rows["fiscal_year"].isin(labels)]
        traded = rows.pivot(index="fiscal_year", columns="hs", values="value")
        traded = traded.reindex(index=labels, columns=list(economy.chapters)).fillna(0.0)
        series = rates[rates["series"] == CURRENCY[flow]].set_index("year")["value"].astype(float)
        later = series[labels].to_numpy(float) / float(series[format_fiscal_year(START)])
        unknown = np.full((len(LATER), len(economy.chapters)), np.nan)
        out[flow] = replace(
            known,
            trade=np.vstack([known.trade, unknown]),
            others=np.vstack([known.others, unknown]),
            world=np.vstack([known.world, traded.to_numpy(float)]),
            currency=np.concatenate([known.currency, np.log(later)]),
            tariff=np.vstack([known.tariff, np.repeat(known.tariff[-1:], len(LATER), axis=0)]),
        )
    return out


def constant_share(flow: ShareInputs, origin: int = LAST_FITTED) -> Floats:
    """Japan's share of one year in India's other trade, from the start year on, shape (T, H)."""
    trade, others = flow.trade[position(origin)], flow.others[position(origin)]
    ratio = np.divide(trade, others, out=np.zeros_like(trade), where=others > 0)
    first = position(START)
    known, world = flow.others[first:], flow.world[first:]
    return np.asarray(np.where(np.isnan(known), world * ratio / (1 + ratio), known * ratio))


def forecasts(economy: Economy) -> dict[str, dict[str, Floats]]:
    """Every forecast by name and flow, 2013-14 to 2025-26 by chapter, US$ million."""
    inputs, given = later_inputs(economy), share_settings(economy)
    out: dict[str, dict[str, Floats]] = {name: {} for name in FORECASTS}
    for flow, known in inputs.items():
        out[MODEL][flow] = predicted(known, given[flow])
        out[SHARE][flow] = constant_share(known)
        years = len(known.trade) - position(START)
        out[SAME][flow] = np.repeat(known.trade[position(LAST_FITTED)][None], years, axis=0)
    return out


def fresh_tests(economy: Economy, report: Backcast) -> pd.DataFrame:
    """Every fresh score.

    Parameters
    ----------
    economy : Economy
    report : Backcast
        Of the first model, whose band the second's is held against.

    Returns
    -------
    DataFrame
        ``test``, ``name``, ``forecast``, ``measured`` (a share), as the bounds name them; rows of
        other forecasts than the second model have no bound.
    """
    said = forecasts(economy)
    rows: list[tuple[str, str, str, float]] = []
    for forecast, values in said.items():
        rows += [(*row[:2], forecast, row[2]) for row in _bridged(economy, values)]
        rows += [(*row[:2], forecast, row[2]) for row in _goods(economy, values)]
        rows += [(*row[:2], forecast, row[2]) for row in _totals(economy, values)]
    rows += [(*row[:2], MODEL, row[2]) for row in _against_constant_share(economy, said)]
    rows += [(*row[:2], MODEL, row[2]) for row in _band(economy, report)]
    rows += [(*row[:2], "central", row[2]) for row in _central(economy)]
    return pd.DataFrame(rows, columns=["test", "name", "forecast", "measured"])


_Row = tuple[str, str, float]


def _bridged(economy: Economy, values: Mapping[str, Floats]) -> Iterator[_Row]:
    """Chapters and sections of the year after the last one published by chapter."""
    table = economy.parameters.table("history/bridged_2022_23")
    for flow in FLOWS:
        known = table[table["flow"] == flow].set_index("hs")["value"].astype(float)
        actual = np.asarray(known.reindex(list(economy.chapters)).fillna(0.0), dtype=float)
        said = values[flow][LAST_BY_CHAPTER + 1 - START]
        member = _sections(economy)
        yield "bridged_2022_23", f"{flow}_section", wape(member @ said, member @ actual)
        yield "bridged_2022_23", f"{flow}_chapter", wape(said, actual)


def _sections(economy: Economy) -> Floats:
    return np.array(
        [[h in s.chapters for h in economy.chapters] for s in economy.classification.sections],
        dtype=float,
    )


def _goods(economy: Economy, values: Mapping[str, Floats]) -> Iterator[_Row]:
    """Goods of Japan's customs, in Japan's valuation.

    A chapter is divided into goods by the bridge; a good has its own lasting ratio of Japan's value
    to India's, and all of them that of the two countries' totals in the year.
    """
    table = economy.parameters.table("reference/customs_goods")
    bridge = economy.parameters.table("history/goods_bridge")
    totals = known_totals(economy, read_history(economy))
    for flow in FLOWS:
        parts = bridge[bridge["flow"] == flow]
        shares = parts.pivot(index="hs", columns="goods", values="share")
        shares = shares.reindex(list(economy.chapters)).fillna(0.0)
        ratio = parts.drop_duplicates("goods").set_index("goods")["log_ratio"]
        lasting = np.exp(ratio.reindex(shares.columns).to_numpy(float))
        for year in (LAST, LAST + 1):
            label = format_fiscal_year(year)
            rows = table[(table["flow"] == flow) & (table["fiscal_year"] == label)]
            actual = rows.set_index("goods")["value"].astype(float)
            mirror = float(actual.sum()) / totals[flow][year - FIRST]
            said = values[flow][year - START] @ shares.to_numpy(float) * lasting * mirror
            known = actual.reindex(shares.columns).fillna(0.0)
            unseen = float(actual.drop(index=known.index, errors="ignore").sum())
            missed = float(np.abs(said - known.to_numpy()).sum()) + unseen
            yield "customs_goods", f"{flow}_{label}", missed / float(actual.sum())


def _totals(economy: Economy, values: Mapping[str, Floats]) -> Iterator[_Row]:
    totals = known_totals(economy, read_history(economy))
    for flow in FLOWS:
        for year in LATER:
            actual = totals[flow][year - FIRST]
            said = float(values[flow][year - START].sum())
            yield "totals", f"{flow}_{format_fiscal_year(year)}", abs(said / actual - 1)


def _against_constant_share(
    economy: Economy, said: Mapping[str, Mapping[str, Floats]]
) -> Iterator[_Row]:
    judged = slice(LAST_FITTED + 1 - START, LAST_BY_CHAPTER + 1 - START)
    history = read_history(economy)
    for flow in FLOWS:
        actual = history.bilateral[flow][position(START) :][judged]
        errors = [wape(said[name][flow][judged], actual) for name in (MODEL, SHARE)]
        yield "against_constant_share", f"{flow}_chapter_ratio", errors[0] / errors[1]


def _band(economy: Economy, report: Backcast) -> Iterator[_Row]:
    """How often the band of chapters holds, and its width against that of the first model."""
    smallest = settings(economy)["smallest_base"]
    history = read_history(economy)
    values = share_predictions(share_inputs(economy, history), share_settings(economy))
    band = share_bands(economy, values)
    judged = slice(LAST_FITTED + 1 - START, LAST_BY_CHAPTER + 1 - START)
    inside, width, other = [], [], []
    for flow in FLOWS:
        actual = history.bilateral[flow][position(START) :]
        seen = actual[0] >= smallest
        low, high = (end[judged][:, seen] for end in band[flow])
        inside.append(
            ((low <= actual[judged][:, seen]) & (actual[judged][:, seen] <= high)).ravel()
        )
        width.append(np.log(high / low).ravel())
        first = report.predictions[report.predictions["flow"] == flow]
        ends = [
            first.pivot(index="fiscal_year", columns="hs", values=f"{end}_usd_mn")
            .reindex(columns=list(economy.chapters))
            .to_numpy(float)[judged][:, seen]
            for end in ("low", "high")
        ]
        other.append(np.log(ends[1] / ends[0]).ravel())
    yield "band", "share_inside", float(np.concatenate(inside).mean())
    ratio = np.nanmedian(np.concatenate(width)) / np.nanmedian(np.concatenate(other))
    yield "band", "width_ratio", float(ratio)


def _central(economy: Economy) -> Iterator[_Row]:
    held = coverage_outside(economy)
    for level in ("total", "chapter"):
        rows = held[held["level"] == level]
        share = float((rows["share_inside"] * rows["cells"]).sum() / rows["cells"].sum())
        yield "central_outside", f"{level}_share_inside", share
