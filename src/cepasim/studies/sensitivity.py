"""Which data decide: Sobol indices over groups of them, and the tornado."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import sobol_indices

from cepasim.core.arguments import refuse, whole_number
from cepasim.core.arrays import Floats
from cepasim.core.language import mark, tr
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty.blocks import Block
from cepasim.economy.uncertainty.draws import sobol_scores
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies import chunks, kept
from cepasim.studies.groups import GROUPS, Group, group_of, score_groups
from cepasim.studies.model_choice import Combination, Worlds
from cepasim.studies.monte_carlo import chunk_folder
from cepasim.studies.study import Study, measure
from cepasim.tables.column import TOTALS

#: What is explained: changes against the reference, in one year.
HEADLINES = (
    "change_in_exports_usd_mn",
    "change_in_imports_usd_mn",
    "change_in_balance_usd_mn",
)
_PLACES = tuple(TOTALS.index(name) for name in HEADLINES)
#: Base points of the indices computed in one chunk; each is solved once for every group and twice
#: more.
_CHUNK = 8
#: Resamples behind the error of an index.
_RESAMPLES = 200
_ENDS = ("low", "high")
#: Base points at most.
MOST_POINTS = 65_536


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol indices of the headlines over groups of figures.

    Attributes
    ----------
    fiscal_year : str
    points, seed : int
    indices : DataFrame
        One row per (item, group): ``first`` (share of the variance that the group explains by
        itself), ``total`` (with all it does together with others) and the 90 % range of each from
        resampling.
    """

    fiscal_year: str
    points: int
    seed: int
    indices: pd.DataFrame = field(repr=False)

    @property
    def deciding(self) -> pd.DataFrame:
        """The group that decides each headline: the one with the largest total index."""
        rows = self.indices.groupby("item", sort=False)["total"].idxmax()
        return self.indices.loc[rows].reset_index(drop=True)


def sensitivity(
    economy: Economy,
    scenario: Scenario,
    fiscal_year: str | None = None,
    points: int = 256,
    seed: int = 1,
    executor: Executor | None = None,
    *,
    out: Path | str | None = None,
    engine: str = "armington",
    model_choice: bool = False,
) -> Sensitivity:
    """Sobol indices, first and total order, of the headlines over the groups of figures.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    scenario : Scenario
        What is run.
    fiscal_year : str, optional
        Year of the headlines; the last one by default.
    points : int, optional
        Base points, a power of two; the model is solved ``points (groups + 2)`` times.
    seed : int, optional
        What the points begin from.
    executor, out, engine
        As in `cepasim.monte_carlo`.
    model_choice : bool, optional
        Whether each of the model's own choices is a group as well.

    Returns
    -------
    Sensitivity
        Tables of indices by headline and group.

    Raises
    ------
    InputError
        For a year that is not in the scenario, or points that are not a power of two.
    RunError
        If a draw has no equilibrium.
    """
    points = whole_number("points", points, 2, MOST_POINTS)
    if points & (points - 1):
        refuse("points", points, tr("a power of two"))
    seed = whole_number("seed", seed, 0)
    worlds = Worlds.of(economy, scenario, engine)
    study = worlds.study
    years = study.central().labels
    year = _year(fiscal_year, years)
    choices = worlds.choice.drawn if model_choice else ()
    shared = chunks.Shared(worlds)
    tasks: dict[str, tuple[Any, ...]] = {
        f"{start:08d}": (shared, start, min(start + _CHUNK, points), seed, model_choice)
        for start in range(0, points, _CHUNK)
    }
    plan = study.identity() | {
        "kind": "indices",
        "seed": seed,
        "chunk": _CHUNK,
        "groups": [group.pattern for group in GROUPS],
        "choices": worlds.choice.identity() if model_choice else [],
    }
    with chunk_folder(out) as folder:
        kept.take_up(folder, plan)
        chunks.run_chunks(
            index_chunk,
            tasks,
            folder,
            executor,
            label=mark("base points"),
            size=lambda _: _CHUNK,
            resumes=out is not None,
        )
        found = np.concatenate(chunks.stored(folder, list(tasks)))[:, :, years.index(year)]
    if not np.isfinite(found).all():
        raise RunError(tr("some draws have no equilibrium: no indices without them"))
    groups = (*GROUPS, *(Group(one.key, one.label, "") for one in choices))
    return Sensitivity(year, points, seed, index_table(found, seed, groups=groups))


def index_chunk(
    shared: chunks.Shared[Worlds], start: int, stop: int, seed: int, model_choice: bool = False
) -> Floats:
    """Headlines of both base points and of every group's exchange.

    Returns
    -------
    ndarray, shape (stop - start, 2 + G, Y, len(HEADLINES))
        G is len(GROUPS), and the number of choices to draw as well where they are.
    """
    worlds = shared.thing
    uncertainty = worlds.study.uncertainty
    size = uncertainty.dimensions
    both = sobol_scores(2 * size, start, start + _CHUNK, seed, uncertainty.largest)
    member, rows = score_groups(uncertainty), []
    for pair, picked in zip(both, _picked(worlds, start, stop, seed, model_choice), strict=False):
        a, b = pair[:size], pair[size:]
        mine, other = picked
        points = [(a, mine), (b, other), *((np.where(group, b, a), mine) for group in member)]
        for place, choice in enumerate(worlds.choice.choices if model_choice else ()):
            if choice.drawn:
                points.append((a, (*mine[:place], other[place], *mine[place + 1 :])))
        rows.append(np.stack([worlds.under(c).outcome(p)[:, _PLACES] for p, c in points]))
    return np.stack(rows)


def _picked(
    worlds: Worlds, start: int, stop: int, seed: int, model_choice: bool
) -> Iterator[tuple[Combination, Combination]]:
    """Alternatives of both base points; the central ones where they are not drawn."""
    central = worlds.choice.central
    if not model_choice:
        return zip([central] * (stop - start), [central] * (stop - start), strict=True)
    # Two streams of one seed: that of another would be the next user's.
    beyond = MOST_POINTS
    return zip(
        worlds.choice.draws(start, stop, seed),
        worlds.choice.draws(beyond + start, beyond + stop, seed),
        strict=True,
    )


def index_table(
    found: Floats,
    seed: int,
    items: Sequence[str] = HEADLINES,
    groups: Sequence[Group] = GROUPS,
) -> pd.DataFrame:
    """Indices from outcomes, shape (n, 2 + G, items): points A and B, then A with a group of B.

    The estimators are those of `scipy.stats.sobol_indices` (Saltelli et al. 2010; Jansen 1999 for
    the total order).
    """
    groups = groups[: found.shape[1] - 2]
    rows = []
    for place, item in enumerate(items):
        values = found[:, :, place]
        if np.ptp(values) == 0:
            nothing = np.zeros(len(groups))
            first = total = low = high = first_low = first_high = nothing
        else:
            indices = sobol_indices(
                func={
                    "f_A": values[None, :, 0],
                    "f_B": values[None, :, 1],
                    "f_AB": values[:, 2:].T[:, None, :],
                },
                n=len(found),
            )
            first, total = indices.first_order.ravel(), indices.total_order.ravel()
            spread = _resampled(values, seed)
            (first_low, first_high), (low, high) = spread
        rows.append(
            pd.DataFrame(
                {
                    "item": item,
                    "group": [group.key for group in groups],
                    "label": [group.label for group in groups],
                    "first": first,
                    "first_low": first_low,
                    "first_high": first_high,
                    "total": total,
                    "total_low": low,
                    "total_high": high,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _resampled(values: Floats, seed: int) -> list[tuple[Floats, Floats]]:
    """5th and 95th percentile of first and total indices over resampled points."""
    rng = np.random.default_rng(seed)
    first, total = [], []
    for _ in range(_RESAMPLES):
        chosen = values[rng.integers(0, len(values), len(values))]
        a, b, exchanged = chosen[:, 0], chosen[:, 1], chosen[:, 2:]
        variance = max(float(np.concatenate([a, b]).var()), 1e-300)
        first.append((b[:, None] * (exchanged - a[:, None])).mean(axis=0) / variance)
        total.append(0.5 * np.square(a[:, None] - exchanged).mean(axis=0) / variance)
    ends = (5, 95)
    found = []
    for sample in (first, total):
        low, high = np.percentile(np.stack(sample), ends, axis=0)
        found.append((low, high))
    return found


def tornado(
    economy: Economy,
    scenario: Scenario,
    fiscal_year: str | None = None,
    engine: str = "armington",
    model_choice: bool = False,
) -> pd.DataFrame:
    """Headlines with one group of figures at a time at the low and the high end of its ranges.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    scenario : Scenario
        What is run.
    fiscal_year : str, optional
        The last one by default.
    engine : str, optional
        ``armington``, ``smart`` or ``gsim``.
    model_choice : bool, optional
        Whether each of the model's own choices is a group as well: its ends are the smallest and
        the largest answer of its alternatives.

    Returns
    -------
    DataFrame
        One row per (item, group): ``central``, ``at_low``, ``at_high``, ``swing`` (their
        distance), the largest swing first. Groups whose figures are parts of a known total have
        no low end and are left out.
    """
    worlds = Worlds.of(economy, scenario, engine)
    study = worlds.study
    known = study.central()
    place = known.labels.index(_year(fiscal_year, known.labels))
    central = measure(known)[place, _PLACES]
    ends = {
        (group.key, group.label): [_at_end(study, group, end)[place, _PLACES] for end in _ENDS]
        for group in GROUPS
        if not group.shape_only
    }
    for choice in worlds.choice.drawn if model_choice else ():
        alone = [
            worlds.alone(c)[place, _PLACES] for one, _, c in worlds.choice.alone if one == choice
        ]
        answers = np.stack([central, *alone])
        ends[choice.key, choice.label] = [answers.min(axis=0), answers.max(axis=0)]
    rows = [
        {
            "item": item,
            "group": key,
            "label": label,
            "central": middle,
            "at_low": low,
            "at_high": high,
            "swing": abs(high - low),
        }
        for (key, label), both in ends.items()
        for item, middle, low, high in zip(HEADLINES, central, *both, strict=True)
    ]
    table = pd.DataFrame(rows)
    order = table.assign(place=table["item"].map(HEADLINES.index))
    order = order.sort_values(["place", "swing"], ascending=[True, False], kind="stable")
    return order.drop(columns="place").reset_index(drop=True)


def _at_end(study: Study, group: Group, end: str) -> Floats:
    """What `measure` gives with a group's figures at one end of their ranges."""

    def figures(block: Block) -> Floats:
        mine = np.array([group_of(name).key == group.key for name in block.names])
        return np.where(mine, getattr(block.spread, end), block.spread.value)

    economy = study.uncertainty.assembled(study.economy, figures)
    return measure(
        run(economy, study.scenario, attribution=False, engine=study.engine, check=False)
    )


def _year(wanted: str | None, years: Sequence[str]) -> str:
    if wanted is None:
        return years[-1]
    if wanted not in years:
        allowed = tr(
            "a fiscal year of the scenario, {first} to {last}", first=years[0], last=years[-1]
        )
        refuse("fiscal_year", wanted, allowed)
    return wanted
