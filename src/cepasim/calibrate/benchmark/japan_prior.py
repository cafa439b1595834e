"""First guess at Japan's imports by exporter, chapter and good: what one file outside says.

Japan Customs gives the imports of 2023-24 by exporter and good; inside a good, chapters are split
as the exporter sold them in 2018-2020. That split comes from a table of chapters by partner whose
licence does not allow it to be shipped (Growth Lab at Harvard University, The Atlas of Economic
Complexity): the program is given the file, uses shares inside a good and never levels, and only
the balanced result is stored.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.cells import Array
from cepasim.calibrate.benchmark.market_evidence import MarketEvidence
from cepasim.core.problems import InputError, Problem

PRIOR_YEARS = (2018, 2019, 2020)
PRIOR_SOURCE = "Growth Lab at Harvard University, The Atlas of Economic Complexity, Japan's imports"
_COLUMNS = ("flow", "partner", "hs2", "year", "value_usd")
_UNION: tuple[str, ...] = (
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV"),
    *("HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN"),
    "SWE",
)
"""Members of the European Union of 27, by ISO code."""
NO_TOTAL: tuple[str, ...] = ("98", "99")
"""Chapters without a Japanese total: what others book there is in the goods of real chapters."""
UNLISTED: tuple[str, ...] = ("BGD", "KHM", "MMR", "ROW")
"""Exporters that Japan Customs does not list, or lists in part: known together, good by good."""


def read_chapter_prior(path: Path, exporters: tuple[str, ...]) -> pd.DataFrame:
    """Mean yearly sales to Japan of `PRIOR_YEARS`: chapters by exporters, US$ mn.

    Parameters
    ----------
    path : Path
        CSV (may be compressed): ``flow`` ("import", seen from Japan), ``partner`` (ISO code),
        ``hs2``, ``year``, ``value_usd``.
    exporters : tuple of str
        Codes of the model; partners without one are ``ROW``.

    Raises
    ------
    InputError
        If the file or a column is missing, or a year has no rows.
    """
    if not path.is_file():
        raise InputError([Problem(str(path), None, "file", None, "a table of chapters by partner")])
    table = pd.read_csv(path, dtype={"hs2": str, "partner": str})
    missing = [column for column in _COLUMNS if column not in table]
    if missing:
        raise InputError(
            [Problem(path.name, 1, ", ".join(missing), None, f"columns {', '.join(_COLUMNS)}")]
        )
    table = table[(table["flow"] == "import") & table["year"].isin(PRIOR_YEARS)]
    absent = sorted(set(PRIOR_YEARS) - set(table["year"]))
    if absent:
        raise InputError([Problem(path.name, None, "year", absent, "rows of every year")])
    code = table["partner"].where(table["partner"].isin(exporters), "ROW")
    code = code.mask(table["partner"].isin(_UNION), "EU27").mask(table["partner"] == "IND", "IND")
    by_cell = table.assign(exporter=code).pivot_table(
        index="hs2", columns="exporter", values="value_usd", aggfunc="sum"
    )
    return by_cell.fillna(0.0) / len(PRIOR_YEARS) / 1e6


def describe_prior(path: Path, exporters: tuple[str, ...]) -> dict[str, object]:
    """What tells one prior from another without shipping it: digests, years and the source.

    ``used_sha256`` is of the part that is read (chapters by exporters, thousand US$, as CSV): it is
    the same for a file compressed otherwise or with more columns.
    """
    used = read_chapter_prior(path, exporters)
    text = (used * 1000).round().astype(int).sort_index().sort_index(axis=1).to_csv()
    return {
        "source": PRIOR_SOURCE,
        "years": list(PRIOR_YEARS),
        "chapters": len(used),
        "exporters": len(used.columns),
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "used_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


@dataclass(frozen=True, eq=False)
class GoodsCells:
    """Free cells of Japan's market: every exporter, good, and chapter that can be in the good.

    Attributes
    ----------
    exporter, good, hs : ndarray of str, shape (n,)
        What each cell is.
    value : ndarray, shape (n,)
        Prior, US$ mn c.i.f.
    log_sd : ndarray, shape (n,)
        Its standard error, log points.
    """

    exporter: np.ndarray
    good: np.ndarray
    hs: np.ndarray
    value: Array
    log_sd: Array


def customs_by_good(evidence: MarketEvidence) -> pd.DataFrame:
    """Japan's imports of 2023-24 by exporter and good, US$ mn c.i.f.; goods do not overlap.

    ``UNLISTED`` is what is left of the world when every listed exporter is taken out.
    """
    rate = evidence.values("customs_rates")["April-March", "2023-24"]
    yen = pd.Series(evidence.values("japan_customs")).unstack().fillna(0.0)
    signs = {
        key[1:]: v for key, v in evidence.values("customs_pieces").items() if key[0] == "export"
    }
    dollars = 1000.0 * yen / rate
    goods = pd.DataFrame(0.0, index=yen.index, columns=sorted({piece for piece, _ in signs}))
    for (piece, good), sign in signs.items():
        if good in dollars:
            goods[piece] += sign * dollars[good]
    goods = goods.clip(lower=0.0)
    listed = goods.drop(index="WLD").sum()
    goods.loc["UNLISTED"] = (goods.loc["WLD"] - listed).clip(lower=0.0)
    return goods.drop(index="WLD")


def _sold(prior: pd.DataFrame, exporter: str, hs: str) -> float:
    """What an exporter sold of a chapter in the prior years; 0 if not listed."""
    return float(np.asarray(prior[exporter].reindex([hs]).fillna(0.0), dtype=float)[0])


def goods_cells(
    evidence: MarketEvidence, prior: pd.DataFrame, exporters: tuple[str, ...]
) -> GoodsCells:
    """Prior cells of every exporter but India.

    A good of a listed exporter is divided by what the exporter sold of each chapter in the prior
    years, times the part of the chapter that belongs to the good; unlisted exporters share what is
    left of a good in the same way. A chapter's share of a good is the less certain the smaller it
    is (``sd_japan_drift_*``, measured on the prior years themselves).
    """
    goods = customs_by_good(evidence)
    parts = {
        key[1:]: weight
        for key, weight in evidence.values("customs_prior").items()
        if key[0] == "export"
    }
    rows = []
    for exporter in exporters:
        if exporter == "IND":
            continue
        group = exporter if exporter not in UNLISTED else "UNLISTED"
        members = UNLISTED if group == "UNLISTED" else (exporter,)
        for good in goods.columns:
            sold = {
                (member, hs): part * _sold(prior, member, hs)
                for (hs, piece), part in parts.items()
                if piece == good and hs not in NO_TOTAL
                for member in members
                if member in prior
            }
            whole, size = sum(sold.values()), float(goods[good].to_dict()[group])
            if size <= 0:
                continue
            candidates = {key: v for key, v in sold.items() if key[0] == exporter}
            if whole <= 0:
                # A good never sold in the prior years: its chapters in equal parts.
                candidates = dict.fromkeys(candidates, 1.0)
                whole = float(len(sold)) or 1.0
            rows += [
                (exporter, good, hs, size * v / whole, v / whole)
                for (_, hs), v in candidates.items()
                if v > 0
            ]
    frame = pd.DataFrame(rows, columns=["exporter", "good", "hs", "value", "share"])
    small, middle, large = (
        evidence.assumption(f"sd_japan_drift_{size}") for size in ("small", "middle", "large")
    )
    share = frame["share"].to_numpy(float)
    return GoodsCells(
        frame["exporter"].to_numpy(str),
        frame["good"].to_numpy(str),
        frame["hs"].to_numpy(str),
        frame["value"].to_numpy(float),
        np.asarray(np.select([share >= 0.2, share >= 0.01], [large, middle], small), dtype=float),
    )
