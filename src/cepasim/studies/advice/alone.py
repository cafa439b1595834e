"""Products of a market changed one at a time, each solved as a market of its own.

A chapter stands once for each product that changes in it: with that product's duty or barrier
changed and all else as in the reference. All of them are one call of the engine, so that thousands
of lines take a second, and each has the model's own answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cepasim.core.arrays import Floats, Ints
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.engines.armington import ARMINGTON
from cepasim.engines.outcome import Outcome
from cepasim.equilibrium.ces import one_minus
from cepasim.equilibrium.lag import lagged
from cepasim.levers.ntb import actionable_shares
from cepasim.scenario.scenario import Scenario
from cepasim.solution.finite import solved_in_numbers
from cepasim.solution.part import economy_at, shocks_on
from cepasim.solution.solve import run

#: Year in which a line is freed: the schedule is at its end, and no later event moves the partner.
START = "2026-27"


@dataclass(frozen=True, eq=False)
class Changes:
    """Products that change alone, n of them.

    Attributes
    ----------
    product : ndarray of int, shape (n,)
    paid, collected : ndarray, shape (n,)
        Tariff that shippers pay on average and that the treasury collects once it has changed.
    barrier : ndarray, shape (n,)
        AVE of all barriers once it has changed.
    """

    product: Ints
    paid: Floats
    collected: Floats
    barrier: Floats


@dataclass(frozen=True, eq=False)
class Effects:
    """What each of n changes does by itself in Y years, US$ million of 2023-24.

    Attributes
    ----------
    sales : ndarray, shape (Y, n)
        Of the partner: f.o.b. in Japan's market, c.i.f. in India's, as in results.
    domestic : ndarray, shape (Y, n)
        Of the importer's own producers.
    rivals : ndarray, shape (Y, n, S)
        c.i.f. by source; 0 for the partner.
    duty : ndarray, shape (Y, n)
        What the importer collects from the partner.
    """

    sales: Floats
    domestic: Floats
    rivals: Floats
    duty: Floats


class Alone:
    """One market of the reference, ready to change its products one at a time.

    Parameters
    ----------
    economy : Economy
        Of chapters.
    importer : {"JPN", "IND"}
    first, last : str
        Fiscal years of the effects, from ``START`` on.
    """

    def __init__(self, economy: Economy, importer: str, first: str, last: str) -> None:
        self.economy, self.importer = economy, importer
        self.market: Market = economy.markets[importer]
        nothing = Scenario(name="reference", horizon=last)
        self.reference: Outcome = run(economy, nothing, False).reference.markets[importer]
        self.rows = slice(parse_fiscal_year(first) - economy.base_year.first, None)
        value = economy.parameters.value
        years = np.arange(economy.base_year.first, parse_fiscal_year(last) + 1)
        step = (years >= parse_fiscal_year(START)).astype(float)
        #: Part of a change that trade feels in each year, shape (Y,).
        self.felt = lagged(step, value("lag_first_year"), value("lag_decay"))[self.rows]

    @cached_property
    def mfn(self) -> Floats:
        """MFN rate of each product to the partner, shape (K,), fraction; never below the rate."""
        mfn = self.market.schedule.product_mfn(self.market.partner)
        return np.asarray(np.fmax(mfn, self.rates))

    @cached_property
    def rates(self) -> Floats:
        """Rate of each product to the partner from ``START`` on, shape (K,); 0 where unknown."""
        schedule, partner = self.market.schedule, self.market.partner
        final = schedule.rates.of(partner)[1]
        return np.nan_to_num(schedule.product_rates(final, partner))

    @cached_property
    def cost(self) -> Floats:
        """Cost of claiming, shape (K,), fraction."""
        column = self.market.partner_column
        return np.asarray(self.market.origin_cost[self.market.schedule.chapter, column])

    @cached_property
    def now(self) -> tuple[Floats, Floats]:
        """Tariff paid and collected on each product from ``START`` on, shape (K,) each."""
        return self.tariffs(self.rates)

    def tariffs(self, rates: Floats, cost_left: float = 1.0) -> tuple[Floats, Floats]:
        """Tariff paid and collected on each product at other rates or costs of claiming."""
        market = self.market
        mfn = market.schedule.product_mfn(market.partner)
        return market.tariffs(mfn, rates, cost_left * self.cost, market.claims.maximum)

    @cached_property
    def barrier(self) -> Floats:
        """AVE of all barriers on each product, shape (K,)."""
        return np.asarray(self.market.barrier_total[self.market.schedule.chapter])

    @cached_property
    def least_barrier(self) -> Floats:
        """AVE on each product once all that policy can remove is gone, shape (K,)."""
        left = {
            kind: 1 - share for kind, share in actionable_shares(self.economy.parameters).items()
        }
        total = np.sum([self.market.barriers[kind] * left[kind] for kind in left], axis=0)
        return np.asarray(total[self.market.schedule.chapter])

    @cached_property
    def _gap(self) -> Floats:
        """``1 - sigma`` of each chapter between its products; as the economy aggregates them."""
        return one_minus(self.market.sigma_import * (self.economy.wedge_rule == "ces"))

    @cached_property
    def landed(self) -> Floats:
        """Landed trade of each product in its chapter at the rates in force, shape (K,)."""
        market = self.market
        chapter, column = market.schedule.chapter, market.partner_column
        paid, _ = self.now
        base, _ = self.tariffs(market.schedule.product_base(market.partner))
        logs = np.log1p(paid) - np.log1p(base)
        return np.asarray(market.product_weights[:, column] * np.exp(self._gap[chapter] * logs))

    def solve(self, changes: Changes) -> Effects:
        """Solve each change by itself.

        Parameters
        ----------
        changes : Changes

        Returns
        -------
        Effects
        """
        market, column = self.market, self.market.partner_column
        places = market.schedule.chapter[changes.product]
        hats = shocks_on(self.reference.shocks, self.rows, places)
        moved = self._moved(changes, places)

        def with_partner(array: Floats, values: Floats) -> Floats:
            out = np.array(array)
            out[:, :, column] = values
            return out

        old, felt = hats.wedges, self.felt[:, None]
        wedge = hats.trade_cost[:, :, column] * np.exp(felt * moved["hat"])
        rates = {
            name: with_partner(
                getattr(old, name),
                np.expm1(np.log1p(getattr(old, name)[:, :, column]) + felt * moved[name]),
            )
            for name in ("effective", "collected", "barrier")
        }
        trade_cost = with_partner(hats.trade_cost, wedge)
        wedges = replace(
            old,
            hat=trade_cost,
            effective=rates["effective"],
            collected=rates["collected"],
            barrier=rates["barrier"],
        )
        hats = replace(hats, trade_cost=trade_cost, wedges=wedges)
        economy = economy_at(self.economy, self.importer, places)
        after = solved_in_numbers(ARMINGTON, economy, {self.importer: hats})[self.importer]
        before = self.reference
        name = "fob" if self.importer == "JPN" else "cif"

        def change(name: str) -> Floats:
            return np.asarray(getattr(after, name) - getattr(before, name)[self.rows][:, places])

        rivals = change("cif")
        rivals[:, :, column] = 0.0
        return Effects(
            sales=change(name)[:, :, column],
            domestic=change("domestic"),
            rivals=rivals,
            duty=change("duty")[:, :, column],
        )

    def _moved(self, changes: Changes, chapter: Ints) -> dict[str, Floats]:
        """Change in the logs of a chapter's wedge and mean rates by each change, (n,) each."""
        sums, landed = self.market.schedule.chapter_sums, self.landed
        product, gap = changes.product, self._gap[chapter]
        paid, collected = self.now
        nu = self.barrier
        then = (changes.paid, changes.collected, changes.barrier)
        now = (paid[product], collected[product], nu[product])
        change = np.log1p(then[0]) - np.log1p(now[0]) + np.log1p(then[2]) - np.log1p(now[2])
        new = landed[product] * np.exp(gap * change)
        total = sums(landed)[chapter]
        hat = np.log1p((new - landed[product]) / total) / gap

        def mean(values: Floats, weights: Floats, value: Floats, weight: Floats) -> Floats:
            """Log of a chapter's mean rate over what it was, with one product replaced."""
            old, size = sums(values * weights)[chapter], sums(weights)[chapter]
            taken, out = values[product] * weights[product], weights[product]
            after = (old - taken + value * weight) / (size - out + weight)
            return np.asarray(np.log1p(after) - np.log1p(old / size))

        duty_paid, new_duty_paid = landed / (1 + nu), new / (1 + then[2])
        cif, new_cif = duty_paid / (1 + paid), new_duty_paid / (1 + then[0])
        return {
            "hat": hat,
            "effective": mean(paid, cif, then[0], new_cif),
            "collected": mean(collected, cif, then[1], new_cif),
            "barrier": mean(nu, duty_paid, then[2], new_duty_paid),
        }
