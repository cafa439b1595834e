"""Monte Carlo: the ranges of every headline and sector under the ranges of every figure.

Each draw moves all figures of the economy together and solves the reference and the scenario
under the same figures, so that a change is the difference of two paths of one world.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cepasim.core import files
from cepasim.core.arguments import refuse, whole_number
from cepasim.core.arrays import Floats
from cepasim.core.manifest import manifest
from cepasim.core.problems import RunError
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.studies import chunks, kept
from cepasim.studies.study import Study, measure
from cepasim.tables.schema import TOTALS

#: Percentiles reported.
PERCENTILES = (5, 25, 50, 75, 95)
FLOWS = ("export", "import", "balance")
SECTOR_ITEMS = ("baseline_usd_mn", "scenario_usd_mn", "change_usd_mn")
#: Draws of one chunk. No figure depends on it; a folder of chunks keeps to it. A power of two: that
#: is how Sobol points are balanced.
CHUNK = 64
#: Draws at most: some 42 GB on disk.
MOST_DRAWS = 1_000_000
#: Folder of the chunks below the one the user names.
CHUNKS = "draws"
#: What a study writes beside it.
_WRITTEN = (
    *(f"{table}.{kind}" for table in ("totals", "sectors") for kind in ("csv", "parquet")),
    "scenario.yaml",
    files.MANIFEST,
)


@dataclass(frozen=True, eq=False)
class MonteCarlo:
    """Ranges of one scenario. Immutable: tables are copies.

    Attributes
    ----------
    scenario : Scenario
    draws, seed : int
    failed : tuple of int
        Draws without an equilibrium; they are in no percentile.
    """

    scenario: Scenario
    draws: int
    seed: int
    failed: tuple[int, ...]
    _totals: pd.DataFrame = field(repr=False)
    _sectors: pd.DataFrame = field(repr=False)
    _samples: Floats = field(repr=False)
    _manifest: dict[str, object] = field(repr=False)

    @property
    def totals(self) -> pd.DataFrame:
        """One row per (fiscal_year, item); US$ million of 2023-24.

        ``central`` is the outcome under the figures as they stand; ``p5`` to ``p95`` are
        percentiles; ``probability_above_zero`` is the share of draws. That of
        ``change_in_balance_usd_mn`` is the probability that the deficit falls.
        """
        return self._totals.copy()

    @property
    def sectors(self) -> pd.DataFrame:
        """One row per (fiscal_year, flow, hs, item), as `totals`; ``balance`` is a flow, too."""
        return self._sectors.copy()

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years in order."""
        return tuple(dict.fromkeys(self._totals["fiscal_year"]))

    @property
    def probability_deficit_falls(self) -> pd.Series:
        """Share of draws in which the balance improves on the reference, by fiscal year."""
        rows = self._totals[self._totals["item"] == "change_in_balance_usd_mn"]
        return rows.set_index("fiscal_year")["probability_above_zero"].copy()

    def sample(self, item: str, fiscal_year: str) -> Floats:
        """Every draw of a total in one year, shape (draws,); NaN where a draw failed."""
        return np.array(self._samples[:, self.fiscal_years.index(fiscal_year), TOTALS.index(item)])

    def range_of(self, item: str, fiscal_year: str) -> tuple[float, float]:
        """90 % range of a total: its 5th and 95th percentile."""
        rows = self._totals
        row = rows[(rows["fiscal_year"] == fiscal_year) & (rows["item"] == item)].iloc[0]
        return float(row["p5"]), float(row["p95"])

    def headline_ranges(self) -> pd.DataFrame:
        """90 % ranges as columns to stand beside ``Result.totals``, a row for each fiscal year."""
        found = np.delete(self._samples, self.failed, axis=0)
        return headline_ranges(self.fiscal_years, found)

    def to_folder(self, directory: Path | str) -> None:
        """Write totals and sectors as CSV and Parquet, the scenario and the manifest."""
        with files.replace_folder(directory) as folder:
            for name, table in (("totals", self._totals), ("sectors", self._sectors)):
                files.write_csv(table, folder / f"{name}.csv")
                files.write_parquet(table, folder / f"{name}.parquet")
            files.write_text(self.scenario.to_yaml(), folder / "scenario.yaml")
            files.write_manifest(self._manifest, folder, {})


def monte_carlo(
    economy: Economy,
    scenario: Scenario,
    draws: int = 1000,
    seed: int = 1,
    executor: Executor | None = None,
    *,
    out: Path | str | None = None,
    engine: str = "armington",
) -> MonteCarlo:
    """Ranges of everything a scenario does under the ranges of every parameter.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    scenario : Scenario
        Its own ``parameters`` are taken as known.
    draws : int, optional
        Powers of two use the Sobol points best. A further run with more draws keeps the first.
    seed : int, optional
        What the draws begin from; 0 or more.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or ``dask.distributed.Client.get_executor()``; none computes here.
    out : path, optional
        Folder that keeps the finished chunks (about 40 kB a draw, in ``draws/``) and gets the
        tables; a rerun goes on where an interrupt stopped. Without it chunks stay in a temporary
        folder.
    engine : {"armington", "smart", "gsim"}, optional

    Returns
    -------
    MonteCarlo
        The same bytes for the same seed, whatever the executor and its number of workers.

    Raises
    ------
    InputError
        For a bad scenario or argument, or a folder that holds another study or the user's files
        where the tables would go.
    RunError
        If the scenario fails under the figures as they stand, or if workers are lost for good.

    Examples
    --------
    >>> import cepasim
    >>> scenario = cepasim.Scenario.from_dict({"name": "reference", "horizon": "2024-25"})
    >>> ranges = cepasim.monte_carlo(cepasim.load(), scenario, draws=4)
    >>> float(ranges.probability_deficit_falls.max())
    0.0
    """
    draws = whole_number("draws", draws, 1, MOST_DRAWS)
    seed = whole_number("seed", seed, 0)
    if out is not None:
        files.refuse_foreign(Path(out), _WRITTEN)
    study = Study.of(economy, scenario, engine)
    known = study.central()
    central = measure(known)
    shared = chunks.Shared(study)
    plan = study.identity() | {"kind": "draws", "seed": seed, "chunk": CHUNK}
    tasks: dict[str, tuple[Any, ...]] = {
        f"{start:08d}-{min(start + CHUNK, draws):08d}": (
            shared,
            start,
            min(start + CHUNK, draws),
            seed,
            central.shape,
        )
        for start in range(0, draws, CHUNK)
    }
    with chunk_folder(out) as folder:
        kept.take_up(folder, plan)
        chunks.run_chunks(
            draw_chunk,
            tasks,
            folder,
            executor,
            label="draws",
            size=lambda key: tasks[key][2] - tasks[key][1],
            resumes=out is not None,
        )
        parts = chunks.stored(folder, list(tasks))
        result = _collected(study, scenario, parts, central, known.labels, draws, seed, plan)
    if out is not None:
        result.to_folder(out)
    return result


def headline_ranges(fiscal_years: Sequence[str], sample: Floats) -> pd.DataFrame:
    """90 % ranges of totals as columns to stand beside ``Result.totals``.

    Parameters
    ----------
    fiscal_years : sequence of str, length Y
    sample : ndarray, shape (draws, Y, len(TOTALS))
        US$ million, of draws that have an equilibrium.

    Returns
    -------
    DataFrame
        A row for each year: ``fiscal_year``; for each total its 5th and 95th percentile, such as
        ``exports_usd_mn_p5``; ``probability_deficit_falls``, the share of draws.
    """
    low, high = np.percentile(sample, (PERCENTILES[0], PERCENTILES[-1]), axis=0)
    columns: dict[str, Any] = {"fiscal_year": list(fiscal_years)}
    for place, item in enumerate(TOTALS):
        columns[f"{item}_p5"], columns[f"{item}_p95"] = low[:, place], high[:, place]
    change = sample[:, :, TOTALS.index("change_in_balance_usd_mn")]
    columns["probability_deficit_falls"] = (change > 0).mean(axis=0)
    return pd.DataFrame(columns)


def draw_chunk(
    shared: chunks.Shared[Study], start: int, stop: int, seed: int, shape: tuple[int, int]
) -> Floats:
    """Outcomes of some draws of a packed study, shape (stop - start, *shape)."""
    study = shared.thing
    scores = study.uncertainty.scores(start, start + CHUNK, seed)[: stop - start]
    return study.outcomes(scores, shape)


@contextmanager
def chunk_folder(out: Path | str | None) -> Iterator[Path]:
    """Folder for chunks: below the user's, or a temporary one."""
    if out is not None:
        if not isinstance(out, Path | str) or not str(out).strip():
            refuse("out", out, "the name of a folder")
        target = Path(out)
        if target.exists() and not target.is_dir():
            refuse("out", str(target), "a folder, or a name that does not exist yet")
        yield target / CHUNKS
        return
    with tempfile.TemporaryDirectory(prefix="cepasim-") as place:
        yield Path(place)


def _collected(
    study: Study,
    scenario: Scenario,
    parts: Sequence[Floats],
    central: Floats,
    years: Sequence[str],
    draws: int,
    seed: int,
    plan: dict[str, object],
) -> MonteCarlo:
    """Percentiles from the chunks on disk, one year in memory at a time."""
    ok = np.concatenate([np.isfinite(part[:, 0, 0]) for part in parts])
    if not ok.any():
        raise RunError("no draw has an equilibrium; the scenario is out of the model's reach")
    size, chapters = len(TOTALS), study.economy.by_chapter.chapters
    totals, sectors, samples = [], [], np.empty((draws, len(years), size))
    for place, year in enumerate(years):
        block = np.concatenate([part[:, place, :] for part in parts])
        samples[:, place] = block[:, :size]
        block = block[ok]
        table = _percentiles(block[:, :size], central[place, :size])
        table.insert(0, "item", list(TOTALS))
        table.insert(0, "fiscal_year", year)
        totals.append(table)
        cells = block[:, size:].reshape(len(block), 4, -1)
        middle = central[place, size:].reshape(4, -1)
        for flow, values, centre in zip(FLOWS, _flows(cells), _flows(middle[None]), strict=True):
            for item, value, known in zip(SECTOR_ITEMS, values, centre, strict=True):
                table = _percentiles(value, known[0])
                for name, column in (("item", item), ("hs", list(chapters)), ("flow", flow)):
                    table.insert(0, name, column)
                table.insert(0, "fiscal_year", year)
                sectors.append(table)
    failed = tuple(int(draw) for draw in np.flatnonzero(~ok))
    described = dict(
        manifest(
            engine=study.engine,
            scenario_text=scenario.to_yaml(),
            parameter_digest=str(plan["parameter_digest"]),
            overrides=study.economy.parameters.overrides,
            benchmark=study.economy.parameters.benchmark_metadata,
            options={"draws": draws, "seed": seed, "failed": list(failed), "chunk": CHUNK},
        )
    )
    return MonteCarlo(
        scenario,
        draws,
        seed,
        failed,
        pd.concat(totals, ignore_index=True),
        pd.concat(sectors, ignore_index=True),
        samples,
        described,
    )


def _flows(cells: Floats) -> list[list[Floats]]:
    """Baseline, scenario and change of exports, imports and the balance, shape (n, H) each."""
    old_exports, old_imports, exports, imports = (cells[:, place] for place in range(4))
    pairs = [
        (old_exports, exports),
        (old_imports, imports),
        (old_exports - old_imports, exports - imports),
    ]
    found = [[old, new, new - old] for old, new in pairs]
    found[2][2] = found[0][2] - found[1][2]
    return found


def _percentiles(values: Floats, central: Floats) -> pd.DataFrame:
    """Statistics over draws, shape (n, c) to c rows."""
    ranked = np.sort(np.ascontiguousarray(values.T), axis=1)
    table = {"central": central, "mean": ranked.mean(axis=1)}
    last = ranked.shape[1] - 1
    for percentile in PERCENTILES:
        at = percentile / 100 * last
        below = int(at)
        above = min(below + 1, last)
        low = ranked[:, below]
        table[f"p{percentile}"] = low + (at - below) * (ranked[:, above] - low)
    above = (ranked > 0).mean(axis=1)
    # What is empty in every draw, as welfare across a change of taste, has no probability.
    table["probability_above_zero"] = np.where(np.isnan(ranked).all(axis=1), np.nan, above)
    return pd.DataFrame(table)
