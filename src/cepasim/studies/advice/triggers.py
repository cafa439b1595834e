"""When a quota fills and when imports pass a safeguard's threshold, under every reference."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.countries import PAIR
from cepasim.core.language import tr
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.tables.trips import filled_quotas, surges

COLUMNS = (
    "variant",
    "trigger",
    "importer",
    "source",
    "hs",
    "name",
    "first_year",
    "first_year_without_levers",
    "largest_ratio",
    "threshold",
)


def triggers(
    economy: Economy,
    scenario: Scenario,
    thresholds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """In which year a quota fills and a safeguard's import threshold is passed.

    Parameters
    ----------
    economy : Economy
        From `cepasim.load`.
    scenario : Scenario
        A path of years.
    thresholds : mapping of str to float, optional
        Thresholds in US$ million of 2023-24 a year by importer and chapter, such as
        ``{"IND:72": 900}``. By default a chapter that a lever frees is watched against the average
        of its three years before, times ``surge_trigger`` of the parameters.

    Returns
    -------
    DataFrame
        One row for each variant of the reference, trigger and product. ``first_year`` is empty
        where it is never reached; ``first_year_without_levers`` says whether the reference alone
        reaches it; ``largest_ratio`` is the largest of use over quota, or of imports over the
        threshold, in any year.

    Raises
    ------
    InputError
        For comparative statics, or a threshold that names no chapter.

    Examples
    --------
    >>> import cepasim
    >>> found = cepasim.triggers(cepasim.load(), cepasim.Scenario.bundled("cepa-reciprocal"))
    >>> sorted(set(found["variant"]))
    ['central', 'constant_share', 'history', 'strong_exports']
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    instance_of("scenario", scenario, Scenario, tr("a scenario, such as Scenario.read gives"))
    if not scenario.staged:
        allowed = tr("a path of years (time: path): triggers have a date")
        refuse("scenario", scenario.name, allowed)
    limits = _limits(economy, thresholds)
    rows: list[tuple[object, ...]] = []
    variants = list(economy.ground.variants)
    if scenario.variant not in variants:
        variants.append(scenario.variant)
    for variant in variants:
        asked = scenario.model_copy(update={"variant": variant})
        solved = run(economy, asked, attribution=False)
        rows += [(variant, *row) for row in (*filled_quotas(solved), *surges(solved, limits))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _limits(
    economy: Economy, thresholds: Mapping[str, float] | None
) -> dict[tuple[str, str], float] | None:
    if thresholds is None:
        return None
    known = {f"{importer}:{hs}" for importer in PAIR for hs in economy.by_chapter.chapters}
    for name, value in thresholds.items():
        if name not in known:
            refuse("thresholds", name, tr("importer and chapter, such as IND:72"))
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            prices = economy.price_year
            allowed = tr("US$ million of {price_year} a year, above 0", price_year=prices)
            refuse(f"thresholds[{name!r}]", value, allowed)
    pairs = {name: tuple(name.split(":")) for name in thresholds}
    return {(pairs[name][0], pairs[name][1]): float(v) for name, v in thresholds.items()}
