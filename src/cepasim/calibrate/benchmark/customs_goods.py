"""Japan's own customs statistics of the pair by principal commodity, as evidence on chapters.

Japan Customs publishes both flows of 2022-23 and 2023-24 by some fifty goods, which is the only
official product split of 2023-24. Three things stand between its goods and India's chapters. They
are other goods: a *bridge* holds, for every chapter, the part of it that belongs to each good, and
is fitted on the years for which both splits exist. They are valued on the other side of the sea:
the ratio of the two countries' totals (``mirror_totals``, with the range of the years) carries over
to every good. And the two countries record some goods differently for good (re-exports, origin,
classification): what is left of a good's mirror ratio is carried forward as far as it has lasted in
the past. The error of all three together is measured on years left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.bridge import Bridge, fit_bridge
from cepasim.calibrate.benchmark.evidence import read_evidence
from cepasim.calibrate.benchmark.flow_evidence import YEARS, Statement
from cepasim.calibrate.benchmark.measured_errors import (
    calendar_year,
    combine_errors,
    fiscal_year,
    row_of,
    shrunk_log_sd,
)

CALENDAR, FISCAL = "calendar year", "April-March"
LEAST_PART = 1e-4
"""Smaller parts of a chapter are the solver's noise."""


@dataclass(frozen=True)
class CustomsGoods:
    """One flow by goods of Japan Customs, and what it says about India's chapters.

    Attributes
    ----------
    goods : DataFrame
        Fiscal years by goods that do not overlap, US$ mn in Japan's valuation.
    bridge : Bridge
        Chapters (rows) by goods (columns): the part of a chapter that belongs to each good.
    log_ratio : Series
        By good, what is expected to remain of its mirror ratio beside the flow's: the logarithm
        of Japan's value over India's, log points.
    log_sd : Series
        Standard error of a good's value in India's statistics, log points.
    mirror : Series
        By fiscal year, India's value of the whole flow over Japan's.
    """

    goods: pd.DataFrame
    bridge: Bridge
    log_ratio: pd.Series
    log_sd: pd.Series
    mirror: pd.Series


def read_goods(parameters_directory: Path, flow: str) -> dict[str, pd.DataFrame]:
    """Goods that do not overlap, by period: US$ mn in Japan's valuation, for either basis.

    Parameters
    ----------
    parameters_directory : Path
        Parameter folder with ``benchmark/evidence/customs_goods``, ``customs_rates`` (yen per US$
        of the same period) and ``customs_pieces`` (signed sums of published goods).
    flow : str
        "export" or "import", seen from India.

    Raises
    ------
    InputError
        If a table or a column is missing.
    """
    keys = ("basis", "period")
    table = read_evidence(parameters_directory, "customs_goods", ("flow", *keys, "goods", "value"))
    rates = read_evidence(parameters_directory, "customs_rates", (*keys, "value"))
    pieces = read_evidence(
        parameters_directory, "customs_pieces", ("flow", "piece", "goods", "value"), signed=True
    )
    table, pieces = table[table["flow"] == flow], pieces[pieces["flow"] == flow]
    found = {}
    for basis in (CALENDAR, FISCAL):
        yen = table[table["basis"] == basis].pivot(index="period", columns="goods", values="value")
        rate = rates[rates["basis"] == basis].set_index("period")["value"]
        dollars = 1000.0 * yen.fillna(0.0).div(rate, axis=0).loc[yen.index]
        sums = {
            str(piece): (dollars[list(rows["goods"])] * rows["value"].to_numpy(float)).sum(axis=1)
            for piece, rows in pieces.groupby("piece")
        }
        # A remainder of rounded goods may fall below nothing by a thousand yen.
        found[basis] = pd.DataFrame(sums).clip(lower=0.0)
    return found


def customs_goods(
    parameters_directory: Path, flow: str, chapters: pd.DataFrame, settings: Mapping[str, float]
) -> CustomsGoods:
    """Fit the bridge of one flow and measure how well goods tell chapters.

    Parameters
    ----------
    parameters_directory : Path
        Parameter folder.
    flow : str
        "export" or "import", seen from India.
    chapters : DataFrame
        India's fiscal years by chapters, US$ mn.
    settings : mapping
        ``goods_fit_log_sd``, ``goods_prior_weight``, and what `shrunk_log_sd` reads.

    Raises
    ------
    InputError
        If a table is missing.
    RunError
        If a bridge cannot be fitted.
    """
    goods = read_goods(parameters_directory, flow)
    prior = _prior(parameters_directory, flow, chapters, goods)
    known, stated = _common_periods(goods, chapters, settings["first_quarter_weight"])
    history = [period for period in known.index if period != FISCAL]
    share = row_of(goods[FISCAL], YEARS[-1])
    smallest = settings["goods_rounding_errors"] * settings["rounding_error"]
    errors = {}
    for place, year in enumerate(history[2:], start=2):
        rest = [period for period in history if period != year]
        left_out = _fit(known.loc[rest], stated.loc[rest], prior, settings)
        ratio = _log_ratio(left_out, known, stated, smallest)
        expected = _lasting(ratio.loc[history[: place - 1]])
        errors[year] = ratio.loc[year] - expected
    bridge = _fit(known, stated, prior, settings)
    ratio = _log_ratio(bridge, known, stated, smallest)
    return CustomsGoods(
        goods=goods[FISCAL],
        bridge=bridge,
        log_ratio=_lasting(ratio).fillna(0.0),
        log_sd=shrunk_log_sd(pd.DataFrame(errors).T, share / share.sum(), settings, typical=True),
        mirror=_mirror(parameters_directory, flow),
    )


def _mirror(parameters_directory: Path, flow: str) -> pd.Series:
    """India's value of a flow over Japan's by fiscal year.

    The table holds the importer's c.i.f. value over the exporter's f.o.b. value: Japan's over
    India's for India's exports, India's over Japan's for its imports.
    """
    table = read_evidence(
        parameters_directory, "mirror_totals", ("flow", "fiscal_year", "value", "low", "high")
    )
    ratio = table[table["flow"] == flow].set_index("fiscal_year")["value"]
    return 1.0 / ratio if flow == "export" else ratio


def known_and_stated(
    parameters_directory: Path,
    flow: str,
    chapters: pd.DataFrame,
    settings: Mapping[str, float],
    steps: int,
) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """Calendar years to test a move of chapters on, each with a bridge that has not seen it.

    Yields
    ------
    year, before : str
        A year with both splits and the one `steps` calendar years before.
    parts : DataFrame
        Chapters by goods: the bridge fitted without `year`.
    known, stated : DataFrame
        Periods by chapters and by goods (scaled to India's total), US$ mn.
    """
    goods = read_goods(parameters_directory, flow)
    prior = _prior(parameters_directory, flow, chapters, goods)
    known, stated = _common_periods(goods, chapters, settings["first_quarter_weight"])
    history = [str(period) for period in known.index if period != FISCAL]
    for place, year in enumerate(history[steps:], start=steps):
        rest = [period for period in history if period != year]
        bridge = _fit(known.loc[rest], stated.loc[rest], prior, settings)
        yield year, history[place - steps], bridge.shares, known, stated


def _prior(
    parameters_directory: Path,
    flow: str,
    chapters: pd.DataFrame,
    goods: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """The reading of the dictionary of goods: chapters by goods, share of the chapter."""
    prior = read_evidence(parameters_directory, "customs_prior", ("flow", "hs", "piece", "value"))
    prior = prior[prior["flow"] == flow].pivot(index="hs", columns="piece", values="value")
    return prior.reindex(index=chapters.columns, columns=goods[FISCAL].columns).fillna(0.0)


def _common_periods(
    goods: Mapping[str, pd.DataFrame], chapters: pd.DataFrame, first_quarter: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Chapters and goods of the periods that have both, goods scaled to India's total.

    Calendar years, and the last fiscal year of `chapters` under the name `FISCAL`.
    """
    known, stated = {}, {}
    for period in goods[CALENDAR].index:
        if {fiscal_year(int(period) - 1), fiscal_year(int(period))} <= set(chapters.index):
            known[period] = calendar_year(chapters, int(period), first_quarter)
            stated[period] = row_of(goods[CALENDAR], period)
    last = str(chapters.index[-1])
    known[FISCAL], stated[FISCAL] = row_of(chapters, last), row_of(goods[FISCAL], last)
    india, japan = pd.DataFrame(known).T, pd.DataFrame(stated).T
    return india, japan.mul(india.sum(axis=1) / japan.sum(axis=1), axis=0)


def _fit(
    known: pd.DataFrame, stated: pd.DataFrame, prior: pd.DataFrame, settings: Mapping[str, float]
) -> Bridge:
    """`fit_bridge` with the two sides exchanged: chapters are split, goods are met."""
    return fit_bridge(
        known,
        stated,
        prior,
        fit_log_sd=settings["goods_fit_log_sd"],
        prior_weight=settings["goods_prior_weight"],
        rounding_error=settings["rounding_error"],
        smallest_share=settings["bridge_smallest_share"],
    )


def _log_ratio(
    bridge: Bridge, known: pd.DataFrame, stated: pd.DataFrame, smallest: float
) -> pd.DataFrame:
    """ln(Japan's goods / India's chapters bridged), the flow's ratio taken out; NaN if tiny."""
    bridged = known @ bridge.shares
    seen = (stated > smallest) & (bridged > smallest)
    return pd.DataFrame(np.log(stated.where(seen) / bridged.where(seen)))


def _lasting(ratio: pd.DataFrame) -> pd.Series:
    """What of a good's mirror ratio lasts: its past mean, shrunk by how much it wandered.

    The mean m of n periods with variance v counts n m^2 / (n m^2 + v), the positive part of what
    James and Stein would keep; v is half the good's own, half the median good's.
    """
    count, mean = ratio.count(), ratio.mean()
    own = ratio.var().fillna(0.0)
    variance = 0.5 * own + 0.5 * float(own.median())
    square = count * mean**2
    return (mean * square / (square + variance).where(square > 0, 1.0)).where(count > 0)


def goods_statements(customs: CustomsGoods, settings: Mapping[str, float]) -> list[Statement]:
    """Every good of the benchmark year as a statement on the chapters it is made of.

    The year before enters as the growth of the goods (`goods_growth`): what the two countries
    record differently is much the same in both years, so that its level would say little more.

    Parameters
    ----------
    customs : CustomsGoods
        Goods, bridge and errors of one flow.
    settings : mapping
        ``rounding_error`` and ``goods_rounding_errors``.
    """
    statements = []
    rounding = settings["rounding_error"]
    smallest = settings["goods_rounding_errors"] * rounding
    position, year = len(YEARS) - 1, YEARS[-1]
    mirror = float(customs.mirror[year])
    for name, value in row_of(customs.goods, year).items():
        piece = str(name)
        if value <= smallest:
            continue
        part = customs.bridge.shares[piece].to_numpy(float)
        part = np.where(part > LEAST_PART, part, 0.0)
        coefficients = np.zeros((len(YEARS), len(part)))
        coefficients[position] = part
        lasting = float(np.exp(-customs.log_ratio[piece]))
        statements.append(
            Statement(
                f"Japan's customs {year}, by goods",
                piece,
                coefficients,
                float(value) * mirror * lasting,
                combine_errors(float(customs.log_sd[piece]), rounding / float(value)),
                "C",
                f"US$ {value:.1f} mn in Japan's statistics, times India's total over Japan's "
                f"({mirror:.3f}) and the good's own lasting ratio ({lasting:.3f})",
            )
        )
    return statements
