"""Two offers side by side: what differs line by line, and what each is worth to whom."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.countries import COUNTRY, PAIR
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.language import deferred, mark, paragraph, tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.levers.lever import Lever
from cepasim.levers.staging import Staging, staging
from cepasim.products.levels import chapter_of
from cepasim.result import Result
from cepasim.scenario.naming import detail_in_words
from cepasim.scenario.scenario import Scenario
from cepasim.simulate import simulate

#: Percentage points by which two duties differ at least to count as different.
_SAME_PCT = 1e-6
#: Sources of displacement that are not suppliers.
_NOBODY = ("market_expansion", "wedge", "import_content")
#: US$ million lost at least, to be named as a loser.
_LEAST = 1e-3
_SIDES = (
    (mark("sales to the partner"), {"IND": "exports_usd_mn", "JPN": "imports_usd_mn"}),
    (
        mark("duty collected from the partner"),
        {"IND": "duty_india_usd_mn", "JPN": "duty_japan_usd_mn"},
    ),
)
_WELFARE = {"IND": "welfare_india_usd_mn", "JPN": "welfare_japan_usd_mn"}


_CENTRAL = mark(
    "These are central values without ranges; draws of each offer show how sure they are."
)


@dataclass(frozen=True, slots=True, eq=False)
class OfferComparison:
    """Two offers side by side in one year; central values, without ranges.

    Attributes
    ----------
    fiscal_year : str
    mine, theirs : Result
    """

    fiscal_year: str
    mine: Result
    theirs: Result
    _economy: Economy = field(repr=False)
    _tables: dict[str, pd.DataFrame] = field(repr=False)

    @property
    def text(self) -> str:
        """What differs most, in words, in the language of the moment."""
        said = _in_words(self._economy, self._tables, self.fiscal_year)
        if self.mine.scenario.level in (None, "chapter"):
            return said
        detail = detail_in_words(self.mine.scenario)
        return paragraph([said, tr("Both offers were run by {level}.", level=detail)])

    @property
    def lead(self) -> str:
        """How far the offers differ and who loses most: `text` without the amounts by side."""
        lines, losers = self._tables["lines"], self._tables["losers"]
        said = [_counted(lines), *_worst(self._economy, losers), tr(_CENTRAL)]
        return paragraph(said)

    @property
    def lines(self) -> pd.DataFrame:
        """Tariff lines on which the offers differ in some year.

        ``mine_pct`` and ``theirs_pct`` are the partner's duty in the year, remedies included;
        ``mine_last_pct`` and ``theirs_last_pct`` in the last year of both; ``differs_from`` is the
        first year in which they differ.
        """
        return self._tables["lines"].copy()

    @property
    def levers(self) -> pd.DataFrame:
        """Levers of either offer in words: in both, mine alone, theirs alone, or changed."""
        return self._tables["levers"].copy()

    @property
    def sides(self) -> pd.DataFrame:
        """What each side gains and loses, US$ million against the reference of the year.

        Welfare is empty where none is claimed.
        """
        return self._tables["sides"].copy()

    @property
    def chapters(self) -> pd.DataFrame:
        """Trade by flow and chapter where either offer changes it, and who loses most there."""
        return self._tables["chapters"].copy()

    @property
    def losers(self) -> pd.DataFrame:
        """Suppliers who lose sales to either offer, most first; ``domestic`` are home producers."""
        return self._tables["losers"].copy()


def compare_offers(
    economy: Economy, mine: Scenario, theirs: Scenario, fiscal_year: str = "2030-31"
) -> OfferComparison:
    """Two offers side by side, line by line: what differs, and each side's gain, revenue, loser.

    Parameters
    ----------
    economy : Economy
        From `cepasim.load`.
    mine, theirs : Scenario
        Paths of years. One that does not say at which level it is run is run at the other's.
    fiscal_year : str, optional
        Within the horizons of both.

    Returns
    -------
    OfferComparison
        Central values, without ranges.

    Raises
    ------
    InputError
        For a year that one of them does not reach, comparative statics, or two levels: what
        differs would be the level as well.

    Examples
    --------
    >>> import cepasim
    >>> offers = [
    ...     cepasim.Scenario.bundled(one) for one in ("cepa-reciprocal", "cepa-remaining-tariffs")
    ... ]
    >>> compared = cepasim.compare_offers(cepasim.load(), *offers)
    >>> set(compared.lines["importer"])
    {'IND'}
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    for name, offer in (("mine", mine), ("theirs", theirs)):
        instance_of(name, offer, Scenario, tr("a scenario, such as Scenario.read gives"))
        if not offer.staged:
            refuse(name, offer.name, tr("a path of years (time: path): offers have dates"))
    mine, theirs = _at_one_level(mine, theirs)
    base = economy.base_year
    both = np.intersect1d(mine.years_from(base), theirs.years_from(base))
    names = [format_fiscal_year(int(year)) for year in both]
    if fiscal_year not in names:
        allowed = tr("a fiscal year from {first} to {last}", first=names[0], last=names[-1])
        refuse("fiscal_year", fiscal_year, allowed)
    first, second = (simulate(economy, offer, attribution=False) for offer in (mine, theirs))
    results = (first, second)
    tables = {
        "lines": _lines(economy, mine, theirs, both, names.index(fiscal_year)),
        "levers": _levers(economy, mine, theirs),
        "sides": _sides(results, fiscal_year),
        "chapters": _chapters(economy, results, fiscal_year),
        "losers": _losers(results, fiscal_year),
    }
    return OfferComparison(fiscal_year, first, second, economy, tables)


def _at_one_level(mine: Scenario, theirs: Scenario) -> tuple[Scenario, Scenario]:
    """Both offers at the level that either names."""
    levels = [(one.level, one.refine) for one in (mine, theirs)]
    named = [one for one in dict.fromkeys(levels) if one != (None, ())]
    if len(named) > 1:
        allowed = tr(
            "an offer at the level of mine ({level}): otherwise the level is part of what differs",
            level=detail_in_words(mine),
        )
        refuse("theirs", theirs.name, allowed)
    if not named:
        return mine, theirs
    [(level, refine)] = named
    update = {"level": level, "refine": refine}
    return mine.model_copy(update=update), theirs.model_copy(update=update)


def _lines(
    economy: Economy, mine: Scenario, theirs: Scenario, years: np.ndarray, row: int
) -> pd.DataFrame:
    frames = []
    for importer in PAIR:
        one, other = (
            staging(offer.economy_under(economy), offer.levers, importer, years)
            for offer in (mine, theirs)
        )
        frames.append(_differing(economy, one, other, row))
    return pd.concat(frames, ignore_index=True)


def _differing(economy: Economy, one: Staging, other: Staging, row: int) -> pd.DataFrame:
    gap = np.nan_to_num(100 * (one.rates - other.rates))
    chosen = (np.abs(gap) > _SAME_PCT).any(axis=0)
    first = np.argmax(np.abs(gap[:, chosen]) > _SAME_PCT, axis=0)
    labels = np.array([format_fiscal_year(int(year)) for year in one.years])
    lines = one.lines[chosen]
    return pd.DataFrame(
        {
            "importer": one.importer,
            "line": lines,
            "chapter": [economy.classification.name(chapter_of(str(line))) for line in lines],
            "mfn_pct": 100 * one.mfn[chosen],
            "reference_pct": 100 * one.scheduled[row, chosen],
            "mine_pct": 100 * one.rates[row, chosen],
            "theirs_pct": 100 * other.rates[row, chosen],
            "mine_last_pct": 100 * one.rates[-1, chosen],
            "theirs_last_pct": 100 * other.rates[-1, chosen],
            "differs_from": labels[first],
        }
    )


def _levers(economy: Economy, mine: Scenario, theirs: Scenario) -> pd.DataFrame:
    """Levers about the same flow and products are one row, changed or not."""

    def about(lever: Lever) -> Hashable:
        return lever.kind, lever.targets, lever.selected

    ours, others = ({about(one): one for one in offer.levers} for offer in (mine, theirs))
    rows = []
    for key in dict.fromkeys((*ours, *others)):
        one, other = ours.get(key), others.get(key)
        status = mark("changed")
        if one is None or other is None:
            status = mark("theirs alone") if one is None else mark("mine alone")
        elif one == other:
            status = mark("in both")
        words = [
            "" if it is None else deferred("{lever}", lever=partial(_worded, it, economy))
            for it in (one, other)
        ]
        title = (one or other).title  # type: ignore[union-attr]
        rows.append((title, status, *words))
    return pd.DataFrame(rows, columns=["lever", "status", "mine", "theirs"], dtype=object)


def _worded(lever: Lever, economy: Economy) -> str:
    return lever.in_words(economy.classification)


def _sides(results: tuple[Result, ...], fiscal_year: str) -> pd.DataFrame:
    rows = []
    totals = [one.totals.set_index("fiscal_year").loc[fiscal_year].to_dict() for one in results]
    for country in ("IND", "JPN"):
        for item, columns in _SIDES:
            name = columns[country]
            values = [float(total[name] - total[f"baseline_{name}"]) for total in totals]
            rows.append((COUNTRY[country], item, *values))
        values = [float(total[_WELFARE[country]]) for total in totals]
        rows.append((COUNTRY[country], mark("welfare"), *values))
    values = [float(total["change_in_balance_usd_mn"]) for total in totals]
    rows.append((COUNTRY["IND"], mark("balance with the partner"), *values))
    found = pd.DataFrame(rows, columns=["side", "item", "mine_usd_mn", "theirs_usd_mn"])
    found["theirs_less_mine_usd_mn"] = found["theirs_usd_mn"] - found["mine_usd_mn"]
    return found


def _displaced(result: Result, fiscal_year: str) -> pd.DataFrame:
    """What other suppliers and home producers gain (above 0) or lose."""
    table = result.displacement
    kept = table[(table["fiscal_year"] == fiscal_year) & ~table["source"].isin(_NOBODY)]
    # The table of a result says what the pair takes from each of them.
    return kept.assign(change_usd_mn=-kept["change_usd_mn"])


def _chapters(economy: Economy, results: tuple[Result, ...], fiscal_year: str) -> pd.DataFrame:
    frames = []
    for name, result in zip(("mine", "theirs"), results, strict=True):
        sectors = result.by("chapter", fiscal_year).rename(columns={"hs": "chapter"})
        sectors = sectors[sectors["flow"] != "balance"].set_index(["flow", "chapter"])
        frame = pd.DataFrame({f"{name}_usd_mn": sectors["change_usd_mn"]})
        lost = _displaced(result, fiscal_year).rename(columns={"hs": "chapter"})
        lost["chapter"] = [chapter_of(str(hs)) for hs in lost["chapter"]]
        groups = lost.groupby(["flow", "chapter", "source"], as_index=False)
        by_source = groups[["change_usd_mn"]].sum().sort_values("change_usd_mn")
        by_source = by_source[by_source["change_usd_mn"] < -_LEAST]
        worst = by_source.drop_duplicates(["flow", "chapter"]).set_index(["flow", "chapter"])
        frame[f"{name}_loser"] = worst["source"]
        frame[f"{name}_loss_usd_mn"] = worst["change_usd_mn"]
        frames.append(frame)
    found = pd.concat(frames, axis=1).reset_index()
    found["theirs_less_mine_usd_mn"] = found["theirs_usd_mn"] - found["mine_usd_mn"]
    found.insert(2, "name", [economy.classification.name(hs) for hs in found["chapter"]])
    moved = found[["mine_usd_mn", "theirs_usd_mn"]].abs().max(axis=1) > 1e-6
    order = found["theirs_less_mine_usd_mn"].abs()[moved].sort_values(ascending=False).index
    return found.loc[order].reset_index(drop=True)


def _losers(results: tuple[Result, ...], fiscal_year: str) -> pd.DataFrame:
    summed = {
        f"{name}_usd_mn": _displaced(result, fiscal_year)
        .groupby(["flow", "source"])["change_usd_mn"]
        .sum()
        for name, result in zip(("mine", "theirs"), results, strict=True)
    }
    found = pd.DataFrame(summed).reset_index()
    least = found[["mine_usd_mn", "theirs_usd_mn"]].min(axis=1)
    return found.loc[least[least < -_LEAST].sort_values().index].reset_index(drop=True)


def _in_words(
    economy: Economy,
    tables: dict[str, pd.DataFrame],
    fiscal_year: str,
) -> str:
    sides = tables["sides"]
    sentences = [_counted(tables["lines"]), tr("In {year}:", year=year_in_words(fiscal_year))]
    parts = []
    for row in sides.to_dict("records"):
        mine, theirs = (float(row[f"{one}_usd_mn"]) for one in ("mine", "theirs"))
        whose = {"country": tr(row["side"]), "item": tr(row["item"])}
        if np.isnan(mine) or np.isnan(theirs):
            parts.append(tr("{country}'s {item}: not claimed", **whose))
        else:
            amounts = {"mine": mn(mine, signed=True), "theirs": mn(theirs, signed=True)}
            parts.append(
                tr(
                    "{country}'s {item}: {mine} under mine, {theirs} under theirs",
                    **whose,
                    **amounts,
                )
            )
    sentences.append(tr("{parts}.", parts=tr("; ").join(parts)))
    sentences += [*_worst(economy, tables["losers"]), tr(_CENTRAL)]
    return paragraph(sentences)


def _counted(lines: pd.DataFrame) -> str:
    """On how many lines of each side the offers differ."""
    counts = [int((lines["importer"] == importer).sum()) for importer in PAIR]
    return tr(
        "Duties of the offers differ on {first} lines of {one} and {second} lines of {other}.",
        first=f"{counts[0]:,}",
        one=tr(COUNTRY[PAIR[0]]),
        second=f"{counts[1]:,}",
        other=tr(COUNTRY[PAIR[1]]),
    )


def _worst(economy: Economy, losers: pd.DataFrame) -> list[str]:
    """Who loses most, in a sentence; none where nobody does."""
    if losers.empty:
        return []
    worst = losers.to_dict("records")[0]
    name = economy.classification.partner_name
    is_home = worst["source"] == "domestic"
    return [
        tr(
            "The largest loss is that of {who} in {market}: {mine} under mine, {theirs} under "
            "theirs.",
            who=tr("home producers") if is_home else tr(name(str(worst["source"]))),
            market=tr(COUNTRY["JPN" if worst["flow"] == "export" else "IND"]),
            mine=mn(float(worst["mine_usd_mn"])),
            theirs=mn(float(worst["theirs_usd_mn"])),
        )
    ]
