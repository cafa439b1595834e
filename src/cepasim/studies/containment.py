"""Whether the range of figures and model choice contains what the program itself answers otherwise.

An alternative is one choice of the model by itself, another engine or another rule, with all
figures at their central values. Its answer is set against the range of all structural draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from cepasim.core.arrays import Floats
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.studies import chunks
from cepasim.studies.choice_ranges import HEADLINES
from cepasim.studies.model_choice import Worlds
from cepasim.studies.monte_carlo import CHUNK, choice_chunk
from cepasim.studies.study import measure
from cepasim.tables.column import TOTALS

#: Years of the tables.
YEARS = ("2030-31", "2035-36")
#: Ends of the range, per cent, and what is left on each side.
ENDS, TAIL = (5, 95), 0.05
#: US$ million, and share of the range's width, by which an end may be missed.
SLACK, SLACK_SHARE = 0.5, 0.02


@dataclass(frozen=True)
class Outside:
    """One answer that lies beyond an end of the range, US$ million.

    Attributes
    ----------
    choice, alternative, label : str
        Empty ``choice`` for the central run.
    fiscal_year, item : str
    value, low, high : float
    tolerated : bool
        Whether it is beyond by no more than `SLACK` and `SLACK_SHARE` of the width.
    reason : str
    """

    choice: str
    alternative: str
    label: str
    fiscal_year: str
    item: str
    value: float
    low: float
    high: float
    tolerated: bool
    reason: str


@dataclass(frozen=True)
class Containment:
    """What was tried for one scenario.

    Attributes
    ----------
    draws : int
        Structural draws that have an equilibrium.
    tried : tuple of str
        Labels of the alternatives that ran; the central run is not among them.
    failed : tuple of str
        Labels of those without an equilibrium.
    outside : tuple of Outside
    notes : tuple of str
        Alternatives that are left out or not drawn, and why.
    """

    draws: int
    tried: tuple[str, ...]
    failed: tuple[str, ...]
    outside: tuple[Outside, ...]
    notes: tuple[str, ...]


def containment(economy: Economy, scenario: Scenario, draws: int, seed: int = 1) -> Containment:
    """Set each alternative by itself against the range that ``monte_carlo`` gives.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    draws : int
        Of figures and model choice; those of the figures alone are not needed.
    seed : int, optional

    Returns
    -------
    Containment
        For the changes in exports, imports and the balance, in those of `YEARS` that the scenario
        reaches.
    """
    worlds = Worlds.of(economy, scenario)
    solved = worlds.study.central()
    central = measure(solved)
    shared, size = chunks.Shared(worlds), len(TOTALS)
    sample = np.concatenate(
        [
            choice_chunk(shared, start, min(start + CHUNK, draws), seed, central.shape)[:, :, :size]
            for start in range(0, draws, CHUNK)
        ]
    )
    drawn = np.array(worlds.choice.draws(0, draws, seed), dtype=object)
    found = np.isfinite(sample[:, 0, 0])
    sample, drawn = sample[found], drawn[found]
    years = [(year, solved.labels.index(year)) for year in YEARS if year in solved.labels]

    chance = worlds.study.economy.parameters.value("noise_chance")
    everywhere = np.ones(len(drawn), dtype=bool)
    outside = _beyond(("", "", "the central run"), central, sample, everywhere, years, chance)
    tried, failed = [], []
    for choice, name, combination in worlds.choice.alone:
        label = (
            f"{choice.label}: {dict(zip(choice.alternatives, choice.labels, strict=True))[name]}"
        )
        try:
            values = worlds.alone(combination)
        except RunError:
            failed.append(label)
            continue
        tried.append(label)
        has = drawn[:, worlds.choice.choices.index(choice)] == name
        outside += _beyond((choice.key, name, label), values, sample, has, years, chance)
    return Containment(
        len(sample), tuple(tried), tuple(failed), tuple(outside), worlds.choice.notes
    )


def _beyond(
    named: tuple[str, str, str],
    values: Floats,
    sample: Floats,
    has: np.ndarray,
    years: list[tuple[str, int]],
    chance: float,
) -> list[Outside]:
    """Answers of one alternative that lie beyond an end by more than what is shown."""
    found = []
    for year, row in years:
        for item in HEADLINES:
            column = TOTALS.index(item)
            value, drawn = float(values[row, column]), sample[:, row, column]
            low, high = (float(end) for end in np.percentile(drawn, ENDS))
            miss = max(low - value, value - high)
            if miss <= SLACK:
                continue
            tolerated = miss <= SLACK + SLACK_SHARE * (high - low)
            reason = why_beyond(value, drawn, drawn[has], chance)
            found.append(Outside(*named, year, item, value, low, high, tolerated, reason))
    return found


def why_beyond(value: float, drawn: Floats, own: Floats, chance: float) -> str:
    """Reason why a value lies beyond the range, as far as the draws can tell.

    Parameters
    ----------
    value : float
    drawn : ndarray
        All draws.
    own : ndarray
        Those that have the alternative.
    chance : float
        Of so few draws beyond the value, below which noise of the end does not explain them.
    """
    further = min(int((drawn <= value).sum()), int((drawn >= value).sum()))
    if binom.cdf(further, len(drawn), TAIL) > chance:
        return f"noise of the end: {further} of {len(drawn)} draws are as far out"
    if len(own) == 0:
        return "no draw has it"
    low, high = np.percentile(own, ENDS)
    share, within = len(own) / len(drawn), f"{low:+,.0f} to {high:+,.0f}"
    if low <= value <= high:
        return f"inside the range of its own draws, {within}, which are {share:.0%} of all"
    return (
        f"beyond its own draws as well, {within}: the median of the draws, {np.median(own):+,.0f}, "
        "is far from the answer at central figures"
    )
