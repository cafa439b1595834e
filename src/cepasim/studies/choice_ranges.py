"""Ranges of figures and model choice, and which choice moves the headline most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.arrays import Floats
from cepasim.core.language import deferred, tr
from cepasim.core.numbers import mn
from cepasim.studies.model_choice import Choice, Combination, ModelChoice
from cepasim.studies.percentiles import Drawn
from cepasim.tables.column import TOTALS

#: What is explained by the choices: changes against the reference.
HEADLINES = (
    "change_in_exports_usd_mn",
    "change_in_imports_usd_mn",
    "change_in_balance_usd_mn",
)

_COLUMNS = (
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
)
#: Draws below which the median of an alternative says nothing.
_FEWEST = 8


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
        """How far each choice moves each headline, as `decomposed`; one year or all."""
        years = tuple(dict.fromkeys(self.drawn.totals["fiscal_year"]))
        failed = set(self.failed)
        kept = [one for draw, one in enumerate(self.combinations) if draw not in failed]
        table = decomposed(self.choice, kept, self.drawn.found, years)
        return table if fiscal_year is None else of_year(table, fiscal_year)

    def in_words(self) -> dict[str, object]:
        """What was left out, and by year the choice that moves the balance most."""
        return told(self.choice, self.decomposition())

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by the names of their files."""
        return {
            "totals_model_choice": self.drawn.totals,
            "sectors_model_choice": self.drawn.sectors,
            "model_choice": self.decomposition(),
        }


def decomposed(
    choice: ModelChoice,
    combinations: Sequence[Combination],
    sample: Floats,
    years: Sequence[str],
) -> pd.DataFrame:
    """How far each choice moves each headline.

    Parameters
    ----------
    choice : ModelChoice
    combinations : sequence of tuple of str
        Alternatives of each draw.
    sample : ndarray, shape (draws, Y, len(TOTALS))
        US$ million.
    years : sequence of str, length Y

    Returns
    -------
    DataFrame
        One row per (fiscal_year, item, choice, alternative): ``share_of_draws``, ``median`` of the
        headline in the draws that have the alternative (empty where they are few), ``swing``
        (largest less smallest median of the choice) and ``share_of_variance`` that the choice
        explains by itself.
    """
    named = np.array(combinations, dtype=object)
    frames = [pd.DataFrame(columns=list(_COLUMNS))]
    for place, year in enumerate(years):
        for item in HEADLINES:
            values = sample[:, place, TOTALS.index(item)]
            for column, one in enumerate(choice.choices):
                if one.drawn:
                    rows = _by_alternative(values, named[:, column], one)
                    frames.append(rows.assign(fiscal_year=year, item=item)[list(_COLUMNS)])
    return pd.concat(frames[1:] or frames, ignore_index=True)


def of_year(table: pd.DataFrame, year: str) -> pd.DataFrame:
    """Rows of one year."""
    return table[table["fiscal_year"] == year].reset_index(drop=True)


def told(choice: ModelChoice, table: pd.DataFrame) -> dict[str, object]:
    """What was left out, and by year the choice that moves the balance most, for a manifest.

    Parameters
    ----------
    choice : ModelChoice
    table : DataFrame
        From `decomposed`.
    """
    rows = table[table["item"] == HEADLINES[-1]]
    moves = {str(year): _moves_most(found) for year, found in rows.groupby("fiscal_year")}
    return {"left_out": list(choice.notes), "moves_most": moves}


def _moves_most(rows: pd.DataFrame) -> str:
    """Name the choice with the largest swing, and its smallest and largest median."""
    known = [row for row in rows.to_dict("records") if row["median"] == row["median"]]
    most = max(known, key=lambda row: float(row["swing"]), default=None)
    if most is None or not most["swing"] > 0:
        return ""
    its = sorted(
        (row for row in known if row["choice"] == most["choice"]),
        key=lambda row: float(row["median"]),
    )
    low, high = its[0], its[-1]
    return deferred(
        "{choice}, {low} ({first}) to {high} ({last})",
        choice=partial(_in_a_sentence, str(most["choice_label"])),
        low=partial(mn, float(low["median"])),
        first=str(low["label"]),
        high=partial(mn, float(high["median"])),
        last=str(high["label"]),
    )


def _in_a_sentence(label: str) -> str:
    return tr(label).lower()


def _by_alternative(values: Floats, names: NDArray[np.object_], choice: Choice) -> pd.DataFrame:
    """Medians of the alternatives of one choice, and what the choice explains of the variance."""
    groups = [values[names == name] for name in choice.alternatives]
    medians = np.array([np.median(group) if len(group) >= _FEWEST else np.nan for group in groups])
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
