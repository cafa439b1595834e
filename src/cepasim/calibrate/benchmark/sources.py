"""The evidence tables of one flow as read and pivoted, with its bridge and its measured errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cepasim.calibrate.benchmark.bridge import (
    Bridge,
    bridge_growth_errors,
    fit_bridge,
    prior_shares,
)
from cepasim.calibrate.benchmark.customs_goods import CustomsGoods, customs_goods
from cepasim.calibrate.benchmark.evidence import read_evidence
from cepasim.calibrate.benchmark.goods_growth import GrowthLink, growth_link
from cepasim.calibrate.benchmark.measured_errors import (
    Drift,
    calendar_share_error,
    measure_drift,
    row_of,
    shrunk_log_sd,
)
from cepasim.core.problems import InputError, Problem

CHAPTERS: tuple[str, ...] = tuple(f"{n:02d}" for n in range(1, 100) if n != 77)
"""HS chapters; 77 is reserved and holds nothing."""

FLOWS = ("export", "import")

LAST_YEAR = "2021-22"
"""The last fiscal year published by chapter."""

BRIDGE_YEARS = ("2018-19", "2019-20", "2021-22")
"""Fiscal years with both splits."""


def wide(table: pd.DataFrame, flow: str, column: str = "hs") -> pd.DataFrame:
    """Fiscal years by codes of one flow; what is not listed is 0."""
    part = table[table["flow"] == flow]
    result = part.pivot(index="fiscal_year", columns=column, values="value")
    if column == "hs":
        result = result.reindex(columns=list(CHAPTERS))
    return result.fillna(0.0).sort_index()


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
    customs : CustomsGoods
        Japan's own statistics of the flow by goods, bridged to chapters.
    link : GrowthLink
        How a chapter is moved by one year, with the error of that.
    headings : DataFrame
        Headings India reports to UN Comtrade, long (may be empty), where the partner is told as in
        the totals: imports by origin (goods of Japan that reach India through Hong Kong or
        Singapore) are not, and left out.
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
    customs: CustomsGoods
    link: GrowthLink
    headings: pd.DataFrame


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
    drift = measure_drift(chapters, world.loc[chapters.index], settings)
    headings = read("heading_trade", "flow", "calendar_year", "hs", "heading", "country")
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
        drift=drift,
        share_log_sd=share_log_sd,
        customs=customs_goods(parameters_directory, flow, chapters, settings),
        link=growth_link(parameters_directory, flow, chapters, world, drift, settings),
        headings=headings[headings["country"] != "origin"],
    )
