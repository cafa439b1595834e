"""Tariffs under the India-Japan CEPA by chapter and year, rebuilt from the staging rule.

No table of past rates is published in a form we have. What is known is the end of the road (the
schedules after staging), the rule by which rates fell, and how many lines stood in each category:

    rate = base * max(0, 1 - j / (n + 1))      j = 1 on 1 August 2011, one more each 1 April

with ``n + 1`` instalments for category Bn. Lines that are free today without a known category are
taken to be immediately free or B10 in the proportion of the published shares of lines; the range
runs from all of them free at once to all of them B10. ``docs/tariff_history.md`` says what follows
from that. Writes ``params/history/cepa_rates.csv``::

    python -m cepasim.calibrate.backcast.tariff_history
"""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.countries import PARTNER
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.india import IndiaFacts
from cepasim.economy.lines import NO_LINE
from cepasim.economy.schedule import TariffSchedule
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters, bundled_directory
from cepasim.products.levels import chapter_of

Floats = NDArray[np.float64]

#: Fiscal year in which the CEPA entered into force, on 1 August; the year before is the base.
ENTRY_YEAR = 2011
FIRST_YEAR = ENTRY_YEAR - 1
OUTPUT = "history/cepa_rates.csv"
_MONTHS = 12


@dataclass(frozen=True)
class Staging:
    """How rates fell in one importer.

    Attributes
    ----------
    immediate : float
        Share of lines free at once among those that are free today, were dutiable and are not
        known to be B15.
    instalments : float
        Equal cuts of the others (category B10: eleven).
    instalments_b15 : float
    months_first_year : float
        Months of 2011-12 in which the first cut was in force.
    """

    immediate: float
    instalments: float
    instalments_b15: float
    months_first_year: float

    def left(self, year: int, instalments: float) -> float:
        """Mean share of the base rate left in a fiscal year for a staged line, 0 to 1.

        ``1 - j / instalments`` with j = 1 from 1 August 2011 and one more each 1 April; one
        instalment is immediate elimination. The first year is the mean over its months.
        """
        if year < ENTRY_YEAR:
            return 1.0
        after = max(0.0, 1.0 - (year - ENTRY_YEAR + 1) / instalments)
        if year > ENTRY_YEAR:
            return after
        in_force = self.months_first_year / _MONTHS
        return in_force * after + (1 - in_force)


def staging(parameters: Parameters, schedule: TariffSchedule, b15: NDArray[np.bool_]) -> Staging:
    """Staging of one importer from the published shares of lines by category.

    The published shares count all lines, those without any duty included; they are reduced to the
    lines that had something to cut: ``(immediate - mfn free) / (liberalised - mfn free - partial -
    B15)``.
    """
    table = parameters.table("tariffs/cepa_staging")

    def figure(party: str, item: str) -> float:
        [value] = table.loc[(table["party"] == party) & (table["item"] == item), "value"]
        return float(value)

    lines = schedule.category != NO_LINE
    count = int(lines.sum())

    def counted(chosen: NDArray[np.bool_]) -> float:
        return 100.0 * int((chosen & lines).sum()) / count

    free = counted(schedule.category == "mfn_free")
    others = counted(schedule.category == "partial") + counted(b15)
    to_cut = figure(schedule.importer, "liberalised total") - free - others
    at_once = figure(schedule.importer, "immediate zero") - free
    return Staging(
        immediate=float(np.clip(at_once / to_cut, 0.0, 1.0)),
        instalments=figure("both", "instalments_B10"),
        instalments_b15=parameters.value("b15_instalments"),
        months_first_year=figure("both", "months in force 2011-12"),
    )


def line_paths(
    schedule: TariffSchedule, rule: Staging, last_step: Floats, years: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Preferential rate of each line in each year: expected, lowest and highest.

    Parameters
    ----------
    schedule : TariffSchedule
    rule : Staging
    last_step : ndarray, shape (N,)
        Last instalment of B15 lines, fraction; NaN elsewhere.
    years : ndarray of int, shape (Y,)

    Returns
    -------
    value, low, high : ndarray, shape (Y, N)
        Fractions; NaN where no ad-valorem rate of the product is known. Expected rates where
        only the shares of categories are known.
    """
    source = PARTNER[schedule.importer]
    final = schedule.line_rates(source, np.array([schedule.rates.base_year]))[0]
    # A line freed from a duty without an ad-valorem rate starts where its product does.
    unknown = np.isnan(schedule.mfn) & ~np.isnan(final)
    mfn = np.where(unknown, schedule.product_mfn(source)[schedule.product_of_line], schedule.mfn)
    b15 = ~np.isnan(last_step)
    staged = (schedule.category == "free") & ~b15
    partial = (schedule.category == "partial") & ~b15

    def path(share: Callable[[int], float]) -> Floats:
        rows = []
        for year in years:
            ten, fifteen = (
                rule.left(int(year), n) for n in (rule.instalments, rule.instalments_b15)
            )
            rate = np.where(staged, share(int(year)) * mfn, mfn)
            rate = np.where(partial, final + ten * (mfn - final), rate)
            # Printed instalments are rounded: the rate they imply may not pass the MFN rate.
            fallen = np.fmin(fifteen * rule.instalments_b15 * last_step, mfn)
            b15_rate = mfn if year < ENTRY_YEAR else fallen
            rows.append(np.where(b15, b15_rate, rate))
        return np.array(rows)

    def at_once(year: int) -> float:
        return rule.left(year, 1.0)

    def in_ten(year: int) -> float:
        return rule.left(year, rule.instalments)

    return (
        path(lambda year: rule.immediate * at_once(year) + (1 - rule.immediate) * in_ten(year)),
        path(at_once),
        path(in_ten),
    )


def cepa_rates(parameters: Parameters) -> pd.DataFrame:
    """Mean CEPA and MFN rate by importer, chapter and fiscal year, 2010-11 to 2023-24.

    Parameters
    ----------
    parameters : Parameters

    Returns
    -------
    DataFrame
        importer, hs, fiscal_year, value (mean rate of the partner's goods when the preference is
        claimed, percent), mfn (mean rate without), low and high (of value), alike and mfn_alike
        (the same means with weights of products alike in taste at the MFN rate), unit, grade,
        year, source, note. Simple means over HS6 products, each at its best line in Japan and at
        the mean of its lines in India: no weight depends on trade.
    """
    economy = Economy.build(parameters, line_rule="best")
    years = np.arange(FIRST_YEAR, parameters.base_year.first + 1)
    frames = [_importer_rates(economy, importer, years) for importer in economy.markets]
    return pd.concat(frames, ignore_index=True)


def _importer_rates(economy: Economy, importer: str, years: NDArray[np.int64]) -> pd.DataFrame:
    parameters, market = economy.parameters, economy.markets[importer]
    schedule = market.schedule
    last_step = _last_steps(parameters, schedule)
    rule = staging(parameters, schedule, ~np.isnan(last_step))
    paths = [
        schedule.product_rates(rates, market.partner)
        for rates in line_paths(schedule, rule, last_step, years)
    ]
    mfn = schedule.product_mfn(market.partner)
    low, high = _mfn_range(parameters, schedule)
    group, chapters = schedule.chapter, len(economy.chapters)
    # A product whose duty is not known stays out of both means.
    known = ~np.isnan(mfn)

    def means(rates: Floats, weights: Floats) -> Floats:
        total = np.bincount(group, weights * known, chapters)
        top = [np.bincount(group, np.nan_to_num(row) * weights * known, chapters) for row in rates]
        return 100 * np.divide(top, total, out=np.zeros((len(rates), chapters)), where=total > 0)

    one = np.ones(len(mfn))
    alike = (1 + np.nan_to_num(mfn)) ** -market.sigma_import[group]
    uncertain = np.abs(means(paths[1] * low, one) - means(paths[2] * high, one)).max(axis=0) > 0
    years_text = [format_fiscal_year(int(year)) for year in years]
    frame = pd.DataFrame(
        {
            "importer": importer,
            "hs": np.tile(economy.chapters, len(years)),
            "fiscal_year": np.repeat(years_text, chapters),
            "value": means(paths[0], one).ravel(),
            "mfn": np.tile(means(mfn[None], one)[0], len(years)),
            "low": means(paths[1] * low, one).ravel(),
            "high": means(paths[2] * high, one).ravel(),
            "alike": means(paths[0], alike).ravel(),
            "mfn_alike": np.tile(means(mfn[None], alike)[0], len(years)),
            "unit": "percent",
            "grade": np.tile(np.where(uncertain, "D", "C"), len(years)),
            "year": np.repeat(years_text, chapters),
            "source": f"own reconstruction: staging rule on {_SOURCE[importer]}",
            "note": np.tile(_notes(economy, schedule, uncertain), len(years)),
        }
    )
    return frame.sort_values(["hs", "fiscal_year"], kind="stable").reset_index(drop=True)


_SOURCE = {
    "JPN": "Japan's schedule of July 2026",
    "IND": "Notification 69/2011-Customs as amended to 2026 and duty in force by line in 2023-24",
}


def _notes(economy: Economy, schedule: TariffSchedule, uncertain: NDArray[np.bool_]) -> list[str]:
    without = {chapter_of(line) for line in schedule.lines[schedule.category == NO_LINE]}
    words = []
    for hs, open_question in zip(economy.chapters, uncertain, strict=True):
        if hs in without:
            words.append("no tariff lines known: counted as zero")
        elif open_question and schedule.importer == "IND":
            words.append("categories by line and past MFN rates not known")
        else:
            words.append(
                "categories by line not known" if open_question else "stage of every line known"
            )
    return words


def _last_steps(parameters: Parameters, schedule: TariffSchedule) -> Floats:
    """Last B15 instalment of each line, fraction, shape (N,); NaN where none is known."""
    if schedule.importer != "JPN":
        return np.full(len(schedule.lines), np.nan)
    table = parameters.table("tariffs/japan_lines")
    steps = table.groupby("hs9")["b15_rate_jan_2026_pct"].mean()
    return steps.reindex(schedule.lines).to_numpy(float) / 100


def _mfn_range(parameters: Parameters, schedule: TariffSchedule) -> tuple[Floats, Floats]:
    """Low and high of each product's MFN rate relative to its value, shape (K,) each.

    Japan's rates are those of its schedule. India's are read from a book that may be out by a
    factor; products that the book lacks have the chapter's rate with its range.
    """
    one = np.ones(len(schedule.products))
    facts = schedule.rates.facts
    if not isinstance(facts, IndiaFacts):
        return one, one
    rows = parameters.rows
    book = rows[rows["parameter"] == "india_duty_in_force"].iloc[0]
    prior = parameters.table("tariffs/india_mfn_chapter").set_index("hs")
    prior = prior.reindex([chapter_of(product) for product in schedule.products])
    value = prior["value"].to_numpy(float)
    read = ~np.isnan(facts.duty[schedule.first_line])

    def end(name: str) -> Floats:
        chapter = np.divide(prior[name].to_numpy(float), value, out=one.copy(), where=value > 0)
        return np.where(read, float(book[name]) / float(book["value"]), chapter)

    return end("low"), end("high")


def as_csv(table: pd.DataFrame) -> str:
    """Text of the table as it is stored: four decimals, blanks never."""
    text = io.StringIO()
    table.to_csv(text, index=False, float_format="%.4f", lineterminator="\n")
    return text.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the table into the parameter folder, or the folder given."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=bundled_directory())
    target = parser.parse_args(arguments).out / OUTPUT
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    half.write_text(as_csv(cepa_rates(load_parameters())), encoding="utf-8", newline="\n")
    os.replace(half, target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
