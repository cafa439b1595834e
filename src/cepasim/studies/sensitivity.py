"""Which figures decide: Sobol indices over groups of figures, tornado, sweeps.

A group is what one would have to find out to know: "how much of a barrier policy can remove",
"India's supply to Japan". Every figure that is drawn belongs to one group and one only.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import sobol_indices

from cepasim.core.arguments import instance_of, refuse, whole_number
from cepasim.core.arrays import Floats
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.uncertainty.blocks import Block
from cepasim.economy.uncertainty.draws import sobol_scores
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies import chunks, kept
from cepasim.studies.monte_carlo import Study, chunk_folder, measure
from cepasim.tables.schema import TOTALS

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
#: Base points at most; an index is known to two digits long before.
MOST_POINTS = 65_536
#: Settings of one sweep at most.
MOST_SETTINGS = 10_000


@dataclass(frozen=True)
class Group:
    """A group of figures.

    Attributes
    ----------
    key, label : str
    pattern : str
        Regular expression that the names of its figures match from their beginning.
    shape_only : bool
        Whether the figures are parts of a known total, so that "all low" means nothing.
    """

    key: str
    label: str
    pattern: str
    shape_only: bool = False


#: At most 20; the first that matches a name has it.
GROUPS = (
    Group("substitution", "Elasticities of substitution", r"sigma_"),
    Group("demand", "Price elasticity of demand", r"eta"),
    Group("india_supply", "India's supply to Japan", r"epsilon_supply_ind_jpn"),
    Group("other_supply", "Supply of Japan, others and domestic firms", r"epsilon_"),
    Group("barriers_japan", "Size of barriers in Japan", r"nu_\w+_jpn|border_days_jpn"),
    Group("barriers_india", "Size of barriers in India", r"nu_\w+_ind|border_days_ind"),
    Group("actionable", "How much of a barrier policy can remove", r"actionable_|border_ave_"),
    Group("rents", "Who gains from barriers", r"rent_share"),
    Group("preference_use", "Use of preferences", r"utilisation_|gsp_use|consignment|yen_per_"),
    Group(
        "tariffs",
        "Tariffs not in the schedules",
        r"roll_back_|b15_|bangladesh_|partial_coverage_|prohibitive_|india_|surcharge_|agreement",
    ),
    Group("freight", "Freight and insurance", r"freight_"),
    Group("growth", "Growth of demand", r"real_demand_growth"),
    Group(
        "fund_capital",
        "What the fund builds",
        r"disbursement_|subsidy_|additionality|output_capital_|depreciation",
    ),
    Group("fund_timing", "How fast the fund's plants start", r"gestation_|ramp_"),
    Group(
        "fund_markets",
        "Where the fund's plants sell",
        r"export_share|japan_share_|captive_",
    ),
    Group(
        "fund_purchases",
        "What the fund's plants buy in Japan",
        r"japanese_|capital_goods_",
    ),
    Group("import_content", "Japanese inputs in India's exports", r"input_content"),
    Group("lags", "How fast trade responds", r"lag_|sourcing_|us_redirection_"),
    Group("bilateral", "India-Japan trade by chapter in 2023-24", r"bilateral ", shape_only=True),
    Group(
        "markets",
        "Other sources and domestic sales in 2023-24",
        r"imports |domestic ",
        shape_only=True,
    ),
)
assert len(GROUPS) <= 20


def group_of(name: str) -> Group:
    """Group of a figure by its name.

    Raises
    ------
    KeyError
        If it has none.
    """
    for group in GROUPS:
        if re.match(group.pattern, name):
            return group
    raise KeyError(f"{name}: in no group of figures")


def score_groups(uncertainty: Uncertainty) -> NDArray[np.bool_]:
    """Which scores belong to which group, shape (len(GROUPS), D).

    Raises
    ------
    ValueError
        If a score moves figures of two groups.
    """
    member = np.zeros((len(GROUPS), uncertainty.dimensions), dtype=bool)
    places = {group.key: place for place, group in enumerate(GROUPS)}
    for block in uncertainty.blocks:
        for name, own, common in zip(block.names, block.own, block.common, strict=True):
            row = places[group_of(name).key]
            for score in (own, common):
                if score >= 0:
                    member[row, score] = True
    shared = np.flatnonzero(member.sum(axis=0) > 1)
    if shared.size:
        raise ValueError(f"scores {shared[:5]} move figures of two groups")
    return member


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
) -> Sensitivity:
    """Sobol indices, first and total order, of the headlines over the groups of figures.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    fiscal_year : str, optional
        Year of the headlines; the last one by default.
    points : int, optional
        Base points, a power of two; the model is solved ``points (groups + 2)`` times.
    seed : int, optional
    executor, out, engine
        As in `cepasim.monte_carlo`.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        For a year that is not in the scenario, or points that are no power of two.
    RunError
        If a draw has no equilibrium.
    """
    points = whole_number("points", points, 2, MOST_POINTS)
    if points & (points - 1):
        refuse("points", points, "a power of two")
    seed = whole_number("seed", seed, 0)
    study = Study.of(economy, scenario, engine)
    known = study.central()
    years = known.labels
    year = _year(fiscal_year, years)
    blob = chunks.packed(study)
    tasks: dict[str, tuple[Any, ...]] = {
        f"{start:08d}": (blob, start, min(start + _CHUNK, points), seed)
        for start in range(0, points, _CHUNK)
    }
    plan = study.identity() | {
        "kind": "indices",
        "seed": seed,
        "chunk": _CHUNK,
        "groups": [group.pattern for group in GROUPS],
    }
    with chunk_folder(out) as folder:
        kept.take_up(folder, plan)
        chunks.run_chunks(
            index_chunk,
            tasks,
            folder,
            executor,
            label="base points",
            size=lambda _: _CHUNK,
            resumes=out is not None,
        )
        found = np.concatenate(chunks.stored(folder, list(tasks)))[:, :, years.index(year)]
    if not np.isfinite(found).all():
        raise RunError("some draws have no equilibrium: no indices without them")
    return Sensitivity(year, points, seed, index_table(found, seed))


def index_chunk(blob: bytes, start: int, stop: int, seed: int) -> Floats:
    """Headlines of both base points and of every group's exchange.

    Returns
    -------
    ndarray, shape (stop - start, 2 + len(GROUPS), Y, len(HEADLINES))
    """
    study: Study = chunks.unpacked(blob)
    uncertainty = study.uncertainty
    size = uncertainty.dimensions
    both = sobol_scores(2 * size, start, start + _CHUNK, seed, uncertainty.largest)
    member = score_groups(uncertainty)
    rows = []
    for pair in both[: stop - start]:
        a, b = pair[:size], pair[size:]
        exchanged = np.where(member, b, a)
        points = np.concatenate([a[None], b[None], exchanged])
        rows.append(np.stack([study.outcome(point)[:, _PLACES] for point in points]))
    return np.stack(rows)


def index_table(found: Floats, seed: int, items: Sequence[str] = HEADLINES) -> pd.DataFrame:
    """Indices from outcomes, shape (n, 2 + G, items): points A and B, then A with a group of B.

    The estimators are those of `scipy.stats.sobol_indices` (Saltelli et al. 2010; Jansen 1999 for
    the total order).
    """
    groups = GROUPS[: found.shape[1] - 2]
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
) -> pd.DataFrame:
    """Headlines with one group of figures at a time at the low and the high end of its ranges.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    fiscal_year : str, optional
        The last one by default.
    engine : str, optional

    Returns
    -------
    DataFrame
        One row per (item, group): ``central``, ``at_low``, ``at_high``, ``swing`` (their
        distance), the largest swing first. Groups whose figures are parts of a known total have
        no low end and are left out.
    """
    study = Study.of(economy, scenario, engine)
    known = study.central()
    place = known.labels.index(_year(fiscal_year, known.labels))
    central = measure(known)[place, _PLACES]
    rows = []
    for group in GROUPS:
        if group.shape_only:
            continue
        ends = [_at_end(study, group, end)[place, _PLACES] for end in ("low", "high")]
        for item, middle, low, high in zip(HEADLINES, central, *ends, strict=True):
            rows.append(
                {
                    "item": item,
                    "group": group.key,
                    "label": group.label,
                    "central": middle,
                    "at_low": low,
                    "at_high": high,
                    "swing": abs(high - low),
                }
            )
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
    scenario : Scenario
    values : mapping of str to sequence of float
        One or two parameters by name.
    executor : concurrent.futures.Executor, optional
    engine : str, optional

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
    settings = _settings(values)
    for setting in settings:
        economy.parameters.with_overrides(setting)
    blob = chunks.packed((economy, scenario, engine))
    found: dict[str, Floats] = {}
    tasks = {str(place): (blob, setting) for place, setting in enumerate(settings)}
    chunks.run_tasks(sweep_one, tasks, found.__setitem__, executor, label="settings")
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
    allowed = "a mapping of one or two parameters to lists of values"
    given = instance_of("values", values, Mapping, allowed)
    if not 1 <= len(given) <= 2:
        refuse("values", len(given), allowed)
    lists = {}
    for name, listed in given.items():
        numbers = np.asarray(listed).tolist() if not isinstance(listed, str) else None
        if not isinstance(numbers, list) or not numbers:
            refuse(f"values[{name!r}]", listed, "a list of at least one value")
        lists[name] = numbers
    count = math.prod(map(len, lists.values()))
    if count > MOST_SETTINGS:
        refuse("values", count, f"at most {MOST_SETTINGS:,} combinations")
    return [dict(zip(lists, taken, strict=True)) for taken in itertools.product(*lists.values())]


def sweep_one(blob: bytes, setting: Mapping[str, float]) -> Floats:
    """Totals under some parameters, shape (Y, len(TOTALS))."""
    economy, scenario, engine = chunks.unpacked(blob)
    found = run(economy.with_overrides(setting), scenario, attribution=False, engine=engine)
    return measure(found)[:, : len(TOTALS)]


def _year(wanted: str | None, years: Sequence[str]) -> str:
    if wanted is None:
        return years[-1]
    if wanted not in years:
        allowed = f"a fiscal year of the scenario, {years[0]} to {years[-1]}"
        refuse("fiscal_year", wanted, allowed)
    return wanted
