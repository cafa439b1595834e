"""The second model on 2013-24: predictions, scores, band, parts of the deficit's rise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    position,
    read_history,
    settings,
)
from cepasim.calibrate.backcast.levels import ALL_FLOWS, at_levels, window_of
from cepasim.calibrate.backcast.scoring import score
from cepasim.calibrate.backcast.share_fit import share_bands, share_settings
from cepasim.calibrate.backcast.share_model import (
    ShareInputs,
    ShareSettings,
    damped_years,
    fitted_shares,
    share_inputs,
    share_predictions,
)
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.equilibrium.shapley import shapley

Floats = NDArray[np.float64]

SHARES = "shares of other trade"
#: Drivers of the second model, in the order of the coalitions, and what is left of the change.
DRIVERS = ("demand", "tariffs", "currency", "trend")
PARTS = (*DRIVERS, "events", "rest")
PART_WORDS = {
    "demand": "what India trades with others",
    "tariffs": "CEPA tariff cuts",
    "currency": "exchange rates",
    "trend": "trend of Japan's share",
    "events": "dated events",
    "rest": "unexplained rest",
}
_LEVELS = ("total", "section", "chapter")


@dataclass(frozen=True, eq=False)
class SecondModel:
    """Predictions of shares and the parts of the change since 2013-14.

    Attributes
    ----------
    predictions : DataFrame
        By ``fiscal_year``, ``flow``, ``hs``: ``actual_usd_mn`` (NaN after 2021-22),
        ``predicted_usd_mn``, ``low_usd_mn``, ``high_usd_mn`` (90 % band).
    totals : DataFrame
        By ``fiscal_year`` and ``flow``, ``balance`` included: ``actual_usd_mn``,
        ``predicted_usd_mn``.
    scores : DataFrame
        By ``level`` (total, section, chapter) and ``flow`` on the judged years; as
        `Backcast.scores`.
    coverage : DataFrame
        By ``flow``: share of chapters inside the band on the judged years (``share_inside``), and
        the median of log high over log low (``width``).
    parts : DataFrame
        By ``flow``, ``hs`` and ``component``: change from 2013-14 to 2023-24, ``change_usd_mn``.
    parts_total : DataFrame
        By ``component``, ``total`` included: ``exports_usd_mn``, ``imports_usd_mn``,
        ``deficit_usd_mn``.
    tariff_range : DataFrame
        What the CEPA cuts are worth if none or all of the expected response is taken:
        ``response`` (share), ``exports_usd_mn``, ``imports_usd_mn``, ``deficit_usd_mn``.
    """

    predictions: pd.DataFrame
    totals: pd.DataFrame
    scores: pd.DataFrame
    coverage: pd.DataFrame
    parts: pd.DataFrame
    parts_total: pd.DataFrame
    tariff_range: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every frame by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def wape(self, level: str, flow: str) -> float:
        """WAPE on the judged years, a share."""
        s = self.scores
        return float(s.loc[(s["level"] == level) & (s["flow"] == flow), "wape"].iloc[0])


def second_model(economy: Economy) -> SecondModel:
    """Predict India-Japan trade of 2013-24 as shares of India's other trade, and score it.

    Raises
    ------
    InputError
        If a table of ``params/history`` is missing.
    """
    history = read_history(economy)
    inputs, given = share_inputs(economy, history), share_settings(economy)
    values = share_predictions(inputs, given)
    band = share_bands(economy, values)
    first = position(START)
    actual = {flow: inputs[flow].trade[first:] for flow in FLOWS}
    totals = {flow: history.totals[flow][first:] for flow in FLOWS}
    parts = {flow: _parts(economy, inputs[flow], given[flow]) for flow in FLOWS}
    return SecondModel(
        predictions=_predictions(economy, actual, values, band),
        totals=_totals(totals, values),
        scores=pd.DataFrame(list(_scores(economy, actual, totals, values))),
        coverage=_coverage(economy, actual, band),
        parts=_frame(economy, parts),
        parts_total=_summed(parts),
        tariff_range=_tariff_range(economy, inputs, given),
    )


# --- scores -----------------------------------------------------------------------------------


def _predictions(
    economy: Economy,
    actual: Mapping[str, Floats],
    values: Mapping[str, Floats],
    band: Mapping[str, tuple[Floats, Floats]],
) -> pd.DataFrame:
    years = [format_fiscal_year(START + t) for t in range(LAST - START + 1)]
    frames = [
        pd.DataFrame(
            {
                "fiscal_year": np.repeat(years, len(economy.chapters)),
                "flow": flow,
                "hs": list(economy.chapters) * len(years),
                "actual_usd_mn": actual[flow].ravel(),
                "predicted_usd_mn": values[flow].ravel(),
                "low_usd_mn": band[flow][0].ravel(),
                "high_usd_mn": band[flow][1].ravel(),
            }
        )
        for flow in FLOWS
    ]
    return pd.concat(frames, ignore_index=True)


def _totals(actual: Mapping[str, Floats], values: Mapping[str, Floats]) -> pd.DataFrame:
    summed = {flow: values[flow].sum(axis=1) for flow in FLOWS}
    known = {**actual, "balance": actual["export"] - actual["import"]}
    summed["balance"] = summed["export"] - summed["import"]
    frames = [
        pd.DataFrame(
            {
                "fiscal_year": [format_fiscal_year(START + t) for t in range(len(known[flow]))],
                "flow": flow,
                "actual_usd_mn": known[flow],
                "predicted_usd_mn": summed[flow],
            }
        )
        for flow in ALL_FLOWS
    ]
    return pd.concat(frames, ignore_index=True)


def _scores(
    economy: Economy,
    actual: Mapping[str, Floats],
    totals: Mapping[str, Floats],
    values: Mapping[str, Floats],
) -> Iterator[dict[str, object]]:
    known, said = at_levels(economy, actual, totals), at_levels(economy, values)
    for level in _LEVELS:
        for flow in ALL_FLOWS:
            a, p = (window_of("judged", source[level, flow]) for source in (known, said))
            yield {"level": level, "flow": flow, "forecast": SHARES, **score(p, a)}


def _coverage(
    economy: Economy, actual: Mapping[str, Floats], band: Mapping[str, tuple[Floats, Floats]]
) -> pd.DataFrame:
    smallest = settings(economy)["smallest_base"]
    judged = slice(LAST_FITTED - START + 1, LAST_BY_CHAPTER - START + 1)
    rows, inside, width = [], [], []
    for flow in FLOWS:
        seen = actual[flow][0] >= smallest
        low, high = (end[judged][:, seen] for end in band[flow])
        known = actual[flow][judged][:, seen]
        inside.append(((low <= known) & (known <= high)).ravel())
        with np.errstate(divide="ignore", invalid="ignore"):
            width.append(np.log(high / low).ravel())
        rows.append((flow, inside[-1].mean(), np.nanmedian(width[-1])))
    both = np.concatenate(inside).mean(), np.nanmedian(np.concatenate(width))
    return pd.DataFrame([*rows, ("both", *both)], columns=["flow", "share_inside", "width"])


# --- where the change came from -----------------------------------------------------------------


def _parts(economy: Economy, flow: ShareInputs, given: ShareSettings) -> Floats:
    """Components of the change from the start year to the benchmark by chapter, shape (6, H).

    Shapley values of the drivers, exact; what they leave is an event's where a dated one names the
    chapter, else the rest.
    """
    base = flow.trade[position(START)]
    table = economy.bilateral
    last = table[table["flow"] == flow.flow].set_index("hs")["value"]
    now = last.reindex(list(economy.chapters)).fillna(0.0).to_numpy(float)
    end, start = position(LAST), position(START)
    others = np.where(np.isnan(flow.others[end]), flow.world[end] - now, flow.others[end])
    before = flow.others[start]
    known = (others > 0) & (before > 0)
    demand = np.log(np.divide(others, before, out=np.ones_like(base), where=known))
    tariff = flow.tariff[end] - flow.tariff[start]
    _, trend = fitted_shares(flow, given)
    elapsed = damped_years(given.damping, LAST - START + 1)
    moves = np.stack(
        [
            demand,
            -given.tariff * flow.exponent * tariff,
            np.full_like(base, given.currency * (flow.currency[end] - flow.currency[start])),
            trend * elapsed[-1],
        ]
    )
    coalitions = np.array(
        [[c >> i & 1 for i in range(len(DRIVERS))] for c in range(1 << len(DRIVERS))]
    )
    explained = shapley(base * np.exp(coalitions @ moves))
    left = now - base - explained.sum(axis=0)
    named = np.isin(list(economy.chapters), _chapters_with_events(economy, flow.flow))
    return np.vstack([explained, np.where(named, left, 0.0), np.where(named, 0.0, left)])


def _chapters_with_events(economy: Economy, flow: str) -> list[str]:
    """Chapters that a dated event between the start year and the benchmark names."""
    table = economy.parameters.table("history/events")
    begins = table["begins"].str[:4].astype(int)
    inside = (table["flow"] == flow) & (table["hs"] != "") & (begins <= LAST)
    return list(table.loc[inside, "hs"])


def _frame(economy: Economy, parts: Mapping[str, Floats]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "flow": flow,
                "hs": economy.chapters,
                "component": component,
                "change_usd_mn": parts[flow][n],
            }
        )
        for flow in FLOWS
        for n, component in enumerate(PARTS)
    ]
    return pd.concat(frames, ignore_index=True)


def _summed(parts: Mapping[str, Floats]) -> pd.DataFrame:
    exports, imports = (parts[flow].sum(axis=1) for flow in ("export", "import"))
    frame = pd.DataFrame(
        {
            "component": PARTS,
            "exports_usd_mn": exports,
            "imports_usd_mn": imports,
            "deficit_usd_mn": imports - exports,
        }
    )
    total = frame.drop(columns="component").sum().to_frame().T.assign(component="total")
    return pd.concat([frame, total[frame.columns]], ignore_index=True)


def _tariff_range(
    economy: Economy, inputs: Mapping[str, ShareInputs], given: Mapping[str, ShareSettings]
) -> pd.DataFrame:
    place, rows = DRIVERS.index("tariffs"), []
    for response in (0.0, 0.5, 1.0):
        worth = {
            flow: _parts(economy, inputs[flow], replace(given[flow], tariff=response))[place].sum()
            for flow in FLOWS
        }
        rows.append(
            {
                "response": response,
                "exports_usd_mn": worth["export"],
                "imports_usd_mn": worth["import"],
                "deficit_usd_mn": worth["import"] - worth["export"],
            }
        )
    return pd.DataFrame(rows)
