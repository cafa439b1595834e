"""Whether figures can be what they say they are: beside the benchmark, and published totals."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cepasim.core.countries import ADJECTIVE, COUNTRY, FLOW_INTO, INDIA, PAIR, PARTNER
from cepasim.core.language import tr
from cepasim.core.problems import Problem
from cepasim.data.countries import REST
from cepasim.data.money import usd_mn, valued
from cepasim.data.reading import Kind
from cepasim.params.parameters import Parameters
from cepasim.products.levels import chapter_of


def implausible(
    file: str, frame: pd.DataFrame, kind: Kind, parameters: Parameters
) -> list[Problem]:
    """List what cannot be right: another unit, exchanged flows, another year.

    Parameters
    ----------
    file : str
    frame : DataFrame
        Trade or claims as in ``Reading.frame``.
    kind : {"trade", "claims"}
    parameters : Parameters
        Its benchmark and published totals.
    """
    problems: list[Problem] = []
    keys = ["reporter", "importer", "source", "period"]
    for (reporter, importer, source, period), part in frame.groupby(keys):
        market = str(importer)
        known = _benchmark(parameters, market, str(source))
        if known.empty:
            continue
        which = tr(
            "trade of {source} in {country}'s market in {period}, by customs of {reporter}",
            source=source,
            country=tr(COUNTRY[market]),
            period=period,
            reporter=reporter,
        )
        sums = part.groupby(part["hs"].map(chapter_of))["usd_mn"].sum()
        # A group may be there with some of its countries only.
        alone = len(str(source)) == 3 and source != REST
        found = list(_another_size(file, which, sums, known, kind == "trade" and alone, parameters))
        pair = source == PARTNER[market]
        if pair and kind == "trade":
            exchanged = list(_exchanged(file, which, sums, market, parameters))
            found = exchanged or found
            if not found and reporter == INDIA:
                found = list(_another_year(file, part, market, str(period), parameters))
        problems += found
    return problems


def _benchmark(parameters: Parameters, importer: str, source: str) -> pd.Series:
    """Trade of the base year by chapter, as India counts the pair's and c.i.f. for rivals."""
    if source == PARTNER[importer]:
        table = parameters.table("benchmark/bilateral")
        rows = table[table["flow"] == FLOW_INTO[importer]]
    else:
        market = "japan_imports" if importer == PAIR[0] else "india_imports"
        table = parameters.table(f"benchmark/{market}")
        rows = table[table["exporter"] == source]
    return rows.set_index("hs")["value"].astype(float)


def _bound(parameters: Parameters, name: str) -> float:
    return parameters.dictionary.bounds[name].value


def _another_size(
    file: str,
    which: str,
    sums: pd.Series,
    known: pd.Series,
    all_of_it: bool,
    parameters: Parameters,
) -> Iterator[Problem]:
    """A sum far from that of the same chapters in the benchmark."""
    factor, least = _bound(parameters, "reading_off"), _bound(parameters, "reading_least")
    beside = float(known.reindex(sums.index).fillna(0.0).sum())
    total = float(sums.sum())
    whole = beside >= _bound(parameters, "reading_whole") * float(known.sum())
    too_much = total > factor * max(beside, least)
    too_little = all_of_it and whole and beside >= least and total * factor < beside
    if too_much or too_little:
        allowed = tr(
            "within a factor of {factor} of the benchmark of {base}, {amount} in the same "
            "chapters: another unit, year, country or flow?",
            factor=f"{factor:g}",
            base=parameters.base_year,
            amount=usd_mn(beside),
        )
        yield Problem(file, None, which, usd_mn(total), allowed)


def _exchanged(
    file: str, which: str, sums: pd.Series, importer: str, parameters: Parameters
) -> Iterator[Problem]:
    """A mix of goods that is much nearer to the trade in the other direction."""
    if len(sums) < _bound(parameters, "reading_mix"):
        return
    other = PARTNER[importer]
    own_gap = _distance(sums, _benchmark(parameters, importer, other))
    other_gap = _distance(sums, _benchmark(parameters, other, importer))
    if other_gap < _bound(parameters, "exchanged") * own_gap:
        allowed = tr(
            "{mine} goods: what is in the file resembles {theirs} goods in {country} "
            "(shares of chapters differ by {own_gap} from the former, {other_gap} from "
            "the latter); are exports and imports, or reporter and partner, exchanged?",
            mine=tr(ADJECTIVE[other]),
            theirs=tr(ADJECTIVE[importer]),
            country=tr(COUNTRY[other]),
            own_gap=f"{own_gap:.0%}",
            other_gap=f"{other_gap:.0%}",
        )
        yield Problem(file, None, "flow", which, allowed)


def _distance(sums: pd.Series, known: pd.Series) -> float:
    """Half the sum of absolute differences of shares among the chapters of a file."""
    there = known.reindex(sums.index).fillna(0.0)
    if there.sum() <= 0 or sums.sum() <= 0:
        return 1.0
    return float((sums / sums.sum() - there / there.sum()).abs().sum() / 2)


def _another_year(
    file: str, part: pd.DataFrame, importer: str, period: str, parameters: Parameters
) -> Iterator[Problem]:
    """A total of India's that is the published one of another year."""
    published = published_totals(parameters, FLOW_INTO[importer])
    usual = "fob" if FLOW_INTO[importer] == "export" else "cif"
    if period not in published or set(part["valuation"]) != {usual}:
        return
    near = _bound(parameters, "reading_year")
    total = float(valued(part, "fob" if usual == "fob" else "cif", parameters)["usd_mn"].sum())
    gap = {year: abs(total / value - 1) for year, value in published.items()}
    best = min(gap, key=lambda year: gap[year])
    chapters = part["hs"].map(chapter_of).nunique()
    far = gap[period] > _bound(parameters, "reading_far") * near
    full = chapters > _bound(parameters, "reading_full")
    if best != period and gap[best] < near and far and full:
        allowed = tr(
            "near the published total of {period}, {amount}; it is that of {other}, "
            "{other_amount}: are the years right?",
            period=period,
            amount=usd_mn(published[period], 0),
            other=best,
            other_amount=usd_mn(published[best], 0),
        )
        yield Problem(file, None, period, usd_mn(total), allowed)


def published_totals(parameters: Parameters, flow: str) -> dict[str, float]:
    """Published totals of the pair by fiscal year, US$ mn."""
    totals = parameters.table("history/totals")
    measure = "exports_to_japan" if flow == "export" else "imports_from_japan"
    rows = totals[totals["measure"] == measure]
    published = {
        str(y): 1000 * float(v) for y, v in zip(rows["fiscal_year"], rows["value"], strict=True)
    }
    recent = parameters.table("reference/published_totals")
    recent = recent[recent["flow"] == flow]
    return published | {
        str(y): float(v) for y, v in zip(recent["fiscal_year"], recent["value"], strict=True)
    }
