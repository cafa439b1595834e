"""Where the rise of the deficit came from: demand, CEPA tariffs, exchange rates and prices, rest.

The backcast model is solved with every coalition of its drivers moving from 2013-14 to 2023-24
(`model.counterfactuals`); the exact Shapley value of each driver is its part, and what the
model does not explain is the rest. Chapters of 2023-24 are those of the benchmark, an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast.history import FLOWS, LAST, START, position, read_history
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.equilibrium.shapley import shapley

Floats = NDArray[np.float64]

COMPONENTS = (*model.DRIVERS, "rest")
LABELS = {
    "demand": "demand growth",
    "tariffs": "CEPA tariff cuts",
    "prices": "exchange rates and prices",
    "rest": "unexplained rest",
}


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The change of India-Japan trade from 2013-14 to 2023-24, in parts, US$ million.

    Attributes
    ----------
    chapters : DataFrame
        By ``flow``, ``hs`` and ``component``: ``change_usd_mn``; ``section`` beside it.
    sections : DataFrame
        The same by section (``-`` for chapters 98 and 99, which belong to none).
    totals : DataFrame
        By ``component``, ``total`` included: change of exports, of imports, and of the deficit.
    ranges : DataFrame
        Parts of the deficit's rise under other assumptions: nothing fitted, elasticities at the
        ends of their ranges, no pass-through of exchange rates, and use of the preference: what is
        claimed costs nothing to claim, and everything is claimed.
    residual : DataFrame
        The rest by flow: the drift of preferences that the fitting window shows (competitors'
        trend; no CEPA effect), and what is left.
    whole_cepa : DataFrame
        2023-24 had the agreement never come, cuts of 2011-13 included: by assumption and flow.
    """

    chapters: pd.DataFrame
    sections: pd.DataFrame
    totals: pd.DataFrame
    ranges: pd.DataFrame
    residual: pd.DataFrame
    whole_cepa: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every frame by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def share_of_tariffs(self) -> float:
        """Part of the deficit's rise that the CEPA tariff cuts after 2013-14 explain."""
        rise = self.totals.set_index("component")["deficit_usd_mn"]
        return float(rise["tariffs"] / rise["total"])


def decompose_history(economy: Economy) -> Decomposition:
    """Split the rise of India's deficit with Japan from 2013-14 to 2023-24.

    Parameters
    ----------
    economy : Economy
        Its parameters hold the history and what was fitted.

    Returns
    -------
    Decomposition
        Every split sums to the change it splits.

    Raises
    ------
    InputError, RunError
        As `cepasim.backcast`.

    Examples
    --------
    >>> import cepasim
    >>> parts = cepasim.decompose_history(cepasim.load()).totals
    >>> list(parts["component"])
    ['demand', 'tariffs', 'prices', 'rest', 'total']
    """
    economy = economy.by_chapter  # history is known by chapter
    flows = drivers.inputs(economy, read_history(economy))
    actual = {flow: _actual_change(economy, flows[flow]) for flow in FLOWS}
    given = model.fitted(economy)
    parts = {flow: _parts(flows[flow], given, actual[flow]) for flow in FLOWS}
    chapters = _chapter_frame(economy, parts)
    keys = ["flow", "section", "component"]
    sections = chapters.groupby(keys, sort=False)["change_usd_mn"].sum().reset_index()
    return Decomposition(
        chapters=chapters,
        sections=sections,
        totals=_totals(parts),
        ranges=_ranges(economy, flows, actual),
        residual=_residual(economy, flows, given, parts),
        whole_cepa=_whole_cepa(economy, flows),
    )


def _actual_change(economy: Economy, flow: drivers.FlowInputs) -> Floats:
    """Change by chapter, US$ million, shape (H,): the benchmark less the first year."""
    table = economy.bilateral
    last = table[table["flow"] == flow.flow].set_index("hs")["value"]
    now = last.reindex(list(economy.chapters)).fillna(0.0).to_numpy(float)
    return np.asarray(now - flow.trade[position(START)])


def _parts(flow: drivers.FlowInputs, given: model.Settings, actual: Floats) -> Floats:
    """Components by chapter, shape (4, H); they sum to the actual change."""
    coalitions = model.counterfactuals(flow, given)[:, -1]
    explained = shapley(coalitions)
    rest = actual - explained.sum(axis=0)
    return np.vstack([explained, rest])


def _chapter_frame(economy: Economy, parts: dict[str, Floats]) -> pd.DataFrame:
    sections = [economy.classification.section_of(hs) or "-" for hs in economy.chapters]
    frames = [
        pd.DataFrame(
            {
                "flow": flow,
                "hs": economy.chapters,
                "section": sections,
                "component": component,
                "change_usd_mn": parts[flow][n],
            }
        )
        for flow in FLOWS
        for n, component in enumerate(COMPONENTS)
    ]
    return pd.concat(frames, ignore_index=True)


def _deficit(parts: dict[str, Floats]) -> Floats:
    """Components of the change of imports less exports, shape (4,)."""
    return np.asarray(parts["import"].sum(axis=1) - parts["export"].sum(axis=1))


def _totals(parts: dict[str, Floats]) -> pd.DataFrame:
    columns = {
        "exports_usd_mn": parts["export"].sum(axis=1),
        "imports_usd_mn": parts["import"].sum(axis=1),
        "deficit_usd_mn": _deficit(parts),
    }
    frame = pd.DataFrame({"component": COMPONENTS} | columns)
    total = {"component": "total"} | {name: values.sum() for name, values in columns.items()}
    return pd.concat([frame, pd.DataFrame([total])], ignore_index=True)


def _alternatives(
    economy: Economy, flows: dict[str, drivers.FlowInputs]
) -> dict[str, tuple[dict[str, drivers.FlowInputs], model.Settings]]:
    """Other assumptions by name: inputs and settings."""
    given = model.fitted(economy)
    fit = economy.parameters.table("history/backcast_fit")
    scale = fit[fit["parameter"] == "backcast_elasticity_scale"]
    low = float((scale["low"] / scale["value"]).min())
    high = float((scale["high"] / scale["value"]).max())
    full = {flow: drivers.with_full_use(economy, flows[flow]) for flow in FLOWS}
    claimed = {flow: drivers.with_claimed_margin(economy, flows[flow]) for flow in FLOWS}
    steep = replace(given, elasticity_scale=given.elasticity_scale * high)
    return {
        "fitted": (flows, given),
        "nothing fitted": (flows, model.literature(economy)),
        "elasticities low": (
            flows,
            replace(given, elasticity_scale=given.elasticity_scale * low),
        ),
        "elasticities high": (flows, steep),
        "no pass-through of exchange rates": (flows, replace(given, pass_through=0.0)),
        "origin cost not counted": (claimed, given),
        "full use of the preference": (full, given),
        "full use, elasticities high": (full, steep),
    }


def _ranges(
    economy: Economy, flows: dict[str, drivers.FlowInputs], actual: dict[str, Floats]
) -> pd.DataFrame:
    rows = []
    for name, (inputs, given) in _alternatives(economy, flows).items():
        parts = {flow: _parts(inputs[flow], given, actual[flow]) for flow in FLOWS}
        values = dict(zip(COMPONENTS, _deficit(parts), strict=True))
        rows.append({"assumption": name} | {f"{c}_usd_mn": v for c, v in values.items()})
    return pd.DataFrame(rows)


def _residual(
    economy: Economy,
    flows: dict[str, drivers.FlowInputs],
    given: model.Settings,
    parts: dict[str, Floats],
) -> pd.DataFrame:
    rows = []
    for flow in FLOWS:
        predicted = model.predict(flows[flow], given)[-1]
        drift = float((predicted * (model.trend_factor(economy, flow)[-1] - 1)).sum())
        rest = float(parts[flow][-1].sum())
        rows.append(
            {
                "flow": flow,
                "rest_usd_mn": rest,
                "competitors_trend_usd_mn": drift,
                "left_usd_mn": rest - drift,
            }
        )
    return pd.DataFrame(rows)


def _whole_cepa(economy: Economy, flows: dict[str, drivers.FlowInputs]) -> pd.DataFrame:
    rows = []
    for name, (inputs, given) in _alternatives(economy, flows).items():
        row: dict[str, object] = {"assumption": name, "fiscal_year": format_fiscal_year(LAST)}
        effect = {}
        for flow in FLOWS:
            with_it = model.predict(inputs[flow], given)[-1].sum()
            effect[flow] = with_it - model.without_cepa(inputs[flow], given)[-1].sum()
            row[f"{flow}s_usd_mn"] = effect[flow]
            row[f"{flow}s_pct"] = 100 * effect[flow] / (with_it - effect[flow])
        row["deficit_usd_mn"] = effect["import"] - effect["export"]
        rows.append(row)
    return pd.DataFrame(rows)
