"""What a fund does when its money is divided one way or another: responses and their measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from cepasim.core.arrays import Bools, Floats, Ints
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import mark
from cepasim.economy.economy import Economy
from cepasim.economy.variants import CENTRAL
from cepasim.engines.every import ENGINES
from cepasim.levers.fund import FundLever
from cepasim.products.groups import Industry
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run
from cepasim.studies.advice.split_budget import Bounds
from cepasim.studies.chunks import progress

Objective = Literal["balance", "exports"]
#: Parts of the budget at which what an industry does with it is simulated.
GRID = np.array([0.0, 0.01, 0.03, 0.07, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0])


@dataclass(frozen=True)
class Division:
    """A fund that can be divided over industries, and what is counted of what it does.

    Attributes
    ----------
    economy : Economy
    usd_bn : float
    objective : {"balance", "exports"}
    weights : ndarray, shape (Y,)
        What each year counts.
    industries : tuple of Industry
        Those that may get money.
    variant, engine : str
        Of the reference, and what solves it; the central ones are checked against the data.
    """

    economy: Economy
    usd_bn: float
    objective: Objective
    weights: Floats
    industries: tuple[Industry, ...]
    variant: str = CENTRAL
    engine: str = ENGINES[0]
    check: bool = True

    @cached_property
    def proposed(self) -> Scenario:
        """The bundled scenario of the fund: its start and years are kept."""
        return Scenario.bundled("fund-2bn")

    @cached_property
    def equal(self) -> Floats:
        """The same to each window, and in it to each industry, shape (N,)."""
        windows = [one.window for one in self.industries]
        return np.array([1 / len(set(windows)) / windows.count(one) for one in windows])

    def scenario(self, shares: Floats, name: str = "Fund") -> Scenario:
        """Scenario of a fund of the whole budget divided so."""
        [lever] = self.proposed.levers_of(FundLever)
        windows = {
            window: float(
                sum(s for s, i in zip(shares, self.industries, strict=True) if i.window == window)
            )
            for window in dict.fromkeys(one.window for one in self.industries)
        }
        spent = sum(windows.values())
        inside = {
            one.name: float(share / windows[one.window])
            for one, share in zip(self.industries, shares, strict=True)
            if share > 0
        }
        divided = lever.model_copy(
            update={
                "usd_bn": self.usd_bn * spent,
                "windows": FrozenMapping(
                    {w: s / sum(windows.values()) for w, s in windows.items() if s > 0}
                ),
                "industries": FrozenMapping(inside),
            }
        )
        found = Scenario(name=name, horizon=self.proposed.horizon, levers=(divided,))
        return found.model_copy(update={"variant": self.variant})

    def run(self, shares: Floats) -> Run:
        """Run a split."""
        asked = self.scenario(shares)
        return run(self.economy, asked, False, engine=self.engine, check=self.check)

    def outcome(self, shares: Floats) -> float:
        """What a split does to the objective, US$ million; parts below 1 spend less."""
        if not np.any(shares > 0):
            return 0.0
        solved = self.run(shares)
        before, after = solved.reference, solved.outcome
        change = (after.exports - before.exports).sum(axis=1)
        if self.objective == "balance":
            change = change - (after.imports - before.imports).sum(axis=1)
        return float(self.weights @ change)

    def responses(self, at: Floats | None = None, grid: Floats = GRID) -> Floats:
        """What each industry does with parts of the budget, shape (N, K); 0 at 0.

        Parameters
        ----------
        at : ndarray, shape (N,), optional
            What the others get meanwhile; nothing by default.
        grid : ndarray, shape (K,), optional
        """
        found = np.zeros((len(self.industries), len(grid)))
        # Repeated in other worlds it has no bar of its own.
        with progress(mark("industries") if self.check else "", len(self.industries), 0) as advance:
            for place in range(len(self.industries)):
                others = np.zeros(len(self.industries)) if at is None else np.array(at)
                for column, part in enumerate(grid):
                    others[place] = part
                    found[place, column] = self.outcome(others)
                advance(1)
        return found - found[:, :1]

    def spent(self) -> float:
        """Grants disbursed in the years that count, weighted as they are, US$ million."""
        solved = self.run(self.equal)
        return float(self.weights_of_grants @ solved.outcome.fund.grants.sum(axis=1))

    @property
    def weights_of_grants(self) -> Floats:
        """Grants count in every year up to the last that counts, discounted where the rest is."""
        last = int(np.flatnonzero(self.weights)[-1])
        several = np.count_nonzero(self.weights) > 1
        counted = np.arange(len(self.weights)) <= last
        return np.where(counted, self.weights if several else 1.0, 0.0)

    def groups(self) -> dict[str, Bools]:
        """Windows and industries by name, and which places each has."""
        windows = dict.fromkeys(one.window for one in self.industries)
        members = {name: [one.window == name for one in self.industries] for name in windows}
        members |= {
            one.name: [other is one for other in self.industries] for one in self.industries
        }
        return {name: np.array(places, dtype=bool) for name, places in members.items()}

    def bounds(self, floors: dict[str, float], caps: dict[str, float]) -> Bounds:
        """Floors and caps by name of a window or an industry, as arrays."""
        groups = self.groups()
        names = [name for name in groups if name in floors or name in caps]
        return Bounds(
            member=np.array([groups[name] for name in names], dtype=bool).reshape(
                len(names), len(self.industries)
            ),
            least=np.array([floors.get(name, 0.0) for name in names]),
            most=np.array([caps.get(name, 1.0) for name in names]),
        )

    def table(self, shares: Floats) -> pd.DataFrame:
        """One row for each industry: what it gets, at an equal split too, and what one more does.

        ``marginal_usd_per_usd`` is what the objective gains where an industry gets a dollar of the
        budget more, all others as they are.
        """
        base, step = self.outcome(shares), 0.005
        marginal = []
        for place in range(len(shares)):
            more = np.array(shares)
            more[place] += step
            marginal.append((self.outcome(more) - base) / (1000 * self.usd_bn * step))
        return pd.DataFrame(
            {
                "window": [one.window for one in self.industries],
                "industry": [one.name for one in self.industries],
                "label": [one.label for one in self.industries],
                "share": shares,
                "usd_bn": shares * self.usd_bn,
                "equal_share": self.equal,
                "marginal_usd_per_usd": marginal,
            }
        )


def counted_years(
    scenario: Scenario, years: Ints, year: str, *, cumulative: bool, rate: float | None
) -> Floats:
    """What each year of a scenario counts: one year, all up to it, or these discounted.

    Discounting is to the first year of the fund.
    """
    names = [format_fiscal_year(int(one)) for one in years]
    last = names.index(year)
    if not cumulative and rate is None:
        return np.asarray(np.arange(len(years)) == last, dtype=float)
    [lever] = scenario.levers_of(FundLever)
    since = np.maximum(np.arange(len(years)) - names.index(lever.start), 0)
    weight = (1.0 + (rate or 0.0)) ** -since.astype(float)
    return np.where(np.arange(len(years)) <= last, weight, 0.0)
