"""When a quota fills and when imports pass a safeguard's threshold, under every reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import FLOW_INTO, PAIR
from cepasim.economy.economy import Economy
from cepasim.equilibrium.trq import IN_QUOTA
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run, State

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
#: Years whose average a surge is measured against.
_BEFORE = 3
#: US$ million by which levers move a chapter's imports at least, for it to be watched.
_MOVED = 1e-6


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
    instance_of("economy", economy, Economy, "an economy, such as cepasim.load() gives")
    instance_of("scenario", scenario, Scenario, "a scenario, such as Scenario.read gives")
    if not scenario.staged:
        refuse("scenario", scenario.name, "a path of years (time: path): triggers have a date")
    limits = _limits(economy, thresholds)
    rows: list[tuple[object, ...]] = []
    variants = list(economy.ground.variants)
    if scenario.variant not in variants:
        variants.append(scenario.variant)
    for variant in variants:
        asked = scenario.model_copy(update={"variant": variant})
        solved = run(economy, asked, attribution=False)
        rows += [(variant, *row) for row in (*_quotas(solved), *_surges(solved, limits))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _limits(
    economy: Economy, thresholds: Mapping[str, float] | None
) -> dict[tuple[str, str], float] | None:
    if thresholds is None:
        return None
    known = {f"{importer}:{hs}" for importer in PAIR for hs in economy.by_chapter.chapters}
    for name, value in thresholds.items():
        if name not in known:
            refuse("thresholds", name, "importer and chapter, such as IND:72")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            refuse(f"thresholds[{name!r}]", value, "US$ million of 2023-24 a year, above 0")
    pairs = {name: tuple(name.split(":")) for name in thresholds}
    return {(pairs[name][0], pairs[name][1]): float(v) for name, v in thresholds.items()}


def _quotas(solved: Run) -> Iterator[tuple[object, ...]]:
    """Say when each quota fills."""
    for importer, market in solved.economy.markets.items():
        outcome = solved.outcome.markets[importer]
        set_up, found = outcome.shocks.quota, outcome.quota
        if set_up is None or found is None:
            continue
        limited = np.isfinite(set_up.limit)
        for h, s in np.argwhere(limited.any(axis=0)):
            years = np.flatnonzero(limited[:, h, s])
            limit = set_up.limit[years, h, s]
            sold = found.quantity[years, h, s]
            filled = years[found.regime[years, h, s] != IN_QUOTA]
            ratio = np.divide(sold, limit, out=np.full(len(years), np.inf), where=limit > 0)
            hs = market.chapters[h]
            yield (
                "quota fills",
                importer,
                market.exporters[s],
                hs,
                solved.economy.name(hs),
                solved.labels[filled[0]] if filled.size else None,
                None,
                float(ratio.max()),
                float(limit[-1]),
            )


def _surges(
    solved: Run, limits: dict[tuple[str, str], float] | None
) -> Iterator[tuple[object, ...]]:
    """Say when imports from the partner pass a threshold."""
    economy = solved.economy.by_chapter
    factor = economy.parameters.value("surge_trigger")
    started = _first_year(solved)
    for importer in PAIR:
        after, before = (
            _imports(solved, state, importer) for state in (solved.outcome, solved.reference)
        )
        moved = np.abs(after - before).max(axis=0) > _MOVED
        for h, hs in enumerate(economy.chapters):
            given = None if limits is None else limits.get((importer, hs))
            if given is None and (limits is not None or not moved[h]):
                continue
            passed, ratio = _passed(after[:, h], factor, given, started)
            alone, _ = _passed(before[:, h], factor, given, started)
            if given is None and not passed.size:
                continue  # most chapters: nothing to report
            yield (
                "imports pass the threshold",
                importer,
                economy.markets[importer].partner,
                hs,
                economy.name(hs),
                solved.labels[passed[0]] if passed.size else None,
                solved.labels[alone[0]] if alone.size else None,
                ratio,
                given if given is not None else factor,
            )


def _passed(
    imports: Floats, factor: float, given: float | None, started: int
) -> tuple[Ints, float]:
    """Years in which imports are above the threshold, and the largest ratio to it."""
    ratio = np.zeros(len(imports))
    for year in range(max(started, 1), len(imports)):
        average = imports[max(year - _BEFORE, 0) : year].mean()
        limit = factor * average if given is None else given
        ratio[year] = imports[year] / limit if limit > 0 else 0.0
    return np.flatnonzero(ratio > 1), float(ratio.max())


def _first_year(solved: Run) -> int:
    """Place of the first year in which a lever can be in force."""
    starts = [lever.start for lever in solved.scenario.levers]
    return solved.labels.index(min(starts)) if starts else 0


def _imports(solved: Run, state: State, importer: str) -> Floats:
    """Imports of one side from the other by year and chapter, US$ million of 2023-24."""
    cells = state.exports if FLOW_INTO[importer] == "export" else state.imports
    return solved.economy.summed(cells)
