"""One world: an economy with its uncertainty and a scenario, and what one draw of it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cepasim.core.arguments import instance_of
from cepasim.core.arrays import Floats
from cepasim.core.countries import COLUMN_NAME
from cepasim.core.language import tr
from cepasim.core.manifest import manifest
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.economy.rules import Rules
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.uncertainty.draws import Figures
from cepasim.scenario.overrides import refuse_of_other_levers
from cepasim.scenario.scenario import Scenario
from cepasim.solution.claims import welfare_by_year
from cepasim.solution.solve import run, with_own_markets
from cepasim.solution.state import Run
from cepasim.studies.kept import options_of
from cepasim.tables.column import TOTALS


def measure(run: Run) -> Floats:
    """Totals and sectors of a run, shape (Y, len(TOTALS) + 4 H), US$ million.

    After the totals: the reference's exports by chapter, its imports, the scenario's exports, its
    imports. Products are summed to their chapter.
    """
    before, after = run.reference, run.outcome
    cells = tuple(
        run.economy.summed(cell)
        for cell in (before.exports, before.imports, after.exports, after.imports)
    )
    old_exports, old_imports, exports, imports = (cell.sum(axis=1) for cell in cells)
    welfare = welfare_by_year(run)
    items = {
        "exports_usd_mn": exports,
        "imports_usd_mn": imports,
        "balance_usd_mn": exports - imports,
        "baseline_exports_usd_mn": old_exports,
        "baseline_imports_usd_mn": old_imports,
        "baseline_balance_usd_mn": old_exports - old_imports,
        "change_in_exports_usd_mn": exports - old_exports,
        "change_in_imports_usd_mn": imports - old_imports,
        "change_in_balance_usd_mn": (exports - old_exports) - (imports - old_imports),
    }
    for importer, name in COLUMN_NAME.items():
        items[f"duty_{name}_usd_mn"] = after.duty_on_partner(importer).sum(axis=1)
        items[f"welfare_{name}_usd_mn"] = welfare[importer]
    return np.concatenate([np.stack([items[name] for name in TOTALS], axis=1), *cells], axis=1)


@dataclass(frozen=True, eq=False)
class Study:
    """An economy with its uncertainty and a scenario: all that a draw needs.

    Attributes
    ----------
    economy : Economy
        With the scenario's own parameters, which are not drawn.
    scenario : Scenario
    uncertainty : Uncertainty
    engine : str
    rules : tuple of str or None
        Rule for lines, weights of products and use in the draws; None for the economy's own.
    """

    economy: Economy
    scenario: Scenario
    uncertainty: Uncertainty
    engine: str
    rules: Rules | None = None

    @classmethod
    def of(cls, economy: Economy, scenario: Scenario, engine: str = "armington") -> Study:
        """Apply the scenario's own parameters."""
        instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
        instance_of("scenario", scenario, Scenario, tr("a scenario, such as Scenario.read gives"))
        refuse_of_other_levers(scenario.parameters, scenario.levers)
        economy = with_own_markets(scenario.economy_under(economy), scenario)
        return cls(economy, scenario.bare, Uncertainty.of(economy), engine)

    @property
    def ruled(self) -> Economy:
        """The economy under the rules of the draws."""
        if self.rules is None:
            return self.economy
        line, product, use = self.rules
        return self.economy.with_rules(line_rule=line, product_rule=product, use_rule=use)

    def central(self) -> Run:
        """Run under the figures as they stand; checks the scenario."""
        return run(self.economy, self.scenario, attribution=False, engine=self.engine)

    def outcome(self, scores: Floats) -> Floats:
        """What `measure` gives for one draw.

        Parameters
        ----------
        scores : ndarray, shape (D,)

        Raises
        ------
        RunError
            If no equilibrium is found.
        """
        return self.outcome_of(self.figures(scores))

    def figures(self, scores: Floats) -> Figures:
        """All figures at some scores, shape (..., D)."""
        return self.uncertainty.figures(self.economy, scores)

    def outcome_of(self, figures: Figures) -> Floats:
        """What `measure` gives for the figures of one draw; errors as in `outcome`."""
        economy = self.uncertainty.under(self.economy, figures, self.rules)
        return measure(
            run(economy, self.scenario, attribution=False, engine=self.engine, check=False)
        )

    def outcomes(self, scores: Floats, shape: tuple[int, int]) -> Floats:
        """Outcomes of several draws, shape (n, *shape); NaN where no equilibrium is found."""
        return outcomes_of([self] * len(scores), scores, shape)

    def identity(self) -> dict[str, object]:
        """What the outcomes depend on besides the scores, ready for JSON."""
        described = manifest(
            engine=self.engine,
            scenario_text=self.scenario.to_yaml(),
            parameter_digest=self.economy.parameters.digest,
            options=options_of(self.economy),
        )
        return {
            "version": described["version"],
            "packages": described["packages"],
            "engine": self.engine,
            "parameter_digest": described["parameter_digest"],
            "options": described["options"],
            "scenario_sha256": described["scenario_sha256"],
        }


def outcomes_of(studies: Sequence[Study], scores: Floats, shape: tuple[int, int]) -> Floats:
    """Outcomes of draws, each in a study of its own; NaN where no equilibrium is found.

    Parameters
    ----------
    studies : sequence of Study, length n
        Those with the same distributions of the figures share what is drawn.
    scores : ndarray, shape (n, D)
    shape : tuple of int
        Of one outcome.

    Returns
    -------
    ndarray, shape (n, *shape)
    """
    found = np.full((len(scores), *shape), np.nan)
    alike: dict[Uncertainty, list[int]] = {}
    for place, study in enumerate(studies):
        alike.setdefault(study.uncertainty, []).append(place)
    for places in alike.values():
        figures = studies[places[0]].figures(scores[places])
        for row, place in enumerate(places):
            try:
                found[place] = studies[place].outcome_of(figures.of(row))
            except RunError:
                continue
    return found
