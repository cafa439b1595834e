"""Monte Carlo: the ranges of every headline and sector under the ranges of every figure.

Each draw moves all figures of the economy together and solves the reference and the scenario
under the same figures, so that a change is the difference of two paths of one world. Where model
choice is asked for, each draw is solved once more under some of the model's own alternatives.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
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
from cepasim.core.language import mark, tr
from cepasim.core.manifest import manifest
from cepasim.economy.economy import Economy
from cepasim.scenario.scenario import Scenario
from cepasim.studies import chunks, kept
from cepasim.studies.choice_ranges import ModelChoiceRanges
from cepasim.studies.model_choice import Worlds
from cepasim.studies.percentiles import Drawn, headline_ranges
from cepasim.studies.study import Study, measure
from cepasim.tables.column import TOTALS

#: Draws of one chunk. No figure depends on it; a folder of chunks keeps to it. A power of two: that
#: is how Sobol points are balanced.
CHUNK = 64
#: Draws at most: some 42 GB on disk.
MOST_DRAWS = 1_000_000
#: Folders of the chunks below the one the user names, of plain draws and of structural ones.
CHUNKS, CHOICE_CHUNKS = "draws", "draws_model_choice"
#: Tables that a study writes; the last three where the model's alternatives are drawn.
_TABLES = ("totals", "sectors", "totals_model_choice", "sectors_model_choice", "model_choice")
_WRITTEN = (
    *(f"{table}.{kind}" for table in _TABLES for kind in ("csv", "parquet")),
    "model_choice.svg",
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
    price_year : str
        Year whose dollars the amounts are in.
    model_choice : ModelChoiceRanges or None
        Ranges of figures and model choice, where they were asked for.
    """

    scenario: Scenario
    draws: int
    seed: int
    price_year: str
    model_choice: ModelChoiceRanges | None
    _drawn: Drawn = field(repr=False)
    _manifest: dict[str, object] = field(repr=False)

    @property
    def failed(self) -> tuple[int, ...]:
        """Draws of the figures without an equilibrium; they are in no percentile."""
        return self._drawn.failed

    @property
    def totals(self) -> pd.DataFrame:
        """One row per (fiscal_year, item); US$ million of 2023-24.

        ``central`` is the outcome under the figures as they stand; ``p5`` to ``p95`` are
        percentiles; ``probability_above_zero`` is the share of draws. That of
        ``change_in_balance_usd_mn`` is the share of draws in which the deficit falls.
        """
        return self._drawn.totals.copy()

    @property
    def sectors(self) -> pd.DataFrame:
        """One row per (fiscal_year, flow, hs, item), as `totals`; ``balance`` is a flow, too."""
        return self._drawn.sectors.copy()

    @property
    def fiscal_years(self) -> tuple[str, ...]:
        """Fiscal years in order."""
        return tuple(dict.fromkeys(self._drawn.totals["fiscal_year"]))

    @property
    def probability_deficit_falls(self) -> pd.Series:
        """Share of draws in which the balance improves on the reference, by fiscal year."""
        rows = self._drawn.totals
        rows = rows[rows["item"] == "change_in_balance_usd_mn"]
        return rows.set_index("fiscal_year")["probability_above_zero"].copy()

    def sample(self, item: str, fiscal_year: str) -> Floats:
        """Every draw of a total in one year, shape (draws,); NaN where a draw failed."""
        place = self.fiscal_years.index(fiscal_year)
        return np.array(self._drawn.samples[:, place, TOTALS.index(item)])

    def range_of(self, item: str, fiscal_year: str) -> tuple[float, float]:
        """90 % range of a total from the figures: its 5th and 95th percentile."""
        return self._drawn.range_of(item, fiscal_year)

    def headline_ranges(self) -> pd.DataFrame:
        """90 % ranges as columns to stand beside ``Result.totals``, a row for each fiscal year."""
        choice = None if self.model_choice is None else self.model_choice.drawn.found
        return headline_ranges(self.fiscal_years, self._drawn.found, choice)

    def options(self) -> dict[str, object]:
        """How the ranges were made, as ``Result.with_ranges`` takes it."""
        told: dict[str, object] = {"draws": self.draws, "seed": self.seed}
        if self.model_choice is not None:
            told |= self.model_choice.in_words()
        return told

    def to_folder(self, directory: Path | str) -> None:
        """Write totals and sectors as CSV and Parquet, the scenario and the manifest."""
        tables = {"totals": self._drawn.totals, "sectors": self._drawn.sectors}
        if self.model_choice is not None:
            tables |= self.model_choice.tables()
        with files.replace_folder(directory) as folder:
            for name, table in tables.items():
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
    model_choice: bool = False,
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
    model_choice : bool, optional
        Draw the model's own alternatives as well (``params/uncertainty/model_choice``), under the
        same figures: a second range that contains what the program answers with another engine or
        another rule. Another engine than the default is then taken as chosen.

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
    worlds = Worlds.of(economy, scenario, engine) if model_choice else None
    study = Study.of(economy, scenario, engine) if worlds is None else worlds.study
    known = study.central()
    central, chapters = measure(known), study.economy.by_chapter.chapters
    plan = study.identity() | {"kind": "draws", "seed": seed, "chunk": CHUNK}
    asked = _Asked(draws, seed, central.shape, executor, out is not None)
    second = None
    with chunk_folder(out) as folder:
        parts = asked.chunks(draw_chunk, chunks.Shared(study), folder, plan)
        drawn = Drawn.of(parts, central, known.labels, chapters)
        if worlds is not None:
            beside = folder.with_name(CHOICE_CHUNKS)
            more = plan | {"choices": worlds.choice.identity()}
            parts = asked.chunks(choice_chunk, chunks.Shared(worlds), beside, more)
            found = Drawn.of(parts, central, known.labels, chapters)
            second = ModelChoiceRanges(worlds.choice, worlds.choice.draws(0, draws, seed), found)
    described = _described(study, scenario, plan, asked, drawn, second)
    result = MonteCarlo(scenario, draws, seed, economy.price_year, second, drawn, described)
    if out is not None:
        result.to_folder(out)
    return result


@dataclass(frozen=True)
class _Asked:
    """What is asked of draws, whatever is drawn."""

    draws: int
    seed: int
    shape: tuple[int, ...]
    executor: Executor | None
    resumes: bool

    def chunks(
        self,
        work: Callable[..., Floats],
        shared: chunks.Shared[Any],
        folder: Path,
        plan: Mapping[str, object],
    ) -> list[Floats]:
        """Compute all draws, chunk by chunk, into a folder."""
        tasks: dict[str, tuple[Any, ...]] = {}
        for start in range(0, self.draws, CHUNK):
            stop = min(start + CHUNK, self.draws)
            tasks[f"{start:08d}-{stop:08d}"] = (shared, start, stop, self.seed, self.shape)
        kept.take_up(folder, plan)
        chunks.run_chunks(
            work,
            tasks,
            folder,
            self.executor,
            label=mark("draws") if work is draw_chunk else mark("draws with model choice"),
            size=lambda key: tasks[key][2] - tasks[key][1],
            resumes=self.resumes,
        )
        return chunks.stored(folder, list(tasks))


def _described(
    study: Study,
    scenario: Scenario,
    plan: Mapping[str, object],
    asked: _Asked,
    drawn: Drawn,
    second: ModelChoiceRanges | None,
) -> dict[str, object]:
    """Say how the ranges were made."""
    options: dict[str, object] = {
        "draws": asked.draws,
        "seed": asked.seed,
        "failed": list(drawn.failed),
        "chunk": CHUNK,
    }
    if second is not None:
        options["model_choice"] = second.choice.identity()
        options["failed_model_choice"] = list(second.failed)
    return dict(
        manifest(
            engine=study.engine,
            scenario_text=scenario.to_yaml(),
            scenario=scenario.to_dict(),
            parameter_digest=str(plan["parameter_digest"]),
            overrides=study.economy.parameters.overrides,
            benchmark=study.economy.parameters.benchmark_metadata,
            options=options,
        )
    )


def draw_chunk(
    shared: chunks.Shared[Study], start: int, stop: int, seed: int, shape: tuple[int, int]
) -> Floats:
    """Outcomes of some draws of a packed study, shape (stop - start, *shape)."""
    study = shared.thing
    scores = study.uncertainty.scores(start, start + CHUNK, seed)[: stop - start]
    return study.outcomes(scores, shape)


def choice_chunk(
    shared: chunks.Shared[Worlds], start: int, stop: int, seed: int, shape: tuple[int, int]
) -> Floats:
    """Outcomes of some structural draws of packed worlds, shape (stop - start, *shape)."""
    worlds = shared.thing
    scores = worlds.study.uncertainty.scores(start, start + CHUNK, seed)[: stop - start]
    return worlds.outcomes(scores, worlds.choice.draws(start, stop, seed), shape)


@contextmanager
def chunk_folder(out: Path | str | None) -> Iterator[Path]:
    """Folder for chunks: below the user's, or a temporary one."""
    if out is not None:
        if not isinstance(out, Path | str) or not str(out).strip():
            refuse("out", out, tr("the name of a folder"))
        target = Path(out)
        if target.exists() and not target.is_dir():
            refuse("out", str(target), tr("a folder, or a name that does not exist yet"))
        yield target / CHUNKS
        return
    with tempfile.TemporaryDirectory(prefix="cepasim-") as place:
        yield Path(place) / CHUNKS
