"""The backcast: what the model says of 2013-24, given only its drivers, and how wrong it is.

From 2013-14 the Armington engine predicts India's exports to and imports from Japan by chapter to
2021-22 and in total to 2023-24 (`backcast_model` says how, and what the drivers are). What was
fitted was fitted on 2014-15 to 2018-19 (`backcast_fit`); 2019-20 to 2023-24 judge it, beside three
simple forecasts started in 2013-14 and in 2018-19. Losing to one of them is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast import model
from cepasim.calibrate.backcast.band import Band, bands, total_band
from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    History,
    position,
    read_history,
    settings,
    totals_check,
)
from cepasim.calibrate.backcast.scoring import linear_trend, score, theil_u
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]
Forecast = Mapping[str, Floats]

MODEL, REBASED = "model from 2013-14", "model from 2018-19"
LITERATURE, TREND = "model, nothing fitted", "model with preference trend"
STRICT = "model, no totals with Japan"
SIMPLE = ("no change", "constant share", "linear trend")
ORIGINS = (START, LAST_FITTED)
#: Chapters that need telling apart: what happened there is not what tariffs and prices explain.
HARD_CASES = (("export", "27"), ("import", "28"), ("import", "74"), ("import", "84"))
WINDOWS = {
    "fitted": (START + 1, LAST_FITTED),
    "judged": (LAST_FITTED + 1, LAST),
}
_COMPARED = (MODEL, TREND, *(f"{simple} {format_fiscal_year(START)}" for simple in SIMPLE))
_T = LAST - START + 1
_ALL = (*FLOWS, "balance")


@dataclass(frozen=True, eq=False)
class Backcast:
    """What the model says of 2013-24, tidy.

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
    history = read_history(economy)
    convention = settings(economy)
    flows = model.inputs(economy, history)
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
    forecasts = _forecasts(economy, history, flows, given, predicted)
    actual = {flow: flows[flow].trade[position(START) :] for flow in FLOWS}
    actual_totals = {flow: history.totals[flow][position(START) :] for flow in FLOWS}
    predictions = _predictions(economy, actual, forecasts, band)
    totals = _totals(actual_totals, forecasts, band, convention["band_coverage"])
    scores = pd.DataFrame(
        list(_score_rows(economy, actual, actual_totals, forecasts)),
    )
    rolling, rolling_scores = _rolling(history, flows, given)
    return Backcast(
        predictions=predictions,
        totals=totals,
        scores=scores,
        section_scores=_section_scores(economy, actual, forecasts),
        theil=pd.DataFrame(list(_theil_rows(economy, actual, actual_totals, forecasts))),
        coverage=_coverage(predictions, totals, convention["smallest_base"]),
        rolling=rolling,
        rolling_scores=rolling_scores,
        hard_cases=_hard_cases(economy, history, flows, given),
        history_check=totals_check(history),
        parameters=_parameters(economy),
        bridged=_bridged(economy, forecasts),
        leak=_leak(flows["import"], given, predicted["import"]),
    )


# --- forecasts --------------------------------------------------------------------------------


def _forecasts(
    economy: Economy,
    history: History,
    flows: Mapping[str, model.FlowInputs],
    given: model.Settings,
    predicted: Forecast,
) -> dict[str, Forecast]:
    """Every forecast by name: flow -> (T, H), NaN before the year it starts from."""
    out: dict[str, Forecast] = {
        MODEL: predicted,
        REBASED: {f: _from(model.predict(flows[f], given, LAST_FITTED)) for f in FLOWS},
        LITERATURE: model.predictions(flows, model.literature(economy)),
        TREND: {f: predicted[f] * model.trend_factor(economy, f) for f in FLOWS},
        STRICT: {
            "export": predicted["export"],
            "import": model.predict(strict_driver(history, flows["import"]), given),
        },
    }
    for origin in ORIGINS:
        label = format_fiscal_year(origin)
        at, ahead = position(origin), LAST - origin
        out |= {
            f"no change {label}": {
                f: _from(np.repeat(flows[f].trade[at][None], ahead + 1, axis=0)) for f in FLOWS
            },
            f"constant share {label}": {
                f: _from(model.constant_share(flows[f], origin)) for f in FLOWS
            },
            f"linear trend {label}": {
                f: _from(linear_trend(flows[f].trade[: at + 1], ahead)) for f in FLOWS
            },
        }
    return out


def _from(values: Floats) -> Floats:
    """Pad a forecast that starts later with NaN, so that all begin in the same year."""
    missing = _T - len(values)
    return np.concatenate([np.full((missing, values.shape[1]), np.nan), values])


def strict_driver(history: History, flow: model.FlowInputs) -> model.FlowInputs:
    """India's demand after 2021-22 without any total that contains Japan.

    Its imports from others in 2021-22, moved by India's GDP in US$. Cruder than the published
    chapters, but Japan cannot be in it.
    """
    last = position(LAST_BY_CHAPTER)
    gdp = history.macro["gdp_nominal_IND_weo"]
    driver = flow.driver.copy()
    driver[last + 1 :] = driver[last] * (gdp[last + 1 :] / gdp[last])[:, None]
    return replace(flow, driver=driver, with_partner=np.zeros(len(driver), dtype=bool))


# --- frames -----------------------------------------------------------------------------------


def _predictions(
    economy: Economy,
    actual: Forecast,
    forecasts: Mapping[str, Forecast],
    band: Mapping[str, Band],
) -> pd.DataFrame:
    years = [format_fiscal_year(START + t) for t in range(_T)]
    frames = [
        pd.DataFrame(
            {
                "fiscal_year": np.repeat(years, len(economy.chapters)),
                "flow": flow,
                "hs": list(economy.chapters) * _T,
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
                "fiscal_year": [format_fiscal_year(START + t) for t in range(_T)],
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
        for flow in _ALL
    ]
    return pd.concat(frames, ignore_index=True)


def _levels(
    economy: Economy, values: Forecast, totals: Mapping[str, Floats] | None = None
) -> dict[tuple[str, str], Floats]:
    """Values at every level and flow, years first: (level, flow) -> (T, cells)."""
    chapters = economy.chapters
    member = np.array(
        [[h in s.chapters for h in chapters] for s in economy.classification.sections],
        dtype=float,
    )
    hard = {flow: [h for f, h in HARD_CASES if f == flow] for flow in FLOWS}
    easy = {flow: np.array([h not in hard[flow] for h in chapters]) for flow in FLOWS}
    out: dict[tuple[str, str], Floats] = {}
    for flow in FLOWS:
        v = values[flow]
        out["total", flow] = (v.sum(axis=1) if totals is None else totals[flow])[:, None]
        out["section", flow] = v @ member.T
        out["chapter", flow] = v
        out["total without hard cases", flow] = v[:, easy[flow]].sum(axis=1)[:, None]
        out["chapter without hard cases", flow] = np.where(easy[flow], v, 0.0)
    for level in {level for level, _ in out}:
        out[level, "balance"] = out[level, "export"] - out[level, "import"]
    return out


def _window(window: str, values: Floats) -> Floats:
    first, last = WINDOWS[window]
    return values[first - START : last - START + 1]


LEVELS = (
    "total",
    "section",
    "chapter",
    "total without hard cases",
    "chapter without hard cases",
)


def _score_rows(
    economy: Economy,
    actual: Forecast,
    actual_totals: Mapping[str, Floats],
    forecasts: Mapping[str, Forecast],
) -> Iterator[dict[str, object]]:
    known = _levels(economy, actual, actual_totals)
    for name, values in forecasts.items():
        got = _levels(economy, values)
        for level in LEVELS:
            for flow in _ALL:
                for window in WINDOWS:
                    p, a = _window(window, got[level, flow]), _window(window, known[level, flow])
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


def _section_scores(
    economy: Economy, actual: Forecast, forecasts: Mapping[str, Forecast]
) -> pd.DataFrame:
    """Scores of each section that traded in the judged years."""
    known = _levels(economy, actual)
    shown = {"wape": MODEL}
    shown |= {f"wape_{s.replace(' ', '_')}": f"{s} {format_fiscal_year(START)}" for s in SIMPLE}
    levels = {name: _levels(economy, forecasts[name]) for name in shown.values()}
    rows = []
    for flow in FLOWS:
        years = _window("judged", known["section", flow])
        seen = np.isfinite(years).all(axis=1)
        for s, section in enumerate(economy.classification.sections):
            a = years[seen][:, s]
            if a.sum() <= 0:
                continue
            got = {
                column: score(_window("judged", levels[name]["section", flow])[seen][:, s], a)
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


def _theil_rows(
    economy: Economy,
    actual: Forecast,
    actual_totals: Mapping[str, Floats],
    forecasts: Mapping[str, Forecast],
) -> Iterator[dict[str, object]]:
    known = _levels(economy, actual, actual_totals)
    levels = {name: _levels(economy, values) for name, values in forecasts.items()}
    for ours in (MODEL, REBASED):
        for simple in SIMPLE:
            for origin in ORIGINS:
                against = f"{simple} {format_fiscal_year(origin)}"
                for level in LEVELS:
                    for flow in _ALL:
                        p, f, a = (
                            _window("judged", table[level, flow])
                            for table in (levels[ours], levels[against], known)
                        )
                        yield {
                            "level": level,
                            "flow": flow,
                            "forecast": ours,
                            "against": against,
                            "theil_u": theil_u(p, f, a),
                        }


def _coverage(predictions: pd.DataFrame, totals: pd.DataFrame, smallest: float) -> pd.DataFrame:
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


def _rolling(
    history: History, flows: Mapping[str, model.FlowInputs], given: model.Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Totals predicted from every year on, and scores by horizon on the judged years."""
    rows, cells = [], []
    for origin in range(START, LAST_BY_CHAPTER + 1):
        for flow in FLOWS:
            at = position(origin)
            trade = flows[flow].trade
            named = {
                "predicted_usd_mn": model.predict(flows[flow], given, origin),
                "constant_share_usd_mn": model.constant_share(flows[flow], origin),
                "no_change_usd_mn": np.repeat(trade[at][None], LAST - origin + 1, axis=0),
            }
            for horizon in range(1, LAST - origin + 1):
                year = origin + horizon
                row = {
                    "origin": format_fiscal_year(origin),
                    "fiscal_year": format_fiscal_year(year),
                    "horizon": horizon,
                    "flow": flow,
                    "actual_usd_mn": history.totals[flow][position(year)],
                }
                rows.append(row | {n: float(v[horizon].sum()) for n, v in named.items()})
                if LAST_FITTED < year <= LAST_BY_CHAPTER:
                    actual = trade[position(year)]
                    miss = {n: np.abs(v[horizon] - actual).sum() for n, v in named.items()}
                    cells.append({"horizon": horizon, "flow": flow, "actual": actual.sum()} | miss)
    rolling = pd.DataFrame(rows)
    judged = rolling[rolling["fiscal_year"] > format_fiscal_year(LAST_FITTED)]
    columns = ["predicted_usd_mn", "no_change_usd_mn", "constant_share_usd_mn"]
    squares = judged[columns].sub(judged["actual_usd_mn"], axis=0) ** 2
    grouped = squares.groupby([judged["flow"], judged["horizon"]])
    totals = (grouped.mean() ** 0.5).add_prefix("rmse_").assign(forecasts=grouped.size())
    chapters = pd.DataFrame(cells).groupby(["flow", "horizon"]).sum()
    wapes = chapters[columns].div(chapters["actual"], axis=0)
    wapes.columns = [f"chapter_wape_{c.removesuffix('_usd_mn')}" for c in columns]
    return rolling, totals.join(wapes).reset_index()


def _hard_cases(
    economy: Economy,
    history: History,
    flows: Mapping[str, model.FlowInputs],
    given: model.Settings,
) -> pd.DataFrame:
    """Index of what each driver alone explains, and what is left, for the hard cases.

    ``competitors_trend_index`` is actual over predicted: a drift of preferences towards or away
    from the partner that no driver explains. It is a name for the residual and no CEPA effect.
    """
    rows = []
    for flow, hs in HARD_CASES:
        h = economy.chapters.index(hs)
        parts = model.counterfactuals(flows[flow], given)[:, :, h]
        last = position(LAST_BY_CHAPTER) - position(START)
        actual = flows[flow].trade[position(START) :, h]
        for t in range(last + 1):
            row = {
                "flow": flow,
                "hs": hs,
                "fiscal_year": format_fiscal_year(START + t),
                "actual_usd_mn": actual[t],
                "predicted_usd_mn": parts[-1, t],
            }
            row |= {
                f"{driver}_alone_index": parts[1 << bit, t] / parts[0, t]
                for bit, driver in enumerate(model.DRIVERS)
            }
            row["competitors_trend_index"] = actual[t] / parts[-1, t]
            if flow == "import":
                imports = history.imports[position(START) + t, h]
                for source in ("JPN", "CHN"):
                    share = imports[history.sources.index(source)] / imports.sum()
                    row[f"share_{source.lower()}"] = share
            rows.append(row)
    return pd.DataFrame(rows)


def _parameters(economy: Economy) -> pd.DataFrame:
    """What was fitted beside its prior; a drift has none."""
    table = economy.parameters.table("history/backcast_fit")
    prior = economy.parameters.table("history/backcast_prior").set_index("name")
    before = table["name"].str.replace("backcast_", "prior_", n=1, regex=False)
    for end in ("low", "high"):
        table[f"prior_{end}"] = prior[end].reindex(before).to_numpy(float)
    columns = ["name", "value", "low", "high", "prior_low", "prior_high", "unit", "note"]
    return table[columns]


def _bridged(economy: Economy, forecasts: Mapping[str, Forecast]) -> pd.DataFrame:
    """Scores of the year after the last one published by chapter, against an estimate of it."""
    table = economy.parameters.table("history/bridged_2022_23")
    at = LAST_BY_CHAPTER + 1 - START
    values: dict[str, dict[str, Floats]] = {"value": {}, "low": {}, "high": {}}
    for flow in FLOWS:
        wide = table[table["flow"] == flow].set_index("hs")
        for column, by_flow in values.items():
            row = wide[column].reindex(list(economy.chapters)).fillna(0.0)
            by_flow[flow] = np.asarray(row, dtype=float)[None]
    known = _levels(economy, values["value"])
    # As if the estimate's ranges were errors of a forecast: what it cannot tell apart itself.
    half = {f: values["value"][f] + (values["high"][f] - values["low"][f]) / 4 for f in FLOWS}
    named = {n: {f: forecasts[n][f][at : at + 1] for f in FLOWS} for n in _COMPARED}
    rows = []
    for name, got in {**named, "spread of the estimate": half}.items():
        levels = _levels(economy, got)
        for level in ("section", "chapter"):
            for flow in FLOWS:
                scores = score(levels[level, flow], known[level, flow])
                rows.append({"forecast": name, "level": level, "flow": flow, **scores})
    return pd.DataFrame(rows)


def _leak(flow: model.FlowInputs, given: model.Settings, predicted: Floats) -> pd.DataFrame:
    """What a dollar more from Japan, in a total that contains it, adds to the prediction."""
    rows = []
    for t in range(_T):
        at = position(START) + t
        if not flow.with_partner[at]:
            continue
        total = flow.driver[at]
        share = np.divide(predicted[t], total, out=np.zeros(total.shape), where=total > 0)
        mean = float(share @ predicted[t] / predicted[t].sum())
        rows.append((format_fiscal_year(START + t), mean, float(share.max())))
    return pd.DataFrame(rows, columns=["fiscal_year", "mean_share", "largest_share"])
