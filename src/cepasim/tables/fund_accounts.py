"""Who pays for a fund and who gains from it, year by year, with its plants kept up or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.core.language import mark
from cepasim.economy.economy import Economy
from cepasim.engines.engine import Engine
from cepasim.levers.fund import FundLever
from cepasim.scenario.scenario import Scenario
from cepasim.solution.claims import welfare_by_year
from cepasim.solution.gains import plants_surplus
from cepasim.solution.solve import run
from cepasim.solution.state import Run, owners
from cepasim.tables.schema import empty_table

#: Accounts of a fund in the order in which they are read, with what they are called.
FUND_ACCOUNTS: Mapping[str, str] = MappingProxyType(
    {
        "grants": mark("Grants Japan's treasury pays"),
        "transfer": mark("of which for what was planned anyway"),
        "investment": mark("Capital they set off, and its upkeep"),
        "private_outlay": mark("of it paid by firms themselves"),
        "cost_of_public_funds": mark("Cost of raising the grants"),
        "surplus_japan": mark("Surplus of the plants: Japan's owners"),
        "surplus_india": mark("Surplus of the plants: India's owners"),
        "exports": mark("India's exports to Japan"),
        "imports": mark("India's imports from Japan"),
        "balance": mark("India's balance with Japan"),
        "welfare_japan": mark("National welfare of Japan"),
        "welfare_india": mark("National welfare of India"),
    }
)
#: Accounts that are parts of the one above them.
PARTS = ("transfer", "private_outlay")


def fund_accounts(
    economy: Economy, scenario: Scenario, engine: str | Engine = "armington"
) -> pd.DataFrame:
    """Accounts of the fund of a scenario; empty where it has none.

    What the fund changes is measured against the same scenario without it, once with its plants
    left to wear out and once with their owners replacing what wears out.

    Parameters
    ----------
    economy : Economy
        As loaded; the scenario's own parameters apply.
    scenario : Scenario
    engine : {"armington", "smart", "gsim"} or Engine, optional

    Returns
    -------
    DataFrame
        One row per fiscal year, case of replacement and account (`FUND_ACCOUNTS`): the year, the
        sum up to it, its present value in the fund's first year, US$ million of 2023-24, and the
        sum per dollar granted.
    """
    funds = scenario.levers_of(FundLever)
    if not funds:
        return empty_table("fund_accounts")
    others = tuple(lever for lever in scenario.levers if not isinstance(lever, FundLever))
    bare = scenario.model_copy(update={"levers": others})
    without = _Ends.of(run(economy, bare, attribution=False, engine=engine))
    frames = []
    for replaced in (False, True):
        fund = funds[0].model_copy(update={"replacement": replaced})
        levers = tuple(fund if isinstance(one, FundLever) else one for one in scenario.levers)
        case = scenario.model_copy(update={"levers": levers})
        # By product a run takes some hundred MB: none stays while the next one is solved.
        frames.append(_case(run(economy, case, attribution=False, engine=engine), without, fund))
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class _Ends:
    """What a run comes to in all, by year, shape (Y,) each."""

    exports: Floats
    imports: Floats
    welfare: Mapping[str, Floats]

    @classmethod
    def of(cls, solved: Run) -> _Ends:
        outcome = solved.outcome
        return cls(
            outcome.exports.sum(axis=1), outcome.imports.sum(axis=1), welfare_by_year(solved)
        )


def _case(solved: Run, without: _Ends, lever: FundLever) -> pd.DataFrame:
    accounts = _by_year(solved, without)
    # Years from the fund's first; comparative statics have one year and nothing to discount.
    since = np.maximum(solved.years - parse_fiscal_year(lever.start), 0).astype(float)
    discount = (1 + solved.economy.parameters.value("discount_rate")) ** -since
    granted = accounts["grants"].cumsum()
    frames = [
        pd.DataFrame(
            {
                "fiscal_year": solved.labels,
                "replacement": "yes" if lever.replacement else "no",
                "account": account,
                "name": FUND_ACCOUNTS[account],
                "usd_mn": amounts,
                "cumulative_usd_mn": amounts.cumsum(),
                "present_value_usd_mn": (discount * amounts).cumsum(),
                "per_grant": np.divide(
                    amounts.cumsum(), granted, out=np.full(len(granted), np.nan), where=granted > 0
                ),
            }
        )
        for account, amounts in accounts.items()
    ]
    order = {label: place for place, label in enumerate(solved.labels)}
    table = pd.concat(frames, ignore_index=True)
    return table.sort_values("fiscal_year", key=lambda years: years.map(order), kind="stable")


def _by_year(solved: Run, without: _Ends) -> dict[str, Floats]:
    """Accounts in the order of `FUND_ACCOUNTS`, shape (Y,) each."""
    value, fund = solved.economy.parameters.value, solved.outcome.fund
    grants, investment = fund.grants.sum(axis=1), fund.investment.sum(axis=1)
    used = value("additionality") * grants
    surplus = _surplus(solved)
    japans = owners(solved.economy).plants_to_japan
    ends = _Ends.of(solved)
    exports, imports = ends.exports - without.exports, ends.imports - without.imports
    welfare = {one: ends.welfare[one] - without.welfare[one] for one in ("JPN", "IND")}
    return {
        "grants": grants,
        "transfer": grants - used,
        "investment": investment,
        "private_outlay": investment - used,
        "cost_of_public_funds": value("cost_of_public_funds") * grants,
        "surplus_japan": japans * surplus,
        "surplus_india": (1 - japans) * surplus,
        "exports": exports,
        "imports": imports,
        "balance": exports - imports,
        "welfare_japan": welfare["JPN"],
        "welfare_india": welfare["IND"],
    }


def _surplus(solved: Run) -> Floats:
    """Surplus of the plants in both markets, shape (Y,)."""
    state = solved.outcome
    levels = {country: state.price_level(country) for country in solved.economy.markets}
    found = np.zeros(len(solved.years))
    for importer, market in solved.economy.markets.items():
        found += plants_surplus(market, state.markets[importer], levels).sum(axis=1)
    return found
