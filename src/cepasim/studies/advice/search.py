"""Looking for the depth of a lever at which something is met: a grid, then a bracket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.core.language import mark, tr
from cepasim.core.numbers import money
from cepasim.core.problems import InputError, RunError
from cepasim.economy.economy import Economy
from cepasim.levers.depth import Depth
from cepasim.levers.lever import Lever
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run

#: Parameter: US$ million within which a target counts as reached.
NEAR = "advice_nearness"
#: Parameter: gap between what was expected and what the model has from which it is said.
LARGE_GAP = "advice_gap"


#: What every answer about a depth ends with.
CENTRAL_VALUES = mark("These are central values; the notes of the result say how sure they are.")
#: Settings of levers with their values, in words.
_SETTINGS = {
    "relief_percent": mark("a relief of {value} %"),
    "days_saved": mark("{value} days less"),
    "cost_cut_percent": mark("a cut of the cost of claiming by {value} %"),
    "share_percent": mark("a share of {value} %"),
    "add_percent": mark("an additional duty of {value} %"),
    "depreciation_percent": mark("a depreciation of {value} %"),
    "cut.percent": mark("a cut of {value} %"),
    "cut.cap": mark("a cap of {value} %"),
    "cut.rate": mark("a rate of {value} %"),
    "cut.swiss": mark("a Swiss formula with coefficient {value}"),
    "cut.swiss_average": mark("a Swiss formula to an average of {value} %"),
}


class Flows(NamedTuple):
    """India's trade with Japan in a year, US$ million, in the reference and in a scenario."""

    exports_before: float
    imports_before: float
    exports: float
    imports: float

    @property
    def change_in_balance(self) -> float:
        """Of India with Japan."""
        return (self.exports - self.exports_before) - (self.imports - self.imports_before)


def flows(
    economy: Economy, scenario: Scenario, fiscal_year: str, section: str | None = None
) -> Flows:
    """Trade that a scenario leads to, of all goods or one HS section."""
    solved = run(economy, scenario, attribution=False)
    place = [format_fiscal_year(int(year)) for year in solved.years].index(fiscal_year)
    chapters = solved.economy.by_chapter.chapters
    section_of = economy.classification.section_of
    counted = np.array([section is None or section_of(hs) == section for hs in chapters])
    before, after = solved.reference, solved.outcome
    cells = (before.exports, before.imports, after.exports, after.imports)
    return Flows(*(float(solved.economy.summed(one)[place][counted].sum()) for one in cells))


def with_levers(scenario: Scenario, place: int, *levers: Lever) -> Scenario:
    """Put levers, or none, in the place of one."""
    kept = scenario.levers
    return scenario.model_copy(update={"levers": (*kept[:place], *levers, *kept[place + 1 :])})


def depth_in_words(depth: Depth) -> str:
    """Say how far a lever goes, in the language of the moment; its setting as a last resort."""
    if depth.setting == "usd_bn":
        return money(1000 * depth.value)
    if depth.setting == "usd_mn":
        return money(depth.value)
    if depth.setting in _SETTINGS:
        return tr(_SETTINGS[depth.setting], value=_digits(depth.value))
    return str(depth)


def _digits(value: float) -> str:
    """Three digits count: what is sought is found to within a tenth of a million dollars."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Search:
    """What a lever makes of a value that is wanted, between its limits.

    Attributes
    ----------
    reached : bool
    depth : Depth
        The depth that reaches it, the one nearest to no change where several do; where none does,
        the one that comes nearest.
    missed : float
        What is found less what is wanted there, US$ million.
    monotone : bool
        Whether it moves one way as the lever goes further.
    refused : int
        Depths at which the model has no answer, such as more than there is to move.
    """

    reached: bool
    depth: Depth
    missed: float
    monotone: bool
    refused: int


def search(depth: Depth, missed: Callable[[float], float], near: float) -> Search:
    """Look for the depth at which nothing is missed.

    Parameters
    ----------
    depth : Depth
        With the limits between which to look.
    missed : callable
        What is found less what is wanted, US$ million, by depth.
    near : float
        US$ million within which nothing is missed.

    Raises
    ------
    RunError, InputError
        Where the model has no answer at any depth.
    """
    from scipy.optimize import brentq  # takes longer to load than a scenario to run

    tried: list[tuple[float, float]] = []
    grid = depth.grid()
    for value in grid:
        try:
            tried.append((float(value), missed(float(value))))
        except (RunError, InputError):
            continue
    if not tried:
        missed(depth.value)  # says what is wrong with the scenario itself
        raise RunError(tr("{setting}: no depth of the lever has an answer", setting=depth.setting))
    steps = np.diff([miss for _, miss in tried])
    monotone = bool((steps >= -near).all() or (steps <= near).all())
    roots = [value for value, miss in tried if abs(miss) <= near]
    for (low, below), (high, above) in zip(tried, tried[1:], strict=False):
        if below * above < 0 and min(abs(below), abs(above)) > near:
            roots.append(float(brentq(missed, low, high, xtol=1e-9)))
    if roots:
        best = min(roots, key=lambda value: abs(value - depth.neutral))
    else:
        best = min(tried, key=lambda pair: abs(pair[1]))[0]
    miss = missed(best)
    found = replace(depth, value=best)
    return Search(abs(miss) <= near, found, miss, monotone, len(grid) - len(tried))
