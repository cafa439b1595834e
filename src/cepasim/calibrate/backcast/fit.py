"""Fits what the literature leaves open on 2014-15 to 2018-19 and writes ``history/backcast_fit``.

Seven unknowns: a factor on the elasticities of five groups of chapters, the pass-through of
exchange rates, the speed of adjustment. The priors (``history/backcast_prior``) are the ranges of
the literature; the estimate is the posterior mode, its range the curvature there (Laplace). Errors
of one chapter are not independent from year to year, so a chapter counts as one observation,
weighted by the root of its trade: a flow has as many observations as chapters of equal weight.

Afterwards the mean yearly drift of what is left, by flow and group of chapters, is measured on the
same years and stored beside it: the preference for competitors, which no driver explains.

Run as ``python -m cepasim.calibrate.backcast.fit``; it needs a few seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from scipy.optimize import least_squares

from cepasim.calibrate.backcast import drivers, model
from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST_FITTED,
    START,
    position,
    read_history,
    settings,
)
from cepasim.core import files as output
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load
from cepasim.economy.uncertainty.spread import WIDTH
from cepasim.params.parameters import bundled_directory

Floats = NDArray[np.float64]

TABLE = "history/backcast_fit"
#: Day on which the tables of ``params/history`` were last taken over from their sources.
DATA_VINTAGE = "2026-11-21"
#: Tables the fit reads: a change in one of them asks for a new fit.
SOURCES = (
    "history/bilateral",
    "history/by_partner",
    "history/cepa_rates",
    "history/cepa_use",
    "tariffs/preference_use",
    "tariffs/preference_use_chapters",
    "history/backcast_prior",
    "history/backcast_settings",
    "history/commodity_prices",
    "macro/annual",
    "elasticities/armington",
)
NORMAL_MEDIAN = 0.6744897501960817
_WINDOW = slice(1, LAST_FITTED - START + 1)


@dataclass(frozen=True, eq=False)
class Prior:
    """The unknowns in the scale in which they are fitted: logs, and the pass-through as it is.

    Attributes
    ----------
    names : tuple of str
        Endings of the parameters' names, groups of chapters first.
    groups : ndarray of int, shape (H,)
        Group of each chapter.
    mean, sd : ndarray, shape (G + 2,)
    """

    names: tuple[str, ...]
    groups: NDArray[np.int64]
    mean: Floats
    sd: Floats

    def settings(self, unknown: Floats, first_year: float) -> model.Settings:
        """Settings of the model at a point."""
        scale = np.exp(unknown[:-2])[self.groups]
        return model.Settings(scale, float(unknown[-2]), float(np.exp(unknown[-1])), first_year)


def read_prior(economy: Economy) -> Prior:
    """Prior of the unknowns from ``history/backcast_prior``: 90 % ranges, normal in their scale."""
    table = economy.parameters.table("history/backcast_prior")
    scales = table[table["parameter"] == "prior_elasticity_scale"]
    member = economy.parameters.by_chapter("prior_elasticity_scale", economy.chapters)
    groups = np.zeros(len(member), dtype=np.int64)
    for g, spec in enumerate(scales["hs"]):
        low, high = spec.split("-")
        groups[[h for h, hs in enumerate(economy.chapters) if low <= hs <= high]] = g
    names = [str(n).removeprefix("prior_") for n in table["name"]]
    rows = table[["value", "low", "high"]].to_numpy(float, copy=True)
    logs = np.array([name != "pass_through" for name in names])
    rows[logs] = np.log(rows[logs])
    return Prior(tuple(names), groups, rows[:, 0], (rows[:, 2] - rows[:, 1]) / (2 * WIDTH))


@dataclass(frozen=True, eq=False)
class Fit:
    """Estimate and its range.

    Attributes
    ----------
    prior : Prior
    unknown, sd : ndarray, shape (G + 2,)
        Posterior mode and standard error, in the prior's scale.
    trend, trend_sd : mapping of str to ndarray, shape (G,)
        Drift of the flow by group, log points a year, and its standard error.
    residual_sd : mapping of str to float
        Error of one chapter and year, log points, before the fit.
    cost : ndarray, shape (2,)
        Half the sum of squares at the prior's centre and at the estimate.
    evaluations : int
    """

    prior: Prior
    unknown: Floats
    sd: Floats
    trend: Mapping[str, Floats]
    trend_sd: Mapping[str, Floats]
    residual_sd: Mapping[str, float]
    cost: Floats
    evaluations: int


def log_errors(
    flows: Mapping[str, drivers.FlowInputs], given: model.Settings, smallest: float
) -> dict[str, tuple[Floats, Floats]]:
    """ln(actual / predicted) of 2014-15 to 2018-19 and chapter weights that sum to one, by flow.

    Chapters below the smallest base, or without trade in some year, have weight 0.

    Returns
    -------
    dict of flow to (ndarray (5, H), ndarray (H,))
    """
    out = {}
    for flow in FLOWS:
        predicted = model.predict(flows[flow], given)[_WINDOW]
        first = position(START)
        actual = flows[flow].trade[first + 1 : position(LAST_FITTED) + 1]
        base = flows[flow].trade[first]
        seen = (base >= smallest) & (actual > 0).all(axis=0) & (predicted > 0).all(axis=0)
        ratio = np.divide(actual, predicted, out=np.ones(actual.shape), where=seen)
        weight = np.where(seen, np.sqrt(base), 0.0)
        out[flow] = (np.log(ratio), weight / weight.sum())
    return out


def fit(economy: Economy) -> Fit:
    """Fit the unknowns of `read_prior` on the years up to 2018-19.

    The trade of later years is not looked at.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Fit
    """
    history = read_history(economy)
    flows = drivers.inputs(economy, history)
    prior = read_prior(economy)
    smallest = settings(economy)["smallest_base"]
    first_year = economy.parameters.value("lag_first_year")
    before = log_errors(flows, prior.settings(prior.mean, first_year), smallest)
    # The median, not the mean square: a robust loss needs a scale that outliers do not set.
    sd = {f: float(np.median(np.abs(e[:, w > 0])) / NORMAL_MEDIAN) for f, (e, w) in before.items()}

    def residuals(unknown: Floats) -> Floats:
        parts = [(unknown - prior.mean) / prior.sd]
        errors = log_errors(flows, prior.settings(unknown, first_year), smallest)
        for flow, (error, weight) in errors.items():
            chapters = 1 / (weight**2).sum()
            # A single wild year pulls like its logarithm, not its square (soft L1).
            z = error / sd[flow]
            z = np.sign(z) * np.sqrt(2 * (np.sqrt(1 + z**2) - 1))
            parts.append((z * np.sqrt(weight * chapters / len(error))).ravel())
        return np.concatenate(parts)

    solution = least_squares(
        residuals,
        prior.mean,
        bounds=(prior.mean - 4 * prior.sd, np.append((prior.mean + 4 * prior.sd)[:-1], 0.0)),
        x_scale=prior.sd,
        diff_step=1e-4,
    )
    covariance = np.linalg.inv(solution.jac.T @ solution.jac)
    left = log_errors(flows, prior.settings(solution.x, first_year), smallest)
    trends = {flow: _trend(error, weight, prior.groups) for flow, (error, weight) in left.items()}
    return Fit(
        prior=prior,
        unknown=solution.x,
        sd=np.sqrt(np.diag(covariance)),
        trend={flow: value for flow, (value, _) in trends.items()},
        trend_sd={flow: spread for flow, (_, spread) in trends.items()},
        residual_sd=sd,
        cost=np.array([0.5 * (residuals(prior.mean) ** 2).sum(), solution.cost]),
        evaluations=int(solution.nfev),
    )


def _trend(error: Floats, weight: Floats, groups: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Drift from zero in the start year, log points a year, by group; spread over its chapters."""
    years = np.arange(1, len(error) + 1)
    slope = years @ error / (years @ years)
    value, spread = np.zeros(groups.max() + 1), np.zeros(groups.max() + 1)
    for g in range(len(value)):
        w = np.where(groups == g, weight, 0.0)
        if w.sum() > 0:
            w = w / w.sum()
            value[g] = w @ slope
            spread[g] = np.sqrt((w**2) @ (slope - value[g]) ** 2)
    return value, spread


def fit_table(economy: Economy, result: Fit) -> pd.DataFrame:
    """The fit as rows of the schema "parameter"."""
    prior_rows = economy.parameters.table("history/backcast_prior")
    window = f"{format_fiscal_year(START + 1)} to {format_fiscal_year(LAST_FITTED)}"
    common: dict[str, Any] = {
        "importer": "",
        "exporter": "",
        "window": "",
        "grade": "C",
        "year": format_fiscal_year(LAST_FITTED),
        "source": f"own estimate on {window}, python -m cepasim.calibrate.backcast.fit",
    }
    rows = []
    for n, name in enumerate(result.prior.names):
        low, middle, high = (result.unknown[n] + z * result.sd[n] for z in (-WIDTH, 0.0, WIDTH))
        if name != "pass_through":
            low, middle, high = np.exp([low, middle, high])
        before = prior_rows.iloc[n]
        rows.append(
            common
            | {
                "name": f"backcast_{name}",
                "parameter": str(before["parameter"]).replace("prior_", "backcast_"),
                "hs": before["hs"],
                "value": middle,
                "low": max(low, 0.0),
                "high": high,
                "unit": before["unit"],
                "note": f"prior {before['value']:g} ({before['low']:g} to {before['high']:g})",
            }
        )
    groups = prior_rows[prior_rows["parameter"] == "prior_elasticity_scale"]
    for flow in FLOWS:
        importer = drivers.IMPORTER[flow]
        partner = economy.markets[importer].partner
        for g, (name, hs) in enumerate(zip(groups["name"], groups["hs"], strict=True)):
            value, spread = result.trend[flow][g], WIDTH * result.trend_sd[flow][g]
            rows.append(
                common
                | {
                    "name": f"backcast_trend_{flow}_{str(name).split('scale_')[1]}",
                    "parameter": "backcast_trend",
                    "importer": importer,
                    "exporter": partner,
                    "hs": hs,
                    "value": value,
                    "low": value - spread,
                    "high": value + spread,
                    "unit": "log points per year",
                    "note": "drift the drivers do not explain; a named residual, no CEPA effect",
                }
            )
    table = pd.DataFrame(rows)[list(prior_rows.columns)]
    figures = ["value", "low", "high"]
    table[figures] = table[figures].astype(float).round(6)
    return table


def describe(economy: Economy, result: Fit, directory: Path) -> dict[str, Any]:
    """Metadata of the fit: enough to repeat it and to see when it is out of date."""
    from importlib.metadata import version

    return {
        "program": "python -m cepasim.calibrate.backcast.fit",
        "cepasim": version("cepasim"),
        "date": date.today().isoformat(),
        "data_vintage": DATA_VINTAGE,
        "base_year": format_fiscal_year(START),
        "window": f"{format_fiscal_year(START + 1)} to {format_fiscal_year(LAST_FITTED)}",
        "judged_on": "2019-20 to 2023-24, not looked at by the fit",
        "method": "posterior mode, soft L1, one observation per chapter; range from the curvature",
        "smallest_base_usd_mn": settings(economy)["smallest_base"],
        "residual_sd_before": {flow: round(sd, 4) for flow, sd in result.residual_sd.items()},
        "cost_at_prior_and_fit": [round(float(cost), 3) for cost in result.cost],
        "versions": {name: version(name) for name in ("numpy", "scipy", "pandas")},
        "sources_sha256": source_digests(directory),
    }


def source_digests(directory: Path) -> dict[str, str]:
    """SHA-256 of the tables the fit reads."""
    return {
        name: hashlib.sha256((directory / f"{name}.csv").read_bytes()).hexdigest()
        for name in SOURCES
    }


def write(directory: Path) -> list[Path]:
    """Fit and write the table and its metadata; returns the files."""
    economy = load() if directory == bundled_directory() else load(directory)
    result = fit(economy)
    written = []
    table, about = directory / f"{TABLE}.csv", directory / f"{TABLE}.yaml"
    with output.replace_file(table) as partial:
        fit_table(economy, result).to_csv(partial, index=False, lineterminator="\n")
    with output.replace_file(about) as partial:
        text = yaml.safe_dump(describe(economy, result, directory), sort_keys=False)
        partial.write_text(text, encoding="utf-8", newline="\n")
    written += [table, about]
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cepasim.calibrate.backcast.fit",
        description="Fit the backcast on 2014-15 to 2018-19 and write history/backcast_fit.",
    )
    parser.add_argument("--params", type=Path, default=bundled_directory())
    for path in write(parser.parse_args(arguments).params):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
