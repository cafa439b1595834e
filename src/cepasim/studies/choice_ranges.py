"""Ranges of figures and model choice, and which choice moves the headline most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.studies.model_choice import Choice, Combination, ModelChoice
from cepasim.studies.percentiles import Drawn
from cepasim.tables.schema import TOTALS

#: What is explained by the choices: changes against the reference.
HEADLINES = (
    "change_in_exports_usd_mn",
    "change_in_imports_usd_mn",
    "change_in_balance_usd_mn",
)


@dataclass(frozen=True, eq=False)
class ModelChoiceRanges:
    """What draws of the figures and of the model's own alternatives came to.

    Attributes
    ----------
    choice : ModelChoice
        What was drawn, and what was left out and why.
    combinations : tuple of tuple of str
        Alternatives of each draw.
    drawn : Drawn
        As for the figures alone.
    """

    choice: ModelChoice
    combinations: tuple[Combination, ...] = field(repr=False)
    drawn: Drawn = field(repr=False)

    @property
    def totals(self) -> pd.DataFrame:
        """As ``MonteCarlo.totals``."""
        return self.drawn.totals.copy()

    @property
    def sectors(self) -> pd.DataFrame:
        """As ``MonteCarlo.sectors``."""
        return self.drawn.sectors.copy()

    @property
    def failed(self) -> tuple[int, ...]:
        """Draws without an equilibrium; they are in no percentile."""
        return self.drawn.failed

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or not drawn, and why."""
        return self.choice.notes

    def range_of(self, item: str, fiscal_year: str) -> tuple[float, float]:
        """90 % range of a total from figures and model choice."""
        return self.drawn.range_of(item, fiscal_year)

    def decomposition(self, fiscal_year: str | None = None) -> pd.DataFrame:
        """How far each choice moves each headline.

        Parameters
        ----------
        fiscal_year : str, optional
            All of them by default.

        Returns
        -------
        DataFrame
            One row per (fiscal_year, item, choice, alternative): ``share_of_draws``, ``median`` of
            the headline in the draws that have the alternative, ``swing`` (largest less smallest
            median of the choice) and ``share_of_variance`` that the choice explains by itself.
        """
        years = tuple(dict.fromkeys(self.drawn.totals["fiscal_year"]))
        named = np.array(self.combinations, dtype=object)
        ok = np.ones(len(named), dtype=bool)
        ok[list(self.failed)] = False
        frames = []
        for place, year in enumerate(years):
            if fiscal_year not in (None, year):
                continue
            for item in HEADLINES:
                values = self.drawn.samples[ok, place, TOTALS.index(item)]
                for column, choice in enumerate(self.choice.choices):
                    if choice.drawn:
                        rows = _by_alternative(values, named[ok, column], choice)
                        rows.insert(0, "item", item)
                        rows.insert(0, "fiscal_year", year)
                        frames.append(rows)
        columns = [
            "fiscal_year",
            "item",
            "choice",
            "choice_label",
            "alternative",
            "label",
            "share_of_draws",
            "median",
            "swing",
            "share_of_variance",
        ]
        if not frames:
            return pd.DataFrame(columns=columns)
        return pd.concat(frames, ignore_index=True)[columns]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by the names of their files."""
        return {
            "totals_model_choice": self.drawn.totals,
            "sectors_model_choice": self.drawn.sectors,
            "model_choice": self.decomposition(),
        }


def _by_alternative(values: Floats, names: Sequence[str], choice: Choice) -> pd.DataFrame:
    """Medians of the alternatives of one choice, and what the choice explains of the variance."""
    taken = np.asarray(names)
    groups = [values[taken == name] for name in choice.alternatives]
    medians = np.array([np.median(group) if len(group) else np.nan for group in groups])
    there = np.isfinite(medians)
    swing = float(np.ptp(medians[there])) if there.any() else np.nan
    return pd.DataFrame(
        {
            "choice": choice.key,
            "choice_label": choice.label,
            "alternative": list(choice.alternatives),
            "label": list(choice.labels),
            "share_of_draws": [len(group) / max(len(values), 1) for group in groups],
            "median": medians,
            "swing": swing,
            "share_of_variance": share_of_variance(groups),
        }
    )


def share_of_variance(groups: Sequence[Floats]) -> float:
    """Share of the variance of all draws that lies between groups of them.

    What chance alone would put between groups of this size is taken off (epsilon squared, Kelley
    1935); 0 at least.

    Parameters
    ----------
    groups : sequence of ndarray
        Values of the draws of each group; empty ones do not count.
    """
    there = [group for group in groups if len(group)]
    values = np.concatenate(there) if there else np.zeros(1)
    free = len(values) - len(there)
    total = float(np.square(values - values.mean()).sum())
    if free <= 0 or total <= 0 or not np.isfinite(total):
        return 0.0
    inside = sum(float(np.square(group - group.mean()).sum()) for group in there)
    return float(max(0.0, 1.0 - (inside / free) / (total / (len(values) - 1))))
