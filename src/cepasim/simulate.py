"""The one door: an economy and a scenario in, a result out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial

import pandas as pd

from cepasim.core.language import tr
from cepasim.core.manifest import manifest
from cepasim.economy.economy import Economy
from cepasim.params.loading import are_bundled
from cepasim.report.marks import BUNDLED, OWN_FIGURES, OWN_FOLDER, overrides_in_words
from cepasim.result import Result
from cepasim.scenario.overrides import refuse_of_other_levers
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run
from cepasim.tables import tabulate as tabulation
from cepasim.tables.all_notes import notes
from cepasim.tables.caveats import Note
from cepasim.tables.displacement import displacement
from cepasim.tables.explanation import Chain
from cepasim.tables.fund_accounts import fund_accounts
from cepasim.tables.give_and_take import concessions
from cepasim.tables.jobs import jobs
from cepasim.tables.product_notes import product_notes
from cepasim.tables.sums import over_sides


def simulate(
    economy: Economy, scenario: Scenario, engine: str = "armington", attribution: bool = True
) -> Result:
    """What a scenario does to India-Japan trade, against the reference of the same years.

    Parameters
    ----------
    economy : Economy
        From :func:`cepasim.load`.
    scenario : Scenario
    engine : {"armington", "smart", "gsim"}, optional
        What each assumes: docs/engines.md.
    attribution : bool, optional
        False leaves the split over levers, most of the work, until ``Result.contributions`` is
        asked for.

    Returns
    -------
    Result
        US$ million of 2023-24. Exports are India's to Japan, f.o.b.; imports India's from Japan,
        c.i.f.; balance is exports minus imports. The reference holds known events only; a
        scenario without levers equals it in every cell.

    Raises
    ------
    InputError
        For an unknown engine, a lever that the engine cannot express, or an override that is no
        parameter.
    RunError
        If a market does not converge, or a lever means nothing under the parameters.

    Examples
    --------
    >>> import cepasim
    >>> result = cepasim.simulate(cepasim.load(), cepasim.Scenario.from_dict({"name": "none"}))
    >>> float(abs(result.totals["change_in_balance_usd_mn"]).max())
    0.0
    """
    refuse_of_other_levers(scenario.parameters, scenario.levers)
    solved = run(economy, scenario, attribution, engine)
    split = _Split(economy, scenario, engine)
    if attribution:
        split.by_side = tabulation.contributions_by_side(solved)
    # The other tables need no coalitions between the two, which would stay in memory.
    ends = replace(solved, effects=(), split=())
    return Result(
        scenario=scenario,
        engine=engine,
        classification=economy.classification,
        totals=partial(tabulation.totals, ends),
        sectors=partial(tabulation.sectors, ends),
        displacement=partial(displacement, ends),
        contributions=split.whole,
        contributions_by_side=split.sides,
        diagnostics=partial(tabulation.diagnostics, ends),
        quotas=partial(tabulation.quotas, ends),
        levels=partial(tabulation.levels, ends),
        jobs=partial(jobs, ends),
        concessions=partial(concessions, ends),
        fund_accounts=partial(fund_accounts, economy, scenario, engine),
        notes=partial(_notes, ends, engine),
        manifest=partial(_described, ends, engine),
        price_year=economy.price_year,
        chain=Chain(ends),
    )


def _described(solved: Run, engine: str) -> dict[str, object]:
    economy, parameters = solved.economy, solved.economy.parameters
    return manifest(
        engine=engine,
        scenario_text=solved.scenario.to_yaml(),
        scenario=solved.scenario.to_dict(),
        parameter_digest=parameters.digest,
        overrides=parameters.overrides,
        benchmark=parameters.benchmark_metadata,
        options={
            "figures": BUNDLED if are_bundled(parameters) else OWN_FOLDER,
            "line_rule": economy.line_rule,
            "product_rule": economy.product_rule,
            "elasticities": economy.elasticities,
            "barriers": economy.barriers,
            "wedge_rule": economy.wedge_rule,
            "reference": _variant_described(solved),
        },
    )


def _variant_described(solved: Run) -> dict[str, object]:
    """Name the variant of the reference, with what a file of the user's said: it may change."""
    variant = solved.variant
    told: dict[str, object] = {"variant": variant.name}
    if solved.scenario.variant_is_file:
        told["growth"] = [
            {name: value for name, value in asdict(rule).items() if value == value}  # no NaN
            | {"chapters": sorted(rule.chapters)}
            for rule in variant.rules
        ]
    return told


def _notes(solved: Run, engine: str) -> tuple[str, ...]:
    own = () if are_bundled(solved.economy.parameters) else (Note(tr(OWN_FIGURES)),)
    figures = solved.economy.parameters.rows.set_index("name", drop=False)
    changed = overrides_in_words(
        solved.scenario, {name: dict(figures.loc[name]) for name in solved.scenario.parameters}
    )
    return own + changed + product_notes(solved, engine) + notes(solved)


@dataclass
class _Split:
    """The split over levers and sides, made when it is first asked for and kept."""

    economy: Economy
    scenario: Scenario
    engine: str
    by_side: pd.DataFrame | None = None

    def sides(self) -> pd.DataFrame:
        """One row per (fiscal_year, hs, lever, side)."""
        if self.by_side is None:
            solved = run(self.economy, self.scenario, engine=self.engine)
            self.by_side = tabulation.contributions_by_side(solved)
        return self.by_side

    def whole(self) -> pd.DataFrame:
        """One row per (fiscal_year, hs, lever)."""
        return over_sides(self.sides())
