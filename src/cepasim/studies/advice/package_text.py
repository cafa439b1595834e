"""A package, what its constraints cost, and a frontier as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, separated, tr
from cepasim.core.numbers import conversion, money, unit_mn
from cepasim.report.layout import Cells, amounts, plain_table, wrapped
from cepasim.studies.advice.package import Package
from cepasim.studies.advice.package_choice import PackageChoice

#: Candidates left out that are shown, and measures with how often they are chosen.
_SHOWN, _MEASURES = 10, 40
#: Heads of amounts.
_AMOUNTS = {
    "balance_usd_mn": mark("balance"),
    "exports_usd_mn": mark("exports"),
    "imports_usd_mn": mark("imports"),
    "duty_japan_usd_mn": mark("duty,\nJapan"),
    "duty_india_usd_mn": mark("duty,\nIndia"),
    "welfare_japan_usd_mn": mark("welfare,\nJapan"),
    "welfare_india_usd_mn": mark("welfare,\nIndia"),
}


def package_text(package: Package) -> str:
    """The sentence, the concessions, and the first of those left out.

    Parameters
    ----------
    package : Package

    Returns
    -------
    str
    """
    table = package.table
    title = tr(
        "Change against the reference in {year}, {unit} of {price_year}:",
        unit=unit_mn(long=True),
        price_year=year_in_words(package.runner.economy.price_year),
        year=year_in_words(package.year),
    )
    columns = [Cells(tr("measure"), _said(table["measure"]), words=True)]
    columns += [Cells(tr(head), _changes(table[name])) for name, head in _AMOUNTS.items()]
    parts = [wrapped(package.sentence), "", title, plain_table(columns), ""]
    left = package.left_out
    others = left[~left["why"].str.startswith("in place of it")].head(_SHOWN)
    if len(others):
        title = tr(
            "Left out ({n} in all, alternatives of what is in it not shown):", n=f"{len(left):,}"
        )
        columns = [
            Cells(tr("measure"), _said(others["measure"]), words=True),
            Cells(tr("given by"), _said(others["given_by"]), words=True),
            Cells(tr("would add"), _changes(others["would_add_usd_mn"])),
            Cells(tr("why not"), _said(others["why"]), words=True),
        ]
        parts += [title, plain_table(columns), ""]
    if said := conversion():
        parts += [said, ""]
    return "\n".join(parts) + "\n"


def sure_text(sure: PackageChoice) -> str:
    """How often a package and its measures are chosen in other worlds.

    Parameters
    ----------
    sure : PackageChoice
    """
    worlds, measures = sure.alternatives, sure.measures.head(_MEASURES)
    yes, no = tr("yes"), tr("no")
    alone = [
        Cells(tr("choice"), _said(worlds["choice"]), words=True),
        Cells(tr("alternative"), _said(worlds["label"]), words=True),
        Cells(tr("same\npackage"), [yes if one else no for one in worlds["same"]]),
        Cells(tr("in common,\n%"), _percents(worlds["in_common_percent"])),
        Cells(tr("this\npackage"), _changes(worlds["package_usd_mn"])),
        Cells(tr("best\npackage"), _changes(worlds["best_usd_mn"])),
        Cells(tr("given up,\n%"), _percents(worlds["given_up_percent"])),
        Cells(tr("keeps to\nthe limits"), [yes if one else no for one in worlds["holds"]]),
    ]
    often = [
        Cells(tr("measure"), _said(measures["measure"]), words=True),
        Cells(tr("given by"), _said(measures["given_by"]), words=True),
        Cells(tr("in the\npackage"), [yes if one else "" for one in measures["in_package"]]),
        Cells(tr("alter-\nnatives"), _percents(measures["alternatives_percent"])),
        Cells(tr("at another\ndepth"), _percents(measures["other_depth_percent"])),
    ]
    if measures["draws_percent"].notna().any():
        often.append(Cells(tr("draws"), _percents(measures["draws_percent"])))
    each = tr(
        "Each alternative of the model by itself, objective in {unit}:", unit=unit_mn(long=True)
    )
    parts = [
        wrapped(sure.text),
        *(f"- {now(note)}" for note in sure.notes),
        "",
        each,
        plain_table(alone),
        "",
        tr("How often each measure is chosen, % of alternatives and of draws:"),
        plain_table(often),
        "",
    ]
    return "\n".join(parts) + "\n"


def prices_text(package: Package) -> str:
    """What each constraint costs the objective.

    Parameters
    ----------
    package : Package
    """
    prices = package.shadow_prices
    if prices.empty:
        return tr("No constraint has a price.") + "\n"
    title = tr(
        "What each constraint costs, by the objective ({objective}), {unit}:",
        objective=package.terms.objective,
        unit=unit_mn(long=True),
    )
    columns = [
        Cells(tr("constraint"), prices["constraint"].tolist(), words=True),
        Cells(tr("limit"), limits_in_words(package), words=True),
        Cells(tr("as it is"), _changes(prices["objective_usd_mn"])),
        Cells(tr("10 % looser"), _changes(prices["looser_usd_mn"])),
        Cells(tr("without it"), _changes(prices["without_usd_mn"])),
    ]
    return f"{title}\n{plain_table(columns)}\n\n"


def limit_in_words(name: str, limit: object) -> str:
    """Write what a limit was set at, with its unit and side.

    Parameters
    ----------
    name : str
        Of the limit, as ``Package.terms.given`` has it.
    limit : object
        An amount or a share, one for both sides or one for each.

    Examples
    --------
    >>> limit_in_words("revenue_loss_usd_mn", {"JPN": 50.0})
    'Japan US$ 50 mn'
    >>> limit_in_words("sensitive_percent", 10.0)
    '10 %'
    """
    if isinstance(limit, Mapping):
        return separated(
            tr("{country} {limit}", country=tr(COUNTRY[side]), limit=limit_in_words(name, one))
            for side, one in limit.items()
        )
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        return str(limit)
    if name.endswith("_usd_mn"):
        return money(float(limit))
    return f"{limit:g} %" if name.endswith("_percent") else f"{limit:g}"


def limits_in_words(package: Package) -> list[str]:
    """Write what each row of ``Package.shadow_prices`` was set at; products as their codes."""
    given, rows = package.terms.given, package.shadow_prices
    return [
        text if name == "exclude" else limit_in_words(name, given[name])
        for name, text in zip(rows["constraint"], rows["limit"], strict=True)
    ]


def frontier_text(frontier: pd.DataFrame) -> str:
    """Gains of both sides along a frontier.

    Parameters
    ----------
    frontier : DataFrame
        From ``Package.frontier``.
    """
    title = tr(
        "Frontier, {unit}: the most India can gain for each gain of Japan:",
        unit=unit_mn(long=True),
    )
    columns = [
        Cells(tr("gain of\nIndia"), _changes(frontier["gain_india_usd_mn"])),
        Cells(tr("gain of\nJapan"), _changes(frontier["gain_japan_usd_mn"])),
        Cells(tr("objective"), _changes(frontier["objective_usd_mn"])),
        Cells(tr("measures"), [str(one) for one in frontier["measures"]]),
    ]
    return f"{title}\n{plain_table(columns)}\n"


def _said(texts: Iterable[str]) -> list[str]:
    return [now(one) for one in texts]


def _changes(usd_mn: Iterable[float]) -> list[str]:
    return amounts(usd_mn, signed=True)


def _percents(shares: Iterable[float]) -> list[str]:
    return ["" if pd.isna(one) else f"{one:.0f}" for one in shares]
