"""How to spend the fund: the split over windows and industries that does most for an objective."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TypedDict, Unpack, get_args

import numpy as np
import pandas as pd

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.arrays import Floats
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.core.language import tr
from cepasim.economy.economy import Economy
from cepasim.levers.words import dollars_in_words
from cepasim.result import Result
from cepasim.scenario.scenario import Scenario
from cepasim.simulate import simulate
from cepasim.studies.advice.fund_choice import FundChoice, fund_choice
from cepasim.studies.advice.fund_search import search_split
from cepasim.studies.advice.fund_split import Division, Objective, counted_years
from cepasim.studies.advice.fund_words import allocation_in_words
from cepasim.studies.advice.search import NEAR
from cepasim.studies.advice.split_budget import Bounds
from cepasim.studies.monte_carlo import MonteCarlo, monte_carlo


class Counted(TypedDict, total=False):
    """What of the outcome counts, beside the objective and its year."""

    cumulative: bool
    discounted: bool
    per_dollar: bool
    optional: bool


@dataclass(frozen=True, slots=True, eq=False)
class FundAllocation:
    """A split of the fund, the equal split beside it, and how far the optimiser was off.

    Attributes
    ----------
    scenario, equal_scenario : Scenario
        The fund divided so, and equally: the same to each window, in it to each industry.
    result : Result
        Of ``scenario``, simulated anew.
    outcome_usd_mn, equal_usd_mn : float
        What the model says that either does to the objective, US$ million; with ``per_dollar``
        US$ for each US$ of grants.
    expected_usd_mn : float
        What the optimiser expected of the split it is about, in the same unit.
    gap : float
        How far that was from the model, as a share of the model's figure.
    rounds : int
        How often the optimiser was corrected for industries that meet in the same markets.
    equal_keeps_bounds : bool
        Whether the equal split keeps to floors and caps; else it is no alternative.
    """

    scenario: Scenario
    equal_scenario: Scenario
    result: Result
    outcome_usd_mn: float
    equal_usd_mn: float
    expected_usd_mn: float
    gap: float
    rounds: int
    equal_keeps_bounds: bool
    _division: Division = field(repr=False)
    _shares: Floats = field(repr=False)
    _table: pd.DataFrame = field(repr=False)
    _bounds: Bounds = field(repr=False)
    _unit: float = field(repr=False)

    @property
    def text(self) -> str:
        """The answer in words, in the language of the moment."""
        return self.in_words()

    def in_words(self, *, with_effect: bool = True) -> str:
        """Return the answer in words.

        Parameters
        ----------
        with_effect : bool, optional
            Whether they say what the split does; without, for a reader who has just been told.
        """
        unit = self._unit
        numbers = (self.outcome_usd_mn, self.equal_usd_mn, self.expected_usd_mn)
        outcome, equal, expected = (unit * one for one in numbers)
        return allocation_in_words(
            self._division,
            self._bounds,
            self._table,
            (outcome, equal, expected, self.gap),
            with_effect=with_effect,
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row for each industry: what it gets, at an equal split, and what a dollar more does.

        ``marginal_usd_per_usd`` is what the objective gains where an industry gets a dollar more
        and all others keep theirs.
        """
        return self._table.copy()

    def under_model_choice(
        self, draws: int = 0, seed: int = 1, executor: Executor | None = None
    ) -> FundChoice:
        """How the fund would be divided under the model's own alternatives.

        Parameters
        ----------
        draws : int, optional
            Of all parameters and alternatives together, beside each alternative by itself; a
            second or two each.
        seed : int, optional
        executor : concurrent.futures.Executor, optional

        Returns
        -------
        FundChoice
            ``text``, ``alternatives``, ``draws``, ``industries``.
        """
        return fund_choice(self._division, self._bounds, self._shares, draws, seed, executor)

    def how_sure(
        self, draws: int = 200, seed: int = 1, executor: Executor | None = None
    ) -> dict[str, float]:
        """In which share of draws of all figures the split is better than the equal one.

        Parameters
        ----------
        draws, seed : int, optional
            As in `cepasim.monte_carlo`; both splits are run under the same draws.
        executor : Executor, optional

        Returns
        -------
        dict
            ``better_share`` of draws; ``p5``, ``p50`` and ``p95`` of what it does more than the
            equal split, US$ million; ``outcome_p5`` to ``outcome_p95`` of the split itself.
        """
        split, equal = (
            self._drawn(monte_carlo(self._division.economy, scenario, draws, seed, executor))
            for scenario in (self.scenario, self.equal_scenario)
        )
        ahead = (split - equal)[np.isfinite(split - equal)]
        found = {"better_share": float((ahead > 0).mean())}
        for name, values in (("", ahead), ("outcome_", split[np.isfinite(split)])):
            for percentile in (5, 50, 95):
                found[f"{name}p{percentile}"] = float(np.percentile(values, percentile))
        return found

    def _drawn(self, drawn: MonteCarlo) -> Floats:
        """What a split does to the objective in each draw."""
        found = np.zeros(drawn.draws)
        signs = {"exports_usd_mn": 1.0, "imports_usd_mn": -1.0}
        for item, sign in signs.items():
            if self._division.objective == "exports" and sign < 0:
                continue
            for year, weight in zip(drawn.fiscal_years, self._division.weights, strict=True):
                change = drawn.sample(item, year) - drawn.sample(f"baseline_{item}", year)
                found += weight * sign * change
        return found


def allocate_fund(
    economy: Economy,
    usd_bn: float = 2.0,
    objective: Objective = "balance",
    year: str = "2030-31",
    floors: Mapping[str, float] | None = None,
    caps: Mapping[str, float] | None = None,
    **counted: Unpack[Counted],
) -> FundAllocation:
    """How to divide a fund over windows and industries so that it does most for an objective.

    What each industry does with more and more money is simulated, a linear programme divides the
    budget, and the split is simulated again. All of the budget is spent.

    Parameters
    ----------
    economy : Economy
        From `cepasim.load`. Of one of products the search goes by chapter, and what it finds is
        corrected by product.
    usd_bn : float, optional
        The fund, US$ billion; its start and years are those of the bundled ``fund-2bn``.
    objective : {"balance", "exports"}, optional
        India's balance with Japan, or its exports to Japan.
    year : str, optional
        The year that counts, or the last one that does.
    floors, caps : mapping of str to float, optional
        Least and most share of the fund, by name of a window or an industry.
    **counted : bool
        ``cumulative``: all years up to ``year``. ``discounted``: these at the discount rate of the
        parameters. ``per_dollar``: by dollar of grants, which no split changes.
        ``optional``: also industries that the proposal does not name.

    Returns
    -------
    FundAllocation
        Central values; its ``how_sure`` says what the ranges of the figures leave of it.

    Raises
    ------
    InputError
        For an unknown objective, year, window or industry, or floors and caps no split keeps to.

    Examples
    --------
    >>> import cepasim
    >>> best = cepasim.allocate_fund(cepasim.load(), caps={"garments": 0.2})
    >>> best.outcome_usd_mn >= best.equal_usd_mn
    True
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    division = _division(economy, usd_bn, objective, year, counted)
    bounds = division.bounds(_parts("floors", floors, division), _parts("caps", caps, division))
    shares, expected, rounds = search_split(division, bounds)
    if shares is None:
        refuse(
            "floors",
            {**(floors or {})},
            tr("floors and caps that a split of the whole can keep to"),
        )
    return _answer(division, bounds, shares, expected, rounds, bool(counted.get("per_dollar")))


def _division(
    economy: Economy, usd_bn: float, objective: Objective, year: str, counted: Counted
) -> Division:
    """Check what is asked and put it together."""
    unknown = [name for name in counted if name not in Counted.__annotations__]
    if unknown:
        refuse(unknown[0], "given", tr("one of {names}", names=", ".join(Counted.__annotations__)))
    number = isinstance(usd_bn, int | float | np.number) and not isinstance(usd_bn, bool)
    if not number or not 0 < usd_bn <= 1000:
        refuse("usd_bn", usd_bn, tr("US$ billion, above 0 and up to 1000"))
    if objective not in get_args(Objective):
        refuse("objective", objective, tr("one of {names}", names=", ".join(get_args(Objective))))
    proposed = Scenario.bundled("fund-2bn")
    asked = proposed.years_from(economy.base_year)
    years = [format_fiscal_year(int(one)) for one in asked]
    if year not in years:
        allowed = tr("a fiscal year from {first} to {last}", first=years[0], last=years[-1])
        refuse("year", year, allowed)
    classification = economy.classification
    rate = _discount_rate(economy) if counted.get("discounted") else None
    return Division(
        economy=economy,
        usd_bn=float(usd_bn),
        objective=objective,
        weights=counted_years(
            proposed, asked, year, cumulative=bool(counted.get("cumulative")), rate=rate
        ),
        industries=tuple(
            industry
            for window in classification.windows
            for industry in classification.window_industries(window, optional=True)
            if industry.named_in_proposal or counted.get("optional")
        ),
    )


def _discount_rate(economy: Economy) -> float:
    name = "discount_rate"
    if name not in economy.parameters.names:
        refuse("discounted", "given", tr("a parameter folder with {name}", name=name))
    return economy.parameters.value(name)


def _parts(name: str, given: Mapping[str, float] | None, division: Division) -> dict[str, float]:
    """Check floors or caps."""
    known = division.groups()
    parts = dict(given or {})
    for group, part in parts.items():
        if group not in known:
            allowed = tr("windows and industries, of {names}", names=", ".join(known))
            refuse(name, group, allowed)
        if isinstance(part, bool) or not isinstance(part, int | float) or not 0 <= part <= 1:
            refuse(f"{name}[{group!r}]", part, tr("a share of the fund, from 0 to 1"))
    return parts


def _answer(
    division: Division,
    bounds: Bounds,
    shares: Floats,
    expected: float,
    rounds: int,
    per_dollar: bool,
) -> FundAllocation:
    amount = dollars_in_words(1000 * division.usd_bn, bn=True)
    name = tr("Fund of {amount}, best split", amount=amount)
    level = division.economy.detail
    scenario, even = (
        division.scenario(shares, name).model_copy(update=level),
        division.scenario(division.equal, tr("Fund, equal split")).model_copy(update=level),
    )
    outcome, equal = division.outcome(shares), division.outcome(division.equal)
    gap = abs(outcome - expected) / max(abs(outcome), division.economy.parameters.value(NEAR))
    unit = division.spent() if per_dollar else 1.0
    table = division.table(shares)
    return FundAllocation(
        scenario=scenario,
        equal_scenario=even,
        result=simulate(division.economy, scenario, attribution=False),
        outcome_usd_mn=outcome / unit,
        equal_usd_mn=equal / unit,
        expected_usd_mn=expected / unit,
        gap=gap,
        rounds=rounds,
        equal_keeps_bounds=bounds.met(division.equal),
        _division=division,
        _shares=shares,
        _table=table,
        _bounds=bounds,
        _unit=unit,
    )
