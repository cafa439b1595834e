"""From the evidence tables to what the balance of a flow reads, with measured errors.

Every source is turned into statements on chapters of 2022-23 or 2023-24, and its error is
measured on its own past wherever it has one: the bridge on years left out of its fit, Japan's
calendar-year shares against India's on 2015 and 2020, a chapter's growth against India's world
trade on 2014-15 to 2021-22.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.customs_goods import goods_statements
from cepasim.calibrate.benchmark.flow_evidence import YEARS, Floats, FlowEvidence, Statement
from cepasim.calibrate.benchmark.goods_growth import goods_growth
from cepasim.calibrate.benchmark.heading_trade import heading_floors, heading_statements
from cepasim.calibrate.benchmark.measured_errors import (
    combine_errors,
    log_shares,
    row_of,
    stated_shares,
)
from cepasim.calibrate.benchmark.sources import CHAPTERS, LAST_YEAR, FlowTables

BY_GOODS = f"{YEARS[0]} moved with Japan's goods and India's world trade"
BY_WORLD = f"{YEARS[0]} moved with India's world trade"


def cell(year: int, hs: str, weight: float = 1.0) -> Floats:
    """Coefficients of one cell: shape (2, chapters)."""
    coefficients = np.zeros((2, len(CHAPTERS)))
    coefficients[year, CHAPTERS.index(hs)] = weight
    return coefficients


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
    floors : ndarray, shape (2, chapters)
    equal : ndarray, shape (2, chapters), NaN where not complete
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


def share_growth(tables: FlowTables, first: str, last: str) -> tuple[Floats, Floats, Floats]:
    """Growth of every chapter's share from one fiscal year to the next, and its error.

    With the goods of Japan's customs and with India's world trade, weighted as they erred.

    Returns
    -------
    growth, log_sd : ndarray, shape (chapters,)
    goods_weight : ndarray, shape (chapters,)
        Weight of the goods, 0 where the bridge knows none of the chapter.
    """
    codes = list(CHAPTERS)
    world = world_growth(tables, first, last)[codes].to_numpy(float)
    goods = tables.customs.goods
    then, now = row_of(goods, first), row_of(goods, last)
    grown = goods_growth(tables.customs.bridge.shares, then, now).reindex(codes)
    by_goods = grown.to_numpy(float) * float(then.sum()) / float(now.sum())
    known = by_goods > 0
    weight = np.where(known, tables.link.goods_weight.reindex(codes).to_numpy(float), 0.0)
    growth = np.where(known, by_goods, 1.0) ** weight * world ** (1 - weight)
    link_sd = tables.link.log_sd.reindex(codes).to_numpy(float)
    drift_sd = tables.drift.log_sd[codes].to_numpy(float)
    return growth, np.where(known, link_sd, drift_sd), weight


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
    known_totals = pd.concat([tables.chapters.sum(axis=1), tables.totals])
    known_totals = known_totals[~known_totals.index.duplicated(keep="last")]
    statements = [
        *chapter_statements(tables, settings),
        *statements,
        *share_statements(tables, settings),
        *group_statements(tables),
        *goods_statements(tables.customs, settings),
        *heading_statements(tables.headings, tables.chapters, known_totals, settings),
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
    growth, growth_log_sd, goods_weight = share_growth(tables, *YEARS)
    missing = trade[1] & (start[1] <= 0)
    start[1, missing] = start[0, missing] * growth[missing]
    start[trade] = np.maximum(start[trade], np.maximum(floors[trade], settings["rounding_error"]))
    blur = settings["rounding_error"] / np.where(start > 0, start, 1.0).min(axis=0)
    live = [s for s in statements if ((s.coefficients > 0) & trade).any()]
    return FlowEvidence(
        chapters=CHAPTERS,
        totals=totals,
        floors=floors,
        equal=np.where(trade, equal, np.nan),
        start=start,
        growth=growth,
        growth_log_sd=np.sqrt(growth_log_sd**2 + blur**2),
        growth_source=tuple(BY_GOODS if weight > 0 else BY_WORLD for weight in goods_weight),
        statements=tuple(live),
        sum_floors=tuple(heading_floors(tables.headings, tables.chapters, settings)),
    )
