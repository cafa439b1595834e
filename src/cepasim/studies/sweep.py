"""Headlines over values of one parameter, or over all pairs of values of two."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.arrays import Floats
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.scenario.overrides import overridden, refuse_of_other_levers
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies import chunks
from cepasim.studies.study import measure
from cepasim.tables.column import TOTALS

#: Settings of one sweep at most.
MOST_SETTINGS = 10_000


def sweep(
    economy: Economy,
    scenario: Scenario,
    values: Mapping[str, Sequence[float]],
    executor: Executor | None = None,
    engine: str = "armington",
) -> pd.DataFrame:
    """Headlines over values of one parameter, or over all pairs of values of two.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    scenario : Scenario
        What is run.
    values : mapping of str to sequence of float
        One or two parameters by name; they win over those of the scenario.
    executor : concurrent.futures.Executor, optional
        Where the combinations are run; here by default.
    engine : str, optional
        ``armington``, ``smart`` or ``gsim``.

    Returns
    -------
    DataFrame
        One row per (values, fiscal_year): a column for each parameter, ``fiscal_year`` and the
        totals.

    Raises
    ------
    InputError
        For more than two parameters, an unknown one, or a value it cannot take.

    Examples
    --------
    >>> import cepasim
    >>> scenario = cepasim.Scenario.from_dict({"name": "none", "horizon": "2024-25"})
    >>> table = cepasim.sweep(cepasim.load(), scenario, {"eta": [0.5, 1.5]})
    >>> list(table["eta"])
    [0.5, 0.5, 1.5, 1.5]
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    instance_of("scenario", scenario, Scenario, tr("a scenario, such as Scenario.read gives"))
    settings = _settings(values)
    source = economy.with_elasticities(scenario.elasticities).with_barriers(scenario.barriers)
    overridden(source, settings[0])
    refuse_of_other_levers({**scenario.parameters, **settings[0]}, scenario.levers)
    for setting in settings:
        source.parameters.with_overrides(setting)
    shared = chunks.Shared((economy, scenario, engine))
    found: dict[str, Floats] = {}
    tasks = {str(place): (shared, setting) for place, setting in enumerate(settings)}
    chunks.run_tasks(sweep_one, tasks, found.__setitem__, executor, label=mark("settings"))
    years = run(economy, scenario, attribution=False, engine=engine).labels
    frames = []
    for place, setting in enumerate(settings):
        frame = pd.DataFrame(found[str(place)], columns=list(TOTALS))
        frame.insert(0, "fiscal_year", years)
        for name, value in reversed(setting.items()):
            frame.insert(0, name, value)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _settings(values: object) -> list[dict[str, Any]]:
    """Every combination of the values, as plain numbers."""
    allowed = tr("a mapping of one or two parameters to lists of values")
    given = instance_of("values", values, Mapping, allowed)
    if not 1 <= len(given) <= 2:
        refuse("values", len(given), allowed)
    lists = {}
    for name, listed in given.items():
        numbers = np.asarray(listed).tolist() if not isinstance(listed, str) else None
        if not isinstance(numbers, list) or not numbers:
            refuse(f"values[{name!r}]", listed, tr("a list of at least one value"))
        lists[name] = numbers
    count = math.prod(map(len, lists.values()))
    if count > MOST_SETTINGS:
        refuse("values", count, tr("at most {most} combinations", most=f"{MOST_SETTINGS:,}"))
    return [dict(zip(lists, taken, strict=True)) for taken in itertools.product(*lists.values())]


def sweep_one(
    shared: chunks.Shared[tuple[Economy, Scenario, str]], setting: Mapping[str, float]
) -> Floats:
    """Totals under some parameters, shape (Y, len(TOTALS))."""
    economy, scenario, engine = shared.thing
    both = FrozenMapping({**scenario.parameters, **setting})
    asked = scenario.model_copy(update={"parameters": both})
    found = run(economy, asked, attribution=False, engine=engine)
    return measure(found)[:, : len(TOTALS)]
