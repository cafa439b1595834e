"""From the evidence tables to what the balance of a flow reads, with measured errors.

Every source is turned into statements on chapters of 2022-23 or 2023-24, and its error is
measured on its own past wherever it has one: the bridge on years left out of its fit, Japan's
calendar-year shares against India's on 2015 and 2020, a chapter's growth against India's world
trade on 2014-15 to 2021-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.bilateral import YEARS, Floats, FlowEvidence, Statement
from cepasim.calibrate.benchmark.bridge import (
    Bridge,
    bridge_growth_errors,
    fit_bridge,
    prior_shares,
)
from cepasim.calibrate.benchmark.evidence import read_evidence
from cepasim.core.problems import InputError, Problem

CHAPTERS: tuple[str, ...] = tuple(f"{n:02d}" for n in range(1, 100) if n != 77)
"""HS chapters; 77 is reserved and holds nothing."""
FLOWS = ("export", "import")
LAST_YEAR = "2021-22"
"""The last fiscal year published by chapter."""
BRIDGE_YEARS = ("2018-19", "2019-20", "2021-22")
"""Fiscal years with both splits."""


def calendar_year(by_fiscal_year: pd.DataFrame, year: int, first_quarter: float) -> pd.Series:
    """Calendar-year chapters from fiscal years: January-March belongs to the year before.

    Parameters
    ----------
    by_fiscal_year : DataFrame
        Fiscal years ("2019-20") by chapters.
    year : int
        Calendar year.
    first_quarter : float
        Share of the calendar year taken from the fiscal year that ends in it.
    """
    before, after = fiscal_year(year - 1), fiscal_year(year)
    earlier, later = row_of(by_fiscal_year, before), row_of(by_fiscal_year, after)
    return first_quarter * earlier + (1 - first_quarter) * later


def row_of(table: pd.DataFrame, label: str) -> pd.Series:
    """One row of a numeric table as a float series by column."""
    return pd.Series(table.loc[[label]].to_numpy(float)[0], index=table.columns)


def log_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Logarithms of each row's shares; NaN where a cell is NaN or not above 0."""
    positive = table.where(table > 0).to_numpy(float)
    total = np.nansum(table.to_numpy(float), axis=1, keepdims=True)
    return pd.DataFrame(np.log(positive / total), index=table.index, columns=table.columns)


def fiscal_year(first: int) -> str:
    """Name of the fiscal year that begins in April of `first`: 2019 -> "2019-20"."""
    return f"{first}-{(first + 1) % 100:02d}"


def stated_shares(shares: pd.DataFrame, year: int) -> pd.Series:
    """Japan's chapter shares of one calendar year, what is not specified spread in proportion.

    Parameters
    ----------
    shares : DataFrame
        Columns ``calendar_year``, ``hs`` (one chapter, or several joined by "+"), ``value`` (%).
        ``00`` is trade that Japan does not specify and India books under real chapters.

    Returns
    -------
    Series
        Shares of the flow (not %) by `hs`.
    """
    rows = shares[shares["calendar_year"] == str(year)]
    stated = pd.Series(rows["value"].to_numpy(float) / 100.0, index=rows["hs"].to_numpy(str))
    unspecified = float(stated[stated.index == "00"].sum())
    return stated[stated.index != "00"] / (1.0 - unspecified)


def calendar_share_error(
    chapters: pd.DataFrame, shares: pd.DataFrame, first_quarter: float, smallest: float
) -> float:
    """Root mean square of ln(Japan's share / India's share), over the years that have both."""
    errors: list[float] = []
    for year in sorted({int(y) for y in shares["calendar_year"]}):
        if not {fiscal_year(year - 1), fiscal_year(year)} <= set(chapters.index):
            continue
        india = calendar_year(chapters, year, first_quarter)
        stated = stated_shares(shares, year)
        one = stated[[code in india.index and india[code] > 0 for code in stated.index]]
        errors.extend(np.log(one / (india[one.index] / india.sum())))
    return max(float(np.sqrt(np.mean(np.square(errors)))), smallest) if errors else 1.0


@dataclass(frozen=True)
class Drift:
    """How a chapter's share in bilateral trade follows its share in India's world trade.

    Attributes
    ----------
    response : float
        Elasticity of the bilateral share with respect to the world share.
    log_sd : Series
        Standard error of one year's growth by chapter, log points.
    """

    response: float
    log_sd: pd.Series


def measure_drift(
    bilateral: pd.DataFrame, world: pd.DataFrame, settings: Mapping[str, float]
) -> Drift:
    """Fit the year-to-year growth of bilateral shares on that of world shares.

    One response for all chapters, weighted by the chapter's share; the error of a chapter is its
    own, shrunk (see `shrunk_log_sd`).

    Parameters
    ----------
    bilateral, world : DataFrame
        The same consecutive fiscal years by chapters, any money unit.
    settings : mapping
        ``large_chapter_share``, ``shrinkage_years``, ``rounding_error``, ``smallest_log_sd``.
    """
    seen = bilateral.where(bilateral > 10 * settings["rounding_error"])
    own = log_shares(bilateral).where(seen.notna()).diff().iloc[1:]
    general = log_shares(world).diff().iloc[1:]
    weight = bilateral.div(bilateral.sum(axis=1), axis=0).iloc[1:].where(own.notna())
    product = float(np.nansum((weight * own * general).to_numpy()))
    square = float(np.nansum((weight * general**2).to_numpy()))
    response = float(np.clip(product / square, 0.0, 1.0)) if square > 0 else 0.0
    residual = own - response * general
    share = bilateral.sum() / bilateral.to_numpy().sum()
    return Drift(response, shrunk_log_sd(residual, share, settings))


def shrunk_log_sd(
    errors: pd.DataFrame, share: pd.Series, settings: Mapping[str, float]
) -> pd.Series:
    """Root mean square error by chapter, shrunk towards that of chapters of its size.

    The pooled error is cut at three standard deviations (from the median absolute deviation), so
    that one wild chapter does not speak for the others; its own error is not. A chapter without
    observations gets a large error of those found (``unseen_quantile``).

    Parameters
    ----------
    errors : DataFrame
        Observations by chapters, log points; NaN where there is none.
    share : Series
        Share of each chapter in the flow, to tell large from small.
    settings : mapping
        ``large_chapter_share``, ``shrinkage_years``, ``smallest_log_sd``, ``unseen_quantile``.
    """
    large = share.reindex(errors.columns).fillna(0.0).to_numpy(float)
    large = large >= settings["large_chapter_share"]
    prior = settings["shrinkage_years"]
    observed = errors.to_numpy(float)
    count = np.isfinite(observed).sum(axis=0)
    squares = np.nansum(observed**2, axis=0)
    result = pd.Series(np.nan, index=errors.columns)
    for group in (large, ~large):
        seen = observed[:, group]
        seen = seen[np.isfinite(seen)]
        if not seen.size:
            continue
        core = 3 * 1.4826 * float(np.median(np.abs(seen)))
        pooled = float(np.mean(np.square(np.clip(seen, -core, core))))
        measured = group & (count > 0)
        own = np.sqrt((squares + prior * pooled) / (count + prior))
        result[measured] = own[measured]
    unseen = float(result.quantile(settings["unseen_quantile"]))
    return result.fillna(unseen).clip(lower=settings["smallest_log_sd"])


def wide(table: pd.DataFrame, flow: str, column: str = "hs") -> pd.DataFrame:
    """Fiscal years by codes of one flow; what is not listed is 0."""
    part = table[table["flow"] == flow]
    result = part.pivot(index="fiscal_year", columns=column, values="value")
    if column == "hs":
        result = result.reindex(columns=list(CHAPTERS))
    return result.fillna(0.0).sort_index()


def cell(year: int, hs: str, weight: float = 1.0) -> Floats:
    """Coefficients of one cell: shape (2, 98)."""
    coefficients = np.zeros((2, len(CHAPTERS)))
    coefficients[year, CHAPTERS.index(hs)] = weight
    return coefficients


def combine_errors(*log_sd: float) -> float:
    """Independent errors added in squares, log points."""
    return float(np.sqrt(np.sum(np.square(log_sd))))


@dataclass(frozen=True)
class FlowTables:
    """The evidence tables of one flow, as read and pivoted, with the measured errors.

    Attributes
    ----------
    flow : str
        "export" or "import".
    totals : Series
        US$ mn by fiscal year.
    chapters, world, published_world : DataFrame
        Fiscal years by chapters, US$ mn: bilateral; India's world trade summed over partners (for
        the errors); the same as published (for the years after).
    commodities : DataFrame
        Fiscal years by principal commodities, US$ mn.
    shares : DataFrame
        Japan's calendar-year shares, long.
    hs8 : DataFrame
        HS8 sums, long (empty for imports).
    groups, members : DataFrame
        Commodity groups of 2023-24 and the principal commodities in them (may be empty).
    bridge : Bridge
        Fitted on `BRIDGE_YEARS`.
    bridge_log_sd : Series
        Error of bridged growth by chapter, log points.
    drift : Drift
        Error of growth with world trade.
    share_log_sd : float
        Error of Japan's calendar-year shares.
    """

    flow: str
    totals: pd.Series
    chapters: pd.DataFrame
    world: pd.DataFrame
    published_world: pd.DataFrame
    commodities: pd.DataFrame
    shares: pd.DataFrame
    hs8: pd.DataFrame
    groups: pd.DataFrame
    members: pd.DataFrame
    bridge: Bridge
    bridge_log_sd: pd.Series
    drift: Drift
    share_log_sd: float


def read_flow(parameters_directory: Path, flow: str, settings: Mapping[str, float]) -> FlowTables:
    """Read the evidence of one flow, fit its bridge and measure its errors.

    Raises
    ------
    InputError
        If a table or a column is missing or wrong.
    RunError
        If the bridge cannot be fitted.
    """

    def read(name: str, *columns: str) -> pd.DataFrame:
        table = read_evidence(parameters_directory, name, ("value", *columns))
        return table[table["flow"] == flow] if "flow" in table else table

    totals = read("totals", "flow", "fiscal_year").set_index("fiscal_year")["value"]
    chapters = wide(read("chapters", "flow", "fiscal_year", "hs"), flow)
    basis = read("world_totals", "flow", "basis", "fiscal_year", "hs")
    world = wide(basis[basis["basis"] == "sum over partners"], flow)
    published = wide(basis[basis["basis"] == "published"], flow)
    prior = prior_shares(read("principal_commodity_prior", "principal_commodity", "hs"), CHAPTERS)
    listed = read("principal_commodities", "flow", "fiscal_year", "principal_commodity")
    unknown = sorted(set(listed["principal_commodity"]) - set(prior.index))
    if unknown:
        raise InputError(
            Problem(
                "benchmark/evidence/principal_commodity_prior.csv",
                None,
                "principal_commodity",
                name,
                "every principal commodity needs candidate chapters",
            )
            for name in unknown
        )
    commodities = wide(listed, flow, "principal_commodity").reindex(columns=prior.index)
    commodities = commodities.fillna(0.0)
    fit_log_sd, prior_weight = settings["bridge_fit_log_sd"], settings["bridge_prior_weight"]
    rounding, smallest = settings["rounding_error"], settings["bridge_smallest_share"]
    years = list(BRIDGE_YEARS)
    bridge = fit_bridge(
        commodities.loc[years],
        chapters.loc[years],
        prior,
        fit_log_sd=fit_log_sd,
        prior_weight=prior_weight,
        rounding_error=rounding,
        smallest_share=smallest,
    )
    errors = bridge_growth_errors(
        commodities.loc[years],
        chapters.loc[years],
        prior,
        fit_log_sd=fit_log_sd,
        prior_weight=prior_weight,
        rounding_error=rounding,
        smallest_share=smallest,
    )
    last = row_of(chapters, LAST_YEAR)
    shares = read("calendar_shares", "flow", "calendar_year", "hs", "low", "high")
    share_log_sd = calendar_share_error(
        chapters, shares, settings["first_quarter_weight"], settings["smallest_log_sd"]
    )
    hs8 = read("hs8_exports", "flow", "fiscal_year", "hs", "complete", "world_chapter_coverage")
    return FlowTables(
        flow=flow,
        totals=totals,
        chapters=chapters,
        world=world,
        published_world=published,
        commodities=commodities,
        shares=shares,
        hs8=hs8,
        groups=read("commodity_groups", "flow", "group", "log_sd"),
        members=read("commodity_group_members", "flow", "group", "principal_commodity"),
        bridge=bridge,
        bridge_log_sd=shrunk_log_sd(errors, last / last.sum(), settings),
        drift=measure_drift(chapters, world.loc[chapters.index], settings),
        share_log_sd=share_log_sd,
    )


def wide_hs8(hs8: pd.DataFrame, column: str) -> pd.DataFrame:
    """One column of the HS8 table as fiscal years by chapters; NaN where nothing was collected."""
    numbers = hs8.assign(number=pd.to_numeric(hs8[column]))
    table = numbers.pivot(index="fiscal_year", columns="hs", values="number")
    return table.reindex(columns=list(CHAPTERS))


def hs8_statements(
    tables: FlowTables, settings: Mapping[str, float]
) -> tuple[Floats, Floats, list[Statement]]:
    """Floors, known cells and scaled sums from HS8 lines.

    A sum over the lines collected is scaled by the part of Japan's chapter the same lines made up
    in 2021-22. Two errors are added: lines not collected may have moved otherwise
    (``missing_lines_log_sd`` times their share), and fewer lines may have been collected since,
    for which India's coverage of the chapter in its trade with the world is the only sign
    (between none and all of its fall, uniformly: a standard error of 1/sqrt(12) of the fall).

    Returns
    -------
    floors : ndarray, shape (2, 98)
    equal : ndarray, shape (2, 98), NaN where not complete
    statements : list of Statement
    """
    floors = np.zeros((2, len(CHAPTERS)))
    equal = np.full((2, len(CHAPTERS)), np.nan)
    statements: list[Statement] = []
    if tables.hs8.empty:
        return floors, equal, statements
    sums = wide_hs8(tables.hs8, "value")
    coverage = wide_hs8(tables.hs8, "world_chapter_coverage")
    complete = tables.hs8[tables.hs8["complete"] == "yes"]
    known = set(zip(complete["fiscal_year"], complete["hs"], strict=True))
    full = row_of(tables.chapters, LAST_YEAR)
    then, then_coverage = row_of(sums, LAST_YEAR), row_of(coverage, LAST_YEAR)
    rounding = settings["rounding_error"]
    for position, year in enumerate(YEARS):
        for code, value in row_of(sums, year).dropna().items():
            hs = str(code)
            column = CHAPTERS.index(hs)
            floors[position, column] = value
            if (year, hs) in known:
                equal[position, column] = value
                continue
            if not (value > 0 and then[hs] > 0 and full[hs] > 0):
                continue
            covered = min(float(then[hs]) / float(full[hs]), 1.0)
            ratio = float(row_of(coverage, year)[hs]) / float(then_coverage[hs])
            fall = -np.log(min(ratio, 1.0))
            covered *= float(np.exp(-settings["coverage_loss_share"] * fall))
            if covered < settings["scaled_coverage_minimum"]:
                continue
            error = combine_errors(
                settings["smallest_log_sd"],
                settings["missing_lines_log_sd"] * (1.0 - covered),
                fall / np.sqrt(12.0),
                rounding / value,
            )
            statements.append(
                Statement(
                    f"HS8 lines {year}, scaled",
                    hs,
                    cell(position, hs),
                    value / covered,
                    error,
                    "C",
                    f"US$ {value:.2f} mn collected, taken as {100 * covered:.0f} % of the chapter",
                )
            )
    return floors, equal, statements


def chapter_statements(tables: FlowTables, settings: Mapping[str, float]) -> list[Statement]:
    """2022-23 by chapter: from bridged commodities, and from 2021-22 with India's world trade."""
    rounding = settings["rounding_error"]
    known = row_of(tables.chapters, LAST_YEAR)
    bridged = {
        year: tables.bridge.apply(row_of(tables.commodities, year))
        for year in (LAST_YEAR, YEARS[0])
    }
    growth = world_growth(tables, LAST_YEAR, YEARS[0])
    total = float(tables.totals[YEARS[0]])
    statements = []
    for hs in CHAPTERS:
        if known[hs] <= 0:
            continue
        blur = rounding / float(known[hs])
        before, after = float(bridged[LAST_YEAR][hs]), float(bridged[YEARS[0]][hs])
        if before > rounding and after > rounding:
            statements.append(
                Statement(
                    "principal commodities 2022-23, bridged",
                    hs,
                    cell(0, hs),
                    float(known[hs] * after / before),
                    combine_errors(float(tables.bridge_log_sd[hs]), blur),
                    "C",
                    "chapter of 2021-22 times the growth of its commodities",
                )
            )
        statements.append(
            Statement(
                "chapters 2021-22, with India's world trade",
                hs,
                cell(0, hs),
                float(known[hs] / known.sum() * growth[hs] * total),
                combine_errors(float(tables.drift.log_sd[hs]), blur),
                "C",
                "share of 2021-22, moved with the chapter's share in India's trade with the world",
            )
        )
    return statements


def world_growth(tables: FlowTables, first: str, last: str) -> pd.Series:
    """Growth factor of chapter shares expected from India's world trade (response applied)."""
    shares = log_shares(tables.published_world)
    growth = row_of(shares, last) - row_of(shares, first)
    expected = np.exp(tables.drift.response * growth.fillna(0.0).to_numpy(float))
    return pd.Series(expected, index=growth.index)


def share_statements(tables: FlowTables, settings: Mapping[str, float]) -> list[Statement]:
    """Japan's calendar-year shares as statements on both fiscal years."""
    first = settings["first_quarter_weight"]
    year = int(YEARS[1][:4])
    total = first * tables.totals[YEARS[0]] + (1 - first) * tables.totals[YEARS[1]]
    rows = tables.shares[tables.shares["calendar_year"] == str(year)].set_index("hs")
    low_high = rows[["low", "high"]].astype(float)
    statements = []
    for code, share in stated_shares(tables.shares, year).items():
        name = str(code)
        coefficients = np.zeros((2, len(CHAPTERS)))
        for hs in name.split("+"):
            coefficients += cell(0, hs, first) + cell(1, hs, 1 - first)
        low, high = row_of(low_high, name)
        # Published bounds are read as a 90 % range.
        own = np.log(high / low) / (2 * settings["range_normal_quantile"])
        statements.append(
            Statement(
                f"Japan's shares, calendar {year}",
                name,
                coefficients,
                float(share * total),
                combine_errors(tables.share_log_sd, own),
                str(rows.loc[name, "grade"]),
                str(rows.loc[name, "note"]),
            )
        )
    return statements


def group_statements(tables: FlowTables) -> list[Statement]:
    """Commodity groups of 2023-24, each spread over the chapters its commodities had in 2022-23."""
    statements = []
    flows = tables.bridge.shares.mul(tables.commodities.loc[YEARS[0]], axis=0)
    chapters = flows.sum()
    for row in tables.groups.itertuples():
        inside = tables.members.loc[tables.members["group"] == row.group, "principal_commodity"]
        part = (flows.loc[list(inside)].sum() / chapters.where(chapters > 0)).fillna(0.0)
        coefficients = np.zeros((2, len(CHAPTERS)))
        coefficients[1] = part.reindex(list(CHAPTERS)).to_numpy(float)
        main = [f"{hs} ({100 * part[hs]:.0f} %)" for hs in chapters.index if part[hs] > 0.5]
        statements.append(
            Statement(
                f"commodity groups {YEARS[1]}",
                str(row.group),
                coefficients,
                float(row.value),  # type: ignore[arg-type]
                float(row.log_sd),  # type: ignore[arg-type]
                "C",
                f"mainly chapters {', '.join(main)}; {row.note}",
            )
        )
    return statements


def assemble(tables: FlowTables, settings: Mapping[str, float]) -> FlowEvidence:
    """Evidence of one flow from its tables.

    A chapter is taken to have trade if it had any in 2021-22 or any HS8 line since; where HS8
    lines of the benchmark year are complete, they decide.
    """
    floors, equal, statements = hs8_statements(tables, settings)
    statements = [
        *chapter_statements(tables, settings),
        *statements,
        *share_statements(tables, settings),
        *group_statements(tables),
    ]
    totals = np.array([float(tables.totals[year]) for year in YEARS])
    trade = (tables.chapters.loc[LAST_YEAR].to_numpy(float) > 0) | (floors > 0)
    trade &= ~(np.isfinite(equal) & (equal <= 0))
    # The scale of each cell: the precision-weighted mean of what speaks about it alone.
    start = np.zeros(floors.shape)
    for h, hs in enumerate(CHAPTERS):
        for year in range(2):
            if not trade[year, h]:
                continue
            own = [s for s in statements if s.name == hs and s.coefficients[year, h] == 1.0]
            if own:
                weight = np.array([1 / s.log_sd**2 for s in own])
                logs = np.log([s.value for s in own])
                start[year, h] = float(np.exp((weight * logs).sum() / weight.sum()))
            if np.isfinite(equal[year, h]):
                start[year, h] = equal[year, h]
    growth = world_growth(tables, *YEARS)[list(CHAPTERS)].to_numpy(float)
    missing = trade[1] & (start[1] <= 0)
    start[1, missing] = start[0, missing] * growth[missing]
    start[trade] = np.maximum(start[trade], np.maximum(floors[trade], settings["rounding_error"]))
    blur = settings["rounding_error"] / np.where(start > 0, start, 1.0).min(axis=0)
    drift = tables.drift.log_sd[list(CHAPTERS)].to_numpy(float)
    live = [s for s in statements if ((s.coefficients > 0) & trade).any()]
    return FlowEvidence(
        chapters=CHAPTERS,
        totals=totals,
        floors=floors,
        equal=np.where(trade, equal, np.nan),
        start=start,
        growth=growth,
        growth_log_sd=np.sqrt(drift**2 + blur**2),
        statements=tuple(live),
    )
