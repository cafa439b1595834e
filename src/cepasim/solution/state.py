"""What a run holds before it becomes tables: arrays by year, chapter and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.variants import Variant
from cepasim.engines.engine import Engine
from cepasim.engines.outcome import Outcome
from cepasim.levers.fund import FundPath
from cepasim.levers.measure import Measures
from cepasim.scenario.scenario import Scenario
from cepasim.solution.finite import check_finite
from cepasim.solution.gains import Owners, market_gains, quota_rents

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Both markets under one set of levers.

    Attributes
    ----------
    economy : Economy
    fund : FundPath
    markets : mapping of importer to Outcome
    input_content : ndarray, shape (Y, H)
        Japanese inputs of the output that the levers add, by the chapter of the input; c.i.f.,
        US$ million.
    """

    economy: Economy
    fund: FundPath
    markets: Mapping[str, Outcome]
    input_content: Floats

    @property
    def exports(self) -> Floats:
        """India's exports to Japan, f.o.b., US$ million, shape (Y, H)."""
        return self.markets["JPN"].fob[:, :, self.economy.markets["JPN"].partner_column]

    def duty_on_partner(self, importer: str) -> Floats:
        """Duty an importer collects on the partner's goods, US$ million, shape (Y, H).

        What it collects on all goods is not reported: the schedules give India about twice what
        its treasury collects, for exemptions and export schemes are not in them.
        """
        column = self.economy.markets[importer].partner_column
        return self.markets[importer].duty[:, :, column]

    @property
    def imports_solved(self) -> Floats:
        """India's imports from Japan as its market solves them, c.i.f., shape (Y, H)."""
        return self.markets["IND"].cif[:, :, self.economy.markets["IND"].partner_column]

    @property
    def imports(self) -> Floats:
        """With the inputs and the machinery of what the levers add, c.i.f., shape (Y, H)."""
        return self.imports_solved + self.input_content + self.fund.capital_goods

    @property
    def has_quotas(self) -> bool:
        """Whether a tariff-rate quota is at work in either market."""
        return any(outcome.quota is not None for outcome in self.markets.values())

    def quota_rents(self) -> dict[str, Floats]:
        """Quota rents by the country of the pair that owns them, US$ million, shape (Y, H) each.

        A rent that exporters of a third country own is nobody's of the pair.
        """
        rents = {country: np.zeros(self.exports.shape) for country in self.economy.markets}
        for importer, market in self.economy.markets.items():
            for owner, rent in quota_rents(market, self.markets[importer]).items():
                rents[owner] += rent
        return rents

    def price_level(self, country: str) -> Floats:
        """Hat of a country's general price level in US dollars, shape (Y, H)."""
        return self.markets[country].shocks.price_level

    def welfare(self, reference: State) -> dict[str, Floats]:
        """Change in national welfare against another state, US$ million, shape (Y, H) each.

        Consumers, domestic producers, exporters to the partner, the treasury and the owners of
        barrier and quota rents, each at the price level of the country it belongs to (a
        depreciation alone makes nobody poorer); the capital a fund sets off and the cost of
        raising its grants are Japan's outlay, the surplus of its plants goes to their owners.
        Equations: docs/method.md.

        Raises
        ------
        RunError
            Where a gain is not finite.
        """
        economy = self.economy
        shares = owners(economy)
        change = {country: np.zeros(self.exports.shape) for country in economy.markets}
        levels = (
            {country: reference.price_level(country) for country in economy.markets},
            {country: self.price_level(country) for country in economy.markets},
        )
        for importer, market in economy.markets.items():
            before, after = reference.markets[importer], self.markets[importer]
            gains = market_gains(market, before, after, levels, shares)
            for country, gain in gains.items():
                change[country] += gain
        change["JPN"] -= fund_outlay(economy, self.fund)
        for importer, market in economy.markets.items():
            check_finite(market, change[importer], "gains of its residents")
        return change


def fund_outlay(economy: Economy, fund: FundPath) -> Floats:
    """What a fund costs Japan, US$ million, shape (Y, H).

    The capital it sets off, whoever pays for it, and the cost of raising the grants. The grants
    themselves move from Japan's treasury to Japanese firms: they are no loss to Japan.
    """
    raising = economy.parameters.value("cost_of_public_funds")
    return np.asarray(fund.investment + raising * fund.grants)


def owners(economy: Economy) -> Owners:
    """Shares of rents and of the plants' surplus by owner."""
    value = economy.parameters.value
    return Owners(value("rent_share_to_importer"), value("japanese_ownership"))


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """What a coalition of lever kinds does, by year and product, US$ million, shape (Y, H) each.

    Attributes
    ----------
    exports, imports_solved : ndarray
        As in `State`: what Japan's market and India's come to.
    imports_added : ndarray
        Inputs and machinery of what the levers add; they follow from what is sold in Japan.
    gains : mapping of importer to mapping of country to ndarray
        Change in welfare against the reference, by the market it comes from.
    """

    exports: Floats
    imports_solved: Floats
    imports_added: Floats
    gains: Mapping[str, Mapping[str, Floats]]

    @property
    def imports(self) -> Floats:
        """As in `State`."""
        return self.imports_solved + self.imports_added

    @property
    def welfare(self) -> dict[str, Floats]:
        """Change against the reference, by country."""
        return {one: self.gains["JPN"][one] + self.gains["IND"][one] for one in self.gains}

    @property
    def amounts(self) -> dict[str, Floats]:
        """What a contribution is counted in: both flows, and welfare by country."""
        return amounts(self.exports, self.imports, self.welfare)

    @property
    def in_japan(self) -> dict[str, Floats]:
        """The part of it that comes from Japan's market, the rest from India's."""
        return amounts(self.exports, self.imports_added, self.gains["JPN"])


def amounts(exports: Floats, imports: Floats, welfare: Mapping[str, Floats]) -> dict[str, Floats]:
    """Name what a contribution is counted in."""
    by_country = {f"welfare_{country}": values for country, values in welfare.items()}
    return {"exports": exports, "imports": imports, **by_country}


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What a kind of lever adds on one side, or on all.

    Attributes
    ----------
    kind : str
    side : str
        Importer whose rules change; empty where a kind has no side, or both in one.
    amounts : mapping of str to ndarray, shape (Y, H) each
        As in `Effects.amounts`, US$ million.
    """

    kind: str
    side: str
    amounts: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Reference, scenario and the coalitions of lever kinds between them, on the same years.

    Attributes
    ----------
    economy : Economy
    scenario : Scenario
    years : ndarray of int, shape (Y,)
    kinds : tuple of str, length n
        Kinds of levers present.
    states : tuple of State
        The reference without any lever, and the scenario with all of them.
    variant : Variant
        How the reference goes on after the last published year.
    engine : Engine
        What solved it.
    measures : mapping of str to tuple of Measure
        The levers by importer, resolved once: on what products, and how far in force when.
    effects : tuple of Effects
        One per coalition: bit i of the index says whether kind i takes part. Empty without
        attribution.
    split : tuple of Contribution
        The change by kind of lever and side, kinds in order. Empty without attribution.
    """

    economy: Economy
    scenario: Scenario
    years: NDArray[np.int64]
    kinds: tuple[str, ...]
    states: tuple[State, State]
    variant: Variant
    engine: Engine
    measures: Measures
    effects: tuple[Effects, ...] = ()
    split: tuple[Contribution, ...] = ()

    @property
    def reference(self) -> State:
        """State without any lever."""
        return self.states[0]

    @property
    def outcome(self) -> State:
        """State with all levers."""
        return self.states[-1]

    @property
    def labels(self) -> list[str]:
        """Fiscal years as text."""
        return [format_fiscal_year(int(year)) for year in self.years]
