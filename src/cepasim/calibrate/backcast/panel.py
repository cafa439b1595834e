r"""Did the CEPA matter? A panel estimate of the tariff elasticity of India's imports.

India's imports by chapter and source, 2010-11 to 2021-22. Japan is treated, at the pace of its
CEPA rates; China, Taiwan, the United States and the EU are controls. Korea and ASEAN were
liberalised over the same years at rates that are not in the figures: they are left out.

.. math:: \ln M_{hst} = \beta \ln(1 + t_{hst}) + \alpha_{hs} + \gamma_{ht} + u_{hst}

The effects of chapter and source absorb what Japan has always sold, those of chapter and year
what everybody sold that year; a variant adds effects of source and year (the yen, Japan's supply).
Values are before duty, so :math:`\beta = -\sigma` for the average chapter. Errors are clustered by
chapter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from cepasim.calibrate.backcast.history import (
    LAST_BY_CHAPTER,
    YEARS,
    position,
    read_history,
    settings,
    tariff_rates,
)
from cepasim.economy.economy import Economy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TREATED, CONTROLS = "JPN", ("CHN", "TWN", "USA", "EU27")
#: Neither treated nor control: their own agreements with India started in the same years.
LEFT_OUT = ("KOR", "VNM", "THA", "IDN", "MYS", "SGP", "PHL")
_CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class PanelData:
    """Balanced cells: N chapter-source pairs by Y years.

    Attributes
    ----------
    log_imports, log_tariff : ndarray, shape (N, Y)
        ``ln M`` (US$ million) and ``ln(1 + t)``.
    chapter, source : ndarray of int, shape (N,)
    weight : ndarray, shape (N,)
        Mean imports, US$ million.
    """

    log_imports: Floats
    log_tariff: Floats
    chapter: Ints
    source: Ints
    weight: Floats


def panel_data(economy: Economy, sources: tuple[str, ...] = (TREATED, *CONTROLS)) -> PanelData:
    """Cells that trade at least the smallest amount in every year."""
    history = read_history(economy)
    smallest = settings(economy)["panel_smallest_cell"]
    mfn, cepa = tariff_rates(economy, "IND")
    years = slice(0, position(LAST_BY_CHAPTER) + 1)
    values, tariffs, chapter, source = [], [], [], []
    for s, name in enumerate(sources):
        trade = history.imports[years, :, history.sources.index(name)]
        rate = (cepa if name == TREATED else mfn)[years]
        for h in np.flatnonzero((trade >= smallest).all(axis=0)):
            values.append(trade[:, h])
            tariffs.append(np.log1p(rate[:, h]))
            chapter.append(h)
            source.append(s)
    imports = np.array(values)
    return PanelData(
        np.log(imports),
        np.array(tariffs),
        np.array(chapter, dtype=np.int64),
        np.array(source, dtype=np.int64),
        imports.mean(axis=1),
    )


def within(values: Floats, chapter: Ints, weight: Floats) -> Floats:
    """Take out effects of chapter-source and of chapter-year, shape (N, Y, ...) kept.

    Exact, because every pair has all years: the mean of a pair, then the weighted mean of a chapter
    in each year. A chapter with one source is left with zeros.
    """
    out = values - values.mean(axis=1, keepdims=True)
    for h in np.unique(chapter):
        rows = chapter == h
        out[rows] -= np.average(out[rows], axis=0, weights=weight[rows])
    return np.asarray(out)


@dataclass(frozen=True)
class Estimate:
    """One coefficient with its clustered standard error."""

    coefficient: float
    standard_error: float
    observations: int
    clusters: int


def estimate(data: PanelData, *, source_year: bool = False, weighted: bool = False) -> Estimate:
    """Within estimate of the coefficient of ``ln(1 + t)``, clustered by chapter.

    Parameters
    ----------
    data : PanelData
    source_year : bool, optional
        Also take out effects of source and year.
    weighted : bool, optional
        Weight pairs by their mean imports.

    Raises
    ------
    ValueError
        If the tariff does not vary within chapter and year.
    """
    weight = data.weight if weighted else np.ones(len(data.weight))
    y = within(data.log_imports, data.chapter, weight)
    x = within(data.log_tariff, data.chapter, weight)
    root = np.sqrt(weight)[:, None]
    regressor, outcome = x * root, y * root
    absorbed = 0
    if source_year:
        years = data.log_imports.shape[1]
        names = np.unique(data.source)
        # One source and one year are the base; the rest of the dummies, cleaned alike.
        dummies = np.zeros((*data.log_imports.shape, (len(names) - 1) * (years - 1)))
        for s, name in enumerate(names[1:]):
            for t in range(1, years):
                dummies[data.source == name, t, s * (years - 1) + t - 1] = 1.0
        clean = (within(dummies, data.chapter, weight) * root[:, :, None]).reshape(x.size, -1)
        both = np.stack([outcome.ravel(), regressor.ravel()], axis=1)
        left = both - clean @ np.linalg.lstsq(clean, both, rcond=None)[0]
        outcome, regressor = left[:, 0].reshape(y.shape), left[:, 1].reshape(y.shape)
        absorbed = int(np.linalg.matrix_rank(clean))
    square = float((regressor**2).sum())
    if square < 1e-12:
        raise ValueError("the tariff does not vary within chapter and year")
    beta = float((regressor * outcome).sum()) / square
    score = (regressor * (outcome - beta * regressor)).sum(axis=1)
    sums = np.bincount(data.chapter, score)[np.unique(data.chapter)]
    pairs, years = x.shape
    clusters = len(sums)
    used = 1 + pairs + clusters * (years - 1) + absorbed
    observations = pairs * years
    factor = clusters / (clusters - 1) * (observations - 1) / max(observations - used, 1)
    error = float(np.sqrt(factor * (sums**2).sum())) / square
    return Estimate(beta, error, observations, clusters)


@dataclass(frozen=True, eq=False)
class Panel:
    """Estimates by specification beside the literature.

    Attributes
    ----------
    estimates : DataFrame
        ``specification``, ``elasticity``, ``standard_error``, ``low``, ``high`` (95 %),
        ``observations``, ``clusters``.
    literature : DataFrame
        ``quantity``, ``value``, ``low``, ``high``, ``source``: responses of trade before duty.
    verdict : str
        What the data can tell, in words.
    """

    estimates: pd.DataFrame
    literature: pd.DataFrame
    verdict: str


def tariff_panel(economy: Economy) -> Panel:
    """Estimate the tariff elasticity of India's imports by chapter and source.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Panel
    """
    data, wide = panel_data(economy), panel_data(economy, (TREATED, *CONTROLS, *LEFT_OUT))
    specifications = {
        "chapter-source and chapter-year effects": estimate(data),
        "and source-year effects": estimate(data, source_year=True),
        "weighted by imports": estimate(data, weighted=True),
        "weighted, and source-year effects": estimate(data, weighted=True, source_year=True),
        "Korea and ASEAN as if never liberalised": estimate(wide, source_year=True),
    }
    rows = []
    for name, one in specifications.items():
        half = float(stdtrit(one.clusters - 1, 0.5 + _CONFIDENCE / 2)) * one.standard_error
        rows.append(
            {
                "specification": name,
                "elasticity": one.coefficient,
                "standard_error": one.standard_error,
                "low": one.coefficient - half,
                "high": one.coefficient + half,
                "observations": one.observations,
                "clusters": one.clusters,
            }
        )
    estimates = pd.DataFrame(rows)
    literature = _literature(economy)
    return Panel(estimates, literature, verdict(estimates, literature))


def _literature(economy: Economy) -> pd.DataFrame:
    """Published responses of trade to a tariff, and the one the model uses, as negative numbers."""
    table = economy.parameters.table("elasticities/literature")
    wanted = {
        "trade_tariff_elasticity_year1": "first year",
        "trade_tariff_elasticity_long_run": "long run",
    }
    rows = [
        {
            "quantity": f"{words} (Boehm et al.)",
            "value": -float(row["value"]),
            "low": -float(row["high"]),
            "high": -float(row["low"]),
            "source": row["source"],
        }
        for quantity, words in wanted.items()
        for _, row in table[table["quantity"] == quantity].iterrows()
    ]
    market = economy.markets["IND"]
    weight = market.cif[:, market.partner_column]
    sigma, supply = market.sigma_import, market.supply[:, market.partner_column]
    implied = -sigma * (1 + supply) / (sigma + supply)
    order = np.argsort(implied)
    cumulated = np.cumsum(weight[order]) / weight.sum()
    ends = [float(implied[order][np.searchsorted(cumulated, q)]) for q in (0.05, 0.95)]
    rows.append(
        {
            "quantity": "used by the model, mean over imports from Japan",
            "value": float(implied @ weight / weight.sum()),
            "low": ends[0],
            "high": ends[1],
            "source": "elasticities/armington, elasticities/demand_supply; 5 to 95 % of trade",
        }
    )
    return pd.DataFrame(rows)


def verdict(estimates: pd.DataFrame, literature: pd.DataFrame) -> str:
    """What the estimates with and without source-year effects can tell, in words."""
    plain, strict = (estimates.iloc[row] for row in range(2))
    words = f"The estimate is {_shown(plain)}, and {_shown(strict)} once the ups and downs of each "
    words += f"source are taken out. {_zero('The first', plain)} {_zero('The second', strict)} "
    inside = [
        str(quantity)
        for quantity, value in zip(literature["quantity"], literature["value"], strict=True)
        if strict["low"] <= value <= strict["high"]
    ]
    if len(inside) == len(literature):
        words += "The range of the second holds every response in the literature"
    elif inside:
        words += f"Of the literature the range of the second holds: {'; '.join(inside)}"
    else:
        words += "The range of the second holds no response in the literature"
    if strict["low"] <= 0 <= strict["high"]:
        words += ": these data cannot tell whether the tariff cuts mattered."
    else:
        sign = "as theory expects" if strict["high"] < 0 else "with the wrong sign"
        words += f": tariffs moved imports, {sign}."
    signs = estimates["elasticity"].gt(0)
    if signs.any() and not signs.all():
        words += " The specifications do not even agree on the sign."
    return words


def _shown(row: pd.Series) -> str:
    return f"{row['elasticity']:.1f} (standard error {row['standard_error']:.1f})"


def _zero(which: str, row: pd.Series) -> str:
    """Whether the 95 % range of an estimate holds zero."""
    holds = row["low"] <= 0 <= row["high"]
    ends = f"{row['low']:.1f} to {row['high']:.1f}"
    return f"{which} {'does not differ' if holds else 'differs'} from zero (95 %: {ends})."


def years_of_panel() -> tuple[int, ...]:
    """First calendar years of the fiscal years used."""
    return YEARS[: position(LAST_BY_CHAPTER) + 1]
