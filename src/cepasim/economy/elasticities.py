"""Elasticities of substitution from one source as a whole, and the responses they imply.

A source gives the elasticity between sources of imports by chapter; that of imports against home
goods is half of it (the rule of two, as in GTAP). Where a source has nothing for a chapter the
folder's own value stays. The equations: docs/method.md, "Which elasticity".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.countries import PAIR, PARTNER
from cepasim.core.language import mark, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.economy.market import Market
from cepasim.params.parameters import Parameters
from cepasim.params.replacing import rows_in_folder, with_rows

EconomyT = TypeVar("EconomyT")
TABLE = "elasticities/armington"
#: The folder's own table; the bundled one is GTAP's.
OWN = "gtap"
#: Parameter: what a source implies between imports and home goods.
RULE_OF_TWO = "rule_of_two"
_UNIT = "elasticity of substitution"
#: Quantities of the table of literature: the response a year after a tariff, and in the long run.
_FIRST_YEAR = "trade_tariff_elasticity_year1"
_LONG_RUN = "trade_tariff_elasticity_long_run"


@dataclass(frozen=True, slots=True)
class Published:
    """What a source publishes for one importer, shape (H,) each; NaN where it has nothing.

    Attributes
    ----------
    value, low, high : ndarray
        Elasticity between sources of imports.
    """

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Source:
    """A source of elasticities.

    Attributes
    ----------
    name : str
        What users write.
    reference : str
        Who published it.
    what : str
        What it measures and how it is used, for people.
    year, grade : str
    by_importer : bool
        Whether the two importers have values of their own.
    read : callable
        ``read(parameters, importer, chapters)`` gives what is published.
    """

    name: str
    reference: str
    what: str
    year: str
    grade: str
    by_importer: bool
    read: Callable[[Parameters, str, tuple[str, ...]], Published]

    @property
    def authors(self) -> str:
        """Who published it and when, without where."""
        return self.reference.split(" (")[0]


def implied(sigma: Floats, supply: Floats) -> Floats:
    """Response of the value traded to the landed wedge, ``sigma (1 + eps) / (sigma + eps)``.

    Parameters
    ----------
    sigma, supply : ndarray
        Of one shape; supply up to infinity.
    """
    endless = np.isinf(supply)
    eps = np.where(endless, 1.0, supply)
    return np.asarray(np.where(endless, sigma, sigma * (1 + eps) / (sigma + eps)))


def behind(response: Floats, supply: Floats) -> Floats:
    """Elasticity that implies a response under finite supply; NaN where none does."""
    endless = np.isinf(supply)
    eps = np.where(endless, 2 * response, supply)
    with np.errstate(divide="ignore"):
        found = np.where(endless, response, response * eps / (1 + eps - response))
    return np.asarray(np.where(endless | (1 + eps > response), found, np.nan))


def implied_responses(market: Market, first_year: float) -> pd.DataFrame:
    """What a market's elasticities imply for trade with the partner, by chapter.

    Parameters
    ----------
    market : Market
    first_year : float
        Share of the long run in the year of a change (``lag_first_year``).

    Returns
    -------
    DataFrame
        ``hs``, ``sigma_import``, ``first_year``, ``long_run``: the value traded falls by that
        many percent where the landed wedge rises by one, for a small supplier.
    """
    long_run = implied(market.sigma_import, market.supply[:, market.partner_column])
    return pd.DataFrame(
        {
            "hs": list(market.chapters),
            "sigma_import": market.sigma_import,
            "first_year": first_year * long_run,
            "long_run": long_run,
        }
    )


def published_responses(parameters: Parameters) -> tuple[Floats, Floats]:
    """Response of trade to tariffs by Boehm et al.: first year and long run, (value, low, high)."""
    table = parameters.table("elasticities/literature").set_index("quantity")
    columns = ["value", "low", "high"]
    return (
        table.loc[_FIRST_YEAR, columns].to_numpy(float),
        table.loc[_LONG_RUN, columns].to_numpy(float),
    )


def literature(parameters: Parameters, importer: str, hs: str) -> list[tuple[str, float, Source]]:
    """What the sources publish for one chapter beside the model's response: label, value, source.

    The response of Boehm et al. comes for the first year and for the long run.
    """
    found = []
    for name in ("fgo", "broda_weinstein"):
        source = SOURCES[name]
        [value] = source.read(parameters, importer, (hs,)).value
        if np.isfinite(value):
            said = tr("literature: {authors}", authors=source.authors)
            found.append((said, float(value), source))
    first_year, long_run = published_responses(parameters)
    boehm = SOURCES["boehm"]
    return [
        *found,
        (
            tr("literature: {authors}, first year", authors=boehm.authors),
            float(first_year[0]),
            boehm,
        ),
        (tr("literature: {authors}, long run", authors=boehm.authors), float(long_run[0]), boehm),
    ]


# -- the sources ------------------------------------------------------------------------------


def _as_wide_as_own(parameters: Parameters, chapters: tuple[str, ...], value: Floats) -> Published:
    """Values with the folder's own relative range of each chapter."""
    rows = rows_in_folder(parameters, TABLE)
    rows = rows[rows["parameter"] == "sigma_import"].drop_duplicates("hs").set_index("hs")
    rows = rows.reindex(chapters)
    most = parameters.dictionary.units[_UNIT].maximum or np.inf
    possible = np.where(value <= most, value, np.nan)
    low, high = (possible * (rows[end] / rows["value"]).to_numpy(float) for end in ("low", "high"))
    return Published(possible, low, np.minimum(high, most))


def _of_column(
    columns: Mapping[str, str],
) -> Callable[[Parameters, str, tuple[str, ...]], Published]:
    def read(parameters: Parameters, importer: str, chapters: tuple[str, ...]) -> Published:
        table = parameters.table("elasticities/literature_by_chapter").set_index("hs")
        value = table[columns[importer]].reindex(chapters).to_numpy(float)
        return _as_wide_as_own(parameters, chapters, value)

    return read


def _boehm(parameters: Parameters, importer: str, chapters: tuple[str, ...]) -> Published:
    supply = parameters.by_chapter("epsilon_supply", chapters, importer, PARTNER[importer])
    _, long_run = published_responses(parameters)
    value, low, high = (behind(np.full(supply.shape, one), supply) for one in long_run)
    return Published(value, low, np.where(np.isnan(high), value, high))


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source(
            OWN,
            "Hertel, Hummels, Ivanic & Keeney 2007 (GTAP 11)",
            mark("the folder's own table"),
            "2017",
            "C",
            False,
            lambda parameters, importer, chapters: _as_wide_as_own(
                parameters,
                chapters,
                parameters.by_chapter("sigma_import", chapters, importer),
            ),
        ),
        Source(
            "fgo",
            "Fontagné, Guimbard & Orefice 2022 (JIE 137; ProTEE)",
            mark(
                "median over the HS6 products of the chapter, taken for sigma (values without duty)"
            ),
            "2022",
            "B",
            False,
            _of_column(dict.fromkeys(PAIR, "fgo_median")),
        ),
        Source(
            "broda_weinstein",
            "Broda & Weinstein 2006 (QJE 121)",
            mark("median over the goods of the chapter, estimated for each importer"),
            "2006",
            "B",
            True,
            _of_column({"JPN": "bw_jpn_median", "IND": "bw_ind_median"}),
        ),
        Source(
            "boehm",
            "Boehm, Levchenko & Pandalai-Nayar 2023 (AER 113)",
            mark(
                "sigma with which, at the supply elasticity of the partner, trade responds by 2.0 "
                "in the long run (and, with the lag, by 0.76 in the first year); one value for all "
                "goods"
            ),
            "2023",
            "C",
            True,
            _boehm,
        ),
    )
}
SOURCES_TEXT = mark("one of gtap, fgo, broda_weinstein, boehm")


def check_source(name: object) -> str:
    """Return the name of a source.

    Raises
    ------
    InputError
        With the names there are.
    """
    if not isinstance(name, str) or name not in SOURCES:
        near = closest(name, SOURCES) if isinstance(name, str) else ""
        raise InputError([Problem("economy", None, "elasticities", name, tr(SOURCES_TEXT) + near)])
    return name


def has_own_elasticities(parameters: Parameters) -> bool:
    """Whether the elasticities are those of the folder's own table, not of a source."""
    own = rows_in_folder(parameters, TABLE)
    return list(own["source"]) == list(parameters.table(TABLE)["source"])


def from_source(parameters: Parameters, name: str, chapters: tuple[str, ...]) -> Parameters:
    """Return the same parameters with the elasticities of substitution of one source.

    Parameters
    ----------
    parameters : Parameters
    name : str
        Of `SOURCES`; ``gtap`` gives the folder's own table back.
    chapters : tuple of str

    Names of a source that tells the importers apart end with ``_jpn`` and ``_ind``.
    """
    source, own = SOURCES[check_source(name)], rows_in_folder(parameters, TABLE)
    if name == OWN:
        return with_rows(parameters, TABLE, own)
    importers = PAIR if source.by_importer else PAIR[:1]
    found = {importer: source.read(parameters, importer, chapters) for importer in importers}
    factors = {"sigma_import": 1.0, "sigma_domestic": parameters.value(RULE_OF_TWO)}
    rows: list[dict[str, object]] = []
    for row in own.to_dict("records"):
        factor, hs = factors.get(str(row["parameter"])), str(row["hs"])
        if factor is None or hs not in chapters or row["importer"]:
            rows.append({str(column): value for column, value in row.items()})
            continue
        place = chapters.index(hs)
        known = [one for one in importers if np.isfinite(found[one].value[place])]
        if len(known) < len(importers):  # it has nothing for some importer: the folder's own
            rows.append({str(column): value for column, value in row.items()})
        for importer in known:
            rows.append(_row(row, source, importer, found[importer], place, factor))
    return with_rows(parameters, TABLE, pd.DataFrame(rows)[list(own.columns)])


def _row(
    own: Mapping[object, object],
    source: Source,
    importer: str,
    found: Published,
    place: int,
    factor: float,
) -> dict[str, object]:
    """Row of a source in the place of one of the folder's."""
    row = {str(column): value for column, value in own.items()}
    if source.by_importer:
        row |= {"name": f"{own['name']}_{importer.lower()}", "importer": importer}
    rule = "" if factor == 1 else f"{factor:g} of the elasticity between sources (rule of two); "
    return row | {
        "value": factor * found.value[place],
        "low": factor * found.low[place],
        "high": factor * found.high[place],
        "source": source.reference,
        "year": source.year,
        "grade": source.grade if factor == 1 else max(source.grade, "C"),
        "note": rule + source.what,
    }


def with_elasticities(economy: EconomyT, source: str | None) -> EconomyT:
    """Return the same economy with the elasticities of substitution of one source.

    Where the source has nothing for a chapter, the folder's own value stays. A method of
    `Economy`.

    Parameters
    ----------
    economy : Economy
        The one to change.
    source : {"gtap", "fgo", "broda_weinstein", "boehm"} or None
        ``gtap`` is the folder's own table. None changes nothing.

    Returns
    -------
    Economy
        The one given where there is nothing to change.

    Raises
    ------
    InputError
        For an unknown source, and where a value that was set by name has no row in it.
    """
    if source is None:
        return economy
    known: Any = economy  # the class that has this method imports this module
    read = known._from_source("elasticities", check_source(source), from_source)
    return read  # type: ignore[no-any-return]


def lacking(parameters: Parameters, name: str, chapters: tuple[str, ...]) -> tuple[str, ...]:
    """Chapters for which a source has nothing in at least one market."""
    source = SOURCES[name]
    if name == OWN:
        return ()
    gaps = [np.isnan(source.read(parameters, one, chapters).value) for one in PAIR]
    return tuple(hs for hs, gap in zip(chapters, np.any(gaps, axis=0), strict=True) if gap)
