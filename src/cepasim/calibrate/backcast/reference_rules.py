r"""Rules for years nobody knows yet, compared from origins inside the fitting window.

The reference has to say how trade with Japan goes on when neither India's other trade nor prices
are known. Each rule here sees the years up to an origin and nothing else, and is held against what
came three years later and more, up to 2018-19. The rule with the smallest error is the growth of
the variant ``central``. Errors are measured twice, because the answer depends on it:

dollars
    deflated by general inflation of the US dollar: what a reader compares with next year's figures;
volumes
    deflated by the dollar price of what the exporter sells to everybody: what the model means by
    trade at the prices of the base year.

Their mean decides. In the background, marked as such: rules that are told what India trades with
others, which no forecast knows::

    python -m cepasim.calibrate.backcast.reference_rules
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.calibrate.backcast.history import (
    FIRST,
    FLOWS,
    LAST_FITTED,
    History,
    position,
    read_history,
)
from cepasim.calibrate.backcast.share_fit import errors
from cepasim.calibrate.backcast.share_model import ShareInputs, share_inputs, shrunk_trends
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load

Floats = NDArray[np.float64]

#: Series of ``macro/annual``: value and volume growth of what the exporter of a flow sells.
_SOLD = {
    "import": ("merchandise_exports_JPN_wdi", "goods_export_volume_growth_JPN_weo"),
    "export": ("india_total_merchandise_exports_fy", "goods_export_volume_growth_IND_weo"),
}
#: What the importer of each flow earns, and the growth that is assumed for its demand today.
_INCOME = {"import": "gdp_real_growth_IND_weo", "export": "gdp_real_growth_JPN_weo"}
_DEMAND = {"import": "real_demand_growth_ind", "export": "real_demand_growth_jpn"}
_INDIA = "gdp_real_growth_IND_weo"

MEASURES = ("dollars", "volumes")
LEVELS = ("total", "section", "chapter")
#: A trend is halved with each year, and a chapter's is shrunk by its own sampling variance.
_DAMPING, _SHRINKAGE = 0.5, 1.0


@dataclass(frozen=True, eq=False)
class Known:
    """What a rule may look at: one flow from 2010-11 to an origin, in one measure.

    Attributes
    ----------
    trade, others : ndarray, shape (K, H)
        With Japan and with everybody else, US$ million of one year.
    income, india : ndarray, shape (K - 1,)
        Real growth of the importer's income and of India's, shares a year.
    assumed : float
        Growth of the importer's demand that is assumed today.
    smallest : float
        Trade below this in any year says nothing about a trend, US$ million.
    """

    trade: Floats
    others: Floats
    income: Floats
    india: Floats
    assumed: float
    smallest: float

    @property
    def pace(self) -> float:
        """Growth of all trade with Japan since the first year, log points a year."""
        totals = self.trade.sum(axis=1)
        return float(np.log(totals[-1] / totals[0]) / (len(totals) - 1))


Rule = Callable[[Known, int], Floats]


def _with_income(known: Known, ahead: int, elasticity: float, india: bool = False) -> Floats:
    growth = float((known.india if india else known.income).mean())
    return np.asarray(known.trade[-1] * (1 + growth) ** (elasticity * ahead))


def _damped(ahead: int) -> float:
    return float(sum(_DAMPING**year for year in range(1, ahead + 1)))


def last_value(known: Known, ahead: int) -> Floats:
    """Trade stays as in the last known year."""
    return _with_income(known, ahead, 0.0)


def half_income(known: Known, ahead: int) -> Floats:
    """Half way between no change and the importer's income: an elasticity of one half."""
    return _with_income(known, ahead, 0.5)


def constant_share(known: Known, ahead: int) -> Floats:
    """The share in India's other trade stays, which grows with India's income."""
    return _with_income(known, ahead, 1.0, india=True)


def todays_assumptions(known: Known, ahead: int) -> Floats:
    """Demand of the importer grows as is assumed today."""
    return np.asarray(known.trade[-1] * (1 + known.assumed) ** ahead)


def measured_elasticity(known: Known, ahead: int) -> Floats:
    """The elasticity to income of the years known, half way to one, between 0 and 2."""
    own = known.pace / float(np.log1p(known.income.mean()))
    return _with_income(known, ahead, 0.5 * float(np.clip(own, 0.0, 2.0)) + 0.5)


def damped_pace(known: Known, ahead: int) -> Floats:
    """The pace of all trade with Japan goes on, halved with each year."""
    return np.asarray(known.trade[-1] * np.exp(known.pace * _damped(ahead)))


def share_trend(known: Known, ahead: int) -> Floats:
    """As ``half_income``, with the trend of each chapter's share, shrunk and halved each year."""
    trend = shrunk_trends(known.trade, known.others, _SHRINKAGE, known.smallest)
    return np.asarray(half_income(known, ahead) * np.exp(trend * _damped(ahead)))


RULES: Mapping[str, Rule] = {
    "last_value": last_value,
    "half_income": half_income,
    "constant_share": constant_share,
    "todays_assumptions": todays_assumptions,
    "measured_elasticity": measured_elasticity,
    "damped_pace": damped_pace,
    "share_trend": share_trend,
}
#: Rules that are a growth of the whole flow: their share of the growth assumed for demand.
ELASTICITIES = {
    "last_value": 0.0,
    "half_income": 0.5,
    "constant_share": 1.0,
    "todays_assumptions": 1.0,
}
#: Of rules that are told what India trades with others: the share stays, or keeps its trend.
TOLD = ("constant_share, other trade known", "share_trend, other trade known")


@dataclass(frozen=True, eq=False)
class RuleInputs:
    """One flow with everything the rules and their judges need; Y years from 2010-11."""

    flow: ShareInputs
    income: Floats
    india: Floats
    assumed: float
    prices: Mapping[str, Floats]

    def real(self, measure: str) -> tuple[Floats, Floats]:
        """Trade with Japan and with others at constant prices, shape (Y, H) each."""
        price = np.exp(self.prices[measure])[:, None]
        return self.flow.trade / price, self.flow.others / price

    def known(self, measure: str, origin: int) -> Known:
        """What may be looked at from an origin."""
        end = position(origin) + 1
        trade, others = self.real(measure)
        incomes = self.income[1:end], self.india[1:end]
        return Known(trade[:end], others[:end], *incomes, self.assumed, self.flow.smallest)


def rule_inputs(economy: Economy, history: History | None = None) -> dict[str, RuleInputs]:
    """Both flows with their prices.

    Raises
    ------
    InputError
        If a table is missing.
    """
    history = history or read_history(economy)
    shares, set_by = share_inputs(economy, history), rule_settings(economy)
    growth = economy.parameters.table("macro/growth").set_index("name")["value"].astype(float)
    years = np.arange(len(history.totals["export"]), dtype=float)
    return {
        flow: RuleInputs(
            flow=shares[flow],
            income=history.macro[_INCOME[flow]] / 100,
            india=history.macro[_INDIA] / 100,
            assumed=float(growth[_DEMAND[flow]]),
            prices={
                "dollars": years * np.log1p(set_by["dollar_inflation"]),
                "volumes": _price(history, *_SOLD[flow]),
            },
        )
        for flow in FLOWS
    }


def rule_settings(economy: Economy) -> dict[str, float]:
    """Conventions of the comparison by name."""
    table = economy.parameters.table("history/rule_settings")
    return dict(zip(table["name"], table["value"].astype(float), strict=True))


def _price(history: History, value: str, volume: str) -> Floats:
    """Log dollar price of all goods sold, against the first year: value over volume."""
    worth = np.log(history.macro[value])
    grown = np.concatenate([[0.0], np.cumsum(np.log1p(history.macro[volume][1:] / 100))])
    return np.asarray(worth - worth[0] - grown)


def compare(
    economy: Economy, inputs: Mapping[str, RuleInputs], last: int = LAST_FITTED
) -> pd.DataFrame:
    """Errors of every rule from every origin, targets up to a last year.

    Parameters
    ----------
    economy : Economy
    inputs : mapping of str to RuleInputs
        By flow. Nothing after ``last`` is looked at.
    last : int, optional
        Last year that judges; the end of the fitting window unless said otherwise.

    Returns
    -------
    DataFrame
        ``flow``, ``rule``, ``measure``, ``origin``, ``ahead``, ``total``, ``section``, ``chapter``
        (WAPE, shares), ``log_error`` (log of the actual total over the predicted one), ``told``.
    """
    set_by = rule_settings(economy)
    shortest, first = int(set_by["shortest_ahead"]), FIRST + int(set_by["years_known"]) - 1
    rows = []
    for flow, given in inputs.items():
        for measure in MEASURES:
            trade, others = given.real(measure)
            for origin in range(first, last - shortest + 1):
                known = given.known(measure, origin)
                for ahead in range(shortest, last - origin + 1):
                    actual = trade[position(origin) + ahead]
                    said = {name: rule(known, ahead) for name, rule in RULES.items()}
                    said |= _told(known, others[position(origin) + ahead], ahead)
                    for name, value in said.items():
                        found = errors(value[None], actual[None], given.flow.section)
                        rows.append(
                            {
                                "flow": flow,
                                "rule": name,
                                "measure": measure,
                                "origin": format_fiscal_year(origin),
                                "ahead": ahead,
                                **dict(zip(LEVELS, found, strict=True)),
                                "log_error": float(np.log(actual.sum() / value.sum())),
                                "told": name in TOLD,
                            }
                        )
    return pd.DataFrame(rows)


def _told(known: Known, others: Floats, ahead: int) -> dict[str, Floats]:
    """Rules that are told India's trade with others in the year to be forecast, shape (H,)."""
    then = known.others[-1]
    stays = known.trade[-1] * np.divide(others, then, out=np.ones_like(then), where=then > 0)
    trend = shrunk_trends(known.trade, known.others, _SHRINKAGE, known.smallest)
    return dict(zip(TOLD, (stays, stays * np.exp(trend * _damped(ahead))), strict=True))


def summary(compared: pd.DataFrame) -> pd.DataFrame:
    """Mean errors by flow and rule over origins, years ahead and measures, the best first.

    Returns
    -------
    DataFrame
        ``flow``, ``rule``, ``told``, ``dollars`` and ``volumes`` (mean of the three WAPEs in either
        measure), ``total``, ``section``, ``chapter`` (over both measures), ``error`` (mean of all),
        ``forecasts`` (origins and years ahead).
    """
    keys = ["flow", "rule", "told"]
    out = compared.groupby(keys)[list(LEVELS)].mean()
    by_measure = compared.assign(mean=compared[list(LEVELS)].mean(axis=1))
    by_measure = by_measure.pivot_table(index=keys, columns="measure", values="mean")
    out = out.join(by_measure[list(MEASURES)])
    out["error"] = out[list(LEVELS)].mean(axis=1)
    out["forecasts"] = compared.groupby(keys).size() // len(MEASURES)
    return out.sort_values(["flow", "error"], kind="stable").reset_index()


def chosen(summed: pd.DataFrame) -> dict[str, str]:
    """The rule with the smallest error by flow, of those that are told nothing."""
    free = summed[~summed["told"]]
    best = free.loc[free.groupby("flow")["error"].idxmin()]
    return dict(zip(best["flow"], best["rule"], strict=True))


def central_rules(economy: Economy) -> dict[str, str]:
    """The rule of the central variant by flow, from the fitting window alone."""
    return chosen(summary(compare(economy, rule_inputs(economy))))


def main() -> int:
    """Print the comparison and what is chosen; returns the exit code."""
    economy = load()
    table = summary(compare(economy, rule_inputs(economy)))
    print(table.round(3).to_string(index=False))
    print("central: " + ", ".join(f"{flow} {rule}" for flow, rule in chosen(table).items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
